"""For every party that does not decide: the least and the most cash among plans as good as the one found.

Where many plans are equally good for those who decide, others may still fare very differently: a party's cash without
its range is no result. Integers are held; the objective may fall by the plan's own gap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

from gigawatt.model.calendar import Floats
from gigawatt.model.draft import Draft
from gigawatt.planner.budget import Budget
from gigawatt.planner.highs import Solver, Status
from gigawatt.planner.problem import MONEY_SCALE, Problem, party_value, sum_product
from gigawatt.planner.side_by_side import side_by_side

NOBODY = frozenset({"unserved"})
Range = tuple[float, float]


def others(draft: Draft) -> list[str]:
    """Parties in the payments who do not decide, in order of appearance."""
    decides = {*draft.programme.decides, *NOBODY}
    payments = [payment for payment in draft.payments if payment.face in ("both", "cash")]
    named = dict.fromkeys(chain.from_iterable((payment.payer, payment.payee) for payment in payments))
    return [party for party in named if party not in decides]


def value_of(draft: Draft, party: str, x: Floats) -> float:
    """A party's cash in a plan, undiscounted money."""
    return sum_product(cash_value(draft, party), x)


def cash_value(draft: Draft, party: str) -> Floats:
    """A party's cash per natural unit of each column, undiscounted money, shape (columns,)."""
    return party_value(draft, party, discounted=False, face=("both", "cash"))


def ranges(
    problem: Problem,
    values: Mapping[str, Floats],
    floor: float | None,
    budget: Budget,
    tell: Callable[[str], None],
) -> dict[str, Range]:
    """Least and most of the `values` by party (money per natural unit of column) among the plans of `problem`.

    `problem` is an LP: integers held; where `floor` (money) is given, the objective stays at or above it. Parties not
    reached within the budget are left out. Two solvers share the work; each goes on from its last basis.
    """
    found: dict[str, Range] = {}

    def work(mine: Sequence[str]) -> None:
        solver = Solver(problem, threads=budget.cores, stop=budget.stop)
        solver.relax(True)
        if floor is not None:
            solver.add_row(problem.cost, upper=-floor / MONEY_SCALE)
        for party in mine:
            value = values[party]
            found_ends = ends(solver, value, value * problem.column_scale / MONEY_SCALE, budget)
            if found_ends is None:
                continue
            found[party] = found_ends
            tell(party)

    side_by_side(tuple(values), work, budget)
    return found


def ends(solver: Solver, value: Floats, scaled: Floats, budget: Budget) -> Range | None:
    """The least and the most of a value; None where the time is up or the solver does not answer."""
    found = []
    for sign in (1.0, -1.0):
        if not budget.left:
            return None
        solver.set_cost(sign * scaled)
        solution = solver.solve(seconds=budget.left, primal=True)
        if solution.x is None or solution.status not in (Status.OPTIMAL, Status.GAP):
            return None
        found.append(sum_product(value, solution.x))
    return min(found), max(found)
