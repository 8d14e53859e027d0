"""The commands of the leaderboard, from a card to a checked board."""

import json
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from babyslm.__main__ import main
from babyslm.resources import resource_folder
from babyslm.stimuli.stimulus_set import StimulusSet
from tests.leaderboard import made
from tests.leaderboard.test_submit import card_file, result_of


@pytest.fixture
def babyslm(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, code: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["babyslm", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        said = capsys.readouterr()
        assert (stopped.value.code or 0) == code, said
        return said.out if code == 0 or said.out else said.err

    return run


def test_register_submit_and_verify(babyslm, tmp_path: Path, stimuli: StimulusSet) -> None:
    register = ["leaderboard", "register", str(stimuli.folder), "--key", made.SET, "--name", "made", "--made-by", "x"]
    babyslm(*register, "--condition", "home")
    result = result_of(stimuli, 2).save(tmp_path / "result", report=False)
    babyslm("submit", str(result), "--init")
    assert yaml.safe_load((tmp_path / "card.yaml").read_text())["name"] == "Learner 2"
    assert "template" in babyslm("submit", str(result), code=1)
    said = json.loads(babyslm("submit", str(result), "--card", str(card_file(tmp_path, 2)), "--json"))
    assert said["id"] == "made-002/v1"
    assert Path(said["folder"]).is_dir()
    said = json.loads(babyslm("leaderboard", "verify", "--json"))
    assert said["passed"]
    assert said["accuracy"]["made-002--v1"]
    assert babyslm("leaderboard", "verify").startswith("1 submission(s) pass, 0 refused")
    made.make_submission(tmp_path / "leaderboard" / "submissions", stimuli, 1)
    (tmp_path / "leaderboard" / "submissions" / "made-001" / "v1" / "card.yaml").write_text("name: <script>")
    said = babyslm("leaderboard", "verify", "--comment", "comment.md", "--base", "leaderboard/submissions", code=1)
    assert "refused made-001/v1: made-001/v1/card.yaml" in said
    comment = (tmp_path / "comment.md").read_text()
    assert "**refused**" in comment


def test_build_writes_pages_and_tells_what_is_missing(babyslm, tmp_path: Path) -> None:
    spoken = made.make_set(tmp_path / "set", words=4, pairs=6, sound=1)
    made.make_registry(tmp_path / "leaderboard", spoken)
    for number in (0, 2):
        made.make_submission(tmp_path / "leaderboard" / "submissions", spoken, number)
    (tmp_path / "leaderboard" / "submissions" / "made-002" / "v1" / "card.yaml").unlink()
    said = json.loads(babyslm("leaderboard", "build", "--out", "pages", "--stimuli", str(spoken.folder), "--json"))
    assert said["learners"] == 1
    assert said["refused"][0]["folder"] == "made-002/v1"
    assert (tmp_path / "pages" / "index.html").is_file()


def test_the_shipped_board_is_checked_where_there_is_no_other(babyslm) -> None:
    said = json.loads(babyslm("leaderboard", "verify", "--json"))
    assert said["passed"]


def test_a_folder_of_submissions_alone_is_checked_against_the_shipped_sets(babyslm, tmp_path: Path) -> None:
    shipped = resource_folder("leaderboard") / "submissions"
    shutil.copytree(shipped / "phone-3gram", tmp_path / "leaderboard" / "submissions" / "phone-3gram")
    said = json.loads(babyslm("leaderboard", "verify", "--json"))
    assert (said["passed"], said["submissions"]) == (True, 1)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["submit"], 2, "submit --init"),
        (["submit", "nowhere"], 1, "card.yaml"),
        (["leaderboard", "verify", "--from", "nowhere"], 1, "nowhere"),
        (["leaderboard", "register", "nowhere", "--key", "k", "--name", "n", "--made-by", "m"], 1, "nowhere"),
        (["leaderboard"], 2, "verify"),
    ],
)
def test_a_fault_is_one_line(babyslm, arguments: list[str], code: int, words: str) -> None:
    said = babyslm(*arguments, code=code)
    assert words in said
    assert "Traceback" not in said
