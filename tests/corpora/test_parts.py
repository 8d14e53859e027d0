"""Splits that tear no transcript, and budgets that are nested."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from babyslm.corpora.corpus import Corpus, as_table
from babyslm.corpora.parts import Budget, Parts, in_order, parse_budgets, split_groups
from babyslm.verify.corpora.tables import BudgetError, SplitError


def table(transcripts: int = 40, each: int = 12) -> pd.DataFrame:
    draw = np.random.default_rng(0)
    rows = [
        {
            "audio": f"audio/{t}.wav",
            "onset": float(10 * n),
            "offset": float(10 * n) + float(draw.uniform(1, 9)),
            "speaker": f"s{t % 4}",
            "age": None if t == 7 else 1000.0 - 10 * t,
            "text": "one two three",
            "source": f"t{t:02d}",
        }
        for t in range(transcripts)
        for n in range(each)
    ]
    return as_table(pd.DataFrame(rows))


def test_no_transcript_is_on_two_sides() -> None:
    rows = table()
    sides = split_groups(rows, (0.1, 0.2), by="source", seed=3)
    assert sum(map(len, sides)) == len(rows)
    names = [set(side["source"]) for side in sides]
    assert not names[0] & names[1] | names[0] & names[2] | names[1] & names[2]
    assert [round(len(side) / len(rows), 2) for side in sides] == [0.7, 0.1, 0.2]
    shuffled = rows.sample(frac=1, random_state=0)
    assert set(split_groups(shuffled, (0.1, 0.2), by="source", seed=3)[1]["source"]) == names[1]
    assert set(split_groups(rows, (0.1, 0.2), by="source", seed=4)[1]["source"]) != names[1]
    with pytest.raises(SplitError, match="2 transcript"):
        split_groups(rows[rows["source"] < "t02"], (0.4, 0.4), by="source", seed=0)


def test_orders() -> None:
    rows = table()
    ages = in_order(rows, "age", seed=0)["age"]
    assert ages.dropna().is_monotonic_increasing
    assert ages.isna().to_numpy()[-12:].all()
    drawn = in_order(rows, "shuffled", seed=0)
    names = drawn["source"].tolist()
    assert sum(one != other for one, other in pairwise(names)) == len(set(names)) - 1  # transcripts in one piece
    assert drawn["source"].tolist() != in_order(rows, "shuffled", seed=1)["source"].tolist()


@pytest.mark.parametrize("share", [0.1, 0.3, 0.7])
def test_balanced_budgets_give_each_speaker_the_same(share: float) -> None:
    rows = table()
    ordered = in_order(rows, "balanced", seed=0)
    seconds = (ordered["offset"] - ordered["onset"]).astype(float)
    begun = ordered[seconds.cumsum() <= share * seconds.sum()]
    spoken = (begun["offset"] - begun["onset"]).groupby(begun["speaker"]).sum()
    assert len(spoken) == 4
    assert spoken.max() - spoken.min() < 9 + 9


def test_budgets_are_read() -> None:
    corpus = Corpus(table(60, 60))
    assert corpus.hours is not None
    assert 4 < corpus.hours < 6
    assert parse_budgets(["all"], corpus) == [Budget(0.5, "h"), Budget(1, "h"), Budget(2, "h"), Budget(4, "h")]
    assert [budget.name for budget in parse_budgets(["300w", "0.5h", "300w"], corpus)] == ["0.5h", "300w"]
    for text in ("7", "9h", "0h", "1000000w", "-1h"):
        with pytest.raises(BudgetError, match=text):
            parse_budgets([text], corpus)
    with pytest.raises(BudgetError, match="5 hours: is not a budget"):
        Parts(budgets=("5 hours",))
    with pytest.raises(BudgetError, match="no sound"):
        parse_budgets(["all"], Corpus(corpus.utterances.assign(audio=None)))
