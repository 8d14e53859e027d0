"""Plots of an audit: every share against its allowed range."""

from typing import Any

import pandas as pd

__all__ = ["Spec", "audit_plots"]

Spec = dict[str, Any]

ROW_HEIGHT = 18


def audit_plots(table: pd.DataFrame) -> dict[str, Spec]:
    """Return one plot per check: a dot per figure, over a bar for its allowed range.

    :param table: see `Audit.table`.
    :returns: Vega-Lite specifications by name.
    """
    shares = table[table["unit"] == "percent"]
    return {
        str(check).replace(" ", "-"): _shares(group.assign(label=_labels(group)), str(check))
        for check, group in shares.groupby("check", sort=False)
    }


def _labels(group: pd.DataFrame) -> pd.Series:
    part = group["subset"].where(group["subset"] != "all", "")
    return (group["measure"] + " " + part).str.strip()


def _shares(rows: pd.DataFrame, title: str) -> Spec:
    import altair as alt

    columns = ["label", "table", "value", "low", "high", "pairs", "passed"]
    rows = rows[columns].astype({"passed": bool})
    data = alt.Data(values=[{k: None if pd.isna(v) else v for k, v in row.items()} for row in rows.to_dict("records")])
    order = list(dict.fromkeys(rows["label"]))
    low, high = min(rows["value"].min(), 45), max(rows["value"].max(), 55)
    scale = alt.Scale(domain=[float(low), float(high)], nice=True)
    base = alt.Chart(data).encode(y=alt.Y("label:N", sort=order, title=None))
    allowed = base.mark_bar(opacity=0.25, height=ROW_HEIGHT * 0.6).encode(
        x=alt.X("low:Q", scale=scale, title="prefers the good member, % of pairs"), x2="high:Q"
    )
    dots = base.mark_point(filled=True, size=60, opacity=1).encode(
        x=alt.X("value:Q", scale=scale),
        color=alt.Color("passed:N", title="within allowed range", sort=[True, False]),
        tooltip=["label:N", "value:Q", "pairs:Q", "low:Q", "high:Q"],
    )
    chart = alt.layer(allowed, dots).properties(width=320, height=len(order) * ROW_HEIGHT)
    tables = list(dict.fromkeys(rows["table"]))
    return dict(chart.facet(column=alt.Column("table:N", sort=tables, title=None)).properties(title=title).to_dict())
