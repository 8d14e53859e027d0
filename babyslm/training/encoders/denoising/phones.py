"""True phones of synthetic speech as targets: the supervised reference, which is no competitor of the learners."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from babyslm.models.encoders.denoising.hearing import Hearing
from babyslm.progress import track
from babyslm.speech.audio import Samples
from babyslm.speech.sound import HeldSound
from babyslm.training.speech.utterances import SpokenUtterances
from babyslm.training.units.quality import phone_labels
from babyslm.verify.learners.units import NoPhonesError

__all__ = ["phone_targets"]

Labels = NDArray[np.int64]


class _Times:
    """Times of the frames behind the door, for `phone_labels`."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing, self.frame_rate = hearing, hearing.frame_rate

    def onset(self, waveform: Samples) -> float:
        """Return the time of the first frame's centre in seconds."""
        return self.hearing.hear(HeldSound(waveform)).onset


def phone_targets(
    corpus: SpokenUtterances, owners: NDArray[np.int64], frames: Sequence[int], hearing: Hearing
) -> tuple[list[Labels], tuple[str, ...]]:
    """Return the phone of each frame of each utterance, and the names of the phones.

    :param corpus: utterances of synthetic voices.
    :param owners: shape (n,): the utterance of each piece; an utterance that was cut is a `NoPhonesError`.
    :param frames: number of frames of each piece.
    :param hearing: the door.
    """
    names: dict[str, int] = {}
    found = []
    times = _Times(hearing)
    for count, number in zip(frames, track(owners.tolist(), "phones of the corpus"), strict=True):
        labels = phone_labels(corpus, number, times, names)  # type: ignore[arg-type]  # only rate and onset are asked for
        if labels is None or not len(labels):
            raise NoPhonesError(corpus.source, number)
        places = np.minimum(np.arange(count), len(labels) - 1)
        found.append(labels[places])
    if len(set(owners.tolist())) < len(owners):
        raise NoPhonesError(corpus.source, int(owners[np.flatnonzero(np.diff(owners) == 0)[0]]))
    return found, tuple(names)
