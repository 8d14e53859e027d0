"""Flite: voices made from recordings, spoken from phones by the program `flite` where it is installed.

Flite (Black & Lenzo 2001) is available from the package managers of many systems. Its voices slt, rms and awb are
statistical models of recorded speakers (Black 2006), not networks; they are in this room because further speakers are
derived from them in the same way. They are for training only: no stimulus set is spoken by them.
"""

import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile

from babyslm.speech.neural.model import RawSound
from babyslm.speech.neural.symbols import STRESS, Alphabet
from babyslm.speech.neural.voices import Timbre
from babyslm.verify.speech.neural import FliteError, FliteMissingError

__all__ = ["FliteModel", "flite_version"]

PROGRAM = "flite"

TIMBRES = (
    Timbre(name="slt", speaker="woman"),
    Timbre(name="rms", speaker="man"),
    Timbre(name="awb", speaker="man"),
)
"""Voices that are used: those made from recordings of sentences, at 16 kHz."""

TIMEOUT = 60.0
"""Largest duration of one call in seconds."""

SILENCE = "pau"


class FliteModel:
    """The installed program, which is started once per utterance, without a shell."""

    name = "flite"
    alphabet: Alphabet = "flite"

    def __init__(self) -> None:
        found = shutil.which(PROGRAM)
        if found is None:
            raise FliteMissingError(PROGRAM)
        self._program = Path(found)
        there = set(self._run("-lv").split())
        self.timbres = tuple(timbre for timbre in TIMBRES if timbre.name in there)
        if not self.timbres:
            raise FliteError(self._program, f"has none of the voices {', '.join(each.name for each in TIMBRES)}")

    @property
    def files(self) -> tuple[Path, ...]:
        """The program."""
        return (self._program,)

    @property
    def symbols(self) -> frozenset[str]:
        """Letters of the phone names, stress mark and space."""
        return frozenset(f"abcdefghijklmnopqrstuvwxyz{STRESS} ")

    def speak(self, symbols: str, timbre: str, speed: float, seed: int) -> RawSound:  # noqa: ARG002  # nothing is drawn
        """Speak phones; the stress mark is left out, since the program places stress by no phone name."""
        phones = " ".join([SILENCE, *symbols.replace(STRESS, "").split(), SILENCE])
        with TemporaryDirectory(prefix="babyslm-flite-") as folder:
            out = Path(folder) / "speech.wav"
            stretch = f"duration_stretch={1 / speed:.4f}"
            self._run("-voice", timbre, "--setf", stretch, "-p", phones, "-o", str(out))
            try:
                samples, rate = soundfile.read(out, dtype="float32")
            except (OSError, soundfile.LibsndfileError) as error:
                raise FliteError(self._program, f"wrote no usable sound for {phones!r} ({error})") from error
        return RawSound(np.asarray(samples, dtype=np.float32), int(rate))

    def _run(self, *arguments: str) -> str:
        """Return what the program prints on both outputs."""
        command = [str(self._program), *arguments]
        try:
            done = subprocess.run(  # noqa: S603  # the program found above, no shell
                command, capture_output=True, timeout=TIMEOUT, check=False, stdin=subprocess.DEVNULL
            )
        except subprocess.TimeoutExpired as error:
            raise FliteError(self._program, f"took more than {TIMEOUT:g} s for {arguments}") from error
        except OSError as error:
            raise FliteError(self._program, f"cannot be started ({error.strerror})") from error
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        if done.returncode != 0 and "-lv" not in arguments:  # some versions list their voices with exit code 1
            last = said.strip().splitlines()
            raise FliteError(self._program, f"exit code {done.returncode} ({last[-1] if last else 'no message'})")
        return said


def flite_version() -> str:
    """Return the version that the installed program states, such as `flite-2.2-current`."""
    found = shutil.which(PROGRAM)
    if found is None:
        raise FliteMissingError(PROGRAM)
    done = subprocess.run(  # noqa: S603  # as above
        [found, "--version"], capture_output=True, timeout=TIMEOUT, check=False, stdin=subprocess.DEVNULL
    )
    stated = re.search(r"version:\s*(\S+)", (done.stdout + done.stderr).decode("utf-8", "replace"))
    return stated[1] if stated else "unknown"
