"""Loading of a compressed folder as a learner."""

from pathlib import Path
from typing import Any

from babyslm.models.low_rank.classes import register_classes
from babyslm.models.protocol import LanguageModel
from babyslm.models.text import huggingface

__all__ = ["load"]


def load(folder: Path, *, device: str = "auto", dtype: str | None = None, **options: Any) -> LanguageModel:
    """Load a folder written by `babyslm compress`; the code in it is not run, babyslm's own classes are used.

    :param folder: folder with a `babyslm.json` of the family `low-rank`.
    :param device: as for any Hugging Face folder; so are the other options.
    """
    register_classes()
    return huggingface.load(str(folder), device=device, dtype=dtype, **options)
