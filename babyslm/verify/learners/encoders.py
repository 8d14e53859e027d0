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
    """The network does not have the requested layer."""

    def __init__(self, layer: int, layers: int) -> None:
        super().__init__(f"encoder.layer={layer}: the network has the layers 1 to {layers}")


class EncoderWeightsError(BabySLMError):
    """The weights of an encoder cannot be loaded, or belong to another network."""

    def __init__(self, source: Path | str, reason: str) -> None:
        super().__init__(f"{source}: the weights {reason}; name a folder or file with the weights of this encoder")


class NoSpeechEncoderError(UsageError):
    """A transformers model does not accept waveforms."""

    def __init__(self, source: str, kind: str) -> None:
        super().__init__(
            f"{source}: is a {kind}, which does not encode waveforms; use a HuBERT, wav2vec 2.0 or WavLM model"
        )


class WeightsDigestError(BabySLMError):
    """An encoder has other weights than those with which the codebook was learned."""

    def __init__(self, wanted: str, found: str) -> None:
        super().__init__(
            f"the encoder's weights have the checksum {found[:12]} where {wanted[:12]} is needed, so its units would "
            "not be those of the codebook; use the weights with which the learner was trained"
        )


class Fairseq2MissingError(UsageError):
    """fairseq2 is not installed, or cannot be loaded."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"encoder.kind=fairseq2: cannot load fairseq2 ({reason}); pip install 'babyslm[fairseq2]'")
