"""The sound of sentences of citation forms, told from that of their words without speaking a sentence.

Words stand apart on the grid of the spectra's frames (`citation.py`), so that length, energy, power
spectrum and voicing of the frames add up over words, and what is computed of them is exact. Pitch is a median and is
left out. Voicing is the quick one (`signal/pitch.py`), and is told only where it is asked for: of sentences it is
not, as a fifth thing to balance was found to take something from the other four.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from babyslm.speech.audio import RATE
from babyslm.speech.signal.level import MARGIN
from babyslm.speech.signal.pitch import quick_voicing
from babyslm.speech.signal.spectrum import QUIET, centroid, frame_count, powers, tilt
from babyslm.speech.synthesis.citation import CitationSynthesizer
from babyslm.speech.synthesis.synthesizer import Utterance
from babyslm.speech.synthesis.voices import Voice, choose_voices
from babyslm.stimuli.stimulus import SPLITS, WORD_BOUNDARY, Split
from babyslm.stimuli.syntactic.mirror import SentenceSound

__all__ = ["SUMMARIES", "CitationSound", "citation_sounds", "word_sounds"]

SUMMARIES = ("duration", "level", "spectral centroid", "spectral tilt", "voicing")

VOICES = 4
"""Voices of a split that are listened to: one voice's spectrum bends as the others' do."""

KEPT = 4096
"""Words kept in memory, at 4 kB a voice: sentences say few words many times."""

PER_STEP = 64
"""Sentences whose spectra are in memory at once."""


@dataclass(frozen=True, slots=True)
class _Word:
    """Sums of one word, by voice.

    :param samples: length with the gap behind it, shape (voices,).
    :param energy: sum of squares, shape (voices,).
    :param power: sum of power spectra, shape (voices, bins).
    :param voicing: sum of the frames' voicing, shape (voices,); empty if it is not asked for.
    """

    samples: NDArray[np.int64]
    energy: NDArray[np.float64]
    power: NDArray[np.float64]
    voicing: NDArray[np.float64]


class CitationSound:
    """Summaries of sentences in some voices: duration (s), level (dB), spectral centroid (Hz), tilt (dB an octave).

    :param voices: who speaks.
    :param voicing: also tell the mean voicing of the frames.
    """

    def __init__(self, voices: Sequence[Voice], *, voicing: bool = False) -> None:
        self.voices = tuple(voices)
        self.voicing = voicing
        self.synthesizer = CitationSynthesizer()
        self._word = lru_cache(KEPT)(self._spoken)

    def __call__(self, phones: Sequence[str]) -> NDArray[np.float64]:
        """Return the summaries, shape (sentences, voices, 4 or, with voicing, 5).

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
        frames = np.asarray(frame_count(samples))
        power = power / frames[..., np.newaxis] + QUIET
        level = 10 * np.log10(energy / samples + QUIET)
        summaries = [samples / RATE, level, centroid(power), tilt(power)]
        if self.voicing:
            summaries.append(np.stack([sum(word.voicing for word in words) for words in sentences]) / frames)
        return np.stack(summaries, axis=-1)

    def _spoken(self, phones: str) -> _Word:
        spoken = [self.synthesizer.speak(Utterance(tuple(phones.split()), voice)) for voice in self.voices]
        heard = [powers(speech.waveform) for speech in spoken]
        margin = round(MARGIN * RATE)
        return _Word(
            np.array([len(speech.samples) - margin for speech in spoken]),
            np.array([np.square(speech.waveform, dtype=np.float64).sum() for speech in spoken]),
            np.stack([spectra.sum(axis=1) for spectra in heard]),
            np.array([quick_voicing(spectra).sum() for spectra in heard]) if self.voicing else np.zeros(0),
        )


def citation_sounds(language: str) -> dict[Split, SentenceSound]:
    """Return what sentences sound like in each split; always the same voices, however many a set has.

    :param language: two-letter code of a language with voices.
    """
    return {split: CitationSound(choose_voices(language, split=split, count=VOICES)) for split in SPLITS}


def word_sounds(language: str) -> dict[Split, list[SentenceSound]]:
    """Return what words sound like in each voice of each split that is listened to.

    :param language: two-letter code of a language with voices.
    """
    return {
        split: [CitationSound([voice], voicing=True) for voice in choose_voices(language, split=split, count=VOICES)]
        for split in SPLITS
    }
