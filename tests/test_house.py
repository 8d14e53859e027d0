"""The direction of imports: a package imports only from packages to its left."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "babyslm"
BASE = ("verify", "files", "caches", "seeds", "progress", "pictures", "resources", "espeak", "engines")
ORDER = (
    "stimuli",
    "speech",
    "corpora",
    "scoring",
    "models",
    "training",
    "compression",
    "results",
    "evaluation",
    "leaderboard",
)


def room(parts: tuple[str, ...]) -> int:
    """Position of a module in the order; -1 for the base, and past the end for what stands on top."""
    name = parts[0] if parts else ""
    if name in BASE:
        return -1
    return ORDER.index(name) if name in ORDER else len(ORDER)


def imports(path: Path) -> set[tuple[str, ...]]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        found |= {tuple(name.split(".")[1:]) for name in names if name.split(".")[0] == "babyslm"}
    return found


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_package_imports_only_from_its_left(path: Path) -> None:
    own = room(path.relative_to(ROOT).with_suffix("").parts)
    for target in imports(path):
        assert room(target) <= own, f"{path.relative_to(ROOT)} imports babyslm.{'.'.join(target)} from its right"
