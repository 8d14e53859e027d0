"""From a recipe to a model folder: whole, resumable, and refusing what is not its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from babyslm.files import LockedError, exclusive
from babyslm.models.load import load_model
from babyslm.stimuli.stimulus import Stimulus
from babyslm.training.recipe import make_recipe
from babyslm.training.train import train
from babyslm.verify.documents import NoSuchFileError
from babyslm.verify.learners.recipes import OtherModelError

WORDS = ["k æ t", "d ɔ ɡ", "b ɔ l", "k aʊ"]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    draw = np.random.default_rng(0)
    lines = [" | ".join(draw.choice(WORDS, size=draw.integers(1, 4))) for _ in range(150)]
    path = tmp_path / "corpus.phones"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def lstm(corpus: Path, *overrides: str):
    values = {
        "family": "lstm",
        "name": "tiny",
        "corpus": str(corpus),
        "sizes": {"embedding": 8, "hidden": 24, "layers": 2, "output": 8},
        "loop": {"epochs": 12, "batch_tokens": 128, "lr": 0.02, "warmup": 5},
    }
    return make_recipe(values, overrides)


def ngram(corpus: Path, *overrides: str):
    return make_recipe({"family": "ngram", "name": "tri", "corpus": str(corpus), "order": 3}, overrides)


def prefers_words(folder: Path) -> bool:
    model = load_model(str(folder), device="cpu")
    pair = [Stimulus("w", phones=("k", "æ", "t")), Stimulus("n", phones=("t", "k", "æ"))]
    word, nonword = model.score(pair).pooled("mean")
    return bool(word > nonword)


def test_an_lstm_learns_its_words_and_leaves_a_whole_folder(tmp_path: Path, corpus: Path):
    record = train(lstm(corpus), tmp_path / "out", device="cpu")
    assert prefers_words(tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        "babyslm.json",
        "loss.json",
        "loss.svg",
        "losses.jsonl",
        "model.safetensors",
        "training.json",
        "vocabulary.json",
    }
    stored = json.loads((tmp_path / "out" / "training.json").read_text())
    assert stored == json.loads(json.dumps(record.as_dict()))
    assert stored["outcome"]["validation_loss"] < np.log(9)
    assert stored["outcome"]["sequences"] + stored["outcome"]["held_out"] == 150
    assert len(stored["outcome"]["corpus"]["sha256"]) == 64
    curve = json.loads((tmp_path / "out" / "loss.json").read_text())
    assert curve["training"][-1][1] < curve["training"][0][1]


@pytest.mark.parametrize("symbols", ["characters", "words", "bpe"])
def test_every_kind_of_spelled_symbol_can_be_trained_on(tmp_path: Path, symbols: str):
    path = tmp_path / "corpus.txt"
    path.write_text("the cat\nthe good dog\nlook at the cat\n" * 8)
    for recipe in (
        lstm(path, f"symbols={symbols}", "pieces=40", "loop.epochs=1"),
        ngram(path, f"symbols={symbols}", "pieces=40"),
    ):
        out = tmp_path / recipe.family
        train(recipe, out, device="cpu")
        model = load_model(str(out), device="cpu")
        assert model.modality == "orthographic"
        assert np.isfinite(model.score([Stimulus("s", text="The good cat.")]).log_probability).all()


def test_units_can_be_trained_on(tmp_path: Path):
    path = tmp_path / "corpus.units"
    path.write_text("1 2 3\n2 3\n" * 20)
    train(ngram(path, "symbols=units"), tmp_path / "n", device="cpu")
    assert load_model(str(tmp_path / "n")).modality == "spoken"


def test_an_ngram_model_is_trained_on_words_or_utterances(tmp_path: Path, corpus: Path):
    utterances = train(ngram(corpus), tmp_path / "u").outcome
    words = train(ngram(corpus, "grain=words"), tmp_path / "w").outcome
    assert utterances["sequences"] == 150
    assert words["sequences"] > 150
    assert prefers_words(tmp_path / "u")
    assert prefers_words(tmp_path / "w")


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(tmp_path: Path, corpus: Path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        train(lstm(corpus, f"seed={seed}", "loop.epochs=1"), tmp_path / name, device="cpu")
    a, b, c = ((tmp_path / name / "model.safetensors").read_bytes() for name in "abc")
    assert a == b != c


def test_a_finished_training_is_left_as_it_is(tmp_path: Path, corpus: Path):
    first = train(ngram(corpus), tmp_path / "out")
    before = (tmp_path / "out" / "model.safetensors").stat().st_mtime_ns
    assert train(ngram(corpus), tmp_path / "out") == first
    assert (tmp_path / "out" / "model.safetensors").stat().st_mtime_ns == before
    assert train(ngram(corpus), tmp_path / "out", resume=False).outcome == first.outcome
    assert (tmp_path / "out" / "model.safetensors").stat().st_mtime_ns != before


def test_a_folder_with_something_else_is_refused_and_untouched(tmp_path: Path, corpus: Path):
    train(ngram(corpus), tmp_path / "out")
    with pytest.raises(OtherModelError, match="another recipe"):
        train(ngram(corpus, "order=2"), tmp_path / "out")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("dear")
    for resume in (True, False):
        with pytest.raises(OtherModelError, match="not empty"):
            train(ngram(corpus), tmp_path / "mine", resume=resume)
    assert (tmp_path / "mine" / "thesis.tex").read_text() == "dear"


def test_a_faulty_corpus_leaves_nothing_behind(tmp_path: Path):
    with pytest.raises(NoSuchFileError):
        train(ngram(tmp_path / "nowhere.txt"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_a_killed_run_left_half_written_is_swept_away(tmp_path: Path, corpus: Path):
    (tmp_path / "out" / ".checkpoints" / ".update-1.x.partial").mkdir(parents=True)
    (tmp_path / "out" / ".model.safetensors.x.partial.safetensors").write_bytes(b"half")
    train(ngram(corpus), tmp_path / "out")
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["babyslm.json", "model.safetensors", "training.json", "vocabulary.json"]


def test_two_trainings_of_one_folder_exclude_each_other(tmp_path: Path, corpus: Path):
    with exclusive(tmp_path / "out"), pytest.raises(LockedError):
        train(ngram(corpus), tmp_path / "out")


SCRIPT = """
import sys, time
import torch
torch.set_num_threads(1)
from babyslm.training.recipe import load_recipe
from babyslm.training.train import train
if "--slow" in sys.argv:  # time enough to be killed in
    from babyslm.training import loop
    quick = loop._Run._update
    loop._Run._update = lambda self, group: (time.sleep(0.05), quick(self, group))[1]
train(load_recipe(sys.argv[1]), sys.argv[2], device="cpu")
"""


def write_recipe(tmp_path: Path, corpus: Path, **loop: float) -> Path:
    path = tmp_path / "recipe.json"
    values = lstm(corpus).model_dump(mode="json")
    values["loop"] |= loop
    path.write_text(json.dumps(values))  # JSON is YAML
    return path


@pytest.mark.slow
def test_a_training_killed_without_warning_ends_with_the_same_bits(tmp_path: Path, corpus: Path):
    recipe = write_recipe(tmp_path, corpus, checkpoint_updates=5)
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    command = [sys.executable, str(script), str(recipe)]
    subprocess.run([*command, str(tmp_path / "whole")], check=True)
    killed = subprocess.Popen([*command, str(tmp_path / "cut"), "--slow"])
    checkpoints = tmp_path / "cut" / ".checkpoints"
    deadline = time.monotonic() + 120
    while not list(checkpoints.glob("update-*/state.json")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(killed.pid, signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    assert list(checkpoints.glob("update-*/state.json"))
    assert not (tmp_path / "cut" / "babyslm.json").exists()
    subprocess.run([*command, str(tmp_path / "cut")], check=True)
    for name in ("model.safetensors", "losses.jsonl", "loss.json", "vocabulary.json", "babyslm.json"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
    assert not checkpoints.exists()


@pytest.mark.slow
def test_two_processes_train_what_one_trains_with_twice_the_batches(tmp_path: Path, corpus: Path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    values = lstm(corpus, "sizes.dropout=0", "loop.epochs=2", "loop.accumulate=2").model_dump(mode="json")
    (tmp_path / "one.json").write_text(json.dumps(values))
    values["loop"]["accumulate"] = 1
    (tmp_path / "two.json").write_text(json.dumps(values))
    subprocess.run([sys.executable, str(script), str(tmp_path / "one.json"), str(tmp_path / "one")], check=True)
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    subprocess.run([*torchrun, str(script), str(tmp_path / "two.json"), str(tmp_path / "two")], check=True)
    one, two = (load_model(str(tmp_path / name), device="cpu").network.state_dict() for name in ("one", "two"))
    for name in one:
        torch.testing.assert_close(one[name], two[name], atol=1e-4, rtol=1e-3)
