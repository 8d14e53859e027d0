"""The board: every learner's recomputed figures, ranks, gaps and flags. What the pages show, and nothing else.

A *track* is one stimulus set, split and acoustic condition: within it learners are comparable. Each track has up to
three measures: `lexical`, `syntactic` and their `mean` (only for learners that have both).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from babyslm.leaderboard.submissions.card import Card
from babyslm.leaderboard.submissions.score_index import ScoreIndex
from babyslm.stimuli.stimulus import Split, Task
from babyslm.stimuli.stimulus_set import StimulusTable

__all__ = [
    "CHANCE",
    "MEASURES",
    "Board",
    "Curve",
    "CurvePoint",
    "Entry",
    "Estimate",
    "Flag",
    "FlagKind",
    "Gap",
    "GapKind",
    "Line",
    "Measure",
    "Refusal",
    "Standing",
    "TableScores",
    "Track",
    "TrackTable",
]

Measure = Literal["lexical", "syntactic", "mean"]
MEASURES: tuple[Measure, ...] = get_args(Measure)

GapKind = Literal["text-speech", "clean-wild"]

FlagKind = Literal[
    "identical-scores",
    "recorded-otherwise",
    "same-name",
    "scored-by-sum",
    "splits-apart",
    "voices-differ",
]

CHANCE = 0.5
"""Accuracy of a learner that guesses, in every task: one of two members is the good one."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval.

    :param value: an accuracy, 0 to 1, or a difference of accuracies, -1 to 1.
    :param low: lower end; None where fewer than two clusters speak.
    :param high: upper end.
    """

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """A level drawn across a plot: chance, or the best n-gram learner of a track.

    :param name: `chance` or `n-gram floor`.
    :param value: accuracy.
    :param slug: the entry that reached it; None for chance.
    """

    name: Literal["chance", "n-gram floor"]
    value: float
    slug: str | None


@dataclass(frozen=True, eq=False)
class TrackTable:
    """The stimuli of one task of a track, shared by all learners.

    :param task: lexical or syntactic.
    :param stimuli: the gold table, hearing the track's condition where the set at hand has its sound;
        `stimuli.folder` is None where there is no sound, and `stimuli.audio_path(name)` says where a sound lies.
    :param pairs: `stimuli.pairs`, one row a (pair, voice): `id, voice, good, bad` (stimulus names), then the good
        member's columns (`word, phones, frequency, length` or `type, transcription`), the bad member's
        `bad_phones` or `bad_transcription`, `cluster`, and `item`: the word or pair that the official scripts average
        over.
    :param index: where each stimulus stands, for reading scores.
    """

    task: Task
    stimuli: StimulusTable
    pairs: pd.DataFrame
    index: ScoreIndex

    @property
    def has_sound(self) -> bool:
        """Whether the sound of this table lies at hand."""
        return self.stimuli.folder is not None


@dataclass(frozen=True, eq=False)
class Track:
    """One stimulus set, split and acoustic condition.

    :param key: unique and safe in a file name or an address: `babyslm-en-1.test.clean`.
    :param set_name: name of the registered stimulus set.
    :param version: its version.
    :param language: BCP 47 tag.
    :param split: dev or test.
    :param condition: acoustic condition; learners that read stand in `clean`.
    :param tables: by task.
    :param lines: levels to draw, by measure.
    """

    key: str
    set_name: str
    version: str
    language: str
    split: Split
    condition: str
    tables: Mapping[Task, TrackTable]
    lines: Mapping[Measure, tuple[Line, ...]]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a learner stands in one measure of one track.

    Two learners are *separable* where the paired test of their difference stays below .05 after Holm's correction for
    all pairs of the track. Going down the list, a learner joins the tie group of the one above unless it is separable
    from the best of that group; all of a tie group share its rank.

    :param estimate: the accuracy.
    :param rank: rank of the tie group: 1 + the number of learners in the groups above (1, 1, 1, 4, ...).
    :param group: number of the tie group: 1, 2, 3, ... without holes.
    :param best_rank: 1 + the number of learners that are separable from this one and above it.
    :param worst_rank: number of learners - the number of those that are separable from this one and below it.
    :param n: items averaged (words, pairs; None for `mean`).
    :param clusters: clusters drawn by the bootstrap (None for `mean`).
    :param ties: trials in which both members scored the same (None for `mean`).
    """

    estimate: Estimate
    rank: int
    group: int
    best_rank: int
    worst_rank: int
    n: int | None
    clusters: int | None
    ties: int | None


@dataclass(frozen=True, eq=False)
class TableScores:
    """What one learner did in one table of a track.

    :param verdicts: shape (rows of `TrackTable.pairs`,), in their order: 2 right, 1 tie, 0 wrong, -1 not scored (the
        other voices of a learner that reads).
    :param source: the score file, for `gather.item_scores`, which reads the scores themselves.
    """

    verdicts: NDArray[np.int8]
    source: Path


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that a maintainer should look at; it refuses nothing.

    :param kind: what it is about.
    :param text: one sentence.
    """

    kind: FlagKind
    text: str


@dataclass(frozen=True, eq=False)
class Entry:
    """One revision of one learner.

    :param card: what its authors say of it; every text in it is untrusted.
    :param standings: by track key and measure; a track that was not entered is absent, and so is a measure.
    :param breakdowns: one row a value of an attribute: `track, task, attribute, value, n, clusters, trials, ties,
        accuracy, low, high`. Attributes are `phenomenon, frequency, length, voice` and what else the set has
        (`category, age_band`); `value` is text. `low` and `high` are NaN where fewer than two clusters speak. Rows of
        one attribute stand in their natural order.
    :param scores: by track key and task.
    :param flags: what a maintainer should look at.
    :param reference: whether the project trained and vouches for it.
    """

    card: Card
    standings: Mapping[str, Mapping[Measure, Standing]]
    breakdowns: pd.DataFrame
    scores: Mapping[tuple[str, Task], TableScores]
    flags: tuple[Flag, ...] = ()
    reference: bool = False

    @property
    def slug(self) -> str:
        """Unique on the board, safe in file names and addresses."""
        return self.card.slug

    @property
    def label(self) -> str:
        """The learner's name and its revision."""
        return f"{self.card.name} · {self.card.revision}"


@dataclass(frozen=True, slots=True)
class Gap:
    """A paired difference between two learners of one family.

    :param kind: `text-speech` (one reads, one hears) or `clean-wild` (trained on clean and on in-the-wild speech).
    :param family: the family of both.
    :param first: slug of the reader, or of the learner trained on clean speech.
    :param second: slug of the hearer, or of the learner trained on in-the-wild speech.
    :param track: key of the track.
    :param measure: lexical, syntactic or mean.
    :param difference: accuracy of the first minus the second, paired on the same items.
    :param p: two-sided p-value of no difference, uncorrected.
    """

    kind: GapKind
    family: str
    first: str
    second: str
    track: str
    measure: Measure
    difference: Estimate
    p: float


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One revision on a learning curve.

    :param slug: the entry.
    :param revision: its revision.
    :param amount: how much it had met, in the unit of the curve.
    :param estimate: the accuracy.
    """

    slug: str
    revision: str
    amount: float
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Curve:
    """The revisions of one model over their training.

    :param model: `Card.model`.
    :param name: the learner's name.
    :param track: key of the track.
    :param measure: lexical, syntactic or mean.
    :param unit: `tokens`, `hours`, `words` or `steps`: the first that every revision tells and that tells them apart.
    :param points: two or more, by amount.
    """

    model: str
    name: str
    track: str
    measure: Measure
    unit: Literal["tokens", "hours", "words", "steps"]
    points: tuple[CurvePoint, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A submission that is not on the board.

    :param folder: relative to the submissions; untrusted text.
    :param reason: one line.
    """

    folder: str
    reason: str


@dataclass(frozen=True, eq=False)
class Board:
    """The whole leaderboard. It depends on the submissions and the registered sets alone, not on the clock.

    :param tracks: by key, sorted; only those that some entry stands in.
    :param entries: by slug, sorted.
    :param gaps: text-speech and clean-wild.
    :param curves: models with two or more revisions.
    :param refused: submissions that did not pass.
    :param version: version of babyslm that computed it.
    """

    tracks: Mapping[str, Track]
    entries: Mapping[str, Entry]
    gaps: tuple[Gap, ...] = ()
    curves: tuple[Curve, ...] = ()
    refused: tuple[Refusal, ...] = ()
    version: str = ""
