"""Solvers that the planner does not use: OR-tools' GLOP for what is continuous, SCIP for what is whole."""

from __future__ import annotations

from pathlib import Path

import linopy
import numpy as np
from ortools.linear_solver.python import model_builder, model_builder_helper

MILLION = 1e6


class NoAnswer(RuntimeError):
    """The solver has no best answer; `args` say why."""


def best(model: linopy.Model, relax: bool) -> float:
    """The objective of a linopy model that is maximised, whole columns as fractions where `relax`.

    Whole columns are solved by SCIP, then held at what they are and the rest solved again by GLOP, so that what SCIP
    lets pass as whole does not show in the objective.
    """
    matrices = model.matrices
    lower, upper = matrices.lb.astype(float).copy(), matrices.ub.astype(float).copy()
    whole = matrices.vtypes != "C"
    if whole.any() and not relax:
        found = _solve(matrices, lower, upper, whole, "SCIP")
        lower[whole] = upper[whole] = np.round(found[whole])
    values = _solve(matrices, lower, upper, np.zeros_like(whole), "GLOP")
    return float(matrices.c @ values)


def _solve(
    matrices: linopy.matrices.MatrixAccessor, lower: np.ndarray, upper: np.ndarray, whole: np.ndarray, solver_name: str
) -> np.ndarray:
    right, sense = matrices.b.astype(float), matrices.sense
    row_lower = np.where(sense == "<", -np.inf, right)
    row_upper = np.where(sense == ">", np.inf, right)
    helper = model_builder_helper.ModelBuilderHelper()
    helper.fill_model_from_sparse_data(
        lower, upper, matrices.c.astype(float), row_lower, row_upper, matrices.A.tocsr().astype(float)
    )
    helper.set_maximize(True)
    for index in np.flatnonzero(whole):
        helper.set_var_integrality(int(index), True)
    solver = model_builder_helper.ModelSolverHelper(solver_name)
    if solver_name == "SCIP":
        solver.set_solver_specific_parameters("limits/gap = 0\nnumerics/feastol = 1e-8")
    solver.solve(helper)
    status = solver.status()
    if status != model_builder_helper.SolveStatus.OPTIMAL:
        raise NoAnswer(f"{solver_name}: {status.name}")
    return np.asarray(solver.variable_values())


def best_of_file(path: Path, relax: bool) -> float:
    """The least of the objective of a model in an MPS file, read and solved without us."""
    model = model_builder.Model()
    if not model.import_from_mps_file(str(path)):
        raise NoAnswer(f"{path} cannot be read as MPS")
    if relax:
        for variable in model.get_variables():
            variable.is_integral = False
    solver = model_builder.Solver("GLOP" if relax else "SCIP")
    status = solver.solve(model)
    if status != model_builder.SolveStatus.OPTIMAL:
        raise NoAnswer(f"{path}: {status.name}")
    return solver.objective_value
