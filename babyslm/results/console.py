"""Result on the command line: a few lines of text, or one JSON object."""

from typing import Any

from babyslm.results.outcomes.facts import heard_text
from babyslm.results.outcomes.outcome import Outcome
from babyslm.results.outcomes.record import Metric

__all__ = ["as_object", "as_text"]

NAMES = {
    "accuracy": "official",
    "macro_accuracy": "mean of phenomena",
    "sum_accuracy": "by sum of log-probabilities",
}
NON_WORD = "non-word {}"


def as_object(result: Outcome) -> dict[str, Any]:
    """Return the record of a result, as `result.json` holds it."""
    return result.record.model_dump(mode="json")


def as_text(result: Outcome) -> str:
    """Return the headline figures with their intervals, and figures by phenomenon, word occurrence and voice.

    :param result: any result.
    """
    lines = [f"{result.name} on {result.record.stimuli.name}, {result.record.seconds:.1f} s"]
    for task, split in sorted({(metric.task, metric.split) for metric in result.record.metrics}):
        lines.append(f"{task}/{split}")
        metrics = [m for m in result.record.metrics if (m.task, m.split) == (task, split)]
        lines += [_line(NAMES.get(m.measure, m.measure), m) for m in metrics if m.attribute is None]
        for attribute in ("phenomenon", "seen", "nonword", "voice_kind", "voice"):
            parts = [m for m in metrics if m.attribute == attribute and m.measure == "accuracy"]
            name = NON_WORD if attribute == "nonword" else "{}"
            lines += [_line(f"  {name.format(m.value)}", m) for m in parts if len(parts) > 1]
        lines += [f"  {text}" for text in heard_text(result, f"{task}/{split}")]
    verified = result.record.settings.get("verified")
    if verified:
        lines.append(
            f"{verified['stimuli']} rescored one by one: largest difference {verified['max_abs_diff']:.2g} nats"
        )
    return "\n".join(lines)


def _line(name: str, metric: Metric) -> str:
    interval = (
        "" if metric.low is None or metric.high is None else f"  [{100 * metric.low:.1f}, {100 * metric.high:.1f}]"
    )
    ties = f"  {metric.ties} ties" if metric.ties else ""
    return f"  {name:<30}{100 * metric.accuracy:6.1f} %{interval}  n={metric.n}{ties}"
