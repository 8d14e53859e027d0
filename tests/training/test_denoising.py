"""Denoising masked prediction: the same door as the encoder, the loss of the formula, rounds, units, resumption."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from babyslm.models.encoders.denoising.hearing import Hearing
from babyslm.models.encoders.denoising.network import DenoisingNetwork, operations
from babyslm.models.encoders.denoising.settings import FrameSizes, HearingSettings
from babyslm.models.encoders.load import make_encoder
from babyslm.models.encoders.settings import DenoisingSettings
from babyslm.models.load import load_model
from babyslm.models.spoken import SpokenLanguageModel
from babyslm.models.units.posteriors import PosteriorUnits
from babyslm.speech.audio import write_audio
from babyslm.speech.sound import Recording, read_whole
from babyslm.stimuli.stimulus import Stimulus
from babyslm.training.encoders.denoising.pace import pace, peak_operations
from babyslm.training.encoders.denoising.problem import DenoisingProblem, Predictor
from babyslm.training.encoders.denoising.settings import Cepstra, Prediction
from babyslm.training.encoders.denoising.sources import CepstralFrames, StateFrames
from babyslm.training.loop import fit
from babyslm.training.recipe import make_recipe
from babyslm.training.settings import LoopSettings
from babyslm.training.speech.augmentation.mix import Augmentation
from babyslm.training.speech.augmentation.settings import AugmentationSettings
from babyslm.training.speech.spectra import hear_corpus
from babyslm.training.speech.utterances import read_utterances
from babyslm.training.train import train
from babyslm.verify.learners.recipes import RecipeError
from babyslm.verify.learners.units import NoPhonesError, SamplingError
from tests.training.test_augmentation import only
from tests.training.tones import TIMES, VOICES, WORDS, say

HEARING = HearingSettings(bands=16, before=0.04, after=0.06)
SIZES = FrameSizes(width=16, inner=12, distances=(1, 2))
ALL = np.arange(VOICES * WORDS * TIMES)
CPU = torch.device("cpu")

LOOP = {"updates": 10, "batch_tokens": 200, "lr": 0.01, "warmup": 2, "validate_every": 5, "log_every": 5}
UNITS = {"size": 6, "frames": 2000, "passes": 2}


def recipe(corpus: Path, *overrides: str, **values: object):
    told = {
        "family": "spoken",
        "name": "tiny",
        "pretrain": {
            "kind": "denoising",
            "hearing": HEARING.model_dump(),
            "network": SIZES.model_dump(),
            "layer": 2,
            "rounds": [{"units": UNITS, "loop": LOOP}, {"layer": 1, "units": UNITS, "loop": LOOP}],
            "unit_stage": {"layer": 2, "units": UNITS | {"penalty": 1.0}, "penalty": 1.0, "loop": LOOP},
        },
        "validation": 0.1,
        "order": 2,
        "corpus": str(corpus),
    }
    return make_recipe(told | values, overrides)


def with_codebook(corpus: Path, *overrides: str):
    return recipe(corpus, "pretrain.unit_stage=null", *overrides, units=UNITS)


def problem(
    tones: Path, augmented: AugmentationSettings | None = None, prediction: Prediction | None = None
) -> DenoisingProblem:
    spectra, owners = hear_corpus(read_utterances(tones), Hearing(HEARING), 8.0)
    assert owners.tolist() == ALL.tolist()
    draws = np.random.default_rng(0)
    labels = [draws.integers(0, 5, -(-count // 2)) for count in spectra.counts]
    augmentation = Augmentation(spectra, augmented or AugmentationSettings(), stack=2, seed=0)
    told = prediction or Prediction(length=3)
    return DenoisingProblem(
        augmentation, labels, 5, ALL[:30], ALL[30:], hearing=HEARING, settings=told, batch_frames=200, seed=0
    )


def network(seed: int = 0) -> DenoisingNetwork:
    torch.manual_seed(seed)
    return DenoisingNetwork(32, SIZES, 6)


def test_the_trainer_hears_a_clean_utterance_exactly_as_the_encoder_does(tones: Path) -> None:
    corpus = read_utterances(tones)
    told = problem(tones, only(before=(0, 0), after=(0, 0)))
    batch = np.array([3, 17])
    frames, inside, targets = told.examples(batch, 1)
    for row, (number, recording) in enumerate(corpus.recordings(batch)):
        heard = Hearing(HEARING).hear(recording)
        before, after = heard.margins
        wanted = heard.frames(-before, len(heard) + after)
        torch.testing.assert_close(frames[row, : len(wanted)], wanted, atol=2e-3, rtol=0)
        assert int(inside[row].sum()) == len(wanted)
        label = told.labels[told.starts[number] : told.starts[number] + told.frames[number]]
        assert targets[row, before : before + len(heard)].tolist() == label.tolist()
        assert (targets[row, :before] == 5).all()
        assert (targets[row, before + len(heard) :] == 5).all()


def test_targets_follow_the_utterance_into_its_silence(tones: Path) -> None:
    told = problem(tones, only(before=(0.1, 0.3), after=(0.1, 0.2)))
    batch = np.array([4, 9, 20])
    frames, inside, targets = told.examples(batch, 7)
    clean, _, plain = problem(tones, only(before=(0, 0), after=(0, 0))).examples(batch, 7)
    margin = HEARING.frames(HEARING.before) // 2
    for row, number in enumerate(batch):
        count = int(told.frames[number])
        onset = int((targets[row] != 5).nonzero()[0])
        assert onset > margin
        assert targets[row, onset : onset + count].tolist() == plain[row, margin : margin + count].tolist()
        wanted = clean[row, margin : margin + count]
        torch.testing.assert_close(frames[row, onset : onset + count], wanted, atol=0.1, rtol=0)  # the level moves
        assert (frames[row][~inside[row]] == -1).all()


def test_the_loss_is_that_of_the_formula(tones: Path) -> None:
    model = Predictor(network())
    batch = np.array([2, 8, 30])
    for unmasked in (0.0, 0.4):
        told = problem(tones, prediction=Prediction(length=3, unmasked=unmasked))
        torch.manual_seed(5)
        found = float(told.loss(model, batch, CPU).detach())
        torch.manual_seed(5)
        frames, inside, targets = told.examples(batch, int(torch.randint(2**62, ())))
        masked = told.masks(inside.shape, CPU)
        logs = model(frames, inside, masked).log_softmax(-1)
        hidden, seen = [], []
        for row in range(3):
            for t in range(frames.shape[1]):
                if inside[row, t]:
                    (hidden if masked[row, t] else seen).append(-float(logs[row, t, targets[row, t]].detach()))
        wanted = np.mean(hidden) + unmasked * np.mean(seen)
        assert found == pytest.approx(wanted * told.symbols(batch), rel=1e-4)


def test_masks_are_spans_of_about_the_share_and_hide_what_lies_below(tones: Path) -> None:
    told = problem(tones, prediction=Prediction(share=0.5, length=10))
    torch.manual_seed(0)
    masks = told.masks((200, 100), CPU)
    assert masks.any(dim=1).all()
    assert 0.3 < float(masks.float().mean()) < 0.45  # spans overlap: 1 - exp(-.5)
    runs = np.diff(np.flatnonzero(np.diff(np.pad(masks[0].numpy().astype(int), 1)) != 0))[::2]
    assert (runs[:-1] >= 10).all()
    model = network()
    frames = torch.randn(1, 20, 32)
    hidden = torch.zeros(1, 20, dtype=torch.bool)
    hidden[0, 4:9] = True
    changed = frames.clone()
    changed[0, 4:9] = 9.0
    assert torch.equal(model(frames, None, hidden), model(changed, None, hidden))


def test_an_epoch_has_every_utterance_once_and_validation_is_the_same_each_time(tones: Path) -> None:
    told = problem(tones)
    plan = told.plan(0)
    assert sorted(np.concatenate(plan).tolist()) == list(range(30))
    assert [batch.tolist() for batch in plan] == [batch.tolist() for batch in told.plan(0)]
    assert [batch.tolist() for batch in plan] != [batch.tolist() for batch in told.plan(1)]
    model = Predictor(network()).eval()
    with torch.inference_mode():
        assert told.validate(model, CPU) == told.validate(model, CPU)
    assert problem(tones).plan(0)[0].tolist() == plan[0].tolist()


def test_long_utterances_are_heard_in_pieces(tones: Path) -> None:
    corpus = read_utterances(tones)
    spectra, owners = hear_corpus(corpus, Hearing(HEARING), 0.2)
    assert owners.tolist() == [number for number in ALL for _ in range(2)]
    assert len(spectra) == 2 * len(ALL)


def test_states_of_clean_spectra_are_those_of_the_encoder(tones: Path, tmp_path: Path) -> None:
    corpus = read_utterances(tones)
    model = network(1)
    save_file(model.state_dict(), tmp_path / "w.safetensors")
    told = DenoisingSettings(weights=tmp_path / "w.safetensors", hearing=HEARING, sizes=SIZES, classes=6, layer=2)
    encoder = make_encoder(told, device="cpu")
    spectra, owners = hear_corpus(corpus, Hearing(HEARING), 8.0)
    source = StateFrames(spectra, corpus.speakers[owners], HEARING, model, 2)
    assert (source.frame_rate, source.dimensions) == (encoder.frame_rate, encoder.dimensions)
    found = {number: next(iter(blocks)) for number, blocks in source.features([30, 2, 11])}
    for number, recording in corpus.recordings([30, 2, 11]):
        wanted = encoder.encode([read_whole(recording)])[0]
        np.testing.assert_allclose(found[number], wanted, atol=0.02)


def test_cepstra_are_the_cosine_transform_with_derivatives_side_by_side(tones: Path) -> None:
    corpus = read_utterances(tones)
    spectra, owners = hear_corpus(corpus, Hearing(HEARING), 8.0)
    source = CepstralFrames(spectra, corpus.speakers[owners], HEARING, Cepstra(coefficients=4, deltas=1))
    found = next(iter(next(iter(source.features([5])))[1]))
    logs = np.maximum(spectra.utterance(5).numpy(), -50) * np.log(10) / 10
    bands = np.arange(16)
    basis = np.stack([np.cos(np.pi * k * (bands + 0.5) / 16) * np.sqrt((2 if k else 1) / 16) for k in range(4)])
    cepstra = logs @ basis.T
    ends = np.pad(cepstra, ((2, 2), (0, 0)), mode="edge")
    slopes = np.stack([sum(n * (ends[t + 2 + n] - ends[t + 2 - n]) for n in (1, 2)) / 10 for t in range(len(cepstra))])
    frames = np.concatenate([cepstra, slopes], axis=1)
    if len(frames) % 2:
        frames = np.concatenate([frames, frames[-1:]])
    np.testing.assert_allclose(found, frames.reshape(-1, 16), atol=1e-3)


def test_pace_counts_the_speech_of_the_updates(tones: Path, tmp_path: Path) -> None:
    told = problem(tones)
    model = network()
    loop = LoopSettings(updates=7, batch_tokens=200, lr=0.01, warmup=0)
    outcome = fit(Predictor(model), told, loop, seed=0, folder=tmp_path, identity="x", device="cpu")
    found = pace(outcome, told, model, loop)
    batches = [batch for epoch in range(7) for batch in told.plan(epoch)][:7]
    assert found["hours_heard"] == pytest.approx(sum(told.symbols(batch) for batch in batches) * 0.02 / 3600, abs=1e-3)
    rate = sum(told.symbols(batch) for batch in batches) * operations(model) / outcome.position.seconds
    assert found["gigaflops"] == pytest.approx(rate / 1e9, abs=0.01)
    assert peak_operations(CPU, torch.float32) > 10 * rate


def score(model: SpokenLanguageModel, folder: Path) -> float:
    write_audio(folder / "new.wav", say(1, 0, 99))
    return float(model.score([Stimulus("new", audio=folder / "new.wav")]).log_probability[0])


def test_a_recipe_with_a_unit_stage_becomes_a_learner_that_scores(tones: Path, tmp_path: Path) -> None:
    record = train(recipe(tones), tmp_path / "model", device="cpu")
    rounds = record.outcome["encoder"]["rounds"]
    assert [each["classes"] for each in rounds] == [7, 7, 7]
    assert all(each["hours_heard"] > 0 for each in rounds)
    assert {"gigaflops", "share_of_peak", "hours_heard_a_second"} <= set(rounds[0])
    model = load_model(str(tmp_path / "model"), device="cpu", cache=False)
    assert isinstance(model, SpokenLanguageModel)
    assert isinstance(model.codebook, PosteriorUnits)
    assert np.isfinite(score(model, tmp_path))
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == [
        "babyslm.json",
        "encoder",
        "language-model",
        "posteriors.json",
        "training.json",
    ]
    alone = say(1, 0, 99)
    write_audio(tmp_path / "alone.wav", alone)
    write_audio(tmp_path / "around.wav", np.concatenate([np.zeros(1234), alone, np.zeros(4321)]))
    first, second = model.units([Stimulus(name, audio=tmp_path / f"{name}.wav") for name in ("alone", "around")])
    assert first[0].tolist() == second[0].tolist()


def test_scores_of_drawn_segmentations_are_pooled(tones: Path, tmp_path: Path) -> None:
    train(recipe(tones), tmp_path / "model", device="cpu")
    drawn = load_model(str(tmp_path / "model"), device="cpu", draws=4)
    assert isinstance(drawn, SpokenLanguageModel)
    assert drawn.settings["units"]["draws"] == 4
    path = tmp_path / "new.wav"
    write_audio(path, say(1, 0, 99))
    found = drawn.score([Stimulus("new", audio=path)])
    features = drawn.encoder.encode([read_whole(Recording.whole(path))])[0]
    assert isinstance(drawn.codebook, PosteriorUnits)
    vocabulary = drawn.language_model.vocabulary
    strings = [vocabulary.encode_units(units.tolist()) for units in drawn.codebook.sample(features, 4)]
    sums, symbols = drawn.language_model.score_sequences(strings)
    assert found.log_probability[0] == pytest.approx(sums.sum())
    assert found.symbols is not None
    assert found.symbols[0] == symbols.sum()
    train(with_codebook(tones), tmp_path / "codebook", device="cpu")
    with pytest.raises(SamplingError):
        score(load_model(str(tmp_path / "codebook"), device="cpu", draws=2), tmp_path)  # type: ignore[arg-type]


def test_a_recipe_without_a_unit_stage_learns_a_codebook_of_a_layer(tones: Path, tmp_path: Path) -> None:
    train(with_codebook(tones, "warps=[0.95, 1.0]"), tmp_path / "model", device="cpu")
    model = load_model(str(tmp_path / "model"), device="cpu", cache=False)
    assert isinstance(model, SpokenLanguageModel)
    assert model.settings["units"]["size"] == 6
    assert np.isfinite(score(model, tmp_path))


def test_a_killed_run_goes_on_to_the_same_weights(
    tones: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = recipe(tones, "pretrain.unit_stage.loop.checkpoint_updates=2")
    train(told, tmp_path / "whole", device="cpu")

    class KilledError(Exception):
        pass

    real = DenoisingProblem.loss
    calls = {"left": 27}

    def killed(self: DenoisingProblem, *args: object) -> object:
        calls["left"] -= 1
        if not calls["left"]:
            raise KilledError
        return real(self, *args)  # type: ignore[arg-type]

    with monkeypatch.context() as patch, pytest.raises(KilledError):
        patch.setattr(DenoisingProblem, "loss", killed)
        train(told, tmp_path / "cut", device="cpu")
    assert (tmp_path / "cut" / ".checkpoints" / "units" / ".checkpoints").is_dir()
    train(told, tmp_path / "cut", device="cpu")
    for name in ("encoder/model.safetensors", "encoder/losses.jsonl", "language-model/model.safetensors"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name


def test_rounds_begin_with_the_weights_of_the_last(tones: Path, tmp_path: Path) -> None:
    told = with_codebook(tones)
    values = told.model_dump(mode="json")
    values["pretrain"]["rounds"][1]["loop"] |= {"updates": 1, "lr": 1e-12, "warmup": 0}
    del values["encoder"]
    train(make_recipe(values), tmp_path / "model", device="cpu")
    values["pretrain"]["rounds"] = values["pretrain"]["rounds"][:1]
    train(make_recipe(values), tmp_path / "first", device="cpu")
    from safetensors.torch import load_file

    both = [load_file(tmp_path / name / "encoder" / "model.safetensors") for name in ("model", "first")]
    torch.testing.assert_close(both[0]["layers.0.narrow.weight"], both[1]["layers.0.narrow.weight"])
    assert not torch.allclose(both[0]["head.weight"], both[1]["head.weight"])


def test_phones_as_targets_make_a_supervised_reference_that_says_so(tmp_path: Path) -> None:
    from babyslm.corpora.made.spoken import written_corpus

    words = ["dog", "cat", "the ball", "no", "look at the dog", "where is the cat"]
    written_corpus(words * 3, tmp_path / "text", name="t", language="en", sources=["the tests"])
    stage = {"targets": "phones", "penalty": 1.0, "loop": LOOP | {"updates": 150}}
    values = recipe(tmp_path / "text").model_dump(mode="json")
    del values["encoder"], values["units"]
    values["pretrain"] |= {"rounds": [], "unit_stage": stage, "augmentation": {"clean": 1.0}}
    values |= {"speech": {"drawn": 3}, "validation": 0.2}
    record = train(make_recipe(values), tmp_path / "model", device="cpu")
    assert record.outcome["encoder"]["supervised"] == "phones"
    assert record.outcome["validation_units"]["pnmi"] > 0.4
    header = json.loads((tmp_path / "model" / "babyslm.json").read_text())
    assert header["training"]["supervised"] == "phones"


def test_phones_of_recorded_speech_are_refused(tones: Path, tmp_path: Path) -> None:
    values = recipe(tones).model_dump(mode="json")
    del values["encoder"], values["units"]
    values["pretrain"] |= {"rounds": [], "unit_stage": {"targets": "phones", "loop": LOOP}}
    with pytest.raises(NoPhonesError, match="phones of utterance 0"):
        train(make_recipe(values), tmp_path / "model", device="cpu")


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("pretrain.rounds=[]", "at least one round"),
        ("pretrain.layer=3", "must not exceed"),
        ("pretrain.unit_stage.layer=null", "needs layer"),
        ("pretrain.unit_stage.units.codebook=elsewhere", "targets are always learned"),
        ("units={size: 9}", "unit stage sets its units"),
    ],
)
def test_recipes_that_do_not_fit_are_refused(tones: Path, override: str, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        recipe(tones, override)


def test_mixed_precision_trains(tones: Path, tmp_path: Path) -> None:
    told = problem(tones)
    loop = LoopSettings(updates=3, batch_tokens=200, lr=0.01, warmup=0, precision="bf16")
    outcome = fit(Predictor(network()), told, loop, seed=0, folder=tmp_path, identity="x", device="cpu")
    assert np.isfinite(outcome.position.losses[-1].loss)


def test_the_language_model_may_learn_from_augmented_speech_as_well(tones: Path, tmp_path: Path) -> None:
    quiet = only(before=(0, 0), after=(0, 0)).model_dump(mode="json")
    told = recipe(tones, "augmented=2").model_dump(mode="json")
    del told["encoder"], told["units"]
    told["pretrain"]["augmentation"] = quiet
    record = train(make_recipe(told), tmp_path / "quiet", device="cpu").outcome
    once = train(make_recipe(told | {"augmented": 0}), tmp_path / "once", device="cpu").outcome
    assert record["sequences"] == 3 * once["sequences"]
    # Without any augmentation the units are those of clean speech, so that all is counted three times.
    assert abs(record["symbols"] - 3 * once["symbols"]) <= 0.02 * record["symbols"]
    noisy = train(recipe(tones, "augmented=1"), tmp_path / "noisy", device="cpu").outcome
    assert noisy["sequences"] == 2 * once["sequences"]
    with pytest.raises(RecipeError, match="augmented needs"):
        recipe(tones, "pretrain=null", "augmented=1")


def test_units_come_back_from_the_cache(tones: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BABYSLM_CACHE", str(tmp_path / "cache"))
    train(recipe(tones), tmp_path / "model", device="cpu")
    write_audio(tmp_path / "new.wav", say(1, 0, 99))
    stimuli = [Stimulus("new", audio=tmp_path / "new.wav")]
    first = load_model(str(tmp_path / "model"), device="cpu")
    assert isinstance(first, SpokenLanguageModel)
    wanted = first.units(stimuli)[0][0].tolist()
    second = load_model(str(tmp_path / "model"), device="cpu")
    assert isinstance(second, SpokenLanguageModel)

    def unheard(*_args: object) -> None:
        raise AssertionError

    monkeypatch.setattr(second.encoder, "encode", lambda waveforms: [] if not len(waveforms) else unheard())
    assert second.units(stimuli)[0][0].tolist() == wanted
    assert second.uncached().caches is None
