"""Networks of a few nodes with the signatures of Kokoro and Piper: each symbol is a hum whose pitch is its number."""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FRAMES = 1200
"""Samples a symbol at a speed of 1."""

PIPER_SYMBOLS = "^_$ .ˈabdefhijklmnoprstuvwyzæðŋɑɐɔəɛɜɡɪɹʃʊʌʒθː\u0303øœɥɲʁ"


def _hums(tokens: str, length: str, offset: str) -> list[onnx.NodeProto]:
    """Nodes from token numbers (1, N) to a sound `audio_flat`, as long as `length` (samples a symbol) says."""
    return [
        helper.make_node("Cast", [tokens], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Add", ["numbers", offset], ["moved"]),
        helper.make_node("Add", ["moved", "base"], ["lifted"]),
        helper.make_node("Reshape", ["lifted", "column"], ["each"]),
        helper.make_node("Mul", ["each", "ramp"], ["phase"]),
        helper.make_node("Sin", ["phase"], ["waves"]),
        helper.make_node("Cast", [length], ["end"], to=TensorProto.INT64),
        helper.make_node("Slice", ["waves", "zero", "end", "one"], ["cut"]),
        helper.make_node("Reshape", ["cut", "flat"], ["audio_flat"]),
    ]


def _constants() -> list[onnx.TensorProto]:
    values = {
        "column": np.array([-1, 1], np.int64),
        "flat": np.array([-1], np.int64),
        "zero": np.array([0], np.int64),
        "ramp": (np.arange(4 * FRAMES, dtype=np.float32) * 0.004)[np.newaxis],
        "unit": np.array([FRAMES], np.float32),
        "base": np.array([20.0], np.float32),
        "half": np.array([0.5], np.float32),
        "none": np.array([0.0], np.float32),
        "one": np.array([1], np.int64),
        "two": np.array([2], np.int64),
        "many_dimensions": np.array([1, 1, 1, -1], np.int64),
    }
    return [numpy_helper.from_array(value, name) for name, value in values.items()]


def _save(path: Path, nodes: list[onnx.NodeProto], inputs: list[onnx.ValueInfoProto], output: str, rank: int) -> None:
    told = helper.make_tensor_value_info(output, TensorProto.FLOAT, [None] * rank)
    graph = helper.make_graph(nodes, "tiny", inputs, [told], _constants())
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)


def tiny_kokoro(
    folder: Path, voices: tuple[str, ...] = ("af_one", "am_two"), *, tokens: str = "tokens", random: bool = False
) -> Path:
    """Write a folder as the user of Kokoro has it."""
    nodes = [
        helper.make_node("Div", ["unit", "speed"], ["length"]),
        helper.make_node("ReduceMean", ["style"], ["kind"], keepdims=0),
        *_hums(tokens, "length", "kind"),
        helper.make_node("RandomUniformLike", ["audio_flat"], ["noise"]),
        helper.make_node("Mul", ["noise", "half" if random else "none"], ["hiss"]),
        helper.make_node("Add", ["audio_flat", "hiss"], ["audio"]),
    ]
    inputs = [
        helper.make_tensor_value_info(tokens, TensorProto.INT64, [1, None]),
        helper.make_tensor_value_info("style", TensorProto.FLOAT, [1, 256]),
        helper.make_tensor_value_info("speed", TensorProto.FLOAT, [1]),
    ]
    _save(folder / "kokoro.onnx", nodes, inputs, "audio", 1)
    lengths = np.arange(510, dtype=np.float32)[:, np.newaxis, np.newaxis]
    styles = {name: np.tile(lengths * 0 + at, (1, 1, 256)) for at, name in enumerate(voices)}
    with (folder / "voices.bin").open("wb") as file:
        np.savez(file, **styles)
    return folder


def tiny_piper(path: Path, *, speakers: tuple[str, ...] = (), rate: int = 22050, **settings: object) -> Path:
    """Write a voice as the user of Piper has it."""
    nodes = [
        helper.make_node("Slice", ["scales", "zero", "one"], ["noise"]),
        helper.make_node("Slice", ["scales", "one", "two"], ["slowness"]),
        helper.make_node("Mul", ["unit", "slowness"], ["length"]),
    ]
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, None]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    if speakers:
        inputs.append(helper.make_tensor_value_info("sid", TensorProto.INT64, [1]))
        nodes.append(helper.make_node("Cast", ["sid"], ["who"], to=TensorProto.FLOAT))
    nodes += [
        *_hums("input", "length", "who" if speakers else "none"),
        helper.make_node("RandomUniformLike", ["audio_flat"], ["hiss"]),
        helper.make_node("Mul", ["hiss", "noise"], ["scaled"]),
        helper.make_node("Add", ["audio_flat", "scaled"], ["noisy"]),
        helper.make_node("Reshape", ["noisy", "many_dimensions"], ["output"]),
    ]
    _save(path, nodes, inputs, "output", 4)
    told = {
        "audio": {"sample_rate": rate},
        "espeak": {"voice": "en-us"},
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "num_speakers": max(1, len(speakers)),
        "speaker_id_map": {name: number for number, name in enumerate(speakers)},
        "phoneme_id_map": {symbol: [number + 1] for number, symbol in enumerate(PIPER_SYMBOLS)},
        "phoneme_type": "espeak",
    }
    path.with_name(f"{path.name}.json").write_text(json.dumps(told | settings), encoding="utf-8")
    return path
