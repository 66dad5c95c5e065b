"""The model that we write as MPS, read and solved by a program that nobody here wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from solvers import best_of_file

import gigawatt as gw

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"
PROGRAMMES = [
    EXAMPLES / "lab" / "programme.yaml",
    EXAMPLES / "startup" / "programme.yaml",
    HERE / "cases" / "lease-with-options.yaml",
    HERE / "cases" / "commitment-by-year.yaml",
    HERE / "cases" / "first-refusal-partial.yaml",
    HERE / "cases" / "revenue-share-capped.yaml",
    HERE / "cases" / "tranche-on-a-condition.yaml",
]


@pytest.mark.parametrize("relax", [False, True], ids=["whole", "relaxed"])
@pytest.mark.parametrize("path", PROGRAMMES, ids=lambda path: path.parent.name + "-" + path.stem)
def test_our_mps_has_the_same_objective_elsewhere(path: Path, relax: bool, tmp_path: Path) -> None:
    file = tmp_path / "model.mps"
    plan = gw.plan(gw.load(path), relax=relax, gap=0, model_file=file)
    # The file is in millions, and minimised.
    assert -best_of_file(file, relax) * 1e6 == pytest.approx(plan.solve.objective, rel=1e-6, abs=0.01)


def test_a_whole_model_says_in_its_mps_what_is_whole(tmp_path: Path) -> None:
    """Else the comparison above would be of two relaxations."""
    path, file = HERE / "cases" / "first-refusal-partial.yaml", tmp_path / "model.mps"
    whole = gw.plan(gw.load(path), gap=0, model_file=file).solve.objective
    assert -best_of_file(file, relax=True) * 1e6 > whole + 1
