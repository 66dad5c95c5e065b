"""What an offer would have to cost for signing and not signing to be equal.

With the offer signed, the value of the best plan is convex and falling in the scale of the offer's prices. The scale at
which it meets the value without the offer is found by Newton's steps, each of them a plan with the offer signed whose
payments give the slope; from either side they approach it from below and end exactly. Both plans are solved.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from gigawatt.model.calendar import Floats
from gigawatt.model.draft import Draft, Payment
from gigawatt.planner.budget import Budget
from gigawatt.planner.highs import Solution, Solver, Status
from gigawatt.planner.problem import MONEY_SCALE, Problem, money
from gigawatt.planner.side_by_side import side_by_side

STEPS = 12
TOLERANCE, RELAXED_TOLERANCE = 1e-6, 1e-4
"""Of the scale, on whole plans and on relaxed ones, which are no finer themselves."""
SCHEMA = {
    "contract": pl.Utf8, "seller": pl.Utf8, "signed": pl.Boolean, "sign_by": pl.Date, "better_by": pl.Float64,
    "walk_away_scale": pl.Float64, "walk_away_price": pl.Float64, "asked_price": pl.Float64, "unit": pl.Utf8,
    "note": pl.Utf8,
}  # fmt: skip


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
    own = {f"{contract}/{clause}" for clause in draft.programme.contracts[contract].clauses}

    def sign(payment: Payment) -> int:
        return -draft.sign(payment.payer, payment.payee) if payment.by in own else 0

    return money(draft, sign, face=("both", "objective"))


def walk_away(
    draft: Draft, solver: Solver, contract: str, column: int, free: Solution | None, solve: Callable[[Solver], Solution]
) -> WalkAway:
    """Solve with and without one offer (its binary is `column`), then find the scale of its prices.

    `free` is the plan where the offer may be signed or not, so that one of the two is known; `solve`
    solves a solver to the plan's gap and budget. The solver is left as it was found.
    """
    problem, tolerance = solver.problem, RELAXED_TOLERANCE if solver.relaxed else TOLERANCE
    cost, where = payments_of(draft, contract), np.array([column])
    scaled = cost * problem.column_scale / MONEY_SCALE

    def hold(value: float) -> Solution:
        if free is not None and free.x is not None and free.gap <= TOLERANCE and abs(free.x[column] - value) <= 1e-9:
            return free
        solver.set_bounds(where, np.array([value]), np.array([value]))
        return solve(solver)

    try:
        without = hold(0.0)
        plan = hold(1.0)
        if plan.x is None or not (_solved(without) and _solved(plan)):
            return WalkAway(None, None, f"with the offer: {plan.status.value}; without: {without.status.value}")
        better, scale = plan.objective - without.objective, 1.0
        if plan is free and solver.relaxed:
            return WalkAway(better, None, "signed in full by the relaxed plan; the whole plan tells up to which price")
        for _ in range(STEPS):
            paid = float(cost @ plan.x)
            if paid <= 1e-9:
                return WalkAway(better, None, "the plan would pay it nothing, so no price decides")
            # at scale k this plan's quantities are worth (value + scale paid) - k paid
            target = scale + (plan.objective - without.objective) / paid
            near = abs(target - scale) <= tolerance * max(1.0, abs(scale))
            scale = target
            if near:
                break
            solver.set_bounds(where, np.ones(1), np.ones(1))
            solver.set_cost(problem.cost + (scale - 1.0) * scaled)
            plan = solve(solver)
            if plan.x is None or not _solved(plan):
                return WalkAway(better, None, f"at {scale:.3f} of its prices: {plan.status.value}")
        if scale < 0:
            return WalkAway(better, None, "not worth signing at any price above nought")
        return WalkAway(better, scale)
    finally:
        solver.set_cost(problem.cost)
        solver.set_bounds(where, problem.lower[where], problem.upper[where])


def _solved(plan: Solution) -> bool:
    """Whether a plan was solved to the end: one that was cut short compares with nothing."""
    return plan.status in (Status.OPTIMAL, Status.GAP)


def offers_table(
    draft: Draft,
    problem: Problem,
    best: Solution,
    x: Floats,
    exact: bool,
    budget: Budget,
    tell: Callable[[str], None],
) -> pl.DataFrame:
    """Every offer: whether the plan `x` signs it, what that is worth, and the price at which both choices are equal.

    `exact` works on whole plans, otherwise on relaxed ones, and the table says so. A plan that is relaxed itself is a
    quick look: it prices the offers that it refuses, or signs in part. Offers not reached within the budget say so.
    """
    columns = {
        block.name.removeprefix("sign "): block.start for block in draft.column_blocks if block.name.startswith("sign ")
    }
    found: dict[str, WalkAway] = {}

    def work(mine: Sequence[str]) -> None:
        solver = Solver(problem, stop=budget.stop)
        solver.relax(not exact)
        for offer in mine:
            if not budget.left:
                return
            solve = partial(Solver.solve, gap=1e-6, seconds=budget.left, simplex=not exact)
            known = best if exact or best.duals is not None else None
            found[offer] = walk_away(draft, solver, offer, columns[offer], known, solve)
            tell(offer)

    side_by_side(tuple(columns), work, budget)
    missed = WalkAway(None, None, f"{budget.why_over} before this offer was priced")
    rows = [
        _row(draft, offer, bool(x[column] > 0.5), found.get(offer, missed), exact) for offer, column in columns.items()
    ]
    return pl.DataFrame(rows, schema=SCHEMA)


def _row(draft: Draft, offer: str, signed: bool, found: WalkAway, exact: bool) -> dict[str, object]:
    contract, (price, unit) = draft.programme.contracts[offer], _asked(draft, offer)
    return {
        "contract": offer,
        "seller": contract.seller,
        "signed": signed,
        "sign_by": contract.sign_by,
        "better_by": found.better_by,
        "walk_away_scale": found.scale,
        "walk_away_price": found.scale * price if found.scale is not None and price is not None else None,
        "asked_price": price,
        "unit": unit,
        "note": found.note if exact or found.note else "worked out on the relaxed plan",
    }


def _asked(draft: Draft, offer: str) -> tuple[float | None, str | None]:
    """The price that an offer asks first inside the horizon, and its unit; None where no clause of it quotes one."""
    contract = draft.programme.contracts[offer]
    for clause in contract.clauses.values():
        if clause.quotes is None:
            continue
        field, unit = clause.quotes
        start = max(clause.from_ or contract.span.start, contract.span.start, draft.calendar.span.start)
        asked = getattr(clause, field).at(start)
        if asked is not None:
            return float(asked), f"{draft.programme.currency}/{unit}"
    return None, None
