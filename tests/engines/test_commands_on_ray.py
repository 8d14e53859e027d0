"""Commands on Ray workers, one of which is killed in the middle: what comes out is what this machine makes alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from babyslm.cli import app
from babyslm.corpora.made.spoken import written_corpus
from babyslm.engines import using
from tests.engines.killing import killed_when
from tests.faults.commands import differences, fingerprints
from tests.faults.tasks import SENTENCES

pytestmark = pytest.mark.slow

LOCAL, RAY = ("--engine", "local"), ("--engine", "ray")


@pytest.fixture(scope="module", autouse=True)
def _cluster() -> Iterator[None]:
    ray = pytest.importorskip("ray")
    with using("ray", cpus=1):
        pass
    yield
    ray.shutdown()


def run(*arguments: str) -> None:
    done = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output


def test_a_set_is_the_same_wherever_it_is_built(tmp_path: Path) -> None:
    sizes = ["--words", "12", "--per-word", "2", "--pairs", "24", "--voices", "4", "--workers", "1", "--seed", "3"]
    command = ["build-stimuli", "all", "--lang", "en", "--condition", "snr10", *sizes, "--out"]
    run(*command, str(tmp_path / "here" / "set"), *LOCAL)
    out = tmp_path / "there" / "set"
    with killed_when(
        lambda: any(out.glob("lexical/dev/*.wav")), lambda: any(out.glob("*/*/conditions/*/*.wav"))
    ) as lost:
        run(*command, str(out), *RAY)
    assert len(lost) == 2
    assert differences(fingerprints(out), fingerprints(tmp_path / "here" / "set")) == []
    run("audit", str(out), "--out", str(tmp_path / "there" / "audit"), *RAY)
    run("audit", str(out), "--out", str(tmp_path / "here" / "audit"), "--workers", "1", *LOCAL)
    assert differences(fingerprints(tmp_path / "there" / "audit"), fingerprints(tmp_path / "here" / "audit")) == []


def test_a_spoken_learner_is_the_same_wherever_it_is_made(tmp_path: Path) -> None:
    written_corpus(SENTENCES * 4, tmp_path / "corpus", name="made", language="en", sources=["this test"])
    recipe = {
        "family": "spoken",
        "name": "tiny",
        "corpus": str(tmp_path / "corpus"),
        "speech": {"voices": 2},
        "encoder": {"kind": "mfcc", "deltas": 0},
        "units": {"size": 8, "context": [-1, 0, 1], "frames": 2000, "passes": 1},
        "warps": [0.95, 1.0],
        "order": 3,
    }
    path = tmp_path / "tiny.yaml"
    path.write_text(yaml.safe_dump(recipe), encoding="utf-8")
    run("train", str(path), "--out", str(tmp_path / "here" / "model"), *LOCAL)
    out = tmp_path / "there" / "model"
    spoken, learned = out / ".checkpoints" / "speech" / "audio", out / ".checkpoints" / "codebook.json"
    with killed_when(lambda: any(spoken.glob("*.flac")), learned.is_file) as lost:
        run("train", str(path), "--out", str(out), *RAY)
    assert len(lost) == 2
    assert differences(fingerprints(out), fingerprints(tmp_path / "here" / "model")) == []
