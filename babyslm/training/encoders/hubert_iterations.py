"""Iterations of HuBERT: each predicts clusters of spectral features or of a layer of the previous network."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from babyslm.models.encoders.hubert import front_span, hubert_network
from babyslm.models.encoders.load import make_encoder
from babyslm.models.encoders.protocol import Encoder
from babyslm.models.encoders.settings import EncoderSettings, HubertSettings, HubertSizes, MfccSettings
from babyslm.models.folder import load_weights, read_arrays, write_arrays
from babyslm.models.units.codebook import Codebook
from babyslm.progress import track
from babyslm.seeds import derive
from babyslm.speech.audio import Samples
from babyslm.training.encoders.hubert import HubertProblem, MaskedPrediction, frames_of, to_frames
from babyslm.training.encoders.run import EncoderRun
from babyslm.training.processes import first_alone
from babyslm.training.settings import LoopSettings
from babyslm.training.speech.waveforms import Waveforms
from babyslm.training.units.learn import UnitSettings, learn_codebook

__all__ = ["HubertRecipe", "Iteration", "train_hubert"]

LABELS = "labels.safetensors"

CHUNK = 64
"""Number of utterances labelled at once."""

Labels = NDArray[np.int64]


class Iteration(BaseModel):
    """One iteration of HuBERT training.

    :param layer: layer of the previous iteration's network whose clusters are predicted; None for spectral features.
    :param encoder: the spectral features of the first iteration.
    :param units: how the features are clustered.
    :param start: `fresh` weights, as published, or the weights of the `previous` iteration.
    :param loop: settings of the optimisation; `batch_tokens` counts frames.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    layer: int | None = Field(default=None, ge=1)
    encoder: EncoderSettings = MfccSettings()
    units: UnitSettings = UnitSettings()
    start: Literal["fresh", "previous"] = "fresh"
    loop: LoopSettings


class HubertRecipe(BaseModel):
    """Recipe of a HuBERT encoder trained from scratch.

    :param sizes: sizes of the network.
    :param layer: layer whose outputs are the features of the learner.
    :param warps: frequency warps applied to training speech, one per batch (log-mel front end only).
    :param prediction: masks and loss.
    :param iterations: the iterations; the published recipe has two.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["hubert"] = "hubert"
    sizes: HubertSizes = HubertSizes()
    layer: int = Field(ge=1)
    warps: tuple[float, ...] = Field(default=(1.0,), min_length=1)
    prediction: MaskedPrediction = MaskedPrediction()
    iterations: tuple[Iteration, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _layers_are_there(self) -> Self:
        if self.iterations[0].layer is not None:
            raise ValueError("the first iteration has no previous network to take a layer from; leave layer out")
        if any(iteration.layer is None for iteration in self.iterations[1:]):
            raise ValueError("each iteration after the first needs layer, the layer whose clusters it predicts")
        if max(self.layer, *(iteration.layer or 0 for iteration in self.iterations)) > self.sizes.layers:
            raise ValueError(f"layer must not exceed sizes.layers, which is {self.sizes.layers}")
        if set(self.warps) != {1.0} and self.sizes.front != "log-mel":
            raise ValueError("warps need sizes.front=log-mel")
        return self


def train_hubert(recipe: HubertRecipe, run: EncoderRun) -> tuple[EncoderSettings, dict[str, Any]]:
    """Train HuBERT, one iteration after another.

    :param recipe: the recipe.
    :param run: corpus, folders and settings of the run.
    :returns: settings of the encoder, and the training record of each iteration.
    """
    records = []
    before: Path | None = None
    sounds: Waveforms | None = None
    for number, iteration in enumerate(recipe.iterations, start=1):
        stage = f"hubert-{number}"
        if run.done(stage) is None:
            with first_alone(run.device):
                labels = _labels(iteration, recipe.sizes, before, run, stage)
            sounds = sounds or Waveforms(run.corpus)
            problem = HubertProblem(
                sounds,
                labels,
                run.training,
                run.held_out,
                span=front_span(recipe.sizes),
                settings=recipe.prediction,
                batch_frames=iteration.loop.batch_tokens,
                seed=run.seed,
            )
            network = _network(recipe, iteration, before, derive(run.seed, "weights", number))
            told = recipe.model_dump_json(exclude={"layer": True, "iterations": {"__all__": {"loop"}}})
            run.fit(stage, network, "wav2vec2", problem, iteration.loop, f"{number} {told}")
        before = run.weights(stage)
        records.append(run.done(stage))
    weights = run.bring_home(f"hubert-{len(recipe.iterations)}")
    return HubertSettings(weights=weights, sizes=recipe.sizes, layer=recipe.layer), {"iterations": records}


def _network(recipe: HubertRecipe, iteration: Iteration, before: Path | None, seed: int) -> Any:
    torch.manual_seed(seed)
    network = hubert_network(
        recipe.sizes,
        recipe.warps,
        num_classes=iteration.units.size,
        final_dim=recipe.prediction.final,
        mask_prob=recipe.prediction.share,
        mask_length=recipe.prediction.length,
        feature_grad_mult=recipe.prediction.front_gradient,
        skip_nomask=recipe.prediction.unmasked == 0,
    )
    if iteration.start == "previous" and before is not None:
        load_weights(network.wav2vec2, before)
    return network


def _labels(
    iteration: Iteration, sizes: HubertSizes, before: Path | None, run: EncoderRun, stage: str
) -> Sequence[Labels]:
    """Return the target cluster of each frame of each utterance."""
    path = run.stages / stage / LABELS
    if not path.is_file():
        settings = iteration.encoder
        if before is not None and iteration.layer is not None:
            settings = HubertSettings(weights=before, sizes=sizes, layer=iteration.layer)
        encoder = make_encoder(settings, device=run.device)
        codebook = learn_codebook(run.corpus, encoder, iteration.units, seed=run.seed, device=run.device)
        found = [np.zeros(0, dtype=np.int64)] * len(run.corpus)
        labelled = _labelled(run, encoder, codebook)
        for number, samples, labels in track(labelled, "clusters to predict", len(run.corpus)):
            count = int(frames_of(samples, *front_span(sizes)))
            spectral = iteration.layer is None
            found[number] = (
                to_frames(labels, encoder.frame_rate, count, *front_span(sizes)) if spectral else labels[:count]
            )
        lengths = np.array([len(labels) for labels in found], dtype=np.int64)
        write_arrays(path, {"labels": np.concatenate(found).astype(np.int32), "lengths": lengths})
    arrays = read_arrays(path)
    return np.split(arrays["labels"].astype(np.int64), np.cumsum(arrays["lengths"])[:-1])


def _labelled(run: EncoderRun, encoder: Encoder, codebook: Codebook) -> Iterator[tuple[int, int, Labels]]:
    """Yield index, number of samples and labels of each utterance."""
    chunk: list[tuple[int, Samples]] = []
    for number, waveform in run.corpus.waveforms(np.arange(len(run.corpus))):
        chunk.append((number, waveform))
        if len(chunk) == CHUNK:
            yield from _label_chunk(chunk, encoder, codebook)
            chunk = []
    yield from _label_chunk(chunk, encoder, codebook)


def _label_chunk(
    chunk: list[tuple[int, Samples]], encoder: Encoder, codebook: Codebook
) -> Iterator[tuple[int, int, Labels]]:
    labels = codebook.label(encoder.encode([waveform for _, waveform in chunk]))
    for (number, waveform), found in zip(chunk, labels, strict=True):
        yield number, len(waveform), found
