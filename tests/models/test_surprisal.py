from pathlib import Path

import numpy as np
import pytest
import torch

from babyslm.models.text.huggingface import load
from babyslm.models.text.surprisal import COLUMNS, beginners, word_spans, word_surprisals
from babyslm.stimuli.stimulus import Stimulus
from tests.text_folders import causal_folder

TEXTS = ("the dog runs", "A big cat, the cat's cat.", "the", "  the  dog ")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return causal_folder(tmp_path_factory.mktemp("causal"))


def naive(model, text: str) -> list[float]:
    """Corrected surprisal of each word: all distributions of one text, and the formula word by word."""
    tokenizer = model.encoder.tokenizer
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    ids = encoded["input_ids"]
    with torch.no_grad():
        chances = model.network(input_ids=torch.tensor([[0, *ids]])).logits[0].double().softmax(-1)
    begins = [i for token, i in tokenizer.get_vocab().items() if token.startswith("▁")] + [1]
    space = chances[:, sorted(begins)].sum(-1)
    found = []
    for word in word_spans(text, encoded["offset_mapping"]):
        first, last = word.tokens[0], word.tokens[-1]
        chance = np.prod([chances[i, ids[i]].item() for i in word.tokens])
        chance *= space[last + 1].item()
        if first > 0 or ids[first] in begins:
            chance /= space[first].item()
        found.append(-np.log(chance))
    return found


def test_word_surprisals_equal_the_formula(folder: Path) -> None:
    model = load(str(folder), device="cpu")
    table = word_surprisals(model, [Stimulus(f"s{i}", text=text) for i, text in enumerate(TEXTS)])
    assert tuple(table.columns) == COLUMNS
    for i, text in enumerate(TEXTS):
        rows = table[table["name"] == f"s{i}"]
        assert rows["word"].tolist() == text.split()
        np.testing.assert_allclose(rows["surprisal"], naive(model, text), atol=1e-4)


@pytest.mark.parametrize("eos", [False, True])
def test_token_surprisals_sum_to_the_score(folder: Path, eos: bool) -> None:
    model = load(str(folder), device="cpu", eos=eos)
    stimuli = [Stimulus(f"s{i}", text=text) for i, text in enumerate(TEXTS)]
    table = word_surprisals(model, stimuli)
    plain = load(str(folder), device="cpu").score(stimuli)
    sums = table.groupby("name")["token_surprisal"].sum()
    np.testing.assert_allclose(-sums.to_numpy(), plain.log_probability, atol=1e-4)
    assert table.groupby("name")["tokens"].sum().tolist() == plain.symbols.tolist()


def test_without_a_beginning_the_first_word_is_missing(folder: Path) -> None:
    table = word_surprisals(load(str(folder), device="cpu", bos="never"), [Stimulus("s", text="the dog runs")])
    assert table["surprisal"].isna().tolist() == [True, False, False]


def test_tokens_of_overlapping_spans_belong_to_their_last_letters_word() -> None:
    offsets = [(0, 1), (1, 2), (1, 7), (7, 9), (8, 11), (11, 12), (12, 12)]
    words = word_spans("L'homme (le ", offsets)
    assert [(word.text, word.tokens.tolist()) for word in words] == [("L'homme", [0, 1, 2]), ("(le", [3, 4, 5, 6])]


def test_tokens_that_begin_words_are_known_by_their_marks(folder: Path) -> None:
    model = load(str(folder), device="cpu")
    tokenizer = model.encoder.tokenizer
    found = tokenizer.convert_ids_to_tokens(beginners(tokenizer, model.encoder.vocabulary).tolist())
    assert "</s>" in found
    assert "▁dog" in found
    assert "d" not in found
