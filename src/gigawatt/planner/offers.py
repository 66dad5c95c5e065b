"""What an offer would have to cost for signing and not signing to be equal.

With the offer signed, the value of the best plan is convex and falling in the scale of the offer's prices. The scale at
which it meets the value without the offer is found by Newton's steps, each of them a plan with the offer signed whose
payments give the slope; from either side they approach it from below and end exactly. Both plans are solved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gigawatt.model.calendar import Floats
from gigawatt.model.draft import Draft
from gigawatt.planner.highs import Solution, Solver
from gigawatt.planner.problem import MONEY_SCALE

STEPS = 12


@dataclass(frozen=True)
class WalkAway:
    """`better_by`: value with the offer signed less the value without (money, may be negative); None where unknown.

    `scale` multiplies all prices of the offer so that both are equal; None where there is none, and `note` says why.
    """

    better_by: float | None
    scale: float | None
    note: str = ""


def payments_of(draft: Draft, contract: str) -> Floats:
    """Discounted money that an offer's clauses take from those who decide, per natural unit of column."""
    total = np.zeros(draft.column_count)
    discount = draft.calendar.discount
    for payment in draft.payments:
        sign = draft.sign(payment.payer, payment.payee)
        if sign and payment.face in ("both", "objective") and payment.by.split("/")[0] == contract:
            np.add.at(total, payment.columns, -sign * payment.amounts * discount[payment.months])
    return total


def walk_away(
    draft: Draft, solver: Solver, contract: str, column: int, solve: Callable[[Solver], Solution]
) -> WalkAway:
    """Solve with and without one offer (its binary is `column`), then find the scale of its prices.

    `solve` solves a solver to the plan's gap and budget. The solver is left as it was found.
    """
    problem = solver.problem
    cost, where = payments_of(draft, contract), np.array([column])
    scaled = cost * problem.column_scale / MONEY_SCALE

    def hold(value: float) -> Solution:
        solver.set_bounds(where, np.array([value]), np.array([value]))
        return solve(solver)

    try:
        without = hold(0.0)
        plan = hold(1.0)
        if not without.found or plan.x is None:
            return WalkAway(None, None, f"with the offer: {plan.status.value}; without: {without.status.value}")
        better, scale = plan.objective - without.objective, 1.0
        for _ in range(STEPS):
            paid = float(cost @ plan.x)
            if paid <= 1e-9:
                return WalkAway(better, None, "the plan would pay it nothing, so no price decides")
            # at scale k this plan's quantities are worth (value + scale paid) - k paid
            target = scale + (plan.objective - without.objective) / paid
            near = abs(target - scale) <= 1e-7 * max(1.0, abs(scale))
            scale = target
            if near:
                break
            solver.set_cost(problem.cost + (scale - 1.0) * scaled)
            plan = solve(solver)
            if plan.x is None:
                return WalkAway(better, None, f"at {scale:.3f} of its prices: {plan.status.value}")
        if scale < 0:
            return WalkAway(better, None, "not worth signing at any price above nought")
        return WalkAway(better, scale)
    finally:
        solver.set_cost(problem.cost)
        solver.set_bounds(where, problem.lower[where], problem.upper[where])
