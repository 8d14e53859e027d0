"""Card of a compressed folder: a record in JSON and a page in Markdown."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from babyslm.compression.calibration.batches import Calibration
from babyslm.compression.compress import Compressed
from babyslm.compression.learner import Learner
from babyslm.compression.settings import CompressionSettings
from babyslm.compression.work import BlockRecord
from babyslm.models.low_rank.families.find import FAMILIES

__all__ = ["CARD_NAME", "README_NAME", "CompressionCard", "make_card"]

CARD_NAME = "compression.json"
README_NAME = "README.md"


class CompressionCard(BaseModel):
    """Record of a compression.

    :param identity: hash of model, settings and data.
    :param format: factors or dense.
    :param ranks: rank by layer; layers that are not listed are not compressed.
    :param perplexity_before: perplexity of the learner on the held-out calibration rows; None for encoders.
    :param peak_memory: peak main memory of the process in bytes.
    :param peak_gpu_memory: peak GPU memory in bytes; None without GPU.
    """

    model_config = ConfigDict(extra="forbid")

    schema_version: int = 1
    identity: str
    model: str
    family: str
    format: str
    settings: CompressionSettings
    parameters_before: int
    parameters_after: int
    kept: float
    ranks: dict[str, int]
    blocks: list[BlockRecord]
    calibration: dict[str, Any]
    perplexity_before: float | None
    perplexity_after: float | None
    seconds: float
    peak_memory: int
    peak_gpu_memory: int | None
    babyslm: str

    def as_dict(self) -> dict[str, Any]:
        """Return the record as JSON-able values."""
        return self.model_dump(mode="json")

    def as_text(self) -> str:
        """Return the main figures as text."""
        sizes = f"{self.parameters_before:,} -> {self.parameters_after:,} parameters"
        shares = f"{100 * self.kept:.2f} % kept, {100 * self.settings.keep:g} % asked for"
        lines = [f"{self.model}: {sizes} ({shares})"]
        lines.append(f"  {len(self.ranks)} layers in {len(self.blocks)} blocks, {self.seconds:.0f} s")
        if self.perplexity_before is not None and self.perplexity_after is not None:
            lines.append(f"  perplexity, held-out rows: {self.perplexity_before:.3f} -> {self.perplexity_after:.3f}")
        return "\n".join(lines)

    def as_markdown(self) -> str:
        """Return the Markdown page that is stored with the weights."""
        settings = self.settings
        how = (
            f"local feature distillation, {settings.epochs} pass(es), learning rate {settings.lr:g}, both terms"
            if settings.distil
            else "no distillation"
        )
        gpu = "" if self.peak_gpu_memory is None else f", {self.peak_gpu_memory / 2**30:.2f} GiB on the GPU"
        rows = "\n".join(f"| `{name}` | {rank} |" for name, rank in self.ranks.items())
        blocks = "\n".join(
            f"| {each.block} | {each.loss_before:.4f} | "
            f"{'-' if each.loss_after is None else f'{each.loss_after:.4f}'} | {each.seconds:.1f} |"
            for each in self.blocks
        )
        perplexity = (
            ""
            if self.perplexity_before is None or self.perplexity_after is None
            else f"| perplexity, held-out calibration rows | {self.perplexity_before:.3f} -> "
            f"{self.perplexity_after:.3f} |\n"
        )
        auto = FAMILIES[self.family].auto_class
        trust = ", trust_remote_code=True" if self.format == "factors" else ""
        loading = f"from transformers import {auto}\n\nmodel = {auto}.from_pretrained(FOLDER{trust})"
        return (
            f"# {self.model}, {100 * self.kept:.1f} % of its parameters\n\n"
            f"Made by `babyslm compress` {self.babyslm}: ranks {settings.ranks}, factors from {settings.initialise}, "
            f"{how}.\n\n"
            "| | |\n| --- | --- |\n"
            f"| target | {100 * settings.keep:g} % |\n"
            f"| obtained | {100 * self.kept:.3f} %: {self.parameters_after:,} of {self.parameters_before:,} |\n"
            f"| calibration | {self.calibration['source']}, {self.calibration['positions']:,} "
            f"{self.calibration['unit']}, {self.calibration['layout']}, sha256 `{self.calibration['sha256']}` |\n"
            f"| seed | {settings.seed} |\n"
            f"| seconds | {self.seconds:.1f} |\n"
            f"| peak memory | {self.peak_memory / 2**30:.2f} GiB{gpu} |\n"
            f"{perplexity}\n"
            f"```python\n{loading}\n```\n\n"
            "Loss per term of each block on the held-out rows (lower limit 0.3133):\n\n"
            "| block | initial | distilled | seconds |\n| --- | --- | --- | --- |\n"
            f"{blocks}\n\n| layer | rank |\n| --- | --- |\n{rows}\n"
        )


def make_card(
    learner: Learner,
    compressed: Compressed,
    calibration: Calibration,
    settings: CompressionSettings,
    *,
    identity: str,
    form: str,
    version: str,
) -> CompressionCard:
    """Compile the record of a compression.

    :param learner: learner with the compressed network.
    :param compressed: results of the compression.
    :param calibration: calibration data.
    :param settings: settings of the compression.
    :param identity: hash of model, settings and data.
    :param form: factors or dense.
    :param version: version of babyslm.
    """
    import resource

    import torch

    family = learner.family
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return CompressionCard(
        identity=identity,
        model=learner.name,
        family=family.model_type,
        format=form,
        settings=settings,
        parameters_before=compressed.total,
        parameters_after=compressed.obtained,
        kept=compressed.obtained / compressed.total,
        ranks={f"{family.blocks}.{block}.{name}": rank for (block, name), rank in compressed.ranks.items()},
        blocks=compressed.blocks,
        calibration={
            "source": calibration.source,
            "sha256": calibration.sha256,
            "positions": calibration.positions,
            "unit": "tokens" if learner.encoder is not None else "samples",
            "layout": calibration.layout,
            "batches": len(calibration.train),
            "held_out_batches": len(calibration.held_out),
        },
        perplexity_before=compressed.perplexity_before,
        perplexity_after=compressed.perplexity_after,
        seconds=round(compressed.seconds, 2),
        peak_memory=peak,
        peak_gpu_memory=torch.cuda.max_memory_allocated() if torch.cuda.is_available() else None,
        babyslm=version,
    )
