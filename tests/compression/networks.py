"""Tiny random networks of every family, and calibration for them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import transformers as hf

from babyslm.compression.calibration.batches import Batch, Calibration, batches_of, mask_tokens, sound_batches
from tests.tiny_networks import bert, gpt2, llama

VOCABULARY = 61
ENCODERS = ("hubert",)


def mixtral() -> Any:
    config = hf.MixtralConfig(
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        num_local_experts=4,
        num_experts_per_tok=2,
        vocab_size=VOCABULARY,
        max_position_embeddings=64,
    )
    torch.manual_seed(0)
    network = hf.MixtralForCausalLM(config).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.dim() > 1:
                parameter.mul_(3.0)
    network.config.use_cache = False
    return network


def mamba() -> Any:
    """With weights as they are drawn: larger ones make its states explode, and float32 no longer suffices."""
    config = hf.MambaConfig(hidden_size=32, num_hidden_layers=2, vocab_size=VOCABULARY, state_size=4)
    torch.manual_seed(0)
    network = hf.MambaForCausalLM(config).eval()
    network.config.use_cache = False
    return network


def hubert(*, stable: bool = False) -> Any:
    config = hf.HubertConfig(
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        conv_dim=(16, 16),
        conv_stride=(5, 4),
        conv_kernel=(10, 8),
        num_feat_extract_layers=2,
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=4,
        do_stable_layer_norm=stable,
        feat_extract_norm="layer" if stable else "group",
    )
    torch.manual_seed(0)
    return hf.HubertModel(config).eval()


NETWORKS: dict[str, Callable[[], Any]] = {
    "llama": llama,
    "gpt2": gpt2,
    "bert": bert,
    "mamba": mamba,
    "mixtral": mixtral,
    "hubert": hubert,
}


def token_batches(rows: int, length: int, seed: int, *, size: int = 4, uneven: bool = False) -> list[Batch]:
    """Batches of random tokens in which some follow others, so that there is something to learn from."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(rows):
        own = length - int(rng.integers(0, length // 2)) if uneven else length
        row = [int(rng.integers(4, VOCABULARY))]
        while len(row) < own:
            row.append(int((row[-1] * 7 + rng.integers(0, 3)) % (VOCABULARY - 4) + 4))
        found.append(row)
    return batches_of(found, size, 0)


def calibration_for(name: str, *, rows: int = 24, length: int = 16, uneven: bool = False) -> Calibration:
    if name in ENCODERS:
        rng = np.random.default_rng(0)
        sounds = [rng.standard_normal(800).astype(np.float32) for _ in range(rows)]
        batches = sound_batches(sounds, 4)
        train, held = batches[1:], batches[:1]
    else:
        train, held = token_batches(rows, length, 0, uneven=uneven), token_batches(4, length, 1, uneven=uneven)
        if name == "bert":
            train, held = (mask_tokens(each, 1, [0, 1, 2, 3], 0) for each in (train, held))
    return Calibration(train, held, "made", "0" * 64, rows * length, "packed")


def outputs(network: Any, batch: Batch) -> torch.Tensor:
    """Logits, or frames of an encoder."""
    with torch.no_grad():
        given = network(**batch.inputs)
    return given.logits if hasattr(given, "logits") else given.last_hidden_state
