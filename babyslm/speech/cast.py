"""Who speaks a stimulus set: voices of one synthesiser or several, for dev and for test."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from babyslm.speech.origins import Origin, find_origin, mixed
from babyslm.speech.synthesis.speaker import Speaker, VoiceKind
from babyslm.speech.synthesis.synthesizer import Synthesizer
from babyslm.stimuli.stimulus import SPLITS, Split
from babyslm.verify.speech.voices import UnknownVoiceError, VoiceCountError, VoicelessSplitError

__all__ = ["Cast", "find_cast", "find_named_cast", "split_voices"]

DEV_SHARE = 0.2
"""Share of the voices in dev, as in the official set (2 of 10)."""

FORMANT = 10
"""Formant voices where no number is asked for."""


@dataclass(frozen=True)
class Cast:
    """Voices and what speaks with them.

    :param origins: the synthesisers.
    :param voices: by split; empty where a set is only written.
    :param synthesizer: all synthesisers as one.
    :param by_origin: the voices of each synthesiser by split, in the order of `origins`.
    """

    origins: tuple[Origin, ...]
    voices: Mapping[Split, tuple[Speaker, ...]]
    synthesizer: Synthesizer
    by_origin: tuple[Mapping[Split, tuple[Speaker, ...]], ...] = ()

    def voices_of(self, origin: Origin, split: Split) -> tuple[Speaker, ...]:
        """Return the voices of one of the synthesisers in a split."""
        return self.by_origin[self.origins.index(origin)][split]


def find_cast(specs: Sequence[str], language: str, count: int | None, names: Collection[str] = ()) -> Cast:
    """Find the synthesisers that are asked for, and choose the voices of dev and test.

    :param specs: the synthesisers; see `babyslm.speech.origins.FORMS`.
    :param language: language of the voices.
    :param count: voices of each synthesiser, dev and test together; 0: none; default 10 formant voices, and all of
        another synthesiser.
    :param names: the voices by name; then the number is not used, unless it is 0.
    :raises UnknownVoiceError: if no synthesiser that was asked for has a voice of this name.
    :raises VoicelessSplitError: if all voices that were named belong to one split.
    """
    origins = tuple(find_origin(spec) for spec in dict.fromkeys(specs))
    if names and count != 0:
        chosen = [_named(language, origin, names) for origin in origins]
        _verify_names(names, chosen, [voice.name for origin in origins for voice in _all(origin, language)])
    else:
        chosen = [split_voices(language, count, origin) for origin in origins]
    voices = {split: tuple(voice for each in chosen for voice in each[split]) for split in SPLITS}
    told = [
        (origin, [voice for split in SPLITS for voice in each[split]])
        for origin, each in zip(origins, chosen, strict=True)
    ]
    return Cast(origins, voices, mixed(told), tuple(chosen))


def _all(origin: Origin, language: str) -> list[Speaker]:
    return [voice for split in SPLITS for voice in origin.voices(language, split)]


def _named(language: str, origin: Origin, names: Collection[str]) -> dict[Split, tuple[Speaker, ...]]:
    return {split: tuple(voice for voice in origin.voices(language, split) if voice.name in names) for split in SPLITS}


def _verify_names(
    names: Collection[str], chosen: Sequence[Mapping[Split, Sequence[Speaker]]], known: Sequence[str]
) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UnknownVoiceError(unknown[0], sorted(known))
    for split in SPLITS:
        if not any(each[split] for each in chosen):
            raise VoicelessSplitError(split)


def split_voices(language: str, count: int | None, origin: Origin | None = None) -> dict[Split, tuple[Speaker, ...]]:
    """Choose voices in the official proportion of 2 in dev to 8 in test; women, men and children by turns.

    :param language: language of the voices.
    :param count: voices of dev and test together; 0: none; default 10 formant voices, all of another synthesiser.
    :param origin: the synthesiser; default the formant voices.
    """
    if count == 0:
        return dict.fromkeys(SPLITS, ())
    origin = origin or find_origin("formant")
    there = {split: origin.voices(language, split) for split in SPLITS}
    if count is None and origin.kind == "neural":
        return there
    asked = FORMANT if count is None else count
    dev = min(max(1, round(asked * DEV_SHARE)), len(there["dev"]))
    if not 1 <= asked - dev <= len(there["test"]):
        raise VoiceCountError(asked, sum(map(len, there.values())), origin.spec)
    counts: dict[Split, int] = {"dev": dev, "test": asked - dev}
    return {split: origin.voices(language, split, count=counts[split]) for split in SPLITS}


def find_named_cast(names: Mapping[Split, Mapping[str, VoiceKind]], language: str) -> Cast:
    """Find the embedded voices of these names.

    :param names: kind of each voice, by split and name; the order is kept.
    :param language: language of the voices.
    :raises UnknownVoiceError: if there is no such voice in its split.
    """
    kinds = sorted({kind for each in names.values() for kind in each.values()})
    origins = tuple(find_origin(kind) for kind in kinds)
    chosen: list[dict[Split, tuple[Speaker, ...]]] = []
    for origin in origins:
        here: dict[Split, tuple[Speaker, ...]] = {}
        for split in SPLITS:
            known = {voice.name: voice for voice in origin.voices(language, split)}
            asked = [name for name, kind in names[split].items() if kind == origin.kind]
            missing = [name for name in asked if name not in known]
            if missing:
                raise UnknownVoiceError(missing[0], sorted(known))
            here[split] = tuple(known[name] for name in asked)
        chosen.append(here)
    order = {split: list(each) for split, each in names.items()}
    voices = {
        split: tuple(
            sorted((voice for each in chosen for voice in each[split]), key=lambda v: order[split].index(v.name))
        )
        for split in SPLITS
    }
    told = [
        (origin, [voice for split in SPLITS for voice in each[split]])
        for origin, each in zip(origins, chosen, strict=True)
    ]
    return Cast(origins, voices, mixed(told), tuple(chosen))
