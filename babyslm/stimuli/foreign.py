"""Readers of other minimal-pair sets: BLiMP, Zorro, sWUGGY and sBLIMP, and two-column tables."""

import json
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from babyslm.files import sha256_text
from babyslm.stimuli.official import GOLD_NAME, read_gold
from babyslm.stimuli.stimulus import Split, Task
from babyslm.stimuli.stimulus_set import StimulusSet, StimulusTable
from babyslm.verify.stimuli.sets import EmptyTableError, TableFormatError

__all__ = ["load_blimp", "load_tsv", "load_zerospeech", "load_zorro", "sentence_pairs"]

SPLIT: Split = "test"
"""Split of sets that do not name one."""


def sentence_pairs(pairs: Iterable[tuple[str, str, str, str]], source: Path) -> StimulusTable:
    """Return a syntactic table from tuples (id, phenomenon, good sentence, bad sentence).

    Equal sentences share one stimulus name, so that each is scored once.
    """
    rows = [
        {
            "id": pair,
            "filename": sha256_text(sentence)[:16],
            "voice": "",
            "type": phenomenon,
            "subtype": phenomenon,
            "correct": correct,
            "transcription": sentence,
        }
        for pair, phenomenon, good, bad in pairs
        for correct, sentence in ((1, good), (0, bad))
    ]
    if not rows:
        raise EmptyTableError(source)
    return StimulusTable("syntactic", SPLIT, pd.DataFrame(rows).astype({"correct": "int8"}), None, source)


def load_blimp(files: list[Path], name: str) -> StimulusSet:
    """Load BLiMP-style JSON lines: `sentence_good`, `sentence_bad`, `UID`, `linguistics_term`, `pair_id` if present.

    :param files: one or more `.jsonl` files, one per paradigm.
    :raises TableFormatError: if a line is malformed.
    :param name: name of the set.
    """
    pairs = []
    for path in files:
        for number, line in enumerate(_lines(path), start=1):
            if not line.strip():
                continue
            try:
                item = json.loads(line)
                good, bad = item["sentence_good"], item["sentence_bad"]
                paradigm = str(item.get("UID", path.stem))
                pair = f"{paradigm}-{item.get('pairID', item.get('pair_id', number - 1))}"
                for text in (good, bad, pair):  # TypeError: not a string; ValueError: lone surrogate
                    str.encode(text)
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise TableFormatError(
                    path, f"line {number} is not a BLiMP item with sentence_good and sentence_bad ({error})"
                ) from error
            pairs.append((pair, paradigm, good, bad))
    return _syntactic_set(name, pairs, files[0].parent if len(files) > 1 else files[0])


def load_zorro(files: list[Path], name: str) -> StimulusSet:
    """Load Zorro text files: two lines per pair, the ungrammatical one first; the file name is the paradigm.

    :param files: one or more `.txt` files.
    :param name: name of the set.
    """
    pairs = []
    for path in files:
        lines = [line.strip() for line in _lines(path)]
        while lines and not lines[-1]:
            lines.pop()
        if len(lines) % 2:
            raise TableFormatError(path, f"has {len(lines)} lines; a Zorro file has two lines per pair")
        if "" in lines:
            raise TableFormatError(
                path, f"line {lines.index('') + 1} is empty; Zorro files have one sentence per line"
            )
        pairs += [(f"{path.stem}-{i // 2}", path.stem, lines[i + 1], lines[i]) for i in range(0, len(lines), 2)]
    return _syntactic_set(name, pairs, files[0].parent if len(files) > 1 else files[0])


def load_tsv(path: Path) -> StimulusSet:
    """Load a plain table: good and bad sentence separated by a tab, one pair per line, no header.

    :param path: the `.tsv` file.
    """
    pairs = []
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        cells = line.split("\t")
        if len(cells) != 2 or not all(cell.strip() for cell in cells):
            raise TableFormatError(path, f"line {number} has {len(cells)} cell(s); the format is: good, tab, bad")
        pairs.append((str(number), path.stem, cells[0].strip(), cells[1].strip()))
    return _syntactic_set(path.stem, pairs, path)


def load_zerospeech(folder: Path) -> StimulusSet:
    """Load sWUGGY or sBLIMP of ZeroSpeech 2021: `{dev,test}/gold.csv` under `lexical/`, `syntactic/` or the folder.

    The official layout is derived from these tables. A missing voice is replaced by one voice without a name.

    :param folder: a folder with `{dev,test}/gold.csv` and, optionally, the sound.
    """
    tables: dict[tuple[Task, Split], StimulusTable] = {}
    splits: tuple[Split, ...] = ("dev", "test")
    for split in splits:
        path = folder / split / GOLD_NAME
        if path.is_file():
            header = path.open(encoding="utf-8", errors="replace").readline()
            task: Task = "lexical" if "phones" in header else "syntactic"
            tables[task, split] = StimulusTable(
                task, split, read_gold(path, task, defaults={"voice": ""}), path.parent, path
            )
    return StimulusSet(folder.name, tables, folder=folder)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise TableFormatError(path, f"is not UTF-8 text (byte {error.start}); save it as UTF-8") from error


def _syntactic_set(name: str, pairs: list[tuple[str, str, str, str]], source: Path) -> StimulusSet:
    table = sentence_pairs(pairs, source)
    content = table.rows.to_csv(index=False, lineterminator="\n")
    return StimulusSet(
        name, {("syntactic", SPLIT): table}, folder=source, checksums={"syntactic/test": sha256_text(content)}
    )
