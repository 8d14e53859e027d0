"""Training of a model folder from a recipe."""

import platform
import shutil
import time
from contextlib import nullcontext, suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from os import PathLike
from pathlib import Path
from typing import Any

from babyslm.files import exclusive, write_json
from babyslm.models.folder import HEADER_NAME
from babyslm.training.processes import is_first
from babyslm.training.recipe import FAMILIES, Recipe, find
from babyslm.verify.documents import read_json
from babyslm.verify.learners.recipes import OtherModelError

__all__ = ["RECORD_NAME", "TrainingRecord", "train"]

RECORD_NAME = "training.json"
CHECKPOINTS = ".checkpoints"


@dataclass(frozen=True)
class TrainingRecord:
    """Training record, stored as `training.json`.

    :param out: the model folder.
    :param recipe: the recipe with all overrides.
    :param outcome: entries of the family: corpus checksum, sequences, losses.
    :param seconds: wall-clock time of this call, without earlier parts of a resumed run.
    :param versions: versions of Python and the packages involved.
    """

    out: str
    recipe: dict[str, Any]
    outcome: dict[str, Any]
    seconds: float
    versions: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Return the record as JSON-able values."""
        return asdict(self)

    def as_text(self) -> str:
        """Return a one-line summary."""
        loss = self.outcome.get("validation_loss")
        told = f", held-out loss {loss:.4f} nats per symbol" if isinstance(loss, float) else ""
        return f"{self.out}: {self.recipe['name']} trained{told}"


def train(recipe: Recipe, out: str | PathLike[str], *, resume: bool = True, device: str = "auto") -> TrainingRecord:
    """Train a learner.

    An interrupted run resumes from its last checkpoint. A folder that already holds the complete model of this recipe
    is left unchanged; a folder with other content is an error.

    :param recipe: see `load_recipe`.
    :param out: model folder.
    :param resume: continue from a checkpoint; False starts from the beginning.
    :param device: `auto`, or `cpu` to avoid a GPU.
    """
    folder = Path(out)
    told = recipe.model_dump(mode="json")
    there = folder.exists()
    with exclusive(folder) if is_first() else nullcontext():
        if resume and (record := _finished(folder, told)) is not None:
            return record
        _verify_place(folder, resume=resume)
        if not resume and is_first():
            shutil.rmtree(folder, ignore_errors=True)
        try:
            return _run(recipe, told, folder, resume=resume, device=device)
        except BaseException:
            if not there and folder.is_dir() and [path.name for path in folder.iterdir()] in ([], [CHECKPOINTS]):
                with suppress(OSError):  # a folder without a checkpoint after a failure is removed
                    (folder / CHECKPOINTS).rmdir()
                with suppress(OSError):
                    folder.rmdir()
            raise


def _run(recipe: Recipe, told: dict[str, Any], folder: Path, *, resume: bool, device: str) -> TrainingRecord:
    begun = time.perf_counter()
    if is_first():
        _sweep(folder)
        (folder / CHECKPOINTS).mkdir(
            parents=True, exist_ok=True
        )  # tells a stopped run from a folder of something else
    outcome = find(FAMILIES[recipe.family].train)(recipe, folder, resume=resume, device=device)
    seconds = round(time.perf_counter() - begun, 1)
    record = TrainingRecord(str(folder), told, outcome, seconds, _versions())
    if is_first():
        write_json(folder / RECORD_NAME, record.as_dict())
        shutil.rmtree(folder / CHECKPOINTS, ignore_errors=True)
    return record


def _sweep(folder: Path) -> None:
    """Remove incomplete files of a killed run; the lock guarantees that no other process writes them."""
    for path in [*folder.glob(".*.partial*"), *(folder / CHECKPOINTS).glob(".*.partial*")]:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _finished(folder: Path, told: dict[str, Any]) -> TrainingRecord | None:
    """Return the record of the complete model of this recipe if the folder holds it."""
    path = folder / RECORD_NAME
    if not path.is_file():
        return None
    values = read_json(path)
    if not isinstance(values, dict) or values.get("recipe") != told:
        raise OtherModelError(folder, "holds a model of another recipe")
    return TrainingRecord(**values)


def _verify_place(folder: Path, *, resume: bool) -> None:
    """Refuse to write into, or to clear, a folder that is neither empty nor a training folder."""
    ours = any((folder / name).exists() for name in (RECORD_NAME, HEADER_NAME, CHECKPOINTS))
    if folder.is_dir() and any(folder.iterdir()) and not ours:
        kept = "" if resume else ", so it is not cleared"
        raise OtherModelError(folder, f"is not empty and not a training folder{kept}")


def _versions() -> dict[str, str]:
    packages = {name: version(name) for name in ("babyslm", "torch", "numpy", "accelerate", "tokenizers")}
    return packages | {"python": platform.python_version()}
