"""What a programme is worth to its parties: the values of which the worth of a clause is the difference.

Relaxed values are exact, and solved on from a value that is at hand; whole ones lie between the best plan that was
found and the best that is possible. Discounted money throughout, what capital costs as annuities.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
from scipy.sparse import csc_array

from gigawatt.errors import Infeasible, PlanError
from gigawatt.model.calendar import Floats
from gigawatt.model.draft import Draft
from gigawatt.model.programme import Programme
from gigawatt.model.worth import Interval
from gigawatt.planner.budget import Budget
from gigawatt.planner.carrying import Basis, carried_basis, carried_plan, places
from gigawatt.planner.drafting import draft_programme
from gigawatt.planner.explain import contradiction, unbounded_by
from gigawatt.planner.highs import Solution, Solver, Status
from gigawatt.planner.problem import MONEY_SCALE, Problem, assemble, party_value
from gigawatt.planner.ranges import ranges
from gigawatt.planner.solving import Options, Settled, feasibility, floor_of, settle

SAME = 1e-9
"""Coefficients that differ by less, of the larger of the two, are the same."""


@dataclass(frozen=True)
class Value:
    """The best plan of a draft, and what it is worth.

    `found` is its objective and `bound` the best possible; `settled` its canonical plan, with duals at its integers.
    """

    draft: Draft
    problem: Problem
    found: float
    bound: float
    status: str
    floor: float | None
    settled: Settled
    basis: Basis | None = None

    def of(self, party: str) -> float:
        """What the canonical plan is worth to a party."""
        return float(self._per_unit(party) @ self.settled.x)

    @cached_property
    def opened(self) -> Floats:
        """What one more unit of each column would be worth, money; above nought where it is held at a bound."""
        p = self.problem
        priced = p.matrix.T @ (self.settled.duals * p.row_scale)
        reduced = (-p.cost * MONEY_SCALE - priced) / p.column_scale
        return np.asarray(reduced)

    def is_as(self, other: Value) -> bool:
        """Whether the plans of this draft are those of another."""
        return self.problem is other.problem

    def ranges(self, parties: Collection[str], budget: Budget) -> dict[str, Interval]:
        """The least and the most that a plan as good is worth to each party; those not reached are left out."""
        if self.settled.among is None:
            return {}
        values = {party: self._per_unit(party) for party in parties}
        found = ranges(self.settled.among, values, self.floor, budget, lambda party: None)
        # the canonical plan is kept to the solver's tolerance, and may lie beyond an end by as much
        return {
            party: Interval(min(least, self.of(party)), max(most, self.of(party)))
            for party, (least, most) in found.items()
        }

    def _per_unit(self, party: str) -> Floats:
        return party_value(self.draft, party, discounted=True, face=("both", "objective"))


def relaxed_value(programme: Programme, budget: Budget, near: Value | None = None) -> Value:
    """The best relaxed plan of a programme, solved on from the basis of one that is `near`.

    Raises Infeasible, Unbounded, or PlanError where the budget ends before it is found.
    """
    draft = draft_programme(programme)
    problem = assemble(draft)
    if near is not None and _is_same(problem, near.problem):
        return replace(near, draft=draft)
    solver = Solver(problem, threads=1, stop=budget.stop)
    solver.relax(True)
    if near is not None and near.basis is not None:
        solver.start_from_basis(carried_basis(near.basis, near.draft, draft))
    best = solver.solve(seconds=budget.left, simplex=near is not None, feasibility=feasibility(problem))
    if best.x is None or best.status is not Status.OPTIMAL:
        raise _no_plan(draft, problem, best, explained=near is None)
    basis = solver.basis
    settled = settle(draft, problem, solver, best, Options(relax=True), budget, _silent)
    return Value(draft, problem, best.objective, best.objective, "relaxed", None, settled, basis)


def whole_value(relaxed: Value, gap: float, seconds: float, budget: Budget, near: Value | None = None) -> Value | None:
    """The best whole plan of a draft whose relaxed value is known, to a gap or until so many seconds are spent.

    It begins from the plan that is `near`. None where none is found.
    """
    draft, problem = relaxed.draft, relaxed.problem
    if not problem.integer.any():
        return relaxed
    solver = Solver(problem, threads=budget.cores, stop=budget.stop)
    if near is not None:
        solver.start_from(carried_plan(near.settled.x, near.draft, draft))
    best = solver.solve(gap=gap, seconds=min(seconds, budget.left), feasibility=feasibility(problem))
    if best.x is None:
        return None
    settled = settle(draft, problem, solver, best, Options(cores=budget.cores), budget, _silent)
    # no whole plan is worth more than the best relaxed one
    bound = min(best.bound, relaxed.found) if np.isfinite(best.bound) else relaxed.found
    bound = max(bound, best.objective)
    return Value(draft, problem, best.objective, bound, best.status.value, floor_of(best), settled)


def only_restricts(kept: Value, without: Value) -> bool:
    """Whether what is kept, and is gone without, only restricts: every plan with it is one without, and costs the same.

    Then to take it away cannot hurt those who decide.
    """
    p, q = kept.problem, without.problem
    columns, rows = (
        places(getattr(kept.draft, name), getattr(without.draft, name)) for name in ("column_blocks", "row_blocks")
    )
    if len(rows[1]) < len(q.row_lower) or len(columns[1]) < len(q.cost):
        return False
    own = np.ones(len(p.cost), dtype=bool)
    own[columns[0]] = False
    (row, as_row), (column, as_column) = rows, columns
    tighter = (
        (p.row_lower[row] >= q.row_lower[as_row] - SAME).all()
        and (p.row_upper[row] <= q.row_upper[as_row] + SAME).all()
        and (p.lower[column] >= q.lower[as_column] - SAME).all()
        and (p.upper[column] <= q.upper[as_column] + SAME).all()
    )
    costs_nothing = not p.cost[own].any() and np.allclose(p.cost[column], q.cost[as_column], rtol=SAME, atol=SAME)
    shared = csc_array(p.matrix.tocsr()[row])
    difference = shared[:, column] - csc_array(q.matrix.tocsr()[as_row])[:, as_column]
    return bool(tighter and costs_nothing and not shared[:, own].count_nonzero() and abs(difference).max() <= SAME)


def _is_same(one: Problem, other: Problem) -> bool:
    """Whether two problems are one, so that the plans of the one are those of the other."""
    return all(np.array_equal(getattr(one, each.name), getattr(other, each.name)) for each in fields(Problem))


def _no_plan(draft: Draft, problem: Problem, best: Solution, *, explained: bool) -> PlanError:
    if best.status is Status.INFEASIBLE:
        return Infeasible(contradiction(draft, problem) if explained else "no plan keeps all the rest")
    if best.status is Status.UNBOUNDED:
        return unbounded_by(draft, problem)
    return PlanError(f"no plan was found in time ({best.status.value}); give more with --budget")


def _silent(stage: str, what: str, done: float | None) -> None:
    """Tell nobody."""
