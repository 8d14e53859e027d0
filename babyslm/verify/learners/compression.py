"""Named errors of compression: targets, families, calibration, and values that are not finite."""

from collections.abc import Sequence
from pathlib import Path

from babyslm.verify.errors import BabySLMError, UsageError

__all__ = [
    "CompressionSettingError",
    "EncoderEvaluationError",
    "KeepError",
    "LayoutError",
    "MissingLayersError",
    "NoCalibrationError",
    "NoTextLearnerError",
    "NonFiniteError",
    "OtherCompressionError",
    "SmallCalibrationError",
    "UnreachableTargetError",
    "UnsupportedFamilyError",
    "verify_keep",
]


class KeepError(UsageError):
    """The proportion to keep is not between 0 and 1."""

    def __init__(self, keep: float) -> None:
        super().__init__(f"--keep {keep}: must lie between 0 and 1, such as 0.8 for 80 % of all parameters")


class UnreachableTargetError(UsageError):
    """No ranks give the requested proportion."""

    def __init__(self, keep: float, least: float, ranks: str) -> None:
        super().__init__(
            f"--keep {keep}: out of reach; the least with ranks {ranks} is {least:.4f}, since embeddings, norms and "
            "biases are not compressed; keep more, or choose --ranks uniform or a lower --floor"
        )


class UnsupportedFamilyError(UsageError):
    """There is no adapter for a network's family."""

    def __init__(self, source: str, family: str, known: Sequence[str]) -> None:
        super().__init__(f"{source}: cannot be compressed, its family is {family}; supported are {', '.join(known)}")


class NoTextLearnerError(UsageError):
    """The learner is not a transformers network."""

    def __init__(self, source: str) -> None:
        super().__init__(
            f"{source}: cannot be compressed; name a Hugging Face folder or hf:ID of a text learner or speech encoder"
        )


class MissingLayersError(BabySLMError):
    """The layers of a network are not where its family expects them."""

    def __init__(self, source: str, pattern: str, version: str) -> None:
        super().__init__(
            f"{source}: no linear layers {pattern} in its blocks as transformers {version} builds them; "
            "use a version that is tested (see the README)"
        )


class LayoutError(UsageError):
    """Lines were requested for a family whose calibration must be packed."""

    def __init__(self, family: str) -> None:
        super().__init__(f"--layout lines: not for {family}, whose experts see padding; use --layout packed")


class NoCalibrationError(UsageError):
    """There is no calibration data."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"--calibration {path}: {reason}; name a text file, a corpus or a folder of sounds")


class SmallCalibrationError(BabySLMError):
    """The calibration data fills too few rows."""

    def __init__(self, path: Path, rows: int, length: int) -> None:
        super().__init__(
            f"--calibration {path}: fills {rows} row(s) of {length} positions, and at least 2 are needed (one is held "
            "out); give more data, or a smaller --length"
        )


class NonFiniteError(BabySLMError):
    """A network returns values that are not finite."""

    def __init__(self, who: str, block: int, batch: int | None = None) -> None:
        where = "" if batch is None else f" (calibration batch {batch})"
        super().__init__(
            f"block {block}: {who} that are not finite{where}; load the learner with --dtype float32, and lower --lr "
            "if it happens in distillation"
        )


class OtherCompressionError(UsageError):
    """The output folder holds the work of another compression, or other files."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"{folder}: {reason}; choose another --out or remove it")


class CompressionSettingError(UsageError):
    """A setting has an invalid value."""

    def __init__(self, name: str, value: object, reason: str) -> None:
        super().__init__(f"--{name.replace('_', '-')} {value}: {reason}; see babyslm compress --help")


class EncoderEvaluationError(UsageError):
    """An encoder cannot be evaluated by itself."""

    def __init__(self, source: str) -> None:
        super().__init__(
            f"--evaluate: {source} is a speech encoder, which gives no probabilities; train a spoken learner on the "
            "compressed encoder and evaluate that"
        )


def verify_keep(keep: float) -> None:
    """Reject a proportion that is not between 0 and 1."""
    if not 0 < keep < 1:
        raise KeepError(keep)
