"""From a programme to why: what contradicts where there is no plan; else why this is unserved, and runs here."""

from __future__ import annotations

from gigawatt.errors import GigawattError, PlanError
from gigawatt.model.draft import Draft
from gigawatt.model.explanation import Explanation, Placing, Unserved
from gigawatt.model.programme import Programme
from gigawatt.planner.budget import Budget
from gigawatt.planner.capacity import Capacity
from gigawatt.planner.contradiction import contradicting
from gigawatt.planner.demand import horizon_of, runs_on
from gigawatt.planner.drafting import draft_programme
from gigawatt.planner.highs import Status
from gigawatt.planner.mending import mend
from gigawatt.planner.placing import Placed
from gigawatt.planner.prices import Prices
from gigawatt.planner.problem import assemble
from gigawatt.planner.solving import Options, Tell, no_plan, search, status_words
from gigawatt.planner.unserved import NotServed
from gigawatt.planner.worked import Asked
from gigawatt.values.ids import unknown

MOST_STRETCHES = 5
"""Stretches of unserved demand that are told where nothing in particular is asked: those of most value lost."""


def explain_programme(programme: Programme, options: Options, asked: Asked, tell: Tell) -> Explanation:
    """Plan a programme and say why. Raises GigawattError for names it does not have, PlanError as planning does."""
    _refuse_unknown(programme, asked)
    budget = Budget(options.budget_seconds, options.cores)
    draft = draft_programme(programme, lambda what: tell("drafting", what, None))
    problem = assemble(draft)
    best, settled = search(draft, problem, options, budget, tell)
    head = (programme.programme, programme.currency)
    if best.status is Status.INFEASIBLE:
        tell("explaining", "what contradicts", None)
        return Explanation(*head, "infeasible", False, mend(draft, contradicting(draft, problem)))
    if settled is None:
        raise no_plan(draft, problem, best, options)
    if settled.among is None:
        raise PlanError(f"a plan was found, and its prices were not: {settled.note}; give more time with --budget")
    whole = problem.integer & (not options.relax)
    prices = Prices(draft, settled.x, settled.duals, whole)
    tell("explaining", "what binds", None)
    unserved, placings = _why(draft, prices, asked)
    most = MOST_STRETCHES if asked.is_all else len(unserved)
    return Explanation(
        *head,
        status_words(best, relaxed=options.relax),
        best.status in (Status.OPTIMAL, Status.GAP),
        unserved=tuple(unserved[:most]),
        placings=tuple(placings),
        in_full=not asked.is_all,
        left_out=max(len(unserved) - most, 0),
    )


def _why(draft: Draft, prices: Prices, asked: Asked) -> tuple[list[Unserved], list[Placing]]:
    """What is unserved, the most value lost first, and where workloads run, in file order."""
    capacity, unserved, placings = Capacity(prices), list[Unserved](), list[Placing]()
    for place, name in enumerate(draft.workload_ids):
        if asked.workload not in (None, name):
            continue
        if "unserved" in asked.sides:
            unserved += NotServed(prices, capacity, place, name).stretches(asked)
        if "here" in asked.sides:
            placed = Placed(prices, capacity, place, name)
            found = [placed.summary()] if asked.is_all else list(placed.spans(asked))
            placings += [each for each in found if each is not None]
    unserved.sort(key=lambda each: -each.value_lost)
    return unserved, placings


def _refuse_unknown(programme: Programme, asked: Asked) -> None:
    """GigawattError for a workload, pool or month that the programme does not have, or that do not go together."""
    for what, name, known in (
        ("workload", asked.workload, programme.workloads), ("pool", asked.pool, programme.pools)
    ):  # fmt: skip
        if name is not None and name not in known:
            raise GigawattError(unknown(what, name, known))
    months = horizon_of(programme).month_names
    if asked.month is not None and asked.month not in months:
        raise GigawattError(
            f"{asked.month!r} is no month of the horizon, which is from {months[0]} through {months[-1]}; "
            "give one of them, as 2027-03"
        )
    if asked.workload is not None and asked.pool is not None:
        can = runs_on(programme, programme.workloads[asked.workload])
        if asked.pool not in can:
            raise GigawattError(
                f"{asked.workload} cannot run on {asked.pool}: nothing says what it delivers there, or the workload "
                f"excludes it; it can run on {', '.join(can) or 'no pool'}"
            )
