import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from babyslm.results.outcomes import environment
from babyslm.results.outcomes.environment import current_environment
from babyslm.results.outcomes.facts import (
    amount_text,
    condition,
    modality,
    revision,
    snr,
    training_amount,
    training_condition,
)
from babyslm.results.result import Result

Make = Callable[..., Result]


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_a_checkout_is_told_by_revision_and_whether_it_was_changed(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "a").write_text("1")
    git(tmp_path, "add", "a")
    git(tmp_path, "commit", "-q", "-m", "one")
    state = environment._git_state(tmp_path)
    assert state is not None
    assert len(state.revision) == 40
    assert not state.dirty
    (tmp_path / "a").write_text("2")
    changed = environment._git_state(tmp_path)
    assert changed is not None
    assert changed.dirty


def test_an_installation_inside_somebody_elses_checkout_has_no_revision(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    inside = tmp_path / "site-packages"
    inside.mkdir()
    assert environment._git_state(inside) is None


def test_a_checkout_without_git_or_commit_has_no_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "-q")
    assert environment._git_state(tmp_path) is None
    monkeypatch.setattr(environment, "which", lambda name: None)
    assert environment._git_state(tmp_path) is None


def test_only_packages_that_are_there_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "PACKAGES", ("numpy", "no-such-package"))
    assert list(current_environment().packages) == ["numpy"]


def test_facts_are_found_in_the_description_and_in_its_settings(make: Make) -> None:
    training = {"tokens": 5_000, "hours": 2, "condition": "wild"}
    for result in (
        make(training=training, revision="step1"),
        make(settings={"training": training, "revision": "step1"}),
    ):
        assert training_amount(result) == ("hours", 2.0)
        assert amount_text(result) == "2 hours"
        assert training_condition(result) == "wild"
        assert revision(result) == "step1"
    heard = make(evaluation={"condition": "home", "snr": 5})
    assert (condition(heard), snr(heard), modality(heard)) == ("home", 5.0, "spoken")


def test_facts_that_are_not_told_are_none(make: Make) -> None:
    plain = make(training={"hours": "many"})
    assert training_amount(plain) is None
    assert [fact(plain) for fact in (amount_text, training_condition, condition, snr, revision)] == [None] * 5
