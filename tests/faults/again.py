"""Kill a command again and again, run it to its end, and hold what came out against an undisturbed run."""

import shutil
from pathlib import Path

import pytest

from babyslm.seeds import generator
from tests.caches import share_vocabulary
from tests.faults.commands import differences, fingerprints, run_until

PATIENCE = 5
"""How often an excuse is taken in a row."""


def killed_and_run_again(
    command: list[str],
    name: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    kills: int,
    earliest: float = 0.02,
    excuse: str = "",
) -> str:
    """Kill a command at moments drawn from a seed, without cleaning up in between; what it ends with must be the same.

    :param command: without its output folder.
    :param name: of the command; the moments depend on it.
    :param folder: where the outputs and caches lie.
    :param kills: how often it is killed.
    :param earliest: moment of a kill, as a share of the time that an undisturbed run takes.
    :param excuse: what a run may end with that the machine is to blame for; it counts for nothing.
    :returns: the counts, in words.
    """
    for name_of_cache in ("cache-of-the-undisturbed", "cache"):
        share_vocabulary(folder / name_of_cache)
    monkeypatch.setenv("BABYSLM_CACHE", str(folder / "cache-of-the-undisturbed"))
    run_until(["--version"], folder / "log", None)  # the server that processes are forked from starts here
    code, seconds = _run([*command, str(folder / "calm" / "out")], folder / "log", None, excuse)
    assert code == 0, (folder / "log").read_text(encoding="utf-8")
    expected = fingerprints(folder / "calm" / "out")
    assert expected
    monkeypatch.setenv("BABYSLM_CACHE", str(folder / "cache"))
    out = folder / "killed" / "out"
    killed = finished = 0
    random = generator(0, "kills", name)
    while killed < kills and finished < 3 * kills:
        code, _ = _run([*command, str(out)], folder / "log", random.uniform(earliest, 0.98) * seconds, excuse)
        assert code in {0, -9}, (folder / "log").read_text(encoding="utf-8")
        killed += code < 0
        if code == 0:  # done before the kill came: the next one meets an empty folder
            finished += 1
            assert differences(fingerprints(out), expected) == []
            shutil.rmtree(out)
    code, _ = _run([*command, str(out)], folder / "log", None, excuse)
    assert code == 0, (folder / "log").read_text(encoding="utf-8")
    assert differences(fingerprints(out), expected) == []
    left = [path.name for path in (folder / "killed").iterdir() if path.name != "out"]
    assert killed == kills
    return f"{name}: {killed} kills, {finished} ends before a kill, {seconds:.1f} s undisturbed, left over: {left}"


def _run(command: list[str], log: Path, deadline: float | None, excuse: str) -> tuple[int, float]:
    for _ in range(PATIENCE):
        before = log.stat().st_size
        code, seconds = run_until(command, log, deadline)
        if not excuse or code != 1 or excuse not in log.read_bytes()[before:].decode():
            break
    return code, seconds
