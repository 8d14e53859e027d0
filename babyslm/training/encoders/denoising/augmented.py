"""Units of augmented speech, so that a language model learns from units as they are heard in noise as well."""

import numpy as np
import torch
from numpy.typing import NDArray

from babyslm.models.encoders.denoising.encoder import DenoisingEncoder
from babyslm.models.units.protocol import Quantiser, Units
from babyslm.progress import bar
from babyslm.scoring.batches import length_batches
from babyslm.seeds import derive
from babyslm.training.encoders.denoising.problem import DenoisingProblem
from babyslm.training.encoders.denoising.settings import DenoisingRecipe, Prediction
from babyslm.training.encoders.denoising.spectra_stage import load_spectra
from babyslm.training.encoders.run import EncoderRun
from babyslm.training.speech.augmentation.mix import Augmentation

__all__ = ["augmented_units"]

BATCH_FRAMES = 4000
"""Frames of the network that are augmented together."""


def augmented_units(
    recipe: DenoisingRecipe, run: EncoderRun, encoder: DenoisingEncoder, quantiser: Quantiser, times: int
) -> list[Units]:
    """Return the units of the training utterances, each augmented several times.

    Utterances that were cut into pieces are left out: their pieces are no utterances.

    :param recipe: door and augmentation.
    :param run: the corpus and the stages of the encoder's training.
    :param encoder: the trained encoder.
    :param quantiser: features to units.
    :param times: how often each utterance is augmented.
    """
    device = next(encoder.parameters()).device
    spectra, owners = load_spectra(run)
    spectra = spectra.to(device)
    stack = recipe.hearing.stack
    whole = np.bincount(owners, minlength=len(run.corpus))[owners] == 1
    numbers = np.flatnonzero(whole & np.isin(owners, run.training))
    frames = (spectra.counts + stack - 1) // stack
    problem = DenoisingProblem(
        Augmentation(spectra, recipe.augmentation, stack=stack, seed=derive(run.seed, "augmented units")),
        [np.zeros(count, dtype=np.int64) for count in frames],
        1,
        numbers,
        numbers[:0],
        hearing=recipe.hearing,
        settings=Prediction(),
        batch_frames=BATCH_FRAMES,
        seed=run.seed,
    )
    found: list[Units] = []
    with bar("units of augmented speech", times * len(numbers)) as progress:
        for turn in range(times):
            seed = derive(run.seed, "augmented units", turn)
            for batch in length_batches(frames[numbers].tolist(), BATCH_FRAMES):
                found += _batch(problem, numbers[batch], seed, encoder, quantiser)
                progress.advance(len(batch))
    return found


@torch.inference_mode()
def _batch(
    problem: DenoisingProblem,
    batch: NDArray[np.int64],
    seed: int,
    encoder: DenoisingEncoder,
    quantiser: Quantiser,
) -> list[Units]:
    frames, inside, _ = problem.examples(batch, seed)
    features = encoder.features_of(frames, inside).float().cpu().numpy()
    before, after = problem.before // problem.hearing.stack, problem.after // problem.hearing.stack
    ends = inside.sum(dim=1).cpu().numpy() - after
    return quantiser.quantise([features[row, before:end] for row, end in enumerate(ends.tolist())])
