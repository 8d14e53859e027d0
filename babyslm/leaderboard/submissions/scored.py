"""Scores of one submission with their verdicts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from babyslm.leaderboard.submissions.card import Card
from babyslm.leaderboard.submissions.registry import Registry
from babyslm.leaderboard.submissions.score_index import ScoreIndex
from babyslm.leaderboard.submissions.submission import Submission
from babyslm.results.outcomes.record import ResultRecord
from babyslm.stimuli.stimulus import Split, Task

__all__ = ["ScoredSubmission", "ScoredTable", "Scorer", "TableKey", "track_key"]


@dataclass(frozen=True, slots=True)
class TableKey:
    """Identity of one table.

    :param set_key: registered set.
    :param condition: acoustic condition.
    :param task: lexical or syntactic.
    :param split: dev or test.
    """

    set_key: str
    condition: str
    task: Task
    split: Split

    @property
    def track(self) -> str:
        """The track this table is part of."""
        return track_key(self.set_key, self.split, self.condition)


def track_key(set_key: str, split: Split, condition: str) -> str:
    """Return the name of a track, safe in files and addresses."""
    return f"{set_key}.{split}.{condition}"


@dataclass(frozen=True, eq=False)
class ScoredTable:
    """Scores of one learner in one table.

    :param verdicts: by row of `StimulusTable.pairs`: 2, 1, 0, or -1 for voices that were not scored.
    :param voices: the voices that were scored.
    :param digest: SHA-256 of the scores in the order of the stimuli; equal only for equal scores.
    :param voice_spread: largest difference between scores of one text by different voices, in the unit of the scores.
    :param lowest: lowest score.
    :param source: the score file.
    :param record: settings of the evaluation, and the figures it recorded.
    """

    verdicts: NDArray[np.int8]
    voices: tuple[str, ...]
    digest: str
    voice_spread: float
    lowest: float
    source: Path
    record: ResultRecord


@dataclass(frozen=True, eq=False)
class ScoredSubmission:
    """A submission whose scores pass the checks.

    :param folder: `MODEL/REVISION`.
    :param card: description by its authors.
    :param tables: by table.
    """

    folder: Path
    card: Card
    tables: Mapping[TableKey, ScoredTable]


@dataclass
class Scorer:
    """Reader of the scores of submissions against the registered sets; tables are indexed once.

    :param registry: the registered sets.
    """

    registry: Registry
    _indices: dict[tuple[str, Task, Split], ScoreIndex] = field(default_factory=dict)

    def index(self, set_key: str, task: Task, split: Split) -> ScoreIndex:
        """Return the index of a table of a registered set."""
        key = (set_key, task, split)
        if key not in self._indices:
            self._indices[key] = ScoreIndex(self.registry.stimuli(set_key)[task, split])
        return self._indices[key]

    def score(self, submission: Submission) -> ScoredSubmission:
        """Read and check every score file of a submission, and compute its verdicts."""
        tables = {}
        for run in submission.runs:
            for (task, split), path in run.files.items():
                index = self.index(run.set_key, task, split)
                values = index.read(path)
                verdicts = index.verdicts(values)
                tables[TableKey(run.set_key, run.condition, task, split)] = ScoredTable(
                    verdicts,
                    index.voices(verdicts),
                    sha256(values.tobytes()).hexdigest(),
                    index.spread_over_voices(values) if submission.card.modality != "spoken" else 0.0,
                    float(np.nanmin(values)),
                    path,
                    run.record,
                )
        return ScoredSubmission(submission.folder, submission.card, tables)
