"""The pictures of a report as Vega-Lite specifications, each with the table that says the same in words and figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import altair as alt
import polars as pl

from gigawatt.report import aggregates, figures

Spec = dict[str, Any]
COLOURS = ("#2975c2", "#edab26", "#358d52", "#b30f2a", "#71b3f4", "#9bbe55", "#7171f4", "#d93312", "#2647ed")
"""Nine colours that stay apart for the colour-blind, on white and on black: every pair by at least 18 in CIE Lab."""
GREY = "#8a93a0"
PARSE_MONTH = {"month": "utc:'%Y-%m'"}
HEIGHT = 320
FEW_MONTHS = 18
SIZE_FORMATS = {"MW": "power", "chips": "count"}


@dataclass(frozen=True)
class Words:
    """A table in words: headers, and rows of cells already written as text."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class View:
    """One picture: what its tab is called, what it shows in a sentence for those who cannot see it, spec and table."""

    label: str
    description: str
    spec: Spec
    words: Words
    caption: str = ""


@dataclass(frozen=True)
class Figure:
    """Pictures of one subject, of which a reader sees one at a time."""

    key: str
    title: str
    views: tuple[View, ...] = field(default=())


@dataclass
class Paint:
    """Which colour each thing has, so that it keeps it from one picture to the next."""

    known: dict[str, str] = field(default_factory=dict)

    def scale(self, parts: Sequence[str]) -> alt.Scale:
        """The colours of parts: their own where no other part of the same picture has it, else one that is free."""
        taken: dict[str, str] = {}
        for part in parts:
            wish = GREY if aggregates.is_sum(part) else self.known.get(part)
            if wish is not None and (wish == GREY or wish not in taken.values()):
                taken[part] = wish
        for number, part in enumerate(parts):
            if part not in taken:
                free = [colour for colour in COLOURS if colour not in taken.values()]
                taken[part] = free[0] if free else COLOURS[number % len(COLOURS)]
                self.known.setdefault(part, taken[part])
        return alt.Scale(domain=list(parts), range=[taken[part] for part in parts])


def month_axis(months: Sequence[str], *, whole: bool = True) -> alt.X:
    """Time over the whole horizon; a mark spans its whole month, or stands at its first day."""
    field = "utcyearmonth(month):T" if whole else "month:T"
    return alt.X(field, axis=time_axis(months), title=None, scale=_time_scale(months))


def time_axis(months: Sequence[str]) -> alt.Axis:
    """Months where they are few, else years."""
    if len(months) > FEW_MONTHS:
        return alt.Axis(format="%Y", labelAngle=0, tickCount="year")
    step = alt.TimeIntervalStep(interval="month", step=1 + len(months) // 10)
    return alt.Axis(format="%b %y", labelAngle=0, tickCount=step)


def _time_scale(months: Sequence[str]) -> alt.Scale:
    """The whole horizon; what reaches beyond it is cut."""
    ends = (datetime.fromisoformat(f"{end}-01T00:00:00+00:00") for end in (months[0], after(months[-1])))
    # in UTC throughout, so that a month begins where it does wherever the page is read
    return alt.Scale(type="utc", domain=[int(end.timestamp() * 1000) for end in ends], nice=False, clamp=True)


def after(month: str) -> str:
    """The month after one written `2027-01`."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02d}"


def stacked(
    frame: pl.DataFrame,
    months: Sequence[str],
    paint: Paint,
    *,
    title: str,
    format_type: str,
    part_title: str,
    lines: pl.DataFrame | None = None,
    pick: str | None = None,
) -> Spec:
    """Parts on top of one another by month, with lines over them; `pick` names a column that the reader may narrow to.

    `frame` has month, part, value; `lines` has month, line, value. The unit is in the title.
    """
    parts = aggregates.ranked(frame)
    rows = [
        {**row, "value": _number(row["value"]), "rank": parts.index(row["part"])} for row in frame.iter_rows(named=True)
    ]
    lit = alt.selection_point(fields=["part"], bind="legend", name="lit")
    axis = alt.Axis(formatType=format_type, format="", tickCount=6)
    bars = (
        alt.Chart(data_of(rows, PARSE_MONTH))
        .mark_bar(binSpacing=0 if len(months) > FEW_MONTHS else 2)
        .encode(
            x=month_axis(months),
            y=alt.Y("sum(value):Q", title=title, stack="zero", axis=axis),
            color=_colour(paint, parts, part_title),
            order=alt.Order("rank:Q"),
            opacity=alt.condition(lit, alt.value(0.92), alt.value(0.15)),
            tooltip=[
                alt.Tooltip("part:N", title=part_title),
                alt.Tooltip("month:T", formatType="monthName", format="", title="month"),
                alt.Tooltip("sum(value):Q", formatType=format_type, format="", title=title),
            ],
        )
        .add_params(lit)
    )
    if pick is not None:
        bars = _narrowed(bars, frame, pick)
    if lines is None or not lines.height:
        return spec_of(bars)
    return spec_of(alt.layer(bars, _lines(lines, title, format_type)).resolve_scale(strokeDash="independent"))


def _colour(paint: Paint, parts: Sequence[str], title: str, symbol: str = "square") -> alt.Color:
    legend = _legend(parts, symbol) if len(parts) > 1 or title != "indicator" else None
    return alt.Color("part:N", scale=paint.scale(parts), sort=list(parts), legend=legend, title=title)


def _legend(parts: Sequence[str], symbol: str) -> alt.Legend:
    """Above the picture, in as many columns as fit."""
    columns = max(1, min(len(parts), 110 // (max(len(part) for part in parts) + 4)))
    return alt.Legend(title=None, orient="top", columns=columns, labelLimit=260, symbolType=symbol, symbolOpacity=1)


def _narrowed(chart: alt.Chart, frame: pl.DataFrame, column: str) -> alt.Chart:
    """With a list from which the reader picks one value of a column, or all."""
    options = frame[column].unique(maintain_order=True).to_list()
    bind = alt.binding_select(options=[None, *options], labels=["all", *options], name=f"{column} ")
    param = alt.param(name="picked", value=None, bind=bind)
    chart = chart.add_params(param)
    narrowed: alt.Chart = chart.transform_filter(f"picked === null || datum[{column!r}] === picked")
    return narrowed


def _lines(lines: pl.DataFrame, title: str, format_type: str) -> alt.Chart:
    """Steps over the months, carried to the end of the last; on the axes of the picture that they lie over."""
    names = lines["line"].unique(maintain_order=True).to_list()
    rows = []
    for name in names:
        part = lines.filter(pl.col("line") == name).sort("month")
        rows += [{"month": m, "line": name, "value": _number(v)} for m, v in part.select("month", "value").iter_rows()]
        rows.append({**rows[-1], "month": after(rows[-1]["month"])})
    dash = alt.Scale(domain=names, range=[[1, 0], [2, 2]][: len(names)])
    legend = alt.Legend(title=None, orient="top", symbolType="stroke", labelLimit=260, symbolSize=400)
    steps: alt.Chart = (
        alt.Chart(data_of(rows, PARSE_MONTH))
        .mark_line(interpolate="step-after", strokeWidth=1.8)
        .encode(
            x=alt.X("month:T"),
            y=alt.Y("value:Q"),
            strokeDash=alt.StrokeDash("line:N", scale=dash, legend=legend),
            tooltip=[
                alt.Tooltip("line:N", title="line"),
                alt.Tooltip("month:T", formatType="monthName", format="", title="month"),
                alt.Tooltip("value:Q", formatType=format_type, format="", title=title),
            ],
        )
    )
    return steps


def bars(
    frame: pl.DataFrame,
    periods: Sequence[str],
    paint: Paint,
    *,
    title: str,
    part_title: str,
    format_type: str = "money",
) -> Spec:
    """Parts by period, those above nought upwards and those below downwards, and a mark at their sum."""
    parts = aggregates.ranked(frame.rename({"period": "month"}))
    rows = [
        {
            "period": figures.month(row["period"]),
            "part": row["part"],
            "value": _number(row["value"]),
            "rank": parts.index(row["part"]),
        }
        for row in frame.iter_rows(named=True)
    ]
    lit = alt.selection_point(fields=["part"], bind="legend", name="lit")
    data = data_of(rows)
    x = alt.X(
        "period:O",
        sort=[figures.month(period) for period in periods],
        title=None,
        axis=alt.Axis(labelAngle=0 if len(periods) < 13 else -45),
    )
    axis = alt.Axis(formatType=format_type, format="", tickCount=6)
    piled = (
        alt.Chart(data)
        .mark_bar()
        .encode(
            x=x,
            y=alt.Y("value:Q", title=title, stack="zero", axis=axis),
            color=_colour(paint, parts, part_title),
            order=alt.Order("rank:Q"),
            opacity=alt.condition(lit, alt.value(0.92), alt.value(0.15)),
            tooltip=[
                alt.Tooltip("part:N", title=part_title),
                alt.Tooltip("period:O", title="period"),
                alt.Tooltip("value:Q", formatType=format_type, format="", title=title),
            ],
        )
        .add_params(lit)
    )
    if len(parts) < 2 or not (frame["value"] < 0).any():
        return spec_of(piled)
    net = (
        alt.Chart(data)
        .mark_tick(thickness=3, bandSize=26)
        .encode(
            x=x,
            y=alt.Y("sum(value):Q"),
            tooltip=[
                alt.Tooltip("period:O", title="period"),
                alt.Tooltip("sum(value):Q", formatType=format_type, format="", title="sum"),
            ],
        )
    )
    return spec_of(alt.layer(piled, net))


def shares(frame: pl.DataFrame, months: Sequence[str], paint: Paint) -> Spec:
    """Unserved share of demand by workload over the months, as steps: month, part, value between nought and one."""
    parts = frame["part"].unique(maintain_order=True).to_list()
    rows = []
    for part in parts:
        mine = [
            {"month": m, "part": part, "value": _number(v)}
            for m, v in frame.filter(pl.col("part") == part).sort("month").select("month", "value").iter_rows()
        ]
        rows += [*mine, {**mine[-1], "month": after(mine[-1]["month"])}]
    lit = alt.selection_point(fields=["part"], bind="legend", name="lit")
    axis = alt.Axis(formatType="share", format="", tickCount=5)
    chart = (
        alt.Chart(data_of(rows, PARSE_MONTH))
        .mark_line(interpolate="step-after", strokeWidth=2.5)
        .encode(
            x=month_axis(months, whole=False),
            y=alt.Y("value:Q", title="share of demand unserved", axis=axis, scale=alt.Scale(domainMin=0)),
            color=_colour(paint, parts, "workload", "stroke"),
            opacity=alt.condition(lit, alt.value(1), alt.value(0.12)),
            tooltip=[
                alt.Tooltip("part:N", title="workload"),
                alt.Tooltip("month:T", formatType="monthName", format="", title="month"),
                alt.Tooltip("value:Q", formatType="share", format="", title="unserved"),
            ],
        )
        .add_params(lit)
    )
    return spec_of(chart)


def heat(frame: pl.DataFrame, months: Sequence[str], *, unit: str) -> Spec:
    """Prices by place and month as shades; `frame` has month, part (the place) and value."""
    places = frame["part"].unique(maintain_order=True).to_list()
    rows = [{**row, "value": _number(row["value"])} for row in frame.iter_rows(named=True)]
    # one hue from faint to full reads on light and on dark alike, and by those who cannot tell hues
    shade = alt.Color(
        "value:Q",
        title=unit,
        scale=alt.Scale(type="sqrt", range=["rgba(217,95,14,0.07)", "rgba(217,95,14,1)"], domainMin=0),
        legend=alt.Legend(
            orient="top", gradientLength=240, format="", formatType="figure", tickCount=4, titleLimit=300
        ),
    )
    chart = (
        alt.Chart(data_of(rows, PARSE_MONTH))
        .mark_rect()
        .encode(
            x=month_axis(months),
            y=alt.Y("part:N", sort=places, title=None, axis=alt.Axis(labelLimit=220, ticks=False, domain=False)),
            color=shade,
            tooltip=[
                alt.Tooltip("part:N", title="where"),
                alt.Tooltip("month:T", formatType="monthName", format="", title="month"),
                alt.Tooltip("value:Q", formatType="figure", format="", title=unit),
            ],
        )
    )
    return spec_of(chart, height=max(60, 24 * len(places)))


PHASE_COLOURS = {
    "stood before": "#5b6675",
    "built by the plan": COLOURS[0],
    "leased": COLOURS[2],
    "not taken": "#b8c0ca",
}


def timeline(rows: Sequence[Mapping[str, Any]], months: Sequence[str]) -> Spec:
    """Phases as bars from their start to their end, pale from the day they could serve.

    Each row: label, site, phase, status (see `PHASE_COLOURS`), power_mw, power, ready, start, end (days).
    """
    order = [row["label"] for row in rows]
    present = [status for status in PHASE_COLOURS if any(row["status"] == status for row in rows)]
    days = {key: "utc:'%Y-%m-%d'" for key in ("ready", "start", "end", "from")}
    data = data_of(rows, days)
    axis = alt.Axis(labelLimit=240, ticks=False, domain=False, grid=False)
    y = alt.Y("label:N", sort=None, scale=alt.Scale(domain=order), title=None, axis=axis)
    tips = [
        alt.Tooltip("site:N"),
        alt.Tooltip("phase:N"),
        alt.Tooltip("power_mw:Q", formatType="power", format="", title="IT power"),
        alt.Tooltip("status:N", title="in the plan"),
        alt.Tooltip("ready:T", formatType="dayName", format="", title="could serve from"),
        alt.Tooltip("start:T", formatType="dayName", format="", title="serves from"),
    ]
    colour = alt.Color(
        "status:N",
        scale=alt.Scale(domain=present, range=[PHASE_COLOURS[status] for status in present]),
        legend=alt.Legend(title=None, orient="top", symbolType="square", symbolOpacity=1),
    )
    wait = (
        alt.Chart()
        .mark_bar(height=3, opacity=0.6)
        .encode(
            x=alt.X("from:T", scale=alt.Scale(type="utc", nice=False), axis=time_axis(months), title=None),
            x2="start:T",
            y=y,
            color=colour,
            tooltip=tips,
        )
    )
    stands = (
        alt.Chart()
        .mark_bar(height=14, cornerRadius=2)
        .encode(
            x=alt.X("start:T", scale=alt.Scale(type="utc", nice=False)),
            x2="end:T",
            y=y,
            color=colour,
            tooltip=tips,
            opacity=alt.condition("datum.status === 'not taken'", alt.value(0.4), alt.value(0.95)),
        )
    )
    return spec_of(alt.layer(wait, stands, whole_axis(months), data=data), height=max(80, 21 * len(rows)))


def whole_axis(months: Sequence[str]) -> alt.Chart:
    """Points that nobody sees, so that the axis is the horizon even where nothing reaches its ends."""
    ends = data_of([{"day": f"{end}-01"} for end in (months[0], after(months[-1]))], {"day": "utc:'%Y-%m-%d'"})
    scale = alt.Scale(type="utc", nice=False)
    points: alt.Chart = alt.Chart(ends).mark_point(opacity=0).encode(x=alt.X("day:T", scale=scale))
    return points


def ranges(rows: Sequence[Mapping[str, Any]], *, title: str) -> Spec:
    """A point for each party and a rule from the least to the most: party, cash, least, most."""
    order = [row["party"] for row in rows]
    data = data_of([{**row, **{key: _number(row[key]) for key in ("cash", "least", "most")}} for row in rows])
    tips = [
        alt.Tooltip("party:N"),
        alt.Tooltip("cash:Q", formatType="money", format="", title="in this plan"),
        alt.Tooltip("least:Q", formatType="money", format=""),
        alt.Tooltip("most:Q", formatType="money", format=""),
    ]
    axis = alt.Axis(formatType="money", format="", tickCount=6)
    y = alt.Y("party:N", sort=order, title=None, axis=alt.Axis(labelLimit=220, ticks=False, domain=False, grid=True))
    rule = (
        alt.Chart(data)
        .mark_bar(height=8, opacity=0.35, color=COLOURS[0], cornerRadius=4)
        .encode(x=alt.X("least:Q", title=title, axis=axis), x2="most:Q", y=y, tooltip=tips)
    )
    point = (
        alt.Chart(data)
        .mark_circle(size=80, opacity=1, color=COLOURS[0])
        .encode(x=alt.X("cash:Q", title=title, axis=axis), y=y, tooltip=tips)
    )
    return spec_of(alt.layer(rule, point), height=max(60, 26 * len(rows)))


def data_of(rows: Sequence[Mapping[str, Any]], parse: Mapping[str, str] | None = None) -> alt.InlineData:
    """Rows inside the specification, with how their dates are read."""
    values = [dict(row) for row in rows]
    if parse is None:
        return alt.InlineData(values=values)
    return alt.InlineData(values=values, format=alt.JsonDataFormat(type="json", parse=dict(parse)))


def _number(value: float | None) -> float | None:
    """Six significant digits: more cannot be seen, and would only make the file longer."""
    return None if value is None else float(f"{value:.6g}")


def spec_of(chart: alt.Chart | alt.LayerChart | alt.FacetChart, height: int = HEIGHT) -> Spec:
    """The specification without what the page sets itself: its theme, its schema's address."""
    spec: Spec = chart.properties(width="container", height=height).to_dict(validate=False)
    for key in ("$schema", "config"):
        spec.pop(key, None)
    return spec


def pivot(
    frame: pl.DataFrame,
    grid: Sequence[str],
    first: str,
    write: Callable[[float], str] | None = None,
    mean: bool = False,
) -> Words:
    """Words for a frame of period, part, value: a row a part, a column a period, and their sum or mean."""
    key = "period" if "period" in frame.columns else "month"
    parts = aggregates.ranked(frame.rename({key: "month"}) if key != "month" else frame)
    cells = {
        (row["part"], row[key]): row["value"]
        for row in frame.group_by("part", key).agg(pl.col("value").sum()).iter_rows(named=True)
    }
    largest = max((abs(value) for value in cells.values()), default=0.0)
    write = write or (lambda value: figures.money(value, largest))
    rows = []
    for part in parts:
        values = [cells.get((part, period)) for period in grid]
        told = [value for value in values if value is not None]
        total = sum(told) / (len(grid) if mean else 1)
        rows.append((part, *("" if value is None else write(value) for value in values), write(total)))
    return Words((first, *(figures.month(period) for period in grid), "mean" if mean else "sum"), tuple(rows))
