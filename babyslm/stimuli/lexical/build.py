"""Construction of the lexical test: words that children hear, paired with matched non-words."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

import numpy as np
import pandas as pd

from babyslm.seeds import derive
from babyslm.stimuli.lexical.balance import Shortcuts
from babyslm.stimuli.lexical.choice import SMALL, choose_pairs
from babyslm.stimuli.lexical.heard import SaidSource, SoundSource, hear_found, said_as_asked
from babyslm.stimuli.lexical.nonwords import NonWords
from babyslm.stimuli.lexical.search import Found, Reason, Search, search_words
from babyslm.stimuli.lexical.tables import lexical_tables
from babyslm.stimuli.phones.mergers import Homophones
from babyslm.stimuli.phones.pronunciation import WORD_BOUNDARY, load_phone_set
from babyslm.stimuli.stimulus import Split
from babyslm.stimuli.words.known import KnownWords
from babyslm.stimuli.words.lexicon import taboo_phones
from babyslm.stimuli.words.phonotactics import BOUNDARY, Alphabet, Phonotactics, by_length
from babyslm.stimuli.words.vocabulary import known_words
from babyslm.verify.stimuli.nonwords import NoBalancedWordError, PerWordError

__all__ = ["LexicalBuild", "WordSource", "build_lexical", "token_weights"]

SHORTEST = 2
"""Shortest word tested, in phones: a word of one phone has no legal, unknown non-word of its length."""

SMALLEST_BATCH = 64
"""Smallest number of words searched at once where only part of the words is needed."""

COMMON = 3.0
"""Zipf frequency of words in common use: once in a million words or more."""

SEVERAL = 5
"""So many of them make a trigram one of the language, and not of a borrowed word."""

BAND_WEIGHT = {"12-18": 8, "18-24": 4, "24-36": 2, "36-60": 1}
"""Weight of a word without a corpus frequency, by age band: words acquired earlier are assumed to be heard more
often."""


class WordSource(Protocol):
    """Source of words, such as `babyslm.stimuli.words.lexicon.Lexicon`."""

    def words(self) -> pd.DataFrame:
        """Return one row per distinct phone string: `phones`, `word`, `frequency`, and optionally `age_band`."""


@dataclass(frozen=True)
class LexicalBuild:
    """A lexical test set before synthesis.

    :param tables: the official table of each split; the voice is empty.
    :param left_out: words without a balanced set of non-words: `word`, `phones`, `frequency`, `reason`.
    :param figures: numbers of words, of words kept and left out and of pairs; the seed and the settings.
    """

    tables: dict[Split, pd.DataFrame] = field(repr=False)
    left_out: pd.DataFrame = field(repr=False)
    figures: dict[str, Any]


def build_lexical(
    lexicon: WordSource,
    *,
    language: str,
    seed: int,
    per_word: int = 10,
    max_distance: int = 2,
    same_skeleton: bool = True,
    legal_trigrams: bool = True,
    split: Mapping[Split, float] | None = None,
    known: KnownWords | None = None,
    targets: Collection[str] | None = None,
    most: int | None = None,
    sounds: SoundSource | None = None,
    said: SaidSource | None = None,
    workers: int = 1,
) -> LexicalBuild:
    """Build a lexical test set.

    N-gram probability (orders 1 to 3), length and neighbourhood do not separate its words from its non-words; with
    `sounds`, neither do summaries of their sound.

    :param lexicon: the words, with corpus frequencies if available.
    :param language: language of the phone set.
    :param seed: breaks ties, assigns words to dev, and selects the tested words where `most` is given.
    :param per_word: largest number of non-words per word, an even number.
    :param max_distance: largest phone edit distance between word and non-word, 1 or 2.
    :param same_skeleton: keep the consonant-vowel skeleton of the word.
    :param legal_trigrams: allow only trigrams that the lexicon attests.
    :param split: share of words in each split; default 20 % dev, 80 % test.
    :param known: a broad vocabulary, whose words are excluded as non-words; rare words are allowed where a word has no
        other opposite pair. Default: the vocabulary of the language (`babyslm.stimuli.words.vocabulary`).
    :param targets: phone strings of the words that may be tested; default all. The other words of the lexicon still
        count as words, and in n-grams and neighbourhoods.
    :param most: largest number of words tested; default all. The set is balanced over the tested words.
    :param sounds: returns the sound summaries of words in the voices of each split; default sound is not balanced.
    :param said: says which items do not sound as asked, which are then left out with their partners; default all do.
    :param workers: number of processes; the result does not depend on it.
    :raises PerWordError: if `per_word` is odd or below 2.
    :raises NoBalancedWordError: if no word has a balanced set of non-words.
    """
    if per_word < 2 or per_word % 2:
        raise PerWordError(per_word)
    words = lexicon.words().sort_values("phones", ignore_index=True)
    if words.empty:
        raise NoBalancedWordError(0, {})
    words = words[~words["phones"].str.split().map(lambda phones: WORD_BOUNDARY in phones)].reset_index(drop=True)
    phone_set = load_phone_set(language)
    phonotactics = Phonotactics.of(list(words["phones"]), list(token_weights(words)))
    taboo = taboo_phones(language)
    known = known_words(language, workers=workers) if known is None else known
    endings = [f"{word} {ending}" for word in words["phones"] for ending in phone_set.endings]
    family = Homophones.of([*words["phones"], *taboo, *endings], phone_set.mergers)
    nonwords = NonWords(
        phonotactics,
        frozenset(phone_set.vowels),
        family.joined(known.common),
        max_distance=max_distance,
        same_skeleton=same_skeleton,
        legal_trigrams=legal_trigrams,
    )
    wider = replace(nonwords, attested=phonotactics.attested | _attested(known, phonotactics.alphabet))
    asked = words["phones"].isin(words["phones"] if targets is None else frozenset(targets)).to_numpy(dtype=bool)
    reasons = np.where(asked, _unfit(words, taboo), "")
    fit = np.flatnonzero(asked & (reasons == "")).tolist()
    order = sorted(fit, key=lambda place: derive(seed, "split", words["phones"][place]))
    even = min(len(fit), len(fit) if most is None else most) > SMALL
    found = _searched(Search(nonwords, wider, known.rare, Shortcuts(phonotactics), even, seed), order, most, workers)
    for place, each in found.items():
        reasons[place] = each.reason or ""
    tested = [place for place, each in found.items() if len(each.pairs)][:most]
    splits = _divided(tested, split or {"dev": 0.2, "test": 0.8})
    candidates = [[phonotactics.alphabet.decode(codes) for codes in found[place].codes] for place in tested]
    weighed, divided = [found[place] for place in tested], [splits[place] for place in tested]
    asked_for = [str(words["phones"][place]) for place in tested]
    choose = partial(choose_pairs, splits=divided, per_word=per_word, seed=seed)
    if sounds is not None:
        weighed = hear_found(asked_for, candidates, weighed, divided, sounds, workers=workers)
    weighed, chosen = said_as_asked(asked_for, candidates, weighed, divided, said, choose)
    nonwords_of: dict[int, list[str]] = {}
    for place, each, strings, pairs in zip(tested, weighed, candidates, chosen, strict=True):
        members = np.stack([each.pairs.first[pairs], each.pairs.second[pairs]], axis=1).ravel()
        nonwords_of[place] = [strings[member] for member in members]
        if not len(members):
            reasons[place] = each.reason or "non-words taken"
    used = {string for strings in nonwords_of.values() for string in strings}
    for place, each, strings in zip(tested, weighed, candidates, strict=True):
        free = np.array([string not in used for string in strings], dtype=np.bool_)
        if reasons[place] == "non-words taken" and len(each.pairs.among(free)):
            reasons[place] = "no balanced pair"
    left_out = words.assign(reason=reasons)[["word", "phones", "frequency", "reason"]]
    left_out = left_out[left_out["reason"] != ""].sort_values(["reason", "phones"], ignore_index=True)
    counted = {str(reason): count for reason, count in sorted(Counter(left_out["reason"]).items())}
    kept = sum(map(bool, nonwords_of.values()))
    if not kept:
        raise NoBalancedWordError(int(asked.sum()), counted)
    tables = lexical_tables(words, nonwords_of, splits)
    figures = {
        "words": len(words),
        "kept": kept,
        "share_kept": round(kept / (kept + len(left_out)), 4),
        "left_out": counted,
        "known_words": {
            "sources": list(known.sources),
            "phone_strings": len(known),
            "rare_nonwords": _rare(known, nonwords_of),
        },
        "pairs": {name: int((table["correct"] == 0).sum()) for name, table in tables.items()},
        "settings": {
            "seed": seed,
            "per_word": per_word,
            "max_distance": max_distance,
            "same_skeleton": same_skeleton,
            "legal_trigrams": legal_trigrams,
            "targets": None if targets is None else int(asked.sum()),
            "most": most,
        },
    }
    return LexicalBuild(tables, left_out, figures)


def _searched(search: Search, order: Sequence[int], most: int | None, workers: int) -> dict[int, Found]:
    """Search words in order until enough of them have non-words."""
    found: dict[int, Found] = {}
    missing = len(order) if most is None else most
    while len(found) < len(order) and missing > 0:
        # About half of all words have opposite pairs. The size of a batch must not depend on the number of workers.
        size = len(order) if most is None else max(SMALLEST_BATCH, 2 * missing)
        batch = order[len(found) : len(found) + size]
        words = [search.nonwords.phonotactics.words[place] for place in batch]
        found |= zip(batch, search_words(search, words, workers), strict=True)
        missing = (most or len(order)) - sum(len(each.pairs) > 0 for each in found.values())
    return found


def _divided(tested: Sequence[int], split: Mapping[Split, float]) -> dict[int, Split]:
    """Assign words to the splits, in order."""
    ends = np.round(np.cumsum(list(split.values())) / sum(split.values()) * len(tested)).astype(int).tolist()
    starts = [0, *ends[:-1]]
    return {place: name for name, start, end in zip(split, starts, ends, strict=True) for place in tested[start:end]}


def _attested(known: KnownWords, alphabet: Alphabet) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return the trigrams of the language: those that several words of common use have."""
    common = known.table["phones"][known.table["zipf"] >= COMMON]
    words = [alphabet.encode(word) for word in common if all(phone in alphabet.code for phone in word.split())]
    counts = np.zeros((len(alphabet.phones) + 1,) * 3, dtype=np.int64)
    for _, codes in by_length(words).values():
        padded = np.pad(codes, ((0, 0), (1, 1)), constant_values=BOUNDARY)
        np.add.at(counts, (padded[:, :-2], padded[:, 1:-1], padded[:, 2:]), 1)
    return np.asarray(counts >= SEVERAL)


def _rare(known: KnownWords, nonwords_of: Mapping[int, Sequence[str]]) -> int:
    """Count the non-words that sound like a rare word."""
    strings = [string for strings in nonwords_of.values() for string in strings]
    return int(known.lookup(strings, merged=True)["zipf"].notna().sum())


def token_weights(words: pd.DataFrame) -> pd.Series:
    """Return how often each word is heard: its frequency, or a weight by age band where the frequency is missing.

    :param words: `frequency`, and optionally `age_band`.
    """
    frequency = words["frequency"].astype("Float64")
    stand_in = words["age_band"].map(BAND_WEIGHT) if "age_band" in words else pd.Series(1.0, index=words.index)
    return frequency.fillna(stand_in.fillna(1.0).astype("Float64")).astype(float)


def _unfit(words: pd.DataFrame, taboo: frozenset[str]) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Return the reason why each word cannot be tested, or ""."""
    reasons = np.full(len(words), "", dtype=object)
    rule: list[tuple[Reason, pd.Series]] = [
        ("too short", words["phones"].str.split().str.len() < SHORTEST),
        ("taboo", words["phones"].isin(taboo)),
        ("same spelling", _later_spellings(words)),
    ]
    for reason, applies in reversed(rule):
        reasons[applies.to_numpy(dtype=bool)] = reason
    return reasons


def _later_spellings(words: pd.DataFrame) -> pd.Series:
    """Return which words share their spelling with a more frequent word: file names are spellings."""
    order = words.assign(weight=-token_weights(words)).sort_values(["word", "weight", "phones"])
    return order["word"].duplicated().reindex(words.index)
