"""The denoising encoder: one door for sound, exact windows, frames that depend on their sound alone."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from babyslm.models.encoders.denoising.hearing import Hearing, decibels, levels
from babyslm.models.encoders.denoising.network import DenoisingNetwork, operations
from babyslm.models.encoders.denoising.settings import AttentionSizes, FrameSizes, HearingSettings
from babyslm.models.encoders.load import make_encoder, sealed_settings
from babyslm.models.encoders.protocol import StreamingEncoder, WarpingEncoder
from babyslm.models.encoders.settings import DenoisingSettings
from babyslm.speech.sound import HeldSound
from babyslm.verify.learners.encoders import EncoderWeightsError, LayerError, WeightsDigestError

HEARING = HearingSettings(bands=10, before=0.06, after=0.1)
FRAMES = FrameSizes(width=16, inner=8, distances=(1, 2, 3))
ATTENTION = AttentionSizes(width=16, inner=16, depth=3, heads=2, position=5, groups=2)
SIZES = pytest.mark.parametrize("sizes", [FRAMES, ATTENTION], ids=["frames", "attention"])


def settings(folder: Path, sizes: FrameSizes | AttentionSizes = FRAMES, **options: object) -> DenoisingSettings:
    torch.manual_seed(3)
    network = DenoisingNetwork(20, sizes, 7)
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(0.2 * torch.randn_like(weight))
    path = folder / "w.safetensors"
    save_file(network.state_dict(), path)
    return DenoisingSettings(weights=path, hearing=HEARING, sizes=sizes, classes=7, **({"layer": 2} | options))


def speech(samples: int, seed: int = 0) -> np.ndarray:
    draws = np.random.default_rng(seed)
    swell = 1.2 + np.sin(2 * np.pi * 3 * np.arange(samples) / 16_000)
    return (0.1 * swell * draws.standard_normal(samples)).astype(np.float32)


def around(word: np.ndarray, before: int, after: int) -> np.ndarray:
    return np.concatenate([np.zeros(before, np.float32), word, np.zeros(after, np.float32)])


@SIZES
@pytest.mark.parametrize("output", ["states", "posteriors"])
def test_a_word_cut_out_alone_and_with_silence_around_is_heard_alike(
    tmp_path: Path, sizes: FrameSizes | AttentionSizes, output: str
) -> None:
    encoder = make_encoder(settings(tmp_path, sizes, output=output), device="cpu")
    running = around(speech(20_000), 333, 77)
    alone = running[333:20_333]
    wanted = encoder.encode([alone])[0]
    for heard in (running, around(alone, 1601, 0), around(alone, 0, 5000), around(alone, 16_000, 123)):
        found = encoder.encode([heard])[0]
        assert found.shape == wanted.shape
        np.testing.assert_allclose(found, wanted, atol=1e-6)


@SIZES
def test_level_does_not_matter_and_frames_do_not_depend_on_the_batch(
    tmp_path: Path, sizes: FrameSizes | AttentionSizes
) -> None:
    encoder = make_encoder(settings(tmp_path, sizes), device="cpu")
    sounds = [speech(int(samples), number) for number, samples in enumerate((700, 9000, 3111, 16_000, 50))]
    together = encoder.encode(sounds)
    for sound, features in zip(sounds, together, strict=True):
        assert len(features) == -(-(len(sound) // 160 + 1) // 2)
        np.testing.assert_allclose(encoder.encode([sound])[0], features, atol=1e-4)
        np.testing.assert_allclose(encoder.encode([sound * np.float32(0.25)])[0], features, atol=1e-3)


def test_windows_of_a_matrix_product_network_give_exactly_the_whole(tmp_path: Path) -> None:
    whole = make_encoder(settings(tmp_path), device="cpu")
    cut = make_encoder(settings(tmp_path, window=1.0), device="cpu")
    assert isinstance(cut, StreamingEncoder)
    sound = around(speech(70_000), 500, 900)
    wanted = whole.encode([sound])[0]
    np.testing.assert_allclose(cut.encode([sound])[0], wanted, atol=1e-5)
    blocks = list(cut.stream(HeldSound(sound)))
    assert len(blocks) > 3
    np.testing.assert_allclose(np.concatenate(blocks), wanted, atol=1e-5)


def test_frames_are_what_the_formula_says(tmp_path: Path) -> None:
    sound = around(speech(4000), 800, 320)
    heard = Hearing(HEARING).hear(HeldSound(sound))
    begin, end = (int(np.flatnonzero(sound)[place]) for place in (0, -1))
    quiet = np.abs(sound) > np.abs(sound).max() / 1000
    begin, end = int(np.flatnonzero(quiet)[0]), int(np.flatnonzero(quiet)[-1]) + 1
    kept = sound[begin:end]
    emphasised = np.concatenate([kept[:1], kept[1:] - np.float32(0.97) * kept[:-1]])
    padded = np.concatenate([np.zeros(256), emphasised, np.zeros(256)])
    window = np.zeros(512)
    window[56:456] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    bank = Hearing(HEARING).mel.bank.numpy()
    count = len(kept) // 160 + 1
    power = np.stack([np.abs(np.fft.rfft(padded[t * 160 : t * 160 + 512] * window)) ** 2 @ bank for t in range(count)])
    level = np.sort(power.max(axis=1))[int(0.95 * (count - 1))]
    wanted = np.full((2 * len(heard) + 4 + 2, 10), -50.0)  # two frames of silence before, one after
    wanted[4 : 4 + count] = np.maximum(-50, 10 * np.log10(power / level))
    found = heard.frames(-2, len(heard) + 1)
    np.testing.assert_allclose(found.numpy(), (wanted / 25 + 1).reshape(len(heard) + 3, 20), atol=2e-3)
    assert heard.margins == (3, 5)
    assert heard.onset == pytest.approx(begin / 16_000 + 0.005)


def test_level_is_the_95th_percentile_and_padding_does_not_count() -> None:
    draws = torch.rand(3, 50, 4)
    counts = torch.tensor([50, 21, 1])
    found = levels(draws, counts)
    for row, count in enumerate(counts.tolist()):
        ranked = sorted(float(frame.max()) for frame in draws[row, :count])
        assert found[row] == pytest.approx(ranked[int(0.95 * (count - 1))])
    assert levels(torch.zeros(1, 3, 2), torch.tensor([3]))[0] > 0
    assert decibels(torch.zeros(1, 2, 2), torch.ones(1), 50.0).tolist() == [[[-1.0, -1.0], [-1.0, -1.0]]]


def test_a_silent_sound_is_heard_as_silence(tmp_path: Path) -> None:
    encoder = make_encoder(settings(tmp_path), device="cpu")
    features = encoder.encode([np.zeros(3200, np.float32)])[0]
    assert np.isfinite(features).all()


def test_posteriors_are_distributions_and_states_of_a_layer_are_the_networks(tmp_path: Path) -> None:
    sound = speech(5000)
    posteriors = make_encoder(settings(tmp_path, output="posteriors"), device="cpu").encode([sound])[0]
    assert posteriors.shape[1] == 7
    np.testing.assert_allclose(np.exp(posteriors).sum(axis=1), 1, atol=1e-5)
    told = settings(tmp_path)
    network = DenoisingNetwork(20, FRAMES, 7)
    from safetensors.torch import load_file

    network.load_state_dict(load_file(told.weights))
    heard = Hearing(HEARING).hear(HeldSound(sound))
    with torch.inference_mode():
        states = network.states(heard.frames(-3, len(heard) + 5)[None], None)  # runs all three layers
        lower = network.states(heard.frames(-3, len(heard) + 5)[None], None, depth=2)
    assert not torch.allclose(states, lower)
    wanted = torch.nn.functional.layer_norm(lower, (16,))[0, 3:-5].numpy()
    np.testing.assert_allclose(make_encoder(told, device="cpu").encode([sound])[0], wanted, atol=1e-5)


def test_a_matrix_product_layer_equals_the_loop_over_frames() -> None:
    torch.manual_seed(0)
    network = DenoisingNetwork(20, FRAMES, 7)
    layer = network.layers[2]
    frames = torch.randn(1, 9, 16)
    with torch.no_grad():
        found = layer(frames, None)[0]
        own = layer.norm(frames)[0]
        for t in range(9):
            near = [own[u] if 0 <= u < 9 else torch.zeros(16) for u in (t - 3, t, t + 3)]
            inner = torch.nn.functional.gelu(layer.narrow(torch.cat(near)))
            torch.testing.assert_close(found[t], frames[0, t] + layer.widen(inner))
    matrices = 20 * 16 + 3 * (48 * 8 + 8 * 16) + 16 * 7
    assert operations(network) == 6 * matrices


def test_warped_frequencies_and_a_seal_on_the_weights(tmp_path: Path) -> None:
    told = settings(tmp_path)
    encoder = make_encoder(told, device="cpu")
    assert isinstance(encoder, WarpingEncoder)
    sound = speech(4000)
    assert not np.allclose(encoder.warped(1.1).encode([sound])[0], encoder.encode([sound])[0])
    sealed = sealed_settings(told, encoder)
    make_encoder(sealed, device="cpu")
    with pytest.raises(WeightsDigestError):
        make_encoder(sealed.model_copy(update={"digest": "0" * 64}), device="cpu")
    with pytest.raises(LayerError):
        make_encoder(told.model_copy(update={"layer": 9}), device="cpu")
    with pytest.raises(EncoderWeightsError):
        make_encoder(told.model_copy(update={"classes": 9, "output": "posteriors"}), device="cpu")


def test_the_large_transformer_has_26_million_parameters() -> None:
    network = DenoisingNetwork(160, AttentionSizes(), 512)
    assert sum(weight.numel() for weight in network.parameters()) == pytest.approx(26e6, rel=0.04)
