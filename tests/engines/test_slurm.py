"""The Slurm script, with one node and with stand-ins for Slurm's own programs; Ray and babyslm are the real ones."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.commands import differences, fingerprints
from tests.faults.tasks import evaluate

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parent.parent.parent / "examples" / "slurm" / "ray.sbatch"

STAND_INS = {
    "scontrol": "echo node1",
    "hostname": "echo 127.0.0.1",
    "srun": 'while [ "${1#--}" != "$1" ]; do shift; done; exec "$@"',
    "babyslm": f'exec "{sys.executable}" -m babyslm "$@"',
    "ray": f'exec "{Path(sys.executable).parent / "ray"}" "$@"',
    "python": f'exec "{sys.executable}" "$@"',
}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_the_script_starts_a_cluster_runs_a_command_on_it_and_leaves_nothing(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, text in STAND_INS.items():
        (programs / name).write_text(f"#!/bin/bash\n{text}\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    command = evaluate(tmp_path)
    environment = os.environ | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "SLURM_JOB_NODELIST": "node1",
        "SLURM_NNODES": "1",
        "SLURM_CPUS_PER_TASK": "2",
        "RAY_PORT": str(free_port()),
    }
    done = subprocess.run(
        ["bash", str(SCRIPT), *command, str(tmp_path / "there" / "out")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    subprocess.run([sys.executable, "-m", "babyslm", *command, str(tmp_path / "here" / "out")], check=True)
    assert differences(fingerprints(tmp_path / "there" / "out"), fingerprints(tmp_path / "here" / "out")) == []
    with socket.socket() as left:
        assert left.connect_ex(("127.0.0.1", int(environment["RAY_PORT"]))) != 0
