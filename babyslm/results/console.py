"""A result as the command line shows it: a few lines for people, one object for programs."""

from typing import Any

import pandas as pd

from babyslm.results.result import Result

__all__ = ["as_object", "as_text"]

NAMES = {
    "accuracy": "official",
    "macro_accuracy": "mean of phenomena",
    "sum_accuracy": "by sum of log-probabilities",
}


def as_object(result: Result) -> dict[str, Any]:
    """Return the record of a result, as `result.json` holds it."""
    return result.record.model_dump(mode="json")


def as_text(result: Result) -> str:
    """Return the headline figures with their intervals, and the accuracies by phenomenon and voice.

    :param result: any result.
    """
    lines = [f"{result.name} on {result.record.stimuli.name}, {result.record.seconds:.1f} s"]
    for (task, split), rows in result.headline().groupby(["task", "split"], sort=True):
        lines.append(f"{task}/{split}")
        lines += [_line(NAMES.get(row["measure"], row["measure"]), row) for row in rows.to_dict("records")]
        for attribute in ("phenomenon", "voice"):
            parts = result.by(attribute)
            parts = parts[(parts["task"] == task) & (parts["split"] == split)]
            if len(parts) > 1:
                lines += [_line(f"  {row[attribute]}", row) for row in parts.to_dict("records")]
    return "\n".join(lines)


def _line(name: str, row: dict[str, Any]) -> str:
    interval = "" if pd.isna(row["low"]) else f"  [{100 * row['low']:.1f}, {100 * row['high']:.1f}]"
    ties = f"  {row['ties']} ties" if row["ties"] else ""
    return f"  {name:<30}{100 * row['accuracy']:6.1f} %{interval}  n={row['n']}{ties}"
