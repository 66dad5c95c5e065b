"""Our plans against the twin: the same optimisation written again from the documents and solved by other solvers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from generator import Drawn, programmes
from hypothesis import HealthCheck, given, settings
from solvers import best, best_of_file
from twin import build

import gigawatt as gw
from tests.programmes import load_text

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SMALL = [EXAMPLES / name / "programme.yaml" for name in ("lab", "startup")]
WHOLE_ONLY = "# whole only"
"""Says in a case that the documents leave its relaxation open: how far a big number binds in part."""
MANY = int(os.environ.get("GIGAWATT_RANDOM_PROGRAMMES", "25"))


def agree(programme: gw.Programme, *, relax: bool) -> None:
    ours = gw.plan(programme, relax=relax, gap=0).solve.objective
    theirs = best(build(programme), relax) * 1e6
    assert ours == pytest.approx(theirs, rel=1e-6, abs=0.01)


@pytest.mark.parametrize("relax", [False, True], ids=["whole", "relaxed"])
@pytest.mark.parametrize("path", [*SMALL, *CASES], ids=lambda path: path.parent.name if path in SMALL else path.stem)
def test_another_model_by_another_solver_has_the_same_objective(path: Path, relax: bool) -> None:
    if relax and WHOLE_ONLY in path.read_text(encoding="utf-8"):
        pytest.skip("the documents leave its relaxation open")
    agree(gw.load(path), relax=relax)


@given(programmes())
@settings(max_examples=MANY, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_random_programmes_have_the_same_objective(drawn: Drawn) -> None:
    programme = load_text(drawn.text)
    agree(programme, relax=False)
    if drawn.relaxable:
        agree(programme, relax=True)


@pytest.mark.parametrize("relax", [False, True], ids=["whole", "relaxed"])
@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.parent.name)
def test_our_mps_read_by_another_solver_has_the_same_objective(path: Path, relax: bool, tmp_path: Path) -> None:
    file = tmp_path / "model.mps"
    plan = gw.plan(gw.load(path), relax=relax, gap=0, model_file=file)
    # the file is in millions, and minimised
    assert -best_of_file(file, relax) * 1e6 == pytest.approx(plan.solve.objective, rel=1e-6)
