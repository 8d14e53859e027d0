"""The direction of imports: a package imports only from packages to its left."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "babyslm"
BASE = ("verify", "files", "caches", "seeds", "progress", "pictures", "resources", "espeak", "engines", "moved")
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


MOST = 15


@pytest.mark.parametrize(
    "folder", sorted({path.parent for path in ROOT.rglob("*.py")}), ids=lambda path: str(path.relative_to(ROOT.parent))
)
def test_a_room_holds_few_modules_and_says_what_is_in_it(folder: Path) -> None:
    modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert len(modules) <= MOST, f"{folder.relative_to(ROOT.parent)} holds {len(modules)} modules: give it sub-rooms"
    text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    assert len(text.split()) >= 8, f"{folder.relative_to(ROOT.parent)}/__init__.py does not say what the room holds"


def test_benchmarks_import_nothing_from_experiments() -> None:
    for path in sorted((ROOT.parent / "benchmarks").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if name.split(".")[0] == "experiments"], path.name
