"""Passes of blocks over all batches: inputs, outputs, statistics and spectra."""

import copy
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import nn

from babyslm.compression.calibration.activations import Activations, Space
from babyslm.compression.calibration.batches import Batch, Calibration
from babyslm.compression.calibration.perplexity import perplexity
from babyslm.compression.calibration.prelude import Prelude
from babyslm.compression.factors.allocation import Spectra
from babyslm.compression.factors.first import energies
from babyslm.compression.factors.linears import weight_of
from babyslm.compression.factors.statistics import Collector
from babyslm.compression.settings import CompressionSettings, Initialisation
from babyslm.compression.work import Work
from babyslm.models.low_rank.families.family import Family
from babyslm.verify.learners.compression import NonFiniteError

__all__ = ["Passes"]


@dataclass(frozen=True)
class Passes:
    """Passes of blocks over all calibration batches.

    :param network: a transformers network, in evaluation mode.
    :param family: its family.
    :param calibration: batches.
    :param settings: number types, limits, and purpose of the statistics.
    :param source: the model's name, for messages.
    :param device: device of the blocks.
    :param work: folder to which activations are spilled.
    :param baselines: initialisations that are computed in addition to the student's own.
    """

    network: Any
    family: Family
    calibration: Calibration
    settings: CompressionSettings
    source: str
    device: torch.device
    work: Work
    baselines: tuple[Initialisation, ...]

    @property
    def blocks(self) -> nn.ModuleList:
        """The network's blocks."""
        return self.family.blocks_of(self.network)

    @property
    def batches(self) -> list[Batch]:
        """All batches: the training batches, then the held-out ones."""
        return [*self.calibration.train, *self.calibration.held_out]

    @property
    def stored(self) -> torch.dtype:
        """Number type of stored activations."""
        low = self.settings.precision == "bf16" or self.network.dtype == torch.bfloat16
        return torch.bfloat16 if low else torch.float32

    @property
    def amp(self) -> Callable[[], AbstractContextManager[object]]:
        """Mixed precision, or none."""
        if self.settings.precision == "no":
            return nullcontext
        return partial(torch.autocast, self.device.type, dtype=torch.bfloat16)

    @property
    def initialisations(self) -> tuple[Initialisation, ...]:
        """All requested initialisations; the student's own first."""
        return tuple(dict.fromkeys((self.settings.initialise, *self.baselines)))

    @property
    def statistics(self) -> range:
        """Indices of the batches from which the statistics are computed."""
        count = positions = 0
        for batch in self.calibration.train:
            count += 1
            positions += next(iter(batch.inputs.values())).numel()
            if positions >= self.settings.statistics_tokens:
                break
        return range(count)

    def perplexity(self) -> float | None:
        """Return the network's perplexity on the held-out batches, on the device of the blocks if it fits there."""
        if self.family.kind == "encoder":
            return None
        home = self.network.device
        try:
            return perplexity(self.network.to(self.device), self.calibration.held_out)
        except torch.OutOfMemoryError:
            torch.cuda.empty_cache()
            return perplexity(self.network.to(home), self.calibration.held_out)
        finally:
            self.network.to(home)

    def prelude(self) -> Prelude:
        """Return the part of the network before its first block."""
        return Prelude(self.network, self.blocks, self.device)

    def on_device(self, block: nn.Module) -> nn.Module:
        """Return a float32 copy of a block on the device of the blocks."""
        return (
            copy.deepcopy(block).to(device=self.device, dtype=torch.float32).eval().requires_grad_(requires_grad=False)
        )

    def entrance(self, prelude: Prelude, space: Space, batches: Sequence[Batch]) -> Activations:
        """Return the input of the first block."""
        width, shapes = 0, []
        for batch in batches:
            if self.family.kind == "encoder" or not width:  # an encoder has fewer frames than samples
                rows, length, width = prelude.first(batch.inputs).hidden.shape
            if self.family.kind != "encoder":
                rows, length = batch.inputs["input_ids"].shape
            shapes.append((rows, length))
        stream = space.make(shapes, width, self.stored)
        for number, batch in enumerate(batches):
            stream[number] = prelude.first(batch.inputs).hidden
        return stream

    @torch.no_grad()
    def forward(
        self,
        block: nn.Module,
        inputs: Activations,
        outputs: Activations,
        prelude: Prelude,
        collector: Collector | None = None,
        number: int = 0,
    ) -> None:
        """Run a block over all batches; a collector sums statistics over the first of them."""
        watched = self.statistics
        for index in range(len(inputs)):
            batch = self.batches[index]
            call = prelude.call(batch.inputs)
            mask = None if batch.mask is None else batch.mask.to(self.device)
            watching = collector.watching(mask) if collector and index in watched else nullcontext()
            with watching, self.amp():
                result = call.run(block, inputs[index].to(self.device).float())
            if not torch.isfinite(result).all():
                who = "the learner gives values" if collector else "the student gives values"
                raise NonFiniteError(who, number, index)
            outputs[index] = result

    def collector(self, block: nn.Module) -> Collector:
        """Return a collector for the statistics of a block's layers."""
        layers = self.family.linears_of(block, self.source)
        return Collector(layers, inputs_needed="whitened" in self.initialisations)

    def spectra(self) -> Spectra:
        """Return the energies of every layer's output components, from one pass of the teacher."""
        prelude = self.prelude()
        space = Space(self.work.folder, self.settings.spill_bytes)
        stream = self.entrance(prelude, space, self.batches[: len(self.statistics)])
        found = {}
        for number, block in enumerate(self.blocks):
            teacher = self.on_device(block)
            collector = self.collector(teacher)
            self.forward(teacher, stream, stream, prelude, collector, number)
            for name, layer in collector.layers.items():
                found[number, name] = energies(weight_of(layer), collector.of(name))
        return found
