"""Training of causal transformers on text: on words, phones or pieces, and of small models of Lucie's architecture."""

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
    """Architecture and size of a causal transformer.

    :param kind: `gpt2` (learned positions, GELU) or `llama` (rotary positions, RMSNorm, SwiGLU, no biases).
    :param hidden: width of the hidden states.
    :param layers: number of blocks.
    :param heads: number of attention heads.
    :param key_heads: number of heads for keys and values (llama); fewer than `heads` means grouped-query attention.
    :param inner: width of the feed-forward network.
    :param positions: maximum length of a text in tokens.
    :param theta: base of the rotary positions (llama).
    :param tied: whether the output layer shares the weights of the embedding.
    :param dropout: dropout rate (gpt2 only; Llama has no dropout).
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
        """Return the network with freshly initialised weights.

        :param tokenizer: determines the size of the vocabulary and the special tokens.
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
            network.loss_type = "ForCausalLM"  # not derivable from the class name; transformers would warn
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
    """Recipe of a causal transformer.

    :param symbols: `words`, `phones`, `bpe` (byte-level) or `lucie` (Lucie's pre-tokenisation).
    :param pieces: upper limit on the size of the vocabulary.
    :param at_least: fewest occurrences of a word or phone; rarer ones are unknown.
    :param weighting: `tokens` repeats a line as often as it occurs, `types` uses each distinct line once per pass.
    :param alone: how many times per pass each distinct word is added as an isolated word, whatever its frequency.
    :param sequences: `utterances`, each with its begin and end token, or `blocks` of running text.
    :param block: length of a block in tokens.
    :param validation: proportion of the lines held out.
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
    """Return how stimuli are written for a learner of these symbols; the end token of a text is scored.

    :param symbols: as in the recipe.
    """
    if symbols == "phones":
        return {"input": "phonemic", "eos": True}
    if symbols == "lucie":
        return {"eos": True}
    return {"eos": True, "capitalisation": "lower", "punctuation": "strip"}


def read_text(recipe: Any, symbols: Pieces) -> tuple[list[str], list[str], dict[str, str]]:
    """Return the training lines, the held-out lines, and the description of the corpus for the training record.

    :param recipe: a recipe with `corpus`, `language`, `grain`, `validation` and `seed`.
    :param symbols: determines the form of the lines.
    """
    kind: Any = symbols if symbols in ("words", "phones", "bpe") else "bpe"
    corpus = read_lines(recipe.corpus, kind, language=recipe.language, grain=recipe.grain)
    lines = [line for line in (form_of(line, symbols) for line in corpus.lines) if line]
    if getattr(recipe, "weighting", "tokens") == "types":
        lines = list(dict.fromkeys(lines))
    training, valid = held_out(lines, recipe.validation, seed=recipe.seed, source=corpus.source)
    return training, valid, {"file": corpus.source.name, "sha256": corpus.sha256}


def words_alone(lines: Sequence[str], symbols: Pieces) -> list[str]:
    """Return each distinct word of the lines once, in the order of first occurrence.

    :param lines: lines as returned by `read_text`.
    :param symbols: in phone strings a mark separates words, in all other text a space.

    >>> words_alone(["ð ə | d ɔ ɡ", "ð ə"], "phones")
    ['ð ə', 'd ɔ ɡ']
    """
    mark = WORD_BOUNDARY if symbols == "phones" else None
    return list(dict.fromkeys(word for line in lines for part in line.split(mark) if (word := part.strip())))


def encode(lines: Sequence[str], tokenizer: Any) -> list[list[int]]:
    """Return the tokens of each line, without special tokens."""
    if not lines:
        return []
    ids: list[list[int]] = tokenizer(list(lines), add_special_tokens=False)["input_ids"]
    return ids


def train_causal(recipe: CausalRecipe, folder: Path, *, resume: bool = True, device: str = "auto") -> dict[str, Any]:
    """Train a causal transformer by a recipe and write it as a model folder.

    :param recipe: the recipe.
    :param folder: the model folder, which also keeps the checkpoints by tokens seen.
    :param resume: continue from the saved state of an interrupted run.
    :param device: `auto` or `cpu`.
    :returns: the content of the training record.
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
