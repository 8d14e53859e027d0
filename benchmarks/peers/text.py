"""Timing of minicons or lm-eval on sentences, in the peers' own environment, separate from babyslm.

Reads one JSON job from standard input: `peer, kind, model, dtype, sentences, batches, trial, threads,
clock`; writes one JSON object: `batch` (the fastest size), `seconds`, `scores`, `trials` (sentences per second by
batch size).
"""

import contextlib
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import torch

Score = Callable[[list[str], int], list[float]]


def minicons(job: dict[str, Any]) -> Score:
    """Return summed token scores as minicons computes them, batch by batch in the given order."""
    from minicons import scorer
    from transformers import AutoModelForCausalLM, AutoModelForMaskedLM, AutoTokenizer

    causal = job["kind"] == "causal"
    family = AutoModelForCausalLM if causal else AutoModelForMaskedLM
    # As a loaded module: with a name, minicons would pass the number type on to the tokenizer as well.
    network = family.from_pretrained(job["model"], dtype=getattr(torch, job["dtype"])).eval()
    tokenizer = AutoTokenizer.from_pretrained(job["model"])
    kind = scorer.IncrementalLMScorer if causal else scorer.MaskedLMScorer
    model = kind(network, "cpu", tokenizer=tokenizer)
    options = {"bos_token": True} if causal else {}

    def score(sentences: list[str], size: int) -> list[float]:
        found: list[float] = []
        for start in range(0, len(sentences), size):
            part = sentences[start : start + size]
            found += model.sequence_score(part, reduction=lambda x: x.sum(0).item(), **options)
        return found

    return score


def lm_eval(job: dict[str, Any]) -> Score:
    """Return the log-likelihood of each sentence after an empty context, as lm-eval scores minimal pairs."""
    from lm_eval.api.instance import Instance
    from lm_eval.models.huggingface import HFLM

    models: dict[int, Any] = {}

    def score(sentences: list[str], size: int) -> list[float]:
        if not models:
            models[0] = HFLM(
                pretrained=job["model"], device="cpu", dtype=job["dtype"], batch_size=size, max_batch_size=None
            )
        models[0].batch_size_per_gpu = size
        requests = [
            Instance(request_type="loglikelihood", doc={}, arguments=("", sentence), idx=i)
            for i, sentence in enumerate(sentences)
        ]
        return [value for value, _ in models[0].loglikelihood(requests, disable_tqdm=True)]

    return score


def main() -> None:
    job = json.load(sys.stdin)
    torch.set_num_threads(job["threads"])
    now = {"wall": time.perf_counter, "cpu": time.process_time}[job["clock"]]
    with contextlib.redirect_stdout(sys.stderr):
        score = {"minicons": minicons, "lm_eval": lm_eval}[job["peer"]](job)
        trial = job["sentences"][: job["trial"]]
        score(trial[:2], 1)
        trials = {}
        for size in job["batches"]:
            start = now()
            score(trial, size)
            trials[size] = len(trial) / (now() - start)
        best = max(trials, key=lambda size: trials[size])
        start = now()
        scores = score(job["sentences"], best)
        seconds = now() - start
    json.dump({"batch": best, "seconds": seconds, "scores": scores, "trials": trials}, sys.stdout)


if __name__ == "__main__":
    main()
