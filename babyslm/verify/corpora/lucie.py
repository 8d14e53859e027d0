"""Errors of the Lucie Training Dataset and its pipelines."""

from collections.abc import Sequence
from pathlib import Path

from babyslm.verify.errors import BabySLMError, UsageError, first_of

__all__ = [
    "DatasetMissingError",
    "EmptyMixtureError",
    "ExtraMissingError",
    "LucieColumnsError",
    "PerplexityModelError",
    "PipelineFailedError",
    "PipelineRunningError",
    "UnknownLucieSourceError",
]


class ExtraMissingError(UsageError):
    """A package of an extra is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is not installed; install it with: pip install 'babyslm[{extra}]'")


class LucieColumnsError(BabySLMError):
    """A parquet file lacks columns of the dataset."""

    def __init__(self, path: Path, missing: Sequence[str], have: Sequence[str]) -> None:
        super().__init__(
            f"{path}: lacks the column(s) {', '.join(missing)} of the Lucie Training Dataset; it has {first_of(have)}"
        )


class DatasetMissingError(BabySLMError):
    """The dataset cannot be reached, or has no such configuration."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(
            f"{source}: {reason}; check name, configuration and network, or give a folder of parquet files"
        )


class UnknownLucieSourceError(UsageError):
    """A document's source is not in the table of sources, so its category and number of epochs are unknown."""

    def __init__(self, sources: Sequence[str]) -> None:
        super().__init__(
            f"no category is known for the source(s) {first_of(sources)}; define it with "
            "--set mixture.categories.SOURCE=CATEGORY"
        )


class EmptyMixtureError(BabySLMError):
    """No document is left to mix."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}: no document is left after the filters; see stages/*/stats.json")


class PerplexityModelError(UsageError):
    """The file given for perplexity is not an n-gram model of words or pieces."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; train one with babyslm train word-5gram --set corpus=CLEAN_TEXT")


class PipelineFailedError(BabySLMError):
    """Tasks of a pipeline did not finish."""

    def __init__(self, stage: str, failed: Sequence[int], logs: Path) -> None:
        super().__init__(
            f"stage {stage}: task(s) {first_of(failed)} did not finish; their logs are in {logs}; "
            "run the same command again to resume"
        )


class PipelineRunningError(BabySLMError):
    """The stages were submitted to a scheduler and are not finished."""

    def __init__(self, stage: str, left: int) -> None:
        super().__init__(
            f"submitted to Slurm: {left} task(s) of stage {stage} are not finished; run the same command again later"
        )
