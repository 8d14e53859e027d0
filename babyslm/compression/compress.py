"""Compression of a network block by block: ranks, first factors, distillation."""

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from babyslm.compression.calibration.activations import Space
from babyslm.compression.calibration.batches import Calibration
from babyslm.compression.calibration.passes import Passes
from babyslm.compression.calibration.prelude import Prelude
from babyslm.compression.distil import Streams, distil_block, mean_loss
from babyslm.compression.factors.allocation import RankTable, allot, obtained
from babyslm.compression.factors.first import low_rank_factors
from babyslm.compression.factors.linears import find_linears, parameter_count, ranks_of_block, weight_of
from babyslm.compression.factors.statistics import Collector
from babyslm.compression.settings import CompressionSettings, Initialisation
from babyslm.compression.work import STUDENT, BlockRecord, Work
from babyslm.models.low_rank.families.family import Family
from babyslm.models.low_rank.layers import factorise, separate_experts
from babyslm.progress import bar

__all__ = ["Compressed", "compress_network", "load_version"]


@dataclass(frozen=True)
class Compressed:
    """Results of a compression; the network itself was changed in place.

    :param ranks: rank by block and layer.
    :param blocks: records of the compressed blocks.
    :param total: parameters before.
    :param obtained: parameters after.
    :param perplexity_before: perplexity of the teacher on held-out rows; None for encoders.
    :param perplexity_after: perplexity of the student on the same rows.
    :param seconds: duration, blocks of earlier interrupted runs included.
    """

    ranks: RankTable
    blocks: list[BlockRecord]
    total: int
    obtained: int
    perplexity_before: float | None
    perplexity_after: float | None
    seconds: float


def compress_network(
    network: Any,
    family: Family,
    calibration: Calibration,
    settings: CompressionSettings,
    *,
    source: str,
    device: torch.device,
    work: Work,
    baselines: Sequence[Initialisation] = (),
) -> Compressed:
    """Compress a network in place. Blocks that `work` already holds are read from there.

    The network is in memory once. The device holds one block of the teacher, one of the student, and one batch. The
    activations of all batches are stored between blocks: inputs and outputs of the teacher's block, and inputs of the
    student's block.

    :param network: a transformers network, in evaluation mode.
    :param family: its family.
    :param calibration: batches.
    :param settings: everything that affects the result.
    :param source: the model's name, for messages.
    :param device: device of the blocks.
    :param work: folder of finished blocks.
    :param baselines: initialisations that are stored in addition to the student, with the same ranks and untrained.
    """
    began = time.perf_counter()
    run = _Run(network, family, calibration, settings, source, device, work, tuple(baselines))
    separate_experts(network)
    total = parameter_count(network)
    linears = find_linears(network, family, source)
    plan = work.plan()
    if plan is None:
        before = run.perplexity()
        spectra = run.spectra() if settings.ranks == "error" else None
        ranks = allot(settings.ranks, linears, total, settings.keep, floor=settings.floor, spectra=spectra)
        work.begin(ranks, before)
    else:
        ranks, before = plan
    earlier = sum(record.seconds for block in range(len(run.blocks)) if (record := work.finished(block)))
    records = run.blocks_one_by_one(ranks)
    return Compressed(
        ranks=ranks,
        blocks=records,
        total=total,
        obtained=obtained(ranks, linears, total),
        perplexity_before=before,
        perplexity_after=run.perplexity(),
        seconds=time.perf_counter() - began + earlier,
    )


def load_version(network: Any, family: Family, work: Work, compressed: Compressed, version: str) -> None:
    """Load the weights of one version into a compressed network.

    :param network: the network that was compressed.
    :param family: its family.
    :param work: folder of the finished blocks.
    :param compressed: results of the compression.
    :param version: `STUDENT` or the name of a baseline.
    """
    blocks = family.blocks_of(network)
    for record in compressed.blocks:
        _load(blocks[record.block], work.weights(record.block, version))


def _load(block: nn.Module, weights: dict[str, Tensor]) -> None:
    block.load_state_dict(weights, strict=True)


class _Run(Passes):
    """Compression of the blocks of a network, one by one."""

    def blocks_one_by_one(self, ranks: RankTable) -> list[BlockRecord]:
        """Compress each block that has ranks; blocks above the last of them are not run."""
        last = max(block for block, _ in ranks)
        prelude = self.prelude()
        space = Space(self.work.folder, self.settings.spill_bytes)
        student = teacher = self.entrance(prelude, space, self.batches)
        target = space.make(teacher.shapes, teacher.flat.shape[1], self.stored)
        records = []
        with bar("compressing", total=last + 1) as progress:
            for number in range(last + 1):
                own = ranks_of_block(ranks, number)
                block = self.on_device(self.blocks[number])
                record = self.work.finished(number) if own else None
                collector = None if record or not own else self.collector(block)
                self.forward(block, teacher, target, prelude, collector, number)
                pupil = block
                if own:
                    streams = Streams(self.batches, teacher, student, target)
                    if record is None:
                        assert collector is not None
                        record = self.compress_block(number, block, own, collector, streams, prelude)
                    pupil = self.put_back(number, own)
                    records.append(record)
                if own or student is not teacher:
                    if student is teacher:
                        student = space.make(teacher.shapes, teacher.flat.shape[1], self.stored)
                        self.forward(pupil, teacher, student, prelude, number=number)
                    else:
                        self.forward(pupil, student, student, prelude, number=number)
                    teacher, target = target, teacher
                else:
                    student = target
                    teacher, target = target, teacher
                progress.advance()
        return records

    def compress_block(
        self,
        number: int,
        teacher: nn.Module,
        ranks: dict[str, int],
        collector: Collector,
        streams: Streams,
        prelude: Prelude,
    ) -> BlockRecord:
        """Factorise, distil and store one block."""
        began = time.perf_counter()
        settings = self.settings
        train = range(len(self.calibration.train))
        held = range(len(train), len(self.batches))
        versions: dict[str, dict[str, Tensor]] = {}
        pupil = copy.deepcopy(teacher)
        factorise(pupil, ranks)
        for how in reversed(self.initialisations):  # the student's own comes last and remains in `pupil`
            for name, rank in ranks.items():
                weight = weight_of(collector.layers[name])
                moments = None if how == "weight" else collector.of(name)
                layer: Any = pupil.get_submodule(name)
                expand, reduce = low_rank_factors(weight, rank, how, moments)
                layer.expand.weight.data.copy_(expand)
                layer.reduce.weight.data.copy_(reduce)
                original: Any = collector.layers[name]
                if original.bias is not None:
                    layer.expand.bias.data.copy_(original.bias)
            if how in self.baselines:
                versions[how] = self.state(pupil)
        loss = partial(mean_loss, pupil, streams, held, prelude, settings.terms, self.amp)
        before, after, kept = loss(), None, False
        if settings.distil:
            start = {name: tensor.clone() for name, tensor in pupil.state_dict().items()}
            distil_block(pupil, streams, train, prelude, settings, number, self.amp)
            after = loss()
            if after > before:
                _load(pupil, start)
                after, kept = before, True
        versions[STUDENT] = self.state(pupil)
        record = BlockRecord(
            block=number,
            ranks=ranks,
            loss_before=before,
            loss_after=after,
            kept_start=kept,
            seconds=time.perf_counter() - began,
        )
        self.work.keep(record, versions)
        return record

    def state(self, block: nn.Module) -> dict[str, Tensor]:
        """Return a copy of a block's weights in the network's number type, in main memory."""
        return {name: tensor.to("cpu", self.network.dtype, copy=True) for name, tensor in block.state_dict().items()}

    def put_back(self, number: int, ranks: dict[str, int]) -> nn.Module:
        """Insert a finished block into the network, and return it in float32 on the device of the blocks."""
        block = self.blocks[number]
        factorise(block, ranks)
        _load(block, self.work.weights(number, STUDENT))
        return self.on_device(block)
