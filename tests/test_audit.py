"""The audit command's work on a whole folder."""

import json
from pathlib import Path

from babyslm.commands.audit import audit_stimuli
from tests.tables import write_set


def test_a_leaky_set_fails_and_everything_is_written(tmp_path: Path) -> None:
    audit = audit_stimuli(write_set(tmp_path / "set"), out=tmp_path / "audit", sound=False)
    assert not audit.passed
    stored = json.loads((tmp_path / "audit" / "audit.json").read_text())
    assert stored["passed"] is False
    assert len((tmp_path / "audit" / "audit.csv").read_text().splitlines()) == len(stored["figures"]) + 1
    plots = list((tmp_path / "audit" / "plots").glob("*.svg"))
    assert plots
    assert all(path.read_text().startswith("<svg") for path in plots)
