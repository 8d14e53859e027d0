"""Ages of acquisition from result folders, as tables and a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from babyslm.files import write_json, write_text
from babyslm.pictures import write_drawing
from babyslm.results.acquisition.ages import STATUSES, Ages, ages_of, vocabulary
from babyslm.results.acquisition.agreement import FEWEST, agreement, joined
from babyslm.results.acquisition.children import band_ages, read_children
from babyslm.results.acquisition.points import points_of
from babyslm.results.outcomes.record import plain
from babyslm.results.pages.acquisition import acquisition_page
from babyslm.results.result import load_result
from babyslm.stimuli.stimulus import Split
from babyslm.stimuli.words.lexicon import load_lexicon, shipped_languages

__all__ = ["Acquired", "acquire"]

BANDS = "age bands of the lexicon"


@dataclass(frozen=True)
class Acquired:
    """Acquisition of a learner.

    :param name: the learner.
    :param ages: ages of its words.
    :param agreements: correlations with each table of children, by its name.
    """

    name: str
    ages: Ages
    agreements: dict[str, pd.DataFrame]

    @cached_property
    def vocabulary(self) -> pd.DataFrame:
        """Size of the vocabulary at each amount of training."""
        return vocabulary(self.ages)

    def as_dict(self) -> dict[str, Any]:
        """Return the figures for JSON."""
        counts = self.ages.words["status"].value_counts()
        return {
            "name": self.name,
            "unit": self.ages.unit,
            "status": {status: int(counts.get(status, 0)) for status in STATUSES},
            "vocabulary": plain(self.vocabulary.to_dict("records")),
            "agreement": {name: plain(table.to_dict("records")) for name, table in self.agreements.items()},
        }

    def as_text(self) -> str:
        """Return the figures as text."""
        counts = self.ages.words["status"].value_counts()
        lines = [f"{self.name}: " + ", ".join(f"{counts.get(status, 0):,} {status}" for status in STATUSES)]
        lines += [
            f"  {row['amount']:>14,.6g} {self.ages.unit}: {row['known']:,} of {row['words']:,} words known "
            f"({100 * row['share']:.1f} %, {100 * row['low']:.1f} to {100 * row['high']:.1f})"
            for row in self.vocabulary.to_dict("records")
        ]
        for name, table in self.agreements.items():
            lines.append(f"{name}:")
            for row in table.to_dict("records"):
                told = {"partial": f"partial, given {row['controls']}", "control": f"{row['controls']} alone"}
                lines.append(
                    f"  {told.get(row['measure'], row['measure'])}: rho {row['value']:.3f} "
                    f"({row['low']:.3f} to {row['high']:.3f}), {row['words']:,} words"
                )
        return "\n".join(lines)


def acquire(
    folders: Sequence[Path],
    *,
    amounts: Sequence[float] | None = None,
    unit: str | None = None,
    split: Split | None = None,
    children: Sequence[Path] = (),
    heard: Path | None = None,
    out: Path | None = None,
    seed: int = 0,
) -> Acquired:
    """Find when a learner knows each word, and compare the order with that of children.

    :param folders: results of one learner on the same words, at three or more amounts of training.
    :param amounts: amount of each result; default what the results record.
    :param unit: unit of the amounts.
    :param split: only this split; default all.
    :param children: tables of children; see `read_children`. The age bands of a shipped lexicon are compared as well.
    :param heard: the largest corpus that the learner was trained on, for the frequencies; default those of the set.
    :param out: folder for `words.csv`, `vocabulary.csv`, `agreement.csv`, `acquisition.json` and `report.html`.
    :param seed: seed of the bootstraps over words.
    """
    results = [load_result(folder) for folder in folders]
    ages = ages_of(points_of(results, amounts=amounts, unit=unit, split=split))
    language = str(results[0].record.stimuli.language or "en")
    ages = _described(ages, language, heard)
    shared, agreements = {}, {}
    for name, table in _children(language, children, ages).items():
        shared[name] = joined(ages, table, name)
        agreements[name] = agreement(shared[name], seed=seed)
    found = Acquired(results[0].name, ages, agreements)
    if out is not None:
        _write(found, shared, out)
    return found


def _children(language: str, paths: Sequence[Path], ages: Ages) -> dict[str, pd.DataFrame]:
    """Return the tables of children by name, the age bands first if they have enough of the words."""
    tables = {}
    if language in shipped_languages():
        bands = band_ages(language)
        if ages.words["word"].astype(str).str.casefold().isin(bands["word"].str.casefold()).sum() >= FEWEST:
            tables[BANDS] = bands
    named = [path.name for path in paths]
    return tables | {path.name if named.count(path.name) == 1 else str(path): read_children(path) for path in paths}


def _described(ages: Ages, language: str, heard: Path | None) -> Ages:
    """Add age bands and categories of the shipped lexicon and, if a corpus is given, how often each word was heard."""
    words = ages.words.copy()
    if language in shipped_languages():
        known = load_lexicon(language=language).words().set_index("phones")
        for column in ("age_band", "category"):
            if column not in words:
                words[column] = words["phones"].map(known[column])
    if heard is not None:
        counts = load_lexicon(heard, language=language).words().set_index("phones")["frequency"]
        words["frequency"] = words["phones"].map(counts).fillna(0).astype(float)
    return Ages(ages.unit, ages.amounts, words, ages.known)


def _write(found: Acquired, shared: dict[str, pd.DataFrame], out: Path) -> None:
    ages = found.ages
    write_text(out / "words.csv", ages.words.to_csv(index=False, lineterminator="\n"))
    write_text(out / "vocabulary.csv", found.vocabulary.to_csv(index=False, lineterminator="\n"))
    rows = [table.assign(children=name) for name, table in found.agreements.items()]
    if rows:
        write_text(out / "agreement.csv", pd.concat(rows).to_csv(index=False, lineterminator="\n"))
    write_json(out / "acquisition.json", found.as_dict())
    write_drawing(out / "report.html", lambda: acquisition_page(ages, found.name, found.agreements, shared))
