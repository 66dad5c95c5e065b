"""The ends to which contracts have come: by their words, by silence, and by notices on record, as known day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING

from gigawatt.history.known import contract_known
from gigawatt.history.outlook import Outlook, notice_told, outlook
from gigawatt.history.versions import History, history_of
from gigawatt.model.facts import Facts, Notice
from gigawatt.model.step import Step
from gigawatt.model.verdict import ClauseView
from gigawatt.values.span import Span

if TYPE_CHECKING:
    from gigawatt.model.contract import Contract
    from gigawatt.model.programme import Programme

Ends = tuple[tuple[date, date], ...]
"""Ends of a contract, each with the day from which it is known; the last that is known holds."""


REACH = 3653
"""How many days past the horizon renewals are told of: ten years."""


@dataclass(frozen=True)
class Agreed:
    """The contracts of a programme with the ends to which silence, and notices on record, have brought them."""

    programme: Programme
    written: History
    """With the ends that the contracts' words give them."""
    history: History
    told: tuple[tuple[Notice, date], ...]
    """All notices, each with the day from which it is known."""

    def view(self, contract_id: str, clause_id: str, span: Span, known: date, facts: Facts) -> ClauseView:
        """The programme as one clause sees it on some days, by what is known on a day."""
        written, reads = self._contracts(contract_id, known)
        return ClauseView(self.programme, reads, contract_id, clause_id, span, facts, known, written)

    def _contracts(self, contract_id: str, known: date) -> tuple[Contract, Contract]:
        """A contract as known on a day: as written, and as it reads with the end that it has come to."""
        if (contract_id, known) not in self._made:
            written = contract_known(self.programme, self.written, contract_id, known)
            seen = _outlook_on(self.programme, contract_id, written, self.told, known)
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
    ends = {contract_id: _agreed(programme, contract_id, written, told) for contract_id in written.ends}
    history = replace(written, ends=ends, written_ends=written.ends) if ends != written.ends else written
    return Agreed(programme, written, history, told)


def _told(programme: Programme, notices: Sequence[Notice]) -> tuple[tuple[Notice, date], ...]:
    """All notices, each with the day from which it is known."""
    events = ((notice_told(event), event.known_from) for event in programme.events)
    return (*((one, one.given) for one in notices), *((one, known) for one, known in events if one is not None))


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
    keys = [key for key in written.of_contract.get(contract_id, ()) if written.ends_contracts(key)]
    if not keys:
        return written.ends[contract_id]
    versions = [one for key in keys for one in written.versions[key]]
    changed = {date.min, *(day for one in versions for day in (one.known_from, one.known_until) if day < date.max)}
    changed |= {known for _, known in written.ends[contract_id]}
    read = {day: contract_known(programme, written, contract_id, day, keys) for day in sorted(changed)}
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
