"""Mixtral: each expert by itself, on the tokens that are routed to it; the router stays whole.

An expert receives tokens without their places, so padding cannot be told from them: calibration must be packed.
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
