"""Preparation of a raw corpus by the name of its kind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from babyslm.corpora.childes.prepare import prepare_childes
from babyslm.corpora.childes.providence import prepare_providence
from babyslm.corpora.corpus import Corpus
from babyslm.corpora.plain import prepare_text
from babyslm.corpora.recorded.librivox import prepare_librivox
from babyslm.corpora.recorded.longform import prepare_longform
from babyslm.files import exclusive
from babyslm.verify.corpora.tables import UnknownCorpusKindError

__all__ = ["KINDS", "prepare_corpus"]

KINDS: dict[str, Callable[..., Corpus]] = {
    "childes": prepare_childes,
    "providence": prepare_providence,
    "librivox": prepare_librivox,
    "longform": prepare_longform,
    "text": prepare_text,
}
"""Preparation function of each kind; `babyslm.corpora.lucie` prepares the Lucie Training Dataset."""


def prepare_corpus(kind: str, source: Path, out: Path, **options: Any) -> Corpus:
    """Prepare a corpus folder, locked against other writers.

    :param kind: one of `KINDS`.
    :param source: the raw corpus.
    :param out: corpus folder to write.
    :param options: options of the preparation of this kind.
    :raises UnknownCorpusKindError: if there is no such kind.
    """
    if kind not in KINDS:
        raise UnknownCorpusKindError(kind, [*KINDS, "lucie"])
    with exclusive(out):
        return KINDS[kind](source, out=out, **options)
