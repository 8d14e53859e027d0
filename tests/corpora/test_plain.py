"""Plain text becomes a corpus, and a learner reads it."""

from pathlib import Path

import pytest

from babyslm.corpora.corpus import load_corpus
from babyslm.corpora.parts import Parts
from babyslm.corpora.prepare import prepare_corpus
from babyslm.training.text.lines import read_lines
from babyslm.verify.corpora.faults import FaultsError
from babyslm.verify.corpora.tables import EmptyCorpusError
from babyslm.verify.documents import NoSuchFileError


def test_a_folder_of_french(tmp_path: Path) -> None:
    (tmp_path / "t" / "a").mkdir(parents=True)
    (tmp_path / "t" / "a" / "un.txt").write_text("Le chat dort.\n\nL'ours mange\n", encoding="utf-8")
    (tmp_path / "t" / "deux.txt").write_text("Où est la balle ?\n", encoding="utf-8")
    parts = Parts(held_out=(0.3,), budgets=("3w",), order="shuffled")
    corpus = prepare_corpus("text", tmp_path / "t", tmp_path / "c", language="fr", parts=parts)
    assert corpus.utterances["source"].tolist() == ["a/un", "a/un", "deux"]
    assert corpus.utterances["phones"].notna().all()
    assert read_lines(tmp_path / "c", "words", language="fr").lines[0] == "Le chat dort."
    train, dev = (set(load_corpus(tmp_path / "c" / name).utterances["source"]) for name in ("train", "dev"))
    assert not train & dev


def test_what_is_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFileError, match=r"\.txt"):
        prepare_corpus("text", tmp_path / "absent", tmp_path / "c")
    (tmp_path / "old.txt").write_bytes("bien\ndéjà\n".encode("latin-1"))
    with pytest.raises(FaultsError, match=r"old\.txt:2: is not UTF-8"):
        prepare_corpus("text", tmp_path / "old.txt", tmp_path / "c")
    (tmp_path / "old.txt").write_text("\n")
    with pytest.raises(EmptyCorpusError):
        prepare_corpus("text", tmp_path / "old.txt", tmp_path / "c")
