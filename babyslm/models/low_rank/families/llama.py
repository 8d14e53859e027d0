"""Llama and models of its architecture, such as Lucie; grouped-query attention only narrows `k_proj` and `v_proj`."""

from babyslm.models.low_rank.families.family import Family

__all__ = ["LLAMA"]

LLAMA = Family(
    model_type="llama",
    kind="causal",
    architecture="LlamaForCausalLM",
    configuration="LlamaConfig",
    blocks="model.layers",
    linears=("self_attn.[qkvo]_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"),
)
