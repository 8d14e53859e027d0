"""Mixtures: symbol by symbol, a weight that is the best on held-out sequences, parts that come back."""

from pathlib import Path

import numpy as np
import pytest
import torch

from babyslm.models.load import load_model
from babyslm.models.ngram.model import NgramLanguageModel
from babyslm.models.symbols.lstm import LstmLanguageModel, LstmNetwork, LstmSizes
from babyslm.models.symbols.mixture import (
    NETWORK,
    NGRAM,
    MixtureLanguageModel,
    SymbolPredictor,
    best_weight,
    mixed_logs,
    save_mixture,
)
from babyslm.models.symbols.vocabulary import Vocabulary
from babyslm.models.units.transformer import TransformerLanguageModel, TransformerNetwork, TransformerSizes
from babyslm.verify.learners.folders import CorruptModelError
from babyslm.verify.learners.units import MaskedMixtureError

VOCABULARY = Vocabulary.of_units(5)
SIZES = LstmSizes(embedding=4, hidden=8, layers=1, output=4)


def sequences(count: int, seed: int = 0) -> list[tuple[int, ...]]:
    draws = np.random.default_rng(seed)
    found = {tuple(VOCABULARY.encode_units(draws.integers(0, 5, n).tolist())) for n in draws.integers(0, 9, count)}
    return sorted(found)


def lstm(seed: int = 0, vocabulary: Vocabulary = VOCABULARY) -> LstmLanguageModel:
    torch.manual_seed(seed)
    network = LstmNetwork(len(vocabulary), SIZES)
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(8)
    return LstmLanguageModel(network, vocabulary, SIZES, device="cpu")


def transformer(objective: str = "causal") -> TransformerLanguageModel:
    torch.manual_seed(0)
    sizes = TransformerSizes(objective=objective, hidden=8, layers=1, heads=2, inner=8)  # type: ignore[arg-type]
    return TransformerLanguageModel(TransformerNetwork(len(VOCABULARY), sizes), VOCABULARY, sizes, device="cpu")


def ngram(order: int = 8) -> NgramLanguageModel:
    return NgramLanguageModel.train(sequences(60, seed=3), VOCABULARY, order=order)


@pytest.mark.parametrize("make", [lstm, transformer, ngram], ids=["lstm", "transformer", "ngram"])
def test_logs_of_symbols_add_up_to_the_scores_and_depend_on_what_came_before_alone(make) -> None:
    model = make()
    assert isinstance(model, SymbolPredictor)
    told = sequences(40)
    logs = model.symbol_logs(told)
    np.testing.assert_allclose([each.sum() for each in logs], model.score_distinct(told), atol=1e-4)
    assert [len(each) for each in logs] == [len(sequence) + 1 for sequence in told]
    longest = max(told, key=len)
    shorter = model.symbol_logs([longest[:4]])[0]
    np.testing.assert_allclose(shorter[:4], model.symbol_logs([longest])[0][:4], atol=1e-5)
    assert model.symbol_logs([]) == []


def test_a_mixture_is_the_weighted_mean_of_probabilities() -> None:
    network, counted = lstm(), ngram()
    model = MixtureLanguageModel(network, counted, 0.3)
    told = sequences(30)
    first, second = network.symbol_logs(told), counted.symbol_logs(told)
    wanted = [np.log(0.3 * np.exp(a) + 0.7 * np.exp(b)).sum() for a, b in zip(first, second, strict=True)]
    np.testing.assert_allclose(model.score_distinct(told), wanted, atol=1e-8)
    sums, symbols = model.score_sequences([told[3], told[3], told[0]])
    assert sums[0] == sums[1]
    assert symbols.tolist() == [len(told[3]) + 1] * 2 + [len(told[0]) + 1]
    for weight, alone in ((0.0, second), (1.0, first)):
        np.testing.assert_allclose(mixed_logs(first[3], second[3], weight), alone[3])


def test_the_weight_is_the_best_of_a_fine_search_and_never_worse_than_a_part() -> None:
    draws = np.random.default_rng(0)
    for shift in (-3.0, 0.0, 0.4, 3.0):
        first = [np.log(draws.uniform(0.01, 1, 50)) + min(shift, 0)]
        second = [np.log(draws.uniform(0.01, 1, 50)) - max(shift, 0)]
        weight = best_weight(first, second)
        score = float(mixed_logs(first[0], second[0], weight).sum())
        tried = [float(mixed_logs(first[0], second[0], w).sum()) for w in np.linspace(0, 1, 401)]
        assert score >= max(tried) - 1e-3
        assert score >= max(float(first[0].sum()), float(second[0].sum())) - 1e-9


def test_a_mixture_comes_back_from_its_folder(tmp_path: Path) -> None:
    network, counted = lstm(), ngram()
    network.save(tmp_path / NETWORK)
    counted.save(tmp_path / NGRAM)
    save_mixture(tmp_path, 0.4, "both", VOCABULARY)
    found = load_model(str(tmp_path), device="cpu")
    assert isinstance(found, MixtureLanguageModel)
    assert (found.name, found.weight, found.settings["ngram"]["order"]) == ("both", 0.4, 8)
    told = sequences(20)
    wanted = MixtureLanguageModel(network, counted, 0.4).score_distinct(told)
    np.testing.assert_allclose(found.score_distinct(told), wanted, atol=1e-6)
    lstm(vocabulary=Vocabulary.of_units(6)).save(tmp_path / NETWORK)
    with pytest.raises(CorruptModelError, match="vocabularies"):
        load_model(str(tmp_path), device="cpu")


def test_a_masked_model_cannot_be_mixed() -> None:
    with pytest.raises(MaskedMixtureError):
        transformer("masked").symbol_logs([(3, 4)])
