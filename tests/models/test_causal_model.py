import json
from pathlib import Path

import numpy as np
import pytest
import torch

from babyslm.models.text.huggingface import load
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.stimulus import Stimulus
from babyslm.verify.learners.text import (
    ModelMissingError,
    ModelRefusedError,
    NoInputError,
    NothingToScoreError,
    TextOptionError,
    TooLongError,
    UnsafeWeightsError,
)
from tests.text_folders import causal_folder
from tests.tiny_networks import naive_causal

SENTENCES = ("the dog runs", "the dogs run", "the dog", "the", "the dog runs", "A cat, the cat's cat.")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return causal_folder(tmp_path_factory.mktemp("causal"))


def stimuli(texts=SENTENCES) -> list[Stimulus]:
    return [Stimulus(f"s{i}", text=text) for i, text in enumerate(texts)]


@pytest.mark.parametrize("eos", [False, True])
@pytest.mark.parametrize("bos", ["auto", "always", "never"])
def test_scores_equal_the_naive_ones_under_every_beginning_and_end(folder: Path, bos: str, eos: bool) -> None:
    model = load(str(folder), device="cpu", bos=bos, eos=eos)
    texts = [text for text in SENTENCES if bos != "never" or eos or text != "the"]
    found = model.score(stimuli(texts))
    tokenizer = model.encoder.tokenizer
    for i, text in enumerate(texts):
        ids = ([0] if bos != "never" else []) + tokenizer(text, add_special_tokens=False)["input_ids"]
        ids += [1] if eos else []
        expected = naive_causal(model.network, np.array(ids), 1)
        assert found.symbols[i] == len(expected)
        assert found.log_probability[i] == pytest.approx(expected.sum(), abs=1e-4)


def test_what_changes_the_score_is_recorded(folder: Path) -> None:
    model = load(str(folder), device="cpu", capitalisation="lower", punctuation="add")
    assert model.settings["bos_token"] == "<s>"
    assert model.settings["bos"] == "auto"
    assert model.settings["eos"] is False
    assert model.settings["capitalisation"] == "lower"
    assert model.settings["dtype"] == "float32"
    json.dumps(model.settings)


@pytest.mark.parametrize(
    ("options", "same_as"),
    [
        ({"capitalisation": "lower"}, "a cat"),
        ({"capitalisation": "first"}, "A cat"),
        ({"punctuation": "add"}, "A cat."),
        ({"punctuation": "strip"}, "A cat"),
    ],
)
def test_written_choices_change_the_text_that_is_scored(folder: Path, options: dict, same_as: str) -> None:
    plain = load(str(folder), device="cpu").score([Stimulus("s", text=same_as)])
    chosen = load(str(folder), device="cpu", **options).score([Stimulus("s", text="A cat")])
    assert chosen.log_probability[0] == pytest.approx(plain.log_probability[0], abs=1e-6)


def test_phones_are_read_where_asked_for(folder: Path) -> None:
    model = load(str(folder), device="cpu", input="phonemic", phone_separator="", word_separator=" ")
    assert model.modality == "phonemic"
    plain = load(str(folder), device="cpu").score([Stimulus("s", text="the cat")])
    spoken = model.score([Stimulus("s", phones=("t", "h", "e", "|", "c", "a", "t"))])
    assert spoken.log_probability[0] == pytest.approx(plain.log_probability[0], abs=1e-6)


def test_scores_in_bfloat16_are_near_those_in_float32(folder: Path) -> None:
    exact = load(str(folder), device="cpu").score(stimuli())
    rough = load(str(folder), device="cpu", dtype="bfloat16").score(stimuli())
    np.testing.assert_allclose(rough.log_probability, exact.log_probability, rtol=0.1)


def test_a_stimulus_without_the_form_is_named(folder: Path) -> None:
    with pytest.raises(NoInputError, match="non-word"):
        load(str(folder), device="cpu").score([Stimulus("non-word", phones=("k", "a"))])
    with pytest.raises(NoInputError, match="only-text"):
        load(str(folder), device="cpu", input="phonemic").score([Stimulus("only-text", text="cat")])


def test_a_text_longer_than_the_context_is_named(folder: Path) -> None:
    with pytest.raises(TooLongError, match=r"64 tokens \(the longest has .*\): long"):
        load(str(folder), device="cpu").score([Stimulus("long", text="the dog " * 40)])


def test_a_text_without_anything_to_score_is_named(folder: Path) -> None:
    with pytest.raises(NothingToScoreError, match="one"):
        load(str(folder), device="cpu", bos="never").score([Stimulus("one", text="the")])


@pytest.mark.parametrize("options", [{"bos": "perhaps"}, {"eos": "maybe"}, {"nonsense": 1}, {"batch_tokens": "few"}])
def test_unknown_options_are_usage_errors(folder: Path, options: dict) -> None:
    with pytest.raises(TextOptionError, match=next(iter(options))):
        load(str(folder), device="cpu", **options)


@pytest.mark.parametrize("options", [{"device": "abacus"}, {"device": "cpu", "dtype": "float31"}])
def test_unknown_devices_and_types_are_usage_errors(folder: Path, options: dict) -> None:
    with pytest.raises(TextOptionError):
        load(str(folder), **options)


def test_a_hub_name_without_network_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match="no-such-owner/no-such-model") as caught:
        load("no-such-owner/no-such-model", device="cpu")
    assert "\n" not in str(caught.value)


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    folder = causal_folder(tmp_path)
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")
    with pytest.raises(UnsafeWeightsError, match="safetensors"):
        load(str(folder), device="cpu")


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    folder = causal_folder(tmp_path)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ModelRefusedError, match="damaged"):
        load(str(folder), device="cpu")


def test_missing_weights_are_never_drawn_at_random(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = causal_folder(tmp_path)
    weights = load_file(folder / "model.safetensors")
    del weights["model.norm.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelRefusedError, match=r"model\.norm\.weight"):
        load(str(folder), device="cpu")


def test_a_tokenizer_of_another_model_is_refused(tmp_path: Path) -> None:
    folder = causal_folder(tmp_path, vocab_size=8)
    with pytest.raises(ModelRefusedError, match="8 rows"):
        load(str(folder), device="cpu").score(stimuli())


def test_foreign_sets_are_scored(folder: Path, tmp_path: Path) -> None:
    zorro, blimp = tmp_path / "agreement.txt", tmp_path / "agreement.jsonl"
    zorro.write_text("the dogs runs\nthe dog runs\n", encoding="utf-8")
    blimp.write_text(json.dumps({"sentence_good": "the dog runs", "sentence_bad": "the dogs runs"}), encoding="utf-8")
    model = load(str(folder), device="cpu")
    scores = [model.score(load_stimuli(path)["syntactic", "test"].stimuli).log_probability for path in (zorro, blimp)]
    np.testing.assert_array_equal(scores[0], scores[1])


def test_trees_and_single_texts_agree_and_are_recorded(folder: Path) -> None:
    tree, plain = load(str(folder), device="cpu"), load(str(folder), device="cpu", packing="never")
    assert (tree.settings["path"], plain.settings["path"]) == ("tree", "padded")
    np.testing.assert_allclose(
        tree.score(stimuli()).log_probability, plain.score(stimuli()).log_probability, atol=1e-4
    )


def test_a_model_without_trees_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.text_folders import write_tokenizer
    from tests.tiny_networks import mamba

    made = write_tokenizer(tmp_path)
    mamba(vocab_size=made.get_vocab_size()).save_pretrained(tmp_path, safe_serialization=True)
    model = load(str(tmp_path), device="cpu")
    assert model.settings["path"] == "padded"
    assert "each text is scored by itself" in capsys.readouterr().err
    assert np.isfinite(model.score(stimuli()).log_probability).all()
