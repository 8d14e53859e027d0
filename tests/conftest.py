"""Shared by all tests: where the real data lie, a private cache, and no network."""

import os
from pathlib import Path

import pytest

from tests.caches import share_vocabulary

REALDATA = Path(os.environ.get("BABYSLM_REALDATA", Path(__file__).parent.parent.parent / "shared" / "data"))

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # tiny networks: threads cost more than they bring
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not REALDATA.is_dir():
        skip = pytest.mark.skip(reason="real data folder absent; set BABYSLM_REALDATA")
        for item in items:
            if "realdata" in item.keywords:
                item.add_marker(skip)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how often commands were killed, whichever process ran the test."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    told = [value for report in reports for name, value in report.user_properties if name == "fault"]
    if told:
        terminalreporter.section("faults")
        for line in told:
            terminalreporter.line(str(line))


@pytest.fixture(scope="session")
def realdata() -> Path:
    return REALDATA


@pytest.fixture(autouse=True)
def private_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path_factory.getbasetemp() / "cache"
    share_vocabulary(cache)
    monkeypatch.setenv("BABYSLM_CACHE", str(cache))
