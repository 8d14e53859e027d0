"""Training spoken learners: units that tell sounds apart, stages that are kept, a run that can be killed."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from babyslm.corpora.corpus import save_corpus
from babyslm.models.encoders.load import make_encoder
from babyslm.models.encoders.settings import MfccSettings
from babyslm.models.load import load_model
from babyslm.models.spoken import SpokenLanguageModel
from babyslm.models.units.codebook import stack_context
from babyslm.speech.audio import write_audio
from babyslm.stimuli.stimulus import Stimulus
from babyslm.training.recipe import make_recipe
from babyslm.training.speech.utterances import read_utterances
from babyslm.training.train import train
from babyslm.training.units.correspondence import CorrespondenceSettings, correspondence_projection, nearest_pairs
from babyslm.training.units.learn import PcaSettings, UnitSettings, learn_codebook, mean_distance, train_centroids
from babyslm.training.units.quality import unit_statistics
from babyslm.verify.learners.recipes import CheckpointMismatchError, RecipeError
from babyslm.verify.learners.units import NoCorrespondenceError, NoSpeechError, SegmentError, TooFewFramesError
from tests.training.tones import TIMES, VOICES, WORDS, say


def recipe(corpus: Path, *overrides: str):
    values = {
        "family": "spoken",
        "name": "tiny",
        "encoder": {"kind": "mfcc", "deltas": 0},
        "units": {"size": 8, "context": [-2, 0, 2], "penalty": 1.0, "frames": 2000, "passes": 2}
        | {"projection": {"kind": "correspondence", "dimensions": 4, "neighbours": 2}},
        "warps": [0.95, 1.0],
        "validation": 0.1,
        "sizes": {"embedding": 4, "hidden": 8, "layers": 1, "output": 4, "dropout": 0.0},
        "loop": {"updates": 12, "batch_tokens": 200, "lr": 0.01, "warmup": 2},
        "corpus": str(corpus),
    }
    return make_recipe(values, overrides)


def test_utterances_are_read_file_by_file_and_cut_where_the_table_says(tones: Path) -> None:
    utterances = read_utterances(tones)
    assert len(utterances) == VOICES * WORDS * TIMES
    assert len(utterances.files) == VOICES
    heard = dict(utterances.waveforms([14, 2, 3]))
    assert list(heard) == [2, 3, 14]
    np.testing.assert_allclose(heard[2], say(2, 0, 0), atol=1e-4)
    np.testing.assert_allclose(heard[14], say(2, 1, 0), atol=1e-4)
    assert utterances.speakers.tolist() == [voice for voice in range(VOICES) for _ in range(WORDS * TIMES)]


def test_an_utterance_beyond_its_file_is_named(tones: Path, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(tones, folder)
    write_audio(folder / "v1.wav", say(0, 0, 0))
    with pytest.raises(SegmentError, match=r"v1\.wav: utterance 13 is at 0\.300-0\.600 s of a file of 0\.300 s"):
        list(read_utterances(folder).waveforms(range(36)))


def test_a_corpus_without_sound_is_refused(tmp_path: Path) -> None:
    save_corpus(pd.DataFrame({"text": ["a"]}), tmp_path, name="t", language="en", licence="none", sources=["t"])
    with pytest.raises(NoSpeechError, match="no utterance with sound"):
        read_utterances(tmp_path)


def test_nearest_pairs_equal_a_naive_search_and_join_different_speakers() -> None:
    draws = np.random.default_rng(0)
    words = [draws.standard_normal((10, 2)).astype(np.float32) for _ in range(12)]
    speakers = np.arange(12) % 3
    first, second = nearest_pairs(words, speakers, 2)
    for number in range(12):
        others = [other for other in range(12) if speakers[other] != speakers[number]]
        others.sort(key=lambda other: float(((words[other] - words[number]) ** 2).sum()))
        assert set(second[first == number].tolist()) == set(others[:2])


def test_correspondence_drops_what_speakers_differ_in_and_keeps_what_words_differ_in() -> None:
    draws = np.random.default_rng(0)
    words, speakers = [], []
    targets = 2 * draws.standard_normal((6, 12))
    for word in range(6):
        for speaker in range(4):
            content = targets[word] + 0.05 * draws.standard_normal(12)
            voice = np.full(12, 1.0 * speaker) + 0.05 * draws.standard_normal(12)
            words.append(np.stack([content, voice], axis=1).astype(np.float32))
            speakers.append(speaker)
    settings = CorrespondenceSettings(dimensions=1, neighbours=2, points=12)
    frames = np.concatenate(words)
    mean, projection = correspondence_projection(
        words, np.array(speakers), (frames.mean(axis=0), np.cov(frames.T)), (0,), settings
    )
    assert mean == pytest.approx(frames.mean(axis=0), abs=1e-4)
    assert abs(projection[0, 0]) > 20 * abs(projection[1, 0])


def test_correspondence_needs_two_speakers() -> None:
    words = [np.zeros((5, 2), dtype=np.float32)] * 3
    with pytest.raises(NoCorrespondenceError, match="too few speakers"):
        correspondence_projection(words, np.zeros(3), (np.zeros(2), np.eye(2)), (0,), CorrespondenceSettings())


def test_centroids_of_a_stream_find_the_clusters() -> None:
    draws = np.random.default_rng(0)
    centres = np.array([[0, 0], [10, 0], [0, 10]], dtype=np.float32)
    blocks = [centres[draws.integers(0, 3, 200)] + 0.1 * draws.standard_normal((200, 2)) for _ in range(5)]
    centroids = train_centroids(iter(blocks), 3, seed=1)
    assert np.sort(centroids.round().sum(axis=1)).tolist() == [0, 10, 10]
    assert mean_distance(blocks, centroids) < 0.05
    np.testing.assert_array_equal(centroids, train_centroids(iter(blocks), 3, seed=1))


def test_more_units_than_frames_are_refused() -> None:
    with pytest.raises(TooFewFramesError, match=r"units\.size=9: only 4 frames"):
        train_centroids([np.zeros((4, 2), dtype=np.float32)], 9, seed=0)


def test_principal_components_are_those_of_the_stacked_frames(tones: Path) -> None:
    utterances, encoder = read_utterances(tones), make_encoder(MfccSettings(deltas=0))
    settings = UnitSettings(size=4, context=(-1, 1), projection=PcaSettings(dimensions=3), frames=5000)
    codebook = learn_codebook(utterances, encoder, settings, seed=0)
    features = encoder.encode([waveform for _, waveform in utterances.waveforms(range(36))])
    stacked = np.concatenate([stack_context(frames, (-1, 1)) for frames in features])
    variances = np.concatenate([codebook.project(frames) for frames in features]).var(axis=0)
    largest = np.sort(np.linalg.eigvalsh(np.cov(stacked.T)))[::-1][:3]
    np.testing.assert_allclose(variances, largest, rtol=1e-2)


def test_restarts_never_end_farther_from_the_frames(tones: Path) -> None:
    utterances, encoder = read_utterances(tones), make_encoder(MfccSettings(deltas=0))
    features = encoder.encode([waveform for _, waveform in utterances.waveforms(range(36))])
    once, several = (
        learn_codebook(utterances, encoder, UnitSettings(size=8, frames=5000, restarts=restarts), seed=0)
        for restarts in (1, 4)
    )
    assert mean_distance(features, several.centroids) <= mean_distance(features, once.centroids)


def test_unit_statistics_count_units() -> None:
    told = unit_statistics([np.array([0, 1]), np.array([1, 0])], 5, 2.0)
    assert told == {"used": 2, "perplexity": 2.0, "a_second": 2.0}


def test_a_recipe_becomes_a_learner_that_scores(tones: Path, tmp_path: Path) -> None:
    record = train(recipe(tones), tmp_path / "model", device="cpu")
    assert record.outcome["units"]["used"] > 1
    assert record.outcome["sequences"] == 2 * 32
    model = load_model(str(tmp_path / "model"), device="cpu")
    assert isinstance(model, SpokenLanguageModel)
    assert model.warps == (0.95, 1.0)
    write_audio(tmp_path / "new.wav", say(1, 0, 99))
    assert np.isfinite(model.score([Stimulus("new", audio=tmp_path / "new.wav")]).log_probability).all()
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == [
        "babyslm.json",
        "codebook.json",
        "codebook.safetensors",
        "language-model",
        "training.json",
    ]


def weights(folder: Path) -> bytes:
    return (folder / "language-model" / "model.safetensors").read_bytes()


def test_a_killed_run_goes_on_with_its_stages_to_the_same_weights(
    tones: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(recipe(tones), tmp_path / "whole", device="cpu")

    class KilledError(Exception):
        pass

    def killed(*_args: object, **_kwargs: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch, pytest.raises(KilledError):
        patch.setattr("babyslm.training.units.language_model.fit_lstm", killed)
        train(recipe(tones), tmp_path / "again", device="cpu")
    assert not (tmp_path / "again" / "babyslm.json").exists()
    with monkeypatch.context() as patch:
        patch.setattr("babyslm.training.spoken.learn_codebook", killed)
        patch.setattr("babyslm.training.spoken.extract_units", killed)
        train(recipe(tones), tmp_path / "again", device="cpu")
    assert weights(tmp_path / "again") == weights(tmp_path / "whole")
    assert (tmp_path / "again" / "codebook.safetensors").read_bytes() == (
        tmp_path / "whole" / "codebook.safetensors"
    ).read_bytes()


def test_stages_of_another_recipe_are_refused_unless_started_anew(
    tones: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("babyslm.training.units.language_model.fit_lstm", killed)
        train(recipe(tones), tmp_path / "model", device="cpu")
    with pytest.raises(CheckpointMismatchError):
        train(recipe(tones, "units.size=6"), tmp_path / "model", device="cpu")
    train(recipe(tones, "units.size=6"), tmp_path / "model", resume=False, device="cpu")
    assert len(json.loads((tmp_path / "model" / "language-model" / "vocabulary.json").read_text())["symbols"]) == 9


def test_the_units_may_get_an_ngram_model_instead(tones: Path, tmp_path: Path) -> None:
    record = train(recipe(tones, "loop=null", "order=3"), tmp_path / "model", device="cpu")
    assert np.isfinite(record.outcome["validation_loss"])
    model = load_model(str(tmp_path / "model"), device="cpu")
    assert isinstance(model, SpokenLanguageModel)
    assert model.language_model.family == "ngram"
    write_audio(tmp_path / "new.wav", say(1, 0, 99))
    assert np.isfinite(model.score([Stimulus("new", audio=tmp_path / "new.wav")]).log_probability).all()


@pytest.mark.parametrize("objective", ["causal", "masked"])
def test_the_units_may_get_a_transformer_instead(tones: Path, tmp_path: Path, objective: str) -> None:
    sizes = f"transformer={{objective: {objective}, hidden: 8, layers: 1, heads: 2, inner: 8}}"
    train(recipe(tones, sizes, "loop.updates=3"), tmp_path / "model", device="cpu")
    model = load_model(str(tmp_path / "model"), device="cpu")
    assert isinstance(model, SpokenLanguageModel)
    assert model.settings["language_model"]["sizes"]["objective"] == objective
    write_audio(tmp_path / "new.wav", say(1, 0, 99))
    assert np.isfinite(model.score([Stimulus("new", audio=tmp_path / "new.wav")]).log_probability).all()


def test_a_recipe_names_one_language_model(tones: Path) -> None:
    for overrides in (["order=3"], ["loop=null"]):
        with pytest.raises(RecipeError, match="either loop"):
            recipe(tones, *overrides)


def test_faulty_fields_of_a_recipe_are_named(tones: Path) -> None:
    with pytest.raises(RecipeError, match="encoder"):
        recipe(tones, "encoder.kind=cochlea")
    with pytest.raises(RecipeError, match=r"units\.size"):
        recipe(tones, "units.size=1")


@pytest.mark.parametrize("transformer", [False, True])
def test_a_network_may_be_interpolated_with_an_ngram_model(tones: Path, tmp_path: Path, transformer: bool) -> None:
    sizes = ["transformer={objective: causal, hidden: 8, layers: 1, heads: 2, inner: 8}"] if transformer else []
    record = train(recipe(tones, "interpolate=8", *sizes), tmp_path / "model", device="cpu")
    losses = record.outcome["validation_losses"]
    assert losses["mixture"] <= min(losses["network"], losses["ngram"]) + 1e-9
    assert record.outcome["validation_loss"] == losses["mixture"]
    model = load_model(str(tmp_path / "model"), device="cpu")
    assert isinstance(model, SpokenLanguageModel)
    assert model.language_model.family == "mixture"
    assert not (tmp_path / "model" / "language-model" / "network" / ".checkpoints").exists()
    write_audio(tmp_path / "new.wav", say(1, 0, 99))
    assert np.isfinite(model.score([Stimulus("new", audio=tmp_path / "new.wav")]).log_probability).all()


@pytest.mark.parametrize(
    "overrides",
    [("loop=null", "order=3"), ("validation=0",), ("transformer={objective: masked, hidden: 8, heads: 2, inner: 8}",)],
)
def test_an_interpolation_that_cannot_be_is_refused(tones: Path, overrides: tuple[str, ...]) -> None:
    with pytest.raises(RecipeError, match="interpolate needs"):
        recipe(tones, "interpolate=3", *overrides)
