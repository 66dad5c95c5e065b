"""What a programme is worth to its parties: the values of which the worth of a clause is the difference.

Relaxed values are exact, and solved on from a value that is at hand; whole ones lie between the best plan that was
found and the best that is possible. Discounted money throughout, what capital costs as annuities.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property

import numpy as np
from scipy.sparse import csc_array

from gigawatt.errors import Infeasible, PlanError
from gigawatt.model.calendar import Floats
from gigawatt.model.draft import Draft, Face
from gigawatt.model.programme import Programme
from gigawatt.model.worth import Interval
from gigawatt.planner.budget import Budget
from gigawatt.planner.carrying import Basis, carried_basis, carried_plan, places
from gigawatt.planner.contradiction import contradiction
from gigawatt.planner.drafting import draft_programme
from gigawatt.planner.highs import Solution, Solver, Status
from gigawatt.planner.problem import MONEY_SCALE, Problem, assemble, party_value, sum_product
from gigawatt.planner.ranges import Range, ends, ranges
from gigawatt.planner.solving import Options, Settled, dislike, feasibility, floor_of, settle, silent
from gigawatt.planner.unbounded import unbounded_by

COUNTED: tuple[Face, ...] = ("both", "objective")
"""The payments that make up what a plan is worth: capital as annuities, and not as it is paid."""
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
    preferred: Basis | None = None
    ranges: Mapping[str, Interval] = field(default_factory=dict)

    def of(self, party: str) -> float:
        """What the canonical plan is worth to a party."""
        return self.by_party.get(party, 0.0)

    @cached_property
    def by_party(self) -> dict[str, float]:
        """What the canonical plan is worth to each party that pays or is paid."""
        total: dict[str, float] = defaultdict(float)
        discount, x = self.draft.calendar.discount, self.settled.x
        for each in self.draft.payments:
            if each.face in COUNTED:
                amount = sum_product(each.amounts * discount[each.months], x[each.columns])
                total[each.payee] += amount
                total[each.payer] -= amount
        return dict(total)

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

    def with_draft(self, draft: Draft) -> Value:
        """The same plans under another draft of them, that differs in nothing but payments among others."""
        return replace(self, draft=draft, ranges={})

    def per_unit(self, parties: Collection[str]) -> dict[str, Floats]:
        """What each unit of a column is worth to each of some parties, shapes (columns,)."""
        return {party: party_value(self.draft, party, discounted=True, face=COUNTED) for party in parties}

    def ranges_of(self, values: Mapping[str, Floats]) -> dict[str, Interval]:
        """The least and the most of some values (money per unit of column) among the plans that are as good."""
        if self.settled.among is None or not values:
            return {}
        found = ranges(self.settled.among, values, self.floor, Budget(float("inf")), lambda party: None)
        return {party: Interval(least, most) for party, (least, most) in found.items()}

    def with_ranges(self, found: Mapping[str, Range]) -> Value:
        """With the least and the most that a plan as good is worth to some parties."""
        # the canonical plan is kept to the solver's tolerance, and may lie beyond an end by as much
        told = {
            party: Interval(min(least, self.of(party)), max(most, self.of(party)))
            for party, (least, most) in found.items()
        }
        return replace(self, ranges=told)


def relaxed_value(
    programme: Programme, budget: Budget, near: Value | None = None, parties: Collection[str] = ()
) -> Value:
    """The best relaxed plan of a programme, solved on from the basis of one that is `near`, with the ranges of parties.

    What is near is the same programme with other clauses.

    Raises Infeasible, Unbounded, or PlanError where the budget ends before it is found.
    """
    if near is not None and _planned(programme) == _planned(near.draft.programme):
        return near
    draft = draft_programme(programme)
    problem = assemble(draft)
    if near is not None and _is_same(problem, near.problem):
        return near.with_draft(draft)
    solver, best = solved_on(draft, problem, budget, near)
    if best.x is None or best.status is not Status.OPTIMAL:
        raise _no_plan(draft, problem, best, explained=near is None)
    basis = solver.basis if near is None else None
    # among the plans that are as good, solved on: first the one that is preferred, then each party's ends
    among = solver.equals()
    solver.hold(among, dislike(draft, problem))
    if near is not None and near.preferred is not None:
        solver.start_from_basis(carried_basis(near.preferred, near.draft, draft))
    chosen = solver.solve(seconds=budget.left, simplex=True, primal=near is None, feasibility=feasibility(problem))
    preferred = solver.basis if near is None else None
    is_chosen = chosen.x is not None and chosen.status is Status.OPTIMAL
    x, duals = chosen.x if chosen.x is not None and is_chosen else best.x, best.duals
    if duals is None:
        raise PlanError("the solver gave no duals; plan it with --mps and check it with another solver")
    settled = Settled(among, x, duals, None, is_chosen)
    value = Value(draft, problem, best.objective, best.objective, "relaxed", None, settled, basis, preferred)
    found = dict[str, Range]()
    for party, each in value.per_unit(parties).items():
        scaled = each * problem.column_scale / MONEY_SCALE
        level = is_chosen and solver.is_level(scaled)
        both = (sum_product(each, x), sum_product(each, x)) if level else ends(solver, each, scaled, budget)
        found |= {party: both} if both is not None else {}
    return value.with_ranges(found)


def solved_on(draft: Draft, problem: Problem, budget: Budget, near: Value | None = None) -> tuple[Solver, Solution]:
    """The relaxed plan of a draft, solved on from the basis of a value that is `near`, and what solved it."""
    solver = Solver(problem, threads=1, stop=budget.stop)
    solver.relax(True)
    if near is not None and near.basis is not None:
        solver.start_from_basis(carried_basis(near.basis, near.draft, draft))
    return solver, solver.solve(seconds=budget.left, simplex=near is not None, feasibility=feasibility(problem))


def whole_value(
    relaxed: Value,
    gap: float,
    seconds: float,
    budget: Budget,
    near: Value | None = None,
    parties: Collection[str] = (),
) -> Value | None:
    """The best whole plan of a draft whose relaxed value is known, to a gap or until so many seconds are spent.

    It begins from the plan that is `near`, and has the ranges of parties as far as the budget reaches. None where no
    plan is found in time; raises Infeasible where there is none.
    """
    draft, problem = relaxed.draft, relaxed.problem
    if not problem.integer.any():
        return relaxed
    solver = Solver(problem, threads=budget.cores, stop=budget.stop)
    if near is not None:
        solver.start_from(carried_plan(near.settled.x, near.draft, draft))
    best = solver.solve(gap=gap, seconds=min(seconds, budget.left), feasibility=feasibility(problem))
    if best.status is Status.INFEASIBLE:
        raise _no_plan(draft, problem, best, explained=near is None)
    if best.x is None:
        return None
    settled = settle(draft, problem, solver, best, Options(cores=budget.cores), budget, silent)
    # no whole plan is worth more than the best relaxed one
    bound = min(best.bound, relaxed.found) if np.isfinite(best.bound) else relaxed.found
    bound = max(bound, best.objective)
    value = Value(draft, problem, best.objective, bound, best.status.value, floor_of(best), settled)
    if settled.among is None:
        return value
    return value.with_ranges(ranges(settled.among, value.per_unit(parties), value.floor, budget, lambda party: None))


def only_restricts(kept: Value, without: Value) -> bool:
    """Whether what is kept, and is gone without, only restricts: every plan with it is one without, and costs the same.

    Then to take it away cannot hurt those who decide.
    """
    p, q = kept.problem, without.problem
    if p is q:
        return True
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
        and (p.integer[column] >= q.integer[as_column]).all()
    )
    costs_nothing = not p.cost[own].any() and np.allclose(p.cost[column], q.cost[as_column], rtol=SAME, atol=SAME)
    shared = csc_array(p.matrix.tocsr()[row])
    difference = shared[:, column] - csc_array(q.matrix.tocsr()[as_row])[:, as_column]
    return bool(
        tighter
        and costs_nothing
        and not shared[:, own].count_nonzero()
        and not (abs(difference) > SAME).count_nonzero()
    )


def _planned(programme: Programme) -> dict[str, tuple[object, ...]]:
    """The contracts with those clauses alone of which a plan knows: of one programme, all that a draft depends on."""
    told: dict[str, tuple[object, ...]] = {}
    for name, contract in programme.contracts.items():
        clauses = {key: one for key, one in contract.clauses.items() if one.is_planned}
        lasting = [key for key in clauses if contract.lasts(key)]
        told[name] = ({**dict(contract), "amendments": (), "clauses": clauses}, lasting)
    return told


def _is_same(one: Problem, other: Problem) -> bool:
    """Whether two problems are one, so that the plans of the one are those of the other."""
    return all(np.array_equal(getattr(one, each.name), getattr(other, each.name)) for each in fields(Problem))


def _no_plan(draft: Draft, problem: Problem, best: Solution, *, explained: bool) -> PlanError:
    if best.status is Status.INFEASIBLE:
        return Infeasible(contradiction(draft, problem) if explained else "no plan keeps all the rest")
    if best.status is Status.UNBOUNDED:
        return unbounded_by(draft, problem)
    return PlanError(f"no plan was found in time ({best.status.value}); give more with --budget")
