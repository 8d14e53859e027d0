"""Blocks of minimal pairs whose two sides are mirror images in sound.

What adds up over words cancels out in a crossing of four: where one pair gains a sound, another loses it. What a
listener measures is seldom such a sum. Level, centroid and tilt of a spectrum are ratios and logarithms of sums, so
that the same sound counts for less in a sentence that has more of its kind, and grammar decides in which sentences
they meet: of "the dog runs", "the dogs run" and of "the dog run", "the dogs runs" the right ones have one -s each, the
wrong ones none and two.

A block leans by the sum of its pairs' differences, good less bad; where the pairs are mirror images it is nothing. Of
many blocks those are taken that lean little, and to the other side than those before them.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from babyslm.stimuli.phones.pronunciation import phonemize
from babyslm.stimuli.syntactic.crossing import Block

__all__ = ["Mirror", "SentenceSound"]

SentenceSound = Callable[[Sequence[str]], NDArray[np.float64]]
"""Phones of sentences -> summaries of their sound, shape (sentences, voices, summaries)."""

DECIMALS = 9
"""To which costs are rounded, so that no machine's last digits decide."""


class Mirror:
    """Chooses the block after which the leaning of all blocks so far is least.

    Differences are measured in units of their root mean square over all blocks seen.

    :param language: two-letter code, for the phones.
    :param sound: what sentences sound like.
    """

    def __init__(self, language: str, sound: SentenceSound) -> None:
        self.language, self.sound = language, sound
        self._squares: NDArray[np.float64] | float = 0.0
        self._seen = 0
        self._leaning: NDArray[np.float64] | float = 0.0

    def differences(self, blocks: Sequence[Block]) -> list[NDArray[np.float64]]:
        """Return each block's differences, good less bad, shape (pairs, voices, summaries).

        :param blocks: what is compared from now on.
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
            self._squares = self._squares + np.square(found[-1]).mean(axis=(0, 1))
            self._seen += 1
        return found

    def best(self, candidates: Sequence[NDArray[np.float64]]) -> int:
        """Return the place of the block to take: it leans little itself, and so do all together after it.

        :param candidates: differences of blocks.
        """
        spread = np.sqrt(self._squares / self._seen)
        spread = np.where(spread > 0, spread, 1.0)
        leans = np.stack([each.sum(axis=0) for each in candidates])
        after = (leans + self._leaning) / spread
        costs = np.square(leans / spread).sum(axis=(1, 2)) + np.square(after).sum(axis=(1, 2))
        return int(np.argmin(np.round(costs, DECIMALS)))

    def add(self, differences: NDArray[np.float64]) -> None:
        """Take note of a block that was taken.

        :param differences: its differences.
        """
        self._leaning = self._leaning + differences.sum(axis=0)
