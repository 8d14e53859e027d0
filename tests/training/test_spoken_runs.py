"""Spoken trainings as they are run: killed and resumed, and shared among processes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from babyslm.models.load import load_model
from babyslm.training.recipe import make_recipe
from tests.training.test_hubert import recipe as hubert

pytestmark = pytest.mark.slow

SCRIPT = """
import json, os, sys
from pathlib import Path
from babyslm.training import spoken
from babyslm.training.encoders import hubert_iterations
from babyslm.training.speech import speaking
from babyslm.training.recipe import make_recipe
from babyslm.training.train import train

log = Path(sys.argv[3])

def counted(module, name):
    real = getattr(module, name)
    def wrapped(*args, **options):
        with log.open("a") as file:
            file.write(f"{name} {os.environ.get('RANK', '0')}\\n")
        return real(*args, **options)
    setattr(module, name, wrapped)

counted(spoken, "learn_codebook")
counted(spoken, "extract_units")
counted(hubert_iterations, "learn_codebook")
counted(speaking, "speak_corpus")
train(make_recipe(json.loads(Path(sys.argv[1]).read_text())), sys.argv[2], device="cpu")
"""

LSTM = {"updates": 8, "batch_tokens": 60, "lr": 0.01, "warmup": 2, "validate_every": 4}
SIZES = {"embedding": 4, "hidden": 8, "layers": 1, "output": 4, "dropout": 0.0}


def with_lstm(tones: Path, **loop: int) -> dict[str, object]:
    values = hubert(tones).model_dump(mode="json")
    del values["encoder"]
    return values | {"order": None, "loop": LSTM | loop, "sizes": SIZES}


def write(values: dict[str, object], path: Path) -> Path:
    path.write_text(json.dumps(values))
    return path


def test_a_training_killed_in_the_second_iteration_ends_with_the_same_bits(tones: Path, tmp_path: Path) -> None:
    values = with_lstm(tones)
    values["pretrain"]["iterations"][1]["loop"] |= {"updates": 60, "checkpoint_updates": 2}  # type: ignore[index]
    told = write(values, tmp_path / "recipe.yaml")
    command = [sys.executable, "-m", "babyslm", "train", str(told), "--device", "cpu", "--out"]
    subprocess.run([*command, str(tmp_path / "whole")], check=True)
    killed = subprocess.Popen([*command, str(tmp_path / "cut")])
    checkpoints = tmp_path / "cut" / ".checkpoints" / "hubert-2" / ".checkpoints"
    deadline = time.monotonic() + 300
    while not list(checkpoints.glob("update-*/state.json")) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(killed.pid, signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    assert list(checkpoints.glob("update-*/state.json"))
    assert not (tmp_path / "cut" / "babyslm.json").exists()
    subprocess.run([*command, str(tmp_path / "cut")], check=True)
    for name in (
        "encoder/model.safetensors",
        "encoder/losses.jsonl",
        "codebook.safetensors",
        "language-model/model.safetensors",
        "language-model/losses.jsonl",
        "babyslm.json",
    ):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name


def run_two(values: dict[str, object], out: Path) -> list[str]:
    folder = out.parent
    script, log = folder / "script.py", folder / f"{out.name}.log"
    script.write_text(SCRIPT)
    told = write(values, folder / f"{out.name}.json")
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    subprocess.run([*torchrun, str(script), str(told), str(out), str(log)], check=True)
    return log.read_text().splitlines()


def test_two_processes_make_speech_and_units_once_and_train_together(tmp_path: Path) -> None:
    from babyslm.corpora.made.spoken import written_corpus

    words = ["dog", "cat", "the ball", "no", "look at the dog", "where is the cat", "ball", "a cat", "yes", "the dog"]
    written_corpus(words * 2, tmp_path / "text", name="t", language="en", sources=["the tests"])
    values = with_lstm(tmp_path / "text") | {"speech": {"voices": 2}}
    done = run_two(values, tmp_path / "two")
    # Speech, clusters of two iterations, codebook and units: each once, and by the first process.
    assert sorted(done) == sorted(
        ["speak_corpus 0", "learn_codebook 0", "learn_codebook 0", "learn_codebook 0", "extract_units 0"]
    )
    model = load_model(str(tmp_path / "two"), device="cpu", cache=False)
    assert model.modality == "spoken"
    record = json.loads((tmp_path / "two" / "training.json").read_text())
    assert record["outcome"]["validation_units"]["pnmi"] > 0.1


def test_two_processes_learn_from_units_what_one_does_with_twice_the_batches(tones: Path, tmp_path: Path) -> None:
    values = {key: value for key, value in with_lstm(tones).items() if key not in ("pretrain", "speech")}
    run_two(values, tmp_path / "two")
    one = make_recipe(values | {"loop": LSTM | {"accumulate": 2}})
    from babyslm.training.train import train

    train(one, tmp_path / "one", device="cpu")
    states = [
        load_model(str(tmp_path / name), device="cpu").language_model.network.state_dict() for name in ("one", "two")
    ]  # type: ignore[attr-defined]
    for name in states[0]:
        torch.testing.assert_close(states[0][name], states[1][name], atol=1e-4, rtol=1e-3)
