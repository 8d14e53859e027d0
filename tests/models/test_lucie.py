import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from babyslm.models.text import lucie
from babyslm.models.text.choice import PromptedChoice
from babyslm.models.text.huggingface import load
from babyslm.models.text.surprisal import word_surprisals
from babyslm.models.text.tokens import load_tokenizer
from babyslm.stimuli.stimulus import Stimulus
from babyslm.verify.learners.text import LucieTokenizerError
from tests.text_folders import causal_folder
from tests.tiny_networks import llama, naive_causal

CONFIGURATION = {
    "vocab_size": 65024,
    "max_position_embeddings": 32000,
    "rope_theta": 20_000_000.0,
    "rms_norm_eps": 1e-5,
    "hidden_act": "silu",
    "tie_word_embeddings": False,
    "attention_bias": False,
    "bos_token_id": 0,
    "eos_token_id": 1,
    "pad_token_id": 3,
    "training_steps": 756_291,
    "training_tokens": 3_131_736_326_144,
}
"""Lucie's own fields; only the sizes are smaller, and the ratio of heads to key-value heads is kept."""

SIZES = {"hidden_size": 32, "intermediate_size": 96, "num_attention_heads": 8, "num_key_value_heads": 2}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory, realdata: Path) -> Path:
    folder = tmp_path_factory.mktemp("lucie")
    for path in (realdata / "lucie_tokenizer").iterdir():
        shutil.copyfile(path, folder / path.name)
    llama(**CONFIGURATION, **SIZES).save_pretrained(folder, safe_serialization=True)
    return folder


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("L'homme mange.", ["▁L", "'", "▁homme", "▁mange", "."]),
        ("don't", ["▁don", "'", "▁t"]),
        ("12", ["▁", "1", "2"]),
    ],
)
def test_lucies_tokenizer_is_taken_as_it_was_trained(checkpoint: Path, text: str, tokens: list[str]) -> None:
    assert load_tokenizer(str(checkpoint)).tokenize(text) == tokens


@pytest.mark.realdata
def test_lucie_begins_with_its_own_token_and_scores_as_one_by_one(checkpoint: Path) -> None:
    model = load(str(checkpoint), device="cpu")
    texts = ["L'homme mange.", "Les hommes mange.", "The dog runs.", "The dogs runs."]
    found = model.score([Stimulus(text, text=text) for text in texts])
    assert model.settings["bos_token"] == "<s>"
    assert model.settings["path"] == "tree"
    assert model.settings["training"] == {"tokens": lucie.tokens_seen("main")}
    assert model.encoder.limit == 32000
    for i, text in enumerate(texts):
        ids = model.encoder.tokenizer(text)["input_ids"]
        assert ids[0] == 0
        expected = naive_causal(model.network, np.array(ids), 1).sum()
        assert found.log_probability[i] == pytest.approx(expected, abs=1e-4)


@pytest.mark.realdata
def test_lucies_overlapping_spans_are_read_as_words(checkpoint: Path) -> None:
    model = load(str(checkpoint), device="cpu")
    text = "the cat's \"big\" dog (le chien) 🙂 l'âne"
    table = word_surprisals(model, [Stimulus("s", text=text)])
    assert table["word"].tolist() == text.split()
    assert (table["tokens"] > 0).all()
    assert -table["token_surprisal"].sum() == pytest.approx(
        model.score([Stimulus("s", text=text)]).log_probability[0], abs=1e-3
    )


@pytest.mark.realdata
def test_an_instructed_lucie_chooses_by_its_own_template(checkpoint: Path) -> None:
    choice = PromptedChoice(load(str(checkpoint), device="cpu"), language="fr")
    pair = (Stimulus("g", text="Les chiens dorment."), Stimulus("b", text="Les chiens dort."))
    found = choice.prefer([pair, pair[::-1]])
    assert found[0] == pytest.approx(-found[1], abs=1e-5)
    assert "<|start_header_id|>user<|end_header_id|>" in choice.model.encoder.tokenizer.convert_tokens_to_string(
        choice.model.encoder.tokenizer.convert_ids_to_tokens(choice._answers("?")[0].ids.tolist())
    )


@pytest.mark.realdata
def test_a_rebuilt_pipeline_of_lucie_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    folder = tmp_path / "rebuilt"
    shutil.copytree(checkpoint, folder)
    pipeline = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    pipeline["normalizer"] = {
        "type": "Sequence",
        "normalizers": [
            {"type": "Prepend", "prepend": "▁"},
            {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
        ],
    }
    (folder / "tokenizer.json").write_text(json.dumps(pipeline), encoding="utf-8")
    with pytest.raises(LucieTokenizerError, match="L'homme"):
        load(str(folder), device="cpu")


def test_a_tokenizer_of_lucies_shape_is_kept_whatever_class_its_configuration_names(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(str(causal_folder(tmp_path)))
    # The configuration says LlamaTokenizer, whose own pipeline would not put the space after the apostrophe.
    assert tokenizer.tokenize("a'cat") == ["▁a", "'", "▁cat"]


def test_the_guard_knows_a_wrong_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer = load_tokenizer(str(causal_folder(tmp_path)))
    monkeypatch.setattr(lucie, "VOCABULARY", tokenizer.vocab_size)
    monkeypatch.setattr(lucie, "ELISION", ("▁A", "'", "▁cat"))
    with pytest.raises(LucieTokenizerError, match="▁A ' ▁cat"):
        lucie.guard_tokenizer(tokenizer, "here")
