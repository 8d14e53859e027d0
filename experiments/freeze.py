"""Freeze a built set: its pairs, voices, seed and the record of its speech become a registered set.

    python -m experiments.freeze STIMULI --key babyslm-en-1 --name "BabySLM toolkit, English" --condition home ...

| file | content |
| --- | --- |
| `datasets/sets/KEY/set.yaml` | description, voices, seed, versions, checksums of tables and formant speech |
| `datasets/sets/KEY/{task}-{split}.csv.gz` | the pairs without voices |
| `datasets/sets/KEY/lexicon.tsv.gz` | the lexicon that the set was built from |
| `datasets/sets/KEY/spectra.npz` | spectrograms of sampled neural speech |
| `leaderboard/stimuli/KEY/set.yaml` | the registered set: checksums and conditions |

`--voices` names the voices that stay, by default all of the built set. A key is never used twice.
"""

import argparse
import gzip
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from babyslm import __version__
from babyslm.files import atomic_file, write_text
from babyslm.speech.record import SpeechRecord, take_record
from babyslm.stimuli.frozen import SET_NAME, SPECTRA_NAME, FrozenDescription, FrozenSet
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.official import table_bytes
from babyslm.stimuli.stimulus import SPLITS, Split, Task
from babyslm.stimuli.stimulus_set import COLUMNS, StimulusSet, StimulusTable
from babyslm.stimuli.voiced import FORMANT, spoken_name, spoken_rows
from babyslm.stimuli.words.kept import LEXICON_NAME
from babyslm.verify.documents import parse_document

PACKAGES = ("espeakng-loader", "hibari-tts", "onnxruntime", "pyworld-prebuilt", "pyroomacoustics", "soxr", "numpy")
"""Packages that decide how a set sounds."""


def freeze(
    stimuli: StimulusSet,
    folder: Path,
    *,
    name: str,
    conditions: Sequence[str],
    voices: Sequence[str] | None = None,
    packages: Sequence[str] = PACKAGES,
) -> FrozenSet:
    """Write the files of a frozen set.

    :param stimuli: a built set with its card and, unless all its voices are to be written only, with sound.
    :param folder: folder of the files, named by the key; must not exist.
    :param name: displayed name.
    :param conditions: acoustic conditions in which learners are compared, in addition to clean.
    :param voices: names of the voices that stay; default all.
    :param packages: packages whose versions are recorded.
    """
    if (folder / SET_NAME).exists():
        raise SystemExit(f"{folder}: a set of this name is frozen already; use the next number")
    card = stimuli.card
    assert card is not None
    assert stimuli.folder is not None
    chosen: dict[Split, dict[str, str]] = {split: {} for split in SPLITS}
    tables: dict[tuple[Task, Split], StimulusTable] = {}
    pairs: dict[tuple[Task, Split], pd.DataFrame] = {}
    for table in stimuli:
        kinds = table.rows.get("voice_kind", FORMANT)
        rows = table.rows.assign(voice_kind=kinds)
        rows = rows[rows["voice"].isin(voices)] if voices else rows
        found = dict(zip(rows["voice"], rows["voice_kind"], strict=True))
        chosen[table.split] = {each: found[each] for each in sorted(found, key=lambda voice: (found[voice], voice))}
        pairs[table.task, table.split] = _voiceless(rows, table.task)
        spoken = spoken_rows(pairs[table.task, table.split], table.task, chosen[table.split])
        tables[table.task, table.split] = StimulusTable(table.task, table.split, spoken, table.folder)
    seed = int(card.generator["seed"])
    record = take_record(StimulusSet(folder.name, tables), seed=seed)
    lexicon = (stimuli.folder / LEXICON_NAME).read_bytes()
    checksums = {LEXICON_NAME: sha256(lexicon).hexdigest()}
    for (task, split), table in tables.items():
        checksums[f"{task}/{split}"] = sha256(table_bytes(table)).hexdigest()
        columns = [*COLUMNS[task], *(c for c in pairs[task, split] if c not in COLUMNS[task])]
        text = pairs[task, split][columns].to_csv(index=False, lineterminator="\n")
        _write(folder / f"{task}-{split}.csv.gz", gzip.compress(text.encode("utf-8"), 9, mtime=0))
    _write(folder / LEXICON_NAME, lexicon)
    if record.spectra:
        record.save_spectra(folder / SPECTRA_NAME)
    description = _description(
        folder, card.model_dump(), chosen, tables, record, checksums, name, conditions, packages
    )
    text = yaml.safe_dump(description.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=119)
    write_text(folder / SET_NAME, text)
    return FrozenSet(folder, description)


def _description(
    folder: Path,
    card: Mapping[str, Any],
    voices: Mapping[Split, Mapping[str, str]],
    tables: Mapping[tuple[Task, Split], StimulusTable],
    record: SpeechRecord,
    checksums: Mapping[str, str],
    name: str,
    conditions: Sequence[str],
    packages: Sequence[str],
) -> FrozenDescription:
    generator = card["generator"]
    value = {
        "key": folder.name,
        "name": name,
        "language": card["language"],
        "licence": card["licence"],
        "sources": card["sources"],
        "prosody": generator.get("prosody") or "citation",
        "seed": generator["seed"],
        "voices": {split: dict(each) for split, each in voices.items()},
        "conditions": list(conditions),
        "synthesizers": generator["synthesizers"],
        "packages": {package: version(package) for package in packages},
        "built_with": {"babyslm": __version__, **{key: generator[key] for key in ("per_word",) if key in generator}},
        "pairs": {f"{task}/{split}": int(table.pairs["id"].nunique()) for (task, split), table in tables.items()},
        "audit": card["audit"],
        "sha256": dict(sorted(checksums.items())),
        "speech": dict(sorted(record.checksums.items())),
    }
    return parse_document(FrozenDescription, value, folder / SET_NAME)


def _voiceless(rows: pd.DataFrame, task: Task) -> pd.DataFrame:
    """Return the rows of one voice without it: those of every other voice must be the same."""
    stripped = []
    for voice, own in rows.groupby("voice", sort=True):
        ending = spoken_name("", str(voice), task)
        names = own["filename"].map(lambda name, ending=ending: name.removesuffix(ending))
        stripped.append(own.assign(voice="", filename=names).drop(columns="voice_kind").reset_index(drop=True))
    first = stripped[0]
    for other in stripped[1:]:
        if not other.equals(first):
            raise SystemExit("the voices of a table do not have the same pairs")
    return first


def _write(path: Path, content: bytes) -> None:
    with atomic_file(path) as temporary:
        temporary.write_bytes(content)


def main() -> None:
    """Freeze a set and register it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stimuli", type=Path, help="built set")
    parser.add_argument("--key", required=True, help="name of the frozen set, with its number")
    parser.add_argument("--name", required=True, help="displayed name")
    parser.add_argument("--condition", action="append", default=[], help="acoustic condition, repeatable")
    parser.add_argument("--voices", help="voices that stay, separated by commas; default all")
    parser.add_argument("--to", type=Path, default=Path("datasets/sets"), help="folder of the frozen sets")
    given = parser.parse_args()
    frozen = freeze(
        load_stimuli(given.stimuli),
        given.to / given.key,
        name=given.name,
        conditions=given.condition,
        voices=given.voices.split(",") if given.voices else None,
    )
    print(f"{frozen.folder}: {sum(frozen.description.pairs.values()):,} pairs frozen")


if __name__ == "__main__":
    main()
