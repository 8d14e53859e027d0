"""From text to speech, and from speech to a result, on the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from babyslm.cli import app
from babyslm.corpora.made.spoken import written_corpus
from babyslm.speech.audio import write_audio
from babyslm.training.speech.utterances import read_utterances
from tests.tables import VOICES, lexical_rows, write_set
from tests.training.tones import say


def run(*arguments: object) -> dict[str, object]:
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    told: dict[str, object] = json.loads(done.stdout)
    return told


def test_speak_makes_a_corpus_that_can_be_heard(tmp_path: Path) -> None:
    written_corpus(["a dog", "no", "the cat"], tmp_path / "t", name="t", language="en", sources=["the tests"])
    wild = run("speak", tmp_path / "t", "--out", tmp_path / "s", "--voices", 2, "--condition", "reverberant")
    assert (wild["utterances"], wild["speech"]) == (3, "in-the-wild")
    assert read_utterances(tmp_path / "s").condition == "in-the-wild"


def test_train_gives_a_result_where_stimuli_are_named(tones: Path, tmp_path: Path) -> None:
    place = tmp_path / "stimuli" / "lexical" / "dev"
    place.mkdir(parents=True)
    rows = lexical_rows()
    rows.to_csv(place / "gold.csv", index=False)
    for number, name in enumerate(sorted(set(rows["filename"]))):
        write_audio(place / f"{name}.wav", say(number % 4, number % 3, number))
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(
        json.dumps(
            {"family": "spoken", "name": "t", "units": {"size": 6, "frames": 2000}, "validation": 0.1, "order": 2}
        )
    )
    told = run(
        "train", recipe, "--out", tmp_path / "model", "--set", f"corpus={tones}", "--device", "cpu",
        "--stimuli", tmp_path / "stimuli", "--split", "dev",
    )  # fmt: skip
    metrics = told["result"]["metrics"]  # type: ignore[index]
    assert {metric["value"] for metric in metrics if metric["attribute"] == "voice"} == set(VOICES)
    assert told["result"]["model"]["settings"]["training"]["hours"] > 0  # type: ignore[index]
    assert (tmp_path / "model" / "result" / "report.html").is_file()


def test_of_the_processes_of_torchrun_the_first_alone_evaluates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = tmp_path / "heard.txt"
    heard.write_text("a dog sees the cat\nthe dog runs\n", encoding="utf-8")
    stimuli = write_set(tmp_path / "set")
    command = ["train", "word-3gram", "--out", str(tmp_path / "model"), "--set", f"corpus={heard}"]
    command += ["--stimuli", str(stimuli), "--engine", "ray"]
    run(*command[:-4])
    monkeypatch.setenv("RANK", "1")
    done = CliRunner().invoke(app, command, catch_exceptions=False)
    assert (done.exit_code, done.stdout) == (0, "")
    assert not (tmp_path / "model" / "result").exists()
    monkeypatch.setenv("RANK", "0")
    run(*command[:-2])
    assert (tmp_path / "model" / "result" / "result.json").is_file()
