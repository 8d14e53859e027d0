"""Forms of stimuli that a learner needs, and derivation of phones from spelling."""

from collections.abc import Sequence
from dataclasses import replace

from babyslm.models.protocol import LanguageModel
from babyslm.stimuli.phones.pronunciation import phonemize
from babyslm.stimuli.stimulus import Stimulus
from babyslm.stimuli.stimulus_set import StimulusTable

__all__ = ["lacking_form", "with_phones"]


def lacking_form(model: LanguageModel, table: StimulusTable) -> str | None:
    """Return the form that the learner needs and the table lacks: `spelling`, `phones` or `sound`; None if none."""
    stimuli = table.stimuli
    match model.modality:
        case "orthographic":
            return None if all(s.text for s in stimuli) else "spelling"
        case "phonemic":
            return None if all(s.phones or s.text for s in stimuli) else "phones"
        case "spoken":
            return None if table.folder is not None else "sound"


def with_phones(stimuli: Sequence[Stimulus], language: str) -> tuple[Stimulus, ...]:
    """Add phones to stimuli that only have a spelling, such as the official sentences."""
    bare = [i for i, stimulus in enumerate(stimuli) if not stimulus.phones and stimulus.text]
    spoken = phonemize([stimuli[i].text or "" for i in bare], language)
    filled = list(stimuli)
    for i, phones in zip(bare, spoken, strict=True):
        filled[i] = replace(filled[i], phones=tuple(phones.split()))
    return tuple(filled)
