"""Blocks of minimal pairs from a template and its fillers.

A block crosses two contexts c and two targets t over the same words. A sentence S(c, t) is grammatical if c and t
match. Each grammatical sentence is paired with the ungrammatical sentence with the other target and with that with the
other context. In a block every word occurs equally often in good and in bad members, and so does every bigram as long
as c and t are not adjacent. Any model that computes a sum of such features is therefore correct in half of the pairs.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from babyslm.seeds import generator
from babyslm.stimuli.phones.pronunciation import phonemize
from babyslm.stimuli.syntactic.fillers import Filler, WordBank
from babyslm.stimuli.syntactic.templates import (
    REFERENCE,
    Choice,
    Phenomenon,
    Template,
    TemplateFile,
    references,
)
from babyslm.verify.stimuli.templates import EmptySlotError

__all__ = ["Block", "BlockSource", "realise"]

DRAWN = 50_000
"""Largest number of candidates per lexical material; if there are more, this number is drawn."""


@dataclass(frozen=True)
class Block:
    """Pairs over the same words, which all belong to one split.

    :param phenomenon: name of the phenomenon.
    :param template: name of the template, or of the phenomenon if it has only one.
    :param material: the lexical material, for clustering.
    :param lemmas: the lemmas that fill the slots.
    :param pairs: (good, bad) sentences.
    """

    phenomenon: str
    template: str
    material: str
    lemmas: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]

    @property
    def sentences(self) -> frozenset[str]:
        """The distinct sentences."""
        return frozenset(sentence for pair in self.pairs for sentence in pair)


class BlockSource:
    """All blocks of one template, in seeded order, by lexical material.

    `left_out` names the lemmas dropped because two of their forms that a pair distinguishes are homophones.

    :param templates: the file.
    :param phenomenon: the phenomenon.
    :param template: one of its templates.
    :param bank: the words.
    :param seed: seed of the order, which depends only on it and on names.
    """

    def __init__(
        self, templates: TemplateFile, phenomenon: Phenomenon, template: Template, bank: WordBank, *, seed: int
    ) -> None:
        self.phenomenon, self.template, self.seed = phenomenon, template, seed
        self.label = f"{phenomenon.name}/{template.name}" if template.name else phenomenon.name
        self.slots = tuple(template.slots)
        forms: dict[str, set[str]] = {slot: set() for slot in self.slots}
        for text in template.sentences():
            for slot, form in references(text):
                if slot in forms:
                    forms[slot].add(form)
        self.fillers = {
            slot: bank.find(
                templates.rule(self.label, template, slot),
                forms[slot],
                path=templates.path,
                label=self.label,
                slot=slot,
            )
            for slot in self.slots
        }
        together = [self._allowed(templates, bank, choice) for choice in template.together] or [{}]
        for slot in set.intersection(*(set(choice) for choice in together)):
            met = frozenset().union(*(choice[slot] for choice in together))
            self.fillers[slot] = tuple(filler for filler in self.fillers[slot] if filler.lemma in met)
        self.left_out = self._leave_out(templates)
        self.choices = self._choices(templates, together)

    def _leave_out(self, templates: TemplateFile) -> tuple[str, ...]:
        """Drop and return the fillers whose two contexts or two targets are homophones, such as sheep."""
        left_out: set[str] = set()
        for variants in (self.template.context, self.template.target):
            used = {slot for text in variants or () for slot, _ in references(text)}
            if variants is None or len(used) != 1 or not used <= self.fillers.keys():
                continue
            slot = used.pop()
            first, second = (
                phonemize([realise(text, {slot: filler}) for filler in self.fillers[slot]], templates.language)
                for text in variants
            )
            heard = [filler for filler, a, b in zip(self.fillers[slot], first, second, strict=True) if a != b]
            left_out |= {filler.lemma for filler in self.fillers[slot]} - {filler.lemma for filler in heard}
            if not heard and self.fillers[slot]:
                raise EmptySlotError(templates.path, self.label, slot, "in every lemma, the two forms are homophones")
            self.fillers[slot] = tuple(heard)
        return tuple(sorted(left_out))

    def _allowed(self, templates: TemplateFile, bank: WordBank, choice: Choice) -> dict[str, frozenset[str]]:
        """Return the lemmas that a choice of `together` names, by slot."""
        allowed: dict[str, frozenset[str]] = {}
        for slot, value in choice.items():
            if isinstance(value, list):
                allowed[slot] = frozenset(value)
                continue
            rule = templates.named(self.label, slot, value)
            found = bank.matching(rule, path=templates.path, label=self.label, slot=slot)
            allowed[slot] = frozenset(filler.lemma for filler in found)
        return allowed

    def _choices(
        self, templates: TemplateFile, together: Sequence[Mapping[str, frozenset[str]]]
    ) -> list[dict[str, tuple[Filler, ...]]]:
        """Return the fillers by slot, once per choice of `together`; choices the lexicon cannot fill are dropped."""
        choices = []
        for allowed in together:
            choice = {
                slot: tuple(filler for filler in fillers if slot not in allowed or filler.lemma in allowed[slot])
                for slot, fillers in self.fillers.items()
            }
            if all(choice.values()):
                choices.append(choice)
        if not choices:
            slots = ", ".join(sorted({slot for together in self.template.together for slot in together}))
            raise EmptySlotError(templates.path, self.label, slots, "no choice of together can be filled")
        return choices

    def materials(self) -> set[tuple[str, ...]]:
        """Return the lexical materials: tuples with one lemma per material slot of the template."""
        names = self.template.material
        return {
            material
            for choice in self.choices
            for material in _product([[filler.lemma for filler in choice[slot]] for slot in names])
            if len(set(material)) == len(material)
        }

    def blocks(self, material: tuple[str, ...]) -> Iterator[Block]:
        """Yield the blocks of one lexical material, in seeded order; no lemma fills two slots.

        :param material: one lemma per material slot of the template.
        """
        fixed = dict(zip(self.template.material, material, strict=True))
        spaces = [
            [
                tuple(filler for filler in choice[slot] if fixed.get(slot, filler.lemma) == filler.lemma)
                for slot in self.slots
            ]
            for choice in self.choices
        ]
        sizes = [math.prod(len(fillers) for fillers in space) for space in spaces]
        rng = generator(self.seed, "syntactic", self.label, *material)
        total = sum(sizes)
        order = rng.permutation(total) if total <= DRAWN else rng.integers(total, size=DRAWN)
        bounds = np.cumsum(sizes)
        seen: set[tuple[str, ...]] = set()
        for index in order.tolist():
            space = int(np.searchsorted(bounds, index, side="right"))
            chosen = _at(spaces[space], index - (int(bounds[space - 1]) if space else 0))
            lemmas = tuple(filler.lemma for filler in chosen)
            if len(set(lemmas)) == len(lemmas) and lemmas not in seen:
                seen.add(lemmas)
                yield self._block(dict(zip(self.slots, chosen, strict=True)), " ".join(material), lemmas)

    def _block(self, chosen: Mapping[str, Filler], material: str, lemmas: tuple[str, ...]) -> Block:
        template = self.template
        if template.context is None or template.target is None:
            pairs = [(realise(template.good, chosen), realise(template.bad, chosen))]
        else:
            grid = [[_crossed(template, i, j, chosen) for j in range(2)] for i in range(2)]
            pairs = [(grid[0][0], grid[0][1]), (grid[1][1], grid[1][0])]
            if template.pairs == "all":
                pairs += [(grid[0][0], grid[1][0]), (grid[1][1], grid[0][1])]
        name = self.phenomenon.name
        return Block(name, template.name or name, f"{name}:{material}", lemmas, tuple(pairs))


def realise(text: str, chosen: Mapping[str, Filler]) -> str:
    """Fill the text of a template and format it as a sentence: single spaces, an initial capital, no full stop.

    :param text: text with `{slot}` and `{slot:form}`.
    :param chosen: slot -> filler; each filler has the forms used in the text.
    """
    filled = REFERENCE.sub(lambda found: chosen[found[1]].form(found[2] or "") or "", text)
    words = re.sub(r"(?<=') ", "", " ".join(filled.split()))
    return words[:1].upper() + words[1:]


def _crossed(template: Template, context: int, target: int, chosen: Mapping[str, Filler]) -> str:
    assert template.context is not None
    assert template.target is not None
    text = template.sentence.replace("{context}", template.context[context])
    return realise(text.replace("{target}", template.target[target]), chosen)


def _product(lists: list[list[str]]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for values in lists:
        found = [(*prefix, value) for prefix in found for value in values]
    return found


def _at(space: list[tuple[Filler, ...]], index: int) -> list[Filler]:
    """Return the fillers at an index of the product; the last slot varies fastest."""
    chosen = []
    for fillers in reversed(space):
        index, place = divmod(index, len(fillers))
        chosen.append(fillers[place])
    return chosen[::-1]
