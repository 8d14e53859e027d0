"""BERT as a masked language model."""

from babyslm.models.low_rank.families.family import Family

__all__ = ["BERT"]

BERT = Family(
    model_type="bert",
    kind="masked",
    architecture="BertForMaskedLM",
    configuration="BertConfig",
    blocks="bert.encoder.layer",
    linears=(
        "attention.self.query",
        "attention.self.key",
        "attention.self.value",
        "attention.output.dense",
        "intermediate.dense",
        "output.dense",
    ),
)
