"""Prepare a raw corpus by the name of its kind."""

from collections.abc import Sequence
from pathlib import Path

from babyslm.corpora.childes import prepare_childes
from babyslm.corpora.corpus import Corpus
from babyslm.files import exclusive
from babyslm.verify.errors import UsageError

__all__ = ["KINDS", "UnknownCorpusKindError", "prepare_corpus"]

KINDS = ("childes",)


class UnknownCorpusKindError(UsageError):
    """There is no preparation of this name."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"{kind}: unknown kind of corpus; known are {', '.join(KINDS)}")


def prepare_corpus(
    kind: str,
    source: Path,
    out: Path,
    *,
    language: str = "en",
    roles: Sequence[str] | None = None,
    ages: tuple[float, float] | None = None,
) -> Corpus:
    """Prepare a corpus folder.

    :param kind: childes.
    :param source: the raw corpus.
    :param out: corpus folder to write.
    :param language: language of the phones; default en.
    :param roles: speaker roles to keep; default all adults.
    :param ages: youngest and oldest age in months; default all.
    """
    if kind not in KINDS:
        raise UnknownCorpusKindError(kind)
    with exclusive(out):
        return prepare_childes(source, out, language=language, roles=roles, ages=ages)
