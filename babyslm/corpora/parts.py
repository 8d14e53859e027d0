"""Parts of a prepared corpus: training, development and test split, and nested budgets of hours or words.

Each part is a corpus folder inside the folder of the whole corpus, and shares its sound files.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from babyslm.corpora.corpus import Corpus, save_corpus
from babyslm.seeds import derive, generator
from babyslm.verify.corpora.tables import BudgetError, SplitError

__all__ = ["Budget", "Order", "Parts", "in_order", "parse_budgets", "split_groups", "write_parts"]

Order = Literal["age", "shuffled", "balanced"]
"""`age`: transcripts by increasing age of the child; `shuffled`: transcripts in random order; `balanced`: always the
next utterance of the speaker with the least speech so far, each speaker's utterances in random order."""

LEAST_HOURS, MOST_HOURS = 0.5, 128.0
BUDGET = re.compile(r"(\d+(?:\.\d+)?)([hw])$")
ALL = "all"


@dataclass(frozen=True)
class Budget:
    """An amount of speech or text.

    :param amount: hours or words.
    :param unit: h or w.
    """

    amount: float
    unit: Literal["h", "w"]

    @property
    def name(self) -> str:
        """Name of the folder of the budget: `0.5h`, `100000w`."""
        return f"{self.amount:g}h" if self.unit == "h" else f"{self.amount:.0f}w"


@dataclass(frozen=True)
class Parts:
    """Parts into which a corpus is split.

    :param held_out: shares of development and test; () for no split.
    :param budgets: budgets taken from the training split, as `parse_budgets` reads them.
    :param order: order in which utterances enter a budget.
    :param seed: seed of splits and random orders.
    :param by: column whose groups (transcripts, speakers) are never divided between splits.
    """

    held_out: tuple[float, ...] = ()
    budgets: tuple[str, ...] = ()
    order: Order = "age"
    seed: int = 0
    by: str = "source"

    def __post_init__(self) -> None:
        """Refuse malformed budgets before any work is done; their size is checked later."""
        for text in self.budgets:
            if text != ALL and not BUDGET.match(text):
                raise BudgetError(text, "is not a budget")

    def record(self) -> dict[str, object]:
        """Return the settings for the card."""
        return {
            "held_out": list(self.held_out),
            "budgets": list(self.budgets),
            "order": self.order,
            "seed": self.seed,
            "by": self.by,
        }


def parse_budgets(texts: Sequence[str], corpus: Corpus) -> list[Budget]:
    """Parse budgets such as `0.5h` and `100000w`; `all` expands to 0.5, 1, 2 ... 128 hours, up to the corpus size.

    :param texts: the budgets.
    :param corpus: the corpus from which they are taken.
    :raises BudgetError: if a budget is malformed or larger than the corpus.
    """
    found: list[Budget] = []
    for text in texts:
        if text == ALL:
            if not corpus.hours:
                raise BudgetError(text, "the corpus has no sound, so hours are undefined")
            amount = LEAST_HOURS
            while amount <= min(MOST_HOURS, corpus.hours):
                found.append(Budget(amount, "h"))
                amount *= 2
            continue
        match = BUDGET.match(text)
        if not match:
            raise BudgetError(text, "is not a budget")
        budget = Budget(float(match[1]), "h" if match[2] == "h" else "w")
        there = corpus.hours if budget.unit == "h" else float(corpus.words)
        if not there or not 0 < budget.amount <= there:
            raise BudgetError(text, f"the corpus contains {there or 0:g} {'hours' if budget.unit == 'h' else 'words'}")
        found.append(budget)
    return sorted(set(found), key=lambda budget: (budget.unit, budget.amount))


def split_groups(rows: pd.DataFrame, shares: Sequence[float], *, by: str, seed: int) -> list[pd.DataFrame]:
    """Split a table such that no group (transcript, speaker) occurs in two parts.

    Groups are shuffled, depending only on the seed and on their names, and fill the held-out parts one after the
    other. Shares are counted in utterances.

    :param rows: utterances.
    :param shares: shares of the held-out parts, such as (0.1, 0.1).
    :param by: column of the groups.
    :param seed: seed of the shuffle.
    :returns: the training part, then one part per share.
    :raises SplitError: if a part would be empty.
    """
    keys = rows[by].fillna("").astype(str)
    sizes = keys.value_counts()
    order = sorted(sizes.index, key=lambda name: (derive(seed, "split", name), name))
    place: dict[str, int] = {}
    part, filled = 1, 0
    for name in order:
        if part > len(shares):
            break
        place[name] = part
        filled += int(sizes[name])
        if filled >= shares[part - 1] * len(rows):
            part, filled = part + 1, 0
    sides = keys.map(lambda name: place.get(name, 0))
    parted = [rows[sides == side] for side in range(len(shares) + 1)]
    if any(side.empty for side in parted):
        raise SplitError(len(sizes), shares)
    return parted


def in_order(rows: pd.DataFrame, order: Order, *, seed: int) -> pd.DataFrame:
    """Return utterances in the order in which they enter a budget.

    :param rows: utterances, those of one transcript contiguous.
    :param order: see `Order`.
    :param seed: seed of random orders.
    """
    sources = rows["source"].fillna("").astype(str)
    match order:
        case "age":
            keys = pd.DataFrame({"age": rows["age"].astype("Float64").fillna(np.inf), "source": sources})
            return rows.loc[keys.sort_values(["age", "source"], kind="stable").index]
        case "shuffled":
            drawn = {name: derive(seed, "order", name) for name in sources.unique()}
            return rows.loc[sources.map(drawn).sort_values(kind="stable").index]
        case "balanced":
            return _balanced(rows, seed)


def _balanced(rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    speakers = rows["speaker"].fillna("").astype(str)
    amount = _amount(rows, "h" if rows["audio"].notna().all() else "w")
    pieces = []
    for name in sorted(speakers.unique()):
        own = rows.index[speakers == name].to_numpy()
        own = own[generator(seed, "order", name).permutation(len(own))]
        spoken = amount.loc[own].cumsum().to_numpy()
        before = np.concatenate([[0.0], spoken[:-1]])
        pieces.append(pd.DataFrame({"row": own, "before": before, "speaker": derive(seed, "speaker", name)}))
    plan = pd.concat(pieces).sort_values(["before", "speaker"], kind="stable")
    return rows.loc[plan["row"]]


def _amount(rows: pd.DataFrame, unit: str) -> pd.Series:
    if unit == "h":
        return ((rows["offset"] - rows["onset"]) / 3600).fillna(0.0).astype(float)
    return rows["text"].fillna("").str.split().str.len().astype(float)


def write_parts(corpus: Corpus, parts: Parts) -> list[Corpus]:
    """Write `train`, `dev`, `test` and `budgets/AMOUNT` below a corpus folder.

    Budgets are nested: a smaller one is a prefix of a larger one. Each contains as many whole utterances as fit.

    :param corpus: a saved corpus.
    :param parts: splits and budgets.
    """
    assert corpus.folder is not None
    rows = corpus.utterances
    written = []
    if parts.held_out:
        sides = split_groups(rows, parts.held_out, by=parts.by, seed=parts.seed)
        for name, side in zip(("train", "dev", "test"), sides, strict=False):
            written.append(_part(corpus, side, name, {"part": name}))
        rows = sides[0]
    whole = Corpus(rows)
    ordered = in_order(rows, parts.order, seed=parts.seed) if parts.budgets else rows
    for budget in parse_budgets(parts.budgets, whole):
        reached = _amount(ordered, budget.unit).cumsum()
        chosen = ordered[reached <= budget.amount * (1 + 1e-9)]
        if chosen.empty:
            raise BudgetError(budget.name, "is less than one utterance")
        written.append(_part(corpus, chosen, f"budgets/{budget.name}", {"budget": budget.name}))
    return written


def _part(corpus: Corpus, rows: pd.DataFrame, name: str, settings: dict[str, object]) -> Corpus:
    assert corpus.folder is not None
    assert corpus.card is not None
    up = "../" * len(Path(name).parts)
    audio = rows["audio"].map(lambda path: path if pd.isna(path) else up + path)
    return save_corpus(
        rows.assign(audio=audio),
        corpus.folder / name,
        name=f"{corpus.card.name}-{name.replace('/', '-')}",
        language=corpus.card.language,
        licence=corpus.card.licence,
        sources=corpus.card.sources,
        speech=corpus.card.speech,
        settings=corpus.card.settings | settings,
    )
