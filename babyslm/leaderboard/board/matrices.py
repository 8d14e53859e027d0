"""Official aggregation of one table as matrix products, so that a thousand learners cost little more than one.

Averages of averages are linear in the verdicts: with `C` the verdicts (trials x learners), `A` holds the weight of
each trial in each item (words or pairs, first within a voice, then over the voices), and a group's accuracy is the
mean of its rows of `A @ C`. The influence of the clusters on it is linear in
them too. `babyslm.results.statistics.summary` computes the same for one learner; the tests compare the two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from babyslm.models.protocol import ScoreBatch
from babyslm.results.scores.table import names_by_voice, score_table
from babyslm.results.scores.trials import make_trials
from babyslm.results.statistics.aggregate import attribute, has_attribute
from babyslm.results.statistics.clusters import Influence, cluster_codes, influence
from babyslm.results.statistics.intervals import proportion_interval
from babyslm.results.statistics.summary import ATTRIBUTES
from babyslm.stimuli.stimulus_set import StimulusTable

__all__ = ["GroupFigures", "Grouping", "TableMatrices", "trial_items"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Grouping:
    """The items of each value of an attribute.

    :param values: names of the groups, in natural order.
    :param weights: shape (cells, trials): weight of each trial in each cell; a cell is one item within one group.
    :param group: shape (cells,): group of each cell.
    :param cluster: shape (cells,): cluster of each cell's item.
    :param trials: shape (groups,): number of trials.
    :param member: shape (groups, trials): 1 if a trial belongs to a group.
    """

    values: tuple[str, ...]
    weights: csr_array
    group: IntArray
    cluster: IntArray
    trials: IntArray
    member: csr_array


@dataclass(frozen=True, eq=False)
class GroupFigures:
    """Figures of every group (rows) and learner (columns).

    :param accuracy: shape (groups, learners).
    :param low: lower ends of the 95 % intervals; NaN for fewer than two clusters.
    :param high: upper ends.
    :param ties: trials in which both members have the same score.
    :param n: shape (groups,): items.
    :param clusters: shape (groups,): clusters.
    """

    accuracy: FloatArray
    low: FloatArray
    high: FloatArray
    ties: IntArray
    n: IntArray
    clusters: IntArray


class TableMatrices:
    """Precomputed matrices of a table and a choice of its voices.

    :param table: the stimuli.
    :param voices: the voices that were scored: all, or one for a text learner.
    """

    def __init__(self, table: StimulusTable, voices: Sequence[str] | None = None) -> None:
        kept = table.voices if voices is None else tuple(voices)
        self.rows = np.flatnonzero(table.pairs["voice"].isin(kept).to_numpy())
        self.trials = trial_items(table, kept)
        whole = self._grouping(np.zeros(len(self.trials), dtype=np.int64), ("",), None)
        self.clusters = int(whole.cluster.max()) + 1
        self._of_item = dict(zip(_items_of(self.trials), whole.cluster.tolist(), strict=True))
        self.whole = whole

    def attributes(self) -> tuple[str, ...]:
        """Return the attributes by which this table is broken down."""
        return tuple(name for name in ATTRIBUTES if has_attribute(self.trials, name))

    def by(self, name: str) -> Grouping:
        """Return the groups of an attribute."""
        codes, values = pd.factorize(attribute(self.trials, name), sort=True)
        return self._grouping(codes.astype(np.int64), tuple(map(str, values)), self._of_item)

    def verdicts(self, chosen: NDArray[np.int8]) -> FloatArray:
        """Convert stored verdicts, shape (pairs, learners), to 1, 0.5 and 0 for the trials of these voices."""
        return chosen[self.rows].astype(np.float64) / 2

    def influence(self, grouping: Grouping, verdicts: FloatArray, group: int) -> Influence:
        """Return the influence of each cluster on the accuracy of one group, shape (clusters, learners)."""
        inside = np.flatnonzero(grouping.group == group)
        cells = grouping.weights[inside] @ verdicts
        return influence(cells - cells.mean(axis=0), grouping.cluster[inside], size=self.clusters)

    def figures(self, grouping: Grouping, verdicts: FloatArray) -> GroupFigures:
        """Compute accuracy and interval of every group and learner.

        :param grouping: a grouping of this table.
        :param verdicts: shape (trials, learners), from `verdicts`.
        """
        cells = grouping.weights @ verdicts
        groups, learners = len(grouping.values), verdicts.shape[1]
        shape = (groups, learners)
        accuracy, low, high = np.empty(shape), np.full(shape, np.nan), np.full(shape, np.nan)
        n, clusters = np.zeros(groups, dtype=np.int64), np.zeros(groups, dtype=np.int64)
        for group in range(groups):
            inside = np.flatnonzero(grouping.group == group)
            own = grouping.cluster[inside]
            n[group], clusters[group] = len(inside), len(np.unique(own))
            accuracy[group] = cells[inside].mean(axis=0)
            evidence = influence(cells[inside] - accuracy[group], own)
            low[group], high[group] = proportion_interval(accuracy[group], evidence)
        ties = np.asarray(grouping.member @ (verdicts == 0.5), dtype=np.int64)
        return GroupFigures(accuracy, low, high, ties, n, clusters)

    def _grouping(self, codes: IntArray, values: tuple[str, ...], of_item: Mapping[str, int] | None) -> Grouping:
        trials = self.trials
        kept = np.flatnonzero(codes >= 0)
        items, names = pd.factorize(trials["item"], sort=True)
        voices, voice_names = pd.factorize(trials["voice"], sort=True)
        spoken = ((codes * len(names) + items) * len(voice_names) + voices)[kept]
        by_voice, of_trial, sizes = np.unique(spoken, return_inverse=True, return_counts=True)
        cells, of_voice, voices_of = np.unique(by_voice // len(voice_names), return_inverse=True, return_counts=True)
        weight = 1 / (sizes[of_trial] * voices_of[of_voice[of_trial]])
        weights = csr_array(coo_array((weight, (of_voice[of_trial], kept)), shape=(len(cells), len(trials))))
        item_of_cell = np.asarray(names, dtype=object)[cells % len(names)]
        if of_item is None:
            first = trials.drop_duplicates("item").set_index("item")["cluster"]
            cluster = cluster_codes(item_of_cell, first.loc[item_of_cell])
        else:
            cluster = np.array([of_item[name] for name in item_of_cell], dtype=np.int64)
        member = csr_array(coo_array((np.ones(len(kept)), (codes[kept], kept)), shape=(len(values), len(trials))))
        counts = np.bincount(codes[kept], minlength=len(values)).astype(np.int64)
        return Grouping(values, weights, cells // len(names), cluster, counts, member)


def _items_of(trials: pd.DataFrame) -> list[str]:
    return list(pd.factorize(trials["item"], sort=True)[1])


def trial_items(table: StimulusTable, voices: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the trials of a table without scores: its pairs, with `item`, the unit of the official average.

    :param table: the stimuli.
    :param voices: all of the table (default) or one.
    """
    by_voice = names_by_voice(table)
    kept = by_voice if voices is None else {voice: by_voice[voice] for voice in voices}
    names = sorted(set().union(*kept.values()))
    nothing = score_table(names, ScoreBatch(np.zeros(len(names)), None))
    return make_trials(table, nothing)
