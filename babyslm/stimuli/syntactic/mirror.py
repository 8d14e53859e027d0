"""Selection of blocks of minimal pairs whose two sides are balanced in sound.

Sums over words cancel in a crossing of four: a sound gained in one pair is lost in another. Most acoustic measures are
not such sums. Level, centroid and tilt of a spectrum are ratios and logarithms of sums, so a sound has less effect in
a sentence with more sounds of its kind, and grammar determines which sounds co-occur: "the dog runs" and "the dogs
run" have one -s each, whereas the ungrammatical "the dog run" and "the dogs runs" have none and two.

The imbalance of a block is the sum of the differences of its pairs, good minus bad; it is 0 if the pairs are mirror
images. Blocks with a small imbalance, opposite to that of the blocks before them, are selected.

The two pairs of a crossing that differ in the target and the two that differ in the context are weighed each on their
own scale: *nous* and *vous* differ less than *chantons* and *chantez*, so an imbalance that trees find in the former
would not count beside the latter.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from babyslm.stimuli.phones.pronunciation import phonemize
from babyslm.stimuli.syntactic.crossing import Block

__all__ = ["Mirror", "SentenceSound"]

SentenceSound = Callable[[Sequence[str]], NDArray[np.float64]]
"""Maps phones of sentences to summaries of their sound, shape (sentences, voices, summaries)."""

DECIMALS = 9
"""Decimals to which costs are rounded, so that results do not depend on the machine."""


class Mirror:
    """Selects the block that minimises the total imbalance of all blocks so far.

    Differences are scaled by their root mean square over all blocks seen, in each voice and for each half of a block.

    :param language: two-letter code, for the phones.
    :param sound: sound summaries of sentences.
    """

    def __init__(self, language: str, sound: SentenceSound) -> None:
        self.language, self.sound = language, sound
        self._squares: NDArray[np.float64] | float = 0.0
        self._seen = 0
        self._leaning: NDArray[np.float64] | float = 0.0

    def differences(self, blocks: Sequence[Block]) -> list[NDArray[np.float64]]:
        """Return each block's differences, good less bad, shape (pairs, voices, summaries).

        :param blocks: the blocks, which also enter the scale.
        """
        sentences = sorted(set().union(*(block.sentences for block in blocks)))
        if not sentences:
            return []
        place = {sentence: number for number, sentence in enumerate(sentences)}
        summaries = self.sound(phonemize(sentences, self.language))
        found = []
        for block in blocks:
            good, bad = ([place[sentence] for sentence in side] for side in zip(*block.pairs, strict=True))
            found.append(summaries[good] - summaries[bad])
            self._squares = self._squares + np.square(_halves(found[-1])).mean(axis=1)
            self._seen += 1
        return found

    def best(self, candidates: Sequence[NDArray[np.float64]]) -> int:
        """Return the index of the block with the smallest imbalance of its own and of all blocks after its selection.

        :param candidates: differences of blocks.
        """
        spread = np.sqrt(self._squares / self._seen)
        spread = np.where(spread > 0, spread, 1.0)
        leans = np.stack([_halves(each).sum(axis=1) for each in candidates])
        after = (leans + self._leaning) / spread
        costs = np.square(leans / spread).sum(axis=(1, 2, 3)) + np.square(after).sum(axis=(1, 2, 3))
        return int(np.argmin(np.round(costs, DECIMALS)))

    def add(self, differences: NDArray[np.float64]) -> None:
        """Record a selected block.

        :param differences: its differences.
        """
        self._leaning = self._leaning + _halves(differences).sum(axis=1)


def _halves(differences: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return differences, shape (halves, pairs, voices, summaries); a crossing of four pairs has two halves."""
    pairs = len(differences)
    return differences.reshape(2 if pairs == 4 else 1, -1, *differences.shape[1:])
