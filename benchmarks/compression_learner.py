"""Learner of the compression benchmark: a small Llama over phones, trained on child-directed speech."""

import json
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers as hf
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from babyslm.corpora.made.generated import generate_corpus
from babyslm.files import write_json
from babyslm.seeds import generator
from babyslm.training.text.lines import held_out, read_lines

__all__ = ["SHAPE", "corpus_lines", "train_learner"]

SHAPE = {
    "hidden_size": 192,
    "intermediate_size": 512,
    "num_hidden_layers": 6,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "tie_word_embeddings": True,
}
"""2.4 M parameters, with grouped-query attention as in Lucie."""

BEGIN, END, UNKNOWN, PADDING = "<s>", "</s>", "<unk>", "<pad>"
ROW = 128
PEAK, WARMUP = 2e-3, 100


def corpus_lines(corpus: Path | None, *, seed: int, utterances: int) -> tuple[list[str], list[str], list[str]]:
    """Return phone strings of utterances for training, for the choice of settings, and for testing.

    :param corpus: corpus as for `babyslm train`; None generates one.
    :param seed: seed of the sample and of the split.
    :param utterances: number of utterances in all.
    """
    if corpus is None:
        lines = [str(line) for line in generate_corpus("en", seed=seed, count=utterances).utterances["phones"]]
    else:
        lines = read_lines(corpus, "phones").lines
        lines = [lines[i] for i in generator(seed, "taken").permutation(len(lines))[:utterances].tolist()]
    source = corpus or Path("generated")
    rest, test = held_out(lines, 0.04, seed=seed, source=source)
    train, dev = held_out(rest, 0.04, seed=seed + 1, source=source)
    return train, dev, test


def write_phone_tokenizer(folder: Path, lines: Sequence[str]) -> hf.PreTrainedTokenizerFast:
    """Write a tokenizer with one token per phone; `|` separates words, `<s>` begins, `</s>` ends."""
    symbols = sorted({symbol for line in lines for symbol in line.split()} | {"|"})
    vocabulary = {symbol: i for i, symbol in enumerate([BEGIN, END, UNKNOWN, PADDING, *symbols])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token=UNKNOWN))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.post_processor = processors.TemplateProcessing(single=f"{BEGIN} $A", special_tokens=[(BEGIN, 0)])
    folder.mkdir(parents=True, exist_ok=True)
    made.save(str(folder / "tokenizer.json"))
    names = {"bos_token": BEGIN, "eos_token": END, "unk_token": UNKNOWN, "pad_token": PADDING}
    settings = names | {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 10**30}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return hf.PreTrainedTokenizerFast.from_pretrained(folder)


def rows_of(tokenizer: Any, lines: Sequence[str]) -> torch.Tensor:
    """Return the concatenated utterances, each between its begin and end, as rows of `ROW` tokens."""
    ids = [token for line in tokenizer(list(lines))["input_ids"] for token in (*line, tokenizer.eos_token_id)]
    return torch.tensor(ids[: len(ids) // ROW * ROW]).view(-1, ROW)


def train_learner(
    folder: Path, train: Sequence[str], dev: Sequence[str], *, seed: int, epochs: float, batch: int = 16
) -> dict[str, Any]:
    """Train the learner and write it as a Hugging Face folder; return the measurements.

    :param folder: output folder; `learner.json` holds the measurements.
    :param train: phone strings.
    :param dev: phone strings for the final validation.
    :param seed: seed of weights and order.
    :param epochs: passes over the utterances.
    :param batch: rows per update.
    """
    tokenizer = write_phone_tokenizer(folder, train)
    rows = rows_of(tokenizer, train)
    torch.manual_seed(seed)
    config = hf.LlamaConfig(
        **SHAPE, vocab_size=len(tokenizer), bos_token_id=0, eos_token_id=1, pad_token_id=3, use_cache=False
    )
    network = hf.LlamaForCausalLM(config)
    optimizer = torch.optim.AdamW(network.parameters(), lr=PEAK, betas=(0.9, 0.98), weight_decay=0.05, fused=True)
    per_epoch = len(rows) // batch
    updates = int(epochs * per_epoch)
    clock, processor = time.perf_counter(), time.process_time()
    for update in range(updates):
        epoch, place = divmod(update, per_epoch)
        order = generator(seed, "epoch", epoch).permutation(len(rows))[place * batch : (place + 1) * batch]
        ids = rows[torch.from_numpy(np.sort(order))]
        rate = min(1.0, (update + 1) / WARMUP) * (0.05 + 0.475 * (1 + math.cos(math.pi * update / updates)))
        optimizer.param_groups[0]["lr"] = PEAK * rate
        loss = network(input_ids=ids, labels=ids).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        if update % 50 == 0:
            print(f"{update}/{updates} {loss.item():.3f} {time.perf_counter() - clock:.0f} s", flush=True)
    network.eval()
    network.save_pretrained(folder, safe_serialization=True)
    with torch.no_grad():
        losses = [network(input_ids=ids, labels=ids).loss.item() for ids in rows_of(tokenizer, dev).split(32)]
    record = {
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "utterances": len(train),
        "tokens": rows.numel(),
        "epochs": epochs,
        "updates": updates,
        "dev_perplexity": math.exp(float(np.mean(losses))),
        "seconds": time.perf_counter() - clock,
        "processor_seconds": time.process_time() - processor,
        "seed": seed,
    }
    write_json(folder / "learner.json", record)
    return record
