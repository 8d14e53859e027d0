"""Page of one learner: its card, its standings, and its breakdowns."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from babyslm.leaderboard.board.board import MEASURES, Board, Entry, Estimate, Track
from babyslm.leaderboard.site.breakdowns import ATTRIBUTE_TITLES, Breakdowns
from babyslm.leaderboard.site.figures import amount, axis_start, interval, percent, readable, strip
from babyslm.leaderboard.site.standings import MODALITIES, domain_text
from babyslm.leaderboard.site.tracks import Tracks, floor_of, table_key, track_title
from babyslm.leaderboard.submissions.card import Card
from babyslm.stimuli.stimulus import TASKS, Task

__all__ = ["learner_page"]


def learner_page(board: Board, tracks: Tracks, entry: Entry, breakdowns: Breakdowns) -> dict[str, Any]:
    """Return the variables of a learner's template.

    :param board: the board.
    :param tracks: its tracks.
    :param entry: one of its entries.
    :param breakdowns: breakdowns of that entry.
    """
    entered = [track for track in tracks.ordered if entry.standings.get(track.key)]
    card = entry.card
    curves = [curve for curve in board.curves if curve.model == card.model]
    return {
        "title": entry.label,
        "entry": entry,
        "card": card,
        "badges": [
            MODALITIES[card.modality],
            *([] if card.training.domain == "none" else [domain_text(card.training.domain)]),
            *card.language,
            f"family {card.family}",
        ],
        "facts": _facts(card),
        "tracks": [_track(tracks, track, entry, breakdowns) for track in entered],
        "conditions": _conditions(entered, entry),
        "revisions": [each for each in board.entries.values() if each.card.model == card.model],
        "tables": [
            {"key": table_key(track.key, task), "title": f"{track_title(track)} · {task}"}
            for track in entered
            for task in TASKS
            if (track.key, task) in entry.scores
        ],
        "data": {
            "slug": entry.slug,
            "label": entry.label,
            "curves": [
                {
                    "title": f"{track_title(board.tracks[curve.track])} · {curve.measure}",
                    "name": curve.name,
                    "model": curve.model,
                    "measure": curve.measure,
                    "unit": curve.unit,
                    "points": [
                        [p.slug, p.revision, p.amount, p.estimate.value, p.estimate.low, p.estimate.high]
                        for p in curve.points
                    ],
                }
                for curve in curves
            ],
        },
    }


def web_address(value: str | None) -> str | None:
    """Return an address that may become a link: only http and https are accepted."""
    return value if value and urlsplit(value).scheme in {"http", "https"} else None


def _facts(card: Card) -> list[dict[str, str | None]]:
    training, compute, publication = card.training, card.compute, card.publication
    rows: list[tuple[str, str | None, str | None]] = [
        ("Authors", ", ".join(card.authors), None),
        ("Institution", card.institution, None),
        ("Training data", training.data, None),
        ("Speech", domain_text(training.domain), None),
        ("Hours heard", None if training.hours is None else f"{training.hours:,.6g}", None),
        ("Words", None if training.words is None else f"{training.words:,.0f}", None),
        ("Tokens seen", None if training.tokens is None else f"{training.tokens:,.0f}", None),
        ("Updates", None if training.steps is None else f"{training.steps:,}", None),
        ("Parameters", None if card.parameters is None else amount(card.parameters), None),
        ("Hardware", compute.hardware, None),
        ("Compute hours", None if compute.hours is None else f"{compute.hours:,.6g}", None),
        ("Licence", card.licence, None),
        ("Publication", _publication(card), web_address(publication.url if publication else None)),
        ("Code or weights", card.url, web_address(card.url)),
        ("Submitted", card.submitted.isoformat(), None),
    ]
    return [{"name": name, "text": text, "href": href} for name, text, href in rows if text]


def _publication(card: Card) -> str | None:
    if card.publication is None:
        return None
    return f"{card.publication.title} ({card.publication.year})" if card.publication.year else card.publication.title


def _track(tracks: Tracks, track: Track, entry: Entry, breakdowns: Breakdowns) -> dict[str, Any]:
    standings = entry.standings[track.key]
    return {
        "title": track_title(track),
        "href": tracks.path(track),
        "cards": [
            {
                "measure": measure,
                "value": percent(standing.estimate.value),
                "interval": interval(standing.estimate),
                "strip": strip(standing.estimate, axis_start([standing.estimate]), floor_of(track, measure)),
                "standing": standing,
                "learners": tracks.learners(track, measure),
            }
            for measure in MEASURES
            if (standing := standings.get(measure))
        ],
        "tasks": [{"task": task, "blocks": _blocks(track, task, breakdowns)} for task in TASKS if task in standings],
    }


def _blocks(track: Track, task: Task, breakdowns: Breakdowns) -> list[dict[str, Any]]:
    """Arrange each attribute with at least two values as a block."""
    blocks = []
    for attribute in breakdowns.attributes(track.key, task):
        rows = breakdowns.of(track.key, task, attribute)
        if len(rows) > 1:
            title = ATTRIBUTE_TITLES.get(attribute, f"By {readable(attribute)}")
            if attribute == "length":
                title += " (phones)" if task == "lexical" else " (words)"
            blocks.append(forest(title, [(readable(r["value"]), r["estimate"], int(r["n"])) for r in rows]))
    return blocks


def forest(title: str, rows: Sequence[tuple[str, Estimate, int | None]]) -> dict[str, Any]:
    """Arrange accuracies as a table with one strip per row, on a common axis."""
    start = axis_start([estimate for _, estimate, _ in rows])
    return {
        "title": title,
        "start": percent(start).removesuffix(".0"),
        "rows": [
            {
                "value": value,
                "strip": strip(estimate, start),
                "figure": percent(estimate.value),
                "interval": interval(estimate),
                "n": "–" if n is None else f"{n:,}",
            }
            for value, estimate, n in rows
        ],
    }


def _conditions(tracks: Sequence[Track], entry: Entry) -> list[dict[str, Any]]:
    """Arrange the acoustic conditions of one set and split side by side, if a learner was tested in several."""
    blocks = []
    groups: dict[tuple[str, str, str], list[Track]] = {}
    for track in tracks:
        groups.setdefault((track.set_name, track.version, track.split), []).append(track)
    for (name, version, split), members in groups.items():
        for measure in MEASURES:
            rows = [
                (readable(track.condition), standing.estimate, standing.n)
                for track in sorted(members, key=lambda track: (track.condition != "clean", track.condition))
                if (standing := entry.standings[track.key].get(measure))
            ]
            if len(rows) > 1:
                blocks.append(forest(f"{name} {version} · {split} · {measure}", rows))
    return blocks
