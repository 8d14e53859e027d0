"""What the pages of the documentation tell people to run: their blocks of code and their commands."""

import ast
import inspect
import re
import shlex
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from typer.main import get_command

from babyslm.cli import app
from tests.run_page import FENCED, Block, fenced

ROOT = Path(__file__).parent.parent

INDENTED = re.compile(r"(?:^(?: {4}.*|\s*)\n)+", re.MULTILINE)
SPAN = re.compile(r"`(babyslm [^`\n]+)`")
UsageError: Any = typer.BadParameter.__base__
"""The error of a command that is put wrongly; typer brings it along."""

PROGRAMS = ("babyslm", "make", "python", "sbatch", "torchrun")


def pages() -> list[Path]:
    """Return every page that people read."""
    return [*sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("examples/**/*.md"))]


def indented(page: Path) -> list[Block]:
    """Return the indented blocks of a page, in order."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    found = (re.sub(r"^ {4}", "", match[0], flags=re.MULTILINE) for match in INDENTED.finditer(text))
    return [Block("", code) for code in found if code.strip()]


def commands(page: Path) -> Iterator[list[str]]:
    """Yield the words of every command of a page, a line each, without comments, assignments and optional parts."""
    for block in [*fenced(page), *indented(page)]:
        if block.kind not in {"", "sh"}:
            continue
        for whole in re.sub(r"\\\n", " ", block.code).splitlines():
            line = re.sub(r"\[[^\]]*\]", "", whole).partition(" || ")[0]
            first = line.split(" ")[0]
            if first not in PROGRAMS and not re.match(r"[A-Z_]+=\S* babyslm ", line):
                continue
            words = shlex.split(line, comments=True)
            while "=" in words[0]:
                words.pop(0)
            yield words


def spans(page: Path) -> Iterator[list[str]]:
    """Yield the words of every command that stands inside a sentence."""
    for match in SPAN.finditer(FENCED.sub("", page.read_text(encoding="utf-8"))):
        yield match[1].replace("…", "").split()[1:]


def parse(arguments: list[str]) -> None:
    """Let the command line read a command, as it would before it runs.

    :param arguments: what follows `babyslm`.
    :raises UsageError: for an unknown command or option, a value of the wrong kind, or one that is missing.
    """
    command: Any = get_command(app)
    context = command.make_context("babyslm", list(arguments))
    while hasattr(command, "commands"):
        name, command, arguments = command.resolve_command(context, arguments)
        context = command.make_context(name, list(arguments), parent=context)


def unknown_options(arguments: list[str]) -> list[str]:
    """Return the options of a command in a sentence that the command line does not have; values may be left out."""
    command: Any = get_command(app)
    rest = list(arguments)
    while rest and rest[0] in getattr(command, "commands", {}):
        command = command.commands[rest.pop(0)]
    if hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        return [name for name in rest[0].split("|") if name not in command.commands and not name.isupper()]
    known = {option for parameter in command.params for option in [*parameter.opts, *parameter.secondary_opts]}
    return [word for word in rest if word.startswith("--") and word.rstrip(",.;") not in known | {"--help", "--debug"}]


@cache
def script_options() -> str:
    """Return the source of benchmarks and experiments, in which their options are declared."""
    scripts = [path for folder in ("benchmarks", "experiments") for path in sorted((ROOT / folder).rglob("*.py"))]
    return "".join(path.read_text(encoding="utf-8") for path in scripts)


def check_names(code: str) -> int:
    """Check Python that is not run: it parses, what it imports is there, and what it calls by name takes its keywords.

    :returns: how many imports and calls were checked.
    """
    tree = ast.parse(code)
    known: dict[str, Any] = {}
    checked = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                known[alias.asname or alias.name] = import_module(alias.name)
                checked += 1
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                known[alias.asname or alias.name] = getattr(import_module(node.module or ""), alias.name)
                checked += 1
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            parts = ast.unparse(node.func).split(".")
            if parts[0] in known:
                target = known[parts[0]]
                for part in parts[1:]:
                    target = getattr(target, part)
                names = {keyword.arg: None for keyword in node.keywords if keyword.arg}
                inspect.signature(target).bind_partial(*node.args, **names)
                checked += 1
    return checked
