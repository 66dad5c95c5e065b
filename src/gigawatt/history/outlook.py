"""When a contract is over: on its own day, on a later one where it is renewed, on an earlier one where it is ended.

Clauses say by which `Step`s it may come to another end, and notices on record say which of them were taken. A plan
drafts the contract once for every day on which it may be over, each holding only if that is the day; a settlement
takes the one day that follows from what is on record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from gigawatt.model.clause import OnPool
from gigawatt.model.facts import Notice
from gigawatt.model.step import Step
from gigawatt.model.verdict import ClauseView
from gigawatt.values.ids import own_id
from gigawatt.values.span import Span

if TYPE_CHECKING:
    from gigawatt.model.contract import Contract
    from gigawatt.model.event import Event
    from gigawatt.model.programme import Programme


@dataclass(frozen=True, slots=True)
class Outlook:
    """The days on which a contract may be over, in order, and the steps that somebody may still take or leave.

    `renewals` are all by which it can last longer, those that are settled too; `early` are those by which it ends
    before, by the day.
    """

    ends: tuple[date, ...]
    open: tuple[Step, ...] = ()
    renewals: tuple[Step, ...] = ()
    early: Mapping[date, Step] = field(default_factory=dict)

    @property
    def exits(self) -> tuple[Step, ...]:
        """The open steps by which it may end early."""
        return tuple(step for step in self.open if step.over is None)

    def contract_over(self, contract: Contract, until: date) -> Contract:
        """The contract as it reads where it is over on a day: what lasts to its end lasts to that one."""
        if until == contract.until:
            return contract
        clauses = {}
        for clause_id, clause in contract.clauses.items():
            told = clause.lasting() if contract.until is not None and contract.lasts(clause_id) else clause
            for step in self.renewals:
                price = step.prices.get(own_id(clause_id))
                if price is not None and step.over is not None and step.over < until:
                    told = told.repriced(price, step.over)
            clauses[clause_id] = told
        return contract.model_copy(update={"until_": until, "through": None, "clauses": clauses})

    def every_contract(self, contract: Contract) -> list[Contract]:
        """The contract as it reads for each of the days on which it may be over."""
        return [self.contract_over(contract, until) for until in self.ends]

    def notices(self, contract_id: str, until: date, chosen_by: Callable[[Step], str]) -> list[Notice]:
        """The notices that must be given, of the open steps, for the contract to be over on a day."""
        found = []
        for step in self.open:
            taken = step.until == until if step.over is None else step.over < until
            if taken != step.silent and (step.over is None or until >= step.over):
                ends = step.until if step.over is None else None
                found.append(Notice(f"{contract_id}/{step.clause_id}", chosen_by(step), step.last_day, ends))
        return found


def outlook(
    contract_id: str, contract: Contract, horizon: Span, notices: Sequence[Notice], may_choose: Callable[[Step], bool]
) -> Outlook:
    """When a contract may be over, given the notices on record; `may_choose` says which steps are left open."""
    steps = [
        step
        for clause_id, clause in contract.clauses.items()
        for step in clause.steps(clause_id, contract, horizon, _under(notices, contract_id, clause_id))
    ]
    ends, open_, renewals = [contract.until or horizon.until], [], []
    for step in sorted((step for step in steps if step.over is not None), key=lambda step: step.until):
        if step.over != ends[-1] or step.over >= horizon.until:
            continue
        if not step.decided and may_choose(step):
            open_.append(step)
            ends.append(step.until)
        elif step.taken:
            ends[-1] = step.until
        else:
            break
        renewals.append(step)
    exits = sorted((step for step in steps if step.over is None), key=lambda step: step.until)
    early = {}
    for step in exits:
        if step.taken and step.until < ends[-1]:
            ends = [*(end for end in ends if end < step.until), step.until]
            open_ = [one for one in open_ if one.over is not None and one.over < step.until]
            early[step.until] = step
    for step in exits:
        if not step.taken and step.until < ends[-1] and step.until not in ends and may_choose(step):
            open_.append(step)
            ends = sorted([*ends, step.until])
            early[step.until] = step
    return Outlook(tuple(ends), tuple(open_), tuple(renewals), early)


def _under(notices: Sequence[Notice], contract_id: str, clause_id: str) -> tuple[Notice, ...]:
    name = f"{contract_id}/{own_id(clause_id)}"
    return tuple(notice for notice in notices if notice.clause == name)


def would_be_over(contract: Contract, horizon: Span, until: date) -> date:
    """The first day on which a contract that is ended early would be over else, renewed as often as it took to last
    to then; the horizon's end where nothing ends it."""
    renewed = [
        step.until
        for clause_id, clause in contract.clauses.items()
        for step in clause.steps(clause_id, contract, horizon, ())
        if step.over is not None
    ]
    later = [day for day in (contract.until or horizon.until, *renewed) if day > until]
    return min(later, default=horizon.until)


def notices_known(programme: Programme, known: date) -> tuple[Notice, ...]:
    """The notices that the programme's events tell, as known on a day."""
    found = (notice_told(event) for event in programme.events if event.known_from <= known)
    return tuple(notice for notice in found if notice is not None)


def notice_told(event: Event) -> Notice | None:
    """The notice that an event tells; None where it tells none."""
    if event.kind != "notice" or event.clause is None or event.by is None:
        return None
    return Notice(event.clause, event.by, event.date)


def notices_at(view: ClauseView, known: date) -> tuple[Notice, ...]:
    """The notices under a clause that are on record at the gate, as known on a day."""
    told = (*notices_known(view.programme, known), *(one for one in view.facts.notices if one.given <= known))
    return tuple(dict.fromkeys(one for one in told if one.clause == f"{view.contract_id}/{own_id(view.clause_id)}"))


def in_pools_of(contract: Contract, pool: str | None) -> bool:
    """Whether a pool is one of those that the clauses of a contract are about."""
    about = (clause for clause in contract.clauses.values() if isinstance(clause, OnPool))
    return pool is not None and any(clause.pool_id(contract.seller) == pool for clause in about)


def outlook_in_plan(programme: Programme, contract_id: str) -> Outlook:
    """When a contract may be over, as far as those who decide can still choose on the programme's `as_of`.

    What others may choose is given: what comes about where they give no notice.
    """
    known, decides = notices_known(programme, programme.as_of), set(programme.decides)

    def may_choose(step: Step) -> bool:
        return bool(decides & set(step.by)) and programme.as_of <= step.last_day

    contract = programme.contracts[contract_id]
    return outlook(contract_id, contract, programme.horizon.span, known, may_choose)


def outlook_on_record(contract_id: str, contract: Contract, horizon: Span, notices: Sequence[Notice]) -> Outlook:
    """When a contract is over by the notices on record: on one day."""
    return outlook(contract_id, contract, horizon, notices, lambda step: False)


def chosen_by(programme: Programme, step: Step) -> str:
    """Who gives notice in a plan: the first of those who may that decides."""
    return next((party for party in step.by if party in programme.decides), step.by[0])


def as_ended(programme: Programme, notices: Sequence[Notice]) -> dict[str, Contract]:
    """The contracts as they read by the notices on record, with the days on which each is over."""
    found = {}
    for contract_id, contract in programme.contracts.items():
        seen = outlook_on_record(contract_id, contract, programme.horizon.span, notices)
        found[contract_id] = seen.contract_over(contract, seen.ends[-1])
    return found
