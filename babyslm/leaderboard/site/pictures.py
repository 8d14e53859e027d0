"""Static plots of the pages: an SVG in place of each interactive plot until a browser draws it, and in print.

Colours are variables of the style sheet, so that a picture follows the theme of its page.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any

from babyslm.pictures import draw_svg
from babyslm.progress import side_effect

__all__ = ["Pictures", "extent", "ticks"]

Spec = dict[str, Any]
Row = Mapping[str, Any]

WIDTH = 620
MOST_LEARNERS = 150
"""Most learners in a scatter; the interactive plot shows all."""
MOST_ROWS = 40
MOST_LINES = 12
MOST_CURVES = 100
"""Most pictures of single learners in one build: each takes some hundredths of a second."""
LARGEST = 200_000
"""Characters of a picture; a larger one is left out."""

COLOURS = {"clean": "var(--clean)", "in-the-wild": "var(--wild)", "none": "var(--none)"}
MEANS = {"text–speech": "reading minus hearing", "clean–wild": "clean minus in the wild"}
BARE = {"domain": False, "ticks": False}
PADDING = {"left": 50, "right": 8, "top": 5, "bottom": 5}
"""Pixels: names may be wider in the font of the reader than in the one that they were measured in."""
DOMAINS = {"clean": "clean speech", "in-the-wild": "speech in the wild", "none": "no speech"}
SERIES = [f"var(--{name})" for name in ("clean", "wild", "third", "fourth", "fifth", "sixth")]
AXIS = dict.fromkeys(("labelColor", "titleColor"), "var(--muted)")
LINES = dict.fromkeys(("gridColor", "domainColor", "tickColor"), "var(--line)")
CONFIG: Spec = {
    "background": None,
    "aria": False,
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        **AXIS,
        **LINES,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelLimit": 220,
    },
    "legend": {"labelColor": "var(--ink)", "labelFontSize": 12, "labelLimit": 260},
    "range": {"category": SERIES},
}


class Pictures:
    """Draws the pictures of one build; after a failure it draws no more, so that there is one warning."""

    def __init__(self) -> None:
        self._failed = False
        self._curves = 0

    def of_track(self, data: Row, primary: str | None) -> dict[str, str]:
        """Return the SVG of each plot of a track's page; empty where there is nothing to draw.

        :param data: what the page's script draws.
        :param primary: the measure of the ranks.
        """
        learners, lines = data["learners"], data["lines"].get(primary, ())
        heard = sum(bool(each["hours"]) for each in learners)
        unit = "words" if heard < 2 and heard < sum(bool(each["words"]) for each in learners) else "hours"
        curves = [curve for curve in data["curves"] if curve["measure"] == primary]
        gaps = [gap for gap in data["gaps"] if gap["measure"] == primary]
        return {
            "amounts": self._draw(_amounts(learners, primary, unit, lines), f"Accuracy over {unit} of training"),
            "heat": self._draw(_heat(learners), "Accuracy by learner and phenomenon"),
            "gaps": self._draw(_gaps(gaps), "Differences within families"),
            "curves": self._draw(_curves(curves, lines), "Accuracy over training"),
        }

    def of_learner(self, data: Row) -> dict[str, str]:
        """Return the SVG of a learner's first learning curve; empty where there is none, or after `MOST_CURVES`."""
        self._curves += bool(data["curves"])
        if self._curves > MOST_CURVES:
            return {"curves": ""}
        chance = [{"name": "chance", "value": 0.5}]
        return {"curves": self._draw(_curves(data["curves"][:1], chance), "Accuracy over training")}

    def _draw(self, spec: Spec | None, label: str) -> str:
        svg = ""
        if spec is not None and not self._failed:
            self._failed = True
            with side_effect("draw the static plots of the pages"):
                svg = _drawn(json.dumps(spec | {"config": CONFIG}, sort_keys=True))
                self._failed = False
        opening = f'<svg class="still" role="img" aria-label="{escape(label)}" '
        return svg.replace("<svg ", opening, 1) if 0 < len(svg) <= LARGEST else ""


@lru_cache(maxsize=256)
def _drawn(spec: str) -> str:
    """Draw a specification; revisions of one model share a curve."""
    return draw_svg(json.loads(spec))


def extent(amounts: Iterable[float]) -> tuple[float, float]:
    """Return the ends of a logarithmic axis: those of the amounts, widened around their middle to a factor of ten.

    >>> [round(end, 2) for end in extent([10.0])]
    [3.16, 31.62]

    :param amounts: positive amounts.
    """
    values = list(amounts)
    least, most = min(values), max(values)
    widened = math.sqrt(max(1.0, 10 * least / most))
    return least / widened, most * widened


def ticks(least: float, most: float) -> list[float]:
    """Return the round numbers of an axis: 1, 2 and 5 times powers of ten, or powers alone where these are many.

    >>> ticks(3, 40)
    [5.0, 10.0, 20.0]
    """
    powers = range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)
    steps = (1, 2, 5) if most < 1000 * least else (1,)
    return [tick for power in powers for step in steps if least <= (tick := float(step * 10.0**power)) <= most]


def _across(amounts: Sequence[float], title: str) -> Spec:
    if min(amounts) <= 0:
        return {"field": "amount", "type": "quantitative", "title": title, "axis": {"format": "~s"}}
    low, high = extent(amounts)
    scale = {"type": "log", "domain": [low, high], "nice": False, "padding": 14}
    axis = {"format": "~s", "values": ticks(low, high), "labelOverlap": True}
    return {"field": "amount", "type": "quantitative", "title": title, "scale": scale, "axis": axis}


def _accuracy(rows: Sequence[Row]) -> Spec:
    start = min(0.4, math.floor(10 * min(row["value"] if row["low"] is None else row["low"] for row in rows)) / 10)
    scale = {"domain": [start, 1], "nice": False}
    axis = {"format": ".0%", "tickCount": 6}
    return {"field": "value", "type": "quantitative", "title": "accuracy", "scale": scale, "axis": axis}


def _levels(lines: Iterable[Row], up: Spec) -> list[Spec]:
    """Return the horizontal lines of chance and of the best n-gram learner."""
    looks: dict[str, tuple[str, list[int]]] = {"chance": ("var(--chance)", [5, 4])}
    layers = []
    for line in lines:
        colour, dash = looks.get(line["name"], ("var(--floor)", [1, 0]))
        mark = {"type": "rule", "color": colour, "strokeDash": dash, "strokeWidth": 1.4}
        layers.append({"data": {"values": [{"value": line["value"]}]}, "mark": mark, "encoding": {"y": up}})
    return layers


def _amounts(learners: Sequence[Row], measure: str | None, unit: str, lines: Iterable[Row]) -> Spec | None:
    rows = [
        dict(zip(("value", "low", "high"), each["figures"][measure][:3], strict=True))
        | {"amount": each[unit], "domain": DOMAINS[each["domain"]]}
        for each in learners
        if each[unit] and measure in each["figures"]
    ][:MOST_LEARNERS]
    if not rows:
        return None
    title = "hours of speech heard" if unit == "hours" else "words read or heard"
    x, y = _across([row["amount"] for row in rows], title), _accuracy(rows)
    names = [name for name in DOMAINS.values() if any(row["domain"] == name for row in rows)]
    tints = [COLOURS[key] for key, name in DOMAINS.items() if name in names]
    hue = {
        "field": "domain",
        "type": "nominal",
        "title": None,
        "scale": {"domain": names, "range": tints},
        "legend": {"orient": "top"},
    }
    return {
        "data": {"values": rows},
        "width": WIDTH,
        "height": 320,
        "layer": [
            *_levels(lines, y),
            {
                "mark": {"type": "rule", "strokeWidth": 1.5, "opacity": 0.5},
                "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}, "color": hue},
            },
            {"mark": {"type": "point", "filled": True, "size": 60}, "encoding": {"x": x, "y": y, "color": hue}},
        ],
    }


def _heat(learners: Sequence[Row]) -> Spec | None:
    shown = [each for each in learners if each["phenomena"]][:MOST_ROWS]
    rows = [
        {"slug": each["slug"], "phenomenon": name, "value": value}
        for each in shown
        for name, value in each["phenomena"].items()
    ]
    if not rows:
        return None
    names = {each["slug"]: f"{each['name']} · {each['revision']}" for each in shown}
    phenomena = list(dict.fromkeys(row["phenomenon"] for row in rows))
    y_axis = {"labelExpr": f"({json.dumps(names)})[datum.value]", **BARE}
    x_axis = {"orient": "top", "labelAngle": -38, "labelAlign": "left", **BARE}
    y = {"field": "slug", "type": "nominal", "sort": list(names), "title": None, "axis": y_axis}
    x = {"field": "phenomenon", "type": "nominal", "sort": phenomena, "title": None, "axis": x_axis}
    scale = {"domain": [0, 0.5, 1], "range": ["#b2540e", "rgba(140,140,140,0.12)", "#1a5a96"], "interpolate": "lab"}
    fill = {"field": "value", "type": "quantitative", "scale": scale, "legend": None}
    layer: list[Spec] = [{"mark": {"type": "rect", "cornerRadius": 2}, "encoding": {"color": fill}}]
    step = max(16, min(60, 520 // len(phenomena)))
    if step >= 34:
        strong = {"test": "datum.value > 0.72 || datum.value < 0.28", "value": "#ffffff"}
        ink = {"condition": strong, "value": "var(--ink)"}
        text = {"field": "value", "format": ".0%"}
        layer.append({"mark": {"type": "text", "fontSize": 11}, "encoding": {"text": text, "color": ink}})
    return {
        "padding": PADDING,
        "data": {"values": rows},
        "width": {"step": step},
        "height": {"step": 24},
        "encoding": {"x": x, "y": y},
        "layer": layer,
    }


def _gaps(gaps: Sequence[Row]) -> Spec | None:
    rows = [
        dict(zip(("value", "low", "high"), gap["figures"], strict=True))
        | {"id": number, "kind": gap["kind"].replace("-", "–"), "label": f"{gap['first']} − {gap['second']}"}
        for number, gap in enumerate(gaps[:MOST_ROWS])
    ]
    if not rows:
        return None
    limit = 1.1 * max(0.05, *(abs(row[end] or 0) for row in rows for end in ("value", "low", "high")))
    room = min(300, 7 * max(len(row["label"]) for row in rows))
    kinds = sorted({row["kind"] for row in rows})
    panels = [_panel([row for row in rows if row["kind"] == kind], limit, room) for kind in kinds]
    return {"padding": PADDING, "vconcat": panels, "spacing": 24}


def _panel(rows: Sequence[Row], limit: float, room: int) -> Spec:
    """Draw the gaps of one kind; all panels have the same axis and the same room for names."""
    kind = rows[0]["kind"]
    names = {str(row["id"]): row["label"] for row in rows}
    axis = {"labelExpr": f"({json.dumps(names)})[datum.value]", "minExtent": room, "labelLimit": 300}
    y = {"field": "id", "type": "nominal", "sort": None, "title": None, "axis": axis | BARE}
    x = {
        "field": "value",
        "type": "quantitative",
        "title": MEANS.get(kind, "difference of accuracies"),
        "scale": {"domain": [-limit, limit], "nice": False},
        "axis": {"format": "+.0%", "tickCount": 6},
    }
    rule = {"type": "rule", "color": "var(--chance)", "strokeDash": [5, 4]}
    ends = {"y": y, "x": x | {"field": "low"}, "x2": {"field": "high"}}
    heading = f"{kind[0].upper()}{kind[1:]} gap"
    return {
        "title": {"text": heading, "anchor": "start", "fontSize": 13, "color": "var(--ink)"},
        "data": {"values": rows},
        "width": 360,
        "height": {"step": 24},
        "layer": [
            {"data": {"values": [{"value": 0}]}, "mark": rule, "encoding": {"x": x}},
            {"mark": {"type": "rule", "strokeWidth": 2.5, "color": "var(--range)"}, "encoding": ends},
            {
                "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1, "color": "var(--accent)"},
                "encoding": {"y": y, "x": x},
            },
        ],
    }


def _curves(curves: Sequence[Row], lines: Iterable[Row]) -> Spec | None:
    units = [curve["unit"] for curve in curves]
    unit = max(sorted(set(units)), key=units.count, default="")
    rows = [
        {"model": curve["model"], "amount": amount, "value": value, "low": low, "high": high}
        for curve in [curve for curve in curves if curve["unit"] == unit][:MOST_LINES]
        for _, _, amount, value, low, high in curve["points"]
    ]
    if not rows:
        return None
    x, y = _across([row["amount"] for row in rows], f"{unit} of training"), _accuracy(rows)
    names = {curve["model"]: curve["name"] for curve in curves}
    legend = {"orient": "top", "labelExpr": f"({json.dumps(names)})[datum.value]", "columns": 3}
    hue = {"field": "model", "type": "nominal", "title": None, "legend": legend}
    band = {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}, "color": hue}
    return {
        "data": {"values": rows},
        "width": WIDTH,
        "height": 300,
        "layer": [
            *_levels(lines, y),
            {"mark": {"type": "area", "opacity": 0.16}, "encoding": band},
            {
                "mark": {"type": "line", "point": {"filled": True, "size": 45}},
                "encoding": {"x": x, "y": y, "color": hue},
            },
        ],
    }
