"""Family of a network."""

from typing import Any

from babyslm.models.low_rank.families.bert import BERT
from babyslm.models.low_rank.families.family import Family
from babyslm.models.low_rank.families.gpt2 import GPT2
from babyslm.models.low_rank.families.hubert import HUBERT
from babyslm.models.low_rank.families.llama import LLAMA
from babyslm.models.low_rank.families.mamba import MAMBA
from babyslm.models.low_rank.families.mixtral import MIXTRAL
from babyslm.verify.learners.compression import UnsupportedFamilyError

__all__ = ["FAMILIES", "find_family"]

FAMILIES = {family.model_type: family for family in (LLAMA, GPT2, BERT, MAMBA, MIXTRAL, HUBERT)}


def find_family(config: Any, source: str) -> Family:
    """Return the family of a network by its configuration.

    :param config: a transformers configuration.
    :param source: the model's name, for the message.
    :raises UnsupportedFamilyError: if there is no adapter for it.
    """
    family = FAMILIES.get(config.model_type)
    if family is None:
        raise UnsupportedFamilyError(source, config.model_type, sorted(FAMILIES))
    return family
