"""Data of the board that the pages show: every learner's recomputed figures, ranks, gaps and flags.

A *track* is one stimulus set, split and acoustic condition, within which learners are comparable. Each track has up to
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
    "below-chance",
    "identical-scores",
    "positive-scores",
    "recorded-otherwise",
    "same-name",
    "scored-by-sum",
    "splits-apart",
    "voices-differ",
]

CHANCE = 0.5
"""Accuracy at chance level, in every task: one of two members is the good one."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval.

    :param value: an accuracy, 0 to 1, or a difference of accuracies, -1 to 1.
    :param low: lower end; None for fewer than two clusters.
    :param high: upper end.
    """

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """A reference line of a plot: chance, or the best n-gram learner of a track.

    :param name: `chance` or `n-gram floor`.
    :param value: accuracy.
    :param slug: the entry with this accuracy; None for chance.
    """

    name: Literal["chance", "n-gram floor"]
    value: float
    slug: str | None


@dataclass(frozen=True, eq=False)
class TrackTable:
    """The stimuli of one task of a track, shared by all learners.

    :param task: lexical or syntactic.
    :param stimuli: the gold table, in the track's condition if the available set has its sound; `stimuli.folder` is
        None if there is no sound, and `stimuli.audio_path(name)` gives the path of a sound.
    :param pairs: `stimuli.pairs`, one row per (pair, voice): `id, voice, good, bad` (stimulus names), then the good
        member's columns (`word, phones, frequency, length` or `type, transcription`), the bad member's
        `bad_phones` or `bad_transcription`, `cluster`, and `item`: the word or pair that the official scripts average
        over.
    :param index: index of each stimulus, for reading scores.
    """

    task: Task
    stimuli: StimulusTable
    pairs: pd.DataFrame
    index: ScoreIndex

    @property
    def has_sound(self) -> bool:
        """Whether the sound of this table is available."""
        return self.stimuli.folder is not None


@dataclass(frozen=True, eq=False)
class Track:
    """One stimulus set, split and acoustic condition.

    :param key: unique, and safe in a file name or an address: `babyslm-en-1.test.clean`.
    :param set_name: name of the registered stimulus set.
    :param version: its version.
    :param language: BCP 47 tag.
    :param split: dev or test.
    :param condition: acoustic condition; text learners are listed under `clean`.
    :param tables: by task.
    :param lines: reference lines of plots, by measure.
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
    """Standing of a learner in one measure of one track.

    Two learners are *separable* if the p-value of their paired difference is below .05 after Holm's correction for all
    pairs of the track. From the best down, a learner joins the tie group of the previous one unless it is separable
    from the best of that group; all members of a tie group share its rank.

    :param estimate: the accuracy.
    :param rank: rank of the tie group: 1 + the number of learners in the groups above (1, 1, 1, 4, ...).
    :param group: number of the tie group: consecutive, from 1.
    :param best_rank: 1 + the number of learners that are separable from this one and above it.
    :param worst_rank: number of learners - the number of those that are separable from this one and below it.
    :param n: number of items averaged (words, pairs; None for `mean`).
    :param clusters: number of clusters of items (None for `mean`).
    :param ties: trials in which both members have the same score (None for `mean`).
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
    """Scores of one learner in one table of a track.

    :param verdicts: shape (rows of `TrackTable.pairs`,), in their order: 2 right, 1 tie, 0 wrong, -1 not scored (the
        other voices, for a text learner).
    :param source: the score file, for `gather.item_scores`, which reads the scores themselves.
    """

    verdicts: NDArray[np.int8]
    source: Path


@dataclass(frozen=True, slots=True)
class Flag:
    """A property of a submission that a maintainer should check; it is not a refusal.

    :param kind: kind of the flag.
    :param text: one sentence.
    """

    kind: FlagKind
    text: str


@dataclass(frozen=True, eq=False)
class Entry:
    """One revision of one learner.

    :param card: description by its authors; every text in it is untrusted.
    :param standings: by track key and measure; a track or measure without scores is absent.
    :param breakdowns: one row per value of an attribute: `track, task, attribute, value, n, clusters, trials, ties,
        accuracy, low, high`. Attributes are `phenomenon, frequency, length, voice` and further ones of the set
        (`category, age_band`); `value` is text. `low` and `high` are NaN for fewer than two clusters. Rows of one
        attribute are in their natural order.
    :param scores: by track key and task.
    :param flags: properties that a maintainer should check.
    :param reference: whether the learner was trained by the project.
    """

    card: Card
    standings: Mapping[str, Mapping[Measure, Standing]]
    breakdowns: pd.DataFrame
    scores: Mapping[tuple[str, Task], TableScores]
    flags: tuple[Flag, ...] = ()
    reference: bool = False

    @property
    def slug(self) -> str:
        """Identifier that is unique on the board, and safe in file names and addresses."""
        return self.card.slug

    @property
    def label(self) -> str:
        """The learner's name and its revision."""
        return f"{self.card.name} · {self.card.revision}"


@dataclass(frozen=True, slots=True)
class Gap:
    """A paired difference between two learners of one family.

    :param kind: `text-speech` (a text learner and a spoken learner) or `clean-wild` (trained on clean and on
        in-the-wild speech).
    :param family: the family of both.
    :param first: slug of the text learner, or of the learner trained on clean speech.
    :param second: slug of the spoken learner, or of the learner trained on in-the-wild speech.
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
    :param amount: its amount of training, in the unit of the curve.
    :param estimate: the accuracy.
    """

    slug: str
    revision: str
    amount: float
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Curve:
    """The revisions of one model in training.

    :param model: `Card.model`.
    :param name: the learner's name.
    :param track: key of the track.
    :param measure: lexical, syntactic or mean.
    :param unit: `tokens`, `hours`, `words` or `steps`: the first that all revisions state with distinct values.
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
    """A refused submission.

    :param folder: relative to the submissions; untrusted text.
    :param reason: one line.
    """

    folder: str
    reason: str


@dataclass(frozen=True, eq=False)
class Board:
    """The whole leaderboard, a function of the submissions and the registered sets alone, not of the time.

    :param tracks: by key, sorted; only those with at least one entry.
    :param entries: by slug, sorted.
    :param gaps: text-speech and clean-wild.
    :param curves: models with two or more revisions.
    :param refused: submissions that failed the checks.
    :param version: version of babyslm that computed it.
    """

    tracks: Mapping[str, Track]
    entries: Mapping[str, Entry]
    gaps: tuple[Gap, ...] = ()
    curves: tuple[Curve, ...] = ()
    refused: tuple[Refusal, ...] = ()
    version: str = ""
