"""How the pages write and draw figures: per cent, counts, and an interval as a strip."""

import re
from collections.abc import Sequence

from markupsafe import Markup

from babyslm.leaderboard.board.board import CHANCE, Estimate

__all__ = ["amount", "axis_start", "finite", "interval", "percent", "readable", "strip"]

START = 0.4
"""Where an axis of accuracies begins, unless an interval reaches below it."""


def percent(value: float) -> str:
    """Write an accuracy in per cent, without the sign.

    >>> percent(0.71349)
    '71.3'
    """
    return f"{100 * value:.1f}"


def interval(estimate: Estimate) -> str:
    """Write the ends of an interval in per cent; a dash where there is none.

    >>> interval(Estimate(0.7, 0.61, 0.78)), interval(Estimate(0.7, None, None))
    ('61.0–78.0', '–')
    """
    if estimate.low is None or estimate.high is None:
        return "–"
    return f"{percent(estimate.low)}–{percent(estimate.high)}"


def amount(value: float | None) -> str:
    """Write an amount of data or parameters, from ten thousand on in three digits.

    >>> [amount(value) for value in (None, 0.5, 64, 1024, 20_480, 1_500_000, 7e9)]
    ['–', '0.5', '64', '1,024', '20.5k', '1.5M', '7G']
    """
    if value is None:
        return "–"
    for size, letter in ((1, ""), (1e3, "k"), (1e6, "M")):
        shown = float(f"{value / size:.{3 if letter else 4}g}")
        if shown < (1_000 if letter else 10_000):  # rounding may reach the next unit
            return f"{shown:,g}{letter}"
    return f"{float(f'{value / 1e9:.3g}'):,g}G"


def readable(name: object) -> str:
    """Write a name of a table as words, and a range as a range.

    >>> readable("subject_verb_agreement"), readable("20-99"), readable(">=100")
    ('subject verb agreement', '20–99', '≥ 100')
    """
    text = str(name).replace("_", " ").replace(">=", "≥ ")
    return re.sub(r"(?<=\d)-(?=\d)", "–", text)


def finite(value: float | None) -> float | None:
    """Return a number, or None for NaN."""
    return None if value is None or value != value else float(value)  # noqa: PLR0124  # NaN is not itself


def axis_start(estimates: Sequence[Estimate]) -> float:
    """Return where the axis of some accuracies begins: a tenth that keeps chance and every interval in sight."""
    lowest = min((e.value if e.low is None else min(e.low, e.value) for e in estimates), default=START)
    return min(START, int(lowest * 10) / 10)


def strip(estimate: Estimate, start: float, floor: float | None = None) -> Markup:
    """Draw an accuracy and its interval between `start` and 1, with chance and the floor.

    Lines keep their width however the strip is stretched, so that the dot stays round. The figures stand beside it as
    text, so that a screen reader passes over the drawing.

    :param estimate: the accuracy.
    :param start: accuracy at the left end.
    :param floor: a level to mark besides chance.
    """

    def at(value: float) -> str:
        return f"{100 * (value - start) / (1 - start):.1f}"

    parts = ['<line class="track" x1="0" x2="100" y1="5" y2="5"/>']
    if estimate.low is not None and estimate.high is not None:
        parts.append(f'<line class="range" x1="{at(estimate.low)}" x2="{at(estimate.high)}" y1="5" y2="5"/>')
    if start <= CHANCE:
        parts.append(_level("chance", at(CHANCE)))
    if floor is not None and start <= floor <= 1:
        parts.append(_level("floor", at(floor)))
    x = at(estimate.value)
    parts.append(f'<line class="dot" x1="{x}" x2="{x}" y1="5" y2="5"/>')
    body = "".join(parts)
    # Every character is of this function's own making: numbers and fixed names.
    return Markup(  # noqa: S704
        f'<svg class="strip" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{body}</svg>'
    )


def _level(name: str, x: str) -> str:
    return f'<line class="{name}" x1="{x}" x2="{x}" y1="0" y2="10"/>'
