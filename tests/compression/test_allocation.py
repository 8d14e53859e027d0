"""Ranks: the exact target, the published order, and the least error against brute force."""

from itertools import product

import numpy as np
import pytest

from babyslm.compression.factors.allocation import allot, obtained
from babyslm.compression.factors.linears import Linear
from babyslm.verify.learners.compression import UnreachableTargetError

LUCIE = [
    Linear(block, name, inputs, outputs)
    for block in range(32)
    for name, inputs, outputs in [
        ("q", 4096, 4096),
        ("k", 4096, 1024),
        ("v", 4096, 1024),
        ("o", 4096, 4096),
        ("gate", 4096, 12288),
        ("up", 4096, 12288),
        ("down", 12288, 4096),
    ]
]
LUCIE_TOTAL = 6_706_958_336


def spectra(linears: list[Linear], seed: int = 0) -> dict[tuple[int, str], np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        each.key: np.sort(rng.exponential(size=min(each.inputs, each.outputs)) ** 3)[::-1].copy() for each in linears
    }


@pytest.mark.parametrize("keep", [0.8, 0.6, 0.4])
@pytest.mark.parametrize("how", ["bottom-first", "uniform", "error"])
def test_the_whole_model_keeps_what_was_asked_for(how: str, keep: float) -> None:
    floor = 0.125  # a floor of 1,536 would end at 40 %
    ranks = allot(how, LUCIE, LUCIE_TOTAL, keep, floor=floor, spectra=spectra(LUCIE))  # type: ignore[arg-type]
    left = obtained(ranks, LUCIE, LUCIE_TOTAL)
    assert left <= keep * LUCIE_TOTAL + 1
    assert left / LUCIE_TOTAL == pytest.approx(keep, abs=1e-5)
    assert all(0 < ranks[each.key] <= each.limit for each in LUCIE if each.key in ranks)


def test_bottom_first_brings_the_lowest_blocks_to_the_floor_and_leaves_the_upper_ones_whole() -> None:
    ranks = allot("bottom-first", LUCIE, LUCIE_TOTAL, 0.8, floor=0.125)
    touched = sorted({block for block, _ in ranks})
    assert touched == list(range(9))  # the release's own arithmetic on Lucie's shapes with a floor of 512: 9 blocks
    for block in touched[:-1]:
        assert [ranks[block, name] for name in ("q", "o", "gate", "up", "down")] == [512] * 5
    assert min(ranks[8, name] for name in ("q", "o", "gate", "up", "down")) > 512


def test_uniform_gives_each_layer_the_same_share() -> None:
    ranks = allot("uniform", LUCIE, LUCIE_TOTAL, 0.8, floor=0.25)
    shares = [ranks[each.key] * each.price / each.size for each in LUCIE]
    # 21.73 % off the blocks' layers makes 20 % off the whole
    assert np.mean(shares) == pytest.approx(1 - 0.2173, abs=1e-3)
    assert max(shares) - min(shares) < 5e-3


def test_least_error_is_the_best_of_all_tables() -> None:
    linears = [Linear(0, "a", 6, 5), Linear(0, "b", 4, 8), Linear(1, "a", 7, 7)]
    total = 50 + sum(each.size for each in linears)
    for seed, keep in product(range(4), (0.6, 0.75, 0.9)):
        energy = spectra(linears, seed)

        def error(table: tuple[int | None, ...], energy: dict = energy) -> float:
            pairs = zip(linears, table, strict=True)
            return sum(energy[each.key][rank:].sum() / energy[each.key].sum() for each, rank in pairs if rank)

        def cost(table: tuple[int | None, ...]) -> int:
            return sum(r * each.price if r else each.size for each, r in zip(linears, table, strict=True))

        budget = round(keep * total) - 50
        choices = product(*[[None, *range(1, each.limit + 1)] for each in linears])
        best = min(error(table) for table in choices if cost(table) <= budget)
        ranks = allot("error", linears, total, keep, floor=0.25, spectra=energy)
        found = tuple(ranks.get(each.key) for each in linears)
        assert cost(found) <= budget
        # Greedy is exact but for the last rank that fits: within one component of the best.
        slack = max(energy[each.key][1] / energy[each.key].sum() for each in linears)
        assert best - 1e-12 <= error(found) <= best + slack


def test_a_target_out_of_reach_names_the_least() -> None:
    with pytest.raises(
        UnreachableTargetError, match=r"--keep 0.05: out of reach; the least with ranks uniform is 0\.0"
    ):
        allot("uniform", LUCIE, LUCIE_TOTAL, 0.05, floor=0.25)
    with pytest.raises(UnreachableTargetError, match=r"the least with ranks bottom-first is 0\.\d+.*lower --floor"):
        allot("bottom-first", LUCIE, LUCIE_TOTAL, 0.3, floor=0.375)
