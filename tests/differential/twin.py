"""The same optimisation once more: written from docs/file.md and docs/model.md, and not from the planner.

`build` takes a loaded programme and gives a linopy model that is maximised; its objective is in millions of the
currency. Work is counted in hours of the workload's first eligible chip, so that tokens and FLOP come out near one.
Loops are natural and slow: it is for small programmes.
"""

from __future__ import annotations

import linopy
from twin_built import build_and_buy, fit
from twin_clauses import draft_clauses
from twin_recording import Recording
from twin_state import MILLION, Due, Twin
from twin_timing import Time
from twin_wanted import want

from gigawatt.model.programme import Programme


def build(programme: Programme) -> linopy.Model:
    """The programme as a linopy model, integers and all; the objective, in millions, is maximised."""
    return record(programme).as_linopy()


def record(programme: Programme) -> Recording:
    """The same before it is handed to linopy."""
    twin = Twin(programme, Time(programme))
    for name, workload in programme.workloads.items():
        want(twin, name, workload)
    for name, stream in programme.revenues.items():
        twin.earner[name] = stream.party
        for t, month in enumerate(twin.time.months):
            amount = twin.one * twin.time.mean(stream.amount_per_month, t)
            twin.revenue[name].append(Due(t, month, amount))
            twin.pay(amount, t, "customers", stream.party)
    build_and_buy(twin)
    draft_clauses(twin)
    fit(twin)
    for clause in twin.last:
        clause()
    _participation(twin)
    return twin.book


def _participation(twin: Twin) -> None:
    for party, least in twin.programme.participation.items():
        twin.book.row("participation", party, twin.cash[party] * (1 / MILLION), ">=", float(least) / MILLION)
