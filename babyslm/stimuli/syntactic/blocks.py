"""Selection of blocks of minimal pairs, evenly over templates and lexical materials, without repeated sounds."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from babyslm.seeds import derive
from babyslm.stimuli.phones.pronunciation import phonemize
from babyslm.stimuli.syntactic.crossing import Block, BlockSource
from babyslm.stimuli.syntactic.mirror import Mirror, SentenceSound

__all__ = ["AHEAD", "REUSE", "BlockChoice"]

AHEAD = 32
"""Number of blocks of one lexical material among which the block with the most similar sides in sound is selected."""

REUSE = 2.0
"""Largest use of a filler, relative to an even use of all fillers of its slot, if the next blocks leave a choice.
Without this limit a set could be balanced in sound because it contains only a few verbs."""

TAKEN = ("", "")
"""Key under which the blocks themselves are counted; no slot and no lemma has this name."""

Candidate = tuple[Block, NDArray[np.float64]]
"""A block and the sound differences of its pairs; see `Mirror.differences`."""


class BlockChoice:
    """Selects blocks such that no two of them contain sentences with the same sound.

    :param language: two-letter code, for the phones.
    :param seed: seed of the order of the lexical materials.
    """

    def __init__(self, language: str, seed: int) -> None:
        self.language, self.seed = language, seed
        self.taken: set[str] = set()

    def take(
        self,
        templates: Sequence[BlockSource],
        allowed: Collection[tuple[str, ...]],
        quota: int,
        sound: SentenceSound | None = None,
    ) -> list[Block]:
        """Select blocks, alternating over the templates of a phenomenon and, within each, over lexical materials.

        :param templates: the templates of the phenomenon.
        :param allowed: the lexical materials that may be used.
        :param quota: number of blocks; fewer are returned if there are no more.
        :param sound: sound summaries of sentences; without them the first usable block of a material is selected.
        """
        mirror = Mirror(self.language, sound) if sound and templates[0].template.crossed else None
        turns = [self._in_turn(each, allowed, mirror) for each in templates]
        blocks: list[Block] = []
        while turns and len(blocks) < quota:
            for turn in tuple(turns):
                block = next(turn, None) if len(blocks) < quota else None
                if block is not None:
                    blocks.append(block)
                    self.taken |= self._sounds(block)
                elif len(blocks) < quota:
                    turns.remove(turn)
        return blocks

    def _in_turn(
        self, source: BlockSource, allowed: Collection[tuple[str, ...]], mirror: Mirror | None
    ) -> Iterator[Block]:
        # The order depends on the template as well, so that small sets of several phenomena use different materials.
        materials = sorted(
            source.materials().intersection(allowed),
            key=lambda material: (derive(self.seed, source.label, *material), material),
        )
        streams: list[tuple[Iterator[Block], list[Candidate]]] = [(source.blocks(each), []) for each in materials]
        uses: Counter[tuple[str, str]] = Counter()
        while streams:
            for stream in tuple(streams):
                blocks, waiting = stream
                self._fill(blocks, waiting, mirror)
                if not waiting:
                    streams.remove(stream)
                    continue
                place = 0
                if mirror:
                    varied = _varied(source, [block for block, _ in waiting], uses)
                    place = varied[mirror.best([waiting[each][1] for each in varied])]
                block, differences = waiting.pop(place)
                if mirror:
                    mirror.add(differences)
                uses.update([*zip(source.slots, block.lemmas, strict=True), TAKEN])
                yield block

    def _fill(self, blocks: Iterator[Block], waiting: list[Candidate], mirror: Mirror | None) -> None:
        """Fill the list of candidates with blocks that can still be used."""
        waiting[:] = [candidate for candidate in waiting if self._is_usable(candidate[0])]
        found: list[Block] = []
        for block in blocks:
            if self._is_usable(block):
                found.append(block)
            if len(waiting) + len(found) >= (AHEAD if mirror else 1):
                break
        differences = mirror.differences(found) if mirror else [np.zeros(0)] * len(found)
        waiting += zip(found, differences, strict=True)

    def _is_usable(self, block: Block) -> bool:
        """Return whether a block's sentences differ in sound from each other and from all selected sentences."""
        sounds = self._sounds(block)
        return len(sounds) == (4 if len(block.pairs) > 1 else 2) and self.taken.isdisjoint(sounds)

    def _sounds(self, block: Block) -> set[str]:
        return set(phonemize(sorted(block.sentences), self.language))


def _varied(source: BlockSource, blocks: Sequence[Block], uses: Mapping[tuple[str, str], int]) -> list[int]:
    """Return the indices of blocks without overused fillers; if there is none, all indices."""
    allowed = {slot: REUSE * uses[TAKEN] / len(source.fillers[slot]) for slot in source.slots}
    varied = [
        place
        for place, block in enumerate(blocks)
        if all(uses[slot, lemma] <= allowed[slot] for slot, lemma in zip(source.slots, block.lemmas, strict=True))
    ]
    return varied or list(range(len(blocks)))
