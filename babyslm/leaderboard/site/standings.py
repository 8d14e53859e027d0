"""Page of one track: its table, and the data of its plots."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from babyslm.leaderboard.board.board import MEASURES, Board, Entry, Estimate, Measure, Standing, Track
from babyslm.leaderboard.site.breakdowns import Breakdowns
from babyslm.leaderboard.site.figures import amount, axis_start, interval, percent, readable, strip
from babyslm.leaderboard.site.tracks import Tracks, floor_of, track_title

__all__ = ["MODALITIES", "domain_text", "standings_page"]

MODALITIES = {"orthographic": "reads text", "phonemic": "reads phones", "spoken": "hears speech"}
DOMAINS = {"clean": "clean speech", "in-the-wild": "speech in the wild", "none": "no speech"}


def domain_text(domain: str) -> str:
    """Return the kind of training speech as text."""
    return DOMAINS[domain]


def standings_page(board: Board, tracks: Tracks, track: Track, breakdowns: Mapping[str, Breakdowns]) -> dict[str, Any]:
    """Return the variables of a track's template.

    :param board: the board.
    :param tracks: its tracks.
    :param track: one of them.
    :param breakdowns: breakdowns of every entry, by slug.
    """
    entered = [entry for entry in board.entries.values() if entry.standings.get(track.key)]
    measures = [m for m in MEASURES if any(m in entry.standings[track.key] for entry in entered)]
    primary = _primary(entered, track.key, measures)
    sizes = {m: Counter(s.group for e in entered if (s := e.standings[track.key].get(m))) for m in measures}
    start = axis_start([s.estimate for e in entered for s in e.standings[track.key].values()])
    ordered = sorted(entered, key=lambda entry: _order(entry, track.key, primary))
    floors = {m: floor_of(track, m) for m in measures}
    return {
        "title": track_title(track),
        "track": track,
        "tracks": [
            {"title": track_title(each), "href": tracks.path(each), "current": each.key == track.key}
            for each in tracks.ordered
        ],
        "measures": measures,
        "primary": primary,
        "start": percent(start).removesuffix(".0"),
        "rows": [_row(entry, track.key, measures, primary, sizes, start, floors) for entry in ordered],
        "filters": {
            "modality": [(m, text) for m, text in MODALITIES.items() if any(e.card.modality == m for e in entered)],
            "domain": [(d, t) for d, t in DOMAINS.items() if any(e.card.training.domain == d for e in entered)],
            "language": sorted({language for e in entered for language in e.card.language}),
        },
        "floors": _floors(board, track, measures),
        "gaps": _gaps(board, track),
        "curves": sum(curve.track == track.key for curve in board.curves),
        "data": _data(board, track, ordered, measures, breakdowns),
    }


def _primary(entered: Sequence[Entry], key: str, measures: Sequence[Measure]) -> Measure | None:
    """Return the ranking measure: the mean, unless another measure covers more than twice as many learners."""
    if not measures:
        return None
    counts = {m: sum(m in entry.standings[key] for entry in entered) * (2 if m == "mean" else 1) for m in measures}
    most = max(counts.values())
    return next(m for m in reversed(measures) if counts[m] == most)


def _order(entry: Entry, key: str, primary: Measure | None) -> tuple[int, float, str]:
    standing = entry.standings[key].get(primary) if primary else None
    return (standing.rank, -standing.estimate.value, entry.slug) if standing else (1 << 30, 0.0, entry.slug)


def _row(
    entry: Entry,
    key: str,
    measures: Sequence[Measure],
    primary: Measure | None,
    sizes: Mapping[Measure, Counter[int]],
    start: float,
    floors: Mapping[Measure, float | None],
) -> dict[str, Any]:
    card, standings = entry.card, entry.standings[key]
    first = standings.get(primary) if primary else None
    return {
        "entry": entry,
        "meta": " · ".join(
            part
            for part in (
                card.revision,
                MODALITIES[card.modality],
                "" if card.training.domain == "none" else DOMAINS[card.training.domain],
            )
            if part
        ),
        "rank": first.rank if first else None,
        "allowed": f"{first.best_rank}–{first.worst_rank}" if first and first.best_rank != first.worst_rank else "",
        "tied": bool(first and primary and sizes[primary][first.group] > 1),
        "group": first.group if first else 0,
        "hours": amount(card.training.hours),
        "words": amount(card.training.words),
        "figures": [_figure(standings.get(m), start, floors[m]) for m in measures],
    }


def _figure(standing: Standing | None, start: float, floor: float | None) -> dict[str, Any] | None:
    if standing is None:
        return None
    return {
        "value": percent(standing.estimate.value),
        "interval": interval(standing.estimate),
        "strip": strip(standing.estimate, start, floor),
    }


def _floors(board: Board, track: Track, measures: Sequence[Measure]) -> list[dict[str, Any]]:
    """Return the best n-gram learners, each with the measures in which it is best."""
    found: dict[str, list[Measure]] = {}
    for measure in measures:
        for line in track.lines.get(measure, ()):
            if line.slug is not None:
                found.setdefault(line.slug, []).append(measure)
    return [{"entry": board.entries[slug], "measures": best} for slug, best in found.items()]


def _gaps(board: Board, track: Track) -> list[dict[str, Any]]:
    return [
        {
            "kind": gap.kind,
            "family": gap.family,
            "first": board.entries[gap.first],
            "second": board.entries[gap.second],
            "measure": gap.measure,
            "difference": _points(gap.difference.value),
            "interval": _points_interval(gap.difference),
            "p": "< 0.001" if gap.p < 0.001 else f"{gap.p:.3f}",
        }
        for gap in board.gaps
        if gap.track == track.key
    ]


def _points(value: float) -> str:
    return f"{100 * value:+.1f}".replace("-", "−")


def _points_interval(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return "–"
    return f"{_points(estimate.low)} to {_points(estimate.high)}"


def _numbers(estimate: Estimate) -> list[float | None]:
    return [None if value is None else round(value, 6) for value in (estimate.value, estimate.low, estimate.high)]


def _data(
    board: Board,
    track: Track,
    ordered: Sequence[Entry],
    measures: Sequence[Measure],
    breakdowns: Mapping[str, Breakdowns],
) -> dict[str, Any]:
    return {
        "track": track.key,
        "measures": list(measures),
        "lines": {m: [{"name": line.name, "value": line.value} for line in track.lines.get(m, ())] for m in measures},
        "learners": [_learner_data(entry, track.key, breakdowns[entry.slug]) for entry in ordered],
        "gaps": [
            {
                "kind": gap.kind,
                "family": gap.family,
                "first": board.entries[gap.first].label,
                "second": board.entries[gap.second].label,
                "measure": gap.measure,
                "figures": _numbers(gap.difference),
                "p": gap.p,
            }
            for gap in board.gaps
            if gap.track == track.key
        ],
        "curves": [
            {
                "model": curve.model,
                "name": curve.name,
                "measure": curve.measure,
                "unit": curve.unit,
                "points": [[p.slug, p.revision, p.amount, *_numbers(p.estimate)] for p in curve.points],
            }
            for curve in board.curves
            if curve.track == track.key
        ],
    }


def _learner_data(entry: Entry, key: str, breakdowns: Breakdowns) -> dict[str, Any]:
    card = entry.card
    phenomena = breakdowns.of(key, "syntactic", "phenomenon")
    return {
        "slug": entry.slug,
        "name": card.name,
        "revision": card.revision,
        "model": card.model,
        "family": card.family,
        "modality": card.modality,
        "domain": card.training.domain,
        "language": card.language,
        "hours": card.training.hours,
        "words": card.training.words,
        "parameters": card.parameters,
        "reference": entry.reference,
        "figures": {
            m: [*_numbers(standing.estimate), standing.rank, standing.group, standing.best_rank, standing.worst_rank]
            for m, standing in entry.standings[key].items()
        },
        "phenomena": {readable(row["value"]): round(row["accuracy"], 4) for row in phenomena},
    }
