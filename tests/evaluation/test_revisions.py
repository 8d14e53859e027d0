import json
from pathlib import Path

import pandas as pd
import pytest

from babyslm.evaluation import revisions as module
from babyslm.evaluation.revisions import evaluate_revisions
from babyslm.results.outcomes.facts import training_amount
from tests.text_folders import causal_folder

NAMES = ("step10", "step200", "step3000")


@pytest.fixture
def checkpoints(tmp_path: Path) -> Path:
    folder = tmp_path / "learner"
    for name in NAMES:
        causal_folder(folder / name)
        config = json.loads((folder / name / "config.json").read_text(encoding="utf-8"))
        config |= {"training_steps": int(name[4:]), "training_tokens": int(name[4:]) * 1000}
        (folder / name / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


@pytest.fixture
def stimuli(tmp_path: Path) -> Path:
    path = tmp_path / "agreement.txt"
    path.write_text("the dogs runs\nthe dog runs\na cat see\na cat sees\n", encoding="utf-8")
    return path


def test_a_curve_has_a_result_a_revision_and_a_page(checkpoints: Path, stimuli: Path, tmp_path: Path) -> None:
    out = tmp_path / "curve"
    results = evaluate_revisions(str(checkpoints), stimuli, out=out, device="cpu")
    assert list(results) == list(NAMES)
    assert [training_amount(result) for result in results.values()] == [
        ("tokens", 10_000.0),
        ("tokens", 200_000.0),
        ("tokens", 3_000_000.0),
    ]
    table = pd.read_csv(out / "curve.csv")
    assert table["revision"].unique().tolist() == list(NAMES)
    assert table["tokens"].unique().tolist() == [10_000, 200_000, 3_000_000]
    assert "Accuracy by amount of training" in (out / "report.html").read_text(encoding="utf-8")
    assert all((out / name / "result.json").is_file() for name in NAMES)


def test_a_stopped_curve_goes_on_where_it_was(
    checkpoints: Path, stimuli: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "curve"
    scored: list[str] = []
    evaluate = module.evaluate

    def stopping(spec: str, *arguments, **options):
        if len(scored) == 2:
            raise KeyboardInterrupt
        scored.append(Path(spec).name)
        return evaluate(spec, *arguments, **options)

    monkeypatch.setattr(module, "evaluate", stopping)
    with pytest.raises(KeyboardInterrupt):
        evaluate_revisions(str(checkpoints), stimuli, out=out, device="cpu")
    assert scored == ["step10", "step200"]
    scored.clear()
    assert list(evaluate_revisions(str(checkpoints), stimuli, out=out, device="cpu")) == list(NAMES)
    assert scored == ["step3000"]
    scored.clear()
    evaluate_revisions(str(checkpoints), stimuli, out=out, which="step10", device="cpu", bos="never")
    assert scored == ["step10"], "another setting is scored anew"
