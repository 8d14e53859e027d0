"""Classes for networks with low-rank layers: as source code in a compressed folder, and as registered by babyslm."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babyslm.models.low_rank import layers as low_rank
from babyslm.models.low_rank.families.family import Family
from babyslm.models.low_rank.families.find import FAMILIES

__all__ = ["MODELING_NAME", "PREFIX", "auto_map", "class_names", "modeling_source", "register_classes"]

PREFIX = "low_rank_"
"""Prefix of a family's model type: without it, transformers would load such a folder as the plain family and
initialise the apparently missing weights at random."""

MODELING_NAME = "modeling_low_rank"

TAIL = '''

class {config}({base_config}):
    """Configuration of the family with the ranks of its layers in `low_rank`."""

    model_type = "{model_type}"


class {model}({base_model}):
    """Network of the family, some of whose linear layers have low rank."""

    config_class = {config}

    def __init__(self, config, *arguments, **named):
        super().__init__(config, *arguments, **named)
        separate_experts(self)
        factorise(self, config.low_rank)
'''


def class_names(family: Family) -> tuple[str, str]:
    """Return the names of configuration and network, such as `LowRankLlamaConfig`, `LowRankLlamaForCausalLM`."""
    return f"LowRank{family.configuration}", f"LowRank{family.architecture}"


def auto_map(family: Family) -> Mapping[str, str]:
    """Return the entry of `config.json` that locates the classes."""
    config, model = class_names(family)
    return {"AutoConfig": f"{MODELING_NAME}.{config}", family.auto_class: f"{MODELING_NAME}.{model}"}


def modeling_source(family: Family) -> str:
    """Return the source file that is part of a compressed folder; it needs only torch and transformers."""
    config, model = class_names(family)
    text = Path(low_rank.__file__).read_text(encoding="utf-8")
    imports = f"from transformers import {family.configuration}, {family.architecture}\n"
    head, mark, rest = text.partition("from torch import nn\n")
    tail = TAIL.format(
        config=config,
        model=model,
        base_config=family.configuration,
        base_model=family.architecture,
        model_type=PREFIX + family.model_type,
    )
    exported = rest.replace("__all__ = [", f'__all__ = ["{config}", "{model}", ', 1)
    return head + mark + imports + exported + tail


@cache
def register_classes() -> None:
    """Register the classes of all families, so that compressed folders load without running the code in them."""
    import transformers

    for family in FAMILIES.values():
        config_name, model_name = class_names(family)
        config = type(
            config_name, (getattr(transformers, family.configuration),), {"model_type": PREFIX + family.model_type}
        )
        base = getattr(transformers, family.architecture)
        model = type(model_name, (base,), {"config_class": config, "__init__": _initialiser(base)})
        transformers.AutoConfig.register(PREFIX + family.model_type, config, exist_ok=True)
        getattr(transformers, family.auto_class).register(config, model, exist_ok=True)


def _initialiser(base: Any) -> Any:
    def build(self: Any, config: Any, *arguments: Any, **named: Any) -> None:
        base.__init__(self, config, *arguments, **named)
        low_rank.separate_experts(self)
        low_rank.factorise(self, config.low_rank)

    return build
