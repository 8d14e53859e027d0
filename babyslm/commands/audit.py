"""Audit of a set including its sound."""

from pathlib import Path

from babyslm.commands.hearing import find_recogniser
from babyslm.engines import workers_for
from babyslm.files import atomic_file
from babyslm.speech.acoustic_audit import acoustic_figures
from babyslm.speech.said import said_figures
from babyslm.stimuli.audit import Audit, audit_set
from babyslm.stimuli.frozen import load_frozen
from babyslm.stimuli.load import load_stimuli

__all__ = ["HEARD", "audit_stimuli"]

HEARD = "heard.csv"
"""What a recogniser heard in each item: table, file, voice, phones asked and heard, how many differ, conspicuous."""


def audit_stimuli(
    place: Path,
    *,
    language: str | None = None,
    corpus: Path | None = None,
    out: Path | None = None,
    sound: bool = True,
    recogniser: Path | None = None,
    seed: int = 0,
    workers: int = 0,
) -> Audit:
    """Audit a set, built by babyslm or by others, and optionally write the results.

    :param place: folder of the set, or key of a frozen one, of which the tables are audited.
    :param language: default the language of the card, or English without a card.
    :param corpus: training data of the n-grams; default the lexicon that the set keeps, otherwise the shipped lexicon.
    :param out: folder for `audit.csv`, `audit.json` and `plots/`, as SVG and Vega-Lite; default nothing is written.
    :param sound: analyse the sound, if the set has sound.
    :param recogniser: model folder of a recogniser of phones, which hears every item; default none. With `out`,
        `heard.csv` holds what it heard.
    :param seed: seed of cross-validation and of the sample of pairs whose sound is analysed.
    :param workers: processes on this machine; 0: one per core. On a cluster, all that fit are used.
    """
    stimuli = load_stimuli(place)
    lexicon, spoken = None, stimuli.card.language if stimuli.card else "en"
    if not place.exists():
        frozen = load_frozen(str(place))
        lexicon, spoken = frozen.kept_lexicon, frozen.description.language
    spoken = language or spoken
    audit = audit_set(stimuli, language=spoken, lexicon=None if corpus else lexicon, corpus=corpus, seed=seed)
    if sound:
        audit = audit.with_figures(acoustic_figures(stimuli, seed=seed, workers=workers_for(workers)))
    heard = None
    if recogniser is not None:
        said = said_figures(stimuli, find_recogniser(recogniser, spoken))
        audit, heard = audit.with_figures(said.figures), said.items
    if out is not None:
        audit.save(out)
        if heard is not None:
            with atomic_file(out / HEARD) as temporary:
                heard.to_csv(temporary, index=False, lineterminator="\n")
    return audit
