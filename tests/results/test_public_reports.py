"""Learners, gold tables and scores of the kinds that public reports of other tools describe.

The table is in docs/reliability.md; inputs of corpora are in tests/corpora/test_public_reports.py.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from babyslm.evaluation.evaluate import evaluate
from babyslm.models.text.huggingface import load
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.stimulus import Stimulus
from babyslm.verify.stimuli.sets import MissingColumnsError, NoStimuliError, ReservedColumnsError, RowError
from tests.results.test_cautions import folder_of_scores
from tests.tables import syntactic_rows, write_set
from tests.text_folders import causal_folder
from tests.tiny_networks import naive_causal


def test_a_begin_token_that_the_tokenizer_adds_is_not_added_again(tmp_path: Path) -> None:
    """lm-evaluation-harness issue 3333: the begin token occurred twice for tokenizers that add it themselves."""
    model = load(str(causal_folder(tmp_path / "model")), device="cpu")
    tokenizer = model.encoder.tokenizer
    ids = tokenizer("the dog runs")["input_ids"]
    assert ids.count(tokenizer.bos_token_id) == 1
    expected = naive_causal(model.network, np.array(ids), 1)
    found = model.score([Stimulus("one", text="the dog runs")])
    assert found.symbols[0] == len(expected) == len(ids) - 1
    assert found.log_probability[0] == pytest.approx(expected.sum(), abs=1e-4)


def test_a_mean_is_over_tokens_whatever_the_bytes_of_a_character(tmp_path: Path) -> None:
    """lm-evaluation-harness issue 3278: whether a score is normalised by characters or by bytes differed by page."""
    model = load(str(causal_folder(tmp_path / "model")), device="cpu")
    texts = ["the cat", "the c\u00e2t", "\u732b"]
    found = model.score([Stimulus(f"s{number}", text=text) for number, text in enumerate(texts)])
    tokens = [len(model.encoder.tokenizer(text, add_special_tokens=False)["input_ids"]) for text in texts]
    assert list(found.symbols) == tokens
    assert len(set(tokens)) == len(tokens)


def test_sound_without_a_table_of_pairs_is_told_from_no_stimuli(tmp_path: Path) -> None:
    """slamkit issue 17: an archive of sBLIMP with sound files alone."""
    place = tmp_path / "archive" / "syntactic" / "dev"
    place.mkdir(parents=True)
    soundfile.write(place / "aAAfmkmQpVz.wav", np.zeros(160), 16_000)
    with pytest.raises(NoStimuliError, match=r"contains sound, but no table of its pairs: add gold\.csv"):
        load_stimuli(str(tmp_path / "archive"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoStimuliError, match=r"contains no stimuli; expected"):
        load_stimuli(str(tmp_path / "empty"))


def test_a_folder_of_one_task_alone_is_read_as_that_task(tmp_path: Path) -> None:
    """slamkit issue 8: the folder of sBLIMP as published, with several voices, and accuracy averaged over them."""
    place = tmp_path / "sblimp" / "test"
    place.mkdir(parents=True)
    syntactic_rows(("alice", "ben")).to_csv(place / "gold.csv", index=False)
    table = load_stimuli(str(tmp_path / "sblimp"))["syntactic", "test"]
    assert table.voices == ("alice", "ben")
    assert len(table.pairs) == 2 * table.pairs["id"].nunique()


def test_a_gold_table_of_another_benchmark_names_its_columns(tmp_path: Path) -> None:
    """zerospeech/benchmarks issue 15: the gold table of ProsAudit has other columns than that of sBLIMP."""
    place = write_set(tmp_path / "set") / "syntactic" / "dev" / "gold.csv"
    table = pd.read_csv(place, dtype=str).rename(columns={"transcription": "sentence", "subtype": "kind"})
    table.to_csv(place, index=False)
    with pytest.raises(
        MissingColumnsError, match=r"gold\.csv: lacks the column\(s\) subtype, transcription; it has id"
    ):
        load_stimuli(str(tmp_path / "set"))


RESERVED = ("good", "bad", "bad_phones", "bad_transcription")
FREE = ("item", "cluster", "index", "task", "split", "good_score", "n", "accuracy", "value", "seen", "condition")


@pytest.mark.parametrize("name", [*RESERVED, *FREE, "frequency"])
def test_a_further_column_is_never_taken_for_one_of_ours(tmp_path: Path, name: str) -> None:
    """fastabx 0.9.0: a column of a table whose name begins as an internal one was mistaken for it."""
    scores = folder_of_scores(tmp_path, lambda score: score)
    plain = evaluate(f"scores:{scores}", str(tmp_path / "set"))
    path = tmp_path / "set" / "syntactic" / "dev" / "gold.csv"
    pd.read_csv(path, dtype=str, keep_default_na=False).assign(**{name: "x"}).to_csv(path, index=False)
    if name in RESERVED:
        with pytest.raises(ReservedColumnsError, match=rf"gold\.csv: the names {name} are reserved"):
            load_stimuli(str(tmp_path / "set"))
    elif name == "frequency":
        with pytest.raises(RowError, match=r"gold\.csv:2: frequency is 'x'; it must be a whole number or empty"):
            load_stimuli(str(tmp_path / "set"))
    else:
        result = evaluate(f"scores:{scores}", str(tmp_path / "set"))
        whole = ["task", "split", "measure", "accuracy", "n"]
        pd.testing.assert_frame_equal(result.headline()[whole], plain.headline()[whole])
