"""Child-directed sentences from a small grammar, for learners that must train without any outside corpus.

A grammar (`datasets/corpora/generated-LANG.yaml`) is context free: `<rule>` stands for one of a rule's texts, chosen
by weight, and `{set:form}` for a word. Words are drawn from decks: a word of rank r (by age, then at random) among n
lies in its deck about (n / r) ** 0.4 times, so that early words are frequent as in Zipf's law, and yet a deck that was
dealt once has shown every word. `{set:*}` stands for any form, of which those that were said least come first.
"""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import accumulate, islice
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from babyslm.corpora.corpus import Corpus, as_table
from babyslm.corpora.made.elision import Elision
from babyslm.resources import resource
from babyslm.seeds import derive, generator
from babyslm.stimuli.phones.pronunciation import load_phone_set, phonemize, tokenize
from babyslm.stimuli.syntactic.build import HasEntries
from babyslm.stimuli.syntactic.fillers import Filler, WordBank
from babyslm.stimuli.syntactic.templates import SlotRule, load_templates
from babyslm.stimuli.words.lexicon import load_lexicon
from babyslm.verify.documents import parse_document, read_yaml
from babyslm.verify.stimuli.templates import TemplateError, TooFewSentencesError, UnknownSetError

__all__ = ["generate_corpus", "generate_sentences", "normalise"]

PATIENCE = 200
"""Sentences tried for each that is wanted, before the grammar counts as exhausted."""
DEPTH = 40
"""Rules inside rules before a grammar counts as endless."""
SYMBOL = re.compile(r"<(?P<rule>[^<>{}]+)>|\{(?P<set>[^<>{}:]+)(?::(?P<form>[^<>{}]*))?\}")
SKEW = 0.4
"""Exponent of the word frequencies; Zipf's 1 would leave most words unsaid in a corpus of a demonstration's size."""
ANY = "*"
"""The form that stands for every form."""
PEEK = 200
"""Cards of a deck of all forms from which the one said least is taken."""


class Grammar(BaseModel):
    """A grammar as its file declares it.

    :param elision: what words become before other words, such as a -> an.
    :param sets: sets of words by constraints, as in the templates, whose sets are known too.
    :param rules: rule -> text -> weight; sentences come from the rule `sentence`.
    """

    model_config = ConfigDict(extra="forbid")

    language: str
    elision: Elision = Elision()
    sets: dict[str, SlotRule] = {}
    rules: dict[str, dict[str, float]] = Field(min_length=1)


def normalise(sentence: str) -> str:
    """Return a sentence in lower case without punctuation: what two sentences are compared by.

    :param sentence: any sentence.
    """
    return " ".join(tokenize(sentence))


def generate_sentences(
    language: str,
    *,
    seed: int,
    count: int,
    exclude: Collection[str] = frozenset(),
    lexicon: HasEntries | None = None,
    grammar: Path | None = None,
) -> list[str]:
    """Generate sentences as adults say them to children: a capital, no full stop, some of them more than once.

    The first sentences are the same whatever the count.

    :param language: two-letter code; `en` is shipped.
    :param seed: of all choices.
    :param count: how many sentences.
    :param exclude: sentences that must not occur, compared as `normalise` returns them.
    :param lexicon: the words; default the shipped list.
    :param grammar: a grammar of one's own; default the shipped one.
    """
    path = grammar or resource("datasets", f"corpora/generated-{language}.yaml")
    speaker = _Speaker(path, language, lexicon or load_lexicon(language=language), seed)
    refused = {normalise(sentence) for sentence in exclude}
    sentences: list[str] = []
    for _ in range(PATIENCE * count):
        if len(sentences) == count:
            break
        sentence = speaker.say()
        if not refused or normalise(sentence) not in refused:
            sentences.append(sentence)
    if len(sentences) < count:
        raise TooFewSentencesError(path, count, len(sentences))
    return sentences


def generate_corpus(
    language: str,
    *,
    seed: int,
    count: int,
    exclude: Collection[str] = frozenset(),
    lexicon: HasEntries | None = None,
) -> Corpus:
    """Generate sentences as a corpus in memory, with their phones; parameters as in `generate_sentences`."""
    sentences = generate_sentences(language, seed=seed, count=count, exclude=exclude, lexicon=lexicon)
    rows = pd.DataFrame({"text": sentences, "phones": phonemize(sentences, language), "source": "generated"})
    return Corpus(as_table(rows))


class _Speaker:
    """A grammar with its words and its dice."""

    def __init__(self, path: Path, language: str, lexicon: HasEntries, seed: int) -> None:
        self.path = path
        self.grammar = parse_document(Grammar, read_yaml(path), path)
        self.sets = load_templates(language).sets | self.grammar.sets
        self.bank = WordBank(lexicon.entries)
        self.seed = seed
        self.rng = generator(seed, "generated", language)
        self.weights = {rule: list(accumulate(texts.values())) for rule, texts in self.grammar.rules.items()}
        self.texts = {rule: list(texts) for rule, texts in self.grammar.rules.items()}
        self.decks: dict[tuple[str, str], Iterator[str]] = {}
        self.said: Counter[str] = Counter()
        self._check()
        self.vowels = frozenset(load_phone_set(language).vowels)
        self.language = language
        phonemize(sorted(set(lexicon.entries["word"])), language)

    def _check(self) -> None:
        for rule, texts in self.grammar.rules.items():
            if not texts or min(texts.values()) <= 0:
                raise TemplateError(self.path, rule, "needs at least one text, and weights above 0")
            for text in texts:
                for found in SYMBOL.finditer(text):
                    inner, name, form = found["rule"], found["set"], found["form"] or ""
                    if inner is not None and inner not in self.grammar.rules:
                        raise TemplateError(
                            self.path, rule, f"unknown rule <{inner}>; declare it under rules, or mend {text!r}"
                        )
                    if name is not None:
                        self._open_deck(rule, name, form)
        if "sentence" not in self.grammar.rules:
            raise TemplateError(self.path, "rules", "lacks the rule sentence, from which all sentences come")

    def _open_deck(self, rule: str, name: str, form: str) -> None:
        if (name, form) in self.decks:
            return
        if name not in self.sets:
            raise UnknownSetError(self.path, rule, name, name, self.sets)
        forms = [] if form == ANY else [form]
        fillers = self.bank.find(self.sets[name], forms, path=self.path, label=rule, slot=name)
        rng = generator(self.seed, "deck", name, form)
        if form == ANY:
            words = sorted({word for filler in fillers for word in (filler.lemma, *filler.forms.values())})
            self.decks[name, form] = self._least_said(_deal(words, rng))
        else:
            self.decks[name, form] = _deal(_deck(fillers, form), rng)

    def _least_said(self, cards: Iterator[str]) -> Iterator[str]:
        hand = list(islice(cards, PEEK))
        while True:
            place = min(range(len(hand)), key=lambda place: self.said[hand[place]])
            yield hand[place]
            hand[place] = next(cards)

    def say(self) -> str:
        sentence = self.grammar.elision.join(self._expand("sentence", 0).split(), self._starts_with_vowel)
        return sentence[:1].upper() + sentence[1:]

    def _expand(self, rule: str, depth: int) -> str:
        if depth > DEPTH:
            raise TemplateError(self.path, rule, f"rules call each other more than {DEPTH} deep; give them an end")
        bounds = self.weights[rule]
        text = self.texts[rule][bisect(bounds, self.rng.random() * bounds[-1])]

        def fill(found: re.Match[str]) -> str:
            if found["rule"] is not None:
                return self._expand(found["rule"], depth + 1)
            word = next(self.decks[found["set"], found["form"] or ""])
            self.said[word] += 1
            return word

        return SYMBOL.sub(fill, text)

    def _starts_with_vowel(self, word: str) -> bool:
        return phonemize([word], self.language)[0].split()[0] in self.vowels


def _deck(fillers: tuple[Filler, ...], form: str) -> list[str]:
    """Return the words of a deck, each as often as its rank asks for."""
    ranked = sorted(fillers, key=lambda filler: (filler.traits.get("age_band", ""), derive(0, "rank", filler.lemma)))
    words: list[str] = []
    for rank, filler in enumerate(ranked, start=1):
        words += [filler.form(form) or ""] * max(1, round((len(ranked) / rank) ** SKEW))
    return words


def _deal(deck: list[str], rng: np.random.Generator) -> Iterator[str]:
    """Deal a deck for ever, shuffled anew each time it is used up."""
    while True:
        for place in rng.permutation(len(deck)).tolist():
            yield deck[place]
