"""The sound of sentences of citation forms, told from that of their words without speaking a sentence.

Words stand apart on the grid of the spectra's frames (`babyslm.speech.citation`), so that length, energy and power
spectrum of a sentence are sums over its words, and what is computed of them is exact. Pitch and voicing are no
sums and are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from babyslm.speech.audio import RATE
from babyslm.speech.citation import CitationSynthesizer
from babyslm.speech.level import MARGIN
from babyslm.speech.spectrum import QUIET, centroid, frame_count, power_sum, tilt
from babyslm.speech.synthesizer import Utterance
from babyslm.speech.voices import Voice, choose_voices
from babyslm.stimuli.mirror import SentenceSound
from babyslm.stimuli.stimulus import SPLITS, WORD_BOUNDARY, Split

__all__ = ["SUMMARIES", "CitationSound", "citation_sounds"]

SUMMARIES = ("duration", "level", "spectral centroid", "spectral tilt")

VOICES = 4
"""Voices of a split that are listened to: one voice's spectrum bends as the others' do."""

PER_STEP = 64
"""Sentences whose spectra are in memory at once."""


@dataclass(frozen=True, slots=True)
class _Word:
    """Sums of one word, by voice.

    :param samples: length with the gap behind it, shape (voices,).
    :param energy: sum of squares, shape (voices,).
    :param power: sum of power spectra, shape (voices, bins).
    """

    samples: NDArray[np.int64]
    energy: NDArray[np.float64]
    power: NDArray[np.float64]


class CitationSound:
    """Summaries of sentences in some voices: duration (s), level (dB), spectral centroid (Hz), tilt (dB an octave).

    :param voices: who speaks.
    """

    def __init__(self, voices: Sequence[Voice]) -> None:
        self.voices = tuple(voices)
        self.synthesizer = CitationSynthesizer()
        self._words: dict[str, _Word] = {}

    def __call__(self, phones: Sequence[str]) -> NDArray[np.float64]:
        """Return the summaries, shape (sentences, voices, 4).

        :param phones: phones of each sentence, `|` between words.
        """
        steps = [phones[start : start + PER_STEP] for start in range(0, len(phones), PER_STEP)]
        return np.concatenate([self._summarized(step) for step in steps])

    def _summarized(self, phones: Sequence[str]) -> NDArray[np.float64]:
        sentences = [[self._word(word) for word in each.split(f" {WORD_BOUNDARY} ")] for each in phones]
        margin = round(MARGIN * RATE)
        samples = np.stack([sum(word.samples for word in words) + margin for words in sentences])
        energy = np.stack([sum(word.energy for word in words) for words in sentences])
        power = np.stack([sum(word.power for word in words) for words in sentences])
        power = power / np.asarray(frame_count(samples))[..., np.newaxis] + QUIET
        level = 10 * np.log10(energy / samples + QUIET)
        return np.stack([samples / RATE, level, centroid(power), tilt(power)], axis=-1)

    def _word(self, phones: str) -> _Word:
        if phones not in self._words:
            spoken = [self.synthesizer.speak(Utterance(tuple(phones.split()), voice)) for voice in self.voices]
            margin = round(MARGIN * RATE)
            self._words[phones] = _Word(
                np.array([len(speech.samples) - margin for speech in spoken]),
                np.array([np.square(speech.waveform, dtype=np.float64).sum() for speech in spoken]),
                np.stack([power_sum(speech.waveform) for speech in spoken]),
            )
        return self._words[phones]


def citation_sounds(language: str) -> dict[Split, SentenceSound]:
    """Return what sentences sound like in each split; always the same voices, however many a set has.

    :param language: two-letter code of a language with voices.
    """
    return {split: CitationSound(choose_voices(language, split=split, count=VOICES)) for split in SPLITS}
