"""Speech units: features at layer 6 of HuBERT-base, units, LSTM scores of units, and memory for ten hours.

    python -m benchmarks.units [--json] [--cases features,units,lstm,memory_mfcc] [--threads 1] [--clock cpu]

Weights are random and sounds are artificial, with the lengths of words (0.3 to 1.2 s) and of short sentences (1 to
3 s). `features` and `units` give seconds of audio per second. Their peers are the same network over the same files: a
loop that encodes one file at a time up to the layer (`one by one`), the same loop through all layers, of which one is
used (`all layers`), and batches in the given order, padded with zeros (`padded`). The ratio refers to the first, the
only peer that is exact and stops at the layer; the difference of each from the features of single files is shown.
`windows` cuts 40 s of speech (the FLAC files of `--speech`; artificial sound without it) into windows of 10 s with
different amounts of context, and compares features and units with those of the whole; it has no peer and no time.
`lstm` scores 40,000 sequences of units with the reference's network and compares with its loop on a part of them.
`memory_*` stream ten hours, as one file or many, and `memory_hubert` an hour, through a separate process whose
largest resident memory is read from the system.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from babyslm.models.encoders.published.torchaudio_bundles import TorchaudioEncoder
from babyslm.models.encoders.settings import TorchaudioSettings
from babyslm.models.symbols.lstm import LstmLanguageModel, LstmNetwork, LstmSizes
from babyslm.models.symbols.vocabulary import BOS, EOS, Vocabulary
from babyslm.models.units.codebook import Codebook
from babyslm.models.units.encoding import encode_units
from babyslm.speech.audio import RATE, Samples, read_audio
from babyslm.speech.sound import HeldSound
from babyslm.training.units.kmeans import train_centroids
from benchmarks.machine import CLOCKS, best_of, describe
from benchmarks.unit_material import LAYER, codebook, hubert, network, noise, stimuli
from benchmarks.unit_memory import memory

CASES = ("features", "units", "windows", "lstm", "memory_mfcc", "memory_mfcc_one", "memory_hubert")
UNITS = 500
Row = dict[str, Any]


def one_by_one(model: Any, sounds: Sequence[Samples], layers: int) -> list[np.ndarray]:
    with torch.inference_mode():
        found = [model.extract_features(torch.from_numpy(sound)[None], num_layers=layers)[0] for sound in sounds]
    return [outputs[LAYER - 1][0].numpy() for outputs in found]


def padded(model: Any, sounds: Sequence[Samples], size: int = 8) -> list[np.ndarray]:
    found = []
    with torch.inference_mode():
        for start in range(0, len(sounds), size):
            part = [torch.from_numpy(sound) for sound in sounds[start : start + size]]
            batch = torch.nn.utils.rnn.pad_sequence(part, batch_first=True)
            outputs = model.extract_features(batch, num_layers=LAYER)[0][-1]
            found += [row[: 1 + (len(sound) - 400) // 320].numpy() for row, sound in zip(outputs, part, strict=True)]
    return found


def apart(found: Sequence[np.ndarray], expected: Sequence[np.ndarray]) -> float:
    return max(float(np.abs(one - other).max()) for one, other in zip(found, expected, strict=True))


def compared(ours: Row, peers: dict[str, Row]) -> Row:
    """Add the peers to our figures; the ratio refers to the loop that is exact and stops at the layer."""
    return ours | {
        "peer": "one by one",
        "theirs": peers["one by one"]["rate"],
        "ratio": ours["ours"] / peers["one by one"]["rate"],
        "peers": {name: row | {"ratio": ours["ours"] / row["rate"]} for name, row in peers.items()},
    }


def features(options: argparse.Namespace) -> Row:
    sounds = stimuli(options.sounds)
    seconds = sum(map(len, sounds)) / RATE
    encoder, model = hubert(), network()
    encoder.encode(sounds[:4])
    taken, found = best_of(options.repeats, lambda: encoder.encode(sounds), options.clock)
    ways: dict[str, Callable[[], list[np.ndarray]]] = {
        "one by one": lambda: one_by_one(model, sounds, LAYER),
        "all layers": lambda: one_by_one(model, sounds, 12),
        "padded": lambda: padded(model, sounds),
    }
    peers, alone = {}, found
    for name, way in ways.items():
        their, theirs = best_of(options.repeats, way, options.clock)
        alone = theirs if name == "one by one" else alone
        peers[name] = {"rate": seconds / their, "max_abs_diff": apart(theirs, alone)}
    ours = {"ours": seconds / taken, "audio_seconds": seconds, "sounds": len(sounds)}
    return compared(ours | {"max_abs_diff": apart(found, alone)}, peers)


def units(options: argparse.Namespace) -> Row:
    """Encode and quantise, compared with a loop over files; `max_abs_diff` counts sounds with other units."""
    from sklearn.cluster import KMeans

    sounds = stimuli(options.sounds)
    seconds = sum(map(len, sounds)) / RATE
    encoder, model = hubert(), network()
    book = codebook(encoder.dimensions, UNITS)
    kmeans = KMeans(UNITS, init=book.centroids, n_init=1, max_iter=1).fit(book.centroids)
    kmeans.cluster_centers_ = book.centroids
    encoder.encode(sounds[:4])
    taken, found = best_of(options.repeats, lambda: list(encode_units(sounds, [encoder], book)), options.clock)

    def loop(layers: int) -> list[np.ndarray]:
        heard = (kmeans.predict(one_by_one(model, [sound], layers)[0]) for sound in sounds)
        return [
            np.array([unit for place, unit in enumerate(row) if place == 0 or unit != row[place - 1]]) for row in heard
        ]

    peers = {}
    for name, layers in (("one by one", LAYER), ("all layers", 12)):
        their, theirs = best_of(options.repeats, lambda layers=layers: loop(layers), options.clock)
        other = sum(not np.array_equal(mine[0], row) for mine, row in zip(found, theirs, strict=True))
        peers[name] = {"rate": seconds / their, "sounds_with_other_units": other}
    ours = {"ours": seconds / taken, "audio_seconds": seconds, "sounds": len(sounds), "units": UNITS}
    return compared(ours | {"max_abs_diff": float(peers["one by one"]["sounds_with_other_units"])}, peers)


def windows(options: argparse.Namespace) -> Row:
    """Compare features of windows with those of the whole, for a HuBERT with group norm and one with layer norm."""
    from torchaudio.models import hubert_base, wav2vec2_model

    def large() -> Any:
        return wav2vec2_model(
            "layer_norm", None, True, 768, 0.0, 128, 16, 12, 12, 0.0, 3072, 0.0, 0.0, True, 0.0, None
        )

    paths = sorted(options.speech.glob("*.flac")) if options.speech else []
    parts = [read_audio(path) for path in paths] or [noise(40, np.random.default_rng(0))]
    sound = HeldSound(np.concatenate(parts)[: 40 * RATE])
    found: Row = {"speech": bool(paths), "audio_seconds": len(sound) / RATE}
    for name, make in (("group_norm", hubert_base), ("layer_norm", large)):

        def heard(window: float, context: float, make: Any = make) -> np.ndarray:
            torch.manual_seed(0)
            settings = TorchaudioSettings(bundle="HUBERT_BASE", layer=LAYER, window=window, context=context)
            encoder = TorchaudioEncoder(make(), settings, normalise=False).ready(torch.device("cpu"))
            return np.concatenate(list(encoder.stream(sound)))

        whole = heard(1000, 0)
        book = Codebook(train_centroids([whole], 50, seed=0), deduplicate=False)
        seams = np.concatenate([np.arange(place - 5, place + 5) for place in range(500, len(whole) - 5, 500)])
        for context in (0.0, 0.5, 2.0, 4.0):
            cut = heard(10, context)
            difference = np.sqrt(np.square(cut - whole).mean(axis=1)) / whole.std(axis=0).mean()
            other = book.quantise([cut])[0] != book.quantise([whole])[0]
            row = {"mean": difference.mean(), "at_seams": difference[seams].mean(), "other_units": other.mean()}
            found[f"{name} {context:g} s"] = {key: float(value) for key, value in row.items()}
    return found


def lstm(options: argparse.Namespace) -> Row:
    """Score sequences of units; the reference runs one at a time with softmax, and selects entries in a loop."""
    draws = np.random.default_rng(2)
    lengths = draws.integers(20, 60, options.sequences)
    steps = [np.cumsum(draws.integers(1, 50, length)) % 50 for length in lengths]  # runs are counted once
    vocabulary = Vocabulary.of_units(50)
    torch.manual_seed(0)
    model = LstmLanguageModel(LstmNetwork(len(vocabulary), LstmSizes()).eval(), vocabulary, LstmSizes(), device="cpu")
    symbols = [vocabulary.encode_units(row.tolist()) for row in steps]
    seconds, (scores, _) = best_of(1, lambda: model.score_sequences(symbols), options.clock)
    chosen = np.linspace(0, len(symbols), options.peer_sequences, endpoint=False).astype(int).tolist()

    @torch.inference_mode()
    def alone(ids: list[int]) -> float:
        outputs, _ = model.network.lstm(model.network.embedding(torch.tensor([[BOS, *ids]])))
        probabilities = torch.softmax(model.network.head(outputs[0]), dim=-1)
        return sum(float(torch.log(probabilities[t, target])) for t, target in enumerate([*ids, EOS]))

    theirs, looped = best_of(1, lambda: np.array([alone(symbols[i]) for i in chosen]), options.clock)
    ours, peer = len(symbols) / seconds, len(chosen) / theirs
    return {
        "ours": ours,
        "seconds": seconds,
        "sequences": len(symbols),
        "symbols": int(lengths.sum()) + len(symbols),
        "peer": "one by one",
        "theirs": peer,
        "ratio": ours / peer,
        "max_abs_diff": float(np.abs(scores[chosen] - looped).max()),
        "peer_sequences": len(chosen),
    }


def run_case(name: str, options: argparse.Namespace) -> Row:
    match name:
        case "memory_mfcc":  # files of an hour each, written as 16-bit WAV and read again
            return memory("mfcc", options.hours, options.hours, UNITS, options.threads)
        case "memory_mfcc_one":  # one file, and as many units as the largest published codebooks
            return memory("mfcc", options.hours, 1, 2000, options.threads)
        case "memory_hubert":
            return memory("hubert", options.hubert_hours, 1, UNITS, options.threads)
    return {"features": features, "units": units, "windows": windows, "lstm": lstm}[name](options)


def table(rows: dict[str, Row]) -> str:
    lines = [f"{'case':<17}{'ours/s':>9}{'peer':>14}{'theirs/s':>10}{'ratio':>7}{'max diff':>10}{'GB':>7}"]
    for name, row in rows.items():
        if "ours" not in row:
            lines += [f"{name:<17}{key:<18}{value}" for key, value in row.items()]
            continue
        if "gb" in row:
            lines.append(f"{name:<17}{row['ours']:>9.1f}{'':>41}{row['gb']:>7.2f}")
            continue
        lines.append(
            f"{name:<17}{row['ours']:>9.1f}{row['peer']:>14}{row['theirs']:>10.1f}{row['ratio']:>7.2f}"
            f"{row['max_abs_diff']:>10.1e}"
        )
        for peer, other in row.get("peers", {}).items():
            if peer != row["peer"]:
                difference = f"{other['max_abs_diff']:>10.1e}" if "max_abs_diff" in other else ""
                lines.append(f"{'':<26}{peer:>14}{other['rate']:>10.1f}{other['ratio']:>7.2f}{difference}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> dict[str, Row]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--cases", default=",".join(CASES), help="among %(default)s")
    parser.add_argument("--sounds", type=int, default=120, help="number of sounds for features and units")
    parser.add_argument("--sequences", type=int, default=40_000, help="number of sequences that we score")
    parser.add_argument("--peer-sequences", type=int, default=200, help="number of sequences that the loop scores")
    parser.add_argument("--speech", type=Path, help="folder of FLAC files at 16 kHz for windows")
    parser.add_argument("--hours", type=int, default=10, help="hours of sound for memory_mfcc*")
    parser.add_argument("--hubert-hours", type=float, default=1.0, help="hours of sound for memory_hubert")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu, with --threads 1, on a busy machine")
    parser.add_argument("--repeats", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    rows: dict[str, Row] = {}
    for name in options.cases.split(","):
        rows[name] = run_case(name, options)
        print(json.dumps({name: rows[name]}), file=sys.stderr, flush=True)
    machine = describe() | {"clock": options.clock}
    print(json.dumps({"machine": machine, **rows}) if options.json else f"{machine}\n{table(rows)}")
    return rows


if __name__ == "__main__":
    main()
