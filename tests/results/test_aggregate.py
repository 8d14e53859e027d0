from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from babyslm.results.scores.files import read_scores
from babyslm.results.scores.trials import make_trials
from babyslm.results.statistics.aggregate import (
    accuracy,
    accuracy_by,
    attribute,
    has_attribute,
    item_accuracies,
    macro_accuracy,
    tie_count,
    voice_spread,
)
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.stimulus_set import StimulusTable

Scored = Callable[..., pd.DataFrame]
Official = Callable[..., float]
PUBLISHED = 0.5954862041253685


@pytest.mark.parametrize("seed", range(3))
def test_accuracies_are_those_of_the_definition(
    lexical: StimulusTable, syntactic: StimulusTable, scored: Scored, official: Official, seed: int
) -> None:
    for table in (lexical, syntactic):
        scores = scored(table, seed)
        expected = official(table, scores["score"].to_dict())
        assert accuracy(make_trials(table, scores)) == pytest.approx(expected, abs=1e-12)
        expected_sum = official(table, scores["log_probability"].to_dict())
        assert accuracy(make_trials(table, scores), pooling="sum") == pytest.approx(expected_sum, abs=1e-12)


def test_words_weigh_the_same_however_many_non_words_they_have(lexical: StimulusTable, scored: Scored) -> None:
    trials = make_trials(lexical, scored(lexical))
    sizes = trials.groupby("item").size()
    assert len(set(sizes)) > 1
    assert accuracy(trials) != trials["correct"].mean()
    assert item_accuracies(trials)["pairs"].sum() == len(trials)


def test_a_voice_gives_the_accuracy_of_its_own_trials(
    lexical: StimulusTable, scored: Scored, official: Official
) -> None:
    scores = scored(lexical)
    by = accuracy_by(make_trials(lexical, scores), "voice").set_index("voice")
    for voice in "ABC":
        expected = official(lexical, scores["score"].to_dict(), (voice,))
        assert by.loc[voice, "accuracy"] == pytest.approx(expected, abs=1e-12)
    spread = voice_spread(make_trials(lexical, scores))
    assert spread.std == pytest.approx(np.std(by["accuracy"], ddof=1))
    assert (spread.lowest, spread.highest) == (by["accuracy"].min(), by["accuracy"].max())


def test_macro_averages_phenomena_and_micro_averages_pairs(syntactic: StimulusTable, scored: Scored) -> None:
    trials = make_trials(syntactic, scored(syntactic))
    by = accuracy_by(trials, "phenomenon")
    assert len(set(by["n"])) > 1
    assert macro_accuracy(trials) == pytest.approx(by["accuracy"].mean())
    assert accuracy(trials) == pytest.approx((by["accuracy"] * by["n"]).sum() / by["n"].sum())
    assert accuracy(trials) != macro_accuracy(trials)


def test_frequency_bands_are_closed_on_the_left() -> None:
    counts = [0, 1, 4, 5, 19, 20, 99, 100, 82_009, None]
    trials = pd.DataFrame({"frequency": pd.array(counts, dtype="Int64")})
    bands = attribute(trials, "frequency").astype(object).where(lambda band: band.notna(), None).tolist()
    assert bands == ["0", "1-4", "1-4", "5-19", "5-19", "20-99", "20-99", ">=100", ">=100", None]


def test_length_counts_phones_of_words_and_words_of_sentences(
    lexical: StimulusTable, syntactic: StimulusTable, scored: Scored
) -> None:
    words, sentences = (make_trials(table, scored(table)) for table in (lexical, syntactic))
    assert attribute(words, "length").tolist() == [len(phones.split()) for phones in words["phones"]]
    assert attribute(sentences, "length").tolist() == [len(text.split()) for text in sentences["transcription"]]
    both = pd.concat([words, sentences], ignore_index=True)
    assert attribute(both, "length").tolist() == [*attribute(words, "length"), *attribute(sentences, "length")]


def test_standard_deviations_are_those_between_words(lexical: StimulusTable, scored: Scored) -> None:
    trials = make_trials(lexical, scored(lexical))
    row = accuracy_by(trials, "length").iloc[0]
    items = item_accuracies(trials[trials["length"] == row["length"]])["accuracy"]
    assert row["std"] == pytest.approx(np.std(items, ddof=1))


def test_sets_without_voices_have_no_attribute_voice(make_table: Callable[..., StimulusTable], scored: Scored) -> None:
    table = make_table("syntactic", 9, ("",))
    trials = make_trials(table, scored(table))
    assert not has_attribute(trials, "voice")
    assert not has_attribute(trials, "frequency")
    assert has_attribute(trials, "phenomenon")
    spread = voice_spread(trials)
    assert spread.lowest == spread.highest == pytest.approx(accuracy(trials))
    assert np.isnan(spread.std)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_swapping_good_and_bad_turns_the_accuracy_round(seed: int) -> None:
    random = np.random.default_rng(seed)
    trials = pd.DataFrame(
        {
            "item": random.integers(0, 6, 40).astype(str),
            "voice": random.choice(list("AB"), 40),
            "cluster": "all",
            "good_score": random.integers(0, 4, 40).astype(float),
            "bad_score": random.integers(0, 4, 40).astype(float),
        }
    )
    swapped = trials.rename(columns={"good_score": "bad_score", "bad_score": "good_score"})
    assert accuracy(trials) + accuracy(swapped) == pytest.approx(1)
    assert tie_count(trials) == tie_count(swapped) == (trials["good_score"] == trials["bad_score"]).sum()
    shuffled = trials.sample(frac=1, random_state=seed)
    assert accuracy(shuffled) == accuracy(trials)


@pytest.fixture(scope="module")
def stela(realdata: Path) -> tuple[StimulusTable, pd.DataFrame]:
    folder = realdata / "babyslm_librivox_1024h"
    table = load_stimuli(folder)["lexical", "dev"]
    return table, read_scores(folder / "lexical" / "dev.txt", table)


@pytest.mark.realdata
def test_the_published_accuracy_is_met_to_the_last_digit(stela: tuple[StimulusTable, pd.DataFrame]) -> None:
    trials = make_trials(*stela)
    assert accuracy(trials) == pytest.approx(PUBLISHED, abs=1e-12)
    assert trials["correct"].mean() == pytest.approx(0.5962950413, abs=1e-10)
    assert tie_count(trials) == 0
    by = accuracy_by(trials, "voice").set_index("voice")["accuracy"].round(4)
    assert by.to_dict() == {"en-US-Wavenet-B": 0.5328, "en-US-Wavenet-I": 0.6582}


@pytest.mark.realdata
def test_a_shuffled_gold_table_gives_the_same_number(stela: tuple[StimulusTable, pd.DataFrame]) -> None:
    table, scores = stela
    shuffled = StimulusTable("lexical", "dev", table.rows.sample(frac=1, random_state=1))
    assert accuracy(make_trials(shuffled, scores)) == accuracy(make_trials(table, scores))


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["frequency", "length"])
def test_the_published_breakdowns_are_met(
    stela: tuple[StimulusTable, pd.DataFrame], realdata: Path, name: str
) -> None:
    folder = realdata / "babyslm_librivox_1024h" / "lexical" / "dev_scores"
    published = pd.read_csv(folder / f"score_lexical_dev_by_{name}.csv")
    published = published[published["n"] > 0].reset_index(drop=True)
    ours = accuracy_by(make_trials(*stela), name)
    assert ours["n"].tolist() == published["n"].tolist()
    assert ours["accuracy"].round(4).tolist() == published["score"].tolist()
    assert ours["std"].round(4).tolist() == published["std"].tolist()
    if name == "length":
        assert ours["length"].tolist() == published["length"].tolist()
