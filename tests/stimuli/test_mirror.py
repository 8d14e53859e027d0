"""Blocks are chosen such that what their pairs tell by ear cancels out."""

import itertools
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from babyslm.stimuli.syntactic.blocks import AHEAD, REUSE, TAKEN, BlockChoice, _varied
from babyslm.stimuli.syntactic.crossing import BlockSource
from babyslm.stimuli.syntactic.fillers import WordBank
from babyslm.stimuli.syntactic.mirror import Mirror
from babyslm.stimuli.syntactic.templates import load_templates
from babyslm.stimuli.words.lexicon import load_lexicon


def loudness(phones: Sequence[str]) -> NDArray[np.float64]:
    """Hear how many sibilants there are, in decibels, and how many phones, in two voices."""
    counts = [[sum(phone in "szʃʒ" for phone in each.split()) for each in phones], [len(each) for each in phones]]
    heard = np.stack([10 * np.log10(np.array(counts[0]) + 0.5), np.array(counts[1], dtype=float)], axis=-1)
    return np.stack([heard, 1.1 * heard], axis=1)


def source(phenomenon: str) -> BlockSource:
    templates = load_templates("en")
    found = next(each for each in templates.phenomena if each.name == phenomenon)
    bank = WordBank(load_lexicon(language="en").entries)
    return BlockSource(templates, found, found.templates[0], bank, seed=0)


def test_the_block_is_taken_after_which_all_lean_least() -> None:
    blocks = source("noun_verb_agreement")
    candidates = list(itertools.islice(blocks.blocks(min(blocks.materials())), 20))
    mirror = Mirror("en", loudness)
    differences = mirror.differences(candidates)
    assert differences[0].shape == (4, 2, 2)
    pairs = np.concatenate(differences).reshape(-1, 2)
    spread = np.sqrt(np.square(pairs).mean(axis=0))
    gone = np.zeros((2, 2))
    for _ in range(5):
        costs = []
        for each in differences:
            lean = each.sum(axis=0)
            costs.append(((lean / spread) ** 2).sum() + (((gone + lean) / spread) ** 2).sum())
        best = mirror.best(differences)
        assert costs[best] <= min(costs) + 1e-8
        mirror.add(differences[best])
        gone += differences.pop(best).sum(axis=0)


def test_without_sound_the_first_blocks_are_taken_and_with_it_the_best_of_those_ahead() -> None:
    blocks = source("noun_verb_agreement")
    material = min(blocks.materials())
    ahead = list(itertools.islice(blocks.blocks(material), AHEAD))
    assert BlockChoice("en", 0).take([blocks], [material], 1) == ahead[:1]
    taken = BlockChoice("en", 0).take([blocks], [material], 1, loudness)
    assert taken[0] in ahead
    mirror = Mirror("en", loudness)
    leans = [np.abs(each.sum(axis=0)).sum() for each in mirror.differences(ahead)]
    assert leans[ahead.index(taken[0])] == min(leans) < max(leans)


def test_no_two_blocks_share_a_sound_and_a_material_that_is_used_up_is_left() -> None:
    blocks = source("anaphor_gender")
    material = min(blocks.materials())
    choice = BlockChoice("en", 0)
    many = choice.take([blocks], [material], 10_000, loudness)
    assert 1 < len(many) < 10_000
    assert len({sentence for block in many for sentence in block.sentences}) == 4 * len(many)
    assert choice.take([blocks], [material], 1, loudness) == []


def test_blocks_whose_fillers_were_used_much_more_often_than_others_are_passed_over_where_there_is_a_choice() -> None:
    blocks = source("noun_verb_agreement")
    ahead = list(itertools.islice(blocks.blocks(min(blocks.materials())), 20))
    place = blocks.slots.index("adverb")
    adverb = ahead[0].lemmas[place]
    taken = len(blocks.fillers["adverb"])
    uses = Counter({TAKEN: taken, ("adverb", adverb): int(REUSE)})
    assert _varied(blocks, ahead, uses) == list(range(20))
    uses["adverb", adverb] += 1
    spared = [number for number, block in enumerate(ahead) if block.lemmas[place] != adverb]
    assert _varied(blocks, ahead, uses) == spared
    assert 0 < len(spared) < 20
    for filler in blocks.fillers["adverb"]:
        uses["adverb", filler.lemma] = int(REUSE) + 1
    assert _varied(blocks, ahead, uses) == list(range(20))
