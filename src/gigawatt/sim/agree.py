"""The conformance kit: the faces of a clause say the same, whoever wrote it.

    from gigawatt.sim.agree import check_kind, check_programme

    assert check_kind(MyClause) == []
    assert check_programme(gigawatt.load("with_my_clause.yaml")) == []

Each check gives sentences that say what disagrees; none where all is well. Agreement cannot see a fault that the faces
share: for that a worked example, done by hand from contract words, stands beside every kind.
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from gigawatt.broker.gate import Gate
from gigawatt.history.binding import binding
from gigawatt.history.ending import agreed
from gigawatt.history.known import as_known
from gigawatt.history.versions import ALL_IS_KNOWN, known_day
from gigawatt.model.amendment import Amendment
from gigawatt.model.calendar import Floats
from gigawatt.model.clause import Clause, Fit
from gigawatt.model.draft import Draft
from gigawatt.model.kinds import kind_of
from gigawatt.model.programme import Programme
from gigawatt.model.verdict import Ask, Ruling
from gigawatt.planner.drafting import draft_programme
from gigawatt.planner.highs import Solver
from gigawatt.planner.problem import Problem, assemble
from gigawatt.planner.restating import facts_of, settle
from gigawatt.planner.solving import Options, plan_programme
from gigawatt.values.ids import own_id
from gigawatt.values.money import minor_digits

FACES = frozenset(name for name in vars(Clause) if not name.startswith("_"))
"""What a kind may define beside its fields: the faces, and what the base class lets it say of itself."""
HOUSE = ("gigawatt.model.", "gigawatt.promises.")
"""Where the parts stand of which a kind may be made; what they offer is no face of the kind."""
SAME = 1e-6
"""Shares of a month that differ by less are the same."""


def check_kind(kind: type[Clause]) -> list[str]:
    """What is wrong with a kind as it is written: a face misspelt, no words, no name of its own."""
    found = []
    try:
        name = kind_of(kind)
    except TypeError as error:
        return [str(error)]
    if not inspect.getdoc(kind):
        found.append(f"{name} says not what it promises; give the class a docstring")
    own = [base for base in kind.__mro__ if base not in Clause.__mro__ and not base.__module__.startswith(HOUSE)]
    for member, value in {key: one for base in own for key, one in vars(base).items()}.items():
        of_house = any(member in vars(base) for base in kind.__mro__ if base.__module__.startswith(HOUSE))
        known = member.startswith("_") or member in kind.model_fields or member in FACES or of_house
        if not known and (callable(value) or isinstance(value, property | classmethod | staticmethod)):
            found.append(f"{name}.{member} is neither a field nor a face, so that nobody calls it; is it misspelt?")
        if member in ("constrain", "post", "gate", "deadlines") and not inspect.getdoc(value):
            found.append(
                f"{name}.{member} says not what it does; its first sentence is told to the reader of a contract"
            )
    if not isinstance(kind.fit, Fit) and not isinstance(inspect.getattr_static(kind, "fit"), property):
        found.append(f"{name} says not how its plan and its bill agree; give it a `fit`")
    return found


def check_programme(programme: Programme, *, relaxed: bool = True) -> list[str]:
    """Everything that the kit checks on one programme, planned whole and, where asked, relaxed."""
    known = as_known(programme, known_day(programme))
    found = [*check_edges(known), *check_money(known), *check_memory(programme)]
    if relaxed:
        found += check_money(known, relax=True)
    return found


def check_money(programme: Programme, *, relax: bool = False) -> list[str]:
    """The plan's cost of each clause against its bill, as its `fit` says; and that no money appears or vanishes."""
    plan = plan_programme(programme, Options(relax=relax, gap=0.0))
    found = []
    for row in plan.tables["restated"].iter_rows(named=True):
        fit, difference = Fit(row["fit"]), row["difference"]
        tolerance = max(Decimal(1), abs(row["planned"]) * Decimal("1e-6"))
        wrong = (
            (fit is Fit.EXACT and abs(difference) > tolerance)
            or (fit is Fit.BELOW and difference < -tolerance)
            or (fit is Fit.ABOVE and difference > tolerance)
        )
        if wrong:
            found.append(
                f"{row['clause']}: planned {row['planned']}, billed {row['restated']} for the same quantities, "
                f"where its fit is {fit.value}{' (relaxed)' if relax else ''}"
            )
    found += _uneven(programme)
    return found


def _uneven(programme: Programme) -> Iterator[str]:
    """Every posting moves money from one party to another: over the parties nothing is left."""
    draft = draft_programme(programme)
    problem = assemble(draft)
    solver = Solver(problem)
    solution = solver.solve(gap=0.0)
    if solution.x is None:
        yield f"there is no plan of {programme.programme} to settle: {solution.status.value}"
        return
    totals: dict[str, int] = defaultdict(int)
    for posting in settle(draft, facts_of(draft, solution.x)):
        told = (posting.quantity, posting.rate)
        digits = minor_digits(programme.currency)
        if None not in told and posting.amount_minor != round(told[0] * told[1] * 10**digits):  # type: ignore[operator]
            yield f"{posting.by} posts {posting.amount_minor} minor units for {told[0]} {posting.unit} at {told[1]}"
        totals[posting.payer] -= posting.amount_minor
        totals[posting.payee] += posting.amount_minor
        for party in (posting.payer, posting.payee):
            if party not in programme.parties:
                yield f"{posting.by} posts to {party}, who is no party of the programme"
    if sum(totals.values()):
        yield f"the postings leave {sum(totals.values())} minor units with nobody"


def check_edges(programme: Programme) -> list[str]:
    """The gate against the plan's rows, walked to the edge: on as many days as a row leaves Use, the gate denies none.

    For each clause that has both faces, and each workload, pool and month: the most Use that its own rows leave, over
    the most there could be, is the share of the month's wanted days on which the gate does not deny it.
    """
    checked: dict[str, list[str]] = defaultdict(list)
    by_record = set()
    for contract_id, clause_id, contract, clause in binding(programme):
        kind = type(clause)
        both = kind.gate is not Clause.gate and kind.constrain is not Clause.constrain
        if both and "place" in clause.verbs and contract.status == "signed":
            own = f"{contract_id}/{own_id(clause_id)}"
            checked[own].append(f"{contract_id}/{clause_id}")
            by_record |= {own} if clause.by_record else set()
    if not checked:
        return []
    draft = draft_programme(programme)
    problem, gate, found = assemble(draft), Gate(programme), list[str]()
    for name, versions in checked.items():
        if name not in by_record:
            found += _edges_of(draft, _most_use(draft, problem, versions), gate, name)
    solution = Solver(problem).solve(gap=0.0) if by_record else None
    if solution is not None and solution.x is not None:
        gate = Gate(programme, facts_of(draft, solution.x))
        for name in checked:
            found += _on_record(draft, solution.x, gate, name) if name in by_record else []
    return found


def _on_record(draft: Draft, x: Floats, gate: Gate, name: str) -> Iterator[str]:
    """A clause that goes by what has happened: once the plan came true, the gate has admitted all that it uses."""
    programme, use = draft.programme, draft.use
    for n in np.flatnonzero(x[use.columns] > SAME):
        used = float(x[use.columns[n]] / use.upper[n])
        ask = _asked(programme, draft.workload_ids[use.workload[n]], draft.pool_ids[use.pool[n]])
        days = _wanted_days(programme, draft, int(use.workload[n]), int(use.month[n]))
        open_days = [day for day in days if not _denies(gate, replace(ask, on=day), name)]
        if days and used > len(open_days) / len(days) + SAME:
            yield (
                f"{name}: in {draft.calendar.month_names[use.month[n]]} the plan uses {used:.3f} of {ask.workload} in "
                f"{ask.pool}, and the gate admits it on {len(open_days)} of {len(days)} days"
            )


def _edges_of(draft: Draft, most: Floats, gate: Gate, name: str) -> Iterator[str]:
    programme, use, calendar = draft.programme, draft.use, draft.calendar
    places = np.unique(np.stack([use.workload, use.pool, use.month]), axis=1).T
    for workload, pool, month in places.tolist():
        where = (use.workload == workload) & (use.pool == pool) & (use.month == month) & (use.upper > 0)
        if not where.any():
            continue
        left = float((most[where] / use.upper[where]).max())
        ask = _asked(programme, draft.workload_ids[workload], draft.pool_ids[pool])
        days = _wanted_days(programme, draft, workload, month)
        open_days = [day for day in days if not _denies(gate, replace(ask, on=day), name)]
        share = len(open_days) / len(days) if days else 1.0
        if abs(share - left) > SAME:
            yield (
                f"{name}: in {calendar.month_names[month]} the plan leaves {left:.3f} of {ask.workload} in {ask.pool}, "
                f"and the gate admits it on {len(open_days)} of {len(days)} days"
            )


def _most_use(draft: Draft, problem: Problem, names: Collection[str]) -> Floats:
    """The most of each Use that the rows and closures of one clause, in all its versions, leave, shape (n,)."""
    use, rows = draft.use, np.zeros(draft.row_count, dtype=bool)
    for block in draft.row_blocks:
        rows[block.start : block.start + block.size] = block.by in names
    upper = use.upper.copy()
    for columns, by in draft.closed:
        if by in names:
            upper[np.isin(use.columns, columns)] = 0.0
    alone = replace(
        problem,
        row_lower=np.where(rows, problem.row_lower, -np.inf),
        row_upper=np.where(rows, problem.row_upper, np.inf),
        cost=np.zeros_like(problem.cost),
    )
    solver = Solver(alone)
    solver.relax(True)
    matrix = problem.matrix.tocsr()
    touched = np.unique(matrix[np.flatnonzero(rows)].indices) if rows.any() else np.zeros(0, dtype=np.int64)
    for n in np.flatnonzero(np.isin(use.columns, touched) & (upper > 0)):
        cost = np.zeros_like(problem.cost)
        cost[use.columns[n]] = -1.0
        solver.set_cost(cost)
        solution = solver.solve(simplex=True)
        upper[n] = min(upper[n], solution.x[use.columns[n]]) if solution.x is not None else 0.0
    return upper


def _asked(programme: Programme, workload: str, pool: str) -> Ask:
    owner = programme.workloads[workload].owner or programme.decides[0]
    return Ask("place", owner, date.min, workload=workload, pool=pool, provider=programme.pools[pool].supplier)


def _wanted_days(programme: Programme, draft: Draft, workload: int, month: int) -> list[date]:
    """The days of a month on which a workload is wanted."""
    window = programme.workloads[draft.workload_ids[workload]].span_within(draft.calendar.span)
    part = draft.calendar.months[month].within(window)
    return [part.start + timedelta(days=n) for n in range(part.days)]


def _denies(gate: Gate, ask: Ask, name: str) -> bool:
    """Whether one clause denies an ask, whatever the others say."""
    return any(
        reason.clause == name and reason.ruling in (Ruling.DENY, Ruling.REFER)
        for reason in gate.decide(replace(ask, known=ALL_IS_KNOWN)).because
    )


def check_memory(programme: Programme) -> list[str]:
    """What is recorded later changes no earlier answer: every clause is ended anew, and the past stays as it was."""
    before = agreed(programme).history
    days = [date.min, *before.known_days]
    later = max(days[-1], programme.horizon.from_) + timedelta(days=1)
    found = []
    for contract_id, contract in programme.contracts.items():
        still = [name for key, name in before.versions if key == contract_id]
        start = contract.from_ or programme.horizon.from_
        ended = Amendment(effective=start, recorded=later, end=tuple(still), until=start + timedelta(days=1))
        changed = contract.model_copy(update={"amendments": (*contract.amendments, ended)})
        after = agreed(
            programme.model_copy(update={"contracts": {**programme.contracts, contract_id: changed}})
        ).history
        for clause_id in still:
            for known in days:
                if before.held(contract_id, clause_id, known) != after.held(contract_id, clause_id, known):
                    found.append(f"{contract_id}/{clause_id} as known on {known} changed with what was recorded later")
    return found
