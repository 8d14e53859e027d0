"""Sound of words and their non-words, as further shortcuts to balance.

Signs of sound differences cannot be balanced within every word: two non-words that mirror each other under all n-grams
seldom do so in duration and level too. Sound therefore enters the differences whose sums are balanced across words
(`choice.py`). Each word is measured in one voice of its split, together with its non-words; the voices of a split
alternate over words. Where a set has voices of several synthesisers, it is measured in one voice of each.

A recogniser may hear the chosen items as well. Items that do not sound as asked are then treated as those that cannot
be spoken, and the choice is made again, until nothing conspicuous is chosen: so the balance holds without them.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from babyslm.engines import in_processes
from babyslm.progress import bar
from babyslm.stimuli.lexical.search import Found
from babyslm.stimuli.stimulus import Split
from babyslm.stimuli.syntactic.mirror import SentenceSound
from babyslm.verify.speech.neural import SilentModelError, SymbolError
from babyslm.verify.speech.voices import MisheardError, UnspeakablePhoneError

__all__ = ["SaidSource", "SoundSource", "hear_found", "said_as_asked"]

SaidSource = Callable[[Mapping[Split, Sequence[str]]], Mapping[Split, Collection[str]]]
"""Returns, by split, which phone strings are not said as asked in some voice of the split."""

SoundSource = Callable[[], Mapping[Split, Sequence[SentenceSound]]]
"""Returns the sound of words in the voices of each split, one function per voice. It is called in the worker
process."""

DECIMALS = 3
"""Differences are rounded to this many decimals of their standard deviation, so results do not depend on the
machine."""

CHUNK = 16
"""Number of words per task of a worker."""

UNSPOKEN = (MisheardError, SilentModelError, SymbolError, UnspeakablePhoneError)
"""Errors of a voice that cannot speak a word."""

_Task = list[tuple[Split, int, list[str]]]
"""For each word its split, its position in the alternation of voices, and its phones with those of its non-words."""


def hear_found(
    words: Sequence[str],
    nonwords: Sequence[Sequence[str]],
    found: Sequence[Found],
    splits: Sequence[Split],
    sounds: SoundSource,
    *,
    workers: int,
) -> list[Found]:
    """Add sound differences, non-word minus word, to the results of the search, one column per summary of sound.

    :param words: phones of each word.
    :param nonwords: phones of each word's non-words.
    :param found: the result of the search for each word.
    :param splits: the split of each word.
    :param sounds: returns the sound of words in the voices of each split.
    :param workers: number of processes; the result does not depend on it.
    :returns: the results with further columns; pairs with a non-word that cannot be spoken are dropped.
    """
    asked = [
        (split, turn, [word, *others])
        for turn, (word, others, split) in enumerate(zip(words, nonwords, splits, strict=True))
    ]
    tasks = [asked[start : start + CHUNK] for start in range(0, len(asked), CHUNK)]
    heard: list[NDArray[np.float64]] = []
    with bar("Sound of non-words", len(asked)) as progress:
        for part in in_processes(_hear, tasks, workers=workers, setup=sounds):
            heard += part
            progress.advance(len(part))
    if not heard:
        return list(found)
    width = max(each.shape[1] for each in heard)  # a word that cannot be spoken has no columns
    heard = [np.broadcast_to(each, (len(each), width)) for each in heard]
    spread = np.sqrt(np.nanmean(np.square(np.concatenate(heard)), axis=0))
    spread = np.where(spread > 0, spread, 1.0)
    return [_joined(each, np.round(sound / spread, DECIMALS)) for each, sound in zip(found, heard, strict=True)]


def _joined(found: Found, sound: NDArray[np.float64]) -> Found:
    """Append the sound to the differences, and drop pairs with a non-word that cannot be spoken."""
    spoken = np.asarray(np.isfinite(sound).all(axis=1))
    pairs = found.pairs.among(spoken)
    reason = found.reason if len(pairs) else found.reason or "no opposite pair"
    differences = np.concatenate([found.differences, np.nan_to_num(sound)], axis=1)
    return replace(found, differences=differences, pairs=pairs, reason=reason)


def said_as_asked(
    words: Sequence[str],
    nonwords: Sequence[Sequence[str]],
    found: Sequence[Found],
    splits: Sequence[Split],
    said: SaidSource | None,
    choose: Callable[[Sequence[Found]], list[NDArray[np.int64]]],
) -> tuple[list[Found], list[NDArray[np.int64]]]:
    """Choose pairs whose members are all said as asked.

    Every chosen item is heard. Pairs with a conspicuous non-word, and all pairs of a conspicuous word, are dropped,
    and the choice is made again over the others.

    :param words: phones of each word.
    :param nonwords: phones of each word's non-words.
    :param found: the opposite pairs of each word.
    :param splits: the split of each word.
    :param said: hears items; None where nothing is heard.
    :param choose: chooses pairs; for each word, indices of its pairs.
    :returns: the opposite pairs without those that were dropped, and the chosen ones.
    """
    remaining, unlike = list(found), {split: set[str]() for split in splits}
    while True:
        chosen = choose(remaining)
        if said is None:
            return remaining, chosen
        asked = {split: set[str]() for split in unlike}
        for word, others, each, pairs, split in zip(words, nonwords, remaining, chosen, splits, strict=True):
            if len(pairs):
                members = np.concatenate([each.pairs.first[pairs], each.pairs.second[pairs]]).tolist()
                asked[split] |= {word, *(others[member] for member in members)}
        heard = said({split: sorted(strings) for split, strings in asked.items()})
        new = {split: set(heard.get(split, ())) - unlike[split] for split in unlike}
        if not any(new.values()):
            return remaining, chosen
        for split, strings in new.items():
            unlike[split] |= strings
        remaining = [
            _without(each, word, others, unlike[split])
            for word, others, each, split in zip(words, nonwords, remaining, splits, strict=True)
        ]


def _without(found: Found, word: str, nonwords: Sequence[str], unlike: Collection[str]) -> Found:
    """Drop the pairs of a word that have a conspicuous member."""
    like = np.array([word not in unlike and nonword not in unlike for nonword in nonwords], dtype=np.bool_)
    if like.all():
        return found
    pairs = found.pairs.among(like)
    return replace(found, pairs=pairs, reason=found.reason if len(pairs) else found.reason or "not said as asked")


def _hear(sounds: Mapping[Split, Sequence[SentenceSound]], task: _Task) -> list[NDArray[np.float64]]:
    """Return the differences of the non-words of each word, shape (non-words, summaries); NaN if unspeakable.

    A word that cannot be spoken gets no differences; the synthesis of the set reports it as an error.
    """
    differences = []
    for split, turn, strings in task:
        sound = sounds[split][turn % len(sounds[split])]
        try:
            summaries = sound(strings)[:, 0]
        except UNSPOKEN:
            summaries = _one_by_one(sound, strings)
        differences.append(summaries[1:] - summaries[0] if np.isfinite(summaries[0]).all() else 0 * summaries[1:])
    return differences


def _one_by_one(sound: SentenceSound, strings: Sequence[str]) -> NDArray[np.float64]:
    rows: list[NDArray[np.float64] | None] = []
    for string in strings:
        try:
            rows.append(sound([string])[0, 0])
        except UNSPOKEN:
            rows.append(None)
    size = next((len(row) for row in rows if row is not None), 1)
    return np.stack([np.full(size, np.nan) if row is None else row for row in rows])
