"""A single stimulus, and the names of its kinds."""

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
"""Separator of words in a phone string."""


@dataclass(frozen=True, slots=True)
class Stimulus:
    """A stimulus to be scored: one word, non-word or sentence, in every available form.

    :param name: file name without extension, unique within a task and split.
    :param text: spelling; None if there is none (official non-words).
    :param phones: IPA phones, `|` between words; None if unknown.
    :param audio: sound file; None for a set without sound.
    :param voice: voice of the sound file; None without sound.
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
