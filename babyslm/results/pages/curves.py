"""Sections that show accuracy as a function of training amount, noise, and clean or in-the-wild speech."""

from collections.abc import Callable, Sequence

import pandas as pd

from babyslm.results.outcomes.facts import (
    amount_text,
    condition,
    condition_text,
    snr,
    snr_text,
    training_amount,
    training_condition,
    training_text,
)
from babyslm.results.outcomes.outcome import Outcome
from babyslm.results.outcomes.record import metric_table
from babyslm.results.pages.breakdowns import figures_table, interval_text, table_title
from babyslm.results.pages.page import Plot, Section, Table, percent
from babyslm.results.pages.plots import curve

__all__ = ["curve_sections"]

Fact = Callable[[Outcome], str | None]

MOST_LINES = 8
"""With more phenomena than this, the plot would be unreadable."""


def curve_sections(results: Sequence[Outcome]) -> list[Section]:
    """Return the sections for which the results suffice.

    A learning curve if at least two results of one learner state different amounts of training in the same unit; a
    curve over the signal-to-noise ratio if at least two results state different ratios; a table of training by test
    conditions if both vary.

    :param results: any number of results.
    """
    return [*_learning_curve(results), *_noise_curve(results), *_condition_table(results)]


def _points(
    results: Sequence[Outcome], x: str, value_of: Callable[[Outcome], float | None], fixed: Sequence[Fact]
) -> pd.DataFrame:
    """Return headline figures with the quantity `x` and the series they belong to.

    A series is one learner with the same `fixed` facts; facts that differ between series are part of the series' name.
    """
    told = [(result, value) for result in results if (value := value_of(result)) is not None]
    varying = [fact for fact in fixed if len({fact(result) for result, _ in told}) > 1]
    frames = []
    for result, value in told:
        facts = [fact(result) for fact in varying]
        series = " · ".join([result.name, *(fact for fact in facts if fact)])
        whole = result.headline()
        frames.append(whole[whole["measure"] == "accuracy"].assign(**{x: value}, learner=series))
    if not frames:
        return pd.DataFrame(columns=["task", "split", "learner", x])
    points = pd.concat(frames, ignore_index=True)
    lines = points.groupby(["task", "split", "learner"])[x].transform("nunique")
    return points[lines > 1].sort_values(x, kind="stable", ignore_index=True)


def _plots(points: pd.DataFrame, x: str, title: str, *, log: bool) -> list[Plot]:
    return [
        Plot(
            curve(group, x, title, learner="learner", scale="log" if log else "linear"),
            table_title(str(task), str(split)),
            figures_table(group, x, learner="learner"),
        )
        for (task, split), group in points.groupby(["task", "split"], sort=True)
    ]


def _learning_curve(results: Sequence[Outcome]) -> list[Section]:
    units = [amount[0] for result in results if (amount := training_amount(result))]
    if not units:
        return []
    # One unit per plot: the one that most results state.
    unit = max(sorted(set(units)), key=units.count)

    def value_of(result: Outcome) -> float | None:
        amount = training_amount(result)
        return amount[1] if amount and amount[0] == unit else None

    points = _points(results, unit, value_of, (training_text, condition_text, snr_text))
    plots = _plots(points, unit, f"{unit} of training", log=True)
    if len(set(points["learner"])) == 1:
        plots += _phenomenon_curves(results, unit, value_of)
    return [Section("Accuracy by amount of training", plots=plots)] if plots else []


def _phenomenon_curves(
    results: Sequence[Outcome], unit: str, value_of: Callable[[Outcome], float | None]
) -> list[Plot]:
    """Plot each phenomenon of a single series as its own line."""
    frames = [
        metric_table(result.record.metrics, "phenomenon").assign(**{unit: value})
        for result in results
        if (value := value_of(result)) is not None
    ]
    points = pd.concat(frames, ignore_index=True).sort_values(unit, kind="stable", ignore_index=True)
    points["learner"] = points["phenomenon"].astype(str).str.replace("_", " ")
    if not 1 < len(set(points["learner"])) <= MOST_LINES:
        return []
    plots = _plots(points, unit, f"{unit} of training", log=True)
    return [Plot(plot.spec, f"{plot.title}, by phenomenon", plot.table) for plot in plots]


def _noise_curve(results: Sequence[Outcome]) -> list[Section]:
    points = _points(results, "snr", snr, (training_text, amount_text, _place))
    plots = _plots(points, "snr", "signal-to-noise ratio of the stimuli (dB)", log=False)
    return [Section("Accuracy by signal-to-noise ratio", plots=plots)] if plots else []


def _place(result: Outcome) -> str | None:
    """Return the condition of the stimuli, unless its name only repeats the ratio (snr20, snr10 ...)."""
    ratio = snr(result)
    return None if ratio is not None and condition(result) == f"snr{ratio:g}" else condition_text(result)


def _condition_table(results: Sequence[Outcome]) -> list[Section]:
    told: list[tuple[Outcome, str, str]] = []
    for result in results:
        train, test = training_condition(result), condition(result)
        if train and test:
            heard = (test, snr_text(result)) if _place(result) else (snr_text(result),)
            told.append((result, train, " ".join(part for part in heard if part)))
    # For a learner tested after several amounts of training, the largest amount counts.
    told.sort(key=lambda row: (training_amount(row[0]) or ("", 0.0))[1])
    trains = list(dict.fromkeys(train for _, train, _ in told))
    tests = list(dict.fromkeys(test for _, _, test in told))
    if len(trains) < 2 or len(tests) < 2:
        return []
    tables = []
    for name in dict.fromkeys(result.name for result, _, _ in told):
        cells: dict[tuple[str, str, str, str], str] = {}
        for result, train, test in told:
            if result.name == name:
                whole = result.headline()
                for row in whole[whole["measure"] == "accuracy"].to_dict("records"):
                    text = f"{percent(row['accuracy'])} ({interval_text(row['low'], row['high'])})"
                    cells[row["task"], row["split"], train, test] = text
        for task, split in dict.fromkeys(key[:2] for key in cells):
            rows = [
                (f"trained on {train}", *(cells.get((task, split, train, test), "–") for test in tests))
                for train in trains
            ]
            heads = ("", *(f"tested on {test}" for test in tests))
            tables.append(Table(heads, rows, caption=f"{name}: {table_title(task, split)}"))
    return [Section("Training and test conditions", tables=tables)]
