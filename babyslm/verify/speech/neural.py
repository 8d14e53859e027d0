"""Named errors of neural synthesisers: packages, model files, symbols, voices."""

from collections.abc import Iterable
from pathlib import Path

from babyslm.verify.errors import BabySLMError, UsageError

__all__ = [
    "AlphabetLanguageError",
    "FliteError",
    "FliteMissingError",
    "ModelFileError",
    "ModelFolderError",
    "NeuralPackageError",
    "RandomModelError",
    "SameVoiceError",
    "SilentModelError",
    "SymbolError",
    "SynthesizerSpecError",
    "TeachersOnlyError",
    "WrongVoiceError",
]


class NeuralPackageError(BabySLMError):
    """A package that neural voices need is not installed."""

    def __init__(self, package: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs the package {package}; install it with: pip install 'babyslm[voices]'")


class FliteMissingError(UsageError):
    """The program Flite is not installed."""

    def __init__(self, program: str) -> None:
        super().__init__(
            f"--synthesizer flite: there is no program {program} on the path; install it with the system's package "
            "manager (Debian: apt-get install flite), or use another synthesiser"
        )


class FliteError(BabySLMError):
    """The program Flite fails, or has none of the voices that are used."""

    def __init__(self, program: Path, reason: str) -> None:
        super().__init__(f"{program}: {reason}; check it with: flite -lv")


class TeachersOnlyError(UsageError):
    """The voices of a synthesiser are for training, and a set is to be spoken by them."""

    def __init__(self, spec: str, split: str) -> None:
        super().__init__(
            f"--synthesizer {spec}: its voices are for training alone, and {split} voices were asked for; use it in "
            "speech.synthesizers of a recipe"
        )


class ModelFileError(BabySLMError):
    """A file of a neural synthesiser is not what it should be."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")


class ModelFolderError(BabySLMError):
    """The folder of a Kokoro model lacks a file, or has several where one is needed."""

    def __init__(self, folder: Path, wanted: str, found: Iterable[str]) -> None:
        there = ", ".join(sorted(found)) or "none"
        super().__init__(f"{folder}: must hold one {wanted}; found {there}")


class SymbolError(BabySLMError):
    """The model does not know a symbol that a phone needs."""

    def __init__(self, symbol: str, phones: str, model: str) -> None:
        super().__init__(
            f"{phones!r}: the voice {model} has no symbol {symbol!r} (U+{ord(symbol[:1]):04X}); "
            "use a voice of this language, or leave this stimulus out"
        )


class AlphabetLanguageError(UsageError):
    """A synthesiser does not speak a language."""

    def __init__(self, model: str, language: str, known: Iterable[str]) -> None:
        super().__init__(f"{model} speaks {', '.join(known)}, not {language}; use another --synthesizer")


class RandomModelError(BabySLMError):
    """The same input gave two different sounds."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: the model draws random numbers, so that the same phones give other samples each time; "
            "use an export without random nodes"
        )


class SilentModelError(BabySLMError):
    """A model gave no sound for phones."""

    def __init__(self, phones: str, model: str) -> None:
        super().__init__(f"{phones!r}: the voice {model} gave no sound; leave this stimulus out, or use another voice")


class WrongVoiceError(UsageError):
    """A voice belongs to another synthesiser."""

    def __init__(self, voice: str, kind: str, synthesizer: str) -> None:
        super().__init__(f"voice {voice!r} is a {kind} voice, and {synthesizer} cannot speak with it")


class SameVoiceError(UsageError):
    """Two synthesisers have a voice of the same name."""

    def __init__(self, name: str, first: str, second: str) -> None:
        super().__init__(f"--synthesizer: {first} and {second} both have a voice {name!r}; use one of them")


class SynthesizerSpecError(UsageError):
    """A synthesiser was asked for in a form that is not known."""

    def __init__(self, spec: str, forms: Iterable[str]) -> None:
        super().__init__(f"--synthesizer {spec}: unknown; use {', '.join(forms)}")
