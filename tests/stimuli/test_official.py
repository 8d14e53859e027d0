"""The official layout, in and out."""

from pathlib import Path

import pandas as pd
import pytest

from babyslm.stimuli.card import StimulusCard
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.official import load_official, save_official
from babyslm.verify.documents import DocumentError, NoSuchFileError
from babyslm.verify.stimuli.sets import (
    DuplicateRowError,
    EmptyTableError,
    IncompletePairError,
    MissingColumnsError,
    MissingTableError,
    NameConflictError,
    NoStimuliError,
    RowError,
    TableFormatError,
    UnsafeNameError,
)
from tests.tables import lexical_rows, syntactic_rows, write_set


def rewrite(folder: Path, task: str, rows: pd.DataFrame) -> Path:
    path = folder / task / "dev" / "gold.csv"
    rows.to_csv(path, index=False)
    return path


def test_pairs_join_by_id_and_voice_whatever_the_order_of_rows(tmp_path: Path) -> None:
    folder = write_set(tmp_path)
    before = load_stimuli(folder)
    for task, rows in (("lexical", lexical_rows()), ("syntactic", syntactic_rows())):
        rewrite(folder, task, rows.sample(frac=1, random_state=3))
    after = load_stimuli(folder)
    for task in ("lexical", "syntactic"):
        pd.testing.assert_frame_equal(before[task, "dev"].pairs, after[task, "dev"].pairs)
        assert before[task, "dev"].stimuli == after[task, "dev"].stimuli


def test_stimuli_are_distinct_and_carry_every_form(tmp_path: Path) -> None:
    table = load_stimuli(write_set(tmp_path))["lexical", "dev"]
    names = [stimulus.name for stimulus in table.stimuli]
    assert len(names) == len(set(names)) == (4 + 8) * 2
    cat = next(stimulus for stimulus in table.stimuli if stimulus.name == "cat-alice")
    assert (cat.text, cat.phones, cat.voice, cat.audio) == ("cat", ("k", "æ", "t"), "alice", None)
    other = next(stimulus for stimulus in table.stimuli if stimulus.name == "k_æ_p-ben")
    assert other.text is None


def test_the_word_null_is_a_word(tmp_path: Path) -> None:
    table = load_stimuli(write_set(tmp_path))["lexical", "dev"]
    assert "null" in set(table.pairs["word"])
    assert table.pairs.loc[table.pairs["word"] == "null", "frequency"].eq(0).all()


def test_sound_beside_the_table_is_found(tmp_path: Path) -> None:
    folder = write_set(tmp_path)
    (folder / "lexical" / "dev" / "cat-alice.wav").touch()
    (folder / "lexical" / "dev" / "dog-ben.flac").touch()
    found = {stimulus.name: stimulus.audio for stimulus in load_stimuli(folder)["lexical", "dev"].stimuli}
    assert found["cat-alice"] == folder / "lexical" / "dev" / "cat-alice.wav"
    assert found["dog-ben"] == folder / "lexical" / "dev" / "dog-ben.flac"
    assert load_stimuli(folder)["syntactic", "dev"].stimuli[0].audio is None


def test_dev_16_is_dev(tmp_path: Path) -> None:
    folder = write_set(tmp_path)
    (folder / "syntactic" / "dev").rename(folder / "syntactic" / "dev_16")
    assert ("syntactic", "dev") in load_stimuli(folder).tables


def test_a_set_survives_the_round_trip(tmp_path: Path) -> None:
    first = load_stimuli(write_set(tmp_path / "a"))
    card = StimulusCard(name="small", version="1", language="en", licence="Apache-2.0", sources=["the tests"])
    save_official(first, tmp_path / "b", card)
    second = load_official(tmp_path / "b")
    assert second.name == "small"
    assert second.card is not None
    assert sorted(second.card.sha256) == ["lexical/dev/gold.csv", "syntactic/dev/gold.csv"]
    for key, table in first.tables.items():
        pd.testing.assert_frame_equal(table.rows, second[key].rows)
    save_official(second, tmp_path / "c")
    assert second.checksums == load_official(tmp_path / "c").checksums


def test_the_cluster_of_a_sentence_is_its_lexical_material(tmp_path: Path) -> None:
    pairs = load_stimuli(write_set(tmp_path))["syntactic", "dev"].pairs
    good = pairs.drop_duplicates("id").set_index("transcription")["cluster"]
    assert good["The mom sees the dad"] == good["The moms see the dad"]
    assert good["The good mom"] != good["The red dog"]


@pytest.mark.parametrize("task", ["lexical", "syntactic"])
def test_each_missing_column_is_named(tmp_path: Path, task: str) -> None:
    folder = write_set(tmp_path)
    rows = lexical_rows() if task == "lexical" else syntactic_rows()
    for column in rows.columns:
        path = rewrite(folder, task, rows.drop(columns=column))
        with pytest.raises(MissingColumnsError, match=rf"{path}.*{column}"):
            load_stimuli(folder)
    rewrite(folder, task, rows)


def test_a_pair_with_one_side_is_named(tmp_path: Path) -> None:
    folder = write_set(tmp_path)
    rewrite(folder, "lexical", lexical_rows().drop(index=1))
    with pytest.raises(IncompletePairError, match="id 7 voice alice"):
        load_stimuli(folder)


def test_duplicate_rows_are_named(tmp_path: Path) -> None:
    folder = write_set(tmp_path)
    rows = syntactic_rows()
    rewrite(folder, "syntactic", pd.concat([rows, rows.iloc[[4]]]))
    with pytest.raises(DuplicateRowError, match="id 1 voice alice correct 1"):
        load_stimuli(folder)


def test_one_name_for_two_stimuli_is_named(tmp_path: Path) -> None:
    folder = write_set(tmp_path)
    rows = syntactic_rows()
    rows.loc[0, "transcription"] = "The bad mom"
    rewrite(folder, "syntactic", pd.concat([rows, rows.assign(id="9", transcription="The sad mom").iloc[[0, 1]]]))
    with pytest.raises(NameConflictError, match="The_good_mom_alice"):
        load_stimuli(folder)


@pytest.mark.parametrize(
    ("column", "value"), [("correct", "2"), ("correct", ""), ("length", "x"), ("frequency", "-1")]
)
def test_a_wrong_value_is_named_with_its_line(tmp_path: Path, column: str, value: str) -> None:
    folder = write_set(tmp_path)
    rows = lexical_rows()
    rows.loc[4, column] = value
    path = rewrite(folder, "lexical", rows)
    with pytest.raises(RowError, match=f"{path}:6: {column}"):
        load_stimuli(folder)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "a\\b", "..", ""])
def test_a_name_that_leaves_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    folder = write_set(tmp_path)
    rows = lexical_rows()
    rows.loc[2, "filename"] = name
    rewrite(folder, "lexical", rows)
    with pytest.raises(UnsafeNameError, match=":4: filename"):
        load_stimuli(folder)


def test_an_empty_file_and_a_bare_header_are_named(tmp_path: Path) -> None:
    folder = write_set(tmp_path)
    path = folder / "lexical" / "dev" / "gold.csv"
    path.write_text("")
    with pytest.raises(EmptyTableError, match=str(path)):
        load_stimuli(folder)
    path.write_text(",".join(lexical_rows().columns) + "\n")
    with pytest.raises(EmptyTableError, match=str(path)):
        load_stimuli(folder)


def test_a_table_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    folder = write_set(tmp_path)
    path = folder / "lexical" / "dev" / "gold.csv"
    path.write_bytes(path.read_bytes() + "é".encode("latin-1"))
    with pytest.raises(TableFormatError, match="is not UTF-8"):
        load_stimuli(folder)


def test_nothing_to_load_is_an_error_that_says_what_would_be(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFileError, match="no such file"):
        load_stimuli(tmp_path / "nowhere")
    with pytest.raises(NoStimuliError, match="gold.csv"):
        load_stimuli(tmp_path)
    with pytest.raises(MissingTableError, match="it has lexical/dev, syntactic/dev"):
        load_stimuli(write_set(tmp_path))["lexical", "test"]


def test_a_card_with_an_unknown_field_is_named(tmp_path: Path) -> None:
    folder = write_set(tmp_path)
    (folder / "card.yaml").write_text("name: x\nversion: '1'\nlanguage: en\nlicence: y\nsources: []\ncolour: blue\n")
    with pytest.raises(DocumentError, match="colour"):
        load_stimuli(folder)
    (folder / "card.yaml").write_text("name: [x\n")
    with pytest.raises(DocumentError, match="line 2"):
        load_stimuli(folder)


@pytest.mark.realdata
def test_the_official_dev_set_has_the_published_counts(realdata: Path) -> None:
    table = load_stimuli(realdata / "babyslm_librivox_1024h")["lexical", "dev"]
    assert len(table) == 70_824
    assert len(table.stimuli) == 41_668
    assert len(table.pairs) == 2 * 17_706
    assert table.pairs["word"].nunique() == 3_733
