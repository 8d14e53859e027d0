"""Llama and its likes, Lucie among them; grouped-query attention only makes `k_proj` and `v_proj` narrower."""

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
