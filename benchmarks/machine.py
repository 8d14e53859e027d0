"""What the machine can do at all: its name, and the rate of plain matrix products."""

import platform
import time
from pathlib import Path
from typing import Any

import torch

__all__ = ["best_of", "describe", "product_rate"]


def describe() -> dict[str, Any]:
    """Return what timings depend on: processor, cores used, GPU, torch."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        lines = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        name = lines[0] if lines else name
    return {
        "processor": name,
        "threads": torch.get_num_threads(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "torch": torch.__version__,
        "python": platform.python_version(),
    }


def product_rate(dtype: torch.dtype, device: torch.device, *, seconds: float = 3.0) -> float:
    """Return floating-point operations a second of the best of several products of the shapes that models have.

    :param dtype: number type.
    :param device: where.
    :param seconds: how long to try each shape.
    """
    rate = 0.0
    scale = 1 if device.type == "cpu" else 8
    for rows, inner, columns in ((1024, 768, 2048), (2048, 768, 768), (2048, 2048, 2048)):
        left = torch.randn(rows * scale, inner * scale, device=device).to(dtype)
        right = torch.randn(columns * scale, inner * scale, device=device).to(dtype)
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            start = time.perf_counter()
            torch.nn.functional.linear(left, right)
            if device.type == "cuda":
                torch.cuda.synchronize()
            rate = max(rate, 2 * left.numel() * columns * scale / (time.perf_counter() - start))
    return rate


def best_of(repeats: int, run: Any) -> tuple[float, Any]:
    """Return the least seconds of several runs, and the last result."""
    least, result = float("inf"), None
    for _ in range(repeats):
        start = time.perf_counter()
        result = run()
        least = min(least, time.perf_counter() - start)
    return least, result
