"""The command line: help with examples, one-line errors, exit codes, JSON, silence in a pipe.

Most commands run in the process of the test, since a process spends seconds on imports.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from babyslm.cli import app
from tests.command import run_here
from tests.tables import write_set

COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]


def run(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "babyslm", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    info = get_command(app).commands[command]  # type: ignore[attr-defined]
    group = getattr(info, "commands", {"": info})
    for name, each in group.items():
        assert (each.help or "").strip(), f"{command} {name} has no help"
        assert "Example: babyslm" in (each.epilog or ""), f"{command} {name} has no example"


def test_help_does_not_import_torch() -> None:
    code = "import sys, babyslm.cli; print('torch' in sys.modules, 'pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def scores_for(stimuli: Path, out: Path) -> Path:
    """Write scores that prefer every good stimulus."""
    from babyslm.stimuli.load import load_stimuli

    for table in load_stimuli(stimuli):
        good = set(table.pairs["good"])
        path = out / table.task / f"{table.split}.txt"
        path.parent.mkdir(parents=True)
        lines = [f"{s.name} {-0.5 if s.name in good else -1.0}" for s in table.stimuli]
        path.write_text("\n".join(lines) + "\n")
    return out


def test_evaluate_gives_one_json_object_and_a_result_folder(tmp_path: Path) -> None:
    stimuli = write_set(tmp_path / "set")
    scores = scores_for(stimuli, tmp_path / "scores")
    done = run(
        "evaluate", "--model", f"scores:{scores}", "--stimuli", str(stimuli), "--out", str(tmp_path / "r"), "--json"
    )
    said = json.loads(done.stdout)
    assert done.stderr == ""
    assert said["metrics"]
    assert (tmp_path / "r" / "result.json").is_file()
    assert (tmp_path / "r" / "report.html").is_file()
    assert not list((tmp_path / "r").glob(".shards"))
    again = run("compare", str(tmp_path / "r"), str(tmp_path / "r"), "--json")
    assert json.loads(again.stdout)["comparison"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["evaluate", "--model", "scores:nowhere", "--stimuli", "SET"], 1, "nowhere"),
        (["evaluate", "--model", "nowhere", "--stimuli", "SET"], 2, "nowhere"),
        (["evaluate", "--model", "x", "--stimuli", "absent"], 1, "absent"),
        (["evaluate", "--model", "x"], 2, "--stimuli"),
        (["evaluate", "--model", "x", "--stimuli", "SET", "--option", "novalue"], 2, "novalue"),
        (["train", "no-such-recipe", "--out", "o"], 2, "no-such-recipe"),
        (["prepare", "wax-cylinders", "x", "--out", "o"], 2, "childes"),
        (["frobnicate"], 2, "frobnicate"),
    ],
)
def test_a_fault_is_one_line_without_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, words: str
) -> None:
    stimuli = write_set(tmp_path / "set")
    monkeypatch.chdir(tmp_path)
    done = run_here(*[str(stimuli) if a == "SET" else a for a in arguments], code=code)
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    if done.stderr.startswith("babyslm:"):
        assert len(done.stderr.strip().splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith(".")) == ["set"]


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    done = run("evaluate", "--model", "scores:nowhere", "--stimuli", str(write_set(tmp_path)), "--debug", code=1)
    assert "Traceback" in done.stderr


def test_a_hugging_face_folder_is_scored_on_foreign_pairs_with_words_and_along_training(tmp_path: Path) -> None:
    from tests.text_folders import causal_folder

    for name in ("step10", "step20"):
        causal_folder(tmp_path / "learner" / name)
    pairs = tmp_path / "agreement.txt"
    pairs.write_text("the dogs runs\nthe dog runs\na cat see\na cat sees\n", encoding="utf-8")
    common = ["--stimuli", str(pairs), "--device", "cpu", "--out"]
    model = f"hf:{tmp_path / 'learner' / 'step10'}"
    run_here("evaluate", "--model", model, *common, str(tmp_path / "r"), "--words", "--option", "eos=true")
    assert (tmp_path / "r" / "words.parquet").is_file()
    assert json.loads((tmp_path / "r" / "result.json").read_text())["model"]["settings"]["eos"] is True
    run_here("evaluate", "--model", str(tmp_path / "learner"), *common, str(tmp_path / "c"), "--revisions", "all")
    assert (tmp_path / "c" / "curve.csv").is_file()
    assert run_here("evaluate", "--model", model, "--stimuli", str(pairs), "--words", code=2).stderr.startswith(
        "babyslm: --out"
    )
    assert "chat template" in run_here("choose", "--model", model, "--stimuli", str(pairs), code=1).stderr


@pytest.mark.slow
def test_a_hub_id_without_network_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = tmp_path / "pairs.tsv"
    pairs.write_text("the dog runs\tthe dog run\n")
    monkeypatch.delenv("HF_HUB_OFFLINE")  # as a user has it: the hub is really asked for
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    done = run("evaluate", "--model", "hf:nobody/nothing", "--stimuli", str(pairs), code=1)
    assert done.stderr.startswith("babyslm: nobody/nothing: ")
    assert len(done.stderr.strip().splitlines()) == 1
