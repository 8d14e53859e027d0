"""Flags of submissions for a maintainer to check before acceptance; none of them is a refusal."""

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence

from babyslm.leaderboard.board.board import Flag
from babyslm.leaderboard.board.figures import TableFigures
from babyslm.leaderboard.submissions.scored import ScoredSubmission, TableKey
from babyslm.results.outcomes.cautions import POSITIVE, below_chance

__all__ = ["flags"]

APART = 0.10
"""A larger difference between dev and test accuracy is flagged ..."""

ERRORS = 3.0
"""... if it is also larger than this many standard errors of the difference."""

VOICES_DIFFER = 1e-3
"""Tolerance (score units) for the score of one text to vary between voices, for a text learner."""

RECORDED = 1e-6
"""Tolerated rounding difference between a recorded and a recomputed accuracy."""


def flags(
    submissions: Mapping[str, ScoredSubmission], figures: Mapping[TableKey, TableFigures]
) -> dict[str, tuple[Flag, ...]]:
    """Return the flags of every submission.

    :param submissions: by slug.
    :param figures: of every table.
    """
    same = _same_scores(submissions)
    named = _same_names(submissions)
    return {
        slug: (
            *same.get(slug, ()),
            *named.get(slug, ()),
            *_splits_apart(slug, each, figures),
            *_voices_differ(each),
            *_recorded_otherwise(slug, each, figures),
            *_scored_by_sum(each),
            *_positive_scores(each),
            *_below_chance(slug, each, figures),
        )
        for slug, each in sorted(submissions.items())
    }


def _same_scores(submissions: Mapping[str, ScoredSubmission]) -> dict[str, tuple[Flag, ...]]:
    holders = defaultdict(list)
    for slug, each in sorted(submissions.items()):
        for key, table in each.tables.items():
            holders[key.set_key, key.task, key.split, table.digest].append((slug, each.card.model, key))
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for same in holders.values():
        for slug, model, key in same:
            for other, other_model, _ in same:
                if other_model != model:
                    found[slug][other].append(f"{key.task}/{key.split}")
    return {
        slug: tuple(
            Flag("identical-scores", f"The scores of {_listed(tables)} are exactly those of {other}.")
            for other, tables in others.items()
        )
        for slug, others in found.items()
    }


def _same_names(submissions: Mapping[str, ScoredSubmission]) -> dict[str, tuple[Flag, ...]]:
    """Find models whose names differ only in case and form of letters."""
    models = defaultdict(set)
    for each in submissions.values():
        models[_folded(each.card.name)].add(each.card.model)
    found: dict[str, tuple[Flag, ...]] = {}
    for slug, each in submissions.items():
        others = sorted(models[_folded(each.card.name)] - {each.card.model})
        if others:
            found[slug] = (Flag("same-name", f"The learner has the same name as {', '.join(others)}."),)
    return found


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _splits_apart(slug: str, each: ScoredSubmission, figures: Mapping[TableKey, TableFigures]) -> list[Flag]:
    found = []
    for key in each.tables:
        other = TableKey(key.set_key, key.condition, key.task, "test")
        if key.split != "dev" or other not in each.tables:
            continue
        (dev, dev_error), (test, test_error) = (_accuracy(slug, figures[table]) for table in (key, other))
        apart = abs(dev - test)
        if apart > APART and apart > ERRORS * (dev_error**2 + test_error**2) ** 0.5:
            text = (
                f"{key.task} accuracy is {dev:.1%} on dev and {test:.1%} on test ({key.condition}): "
                "was the learner tuned on one of them?"
            )
            found.append(Flag("splits-apart", text))
    return found


def _voices_differ(each: ScoredSubmission) -> list[Flag]:
    found = []
    for key, table in each.tables.items():
        if each.card.modality != "spoken" and table.voice_spread > VOICES_DIFFER:
            text = (
                f"The learner is {each.card.modality}, but {key.task}/{key.split} scores of the same text differ by "
                f"up to {table.voice_spread:.3g} between voices."
            )
            found.append(Flag("voices-differ", text))
    return found


def _recorded_otherwise(slug: str, each: ScoredSubmission, figures: Mapping[TableKey, TableFigures]) -> list[Flag]:
    found = []
    for key, table in each.tables.items():
        told = [
            metric.accuracy
            for metric in table.record.metrics
            if (metric.task, metric.split, metric.measure, metric.attribute) == (key.task, key.split, "accuracy", None)
        ]
        computed = _accuracy(slug, figures[key])[0]
        if told and abs(told[0] - computed) > RECORDED:
            text = f"result.json reports {told[0]:.4f} for {key.task}/{key.split}, but its scores give {computed:.4f}."
            found.append(Flag("recorded-otherwise", text))
    return found


def _scored_by_sum(each: ScoredSubmission) -> list[Flag]:
    tables = [
        f"{key.task}/{key.split}"
        for key, table in each.tables.items()
        if table.record.settings.get("pooling") == "sum"
    ]
    text = (
        f"The scores of {_listed(tables)} are sums of log-probabilities; the official scores are means over symbols."
    )
    return [Flag("scored-by-sum", text)] if tables else []


def _positive_scores(each: ScoredSubmission) -> list[Flag]:
    tables = [f"{key.task}/{key.split}" for key, table in each.tables.items() if table.lowest > 0]
    return [Flag("positive-scores", f"{_listed(tables)}: {POSITIVE}.")] if tables else []


def _below_chance(slug: str, each: ScoredSubmission, figures: Mapping[TableKey, TableFigures]) -> list[Flag]:
    found = []
    for key in each.tables:
        table = figures[key]
        at = table.column[slug]
        told = below_chance(key.task, float(table.low[at]), float(table.high[at]))
        if told:
            found.append(Flag("below-chance", f"{key.task}/{key.split} ({key.condition}): {told}."))
    return found


def _accuracy(slug: str, figures: TableFigures) -> tuple[float, float]:
    at = figures.column[slug]
    return float(figures.accuracy[at]), float(figures.error[at])


def _listed(names: Sequence[str]) -> str:
    return ", ".join(sorted(set(names)))
