"""Options of a learner from the command line."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from babyslm.verify.errors import UsageError
from babyslm.verify.results.evaluation import NoPlaceError

__all__ = ["OptionFormatError", "learner_options", "require_out"]


class OptionFormatError(UsageError):
    """An option of the learner does not have the form key=value."""

    def __init__(self, text: str) -> None:
        super().__init__(f"--option {text!r}: must be key=value, such as bos=never")


def learner_options(
    *,
    device: str,
    dtype: str | None,
    batch_tokens: int | None,
    trust_remote_code: bool,
    extra: Sequence[str],
) -> dict[str, Any]:
    """Collect the options for `load_model`; options that were not given are left to the learner.

    :param device: device name, or auto.
    :param dtype: name of a floating-point type, or None.
    :param batch_tokens: token budget of a batch, or None.
    :param trust_remote_code: whether code in a model folder may run.
    :param extra: further `key=value` texts; values are read as YAML scalars (`3`, `true`, `never`).
    """
    import yaml

    options: dict[str, Any] = {"device": device}
    if dtype is not None:
        options["dtype"] = dtype
    if batch_tokens is not None:
        options["batch_tokens"] = batch_tokens
    if trust_remote_code:
        options["trust_remote_code"] = True
    for text in extra:
        key, mark, value = text.partition("=")
        if not mark or not key.isidentifier():
            raise OptionFormatError(text)
        options[key] = yaml.safe_load(value)
    return options


def require_out(out: Path | None) -> Path:
    """Return the folder of a result; raise an error if none is named."""
    if out is None:
        raise NoPlaceError
    return out
