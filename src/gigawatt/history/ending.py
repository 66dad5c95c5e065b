"""When a contract is over: on its own day, on a later one where it is renewed, on an earlier one where it is ended.

Clauses say by which `Step`s it may come to another end, and notices on record say which of them were taken. A plan
drafts the contract once for every day on which it may be over, each holding only if that is the day; a settlement
takes the one day that follows from what is on record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING

from gigawatt.history.known import contract_known
from gigawatt.history.versions import ALL_IS_KNOWN, History, history_of
from gigawatt.model.clause import Clause, OnPool
from gigawatt.model.facts import Facts, Notice
from gigawatt.model.step import Step
from gigawatt.model.verdict import ClauseView
from gigawatt.values.ids import own_id
from gigawatt.values.span import Span

if TYPE_CHECKING:
    from gigawatt.model.contract import Contract
    from gigawatt.model.event import Event
    from gigawatt.model.programme import Programme


Ends = tuple[tuple[date, date], ...]
"""Ends of a contract, each with the day from which it is known; the last that is known holds."""


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
    found = (_notice(event) for event in programme.events if event.known_from <= known)
    return tuple(notice for notice in found if notice is not None)


def _notice(event: Event) -> Notice | None:
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


REACH = 3653
"""How many days past the horizon renewals are told of: ten years."""


@dataclass(frozen=True)
class Agreed:
    """The contracts of a programme with the ends to which silence, and notices on record, have brought them."""

    programme: Programme
    written: History
    """With the ends that the contracts' words give them."""
    history: History
    notices: tuple[Notice, ...] = ()

    def view(self, contract_id: str, clause_id: str, span: Span, known: date, facts: Facts) -> ClauseView:
        """The programme as one clause sees it on some days, by what is known on a day."""
        written, reads = self._contracts(contract_id, known)
        return ClauseView(self.programme, reads, contract_id, clause_id, span, facts, written)

    def _contracts(self, contract_id: str, known: date) -> tuple[Contract, Contract]:
        """A contract as known on a day: as written, and as it reads with the end that it has come to."""
        if (contract_id, known) not in self._made:
            written = contract_known(self.programme, self.written, contract_id, known)
            seen = _outlook_on(self.programme, contract_id, written, _told(self.programme, self.notices), known)
            self._made[contract_id, known] = written, seen.contract_over(written, seen.ends[0])
        return self._made[contract_id, known]

    @cached_property
    def _made(self) -> dict[tuple[str, date], tuple[Contract, Contract]]:
        return {}


def agreed(programme: Programme, notices: Sequence[Notice] = ()) -> Agreed:
    """The contracts with the ends that they have come to. What silence brings about is known once the last day for
    notice is over."""
    written = history_of(programme)
    told = _told(programme, notices)
    ends, versions = dict(written.ends), dict(written.versions)
    for contract_id, keys in written.of_contract.items():
        found = _agreed(programme, contract_id, written, told)
        if found == written.ends[contract_id]:
            continue
        ends[contract_id], last = found, written.until(contract_id, ALL_IS_KNOWN)
        for key in keys:  # what lasts to the contract's end lasts to the one that it has come to
            versions[key] = tuple(replace(one, until=date.max) if one.until >= last else one for one in versions[key])
    return Agreed(programme, written, replace(written, ends=ends, versions=versions), tuple(notices))


def _told(programme: Programme, notices: Sequence[Notice]) -> list[tuple[Notice, date]]:
    """All notices, each with the day from which it is known."""
    told = [(one, one.given) for one in notices]
    events = ((_notice(event), event.known_from) for event in programme.events)
    return told + [(one, known) for one, known in events if one is not None]


def _outlook_on(
    programme: Programme, contract_id: str, contract: Contract, told: Sequence[tuple[Notice, date]], known: date
) -> Outlook:
    """When a contract is over, as far as that is known on a day."""
    notices = [one for one, known_from in told if known_from <= known]
    return outlook(contract_id, contract, _reach(programme), notices, partial(_is_undecided, known))


def _reach(programme: Programme) -> Span:
    """The days over which renewals are told of."""
    horizon = programme.horizon.span
    return Span(horizon.start, min(horizon.until, date.max - timedelta(days=REACH)) + timedelta(days=REACH))


def _agreed(programme: Programme, contract_id: str, written: History, told: Sequence[tuple[Notice, date]]) -> Ends:
    """The ends of one contract, each with the day from which it is known."""
    versions = [one for key in written.of_contract[contract_id] for one in written.versions[key]]
    if all(one.clause is None or type(one.clause).steps is Clause.steps for one in versions):
        return written.ends[contract_id]
    changed = {date.min, *(day for one in versions for day in (one.known_from, one.known_until) if day < date.max)}
    changed |= {known for _, known in written.ends[contract_id]}
    read = {day: contract_known(programme, written, contract_id, day) for day in sorted(changed)}
    days = changed | {known for _, known in told}
    for contract in read.values():
        for clause_id, clause in contract.clauses.items():
            steps = clause.steps(clause_id, contract, _reach(programme), ())
            days |= {step.last_day + timedelta(days=1) for step in steps}
    found, contract = list[tuple[date, date]](), read[date.min]
    for day in sorted(days):
        contract = read.get(day, contract)
        end = _outlook_on(programme, contract_id, contract, told, day).ends[0]
        if not found or end != found[-1][0]:
            found.append((end, day))
    return tuple(found)


def _is_undecided(day: date, step: Step) -> bool:
    """Whether nobody knows on a day whether it is renewed; an early end is no end until notice is given."""
    return step.over is not None and step.last_day >= day


def as_ended(programme: Programme, notices: Sequence[Notice]) -> dict[str, Contract]:
    """The contracts as they read by the notices on record, with the days on which each is over."""
    found = {}
    for contract_id, contract in programme.contracts.items():
        seen = outlook_on_record(contract_id, contract, programme.horizon.span, notices)
        found[contract_id] = seen.contract_over(contract, seen.ends[-1])
    return found
