"""From a programme to a plan: draft, solve, settle on the canonical plan, price what is short, and read it all back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl

from gigawatt.errors import Infeasible, OutputError, PlanError
from gigawatt.model.calendar import Flags, Floats
from gigawatt.model.draft import Draft
from gigawatt.model.plan import Plan, Solve
from gigawatt.model.programme import Programme
from gigawatt.model.published import COMMITMENTS, Commitment
from gigawatt.planner.budget import Budget
from gigawatt.planner.contradiction import contradiction
from gigawatt.planner.drafting import draft_programme
from gigawatt.planner.highs import Progress, Solution, Solver, Status
from gigawatt.planner.lp_text import lp_text
from gigawatt.planner.offers import decision_tables
from gigawatt.planner.problem import Problem, assemble, sum_product
from gigawatt.planner.ranges import NOBODY, cash_value, others, ranges, value_of
from gigawatt.planner.reading_back import Reader
from gigawatt.planner.restating import facts_of, restated
from gigawatt.planner.scarcity import scarcity
from gigawatt.planner.unbounded import unbounded_by

GAP = 0.005
BUDGET_SECONDS = 60.0
PROVEN = 1e-6
FEASIBILITY = 1e-7
"""Of large programmes, solver units; small ones are solved to `AS_GOOD`: a ten-millionth of a million is money."""
AS_GOOD = 1e-9
"""Whole plans whose objective differs by no more than this part count as equally good."""
SMALL_COLUMNS = 5_000
"""Up to this size a plan is solved to the end, and the price at which an offer is worth signing is found on whole
plans; above it to `GAP`, and on relaxed ones."""
SHARE_FOR_SEARCH = 0.6
"""The part of the budget for the search; the rest is for prices, offers and ranges."""

Tell = Callable[[str, str, float | None], None]
"""Called with the stage, what is at hand, and how far it is (0 to 1) where that is known."""


@dataclass(frozen=True)
class Options:
    """How to solve: `relax` integers, to a relative `gap`, within `budget_seconds` on so many `cores`; `model_file` for
    MPS, LP or text; `signs` has offers that are signed (true) or refused come what may.

    Without a `gap` small programmes are solved to the end and large ones to `GAP`.
    """

    relax: bool = False
    gap: float | None = None
    budget_seconds: float = BUDGET_SECONDS
    cores: int = 2
    model_file: Path | None = None
    signs: Mapping[str, bool] = field(default_factory=dict)


def plan_programme(programme: Programme, options: Options | None = None, tell: Tell | None = None) -> Plan:
    """Find the best plan that keeps every clause.

    Raises Infeasible (naming the clauses that contradict one another), Unbounded (naming column and clause), PlanError
    where the budget ends before any plan was found.
    """
    options, tell = options or Options(), tell or silent
    began, budget = time.monotonic(), Budget(options.budget_seconds, options.cores)
    draft = draft_programme(programme, lambda what: tell("drafting", what, None), options.signs)
    problem = assemble(draft)
    best, settled = search(draft, problem, options, budget, tell)
    if settled is None:
        raise no_plan(draft, problem, best, options)
    tables = Reader(draft, settled.x).tables()
    facts = facts_of(draft, settled.x)
    tables["restated"] = restated(draft, settled.x, facts, relaxed=options.relax)
    tables["scarcity"] = scarcity(draft, settled.x, settled.duals, settled.degenerate)
    exact = not options.relax and is_small(problem)
    tables |= decision_tables(draft, problem, best, settled.x, exact, budget, lambda offer: tell("offers", offer, None))
    if budget.stop.is_set():
        settled = replace(settled, note=settled.note or "interrupted: what was not worked out by then is left out")
    tables["parties"] = _parties(draft, settled, best, budget, tell)
    return Plan(programme, _report(problem, best, settled, options, time.monotonic() - began), tables, facts)


@dataclass(frozen=True)
class Settled:
    """The canonical plan: its quantities, duals at fixed integers, and the plans that count as good, as a problem.

    `among` is None where the plan stands as the search left it, with nothing to compare it with.
    """

    among: Problem | None
    x: Floats
    duals: Floats
    degenerate: Flags | None
    canonical: bool
    note: str = ""


def search(
    draft: Draft, problem: Problem, options: Options, budget: Budget, tell: Tell
) -> tuple[Solution, Settled | None]:
    """The best plan as it was found, and as it is settled: canonical, with duals. None where there is no plan."""
    solver = Solver(problem, threads=options.cores)
    if options.model_file is not None:
        _write_model(draft, solver, options.model_file)
    solver.relax(options.relax)
    seconds = options.budget_seconds * (SHARE_FOR_SEARCH if problem.integer.any() else 1.0)
    gap = options.gap if options.gap is not None else PROVEN if is_small(problem) else GAP
    best = solver.solve(gap=gap, seconds=seconds, progress=_solving(tell, gap), feasibility=feasibility(problem))
    if best.x is None:
        return best, None
    if best.status is Status.INTERRUPTED:
        budget.stop.set()
    try:
        return best, settle(draft, problem, solver, best, options, budget, tell)
    except KeyboardInterrupt:
        budget.stop.set()
        note = "interrupted before duals and the canonical plan were found"
        return best, _unsettled(problem, best.x, note)


def is_small(problem: Problem) -> bool:
    """Whether it is solved to the end."""
    return len(problem.cost) <= SMALL_COLUMNS


def feasibility(problem: Problem) -> float:
    """To what a solution keeps its rows, solver units."""
    return AS_GOOD if is_small(problem) else FEASIBILITY


def _write_model(draft: Draft, solver: Solver, path: Path) -> None:
    """As MPS or LP for another solver, or as text for a person; by the ending of the name."""
    if path.suffix != ".txt":
        solver.write(path)
        return
    try:
        path.write_text(lp_text(draft), encoding="utf-8")
    except OSError as fault:
        raise OutputError(f"cannot write the model to {path}: {fault.strerror}; give another --mps") from fault


def settle(
    draft: Draft, problem: Problem, solver: Solver, best: Solution, options: Options, budget: Budget, tell: Tell
) -> Settled:
    """Fix the integers, solve the LP for duals, and among plans as good take the canonical one."""
    assert best.x is not None
    tell("prices", "duals at this build", None)
    if not options.relax and problem.integer.any():
        x = best.x
        if best.status is Status.OPTIMAL and is_small(problem):
            tell("prices", "canonical integers", None)
            x = _canonical_integers(draft, problem, best, budget)
        solver.fix_integers(x)
        fixed = solver.solve(feasibility=feasibility(problem), seconds=budget.left)
    else:
        fixed = best
    if fixed.x is None or fixed.duals is None or fixed.status not in (Status.OPTIMAL, Status.GAP):
        return _unsettled(problem, best.x, "duals were not found")
    degenerate = solver.degenerate_rows()
    tell("prices", "canonical plan", None)
    equals = solver.equals()
    chooser = Solver(replace(equals, cost=dislike(draft, problem)), threads=budget.cores)
    chooser.relax(True)
    chosen = chooser.solve(simplex=True, seconds=budget.left)
    # a gap leaves worse plans in play than the equals, so that the ranges need the whole problem and a floor
    among = equals if best.gap <= PROVEN else solver.problem
    if chosen.x is None or chosen.status not in (Status.OPTIMAL, Status.GAP):
        return Settled(among, fixed.x, fixed.duals, degenerate, False, "the canonical plan was not found")
    return Settled(among, chosen.x, fixed.duals, degenerate, True)


def _canonical_integers(draft: Draft, problem: Problem, best: Solution, budget: Budget) -> Floats:
    """Of the whole plans that are as good, the integers of the one that is preferred."""
    assert best.x is not None
    solver = Solver(replace(problem, cost=dislike(draft, problem)), threads=budget.cores, stop=budget.stop)
    worst = sum_product(problem.cost, best.x / problem.column_scale)
    solver.add_row(problem.cost, upper=worst + AS_GOOD * abs(worst))
    solver.start_from(best.x)
    found = solver.solve(gap=PROVEN, seconds=budget.left / 4, feasibility=AS_GOOD)
    if found.x is None:
        return best.x
    # the row is kept to the solver's tolerance only, which in a small programme is money
    value = sum_product(problem.cost, found.x / problem.column_scale)
    return found.x if value <= worst + PROVEN * abs(worst) else best.x


def dislike(draft: Draft, problem: Problem) -> Floats:
    """Minus the preference, as costs in solver units."""
    return -preference(draft) * problem.column_scale / np.max(problem.column_scale)


def _unsettled(problem: Problem, x: Floats, note: str) -> Settled:
    """The plan as it was found, with no duals and no other plans to compare it with."""
    return Settled(None, x, np.zeros(len(problem.row_lower)), None, False, note)


def preference(draft: Draft) -> Floats:
    """What the canonical plan maximises among equals: Use on what is owned or signed first, then in file order."""
    programme, count = draft.programme, len(draft.pool_ids)
    offered = set()
    for contract in programme.contracts.values():
        if contract.status == "offer":
            offered.add(contract.seller)
    signed = {contract.seller for contract in programme.contracts.values() if contract.status == "signed"}
    weight = np.zeros(count)
    for place, pool in enumerate(programme.pools.values()):
        existing = pool.owner in programme.decides or pool.supplier in signed or pool.supplier not in offered
        weight[place] = (2.0 if existing else 1.0) + (count - place) / (2.0 * count)
    # what stands idle is wanted least: capacity, rent and orders beyond need fall to their least
    wanted = np.zeros(draft.column_count)
    wanted[draft.use.columns] = weight[draft.use.pool] * draft.use.hours * draft.use.rate / 1000.0
    wanted[draft.standing] -= 1e-3
    for unplugged in draft.unplugged.values():
        wanted[unplugged] -= 1e-4
    for item in draft.published[COMMITMENTS]:
        if isinstance(item, Commitment):
            free = item.columns[(item.columns >= 0) & (item.switch < 0)[:, None]]
            wanted[free] -= 1e-3
    for block in draft.column_blocks:
        if block.name.startswith("sign "):
            wanted[block.start] -= 1.0  # an offer that changes nothing is not signed
    for decision in draft.decisions:
        if decision.what != "sign":
            wanted[decision.column] += 0.5 if decision.silent else -0.5  # nor is notice given that changes nothing
    return wanted


def _solving(tell: Tell, gap: float) -> Callable[[Progress], None]:
    def on(progress: Progress) -> None:
        known = np.isfinite(progress.objective) and np.isfinite(progress.gap)
        detail = f"gap {progress.gap:.2%} of {gap:.2%}" if known else f"{progress.seconds:.0f} s"
        done = min(1.0, gap / progress.gap) if known and progress.gap > 0 else None
        tell("solving", detail, done)

    return on


def no_plan(draft: Draft, problem: Problem, best: Solution, options: Options) -> PlanError:
    """The error that says why there is no plan."""
    if best.status is Status.INFEASIBLE:
        return Infeasible(contradiction(draft, problem))
    if best.status is Status.UNBOUNDED:
        return unbounded_by(draft, problem)
    return PlanError(
        f"no plan was found within {options.budget_seconds:g} s ({best.status.value}); "
        "give more time with --budget, or see the relaxed plan with --relax"
    )


def _parties(draft: Draft, settled: Settled, best: Solution, budget: Budget, tell: Tell) -> pl.DataFrame:
    parties = others(draft)
    floor = floor_of(best)
    found = {}
    if settled.among is not None:
        values = {party: cash_value(draft, party) for party in parties}
        found = ranges(settled.among, values, floor, budget, lambda party: tell("ranges", party, None))
    rows = []
    for party in [*draft.programme.decides, *parties]:
        cash = value_of(draft, party, settled.x)
        decides = party in draft.programme.decides
        least, most = found.get(party, (None, None))
        if least is not None and most is not None:
            least, most = min(least, cash), max(most, cash)
        rows.append({"party": party, "decides": decides, "cash": cash, "least": least, "most": most})
    schema = {"party": pl.Utf8, "decides": pl.Boolean, "cash": pl.Float64, "least": pl.Float64, "most": pl.Float64}
    return pl.DataFrame([row for row in rows if row["party"] not in NOBODY], schema=schema)


def floor_of(best: Solution) -> float | None:
    """The least objective (money) of a plan that counts as good as one with a gap; None where only equals do."""
    return best.objective - abs(best.bound - best.objective) if best.gap > PROVEN and np.isfinite(best.bound) else None


def status_words(best: Solution, *, relaxed: bool) -> str:
    """How good a plan is, as a sentence for a person."""
    words = {
        Status.OPTIMAL: "optimal",
        Status.GAP: f"within {best.gap:.2%} of the best possible",
        Status.BUDGET: f"not proven best: the budget was spent at a gap of {best.gap:.2%}",
        Status.INTERRUPTED: f"interrupted; the best plan found so far, at a gap of {best.gap:.2%}",
    }
    status = words.get(best.status, best.status.value)
    return f"{status}, relaxed (fractions of phases and offers)" if relaxed else status


def _report(problem: Problem, best: Solution, settled: Settled, options: Options, seconds: float) -> Solve:
    return Solve(
        status=status_words(best, relaxed=options.relax),
        optimal=best.status in (Status.OPTIMAL, Status.GAP),
        relaxed=options.relax,
        objective=best.objective,
        bound=best.bound,
        gap=best.gap,
        violation=max(best.violation, problem.violation(settled.x / problem.column_scale)),
        seconds=seconds,
        columns=len(problem.cost),
        rows=len(problem.row_lower),
        nonzeros=len(problem.values),
        integers=int(problem.integer.sum()),
        canonical=settled.canonical,
        notes=(settled.note,) if settled.note else (),
    )


def silent(stage: str, what: str, done: float | None) -> None:
    """Tell nobody."""
