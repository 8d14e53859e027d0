"""Sentences of the grammar: the same for one seed, none that is excluded, and most of the lexicon in them."""

from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from textwrap import dedent

import pandas as pd
import pytest

from babyslm.corpora.made.generated import generate_corpus, generate_sentences, normalise
from babyslm.stimuli.phones.pronunciation import load_phone_set, phonemize
from babyslm.stimuli.syntactic.build import build_syntactic
from babyslm.stimuli.words.lexicon import Lexicon, load_lexicon
from babyslm.verify.documents import DocumentError
from babyslm.verify.stimuli.templates import EmptySlotError, TemplateError, TooFewSentencesError, UnknownSetError

GRAMMAR = """
    language: en
    elision: {before_vowel: {a: an}}
    sets:
      animal: {category: noun, animacy: animal, only: [dog, ant, elephant]}
    rules:
      sentence: {"<noun_phrase> {act:third}": 1, "look a {animal}": 1}
      noun_phrase: {"the {animal}": 2, "my {animal}": 1}
"""


@cache
def lexicon() -> Lexicon:
    return load_lexicon(language="en")


@cache
def sentences() -> list[str]:
    return generate_sentences("en", seed=0, count=5000, lexicon=lexicon())


def speak(tmp_path: Path, text: str, count: int = 200, exclude: frozenset[str] = frozenset()) -> list[str]:
    path = tmp_path / "grammar.yaml"
    path.write_text(dedent(text), encoding="utf-8")
    return generate_sentences("en", seed=0, count=count, lexicon=lexicon(), grammar=path, exclude=exclude)


def test_the_first_sentences_are_the_same_whatever_the_count() -> None:
    assert generate_sentences("en", seed=0, count=50, lexicon=lexicon()) == sentences()[:50]
    assert generate_sentences("en", seed=1, count=50, lexicon=lexicon()) != sentences()[:50]


def test_the_order_of_the_lexicon_does_not_matter() -> None:
    reversed_lexicon = Lexicon("en", lexicon().entries.iloc[::-1], lexicon().source, lexicon().digest)
    assert generate_sentences("en", seed=0, count=50, lexicon=reversed_lexicon) == sentences()[:50]


def test_sentences_are_words_with_a_capital_and_no_full_stop() -> None:
    for sentence in sentences():
        assert sentence[0].isupper() or not sentence[0].isalpha(), sentence
        assert not set("<>{}.,!?*") & set(sentence), sentence
        assert sentence == " ".join(sentence.split())


def test_no_sentence_of_the_test_set_occurs() -> None:
    tables = build_syntactic("en", lexicon=lexicon(), seed=0, pairs=600)
    excluded = {sentence for table in tables.values() for sentence in table["transcription"]}
    free = {normalise(sentence) for sentence in sentences()}
    excluded |= set(sentences()[:40])
    told = generate_sentences("en", seed=0, count=3000, exclude=excluded, lexicon=lexicon())
    refused = {normalise(sentence) for sentence in excluded}
    assert free & refused
    assert not {normalise(sentence) for sentence in told} & refused


def test_a_sentence_is_excluded_however_it_is_written(tmp_path: Path) -> None:
    told = speak(tmp_path, GRAMMAR, exclude=frozenset({"look, AN ant!"}))
    assert "Look an ant" in speak(tmp_path, GRAMMAR)
    assert "Look an ant" not in told


def test_an_article_fits_the_word_behind_it() -> None:
    vowels = set(load_phone_set("en").vowels)
    seen: Counter[str] = Counter()
    for sentence in sentences():
        words = sentence.lower().split()
        for article, word in pairwise(words):
            if article in {"a", "an"} and words[0] not in {"say", "can", "we"}:
                seen[article] += 1
                assert (phonemize([word], "en")[0].split()[0] in vowels) == (article == "an"), sentence
    assert min(seen["a"], seen["an"]) > 10


def test_french_is_elided_and_contracted() -> None:
    told = generate_sentences("fr", seed=0, count=3000)
    assert len(set(told)) > 2000
    joined = [sentence for sentence in told if "l'" in sentence.lower() or "n'" in sentence.lower()]
    assert len(joined) > 50
    for sentence in told:
        assert "' " not in sentence, sentence
        for word, other in pairwise(sentence.lower().split()):
            assert (word, other) not in {("de", "le"), ("à", "le"), ("de", "les"), ("à", "les")}, sentence
            assert word not in {"le", "la", "ne", "je"} or other[0] not in "aeioué", sentence


def test_be_and_have_agree_with_their_subject() -> None:
    entries = lexicon().entries
    nouns = entries[entries["category"] == "noun"]
    plural = set(nouns[nouns["form"] == "plural"]["word"])
    both = plural & set(nouns[nouns["form"] != "plural"]["word"])
    checked = 0
    for sentence in sentences():
        match sentence.lower().split():
            case ["the", noun, ("is" | "are" | "has" | "have") as verb, *_] if noun in set(nouns["word"]) - both:
                checked += 1
                assert (noun in plural) == (verb in {"are", "have"}), sentence
    assert checked > 50


def test_most_of_the_lexicon_is_said_and_common_words_more_often() -> None:
    told = generate_sentences("en", seed=0, count=20_000, lexicon=lexicon())
    said = Counter(word for sentence in told for word in sentence.lower().split())
    lemmas = {lemma.lower() for lemma in lexicon().entries["lemma"]}
    words = {word.lower() for word in lexicon().entries["word"]}
    assert sum(lemma in said for lemma in lemmas) > 0.98 * len(lemmas)
    assert sum(word in said for word in words) > 0.95 * len(words)
    counts = sorted(said.values(), reverse=True)
    assert sum(counts[: len(counts) // 10]) > 0.5 * sum(counts)


def test_a_corpus_has_the_phones_of_its_sentences() -> None:
    corpus = generate_corpus("en", seed=0, count=50, lexicon=lexicon())
    assert corpus.utterances["text"].tolist() == sentences()[:50]
    assert corpus.utterances["phones"].tolist() == phonemize(sentences()[:50], "en")
    assert isinstance(corpus.utterances, pd.DataFrame)


def test_a_grammar_of_ones_own_is_followed(tmp_path: Path) -> None:
    told = speak(tmp_path, GRAMMAR)
    assert {"Look a dog", "Look an ant", "Look an elephant"} <= set(told)
    starts = Counter(sentence.split()[0] for sentence in told)
    assert starts["Look"] > starts["The"] > starts["My"] > 0


def test_an_exhausted_grammar_says_how_many_it_gave(tmp_path: Path) -> None:
    grammar = 'language: en\nrules:\n  sentence: {"hello there": 1}\n'
    with pytest.raises(TooFewSentencesError, match=r"grammar.yaml: 10 sentences .* yields 0"):
        speak(tmp_path, grammar, 10, frozenset({"Hello there"}))


@pytest.mark.parametrize(
    ("old", "new", "error", "reason"),
    [
        ("<noun_phrase> {act", "<verb_phrase> {act", TemplateError, r"unknown rule <verb_phrase>"),
        ("look a {animal}", "look a {beast}", UnknownSetError, "'beast'"),
        ("{act:third}", "{act:dual}", EmptySlotError, "slot act"),
        ("  sentence:", "  start:", TemplateError, "lacks the start rule `sentence`"),
        ('"my {animal}": 1', '"my {animal}": 0', TemplateError, "weights above 0"),
        ('"my {animal}": 1', '"my <noun_phrase>": 1000000', TemplateError, "deep"),
        ("{before_vowel: ", "{before_vowels: ", DocumentError, "before_vowels"),
    ],
)
def test_a_grammar_that_cannot_be_followed_is_named(
    tmp_path: Path, old: str, new: str, error: type[Exception], reason: str
) -> None:
    assert old in GRAMMAR
    with pytest.raises(error, match=reason):
        speak(tmp_path, GRAMMAR.replace(old, new))
