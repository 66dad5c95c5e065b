"""Which pictures a plan has: one figure a subject, none where the plan holds nothing to show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from gigawatt.report import charts, decisions, digest, figures
from gigawatt.report.aggregates import Aggregates
from gigawatt.report.charts import Figure, Paint, View, Words
from gigawatt.report.contract_picture import contracts_figure

if TYPE_CHECKING:
    from gigawatt.model.plan import Plan
    from gigawatt.model.things import Phase, Site

Paints = defaultdict[str, Paint]
"""Colours by what is drawn: provider (and party), site, chip, workload, pool."""
MOST_PLACES = 16
MOST_KINDS = 6


def size_writer(sums: Aggregates) -> Callable[[float], str]:
    """How sizes are written: chips, or IT power."""
    return figures.count if sums.in_chips else figures.power


def by_period(frame: pl.DataFrame, sums: Aggregates) -> pl.DataFrame:
    """Means over the months of each period: period, part, value."""
    labels = pl.DataFrame({"month": sums.months}).with_columns(sums.period().alias("period"))
    counts = labels.group_by("period").agg(pl.len().alias("count"))
    joined = frame.join(labels, on="month").group_by("period", "part", maintain_order=True).agg(pl.col("value").sum())
    return joined.join(counts, on="period").select("period", "part", pl.col("value") / pl.col("count"))


def capacity_figure(sums: Aggregates, paint: Paints) -> Figure | None:
    """Capacity standing against demand, by provider, site and chip."""
    lines, left_out = sums.demand_lines()
    format_type = charts.SIZE_FORMATS[sums.size_unit]
    title = "chips" if sums.in_chips else "IT power"
    views = []
    for by in ("provider", "site", "chip"):
        frame = sums.capacity(by)
        if not frame.height or (by != "provider" and frame["part"].n_unique() < 2):
            continue
        if by == "site" and not any(pool.site for pool in sums.plan.programme.pools.values()):
            continue
        spec = charts.stacked(
            frame, sums.months, paint[by], title=title, format_type=format_type, part_title=by, lines=lines
        )
        text = f"Capacity standing by month and {by}, {title}, with demand as lines over it."
        words = charts.pivot(by_period(frame, sums), sums.periods, by, size_writer(sums), mean=True)
        views.append(View(f"by {by}", text, spec, words, _about_demand(left_out)))
    return Figure("capacity", "Capacity and demand", tuple(views)) if views else None


def _about_demand(left_out: list[str]) -> str:
    text = "Demand is counted as the capacity it would take on the chips that the plan uses for it."
    return f"{text} Not counted, since the plan serves nothing of it: {', '.join(left_out)}." if left_out else text


def sites_figure(plan: Plan, sums: Aggregates, paint: Paints) -> Figure | None:
    """The phases of sites as a timeline, and the power that stands."""
    if not plan.programme.sites:
        return None
    views = []
    rows = phase_rows(plan)
    if rows:
        words = Words(
            ("phase", "could serve from", "in the plan", "serves from"),
            tuple(
                (row["label"], row["ready"], row["status"], "" if row["status"] == "not taken" else row["start"])
                for row in rows
            ),
        )
        text = "Each phase of each site from the day it serves; a thin line from the day it could have served."
        views.append(View("phases", text, charts.timeline(rows, sums.months), words, text))
    standing, used = sums.power()
    if standing.height:
        lines = used.select("month", pl.lit("taken by chips").alias("line"), "value")
        spec = charts.stacked(
            standing, sums.months, paint["site"], title="IT power", format_type="power", part_title="site", lines=lines
        )
        words = charts.pivot(by_period(standing, sums), sums.periods, "site", figures.power, mean=True)
        views.append(
            View("power standing", "IT power standing at sites by month, and what chips take of it.", spec, words)
        )
    return Figure("sites", "Sites and phases", tuple(views)) if views else None


def phase_rows(plan: Plan) -> list[dict[str, Any]]:
    """One row for each phase of each site, for `charts.timeline`."""
    horizon = plan.programme.horizon
    starts = _phase_starts(plan)
    rows = []
    for site_id, site in plan.programme.sites.items():
        for phase_id, phase in site.phases.items():
            status, start = _status(plan, site, phase, starts.get((site_id, phase_id)))
            end = min(phase.until or horizon.until, horizon.until)
            ready = max(phase.ready, horizon.from_)
            if ready >= end:
                continue
            rows.append(
                {
                    "label": f"{site_id} {phase_id}, {figures.power(float(phase.power_mw))}",
                    "site": site_id,
                    "phase": phase_id,
                    "status": status,
                    "power_mw": float(phase.power_mw),
                    "ready": str(phase.ready),
                    "from": str(ready),
                    "start": str(max(start or ready, ready)),
                    "end": str(end),
                }
            )
    return rows


def _status(plan: Plan, site: Site, phase: Phase, taken: tuple[str, date] | None) -> tuple[str, date | None]:
    if taken is not None:
        return taken
    if phase.built and site.landlord in plan.programme.decides:
        return "stood before", None
    return "not taken", None


def _phase_starts(plan: Plan) -> dict[tuple[str, str], tuple[str, date]]:
    """Phases that the plan builds or leases: status and first day, by site and phase."""
    found: dict[tuple[str, str], tuple[str, date]] = {}
    for row in digest.table(plan, "build").filter(pl.col("kind") == "phase").iter_rows(named=True):
        site, _, phase = str(row["thing"]).partition("/")
        found[site, phase] = ("built by the plan", date.fromisoformat(f"{row['month']}-01"))
    for row in digest.table(plan, "take").iter_rows(named=True):
        clause_name, _, phase = str(row["commitment"]).partition(" ")
        contract, _, clause = clause_name.partition("/")
        terms = plan.programme.contracts.get(contract)
        place = getattr(terms.clauses.get(clause), "site", None) if terms is not None else None
        if isinstance(place, str) and phase:
            year, _, quarter = str(row["quarter"]).partition("Q")
            found.setdefault((place, phase), ("leased", date(int(year), 3 * int(quarter) - 2, 1)))
    return found


def use_figure(sums: Aggregates, paint: Paints) -> Figure | None:
    """Where each workload runs."""
    frame = sums.use("workload")
    if not frame.height:
        return None
    format_type = charts.SIZE_FORMATS[sums.size_unit]
    title = "chips in use, mean of the month" if sums.in_chips else "IT power in use, mean of the month"
    write = size_writer(sums)
    spec = charts.stacked(
        frame, sums.months, paint["workload"], title=title, format_type=format_type, part_title="workload"
    )
    words = charts.pivot(by_period(frame, sums), sums.periods, "workload", write, mean=True)
    views = [View("by workload", "Use by month and workload.", spec, words)]
    pools = sums.use_by_pool()
    if pools["part"].n_unique() > 1:
        several = pools["workload"].n_unique() > 1
        spec = charts.stacked(
            pools,
            sums.months,
            paint["pool"],
            title=title,
            format_type=format_type,
            part_title="pool",
            pick="workload" if several else None,
        )
        whole = pools.group_by("month", "part", maintain_order=True).agg(pl.col("value").sum())
        words = charts.pivot(by_period(whole, sums), sums.periods, "pool", write, mean=True)
        views.append(View("by pool", "Use by month and pool, of all workloads or of one.", spec, words))
    chips = sums.use("chip")
    if chips["part"].n_unique() > 1:
        spec = charts.stacked(
            chips, sums.months, paint["chip"], title=title, format_type=format_type, part_title="chip"
        )
        words = charts.pivot(by_period(chips, sums), sums.periods, "chip", write, mean=True)
        views.append(View("by chip", "Use by month and chip.", spec, words))
    return Figure("use", "Use by workload", tuple(views))


def unserved_figure(plan: Plan, sums: Aggregates, paint: Paints) -> Figure | None:
    """What is asked for and not served."""
    frame = sums.unserved()
    short = frame.filter(pl.col("unserved") > 0)["workload"].unique(maintain_order=True).to_list()
    if not short:
        return None
    frame = frame.filter(pl.col("workload").is_in(short)).rename({"workload": "part"})
    share = frame.select("month", "part", pl.col("share").alias("value"))
    words = charts.pivot(by_period(share, sums), sums.periods, "workload", figures.percent, mean=True)
    text = "Share of each workload's demand that is not served, by month."
    views = [View("share of demand", text, charts.shares(share, sums.months, paint["workload"]), words)]
    lost = frame.select("month", "part", pl.col("value_lost").alias("value"))
    lost = _in_periods(lost, sums).filter(pl.col("value") >= digest.least_money(plan))
    if lost.height:
        title = f"value lost, {plan.programme.currency} a {sums.grid}"
        spec = charts.bars(lost, sums.periods, paint["workload"], title=title, part_title="workload")
        words = charts.pivot(lost, sums.periods, "workload")
        views.append(
            View("value lost", "Value of what is not served, at the price the programme puts on it.", spec, words)
        )
    return Figure("unserved", "Unserved", tuple(views))


def _in_periods(frame: pl.DataFrame, sums: Aggregates) -> pl.DataFrame:
    return (
        frame.with_columns(sums.period().alias("period"))
        .group_by("period", "part", maintain_order=True)
        .agg(pl.col("value").sum())
    )


def cash_figure(plan: Plan, sums: Aggregates, paint: Paints) -> Figure | None:
    """Who pays whom, by party and by clause, and how sure each party's cash is."""
    title = f"{plan.programme.currency} a {sums.grid}: received above nought, paid below"
    views = []
    for by, label, first in (("party", "by party", "party"), ("by", "by clause", "clause or thing")):
        frame = sums.cash(by)
        if frame.height:
            spec = charts.bars(
                frame, sums.periods, paint["provider" if by == "party" else by], title=title, part_title=first
            )
            text = f"Cash of those who decide with all others by {sums.grid} and {first}; the dark mark is the sum."
            views.append(View(label, text, spec, charts.pivot(frame, sums.periods, first), text))
    between = sums.cash_between()
    if between.height:
        spec = charts.bars(
            between,
            sums.periods,
            paint["payment"],
            title=f"{plan.programme.currency} a {sums.grid}",
            part_title="payment",
        )
        text = "Payments among those who decide; they cancel in what the plan maximises."
        views.append(View("among themselves", text, spec, charts.pivot(between, sums.periods, "payment"), text))
    ranges = _ranges_view(plan, sums)
    if ranges is not None:
        views.append(ranges)
    return Figure("cash", "Cash", tuple(views)) if views else None


def _ranges_view(plan: Plan, sums: Aggregates) -> View | None:
    """The cash of each party over the horizon, with the least and the most among plans as good."""
    rows = []
    for row in digest.table(plan, "parties").sort("cash", descending=True).iter_rows(named=True):
        if max(abs(row[key] or 0.0) for key in ("cash", "least", "most")) >= digest.least_money(plan):
            rows.append({**row, "party": sums.party_names.get(row["party"], row["party"])})
    if not rows:
        return None
    spec = charts.ranges(rows, title=f"{plan.programme.currency} received over the horizon, less what is paid")
    cells = tuple(
        (
            row["party"],
            figures.money(row["cash"]),
            *(figures.money(row[key]) if row[key] is not None else "–" for key in ("least", "most")),
        )
        for row in rows
    )
    same = " with these signings and builds" if digest.holds_integers(plan) else ""
    text = f"Cash of every party over the horizon; the bar spans the least and the most among plans as good{same}."
    return View("each party's range", text, spec, Words(("party", "cash", "least", "most"), cells), text)


def scarcity_figure(plan: Plan, sums: Aggregates) -> Figure | None:
    """What one more of what is short would be worth, by kind of shortage."""
    shortages = digest.shortages(plan)
    kinds = list(dict.fromkeys(short.kind for short in shortages))
    table = digest.table(plan, "scarcity").filter(pl.col("month").is_not_null()).with_columns(pl.col("price").abs())
    views = []
    for kind in kinds[:MOST_KINDS]:
        mine = [short for short in shortages if short.kind == kind]
        unit = mine[0].unit
        places = {(short.what, short.place): _place(short) for short in mine[:MOST_PLACES] if short.unit == unit}
        rows = [
            {"month": row["month"], "part": places[row["what"], row["place"]], "value": row["price"]}
            for row in table.iter_rows(named=True)
            if (row["what"], row["place"]) in places and mine[0].by in (row["by"], "physics")
        ]
        frame = pl.DataFrame(rows, schema={"month": pl.Utf8, "part": pl.Utf8, "value": pl.Float64})
        frame = frame.group_by("month", "part", maintain_order=True).agg(pl.col("value").sum())
        order = pl.DataFrame({"part": list(dict.fromkeys(places.values()))}).with_row_index("rank")
        frame = frame.join(order, on="part").sort("rank", "month").drop("rank")
        cells = tuple(
            (
                decisions.one_more(s),
                figures.price(s.highest, s.unit),
                decisions.between(s),
                "yes" if s.degenerate else "",
            )
            for s in mine
        )
        words = Words(("one more of", "worth at most", "in", "one of several prices"), cells)
        rest = len(mine) - len(places)
        text = f"What one more would be worth by place and month, {unit}, at this build."
        caption = (
            f"{text} The {figures.counted(len(places), 'dearest places')} of {len(mine)}; the others are in the table."
            if rest
            else text
        )
        views.append(View(_kind_label(mine[0]), text, charts.heat(frame, sums.months, unit=unit), words, caption))
    return Figure("scarcity", "What is short", tuple(views)) if views else None


def _kind_label(short: digest.Shortage) -> str:
    return {"supply": "chips supplied", "power": "IT power", "runs": "training runs"}.get(short.kind, short.kind)


def _place(short: digest.Shortage) -> str:
    what = short.what if short.by != "physics" else short.what.removeprefix(short.kind).strip()
    return " ".join(part for part in (what, short.place) if part) or short.what


def indicators_figure(plan: Plan, sums: Aggregates) -> Figure | None:
    """Jobs, CO2, water: whatever the programme counts beside money."""
    frame = sums.indicators().filter(pl.col("value").abs() > digest.DUST)
    views = []
    for name in frame["indicator"].unique(maintain_order=True):
        mine = frame.filter(pl.col("indicator") == name)
        unit = str(mine["unit"][0] or "")
        parts = mine.select("period", pl.lit(name).alias("part"), "value")
        title = f"{name}{', ' + unit if unit else ''} a {sums.grid}"
        spec = charts.bars(parts, sums.periods, Paint(), title=title, part_title="indicator", format_type="figure")
        words = charts.pivot(parts, sums.periods, "indicator", figures.short)
        views.append(View(str(name), f"{title}.", spec, words, _basis(plan, str(name))))
    return Figure("indicators", "Indicators", tuple(views)) if views else None


def _basis(plan: Plan, name: str) -> str:
    indicator = plan.programme.indicators.get(name)
    if indicator is None:
        return ""
    note = f" {indicator.note}." if indicator.note else ""
    assumed = " (assumed)" if indicator.assumed else ""
    amount = f"{indicator.amount} {indicator.unit}".strip()
    return f"{amount} per {indicator.per}{assumed}.{note}"


def all_figures(plan: Plan) -> dict[str, Figure]:
    """Every picture that the plan has, by key."""
    sums = Aggregates(plan)
    paint: Paints = defaultdict(Paint)
    made: Mapping[str, Figure | None] = {
        "capacity": capacity_figure(sums, paint),
        "sites": sites_figure(plan, sums, paint),
        "use": use_figure(sums, paint),
        "unserved": unserved_figure(plan, sums, paint),
        "cash": cash_figure(plan, sums, paint),
        "scarcity": scarcity_figure(plan, sums),
        "history": contracts_figure(plan, sums),
        "indicators": indicators_figure(plan, sums),
    }
    return {key: figure for key, figure in made.items() if figure is not None}
