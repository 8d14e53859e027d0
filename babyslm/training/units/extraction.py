"""Extraction of the units of a corpus on the current engine: locally, or in chunks on the workers of a cluster."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from babyslm.engines import in_processes, on_this_machine, workers_for
from babyslm.models.encoders.load import make_encoder
from babyslm.models.encoders.protocol import Encoder
from babyslm.models.encoders.settings import EncoderSettings
from babyslm.models.units.encoding import chunks_of, encode_units, warp_encoder
from babyslm.models.units.protocol import Quantiser, Units
from babyslm.progress import bar
from babyslm.speech.sound import Recording, Sound
from babyslm.training.speech.utterances import SpokenUtterances

__all__ = ["extract_units", "make_ears"]


def make_ears(settings: EncoderSettings, warps: Sequence[float], device: str) -> list[Encoder]:
    """Make one encoder per warp factor.

    :param settings: settings of the encoder, which name its weights.
    :param warps: frequency warp factors.
    :param device: device of an encoder that is a network.
    """
    return warp_encoder(make_encoder(settings, device=device), warps)


def extract_units(
    corpus: SpokenUtterances, ears: list[Encoder], codebook: Quantiser, remake: Callable[[], list[Encoder]]
) -> list[list[Units]]:
    """Return, for each encoder, the units of every utterance in the order of the corpus.

    All engines encode the same chunks of sound, so the units do not depend on the engine.

    :param corpus: utterances with sound.
    :param ears: one encoder, or the same encoder with several warps; used on this machine.
    :param codebook: features to units.
    :param remake: module-level function that makes the encoders again on a worker of a cluster.
    """
    numbers: list[int] = []

    def recordings() -> Iterator[Recording]:
        for number, recording in corpus.recordings(range(len(corpus))):
            numbers.append(number)
            yield recording

    tasks = ((codebook, chunk) for chunk in chunks_of(recordings()))
    setup = (lambda: ears) if on_this_machine() else remake
    heard: list[list[Units]] = []
    with bar("units of the corpus", len(corpus)) as progress:
        for units in in_processes(_chunk_units, tasks, workers=workers_for(1), setup=setup):
            heard += units
            progress.advance(len(units))
    return [heard[place] for place in np.argsort(np.array(numbers))]


def _chunk_units(ears: list[Encoder], task: tuple[Quantiser, Sequence[Sound]]) -> list[list[Units]]:
    codebook, chunk = task
    return list(encode_units(chunk, ears, codebook))
