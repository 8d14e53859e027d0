"""Sound read part by part is the sound read whole, and its faults are named."""

from pathlib import Path

import numpy as np
import pytest

from babyslm.speech.audio import RATE, read_audio, read_part, write_audio
from babyslm.speech.sound import HeldSound, Recording, read_blocks, read_whole
from babyslm.verify.speech.audio import ChannelsError, MissingAudioError, SampleRateError, TruncatedAudioError


@pytest.fixture(params=["a.wav", "a.flac"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / request.param
    write_audio(path, 0.3 * np.random.default_rng(0).standard_normal(3 * RATE))
    return path


def test_parts_of_a_file_are_those_of_the_whole(path: Path) -> None:
    whole = read_audio(path)
    for start, stop in ((0, 1), (0, len(whole)), (12_345, 20_001), (len(whole) - 1, len(whole))):
        np.testing.assert_array_equal(read_part(path, start, stop), whole[start:stop])
    recording = Recording(path, 1000, 9000)
    assert len(recording) == 8000
    np.testing.assert_array_equal(recording.read(10, 500), whole[1010:1500])
    np.testing.assert_array_equal(read_whole(recording), whole[1000:9000])


def test_blocks_put_together_are_the_sound(path: Path) -> None:
    whole = read_audio(path)
    for sound in (Recording.whole(path), HeldSound(whole)):
        blocks = list(read_blocks(sound, 7001))
        assert max(map(len, blocks)) == 7001
        np.testing.assert_array_equal(np.concatenate(blocks), whole)


def test_a_part_beyond_the_end_is_named(path: Path) -> None:
    with pytest.raises(TruncatedAudioError, match=path.name):
        read_part(path, 2 * RATE, 4 * RATE)
    with pytest.raises(TruncatedAudioError, match=path.name):
        read_part(path, 5 * RATE, 6 * RATE)


def test_other_than_mono_at_16_khz_is_named(tmp_path: Path) -> None:
    import soundfile

    soundfile.write(tmp_path / "two.wav", np.zeros((RATE, 2)), RATE)
    soundfile.write(tmp_path / "slow.wav", np.zeros(8000), 8000)
    with pytest.raises(ChannelsError, match=r"two\.wav"):
        read_part(tmp_path / "two.wav", 0, 10)
    with pytest.raises(SampleRateError, match=r"slow\.wav"):
        Recording.whole(tmp_path / "slow.wav")
    with pytest.raises(MissingAudioError, match=r"none\.wav"):
        read_part(tmp_path / "none.wav", 0, 10)
