"""Batches of equal-length waveforms cut from utterances, for the training of encoders."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from babyslm.speech.audio import RATE, Samples, to_pcm16
from babyslm.speech.sound import read_whole
from babyslm.training.speech.utterances import SpokenUtterances

__all__ = ["HELD", "Waveforms"]

HELD = 6 * 3600
"""Corpora up to this many seconds (700 MB) are held in memory; larger ones are read from their files in pieces."""


class Waveforms:
    """Random access to the sound of utterances.

    :param corpus: the utterances.
    """

    def __init__(self, corpus: SpokenUtterances) -> None:
        self.corpus = corpus
        places = dict(corpus.recordings(np.arange(len(corpus))))
        self.recordings = [places[number] for number in range(len(corpus))]
        self.samples = np.array([len(recording) for recording in self.recordings], dtype=np.int64)
        self.held: list[NDArray[np.int16]] | None = None
        if self.samples.sum() <= HELD * RATE:
            self.held = [to_pcm16(read_whole(recording)) for recording in self.recordings]

    def piece(self, number: int, start: int, samples: int) -> Samples:
        """Return a part of an utterance, shape (samples,)."""
        if self.held is None:
            return self.recordings[number].read(start, start + samples)
        return self.held[number][start : start + samples].astype(np.float32) / np.float32(32768)

    def stack(self, pieces: Sequence[tuple[int, int]], samples: int, device: torch.device) -> Tensor:
        """Return pieces of equal length, shape (pieces, samples).

        :param pieces: index of the utterance and first sample of each piece.
        :param samples: length of the pieces in samples.
        :param device: device of the result.
        """
        rows = np.stack([self.piece(number, start, samples) for number, start in pieces])
        return torch.from_numpy(rows).to(device, non_blocking=True)
