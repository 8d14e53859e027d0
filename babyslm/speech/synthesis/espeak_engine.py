"""espeak-ng in process: phonemes in, samples and phoneme times out, independent of earlier utterances."""

import ctypes
import os
import threading
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from babyslm.espeak import espeak_library
from babyslm.speech.synthesis.espeak_home import espeak_home, variant_file
from babyslm.speech.synthesis.voices import Voice
from babyslm.verify.speech.voices import EspeakError

__all__ = ["ESPEAK_RATE", "Engine", "RawSpeech", "engine", "espeak_version"]

ESPEAK_RATE = 22_050
"""Sample rate of espeak-ng's formant synthesis, in Hz."""

# Constants from espeak-ng's public header speak_lib.h.
AUDIO_OUTPUT_SYNCHRONOUS = 2
INITIALIZE_PHONEME_EVENTS = 0x0001
INITIALIZE_DONT_EXIT = 0x8000
EVENT_LIST_TERMINATED = 0
EVENT_PHONEME = 7
CHARS_UTF8 = 1
PHONEMES = 0x100
POSITION_CHARACTER = 1
PARAMETER_RATE = 1
PARAMETER_VOLUME = 2

MNEMONICS, IPA = 0, 2
BETWEEN = "\x1f"
"""Put by espeak-ng between phonemes; a sign that occurs in no mnemonic."""

VOLUME = 60
"""Volume, below espeak-ng's default of 100, at which its automatic gain control alters loud voices."""

CALIBRATION = "[[@_@_]]"
"""Spoken before each utterance and discarded. espeak-ng sets the pitch at vowels, and the last vowel of an utterance
affects the initial consonants of the next one; after this sequence the state is always the same."""


class _Identity(ctypes.Union):
    _fields_: ClassVar = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_: ClassVar = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Identity),
    ]


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True)
class RawSpeech:
    """Output of espeak-ng.

    :param samples: shape (frames,), int16 at `ESPEAK_RATE`.
    :param events: (mnemonic, first frame) of each phoneme event, in order, pauses and stress marks included.
    """

    samples: NDArray[np.int16]
    events: tuple[tuple[str, int], ...]


class Engine:
    """The single espeak-ng instance of this process. Use `engine()`: the library keeps global state."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._home = espeak_home()
        self._library = ctypes.CDLL(str(espeak_library()))
        self._chunks: list[NDArray[np.int16]] = []
        self._events: list[tuple[str, int]] = []
        self._keep = _Callback(self._receive)  # keeps the callback alive: the library stores only a pointer
        self._voice: tuple[str, str, int] | None = None
        options = INITIALIZE_PHONEME_EVENTS | INITIALIZE_DONT_EXIT
        rate = self._library.espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, os.fsencode(self._home), options)
        if rate != ESPEAK_RATE:
            raise EspeakError("espeak_Initialize", rate)
        self._library.espeak_SetSynthCallback(self._keep)

    def _receive(self, samples: object, count: int, events: object) -> int:
        if samples and count > 0:
            self._chunks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        index = 0
        while events[index].type != EVENT_LIST_TERMINATED:  # type: ignore[index]
            event = events[index]  # type: ignore[index]
            if event.type == EVENT_PHONEME:
                self._events.append((event.id.string.decode("utf-8", "replace"), event.sample))
            index += 1
        return 0

    def speak(self, text: str, voice: Voice, base: str) -> RawSpeech:
        """Synthesise `[[mnemonics]]` with a voice.

        :param text: the result of `MnemonicTable.encode`.
        :param voice: the voice.
        :param base: espeak-ng's name of the base voice of the language, which defines the mnemonics.
        :raises EspeakError: if espeak-ng rejects a call.
        """
        with self._lock:
            self._choose(voice, base)
            self._synthesize(CALIBRATION)
            self._synthesize(text)
            samples = np.concatenate(self._chunks) if self._chunks else np.zeros(0, dtype=np.int16)
            return RawSpeech(samples, tuple(self._events))

    def transcribe(self, text: str, language: str) -> tuple[list[str], list[str]]:
        """Return how espeak-ng pronounces a text: phoneme by phoneme its mnemonics, and its IPA symbols.

        :param text: a word, in ordinary spelling.
        :param language: espeak-ng's name of the language.
        """
        with self._lock:
            self._voice = None
            status = self._library.espeak_SetVoiceByName(language.encode())
            if status != 0:
                raise EspeakError(f"espeak_SetVoiceByName({language})", status)
            return self._phonemes(text, MNEMONICS), self._phonemes(text, IPA)

    def _phonemes(self, text: str, form: int) -> list[str]:
        convert = self._library.espeak_TextToPhonemes
        convert.restype = ctypes.c_char_p
        convert.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
        rest = ctypes.c_char_p(text.encode("utf-8"))
        clauses = []
        while rest.value:  # espeak-ng advances the pointer clause by clause, and sets it to null behind the last one
            clauses.append(convert(ctypes.byref(rest), CHARS_UTF8, form | ord(BETWEEN) << 8) or b"")
        return b" ".join(clauses).decode("utf-8", "replace").replace(" ", BETWEEN).split(BETWEEN)

    def _synthesize(self, text: str) -> None:
        self._chunks.clear()
        self._events.clear()
        data = text.encode("utf-8")
        flags = CHARS_UTF8 | PHONEMES
        status = self._library.espeak_Synth(data, len(data) + 1, 0, POSITION_CHARACTER, 0, flags, None, None)
        if status != 0:
            raise EspeakError("espeak_Synth", status)

    def _choose(self, voice: Voice, base: str) -> None:
        wanted = (voice.digest, base, voice.rate)
        if self._voice == wanted:
            return
        self._voice = None
        with variant_file(self._home, voice.variant) as name:
            status = self._library.espeak_SetVoiceByName(f"{base}+{name}".encode())
        if status != 0:
            raise EspeakError(f"espeak_SetVoiceByName({base}+{voice.name})", status)
        for parameter, value in ((PARAMETER_RATE, voice.rate), (PARAMETER_VOLUME, VOLUME)):
            status = self._library.espeak_SetParameter(parameter, value, 0)
            if status != 0:
                raise EspeakError("espeak_SetParameter", status)
        self._voice = wanted


_engines: dict[int, Engine] = {}
_starting = threading.Lock()


def engine() -> Engine:
    """Return the espeak-ng instance of this process, started on first use; a forked child starts its own."""
    with _starting:
        process = os.getpid()
        if process not in _engines:
            _engines[process] = Engine()
        return _engines[process]


@cache
def espeak_version() -> str:
    """Return the version of the bundled espeak-ng, such as `1.52.0`."""
    library = ctypes.CDLL(str(espeak_library()))
    library.espeak_Info.restype = ctypes.c_char_p
    version: bytes = library.espeak_Info(None)
    return version.decode("ascii", "replace")
