"""Time of a few blocks with the shapes of large models on a GPU, random weights, extrapolated to the whole model."""

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers as hf

from babyslm.compression.calibration.batches import Calibration, batches_of
from babyslm.compression.compress import compress_network
from babyslm.compression.factors.linears import find_linears, parameter_count
from babyslm.compression.settings import CompressionSettings
from babyslm.compression.work import Work
from babyslm.models.low_rank.families.find import find_family

__all__ = ["gpu_case"]

WHOLE_TOKENS = 13_000_000
"""Number of calibration tokens in the publication."""

ROW = 1024
BLOCK_SHARE = 1 - 0.2173
"""Proportion that the layers of Lucie's blocks keep when the whole model keeps 80 %."""


def lucie(blocks: int) -> Any:
    config = hf.LlamaConfig(
        hidden_size=4096,
        intermediate_size=12288,
        num_hidden_layers=blocks,
        num_attention_heads=32,
        num_key_value_heads=8,
        vocab_size=65024,
        max_position_embeddings=4096,
        rope_theta=500_000.0,
        rms_norm_eps=1e-5,
    )
    return hf.LlamaForCausalLM(config)


def mixtral(blocks: int) -> Any:
    config = hf.MixtralConfig(num_hidden_layers=blocks)
    return hf.MixtralForCausalLM(config)


SHAPES = {"lucie": (lucie, 2, 32), "mixtral": (mixtral, 1, 32)}
"""Builder of each model, number of blocks that are run, and number of blocks of the whole model."""


def gpu_case(name: str, *, rows: int = 256) -> dict[str, Any]:
    """Compress a few blocks on the GPU; without a GPU, return a note instead.

    :param name: key of `SHAPES`.
    :param rows: rows of 1,024 tokens; 1 in 20 is held out.
    """
    if not torch.cuda.is_available():
        return {"skipped": "no CUDA here"}
    build, blocks, whole = SHAPES[name]
    torch.manual_seed(0)
    network = build(blocks).to(torch.bfloat16).eval()
    network.config.use_cache = False
    family = find_family(network.config, name)
    total = parameter_count(network)
    size = sum(linear.size for linear in find_linears(network, family, name))
    rng = np.random.default_rng(0)
    tokens = rng.integers(4, network.config.vocab_size, (rows, ROW)).tolist()
    held = max(1, rows // 20)
    calibration = Calibration(
        batches_of(tokens[held:], 8, 0), batches_of(tokens[:held], 8, 0), "random", "", rows * ROW, "packed"
    )
    settings = CompressionSettings(
        keep=1 - (1 - BLOCK_SHARE) * size / total, ranks="uniform", precision="bf16", lr=8.6e-5, length=ROW
    )
    torch.cuda.reset_peak_memory_stats()
    with tempfile.TemporaryDirectory() as place:
        began = time.perf_counter()
        done = compress_network(
            network,
            family,
            calibration,
            settings,
            source=name,
            device=torch.device("cuda"),
            work=Work(Path(place), name),
        )
        seconds = time.perf_counter() - began
    per_block = seconds / blocks
    # Statistics and first factors use a fixed number of tokens; the cost of everything else is proportional to them.
    return {
        "shape": name,
        "gpu": torch.cuda.get_device_name(),
        "blocks": blocks,
        "tokens": rows * ROW,
        "seconds": seconds,
        "seconds_a_block": [record.seconds for record in done.blocks],
        "extrapolated_hours": per_block * whole * WHOLE_TOKENS / (rows * ROW) / 3600,
        "peak_gpu_bytes": torch.cuda.max_memory_allocated(),
        "losses": [(record.loss_before, record.loss_after) for record in done.blocks],
    }
