"""HiGHS: the only place that knows the solver. A problem goes in as arrays, a solution comes out in natural units.

The solver runs in a thread of its own, so that Ctrl-C reaches it: what is known by then is kept and told.
Status, gap and violation are always read; `time_limit` adds up over the runs of one object, so its clock is read too.
"""

from __future__ import annotations

import enum
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import highspy
import numpy as np
import numpy.typing as npt

from gigawatt.errors import OutputError, PlanError
from gigawatt.model.calendar import Floats, Ints
from gigawatt.planner.carrying import AT_LOWER, AT_UPPER, BASIC, Basis
from gigawatt.planner.problem import MONEY_SCALE, Problem, sum_product

_BANNER = threading.Lock()
_STATUSES = np.array([highspy.HighsBasisStatus(number) for number in range(5)], dtype=object)
DUAL, PRIMAL = 1, 4
"""The solver's names for its two simplex methods."""
DEVEX = 1
"""The solver's name for weights of rows that begin at one."""
FEW_STEPS = 300
"""From the basis of a problem that differs in little so many steps are tried with the costs as they are; what they
leave undone lies further off, and goes quicker with costs perturbed against ties."""
UNLIMITED_STEPS = 2**31 - 1
DUAL_TOLERANCE = 1e-7
"""Duals below this, solver units, are taken as nought: the solver's own tolerance."""
INTERIOR_POINT_FROM_COLUMNS = 500_000
"""Above this size an LP is solved by interior point and crossover, below by simplex; docs/decisions/ says why."""


class Status(enum.Enum):
    """What is known of a solve."""

    OPTIMAL = "optimal"
    GAP = "within the gap"
    BUDGET = "budget spent"
    INTERRUPTED = "interrupted"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    FAILED = "not solved"


@dataclass(frozen=True)
class Progress:
    """What the solver tells while it runs: seconds, best objective and bound (money; NaN where unknown), gap."""

    seconds: float
    objective: float
    bound: float
    gap: float


@dataclass(frozen=True)
class Solution:
    """A solve read back. `x` (columns,) in natural units, `duals` (rows,) money per natural unit of the row's bound.

    `objective` and `bound` are money, maximised; `gap` is relative; `violation` is the largest, in solver units.
    """

    status: Status
    x: Floats | None
    duals: Floats | None
    objective: float
    bound: float
    gap: float
    violation: float
    seconds: float

    @property
    def found(self) -> bool:
        """Whether there is a plan to read."""
        return self.x is not None


def _quiet_highs() -> highspy.Highs:
    """A solver. It prints a banner as it is made, before it can be told not to, which would spoil `--json`."""
    with _BANNER:  # one at a time, or a second thread would keep the first one's silence
        sys.stdout.flush()
        kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 1)
            highs = highspy.Highs()  # type: ignore[no-untyped-call]
            highs.setOptionValue("output_flag", False)
            return highs
        finally:
            os.dup2(kept, 1)
            os.close(kept)
            os.close(nowhere)


class Solver:
    """One problem held by HiGHS: solve it, change costs and bounds, and solve on from the last basis."""

    def __init__(self, problem: Problem, *, threads: int = 2, stop: threading.Event | None = None) -> None:
        """`stop` ends a solve from another thread: Ctrl-C reaches the main thread alone."""
        self.problem = problem
        self._highs = _quiet_highs()
        self._integers = np.flatnonzero(problem.integer).astype(np.int32)
        self._relaxed = False
        self._is_near = False
        self._stop = stop or threading.Event()
        self._option("threads", threads)
        self._pass()

    def _pass(self) -> None:
        p = self.problem
        kinds = p.integer.astype(np.int32)
        status = self._highs.passModel(
            len(p.cost),
            len(p.row_lower),
            len(p.values),
            1,  # by columns, which is how it keeps them
            1,  # minimise
            0.0,
            p.cost,
            p.lower,
            p.upper,
            p.row_lower,
            p.row_upper,
            p.starts[:-1],
            p.indices,
            p.values,
            kinds,
        )
        if status == highspy.HighsStatus.kError:
            raise PlanError("the solver refused the model; write it with --mps and check it with another solver")

    def _option(self, name: str, value: bool | float | str) -> None:
        self._highs.setOptionValue(name, value)

    def set_cost(self, cost: Floats) -> None:
        """Replace the costs, solver units, minimised."""
        count = len(cost)
        self._highs.changeColsCost(count, np.arange(count, dtype=np.int32), cost)
        self.problem = replace(self.problem, cost=cost)

    def set_bounds(self, columns: Ints, lower: Floats, upper: Floats) -> None:
        """Replace bounds of some columns, solver units."""
        which = columns.astype(np.int32)
        self._highs.changeColsBounds(len(which), which, lower, upper)
        low, high = self.problem.lower.copy(), self.problem.upper.copy()
        low[columns], high[columns] = lower, upper
        self.problem = replace(self.problem, lower=low, upper=high)

    def set_rows(self, rows: Ints, lower: Floats, upper: Floats) -> None:
        """Replace bounds of some rows, solver units."""
        which = rows.astype(np.int32)
        self._highs.changeRowsBounds(len(which), which, lower, upper)  # type: ignore[attr-defined]
        low, high = self.problem.row_lower.copy(), self.problem.row_upper.copy()
        low[rows], high[rows] = lower, upper
        self.problem = replace(self.problem, row_lower=low, row_upper=high)

    def add_row(self, values: Floats, *, upper: float) -> None:
        """Add one row `values x <= upper` over all columns, solver units; `violation` does not count it."""
        where = np.flatnonzero(values).astype(np.int32)
        self._highs.addRow(-highspy.kHighsInf, upper, len(where), where, values[where])

    def forget(self) -> None:
        """Forget the last basis and solution, so that the next solve presolves and starts afresh."""
        self._highs.clearSolver()

    @property
    def relaxed(self) -> bool:
        """Whether integers are taken as continuous."""
        return self._relaxed

    def relax(self, relaxed: bool) -> None:
        """Take integers as continuous, or as integers again."""
        if len(self._integers) and relaxed != self._relaxed:
            kind = highspy.HighsVarType.kContinuous if relaxed else highspy.HighsVarType.kInteger
            kinds = np.full(len(self._integers), int(kind), dtype=np.uint8)
            self._highs.changeColsIntegrality(len(self._integers), self._integers, kinds)
        self._relaxed = relaxed

    def fix_integers(self, x: Floats) -> None:
        """Hold every integer at its rounded value in `x` (natural units) and solve as an LP from now on."""
        self.relax(True)
        columns = self._integers.astype(np.int64)
        if len(columns):
            values = np.round(x[columns] / self.problem.column_scale[columns])
            self.set_bounds(columns, values, values)
            self.forget()  # the search leaves a basis from which the LP can take far longer than afresh

    @property
    def basis(self) -> Basis:
        """Where every column and row stands in the LP just solved."""
        p, solution, rows = self.problem, self._highs.getSolution(), len(self.problem.row_lower)
        value, activity = np.array(solution.col_value), np.array(solution.row_value)[:rows]
        _, basic = self._highs.getBasicVariables()  # type: ignore[attr-defined]
        # a row is told as minus its place, less one
        columns, stands = _standing(value, p.lower, p.upper), _standing(activity, p.row_lower, p.row_upper)
        columns[basic[basic >= 0]] = BASIC
        stands[[row for row in -1 - basic[basic < 0] if row < rows]] = BASIC
        return Basis(columns, stands)

    def start_from_basis(self, basis: Basis) -> None:
        """Solve on from where columns and rows stand; it may have too many or too few that are basic."""
        given = highspy.HighsBasis()
        given.valid = given.alien = True
        given.col_status = _STATUSES[basis.columns].tolist()
        given.row_status = _STATUSES[basis.rows].tolist()
        self._highs.setBasis(given)
        # exact weights for another's basis cost a solve of every row, more than the few steps that are left
        self._option("simplex_dual_edge_weight_strategy", DEVEX)
        self._is_near = True

    def is_level(self, value: Floats) -> bool:
        """Whether all plans of the LP just solved have as much of a value, solver units by column, as its basis tells.

        Where `value = A' y + d`, and `d` and `y` are nought but for columns and rows that are held, `value x` is the
        same for every plan. The `y` that the basis gives is tried: false does not say that some plan has more.
        """
        p, rows = self.problem, len(self.problem.row_lower)
        _, basic = self._highs.getBasicVariables()  # type: ignore[attr-defined]
        if len(basic) != rows:
            return False
        basics = np.where(basic >= 0, value[np.maximum(basic, 0)], 0.0)  # a row is minus its place, less one
        _, y = self._highs.getBasisTransposeSolve(basics)  # type: ignore[attr-defined]
        rest = value - p.matrix.T @ y
        return not (
            (np.abs(y[p.row_lower < p.row_upper]) > DUAL_TOLERANCE).any()
            or (np.abs(rest[p.lower < p.upper]) > DUAL_TOLERANCE).any()
        )

    def start_from(self, x: Floats) -> None:
        """Give the solver a plan to start from, natural units.

        By its integers, which the solver completes: given whole it has answered with the start itself, and with an
        objective that the start does not have.
        """
        at = self._integers
        if len(at):
            self._highs.setSolution(len(at), at, np.round(x[at] / self.problem.column_scale[at]))

    def solve(
        self,
        *,
        gap: float = 1e-6,
        seconds: float = float("inf"),
        progress: Callable[[Progress], None] | None = None,
        feasibility: float = 1e-7,
        simplex: bool = False,
        primal: bool = False,
    ) -> Solution:
        """Solve to a relative gap or until the seconds are spent.

        `simplex` goes on from the last basis; `primal` too, for a change of costs alone, which leaves it feasible.
        Returns a solution whose status says which; raises `KeyboardInterrupt` only where nothing was found yet.
        """
        whole = not self._relaxed and len(self._integers) > 0
        large = len(self.problem.cost) >= INTERIOR_POINT_FROM_COLUMNS
        self._option("solver", "choose")
        self._option("simplex_strategy", PRIMAL if primal else DUAL)
        if not whole and large and not (simplex or primal):
            self._option("solver", "ipm")
            self._option("run_crossover", "on")
        self._option("mip_rel_gap", gap)
        self._option("primal_feasibility_tolerance", feasibility)
        self._option("mip_feasibility_tolerance", min(1e-6, 10.0 * feasibility))
        self._option("mip_abs_gap", 0.0)  # its default is one unit of money, which in a small programme decides
        limit = seconds if seconds == float("inf") else self._highs.getRunTime() + seconds
        self._option("time_limit", min(limit, 1e30))
        began = time.monotonic()
        interrupted = self._go(progress, began)
        return self._read(whole, interrupted, time.monotonic() - began)

    def _go(self, progress: Callable[[Progress], None] | None, began: float) -> bool:
        """Run; on from a basis that was given, a few steps with the costs as they are come first."""
        is_near, self._is_near = self._is_near, False
        if is_near:
            self._option("dual_simplex_cost_perturbation_multiplier", 0.0)
            self._option("simplex_iteration_limit", FEW_STEPS)
            interrupted = self._run(progress, began)
            self._option("dual_simplex_cost_perturbation_multiplier", 1.0)
            self._option("simplex_iteration_limit", UNLIMITED_STEPS)
            if interrupted or self._highs.getModelStatus() != highspy.HighsModelStatus.kIterationLimit:
                return interrupted
        return self._run(progress, began)

    def _run(self, progress: Callable[[Progress], None] | None, began: float) -> bool:
        """Run in a thread, pass progress on, and turn Ctrl-C into a stop. Returns whether it was interrupted."""
        highs, stop, latest = self._highs, threading.Event(), [Progress(0.0, np.nan, np.nan, np.inf)]

        def end(event: highspy.highs.HighsCallbackEvent) -> None:
            event.interrupt(True)

        def listen(event: highspy.highs.HighsCallbackEvent) -> None:
            event.interrupt(stop.is_set() or self._stop.is_set())
            out = event.data_out
            best, bound = -out.mip_primal_bound * MONEY_SCALE, -out.mip_dual_bound * MONEY_SCALE
            latest[0] = Progress(time.monotonic() - began, best, bound, out.mip_gap)

        # the search's logging event comes only with its log, which is off
        highs.cbMipInterrupt.subscribe(listen)
        # an LP asks at every step, and waits each time for the interpreter: listened to only once it is to end
        steps = (highs.cbSimplexInterrupt, highs.cbIpmInterrupt)
        ended = threading.Event()  # a thread whose join was interrupted says that it has ended, though it has not

        def run() -> None:
            try:
                highs.run()
            finally:
                ended.set()

        threading.Thread(target=run, daemon=True).start()
        while not ended.is_set():
            try:
                if not ended.wait(0.1) and progress is not None:
                    progress(replace(latest[0], seconds=time.monotonic() - began))
                if stop.is_set() or self._stop.is_set():
                    for event in steps:
                        event.subscribe(end)
            except KeyboardInterrupt:
                stop.set()
        highs.cbMipInterrupt.unsubscribe(listen)
        for event in steps:
            event.unsubscribe(end)
        return stop.is_set() or self._stop.is_set()

    def _read(self, whole: bool, interrupted: bool, seconds: float) -> Solution:
        highs, states = self._highs, highspy.HighsModelStatus
        state, info = highs.getModelStatus(), highs.getInfo()
        if state == states.kUnboundedOrInfeasible:
            state = self._which()
        if state in (states.kInfeasible, states.kUnbounded):
            status = Status.INFEASIBLE if state == states.kInfeasible else Status.UNBOUNDED
            return Solution(status, None, None, np.nan, np.nan, np.inf, np.inf, seconds)
        feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        stopped = interrupted or state == states.kInterrupt
        if not feasible:
            if stopped:
                raise KeyboardInterrupt
            status = Status.BUDGET if state == states.kTimeLimit else Status.FAILED
            return Solution(status, None, None, np.nan, np.nan, np.inf, np.inf, seconds)
        solution = highs.getSolution()
        scaled = np.array(solution.col_value)
        objective = -sum_product(self.problem.cost, scaled) * MONEY_SCALE
        bound, gap = objective, 0.0
        if whole:
            bound = -info.mip_dual_bound * MONEY_SCALE
            gap = abs(bound - objective) / max(abs(objective), 1e-9)
        if state == states.kOptimal:
            status = Status.OPTIMAL if gap <= 1e-6 else Status.GAP
        else:
            status = Status.INTERRUPTED if stopped else Status.BUDGET
            gap = gap if whole else np.inf
        duals = None
        if not whole and solution.dual_valid:
            # the solver minimises minus the value, so that a dual's sign turns once
            rows = len(self.problem.row_scale)  # a row added for a range has no place in the draft
            duals = -np.array(solution.row_dual)[:rows] * MONEY_SCALE / self.problem.row_scale
        x = scaled * self.problem.column_scale
        return Solution(status, x, duals, objective, bound, gap, self.problem.violation(scaled), seconds)

    def _which(self) -> highspy.HighsModelStatus:
        """Presolve left it open whether the problem is infeasible or unbounded: solve again without it."""
        self._option("presolve", "off")
        self._highs.run()
        self._option("presolve", "choose")
        state = self._highs.getModelStatus()
        if state == highspy.HighsModelStatus.kUnboundedOrInfeasible:
            self.set_cost(np.zeros_like(self.problem.cost))
            self._highs.run()
            feasible = self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
            return highspy.HighsModelStatus.kUnbounded if feasible else highspy.HighsModelStatus.kInfeasible
        return state

    def proof(self) -> tuple[Ints, Ints]:
        """Rows, and columns by their bounds, that together leave no plan: a dual ray of the LP just found infeasible.

        Found without presolve, which keeps no ray.
        """
        self._option("presolve", "off")
        self.set_cost(np.zeros_like(self.problem.cost))
        self._highs.run()
        self._option("presolve", "choose")
        _, found, ray = self._highs.getDualRay()  # type: ignore[attr-defined]
        weights = np.array(ray) if found else np.ones(len(self.problem.row_lower))
        columns = self.problem.matrix.T @ weights if found else np.ones(len(self.problem.cost))
        return np.flatnonzero(np.abs(weights) > DUAL_TOLERANCE), np.flatnonzero(np.abs(columns) > DUAL_TOLERANCE)

    def equals(self) -> Problem:
        """The optimal plans of the LP just solved, as a problem with tighter bounds.

        By complementary slackness every optimal plan holds a column with a reduced cost, and a row with a dual, at the
        bound where they are: hold those, and the plans left are the optimal ones.
        """
        p, solution, rows = self.problem, self._highs.getSolution(), len(self.problem.row_lower)
        value, activity = np.array(solution.col_value), np.array(solution.row_value)[:rows]
        tight = np.abs(np.array(solution.col_dual)) > DUAL_TOLERANCE
        held = np.abs(np.array(solution.row_dual)[:rows]) > DUAL_TOLERANCE
        return replace(
            p,
            lower=np.where(tight, value, p.lower),
            upper=np.where(tight, value, p.upper),
            row_lower=np.where(held, activity, p.row_lower),
            row_upper=np.where(held, activity, p.row_upper),
        )

    def hold(self, among: Problem, cost: Floats) -> None:
        """Go on among some plans of the same problem, whose bounds are tighter, by another cost."""
        self.set_bounds(np.arange(len(cost)), among.lower, among.upper)
        self.set_rows(np.arange(len(among.row_lower)), among.row_lower, among.row_upper)
        self.set_cost(cost)

    def degenerate_rows(self, most_rows: int = 5_000) -> npt.NDArray[np.bool_] | None:
        """Which rows' duals hold over no length of their bound on one side; None for problems above `most_rows`."""
        if len(self.problem.row_lower) > most_rows:
            return None
        status, ranging = self._highs.getRanging()
        if status != highspy.HighsStatus.kOk:
            return None
        at = np.array(self._highs.getSolution().row_value)
        up, down = np.array(ranging.row_bound_up.value_), np.array(ranging.row_bound_dn.value_)
        near = 1e-9 * np.maximum(1.0, np.abs(at))
        return np.asarray((up - at <= near) | (at - down <= near) | np.isnan(up)) if len(up) else None

    def write(self, path: Path) -> None:
        """Write the problem as MPS or LP, by the ending of the file's name."""
        if path.suffix not in (".mps", ".lp") or self._highs.writeModel(str(path)) == highspy.HighsStatus.kError:
            raise OutputError(
                f"cannot write the model to {path}: it needs a folder that is there and an ending .mps, .lp or .txt"
            )


def _standing(value: Floats, lower: Floats, upper: Floats) -> Ints:
    """At which bound columns or rows stand that are not basic, by the solver's numbers."""
    return np.where((lower < upper) & (value >= upper), AT_UPPER, AT_LOWER)
