"""Mamba: the two wide projections of a mixer; those of its state space are narrow, and one is already a factor."""

from babyslm.models.low_rank.families.family import Family

__all__ = ["MAMBA"]

MAMBA = Family(
    model_type="mamba",
    kind="causal",
    architecture="MambaForCausalLM",
    configuration="MambaConfig",
    blocks="backbone.layers",
    linears=("mixer.in_proj", "mixer.out_proj"),
)
