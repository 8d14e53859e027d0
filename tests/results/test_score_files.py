from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from babyslm.results.scores.files import parse_scores, read_score_folder, read_scores, score_path, write_scores
from babyslm.results.scores.table import official_order
from babyslm.stimuli.stimulus_set import StimulusSet, StimulusTable
from babyslm.verify.documents import NoSuchFileError
from babyslm.verify.errors import BabySLMError
from babyslm.verify.results.scores import (
    ConflictingScoresError,
    EmptyScoresError,
    InfiniteScoreError,
    MalformedScoreLineError,
    MissingScoresError,
    NanScoreError,
    ScoreEncodingError,
    UnknownScoresError,
)


def lines_of(table: StimulusTable, voice: str | None = None) -> list[str]:
    rows = table.rows if voice is None else table.rows[table.rows["voice"] == voice]
    names = rows["filename"] if voice is not None else sorted(set(rows["filename"]))
    return [f"{name} {-1 - len(name) / 7!r}" for name in names]


def write(tmp_path: Path, lines: list[str]) -> Path:
    path = tmp_path / "dev.txt"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def refused(error: type[BabySLMError], path: Path, table: StimulusTable) -> str:
    with pytest.raises(error) as caught:
        read_scores(path, table)
    message = str(caught.value)
    assert "\n" not in message
    assert "dev.txt" in message
    assert caught.value.exit_code == 1
    return message


def test_the_spoken_form_is_read_in_any_order(tmp_path: Path, lexical: StimulusTable) -> None:
    lines = lines_of(lexical)
    scores = read_scores(write(tmp_path, lines[::-1]), lexical)
    assert set(scores.index) == set(lexical.rows["filename"])
    assert scores.loc["word3-A", "score"] == -1 - len("word3-A") / 7
    assert scores["log_probability"].isna().all()
    assert scores["symbols"].isna().all()


def test_the_text_form_of_one_voice_may_repeat_equal_lines(tmp_path: Path, syntactic: StimulusTable) -> None:
    lines = lines_of(syntactic, "B")
    assert len(set(lines)) < len(lines)
    scores = read_scores(write(tmp_path, lines), syntactic)
    assert set(scores.index) == set(syntactic.rows.loc[syntactic.rows["voice"] == "B", "filename"])
    assert scores.index.is_unique


@pytest.mark.parametrize(
    "line", ["", "word3-A", "word3-A  1", "word3-A 1 2", " 1", "word3-A x", "word3-A\t1", "a 1_0"]
)
def test_a_malformed_line_is_named(tmp_path: Path, lexical: StimulusTable, line: str) -> None:
    lines = lines_of(lexical)
    lines[4] = line
    assert "dev.txt:5 " in refused(MalformedScoreLineError, write(tmp_path, lines), lexical)


def test_a_header_is_named(tmp_path: Path, lexical: StimulusTable) -> None:
    message = refused(MalformedScoreLineError, write(tmp_path, ["filename score", *lines_of(lexical)]), lexical)
    assert "dev.txt:1 'filename score'" in message


def test_only_the_first_offenders_are_spelled_out(tmp_path: Path, lexical: StimulusTable) -> None:
    message = refused(MalformedScoreLineError, write(tmp_path, ["x"] * 30), lexical)
    assert "30 malformed" in message
    assert "dev.txt:5" in message
    assert "dev.txt:6" not in message


def test_a_repeated_name_with_another_value_is_named(tmp_path: Path, lexical: StimulusTable) -> None:
    lines = lines_of(lexical)
    name = lines[2].split()[0]
    message = refused(ConflictingScoresError, write(tmp_path, [*lines, f"{name} -9.5"]), lexical)
    assert f"dev.txt:{len(lines) + 1} {name} -9.5 (line 3" in message


@pytest.mark.parametrize(
    ("value", "error"), [("nan", NanScoreError), ("-inf", InfiniteScoreError), ("1e999", InfiniteScoreError)]
)
def test_numbers_that_are_none_are_named(
    tmp_path: Path, lexical: StimulusTable, value: str, error: type[BabySLMError]
) -> None:
    lines = lines_of(lexical)
    lines[7] = f"{lines[7].split()[0]} {value}"
    assert f"dev.txt:8 {lines[7].split()[0]}" in refused(error, write(tmp_path, lines), lexical)


def test_a_nan_that_stands_twice_is_nan_and_no_contradiction(tmp_path: Path, lexical: StimulusTable) -> None:
    refused(NanScoreError, write(tmp_path, [*lines_of(lexical), "word3-A nan", "word3-A nan"]), lexical)


def test_unknown_names_are_named_with_their_line(tmp_path: Path, lexical: StimulusTable) -> None:
    message = refused(UnknownScoresError, write(tmp_path, ["word3-A.wav -1", *lines_of(lexical)]), lexical)
    assert "dev.txt:1 word3-A.wav" in message


def test_missing_names_are_named(tmp_path: Path, lexical: StimulusTable) -> None:
    lines = lines_of(lexical)
    message = refused(MissingScoresError, write(tmp_path, lines[:-2]), lexical)
    assert "2 stimuli have no score" in message
    assert lines[-1].split()[0] in message


def test_in_the_text_form_only_the_names_of_its_voice_are_missed(tmp_path: Path, lexical: StimulusTable) -> None:
    lines = list(dict.fromkeys(lines_of(lexical, "B")))
    message = refused(MissingScoresError, write(tmp_path, lines[1:]), lexical)
    assert "1 stimuli of voice B have no score: word0-B;" in message


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\r\n"])
def test_an_empty_file_is_named(tmp_path: Path, lexical: StimulusTable, content: bytes) -> None:
    path = tmp_path / "dev.txt"
    path.write_bytes(content)
    refused(EmptyScoresError, path, lexical)


def test_bytes_that_are_not_utf8_are_named_with_their_line(tmp_path: Path, lexical: StimulusTable) -> None:
    path = tmp_path / "dev.txt"
    path.write_bytes("word1-A -1\nœuf-A -1\n".encode("latin-1", "replace") + b"\xe9t\xe9-A -1\n")
    assert "dev.txt:3:" in refused(ScoreEncodingError, path, lexical)


def test_an_absent_file_is_named(tmp_path: Path, lexical: StimulusTable) -> None:
    refused(NoSuchFileError, tmp_path / "dev.txt", lexical)


def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path: Path, lexical: StimulusTable) -> None:
    path = tmp_path / "dev.txt"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines_of(lexical)).encode("utf-8"))
    assert len(read_scores(path, lexical)) == len(set(lexical.rows["filename"]))


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_a_score_survives_writing_to_the_last_bit(
    tmp_path_factory: pytest.TempPathFactory, values: list[float]
) -> None:
    path = tmp_path_factory.mktemp("scores") / "dev.txt"
    path.write_text("".join(f"n\u2028{i} {value!r}\n" for i, value in enumerate(values)), encoding="utf-8", newline="")
    first = parse_scores(path)
    write_scores(path, first)
    assert parse_scores(path)["score"].tolist() == values
    assert list(first.index) == [f"n\u2028{i}" for i in range(len(values))]


def test_scores_of_one_voice_are_written_row_by_row_as_the_official_text_scripts_need(
    tmp_path: Path, syntactic: StimulusTable
) -> None:
    scores = read_scores(write(tmp_path, lines_of(syntactic, "A")[::-1]), syntactic)
    write_scores(tmp_path / "out.txt", official_order(scores, syntactic))
    written = [line.split()[0] for line in (tmp_path / "out.txt").read_text().splitlines()]
    assert written == syntactic.rows.loc[syntactic.rows["voice"] == "A", "filename"].tolist()


def test_scores_of_all_voices_are_written_once_a_name(tmp_path: Path, lexical: StimulusTable) -> None:
    scores = read_scores(write(tmp_path, lines_of(lexical)), lexical)
    write_scores(tmp_path / "out.txt", official_order(scores, lexical))
    written = [line.split()[0] for line in (tmp_path / "out.txt").read_text().splitlines()]
    assert written == list(dict.fromkeys(lexical.rows["filename"]))


def test_a_folder_is_read_table_by_table(tmp_path: Path, lexical: StimulusTable, syntactic: StimulusTable) -> None:
    tables = {("lexical", "dev"): lexical, ("syntactic", "dev"): syntactic}
    for (task, split), table in tables.items():
        path = score_path(tmp_path, task, split)
        path.parent.mkdir()
        path.write_text("\n".join(lines_of(table)), encoding="utf-8")
    scores = read_score_folder(tmp_path, StimulusSet("both", tables))
    assert {key: len(value) for key, value in scores.items()} == {
        key: table.rows["filename"].nunique() for key, table in tables.items()
    }
