"""Classes for networks with layers of low rank: as they travel in a folder, and as babyslm loads them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babyslm.models.low_rank import layers as low_rank
from babyslm.models.low_rank.families.family import Family
from babyslm.models.low_rank.families.find import FAMILIES

__all__ = ["MODELING_NAME", "PREFIX", "auto_map", "class_names", "modeling_source", "register_classes"]

PREFIX = "low_rank_"
"""Put before a family's model type: transformers must not take such a folder for one of the plain family, and draw
what seems to be missing at random."""

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
        factorise(self, config.low_rank)
'''


def class_names(family: Family) -> tuple[str, str]:
    """Return the names of configuration and network, such as `LowRankLlamaConfig`, `LowRankLlamaForCausalLM`."""
    return f"LowRank{family.configuration}", f"LowRank{family.architecture}"


def auto_map(family: Family) -> Mapping[str, str]:
    """Return what `config.json` says about where the classes are."""
    config, model = class_names(family)
    return {"AutoConfig": f"{MODELING_NAME}.{config}", family.auto_class: f"{MODELING_NAME}.{model}"}


def modeling_source(family: Family) -> str:
    """Return the file that travels with a compressed folder; it needs torch and transformers alone."""
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
    exported = rest.replace(
        '__all__ = ["LowRankLinear", "factorise", "layer_sizes"]',
        f'__all__ = ["LowRankLinear", "{config}", "{model}", "factorise", "layer_sizes"]',
    )
    return head + mark + imports + exported + tail


@cache
def register_classes() -> None:
    """Make compressed folders of all families loadable here, without running the code that travels with them."""
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
        low_rank.factorise(self, config.low_rank)

    return build
