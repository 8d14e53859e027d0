"""Export of a compressed network as a transformers folder: as factors with their code, or multiplied out."""

import json
from pathlib import Path
from typing import Any, Literal

from torch import Tensor

from babyslm.compression.learner import Learner
from babyslm.files import write_json, write_text
from babyslm.models.folder import Header, write_header
from babyslm.models.low_rank.classes import MODELING_NAME, PREFIX, auto_map, class_names, modeling_source
from babyslm.models.low_rank.families.family import Family
from babyslm.models.low_rank.layers import LowRankLinear

__all__ = ["FAMILY", "Format", "export_network"]

Format = Literal["factors", "dense"]

FAMILY = "low-rank"
"""Family of such a folder in `babyslm.json`."""

SPEECH = {
    "feature_extractor_type": "Wav2Vec2FeatureExtractor",
    "feature_size": 1,
    "padding_side": "right",
    "padding_value": 0.0,
    "return_attention_mask": False,
    "sampling_rate": 16000,
}


def export_network(learner: Learner, folder: Path, form: Format, *, name: str) -> None:
    """Write network, configuration and tokenizer.

    :param learner: learner with the compressed network.
    :param folder: an existing folder.
    :param form: `factors` stores two layers for one, with the code that transformers needs for them; `dense` stores
        their product, which needs no code and saves no parameters.
    :param name: name shown in results.
    """
    network, family = learner.network, learner.family
    low = {each: layer for each, layer in network.named_modules() if isinstance(layer, LowRankLinear)}
    if form == "dense":
        network.save_pretrained(folder, safe_serialization=True, state_dict=_multiplied(network, family, low))
    else:
        network.save_pretrained(folder, safe_serialization=True)
        path = folder / "config.json"
        config = json.loads(path.read_text(encoding="utf-8"))
        config |= {
            "model_type": PREFIX + family.model_type,
            "architectures": [class_names(family)[1]],
            "auto_map": dict(auto_map(family)),
            "low_rank": {each: layer.reduce.out_features for each, layer in low.items()},
        }
        write_json(path, config)
        write_text(folder / f"{MODELING_NAME}.py", modeling_source(family))
    if learner.encoder is not None:
        learner.encoder.tokenizer.save_pretrained(folder)
    else:
        write_json(folder / "preprocessor_config.json", SPEECH | {"do_normalize": learner.normalise})
    if form == "factors":
        write_header(folder, Header(family=FAMILY, name=name))


def _multiplied(network: Any, family: Family, low: dict[str, LowRankLinear]) -> dict[str, Tensor]:
    """Return the network's weights with each pair of factors multiplied out, computed in float32."""
    inside = tuple(f"{name}." for name in low)
    weights = {name: tensor for name, tensor in network.state_dict().items() if not name.startswith(inside)}
    for name, layer in low.items():
        product = (layer.expand.weight.float() @ layer.reduce.weight.float()).to(layer.expand.weight.dtype)
        weights[f"{name}.weight"] = (product.T if family.transposed else product).contiguous()
        if layer.expand.bias is not None:
            weights[f"{name}.bias"] = layer.expand.bias
    return weights
