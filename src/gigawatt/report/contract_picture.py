"""The clauses of all contracts over time: as signed, amended, suspended, waived in part, offered, or binding nobody."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import altair as alt

from gigawatt.history.ending import agreed
from gigawatt.history.versions import Held, known_day
from gigawatt.model.inheritance import ORIGINAL
from gigawatt.report import charts, figures
from gigawatt.report.charts import Figure, Spec, View, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gigawatt.model.contract import Contract
    from gigawatt.model.plan import Plan
    from gigawatt.report.aggregates import Aggregates

MOST_CLAUSES = 40
STATE_COLOURS = {
    "as signed": charts.COLOURS[0],
    "amended": charts.COLOURS[1],
    "waived in part": charts.COLOURS[6],
    "suspended": charts.COLOURS[3],
    "offered": charts.COLOURS[2],
    "binds nobody": charts.GREY,
}


def contracts_figure(plan: Plan, sums: Aggregates) -> Figure | None:
    """A bar for each stretch of days on which a clause says something of its own, by what is known as of the plan."""
    rows, left_out = _rows(plan)
    if not rows:
        return None
    told = tuple(
        (row["label"], row["state"], row["version"], figures.day(row["first"]), figures.day(row["last"]), row["words"])
        for row in rows
    )
    words = Words(("clause", "state", "version", "from", "through", "words"), told)
    text = "Each clause over the horizon, by the versions that were known as of the plan."
    caption = f"{text} {figures.counted(left_out, 'clauses')} that never changed are left out." if left_out else text
    return Figure(
        "contracts", "Contracts over time", (View("clauses", text, _spec(rows, sums.months), words, caption),)
    )


def _rows(plan: Plan) -> tuple[list[dict[str, Any]], int]:
    """One row a stretch inside the horizon, of at most so many clauses; and how many, which never change, are left."""
    programme = plan.programme.as_written
    known, history, horizon = known_day(programme), agreed(programme).history, programme.horizon.span
    by_clause: dict[str, list[dict[str, Any]]] = {}
    for contract_id, clause_id in history.versions:
        contract = programme.contracts[contract_id]
        label = f"{contract_id}/{clause_id}"
        for held in history.held(contract_id, clause_id, known):
            span = held.span.within(horizon)
            if span.days:
                cite = held.version.cite
                by_clause.setdefault(label, []).append(
                    {
                        "label": label,
                        "state": _state(contract, held),
                        "version": held.version.name,
                        "words": str(cite or ""),
                        "start": str(span.start),
                        "end": str(span.until),
                        "first": span.start,
                        "last": span.until - date.resolution,
                    }
                )
    chosen = sorted(by_clause, key=lambda label: len(by_clause[label]) < 2)[:MOST_CLAUSES]
    kept = [label for label in by_clause if label in chosen]
    return [row for label in kept for row in by_clause[label]], len(by_clause) - len(kept)


def _state(contract: Contract, held: Held) -> str:
    if contract.status in ("announced", "loi"):
        return "binds nobody"
    if contract.status == "offer":
        return "offered"
    if held.suspended:
        return "suspended"
    if held.pauses:
        return "waived in part"
    return "as signed" if held.version.name == ORIGINAL else "amended"


def _spec(rows: Sequence[dict[str, Any]], months: Sequence[str]) -> Spec:
    order = list(dict.fromkeys(row["label"] for row in rows))
    present = [state for state in STATE_COLOURS if any(row["state"] == state for row in rows)]
    plain = [{key: row[key] for key in ("label", "state", "version", "words", "start", "end")} for row in rows]
    days = {key: "utc:'%Y-%m-%d'" for key in ("start", "end")}
    scale = alt.Scale(type="utc", nice=False)
    axis = alt.Axis(labelLimit=280, ticks=False, domain=False, grid=False)
    stretches = (
        alt.Chart(charts.data_of(plain, days))
        .mark_bar(height=13, cornerRadius=2, stroke="white", strokeWidth=1)
        .encode(
            x=alt.X("start:T", scale=scale, axis=charts.time_axis(months), title=None),
            x2="end:T",
            y=alt.Y("label:N", sort=None, scale=alt.Scale(domain=order), title=None, axis=axis),
            color=alt.Color(
                "state:N",
                scale=alt.Scale(domain=present, range=[STATE_COLOURS[state] for state in present]),
                legend=alt.Legend(title=None, orient="top", symbolType="square", symbolOpacity=1),
            ),
            tooltip=[
                alt.Tooltip("label:N", title="clause"),
                alt.Tooltip("state:N"),
                alt.Tooltip("version:N"),
                alt.Tooltip("words:N"),
                alt.Tooltip("start:T", formatType="dayName", format="", title="from"),
                alt.Tooltip("end:T", formatType="dayName", format="", title="until"),
            ],
        )
    )
    return charts.spec_of(alt.layer(stretches, charts.whole_axis(months)), height=max(80, 20 * len(order)))
