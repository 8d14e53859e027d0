"""Run the code of pages, block after block, each page in an empty folder: `python tests/run_page.py PAGE [PAGE ...]`.

Needs nothing of the checkout but the page and `examples/`: run by the Python of an environment that holds the wheel,
with that environment first in PATH, it shows that the wheel alone does what the page says.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FENCED = re.compile(
    r"^(?:<!-- needs (?P<needs>[^>]+) -->\n+)?```(?P<kind>\w*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL
)
"""A block, and the comment before it that says what it needs and tests do not have."""

RUN = ("sh", "python")


@dataclass(frozen=True)
class Block:
    """A block of code.

    :param kind: its language, as the page says; empty for an indented one.
    :param code: its text.
    :param needs: what it needs that tests do not have; empty where it can be run.
    """

    kind: str
    code: str
    needs: str = ""


def fenced(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    found = FENCED.finditer(page.read_text(encoding="utf-8"))
    return [Block(match["kind"], match["code"], match["needs"] or "") for match in found]


def run_block(block: Block, folder: Path, environment: Mapping[str, str]) -> None:
    """Run a block as a reader does who copies it."""
    command = ["bash", "-euc", block.code] if block.kind == "sh" else [sys.executable, "-c", block.code]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    said = f"{block.code}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    assert done.returncode == 0, said
    assert "Traceback" not in done.stderr, said


def main() -> None:
    root = Path(__file__).resolve().parent.parent
    for name in sys.argv[1:]:
        blocks = [block for block in fenced(Path(name).resolve()) if block.kind in RUN and not block.needs]
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            for block in blocks:
                run_block(block, Path(folder), os.environ | {"EXAMPLES": str(root / "examples")})
        print(f"{name}: {len(blocks)} blocks in {time.monotonic() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
