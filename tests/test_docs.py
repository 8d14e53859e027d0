"""The pages: their code is run in order in an empty folder, and every command on any of them is one that exists."""

import ast
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import babyslm
from tests import pages
from tests.leaderboard import made
from tests.pages import ROOT
from tests.run_page import fenced, run_block

RUN = ("tutorial.md", "how-to.md", "science.md")
"""Pages whose blocks are run, each in a process of its own."""

NOTEBOOK = ROOT / "docs" / "notebook.md"

HUB = '"hf:OpenLLM-France/Lucie-7B"'


def environment() -> dict[str, str]:
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "EXAMPLES": str(ROOT / "examples"),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])),
    }


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN)
def test_every_block_runs(page: str, tmp_path: Path) -> None:
    blocks = [block for block in fenced(ROOT / "docs" / page) if block.kind != "text"]  # formulas
    assert len(blocks) >= 3
    for block in blocks:
        assert block.kind in {"sh", "python"}, "a block of a kind that the test does not run"
        assert not block.needs
        run_block(block, tmp_path, environment())


@pytest.mark.slow
def test_every_cell_runs_and_shows_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    shown: list[str] = []
    for block in fenced(NOTEBOOK):
        if block.kind == "sh":
            run_block(block, tmp_path, environment())
        else:
            assert block.kind == "python"
            shown.append(run_cell(block.code, names))
    assert sum("<table" in each for each in shown) >= 5
    assert sum("<svg" in each for each in shown) >= 4
    assert (tmp_path / "phenomena.png").read_bytes().startswith(b"\x89PNG")


def run_cell(code: str, names: dict[str, Any]) -> str:
    """Run a cell as a notebook does, and return what it shows of its last line."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    value = eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last is not None else None
    for way in ("_repr_html_", "_repr_svg_"):
        if hasattr(value, way):
            return getattr(value, way)()
    bundle = value._repr_mimebundle_() if hasattr(value, "_repr_mimebundle_") else {}
    return str(bundle or "")


def test_the_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its model is on a hub, so that the learner of its second block stands in."""
    monkeypatch.chdir(tmp_path)
    made.make_set(tmp_path / "stimuli", words=6, pairs=9, sound=10**6)
    first, second = [block.code for block in fenced(ROOT / "README.md")]

    def my_log_probabilities(sounds: Sequence[Path]) -> tuple[np.ndarray, np.ndarray]:
        assert all(path.is_file() for path in sounds)
        sizes = np.array([len(path.stem) for path in sounds])
        return -1.5 * sizes, sizes + 1

    names: dict[str, Any] = {"babyslm": babyslm, "my_log_probabilities": my_log_probabilities}
    exec(second, names)
    assert HUB in first
    learner = names["MyLearner"]()
    names["other"] = babyslm.evaluate(learner, babyslm.load_stimuli("stimuli"))
    with monkeypatch.context() as patched:
        patched.setattr("babyslm.models.load.load_model", lambda spec: learner)
        exec(first, names)
    assert names["result"].accuracy("lexical", "dev") == names["other"].accuracy("lexical", "dev")


@pytest.mark.parametrize("page", pages.pages(), ids=lambda page: page.name)
def test_every_command_is_understood(page: Path) -> None:
    for words in pages.commands(page):
        CHECKS[words[0]](words[1:])
    for words in pages.spans(page):
        assert not pages.unknown_options(words), f"babyslm {' '.join(words)}"
    for block in [*fenced(page), *pages.indented(page)]:
        python = block.kind == "python" or block.code.lstrip().startswith(("import babyslm", "from babyslm"))
        if python and (block.needs or not block.kind):
            assert pages.check_names(block.code) >= 2
        assert block.kind in {"", "sh", "python", "yaml", "text"}
        assert block.kind not in {"sh", "python"} or block.needs or page.name in {*RUN, NOTEBOOK.name, "README.md"}


def check_babyslm(arguments: list[str]) -> None:
    try:
        pages.parse(arguments)
    except pages.UsageError as error:
        pytest.fail(f"babyslm {' '.join(arguments)}: {error.format_message()}")


def check_make(arguments: list[str]) -> None:
    targets = {line.partition(":")[0] for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()}
    assert set(arguments) <= targets


def check_python(arguments: list[str]) -> None:
    assert arguments[0] == "-m"
    place = ROOT / arguments[1].replace(".", "/")
    assert place.with_suffix(".py").is_file() or (place / "__main__.py").is_file()
    for option in (word for word in arguments[2:] if word.startswith("--")):
        assert f'"{option}"' in pages.script_options() or not arguments[1].startswith(("benchmarks.", "experiments."))


def check_script(arguments: list[str]) -> None:
    script = (ROOT / arguments[0]).read_text(encoding="utf-8")
    assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0


CHECKS: dict[str, Callable[[list[str]], None]] = {
    "babyslm": check_babyslm,
    "make": check_make,
    "python": check_python,
    "sbatch": check_script,
    "torchrun": lambda arguments: check_babyslm(arguments[arguments.index("babyslm") + 1 :]),
}


@pytest.mark.parametrize(
    "command",
    ["evaluate --model x --stimuli y --bogus", "evaluate --stimuli y", "evaluate --model x --stimuli y --split all",
     "evalute --model x", "leaderboard bild"],
)  # fmt: skip
def test_a_wrong_command_is_seen(command: str) -> None:
    with pytest.raises(pages.UsageError):
        pages.parse(command.split())
    assert pages.unknown_options(["evaluate", "--modle", "x"]) == ["--modle"]


def test_a_wrong_name_in_python_is_seen() -> None:
    for code in ("from babyslm import evalute", "import babyslm\nbabyslm.load_stimuli(pth='a')"):
        with pytest.raises((AttributeError, TypeError)):
            pages.check_names(code)
