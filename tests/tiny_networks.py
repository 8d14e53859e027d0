"""Tiny random networks of every family, and the naive one-by-one reference they are held against."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import transformers as hf

VOCABULARY = 61

torch.set_num_threads(1)  # tiny products only wait for each other on more


def _seeded(build: Callable[[], Any]) -> Any:
    torch.manual_seed(0)
    network = build().eval()
    # Standard initialisation leaves the output nearly uniform: faults would hide below the tolerance.
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.dim() > 1:
                parameter.mul_(6.0)
    network.config.use_cache = False
    return network


def llama(**changes: Any) -> Any:
    settings = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
    settings |= {"num_key_value_heads": 2, "vocab_size": VOCABULARY, "max_position_embeddings": 64}
    return _seeded(lambda: hf.LlamaForCausalLM(hf.LlamaConfig(**(settings | changes))))


def gpt2(**changes: Any) -> Any:
    settings = {"n_embd": 32, "n_layer": 2, "n_head": 4, "vocab_size": VOCABULARY, "n_positions": 64}
    return _seeded(lambda: hf.GPT2LMHeadModel(hf.GPT2Config(**(settings | changes))))


def gpt_neox() -> Any:
    config = hf.GPTNeoXConfig(
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        vocab_size=VOCABULARY,
        max_position_embeddings=64,
    )
    return _seeded(lambda: hf.GPTNeoXForCausalLM(config))


def qwen2() -> Any:
    config = hf.Qwen2Config(
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        vocab_size=VOCABULARY,
        tie_word_embeddings=True,
    )
    return _seeded(lambda: hf.Qwen2ForCausalLM(config))


def mistral(window: int = 4) -> Any:
    config = hf.MistralConfig(
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        vocab_size=VOCABULARY,
        sliding_window=window,
    )
    return _seeded(lambda: hf.MistralForCausalLM(config))


def gemma2() -> Any:
    config = hf.Gemma2Config(
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        vocab_size=VOCABULARY,
        sliding_window=4,
        final_logit_softcapping=5.0,
        attn_logit_softcapping=10.0,
    )
    return _seeded(lambda: hf.Gemma2ForCausalLM(config))


def opt() -> Any:
    config = hf.OPTConfig(
        hidden_size=32,
        ffn_dim=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        vocab_size=VOCABULARY,
        max_position_embeddings=64,
        word_embed_proj_dim=32,
    )
    return _seeded(lambda: hf.OPTForCausalLM(config))


def bloom() -> Any:
    return _seeded(
        lambda: hf.BloomForCausalLM(hf.BloomConfig(hidden_size=32, n_layer=2, n_head=4, vocab_size=VOCABULARY))
    )


def mamba(vocab_size: int = VOCABULARY) -> Any:
    config = hf.MambaConfig(hidden_size=32, num_hidden_layers=2, vocab_size=vocab_size, state_size=4)
    return _seeded(lambda: hf.MambaForCausalLM(config))


CAUSAL: dict[str, Callable[[], Any]] = {
    "llama": llama,
    "gpt2": gpt2,
    "gpt_neox": gpt_neox,
    "qwen2": qwen2,
    "mistral": mistral,
    "gemma2": gemma2,
    "opt": opt,
    "bloom": bloom,
    "mamba": mamba,
}


def naive_causal(network: Any, ids: np.ndarray, context: int) -> np.ndarray:
    """Log-probabilities of the tokens after the context: one sequence, one forward pass, nothing clever."""
    with torch.no_grad():
        logits = network(input_ids=torch.tensor([ids.tolist()])).logits[0].float()
    scores = torch.log_softmax(logits, -1)
    return np.array([scores[i - 1, ids[i]].item() for i in range(context, len(ids))])


def bert(**changes: Any) -> Any:
    settings = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
    settings |= {"vocab_size": VOCABULARY, "max_position_embeddings": 64}
    return _seeded(lambda: hf.BertForMaskedLM(hf.BertConfig(**(settings | changes))))


def bert_without_decoder() -> Any:
    """A model of the causal class that sees both sides, as BERT does unless it is told that it is a decoder."""
    config = hf.BertConfig(
        hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, vocab_size=VOCABULARY
    )
    return _seeded(lambda: hf.BertLMHeadModel(config))


def roberta(**changes: Any) -> Any:
    settings = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
    settings |= {"vocab_size": VOCABULARY, "max_position_embeddings": 66, "pad_token_id": 1}
    return _seeded(lambda: hf.RobertaForMaskedLM(hf.RobertaConfig(**(settings | changes))))


def distilbert() -> Any:
    config = hf.DistilBertConfig(
        dim=32, hidden_dim=48, n_layers=2, n_heads=4, vocab_size=VOCABULARY, max_position_embeddings=64
    )
    return _seeded(lambda: hf.DistilBertForMaskedLM(config))


def modernbert() -> Any:
    config = hf.ModernBertConfig(
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=3,
        num_attention_heads=4,
        vocab_size=VOCABULARY,
        max_position_embeddings=64,
        pad_token_id=0,
        local_attention=8,
        reference_compile=False,
    )
    return _seeded(lambda: hf.ModernBertForMaskedLM(config))


MASKED: dict[str, Callable[[], Any]] = {
    "bert": bert,
    "roberta": roberta,
    "distilbert": distilbert,
    "modernbert": modernbert,
}


def naive_masked(network: Any, ids: np.ndarray, masked: list[int], scored: list[int], mask: int) -> list[float]:
    """Log-probabilities of some positions while some are masked: one row, one forward pass."""
    row = torch.tensor([ids.tolist()])
    row[0, masked] = mask
    with torch.no_grad():
        scores = torch.log_softmax(network(input_ids=row).logits[0].float(), -1)
    return [scores[position, ids[position]].item() for position in scored]
