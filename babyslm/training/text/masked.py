"""Training of masked transformers on text, with BabyBERTa's size and procedure."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from pydantic import BaseModel, ConfigDict, Field

from babyslm.models.text.trained import TextHeader
from babyslm.seeds import derive
from babyslm.training.recipe import Recipe
from babyslm.training.text.causal import encode, read_text
from babyslm.training.text.examples import Example, Masking
from babyslm.training.text.lines import Grain
from babyslm.training.text.plan import TextSchedule
from babyslm.training.text.run import fit_text
from babyslm.training.text.tokenizers import Pieces, build_tokenizer

__all__ = ["MaskedRecipe", "MaskedShape", "train_masked"]

PLACES_BEFORE = 4
"""RoBERTa numbers positions from the padding id + 1; the padding id is 3 here."""


class MaskedShape(BaseModel):
    """Size of a RoBERTa network.

    :param hidden: width of the hidden states.
    :param layers: number of blocks.
    :param heads: number of attention heads.
    :param inner: width of the feed-forward network.
    :param positions: maximum length of a text in tokens, special tokens included.
    :param dropout: dropout rate of all layers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    hidden: int = Field(default=256, ge=2)
    layers: int = Field(default=8, ge=1)
    heads: int = Field(default=8, ge=1)
    inner: int = Field(default=1024, ge=2)
    positions: int = Field(default=256, ge=4)
    dropout: float = Field(default=0.1, ge=0, lt=1)

    def build(self, tokenizer: Any) -> Any:
        """Return the network with freshly initialised weights."""
        from transformers import RobertaConfig, RobertaForMaskedLM

        return RobertaForMaskedLM(
            RobertaConfig(
                vocab_size=len(tokenizer),
                hidden_size=self.hidden,
                num_hidden_layers=self.layers,
                num_attention_heads=self.heads,
                intermediate_size=self.inner,
                max_position_embeddings=self.positions + PLACES_BEFORE,
                hidden_dropout_prob=self.dropout,
                attention_probs_dropout_prob=self.dropout,
                type_vocab_size=1,
                bos_token_id=tokenizer.bos_token_id,
                eos_token_id=tokenizer.eos_token_id,
                pad_token_id=tokenizer.pad_token_id,
            )
        )


class MaskedRecipe(Recipe):
    """Recipe of a masked transformer.

    :param symbols: `words`, `phones` or `bpe`.
    :param pieces: upper limit on the size of the vocabulary.
    :param at_least: fewest occurrences of a word or phone; rarer ones are unknown.
    :param validation: proportion of the lines held out.
    :param masked: proportion of the tokens that are predicted.
    :param random: proportion of these that become a random token; the others become the mask, none is left unchanged.
    """

    family: Literal["masked"] = "masked"
    symbols: Literal["words", "phones", "bpe"] = "bpe"
    language: str = "en"
    grain: Grain = "utterances"
    pieces: int = Field(default=8192, ge=8)
    at_least: int = Field(default=1, ge=1)
    validation: float = Field(default=0.02, ge=0, lt=1)
    masked: float = Field(default=0.15, gt=0, lt=1)
    random: float = Field(default=0.1, ge=0, le=1)
    shape: MaskedShape = MaskedShape()
    schedule: TextSchedule


def train_masked(recipe: MaskedRecipe, folder: Path, *, resume: bool = True, device: str = "auto") -> dict[str, Any]:
    """Train a masked transformer by a recipe and write it as a model folder.

    :param recipe: the recipe.
    :param folder: the model folder, which also keeps the checkpoints by tokens seen.
    :param resume: continue from the saved state of an interrupted run.
    :param device: `auto` or `cpu`.
    :returns: the content of the training record.
    """
    symbols: Pieces = recipe.symbols
    training, valid, told = read_text(recipe, symbols)
    tokenizer = build_tokenizer(training, symbols, size=recipe.pieces, at_least=recipe.at_least, masked=True)
    tokenizer.model_max_length = recipe.shape.positions
    torch.manual_seed(derive(recipe.seed, "weights"))
    network = recipe.shape.build(tokenizer)
    begin, end = int(tokenizer.bos_token_id), int(tokenizer.eos_token_id)
    most = recipe.shape.positions - 2

    def examples(lines: Sequence[str]) -> list[Example]:
        return [Example((begin, *each[:most], end)) for each in encode(lines, tokenizer) if each]

    masking = Masking(
        mask=int(tokenizer.mask_token_id),
        size=len(tokenizer),
        special=tuple(sorted(int(i) for i in tokenizer.all_special_ids)),
        share=recipe.masked,
        random=recipe.random,
    )
    phonemic = {"input": "phonemic"} if symbols == "phones" else {"capitalisation": "lower", "punctuation": "strip"}
    outcome = fit_text(
        network,
        tokenizer,
        examples(training),
        examples(valid),
        recipe.schedule,
        TextHeader(name=recipe.name, options=phonemic),
        folder=folder,
        seed=recipe.seed,
        masking=masking,
        resume=resume,
        device=device,
    )
    return {"corpus": told, "vocabulary": len(tokenizer)} | outcome
