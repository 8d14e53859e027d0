"""Rotary positions as either version of transformers writes them give the same scores."""

import json
from pathlib import Path
from typing import Any

import pytest
import transformers

from babyslm.models.load import load_model
from babyslm.stimuli.stimulus import Stimulus
from babyslm.verify.learners.text import ModelRefusedError
from tests.text_folders import causal_folder

SCALING = {"rope_type": "linear", "factor": 4.0}
NEW = ("rope_parameters", "rope_theta", "rope_scaling")


def scores(folder: Path, values: dict[str, Any]) -> list[float]:
    path = folder / "config.json"
    config = {key: value for key, value in json.loads(path.read_text()).items() if key not in NEW}
    path.write_text(json.dumps(config | values))
    stimuli = [Stimulus(name=text, text=text) for text in ("the dog runs", "A cat sees the big dogs")]
    return load_model(str(folder), device="cpu").score(stimuli).log_probability.tolist()


@pytest.mark.parametrize("scaling", [None, SCALING])
def test_both_ways_of_writing_give_the_same_scores(tmp_path: Path, scaling: dict[str, Any] | None) -> None:
    folder = causal_folder(tmp_path / "learner")
    base = 30.0
    old = scores(folder, {"rope_theta": base, "rope_scaling": scaling})
    new = scores(folder, {"rope_parameters": {"rope_theta": base, **(scaling or {"rope_type": "default"})}})
    assert new == pytest.approx(old, abs=1e-4)
    assert new != pytest.approx(scores(folder, {"rope_theta": 500_000.0}), abs=1e-2)


@pytest.mark.skipif(not transformers.__version__.startswith("4."), reason="transformers 5 reads them itself")
def test_positions_by_kind_of_layer_are_refused(tmp_path: Path) -> None:
    folder = causal_folder(tmp_path / "learner")
    values = {"rope_parameters": {"full_attention": {"rope_theta": 30.0, "rope_type": "default"}}}
    with pytest.raises(ModelRefusedError, match="written by transformers 5"):
        scores(folder, values)
