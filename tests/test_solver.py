"""The solver's own handling of an LP: where it stands, what all its plans have in common, and how it is stopped."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

import gigawatt as gw
from gigawatt.app import known_on
from gigawatt.planner.drafting import draft_programme
from gigawatt.planner.highs import Solver, Status
from gigawatt.planner.problem import Problem, assemble
from tests.programmes import EXAMPLES

STARGATE = EXAMPLES / "stargate" / "programme.yaml"


def square(cost: tuple[float, float, float]) -> Problem:
    """`x + y + z = 1`, `x - z <= 0.5`, each of them between nought and one."""
    return Problem(
        cost=np.array(cost),
        lower=np.zeros(3),
        upper=np.ones(3),
        integer=np.zeros(3, dtype=bool),
        row_lower=np.array([1.0, -np.inf]),
        row_upper=np.array([1.0, 0.5]),
        starts=np.array([0, 2, 3, 5], dtype=np.int32),
        indices=np.array([0, 1, 0, 0, 1], dtype=np.int32),
        values=np.array([1.0, 1.0, 1.0, 1.0, -1.0]),
        column_scale=np.ones(3),
        row_scale=np.ones(2),
    )


def solved(problem: Problem) -> Solver:
    solver = Solver(problem, threads=1)
    assert solver.solve(simplex=True).status is Status.OPTIMAL
    return solver


def test_what_all_plans_have_as_much_of_is_told_from_what_some_have_more_of() -> None:
    """Where `z` costs more than `x` and `y`, plans as good divide one between those two: their sum is level."""
    solver = solved(square((1.0, 1.0, 2.0)))
    solver.hold(solver.equals(), np.zeros(3))
    solver.solve(simplex=True, primal=True)
    assert solver.is_level(np.array([3.0, 3.0, 0.0]))
    assert solver.is_level(np.array([3.0, 3.0, 7.0]))  # of `z` no plan has any
    assert not solver.is_level(np.array([3.0, 2.0, 0.0]))


def test_a_basis_that_is_handed_on_is_where_the_solver_stands() -> None:
    problem = square((1.0, 2.0, 3.0))
    first = solved(problem)
    again = Solver(problem, threads=1)
    again.start_from_basis(first.basis)
    assert again.solve(simplex=True).objective == first.solve(simplex=True).objective
    assert again.basis.columns.tolist() == first.basis.columns.tolist()
    assert again.basis.rows.tolist() == first.basis.rows.tolist()


def test_a_column_that_stands_at_its_most_is_handed_on_there() -> None:
    problem = replace(square((-1.0, 0.0, 0.0)), row_lower=np.array([-np.inf, -np.inf]), row_upper=np.array([9.0, 9.0]))
    assert solved(problem).basis.columns.tolist() == [2, 0, 0]


def test_another_thread_ends_an_lp() -> None:
    """An LP asks nobody at its steps, until it is to end."""
    problem = assemble(draft_programme(known_on(gw.load(STARGATE))))
    stop = threading.Event()
    solver = Solver(problem, threads=1, stop=stop)
    solver.relax(True)
    timer = threading.Timer(0.15, stop.set)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        solver.solve()
    timer.join()
