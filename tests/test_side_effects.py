"""Pictures, pages and progress bars are side effects: work is complete where they are missing or fail."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from babyslm import pictures, progress
from babyslm.__main__ import main
from babyslm.commands.audit import audit_stimuli
from babyslm.models.load import load_model
from babyslm.results.result import load_result
from babyslm.training.checkpoint import LossRecord
from babyslm.training.curve import draw_curve
from tests.results.conftest import *  # noqa: F403  # results to be saved
from tests.tables import write_set

MISSING = ("altair", "vl_convert", "rich")

BLOCKED = """
from importlib.machinery import PathFinder

find = PathFinder.find_spec

def find_present(name, *rest, **named):
    return None if name.partition(".")[0] in MISSING else find(name, *rest, **named)

PathFinder.find_spec = staticmethod(find_present)
"""

WORK = """
import sys
from pathlib import Path

import babyslm
from babyslm.commands.audit import audit_stimuli
from babyslm.commands.build import build_stimuli
from babyslm.evaluation.evaluate import evaluate
from babyslm.results.folders import compare_folders
from babyslm.training.recipe import make_recipe
from babyslm.training.train import train

sys.stderr.isatty = lambda: True
out, stimuli, phones, text = map(Path, sys.argv[1:])
loop = {"epochs": 1, "batch_tokens": 128, "lr": 0.02, "warmup": 5}
sizes = {"embedding": 8, "hidden": 16, "layers": 1, "output": 8}
schedule = {"passes": 1, "batch_tokens": 256, "lr": 0.01, "warmup_tokens": 50, "threads": 1}
shape = {"hidden": 16, "layers": 1, "heads": 2, "inner": 32, "positions": 64}
recipes = {
    "ngram": {"corpus": str(phones), "order": 2},
    "lstm": {"corpus": str(phones), "sizes": sizes, "loop": loop},
    "causal": {"corpus": str(text), "shape": shape, "schedule": schedule},
}
for family, values in recipes.items():
    train(make_recipe({"family": family, "name": family} | values), out / family, device="cpu")
    evaluate(str(out / family), babyslm.load_stimuli(stimuli), out=out / "results" / family, device="cpu")
audit_stimuli(stimuli, out=out / "audit", sound=False)
build_stimuli(out / "built", tasks=["syntactic"], pairs=24, voices=2, seed=3, workers=2)
print(compare_folders([out / "results" / "ngram", out / "results" / "lstm"]).to_string())
drawn = sorted(set(sys.modules) & {"altair", "vl_convert", "rich"})
assert not drawn, drawn
"""


@pytest.fixture
def without_drawing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let no process import what draws, and give it no cache in which scripts of pages may lie."""
    place = tmp_path / "absent"
    place.mkdir()
    (place / "sitecustomize.py").write_text(BLOCKED.replace("MISSING", repr(MISSING)))
    monkeypatch.setenv("PYTHONPATH", f"{place}:{Path(__file__).parent.parent}")
    monkeypatch.setenv("BABYSLM_CACHE", str(tmp_path / "cache"))
    return place


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.usefixtures("without_drawing")
def test_all_work_is_complete_without_the_packages_that_draw(tmp_path: Path) -> None:
    stimuli = write_set(tmp_path / "set")
    phones, text = tmp_path / "corpus.phones", tmp_path / "corpus.txt"
    phones.write_text("k æ t | d ɔ ɡ\nb ɔ l | k aʊ\nk æ t | b ɔ l\n" * 20, encoding="utf-8")
    text.write_text("look at the cat\nthe dog sees the ball\na cat and a cow\n" * 20, encoding="utf-8")
    out = tmp_path / "out"
    done = run("-c", WORK, *map(str, (out, stimuli, phones, text)))
    assert done.returncode == 0, done.stderr
    for family in ("ngram", "lstm", "causal"):
        assert (out / family / "training.json").is_file()
        assert load_model(str(out / family), device="cpu").modality
        result = load_result(out / "results" / family)
        assert len(result.trials)
        assert not (out / "results" / family / "report.html").exists()
    assert not list(out.rglob("loss.svg"))
    assert json.loads((out / "lstm" / "loss.json").read_text())["training"]
    audit = json.loads((out / "audit" / "audit.json").read_text())
    assert audit["passed"] is False
    assert (out / "built" / "card.yaml").is_file()
    warnings = [line for line in done.stderr.splitlines() if line.startswith("warning: ")]
    for file in ("lstm/loss.svg", "causal/loss.svg", "results/ngram/report.html", "audit/plots"):
        (line,) = [line for line in warnings if file in line]
        assert "the package altair is not installed; install it with: pip install altair" in line
    assert any("progress bar" in line and "pip install rich" in line for line in warnings)
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.usefixtures("without_drawing")
def test_a_page_that_was_asked_for_by_name_is_an_error_that_names_the_package(tmp_path: Path, make: Any) -> None:
    places = [str(make(name).save(tmp_path / name, report=False)) for name in ("one", "two")]
    done = run("-m", "babyslm", "compare", *places, "--out", str(tmp_path / "page.html"))
    assert done.returncode == 1
    assert done.stderr == "babyslm: the package altair is not installed; install it with: pip install altair\n"


class PanicException(BaseException):
    """What a failure inside vl-convert is raised as."""


def fails(error: BaseException) -> Callable[..., Any]:
    def raising(*_: object, **__: object) -> None:
        raise error

    return raising


FAILURES = [RuntimeError("no fonts\nat all"), PanicException("V8 did not start"), MemoryError()]
LOSSES = [LossRecord(update=1, epoch=0, lr=0.1, loss=2.0), LossRecord(update=2, epoch=0, lr=0.1, loss=1.0)]


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
def test_a_picture_that_fails_is_one_line(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    draw_curve(LOSSES, tmp_path)
    assert (tmp_path / "loss.svg").read_text().startswith("<svg")
    monkeypatch.setattr("vl_convert.vegalite_to_svg", fails(error))
    draw_curve(LOSSES[:1], tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"loss.json"}, "the picture of other losses is gone"
    assert json.loads((tmp_path / "loss.json").read_text())["training"] == [[1, 2.0]]
    reason = (str(error) or "MemoryError").splitlines()[0]
    assert capsys.readouterr().err == f"warning: could not write {tmp_path / 'loss.svg'}: {reason}\n"


def test_a_picture_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "loss.svg" / "taken").mkdir(parents=True)
    draw_curve(LOSSES, tmp_path)
    assert json.loads((tmp_path / "loss.json").read_text())["training"] == [[1, 2.0], [2, 1.0]]
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"warning: could not write {tmp_path / 'loss.svg'}: ")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3)], ids=lambda error: type(error).__name__)
def test_a_stopped_command_stops_while_it_draws(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vl_convert.vegalite_to_svg", fails(error))
    with pytest.raises(type(error)):
        draw_curve(LOSSES, tmp_path)


def test_an_audit_is_complete_without_its_plots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stimuli = write_set(tmp_path / "set")
    whole = audit_stimuli(stimuli, out=tmp_path / "whole", sound=False)
    monkeypatch.setattr("vl_convert.vegalite_to_svg", fails(RuntimeError("no fonts")))
    audit = audit_stimuli(stimuli, out=tmp_path / "audit", sound=False)
    assert audit.as_dict() == whole.as_dict()
    for name in ("audit.csv", "audit.json"):
        assert (tmp_path / "audit" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert capsys.readouterr().err == f"warning: could not draw {tmp_path / 'audit' / 'plots'}: no fonts\n"


def test_a_result_is_complete_without_its_page(
    tmp_path: Path, make: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = make()
    result.save(tmp_path)
    assert (tmp_path / "report.html").is_file()
    monkeypatch.setattr("babyslm.results.result.report_page", fails(RuntimeError("no template")))
    result.save(tmp_path)
    assert not (tmp_path / "report.html").exists(), "the page of an earlier result is gone"
    assert load_result(tmp_path).record.metrics == result.record.metrics
    assert capsys.readouterr().err == f"warning: could not write {tmp_path / 'report.html'}: no template\n"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_terminal", lambda: True)


@pytest.mark.parametrize("method", ["__init__", "start", "add_task", "advance", "update", "stop"])
@pytest.mark.usefixtures("terminal")
def test_a_bar_that_fails_ends_no_work(
    method: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(f"rich.progress.Progress.{method}", fails(OSError("no terminal")))
    done = []
    with progress.bar("work", 3) as shown:
        for step in range(3):
            shown.describe(f"step {step}")
            shown.advance()
            done.append(step)
    assert done == [0, 1, 2]
    assert list(progress.track(range(3), "work")) == [0, 1, 2]
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("warning: ")]
    # Once a bar; a bar that cannot be cleared away says nothing.
    told = {"stop": 0, "update": 1}.get(method, 2)
    assert lines == ["warning: could not draw the progress bar: no terminal"] * told


@pytest.mark.usefixtures("terminal")
def test_a_bar_hides_no_error_of_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rich.progress.Progress.stop", fails(OSError("no terminal")))
    with pytest.raises(ZeroDivisionError), progress.bar("work", 3):
        _ = 1 / 0


@pytest.mark.parametrize("stream", [None, "closed"])
def test_without_a_standard_error_nothing_is_said(
    stream: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "log").open("w") as file:
        pass
    monkeypatch.setattr(sys, "stderr", None if stream is None else file)
    progress.notice("text")
    assert list(progress.track(range(3), "work")) == [0, 1, 2]


def test_a_missing_package_is_one_line_of_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = ModuleNotFoundError("No module named 'vl_convert'", name="vl_convert")
    monkeypatch.setattr("babyslm.cli.app", fails(error))
    monkeypatch.setattr(sys, "argv", ["babyslm", "doctor"])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    line = "babyslm: the package vl-convert-python is not installed; install it with: pip install vl-convert-python\n"
    assert capsys.readouterr().err == line
    monkeypatch.setattr(sys, "argv", ["babyslm", "doctor", "--debug"])
    with pytest.raises(ModuleNotFoundError):
        main()


def test_nothing_is_left_where_a_page_fails_to_be_written(tmp_path: Path) -> None:
    pictures.write_drawing(tmp_path / "page.html", fails(ValueError("no figures")))
    assert not list(tmp_path.iterdir())
