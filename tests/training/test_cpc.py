"""CPC from nothing: windows of one speaker, the contrastive loss against its formula, an encoder found again."""

from pathlib import Path

import numpy as np
import pytest
import torch

from babyslm.models.load import load_model
from babyslm.speech.audio import write_audio
from babyslm.stimuli.stimulus import Stimulus
from babyslm.training.encoders.cpc import Contrast, CpcPretraining, CpcProblem, CpcSizes
from babyslm.training.recipe import make_recipe
from babyslm.training.speech.utterances import read_utterances
from babyslm.training.speech.waveforms import Waveforms
from babyslm.training.train import train
from babyslm.verify.learners.recipes import RecipeError
from tests.training.tones import TIMES, VOICES, WORDS, say

ALL = np.arange(VOICES * WORDS * TIMES)
SIZES = CpcSizes(channels=8, hidden=8, levels=2)
CONTRAST = Contrast(steps=3, negatives=5, window=3200, heads=2, dropout=0.0)


def problem(tones: Path) -> CpcProblem:
    sounds = Waveforms(read_utterances(tones))
    return CpcProblem(sounds, ALL[:30], ALL[30:], contrast=CONTRAST, batch_frames=60, seed=0)


def test_windows_are_the_utterances_of_one_speaker_end_to_end(tones: Path) -> None:
    told = problem(tones)
    speakers = told.sounds.corpus.speakers
    for batch in told.plan(0):
        parts = [part for window in batch for part in told.windows[window]]
        assert len({int(speakers[number]) for number, _, _ in parts}) == 1
        assert told.symbols(batch) == len(batch) * 17 * 3
    heard = [part for batch in told.plan(0) for window in batch for part in told.windows[window]]
    assert sum(length for _, _, length in heard) == 3200 * sum(len(batch) for batch in told.plan(0))
    assert all(start >= 0 and start + length <= 4800 for _, start, length in heard)
    starts = {(number, start) for number, start, _ in heard}
    assert len(starts) == len(heard)


@pytest.mark.parametrize("predictor", ["linear", "transformer"])
def test_the_loss_is_that_of_the_formula(predictor: str) -> None:
    torch.manual_seed(0)
    contrast = CONTRAST.model_copy(update={"predictor": predictor})
    network = CpcPretraining(SIZES, contrast).eval()
    sounds = torch.randn(2, 3200)
    torch.manual_seed(3)
    loss = float(network(sounds).detach())
    with torch.no_grad():
        frames = network.encoder.gEncoder(sounds[:, None]).transpose(1, 2)
        contexts = network.encoder.gAR(frames)[:, :17]
        if network.context is not None:
            mask = torch.triu(torch.full((17, 17), float("-inf")), diagonal=1)
            contexts = network.context(contexts, src_mask=mask)
        heads = network.heads.weight.reshape(3, 8, 8)
        torch.manual_seed(3)
        drawn = torch.randint(40, (34, 5))
        total = 0.0
        for window in range(2):
            for t in range(17):
                for step in range(3):
                    said = heads[step] @ contexts[window, t]
                    target = window * 20 + t + step + 1
                    true = float(said @ frames[window, t + step + 1]) / 8
                    others = [
                        float(said @ frames[i // 20, i % 20]) / 8
                        for i in drawn[window * 17 + t].tolist()
                        if i != target
                    ]
                    total -= true - float(np.log(np.exp([true, *others]).sum()))
    assert loss == pytest.approx(total, rel=1e-4)


def test_contexts_never_hear_what_they_predict() -> None:
    torch.manual_seed(0)
    network = CpcPretraining(SIZES, CONTRAST).eval()
    sounds = torch.randn(1, 3200)
    changed = sounds.clone()
    changed[:, 2400:] = torch.randn(800)
    assert network.context is not None
    with torch.no_grad():
        mask = torch.nn.Transformer.generate_square_subsequent_mask(20)
        before, after = (network.context(network.encoder(each), src_mask=mask) for each in (sounds, changed))
    torch.testing.assert_close(before[:, :13], after[:, :13])
    assert not torch.allclose(before[:, 15:], after[:, 15:])


def test_a_recipe_becomes_a_learner_that_scores(tones: Path, tmp_path: Path) -> None:
    values = {
        "family": "spoken",
        "name": "tiny",
        "pretrain": {
            "kind": "cpc",
            "sizes": SIZES.model_dump(),
            "layer": 1,
            "contrast": CONTRAST.model_dump(),
            "loop": {"updates": 30, "batch_tokens": 60, "lr": 0.01, "warmup": 2, "validate_every": 10},
        },
        "units": {"size": 6, "frames": 2000, "passes": 2},
        "validation": 0.2,
        "order": 2,
        "corpus": str(tones),
    }
    record = train(make_recipe(values), tmp_path / "model", device="cpu")
    assert record.outcome["encoder"]["validation_loss"] < np.log(6)  # five negatives: that is what guessing costs
    model = load_model(str(tmp_path / "model"), device="cpu", cache=False)
    write_audio(tmp_path / "new.wav", say(1, 0, 99))
    assert np.isfinite(model.score([Stimulus("new", audio=tmp_path / "new.wav")]).log_probability).all()
    assert model.settings["frame_rate"] == 100  # type: ignore[attr-defined]
    with pytest.raises(RecipeError, match="layer 3 must not exceed sizes.levels, which is 2"):
        make_recipe(values, ["pretrain.layer=3"])
