"""Synthesisers: the embedded espeak-ng voices, and external programs."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from babyslm.files import sha256_text
from babyslm.speech.audio import RATE, Samples, read_audio
from babyslm.speech.signal.level import normalize_speech
from babyslm.speech.synthesis.espeak_engine import ESPEAK_RATE, engine, espeak_version
from babyslm.speech.synthesis.mnemonics import load_mnemonics
from babyslm.speech.synthesis.speaker import Speaker
from babyslm.speech.synthesis.voices import Voice
from babyslm.stimuli.stimulus import WORD_BOUNDARY
from babyslm.verify.errors import BabySLMError
from babyslm.verify.speech.neural import WrongVoiceError
from babyslm.verify.speech.voices import CommandError, MisheardError, PlaceholderError

__all__ = ["RECIPE", "CommandSynthesizer", "EspeakSynthesizer", "Speech", "Synthesizer", "Utterance"]

RECIPE = 2
"""Version of the procedure: increased whenever the same phones and voice would give other samples."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """An utterance to be synthesised.

    :param phones: IPA phones, `|` between words.
    :param voice: the voice.
    :param text: spelling, for external synthesisers that need it; the embedded voices ignore it.
    :param scene: name of the scene, by which an acoustic condition is drawn.
    """

    phones: tuple[str, ...]
    voice: Speaker
    text: str | None = None
    scene: str = ""


@dataclass(frozen=True, slots=True)
class Speech:
    """A synthesised utterance.

    :param samples: shape (frames,), int16 at 16 kHz, identical to the content of its sound file.
    :param phones: the phones spoken, without word boundaries; empty if the synthesiser does not report them.
    :param onsets: shape (len(phones),): onset of each phone in seconds.
    """

    samples: NDArray[np.int16]
    phones: tuple[str, ...] = ()
    onsets: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    @property
    def waveform(self) -> Samples:
        """The samples as float32, full scale at -1 and 1."""
        return self.samples.astype(np.float32) / np.float32(32768)

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / RATE


class Synthesizer(Protocol):
    """Converts utterances to sound; equal utterances give equal samples, independent of earlier ones."""

    @property
    def slow(self) -> bool:
        """Whether one utterance takes as long as starting a process; if so, each utterance is a separate task."""

    def key(self, utterance: Utterance) -> str:
        """Return the hexadecimal SHA-256 of everything that determines the sound of an utterance."""

    def speak(self, utterance: Utterance) -> Speech:
        """Synthesise one utterance."""


@dataclass(frozen=True)
class EspeakSynthesizer:
    """The embedded voices: espeak-ng in process, from phones only."""

    slow: ClassVar[bool] = False

    def key(self, utterance: Utterance) -> str:
        """Return the SHA-256 of voice, mnemonics, version of espeak-ng and version of this procedure."""
        voice = _formant(utterance.voice)
        table = load_mnemonics(voice.language)
        parts = (espeak_version(), str(RECIPE), table.espeak, table.encode(utterance.phones), voice.digest)
        return sha256_text("\x1f".join(("espeak-ng", *parts)))

    def speak(self, utterance: Utterance) -> Speech:
        """Synthesise one utterance.

        :raises MisheardError: if espeak-ng reports phones other than the requested ones.
        """
        voice = _formant(utterance.voice)
        table = load_mnemonics(voice.language)
        raw = engine().speak(table.encode(utterance.phones), voice, table.espeak)
        heard, wanted = table.decode([name for name, _ in raw.events]), table.audible(utterance.phones)
        if heard != wanted:
            raise MisheardError(wanted, heard)
        samples, shift = normalize_speech(raw.samples, ESPEAK_RATE)
        starts = [frame for name, frame in raw.events if table.is_spoken(name)]
        onsets = np.clip(np.asarray(starts) / ESPEAK_RATE + shift, 0, None)
        if len(onsets) != len(heard):  # two phones reported as one: their onsets are unknown
            return Speech(samples)
        return Speech(samples, heard, onsets)


def _formant(voice: Speaker) -> Voice:
    if not isinstance(voice, Voice):
        raise WrongVoiceError(voice.name, voice.kind, "espeak-ng")
    return voice


@dataclass(frozen=True)
class CommandSynthesizer:
    """An external program, started once per utterance, without a shell.

    :param command: the program and its arguments, in which `{text}`, `{ipa}`, `{voice}` and `{out}` are replaced by
        the spelling, the phones, the name of the voice and the output file. `{out}` and one of `{text}` and `{ipa}`
        are required.
    :param version: a string that changes whenever the output of the program changes; part of the content key.
    :param timeout: largest duration of one call in seconds.
    :raises PlaceholderError: if a required placeholder is missing.
    """

    slow: ClassVar[bool] = True

    command: tuple[str, ...]
    version: str = ""
    timeout: float = 120.0

    def __post_init__(self) -> None:
        joined = " ".join(self.command)
        if "{out}" not in joined:
            raise PlaceholderError(self.command, "{out}")
        if "{text}" not in joined and "{ipa}" not in joined:
            raise PlaceholderError(self.command, "{text} or {ipa}")

    def key(self, utterance: Utterance) -> str:
        """Return the SHA-256 of the command, its version and the properties of the utterance that it can receive."""
        told = (utterance.voice.name, " ".join(utterance.phones), utterance.text or "")
        return sha256_text("\x1f".join(("command", str(RECIPE), self.version, *told, *self.command)))

    def speak(self, utterance: Utterance) -> Speech:
        """Run the command, read its output (any sample rate, any number of channels), and normalise silence and level.

        :raises CommandError: if the program fails, or writes no usable sound.
        """
        with TemporaryDirectory(prefix="babyslm-speech-") as folder:
            out = Path(folder) / "speech.wav"
            words = " ".join(phone for phone in utterance.phones if phone != WORD_BOUNDARY)
            values = {
                "{text}": utterance.text or words,
                "{ipa}": "".join(" " if phone == WORD_BOUNDARY else phone for phone in utterance.phones),
                "{voice}": utterance.voice.name,
                "{out}": str(out),
            }
            command = [_filled(argument, values) for argument in self.command]
            _run(command, self.timeout)
            if not out.is_file():
                raise CommandError(command, "it wrote no file to {out}")
            try:
                samples = read_audio(out, resample=True, downmix=True)
            except BabySLMError as error:
                raise CommandError(command, f"its output is not usable sound ({error})") from error
        if not samples.any():
            raise CommandError(command, "it wrote only silence")
        return Speech(normalize_speech(samples, RATE)[0])


def _filled(argument: str, values: dict[str, str]) -> str:
    """Replace the placeholders once, from left to right; placeholders inside inserted values are left as they are."""
    found = [(position, name) for name in values if (position := argument.find(name)) >= 0]
    if not found:
        return argument
    position, name = min(found)
    return argument[:position] + values[name] + _filled(argument[position + len(name) :], values)


def _run(command: Sequence[str], timeout: float) -> None:
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout, check=False, stdin=subprocess.DEVNULL)  # noqa: S603  # the user's own command, no shell
    except subprocess.TimeoutExpired as error:
        raise CommandError(command, f"took more than {timeout:g} s") from error
    except OSError as error:
        raise CommandError(command, f"cannot be started ({error.strerror})") from error
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise CommandError(command, f"exit code {done.returncode} ({said[-1] if said else 'no message'})")
