"""Long sounds: streams give what the whole gives, and hold little at a time."""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from babyslm.models.encoders import spectral
from babyslm.models.encoders.cpc import CpcEncoder, CpcNetwork
from babyslm.models.encoders.load import make_encoder
from babyslm.models.encoders.network import HOP, RECEPTIVE, NetworkEncoder
from babyslm.models.encoders.protocol import Encoder, Features, StreamingEncoder
from babyslm.models.encoders.settings import (
    CpcSettings,
    LogMelSettings,
    MfccSettings,
    NetworkSettings,
    SpectralSettings,
)
from babyslm.models.units import encoding as unit_encoding
from babyslm.models.units.cache import UnitCache
from babyslm.models.units.codebook import Codebook, stack_blocks, stack_context
from babyslm.models.units.encoding import LONG, chunks_of, encode_units
from babyslm.models.units.segmentation import segment, segment_stream
from babyslm.speech.audio import RATE, Samples, write_audio
from babyslm.speech.sound import HeldSound, Recording, Sound

SETTINGS: list[SpectralSettings] = [
    MfccSettings(),
    MfccSettings(deltas=1, normalise="utterance-mean"),
    MfccSettings(deltas=0, normalise="none"),
    LogMelSettings(),
]


def noise(seconds: float, seed: int = 0) -> Samples:
    draws = np.random.default_rng(seed)
    level = np.repeat(draws.random(1 + round(seconds * 10)), 1600)[: round(seconds * RATE)]
    return (0.2 * level * draws.standard_normal(len(level)) + 0.01).astype(np.float32)


class Watched:
    """A sound that remembers how much of it was read at once."""

    def __init__(self, samples: int) -> None:
        self.samples, self.most = samples, 0

    def __len__(self) -> int:
        return self.samples

    def read(self, start: int, stop: int) -> Samples:
        assert 0 <= start <= stop <= self.samples
        self.most = max(self.most, stop - start)
        return np.sin(np.arange(start, stop) / 7).astype(np.float32)


@pytest.mark.parametrize("chosen", SETTINGS)
@pytest.mark.parametrize("samples", [1, 159, 160, 16_000, 47_999, 48_000, 48_001, 50_321])
def test_spectral_windows_equal_the_whole(
    chosen: SpectralSettings, samples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = make_encoder(chosen)  # type: ignore[arg-type]
    assert isinstance(encoder, StreamingEncoder)
    sound = noise(4)[:samples]
    whole = encoder.encode([sound])[0]
    monkeypatch.setattr(spectral, "WINDOW_SECONDS", 0.5)
    blocks = list(encoder.stream(HeldSound(sound)))
    assert len(blocks) == -(-len(whole) // 50)
    np.testing.assert_allclose(np.concatenate(blocks), whole, atol=1e-4)


class Convolution(NetworkEncoder):
    """A network whose frames see 400 samples and no more."""

    def __init__(self, settings: NetworkSettings, *, normalise: bool) -> None:
        super().__init__(settings, layers=1, dimensions=3, normalise=normalise)
        torch.manual_seed(1)
        self.convolution = nn.Conv1d(1, 3, RECEPTIVE, HOP)

    def forward(self, waveforms: torch.Tensor) -> torch.Tensor:
        return self.convolution(waveforms[:, None]).transpose(1, 2)


@pytest.mark.parametrize("normalise", [False, True])
@pytest.mark.parametrize("samples", [100, 400, 16_000, 48_123])
def test_network_windows_equal_the_whole_where_frames_see_less_than_their_context(
    normalise: bool, samples: int
) -> None:
    whole = Convolution(NetworkSettings(layer=1), normalise=normalise).ready(torch.device("cpu"))
    cut = Convolution(NetworkSettings(layer=1, window=1.0, context=0.1), normalise=normalise).ready(
        torch.device("cpu")
    )
    sound = noise(4)[:samples]
    blocks = list(cut.stream(HeldSound(sound)))
    assert len(blocks) == max(1, -(-(1 + max(0, samples - RECEPTIVE) // HOP) // 50))
    np.testing.assert_allclose(np.concatenate(blocks), whole.encode([sound])[0], atol=1e-4)
    np.testing.assert_allclose(np.concatenate(blocks), cut.encode([sound])[0], atol=1e-4)


@pytest.mark.parametrize("samples", [100, 16_000, 16_159, 48_123])
def test_cpc_carries_its_state_from_window_to_window(samples: int) -> None:
    torch.manual_seed(0)
    network = CpcNetwork(6, 5, 2)
    for weights in network.parameters():
        nn.init.normal_(weights, std=0.4)
    whole, cut = (
        CpcEncoder(network, CpcSettings(weights=Path("none"), layer=2, window=window)).ready(torch.device("cpu"))
        for window in (100.0, 1.0)
    )
    sound = noise(4)[:samples]
    expected = whole.encode([sound, sound[:50]])[0]
    blocks = list(cut.stream(HeldSound(sound)))  # type: ignore[attr-defined]
    assert len(blocks) == max(1, -(-(samples // 160) // 100))
    np.testing.assert_allclose(np.concatenate(blocks), expected, atol=1e-4)
    for features in cut.encode([sound[:80], sound, sound])[1:]:
        np.testing.assert_allclose(features, expected, atol=1e-4)


def test_context_closes_the_seam_that_attention_would_leave() -> None:
    """Where a frame sees all of its window, context brings windows nearer to the whole, but not all the way."""

    class Attentive(Convolution):
        def forward(self, waveforms: torch.Tensor) -> torch.Tensor:
            frames = super().forward(waveforms)
            apart = torch.arange(frames.shape[1])
            near = torch.exp(-(apart[:, None] - apart[None]).abs() / 10.0)
            mixed: torch.Tensor = (near / near.sum(dim=1, keepdim=True)) @ frames
            return mixed

    sound = noise(4)
    whole = Attentive(NetworkSettings(layer=1), normalise=False).ready(torch.device("cpu")).encode([sound])[0]
    apart = []
    for context in (0.0, 0.4, 0.8):
        chosen = NetworkSettings(layer=1, window=1.0, context=context)
        cut = Attentive(chosen, normalise=False).ready(torch.device("cpu"))
        apart.append(float(np.abs(np.concatenate(list(cut.stream(HeldSound(sound)))) - whole).max()))
    assert apart[0] > 3 * apart[1] > 9 * apart[2] > 0


@pytest.mark.parametrize("encoder", ["mfcc", "network"])
def test_a_long_file_is_read_a_window_at_a_time(encoder: str) -> None:
    made: StreamingEncoder
    if encoder == "mfcc":
        made = make_encoder(MfccSettings(deltas=0))  # type: ignore[assignment]
    else:
        made = Convolution(NetworkSettings(layer=1), normalise=True).ready(torch.device("cpu"))
    sound = Watched(600 * RATE)
    frames = sum(len(block) for block in made.stream(sound))
    assert frames == pytest.approx(600 * made.frame_rate, abs=2)
    assert sound.most <= 65 * RATE


@given(
    sizes=st.lists(st.integers(0, 7), max_size=6),
    labels=st.integers(1, 9),
    penalty=st.sampled_from([0.0, 0.2, 0.7, 50.0]),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=80, deadline=None)
def test_labels_of_a_stream_are_those_of_the_whole(sizes: list[int], labels: int, penalty: float, seed: int) -> None:
    table = np.random.default_rng(seed).random((sum(sizes), labels)).astype(np.float32)
    blocks = np.split(table, np.cumsum(sizes)[:-1]) if sizes else []
    np.testing.assert_array_equal(segment_stream(blocks, penalty), segment([table], penalty)[0])


@given(
    sizes=st.lists(st.integers(0, 6), min_size=1, max_size=6),
    context=st.sampled_from([(0,), (-1, 0, 2), (-4, -2), (1, 3), (-3, 0, 3)]),
)
@settings(max_examples=60, deadline=None)
def test_stacked_blocks_are_the_stacked_whole(sizes: list[int], context: tuple[int, ...]) -> None:
    frames = np.random.default_rng(0).standard_normal((sum(sizes), 2)).astype(np.float32)
    blocks = list(stack_blocks(np.split(frames, np.cumsum(sizes)[:-1]), context))
    found = np.concatenate(blocks) if blocks else np.zeros((0, 2 * len(context)), dtype=np.float32)
    np.testing.assert_array_equal(found, stack_context(frames, context))


@pytest.mark.parametrize("penalty", [0.0, 3.0])
@pytest.mark.parametrize("deduplicate", [True, False])
def test_units_of_a_stream_are_those_of_the_whole(penalty: float, deduplicate: bool) -> None:
    draws = np.random.default_rng(3)
    codebook = Codebook(
        draws.standard_normal((20, 4)).astype(np.float32),
        (-2, 0, 1),
        draws.standard_normal(15).astype(np.float32),
        draws.standard_normal((15, 4)).astype(np.float32),
        penalty,
        deduplicate,
    )
    features = draws.standard_normal((400, 5)).astype(np.float32)
    found = codebook.quantise_stream(np.array_split(features, 7))
    np.testing.assert_array_equal(found, codebook.quantise([features])[0])


def codebook_of(encoder: Encoder) -> Codebook:
    draws = np.random.default_rng(5)
    return Codebook(draws.standard_normal((12, encoder.dimensions)).astype(np.float32), penalty=2.0)


@pytest.fixture
def sounds(tmp_path: Path) -> list[Recording]:
    found = []
    for number, seconds in enumerate((0.4, 2.5, 0.3, 3.1, 0.2)):
        write_audio(tmp_path / f"{number}.wav", noise(seconds, number))
        found.append(Recording.whole(tmp_path / f"{number}.wav"))
    return found


def test_long_and_short_sounds_get_the_same_units_whichever_way_they_go(
    sounds: list[Recording], monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = make_encoder(MfccSettings())
    codebook = codebook_of(encoder)
    expected = list(encode_units(sounds, [encoder], codebook))
    held = [sound.read(0, len(sound)) for sound in sounds]
    monkeypatch.setattr(unit_encoding, "LONG", 2 * RATE)
    monkeypatch.setattr(spectral, "WINDOW_SECONDS", 1.0)
    for way in (sounds, held):
        for found, units in zip(encode_units(way, [encoder], codebook), expected, strict=True):
            np.testing.assert_array_equal(found[0], units[0])


def test_an_encoder_without_streams_hears_long_sounds_whole(sounds: list[Recording]) -> None:
    class Plain:
        frame_rate, dimensions, costly, settings = 100.0, 13, False, {"kind": "plain"}
        inner = make_encoder(MfccSettings(deltas=0))

        def encode(self, waveforms: list[Samples]) -> list[Features]:
            return self.inner.encode(waveforms)

    plain = Plain()
    assert not isinstance(plain, StreamingEncoder)
    whole = HeldSound(np.tile(noise(8), 8))
    assert len(whole) > LONG
    found = next(iter(encode_units([whole], [plain], codebook_of(plain))))
    np.testing.assert_array_equal(found[0], next(iter(encode_units([whole], [plain.inner], codebook_of(plain))))[0])


def test_a_long_sound_is_cached_under_the_key_it_has_when_held(
    sounds: list[Recording], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = make_encoder(MfccSettings())
    codebook = codebook_of(encoder)
    cache = UnitCache(encoder, codebook, tmp_path / "cache")
    expected = list(encode_units(sounds, [encoder], codebook, caches=[cache]))
    monkeypatch.setattr(unit_encoding, "LONG", 2 * RATE)

    def fail(*_: object) -> Iterator[Features]:
        raise AssertionError("what is cached was encoded again")

    monkeypatch.setattr(type(encoder), "stream", fail)
    for found, units in zip(encode_units(sounds, [encoder], codebook, caches=[cache]), expected, strict=True):
        np.testing.assert_array_equal(found[0], units[0])


def test_chunks_hold_little_sound_and_keep_the_order() -> None:
    lengths = [1] * 70 + [LONG] * 7 + [LONG + 1, 5, LONG + 1, LONG + 1, 6]
    sounds: list[Sound] = [Watched(length) for length in lengths]
    chunks = list(chunks_of(sounds))
    assert [sound for chunk in chunks for sound in chunk] == sounds
    for chunk in chunks:
        assert len(chunk) == 1 or (len(chunk) <= 64 and max(map(len, chunk)) <= LONG)
        assert sum(map(len, chunk)) <= 300 * RATE or len(chunk) == 1


def test_memory_does_not_grow_with_the_length_of_a_file() -> None:
    encoder = make_encoder(MfccSettings(deltas=0, hop=0.02))
    codebook = Codebook(codebook_of(encoder).centroids)
    peaks = []
    for minutes in (3, 12):
        tracemalloc.start()
        next(iter(encode_units([Watched(minutes * 60 * RATE)], [encoder], codebook)))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]
