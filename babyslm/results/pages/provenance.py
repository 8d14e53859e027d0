"""Last sections of a page: the learners and stimuli, the software, and the method of computation."""

from collections.abc import Mapping, Sequence
from typing import Any

from babyslm.results.outcomes.outcome import Outcome
from babyslm.results.pages.page import Section, Table

__all__ = ["methods", "provenance"]

METHODS = (
    "A pair counts 1 if the good member scores higher than the bad one, 0.5 if both scores are exactly equal, and 0 "
    "otherwise. The score is the mean log-probability per symbol unless stated otherwise. Lexical accuracy averages "
    "the pairs of a word within each voice, then the voices, then the words. Syntactic accuracy averages the voices "
    "of a pair, then the pairs; the mean over phenomena is also given. These are the official BabySLM steps. "
    "Intervals are 95 % Wilson intervals with the cluster (the word, or the words in a template) as the unit of "
    "evidence. Voices and templates are treated as fixed, so the intervals generalise to other words, not to other "
    "voices. Frequency bands include their lower limit."
)


def provenance(results: Sequence[Outcome], names: Sequence[str]) -> list[Section]:
    """Return a section on the settings of the learners, and one on stimuli and software.

    :param results: one or more results.
    :param names: names of the results on the page.
    """
    learners = [
        Table((), _flat({"model": result.record.model, "evaluation": result.record.settings}), caption=name, names=2)
        for result, name in zip(results, names, strict=True)
    ]
    software = [
        Table((), _software(result), caption=name, names=2) for result, name in zip(results, names, strict=True)
    ]
    title = "Learner and settings" if len(results) == 1 else "Learners and settings"
    return [
        Section(title, tables=learners, folded=True),
        Section("Stimuli and software", tables=software, folded=True),
    ]


def methods() -> Section:
    """Return the section on the method of computation."""
    return Section("Computation of accuracies and intervals", [METHODS])


def _software(result: Outcome) -> list[tuple[str, str]]:
    record = result.record
    environment = record.environment
    git = environment.git
    rows = {
        "stimuli": " ".join(part for part in (record.stimuli.name, record.stimuli.version) if part),
        "checksums": {name: f"sha256:{value}" for name, value in record.stimuli.checksums.items()},
        "evaluated": record.created,
        "wall time": f"{record.seconds:,.1f} s",
        "babyslm": environment.babyslm + (f" at {git.revision}{' (changed)' if git.dirty else ''}" if git else ""),
        "Python": f"{environment.python} on {environment.system}",
        "packages": ", ".join(f"{name} {value}" for name, value in environment.packages.items()),
        "intervals": record.interval.method if record.interval else "bootstrap of clusters",
    }
    return _flat(rows)


def _flat(value: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Flatten nested settings into one row each."""
    rows: list[tuple[str, str]] = []
    for key, item in value.items():
        name = f"{prefix}{key}"
        if isinstance(item, Mapping):
            rows += _flat(item, f"{name} › ")
        elif isinstance(item, list | tuple):
            rows.append((name, ", ".join(map(str, item))))
        else:
            rows.append((name, "–" if item is None else str(item)))
    return rows
