"""Audit of the tables of a whole set, without its sound."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from babyslm.stimuli.audit.figures import Audit, Figure, count
from babyslm.stimuli.audit.known import known_figures
from babyslm.stimuli.audit.lexical import LexicalAudit
from babyslm.stimuli.audit.syntactic import syntactic_figures
from babyslm.stimuli.lexical.build import WordSource, token_weights
from babyslm.stimuli.phones.pronunciation import WORD_BOUNDARY, pronounce
from babyslm.stimuli.stimulus import Task
from babyslm.stimuli.stimulus_set import StimulusSet, StimulusTable
from babyslm.stimuli.words.counts import (
    CORPUS_TABLE,
    NOT_PEOPLE,
    ROLE_COLUMNS,
    TEXT_COLUMNS,
    read_corpus_table,
    words_of,
)
from babyslm.stimuli.words.kept import kept_lexicon
from babyslm.stimuli.words.known import KnownWords
from babyslm.stimuli.words.lexicon import load_lexicon
from babyslm.stimuli.words.vocabulary import known_words

__all__ = ["audit_set"]

CONTENT: dict[Task, str] = {"lexical": "phones", "syntactic": "transcription"}


def audit_set(
    stimuli: StimulusSet,
    *,
    language: str,
    lexicon: WordSource | None = None,
    corpus: Path | None = None,
    known: KnownWords | None = None,
    seed: int = 0,
) -> Audit:
    """Measure all shortcuts and faults in the tables of a set.

    Phone n-grams are trained on the words of the lexicon in isolation. Word n-grams are trained on the utterances of
    the corpus, or without a corpus on the set's own grammatical sentences with other lexical material.

    :param stimuli: the set, built by babyslm or by others.
    :param language: language of the phone set.
    :param lexicon: the words; default those of the corpus; without a corpus the lexicon that the set keeps, from which
        it was built; without that the shipped word list.
    :param corpus: utterances, in any format that `load_lexicon` reads.
    :param known: a broad vocabulary, whose words no non-word should sound like; default that of the language.
    :param seed: seed of cross-validation.
    """
    figures: list[Figure] = []
    lexical = [table for table in stimuli if table.task == "lexical"]
    syntactic = [table for table in stimuli if table.task == "syntactic"]
    for table in stimuli:
        figures += _faults(table)
    figures += _overlaps(stimuli)
    if lexical:
        if lexicon is None and corpus is None:
            lexicon = kept_lexicon(stimuli.card, stimuli.folder)
        words = (lexicon or load_lexicon(corpus, language=language)).words()
        words = words[~words["phones"].str.contains(WORD_BOUNDARY, regex=False)]
        shortcuts = LexicalAudit(list(words["phones"]), list(token_weights(words)), lexical)
        for table in lexical:
            figures += shortcuts.figures(table, seed=seed)
            figures += known_figures(table, known_words(language) if known is None else known)
    if syntactic:
        sentences = _sentences(corpus, language) if corpus else None
        for table in syntactic:
            figures += syntactic_figures(table, sentences, seed=seed)
    settings: dict[str, Any] = {"language": language, "seed": seed, "corpus": corpus.name if corpus else None}
    return Audit(stimuli.name, tuple(figures), settings)


def _sentences(corpus: Path, language: str) -> dict[str, list[list[str]]] | None:
    """Read the utterances of a corpus; None for a word list, which has no utterances."""
    path = corpus / CORPUS_TABLE if corpus.is_dir() else corpus
    if path.suffix != ".parquet":
        return None
    rows = read_corpus_table(path)
    for column in ROLE_COLUMNS:
        if column in rows:
            rows = rows[~rows[column].astype(str).str.lower().isin(NOT_PEOPLE)]
    text = next(column for column in TEXT_COLUMNS if column in rows)
    utterances = [words for line in rows[text].dropna() if (words := words_of(str(line), language))]
    phones, _ = pronounce({word for words in utterances for word in words}, language)
    sounds = [[phones[word] for word in words if word in phones] for words in utterances]
    return {"words": utterances, "phones": [f" {WORD_BOUNDARY} ".join(words).split() for words in sounds]}


def _faults(table: StimulusTable) -> Iterator[Figure]:
    """Count the faults within one table."""
    name, content = f"{table.task}/{table.split}", CONTENT[table.task]
    pairs = table.pairs.drop_duplicates("id")
    same = pairs[content] == pairs[f"bad_{content}"]
    yield count("identical pairs", name, f"same {content}", int(same.sum()), len(pairs))
    if table.task == "syntactic" and "phones" in table.rows:
        sounds = table.rows.drop_duplicates("transcription").set_index("transcription")["phones"]
        alike = pairs["transcription"].map(sounds) == pairs["bad_transcription"].map(sounds)
        yield count("identical pairs", name, "same phones", int(alike.sum()), len(pairs))
    keys = [content, f"bad_{content}", *(["type"] if "type" in pairs else [])]
    yield count("duplicates", name, "pairs that come twice", int(pairs.duplicated(keys).sum()), len(pairs))
    if len(table.voices) > 1:
        spoken = table.rows.groupby("voice")["id"].nunique()
        uneven = int(spoken.max() - spoken.min())
        yield count("voices", name, "pairs one voice has more than another", uneven, len(pairs))
        sides = pd.crosstab(table.rows["voice"], table.rows["correct"])
        lopsided = int((sides[1] - sides[0]).abs().max())
        yield count("voices", name, "most words one voice has more than non-words", lopsided, len(table))


def _overlaps(stimuli: StimulusSet) -> Iterator[Figure]:
    """Count the overlaps between dev and test."""
    for task, content in CONTENT.items():
        if (task, "dev") not in stimuli.tables or (task, "test") not in stimuli.tables:
            continue
        dev, test = stimuli[task, "dev"], stimuli[task, "test"]
        for correct, member in ((1, "good"), (0, "bad")):
            ours, theirs = (set(t.rows.loc[t.rows["correct"] == correct, content]) for t in (dev, test))
            shared = len(ours & theirs)
            yield count("dev and test", task, f"{member} {content} of dev in test", shared, len(ours))
        ours, theirs = set(dev.rows[content]), set(test.rows[content])
        yield count("dev and test", task, f"{content} of dev in test", len(ours & theirs), len(ours))
        spoken = {*dev.voices, *test.voices} - {""}
        if spoken:
            both = len(set(dev.voices) & set(test.voices))
            yield count("dev and test", task, "voices of dev in test", both, len(dev.voices))
