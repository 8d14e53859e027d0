"""Recognisers of phones: decoding against exhaustive sums, and the model folder."""

from itertools import groupby, product
from pathlib import Path

import numpy as np
import pytest
import torch

from babyslm.models.encoders.denoising.network import DenoisingNetwork
from babyslm.models.encoders.denoising.settings import FrameSizes
from babyslm.models.encoders.settings import DenoisingSettings
from babyslm.models.folder import WEIGHTS_NAME, write_tensors
from babyslm.models.load import load_model
from babyslm.models.recogniser.decoding import BLANK, beam_phones, greedy_phones
from babyslm.models.recogniser.files import transcribe_files
from babyslm.models.recogniser.recogniser import load_recogniser, save_recogniser
from babyslm.seeds import generator
from babyslm.speech.audio import write_audio
from babyslm.verify.learners.folders import CorruptModelError, UnknownFamilyError

SIZES = FrameSizes(width=16, inner=8, distances=(1, 2))
PHONES = ("k", "æ", "t")


def logs(seed: int, frames: int, classes: int, scale: float = 2.0) -> np.ndarray:
    scores = generator(seed, "logs").normal(size=(frames, classes)) * scale
    return (scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))).astype(np.float32)


def collapsed(path: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(label for label, _ in groupby(path) if label != BLANK)


def test_the_best_path_is_that_of_all_paths() -> None:
    for seed in range(20):
        found = logs(seed, 5, 4)
        best = max(product(range(4), repeat=5), key=lambda path: sum(found[t, label] for t, label in enumerate(path)))
        assert greedy_phones(found) == [label - 1 for label in collapsed(best)]


def test_the_beam_finds_the_likeliest_string_over_all_alignments() -> None:
    differ = 0
    for seed in range(30):
        found = logs(seed, 5, 4, scale=1.0)
        sums: dict[tuple[int, ...], float] = {}
        for path in product(range(4), repeat=5):
            chance = float(np.exp(sum(found[t, label] for t, label in enumerate(path))))
            sums[collapsed(path)] = sums.get(collapsed(path), 0.0) + chance
        best = max(sums, key=lambda string: sums[string])
        assert beam_phones(found, 500) == [label - 1 for label in best]
        differ += greedy_phones(found) != [label - 1 for label in best]
    assert differ  # the sum over alignments is another thing than the best path


def test_silence_is_no_phone() -> None:
    assert greedy_phones(np.log(np.array([[0.9, 0.05, 0.05]] * 4, dtype=np.float32))) == []
    assert beam_phones(np.log(np.array([[0.9, 0.05, 0.05]] * 4, dtype=np.float32)), 8) == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    settings = DenoisingSettings(
        weights=Path(WEIGHTS_NAME), sizes=SIZES, layer=2, classes=len(PHONES) + 1, output="posteriors"
    )
    network = DenoisingNetwork(80, SIZES, len(PHONES) + 1)
    write_tensors(tmp_path / WEIGHTS_NAME, network.state_dict())
    save_recogniser(tmp_path, settings, PHONES, "en", "tiny")
    return tmp_path


def test_a_folder_transcribes_the_same_alone_and_together(folder: Path) -> None:
    recogniser = load_recogniser(folder)
    assert (recogniser.phones, recogniser.language, recogniser.name) == (PHONES, "en", "tiny")
    rng = generator(0, "noise")
    sounds = [rng.normal(scale=0.1, size=n).astype(np.float32) for n in (4000, 16000, 9000)]
    together = recogniser.transcribe(sounds)
    assert together == [recogniser.transcribe([sound])[0] for sound in sounds]
    assert any(together)
    assert {phone for phones in together for phone in phones} <= set(PHONES)
    assert len(recogniser.transcribe(sounds, beam=4)) == 3
    assert recogniser.transcribe([]) == []


def test_files_of_any_rate_are_transcribed(folder: Path, tmp_path: Path) -> None:
    sound = (generator(1, "noise").normal(scale=3000, size=8000)).astype(np.int16)
    write_audio(tmp_path / "a.wav", sound)
    ((path, phones),) = transcribe_files([tmp_path / "a.wav"], folder)
    assert path == tmp_path / "a.wav"
    assert phones == load_recogniser(folder).transcribe([sound.astype(np.float32) / 32768])[0]


def test_a_recogniser_is_no_learner(folder: Path) -> None:
    with pytest.raises(UnknownFamilyError, match="recogniser"):
        load_model(str(folder))


def test_damaged_weights_are_refused(folder: Path) -> None:
    path = folder / WEIGHTS_NAME
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(CorruptModelError, match="safetensors"):
        load_recogniser(folder)
