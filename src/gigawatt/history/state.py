"""Contracts looked at: what each clause says on a day, what changed between two days of knowledge, what falls due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from gigawatt.history.ending import Agreed, agreed
from gigawatt.history.versions import Held, History, Version
from gigawatt.model.deadline import Deadline, Due
from gigawatt.model.facts import Facts
from gigawatt.model.provenance import Place
from gigawatt.values.span import Span

if TYPE_CHECKING:
    from gigawatt.model.contract import Contract
    from gigawatt.model.programme import Programme

Word = Literal[
    "in force", "not yet", "suspended", "waived in part", "ended", "not known", "does not bind", "offered", "lapsed"
]


@dataclass(frozen=True, slots=True)
class State:
    """What one clause is on a day, as known on another: since when, and `through` which last day.

    Of one that has ended `since` is the first day without it, and `version` what ended it, where an amendment did.
    """

    contract: str
    clause: str
    kind: str
    state: Word
    since: date | None
    through: date | None
    version: str
    words: str
    place: Place


@dataclass(frozen=True, slots=True)
class Change:
    """A version or a pause of a clause that became known, or was known no longer, between two days.

    Or, without a clause, a new end of the contract: `effective` is then the first day on which it is over.
    """

    contract: str
    clause: str
    known: date
    verb: str
    effective: date
    words: str
    place: Place


def states(programme: Programme, on: date, known: date, party: str | None = None) -> list[State]:
    """Every clause of every contract (of a party, where one is named), in file order."""
    history = agreed(programme).history
    return [
        _state(programme, history, key, on, known)
        for key in history.versions
        if party is None or party in _parties(programme, *key)
    ]


def _parties(programme: Programme, contract_id: str, clause_id: str) -> set[str]:
    contract = programme.contracts[contract_id]
    named = {name for _, each, clause in contract.every_clause() if each == clause_id for name in clause.named_parties}
    return {contract.buyer, contract.seller} | named


def _state(programme: Programme, history: History, key: tuple[str, str], on: date, known: date) -> State:
    contract = programme.contracts[key[0]]
    versions = history.versions[key]
    held = history.held(*key, known)
    now = next((one for one in held if one.span.contains(on)), None)
    word = _word(contract, versions, held, now, on, known)
    shown: Version = now.version if now is not None else _nearest(versions, held, on)
    since, until = (now.span.start, now.span.until) if now is not None else _gap(held, on)
    clause = shown.clause or next(one.clause for one in reversed(versions) if one.clause is not None)
    if word == "ended" and held:
        ender = [one for one in versions if one.clause is None and one.effective == since and one.is_known(known)]
        shown = ender[-1] if ender else shown
    cite = shown.cite
    return State(
        *key,
        kind=clause.kind,
        state=word,
        since=since,
        through=until - timedelta(days=1) if until is not None and until < date.max else None,
        version=shown.name,
        words=cite.in_words if cite is not None else "",
        place=programme.places.key(shown.path),
    )


def _gap(held: list[Held], on: date) -> tuple[date | None, date | None]:
    """The days without a clause around one such day: the first, and the first with it again."""
    before = [one.span.until for one in held if one.span.until <= on]
    after = [one.span.start for one in held if one.span.start > on]
    return before[-1] if before else None, after[0] if after and before else None


def _nearest(versions: tuple[Version, ...], held: list[Held], on: date) -> Version:
    """The version that held last, or will first, or the first there is."""
    before = [one.version for one in held if one.span.until <= on]
    after = [one.version for one in held if one.span.start > on]
    return before[-1] if before else after[0] if after else versions[0]


def _word(
    contract: Contract, versions: tuple[Version, ...], held: list[Held], now: Held | None, on: date, known: date
) -> Word:
    if not any(version.is_known(known) for version in versions):
        return "not known"
    if contract.status == "offer" and contract.sign_by is not None and known > contract.sign_by:
        return "lapsed"
    if now is None:
        return "not yet" if held and held[0].span.start > on else "ended"
    if now.suspended:
        return "suspended"
    if contract.status != "signed":
        return "offered" if contract.status == "offer" else "does not bind"
    return "waived in part" if now.pauses else "in force"


def changes(programme: Programme, since: date, until: date) -> list[Change]:
    """What became known after `since` and by `until`, in the order in which it did."""
    contracts, found = agreed(programme), list[Change]()
    history = contracts.written
    for contract_id, ends in contracts.history.ends.items():
        place = programme.places.key(("contracts", contract_id))
        for end, known in ends[1:]:
            if since < known <= until:
                found.append(Change(contract_id, "", known, "over on", end, "", place))
    for (contract_id, clause_id), versions in history.versions.items():
        for version in versions:
            words = str(version.cite) if version.cite is not None else ""
            place = programme.places.key(version.path)
            if since < version.known_from <= until:
                found.append(
                    Change(
                        contract_id,
                        clause_id,
                        version.known_from,
                        _verb(version, versions),
                        version.begins,
                        words,
                        place,
                    )
                )
            undone = version.known_until
            if since < undone <= until and not _replaced(version, versions):
                found.append(Change(contract_id, clause_id, undone, "undone", version.begins, words, place))
    for (contract_id, clause_id), pauses in history.pauses.items():
        for pause in pauses:
            if since < pause.known_from <= until:
                verb = "suspend" if pause.waiver is None else "waive"
                words = str(pause.cite) if pause.cite is not None else ""
                place = programme.places.key(pause.path)
                found.append(Change(contract_id, clause_id, pause.known_from, verb, pause.span.start, words, place))
    return sorted(found, key=lambda one: (one.known, one.contract, one.clause))


def _replaced(version: Version, versions: tuple[Version, ...]) -> bool:
    """Whether another took its place under its name on the day on which it was known no longer."""
    return any(one.name == version.name and one.known_from == version.known_until for one in versions)


def _verb(version: Version, versions: tuple[Version, ...]) -> str:
    """What was done; a version that an amendment of an earlier day was carried on to is told so."""
    again = any(one.name == version.name and one.known_until == version.known_from for one in versions)
    return "carried" if again and version.verb == "amend" else version.verb


def due(programme: Programme, span: Span, known: date, facts: Facts | None = None) -> list[Due]:
    """All that falls due on the days of a span, as known on a day, in order of time."""
    contracts, found = agreed(programme, facts.notices if facts is not None else ()), []
    for contract_id, contract in programme.contracts.items():
        place = programme.places.key(("contracts", contract_id))
        found += [
            Due(contract_id, deadline, place)
            for deadline in _of_contract(programme, contract_id, contracts.history, known)
        ]
        if contract.status != "signed":
            continue
        for key in contracts.history.of_contract.get(contract_id, ()):
            found += _of_clause(contracts, key, known, facts or Facts())
    inside = [one for one in found if span.contains(one.deadline.on)]
    return sorted(set(inside), key=lambda one: (one.deadline.on, one.clause, one.deadline.what, one.deadline.words))


def _of_contract(programme: Programme, contract_id: str, history: History, known: date) -> Iterator[Deadline]:
    contract = programme.contracts[contract_id]
    if contract.status == "offer" and contract.sign_by is not None:
        yield Deadline(contract.sign_by, "offer", contract.buyer, f"last day to sign with {contract.seller}")
    until = history.until(contract_id, known)
    if contract.status == "signed" and "until_" not in _open(programme, contract_id) and until < date.max:
        last = until - timedelta(days=1)
        yield Deadline(last, "end", contract.buyer, f"last day of the contract with {contract.seller}")


def _open(programme: Programme, contract_id: str) -> tuple[str, ...]:
    """The ends of a contract that its file leaves open."""
    stated = programme.stated_keys("contracts", contract_id)
    return () if {"through", "until"} & set(stated) or not stated else ("until_",)


def _of_clause(contracts: Agreed, key: tuple[str, str], known: date, facts: Facts) -> Iterator[Due]:
    for held in contracts.history.held(*key, known):
        clause = held.version.clause
        if clause is None or held.suspended:
            continue
        view = contracts.view(*key, held.span, known, facts)
        place = contracts.programme.places.key(held.version.path)
        for deadline in clause.deadlines(view):
            yield Due(view.name, deadline, place)
