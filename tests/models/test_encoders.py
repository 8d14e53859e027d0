"""Encoders: frames where they should be, features of a file its own, whatever stands beside it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.fft import dct

from babyslm.models.encoders.load import make_encoder
from babyslm.models.encoders.normalisation import normalise_frames
from babyslm.models.encoders.protocol import Encoder
from babyslm.models.encoders.settings import LogMelSettings, MfccSettings
from babyslm.models.encoders.spectral import LogMelEncoder, add_deltas
from babyslm.speech.audio import read_audio


def sound(seconds: float, seed: int = 0) -> np.ndarray:
    time = np.arange(round(seconds * 16_000)) / 16_000
    draws = np.random.default_rng(seed)
    tone = np.sin(2 * np.pi * (200 + 100 * seed) * time) * np.sin(2 * np.pi * 3 * time)
    return (0.3 * tone + 0.01 * draws.standard_normal(len(time))).astype(np.float32)


def naive_log_mel(waveform: np.ndarray, settings: LogMelSettings | MfccSettings) -> np.ndarray:
    """Frame by frame with numpy's Fourier transform and triangles written out."""
    window, hop = round(settings.window * 16_000), round(settings.hop * 16_000)
    points = 512
    emphasised = waveform.astype(np.float64).copy()
    emphasised[1:] -= 0.97 * waveform[:-1]
    padded = np.pad(emphasised, points // 2)
    taper = np.zeros(points)
    start = (points - window) // 2
    taper[start : start + window] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    mel = np.linspace(*(2595 * np.log10(1 + np.array([settings.low, settings.high]) / 700)), settings.mels + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    bins = np.arange(points // 2 + 1) * 16_000 / points
    frames = []
    for t in range(len(waveform) // hop + 1):
        power = np.abs(np.fft.rfft(padded[t * hop : t * hop + points] * taper)) ** 2
        bands = []
        for low, centre, high in zip(edges[:-2], edges[1:-1], edges[2:], strict=True):
            triangle = np.maximum(0, np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre)))
            bands.append(max(1e-8, float(power @ triangle)))
        frames.append(np.log(bands))
    return np.array(frames)


def test_log_mel_equals_a_naive_reference() -> None:
    settings = LogMelSettings(normalise="none")
    waveform = sound(0.3)
    features = make_encoder(settings).encode([waveform])[0]
    np.testing.assert_allclose(features, naive_log_mel(waveform, settings), atol=5e-3)


def test_mfcc_is_the_cosine_transform_of_log_mel() -> None:
    settings = MfccSettings(normalise="none", deltas=0)
    waveform = sound(0.3, seed=1)
    features = make_encoder(settings).encode([waveform])[0]
    expected = dct(naive_log_mel(waveform, settings), norm="ortho", axis=1)[:, : settings.coefficients]
    np.testing.assert_allclose(features, expected, atol=2e-2)


def test_deltas_are_slopes_of_fitted_lines() -> None:
    ramp = torch.arange(12.0)[:, None] * torch.tensor([[2.0, -1.0]])
    frames = add_deltas(ramp, 2)
    assert frames.shape == (12, 6)
    torch.testing.assert_close(frames[2:-2, 2:4], torch.tensor([2.0, -1.0]).expand(8, 2))
    torch.testing.assert_close(frames[4:-4, 4:], torch.zeros(4, 2))


def test_utterance_normalisation_gives_mean_zero_and_deviation_one() -> None:
    features = make_encoder(MfccSettings()).encode([sound(0.5)])[0]
    np.testing.assert_allclose(features.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(features.std(axis=0), 1, atol=1e-2)


def test_utterance_normalisation_takes_the_level_out() -> None:
    quiet, loud = make_encoder(MfccSettings()).encode([0.1 * sound(0.5), sound(0.5)])
    np.testing.assert_allclose(quiet, loud, atol=2e-2)


def test_mean_normalisation_keeps_the_spread() -> None:
    frames = torch.randn(50, 3) * 4 + 7
    centred = normalise_frames(frames, "utterance-mean")
    torch.testing.assert_close(centred.std(dim=0), frames.std(dim=0))
    assert centred.mean(dim=0).abs().max() < 1e-5


@pytest.mark.parametrize("settings", [MfccSettings(), LogMelSettings(), MfccSettings(deltas=0, normalise="none")])
def test_spectral_features_do_not_depend_on_batch_mates(settings: MfccSettings | LogMelSettings) -> None:
    encoder = make_encoder(settings)
    waveforms = [sound(0.1 * (i + 1), seed=i) for i in range(4)]
    together = encoder.encode(waveforms)
    for waveform, features in zip(waveforms, together, strict=True):
        alone = encoder.encode([waveform])[0]
        assert features.dtype == np.float32
        assert features.shape == (len(waveform) // 160 + 1, encoder.dimensions)
        np.testing.assert_array_equal(features, alone)


@pytest.mark.parametrize("settings", [MfccSettings(), LogMelSettings()])
def test_an_encoder_follows_the_protocol_and_states_its_rate(settings: MfccSettings | LogMelSettings) -> None:
    encoder = make_encoder(settings)
    assert isinstance(encoder, Encoder)
    assert encoder.frame_rate == pytest.approx(100)
    assert encoder.settings == settings.model_dump(mode="json")


@pytest.mark.parametrize("factor", [0.85, 1.2])
def test_a_warp_moves_a_tone_back_to_where_it_was(factor: float) -> None:
    time = np.arange(8000) / 16_000
    plain = make_encoder(LogMelSettings(normalise="none"))
    tone, moved = (np.sin(2 * np.pi * hertz * time).astype(np.float32) for hertz in (1500, 1500 * factor))
    expected = plain.encode([tone])[0][10:-10].argmax(axis=1)
    assert (plain.encode([moved])[0][10:-10].argmax(axis=1) != expected).all()
    assert (plain.warped(factor).encode([moved])[0][10:-10].argmax(axis=1) == expected).all()  # type: ignore[attr-defined]


def test_silence_and_a_single_sample_give_finite_features() -> None:
    for waveform in (np.zeros(8000, dtype=np.float32), np.ones(1, dtype=np.float32)):
        features = make_encoder(MfccSettings()).encode([waveform])[0]
        assert len(features) >= 1
        assert np.isfinite(features).all()


@pytest.mark.realdata
def test_real_speech_of_every_kind_has_finite_features(realdata: Path) -> None:
    files = sorted((realdata / "babyslm_samples").glob("*.wav")) + sorted((realdata / "speech").glob("*.flac"))[:2]
    digits = sorted((realdata / "digits").glob("*.wav"))[:3]
    waveforms = [read_audio(path) for path in files] + [read_audio(path, resample=True) for path in digits]
    for features in make_encoder(MfccSettings()).encode(waveforms):
        assert np.isfinite(features).all()
        assert len(features) > 10


def test_bands_far_below_the_loudest_are_cut_off_in_short_and_long_sounds() -> None:
    draws = np.random.default_rng(0)
    envelope = np.repeat(draws.uniform(-3, 0, 80), 16_000)
    sound = (0.3 * 10**envelope * draws.standard_normal(len(envelope))).astype(np.float32)
    settings = LogMelSettings(normalise="none", top_db=30)
    plain = LogMelEncoder(settings.model_copy(update={"top_db": None})).encode([sound])[0]
    cut = LogMelEncoder(settings).encode([sound])[0]  # 80 s: several windows
    np.testing.assert_allclose(cut, np.maximum(plain, plain.max() - 3 * np.log(10)), atol=1e-4)
    short = sound[:32_000]
    alone = LogMelEncoder(settings.model_copy(update={"top_db": None})).encode([short])[0]
    found = LogMelEncoder(settings).encode([short])[0]
    np.testing.assert_allclose(found, np.maximum(alone, alone.max() - 3 * np.log(10)), atol=1e-4)
    assert (found > alone + 1e-3).any()
