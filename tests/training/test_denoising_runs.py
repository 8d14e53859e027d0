"""Denoising trainings as they are run: killed and resumed, and shared among processes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from babyslm.models.load import load_model
from tests.training.test_denoising import recipe

pytestmark = pytest.mark.slow

SCRIPT = """
import json, os, sys
from pathlib import Path
from babyslm.training import spoken
from babyslm.training.encoders.denoising import rounds, spectra_stage
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

counted(spectra_stage, "hear_corpus")
counted(rounds, "learn_units")
counted(spoken, "extract_units")
counted(spoken, "augmented_units")
train(make_recipe(json.loads(Path(sys.argv[1]).read_text())), sys.argv[2], device="cpu")
"""


def values(tones: Path, **fields: object) -> dict[str, object]:
    told = recipe(tones).model_dump(mode="json")
    del told["encoder"], told["units"]
    return told | fields


def test_a_training_killed_in_its_unit_stage_ends_with_the_same_bits(tones: Path, tmp_path: Path) -> None:
    told = values(tones)
    told["pretrain"]["unit_stage"]["loop"] |= {"updates": 60, "checkpoint_updates": 2}  # type: ignore[index]
    path = tmp_path / "recipe.yaml"
    path.write_text(json.dumps(told))
    command = [sys.executable, "-m", "babyslm", "train", str(path), "--device", "cpu", "--out"]
    subprocess.run([*command, str(tmp_path / "whole")], check=True)
    killed = subprocess.Popen([*command, str(tmp_path / "cut")])
    checkpoints = tmp_path / "cut" / ".checkpoints" / "units" / ".checkpoints"
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
        "posteriors.json",
        "language-model/model.safetensors",
        "babyslm.json",
    ):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name


def test_two_processes_hear_and_cluster_once_and_train_together(tones: Path, tmp_path: Path) -> None:
    script, log, told = tmp_path / "script.py", tmp_path / "log", tmp_path / "recipe.json"
    script.write_text(SCRIPT)
    told.write_text(json.dumps(values(tones, augmented=1)))
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    out = tmp_path / "two"
    subprocess.run([*torchrun, str(script), str(told), str(out), str(log)], check=True)
    done = log.read_text().splitlines()
    # Spectra, targets of two rounds and of the unit stage, units, units of augmented speech: each once, by the first.
    assert sorted(done) == sorted(
        ["hear_corpus 0", "learn_units 0", "learn_units 0", "learn_units 0", "extract_units 0", "augmented_units 0"]
    )
    assert load_model(str(out), device="cpu", cache=False).modality == "spoken"
    record = json.loads((out / "training.json").read_text())
    assert record["outcome"]["encoder"]["rounds"][0]["updates"] == 10
