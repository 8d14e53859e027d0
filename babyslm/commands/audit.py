"""The audit of a set with its sound: everything that could give the answer away."""

from pathlib import Path

from babyslm.engines import workers_for
from babyslm.speech.acoustic_audit import acoustic_figures
from babyslm.stimuli.audit import Audit, audit_set
from babyslm.stimuli.load import load_stimuli

__all__ = ["audit_stimuli"]


def audit_stimuli(
    place: Path,
    *,
    language: str | None = None,
    corpus: Path | None = None,
    out: Path | None = None,
    sound: bool = True,
    seed: int = 0,
    workers: int = 0,
) -> Audit:
    """Audit a set, ours or foreign, and write what was found if asked to.

    :param place: where the set lies.
    :param language: default the card's, and without a card English.
    :param corpus: what the n-grams are trained on; default the shipped lexicon.
    :param out: folder for `audit.csv`, `audit.json` and `plots/`, as SVG and Vega-Lite; default nothing is written.
    :param sound: listen to the sound where there is some.
    :param seed: seed of cross-validation and of the pairs listened to.
    :param workers: processes of this machine; 0: one a core. A cluster gives all it has room for.
    """
    stimuli = load_stimuli(place)
    spoken = language or (stimuli.card.language if stimuli.card else "en")
    audit = audit_set(stimuli, language=spoken, corpus=corpus, seed=seed)
    if sound:
        audit = audit.with_figures(acoustic_figures(stimuli, seed=seed, workers=workers_for(workers)))
    if out is not None:
        audit.save(out)
    return audit
