"""Events that somebody has to declare: that a clause says who may, and that it was that body which did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from gigawatt.model.facts import Facts
from gigawatt.model.provenance import Path
from gigawatt.model.verdict import Ask, ClauseView, Opinion, Ruling
from gigawatt.values.span import Span

if TYPE_CHECKING:
    from gigawatt.model.clause import Clause
    from gigawatt.model.contract import Contract
    from gigawatt.model.event import Event
    from gigawatt.model.programme import Programme

Complaint = tuple[Path, str]

DECIDED = ("declaration", "verification", "reversal")
"""Kinds of events that are somebody's to decide."""
ALWAYS = Span(date.min, date.max)


def undeclared(programme: Programme) -> Iterator[Complaint]:
    """Events that nobody may declare, or not whom the file names; any version of a clause may say who may."""
    for n, event in enumerate(programme.events):
        at = ("events", n)
        if event.event is None:
            if event.kind in DECIDED:
                yield (*at, "kind"), f"a {event.kind} is of an event; name it, as `event: agi`"
            continue
        deciding = list(_deciding(programme, event.event))
        if event.kind in DECIDED and not deciding:
            yield (
                (*at, "event"),
                f"nobody may declare {event.event}: no clause says who does; add one to a contract, or leave out "
                "`kind` where it simply happened",
            )
        elif event.kind in DECIDED and event.by is None:
            yield at, f"does not say whose {event.kind} it is; add `by`"
        elif event.kind in DECIDED:
            yield from (((*at, "by"), why) for why in _refusal(programme, event, deciding))
        elif deciding:
            name = f"{deciding[0][0]}/{deciding[0][1]}"
            yield (
                (*at, "event"),
                f"{event.event} happens once it is declared, see {name}; say `kind: declaration` and `by`",
            )


def _deciding(programme: Programme, event: str) -> Iterator[tuple[str, str, Contract, Clause]]:
    """Every version of a signed clause that says who decides whether an event happened."""
    for contract_id, contract in programme.contracts.items():
        if contract.status == "signed":
            for _, clause_id, clause in contract.every_clause():
                if clause.occurrences(event, ()) is not None:
                    yield contract_id, clause_id, contract, clause


def _refusal(programme: Programme, event: Event, deciding: list[tuple[str, str, Contract, Clause]]) -> Iterator[str]:
    """Why no version lets an event be: what the last of them says at the gate; nothing where one does not deny it."""
    known, decision = max(event.date, event.known_from), f"{event.kind} of {event.event}"
    ask = Ask("decide", str(event.by), event.date, known, decision=decision)
    last: Opinion | None = None
    for contract_id, clause_id, contract, clause in deciding:
        last = clause.gate(ask, ClauseView(programme, contract, contract_id, clause_id, ALWAYS, Facts()))
        if last is None or last.ruling is not Ruling.DENY:
            return
    if last is not None:
        yield f"{last.why}; correct `by`, or take the event out"
