"""Computation of the board from a folder of submissions: every figure is recomputed from the scores."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from babyslm.leaderboard.board.board import (
    CHANCE,
    Board,
    Entry,
    Line,
    Measure,
    Refusal,
    Standing,
    TableScores,
    Track,
    TrackTable,
)
from babyslm.leaderboard.board.figures import BREAKDOWN_COLUMNS, TableFigures, table_figures
from babyslm.leaderboard.board.flags import flags
from babyslm.leaderboard.board.matrices import trial_items
from babyslm.leaderboard.board.relations import curves, gaps
from babyslm.leaderboard.board.standings import measure_figures, standings
from babyslm.leaderboard.submissions.card import Card
from babyslm.leaderboard.submissions.registry import Registry
from babyslm.leaderboard.submissions.scored import ScoredSubmission, Scorer, TableKey
from babyslm.leaderboard.submissions.submission import read_submission, submission_folders
from babyslm.stimuli.stimulus import Task
from babyslm.stimuli.stimulus_set import StimulusTable
from babyslm.verify.errors import BabySLMError
from babyslm.verify.results.submission import (
    DuplicateSubmissionError,
    SetChangedError,
    SetNotAtHandError,
    UnsafeFolderError,
)
from babyslm.verify.stimuli.sets import MissingConditionError
from babyslm.verify.untrusted import printable

__all__ = ["gather", "item_scores", "read_all"]


@dataclass(frozen=True, eq=False)
class _Computed:
    """Figures of the tables of all tracks."""

    figures: Mapping[TableKey, TableFigures]
    tracks: Mapping[str, Mapping[Task, TableFigures]]


def gather(submissions: Path, registry: Registry) -> Board:
    """Read, check and rank every submission.

    A submission that fails the checks is left out and listed in `Board.refused`.

    :param submissions: folder with `MODEL/REVISION/card.yaml` and, below,
        `SET/CONDITION/scores/{task}/{split}.txt.gz`.
    :param registry: the registered stimulus sets.
    """
    scorer = Scorer(registry)
    scored, refused = read_all(submissions, scorer)
    by_slug = {each.card.slug: each for each in scored}
    cards = {slug: each.card for slug, each in by_slug.items()}
    computed = _compute(by_slug, registry)
    figures = {track: measure_figures(tables) for track, tables in computed.tracks.items()}
    placed = {
        track: {measure: standings(each) for measure, each in by_measure.items()}
        for track, by_measure in figures.items()
    }
    breakdowns = _breakdowns(computed.figures)
    flagged = flags(by_slug, computed.figures)
    entries = {
        slug: Entry(
            card=each.card,
            standings=_of(slug, placed),
            breakdowns=breakdowns[slug],
            scores={
                (key.track, key.task): TableScores(table.verdicts, table.source) for key, table in each.tables.items()
            },
            flags=flagged[slug],
            reference=each.card.id in registry.references.learners,
        )
        for slug, each in sorted(by_slug.items())
    }
    return Board(
        tracks={key: _track(key, computed.figures, placed[key], cards, scorer) for key in sorted(placed)},
        entries=entries,
        gaps=gaps(cards, figures),
        curves=curves(cards, placed),
        refused=tuple(refused),
        version=version("babyslm"),
    )


def read_all(submissions: Path, scorer: Scorer) -> tuple[list[ScoredSubmission], list[Refusal]]:
    """Read and check every submission; return those that pass, and the refusals with their reasons.

    :param submissions: the folder of submissions.
    :param scorer: reads the scores.
    """
    folders, misnamed = submission_folders(submissions)
    refused = [_refusal(path, submissions, UnsafeFolderError(path.parent, [path.name])) for path in misnamed]
    scored: list[ScoredSubmission] = []
    for folder in folders:
        try:
            scored.append(scorer.score(read_submission(folder, scorer.registry.sets)))
        except (SetNotAtHandError, SetChangedError):
            raise
        except BabySLMError as error:
            refused.append(_refusal(folder, submissions, error))
    kept, twice = _without_duplicates(scored)
    refused += [_refusal(each.folder, submissions, error) for each, error in twice]
    return kept, sorted(refused, key=lambda refusal: refusal.folder)


def item_scores(scores: TableScores, table: TrackTable) -> pd.DataFrame:
    """Read the scores of one learner in one table, for pages that show single items.

    :param scores: scores of the entry.
    :param table: table of the track.
    :returns: one row per row of `table.pairs`, with the same index: `good_score, bad_score`, NaN if not scored.
    """
    good, bad = table.index.sides(table.index.read(scores.source))
    return pd.DataFrame({"good_score": good, "bad_score": bad}, index=table.pairs.index)


def _refusal(folder: Path, root: Path, error: BabySLMError) -> Refusal:
    """Return a refusal whose text names no folder of this machine."""
    name = folder.relative_to(root).as_posix()
    return Refusal(printable(name), printable(str(error).replace(f"{root}/", "").replace(str(root), ".")))


def _without_duplicates(
    scored: Sequence[ScoredSubmission],
) -> tuple[list[ScoredSubmission], list[tuple[ScoredSubmission, DuplicateSubmissionError]]]:
    """Refuse revisions of a model that repeat all scores of an earlier revision."""
    first: dict[tuple[object, ...], ScoredSubmission] = {}
    kept, twice = [], []
    for each in sorted(scored, key=lambda each: (each.card.submitted, each.folder)):
        content = sorted(
            (key.set_key, key.condition, key.task, key.split, table.digest) for key, table in each.tables.items()
        )
        other = first.setdefault((each.card.model, *content), each)
        if other is each:
            kept.append(each)
        else:
            twice.append((each, DuplicateSubmissionError(each.folder, other.card.id)))
    return kept, twice


def _compute(submissions: Mapping[str, ScoredSubmission], registry: Registry) -> _Computed:
    entered = defaultdict(list)
    for slug, each in sorted(submissions.items()):
        for key, table in each.tables.items():
            entered[key].append((slug, table))
    figures: dict[TableKey, TableFigures] = {}
    tracks: dict[str, dict[Task, TableFigures]] = defaultdict(dict)
    for key in sorted(entered, key=lambda key: (key.track, key.task)):
        stimuli = registry.stimuli(key.set_key)[key.task, key.split]
        figures[key] = table_figures(stimuli, entered[key])
        tracks[key.track][key.task] = figures[key]
    return _Computed(figures, tracks)


def _breakdowns(figures: Mapping[TableKey, TableFigures]) -> Mapping[str, pd.DataFrame]:
    """Collect the breakdowns of every learner over its tables."""
    frames = [each.breakdowns.assign(track=key.track, task=key.task) for key, each in figures.items()]
    if not frames:
        return {}
    whole = pd.concat(frames, ignore_index=True)
    columns = list(BREAKDOWN_COLUMNS)
    return {str(slug): rows[columns].reset_index(drop=True) for slug, rows in whole.groupby("learner", sort=True)}


def _of(
    slug: str, placed: Mapping[str, Mapping[Measure, Mapping[str, Standing]]]
) -> dict[str, dict[Measure, Standing]]:
    found: dict[str, dict[Measure, Standing]] = {}
    for track, by_measure in placed.items():
        own = {measure: each[slug] for measure, each in by_measure.items() if slug in each}
        if own:
            found[track] = own
    return found


def _track(
    name: str,
    figures: Mapping[TableKey, TableFigures],
    placed: Mapping[Measure, Mapping[str, Standing]],
    cards: Mapping[str, Card],
    scorer: Scorer,
) -> Track:
    keys = [key for key in figures if key.track == name]
    first = keys[0]
    registered = scorer.registry.sets[first.set_key]
    stimuli = scorer.registry.stimuli(first.set_key)
    tables = {
        key.task: TrackTable(
            key.task,
            heard := _under(stimuli[key.task, key.split], key.condition),
            heard.pairs.assign(item=trial_items(heard)["item"]),
            scorer.index(key.set_key, key.task, key.split),
        )
        for key in keys
    }
    floor = set(scorer.registry.references.floor)
    lines = {measure: _lines(each, cards, floor) for measure, each in placed.items()}
    return Track(
        name,
        registered.name,
        registered.version,
        registered.language,
        first.split,
        first.condition,
        tables,
        lines,
    )


def _lines(placed: Mapping[str, Standing], cards: Mapping[str, Card], floor: set[str]) -> tuple[Line, ...]:
    chance = Line("chance", CHANCE, None)
    best = max(
        (slug for slug in sorted(placed) if cards[slug].id in floor),
        key=lambda slug: placed[slug].estimate.value,
        default=None,
    )
    return (chance,) if best is None else (chance, Line("n-gram floor", placed[best].estimate.value, best))


def _under(table: StimulusTable, condition: str) -> StimulusTable:
    """Return a table in an acoustic condition if the available set has its sound."""
    try:
        return table.under(condition)
    except MissingConditionError:
        return replace(table, folder=None)
