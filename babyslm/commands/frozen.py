"""Construction of a frozen set: its own pairs, spoken, and compared with the record of its speech."""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shutil import copyfile

from babyslm import __version__
from babyslm.commands.build import Built
from babyslm.engines import workers_for
from babyslm.files import atomic_file, exclusive
from babyslm.seeds import derive
from babyslm.speech.cast import Cast, find_named_cast
from babyslm.speech.conditions.condition import Surroundings
from babyslm.speech.conditions.conditioned import condition_table
from babyslm.speech.record import SpeechRecord, deviations
from babyslm.speech.speak import speak_table
from babyslm.stimuli.card import CARD_NAME, StimulusCard
from babyslm.stimuli.frozen import FrozenSet, load_frozen
from babyslm.stimuli.official import save_official
from babyslm.stimuli.stimulus import SPLITS, Split, Task
from babyslm.stimuli.stimulus_set import CONDITIONS, StimulusSet, StimulusTable
from babyslm.stimuli.words.kept import LEXICON_NAME
from babyslm.verify.stimuli.frozen import FrozenSpeechError

__all__ = ["build_frozen"]


def build_frozen(
    key: str,
    out: Path,
    *,
    tasks: Sequence[Task] = ("lexical", "syntactic"),
    audio: bool = True,
    conditions: Sequence[str] = (),
    workers: int = 0,
) -> Built:
    """Write a frozen set in the official layout.

    An interrupted build resumes and keeps finished sound files. The card is written last.

    :param key: name of the set, such as `babyslm-en-1`.
    :param out: folder of the set.
    :param tasks: tasks to write.
    :param audio: whether the set is spoken.
    :param conditions: acoustic conditions that are written in addition to clean sound; `evaluate --condition` needs
        them written.
    :param workers: processes on this machine; 0: one per core.
    :raises FrozenSpeechError: if formant speech is not equal to the record, or neural speech too far from it.
    """
    frozen = load_frozen(key)
    told = frozen.description
    cast = find_named_cast(told.voices, told.language) if audio else None
    heard_in = [Surroundings.find(name, told.language, seed=derive(told.seed, "conditions")) for name in conditions]
    processes = workers_for(workers)
    with exclusive(out):
        (out / CARD_NAME).unlink(missing_ok=True)
        tables: dict[tuple[Task, Split], StimulusTable] = {}
        for task in (task for task in frozen.tasks if task in tasks):
            for split in SPLITS:
                tables[task, split] = _written(frozen, task, split, out, cast, processes)
        stimuli = StimulusSet(key, tables, None, out)
        if audio:
            found = deviations(stimuli, SpeechRecord.load(told.speech, frozen.spectra))
            if found:
                raise FrozenSpeechError(
                    key, [f"{each.place} ({each.reason})" for each in found], _changed_versions(told.packages)
                )
        for table in stimuli if audio else ():
            assert table.folder is not None
            for surroundings in heard_in:
                place = table.folder / CONDITIONS / surroundings.condition.name
                condition_table(table, place, surroundings, workers=processes)
        beside = {}
        if "lexical" in tasks:
            with atomic_file(out / LEXICON_NAME) as temporary:
                copyfile(frozen.lexicon, temporary)
            beside = {LEXICON_NAME: told.sha256[LEXICON_NAME]}
        card = StimulusCard(
            name=told.name,
            version=key.rsplit("-", 1)[-1],
            language=told.language,
            licence=told.licence,
            sources=told.sources,
            generator={
                "frozen": key,
                "babyslm": __version__,
                "seed": told.seed,
                "voices": {split: list(told.voices[split]) for split in SPLITS},
                "prosody": told.prosody,
                "synthesizers": [origin.describe() for origin in cast.origins] if cast else [],
                "conditions": [surroundings.describe() for surroundings in heard_in] if audio else [],
            },
            audit=told.audit,
        )
        stimuli = StimulusSet(key, tables, card, out)
        save_official(stimuli, out, card, beside=beside)
    return Built(stimuli, out, {"frozen": key})


def _written(frozen: FrozenSet, task: Task, split: Split, out: Path, cast: Cast | None, workers: int) -> StimulusTable:
    table = frozen.table(task, split)
    if cast is None:
        return table
    folder = out / task / split
    rows = speak_table(
        frozen.pairs(task, split),
        task,
        folder,
        cast.voices[split],
        workers=workers,
        prosody=frozen.description.prosody,
        synthesizer=cast.synthesizer,
    )
    return StimulusTable(task, split, rows, folder)


def _changed_versions(packages: dict[str, str]) -> list[str]:
    """Return the packages whose version here is not the one that made a set, as `name here, not there`.

    :param packages: versions by name.
    """
    found = []
    for name, made_with in packages.items():
        try:
            here = version(name)
        except PackageNotFoundError:
            here = "missing"
        if here != made_with:
            found.append(f"{name} {here}, not {made_with}")
    return found
