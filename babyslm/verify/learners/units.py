"""Named errors of spoken learners: sound that is missing, features and units that do not fit."""

from collections.abc import Sequence
from pathlib import Path

from babyslm.verify.errors import BabySLMError, UsageError, first_of

__all__ = [
    "AudioMissingError",
    "CodebookFileError",
    "FeatureSizeError",
    "NoCorrespondenceError",
    "NoSpeechError",
    "OtherCodebookError",
    "PickleNotTrustedError",
    "SegmentError",
    "TooFewFramesError",
    "WarpError",
]


class AudioMissingError(BabySLMError):
    """A spoken learner meets stimuli without sound."""

    def __init__(self, offenders: Sequence[str]) -> None:
        super().__init__(
            f"{len(offenders)} stimuli have no sound: {first_of(offenders)}; build the set with audio, or use "
            "a learner of phones or spelling"
        )


class CodebookFileError(BabySLMError):
    """A file holds no codebook that can be taken over."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path}: {reason}; give a k-means of scikit-learn, CPC's .pt, or centroids as .npy or .safetensors"
        )


class FeatureSizeError(BabySLMError):
    """Features do not have the dimensions that a codebook takes."""

    def __init__(self, shape: Sequence[int], dimensions: int) -> None:
        super().__init__(
            f"features are {tuple(shape)} where (frames, {dimensions}) is needed; is the codebook of another encoder?"
        )


class NoCorrespondenceError(BabySLMError):
    """A corpus holds no utterances that could be the same word by two speakers."""

    def __init__(self, words: int, seconds: float) -> None:
        super().__init__(
            f"{words} utterances of at most {seconds:g} s by too few speakers: no word is said by two of them; raise "
            "units.projection.max_seconds, or take units.projection.kind=pca"
        )


class NoSpeechError(BabySLMError):
    """A corpus holds no sound to train on."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: holds no utterance with sound; prepare or synthesise a spoken corpus")


class OtherCodebookError(UsageError):
    """A codebook made elsewhere is not the one that the recipe expects, or is another encoder's."""

    def __init__(self, folder: Path, units: int, takes: int, wanted: int, gives: int) -> None:
        super().__init__(
            f"{folder}: the codebook has {units} units of {takes} dimensions where units.size={wanted} and the "
            f"encoder gives {gives}; set units.size to {units}, or take the encoder that the codebook was made with"
        )


class PickleNotTrustedError(UsageError):
    """A pickled codebook is to be read, and nobody said that it may."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: is a pickle, which could run anything where it is loaded as such; add --trust-pickle to have "
            "the arrays of numbers read from it and nothing run, or ask its authors for .npy or .safetensors"
        )


class SegmentError(BabySLMError):
    """An utterance lies outside its sound file."""

    def __init__(self, path: Path, row: int, onset: float, offset: float, seconds: float) -> None:
        super().__init__(
            f"{path}: utterance {row} lies at {onset:.3f}-{offset:.3f} s of a file of {seconds:.3f} s; prepare the "
            "corpus again"
        )


class TooFewFramesError(UsageError):
    """There are fewer frames than units asked for."""

    def __init__(self, frames: int, units: int) -> None:
        super().__init__(f"units.size={units}: only {frames} frames to learn them from; ask for fewer or add speech")


class WarpError(UsageError):
    """An encoder is to hear with a warp that it cannot make."""

    def __init__(self, encoder: str, warp: float) -> None:
        super().__init__(f"warps: {encoder} features cannot be warped by {warp:g}; leave warps at [1.0] or take mfcc")
