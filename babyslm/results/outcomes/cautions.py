"""Signs that scores are not what they should be: log-probabilities, where higher means more probable."""

from collections.abc import Mapping, Sequence

import pandas as pd

from babyslm.results.outcomes.record import Metric
from babyslm.stimuli.stimulus import Split, Task

__all__ = ["POSITIVE", "below_chance", "cautions"]

CHANCE = 0.5

POSITIVE = (
    "all scores are positive; higher must mean more probable (losses, surprisals and perplexities have to be negated)"
)


def cautions(scores: Mapping[tuple[Task, Split], pd.DataFrame], metrics: Sequence[Metric]) -> list[str]:
    """Return a line for each table whose scores cannot be log-probabilities, or whose accuracy points to that.

    Log-densities may be positive; so none of these is an error.

    :param scores: tables with a column `score`, by (task, split).
    :param metrics: figures of these tables.
    """
    lines = []
    for (task, split), table in sorted(scores.items()):
        values = table["score"].astype(float)
        if len(values) > 1 and (values == values.iloc[0]).all():
            lines.append(f"{task}/{split}: all scores are {values.iloc[0]:g}; every pair is a tie")
        elif (values > 0).all():
            lines.append(f"{task}/{split}: {POSITIVE}")
    for metric in metrics:
        whole = metric.attribute is None and metric.measure == "accuracy"
        told = below_chance(metric.task, metric.low, metric.high) if whole else None
        if told:
            lines.append(f"{metric.task}/{metric.split}: {told}")
    return lines


def below_chance(task: Task, low: float | None, high: float | None) -> str | None:
    """Say that an accuracy on words is significantly below chance; None if it is not.

    :param task: lexical or syntactic; on sentences, a learner may well prefer the ungrammatical member.
    :param low: lower end of the 95 % interval of the accuracy; none or NaN if there is no interval.
    :param high: upper end.
    """
    if task != "lexical" or low is None or high is None or not high < CHANCE:
        return None
    return (
        f"accuracy on words is significantly below chance (95 % interval {100 * low:.1f} to {100 * high:.1f} %); "
        "higher scores must mean more probable"
    )
