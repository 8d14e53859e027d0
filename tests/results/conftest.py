"""Small stimulus sets with chosen scores, and the plainest aggregation one can write."""

from collections import defaultdict
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from babyslm.models.protocol import ScoreBatch
from babyslm.results.result import Result, make_result
from babyslm.results.scores.table import score_table
from babyslm.stimuli.stimulus_set import StimulusSet, StimulusTable

PHONES = ["b", "d", "f", "k", "l", "m", "n", "p", "s", "t"]
TYPES = ("adj_noun_order", "noun_verb_agreement", "wh_question")


def lexical_rows(words: int, voices: tuple[str, ...], seed: int = 0) -> pd.DataFrame:
    """Words of 2 to 6 phones with 2 or 4 non-words each; the second pair of each word shares its non-word name."""
    random = np.random.default_rng(seed)
    rows = []
    for index in range(words):
        phones = [*random.choice(PHONES, 1 + index % 5), f"w{index}"]
        for number in range(2 + 2 * (index % 2)):
            bad = [*phones[:-1], f"n{index}x{number}"]
            for voice in voices:
                common = {"id": str(index * 10 + number), "voice": voice, "length": len(phones)}
                suffix = f"-{voice}" if voice else ""
                good_row = {
                    "filename": f"word{index}{suffix}",
                    "frequency": int(random.integers(0, 300)),
                    "correct": 1,
                }
                good_row |= {"word": f"word{index}", "phones": " ".join(phones)}
                bad_row = {"filename": "_".join(bad) + suffix, "frequency": pd.NA, "correct": 0}
                bad_row |= {"word": "", "phones": " ".join(bad)}
                rows += [common | good_row, common | bad_row]
    frame = pd.DataFrame(rows).astype({"length": "Int64", "frequency": "Int64", "correct": "int8"})
    # A word's frequency is one number, whatever the row.
    frame["frequency"] = frame["frequency"].where(
        frame["correct"] == 0, frame.groupby("word")["frequency"].transform("first")
    )
    return frame[["id", "filename", "voice", "frequency", "word", "phones", "length", "correct"]]


def syntactic_rows(pairs: int, voices: tuple[str, ...]) -> pd.DataFrame:
    """Pairs of three phenomena of different sizes; a noun serves two pairs, which sometimes swap their members."""
    rows = []
    for index in range(pairs):
        kind = TYPES[2 if index % 7 == 0 else index // 2 % 2]
        noun = f"{'bdfgk'[index // 2 % 5]}{'aeiou'[index // 10 % 5]}{'lmnrs'[index // 50 % 5]}er"
        texts = [f"The {noun} {verb}" for verb in ("sings", "sing")]
        if index % 4 == 1:
            texts.reverse()
        elif index % 4 == 3:
            texts = [f"{text} now" for text in texts]
        for voice in voices:
            for text, correct in zip(texts, (1, 0), strict=True):
                name = text.replace(" ", "_") + (f"_{voice}" if voice else "")
                row = {"id": str(index), "filename": name, "voice": voice, "type": kind, "subtype": kind}
                rows.append(row | {"correct": correct, "transcription": text})
    return pd.DataFrame(rows).astype({"correct": "int8"})


def naive_official(table: StimulusTable, scores: dict[str, float], voices: tuple[str, ...] | None = None) -> float:
    """Loop over rows with dictionaries, as the definition reads."""
    sides: dict[tuple[str, str], dict[int, dict[str, object]]] = defaultdict(dict)
    for row in table.rows.to_dict("records"):
        if voices is None or row["voice"] in voices:
            sides[row["id"], row["voice"]][row["correct"]] = row
    cells: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for (pair, voice), members in sides.items():
        good, bad = scores[members[1]["filename"]], scores[members[0]["filename"]]
        item = members[1]["phones"] if table.task == "lexical" else pair
        cells[item][voice].append(1.0 if good > bad else 0.5 if good == bad else 0.0)
    means = [sum(sum(v) / len(v) for v in by.values()) / len(by) for by in cells.values()]
    return sum(means) / len(means)


def random_scores(table: StimulusTable, seed: int = 0, levels: int = 7, lift: float = 0.0) -> pd.DataFrame:
    """Scores on a coarse grid, so that ties happen; `lift` favours the good members."""
    random = np.random.default_rng(seed)
    names = [stimulus.name for stimulus in table.stimuli]
    good = set(table.rows.loc[table.rows["correct"] == 1, "filename"])
    symbols = np.array([3 + len(name) % 4 for name in names], dtype=np.int64)
    means = -random.integers(1, levels + 1, len(names)) + np.array([lift * (name in good) for name in names])
    return score_table(names, ScoreBatch(means * symbols, symbols))


@pytest.fixture
def lexical() -> StimulusTable:
    return StimulusTable("lexical", "dev", lexical_rows(12, ("A", "B", "C")))


@pytest.fixture
def syntactic() -> StimulusTable:
    return StimulusTable("syntactic", "dev", syntactic_rows(42, ("A", "B")))


@pytest.fixture
def make_table() -> Callable[..., StimulusTable]:
    def make(task: str, size: int, voices: tuple[str, ...], split: str = "dev") -> StimulusTable:
        rows = lexical_rows(size, voices) if task == "lexical" else syntactic_rows(size, voices)
        return StimulusTable(task, split, rows)

    return make


@pytest.fixture
def official() -> Callable[..., float]:
    return naive_official


@pytest.fixture
def scored() -> Callable[..., pd.DataFrame]:
    return random_scores


@pytest.fixture
def make(lexical: StimulusTable, syntactic: StimulusTable) -> Callable[..., Result]:
    """Make a result of both tables."""

    def build(name: str = "learner", seed: int = 0, lift: float = 2.0, **description: object) -> Result:
        tables = {(table.task, table.split): table for table in (lexical, syntactic)}
        scores = {key: random_scores(table, seed, lift=lift) for key, table in tables.items()}
        settings = description.pop("evaluation", {"engine": "local"})
        model = {"name": name, "family": "made", "modality": "spoken", "settings": {}} | description
        return make_result(model, StimulusSet("small", tables), scores, settings=settings, seconds=1.5)

    return build
