"""Other people's minimal pairs."""

import json
from pathlib import Path

import pytest

from babyslm.stimuli.load import load_stimuli
from babyslm.verify.stimuli.sets import EmptyTableError, TableFormatError
from tests.tables import lexical_rows, syntactic_rows


def test_blimp_lines_become_pairs(tmp_path: Path) -> None:
    for paradigm in ("anaphor_agreement", "wh_island"):
        lines = [
            json.dumps(
                {"sentence_good": f"{paradigm} good {i}.", "sentence_bad": f"bad {i}.", "UID": paradigm, "pairID": i}
            )
            for i in range(3)
        ]
        (tmp_path / f"{paradigm}.jsonl").write_text("\n".join(lines) + "\n")
    pairs = load_stimuli(tmp_path)["syntactic", "test"].pairs
    assert len(pairs) == 6
    assert set(pairs["type"]) == {"anaphor_agreement", "wh_island"}
    assert pairs["transcription"].str.contains("good").all()
    assert not pairs["bad_transcription"].str.contains("good").any()
    table = load_stimuli(tmp_path)["syntactic", "test"]
    assert len(table.stimuli) == 6 + 3, "equal sentences are scored once"
    assert len(load_stimuli(tmp_path / "wh_island.jsonl")["syntactic", "test"].pairs) == 3


def test_a_zorro_file_holds_the_ungrammatical_sentence_first(tmp_path: Path) -> None:
    path = tmp_path / "agreement_subject_verb-across_1_adjective.txt"
    path.write_text("look at this red cats .\nlook at this red cat .\n the dogs is .\nthe dogs are .\n")
    pairs = load_stimuli(path)["syntactic", "test"].pairs
    assert pairs["transcription"].tolist() == ["look at this red cat .", "the dogs are ."]
    assert pairs["type"].unique().tolist() == [path.stem]
    assert len(load_stimuli(tmp_path)["syntactic", "test"].pairs) == 2


def test_an_odd_zorro_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "odd.txt"
    path.write_text("one\ntwo\nthree\n")
    with pytest.raises(TableFormatError, match="3 lines"):
        load_stimuli(path)
    path.write_text("one\n\nthree\nfour\n")
    with pytest.raises(TableFormatError, match="line 2 is empty"):
        load_stimuli(path)


def test_a_plain_table_is_good_tab_bad(tmp_path: Path) -> None:
    path = tmp_path / "mine.tsv"
    path.write_text("a cat sleeps\ta cat sleep\n\nthe dogs\tdogs the\n")
    pairs = load_stimuli(path)["syntactic", "test"].pairs
    assert pairs["transcription"].tolist() == ["a cat sleeps", "the dogs"]
    path.write_text("a cat sleeps\ta cat sleep\nonly one\n")
    with pytest.raises(TableFormatError, match="line 2"):
        load_stimuli(path)
    path.write_text("")
    with pytest.raises(EmptyTableError, match="mine.tsv"):
        load_stimuli(path)


def test_a_broken_blimp_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text('{"sentence_good": "a", "sentence_bad": "b"}\n{"sentence_good": "a"}\n')
    with pytest.raises(TableFormatError, match="line 2"):
        load_stimuli(path)
    path.write_text("not json\n")
    with pytest.raises(TableFormatError, match="line 1"):
        load_stimuli(path)


def test_swuggy_and_sblimp_tables_are_read(tmp_path: Path) -> None:
    swuggy = lexical_rows(("A",))
    swuggy.loc[swuggy["word"] == "null", "frequency"] = "oov"
    swuggy.loc[swuggy["correct"] == "0", "word"] = "nonword"
    (tmp_path / "lexical" / "dev").mkdir(parents=True)
    swuggy.to_csv(tmp_path / "lexical" / "dev" / "gold.csv", index=False)
    (tmp_path / "syntactic" / "test").mkdir(parents=True)
    sblimp = syntactic_rows(("A",))[["id", "filename", "voice", "type", "subtype", "transcription", "correct"]]
    sblimp.to_csv(tmp_path / "syntactic" / "test" / "gold.csv", index=False)
    both = load_stimuli(tmp_path)
    assert len(both["lexical", "dev"].pairs) == 8
    assert both["lexical", "dev"].pairs["frequency"].min() == 0
    assert len(both["syntactic", "test"].pairs) == 4
    swuggy.drop(columns="voice").to_csv(tmp_path / "lexical" / "dev" / "gold.csv", index=False)
    alone = load_stimuli(tmp_path / "lexical")
    assert len(alone["lexical", "dev"].pairs) == 8
