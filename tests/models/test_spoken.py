"""Spoken learners: a score depends on its own sound alone, and every fault of a file is named."""

import itertools
import json
import math
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from babyslm.caches import keep_entry, kept_entry
from babyslm.models.encoders.load import make_encoder
from babyslm.models.encoders.settings import LogMelSettings, MfccSettings
from babyslm.models.load import load_model
from babyslm.models.spoken import LANGUAGE_MODEL, SpokenLanguageModel, encode_units, save_spoken, warp_encoder
from babyslm.models.symbols.lstm import LstmLanguageModel, LstmNetwork, LstmSizes
from babyslm.models.symbols.vocabulary import BOS, EOS, Vocabulary
from babyslm.models.units.cache import UnitCache
from babyslm.models.units.codebook import Codebook
from babyslm.speech.audio import read_audio, write_audio
from babyslm.stimuli.stimulus import Stimulus
from babyslm.verify.learners.folders import CorruptModelError, MissingModelFileError
from babyslm.verify.learners.units import AudioMissingError, WarpError
from babyslm.verify.speech.audio import ChannelsError, MissingAudioError, SampleRateError, TruncatedAudioError

UNITS = 6
SIZES = LstmSizes(embedding=4, hidden=5, layers=2, output=3)
SETTINGS = MfccSettings(deltas=0)


def learner(*, cache: bool = False) -> SpokenLanguageModel:
    torch.manual_seed(3)
    draws = np.random.default_rng(0)
    encoder = make_encoder(SETTINGS)
    codebook = Codebook(draws.standard_normal((UNITS, encoder.dimensions)).astype(np.float32), penalty=1.0)
    vocabulary = Vocabulary.of_units(UNITS)
    network = LstmNetwork(len(vocabulary), SIZES)
    below = LstmLanguageModel(network, vocabulary, SIZES, device="cpu")
    return SpokenLanguageModel(encoder, codebook, below, cache=cache)


@pytest.fixture
def stimuli(tmp_path: Path) -> list[Stimulus]:
    draws = np.random.default_rng(1)
    made = []
    for number, seconds in enumerate((0.3, 0.21, 0.5, 0.21, 0.4)):
        path = tmp_path / f"s{number}.wav"
        shape = np.repeat(draws.random(10), math.ceil(seconds * 1600))[: round(seconds * 16_000)]
        write_audio(path, 0.3 * shape * draws.standard_normal(len(shape)))
        made.append(Stimulus(path.stem, audio=path))
    return made


def saved(model: SpokenLanguageModel, folder: Path) -> Path:
    model.language_model.save(folder / LANGUAGE_MODEL)  # type: ignore[attr-defined]
    save_spoken(folder, SETTINGS, model.codebook, "heard")
    return folder


def naive_score(model: SpokenLanguageModel, stimulus: Stimulus) -> tuple[float, int]:
    """One file, one frame and one unit at a time."""
    assert stimulus.audio is not None
    features = model.encoder.encode([read_audio(stimulus.audio)])[0]
    labels = model.codebook.label([features])[0].tolist()
    units = [unit for place, unit in enumerate(labels) if place == 0 or labels[place - 1] != unit]
    sequence = [BOS, *(unit + 3 for unit in units), EOS]
    total, state = 0.0, None
    network = model.language_model.network  # type: ignore[attr-defined]
    with torch.no_grad():
        for symbol, target in itertools.pairwise(sequence):
            outputs, state = network.step(torch.tensor([symbol]), state)
            total += float(torch.log_softmax(network.head(outputs), dim=1)[0, target])
    return total, len(sequence) - 1


def test_scores_equal_a_naive_reference(stimuli: list[Stimulus]) -> None:
    model = learner()
    batch = model.score(stimuli)
    for stimulus, score, symbols in zip(stimuli, batch.log_probability, batch.symbols, strict=True):
        expected, count = naive_score(model, stimulus)
        assert score == pytest.approx(expected, abs=1e-4)
        assert symbols == count


def test_scores_do_not_depend_on_order_or_company(stimuli: list[Stimulus]) -> None:
    model = learner()
    together = model.score(stimuli)
    backwards = model.score(stimuli[::-1])
    np.testing.assert_allclose(together.log_probability, backwards.log_probability[::-1], atol=1e-5)
    alone = [model.score([stimulus]).log_probability[0] for stimulus in stimuli]
    np.testing.assert_allclose(together.log_probability, alone, atol=1e-5)


def test_of_several_warps_the_hearing_of_the_highest_mean_counts(stimuli: list[Stimulus]) -> None:
    model = learner()
    warps = (0.9, 1.0, 1.15)
    alone = [
        SpokenLanguageModel(model.encoder.warped(warp), model.codebook, model.language_model).score(stimuli)  # type: ignore[attr-defined]
        for warp in warps
    ]
    several = SpokenLanguageModel(model.encoder, model.codebook, model.language_model, warps=warps).score(stimuli)
    chosen = set()
    for row in range(len(stimuli)):
        means = [batch.log_probability[row] / batch.symbols[row] for batch in alone]
        best = int(np.argmax(means))
        chosen.add(best)
        assert several.log_probability[row] == pytest.approx(alone[best].log_probability[row], abs=1e-5)
        assert several.symbols[row] == alone[best].symbols[row]
    assert len(chosen) > 1


def test_an_encoder_that_cannot_warp_is_refused_other_warps() -> None:
    with pytest.raises(WarpError, match="cannot be warped by 0.9"):
        warp_encoder(Counting(), [1.0, 0.9])


def test_no_stimuli_give_no_scores() -> None:
    assert learner().score([]).log_probability.shape == (0,)


def test_a_stimulus_without_sound_is_named(stimuli: list[Stimulus]) -> None:
    with pytest.raises(AudioMissingError, match="1 stimuli have no sound: silent"):
        learner().score([*stimuli, Stimulus("silent", text="silent")])


def test_faults_of_a_file_are_named(stimuli: list[Stimulus], tmp_path: Path) -> None:
    import soundfile

    whole = stimuli[0].audio
    assert whole is not None
    cut, stereo, slow = tmp_path / "cut.wav", tmp_path / "stereo.wav", tmp_path / "slow.wav"
    cut.write_bytes(whole.read_bytes()[:-2000])
    soundfile.write(stereo, np.zeros((1600, 2)), 16_000)
    soundfile.write(slow, np.zeros(1600), 8000)
    faults = {
        cut: TruncatedAudioError,
        stereo: ChannelsError,
        slow: SampleRateError,
        tmp_path / "gone.wav": MissingAudioError,
    }
    for path, error in faults.items():
        with pytest.raises(error, match=path.name):
            learner().score([*stimuli, Stimulus(path.stem, audio=path)])


def test_a_saved_learner_comes_back_with_the_same_scores(stimuli: list[Stimulus], tmp_path: Path) -> None:
    model = learner()
    back = load_model(str(saved(model, tmp_path / "model")), device="cpu")
    assert isinstance(back, SpokenLanguageModel)
    assert back.name == "heard"
    np.testing.assert_array_equal(back.score(stimuli).log_probability, model.score(stimuli).log_probability)
    assert json.dumps(back.settings) == json.dumps(model.settings)


def test_a_folder_that_lacks_a_part_is_named(tmp_path: Path) -> None:
    whole = saved(learner(), tmp_path / "model")
    for part in ("codebook.json", "codebook.safetensors", f"{LANGUAGE_MODEL}/model.safetensors"):
        lacking = tmp_path / "lacking"
        shutil.copytree(whole, lacking)
        (lacking / part).unlink()
        with pytest.raises(MissingModelFileError, match=Path(part).name):
            load_model(str(lacking), device="cpu")
        shutil.rmtree(lacking)


def test_parts_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    model = learner()
    folder = saved(model, tmp_path / "model")
    save_spoken(folder, LogMelSettings(), model.codebook, "other encoder")
    with pytest.raises(CorruptModelError, match="takes 13 dimensions and the encoder gives 40"):
        load_model(str(folder), device="cpu")
    smaller = Codebook(model.codebook.centroids[:-1])
    save_spoken(folder, SETTINGS, smaller, "other codebook")
    with pytest.raises(CorruptModelError, match="has 6 units and the codebook has 5"):
        load_model(str(folder), device="cpu")


class Counting:
    """An encoder that counts what it is given."""

    frame_rate, dimensions, costly = 100.0, 13, True

    def __init__(self) -> None:
        self.inner = make_encoder(SETTINGS)
        self.encoded = 0

    @property
    def settings(self) -> dict[str, object]:
        return self.inner.settings

    def encode(self, waveforms: list[np.ndarray]) -> list[np.ndarray]:
        self.encoded += len(waveforms)
        return self.inner.encode(waveforms)


def test_cached_units_are_computed_once_and_are_the_same(stimuli: list[Stimulus], tmp_path: Path) -> None:
    model, counting = learner(), Counting()
    plain = model.units(stimuli)
    waveforms = [read_audio(stimulus.audio) for stimulus in stimuli if stimulus.audio]
    cache = UnitCache(counting, model.codebook, tmp_path / "cache")
    for expected in (5, 5):
        found = list(encode_units([*waveforms, waveforms[0]], [counting], model.codebook, caches=[cache]))
        assert counting.encoded == expected
        for units, other in zip(found, [*plain, plain[0]], strict=True):
            np.testing.assert_array_equal(units, other)


def test_a_damaged_cache_entry_is_made_again(stimuli: list[Stimulus], tmp_path: Path) -> None:
    model, counting = learner(), Counting()
    waveforms = [read_audio(stimulus.audio) for stimulus in stimuli if stimulus.audio]
    cache = UnitCache(counting, model.codebook, tmp_path / "cache")
    plain = list(encode_units(waveforms, [counting], model.codebook, caches=[cache]))
    entries = sorted(path for path in (tmp_path / "cache").rglob("*") if path.is_file())
    entries[0].write_bytes(entries[0].read_bytes()[:20])
    entries[1].write_bytes(entries[2].read_bytes())
    told = entries[3].read_bytes()
    entries[3].write_bytes(re.sub(rb"\[\d", rb"[7", told))  # units still, but others
    assert entries[3].read_bytes() != told
    again = list(encode_units(waveforms, [counting], model.codebook, caches=[cache]))
    assert counting.encoded == 5 + 3
    for units, other in zip(again, plain, strict=True):
        np.testing.assert_array_equal(units, other)


def test_without_its_cache_a_learner_does_not_see_what_went_wrong_in_it(
    stimuli: list[Stimulus], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BABYSLM_CACHE", str(tmp_path / "cache"))
    keeping = learner(cache=True)
    right = keeping.score(stimuli)
    for entry in [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]:
        told = json.loads(kept_entry(entry) or b"")
        keep_entry(entry, json.dumps(told | {"units": told["units"][:-1]}).encode())
    wrong = keeping.score(stimuli)
    assert (wrong.log_probability != right.log_probability).all()
    fresh = keeping.uncached()
    np.testing.assert_array_equal(fresh.score(stimuli).log_probability, right.log_probability)
    assert fresh.caches is None
    assert (fresh.name, fresh.settings) == (keeping.name, keeping.settings)


def test_another_codebook_has_other_cache_entries(tmp_path: Path) -> None:
    model = learner()
    other = Codebook(model.codebook.centroids, penalty=2.0)
    sound = np.zeros(800, dtype=np.float32)
    assert UnitCache(model.encoder, model.codebook, tmp_path).key(sound) != UnitCache(
        model.encoder, other, tmp_path
    ).key(sound)


@pytest.mark.realdata
def test_official_samples_get_finite_and_reproducible_scores(realdata: Path) -> None:
    files = sorted((realdata / "babyslm_samples").glob("*.wav"))
    stimuli = [Stimulus(path.stem, audio=path) for path in files]
    first, second = learner().score(stimuli), learner().score(stimuli)
    assert np.isfinite(first.log_probability).all()
    assert (first.log_probability < 0).all()
    np.testing.assert_array_equal(first.log_probability, second.log_probability)
