"""Errors cross from one process to another with their type and message, and advise what commands can do."""

import ast
import pickle
import re
from pathlib import Path
from typing import Any

import pytest
import typer

import babyslm
from babyslm.cli import app
from babyslm.speech.synthesis.many import synthesize
from babyslm.speech.synthesis.synthesizer import Utterance
from babyslm.speech.synthesis.voices import choose_voices
from babyslm.verify.errors import BabySLMError, UsageError
from babyslm.verify.speech.voices import UnspeakablePhoneError

ROOT = Path(babyslm.__file__).parent

PYTHON = re.compile(r"\b[a-z_]+=(True|False|None)\b|\bimport babyslm|\w\.\w+\([^)]*\)")
"""Advice that only a Python program can follow."""


@pytest.mark.parametrize("error", [UnspeakablePhoneError("q", ("k", "q"), "en"), UsageError("x"), BabySLMError()])
def test_an_error_is_the_same_after_its_way_through_a_pipe(error: BabySLMError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.exit_code) == (type(error), str(error), error.exit_code)


def test_a_fault_in_another_process_is_named_as_in_this_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("babyslm.speech.synthesis.many.WORTHWHILE", 2)
    voice = choose_voices("en", split="dev")[0]
    items = [(tmp_path / f"{number}.wav", Utterance(("q",), voice)) for number in range(130)]
    with pytest.raises(UnspeakablePhoneError, match="^'q': 'q' is not a phone of en; known are those of [^;]*yaml$"):
        synthesize(items, workers=2)
    assert list(tmp_path.iterdir()) == []


def texts_of_errors() -> list[tuple[str, str]]:
    """Every text that an error of the project can hold: the strings in the modules of errors, by place."""
    found = []
    for path in sorted((ROOT / "verify").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documentation = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        found += [
            (f"{path.relative_to(ROOT)}:{node.lineno}", node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
        ]
    return found


def options_of(command: Any) -> set[str]:
    """All options of a command and of the commands below it."""
    own = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    below = getattr(command, "commands", {}).values()
    return own.union(*(options_of(each) for each in below))


def test_errors_advise_what_a_command_can_do() -> None:
    """No error advises an argument of a Python function, and every option that one names is an option of a command."""
    texts = texts_of_errors()
    assert len(texts) > 500
    assert [(place, text) for place, text in texts if PYTHON.search(text)] == []
    known = options_of(typer.main.get_command(app)) | {"--debug", "--help"}
    unknown = [
        (place, option)
        for place, text in texts
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)
        if option not in known
    ]
    assert unknown == []
