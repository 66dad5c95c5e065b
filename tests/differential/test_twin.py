"""Our plans against the twin: the same optimisation written again from the documents and solved by other solvers.

GIGAWATT_RANDOM_PROGRAMMES=500 draws so many random programmes instead of the few of an ordinary run.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from generator import Drawn, programmes
from hypothesis import HealthCheck, given, settings
from solvers import NoPlan, best
from twin import build

import gigawatt as gw
from gigawatt.clauses import all_kinds
from gigawatt.errors import Infeasible
from gigawatt.model.clause import Clause
from gigawatt.model.kinds import kind_of
from tests.programmes import load_text

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SMALL = [EXAMPLES / name / "programme.yaml" for name in ("lab", "startup")]
WHOLE_ONLY = "# whole only"
"""Says in a case that the documents leave its relaxation open: how far a big number binds in part."""
MANY = int(os.environ.get("GIGAWATT_RANDOM_PROGRAMMES", "0"))
MILLION = 1e6


def ours(programme: gw.Programme, relax: bool) -> float | None:
    """The objective of our plan, proven best; None where there is none."""
    try:
        solve = gw.plan(programme, relax=relax, gap=0).solve
    except Infeasible:
        return None
    assert solve.optimal, solve.status
    return solve.objective


def theirs(programme: gw.Programme, relax: bool) -> float | None:
    """The objective of the twin; None where there is no plan."""
    try:
        return best(build(programme), relax) * MILLION
    except NoPlan:
        return None


def agree(programme: gw.Programme, *, relax: bool) -> None:
    planned, expected = ours(programme, relax), theirs(programme, relax)
    assert planned == (None if expected is None else pytest.approx(expected, rel=1e-6, abs=0.01))


@pytest.mark.parametrize("relax", [False, True], ids=["whole", "relaxed"])
@pytest.mark.parametrize("path", [*SMALL, *CASES], ids=lambda path: path.parent.name if path in SMALL else path.stem)
def test_another_model_by_another_solver_has_the_same_objective(path: Path, relax: bool) -> None:
    if relax and WHOLE_ONLY in path.read_text(encoding="utf-8"):
        pytest.skip("the documents leave its relaxation open")
    programme = gw.load(path)
    assert theirs(programme, relax) is not None, "a case without a plan compares nothing"
    agree(programme, relax=relax)


@given(programmes())
@settings(max_examples=MANY or 25, deadline=None, derandomize=not MANY, suppress_health_check=list(HealthCheck))
def test_random_programmes_have_the_same_objective(drawn: Drawn) -> None:
    programme = load_text(drawn.text)
    agree(programme, relax=False)
    if drawn.relaxable:
        agree(programme, relax=True)


def test_there_is_a_case_for_every_kind_of_clause_signed_and_offered() -> None:
    met = set()
    for path in CASES:
        for contract in yaml.safe_load(path.read_text(encoding="utf-8"))["contracts"].values():
            met |= {(clause["kind"], contract["status"]) for clause in contract["clauses"].values()}
    drafting = [kind_of(kind) for kind in all_kinds() if kind.constrain is not Clause.constrain]
    assert met == {(kind, status) for kind in drafting for status in ("signed", "offer")}
