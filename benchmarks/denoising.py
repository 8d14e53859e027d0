"""Training steps of denoising masked prediction: times real time, operations per second, share of the augmentation.

    python -m benchmarks.denoising [--json] [--cases no,bf16] [--recipe denoising-tiny] [--threads 1] [--clock cpu]

Spectra and targets are random, with the lengths of child-directed utterances (0.6 to 4 s). A case is a precision of
the products. `audio` is seconds of speech per second, without silence around utterances; `gigaflops` counts all frames
of a batch, silence and padding included; `augmentation` is the share of the step in which the batch is made. No peer
has this training on mel power spectra, so that there is no ratio.
"""

import argparse
import json
from typing import Any

import numpy as np
import torch

from babyslm.models.encoders.denoising.hearing import Hearing
from babyslm.models.encoders.denoising.network import DenoisingNetwork, operations
from babyslm.training.encoders.denoising.pace import peak_operations
from babyslm.training.encoders.denoising.problem import DenoisingProblem, Predictor
from babyslm.training.encoders.denoising.settings import DenoisingRecipe
from babyslm.training.recipe import load_recipe
from babyslm.training.speech.augmentation.mix import Augmentation
from babyslm.training.speech.spectra import Spectra, mel_centres
from benchmarks.machine import CLOCKS, describe

PRECISIONS = {"no": torch.float32, "bf16": torch.bfloat16}
CLUSTERS = 256
WARM, STEPS = 3, 8
Row = dict[str, Any]


def problem(recipe: DenoisingRecipe, batch_frames: int, device: torch.device) -> DenoisingProblem:
    draws = np.random.default_rng(0)
    counts = draws.integers(60, 400, 2000)
    decibels = torch.from_numpy(draws.normal(-20, 10, (int(counts.sum()), recipe.hearing.bands))).half()
    spectra = Spectra(decibels, counts, mel_centres(Hearing(recipe.hearing)), recipe.hearing.hop).to(device)
    labels = [draws.integers(0, CLUSTERS, -(-count // recipe.hearing.stack)) for count in counts]
    return DenoisingProblem(
        Augmentation(spectra, recipe.augmentation, stack=recipe.hearing.stack, seed=0),
        labels,
        CLUSTERS,
        np.arange(len(counts)),
        np.arange(0),
        hearing=recipe.hearing,
        settings=recipe.rounds[0].prediction,
        batch_frames=batch_frames,
        seed=0,
    )


def measure(recipe: DenoisingRecipe, precision: str, clock: str, device: torch.device) -> Row:
    told = problem(recipe, recipe.rounds[0].loop.batch_tokens, device)
    torch.manual_seed(0)
    dimensions = recipe.hearing.stack * recipe.hearing.bands
    network = Predictor(DenoisingNetwork(dimensions, recipe.network, CLUSTERS + 1)).to(device)
    optimiser = torch.optim.AdamW(network.parameters(), 1e-3)
    now = CLOCKS[clock]
    making = whole = 0.0
    heard = frames = 0
    for step, batch in enumerate(told.plan(0)[: WARM + STEPS]):
        begun = now()
        shape = told.examples(batch, step)[0].shape
        made = now() - begun
        begun = now()
        with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16"):
            loss = told.loss(network, batch, device)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        float(loss.detach())  # waits for the device
        if step >= WARM:
            making, whole = making + made, whole + now() - begun
            heard, frames = heard + told.symbols(batch), frames + shape[0] * shape[1]
    done = frames * operations(network.encoder) / whole
    return {
        "case": precision,
        "audio": heard * recipe.hearing.hop * recipe.hearing.stack / whole,
        "gigaflops": done / 1e9,
        "share_of_peak": done / peak_operations(device, PRECISIONS[precision]),
        "augmentation": making / whole,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--cases", default="no,bf16")
    parser.add_argument("--recipe", default="denoising-tiny")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="cpu")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    recipe = load_recipe(options.recipe, ["corpus=none"]).pretrain  # type: ignore[attr-defined]
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    rows = [measure(recipe, case, options.clock, device) for case in options.cases.split(",")]
    if options.json:
        print(json.dumps({"machine": describe()} | {row["case"]: row for row in rows}, indent=1))
        return
    print("| precision | times real time | GFLOP/s | share of the measured peak | augmentation |")
    print("| --- | --- | --- | --- | --- |")
    for row in rows:
        figures = f"{row['audio']:.0f} | {row['gigaflops']:.0f} | {row['share_of_peak']:.2f}"
        print(f"| {row['case']} | {figures} | {row['augmentation']:.3f} |")


if __name__ == "__main__":
    main()
