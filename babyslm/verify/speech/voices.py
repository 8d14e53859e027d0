"""Errors of synthesis: phones, voices, the embedded espeak-ng and external synthesisers."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from babyslm.verify.errors import BabySLMError, UsageError, first_of

__all__ = [
    "CommandError",
    "EmptyUtteranceError",
    "EspeakError",
    "LongPathError",
    "MisheardError",
    "PlaceholderError",
    "SpokenTableError",
    "UnknownVoiceError",
    "UnspeakablePhoneError",
    "VoiceCountError",
    "VoicelessSplitError",
]


class EmptyUtteranceError(BabySLMError):
    """An utterance has no phones."""

    def __init__(self) -> None:
        super().__init__("an utterance has no phones; give each at least one")


class UnspeakablePhoneError(BabySLMError):
    """A phone is not in the table by which a synthesiser is asked for it."""

    def __init__(self, phone: str, phones: Sequence[str], language: str, table: str = "") -> None:
        super().__init__(
            f"{' '.join(phones)!r}: {phone!r} is not a phone of {language}; "
            f"known are those of {table or f'datasets/phones/mnemonics-{language}.yaml'}"
        )


class MisheardError(BabySLMError):
    """espeak-ng spoke other phones than requested."""

    def __init__(self, asked: Sequence[str], spoken: Sequence[str]) -> None:
        super().__init__(
            f"espeak-ng was asked to speak {' '.join(asked)!r} and spoke {' '.join(spoken)!r}; "
            "leave this stimulus out, or correct the mnemonic table of its language"
        )


class EspeakError(BabySLMError):
    """The embedded espeak-ng rejected a call."""

    def __init__(self, call: str, status: int) -> None:
        super().__init__(
            f"espeak-ng: {call} failed (status {status}); reinstall espeakng-loader, and run babyslm doctor"
        )


class LongPathError(BabySLMError):
    """The path of the temporary folder is too long for espeak-ng."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder}: this path is too long for espeak-ng; set TMPDIR to a shorter one")


class VoiceCountError(UsageError):
    """More voices were asked for than there are, or too few for both splits."""

    def __init__(self, asked: int, there: int, synthesizer: str) -> None:
        super().__init__(
            f"--voices {asked}: must be from 2 to {there} (--synthesizer {synthesizer}), or use --no-audio"
        )


class VoicelessSplitError(UsageError):
    """The voices that were named leave a split without a voice."""

    def __init__(self, split: str) -> None:
        super().__init__(f"--voice: no voice of {split} is named; name at least one voice of each split")


class UnknownVoiceError(UsageError):
    """No voice has this name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"no voice is called {name!r}; known are {', '.join(known)}")


class PlaceholderError(UsageError):
    """The command of an external synthesiser lacks a required placeholder."""

    def __init__(self, command: Sequence[str], missing: str) -> None:
        super().__init__(
            f"{' '.join(command)}: lacks {missing}; placeholders are {{text}}, {{ipa}}, {{voice}} and {{out}}"
        )


class CommandError(BabySLMError):
    """An external synthesiser failed on one utterance."""

    def __init__(self, command: Sequence[str], reason: str) -> None:
        super().__init__(f"{' '.join(command)}: {reason}; run it manually for details")


class SpokenTableError(UsageError):
    """Rows cannot be spoken: they already have a voice, or have no phones."""

    def __init__(self, folder: Path, offenders: Sequence[str], reason: str) -> None:
        super().__init__(f"{folder}: {len(offenders)} row(s) {reason}: {first_of(offenders)}")
