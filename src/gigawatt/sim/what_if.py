"""What if: a programme without some of its clauses, or with events that have not come.

Values are set anew where the file is read (`file/setting.py`); what is left of a change is made here, to the programme.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from gigawatt.errors import GigawattError
from gigawatt.model.amendment import Amendment
from gigawatt.model.contract import Contract
from gigawatt.model.event import Event
from gigawatt.model.programme import Programme
from gigawatt.model.provenance import Changes
from gigawatt.values.ids import unknown


def changed(programme: Programme, changes: Changes) -> Programme:
    """The programme without some clauses and with some events, as `changes` say; what it sets is set already.

    Raises GigawattError for a clause or an event that the programme does not know.
    """
    told = without(programme, changes.without)
    for event, day in changes.events:
        told = with_event(told, event, day)
    return told.changed_by(changes)


def without(programme: Programme, names: Collection[str]) -> Programme:
    """The programme as if some clauses (contract/clause) had never been agreed: what they override revives.

    Raises GigawattError for a name that no clause has.
    """
    known = [
        f"{contract_id}/{clause_id}"
        for contract_id, contract in programme.contracts.items()
        for _, clause_id, _ in contract.every_clause()
    ]
    for name in names:
        if name not in known:
            raise GigawattError(unknown("clause", name, known))
    contracts = dict(programme.contracts)
    for name in names:
        contract_id, _, clause_id = name.partition("/")
        contracts[contract_id] = _left_out(contracts[contract_id], clause_id)
    return programme.model_copy(update={"contracts": contracts}) if names else programme


def _left_out(contract: Contract, clause_id: str) -> Contract:
    clauses = {name: clause for name, clause in contract.clauses.items() if name != clause_id}
    amendments = tuple(_amended_without(one, clause_id) for one in contract.amendments)
    return contract.model_copy(update={"clauses": clauses, "amendments": amendments})


def _amended_without(amendment: Amendment, clause_id: str) -> Amendment:
    update: dict[str, Any] = {"end": tuple(name for name in amendment.end if name != clause_id)}
    for verb in ("new", "amend", "correct", "corrected", "carried", "changed", "waive", "suspend"):
        said: Mapping[str, Any] = getattr(amendment, verb)
        update[verb] = {name: one for name, one in said.items() if name != clause_id}
    return amendment.model_copy(update=update)


def with_event(programme: Programme, event: str, day: date) -> Programme:
    """The programme with an event that counts on a day, as known already: by the acts of those who decide it, if any.

    Raises GigawattError for an event that nothing in the programme waits for or decides.
    """
    clauses = [clause for contract in programme.contracts.values() for *_, clause in contract.every_clause()]
    waiting = {one.when for contract in programme.contracts.values() for one in contract.amendments if one.when}
    named = {one.event for one in programme.events if one.event}
    acts = dict.fromkeys(act for clause in clauses for act in clause.acts(event, day))
    if not acts and event not in waiting | named:
        known = sorted(waiting | named | _decided(programme))
        raise GigawattError(unknown("event", event, known) if known else f"nothing waits for an event, as {event!r}")
    told = acts or {Event(event=event, date=day): None}
    recorded = min(day, programme.as_of)
    events = tuple(one.model_copy(update={"recorded": recorded}) for one in told)
    return programme.model_copy(update={"events": (*programme.events, *events)})


def _decided(programme: Programme) -> set[str]:
    """The events that some clause decides."""
    clauses = [clause for contract in programme.contracts.values() for *_, clause in contract.every_clause()]
    return {name for clause in clauses if isinstance(name := getattr(clause, "event", None), str)}
