"""One made set, its registry, and a few submissions."""

from pathlib import Path

import pytest

from babyslm.leaderboard.submissions.registry import Registry
from babyslm.stimuli.stimulus_set import StimulusSet
from tests.leaderboard import made


@pytest.fixture(scope="session")
def stimuli(tmp_path_factory: pytest.TempPathFactory) -> StimulusSet:
    return made.make_set(tmp_path_factory.mktemp("made") / "set", words=12, pairs=15)


@pytest.fixture
def registry(tmp_path: Path, stimuli: StimulusSet) -> Registry:
    return made.make_registry(tmp_path / "leaderboard", stimuli)


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    folder = tmp_path / "leaderboard" / "submissions"
    folder.mkdir(parents=True)
    return folder
