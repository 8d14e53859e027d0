"""Plot for notebooks, rendered as SVG in Python, so that it needs no JavaScript and no network."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from babyslm.files import atomic_file, to_json
from babyslm.pictures import draw_svg
from babyslm.results.pages.breakdowns import breakdown_spec, table_title
from babyslm.results.pages.page import Table
from babyslm.results.pages.plots import Spec, difference_plot, dot_plot
from babyslm.verify.results.records import ChartFormatError

__all__ = ["Chart", "accuracy_chart", "breakdown_chart", "difference_chart", "html_table"]

WIDTH = 440
"""Width and height of the plotting area in pixels."""

FORMATS = (".svg", ".png", ".json")

COLOURS = ["#0b6bb0", "#c4510c", "#0a8265", "#a8447f", "#8a6d00", "#5a5fc0", "#a03030", "#4d6b2f"]
CONFIG: Spec = {
    "background": "white",  # the labels are dark and would not be readable on a dark notebook
    "view": {"stroke": None},
    "mark": {"color": COLOURS[0]},
    "style": {"interval": {"color": COLOURS[0]}, "chance": {"color": "#8a5a00", "strokeWidth": 1.5}},
    "range": {"category": COLOURS},
    "axis": {"labelLimit": 300, "titleFontWeight": "normal"},
    "title": {"anchor": "start", "fontWeight": "normal"},
}


@dataclass(frozen=True, eq=False)
class Chart:
    """One plot, or several below each other.

    :param spec: Vega-Lite specification; `altair.Chart.from_dict(chart.spec)` turns it into an altair chart.
    """

    spec: Spec

    def svg(self) -> str:
        """Return the plot as SVG."""
        return draw_svg(self.spec)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the plot.

        :param path: ends in `.svg`, `.png` or `.json` (the specification).
        """
        place = Path(path)
        match place.suffix:
            case ".svg":
                content = self.svg().encode()
            case ".png":
                from vl_convert import vegalite_to_png

                content = bytes(vegalite_to_png(self.spec, scale=2))
            case ".json":
                content = to_json(self.spec).encode()
            case _:
                raise ChartFormatError(place, FORMATS)
        with atomic_file(place) as temporary:
            temporary.write_bytes(content)
        return place

    def _repr_svg_(self) -> str:
        return self.svg()


def accuracy_chart(whole: pd.DataFrame) -> Chart:
    """Plot the accuracy of each table.

    :param whole: figures of whole tables, as returned by `Outcome.headline`.
    """
    official = whole[whole["measure"] == "accuracy"]
    titles = [
        table_title(str(task), str(split)) for task, split in zip(official["task"], official["split"], strict=True)
    ]
    return _stacked([("", dot_plot(official.assign(table=titles), "table", ""))])


def breakdown_chart(figures: pd.DataFrame, attribute: str) -> Chart:
    """Plot the accuracy of each table by an attribute.

    :param figures: figures as returned by `Outcome.by`.
    :param attribute: the attribute.
    """
    tables = figures.groupby(["task", "split"], sort=True)
    return _stacked(
        [(table_title(str(task), str(split)), breakdown_spec(group, attribute)) for (task, split), group in tables]
    )


def difference_chart(differences: pd.DataFrame, label: str) -> Chart:
    """Plot paired differences, table by table.

    :param differences: rows of `babyslm.results.outcomes.compare.compare`.
    :param label: the column on the vertical axis.
    """
    tables = differences.groupby(["task", "split"], sort=True)
    return _stacked(
        [(table_title(str(task), str(split)), difference_plot(group, label)) for (task, split), group in tables]
    )


def _stacked(titled: Sequence[tuple[str, Spec]]) -> Chart:
    parts: list[dict[str, Any]] = []
    for title, spec in titled:
        part = {key: value for key, value in spec.items() if key != "$schema"} | {"width": WIDTH}
        parts.append(part | ({"title": title} if title else {}))
    return Chart({"$schema": titled[0][1]["$schema"], "config": CONFIG, "vconcat": parts})


def html_table(table: Table) -> str:
    """Return a table as HTML for a notebook; all text is escaped.

    :param table: cells of text.
    """

    def cell(kind: str, text: str, column: int) -> str:
        side = "left" if column < table.names else "right"
        return f'<{kind} style="text-align: {side}; padding: 2px 8px">{escape(text)}</{kind}>'

    heads = "".join(cell("th", text, column) for column, text in enumerate(table.columns))
    rows = "".join(
        f"<tr>{''.join(cell('td', text, column) for column, text in enumerate(row))}</tr>" for row in table.rows
    )
    caption = f'<caption style="text-align: left">{escape(table.caption)}</caption>' if table.caption else ""
    return f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
