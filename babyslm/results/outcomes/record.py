"""`result.json`: the versioned schema of a result."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_jsonable_python

from babyslm.files import sha256_text
from babyslm.results.outcomes.environment import Environment
from babyslm.results.statistics.intervals import CONFIDENCE, METHOD
from babyslm.results.statistics.summary import ATTRIBUTES, STATISTICS, headline, summarise
from babyslm.stimuli.stimulus import Split, Task
from babyslm.stimuli.stimulus_set import StimulusSet
from babyslm.verify.documents import parse_document, read_json
from babyslm.verify.results.records import ResultVersionError

__all__ = [
    "RECORD_NAME",
    "SCHEMA_VERSIONS",
    "Bootstrap",
    "IntervalRecord",
    "Metric",
    "ResultRecord",
    "StimuliRecord",
    "metric_table",
    "read_record",
]

SCHEMA_VERSIONS = (1, 2)
"""Versions that are read; the last one is written. Version 1 has percentile intervals of a bootstrap."""
RECORD_NAME = "result.json"

Measure = Literal["accuracy", "macro_accuracy", "sum_accuracy"]


class StimuliRecord(BaseModel):
    """The stimuli that were scored."""

    model_config = ConfigDict(extra="forbid")

    name: str
    version: str | None = None
    language: str | None = None
    checksums: dict[str, str] = Field(description="SHA-256 of each gold table, by task/split")


class Bootstrap(BaseModel):
    """Settings of the bootstrap intervals of results with schema version 1."""

    model_config = ConfigDict(extra="forbid")

    method: Literal["percentile, clusters drawn with replacement"] = "percentile, clusters drawn with replacement"
    confidence: float
    draws: int
    seed: int


class IntervalRecord(BaseModel):
    """How the intervals were computed; see `babyslm.results.statistics.intervals`."""

    model_config = ConfigDict(extra="forbid")

    method: Literal["Wilson with effective clusters"] = METHOD
    confidence: float = CONFIDENCE


class Metric(BaseModel):
    """One figure, for a whole table or for one value of an attribute."""

    model_config = ConfigDict(extra="forbid")

    task: Task
    split: Split
    measure: Measure
    attribute: str | None = None
    value: str | int | float | bool | None = None
    n: int = Field(description="items averaged: words, pairs or, for macro_accuracy, phenomena")
    clusters: int
    trials: int = Field(description="pairs, each counted once per voice")
    ties: int
    accuracy: float
    std: float | None = Field(description="standard deviation between items; none for a single item")
    low: float | None = Field(description="lower end of the interval; none for fewer than two clusters")
    high: float | None


class ResultRecord(BaseModel):
    """A result without its trials."""

    model_config = ConfigDict(extra="forbid")

    schema_version: Literal[1, 2] = 2
    created: str = Field(description="UTC, ISO 8601")
    model: dict[str, Any]
    stimuli: StimuliRecord
    settings: dict[str, Any]
    environment: Environment
    seconds: float = Field(description="wall time of the evaluation")
    interval: IntervalRecord | None = Field(default=None, description="none in results of schema version 1")
    bootstrap: Bootstrap | None = Field(default=None, description="of results of schema version 1")
    metrics: list[Metric]
    cautions: list[str] = Field(
        default_factory=list, description="signs that scores are no log-probabilities; see `outcomes.cautions`"
    )
    files: dict[str, str] = Field(default_factory=dict, description="SHA-256 of scores and trials, by relative path")


def stimuli_record(stimuli: StimulusSet) -> StimuliRecord:
    """Describe the stimuli: checksums of the files they were read from, or of their rows."""
    checksums = {}
    for table in stimuli:
        key = f"{table.task}/{table.split}"
        known = stimuli.checksums.get(key)
        checksums[key] = known or sha256_text(table.rows.to_csv(index=False, lineterminator="\n"))
    card = stimuli.card
    return StimuliRecord(
        name=stimuli.name,
        version=card.version if card else None,
        language=card.language if card else None,
        checksums=checksums,
    )


def metrics_of(trials: pd.DataFrame) -> list[Metric]:
    """Compute all figures that a result records."""
    metrics = [Metric.model_validate(row) for row in _rows(headline(trials))]
    for name in ATTRIBUTES:
        for row in _rows(summarise(trials, name)):
            value = row.pop(name)
            metrics.append(Metric.model_validate({**row, "measure": "accuracy", "attribute": name, "value": value}))
    return metrics


def metric_table(metrics: Sequence[Metric], attribute: str | None = None) -> pd.DataFrame:
    """Return recorded figures in the format of `babyslm.results.statistics.summary`.

    :param metrics: the figures of a record.
    :param attribute: figures by this attribute, which names a column of the table; default those of whole tables,
        with their `measure`.
    """
    key = attribute or "measure"
    rows = [
        {
            "task": metric.task,
            "split": metric.split,
            key: metric.value if attribute else metric.measure,
            **{name: getattr(metric, name) for name in STATISTICS},
        }
        for metric in metrics
        if metric.attribute == attribute
    ]
    table = pd.DataFrame(rows, columns=["task", "split", key, *STATISTICS])
    return table.astype(dict.fromkeys(("accuracy", "std", "low", "high"), "float64"))


def _rows(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for row in frame.to_dict("records"):
        yield {str(key): plain(value) for key, value in row.items()}


def plain(value: Any) -> Any:
    """Convert a value for JSON: numbers of other libraries to numbers, NaN and infinity to None."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return to_jsonable_python(value, fallback=_fallback, inf_nan_mode="null")


def _fallback(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else str(value)


def read_record(path: Path) -> ResultRecord:
    """Read and check a `result.json`."""
    value = read_json(path)
    found = value.get("schema_version") if isinstance(value, dict) else None
    if isinstance(value, dict) and found not in SCHEMA_VERSIONS:
        raise ResultVersionError(path, found, SCHEMA_VERSIONS)
    return parse_document(ResultRecord, value, path)
