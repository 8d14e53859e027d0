"""Self-contained HTML page: sections of text, plots and tables, with all resources included."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import Any

from babyslm.caches import keep_entry, kept_entry
from babyslm.files import WriteError, cache_folder
from babyslm.results.pages.plots import Spec

__all__ = ["Card", "Page", "Plot", "Section", "Table", "percent", "points", "render", "vega_bundle"]


@dataclass(frozen=True)
class Card:
    """One headline figure.

    :param title: title of the figure.
    :param figure: the figure, as text.
    :param note: the interval, and what the figure is averaged over.
    :param low: lower end of the interval between 0 and 1; None if there is none.
    :param high: upper end of the interval.
    :param value: the figure as a number between 0 and 1.
    """

    title: str
    figure: str
    note: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Table:
    """A table of text cells.

    :param columns: headings.
    :param rows: cells; columns after the first `names` are formatted as numbers.
    :param names: number of columns that hold text.
    :param caption: caption of the table.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    names: int = 1
    caption: str = ""


@dataclass(frozen=True)
class Plot:
    """A plot and its values.

    :param spec: Vega-Lite specification.
    :param title: title of the plot; empty if the heading of the section suffices.
    :param table: the plotted values, shown below the plot.
    :param opened: whether the table of values starts unfolded.
    """

    spec: Spec
    title: str = ""
    table: Table | None = None
    opened: bool = False


@dataclass(frozen=True)
class Section:
    """A section of a page.

    :param title: heading.
    :param text: paragraphs at the beginning.
    :param plots: plots.
    :param tables: tables.
    :param folded: whether the section starts folded.
    """

    title: str
    text: Sequence[str] = ()
    plots: Sequence[Plot] = ()
    tables: Sequence[Table] = ()
    folded: bool = False


@dataclass(frozen=True)
class Page:
    """A whole page.

    :param title: heading.
    :param subtitle: one line below the heading.
    :param cards: headline figures.
    :param sections: sections below the headline figures.
    :param notes: paragraphs below the headline figures.
    :param footer: last line.
    """

    title: str
    subtitle: str
    cards: Sequence[Card]
    sections: Sequence[Section]
    notes: Sequence[str] = field(default=())
    footer: str = ""


def render(page: Page) -> str:
    """Return the page as HTML. All text is escaped, because names of learners are outside input."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("babyslm.results.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    source: Any = environment.loader
    assets = {name: source.get_source(environment, name)[0] for name in ("page.css", "page.js")}
    plots = any(section.plots for section in page.sections)
    return environment.get_template("page.html").render(
        page=page, css=assets["page.css"], script=assets["page.js"], bundle=vega_bundle() if plots else ""
    )


@cache
def vega_bundle() -> str:
    """Return the Vega libraries as one script.

    Bundling takes seconds, so the result is cached by version.
    """
    path = cache_folder("vega") / version("vl-convert-python")
    kept = kept_entry(path)
    if kept is not None:
        return kept.decode()
    from vl_convert import javascript_bundle

    # A script element ends at the first closing tag, even inside a string.
    text = str(javascript_bundle("window.vegaEmbed = vegaEmbed;")).replace("</script", "<\\/script")
    # A report after hours of scoring must not fail because the cache cannot be written.
    with suppress(WriteError):
        keep_entry(path, text.encode())
    return text


def percent(value: float | None, digits: int = 1) -> str:
    """Format a proportion in per cent; a dash if there is none.

    >>> percent(0.5954862), percent(float("nan"))
    ('59.5 %', '–')
    """
    if value is None or value != value:  # noqa: PLR0124  # NaN is not itself
        return "–"
    return f"{100 * value:.{digits}f} %"


def points(value: float | None) -> str:
    """Format a difference in percentage points, with its sign; a dash if there is none.

    >>> points(0.031), points(-0.2)
    ('+3.1', '−20.0')
    """
    if value is None or value != value:  # noqa: PLR0124  # NaN is not itself
        return "–"
    return f"{100 * value:+.1f}".replace("-", "−")
