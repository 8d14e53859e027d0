"""HuBERT speech encoders: the transformer on top of the convolutions."""

from babyslm.models.low_rank.families.family import Family

__all__ = ["HUBERT"]

HUBERT = Family(
    model_type="hubert",
    kind="encoder",
    architecture="HubertModel",
    configuration="HubertConfig",
    blocks="encoder.layers",
    linears=(
        "attention.[qkv]_proj",
        "attention.out_proj",
        "feed_forward.intermediate_dense",
        "feed_forward.output_dense",
    ),
)
