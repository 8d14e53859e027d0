"""Named errors of learners: specifications, model folders, and input that a learner does not accept."""

from collections.abc import Sequence
from pathlib import Path

from babyslm.verify.errors import BabySLMError, UsageError, first_of

__all__ = [
    "CorruptModelError",
    "MissingModelFileError",
    "ModelFolderError",
    "NoDeviceError",
    "NotALearnerError",
    "PhonesMissingError",
    "ScoresAreNoModelError",
    "SpecImportError",
    "SpellingMissingError",
    "UnitError",
    "UnknownFamilyError",
    "UnknownOptionError",
    "UnknownSpecError",
]

FORMS = (
    "a folder made by babyslm train, a Hugging Face folder, hf:ID[@REVISION], package.module:object, scores:FOLDER "
    "(evaluation only) or the name of an installed plug-in"
)


class UnknownSpecError(UsageError):
    """A model specification has none of the known forms."""

    def __init__(self, spec: str, plugins: Sequence[str]) -> None:
        installed = f" (installed: {', '.join(plugins)})" if plugins else ""
        super().__init__(f"--model {spec}: no such folder and no known form; give {FORMS}{installed}")


class ScoresAreNoModelError(UsageError):
    """External scores were given where a learner is needed."""

    def __init__(self, spec: str) -> None:
        super().__init__(f"--model {spec}: these are scores, not a learner; use them with babyslm evaluate")


class ModelFolderError(UsageError):
    """A folder is not a model folder."""

    def __init__(self, folder: Path, have: Sequence[str]) -> None:
        super().__init__(
            f"{folder}: is not a model folder: neither babyslm.json nor config.json is there "
            f"(it has {first_of(have) or 'nothing'}); train one with babyslm train"
        )


class MissingModelFileError(BabySLMError):
    """A model folder lacks a file."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: is missing; the model folder is incomplete, train or copy it again")


class CorruptModelError(BabySLMError):
    """A file of a model folder has invalid content."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; the model folder is damaged, train or copy it again")


class UnknownFamilyError(BabySLMError):
    """A model folder names a family unknown to this version."""

    def __init__(self, path: Path, family: str, known: Sequence[str]) -> None:
        super().__init__(f"{path}: family {family!r} is unknown; this version supports {', '.join(known)}")


class UnknownOptionError(UsageError):
    """An option does not exist for a learner."""

    def __init__(self, spec: str, unknown: Sequence[str], known: Sequence[str]) -> None:
        super().__init__(
            f"--model {spec}: has no option {', '.join(unknown)}; it takes {', '.join(known) or 'no options'}"
        )


class SpecImportError(UsageError):
    """`package.module:object` cannot be imported."""

    def __init__(self, spec: str, reason: str) -> None:
        super().__init__(f"--model {spec}: cannot be imported ({reason}); check the name and that it is installed")


class NotALearnerError(UsageError):
    """An object does not implement the protocol of a learner."""

    def __init__(self, spec: str, reason: str) -> None:
        super().__init__(
            f"--model {spec}: {reason}; a learner has `modality` (orthographic, phonemic or spoken) and "
            "`score(stimuli)`, see babyslm.models.protocol"
        )


class NoDeviceError(UsageError):
    """A device does not exist on this machine."""

    def __init__(self, device: str, reason: str) -> None:
        super().__init__(f"--device {device}: {reason}; use auto, cpu, cuda or cuda:N")


class SpellingMissingError(BabySLMError):
    """An orthographic learner was given a stimulus without spelling."""

    def __init__(self, offenders: Sequence[str]) -> None:
        super().__init__(
            f"{len(offenders)} stimuli have no spelling: {first_of(offenders)}; use a phonemic or spoken learner here"
        )


class PhonesMissingError(BabySLMError):
    """A phonemic learner was given a stimulus with neither phones nor spelling."""

    def __init__(self, offenders: Sequence[str]) -> None:
        super().__init__(
            f"{len(offenders)} stimuli have neither phones nor spelling: {first_of(offenders)}; use a spoken learner"
        )


class UnitError(BabySLMError):
    """A unit is not in the learner's vocabulary."""

    def __init__(self, unit: object, size: int) -> None:
        super().__init__(f"unit {unit} is unknown: this learner has the units 0 to {size - 1}")
