"""Named errors of spoken learners: missing sound, and features and units that do not match."""

from collections.abc import Sequence
from pathlib import Path

from babyslm.verify.errors import BabySLMError, UsageError, first_of

__all__ = [
    "AudioMissingError",
    "CodebookFileError",
    "FeatureSizeError",
    "MaskedMixtureError",
    "NoCorrespondenceError",
    "NoPhonesError",
    "NoSpeechError",
    "NoWordsError",
    "OtherCodebookError",
    "PickleNotTrustedError",
    "SamplingError",
    "SegmentError",
    "TooFewFramesError",
    "WarpError",
]


class AudioMissingError(BabySLMError):
    """Stimuli for a spoken learner have no sound."""

    def __init__(self, offenders: Sequence[str]) -> None:
        super().__init__(
            f"{len(offenders)} stimuli have no sound: {first_of(offenders)}; build the set with audio, or use "
            "a learner of phones or spelling"
        )


class CodebookFileError(BabySLMError):
    """A file does not contain an importable codebook."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path}: {reason}; give a k-means of scikit-learn, CPC's .pt, or centroids as .npy or .safetensors"
        )


class FeatureSizeError(BabySLMError):
    """Features do not have the dimensions of a codebook."""

    def __init__(self, shape: Sequence[int], dimensions: int) -> None:
        super().__init__(
            f"features are {tuple(shape)} where (frames, {dimensions}) is needed; is the codebook of another encoder?"
        )


class MaskedMixtureError(UsageError):
    """A masked model over units was to be interpolated with an n-gram model."""

    def __init__(self) -> None:
        super().__init__(
            "interpolate: a masked transformer does not predict a unit from those before it; use "
            "transformer.objective=causal or an LSTM"
        )


class NoCorrespondenceError(BabySLMError):
    """A corpus has no utterances that could be the same word by two speakers."""

    def __init__(self, words: int, seconds: float) -> None:
        super().__init__(
            f"{words} utterances of at most {seconds:g} s by too few speakers: no word is said by two of them; raise "
            "units.projection.max_seconds, or use units.projection.kind=pca"
        )


class NoPhonesError(BabySLMError):
    """The phones of an utterance are not known frame by frame."""

    def __init__(self, path: Path, row: int) -> None:
        super().__init__(
            f"{path}: the phones of utterance {row} are not known for each frame; train a supervised reference on a "
            "corpus synthesised in clean speech by the embedded voices, with longest above its longest utterance"
        )


class NoSpeechError(BabySLMError):
    """A corpus has no sound to train on."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: contains no utterance with sound; prepare or synthesise a spoken corpus")


class NoWordsError(BabySLMError):
    """A corpus has no phones that a synthesiser could speak."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: has no phones or no language, so that no speech can be produced from it; leave produced out, or "
            "prepare the corpus with its phones"
        )


class OtherCodebookError(UsageError):
    """An external codebook does not match the recipe, or belongs to another encoder."""

    def __init__(self, folder: Path, units: int, takes: int, wanted: int, gives: int) -> None:
        super().__init__(
            f"{folder}: the codebook has {units} units of {takes} dimensions, but units.size={wanted} and the "
            f"encoder gives {gives}; set units.size to {units}, or use the encoder with which the codebook was made"
        )


class PickleNotTrustedError(UsageError):
    """A pickled codebook was given without the user's consent to read pickles."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path}: is a pickle, which can execute code when it is loaded; add --trust-pickle to read only its "
            "arrays of numbers, without executing anything, or ask its authors for .npy or .safetensors"
        )


class SamplingError(UsageError):
    """Segmentations cannot be drawn from a quantiser without posteriors."""

    def __init__(self, quantiser: str) -> None:
        super().__init__(f"draws: {quantiser} has no posteriors to draw segmentations from; leave draws at 0")


class SegmentError(BabySLMError):
    """An utterance extends beyond its sound file."""

    def __init__(self, path: Path, row: int, onset: float, offset: float, seconds: float) -> None:
        super().__init__(
            f"{path}: utterance {row} is at {onset:.3f}-{offset:.3f} s of a file of {seconds:.3f} s; prepare the "
            "corpus again"
        )


class TooFewFramesError(UsageError):
    """There are fewer frames than requested units."""

    def __init__(self, frames: int, units: int) -> None:
        super().__init__(f"units.size={units}: only {frames} frames to learn them from; use fewer units or add speech")


class WarpError(UsageError):
    """An encoder does not support a warp."""

    def __init__(self, encoder: str, warp: float) -> None:
        super().__init__(f"warps: {encoder} features cannot be warped by {warp:g}; leave warps at [1.0] or use mfcc")
