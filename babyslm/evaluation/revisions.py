"""Learning curve: every revision of a model is evaluated on one set, each in its own folder."""

import json
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from babyslm.evaluation.evaluate import evaluate
from babyslm.evaluation.identity import files_of
from babyslm.files import sha256_text, write_json, write_text
from babyslm.models.text.revisions import Revision, revisions
from babyslm.pictures import write_drawing
from babyslm.progress import notice
from babyslm.results.outcomes.record import RECORD_NAME
from babyslm.results.pages.comparison import comparison_page
from babyslm.results.result import Result, load_result
from babyslm.stimuli.load import load_stimuli
from babyslm.stimuli.stimulus_set import StimulusSet
from babyslm.verify.documents import read_json

__all__ = ["DONE_NAME", "curve_table", "evaluate_revisions"]

DONE_NAME = "revisions.json"
"""File that lists the finished revisions, with a key of everything that determines their results."""


def evaluate_revisions(
    spec: str,
    stimuli: StimulusSet | str | PathLike[str],
    *,
    out: str | PathLike[str],
    which: str = "all",
    **options: Any,
) -> dict[str, Result]:
    """Evaluate revisions of a model in the order of its training, and plot the learning curve.

    Writes one result folder per revision, `curve.csv` and, for two revisions or more, `report.html`. A revision that
    was finished under the same settings is not scored again, so that an interrupted run resumes.

    :param spec: `hf:ID`, or a folder whose subfolders are revisions.
    :param stimuli: a set or its folder.
    :param out: folder of the curve.
    :param which: `all`, or names separated by commas.
    :param options: as for `evaluate`.
    :returns: results by the name of their revision, in order.
    """
    chosen = stimuli if isinstance(stimuli, StimulusSet) else load_stimuli(stimuli)
    folder = Path(out)
    if Path(spec).is_dir():
        # Points of one curve share one name; those of a hub id already do.
        options = {"name": Path(spec).resolve().name} | options
    points = revisions(spec, which)
    kept = folder / DONE_NAME
    done: dict[str, str] = read_json(kept) if kept.is_file() else {}
    results: dict[str, Result] = {}
    for number, revision in enumerate(points, start=1):
        place = folder / revision.name
        key = _key(revision, chosen, options)
        if done.get(revision.name) == key and (place / RECORD_NAME).is_file():
            results[revision.name] = load_result(place)
            continue
        notice(f"revision {revision.name} ({number} of {len(points)})")
        results[revision.name] = evaluate(revision.spec, chosen, out=place, **options)
        done[revision.name] = key
        write_json(kept, done)
    write_text(folder / "curve.csv", curve_table(points, results).to_csv(index=False, lineterminator="\n"))
    if len(results) > 1:
        title = f"{spec} over training"
        write_drawing(folder / "report.html", lambda: comparison_page(list(results.values()), title=title))
    return results


def curve_table(points: list[Revision], results: dict[str, Result]) -> pd.DataFrame:
    """Return the headline figures along a curve: `revision, step, tokens` and the columns of `Result.headline`.

    :param points: the revisions.
    :param results: their results, by name.
    """
    frames = []
    for point in points:
        frame = results[point.name].headline()
        frame.insert(0, "tokens", pd.array([point.tokens] * len(frame), dtype="Int64"))
        frame.insert(0, "step", pd.array([point.step] * len(frame), dtype="Int64"))
        frame.insert(0, "revision", point.name)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _key(revision: Revision, stimuli: StimulusSet, options: dict[str, Any]) -> str:
    facts = [revision.spec, files_of(revision.spec), stimuli.name, stimuli.checksums, options]
    return sha256_text(json.dumps(facts, default=str, sort_keys=True))
