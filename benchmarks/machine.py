"""Properties of the machine: its name, and the rate of plain matrix products."""

import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from babyslm.scoring.products import fast_products

__all__ = ["CLOCKS", "best_of", "describe", "product_rate"]

CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}
"""On a machine with other load, only processor time with one thread is comparable."""


def describe() -> dict[str, Any]:
    """Return the properties that affect timings: processor, cores used, GPU, torch."""
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


def product_rate(dtype: torch.dtype, device: torch.device, *, seconds: float = 3.0, clock: str = "wall") -> float:
    """Return the floating-point operations per second of the fastest of several products with shapes of real models.

    :param dtype: number type.
    :param device: device.
    :param seconds: duration of the measurement for each shape.
    :param clock: key of `CLOCKS`.
    """
    now = CLOCKS[clock]
    rate = 0.0
    scale = 1 if device.type == "cpu" else 8
    for rows, inner, columns in ((1024, 768, 2048), (2048, 768, 768), (2048, 2048, 2048)):
        left = torch.randn(rows * scale, inner * scale, device=device).to(dtype)
        right = torch.randn(columns * scale, inner * scale, device=device).to(dtype)
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            start = now()
            with torch.inference_mode(), fast_products(device):
                torch.nn.functional.linear(left, right)
            if device.type == "cuda":
                torch.cuda.synchronize()
            rate = max(rate, 2 * left.numel() * columns * scale / (now() - start))
    return rate


def best_of(repeats: int, run: Callable[[], Any], clock: str = "wall") -> tuple[float, Any]:
    """Return the smallest time of several runs in seconds, and the last result."""
    now = CLOCKS[clock]
    least, result = float("inf"), None
    for _ in range(repeats):
        start = now()
        result = run()
        least = min(least, now() - start)
    return least, result
