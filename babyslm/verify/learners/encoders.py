"""Named errors of encoders that are networks."""

from collections.abc import Sequence
from pathlib import Path

from babyslm.verify.errors import BabySLMError, UsageError

__all__ = [
    "EncoderWeightsError",
    "Fairseq2MissingError",
    "LayerError",
    "NoSpeechEncoderError",
    "UnknownBundleError",
    "WeightsDigestError",
]


class UnknownBundleError(UsageError):
    """torchaudio has no speech encoder of this name."""

    def __init__(self, bundle: str, known: Sequence[str]) -> None:
        super().__init__(f"encoder.bundle={bundle}: torchaudio has no such encoder; it has {', '.join(known)}")


class LayerError(UsageError):
    """A layer is asked for that the network does not have."""

    def __init__(self, layer: int, layers: int) -> None:
        super().__init__(f"encoder.layer={layer}: the network has the layers 1 to {layers}")


class EncoderWeightsError(BabySLMError):
    """The weights of an encoder cannot be had, or are not its own."""

    def __init__(self, source: Path | str, reason: str) -> None:
        super().__init__(f"{source}: the weights {reason}; name a folder or file that holds them")


class NoSpeechEncoderError(UsageError):
    """A model of transformers takes no waveforms."""

    def __init__(self, source: str, kind: str) -> None:
        super().__init__(
            f"{source}: is a {kind}, which encodes no waveforms; take a HuBERT, wav2vec 2.0 or WavLM model"
        )


class WeightsDigestError(BabySLMError):
    """An encoder has other weights than the ones the codebook was learned with."""

    def __init__(self, wanted: str, found: str) -> None:
        super().__init__(
            f"the encoder's weights have the checksum {found[:12]} where {wanted[:12]} is needed; its units would "
            "mean nothing: take the weights that the learner was trained with"
        )


class Fairseq2MissingError(UsageError):
    """fairseq2 is not installed, or does not load."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"encoder.kind=fairseq2: fairseq2 does not load ({reason}); pip install 'babyslm[fairseq2]'")
