"""Text learners compared with minicons and lm-eval, and relative to the machine's rate of matrix products.

    python -m benchmarks.text [--json] [--cases causal_float32,lstm] [--peer-sentences 1080] [--threads 2]

Every case scores both members of all pairs of the project's own English syntactic set (10,800 pairs). A peer scores an
evenly spaced part of it at the fastest of several batch sizes; its time is proportional to the number of sentences,
ours to the number of tokens that they do not share. Scores of that part are compared in the same run.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from babyslm.models.symbols.lstm import LstmLanguageModel, LstmNetwork, LstmSizes
from babyslm.models.symbols.vocabulary import BOS, EOS, Vocabulary
from babyslm.models.text.causal import CausalModel
from babyslm.models.text.huggingface import load
from babyslm.models.text.options import TextOptions
from babyslm.models.text.tokens import TextEncoder, load_tokenizer
from babyslm.stimuli.stimulus import Stimulus
from benchmarks.machine import CLOCKS, best_of, describe, product_rate
from benchmarks.text_models import lucie, sentences, write_model, write_tokenizer

PEER_PYTHON = Path(__file__).parents[1] / ".venv-bench" / "bin" / "python"
PEER = Path(__file__).parent / "peers" / "text.py"
CASES = ("causal_float32", "causal_bfloat16", "masked_bert", "masked_babyberta", "lstm", "lucie_bfloat16")
Row = dict[str, Any]


def ask_peer(job: Row) -> Row:
    """Run a peer on one job in its own environment."""
    if not PEER_PYTHON.is_file():
        sys.exit(f"{PEER_PYTHON}: the peers are not installed; run make bench")
    done = subprocess.run(
        [PEER_PYTHON, PEER],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"},
    )
    if done.returncode:
        sys.exit(f"{job['peer']} failed: {done.stderr.strip().splitlines()[-1]}")
    answer: Row = json.loads(done.stdout)
    return answer


def part(stimuli: Sequence[Stimulus], count: int) -> list[int]:
    """Return indices of whole pairs, evenly spaced over the set."""
    pairs = np.linspace(0, len(stimuli) // 2, count // 2, endpoint=False).astype(int)
    return [position for pair in pairs.tolist() for position in (2 * pair, 2 * pair + 1)]


class Meter:
    """Counter of the operations in the matrix products of a model's linear layers, its vocabulary head included."""

    def __init__(self, model: Any) -> None:
        self.operations = 0
        blocks = model.head._by_vocabulary  # noqa: SLF001  # it computes the output layer without calling the module

        def counted(hidden: torch.Tensor, request: Any) -> Any:
            self.operations += 2 * hidden.numel() * len(model.head.output.weight)
            return blocks(hidden, request)

        model.head._by_vocabulary = counted  # noqa: SLF001
        for module in model.network.modules():
            if isinstance(module, torch.nn.Linear):
                module.register_forward_hook(self.count)

    def count(self, layer: Any, arguments: Any, _: Any) -> None:
        """Add the operations of one call."""
        self.operations += 2 * arguments[0].numel() * layer.out_features


def timed(model: Any, stimuli: Sequence[Stimulus], options: argparse.Namespace) -> tuple[Row, Any]:
    """Time our scoring of all sentences, and relate its matrix products to the rate of plain ones."""
    model.score(stimuli[:64])
    meter = Meter(model)
    seconds, scores = best_of(options.repeats, lambda: model.score(stimuli).log_probability, options.clock)
    operations = meter.operations / options.repeats
    rate = product_rate(model.network.dtype, model.device, clock=options.clock)
    row = {"ours": len(stimuli) / seconds, "seconds": seconds, "sentences": len(stimuli)}
    return row | {"operations": operations, "product_rate": rate, "share": operations / seconds / rate}, scores


def against(
    row: Row, scores: Any, stimuli: Sequence[Stimulus], chosen: list[int], jobs: list[Row], options: argparse.Namespace
) -> Row:
    """Time peers on a part of the sentences and compare scores; the fastest peer counts."""
    peers: Row = {}
    for job in jobs:
        settings = {"threads": options.threads, "clock": options.clock}
        answer = ask_peer(job | settings | {"sentences": [stimuli[i].text for i in chosen]})
        apart = float(np.abs(np.array(answer["scores"]) - scores[chosen]).max())
        peers[f"{job['peer']} {job['dtype']}"] = {
            "rate": len(chosen) / answer["seconds"],
            "batch": answer["batch"],
            "trials": answer["trials"],
            "max_abs_diff": apart,
        }
    best = max(peers, key=lambda peer: peers[peer]["rate"])
    return row | {
        "peer": best,
        "theirs": peers[best]["rate"],
        "ratio": row["ours"] / peers[best]["rate"],
        "max_abs_diff": peers[best]["max_abs_diff"],
        "peer_sentences": len(chosen),
        "peers": peers,
    }


def causal(dtype: str, folder: Path, stimuli: list[Stimulus], options: argparse.Namespace) -> Row:
    write_model("causal", folder, [stimulus.text or "" for stimulus in stimuli])
    row, scores = timed(load(str(folder), device="cpu", dtype=dtype), stimuli, options)
    common = {"kind": "causal", "model": str(folder), "trial": options.trial}
    # Peers score in float32 by default, and bfloat16 is not always faster on a CPU.
    types = ["float32"] if dtype == "float32" else ["float32", "bfloat16"]
    jobs = [
        common | {"peer": peer, "dtype": kind, "batches": options.batches}
        for peer in ("minicons", "lm_eval")
        for kind in types
    ]
    return against(row, scores, stimuli, part(stimuli, options.peer_sentences), jobs, options)


def masked(name: str, folder: Path, stimuli: list[Stimulus], options: argparse.Namespace) -> Row:
    write_model(name, folder, [stimulus.text or "" for stimulus in stimuli])
    row, scores = timed(load(str(folder), device="cpu"), stimuli, options)
    few = max(2, options.peer_sentences // (8 if name == "masked_bert" else 2))
    job: Row = {"peer": "minicons", "kind": "masked", "model": str(folder), "dtype": "float32"}
    job = job | {"batches": [1, 4, 8, 16, 32], "trial": max(2, few // 4)}
    return against(row, scores, stimuli, part(stimuli, few), [job], options)


def lstm(stimuli: list[Stimulus], options: argparse.Namespace) -> Row:
    """Score with the reference's LSTM over phones, and with the same network sentence by sentence."""
    vocabulary = Vocabulary.build([" ".join(stimulus.phones or ()) for stimulus in stimuli], "phones")
    torch.manual_seed(0)
    network = LstmNetwork(len(vocabulary), LstmSizes()).eval()
    model = LstmLanguageModel(network, vocabulary, LstmSizes(), device="cpu")
    seconds, scores = best_of(options.repeats, lambda: model.score(stimuli).log_probability, options.clock)
    chosen = part(stimuli, options.peer_sentences)
    symbols = vocabulary.encode_stimuli([stimuli[i] for i in chosen])

    @torch.inference_mode()
    def alone(ids: list[int]) -> float:
        outputs, _ = network.lstm(network.embedding(torch.tensor([[BOS, *ids]])))
        scores = torch.log_softmax(network.head(outputs[0]), -1)
        return scores.gather(1, torch.tensor([*ids, EOS])[:, None]).sum().item()

    theirs, one_by_one = best_of(1, lambda: np.array([alone(ids) for ids in symbols]), options.clock)
    ours, peer = len(stimuli) / seconds, len(chosen) / theirs
    return {
        "ours": ours,
        "seconds": seconds,
        "sentences": len(stimuli),
        "peer": "one by one",
        "theirs": peer,
        "ratio": ours / peer,
        "max_abs_diff": float(np.abs(scores[chosen] - one_by_one).max()),
        "peer_sentences": len(chosen),
    }


def on_gpu(folder: Path, stimuli: list[Stimulus], options: argparse.Namespace) -> Row:
    """Score with a randomly initialised model of Lucie-7B's shape on a GPU, without a peer."""
    write_tokenizer(folder, [stimulus.text or "" for stimulus in stimuli], masked=False)
    network = lucie()
    network.config.use_cache = False
    encoder = TextEncoder(load_tokenizer(str(folder)), TextOptions(), 4096, 65024, "Lucie-7B's shape")
    model = CausalModel(network, encoder, name="Lucie-7B's shape")
    row, _ = timed(model, stimuli, options)
    return row | {"path": model.path.name}


def run_case(name: str, stimuli: list[Stimulus], options: argparse.Namespace) -> Row | None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / name
        if name == "lstm":
            return lstm(stimuli, options)
        if name == "lucie_bfloat16":
            return on_gpu(folder, stimuli, options) if torch.cuda.is_available() else None
        if name.startswith("causal_"):
            return causal(name.removeprefix("causal_"), folder, stimuli, options)
        return masked(name, folder, stimuli, options)


def table(rows: dict[str, Row]) -> str:
    lines = [f"{'case':<18}{'ours/s':>9}{'theirs/s':>10}  {'peer':<14}{'ratio':>7}{'max diff':>10}{'share':>7}"]
    for name, row in rows.items():
        share_text = f"{row['share']:.0%}" if "share" in row else "-"
        peer = f"{row['theirs']:>10.1f}  {row['peer']:<14}{row['ratio']:>7.1f}{row['max_abs_diff']:>10.1e}"
        lines.append(f"{name:<18}{row['ours']:>9.1f}{peer if 'ratio' in row else '':<41}{share_text:>7}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> dict[str, Row]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--cases", default=",".join(CASES), help="among %(default)s")
    parser.add_argument("--sentences", type=int, default=0, help="how many of 21,600 sentences to score; default all")
    parser.add_argument("--peer-sentences", type=int, default=1080, help="number of sentences that a peer scores")
    parser.add_argument("--trial", type=int, default=256, help="number of sentences to compare batch sizes")
    parser.add_argument("--batches", type=int, nargs="+", default=[16, 32, 64, 128], help="batch sizes tried")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu, with --threads 1, on a busy machine")
    parser.add_argument("--repeats", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    stimuli = sentences()[: options.sentences or None]
    rows: dict[str, Row] = {}
    for name in options.cases.split(","):
        row = run_case(name, stimuli, options)
        if row is not None:
            rows[name] = row
            print(json.dumps({name: row}), file=sys.stderr, flush=True)
    machine = describe() | {"clock": options.clock}
    print(json.dumps({"machine": machine, **rows}) if options.json else f"{machine}\n{table(rows)}")
    return rows


if __name__ == "__main__":
    main()
