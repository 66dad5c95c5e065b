"""Clauses at the gate, for the tests of kinds: one clause is asked by itself, as it is in force and known on a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from small import load

from gigawatt.history.versions import history_of
from gigawatt.model.facts import Facts
from gigawatt.model.programme import Programme
from gigawatt.model.verdict import Ask, ClauseView, Opinion
from gigawatt.values.span import Span


def day(text: str) -> date:
    """A day, as 2027-01-31."""
    return date.fromisoformat(text)


def days(start: str, until: str) -> Span:
    """The days from one up to, not with, another."""
    return Span(day(start), day(until))


def ask(verb: Any, by: str, on: str = "2027-02-01", **what: Any) -> Ask:
    """An ask on a day; `known` is a day as text, all else as the ask has it."""
    known = what.pop("known", None)
    return Ask(verb, by, day(on), None if known is None else day(known), **what)


def heard(programme: str | Programme, name: str, asked: Ask, facts: Facts | None = None) -> Opinion | None:
    """What a clause (`contract/clause`) says; None where it is not in force on the day, or says nothing."""
    whole = load(programme) if isinstance(programme, str) else programme
    contract_id, _, clause_id = name.partition("/")
    known = asked.known or asked.on
    for held in history_of(whole).held(contract_id, clause_id, known):
        clause = held.version.clause
        if held.span.contains(asked.on) and clause is not None:
            contract = whole.contracts[contract_id]
            return clause.gate(asked, ClauseView(whole, contract, contract_id, clause_id, held.span, facts or Facts()))
    return None


def ruling(programme: str | Programme, name: str, asked: Ask) -> str | None:
    """The word of it: ALLOW, DENY, REFER, or None where the clause says nothing."""
    said = heard(programme, name, asked)
    return None if said is None else said.ruling.name
