"""Inputs of the kinds that public reports of other tools describe; the table is in docs/reliability.md."""

import math
from pathlib import Path

import pandas as pd
import pytest

from babyslm.corpora.childes.prepare import clean_gloss
from babyslm.corpora.prepare import prepare_corpus
from babyslm.stimuli.phones.pronunciation import pronounce, tokenize
from babyslm.verify.corpora.faults import FaultsError
from babyslm.verify.results.scores import NanScoreError
from tests.corpora.test_accounting import ANY, listed
from tests.corpora.test_quirks import chat
from tests.corpora.transcripts import HEADER, bursts


def texts(tmp_path: Path, *lines: str, header: str = HEADER, **options: object) -> list[str]:
    path = chat(tmp_path / "a.cha", *lines, header=header)
    return prepare_corpus("childes", path, tmp_path / "c", **options).utterances["text"].tolist()  # type: ignore[arg-type]


def test_morphology_that_does_not_fit_costs_nothing(tmp_path: Path) -> None:
    """pylangacq issues 23 and 25: a %mor tier with fewer words than the utterance made a file unreadable."""
    lines = ("*MOT:\tokay so we have um twelve .", "%mor:\tco|okay n:num|twelve .", "*MOT:\tgood .")
    assert texts(tmp_path, *lines) == ["okay so we have um twelve", "good"]


def test_a_retracing_with_an_uncertain_mark_is_read(tmp_path: Path) -> None:
    """pylangacq issue 13: `[/-]` in the Rollins corpus."""
    assert texts(tmp_path, "*MOT:\t<what is> [/-] where is it ?", "*MOT:\tthere .")[-1] == "there"


def test_overlaps_and_repetitions_of_french(tmp_path: Path) -> None:
    """pylangacq issue 18: the Colaje corpus. A `[/]` without angle brackets retraces one word."""
    header = HEADER.replace("\teng\n", "\tfra\n", 1)
    line = "*MOT:\t+< la balle [/] la balle [/] la balle xx . \x152711210_2716463\x15"
    assert texts(tmp_path, line, "%mor:\tdet|la .", header=header, language="fr") == ["la la la balle"]


def test_brackets_that_do_not_match_cost_one_utterance_at_most(tmp_path: Path) -> None:
    """pycantonese issue 38: the parser of pylangacq failed on a scope without a beginning in a bilingual corpus."""
    found = texts(tmp_path, "*MOT:\tlook here .", "*MOT:\twhere is it> [/] is it ?", "*MOT:\tthere .", leniency=ANY)
    assert (found[0], found[-1]) == ("look here", "there")


def test_fragments_are_told_from_words(tmp_path: Path) -> None:
    """childesr issue 55: in childes-db the `&` of fragments is lost, so that they look like words."""
    assert texts(tmp_path, "*MOT:\t&~baba &+fr friend &-um &=laughs come .") == ["friend come"]
    assert clean_gloss("&baba come") == "come"


def test_a_target_child_without_a_name_has_an_age(tmp_path: Path) -> None:
    """childes-db issue 61: children without a name in @Participants are lost from the Rollins corpus."""
    header = HEADER.replace("CHI Alex Target_Child", "CHI Target_Child").replace("MOT Mary Mother", "MOT Mother")
    path = chat(tmp_path / "a.cha", "*MOT:\tcome here .", header=header)
    rows = prepare_corpus("childes", path, tmp_path / "c", ages=(27, 28)).utterances
    assert rows["text"].tolist() == ["come here"]
    assert rows["role"].tolist() == ["Mother"]


def test_ages_are_chosen_to_the_day(tmp_path: Path) -> None:
    """childesr issue 59: transcripts of the last month of a range of ages were missing."""
    for name, age in (("a", "3;00.01"), ("b", "4;10.29"), ("c", "4;11.25"), ("d", "5;00.01")):
        path = tmp_path / "t" / f"{name}.cha"
        path.parent.mkdir(exist_ok=True)
        path.write_text(HEADER.format(age=age, media=name) + "*MOT:\tcome .\n@End\n", encoding="utf-8")
    rows = prepare_corpus("childes", tmp_path / "t", tmp_path / "c", ages=(36, 60)).utterances
    assert rows["source"].tolist() == ["a", "b", "c"]


def test_segments_after_the_end_and_names_with_an_ending(tmp_path: Path) -> None:
    """DiViMe issue 153 (and ChildProject issue 422): segments after the end; the recording is named `0513.rttm`."""
    bursts(tmp_path / "homes" / "0513.wav", [(0, 10)], seconds=10, rate=44_100)
    lines = [(7.5, 1.2, "FEM"), (9.0, 2.1, "FEM"), (10.2, 1.6, "FEM")]
    text = "".join(f"SPEAKER 0513.rttm 1 {on} {length} <NA> <NA> {who} <NA> <NA>\n" for on, length, who in lines)
    (tmp_path / "v.rttm").write_text(text)
    with pytest.raises(FaultsError, match="2 faults: "):
        prepare_corpus("longform", tmp_path / "homes", tmp_path / "c", rttm=tmp_path / "v.rttm")
    corpus = prepare_corpus("longform", tmp_path / "homes", tmp_path / "c", rttm=tmp_path / "v.rttm", leniency=ANY)
    assert corpus.utterances["offset"].astype(float).round(2).tolist() == [1.2, 1.0]
    assert listed(tmp_path / "c")["treatment"].tolist() == ["left out", "mended"] or len(listed(tmp_path / "c")) == 2


def test_no_word_is_lost_or_shifted_by_espeak() -> None:
    """phonemizer issues 56 and 162: lines are lost or split, so that words and phones no longer correspond."""
    words = tokenize("You know where I am if you change your mind, right? Remember, bowl or eat tonight? … no. 1st")
    known, faults = pronounce(set(words), "en")
    assert set(words) == known.keys() | faults.keys()
    for word in words:
        alone, _ = pronounce({word}, "en")
        assert alone.get(word) == known.get(word)


def test_scores_that_are_no_numbers_are_named(tmp_path: Path) -> None:
    """minicons issue 78: `conditional_score` gave nan for some models."""
    from babyslm.results.scores.files import parse_scores

    (tmp_path / "dev.txt").write_text(f"a -1.5\nb {math.nan}\n")
    with pytest.raises(NanScoreError, match=r"dev\.txt:2 b"):
        parse_scores(tmp_path / "dev.txt")


def test_a_table_without_text_in_a_gloss_is_read(tmp_path: Path) -> None:
    """childes-db issues 45 and 55: corpora with transcripts and no utterances in the table."""
    rows = [("look", "Mother", 1, 700.0), (None, "Mother", 2, 700.0)]
    table = pd.DataFrame(rows, columns=["gloss", "speaker_role", "transcript_id", "target_child_age"])
    table.to_parquet(tmp_path / "t.parquet")
    corpus = prepare_corpus("childes", tmp_path / "t.parquet", tmp_path / "c")
    assert corpus.card is not None
    assert corpus.card.account["utterances"].left_out == {"no words": 1}
