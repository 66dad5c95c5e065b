"""What an offer would have to cost for signing and not signing to be equal, and a further term for renewing or not.

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

from gigawatt.history.outlook import outlook_in_plan
from gigawatt.model.calendar import Floats
from gigawatt.model.contract import Contract
from gigawatt.model.draft import Decision, Draft, Payment
from gigawatt.planner.budget import Budget
from gigawatt.planner.highs import Solution, Solver, Status
from gigawatt.planner.problem import MONEY_SCALE, Problem, money, sum_product
from gigawatt.planner.side_by_side import side_by_side

STEPS = 20
PROVEN = 1e-6
TOLERANCE, RELAXED_TOLERANCE = 1e-6, 1e-4
"""Of the scale, on whole plans and on relaxed ones, which are no finer themselves."""
AS_MUCH = 1e-9
"""Two values that differ by no more than this part of the plan's are equal."""
PRICED = {
    "better_by": pl.Float64, "walk_away_scale": pl.Float64, "walk_away_price": pl.Float64, "asked_price": pl.Float64,
    "unit": pl.Utf8, "note": pl.Utf8,
}  # fmt: skip
RENEWALS = {
    "contract": pl.Utf8, "clause": pl.Utf8, "what": pl.Utf8, "chosen": pl.Boolean, "since": pl.Date,
    "last_day": pl.Date, "silent": pl.Boolean, **PRICED,
}  # fmt: skip
SCHEMA = {
    "contract": pl.Utf8, "seller": pl.Utf8, "signed": pl.Boolean, "sign_by": pl.Date, **PRICED,
}  # fmt: skip


@dataclass(frozen=True)
class WalkAway:
    """`better_by`: value with the offer signed less the value without (money, may be negative); None where unknown.

    `scale` multiplies all prices of the offer so that both are equal; None where there is none, and `note` says why.
    """

    better_by: float | None
    scale: float | None
    note: str = ""


def payments_of(draft: Draft, decision: Decision) -> Floats:
    """Discounted money that an offer's clauses take from those who decide, per natural unit of column.

    Of a renewal it is what they take in the months of the further term.
    """
    own = {f"{decision.contract}/{clause}" for clause in draft.programme.contracts[decision.contract].clauses}
    first = draft.calendar.month_of(decision.since) if decision.since is not None else 0

    def sign(payment: Payment) -> int:
        mine = payment.by in own and (not decision.under or payment.under in decision.under)
        return -draft.sign(payment.payer, payment.payee) if mine else 0

    return money(draft, sign, face=("both", "objective"), since=first)


def walk_away(
    draft: Draft, solver: Solver, decision: Decision, free: Solution | None, solve: Callable[[Solver], Solution]
) -> WalkAway:
    """Solve with and without one offer (by its column), then find the scale of its prices.

    `free` is the plan where the offer may be signed or not, so that one of the two is known; `solve`
    solves a solver to the plan's gap and budget. The solver is left as it was found.
    """
    problem, tolerance = solver.problem, RELAXED_TOLERANCE if solver.relaxed else TOLERANCE
    column = decision.column
    cost, where = payments_of(draft, decision), np.array([column])
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
        level = AS_MUCH * max(abs(without.objective), 1.0)
        if not _has_a_price(draft, decision):
            return WalkAway(better, None)
        if plan is free and solver.relaxed:
            return WalkAway(better, None, "signed in full by the relaxed plan; the whole plan tells up to which price")
        solver.set_bounds(where, np.ones(1), np.ones(1))
        if better <= level:
            # the value is flat where nothing is taken of the offer: come from nought, to the least scale that is equal
            scale = 0.0
            solver.set_cost(problem.cost - scaled)
            plan = solve(solver)
        for _ in range(STEPS):
            if plan.x is None or not _solved(plan):
                return WalkAway(better, None, f"at {scale:.3f} of its prices: {plan.status.value}")
            ahead, paid = plan.objective - without.objective, sum_product(cost, plan.x)
            if abs(ahead) <= level and scale > 0:
                return WalkAway(better, scale)
            if abs(paid) <= level:
                return WalkAway(better, None, "the plan would pay it nothing, so no price decides")
            if scale == 0 and ahead <= level and paid > 0:
                doing = "signing" if decision.what == "sign" else "renewing"
                return WalkAway(better, None, f"not worth {doing} at any price above nought")
            # at scale k these quantities are worth (value + scale paid) - k paid; a seller's `paid` is below nought
            step = ahead / paid
            scale += step
            if abs(step) <= tolerance * max(1.0, abs(scale)):
                return WalkAway(better, scale)
            solver.set_cost(problem.cost + (scale - 1.0) * scaled)
            plan = solve(solver)
        return WalkAway(better, None, f"not found in {STEPS} steps; near {scale:.3f} of its prices")
    finally:
        solver.set_cost(problem.cost)
        solver.set_bounds(where, problem.lower[where], problem.upper[where])


def _solved(plan: Solution) -> bool:
    """Whether a plan was solved to the end: one that was cut short compares with nothing."""
    return plan.status in (Status.OPTIMAL, Status.GAP)


def _has_a_price(draft: Draft, decision: Decision) -> bool:
    """Whether there is a price that decides: for an early end there is none, nor for a term that begins in a month."""
    if decision.what == "renew" and decision.since is not None:
        return decision.since.day == 1
    return decision.what == "sign"


def decision_tables(
    draft: Draft,
    problem: Problem,
    best: Solution,
    x: Floats,
    exact: bool,
    budget: Budget,
    tell: Callable[[str], None],
) -> dict[str, pl.DataFrame]:
    """Every offer, and every renewal and early end: what the plan `x` chooses, what that is worth, and at which price
    both choices are equal.

    `exact` works on whole plans, otherwise on relaxed ones, and the table says so. A plan that is relaxed itself is a
    quick look: it prices the offers that it refuses, or signs in part. What is not reached within the budget says so.
    """
    found: dict[int, WalkAway] = {}

    def work(mine: Sequence[Decision]) -> None:
        solver = Solver(problem, threads=budget.cores, stop=budget.stop)
        solver.relax(not exact)
        for decision in mine:
            if not budget.left:
                return
            solve = partial(Solver.solve, gap=AS_MUCH, seconds=budget.left, simplex=not exact)
            known = best if exact or best.duals is not None else None
            found[decision.column] = walk_away(draft, solver, decision, known, solve)
            tell(decision.contract)

    held = {each.column for each in draft.decisions if each.what == "sign" and each.contract in draft.signs}
    found |= dict.fromkeys(held, WalkAway(None, None, "held to this"))
    side_by_side(tuple(each for each in draft.decisions if each.column not in held), work, budget)
    missed = WalkAway(None, None, f"{budget.why_over} before this offer was priced")
    offers, renewals = [], []
    for decision in draft.decisions:
        priced = _priced(draft, decision, found.get(decision.column, missed), exact)
        if decision.what == "sign":
            offers.append(_signing(draft, decision, x) | priced)
        else:
            renewals.append(_ending(decision, x) | priced)
    return {"offers": pl.DataFrame(offers, schema=SCHEMA), "renewals": pl.DataFrame(renewals, schema=RENEWALS)}


def _signing(draft: Draft, decision: Decision, x: Floats) -> dict[str, object]:
    contract = draft.programme.contracts[decision.contract]
    return {
        "contract": decision.contract,
        "seller": contract.seller,
        "signed": bool(x[decision.column] > 0.5),
        "sign_by": contract.sign_by,
    }


def _ending(decision: Decision, x: Floats) -> dict[str, object]:
    """A renewal, or an early end on the day that the plan chooses; none where it does not end it."""
    case = next((each for each in decision.cases if x[each.column] > 0.5), None)
    return {
        "contract": decision.contract,
        "clause": decision.by,
        "what": decision.what,
        "chosen": bool(x[decision.column] > 0.5),
        "since": case.since if case is not None else decision.since,
        "last_day": case.last_day if case is not None else decision.last_day,
        "silent": decision.silent,
    }


def _priced(draft: Draft, decision: Decision, found: WalkAway, exact: bool) -> dict[str, object]:
    price, unit = _asked(draft, decision) if _has_a_price(draft, decision) else (None, None)
    return {
        "better_by": found.better_by,
        "walk_away_scale": found.scale,
        "walk_away_price": found.scale * price if found.scale is not None and price is not None else None,
        "asked_price": price,
        "unit": unit,
        "note": found.note if exact or found.note else "worked out on the relaxed plan",
    }


def _asked(draft: Draft, decision: Decision) -> tuple[float | None, str | None]:
    """The price that an offer asks first inside the horizon (a renewal, in its further term), and its unit.

    None where no clause of it quotes one, or where something else than unit prices makes money due: a stated sum is no
    price, and there is no one price for both.
    """
    contract = _as_renewed(draft, decision)
    for clause_id, clause in contract.clauses.items():
        name = f"{decision.contract}/{clause_id}"
        pays = any(draft.sign(each.payer, each.payee) for each in draft.payments if each.by == name)
        if pays and (not clause.unit_priced or clause.states_sums):
            return None, None
    for clause in contract.clauses.values():
        if clause.quotes is None:
            continue
        _, unit = clause.quotes
        start = max(clause.from_ or contract.span.start, contract.span.start, draft.calendar.span.start)
        start = max(start, decision.since or start)
        asked = clause.asked(start)
        if asked is not None:
            return float(asked), f"{draft.programme.currency}/{unit}"
    return None, None


def _as_renewed(draft: Draft, decision: Decision) -> Contract:
    """The contract as it reads in the further term; an offer as it stands."""
    contract = draft.programme.contracts[decision.contract]
    if decision.since is None:
        return contract
    seen = outlook_in_plan(draft.programme, decision.contract)
    return seen.contract_over(contract, min(end for end in seen.ends if end > decision.since))
