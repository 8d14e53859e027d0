"""What the doctor says: of this environment, of one that lacks something, and of caches."""

import json
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import babyslm.commands.doctor
from babyslm.caches import CACHES, keep_entry
from babyslm.cli import app
from babyslm.files import cache_folder
from babyslm.speech.neural.synthesizer import open_model
from babyslm.verify.errors import UsageError

PROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def doctor(*arguments: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["doctor", *arguments, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_extra_has_its_purpose() -> None:
    assert PROJECT["optional-dependencies"].keys() - {"all"} <= babyslm.commands.doctor.EXTRAS.keys()


def test_a_whole_installation_is_healthy() -> None:
    told = doctor()
    assert told["healthy"]
    assert told["faults"] == []
    assert told["voices"]["en"]["test"] == 8
    assert told["neural"] == {"model": "hibari", "voices": {"dev": 2, "test": 6}, "missing": ""}
    assert {each["name"] for each in told["caches"]} == {*CACHES, "hugging face", "torch"}


def test_what_is_missing_is_named_with_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    known = babyslm.commands.doctor._version
    absent = {"ray": None, "scipy": None, "pylangacq": "0.1"}
    monkeypatch.setattr(
        babyslm.commands.doctor, "_version", lambda name: absent[name] if name in absent else known(name)
    )
    report = babyslm.commands.doctor.examine()
    assert report.extras["ray"]["missing"] == ["ray is not installed"]
    assert report.extras["corpora"]["missing"] == ["pylangacq 0.1 is not >=0.20"]
    assert report.extras["rooms"]["missing"] == []
    assert report.faults == ["scipy is not installed; pip install babyslm"]
    text = report.as_text()
    assert "ray is not installed: pip install 'babyslm[ray]'" in text
    assert not report.healthy


def test_neural_voices_that_are_not_installed_are_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("babyslm.speech.neural.hibari.distribution", absent)
    open_model.cache_clear()
    report = babyslm.commands.doctor.examine()
    assert report.healthy
    assert "neural        --synthesizer neural needs the package hibari-tts" in report.as_text()


def test_caches_are_measured_and_emptied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BABYSLM_CACHE", str(tmp_path / "cache"))
    keep_entry(cache_folder("units") / "a" / "b", bytes(1_000_000 - 32))
    keep_entry(cache_folder("rooms") / "a", bytes(10))
    (cache_folder("units") / "link").symlink_to(cache_folder("units") / "a" / "b")
    found = {each["name"]: each for each in doctor()["caches"]}
    assert (found["units"]["files"], found["units"]["megabytes"]) == (1, 1.0)
    assert found["units"]["empty"] == "babyslm doctor --empty units"
    assert doctor("--empty", "units")["emptied"]["units"]["files"] == 1
    assert not cache_folder("units").exists()
    assert cache_folder("rooms").is_dir()
    assert doctor("--empty", "all")["emptied"].keys() == CACHES.keys()
    assert not cache_folder("rooms").exists()
    with pytest.raises(UsageError, match="no cache is called 'nothing'; there are babble"):
        babyslm.commands.doctor.empty_caches("nothing")
