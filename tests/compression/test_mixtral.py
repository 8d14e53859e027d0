"""Mixtral's experts under both layouts of transformers: the formula, and one folder with stored results."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from babyslm.commands.compress import compress
from babyslm.compression.settings import make_settings
from babyslm.models.load import load_model
from babyslm.models.low_rank.layers import separate_experts
from babyslm.stimuli.stimulus import Stimulus
from tests.compression.networks import mixtral
from tests.text_folders import write_tokenizer

SENTENCES = ["the dog runs", "the dogs run", "A cat sees the big dogs", "a big cat see."]
TEXT = "the dog runs\nthe cats see a big dog\na cat sees the dogs\nthe big cat runs\n"

# Computed with transformers 4.57.6, where each expert is three linear layers.
ORIGINAL = [-19.68413, -19.73557, -41.53670, -37.33525]
COMPRESSED = [-19.11704, -19.81794, -42.60636, -33.66838]


def mixtral_folder(folder: Path) -> Path:
    """A tiny Mixtral with the tensor names of the published files, whose weights do not depend on any library."""
    rng = np.random.default_rng(0)
    vocabulary = write_tokenizer(folder).get_vocab_size()
    width, inner, experts = 16, 24, 4
    shapes = {"model.embed_tokens": (vocabulary, width), "lm_head": (vocabulary, width)}
    for number in range(2):
        layer = f"model.layers.{number}"
        shapes |= {f"{layer}.self_attn.{part}_proj": (width, width) for part in "qo"}
        shapes |= {f"{layer}.self_attn.{part}_proj": (width // 2, width) for part in "kv"}
        shapes[f"{layer}.block_sparse_moe.gate"] = (experts, width)
        for expert in range(experts):
            place = f"{layer}.block_sparse_moe.experts.{expert}"
            shapes |= {f"{place}.w1": (inner, width), f"{place}.w2": (width, inner), f"{place}.w3": (inner, width)}
    tensors = {
        f"{name}.weight": torch.from_numpy((0.3 * rng.standard_normal(shape)).astype(np.float32))
        for name, shape in shapes.items()
    }
    norms = [f"model.layers.{n}.{which}_layernorm" for n in range(2) for which in ("input", "post_attention")]
    tensors |= {f"{name}.weight": torch.ones(width) for name in (*norms, "model.norm")}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    config = {
        "model_type": "mixtral",
        "architectures": ["MixtralForCausalLM"],
        "vocab_size": vocabulary,
        "hidden_size": width,
        "intermediate_size": inner,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "num_local_experts": experts,
        "num_experts_per_tok": 2,
        "max_position_embeddings": 64,
        "rope_theta": 1000000.0,
        "bos_token_id": 0,
        "eos_token_id": 1,
        "pad_token_id": 3,
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def scores(folder: Path) -> list[float]:
    stimuli = [Stimulus(name=f"s{n}", text=text) for n, text in enumerate(SENTENCES)]
    return load_model(str(folder), device="cpu").score(stimuli).log_probability.tolist()


def test_separate_experts_compute_the_formula() -> None:
    network = mixtral()
    inputs = torch.randn(3, 7, 32, generator=torch.Generator().manual_seed(0))
    separate_experts(network)
    separate_experts(network)  # a second call changes nothing
    mixture = network.model.layers[0].block_sparse_moe
    assert len(mixture.experts) == 4
    with torch.no_grad():
        found = mixture(inputs)
        found = found[0] if isinstance(found, tuple) else found
        for token, output in zip(inputs.reshape(-1, 32), found.reshape(-1, 32), strict=True):
            probabilities = torch.softmax(mixture.gate.weight @ token, dim=0)
            chosen = probabilities.argsort(descending=True)[:2].tolist()
            expected = torch.zeros(32)
            for number in chosen:
                w1, w2, w3 = (mixture.get_submodule(f"experts.{number}.w{part}").weight for part in (1, 2, 3))
                value = w2 @ (torch.nn.functional.silu(w1 @ token) * (w3 @ token))
                expected += probabilities[number] / probabilities[chosen].sum() * value
            assert torch.allclose(output, expected, atol=1e-4, rtol=1e-4)


def test_separation_keeps_the_network_and_the_names_of_the_files() -> None:
    network = mixtral()
    tokens = torch.arange(4, 40).reshape(2, 18)
    with torch.no_grad():
        before = network(tokens).logits
        separate_experts(network)
        assert torch.allclose(network(tokens).logits, before, atol=1e-4)
    own = {name for name in network.state_dict() if name.startswith("model.layers.1.") and "norm" not in name}
    experts = {f"block_sparse_moe.experts.{e}.w{part}" for e in range(4) for part in (1, 2, 3)}
    others = {"block_sparse_moe.gate", *(f"self_attn.{part}_proj" for part in "qkvo")}
    assert own == {f"model.layers.1.{name}.weight" for name in experts | others}


def test_results_do_not_depend_on_the_version_of_transformers(tmp_path: Path) -> None:
    folder = mixtral_folder(tmp_path / "mixtral")
    assert scores(folder) == pytest.approx(ORIGINAL, abs=1e-3)
    text = tmp_path / "child.txt"
    text.write_text(TEXT * 20, encoding="utf-8")
    settings = make_settings(keep=0.8, length=16, rows=4)
    for form in ("factors", "dense"):
        out = tmp_path / form
        done = compress(str(folder), text, out, settings, device="cpu", form=form)  # type: ignore[arg-type]
        assert "model.layers.0.block_sparse_moe.experts.3.w2" in done.card.ranks
        assert scores(out) == pytest.approx(COMPRESSED, abs=1e-2)
