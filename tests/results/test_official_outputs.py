from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from babyslm.results.official_outputs import write_official_outputs
from babyslm.results.scores.files import read_scores
from babyslm.results.scores.trials import make_trials
from babyslm.results.statistics.aggregate import accuracy, accuracy_by
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.stimulus_set import StimulusTable

Scored = Callable[..., pd.DataFrame]


def test_the_files_carry_the_official_names_and_columns(
    tmp_path: Path, lexical: StimulusTable, syntactic: StimulusTable, scored: Scored
) -> None:
    for table in (lexical, syntactic):
        write_official_outputs(make_trials(table, scored(table)), table, tmp_path)
    heads = {path.name: path.read_text(encoding="utf-8").splitlines()[0] for path in tmp_path.glob("*.csv")}
    assert heads == {
        "score_lexical_dev_all_trials.csv": "id,voice,frequency,word,length,score word,non word,score non word,score",
        "score_lexical_dev_by_frequency.csv": "frequency,n,score,std",
        "score_lexical_dev_by_length.csv": "length,n,score,std",
        "score_lexical_dev_by_pair.csv": "word,non words,voices,score",
        "score_syntactic_dev_all_trials.csv": (
            "id,voice,type,subtype,sentence,score sentence,non sentence,score non sentence,score"
        ),
        "score_syntactic_dev_by_pair.csv": "sentence,non sentence,score",
        "score_syntactic_dev_by_type.csv": "type,n,score,std",
    }


def test_the_figures_are_those_of_the_aggregation(tmp_path: Path, syntactic: StimulusTable, scored: Scored) -> None:
    trials = make_trials(syntactic, scored(syntactic))
    write_official_outputs(trials, syntactic, tmp_path)
    assert float((tmp_path / "overall_accuracy_syntactic_dev.txt").read_text()) == accuracy(trials)
    by = pd.read_csv(tmp_path / "score_syntactic_dev_by_type.csv")
    expected = accuracy_by(trials, "phenomenon")
    assert by["type"].tolist() == expected["phenomenon"].tolist()
    assert by["score"].tolist() == expected["accuracy"].round(4).tolist()
    pairs = pd.read_csv(tmp_path / "score_syntactic_dev_by_pair.csv")
    first = trials[trials["type"] == "adj_noun_order"].sort_values("id", key=lambda ids: ids.astype(int)).iloc[0]
    assert pairs.loc[0, "sentence"] == first["transcription"]


def test_trials_stand_in_the_order_of_the_gold_table(tmp_path: Path, lexical: StimulusTable, scored: Scored) -> None:
    shuffled = StimulusTable("lexical", "dev", lexical.rows.sample(frac=1, random_state=2))
    write_official_outputs(make_trials(shuffled, scored(shuffled)), shuffled, tmp_path)
    written = pd.read_csv(tmp_path / "score_lexical_dev_all_trials.csv", dtype={"id": str})
    good = shuffled.rows[shuffled.rows["correct"] == 1]
    assert list(zip(written["id"], written["voice"], strict=True)) == list(zip(good["id"], good["voice"], strict=True))


@pytest.mark.realdata
def test_the_published_files_are_written_byte_by_byte(tmp_path: Path, realdata: Path) -> None:
    folder = realdata / "babyslm_librivox_1024h"
    table = load_stimuli(folder)["lexical", "dev"]
    trials = make_trials(table, read_scores(folder / "lexical" / "dev.txt", table))
    paths = write_official_outputs(trials, table, tmp_path)
    published = folder / "lexical" / "dev_scores"
    assert sorted(path.name for path in paths) == sorted(path.name for path in published.iterdir())
    for path in paths:
        ours, theirs = path.read_bytes(), (published / path.name).read_bytes()
        if path.name.endswith("all_trials.csv"):
            # The rebuilt gold table orders its rows otherwise than the one the published file was made from.
            assert sorted(ours.splitlines()) == sorted(theirs.splitlines())
        else:
            assert ours == theirs
