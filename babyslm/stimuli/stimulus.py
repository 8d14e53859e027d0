"""One stimulus, and the words the whole project uses for its kinds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

__all__ = ["MODALITIES", "SPLITS", "TASKS", "WORD_BOUNDARY", "Modality", "Split", "Stimulus", "Task", "phone_words"]

Task = Literal["lexical", "syntactic"]
Split = Literal["dev", "test"]
Modality = Literal["orthographic", "phonemic", "spoken"]

TASKS: tuple[Task, ...] = get_args(Task)
SPLITS: tuple[Split, ...] = get_args(Split)
MODALITIES: tuple[Modality, ...] = get_args(Modality)

WORD_BOUNDARY = "|"
"""Stands between the words of a phone string; one word has none."""


@dataclass(frozen=True, slots=True)
class Stimulus:
    """Something a learner is asked to score: one word, non-word or sentence, in every form that is known.

    :param name: file name without extension, unique within a task and split.
    :param text: spelling; None where there is none (official non-words).
    :param phones: IPA phones, `|` between words; None where not known.
    :param audio: sound file; None where the set has no sound.
    :param voice: the voice that speaks it; None for a stimulus that is only written.
    """

    name: str
    text: str | None = None
    phones: tuple[str, ...] | None = None
    audio: Path | None = None
    voice: str | None = None


def phone_words(phones: Sequence[str]) -> list[tuple[str, ...]]:
    """Split a phone string at its word boundaries.

    >>> phone_words(("ð", "ə", "|", "k", "æ", "t"))
    [('ð', 'ə'), ('k', 'æ', 't')]
    """
    words: list[list[str]] = [[]]
    for phone in phones:
        if phone == WORD_BOUNDARY:
            words.append([])
        else:
            words[-1].append(phone)
    return [tuple(word) for word in words if word]
