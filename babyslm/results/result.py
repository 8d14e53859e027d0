"""Result of an evaluation, with everything needed to verify and reproduce it."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from babyslm.files import atomic_file, sha256_file, to_json
from babyslm.pictures import write_drawing
from babyslm.results.outcomes.cautions import cautions
from babyslm.results.outcomes.compare import compare
from babyslm.results.outcomes.environment import current_environment
from babyslm.results.outcomes.outcome import Outcome, Scores
from babyslm.results.outcomes.record import (
    RECORD_NAME,
    IntervalRecord,
    ResultRecord,
    metrics_of,
    plain,
    read_record,
    stimuli_record,
)
from babyslm.results.pages.chart import Chart, accuracy_chart, breakdown_chart
from babyslm.results.pages.differences import Differences
from babyslm.results.pages.report import notebook_table, report_page
from babyslm.results.scores.files import parse_scores, score_lines, score_path
from babyslm.results.scores.table import official_order
from babyslm.results.scores.trials import TRIAL_COLUMNS, make_trials
from babyslm.results.statistics.summary import tables_of
from babyslm.stimuli.stimulus import Split, Task
from babyslm.stimuli.stimulus_set import StimulusSet
from babyslm.verify.parquet import read_table
from babyslm.verify.results.records import AmbiguousTableError, ResultChangedError, TrialsFormatError

__all__ = ["REPORT_NAME", "TRIALS_NAME", "Result", "load_result", "make_result", "read_trials"]

TRIALS_NAME = "trials.parquet"
REPORT_NAME = "report.html"
SCORES_NAME = "scores"


@dataclass(frozen=True, eq=False)
class Result(Outcome):
    """An outcome that can be stored, displayed and compared.

    :param record: model, stimuli, settings, environment and figures, as in `result.json`.
    :param trials: one row per pair and voice, of all tables; see `babyslm.results.scores.trials.make_trials`.
    :param scores: tables indexed by stimulus name, by (task, split), in the order and form of the official files.
    """

    def compare(self, *others: "Result") -> Differences:
        """Return paired differences to other results on the pairs they share; see `outcomes.compare`."""
        return Differences(compare([self, *others]))

    def plot(self, attribute: str | None = None, *, task: Task | None = None, split: Split | None = None) -> Chart:
        """Plot accuracies with their intervals and the chance line.

        :param attribute: `phenomenon`, `frequency`, `length`, `voice`, or any column of the trials; default none, one
            dot for each table.
        :param task: only this task; default all that have the attribute.
        :param split: only this split; default all.
        """
        if attribute is not None:
            return breakdown_chart(self.by(attribute, task=task, split=split), attribute)
        whole = self.headline()
        wanted = (whole["task"] == (task or whole["task"])) & (whole["split"] == (split or whole["split"]))
        if not wanted.any():
            raise AmbiguousTableError(f"{task or 'any task'}/{split or 'any split'}", self.tables)
        return accuracy_chart(whole[wanted])

    def annotate(self, **columns: pd.Series) -> "Result":
        """Return the result with further attributes of its trials, such as whether a word occurred in training.

        :param columns: values by the index of `trials`.
        """
        trials = self.trials.assign(**columns)
        record = self.record.model_copy(update={"metrics": metrics_of(trials)})
        return Result(record, trials, self.scores)

    def with_settings(self, settings: Mapping[str, Any]) -> "Result":
        """Return the result with further settings in its record.

        :param settings: what else is recorded, as far as JSON holds it.
        """
        record = self.record.model_copy(update={"settings": self.record.settings | plain(dict(settings))})
        return Result(record, self.trials, self.scores)

    def save(self, folder: str | PathLike[str], *, report: bool = True) -> Path:
        """Write `result.json`, `scores/{task}/{split}.txt`, `trials.parquet` and `report.html`.

        Every file is written completely under a temporary name before the first is renamed. `result.json` comes last
        and holds the checksums of the others, so that an interrupted write can be detected. Score files of an earlier
        result are removed; other files in the folder are left unchanged. The page is written after `result.json`; if
        it fails, one warning line is printed and the result is complete without it.

        :param folder: output folder.
        :param report: also write the page.
        """
        place = Path(folder)
        texts = {score_path(Path(SCORES_NAME), *key): score_lines(table) for key, table in self.scores.items()}
        with ExitStack() as stack:
            # Contexts exit in reverse order: the file that is opened first is renamed last.
            record_file = stack.enter_context(atomic_file(place / RECORD_NAME))
            path = stack.enter_context(atomic_file(place / TRIALS_NAME))
            self.trials.to_parquet(path, index=False, compression="zstd")
            files = {TRIALS_NAME: sha256_file(path)}
            for relative, text in texts.items():
                path = stack.enter_context(atomic_file(place / relative))
                path.write_text(text, encoding="utf-8", newline="\n")
                files[relative.as_posix()] = sha256_file(path)
            record = self.record.model_copy(update={"files": files})
            record_file.write_text(to_json(record.model_dump(mode="json")), encoding="utf-8", newline="\n")
        for old in place.glob(f"{SCORES_NAME}/*/*.txt"):
            if old.relative_to(place).as_posix() not in files:
                old.unlink()
        if report:
            write_drawing(place / REPORT_NAME, self.to_html)
        return place

    def to_html(self) -> str:
        """Return the report as one self-contained page."""
        return report_page(self)

    def _repr_html_(self) -> str:
        return notebook_table(self)

    def __repr__(self) -> str:
        figures = ", ".join(
            f"{metric.task}/{metric.split} {metric.accuracy:.4f}"
            for metric in self.record.metrics
            if metric.measure == "accuracy" and metric.attribute is None
        )
        return f"<Result of {self.name}: {figures}>"


def make_result(
    model_description: Mapping[str, Any],
    stimuli: StimulusSet,
    scores: Scores,
    *,
    settings: Mapping[str, Any],
    seconds: float,
) -> Result:
    """Build a result from scores.

    :param model_description: description of the learner, as returned by `babyslm.models.protocol.describe`; further
        keys are kept.
    :param stimuli: the set, limited to the scored stimuli.
    :param scores: tables indexed by stimulus name with `score`, `log_probability`, `symbols`, by (task, split).
    :param settings: settings of the evaluation (engine, device, dtype, condition ...), as far as JSON can represent
        them.
    :param seconds: wall time of the evaluation.
    """
    trials = pd.concat([make_trials(stimuli[key], scores[key]) for key in sorted(scores)], ignore_index=True)
    chosen = StimulusSet(
        stimuli.name, {key: stimuli[key] for key in scores}, stimuli.card, stimuli.folder, stimuli.checksums
    )
    metrics = metrics_of(trials)
    record = ResultRecord(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        model=plain(dict(model_description)),
        stimuli=stimuli_record(chosen),
        settings=plain(dict(settings)),
        environment=current_environment(),
        seconds=seconds,
        interval=IntervalRecord(),
        metrics=metrics,
        cautions=cautions(scores, metrics),
    )
    ordered = {key: official_order(scores[key], stimuli[key]) for key in sorted(scores)}
    return Result(record, trials, ordered)


def load_result(folder: str | PathLike[str]) -> Result:
    """Read a result folder and check that its files match its record.

    :param folder: written by `Result.save`.
    """
    place = Path(folder)
    record = read_record(place / RECORD_NAME)
    for relative, checksum in record.files.items():
        path = place / relative
        if not path.is_file() or sha256_file(path) != checksum:
            raise ResultChangedError(path, place / RECORD_NAME)
    trials = read_trials(place / TRIALS_NAME)
    scores: dict[tuple[Task, Split], pd.DataFrame] = {}
    for task, split, table in tables_of(trials):
        key: Any = (task, split)
        scores[key] = _stored_scores(score_path(place / SCORES_NAME, *key), table)
    return Result(record, trials, scores)


def read_trials(path: Path) -> pd.DataFrame:
    """Read the trials of a stored result.

    :param path: its `trials.parquet`.
    :raises TrialsFormatError: if the table cannot be read, or lacks columns.
    """
    trials = read_table(path, TrialsFormatError, used=(*TRIAL_COLUMNS, "cluster"))
    missing = [column for column in (*TRIAL_COLUMNS, "cluster") if column not in trials]
    if missing:
        raise TrialsFormatError(path, f"lacks the column(s) {', '.join(missing)}")
    return trials


def _stored_scores(path: Path, trials: pd.DataFrame) -> pd.DataFrame:
    """Read a score file, and take sums and numbers of symbols from the trials."""
    names = parse_scores(path)
    sides = [
        trials[[side, f"{side}_sum", f"{side}_symbols"]].set_axis(["filename", "log_probability", "symbols"], axis=1)
        for side in ("good", "bad")
    ]
    known = pd.concat(sides).drop_duplicates("filename").set_index("filename")
    names["log_probability"] = known["log_probability"].reindex(names.index)
    names["symbols"] = known["symbols"].reindex(names.index)
    return names
