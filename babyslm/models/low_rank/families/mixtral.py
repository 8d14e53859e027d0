"""Mixtral: each expert separately, on the tokens that are routed to it; the router is not compressed.

transformers 5 keeps all experts of a block in two tensors; `separate_experts` makes linear layers of them first.
An expert receives tokens without their positions, so padding cannot be excluded: calibration must be packed.
"""

from babyslm.models.low_rank.families.family import Family

__all__ = ["MIXTRAL"]

MIXTRAL = Family(
    model_type="mixtral",
    kind="causal",
    architecture="MixtralForCausalLM",
    configuration="MixtralConfig",
    blocks="model.layers",
    linears=("self_attn.[qkvo]_proj", "block_sparse_moe.experts.*.w[123]"),
    padded=False,
)
