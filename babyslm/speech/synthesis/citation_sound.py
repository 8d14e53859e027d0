"""Acoustic summaries of sentences of citation forms, computed from their words without synthesising the sentences.

Words are separated on the grid of the analysis frames (`citation.py`). Duration, energy, power spectrum and voicing
are therefore additive over words, and the summaries are exact. Pitch is a median, is not additive and is left out.
Voicing is estimated by the fast method (`signal/pitch.py`), and only on request: for sentences it is not used, since
balancing a fifth summary was found to worsen the balance of the other four.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from babyslm.speech.audio import RATE
from babyslm.speech.signal.level import MARGIN
from babyslm.speech.signal.pitch import quick_voicing
from babyslm.speech.signal.spectrum import QUIET, centroid, frame_count, powers, tilt
from babyslm.speech.synthesis.citation import CitationSynthesizer
from babyslm.speech.synthesis.speaker import Speaker
from babyslm.speech.synthesis.synthesizer import EspeakSynthesizer, Synthesizer, Utterance
from babyslm.speech.synthesis.voices import choose_voices
from babyslm.stimuli.stimulus import SPLITS, WORD_BOUNDARY, Split
from babyslm.stimuli.syntactic.mirror import SentenceSound

__all__ = ["SUMMARIES", "CitationSound", "JointSound", "Others", "citation_sounds", "word_sounds"]

SUMMARIES = ("duration", "level", "spectral centroid", "spectral tilt", "voicing")

VOICES = 4
"""Number of voices measured per split: differences between sentences are similar across voices."""

KEPT = 4096
"""Number of words kept in memory, at 4 kB per voice: sentences repeat a small vocabulary."""

PER_STEP = 64
"""Number of sentences whose spectra are in memory at once."""


@dataclass(frozen=True, slots=True)
class _Word:
    """Sums over the frames of one word, by voice.

    :param samples: length in samples including the following gap, shape (voices,).
    :param energy: sum of squares, shape (voices,).
    :param power: sum of power spectra, shape (voices, bins).
    :param voicing: sum of frame voicing, shape (voices,); empty if not requested.
    """

    samples: NDArray[np.int64]
    energy: NDArray[np.float64]
    power: NDArray[np.float64]
    voicing: NDArray[np.float64]


class CitationSound:
    """Summaries of sentences by voice: duration (s), level (dB), spectral centroid (Hz), tilt (dB per octave).

    :param voices: the voices.
    :param voicing: also return the mean voicing of the frames.
    :param synthesizer: speaks with the voices; default the embedded voices.
    """

    def __init__(
        self, voices: Sequence[Speaker], *, voicing: bool = False, synthesizer: Synthesizer | None = None
    ) -> None:
        self.voices = tuple(voices)
        self.voicing = voicing
        self.synthesizer = CitationSynthesizer(synthesizer or EspeakSynthesizer())
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
            np.array([quick_voicing(speech.waveform).sum() for speech in spoken]) if self.voicing else np.zeros(0),
        )


Others = Mapping[Split, Sequence[tuple[Synthesizer, Sequence[Speaker]]]]
"""Synthesisers beside the embedded formant voices, each with its voices of a split."""


class JointSound:
    """Summaries by voices of several synthesisers, joined.

    :param sounds: the summaries by the voices of each synthesiser.
    :param axis: 1 puts the voices one after the other, -1 the summaries of one voice each side by side.
    """

    def __init__(self, sounds: Sequence[SentenceSound], axis: int) -> None:
        self.sounds, self.axis = tuple(sounds), axis

    def __call__(self, phones: Sequence[str]) -> NDArray[np.float64]:
        """Return the summaries, shape (sentences, voices, summaries), of which one axis holds all synthesisers.

        :param phones: phones of each sentence, `|` between words.
        """
        return np.concatenate([sound(phones) for sound in self.sounds], axis=self.axis)


def citation_sounds(language: str, others: Others | None = None) -> dict[Split, SentenceSound]:
    """Return the sentence summaries of each split; the formant voices are the same for every size of the set.

    :param language: two-letter code of a language with voices.
    :param others: further synthesisers in whose voices the sentences are spoken as well; default none.
    """
    found: dict[Split, SentenceSound] = {}
    for split in SPLITS:
        sounds = [CitationSound(choose_voices(language, split=split, count=VOICES))]
        for synthesizer, voices in (others or {}).get(split, ()):
            if voices:
                sounds.append(CitationSound(voices, synthesizer=synthesizer))
        found[split] = JointSound(sounds, axis=1) if len(sounds) > 1 else sounds[0]
    return found


def word_sounds(language: str, others: Others | None = None) -> dict[Split, list[SentenceSound]]:
    """Return the word summaries of each split, one function per turn: one formant voice, and one of each other origin.

    Voices alternate over turns, those of each synthesiser by themselves.

    :param language: two-letter code of a language with voices.
    :param others: further synthesisers in whose voices the words are spoken as well; default none.
    """
    found: dict[Split, list[SentenceSound]] = {}
    for split in SPLITS:
        formant: tuple[Synthesizer, Sequence[Speaker]] = (
            EspeakSynthesizer(),
            choose_voices(language, split=split, count=VOICES),
        )
        casts = [formant, *(others or {}).get(split, ())]
        heard = [
            [CitationSound([voice], voicing=True, synthesizer=synthesizer) for voice in voices]
            for synthesizer, voices in casts
            if voices
        ]
        turns = [[voices[turn % len(voices)] for voices in heard] for turn in range(max(map(len, heard)))]
        found[split] = [JointSound(turn, axis=-1) if len(turn) > 1 else turn[0] for turn in turns]
    return found
