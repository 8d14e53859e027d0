"""Training lines from every form of a corpus."""

from pathlib import Path

import pandas as pd
import pytest

from babyslm.corpora.corpus import save_corpus
from babyslm.training.text.lines import held_out, read_lines
from babyslm.verify.corpora.tables import CorpusFormatError
from babyslm.verify.documents import NoSuchFileError
from babyslm.verify.learners.recipes import (
    LineFormatError,
    NoSentencesError,
    NoTrainingColumnError,
    TooFewSentencesError,
)

TEXT = ["the cat", "look"]
PHONES = ["ð ə | k æ t", "l ʊ k"]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    rows = pd.DataFrame({"text": TEXT, "phones": PHONES})
    save_corpus(rows, tmp_path / "c", name="c", language="en", licence="ours", sources=["test"])
    return tmp_path / "c"


def test_a_prepared_corpus_by_text_and_by_phones(corpus: Path):
    assert read_lines(corpus, "words").lines == TEXT
    assert read_lines(corpus, "characters").lines == TEXT
    assert read_lines(corpus, "phones").lines == PHONES


def test_words_alone(corpus: Path):
    assert read_lines(corpus, "phones", grain="words").lines == ["ð ə", "k æ t", "l ʊ k"]
    assert read_lines(corpus, "bpe", grain="words").lines == ["the", "cat", "look"]


def test_glosses_of_childes_are_cleaned(tmp_path: Path):
    table = pd.DataFrame({"gloss": ["xxx the bed+room", "yyy", None, "thank_you"]})
    for path in (tmp_path / "utterances.parquet", tmp_path / "utterances.csv"):
        table.to_parquet(path) if path.suffix == ".parquet" else table.to_csv(path)
        assert read_lines(path, "words").lines == ["the bedroom", "thank you"]
    assert read_lines(tmp_path, "words").lines == ["the bedroom", "thank you"]


def test_sentences_become_phones(tmp_path: Path):
    path = tmp_path / "lines.txt"
    path.write_text("the dog\n\n  \nlook\n", encoding="utf-8")
    lines = read_lines(path, "phones").lines
    assert [line.count("|") for line in lines] == [1, 0]
    assert lines[1] == "l ʊ k"
    assert read_lines(path, "words").lines == ["the dog", "look"]


def test_phones_and_units_as_they_stand(tmp_path: Path):
    phones = tmp_path / "lines.phones"
    phones.write_text("\n".join(PHONES), encoding="utf-8")
    assert read_lines(phones, "phones").lines == PHONES
    units = tmp_path / "lines.units"
    units.write_text("3 4 4\n0\n")
    assert read_lines(units, "units").lines == ["3 4 4", "0"]


def test_the_checksum_is_that_of_the_file(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text("a\n")
    before = read_lines(path, "words")
    path.write_text("b\n")
    assert read_lines(path, "words").sha256 != before.sha256
    assert before.source == path


def test_what_cannot_be_trained_on_is_named(tmp_path: Path):
    with pytest.raises(NoSuchFileError, match="nowhere"):
        read_lines(tmp_path / "nowhere", "words")
    empty = tmp_path / "empty.txt"
    empty.write_text("\n \n")
    with pytest.raises(NoSentencesError, match=r"empty\.txt"):
        read_lines(empty, "words")
    other = tmp_path / "other.parquet"
    pd.DataFrame({"sentence": ["a"]}).to_parquet(other)
    with pytest.raises(NoTrainingColumnError, match="it has sentence"):
        read_lines(other, "words")
    other.write_bytes(b"PAR1 cut")
    with pytest.raises(CorpusFormatError, match=r"other\.parquet"):
        read_lines(other, "words")
    units = tmp_path / "x.units"
    units.write_text("1 2\n3 x\n")
    with pytest.raises(LineFormatError, match=r"x\.units:2"):
        read_lines(units, "units")
    latin = tmp_path / "latin.txt"
    latin.write_bytes("père".encode("latin-1"))
    with pytest.raises(CorpusFormatError, match="not UTF-8"):
        read_lines(latin, "words")


def test_held_out_parts_are_a_partition_that_the_seed_decides():
    items = list(range(100))
    training, valid = held_out(items, 0.1, seed=3, source=Path("c"))
    assert len(valid) == 10
    assert sorted(training + valid) == items
    assert held_out(items, 0.1, seed=3, source=Path("c")) == (training, valid)
    assert held_out(items, 0.1, seed=4, source=Path("c"))[1] != valid
    assert held_out(items, 0, seed=3, source=Path("c")) == (items, [])


def test_a_corpus_too_small_to_hold_out_from_is_an_error():
    with pytest.raises(TooFewSentencesError, match="validation=0"):
        held_out(["a"], 0.1, seed=0, source=Path("c"))
