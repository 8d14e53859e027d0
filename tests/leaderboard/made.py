"""A small made stimulus set, its registry, and any number of made submissions: for tests and timing, never shipped.

Learners are drawn at random around an ability; their names say that they are made.
"""

import gzip
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from babyslm.leaderboard.submissions.registry import Registry, load_registry
from babyslm.results.outcomes.environment import current_environment
from babyslm.results.outcomes.record import IntervalRecord, ResultRecord, stimuli_record
from babyslm.seeds import generator
from babyslm.speech.audio import write_audio
from babyslm.stimuli.official import load_official, save_official
from babyslm.stimuli.stimulus import Split, Task
from babyslm.stimuli.stimulus_set import StimulusSet, StimulusTable

SET = "made-en-1"
VOICES: Mapping[Split, tuple[str, ...]] = {"dev": ("anna", "bert"), "test": ("carl", "dora", "emil")}
PHONES = ("b", "d", "f", "k", "l", "m", "n", "p", "s", "t")
VOWELS = ("a", "e", "i", "o", "u")
PHENOMENA = ("adj_noun_order", "noun_verb_agreement", "wh_question")
MODALITIES = ("phonemic", "orthographic", "spoken")


def lexical_rows(words: int, split: Split, voices: tuple[str, ...]) -> pd.DataFrame:
    """Words of 2 to 8 phones with two non-words each."""
    random = generator(0, "made words", split)
    rows = []
    for index in range(words):
        length = 2 + index % 7
        phones = [str(random.choice(VOWELS if at % 2 else PHONES)) for at in range(length)]
        word = f"{''.join(phones)}{split[0]}{index}"
        frequency = int(random.integers(0, 300))
        for number in range(2):
            bad = [*phones[:-1], f"x{number}"]
            common = {"id": str(index * 2 + number), "length": length}
            for voice in voices:
                good_row = {"filename": f"{word}-{voice}", "frequency": frequency, "word": word}
                bad_row = {"filename": f"{word}_not{number}-{voice}", "frequency": pd.NA, "word": ""}
                rows.append(
                    common | good_row | {"voice": voice, "correct": 1, "phones": " ".join([*phones, str(index)])}
                )
                rows.append(common | bad_row | {"voice": voice, "correct": 0, "phones": " ".join([*bad, str(index)])})
    frame = pd.DataFrame(rows).astype({"length": "Int64", "frequency": "Int64", "correct": "int8"})
    return frame[["id", "filename", "voice", "frequency", "word", "phones", "length", "correct"]]


def syntactic_rows(pairs: int, split: Split, voices: tuple[str, ...]) -> pd.DataFrame:
    """Pairs of three phenomena; a noun serves several pairs."""
    rows = []
    for index in range(pairs):
        kind = PHENOMENA[index % len(PHENOMENA)]
        noun = f"{PHONES[index // 3 % 10]}{VOWELS[index // 30 % 5]}l{split[0]}er"
        good = f"The {noun} sings {'now' if kind == 'wh_question' else 'again'} {index}"
        bad = good.replace("sings", "sing")
        for voice in voices:
            for sentence, correct in ((good, 1), (bad, 0)):
                name = f"{sentence.replace(' ', '_')}_{voice}"
                row = {"id": str(index), "filename": name, "voice": voice, "type": kind, "subtype": kind}
                rows.append(row | {"correct": correct, "transcription": sentence})
    return pd.DataFrame(rows).astype({"correct": "int8"})


def make_set(folder: Path, *, words: int = 40, pairs: int = 60, sound: int = 0) -> StimulusSet:
    """Write a set in the official layout.

    :param words: words of each split, two pairs each.
    :param pairs: minimal pairs of each split.
    :param sound: for how many stimuli of each table a tone is written as sound.
    """
    tables: dict[tuple[Task, Split], StimulusTable] = {}
    for split, voices in VOICES.items():
        tables["lexical", split] = StimulusTable("lexical", split, lexical_rows(words, split, voices))
        tables["syntactic", split] = StimulusTable("syntactic", split, syntactic_rows(pairs, split, voices))
    save_official(StimulusSet(SET, tables), folder)
    times = np.arange(4_000) / 16_000
    for table in tables.values():
        for number, stimulus in enumerate(table.stimuli[:sound]):
            wave = 0.2 * np.sin(2 * np.pi * (220 + 20 * number) * times)
            write_audio(folder / table.task / table.split / f"{stimulus.name}.wav", wave.astype(np.float32))
    return load_official(folder)


def make_registry(folder: Path, stimuli: StimulusSet) -> Registry:
    """Write the registry of a leaderboard that knows this set, and read it."""
    assert stimuli.folder is not None
    registered = {
        "key": SET,
        "name": "made set",
        "version": "1",
        "language": "en",
        "licence": "Apache-2.0",
        "conditions": ["clean", "home"],
        "sha256": stimuli.checksums,
        "made_by": "tests/leaderboard/made.py",
    }
    place = folder / "stimuli" / SET / "set.yaml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(yaml.safe_dump(registered), encoding="utf-8")
    references = {"learners": ["made-000/v1"], "floor": ["made-000/v1"]}
    (folder / "references.yaml").write_text(yaml.safe_dump(references), encoding="utf-8")
    return load_registry(folder, at_hand=[stimuli.folder])


def card_of(number: int, *, model: str | None = None, revision: str = "v1", **changes: object) -> dict[str, object]:
    """Return the card of one made learner: modality, family, domain and amounts go round with its number."""
    modality = MODALITIES[number % 3]
    hears = modality == "spoken"
    card: dict[str, object] = {
        "schema_version": 1,
        "model": model or f"made-{number:03d}",
        "revision": revision,
        "name": f"Made learner {number}",
        "family": f"made family {number // 6}",
        "description": "Random scores around a drawn ability: made for tests.",
        "modality": modality,
        "language": ["en"],
        "parameters": 1_000 * (number + 1),
        "training": {
            "data": "none: a made learner",
            "domain": ("clean" if number % 2 else "in-the-wild") if hears else "none",
            "hours": float(2 ** (number % 11)) if hears else None,
            "words": None if hears else 1_000 * 2 ** (number % 11),
        },
        "authors": ["Nobody"],
        "licence": "Apache-2.0",
        "submitted": "2026-11-24",
    }
    return card | changes


def scores_of(table: StimulusTable, number: int, *, reads: bool, ability: float) -> dict[str, float]:
    """Draw scores on a coarse grid, so that some tie; a learner that reads scores all voices of a stimulus alike."""
    random = generator(number, "made scores", table.task, table.split)
    good = set(table.pairs["good"])
    drawn: dict[str, float] = {}
    out = {}
    for stimulus in table.stimuli:
        what = stimulus.name.removesuffix(stimulus.voice or "") if reads else stimulus.name
        lift = ability if stimulus.name in good else 0.0
        if what not in drawn:
            drawn[what] = round(float(random.normal(-3 + lift)), 1)
        out[stimulus.name] = drawn[what]
    return out


def write_scores(path: Path, scores: Mapping[str, float]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{name} {value!r}\n" for name, value in scores.items())
    path.write_bytes(gzip.compress(text.encode("utf-8"), mtime=0))


def write_run(folder: Path, stimuli: StimulusSet, scores: Mapping[tuple[Task, Split], Mapping[str, float]]) -> None:
    """Write `result.json` and `scores/` of one set and condition."""
    for (task, split), values in scores.items():
        write_scores(folder / "scores" / task / f"{split}.txt.gz", values)
    record = ResultRecord(
        created="2026-11-24T00:00:00+00:00",
        model={"name": "made", "family": "made"},
        stimuli=stimuli_record(stimuli.only(scores)),
        settings={"pooling": "as given"},
        environment=ENVIRONMENT,
        seconds=0.0,
        interval=IntervalRecord(),
        metrics=[],
    )
    (folder / "result.json").write_text(record.model_dump_json(), encoding="utf-8")


ENVIRONMENT = current_environment()


def make_submission(
    submissions: Path,
    stimuli: StimulusSet,
    number: int,
    *,
    ability: float | None = None,
    condition: str = "clean",
    only: Task | None = None,
    **changes: object,
) -> Path:
    """Write one submission and return its folder.

    :param number: decides the card and the scores; every seventh learner entered only the lexical task.
    :param ability: how far good members lie above bad ones, in standard deviations; default drawn by number.
    :param condition: acoustic condition of this run; call again for another one of the same learner.
    :param only: enter this task alone.
    :param changes: fields of the card.
    """
    card = card_of(number, **changes)  # type: ignore[arg-type]
    folder = submissions / str(card["model"]) / str(card["revision"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "card.yaml").write_text(yaml.safe_dump(card, sort_keys=False), encoding="utf-8")
    if ability is None:
        ability = float(generator(number, "made ability").uniform(0, 2))
    if condition != "clean":
        ability /= 2
    chosen = only or ("lexical" if number % 7 == 6 else None)
    scores = {
        (table.task, table.split): scores_of(table, number, reads=card["modality"] != "spoken", ability=ability)
        for table in stimuli.select(chosen)
    }
    write_run(folder / SET / condition, stimuli, scores)
    return folder


def make_submissions(submissions: Path, stimuli: StimulusSet, count: int) -> None:
    """Write many submissions; every fifth spoken learner was heard at home too, every tenth has three revisions."""
    for number in range(count):
        make_submission(submissions, stimuli, number)
        if number % 15 == 2:
            make_submission(submissions, stimuli, number, condition="home")
        if number % 10 == 0 and count > 1:
            for step in (2, 3):
                training = {"data": "none: a made learner", "domain": "none", "words": 1_000.0, "tokens": 1e6 * step}
                card = card_of(number)
                if card["modality"] == "spoken":
                    training |= {"domain": "clean", "hours": 10.0}
                make_submission(
                    submissions, stimuli, number, revision=f"v{step}", training=training, ability=0.3 * step
                )
