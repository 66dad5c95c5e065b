"""For every party that does not decide: the least and the most cash among plans as good as the one found.

Where many plans are equally good for those who decide, others may still fare very differently: a party's cash without
its range is no result. Integers are held; the objective may fall by the plan's own gap.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from gigawatt.model.calendar import Floats
from gigawatt.model.draft import Draft
from gigawatt.planner.highs import Solver
from gigawatt.planner.problem import MONEY_SCALE, party_value

NOBODY = frozenset({"unserved"})


def others(draft: Draft) -> list[str]:
    """Parties in the payments who do not decide, in order of appearance."""
    decides = {*draft.programme.decides, *NOBODY}
    seen: dict[str, None] = {}
    for payment in draft.payments:
        if payment.face in ("both", "cash"):
            for party in (payment.payer, payment.payee):
                if party not in decides:
                    seen[party] = None
    return list(seen)


def cash_ranges(
    draft: Draft, solver: Solver, parties: list[str], slack: float, until: float, tell: Callable[[str], None]
) -> dict[str, tuple[float, float]]:
    """Least and most cash by party, undiscounted money, while the objective stays within `slack` (money) of its value.

    `solver` holds a solved LP with its integers fixed; it is left with other costs. Stops at the monotonic time
    `until`: parties not reached are left out.
    """
    found: dict[str, tuple[float, float]] = {}
    problem = solver.problem
    solver.add_row(problem.cost, upper=solver.value() + slack / MONEY_SCALE)
    for party in parties:
        tell(party)
        value = party_value(draft, party, discounted=False, face=("both", "cash")) * problem.column_scale / MONEY_SCALE
        ends = []
        for sign in (1.0, -1.0):
            left = until - time.monotonic()
            if left <= 0:
                return found
            solver.set_cost(sign * value)
            solution = solver.solve(seconds=left, simplex=True)
            if not solution.found or solution.status.name not in ("OPTIMAL", "GAP") or solution.x is None:
                break
            ends.append(float(value @ (solution.x / problem.column_scale)) * MONEY_SCALE)
        if len(ends) == 2:
            found[party] = (min(ends), max(ends))
    return found


def value_of(draft: Draft, party: str, x: Floats) -> float:
    """A party's cash in a plan, undiscounted money."""
    return float(party_value(draft, party, discounted=False, face=("both", "cash")) @ x)
