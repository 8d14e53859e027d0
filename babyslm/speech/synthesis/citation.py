"""Sentences of citation forms: each word is synthesised in isolation, so its sound does not depend on its position.

In connected synthesis, final words are lengthened, pitch falls towards the end and sounds are coarticulated. The
grammatical member of a pair that differs in word order or agreement can then be found without any grammar: from
duration, level, pitch and spectrum alone, classifiers found it in 64 to 94 % of the pairs of order and case. With
citation forms, two orders of the same words consist of the same sounds, and in a crossing of four sentences every sum
over words cancels.

Words start on a grid of 20 ms, the step of common speech encoders, with gaps so large that no window of 64 ms covers
two of them: a frame-wise analysis gives the same frames for a word at each position.
"""

from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby

import numpy as np

from babyslm.files import sha256_text
from babyslm.speech.audio import RATE
from babyslm.speech.signal.level import MARGIN, speech_bounds
from babyslm.speech.synthesis.synthesizer import EspeakSynthesizer, Speech, Synthesizer, Utterance
from babyslm.stimuli.stimulus import WORD_BOUNDARY

__all__ = ["GAP", "GRID", "CitationSynthesizer"]

GAP = 0.064
"""Smallest silence between two words, in seconds."""

GRID = 0.02
"""Step of word onsets in seconds: each word begins at a multiple of it after the first."""

RECIPE = 1
"""Version of the joining procedure: increased whenever the same words would give other samples."""

KEPT = 4096
"""Number of words kept in memory: the sentences of a table repeat a small vocabulary."""


@dataclass(frozen=True)
class CitationSynthesizer:
    """Synthesises each word of an utterance in isolation and concatenates the words at equal level.

    :param synthesizer: synthesiser of the words.
    """

    synthesizer: Synthesizer = field(default_factory=EspeakSynthesizer)

    @property
    def slow(self) -> bool:
        """Whether the synthesiser of the words is slow."""
        return self.synthesizer.slow

    def key(self, utterance: Utterance) -> str:
        """Return the SHA-256 of the words' keys, in order."""
        words = (self.synthesizer.key(word) for word in _words(utterance))
        return sha256_text("\x1f".join(("citation", str(RECIPE), *words)))

    def speak(self, utterance: Utterance) -> Speech:
        """Synthesise one utterance."""
        margin = np.zeros(round(MARGIN * RATE), dtype=np.int16)
        least, step = round(GAP * RATE), round(GRID * RATE)
        parts, onsets = [margin], []
        phones: tuple[str, ...] = ()
        at = len(margin)
        timed = True
        for word in _words(utterance):
            speech = _spoken(_Word(self.synthesizer.key(word), self.synthesizer, word))
            start, end = speech_bounds(speech.samples)
            slot = -(-(end - start + least) // step) * step
            parts += [speech.samples[start:end], np.zeros(slot - (end - start), dtype=np.int16)]
            timed = timed and bool(speech.phones)
            phones += speech.phones
            onsets.append(np.clip(speech.onsets + (at - start) / RATE, 0, None))
            at += slot
        samples = np.concatenate(parts)
        return Speech(samples, phones, np.concatenate(onsets)) if timed else Speech(samples)


def _words(utterance: Utterance) -> list[Utterance]:
    """Split an utterance at its word boundaries; spellings are assigned if there is one per word."""
    words = [tuple(phones) for inside, phones in groupby(utterance.phones, WORD_BOUNDARY.__ne__) if inside]
    texts = (utterance.text or "").split()
    known = texts if len(texts) == len(words) else [None] * len(words)
    return [replace(utterance, phones=phones, text=text, scene="") for phones, text in zip(words, known, strict=True)]


@dataclass(frozen=True)
class _Word:
    """A word to be spoken; words with equal keys have equal samples."""

    key: str
    synthesizer: Synthesizer = field(compare=False)
    utterance: Utterance = field(compare=False)


@lru_cache(KEPT)
def _spoken(word: _Word) -> Speech:
    return word.synthesizer.speak(word.utterance)
