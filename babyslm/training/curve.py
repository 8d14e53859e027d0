"""Loss curve of a training run, as data and as a plot."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from babyslm.files import write_json
from babyslm.pictures import draw_svg, write_drawing
from babyslm.training.checkpoint import LossRecord

__all__ = ["CURVE", "PICTURE", "draw_curve"]

CURVE = "loss.json"
PICTURE = "loss.svg"


def draw_curve(losses: Sequence[LossRecord], folder: Path) -> None:
    """Write `loss.json` (training and validation loss by update, in nats per symbol) and `loss.svg` (their plot).

    If the plot cannot be drawn or written, one warning line is printed; the training is complete without it.

    :param losses: the loss records of a run.
    :param folder: folder of the two files.
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
            y=alt.Y("loss:Q", title="loss (nats per symbol)", scale=alt.Scale(zero=False)),
            color=alt.Color("on:N", title=None),
        )
        .properties(width=480, height=300)
    )
    return draw_svg(chart.to_dict())
