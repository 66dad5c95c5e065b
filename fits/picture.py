"""Draws predicted against measured, everything left out of the fit that predicts it: python -m fits.picture PNG"""

from __future__ import annotations

import sys
from pathlib import Path

import altair as alt
import polars as pl
import vl_convert

UNSEEN = Path(__file__).with_name("unseen.csv")
PANELS = {
    "utilisation": "Utilisation: one cell left out",
    "roofline, dense": "Roofline, dense: one chip left out",
    "roofline, mixture": "Roofline, mixtures: one chip left out",
    "roofline on MLPerf": "Roofline on MLPerf, never fitted to it",
    "scaled": "A known chip scaled: one chip left out",
    "training": "Training: MFU, one run left out",
}


def panel(frame: pl.DataFrame, method: str, title: str) -> alt.LayerChart:
    """One method: a point for each prediction, the diagonal, and a quarter above and below it."""
    rows = frame.filter(pl.col("method") == method)
    ends = [min(rows["measured"].min(), rows["predicted"].min()), max(rows["measured"].max(), rows["predicted"].max())]
    unit = "share of peak" if method == "training" else "token/s and chip"
    scale = alt.Scale(type="log", domain=[ends[0] / 1.1, ends[1] * 1.1], nice=False)
    points = (
        alt.Chart(rows)
        .mark_circle(size=16 if len(rows) > 100 else 40, opacity=0.3 if len(rows) > 100 else 0.8)
        .encode(
            x=alt.X("measured:Q", scale=scale, title=f"measured, {unit}"),
            y=alt.Y("predicted:Q", scale=scale, title="predicted"),
            color=alt.Color("chip:N", title="chip", scale=alt.Scale(scheme="tableau20")),
        )
    )
    lines = [_line(ends, factor, [4, 4] if factor != 1 else [1, 0]) for factor in (1.0, 1.25, 0.8)]
    return alt.layer(*lines, points, title=title).properties(width=250, height=250)


def _line(ends: list[float], factor: float, dash: list[int]) -> alt.Chart:
    """Where predicted is so many times what was measured."""
    data = pl.DataFrame({"measured": ends, "predicted": [end * factor for end in ends]})
    return (
        alt.Chart(data)
        .mark_line(color="#888888", strokeDash=dash, strokeWidth=1, clip=True)
        .encode(x="measured:Q", y="predicted:Q")
    )


def draw(picture: Path) -> None:
    """Write the picture of all methods as PNG."""
    frame = pl.read_csv(UNSEEN)
    panels = [panel(frame, method, title) for method, title in PANELS.items()]
    chart = alt.vconcat(alt.hconcat(*panels[:3]), alt.hconcat(*panels[3:]), background="#ffffff")
    picture.write_bytes(vl_convert.vegalite_to_png(chart.to_json(), scale=1.0))


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
