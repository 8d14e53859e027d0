"""Further corpora of the comparison: English mixed with French, and questions with answers."""

import json
from pathlib import Path

import pandas as pd

from babyslm.corpora.childes.prepare import clean_gloss
from babyslm.corpora.made.generated import generate_sentences
from babyslm.files import write_text
from babyslm.training.text.lines import read_lines

__all__ = ["conversations", "mixture"]

PORTION = 20_000
"""Number of French sentences drawn at once."""
MOST = 4000
"""Number of conversations."""


def mixture(corpus: Path, path: Path, *, seed: int = 0) -> Path:
    """Write English child-directed utterances and the same number of words of French, one utterance per line.

    The French is the project's own: sentences of its generated grammar over the shipped child lexicon, repeated once
    the grammar is exhausted. It is much less varied than the speech that a French child hears.

    :param corpus: the prepared English corpus.
    :param path: file to write; an existing one is left unchanged.
    :param seed: seed of the sentences.
    """
    if path.is_file():
        return path
    english = read_lines(corpus, "words").lines
    due = sum(len(line.split()) for line in english)
    french: list[str] = []
    words = drawn = 0
    while words < due:
        more = generate_sentences("fr", seed=seed + drawn, count=PORTION)
        drawn += 1
        for line in more:
            if words >= due:
                break
            french.append(line)
            words += len(line.split())
    write_text(path, "".join(f"{line}\n" for line in [*english, *french]))
    return path


def conversations(table: Path, path: Path) -> Path:
    """Write questions from the recordings, each with the next speaker's utterance, as conversations of two turns.

    :param table: AO-CHILDES in the form of childes-db: `transcript_id`, `speaker_role`, `gloss`, `type`, in order.
    :param path: file of JSON lines to write; an existing one is left unchanged.
    """
    if path.is_file():
        return path
    said = pd.read_parquet(table, columns=["transcript_id", "speaker_role", "gloss", "type"])
    said["text"] = said["gloss"].fillna("").astype(str).map(clean_gloss)
    after = said.shift(-1)
    answered = (
        (said["type"] == "question")
        & (said["transcript_id"] == after["transcript_id"])
        & (said["speaker_role"] != after["speaker_role"])
        & (said["text"].str.split().str.len() >= 3)
        & (after["text"].fillna("").str.split().str.len() >= 2)
    )
    pairs = list(zip(said["text"][answered], after["text"][answered], strict=True))[:MOST]
    lines = [
        json.dumps({"messages": [{"role": "user", "content": one}, {"role": "assistant", "content": other}]})
        for one, other in pairs
    ]
    write_text(path, "".join(f"{line}\n" for line in lines))
    return path
