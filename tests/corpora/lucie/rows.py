"""Rows in the columns of the Lucie Training Dataset, of sentences that the project itself can make."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from babyslm.corpora.made.generated import generate_sentences


@cache
def sentences(language: str) -> tuple[str, ...]:
    return tuple(generate_sentences(language, seed=5, count=3000))


def prose(language: str, words: int, seed: int) -> str:
    """Paragraphs of generated sentences, so many words and a little more."""
    draw = np.random.default_rng(seed)
    parts: list[str] = []
    count = 0
    while count < words:
        sentence = sentences(language)[int(draw.integers(3000))]
        parts.append(sentence + "." + ("\n\n" if len(parts) % 8 == 7 else " "))
        count += len(sentence.split())
    return "".join(parts).strip()


def row(text: str, language: str, source: str, number: int, **more: Any) -> dict[str, Any]:
    signals, extra = more.pop("signals", None), more.pop("extra", None)
    return {
        "text": text,
        "language": language,
        "source": source,
        "id": json.dumps({"idx": number}) if number % 2 else str(number),
        "url": more.pop("url", None),
        "title": more.pop("title", None),
        "author": None,
        "date": None,
        "quality_signals": json.dumps(signals) if signals is not None else None,
        "extra": json.dumps(extra) if extra is not None else None,
    }


def write(folder: Path, rows: list[dict[str, Any]], files: int = 3) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    columns = list(rows[0])
    for number in range(files):
        pd.DataFrame(rows[number::files], columns=columns).astype("string").to_parquet(
            folder / f"part-{number:02d}.parquet"
        )
    return folder


def mixed() -> list[dict[str, Any]]:
    """Sources of several categories in two languages, with doubles of some documents."""
    rows = []
    plan = [
        ("fr", "RedPajama", 60),
        ("en", "FineWebEdu", 40),
        ("fr", "Wikipedia", 9),
        ("en", "Wikipedia", 12),
        ("en", "PeS2o", 15),
        ("fr", "Theses", 3),
        ("fr", "Claire", 6),
    ]
    number = 0
    for language, source, count in plan:
        for _ in range(count):
            number += 1
            words = 1300 if source == "Theses" else 90 + number % 50
            rows.append(row(prose(language, words, number), language, source, number))
    doubles = [dict(each, id=f"again-{i}", text=each["text"] + " Fin.") for i, each in enumerate(rows[:20])]
    return rows + doubles
