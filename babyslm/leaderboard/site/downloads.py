"""Downloads of the figures: CSV for spreadsheets, JSON for scripts."""

import csv
import io
from typing import Any

from babyslm.leaderboard.board.board import MEASURES, Board, Entry, Estimate, Standing, Track
from babyslm.leaderboard.site.breakdowns import Breakdowns

__all__ = ["board_json", "breakdown_csv", "entry_json", "track_csv"]

FACTS = (
    "slug",
    "name",
    "revision",
    "family",
    "modality",
    "domain",
    "language",
    "hours",
    "words",
    "tokens",
    "parameters",
)
FIGURES = ("value", "low", "high", "rank", "best_rank", "worst_rank", "group", "n", "clusters", "ties")


def track_csv(board: Board, track: Track) -> str:
    """Return the table of a track with one row per learner."""
    measures = [m for m in MEASURES if any(m in e.standings.get(track.key, {}) for e in board.entries.values())]
    heads = [*FACTS, *(f"{measure}_{name}" for measure in measures for name in FIGURES), "flags"]
    rows = []
    for entry in board.entries.values():
        standings = entry.standings.get(track.key)
        if not standings:
            continue
        figures = [_figures(standings[m]) if m in standings else dict.fromkeys(FIGURES) for m in measures]
        facts = _facts(entry)
        flags = "; ".join(sorted({flag.kind for flag in entry.flags}))
        rows.append([*(facts[name] for name in FACTS), *(each[name] for each in figures for name in FIGURES), flags])
    return _csv(heads, rows)


def breakdown_csv(breakdowns: Breakdowns) -> str:
    """Return all breakdowns of a learner with one row per value of an attribute."""
    heads = ("track", "task", "attribute", "value", "n", "clusters", "trials", "ties", "accuracy", "low", "high")
    rows = []
    for row in breakdowns.all():
        estimate = row["estimate"]
        shown = {**row, "low": estimate.low, "high": estimate.high}
        rows.append([shown.get(name) for name in heads])
    return _csv(heads, rows)


def board_json(board: Board) -> dict[str, Any]:
    """Return the whole board without breakdowns, which are part of each learner's file."""
    return {
        "babyslm": board.version,
        "tracks": [
            {
                "key": track.key,
                "set": track.set_name,
                "version": track.version,
                "language": track.language,
                "split": track.split,
                "condition": track.condition,
                "lines": {
                    measure: [{"name": line.name, "value": line.value, "slug": line.slug} for line in lines]
                    for measure, lines in track.lines.items()
                },
            }
            for track in board.tracks.values()
        ],
        "entries": [entry_json(entry) for entry in board.entries.values()],
        "gaps": [
            {
                "kind": gap.kind,
                "family": gap.family,
                "first": gap.first,
                "second": gap.second,
                "track": gap.track,
                "measure": gap.measure,
                "difference": _estimate(gap.difference),
                "p": gap.p,
            }
            for gap in board.gaps
        ],
    }


def entry_json(entry: Entry, breakdowns: Breakdowns | None = None) -> dict[str, Any]:
    """Return one learner: card, figures and flags, with its breakdowns if they are given."""
    value: dict[str, Any] = {
        "slug": entry.slug,
        "card": entry.card.model_dump(mode="json"),
        "reference": entry.reference,
        "flags": [{"kind": flag.kind, "text": flag.text} for flag in entry.flags],
        "standings": {
            key: {measure: _figures(standing) for measure, standing in standings.items()}
            for key, standings in entry.standings.items()
        },
    }
    if breakdowns is not None:
        value["breakdowns"] = [
            {
                **{name: row[name] for name in ("track", "task", "attribute", "value", "n", "accuracy")},
                "low": row["estimate"].low,
                "high": row["estimate"].high,
            }
            for row in breakdowns.all()
        ]
    return value


def _facts(entry: Entry) -> dict[str, Any]:
    card, training = entry.card, entry.card.training
    return {
        "slug": entry.slug,
        "name": card.name,
        "revision": card.revision,
        "family": card.family,
        "modality": card.modality,
        "domain": training.domain,
        "language": " ".join(card.language),
        "hours": training.hours,
        "words": training.words,
        "tokens": training.tokens,
        "parameters": card.parameters,
    }


def _estimate(estimate: Estimate) -> dict[str, float | None]:
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high}


def _figures(standing: Standing) -> dict[str, Any]:
    others = {name: getattr(standing, name) for name in FIGURES if name not in ("value", "low", "high")}
    return {**_estimate(standing.estimate), **others}


def _csv(heads: Any, rows: list[list[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    """Prevent spreadsheets from interpreting text of a card as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
