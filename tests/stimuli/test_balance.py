from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from babyslm.stimuli.lexical.balance import SHORTCUTS, TIE, OppositePairs, Shortcuts, opposite_pairs
from babyslm.stimuli.lexical.choice import choose_pairs
from babyslm.stimuli.lexical.search import Found
from tests.stimuli.toy import toy_phonotactics

matrices = arrays.arrays(
    np.float64, st.tuples(st.integers(0, 25), st.just(4)), elements=st.sampled_from([-2.0, -0.5, 0.0, 0.25, 1.0])
)


def naive_opposite(differences: np.ndarray, hard: int) -> set[tuple[int, int]]:
    signs = np.sign(differences[:, :hard])
    places = range(len(differences))
    return {(a, b) for a in places for b in places if a < b and (signs[a] == -signs[b]).all()}


@settings(deadline=None)
@given(matrices, st.integers(1, 4))
def test_all_opposite_pairs_are_found_and_no_other(differences: np.ndarray, hard: int) -> None:
    noise = np.zeros(len(differences))
    pairs = opposite_pairs(differences, hard, 10_000, noise, disjoint=False)
    found = [tuple(sorted(pair)) for pair in zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)]
    assert len(found) == len(set(found))
    assert set(found) == naive_opposite(differences, hard)
    assert (np.diff(pairs.cost) >= -1e-9).all()


@settings(deadline=None)
@given(matrices)
def test_disjoint_pairs_use_no_non_word_twice(differences: np.ndarray) -> None:
    pairs = opposite_pairs(differences, 3, 3, np.zeros(len(differences)), disjoint=True)
    used = [*pairs.first.tolist(), *pairs.second.tolist()]
    assert len(used) == len(set(used))
    assert len(pairs) <= 3


def test_the_better_mirror_image_comes_first() -> None:
    differences = np.array([[1.0, 2.0], [-1.0, -2.1], [-3.0, -0.1]])
    pairs = opposite_pairs(differences, 2, 10, np.zeros(3), disjoint=False)
    best = {int(pairs.first[0]), int(pairs.second[0])}
    assert best == {0, 1}
    assert pairs.cost[0] < pairs.cost[1]


def test_the_shortcuts_are_what_their_names_say() -> None:
    phonotactics = toy_phonotactics()
    shortcuts = Shortcuts(phonotactics)
    word, candidates = phonotactics.words[5], np.stack([w for w in phonotactics.words if len(w) == 4])
    found = shortcuts.complete(word, candidates, shortcuts.differences(word, candidates))
    column = {name: place for place, name in enumerate(SHORTCUTS)}
    assert found.shape == (len(candidates), len(SHORTCUTS))
    model = phonotactics.ngram(2, "type")
    expected = model.score(candidates) - model.score(word[None])
    assert found[:, column["2-gram type"]] == pytest.approx(expected)
    inner = model.terms(candidates)[:, 1:-1].sum(axis=1) - model.terms(word[None])[:, 1:-1].sum()
    assert found[:, column["2-gram type without boundaries"]] == pytest.approx(inner)
    near = shortcuts.neighbours
    assert found[:, column["neighbours"]] == pytest.approx(near.density(candidates) - near.density(word[None])[0])
    assert found[:, column["OLD20"]] == pytest.approx(near.old20(candidates) - near.old20(word[None])[0])


def made_up(number: int, lean: float, seed: int = 0) -> list[Found]:
    """Words whose opposite pairs lean one way: the one above the word lies farther off than the one below."""
    draw = np.random.default_rng(seed)
    found = []
    for word in range(number):
        above = np.abs(draw.normal(size=(12, 3))) + 0.01
        below = -np.abs(draw.normal(size=(12, 3))) - 0.01
        differences = np.concatenate([above * (1 + lean), below])
        pairs = opposite_pairs(differences, 3, 100, np.zeros(24), disjoint=False)
        codes = np.stack([np.array([word + 1, place + 1], dtype=np.uint8) for place in range(24)])
        found.append(Found(codes, differences, pairs, 24, None))
    return found


def sums(found: list[Found], chosen: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(
        [
            each.differences[each.pairs.first[pairs]] + each.differences[each.pairs.second[pairs]]
            for each, pairs in zip(found, chosen, strict=True)
        ]
    )


def test_the_choice_takes_the_lean_out_of_the_sizes() -> None:
    found = made_up(60, lean=0.5)
    every = sums(found, [np.arange(len(each.pairs)) for each in found]).mean(axis=0)
    chosen = sums(found, choose_pairs(found, ["test"] * 60, 6, seed=0)).mean(axis=0)
    assert every.min() > 0.1
    assert np.abs(chosen).max() < 0.2 * every.max()


def test_the_lean_is_taken_out_of_each_split_by_itself() -> None:
    found = made_up(60, lean=0.5)
    splits = ["dev" if place % 5 == 0 else "test" for place in range(60)]
    every = sums(found, [np.arange(len(each.pairs)) for each in found]).mean(axis=0)
    chosen = choose_pairs(found, splits, 6, seed=0)
    for split in ("dev", "test"):
        places = [place for place, name in enumerate(splits) if name == split]
        lean = sums([found[place] for place in places], [chosen[place] for place in places]).mean(axis=0)
        assert np.abs(lean).max() < 0.3 * every.max(), split


def test_a_small_set_loses_pairs_until_its_sums_are_below_those_of_random_signs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = made_up(120, lean=1.0)
    # Two pairs per word that do not mirror each other well, so that there is no choice.
    few = slice(-40, None, 20)
    poor = [OppositePairs(each.pairs.first[few], each.pairs.second[few], each.pairs.cost[few]) for each in words]
    found = [replace(each, pairs=pairs) for each, pairs in zip(words, poor, strict=True)]

    def share(chosen: list[np.ndarray]) -> float:
        pooled = np.concatenate([each.differences for each in found])
        white = np.linalg.inv(np.linalg.cholesky(pooled.T @ pooled / len(pooled))).T
        total, squares = np.zeros(3), 0.0
        for each, pairs in zip(found, chosen, strict=True):
            for member in (each.pairs.first[pairs], each.pairs.second[pairs]):
                scaled = each.differences[member] @ white
                total += scaled.sum(axis=0)
                squares += float((scaled**2).sum()) / 3
        return float((total**2).mean() / squares)

    trimmed = choose_pairs(found, ["test"] * 120, 4, seed=0)
    monkeypatch.setattr("babyslm.stimuli.lexical.choice.SMALL", 0)
    whole = choose_pairs(found, ["test"] * 120, 4, seed=0)
    assert share(whole) > 1
    assert share(trimmed) <= 0.2501
    for before, after in zip(whole, trimmed, strict=True):
        assert set(after.tolist()) <= set(before.tolist())
    assert sum(map(len, trimmed)) > 0.5 * sum(map(len, whole))


def test_every_word_gets_as_many_pairs_as_asked_and_no_non_word_twice() -> None:
    found = made_up(13, lean=0.2)
    for each, pairs in zip(found, choose_pairs(found, ["test"] * 13, 6, seed=1), strict=True):
        members = np.concatenate([each.pairs.first[pairs], each.pairs.second[pairs]])
        assert len(pairs) == 3
        assert len(set(members.tolist())) == 6


def test_words_that_share_their_non_words_do_not_both_use_them() -> None:
    one = made_up(1, lean=0.0)[0]
    chosen = choose_pairs([one, one, one], ["test", "dev", "test"], 10, seed=0)
    used = [int(m) for pairs in chosen for m in np.concatenate([one.pairs.first[pairs], one.pairs.second[pairs]])]
    assert len(used) == len(set(used))
    assert all(len(pairs) >= 1 for pairs in chosen)


def test_words_without_pairs_get_none() -> None:
    empty = Found(np.zeros((0, 2), dtype=np.uint8), np.zeros((0, 3)), OppositePairs(), 4, "no opposite pair")
    assert [len(pairs) for pairs in choose_pairs([empty], ["dev"], 10, seed=0)] == [0]
    assert len(choose_pairs([empty, *made_up(1, 0.0)], ["dev", "dev"], 4, seed=0)[1]) == 2


def test_a_difference_below_the_tie_counts_as_none() -> None:
    differences = np.array([[TIE / 2, 1.0], [-TIE / 3, -1.0], [0.5, -1.0]])
    pairs = opposite_pairs(differences, 2, 10, np.zeros(3), disjoint=False)
    assert {int(pairs.first[0]), int(pairs.second[0])} == {0, 1}
    assert len(pairs) == 1
