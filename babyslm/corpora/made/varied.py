"""A synthesiser that is heard somewhere else in every utterance: speech in the wild."""

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
    """A synthesiser whose every utterance is heard in one of several conditions; its `scene` decides in which.

    :param synthesizer: what speaks.
    :param surroundings: the conditions, made ready; each is as likely as the others.
    :param seed: seed of the choice.
    """

    synthesizer: Synthesizer
    surroundings: tuple[Surroundings, ...]
    seed: int = 0

    @property
    def slow(self) -> bool:
        """Whether the synthesiser is."""
        return self.synthesizer.slow

    def key(self, utterance: Utterance) -> str:
        """Return the hash of the utterance as it is heard."""
        return sha256_text(f"varied\x1f{self._at(utterance).key(utterance)}")

    def speak(self, utterance: Utterance) -> Speech:
        """Speak one utterance where its scene is."""
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
    """Make the named conditions ready for utterances that are spread evenly over them.

    :param conditions: names of presets, such as home and daycare.
    :param language: two-letter code.
    :param seed: seed of conditions and of who is heard where.
    :param noises: folder of noise recordings; None for babble and speech-shaped noise.
    :param responses: folder of impulse responses; None for simulated rooms.
    :param synthesizer: what speaks; default the embedded voices.
    """
    chosen = tuple(
        Surroundings.find(name, language, seed=derive(seed, "conditions"), noises=noises, responses=responses)
        for name in conditions
    )
    for surroundings in chosen:
        surroundings.prepare()
    return VariedSynthesizer(synthesizer or EspeakSynthesizer(), chosen, seed)
