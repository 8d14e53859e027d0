"""The lexical test: words that children hear, and non-words that only somebody who knows the words can tell."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pandas as pd

from babyslm.seeds import derive
from babyslm.stimuli.balance import Shortcuts
from babyslm.stimuli.choice import choose_pairs
from babyslm.stimuli.lexicon import taboo_phones
from babyslm.stimuli.nonwords import NonWords
from babyslm.stimuli.phones import WORD_BOUNDARY, load_phone_set
from babyslm.stimuli.phonotactics import Phonotactics
from babyslm.stimuli.search import Reason, Search, search_words
from babyslm.stimuli.stimulus import Split
from babyslm.verify.nonwords import NoBalancedWordError, PerWordError

__all__ = ["LexicalBuild", "WordSource", "build_lexical", "token_weights"]

SHORTEST = 2
"""A word of one phone has no non-word of its length that is legal and unknown."""

BAND_WEIGHT = {"12-18": 8, "18-24": 4, "24-36": 2, "36-60": 1}
"""Stands for the frequency of a word that was never counted: the earlier it is said, the more often it was heard."""

ENDINGS: dict[str, tuple[str, ...]] = {"en": ("s", "z", "ɪ z", "ə z", "t", "d", "ɪ d", "ə d", "ɪ ŋ")}
"""Regular endings: a non-word that is a known word with one of them may well be a known word."""


class WordSource(Protocol):
    """What gives words: `babyslm.stimuli.lexicon.Lexicon`."""

    def words(self) -> pd.DataFrame:
        """Return distinct phone strings with `phones`, `word`, `frequency`, and maybe `age_band`."""


@dataclass(frozen=True)
class LexicalBuild:
    """A lexical test set before it is spoken.

    :param tables: the official table of each split; the voice is empty.
    :param left_out: words that have no balanced choice: `word`, `phones`, `frequency`, `reason`.
    :param figures: how many words, kept and left out, pairs, and the seed and settings.
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
    known: Iterable[str] = (),
    workers: int = 1,
) -> LexicalBuild:
    """Build a lexical test set whose words no n-gram (order 1-3), length or neighbourhood tells from its non-words.

    :param lexicon: the words, with the corpus' frequencies if there are any.
    :param language: language of the phone set.
    :param seed: decides among equals, and which words are dev.
    :param per_word: most non-words a word, an even number.
    :param max_distance: largest phone edit distance, 1 or 2.
    :param same_skeleton: keep the consonant-vowel skeleton.
    :param legal_trigrams: allow only trigrams that the lexicon attests.
    :param split: share of words of each split; default 20 % dev, 80 % test.
    :param known: phone strings of other words, which no non-word may sound like.
    :param workers: number of processes; the result does not depend on it.
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
    endings = [f"{word} {ending}" for word in words["phones"] for ending in ENDINGS.get(language, ())]
    nonwords = NonWords(
        phonotactics,
        frozenset(phone_set.vowels),
        known=frozenset(known) | taboo | frozenset(endings),
        max_distance=max_distance,
        same_skeleton=same_skeleton,
        legal_trigrams=legal_trigrams,
    )
    reasons = _unfit(words, taboo)
    fit = np.flatnonzero(reasons == "")
    found = search_words(
        Search(nonwords, Shortcuts(phonotactics), seed), [phonotactics.words[place] for place in fit], workers
    )
    chosen = choose_pairs(found, per_word, seed)
    nonwords_of: dict[int, list[str]] = {}
    for place, each, pairs in zip(fit.tolist(), found, chosen, strict=True):
        members = np.stack([each.pairs.first[pairs], each.pairs.second[pairs]], axis=1).ravel()
        if len(members):
            nonwords_of[place] = [phonotactics.alphabet.decode(each.codes[member]) for member in members]
        else:
            reasons[place] = each.reason or "non-words taken"
    left_out = words.assign(reason=reasons)[["word", "phones", "frequency", "reason"]]
    left_out = left_out[left_out["reason"] != ""].sort_values(["reason", "phones"], ignore_index=True)
    counted = {str(reason): count for reason, count in sorted(Counter(left_out["reason"]).items())}
    if not nonwords_of:
        raise NoBalancedWordError(len(words), counted)
    tables = _tables(words, nonwords_of, split or {"dev": 0.2, "test": 0.8}, seed)
    figures = {
        "words": len(words),
        "kept": len(nonwords_of),
        "share_kept": round(len(nonwords_of) / len(words), 4),
        "left_out": counted,
        "pairs": {name: int((table["correct"] == 0).sum()) for name, table in tables.items()},
        "settings": {
            "seed": seed,
            "per_word": per_word,
            "max_distance": max_distance,
            "same_skeleton": same_skeleton,
            "legal_trigrams": legal_trigrams,
        },
    }
    return LexicalBuild(tables, left_out, figures)


def token_weights(words: pd.DataFrame) -> pd.Series:
    """Return how often each word is heard: its frequency, or a stand-in by age band where nobody counted.

    :param words: `frequency`, and maybe `age_band`.
    """
    frequency = words["frequency"].astype("Float64")
    stand_in = words["age_band"].map(BAND_WEIGHT) if "age_band" in words else pd.Series(1.0, index=words.index)
    return frequency.fillna(stand_in.fillna(1.0).astype("Float64")).astype(float)


def _unfit(words: pd.DataFrame, taboo: frozenset[str]) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Say of each word why it is no target, or ""."""
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
    """Say which words are spelled as another that is heard more often: file names are spellings."""
    order = words.assign(weight=-token_weights(words)).sort_values(["word", "weight", "phones"])
    return order["word"].duplicated().reindex(words.index)


def _tables(
    words: pd.DataFrame, nonwords_of: Mapping[int, list[str]], split: Mapping[Split, float], seed: int
) -> dict[Split, pd.DataFrame]:
    drawn = sorted(nonwords_of, key=lambda place: derive(seed, "split", words["phones"][place]))
    ends = np.round(np.cumsum(list(split.values())) / sum(split.values()) * len(drawn)).astype(int)
    tables: dict[Split, pd.DataFrame] = {}
    number, start = 0, 0
    for name, end in zip(split, ends.tolist(), strict=True):
        rows: list[dict[str, Any]] = []
        for place in sorted(drawn[start:end]):
            word, phones, frequency = words["word"][place], words["phones"][place], words["frequency"][place]
            length = len(phones.split())
            for nonword in nonwords_of[place]:
                number += 1
                shared = {"id": str(number), "voice": "", "length": length}
                rows += [
                    {**shared, "filename": word, "frequency": frequency, "word": word, "phones": phones, "correct": 1},
                    {
                        **shared,
                        "filename": nonword.replace(" ", "_"),
                        "frequency": pd.NA,
                        "word": "",
                        "phones": nonword,
                        "correct": 0,
                    },
                ]
        columns = ["id", "filename", "voice", "frequency", "word", "phones", "length", "correct"]
        table = pd.DataFrame(rows, columns=columns)
        tables[name] = table.astype({"frequency": "Int64", "length": "Int64", "correct": "int8"})
        start = end
    return tables
