"""Comparison of result folders."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from babyslm.results.outcomes.compare import compare
from babyslm.results.pages.comparison import comparison_report
from babyslm.results.result import load_result

__all__ = ["compare_folders"]


def compare_folders(folders: Sequence[Path], page: Path | None = None) -> pd.DataFrame:
    """Compare result folders and, if requested, write a page that compares them.

    :param folders: two or more folders written by `Result.save`.
    :param page: the HTML file; default none.
    :returns: as `compare`, with None for missing intervals, so that the rows are valid JSON.
    """
    results = [load_result(folder) for folder in folders]
    table = compare(results)
    if page is not None:
        comparison_report(results, page, title="Learners side by side")
    return table.astype(object).where(table.notna(), None)
