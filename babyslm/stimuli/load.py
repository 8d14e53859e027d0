"""Loading of stimulus sets in all known formats."""

from os import PathLike
from pathlib import Path

from babyslm.stimuli.foreign import load_blimp, load_tsv, load_zerospeech, load_zorro
from babyslm.stimuli.frozen import frozen_keys, load_frozen
from babyslm.stimuli.official import GOLD_NAME, find_tables, load_official
from babyslm.stimuli.stimulus_set import StimulusSet
from babyslm.verify.documents import NoSuchFileError
from babyslm.verify.stimuli.sets import NoStimuliError

__all__ = ["load_stimuli"]


def load_stimuli(path: str | PathLike[str]) -> StimulusSet:
    """Load a stimulus set from a folder or file.

    Formats: the official BabySLM layout; sWUGGY and sBLIMP (ZeroSpeech 2021); BLiMP `.jsonl`; Zorro `.txt`;
    a `.tsv` of good and bad sentences. The key of a frozen set (`babyslm-en-1`) gives its tables without sound.

    :param path: a folder, one file of pairs, or the key of a frozen set.
    :raises NoStimuliError: if the format is unknown.
    """
    place = Path(path)
    if not place.exists():
        if str(path) in frozen_keys():
            return load_frozen(str(path)).stimuli
        raise NoSuchFileError(
            place, "give a folder of stimuli, build one with babyslm build-stimuli, or name a frozen set"
        )
    if place.is_file():
        return _load_file(place)
    if find_tables(place):
        return load_official(place)
    if any((place / split / GOLD_NAME).is_file() for split in ("dev", "test")):
        return load_zerospeech(place)
    if files := sorted(place.glob("*.jsonl")):
        return load_blimp(files, place.name)
    if files := sorted(place.glob("*.txt")):
        return load_zorro(files, place.name)
    raise NoStimuliError(place)


def _load_file(place: Path) -> StimulusSet:
    match place.suffix:
        case ".jsonl":
            return load_blimp([place], place.stem)
        case ".txt":
            return load_zorro([place], place.stem)
        case ".tsv":
            return load_tsv(place)
    raise NoStimuliError(place)
