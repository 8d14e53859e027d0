"""The data folder of espeak-ng: made once, whole, shared by all processes, mended, and nothing left in it."""

import hashlib
import multiprocessing
import os
import shutil
import signal
from pathlib import Path

import pytest

from babyslm.espeak import espeak_data
from babyslm.speech.synthesis.espeak_home import espeak_home, variant_file
from babyslm.speech.synthesis.synthesizer import EspeakSynthesizer, Utterance
from babyslm.speech.synthesis.voices import load_voices
from babyslm.verify.speech.voices import LongPathError


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BABYSLM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def spoken() -> str:
    """Speak in all voices by turns, and return the hash of what is heard."""
    digest = hashlib.sha256()
    for _ in range(2):
        for voice in load_voices("en"):
            digest.update(EspeakSynthesizer().speak(Utterance(("k", "æ", "t"), voice)).samples.tobytes())
    return digest.hexdigest()


def _tell(queue: "multiprocessing.Queue[tuple[str, str]]") -> None:
    queue.put((str(espeak_home()), spoken()))


def _die() -> None:
    with variant_file(espeak_home(), "language variant\n"):
        os.kill(os.getpid(), signal.SIGKILL)


def test_processes_that_start_together_share_one_folder_and_hear_the_same(cache: Path) -> None:
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    processes = [context.Process(target=_tell, args=(queue,)) for _ in range(3)]
    for process in processes:
        process.start()
    told = [queue.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
    assert len(set(told)) == 1
    assert told[0][1] == spoken()
    (home,) = (cache / "espeak").iterdir()
    assert Path(told[0][0]).parent == home
    assert list(home.glob("espeak-ng-data/voices/!v/*")) == []


def test_a_damaged_folder_is_made_anew(cache: Path) -> None:
    home = espeak_home()
    names = {path.name for path in espeak_data().iterdir()} | {"voices"}
    assert {path.name for path in home.iterdir()} == names
    (home / "phontab").unlink()
    shutil.rmtree(home / "voices")
    assert espeak_home() == home
    assert {path.name for path in home.iterdir()} == names
    (home / "phondata").unlink()
    (home / "phondata").write_bytes(b"cut off")
    assert (espeak_home() / "phondata").read_bytes() == (espeak_data() / "phondata").read_bytes()
    assert len(list((cache / "espeak").iterdir())) == 1


def test_the_voice_of_a_killed_process_is_forgotten_after_a_while(cache: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_die)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    (left,) = espeak_home().glob("voices/!v/*")
    os.utime(left, (0, 0))
    assert list(espeak_home().glob("voices/!v/*")) == []
    assert cache.is_dir()


def test_without_a_cache_the_folder_is_a_temporary_one(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.write_text("a file where a folder should be")
    home = espeak_home()
    assert home.parent.name.startswith("babyslm-espeak-")
    assert (home / "phontab").is_file()
    shutil.rmtree(home.parent)
    monkeypatch.setattr("tempfile.tempdir", str(cache.parent / ("x" * 150)))
    (cache.parent / ("x" * 150)).mkdir()
    with pytest.raises(LongPathError, match="set TMPDIR to a shorter one"):
        espeak_home()
