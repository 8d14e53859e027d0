"""Templates and static files of the site, and the folder under construction."""

import hashlib
import json
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from babyslm.progress import side_effect
from babyslm.results.pages.page import vega_bundle

__all__ = ["Layout"]

STATIC = ("site.css", "theme.js", "site.js", "plots.js", "board.js", "items.js", "learner.js", "compare.js")
VEGA = "vega.js"


@dataclass
class Layout:
    """Writer of pages and data below one folder.

    :param root: the folder, to which nothing else writes.
    :param shared: variables available to every page, in addition to its own context.
    """

    root: Path
    shared: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        from jinja2 import Environment, PackageLoader, StrictUndefined

        self._templates = Environment(
            loader=PackageLoader("babyslm.leaderboard.site"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def assets(self) -> None:
        """Copy styles and scripts; pages refer to them by hash, so that browsers do not mix two builds."""
        digest = hashlib.sha256()
        source = files("babyslm.leaderboard.site") / "static"
        for name in STATIC:
            text = (source / name).read_text(encoding="utf-8")
            digest.update(text.encode("utf-8"))
            self.text(f"static/{name}", text)
        # Without it the static plots stay.
        with side_effect("write the scripts of the interactive plots"):
            bundle = vega_bundle()
            digest.update(bundle.encode("utf-8"))
            self.text(f"static/{VEGA}", bundle)
        self.shared["stamp"] = digest.hexdigest()[:10]

    def page(self, path: str, template: str, **context: Any) -> None:
        """Render a template to a page.

        :param path: relative to the site.
        :param template: name of the template.
        :param context: its variables; all text in it is escaped.
        """
        up = "../" * path.count("/")
        self.text(path, self._templates.get_template(template).render(**self.shared, up=up, path=path, **context))

    def data(self, path: str, value: Any) -> None:
        """Write a JSON file without whitespace."""
        self.text(path, dense(value))

    def script(self, name: str, value: Any) -> None:
        """Write data that a page loads on demand, as `data/NAME.js`.

        The format is a script, because a page opened from a disk may load scripts but not JSON.
        """
        self.text(f"data/{name}.js", f"babyslm.receive({json.dumps(name)},{dense(value)});\n")

    def text(self, path: str, text: str) -> None:
        """Write a text file below the site."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8", newline="\n")


def dense(value: Any) -> str:
    """Render JSON without whitespace, and safe inside a script for any strings."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("</", "<\\/")
