"""Memory needed to encode and quantise, measured as the peak of a separate process."""

import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from babyslm.models.encoders.load import make_encoder
from babyslm.models.encoders.protocol import Encoder
from babyslm.models.encoders.settings import MfccSettings
from babyslm.models.units.encoding import encode_units
from babyslm.speech.audio import RATE, write_audio
from babyslm.speech.sound import Recording, Sound
from benchmarks.unit_material import Endless, codebook, hubert

LIMIT = 4.0
"""GB."""


def resident() -> float:
    """Return the largest resident memory of this process so far, GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def stream(kind: str, hours: float, files: int, size: int, threads: int, answer: Any) -> None:
    """Encode and quantise sound in this process, and return time and memory."""
    torch.set_num_threads(threads)
    encoder: Encoder = hubert() if kind == "hubert" else make_encoder(MfccSettings())
    book = codebook(encoder.dimensions, size, penalty=1.0)
    before = resident()
    with tempfile.TemporaryDirectory() as folder:

        def sounds() -> Iterator[Sound]:
            for number in range(files):
                if files == 1:
                    yield Endless(hours)
                    continue
                path = Path(folder) / f"{number}.wav"
                write_audio(path, Endless(hours / files).read(0, round(hours / files * 3600 * RATE)))
                yield Recording.whole(path)
                path.unlink()

        start = time.perf_counter()
        count = sum(len(heard[0]) for heard in encode_units(sounds(), [encoder], book))
    answer.put({"units_found": count, "seconds": time.perf_counter() - start, "gb_before": before, "gb": resident()})


def memory(kind: str, hours: float, files: int, size: int, threads: int) -> dict[str, Any]:
    """Measure in a separate process."""
    context = multiprocessing.get_context("spawn")
    answer = context.Queue()
    job = context.Process(target=stream, args=(kind, hours, files, size, threads, answer))
    job.start()
    told: dict[str, Any] = answer.get()
    job.join()
    rate = hours * 3600 / told["seconds"]
    return {"ours": rate, "hours": hours, "files": files, "units": size, "limit_gb": LIMIT} | told
