"""The clean spectra of a corpus as a finished stage of a training."""

import numpy as np
from numpy.typing import NDArray

from babyslm.models.encoders.denoising.hearing import Hearing
from babyslm.models.folder import read_arrays, write_arrays
from babyslm.training.encoders.run import EncoderRun
from babyslm.training.speech.spectra import Spectra, hear_corpus

__all__ = ["heard_spectra", "load_spectra"]

SPECTRA = "spectra.safetensors"
OWNERS = "owners.safetensors"


def heard_spectra(run: EncoderRun, hearing: Hearing, longest: float) -> tuple[Spectra, NDArray[np.int64]]:
    """Return the clean spectra of the corpus, heard once, and the utterance of each piece.

    :param run: the corpus and the stages.
    :param hearing: the door.
    :param longest: longer utterances are cut into pieces of at most this many seconds.
    """
    if not (run.stages / SPECTRA).is_file():
        spectra, owners = hear_corpus(run.corpus, hearing, longest)
        write_arrays(run.stages / OWNERS, {"owners": owners})
        spectra.save(run.stages / SPECTRA)
    return load_spectra(run)


def load_spectra(run: EncoderRun) -> tuple[Spectra, NDArray[np.int64]]:
    """Return the spectra of a finished stage, and the utterance of each piece."""
    return Spectra.load(run.stages / SPECTRA), read_arrays(run.stages / OWNERS)["owners"].astype(np.int64)
