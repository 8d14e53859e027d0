import json
from pathlib import Path

import numpy as np
import pytest

from babyslm.models.text.huggingface import load
from babyslm.scoring.masked import PLLS
from babyslm.stimuli.stimulus import Stimulus
from babyslm.verify.learners.text import NothingToScoreError, TextOptionError, TooLongError
from tests.text_folders import masked_folder
from tests.tiny_networks import naive_masked

SENTENCES = ("the dog runs.", "The cats sleep", "the cat", "dog", "the dog runs.", "a cat sleeping")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return masked_folder(tmp_path_factory.mktemp("masked"))


def stimuli() -> list[Stimulus]:
    return [Stimulus(f"s{i}", text=text) for i, text in enumerate(SENTENCES)]


@pytest.mark.parametrize("bos", ["auto", "never"])
def test_the_original_formula_is_the_default(folder: Path, bos: str) -> None:
    model = load(str(folder), device="cpu", bos=bos)
    found = model.score(stimuli())
    for i, text in enumerate(SENTENCES):
        own = model.encoder.tokenizer(text, add_special_tokens=False)["input_ids"]
        ids = np.array([2, *own, 3] if bos == "auto" else own)
        positions = range(1, len(own) + 1) if bos == "auto" else range(len(own))
        expected = [naive_masked(model.network, ids, [position], [position], 4)[0] for position in positions]
        assert found.symbols[i] == len(own)
        assert found.log_probability[i] == pytest.approx(sum(expected), abs=1e-4)


def test_within_a_word_later_pieces_are_masked(folder: Path) -> None:
    model = load(str(folder), device="cpu", pll="word_l2r")
    (sequence,) = model.encode([Stimulus("s", text="the dogs sleeping.")])
    tokens = model.encoder.tokenizer.convert_ids_to_tokens(sequence.ids.tolist())
    assert tokens == ["[CLS]", "the", "dog", "##s", "sleep", "##ing", ".", "[SEP]"]
    assert sequence.words.tolist() == [0, 1, 1, 2, 2, 3]
    score = model.score([Stimulus("s", text="the dogs sleeping.")]).log_probability[0]
    masks = ([1], [2, 3], [3], [4, 5], [5], [6])
    expected = [naive_masked(model.network, sequence.ids, mask, mask[:1], 4)[0] for mask in masks]
    assert score == pytest.approx(sum(expected), abs=1e-4)


def test_formulas_differ_and_are_recorded(folder: Path) -> None:
    scores = {}
    for pll in PLLS:
        model = load(str(folder), device="cpu", pll=pll)
        assert model.settings["pll"] == pll
        json.dumps(model.settings)
        scores[pll] = model.score(stimuli()).log_probability.tolist()
    assert len({tuple(each) for each in scores.values()}) == len(PLLS)


def test_the_unmasked_formula_scores_special_tokens_too(folder: Path) -> None:
    found = load(str(folder), device="cpu", pll="unmasked").score([Stimulus("s", text="the dog")])
    assert found.symbols[0] == 4


def test_choices_that_a_masked_model_does_not_have_are_usage_errors(folder: Path) -> None:
    with pytest.raises(TextOptionError, match="eos"):
        load(str(folder), device="cpu", eos=True)


def test_long_and_empty_texts_are_named(folder: Path) -> None:
    model = load(str(folder), device="cpu")
    with pytest.raises(TooLongError, match="long"):
        model.score([Stimulus("long", text="the dog " * 40)])
    with pytest.raises(NothingToScoreError, match="blank"):
        model.score([Stimulus("blank", text=" ")])
