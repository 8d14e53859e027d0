"""Models and sentences for timing: shapes of known models with random weights, and the project's own minimal pairs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers as hf
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

from babyslm.stimuli.stimulus import Stimulus
from babyslm.stimuli.syntactic.build import build_syntactic
from babyslm.stimuli.words.lexicon import load_lexicon

__all__ = ["SHAPES", "lucie", "sentences", "write_model"]

HEAD_START = "<|endoftext|>"


def sentences(seed: int = 0) -> list[Stimulus]:
    """Return both members of every pair of the project's English syntactic set of official size, 21,600 in all."""
    tables = build_syntactic("en", lexicon=load_lexicon(language="en"), seed=seed)
    return [
        Stimulus(name, text=text, phones=tuple(phones.split()))
        for table in tables.values()
        for name, text, phones in zip(table["filename"], table["transcription"], table["phones"], strict=True)
    ]


def _llama() -> Any:
    config = hf.LlamaConfig(
        hidden_size=768,
        intermediate_size=2048,
        num_hidden_layers=12,
        num_attention_heads=12,
        vocab_size=50257,
        max_position_embeddings=1024,
        bos_token_id=0,
        eos_token_id=0,
    )
    return hf.LlamaForCausalLM(config)


def _bert() -> Any:
    return hf.BertForMaskedLM(hf.BertConfig(pad_token_id=1))


def _babyberta() -> Any:
    config = hf.RobertaConfig(
        hidden_size=256,
        intermediate_size=1024,
        num_hidden_layers=8,
        num_attention_heads=8,
        vocab_size=8192,
        max_position_embeddings=130,
        pad_token_id=1,
    )
    return hf.RobertaForMaskedLM(config)


SHAPES: dict[str, Callable[[], Any]] = {"causal": _llama, "masked_bert": _bert, "masked_babyberta": _babyberta}
"""A 12-layer Llama with the width and vocabulary of GPT-2, BERT-base, and BabyBERTa."""


def lucie() -> Any:
    """Return a randomly initialised model of Lucie-7B's shape, 6,706,958,336 parameters in bfloat16, on the GPU."""
    config = hf.LlamaConfig(
        hidden_size=4096,
        intermediate_size=12288,
        num_hidden_layers=32,
        num_attention_heads=32,
        num_key_value_heads=8,
        vocab_size=65024,
        max_position_embeddings=4096,
        rope_theta=500_000.0,
        rms_norm_eps=1e-5,
        bos_token_id=0,
        eos_token_id=0,
        dtype=torch.bfloat16,
    )
    with torch.device("cuda"):
        return hf.AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)


def write_model(name: str, folder: Path, texts: list[str]) -> None:
    """Write a model of a known shape with a byte-pair tokenizer trained on the texts.

    Frequent words are one token, as in tokenizers trained on much more text.

    :param name: key of `SHAPES`.
    :param folder: output folder.
    :param texts: training texts of the tokenizer.
    """
    torch.manual_seed(0)
    SHAPES[name]().save_pretrained(folder, safe_serialization=True)
    write_tokenizer(folder, texts, masked=name != "causal")


def write_tokenizer(folder: Path, texts: list[str], *, masked: bool) -> None:
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=masked)
    special = [HEAD_START, "<pad>", "<s>", "</s>", "<mask>"]
    made.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=8192, special_tokens=special, show_progress=False))
    config = {"bos_token": HEAD_START, "eos_token": HEAD_START, "pad_token": "<pad>"}
    if masked:
        made.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>", special_tokens=[("<s>", 2), ("</s>", 3)]
        )
        config = {"cls_token": "<s>", "sep_token": "</s>", "mask_token": "<mask>", "pad_token": "<pad>"}
    folder.mkdir(parents=True, exist_ok=True)
    made.save(str(folder / "tokenizer.json"))
    settings = config | {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 10**30}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
