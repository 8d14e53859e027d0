"""Sound files: whole in, whole out, and one line for every way they can be wrong."""

import wave
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from babyslm.speech.audio import (
    RATE,
    audio_seconds,
    read_audio,
    read_comment,
    resample_audio,
    to_pcm16,
    verify_stimulus_audio,
    write_audio,
)
from babyslm.verify.errors import BabySLMError
from babyslm.verify.speech.audio import (
    AudioFormatError,
    ChannelsError,
    EmptyAudioError,
    MissingAudioError,
    SampleRateError,
    SampleValueError,
    TruncatedAudioError,
)

READERS = (read_audio, audio_seconds, verify_stimulus_audio)


def tone(seconds: float = 0.25, rate: int = RATE, pitch: float = 440.0) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * pitch * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_what_is_written_is_read_back_within_half_a_step_of_16_bits(tmp_path: Path, name: str) -> None:
    write_audio(tmp_path / name, tone())
    assert np.abs(read_audio(tmp_path / name) - tone()).max() <= 0.5 / 32768
    assert audio_seconds(tmp_path / name) == verify_stimulus_audio(tmp_path / name) == 0.25


def test_a_wav_is_what_the_standard_library_calls_16_khz_mono_16_bit(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.wav", tone())
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
        assert file.readframes(file.getnframes()) == to_pcm16(tone()).tobytes()


@given(arrays(np.int16, st.integers(1, 50)))
def test_sixteen_bit_samples_survive_the_way_through_floats(samples: np.ndarray) -> None:
    assert np.array_equal(to_pcm16(samples.astype(np.float32) / 32768), samples)


def test_samples_beyond_full_scale_are_clipped() -> None:
    assert to_pcm16(np.array([2.0, -2.0, 1.0, -1.0, 0.0])).tolist() == [32767, -32768, 32767, -32768, 0]


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_a_comment_in_the_header_is_found_again(tmp_path: Path, name: str) -> None:
    write_audio(tmp_path / name, tone(), comment="babyslm 0123")
    assert read_comment(tmp_path / name) == "babyslm 0123"
    write_audio(tmp_path / name, tone())
    assert read_comment(tmp_path / name) == ""


def test_resampling_keeps_a_tone_and_its_length() -> None:
    changed = resample_audio(tone(1.0, 44_100), 44_100, RATE)
    inner = slice(1000, -1000)
    assert len(changed) == RATE
    assert np.abs(changed - tone(1.0))[inner].max() < 1e-3


def test_another_rate_is_refused_or_resampled_on_request(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(0.5, 8000), 8000)
    with pytest.raises(SampleRateError, match=r"a\.wav: is sampled at 8000 Hz, not at 16000 Hz"):
        read_audio(tmp_path / "a.wav")
    with pytest.raises(SampleRateError):
        verify_stimulus_audio(tmp_path / "a.wav")
    assert len(read_audio(tmp_path / "a.wav", resample=True)) == 8000
    assert len(read_audio(tmp_path / "a.wav", rate=8000)) == 4000


def test_no_more_is_read_than_asked_for(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.wav", tone(1.0))
    assert np.array_equal(read_audio(tmp_path / "a.wav", seconds=0.25), read_audio(tmp_path / "a.wav")[:4000])
    assert len(read_audio(tmp_path / "a.wav", seconds=9)) == RATE


def test_stereo_is_refused_or_averaged_on_request(tmp_path: Path) -> None:
    both = np.stack([tone(), np.zeros_like(tone())], axis=1)
    soundfile.write(tmp_path / "a.wav", both, RATE, subtype="FLOAT")
    for read in (read_audio, verify_stimulus_audio):
        with pytest.raises(ChannelsError, match="has 2 channels") as caught:
            read(tmp_path / "a.wav")
        assert caught.value.exit_code == 2
    assert np.allclose(read_audio(tmp_path / "a.wav", downmix=True), tone() / 2)


@pytest.mark.parametrize("read", READERS)
def test_a_missing_file_is_named(tmp_path: Path, read: object) -> None:
    with pytest.raises(MissingAudioError, match="no such sound file"):
        read(tmp_path / "a.wav")  # type: ignore[operator]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("kept", [50, 3000])
def test_a_wav_that_is_cut_short_is_named(tmp_path: Path, read: object, kept: int) -> None:
    write_audio(tmp_path / "a.wav", tone())
    (tmp_path / "a.wav").write_bytes((tmp_path / "a.wav").read_bytes()[:kept])
    with pytest.raises(TruncatedAudioError, match=rf"truncated: contains {(kept - 44) // 2} of 4000 frames"):
        read(tmp_path / "a.wav")  # type: ignore[operator]


def test_a_flac_that_is_cut_short_is_named(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, RATE)
    write_audio(tmp_path / "a.flac", noise)
    (tmp_path / "a.flac").write_bytes((tmp_path / "a.flac").read_bytes()[:9000])
    with pytest.raises((TruncatedAudioError, AudioFormatError), match=r"a\.flac"):
        read_audio(tmp_path / "a.flac")


def test_a_header_that_promises_more_than_fits_into_memory_is_named(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.flac", tone())
    data = bytearray((tmp_path / "a.flac").read_bytes())
    data[21] |= 0x0F  # the upper four of the 36 bits in which FLAC counts its frames
    (tmp_path / "a.flac").write_bytes(bytes(data))
    with pytest.raises((AudioFormatError, TruncatedAudioError), match=r"a\.flac"):
        read_audio(tmp_path / "a.flac")


def test_a_wav_from_a_pipe_has_no_size_and_is_read_to_its_end(tmp_path: Path) -> None:
    write_audio(tmp_path / "a.wav", tone())
    data = bytearray((tmp_path / "a.wav").read_bytes())
    data[4:8] = data[40:44] = b"\xff\xff\xff\xff"
    (tmp_path / "a.wav").write_bytes(bytes(data))
    assert len(read_audio(tmp_path / "a.wav")) == 4000


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("content", [b"RIFF", b"not a sound at all", b"RIFF\x00\x00\x00\x00WAVE", b"\x00" * 100])
def test_what_is_no_sound_is_named(tmp_path: Path, read: object, content: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(AudioFormatError, match=r"a\.wav: cannot be read as sound"):
        read(tmp_path / "a.wav")  # type: ignore[operator]


def test_empty_files_and_files_without_frames_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    write_audio(tmp_path / "b.wav", np.zeros(0))
    for name in ("a.wav", "b.wav"):
        with pytest.raises(EmptyAudioError, match=name):
            read_audio(tmp_path / name)
        with pytest.raises(EmptyAudioError, match=name):
            verify_stimulus_audio(tmp_path / name)


def test_a_value_that_is_no_number_is_named_with_its_frame(tmp_path: Path) -> None:
    samples = tone()
    samples[7] = np.nan
    soundfile.write(tmp_path / "a.wav", samples, RATE, subtype="FLOAT")
    with pytest.raises(SampleValueError, match="frame 7"):
        read_audio(tmp_path / "a.wav")


@given(st.binary(max_size=200))
def test_no_bytes_make_reading_fail_in_an_unnamed_way(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.wav"
    for content in (data, b"RIFF" + data[:4].ljust(4, b"\0") + b"WAVE" + data[4:]):
        path.write_bytes(content)
        with suppress(BabySLMError):
            read_audio(path, resample=True, downmix=True)


@pytest.mark.realdata
def test_the_public_official_stimuli_pass(realdata: Path) -> None:
    paths = sorted((realdata / "babyslm_samples").glob("*.wav"))
    assert len(paths) == 10
    assert all(0.2 < verify_stimulus_audio(path) < 5 for path in paths)


@pytest.mark.realdata
def test_recordings_at_8_khz_are_refused_as_stimuli_and_read_on_request(realdata: Path) -> None:
    path = realdata / "digits" / "0_jackson_0.wav"
    with pytest.raises(SampleRateError, match="8000 Hz"):
        verify_stimulus_audio(path)
    assert abs(len(read_audio(path, resample=True)) / RATE - audio_seconds(path)) < 1e-3
