"""Allocation of ranks for a proportion of the whole model: bottom-first (as published), uniform, or least error."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from babyslm.compression.factors.linears import Linear
from babyslm.compression.settings import Ranks
from babyslm.verify.learners.compression import UnreachableTargetError

__all__ = ["RankTable", "Spectra", "allot", "obtained"]

RankTable = dict[tuple[int, str], int]
"""Rank by block and layer name; a layer that is not listed is not compressed."""

Spectra = Mapping[tuple[int, str], NDArray[np.float64]]
"""Energy of a layer's output components, largest first: the squared error caused by leaving one out."""

STEPS = 60
"""Number of bisections in the search for a proportion."""


def allot(
    how: Ranks, linears: Sequence[Linear], total: int, keep: float, *, floor: float, spectra: Spectra | None = None
) -> RankTable:
    """Return ranks with which a network keeps a proportion of all its parameters, as closely as integer ranks allow.

    :param how: name of the allocation.
    :param linears: the layers that may be compressed.
    :param total: parameters of the network, embeddings included.
    :param keep: proportion to keep.
    :param floor: bottom-first: lowest rank as a proportion of a layer's smaller dimension.
    :param spectra: energies, for `error`.
    :raises UnreachableTargetError: if even the lowest ranks keep more.
    """
    budget = round(keep * total) - (total - sum(linear.size for linear in linears))
    match how:
        case "uniform":
            ranks, order = _by_share(linears, budget, _uniform), list(linears)
        case "bottom-first":
            ranks, order = _bottom_first(linears, budget, floor)
        case "error":
            assert spectra is not None
            ranks, order = _least_error(linears, budget, spectra), list(linears)
    for candidates in (order, linears):
        ranks = _fill(ranks, candidates, budget - _spent(ranks, linears))
    if _spent(ranks, linears) > budget:
        least = total - sum(linear.size for linear in linears) + _spent(ranks, linears)
        raise UnreachableTargetError(keep, least / total, how)
    return ranks


def obtained(ranks: RankTable, linears: Iterable[Linear], total: int) -> int:
    """Return the number of parameters of a network with these ranks."""
    return total - sum(linear.size - ranks[linear.key] * linear.price for linear in linears if linear.key in ranks)


def _spent(ranks: RankTable, linears: Iterable[Linear]) -> int:
    return sum(ranks[each.key] * each.price if each.key in ranks else each.size for each in linears)


def _uniform(linear: Linear, share: float) -> int | None:
    rank = int(share * linear.size / linear.price)
    return max(1, rank) if rank <= linear.limit else None


def _by_share(linears: Sequence[Linear], budget: int, rule: Callable[[Linear, float], int | None]) -> RankTable:
    """Find the largest proportion whose ranks are within the budget."""

    def table(share: float) -> RankTable:
        ranks = {linear.key: rule(linear, share) for linear in linears}
        return {key: rank for key, rank in ranks.items() if rank is not None}

    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _spent(table(middle), linears) <= budget else (low, middle)
    return table(low)


def _bottom_first(linears: Sequence[Linear], budget: int, floor: float) -> tuple[RankTable, list[Linear]]:
    """Reduce block after block to the floor, from the lowest, and the last of them only as far as needed.

    As in the published code, all layers of a block are reduced together; its steps of 256 ranks are refined to single
    ranks.
    """

    def least(linear: Linear) -> int | None:
        rank = max(1, round(floor * min(linear.inputs, linear.outputs)))
        return rank if rank <= linear.limit else None

    ranks: RankTable = {}
    for block in sorted({linear.block for linear in linears}):
        own = [linear for linear in linears if linear.block == block]
        floors = {linear.key: least(linear) for linear in own}
        lowest = {key: rank for key, rank in floors.items() if rank is not None}
        if _spent(ranks | lowest, linears) > budget:
            ranks |= lowest
            continue

        def between(linear: Linear, share: float, lowest: RankTable = lowest) -> int | None:
            if linear.key not in lowest:
                return None
            rank = lowest[linear.key] + int(share * (linear.limit + 1 - lowest[linear.key]))
            return rank if rank <= linear.limit else None

        rest = budget - _spent(ranks, [linear for linear in linears if linear.block != block])
        return ranks | _by_share(own, rest, between), own
    return ranks, []


def _least_error(linears: Sequence[Linear], budget: int, spectra: Spectra) -> RankTable:
    """Add components in the order of energy per parameter, with each layer's energies normalised to a sum of one.

    The energies of a layer decrease, so this greedy choice is optimal. A layer whose factors would have as many
    parameters as the layer itself is not compressed, if the budget allows.
    """
    gains, prices, owners, sizes = [], [], [], []
    for number, linear in enumerate(linears):
        energy = np.maximum(spectra[linear.key], 0.0)
        share = energy / max(energy.sum(), np.finfo(np.float64).tiny)
        rank = linear.limit
        gains += [share[1:rank], [share[rank:].sum()]]
        cost = np.full(rank, float(linear.price))
        cost[-1] = linear.size - rank * linear.price  # the last step restores the whole layer
        prices.append(cost)
        owners.append(np.full(rank, number))
        sizes.append(np.arange(2, rank + 2))
    price, owner, size = np.concatenate(prices), np.concatenate(owners), np.concatenate(sizes)
    order = np.argsort(-np.concatenate(gains) / np.maximum(price, 1.0), kind="stable")
    ranks = {linear.key: 1 for linear in linears}
    left = budget - sum(linear.price for linear in linears)
    for step in order.tolist():
        linear = linears[owner[step]]
        if price[step] > left or ranks.get(linear.key, 0) != size[step] - 1:
            continue
        left -= int(price[step])
        if size[step] > linear.limit:
            del ranks[linear.key]
        else:
            ranks[linear.key] = int(size[step])
    return ranks


def _fill(ranks: RankTable, candidates: Sequence[Linear], left: int) -> RankTable:
    """Use the budget left by integer ranks, one rank at a time, layers with the most parameters per rank first."""
    ranks = dict(ranks)
    order = sorted(candidates, key=lambda linear: -linear.price)
    moved = True
    while moved:
        moved = False
        for linear in order:
            if linear.price <= left and ranks.get(linear.key, linear.limit) < linear.limit:
                ranks[linear.key] += 1
                left -= linear.price
                moved = True
    return ranks
