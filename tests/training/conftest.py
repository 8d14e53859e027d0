"""Tiny networks gain nothing from several threads, and lose much where tests run side by side."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

from pathlib import Path

import pytest

from tests.training.tones import write_tones


@pytest.fixture(scope="session")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a corpus of tones, with sound."""
    folder = tmp_path_factory.mktemp("tones")
    write_tones(folder)
    return folder
