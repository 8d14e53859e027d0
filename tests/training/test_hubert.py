"""HuBERT from nothing: targets that lie where frames do, batches without padding, the published loss, iterations."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from babyslm.models.encoders.hubert import LogMelFront, front_span, hubert_network
from babyslm.models.encoders.load import make_encoder
from babyslm.models.encoders.settings import HubertSettings, HubertSizes
from babyslm.models.load import load_model
from babyslm.speech.audio import write_audio
from babyslm.stimuli.stimulus import Stimulus
from babyslm.training.encoders.hubert import HubertProblem, MaskedPrediction, frames_of, to_frames
from babyslm.training.recipe import make_recipe
from babyslm.training.speech.utterances import read_utterances
from babyslm.training.speech.waveforms import Waveforms
from babyslm.training.train import train
from babyslm.verify.learners.encoders import EncoderWeightsError
from babyslm.verify.learners.recipes import RecipeError
from babyslm.verify.learners.units import WarpError
from tests.training.tones import TIMES, VOICES, WORDS, say

MEL = HubertSizes(
    front="log-mel", bands=20, dimensions=16, layers=2, heads=2, inner=16, position=4, position_groups=2, dropout=0.0
)
WAVES = MEL.model_copy(update={"front": "waveform", "convolutions": ((8, 10, 5), (8, 8, 4), (8, 4, 4), (8, 4, 4))})
ALL = np.arange(VOICES * WORDS * TIMES)


def recipe(corpus: Path, *overrides: str):
    loop = {"updates": 12, "batch_tokens": 60, "lr": 0.01, "warmup": 2, "validate_every": 6, "log_every": 3}
    units = {"size": 6, "frames": 2000, "passes": 2}
    values = {
        "family": "spoken",
        "name": "tiny",
        "pretrain": {
            "kind": "hubert",
            "sizes": MEL.model_dump(),
            "layer": 2,
            "prediction": {"share": 0.5, "length": 2, "final": 8, "shortest": 0.1},
            "iterations": [
                {"encoder": {"kind": "mfcc", "deltas": 0}, "units": units, "loop": loop},
                {"layer": 1, "units": units, "loop": loop},
            ],
        },
        "units": units,
        "validation": 0.1,
        "order": 2,
        "corpus": str(corpus),
    }
    return make_recipe(values, overrides)


def problem(tones: Path, sizes: HubertSizes = MEL, **settings: float) -> HubertProblem:
    sounds = Waveforms(read_utterances(tones))
    draws = np.random.default_rng(0)
    counts = frames_of(sounds.samples, *front_span(sizes))
    labels = [draws.integers(0, 5, count) for count in counts]
    told = MaskedPrediction(share=0.5, length=2, final=8, shortest=0.1, **settings)  # type: ignore[arg-type]
    return HubertProblem(
        sounds, labels, ALL[:30], ALL[30:], span=front_span(sizes), settings=told, batch_frames=60, seed=0
    )


def network(sizes: HubertSizes = MEL, **options):
    torch.manual_seed(0)
    return hubert_network(sizes, num_classes=5, final_dim=8, mask_prob=0.5, mask_length=2, **options)


@pytest.mark.parametrize("sizes", [MEL, WAVES], ids=["log-mel", "waveform"])
@pytest.mark.parametrize("samples", [560, 879, 880, 4800, 16_001])
def test_frames_are_counted_as_the_network_makes_them(sizes: HubertSizes, samples: int) -> None:
    model = network(sizes).eval().wav2vec2
    with torch.inference_mode():
        made = model.extract_features(torch.randn(1, samples), num_layers=1)[0][0]
    assert made.shape[1] == frames_of(np.array([samples]), *front_span(sizes))[0]


def test_a_log_mel_frame_is_what_its_formula_says() -> None:
    sound = torch.from_numpy(say(1, 0, 0))[None]
    front = LogMelFront(20)
    frames = front(sound, None)[0][0].numpy()
    emphasised = sound[0].numpy().copy()
    emphasised[1:] -= 0.97 * sound[0].numpy()[:-1]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    count = 1 + (len(emphasised) - 400) // 160
    mels = []
    for t in range(count):
        power = np.abs(np.fft.rfft(emphasised[t * 160 : t * 160 + 400] * window, 512)) ** 2
        mels.append(np.log(np.maximum(power @ front.banks[0].numpy(), 1e-8)))
    centred = np.array(mels) - np.mean(mels, axis=0)
    scaled = centred / np.maximum(np.sqrt(np.mean(centred**2, axis=0)), 1e-2)
    np.testing.assert_allclose(frames, scaled[: count // 2 * 2].reshape(count // 2, 40), atol=2e-3)


def test_labels_are_taken_from_the_middle_of_what_a_frame_sees() -> None:
    labels = np.arange(40)
    hop, receptive = front_span(MEL)
    found = to_frames(labels, 100.0, 15, hop, receptive)
    middles = (np.arange(15) * hop + receptive / 2) / 16_000
    assert np.abs(found / 100 - middles).max() <= 0.005 + 1e-9
    assert to_frames(labels[:3], 100.0, 15, hop, receptive).max() == 2


def test_an_epoch_has_every_utterance_once_in_batches_of_one_length(tones: Path) -> None:
    told = problem(tones)
    plan = told.plan(0)
    assert sorted(np.concatenate(plan).tolist()) == list(range(30))
    assert [batch.tolist() for batch in plan] == [batch.tolist() for batch in told.plan(0)]
    assert [batch.tolist() for batch in plan] != [batch.tolist() for batch in told.plan(1)]
    assert all(told.symbols(batch) <= 60 for batch in plan)


def test_utterances_that_are_too_short_are_left_out_and_long_ones_are_cut(tones: Path) -> None:
    short = problem(tones, longest=0.1)
    batch = short.plan(0)[0]
    assert short.symbols(batch) == 5 * len(batch)
    sounds = Waveforms(read_utterances(tones))
    told = MaskedPrediction(shortest=0.5)
    labels = [np.zeros(14, dtype=np.int64)] * len(ALL)
    none = HubertProblem(sounds, labels, ALL, ALL[:0], span=front_span(MEL), settings=told, batch_frames=60, seed=0)
    assert none.plan(0) == []
    assert none.validate(network(), torch.device("cpu")) is None


@pytest.mark.parametrize(("sizes", "unmasked"), [(MEL, 0.0), (MEL, 0.5), (WAVES, 0.0)])
def test_the_loss_is_that_of_the_formula(tones: Path, sizes: HubertSizes, unmasked: float) -> None:
    told = problem(tones, sizes, unmasked=unmasked, penalty=3.0)
    model = network(sizes, skip_nomask=unmasked == 0).train()
    batch = np.array([4, 9, 11])
    torch.manual_seed(7)
    loss = told.loss(model, batch, torch.device("cpu"))
    torch.manual_seed(7)
    for _ in batch:
        torch.randint(1, ())  # where each cut begins: all are as long as the batch
    sounds = torch.from_numpy(np.stack([told.sounds.piece(i, 0, 4800) for i in batch]))
    length = told.symbols(batch) // 3
    hop, receptive = front_span(sizes)
    labels = torch.from_numpy(np.stack([told.labels[i] for i in batch]))
    masked, others, energy = model(sounds[:, : (length - 1) * hop + receptive], labels)
    wanted = functional.cross_entropy(masked, torch.zeros(len(masked), dtype=torch.long))
    if unmasked:
        wanted = wanted + unmasked * functional.cross_entropy(others, torch.zeros(len(others), dtype=torch.long))
    if sizes is WAVES:
        wanted = wanted + 3.0 * energy
    torch.testing.assert_close(loss, wanted * 3 * length)


def test_validation_meets_the_same_masks_whenever_asked(tones: Path) -> None:
    told, model = problem(tones), network().eval()
    with torch.inference_mode():
        once = told.validate(model, torch.device("cpu"))
        torch.manual_seed(99)
        again = told.validate(model, torch.device("cpu"))
    assert once == again
    assert once is not None
    assert 0.5 < once < 5


@pytest.mark.parametrize("sizes", [MEL, WAVES], ids=["log-mel", "waveform"])
def test_features_do_not_depend_on_batch_mates(sizes: HubertSizes, tmp_path: Path) -> None:
    from babyslm.models.folder import write_tensors

    write_tensors(tmp_path / "w.safetensors", network(sizes).wav2vec2.state_dict())
    encoder = make_encoder(HubertSettings(weights=tmp_path / "w.safetensors", sizes=sizes, layer=2), device="cpu")
    sounds = [say(i, 0, 0)[: 4800 - 300 * (i % 2)] for i in range(4)]
    together, alone = encoder.encode(sounds), [encoder.encode([sound])[0] for sound in sounds]
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
    assert encoder.frame_rate == 50
    assert encoder.settings["weights"] == "w.safetensors"
    if sizes is WAVES:
        with pytest.raises(WarpError, match="waveform-hubert"):
            encoder.warped(1.1)  # type: ignore[attr-defined]
        with pytest.raises(EncoderWeightsError, match="do not match"):
            make_encoder(HubertSettings(weights=tmp_path / "w.safetensors", sizes=MEL, layer=2), device="cpu")
    else:
        warped = encoder.warped(1.2)  # type: ignore[attr-defined]
        assert warped.settings["warp"] == 1.2
        assert np.abs(warped.encode(sounds[:1])[0] - alone[0]).max() > 0.01
        np.testing.assert_allclose(warped.warped(1 / 1.2).encode(sounds[:1])[0], alone[0], atol=1e-5)


def test_two_iterations_make_a_learner_whose_folder_may_be_moved(tones: Path, tmp_path: Path) -> None:
    record = train(recipe(tones, "warps=[1.0, 0.9]"), tmp_path / "model", device="cpu")
    first, second = record.outcome["encoder"]["iterations"]
    assert first["updates"] == second["updates"] == 12
    assert np.isfinite([first["validation_loss"], second["validation_loss"]]).all()
    assert not (tmp_path / "model" / ".checkpoints").exists()
    assert (tmp_path / "model" / "encoder" / "loss.svg").is_file()
    header = json.loads((tmp_path / "model" / "babyslm.json").read_text())
    assert header["encoder"]["weights"] == "encoder/model.safetensors"
    shutil.move(tmp_path / "model", tmp_path / "elsewhere")
    model = load_model(str(tmp_path / "elsewhere"), device="cpu", cache=False)
    write_audio(tmp_path / "new.wav", say(1, 0, 99))
    assert np.isfinite(model.score([Stimulus("new", audio=tmp_path / "new.wav")]).log_probability).all()
    assert model.settings["training"]["hours"] == pytest.approx(36 * 0.3 / 3600, abs=1e-4)  # type: ignore[attr-defined]


def test_training_learns_to_predict_what_is_masked(tones: Path, tmp_path: Path) -> None:
    longer = "{updates: 120, batch_tokens: 200, lr: 0.01, warmup: 5, validate_every: 40}"
    values = recipe(tones, "validation=0.2").model_dump(mode="json")
    values["pretrain"]["iterations"] = values["pretrain"]["iterations"][:1]
    del values["encoder"]
    import yaml

    values["pretrain"]["iterations"][0]["loop"] = yaml.safe_load(longer)
    record = train(make_recipe(values), tmp_path / "model", device="cpu")
    lines = (tmp_path / "model" / "encoder" / "losses.jsonl").read_text().splitlines()
    losses = [entry["validation"] for entry in map(json.loads, lines) if entry["validation"] is not None]
    assert losses[-1] < 0.8 * np.log(6)  # six clusters, of which guessing would tell none apart
    assert record.outcome["encoder"]["iterations"][0]["validation_loss"] == min(losses)


def test_recipes_that_cannot_be_are_refused(tones: Path) -> None:
    with pytest.raises(RecipeError, match="give either encoder"):
        recipe(tones, "encoder={kind: mfcc}")
    with pytest.raises(RecipeError, match=r"layer must not exceed sizes\.layers, which is 2"):
        recipe(tones, "pretrain.layer=3")
    with pytest.raises(RecipeError, match=r"warps need sizes\.front=log-mel"):
        recipe(tones, "pretrain.warps=[1.0, 1.1]", "pretrain.sizes.front=waveform")
