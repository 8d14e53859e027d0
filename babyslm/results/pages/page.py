"""A page that stands alone: sections of text, plots and tables, with everything it needs inside it."""

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
    """One figure in large type.

    :param title: what it is.
    :param figure: the figure, as text.
    :param note: the interval and what it is averaged over.
    :param low: lower end of the interval between 0 and 1; None for none.
    :param high: upper end.
    :param value: the figure itself, between 0 and 1.
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
    :param rows: cells; columns after the first `names` are set as numbers.
    :param names: how many columns hold text.
    :param caption: what the table shows.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    names: int = 1
    caption: str = ""


@dataclass(frozen=True)
class Plot:
    """A plot and the figures it draws.

    :param spec: Vega-Lite specification.
    :param title: what it shows; empty where the section says it.
    :param table: the same figures, below it.
    :param opened: show the figures without being asked.
    """

    spec: Spec
    title: str = ""
    table: Table | None = None
    opened: bool = False


@dataclass(frozen=True)
class Section:
    """A section of a page.

    :param title: its heading.
    :param text: paragraphs before the rest.
    :param plots: its plots.
    :param tables: its tables.
    :param folded: whether the reader has to open it.
    """

    title: str
    text: Sequence[str] = ()
    plots: Sequence[Plot] = ()
    tables: Sequence[Table] = ()
    folded: bool = False


@dataclass(frozen=True)
class Page:
    """A whole page.

    :param title: its heading.
    :param subtitle: one line below.
    :param cards: headline figures.
    :param sections: what follows.
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
    """Return the page as HTML. All text is escaped: names of learners come from outside."""
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

    Putting them together takes seconds, so the result is kept in the cache, by version.
    """
    path = cache_folder("vega") / version("vl-convert-python")
    kept = kept_entry(path)
    if kept is not None:
        return kept.decode()
    from vl_convert import javascript_bundle

    # A script element ends at the first closing tag, even within a string.
    text = str(javascript_bundle("window.vegaEmbed = vegaEmbed;")).replace("</script", "<\\/script")
    # A report must not fail for want of a cache, after hours of scoring.
    with suppress(WriteError):
        keep_entry(path, text.encode())
    return text


def percent(value: float | None, digits: int = 1) -> str:
    """Write a share in per cent; a dash where there is none.

    >>> percent(0.5954862), percent(float("nan"))
    ('59.5 %', '–')
    """
    if value is None or value != value:  # noqa: PLR0124  # NaN is not itself
        return "–"
    return f"{100 * value:.{digits}f} %"


def points(value: float | None) -> str:
    """Write a difference in percentage points, with its sign; a dash where there is none.

    >>> points(0.031), points(-0.2)
    ('+3.1', '−20.0')
    """
    if value is None or value != value:  # noqa: PLR0124  # NaN is not itself
        return "–"
    return f"{100 * value:+.1f}".replace("-", "−")
