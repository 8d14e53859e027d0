"""Text learners that `babyslm train` made by transformers: Hugging Face folders that know how they want to be read."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from babyslm.models.folder import Header, read_header
from babyslm.models.protocol import LanguageModel

__all__ = ["TextHeader", "load"]


class TextHeader(Header):
    """What `babyslm.json` says of a text learner.

    :param options: the choices of `TextOptions` that fit its training: phones or spelling, case, final marks.
    """

    family: Literal["transformers"] = "transformers"
    options: dict[str, Any] = Field(default_factory=dict)


def load(folder: Path, *, device: str = "auto", dtype: str | None = None, **options: Any) -> LanguageModel:
    """Load a text learner; what is asked for goes before what its training suggests.

    :param folder: model folder.
    :param device: auto, cpu, cuda or cuda:N.
    :param dtype: float32, bfloat16 or float16; default float32 on a processor.
    :param options: see `TextOptions`; `name` is what results call it.
    """
    from babyslm.models.text import huggingface

    header = read_header(folder, TextHeader)
    told = {"name": header.name} | header.options | options
    return huggingface.load(str(folder), device=device, dtype=dtype, **told)
