"""Signs that scores are not what they should be: log-probabilities, where higher means more probable."""

from babyslm.results.outcomes.outcome import Outcome

__all__ = ["cautions"]

CHANCE = 0.5


def cautions(result: Outcome) -> list[str]:
    """Return a line for each table whose scores cannot be log-probabilities, or whose accuracy points to that.

    Log-densities may be positive; so none of these is an error.

    :param result: an outcome with its scores.
    """
    lines = []
    for (task, split), table in sorted(result.scores.items()):
        scores = table["score"].astype(float)
        if len(scores) > 1 and scores.nunique() == 1:
            lines.append(f"{task}/{split}: all scores are {scores.iloc[0]:g}; every pair is a tie")
        elif (scores > 0).all():
            lines.append(
                f"{task}/{split}: all scores are positive; higher must mean more probable "
                "(losses, surprisals and perplexities have to be negated)"
            )
    for metric in result.record.metrics:
        whole = metric.attribute is None and metric.measure == "accuracy"
        if whole and metric.task == "lexical" and metric.high is not None and metric.high < CHANCE:
            lines.append(
                f"{metric.task}/{metric.split}: accuracy on words is significantly below chance "
                f"(95 % interval {100 * (metric.low or 0):.1f} to {100 * metric.high:.1f} %); "
                "higher scores must mean more probable"
            )
    return lines
