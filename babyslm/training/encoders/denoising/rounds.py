"""The rounds of denoising masked prediction, and the unit stage after them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from babyslm.models.devices import resolve_device
from babyslm.models.encoders.denoising.hearing import Hearing
from babyslm.models.encoders.denoising.network import DenoisingNetwork
from babyslm.models.encoders.settings import DenoisingSettings
from babyslm.models.folder import read_arrays, read_tensors, write_arrays
from babyslm.progress import notice, track
from babyslm.seeds import derive
from babyslm.training.encoders.denoising.pace import pace
from babyslm.training.encoders.denoising.phones import phone_targets
from babyslm.training.encoders.denoising.problem import DenoisingProblem, Predictor
from babyslm.training.encoders.denoising.settings import Cepstra, DenoisingRecipe, Prediction
from babyslm.training.encoders.denoising.sources import CepstralFrames, StateFrames
from babyslm.training.encoders.denoising.spectra_stage import heard_spectra
from babyslm.training.encoders.run import EncoderRun
from babyslm.training.loop import Fit
from babyslm.training.processes import first_alone, is_first
from babyslm.training.settings import LoopSettings
from babyslm.training.speech.augmentation.mix import Augmentation
from babyslm.training.speech.produced import ProductionSettings, produce
from babyslm.training.speech.spectra import Spectra
from babyslm.training.units.learn import UnitSettings, learn_units

__all__ = ["train_denoising"]

LABELS = "labels.safetensors"

PRODUCED = -1
"""Owner of produced utterances, which are no utterance of the corpus."""

Labels = NDArray[np.int64]


def train_denoising(recipe: DenoisingRecipe, run: EncoderRun) -> tuple[DenoisingSettings, dict[str, Any]]:
    """Train an encoder by denoising masked prediction, one round after another.

    :param recipe: the recipe.
    :param run: corpus, folders and settings of the run.
    :returns: settings of the encoder, and the training record of each round.
    """
    training = _Training(recipe, run)
    records = []
    for number, each in enumerate(recipe.rounds, start=1):
        stage = f"denoising-{number}"
        records.append(training.stage(stage, each.units, each.layer, each.cepstra, each.prediction, each.loop))
    last = recipe.unit_stage
    if last is not None:
        phones = last.targets == "phones"
        training.stage("units", last.units, last.layer, None, last.prediction, last.loop, phones=phones)
        records.append(run.done("units"))
    weights = run.bring_home(training.before[0])
    settings = DenoisingSettings(
        weights=weights,
        hearing=recipe.hearing,
        sizes=recipe.network,
        layer=recipe.layer if last is None else recipe.network.depth,
        classes=training.before[1],
        output="states" if last is None else "posteriors",
    )
    supervised = {"supervised": "phones"} if last is not None and last.targets == "phones" else {}
    return settings, {"rounds": records} | supervised


class _Training:
    """State of a training: the clean spectra, and the stage that was finished last.

    :param recipe: the recipe.
    :param run: the run.
    """

    def __init__(self, recipe: DenoisingRecipe, run: EncoderRun) -> None:
        self.recipe, self.run = recipe, run
        self.device = resolve_device(run.device)
        self.hearing = Hearing(recipe.hearing)
        self.before = ("", 0)
        with first_alone(run.device):
            spectra, self.owners = heard_spectra(run, self.hearing, recipe.longest)
            self.speakers = run.corpus.speakers[self.owners]
            if recipe.produced is not None:
                spectra = self._with_produced(spectra, recipe.produced)
        self.spectra = spectra.to(self.device)
        self.augmentation = Augmentation(
            self.spectra, recipe.augmentation, stack=recipe.hearing.stack, seed=derive(run.seed, "augmentation")
        )

    def stage(
        self,
        stage: str,
        units: UnitSettings,
        layer: int | None,
        cepstra: Cepstra | None,
        prediction: Prediction,
        loop: LoopSettings,
        *,
        phones: bool = False,
    ) -> dict[str, Any] | None:
        """Train one round from the weights of the last, unless it is finished; return its record."""
        run = self.run
        if run.done(stage) is None:
            with first_alone(run.device):
                labels, classes = self._labels(stage, units, layer, cepstra, phones=phones)
            problem = DenoisingProblem(
                self.augmentation,
                labels,
                classes - 1,
                np.flatnonzero(np.isin(self.owners, run.training) | (self.owners == PRODUCED)),
                np.flatnonzero(np.isin(self.owners, run.held_out)),
                hearing=self.recipe.hearing,
                settings=prediction,
                batch_frames=loop.batch_tokens,
                seed=derive(run.seed, stage),
            )
            network = self._network(classes, derive(run.seed, "weights", stage))

            def notes(outcome: Fit) -> dict[str, Any]:
                found = pace(outcome, problem, network, loop) | {"classes": classes}
                notice(_told(run.name, stage, found))
                return found

            whole = self.recipe.model_dump_json(include={"hearing", "network", "augmentation", "longest", "produced"})
            told = f"{stage} {units.model_dump_json()} {layer} {cepstra} {prediction} {phones} {whole}"
            run.fit(stage, Predictor(network), "encoder", problem, loop, told, notes=notes)
        record = run.done(stage)
        assert record is not None
        self.before = (stage, int(record["classes"]))
        return record

    def _network(self, classes: int, seed: int) -> DenoisingNetwork:
        """Return a network with the weights of the last stage; its head is new."""
        torch.manual_seed(seed)
        network = DenoisingNetwork(self.hearing.dimensions, self.recipe.network, classes)
        if self.before[0]:
            state = read_tensors(self.run.weights(self.before[0]))
            kept = {name: weight for name, weight in state.items() if not name.startswith("head.")}
            network.load_state_dict(network.state_dict() | kept)
        return network

    def _with_produced(self, spectra: Spectra, settings: ProductionSettings) -> Spectra:
        """Add produced speech to that of the corpus; its voices are further speakers."""
        run = self.run
        made, voices = produce(run.corpus, settings, self.hearing, run.stages / "produced", seed=run.seed)
        self.owners = np.concatenate([self.owners, np.full(len(made), PRODUCED)])
        self.speakers = np.concatenate([self.speakers, voices + 1 + run.corpus.speakers.max()])
        decibels = torch.cat([spectra.decibels, made.decibels])
        return Spectra(decibels, np.concatenate([spectra.counts, made.counts]), spectra.centres, spectra.hop)

    def _labels(
        self, stage: str, units: UnitSettings, layer: int | None, cepstra: Cepstra | None, *, phones: bool
    ) -> tuple[Sequence[Labels], int]:
        """Return the target of each frame of each piece, and the number of classes, silence included."""
        path = self.run.stages / stage / LABELS
        if not path.is_file() and is_first():
            frames = -(-self.spectra.counts // self.recipe.hearing.stack)
            if phones:
                found, names = phone_targets(self.run.corpus, self.owners, frames.tolist(), self.hearing)
                classes = len(names) + 1
            else:
                found, classes = self._clusters(units, layer, cepstra or Cepstra()), units.size + 1
            _write_labels(path, found, classes)
        return _read_labels(path)

    def _clusters(self, units: UnitSettings, layer: int | None, cepstra: Cepstra) -> list[Labels]:
        source: CepstralFrames | StateFrames
        if layer is None:
            source = CepstralFrames(self.spectra, self.speakers, self.recipe.hearing, cepstra)
        else:
            stage, classes = self.before
            network = DenoisingNetwork(self.hearing.dimensions, self.recipe.network, classes)
            network.load_state_dict(read_tensors(self.run.weights(stage)))
            source = StateFrames(self.spectra, self.speakers, self.recipe.hearing, network, layer)
        codebook = learn_units(source, units, seed=self.run.seed, device=self.run.device, folder=self.run.stages)
        labelled = source.features(list(range(len(self.spectra))))
        found = []
        for _, blocks in track(labelled, "targets", len(self.spectra)):
            found += codebook.label(list(blocks))
        return found


def _write_labels(path: Path, labels: Sequence[Labels], classes: int) -> None:
    lengths = np.array([len(each) for each in labels], dtype=np.int64)
    flat = np.concatenate(labels).astype(np.int32)
    write_arrays(path, {"labels": flat, "lengths": lengths, "classes": np.array([classes])})


def _read_labels(path: Path) -> tuple[list[Labels], int]:
    arrays = read_arrays(path)
    labels = np.split(arrays["labels"].astype(np.int64), np.cumsum(arrays["lengths"])[:-1])
    return labels, int(arrays["classes"][0])


def _told(name: str, stage: str, found: dict[str, Any]) -> str:
    """Return the line of the log that states the pace of a stage."""
    times = found["hours_heard_a_second"] * 3600
    return (
        f"{name}, {stage}: {found['hours_heard']:.2f} h of speech heard, {found['hours_heard_a_second']:.4f} h a "
        f"second ({times:.0f} times real time), {found['gigaflops']:.1f} GFLOP/s in matrix products "
        f"({found['share_of_peak']:.0%} of the measured peak)"
    )
