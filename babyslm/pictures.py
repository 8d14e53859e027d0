"""Pictures and pages as side effects; vl-convert is imported only when something is drawn."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from babyslm.files import write_text
from babyslm.progress import side_effect

__all__ = ["draw_svg", "write_drawing"]


def draw_svg(spec: dict[str, Any]) -> str:
    """Return a Vega-Lite specification drawn as SVG.

    :param spec: the specification, with its data.
    """
    from vl_convert import vegalite_to_svg

    return str(vegalite_to_svg(spec))


def write_drawing(path: Path, draw: Callable[[], str]) -> None:
    """Write a picture or page on which no result depends.

    Where it cannot be drawn or written, one warning line is printed and no file is left.

    :param path: the file; an earlier one is removed first, since it shows earlier figures.
    :param draw: returns the content.
    """
    with suppress(OSError):
        path.unlink()
    with side_effect(f"write {path}"):
        write_text(path, draw())
