"""Train causal transformers on text: words, phones, pieces, and Lucie's architecture at a small size."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Self

import torch
from pydantic import BaseModel, ConfigDict, Field, model_validator

from babyslm.models.ngram.model import Weighting
from babyslm.models.text.trained import TextHeader
from babyslm.seeds import derive
from babyslm.stimuli.stimulus import WORD_BOUNDARY
from babyslm.training.recipe import Recipe
from babyslm.training.text.examples import Example
from babyslm.training.text.lines import Grain, held_out, read_lines
from babyslm.training.text.plan import TextSchedule, blocks
from babyslm.training.text.run import fit_text
from babyslm.training.text.tokenizers import Pieces, build_tokenizer, form_of

__all__ = ["CausalRecipe", "Shape", "options_of", "train_causal"]


class Shape(BaseModel):
    """Sizes of a causal transformer.

    :param kind: `gpt2` (learned positions, GELU) or `llama` (rotary positions, RMSNorm, SwiGLU, no biases).
    :param hidden: width.
    :param layers: blocks.
    :param heads: attention heads.
    :param key_heads: heads of keys and values (llama); fewer than `heads` is grouped-query attention.
    :param inner: width of the feed-forward network.
    :param positions: most tokens of a text.
    :param theta: base of the rotary positions (llama).
    :param tied: whether the output layer shares the embedding.
    :param dropout: of gpt2; Llama has none.
    :param spread: standard deviation of the initial weights.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["gpt2", "llama"] = "gpt2"
    hidden: int = Field(ge=2)
    layers: int = Field(ge=1)
    heads: int = Field(ge=1)
    key_heads: int | None = Field(default=None, ge=1)
    inner: int = Field(ge=2)
    positions: int = Field(default=256, ge=4)
    theta: float = 500_000.0
    tied: bool = True
    dropout: float = Field(default=0.1, ge=0, lt=1)
    spread: float = Field(default=0.02, gt=0)

    @model_validator(mode="after")
    def _heads_divide(self) -> Self:
        if self.hidden % self.heads or self.heads % (self.key_heads or self.heads):
            raise ValueError("shape.heads must divide shape.hidden, and shape.key_heads must divide shape.heads")
        return self

    def build(self, tokenizer: Any) -> Any:
        """Return the network with fresh weights.

        :param tokenizer: decides the size of the vocabulary and the special tokens.
        """
        from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

        ids = {
            "vocab_size": len(tokenizer),
            "bos_token_id": tokenizer.bos_token_id,
            "eos_token_id": tokenizer.eos_token_id,
            "pad_token_id": tokenizer.pad_token_id,
            "tie_word_embeddings": self.tied,
            "initializer_range": self.spread,
        }
        if self.kind == "gpt2":
            config = GPT2Config(
                n_embd=self.hidden,
                n_layer=self.layers,
                n_head=self.heads,
                n_inner=self.inner,
                n_positions=self.positions,
                resid_pdrop=self.dropout,
                embd_pdrop=self.dropout,
                attn_pdrop=self.dropout,
                **ids,
            )
            network = GPT2LMHeadModel(config)
            network.loss_type = "ForCausalLM"  # its class name does not tell, which it would warn of
            return network
        return LlamaForCausalLM(
            LlamaConfig(
                hidden_size=self.hidden,
                num_hidden_layers=self.layers,
                num_attention_heads=self.heads,
                num_key_value_heads=self.key_heads or self.heads,
                intermediate_size=self.inner,
                max_position_embeddings=self.positions,
                rope_theta=self.theta,
                rms_norm_eps=1e-5,
                **ids,
            )
        )


class CausalRecipe(Recipe):
    """What decides a causal transformer.

    :param symbols: words, phones, bpe (byte-level) or lucie (Lucie's way of splitting).
    :param pieces: most symbols of the vocabulary.
    :param at_least: occurrences that a word or phone needs.
    :param weighting: read a line as often as it occurs (`tokens`) or once a pass (`types`).
    :param alone: how often a pass also has each word of the utterances by itself, whatever its frequency.
    :param sequences: `utterances`, each with its beginning and end, or `blocks` of running text.
    :param block: tokens of a block.
    :param validation: share of the lines held out.
    """

    family: Literal["causal"] = "causal"
    symbols: Pieces = "words"
    language: str = "en"
    grain: Grain = "utterances"
    pieces: int = Field(default=8192, ge=8)
    at_least: int = Field(default=1, ge=1)
    weighting: Weighting = "tokens"
    alone: int = Field(default=0, ge=0)
    sequences: Literal["utterances", "blocks"] = "utterances"
    block: int = Field(default=128, ge=4)
    validation: float = Field(default=0.02, ge=0, lt=1)
    shape: Shape
    schedule: TextSchedule


def options_of(symbols: Pieces) -> dict[str, Any]:
    """Return how a learner of these symbols wants stimuli to be written; the end of a text is scored.

    :param symbols: as in the recipe.
    """
    if symbols == "phones":
        return {"input": "phonemic", "eos": True}
    if symbols == "lucie":
        return {"eos": True}
    return {"eos": True, "capitalisation": "lower", "punctuation": "strip"}


def read_text(recipe: Any, symbols: Pieces) -> tuple[list[str], list[str], dict[str, str]]:
    """Return lines to train on, lines held out, and what the record says of the corpus.

    :param recipe: with `corpus`, `language`, `grain`, `validation` and `seed`.
    :param symbols: decides their form.
    """
    kind: Any = symbols if symbols in ("words", "phones", "bpe") else "bpe"
    corpus = read_lines(recipe.corpus, kind, language=recipe.language, grain=recipe.grain)
    lines = [line for line in (form_of(line, symbols) for line in corpus.lines) if line]
    if getattr(recipe, "weighting", "tokens") == "types":
        lines = list(dict.fromkeys(lines))
    training, valid = held_out(lines, recipe.validation, seed=recipe.seed, source=corpus.source)
    return training, valid, {"file": corpus.source.name, "sha256": corpus.sha256}


def words_alone(lines: Sequence[str], symbols: Pieces) -> list[str]:
    """Return each different word of some lines once, in the order of first occurrence.

    :param lines: as `read_text` gives them.
    :param symbols: phones have a mark between words, everything else a space.

    >>> words_alone(["ð ə | d ɔ ɡ", "ð ə"], "phones")
    ['ð ə', 'd ɔ ɡ']
    """
    mark = WORD_BOUNDARY if symbols == "phones" else None
    return list(dict.fromkeys(word for line in lines for part in line.split(mark) if (word := part.strip())))


def encode(lines: Sequence[str], tokenizer: Any) -> list[list[int]]:
    """Return the tokens of lines without special ones."""
    if not lines:
        return []
    ids: list[list[int]] = tokenizer(list(lines), add_special_tokens=False)["input_ids"]
    return ids


def train_causal(recipe: CausalRecipe, folder: Path, *, resume: bool = True, device: str = "auto") -> dict[str, Any]:
    """Train a causal transformer from its recipe into a model folder.

    :param recipe: what to train.
    :param folder: model folder; checkpoints by tokens seen are kept in it.
    :param resume: go on from the state of a stopped run.
    :param device: auto, or cpu.
    :returns: what the training record says.
    """
    training, valid, told = read_text(recipe, recipe.symbols)
    training += words_alone(training, recipe.symbols) * recipe.alone
    tokenizer = build_tokenizer(training, recipe.symbols, size=recipe.pieces, at_least=recipe.at_least)
    tokenizer.model_max_length = recipe.shape.positions
    torch.manual_seed(derive(recipe.seed, "weights"))
    network = recipe.shape.build(tokenizer)

    def examples(lines: Sequence[str]) -> list[Example]:
        begin, end = int(tokenizer.bos_token_id), int(tokenizer.eos_token_id)
        ids = encode(lines, tokenizer)
        if recipe.sequences == "blocks":
            return [Example(tuple(each)) for each in blocks(ids, recipe.block, begin=begin, end=end)]
        most = recipe.shape.positions - 2
        return [Example((begin, *each[:most], end)) for each in ids if each]

    header = TextHeader(name=recipe.name, options=options_of(recipe.symbols))
    outcome = fit_text(
        network,
        tokenizer,
        examples(training),
        examples(valid),
        recipe.schedule,
        header,
        folder=folder,
        seed=recipe.seed,
        resume=resume,
        device=device,
    )
    return {"corpus": told, "vocabulary": len(tokenizer)} | outcome
