"""GPT-2, whose layers are `Conv1D`: linear layers that store their weight transposed."""

from babyslm.models.low_rank.families.family import Family

__all__ = ["GPT2"]

GPT2 = Family(
    model_type="gpt2",
    kind="causal",
    architecture="GPT2LMHeadModel",
    configuration="GPT2Config",
    blocks="transformer.h",
    linears=("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"),
    transposed=True,
)
