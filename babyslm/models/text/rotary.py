"""Rotary positions in configurations of transformers 5, which transformers 4 does not read.

transformers 5 writes `rope_parameters` where version 4 has `rope_theta` (in GPT-NeoX `rotary_emb_base`),
`partial_rotary_factor` (`rotary_pct`) and `rope_scaling`. Version 4 ignores it and takes its default base, so that a
network computes other probabilities without any message.
"""

from collections.abc import Mapping
from typing import Any

from babyslm.verify.learners.text import ModelRefusedError

__all__ = ["adopt_rotary"]

NAMES = {
    "rope_theta": ("rope_theta", "rotary_emb_base"),
    "partial_rotary_factor": ("partial_rotary_factor", "rotary_pct"),
}


def adopt_rotary(config: Any, source: str) -> bool:
    """Set the fields of transformers 4 from `rope_parameters`, and return whether there was anything to set.

    :param config: a transformers configuration; changed in place under transformers 4 alone.
    :param source: the model's name, for the message.
    :raises ModelRefusedError: if transformers 4 has no field for a value.
    """
    import transformers

    given = getattr(config, "rope_parameters", None)
    if int(transformers.__version__.partition(".")[0]) >= 5 or not given:
        return False
    values = dict(given) if isinstance(given, Mapping) else {}
    kind = values.pop("rope_type", "default")
    for name, fields in NAMES.items():
        if name not in values:
            continue
        known = [field for field in fields if hasattr(config, field)]
        if not known:
            raise _refused(source)
        setattr(config, known[0], values.pop(name))
    if any(isinstance(value, Mapping) for value in values.values()):  # one per kind of layer
        raise _refused(source)
    config.rope_scaling = None if kind == "default" else {"rope_type": kind, **values}
    return True


def _refused(source: str) -> ModelRefusedError:
    return ModelRefusedError(source, "its rotary positions were written by transformers 5; install that version")
