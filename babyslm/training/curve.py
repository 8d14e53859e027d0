"""The loss curve of a run, as numbers and as a picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from babyslm.files import write_json
from babyslm.pictures import draw_svg, write_drawing
from babyslm.training.checkpoint import LossRecord

__all__ = ["CURVE", "PICTURE", "draw_curve"]

CURVE = "loss.json"
PICTURE = "loss.svg"


def draw_curve(losses: Sequence[LossRecord], folder: Path) -> None:
    """Write `loss.json` (the two curves as lists of update and nats a symbol) and `loss.svg` (the same, drawn).

    A picture that cannot be drawn or written is one warning line: the training is complete without it.

    :param losses: the records of a run.
    :param folder: where they go.
    """
    curves = {
        "training": [[record.update, record.loss] for record in losses if record.loss is not None],
        "held out": [[record.update, record.validation] for record in losses if record.validation is not None],
    }
    write_json(folder / CURVE, curves)
    write_drawing(folder / PICTURE, lambda: _picture(curves))


def _picture(curves: Mapping[str, list[list[float]]]) -> str:
    """Draw the curves as SVG."""
    import altair as alt
    import pandas as pd

    rows = [(which, update, loss) for which, points in curves.items() for update, loss in points]
    table = pd.DataFrame(rows, columns=["on", "update", "loss"])
    chart = (
        alt.Chart(table)
        .mark_line(point=True)
        .encode(
            x=alt.X("update:Q", title="updates"),
            y=alt.Y("loss:Q", title="loss (nats a symbol)", scale=alt.Scale(zero=False)),
            color=alt.Color("on:N", title=None),
        )
        .properties(width=480, height=300)
    )
    return draw_svg(chart.to_dict())
