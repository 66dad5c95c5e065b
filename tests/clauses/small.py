"""Small programmes for the tests of clauses: read from text, planned, and read by clause."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import numpy as np

from gigawatt import app
from gigawatt.model.draft import Draft
from gigawatt.model.plan import Plan
from gigawatt.model.programme import Programme
from gigawatt.planner.drafting import draft_programme
from gigawatt.planner.highs import Solver
from gigawatt.planner.problem import assemble


def load(text: str) -> Programme:
    """A programme from the text of its file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "programme.yaml"
        path.write_text(text, encoding="utf-8")
        return app.load(path)


def plan(text: str, **options: object) -> Plan:
    """The best plan, proven to a gap of nought."""
    return app.plan(load(text), **{"gap": 0, **options})  # type: ignore[arg-type]


def solved(text: str, *, relax: bool = False) -> tuple[Draft, np.ndarray]:
    """A draft, and the best plan's value of each of its columns."""
    draft = draft_programme(load(text))
    solver = Solver(assemble(draft))
    solver.relax(relax)
    solution = solver.solve(gap=0)
    assert solution.x is not None, solution.status
    return draft, solution.x


def paid(answer: Plan, clause: str) -> dict[str, Decimal]:
    """What a clause makes its payer pay, by month; several payments of a month together."""
    total: dict[str, Decimal] = defaultdict(Decimal)
    for row in answer.tables["cash"].iter_rows(named=True):
        if row["by"] == clause:
            total[row["month"]] += row["amount"]
    return dict(sorted(total.items()))


def between(answer: Plan, clause: str) -> set[tuple[str, str, str]]:
    """Who pays whom for what under a clause."""
    rows = answer.tables["cash"].iter_rows(named=True)
    return {(row["from"], row["to"], row["what"]) for row in rows if row["by"] == clause}


def chip_hours(answer: Plan, pool: str, workload: str | None = None) -> dict[str, float]:
    """Use of a pool by month, of one workload or of all, rounded to a thousandth."""
    total: dict[str, float] = defaultdict(float)
    for row in answer.tables["use"].iter_rows(named=True):
        if row["pool"] == pool and workload in (None, row["workload"]):
            total[row["month"]] += row["chip_hours"]
    return {month: round(hours, 3) for month, hours in sorted(total.items())}


def unserved(answer: Plan, workload: str) -> float:
    """What is not served of a workload, in its measure."""
    frame = answer.tables["unserved"]
    return round(float(frame.filter(frame["workload"] == workload)["unserved"].sum()), 3)


def money(**months: str | int) -> dict[str, Decimal]:
    """`money(m2027_01="1.50")` is {"2027-01": Decimal("1.50")}."""
    return {month.removeprefix("m").replace("_", "-"): Decimal(amount) for month, amount in months.items()}
