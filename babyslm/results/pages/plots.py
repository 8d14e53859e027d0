"""Plots as Vega-Lite specifications: accuracies with intervals and the chance line, differences, curves.

The page sets the colours, so that one specification serves light and dark mode.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from babyslm.results.outcomes.record import plain

if TYPE_CHECKING:
    import altair as alt

__all__ = ["CHANCE", "Spec", "curve", "difference_plot", "dot_plot", "scatter"]

CHANCE = 0.5
"""Accuracy at chance level."""

ROW_HEIGHT = 24
MOST_TICKS = 20
TWO_LINES = "split(datum.label, ' − ')"
"""Splits a label with two learners' names into two lines."""

Spec = dict[str, Any]


def dot_plot(frame: pd.DataFrame, value: str, title: str, *, learner: str | None = None) -> Spec:
    """Plot one dot with its interval per row: accuracies by phenomenon, voice, learner ...

    :param frame: columns `value`, `accuracy`, `low`, `high`, `n`, and `learner` if given; drawn in the order of rows.
    :param value: the column on the vertical axis.
    :param title: title of the vertical axis.
    :param learner: column that determines the colour if there are several learners.
    """
    import altair as alt

    rows = frame.assign(**{value: frame[value].map(_readable)})
    order = list(dict.fromkeys(rows[value]))
    learners = list(dict.fromkeys(rows[learner])) if learner else []
    base = alt.Chart(_data(rows)).encode(
        y=alt.Y(f"{_field(value)}:N", sort=order, title=title or None),
        tooltip=_tooltip(value, learner),
    )
    scale = _accuracy_scale(rows)
    bars = base.mark_rule(strokeWidth=2, style="interval").encode(
        x=alt.X("low:Q", scale=scale, title="accuracy", axis=alt.Axis(format=".0%", tickCount=5)), x2="high:Q"
    )
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(x=alt.X("accuracy:Q", scale=scale))
    if learner:
        colour = _colour(learner, learners)
        offset = alt.YOffset(f"{_field(learner)}:N", sort=learners)
        bars, dots = bars.encode(color=colour, yOffset=offset), dots.encode(color=colour, yOffset=offset)
    height = len(order) * max(ROW_HEIGHT, 16 * len(learners) + 8)
    return _spec(alt.layer(_rule(CHANCE, "x", scale), bars, dots).properties(width="container", height=height))


def curve(
    frame: pd.DataFrame,
    x: str,
    title: str,
    *,
    learner: str | None = None,
    scale: Literal["linear", "log"] = "linear",
    share: str | None = None,
) -> Spec:
    """Plot accuracy over a quantity (length, signal-to-noise ratio, training amount) with the interval as a band.

    :param frame: columns `x` (numbers), `accuracy`, `low`, `high`, `n`, and `learner` if given.
    :param x: the column on the horizontal axis.
    :param title: title of the horizontal axis.
    :param learner: column that determines the colour if there are several learners.
    :param scale: scale of the horizontal axis; `log` for amounts of training.
    :param share: title of the vertical axis where the column `accuracy` holds another share, which has no chance level
        and starts at 0.
    """
    import altair as alt

    values = sorted({float(value) for value in frame[x]})
    # With few values each gets a tick; amounts of training are written 10k, 1M.
    ticks = {"values": values, "labelOverlap": True} if len(values) <= MOST_TICKS else {}
    axis = alt.Axis(format="~s" if scale == "log" else "~g", **ticks)
    extent = alt.Scale(type=scale, domain=[values[0], values[-1]], nice=False, padding=8)
    across = alt.X(f"{_field(x)}:Q", title=title, axis=axis, scale=extent)
    base = alt.Chart(_data(frame)).encode(x=across, tooltip=_tooltip(x, learner))
    limits = alt.Scale(domain=[0, 1], nice=False) if share else _accuracy_scale(frame)
    band = base.mark_errorband(opacity=0.18).encode(
        y=alt.Y("low:Q", scale=limits, title=share or "accuracy", axis=alt.Axis(format=".0%", tickCount=5)),
        y2="high:Q",
    )
    line = base.mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=45, filled=True)).encode(
        y=alt.Y("accuracy:Q", scale=limits)
    )
    if learner:
        colour = _colour(learner, list(dict.fromkeys(frame[learner])))
        band, line = band.encode(color=colour), line.encode(color=colour)
    chance = [] if share else [_rule(CHANCE, "y", limits)]
    return _spec(alt.layer(*chance, band, line).properties(width="container", height=240))


def scatter(
    frame: pd.DataFrame, x: tuple[str, str], y: tuple[str, str], *, label: str, colour: str, colours: Sequence[str]
) -> Spec:
    """Plot one point per row, the vertical axis logarithmic.

    :param frame: the columns named below.
    :param x: column and title of the horizontal axis.
    :param y: column and title of the vertical axis, positive numbers.
    :param label: column that names a point.
    :param colour: column that determines the colour.
    :param colours: its values, in their order.
    """
    import altair as alt

    limits = alt.Scale(type="log", domain=[float(frame[y[0]].min()), float(frame[y[0]].max())], nice=False, padding=12)
    points = (
        alt.Chart(_data(frame))
        .mark_point(filled=True, size=36, opacity=0.5)
        .encode(
            x=alt.X(f"{_field(x[0])}:Q", title=x[1], scale=alt.Scale(zero=False)),
            y=alt.Y(f"{_field(y[0])}:Q", title=y[1], axis=alt.Axis(format="~s"), scale=limits),
            color=_colour(colour, colours, columns=len(colours)),
            tooltip=[
                alt.Tooltip(f"{_field(label)}:N"),
                *(alt.Tooltip(f"{_field(name)}:Q", title=title, format=",.4~g") for name, title in (x, y)),
            ],
        )
    )
    return _spec(points.properties(width="container", height=340))


def difference_plot(frame: pd.DataFrame, label: str) -> Spec:
    """Plot paired differences with their intervals and the line of no difference.

    :param frame: columns `label`, `difference`, `low`, `high`, `p_holm`.
    :param label: the column on the vertical axis.
    """
    import altair as alt

    order = list(dict.fromkeys(frame[label]))
    ends = frame[["low", "high", "difference"]].abs().max().max()
    limit = float(ends) * 1.1 if ends == ends and ends > 0 else 0.1  # noqa: PLR0124  # NaN is not itself
    scale = alt.Scale(domain=[-limit, limit], nice=False)
    base = alt.Chart(_data(frame)).encode(
        y=alt.Y(f"{_field(label)}:N", sort=order, title=None, axis=alt.Axis(labelExpr=TWO_LINES, labelOffset=-6)),
        tooltip=[
            alt.Tooltip(f"{_field(label)}:N", title="comparison"),
            *(alt.Tooltip(f"{name}:Q", format="+.1%") for name in ("difference", "low", "high")),
            alt.Tooltip("p_holm:Q", title="p (Holm)", format=".3g"),
        ],
    )
    axis = alt.Axis(format="+.0%", tickCount=5)
    bars = base.mark_rule(strokeWidth=2, style="interval").encode(
        x=alt.X("low:Q", scale=scale, title="difference in accuracy", axis=axis), x2="high:Q"
    )
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(x=alt.X("difference:Q", scale=scale))
    height = len(order) * (ROW_HEIGHT + 14)
    return _spec(alt.layer(_rule(0, "x", scale), bars, dots).properties(width="container", height=height))


def _data(frame: pd.DataFrame) -> "alt.InlineData":
    import altair as alt

    return alt.Data(values=[{str(k): plain(v) for k, v in row.items()} for row in frame.to_dict("records")])


def _field(name: str) -> str:
    """Escape characters in a column's name that Vega-Lite would parse as a path or a type."""
    for character in ("\\", ".", "[", "]", ":"):
        name = name.replace(character, f"\\{character}")
    return name


def _readable(value: object) -> str:
    return str(value).replace("_", " ")


def _accuracy_scale(frame: pd.DataFrame) -> "alt.Scale":
    """Return a scale that shows chance level and all intervals completely, rounded to tenths."""
    import altair as alt

    lowest = frame[["low", "accuracy"]].min().min()
    start = min(0.4, int(float(lowest) * 10) / 10) if lowest == lowest else 0.0  # noqa: PLR0124  # NaN is not itself
    return alt.Scale(domain=[start, 1.0], nice=False)


def _rule(at: float, channel: Literal["x", "y"], scale: "alt.Scale") -> "alt.Chart":
    import altair as alt

    # All layers share one domain: a layer without it would extend the axis to zero.
    rule = alt.Chart(alt.Data(values=[{"at": at}])).mark_rule(strokeDash=[5, 4], style="chance")
    return rule.encode(x=alt.X("at:Q", scale=scale)) if channel == "x" else rule.encode(y=alt.Y("at:Q", scale=scale))


def _colour(learner: str, learners: Sequence[str], *, columns: int = 1) -> "alt.Color":
    import altair as alt

    legend = alt.Legend(orient="top", title=None, columns=columns, labelLimit=300)
    return alt.Color(
        f"{_field(learner)}:N", sort=list(learners), scale=alt.Scale(domain=list(learners)), legend=legend
    )


def _tooltip(value: str, learner: str | None) -> "list[alt.Tooltip]":
    import altair as alt

    first = [alt.Tooltip(f"{_field(learner)}:N")] if learner else []
    figures = [alt.Tooltip(f"{name}:Q", format=".1%") for name in ("accuracy", "low", "high")]
    return [*first, alt.Tooltip(f"{_field(value)}:N"), *figures, alt.Tooltip("n:Q")]


def _spec(chart: Any) -> Spec:
    spec: Spec = chart.to_dict()
    # The page sets colours and fonts.
    spec.pop("config", None)
    return spec
