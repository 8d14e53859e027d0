"""State of a compression: the ranks and every finished block, each written atomically."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict
from torch import Tensor

from babyslm.compression.factors.allocation import RankTable
from babyslm.files import atomic_folder, write_json
from babyslm.models.folder import read_tensors, write_tensors
from babyslm.verify.documents import parse_document, read_json
from babyslm.verify.learners.compression import OtherCompressionError

__all__ = ["STUDENT", "BlockRecord", "Work"]

STUDENT = "student"
"""Name of the distilled version; the others have the name of their initialisation."""

PLAN = "plan.json"
RECORD = "record.json"


class BlockRecord(BaseModel):
    """Record of one block.

    :param block: its number.
    :param ranks: rank by layer.
    :param loss_before: loss per term on held-out rows with the initial factors; at least .313.
    :param loss_after: the same after distillation; None without distillation.
    :param kept_start: whether the initial factors were kept because distillation did not improve the held-out loss.
    :param seconds: duration.
    """

    model_config = ConfigDict(extra="forbid")

    block: int
    ranks: dict[str, int]
    loss_before: float
    loss_after: float | None = None
    kept_start: bool = False
    seconds: float


class _Plan(BaseModel):
    model_config = ConfigDict(extra="forbid")

    identity: str
    ranks: dict[str, int]
    perplexity: float | None


class Work:
    """Working folder of a compression.

    :param folder: its path.
    :param identity: hash of model, settings and calibration data; the work of another compression is refused.
    """

    def __init__(self, folder: Path, identity: str) -> None:
        self.folder = folder
        self.identity = identity

    def plan(self) -> tuple[RankTable, float | None] | None:
        """Return the ranks and the teacher's perplexity; None if nothing has been started.

        :raises OtherCompressionError: if the folder belongs to another compression.
        """
        path = self.folder / PLAN
        if not path.is_file():
            return None
        plan = parse_document(_Plan, read_json(path), path)
        if plan.identity != self.identity:
            raise OtherCompressionError(
                self.folder.parent, "contains the beginning of another compression (model, settings or data differ)"
            )
        ranks = {}
        for key, rank in plan.ranks.items():
            block, _, name = key.partition(".")
            ranks[int(block), name] = rank
        return ranks, plan.perplexity

    def begin(self, ranks: RankTable, perplexity: float | None) -> None:
        """Write the ranks and the teacher's perplexity."""
        named = {f"{block}.{name}": rank for (block, name), rank in ranks.items()}
        plan = _Plan(identity=self.identity, ranks=named, perplexity=perplexity)
        write_json(self.folder / PLAN, plan.model_dump(mode="json"))

    def finished(self, block: int) -> BlockRecord | None:
        """Return the record of a finished block, or None."""
        path = self._place(block) / RECORD
        return parse_document(BlockRecord, read_json(path), path) if path.is_file() else None

    def keep(self, record: BlockRecord, versions: dict[str, dict[str, Tensor]]) -> None:
        """Write a finished block.

        :param record: its record.
        :param versions: weights of the block by version.
        """
        with atomic_folder(self._place(record.block)) as temporary:
            for name, tensors in versions.items():
                write_tensors(temporary / f"{name}.safetensors", tensors)
            write_json(temporary / RECORD, record.model_dump(mode="json"))

    def weights(self, block: int, version: str) -> dict[str, Tensor]:
        """Return the weights of a finished block in one version."""
        return read_tensors(self._place(block) / f"{version}.safetensors")

    def _place(self, block: int) -> Path:
        return self.folder / f"block-{block:05d}"
