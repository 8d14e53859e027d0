"""Sets of minimal pairs: balanced, split by lexical material, told apart by ear, and the same for one seed."""

from collections import Counter
from dataclasses import replace
from functools import cache
from itertools import pairwise
from math import log
from pathlib import Path

import pandas as pd
import pytest

from babyslm.stimuli.phones.pronunciation import load_phone_set, phonemize
from babyslm.stimuli.stimulus import Split
from babyslm.stimuli.stimulus_set import COLUMNS, StimulusTable
from babyslm.stimuli.syntactic.build import DEFAULT_PAIRS, OFFICIAL_PAIRS, build_syntactic
from babyslm.stimuli.syntactic.templates import load_templates
from babyslm.stimuli.words.lexicon import Lexicon, load_lexicon
from babyslm.verify.stimuli.templates import TooFewPairsError, UnknownPhenomenonError

LANGUAGES = pytest.mark.parametrize("language", ["en", "fr"])


@cache
def lexicon(language: str) -> Lexicon:
    return load_lexicon(language=language)


@cache
def small(language: str) -> dict[Split, pd.DataFrame]:
    return build_syntactic(language, lexicon=lexicon(language), seed=1, pairs=1200)


def grams(rows: pd.DataFrame, order: int) -> Counter[tuple[str, ...]]:
    """How much more often each n-gram stands in good members than in bad ones."""
    counts: Counter[tuple[str, ...]] = Counter()
    for sentence, correct in zip(rows["transcription"], rows["correct"], strict=True):
        words = ["<s>", *sentence.lower().split(), "</s>"]
        for start in range(len(words) - order + 1):
            counts[tuple(words[start : start + order])] += 1 if correct else -1
    return counts


@LANGUAGES
def test_every_word_and_pair_of_neighbours_is_good_as_often_as_bad(language: str) -> None:
    for table in small(language).values():
        for name, rows in table.groupby("type"):
            balance = table.attrs["balance"][name]
            assert not any(grams(rows, 1).values()), name
            assert any(grams(rows, 2).values()) == (balance == 1), name


@LANGUAGES
def test_agreement_is_balanced_in_its_neighbours(language: str) -> None:
    word_order = {"adj_noun_order", "noun_verb_order", "question_order", "auxiliary_order", "pronoun_case"}
    word_order |= {"clitic_order", "negation_order"}
    for name, balance in small(language)["test"].attrs["balance"].items():
        assert balance == (1 if name in word_order else 2), name


@LANGUAGES
def test_the_members_of_a_balanced_pair_have_as_many_words(language: str) -> None:
    """Else a mean over words, which the official scripts take, would not stand at half where the sum does."""
    for table in small(language).values():
        balanced = table[table["type"].map(table.attrs["balance"]) == 2]
        words = balanced.assign(words=balanced["transcription"].str.split().str.len())
        lengths = words.pivot_table(index="id", columns="correct", values="words")
        assert (lengths[0] == lengths[1]).all()


@LANGUAGES
def test_tables_follow_the_official_layout(language: str) -> None:
    for split, table in small(language).items():
        assert tuple(table.columns) == (*COLUMNS["syntactic"], "phones", "cluster")
        checked = StimulusTable("syntactic", split, table)
        assert len(checked.pairs) * 2 == len(table)
        assert (table["filename"] == table["transcription"].str.replace(" ", "_")).all()
        assert not table["transcription"].str.contains(r"  |^ | $|[.!?,{}<>]|^[a-z]", regex=True).any()
        assert table["phones"].tolist() == phonemize(table["transcription"].tolist(), language)
        known = {*load_phone_set(language).inventory, "|"}
        assert set(" ".join(table["phones"]).split()) <= known


@LANGUAGES
def test_no_sentence_has_two_adverbs(language: str) -> None:
    """A negation counts as one; *ne* belongs to the adverb behind the verb, and *même* is part of other words."""
    entries = lexicon(language).entries
    adverbs = set(entries[entries["category"] == "adverb"]["word"]) - {"ne", "même"}
    assert len(adverbs) > 50
    seen = 0
    for table in small(language).values():
        counts = table["transcription"].str.lower().str.split().map(lambda words: sum(w in adverbs for w in words))
        assert table[counts > 1]["transcription"].tolist() == []
        seen += int((counts == 1).sum())
    assert seen > 0


@LANGUAGES
def test_every_word_is_one_of_the_lexicon(language: str) -> None:
    """Words of frames too: the vocabulary is that of children."""
    known = set(" ".join(lexicon(language).entries["word"].str.lower()).replace("-", " ").split())
    known |= {"n'", "l'", "aux", "est", "ce"} if language == "fr" else {"them", "us"}
    for table in small(language).values():
        words = set(" ".join(table["transcription"].str.lower()).replace("'", "' ").replace("-", " ").split())
        assert words <= known, sorted(words - known)


@LANGUAGES
def test_every_phenomenon_has_several_frames(language: str) -> None:
    for phenomenon in load_templates(language).phenomena:
        assert len(phenomenon.templates) >= 2, phenomenon.name
    for name, rows in small(language)["test"].groupby("type"):
        assert rows["subtype"].nunique() >= 2, name


@LANGUAGES
def test_choices_of_words_name_words_that_there_are(language: str) -> None:
    """A misspelt lemma would drop out in silence."""
    document = load_templates(language)
    lemmas = set(lexicon(language).entries["lemma"])
    for phenomenon in document.phenomena:
        for template in phenomenon.templates:
            for choice in template.together:
                for slot, value in choice.items():
                    rule = document.rule(phenomenon.name, template, slot)
                    literal = rule.get("words", [])
                    known = {
                        each if isinstance(each, str) else next(iter(each.values())) for each in literal
                    } or lemmas
                    if isinstance(value, list):
                        assert set(value) <= known, (phenomenon.name, template.name, slot)


@LANGUAGES
def test_the_members_of_a_pair_sound_different(language: str) -> None:
    for table in small(language).values():
        sounds = table.pivot_table(index="id", columns="correct", values="phones", aggfunc="first")
        assert (sounds[0] != sounds[1]).all()


@LANGUAGES
def test_no_sentence_is_good_here_and_bad_there(language: str) -> None:
    both = pd.concat(small(language).values())
    good, bad = (set(both[both["correct"] == correct]["phones"]) for correct in (1, 0))
    assert not good & bad


@LANGUAGES
def test_dev_and_test_share_no_sentence_and_no_lexical_material(language: str) -> None:
    dev, test = small(language)["dev"], small(language)["test"]
    assert not set(dev["phones"]) & set(test["phones"])
    assert not set(dev["cluster"]) & set(test["cluster"])
    assert test.attrs["shared_material"] == 0
    assert 0 < test.attrs["shared_words"] < 1


@LANGUAGES
def test_every_phenomenon_has_its_share_in_both_splits(language: str) -> None:
    pairs = {split: table[table["correct"] == 1]["type"].value_counts() for split, table in small(language).items()}
    names = [phenomenon.name for phenomenon in load_templates(language).phenomena]
    each = 1200 // len(names)
    assert sorted(pairs["dev"].index) == sorted(pairs["test"].index) == sorted(names)
    assert ((pairs["dev"] + pairs["test"]) - each).abs().max() <= 4
    assert ((pairs["dev"] / (pairs["dev"] + pairs["test"])) - 0.2).abs().max() <= 0.04


def test_the_answer_depends_on_the_seed_and_not_on_the_order_of_the_lexicon() -> None:
    shuffled = replace(lexicon("en"), entries=lexicon("en").entries.iloc[::-1])
    first, again, other = (
        build_syntactic("en", lexicon=words, seed=seed, pairs=150)["test"]
        for words, seed in ((lexicon("en"), 3), (shuffled, 3), (lexicon("en"), 4))
    )
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_pairs_are_asked_by_phenomenon() -> None:
    tables = build_syntactic("en", lexicon=lexicon("en"), seed=0, pairs={"anaphor_gender": 40, "noun_verb_order": 10})
    counts = {split: table[table["correct"] == 1]["type"].value_counts().to_dict() for split, table in tables.items()}
    assert counts == {
        "dev": {"noun_verb_order": 2, "anaphor_gender": 8},
        "test": {"noun_verb_order": 8, "anaphor_gender": 32},
    }


def test_only_words_that_a_corpus_holds_are_taken_if_asked() -> None:
    entries = lexicon("en").entries.copy()
    entries["frequency"] = entries["word"].map(lambda word: 1 if "q" in word else 5).astype("Int64")
    heard = replace(lexicon("en"), entries=entries)
    tables = {
        at_least: build_syntactic("en", lexicon=heard, seed=0, pairs={"noun_verb_order": 400}, at_least=at_least)
        for at_least in (0, 2)
    }
    said = {at_least: pd.concat(both.values())["transcription"].str.lower() for at_least, both in tables.items()}
    assert said[0].str.contains("q").any()
    assert not said[2].str.contains("q").any()


def test_a_phenomenon_that_does_not_exist_is_named() -> None:
    with pytest.raises(UnknownPhenomenonError, match=r"island: no such phenomenon in en; known are adj_noun_order"):
        build_syntactic("en", lexicon=lexicon("en"), seed=0, pairs={"island": 10})


def test_more_pairs_than_the_lexicon_gives_are_an_error_that_says_how_many_it_gives() -> None:
    with pytest.raises(
        TooFewPairsError, match=r"en.yaml: anaphor_gender: 200000 dev pairs .* yields \d+; request fewer"
    ):
        build_syntactic("en", lexicon=lexicon("en"), seed=0, pairs={"anaphor_gender": 1_000_000})


@pytest.mark.slow
@LANGUAGES
def test_the_official_size_is_within_reach(language: str) -> None:
    tables = build_syntactic(language, lexicon=lexicon(language), seed=0)
    assert sum(len(table) for table in tables.values()) == 2 * DEFAULT_PAIRS
    assert len(tables["dev"]) == 2 * 2160
    assert not set(tables["dev"]["phones"]) & set(tables["test"]["phones"])
    both = pd.concat(tables.values())
    assert not set(both[both["correct"] == 1]["phones"]) & set(both[both["correct"] == 0]["phones"])


@pytest.mark.slow
def test_the_official_counts_are_within_reach() -> None:
    tables = build_syntactic("en", lexicon=lexicon("en"), seed=0, pairs=OFFICIAL_PAIRS)
    both = pd.concat(tables.values())
    assert both[both["correct"] == 1]["type"].value_counts().to_dict() == OFFICIAL_PAIRS


@pytest.mark.realdata
def test_word_models_of_a_child_corpus_stand_at_half_in_agreement(realdata: Path) -> None:
    said = pd.read_parquet(realdata / "aochildes" / "utterances.parquet", columns=["gloss"])["gloss"].dropna()
    words: Counter[str] = Counter()
    neighbours: Counter[tuple[str, str]] = Counter()
    for gloss in said.head(60_000):
        line = ["<s>", *gloss.lower().split(), "</s>"]
        words.update(line)
        neighbours.update(pairwise(line))

    def unigram(sentence: str) -> float:
        return sum(log(words[word] + 1) for word in sentence.lower().split())

    def bigram(sentence: str) -> float:
        line = ["<s>", *sentence.lower().split(), "</s>"]
        return sum(log((neighbours[a, b] + 0.01) / (words[a] + 0.01 * len(words))) for a, b in pairwise(line))

    table = small("en")["test"]
    pairs = table.pivot_table(index=["type", "id"], columns="correct", values="transcription", aggfunc="first")
    for model in (unigram, bigram):
        # Sums in another order differ in the last digits; what differs by less is equal.
        difference = (pairs[1].map(model) - pairs[0].map(model)).round(9)
        right = (difference > 0) + 0.5 * (difference == 0)
        for name, accuracy in right.groupby("type").mean().items():
            if table.attrs["balance"][name] == 2 or model is unigram:
                assert accuracy == 0.5, (name, model.__name__)
