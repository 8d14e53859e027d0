"""CHILDES tables become corpora."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from babyslm.corpora.childes.prepare import clean_gloss, prepare_childes
from babyslm.corpora.corpus import COLUMNS, load_corpus, save_corpus
from babyslm.corpora.prepare import prepare_corpus
from babyslm.corpora.recorded.transcript_sound import Sound
from babyslm.files import LockedError, exclusive, sha256_file
from babyslm.verify.corpora.tables import (
    CorpusColumnsError,
    CorpusFormatError,
    EmptyCorpusError,
    EmptySelectionError,
    NoTimesError,
    UnknownCorpusKindError,
)
from babyslm.verify.documents import NoSuchFileError

ROWS = pd.DataFrame(
    [
        ("Brown", 2, 1, 700.0, "Mother", "look at the bed+room"),
        ("Brown", 1, 2, 400.0, "Father", "thank_you xxx"),
        ("Brown", 1, 1, 400.0, "Mother", "what's that"),
        ("Brown", 1, 3, 400.0, "Target_Child", "doggie"),
        ("Brown", 1, 4, 400.0, "Mother", "yyy"),
        ("Brown", 2, 2, None, "Media", "this is the news"),
    ],
    columns=["corpus", "transcript_id", "utterance_order", "target_child_age", "speaker_role", "gloss"],
    index=[0, 0, 1, 1, 2, 2],  # as in tables put together of parts
)


def table(folder: Path, rows: pd.DataFrame = ROWS) -> Path:
    path = folder / "utterances-raw.parquet"
    rows.to_parquet(path)
    return path


@pytest.mark.parametrize(
    ("gloss", "text"),
    [
        ("look at the bed+room", "look at the bedroom"),
        ("thank_you xxx", "thank you"),
        ("xxx yyy www", ""),
        ("&um what's that ?", "what's that"),
        ("peek-a-boo", "peek-a-boo"),
    ],
)
def test_codes_are_cleaned_away(gloss: str, text: str) -> None:
    assert clean_gloss(gloss) == text


def test_adults_are_kept_in_the_order_of_the_transcripts(tmp_path: Path) -> None:
    corpus = prepare_childes(table(tmp_path), tmp_path / "c")
    assert corpus.utterances["text"].tolist() == ["what's that", "thank you", "look at the bedroom"]
    assert corpus.utterances["phones"].tolist()[0] == "w ʌ t s | ð æ t"
    assert corpus.utterances["source"].tolist() == ["Brown/1", "Brown/1", "Brown/2"]
    assert corpus.card is not None
    assert (corpus.card.utterances, corpus.card.words, corpus.card.hours) == (3, 8, None)
    again = load_corpus(tmp_path / "c")
    pd.testing.assert_frame_equal(again.utterances, corpus.utterances)
    assert list(again.utterances.columns) == list(COLUMNS)


def test_speakers_and_ages_are_chosen(tmp_path: Path) -> None:
    source = table(tmp_path)
    fathers = prepare_childes(source, tmp_path / "a", roles=["Father"])
    assert fathers.utterances["text"].tolist() == ["thank you"]
    young = prepare_childes(source, tmp_path / "b", ages=(12, 18))
    assert young.utterances["source"].unique().tolist() == ["Brown/1"]
    with_children = prepare_childes(source, tmp_path / "c", with_children=True)
    assert "doggie" in with_children.utterances["text"].tolist()
    with pytest.raises(EmptySelectionError, match="Father, Media, Mother, Target_Child"):
        prepare_childes(source, tmp_path / "d", roles=["Grandmother"])
    assert not (tmp_path / "d").exists()


def test_the_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    source = table(tmp_path)
    for name in "ab":
        prepare_corpus("childes", source, tmp_path / name)
    for file in ("utterances.parquet", "card.yaml"):
        assert sha256_file(tmp_path / "a" / file) == sha256_file(tmp_path / "b" / file)


def test_what_is_no_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFileError, match="childes-db"):
        prepare_childes(tmp_path / "absent.parquet", tmp_path / "c")
    (tmp_path / "x.parquet").write_bytes(b"not parquet")
    with pytest.raises(CorpusFormatError, match="x.parquet"):
        prepare_childes(tmp_path / "x.parquet", tmp_path / "c")
    with pytest.raises(CorpusColumnsError, match="gloss"):
        prepare_childes(table(tmp_path, ROWS.drop(columns="gloss")), tmp_path / "c")
    with pytest.raises(NoTimesError, match="time marks"):
        prepare_childes(table(tmp_path), tmp_path / "c", sound=Sound(tmp_path))
    with pytest.raises(UnknownCorpusKindError, match="known are childes"):
        prepare_corpus("wax", tmp_path / "x", tmp_path / "c")


def test_a_corpus_folder_that_is_broken_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFileError, match="babyslm prepare"):
        load_corpus(tmp_path)
    path = tmp_path / "utterances.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(CorpusFormatError, match="rebuild it"):
        load_corpus(tmp_path)
    texts = pa.StringArray.from_buffers(1, pa.py_buffer(np.array([0, 2], dtype=np.int32)), pa.py_buffer(b"\xff\xfe"))
    pq.write_table(pa.table({"text": texts}), path)  # the fuzzer found that Arrow reads what is not UTF-8
    with pytest.raises(CorpusFormatError, match=r"(?i)utf-?8"):
        load_corpus(tmp_path)
    pd.DataFrame({"text": ["a"]}).to_parquet(path)
    with pytest.raises(CorpusColumnsError, match="phones"):
        load_corpus(tmp_path)
    with pytest.raises(EmptyCorpusError):
        save_corpus(pd.DataFrame({"text": []}), tmp_path, name="x", language="en", licence="-", sources=[])


def test_two_preparations_of_one_folder_do_not_meet(tmp_path: Path) -> None:
    with exclusive(tmp_path / "c"), pytest.raises(LockedError):
        prepare_corpus("childes", table(tmp_path), tmp_path / "c")


@pytest.mark.realdata
@pytest.mark.slow
def test_the_real_table_keeps_its_adults(realdata: Path, tmp_path: Path) -> None:
    corpus = prepare_childes(realdata / "aochildes" / "utterances.parquet", tmp_path / "c")
    assert 190_000 < len(corpus.utterances) < 208_123
    assert not corpus.utterances["phones"].eq("").any()
    assert corpus.words > 750_000
