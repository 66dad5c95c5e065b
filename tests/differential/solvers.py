"""Solvers that the planner does not use: OR-tools' GLOP for what is continuous, SCIP for what is whole."""

from __future__ import annotations

from pathlib import Path

import linopy
import numpy as np
from ortools.linear_solver.python import model_builder, model_builder_helper
from scipy.sparse import csr_array, diags

THOUSAND = 1e3
"""The objective is in millions; in thousands the solvers see its small numbers."""
EXACT = "limits/gap = 0\nnumerics/feastol = 1e-8\nnumerics/dualfeastol = 1e-9"


class NoAnswer(RuntimeError):
    """The solver has no best answer; `args` say why."""


class NoPlan(NoAnswer):
    """Nothing keeps all rows."""


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
    matrices: linopy.matrices.MatrixAccessor,
    lower: np.ndarray,
    upper: np.ndarray,
    whole: np.ndarray,
    solver_name: str,
) -> np.ndarray:
    matrix = matrices.A.tocsr().astype(float)
    by_row, by_column = _scales(matrix, whole)
    right, sense = matrices.b.astype(float) * by_row, matrices.sense
    helper = model_builder_helper.ModelBuilderHelper()
    helper.fill_model_from_sparse_data(
        lower / by_column,
        upper / by_column,
        matrices.c.astype(float) * by_column * THOUSAND,
        np.where(sense == "<", -np.inf, right),
        np.where(sense == ">", np.inf, right),
        (diags(by_row) @ matrix @ diags(by_column)).tocsr(),
    )
    helper.set_maximize(True)
    for index in np.flatnonzero(whole):
        helper.set_var_integrality(int(index), True)
    solver = model_builder_helper.ModelSolverHelper(solver_name)
    if solver_name == "SCIP":
        solver.set_solver_specific_parameters(EXACT)
    solver.solve(helper)
    status = solver.status()
    if status == model_builder_helper.SolveStatus.INFEASIBLE:
        raise NoPlan(f"{solver_name}: {status.name}")
    if status != model_builder_helper.SolveStatus.OPTIMAL:
        raise NoAnswer(f"{solver_name}: {status.name}")
    return np.asarray(solver.variable_values()) * by_column


def _scales(matrix: csr_array, whole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Powers of two by row and by column that bring the numbers near one; whole columns keep theirs.

    Without them shortfalls in money beside chips make SCIP take a worse plan for the best.
    """
    size = abs(matrix).tocoo()
    by_row, by_column = np.ones(matrix.shape[0]), np.ones(matrix.shape[1])
    for _ in range(4):
        for scale, index, other, across in (
            (by_row, size.row, by_column, size.col),
            (by_column, size.col, by_row, size.row),
        ):
            seen = np.log2(size.data) + np.log2(other[across])
            least, most = np.full(len(scale), np.inf), np.full(len(scale), -np.inf)
            np.minimum.at(least, index, seen)
            np.maximum.at(most, index, seen)
            used = np.isfinite(most)
            scale[used] = 2.0 ** -np.round((least[used] + most[used]) / 2)
            by_column[whole] = 1.0
    return by_row, by_column


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
