"""Synthesis with a random acoustic condition per utterance."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from babyslm.files import sha256_text
from babyslm.seeds import derive
from babyslm.speech.conditions.condition import Surroundings
from babyslm.speech.conditions.conditioned import ConditionedSynthesizer
from babyslm.speech.synthesis.synthesizer import EspeakSynthesizer, Speech, Synthesizer, Utterance

__all__ = ["VariedSynthesizer", "varied_synthesizer"]


@dataclass(frozen=True)
class VariedSynthesizer:
    """A synthesiser that renders each utterance in one of several conditions, selected by its `scene`.

    :param synthesizer: the synthesiser of clean speech.
    :param surroundings: the prepared conditions, drawn with equal probability.
    :param seed: seed of the draw.
    """

    synthesizer: Synthesizer
    surroundings: tuple[Surroundings, ...]
    seed: int = 0

    @property
    def slow(self) -> bool:
        """Whether the underlying synthesiser is slow."""
        return self.synthesizer.slow

    def key(self, utterance: Utterance) -> str:
        """Return the hash of the utterance in its condition."""
        return sha256_text(f"varied\x1f{self._at(utterance).key(utterance)}")

    def speak(self, utterance: Utterance) -> Speech:
        """Synthesise one utterance in the condition of its scene."""
        return self._at(utterance).speak(utterance)

    def _at(self, utterance: Utterance) -> ConditionedSynthesizer:
        place = derive(self.seed, "where", utterance.scene) % len(self.surroundings)
        return ConditionedSynthesizer(self.synthesizer, self.surroundings[place])


def varied_synthesizer(
    conditions: Sequence[str],
    language: str,
    *,
    seed: int = 0,
    noises: Path | None = None,
    responses: Path | None = None,
    synthesizer: Synthesizer | None = None,
) -> VariedSynthesizer:
    """Prepare conditions and return a synthesiser that distributes utterances evenly over them.

    :param conditions: names of presets, such as home and daycare.
    :param language: two-letter code.
    :param seed: seed of the conditions and of their assignment to utterances.
    :param noises: folder of noise recordings; None for babble and speech-shaped noise.
    :param responses: folder of impulse responses; None for simulated rooms.
    :param synthesizer: the synthesiser of clean speech; default the embedded voices.
    """
    chosen = tuple(
        Surroundings.find(name, language, seed=derive(seed, "conditions"), noises=noises, responses=responses)
        for name in conditions
    )
    for surroundings in chosen:
        surroundings.prepare()
    return VariedSynthesizer(synthesizer or EspeakSynthesizer(), chosen, seed)
