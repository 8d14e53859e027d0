"""Text learners made by `babyslm train` with transformers: Hugging Face folders that record their text options."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from babyslm.models.folder import Header, read_header
from babyslm.models.protocol import LanguageModel

__all__ = ["TextHeader", "load"]


class TextHeader(Header):
    """Content of `babyslm.json` for a text learner.

    :param options: the `TextOptions` that match its training: phones or spelling, case, final punctuation.
    """

    family: Literal["transformers"] = "transformers"
    options: dict[str, Any] = Field(default_factory=dict)


def load(folder: Path, *, device: str = "auto", dtype: str | None = None, **options: Any) -> LanguageModel:
    """Load a text learner; explicit options override those recorded in its folder.

    :param folder: model folder.
    :param device: auto, cpu, cuda or cuda:N.
    :param dtype: float32, bfloat16 or float16; default float32 on a CPU.
    :param options: see `TextOptions`; `name` is the name shown in results.
    """
    from babyslm.models.text import huggingface

    header = read_header(folder, TextHeader)
    told = {"name": header.name} | header.options | options
    return huggingface.load(str(folder), device=device, dtype=dtype, **told)
