"""One clause on a card: its words, its history in both times, what it does, and what overrides it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from gigawatt.errors import GigawattError
from gigawatt.history.versions import Version, history_of
from gigawatt.model.clause import Clause
from gigawatt.model.provenance import Place
from gigawatt.model.thing import Thing
from gigawatt.values.ids import did_you_mean
from gigawatt.values.quantity import plain
from gigawatt.values.series import Series

if TYPE_CHECKING:
    from gigawatt.model.programme import Programme


HIDDEN = frozenset({"kind", "cite", "source", "assumed", "note"})
"""Keys that are told elsewhere on the card."""


@dataclass(frozen=True, slots=True)
class Line:
    """One version, or pause, of a clause: what was done, from when on it holds, and when that was known."""

    name: str
    verb: str
    effective: date
    known_from: date
    known_until: date
    words: str
    place: Place


@dataclass(frozen=True, slots=True)
class ClauseCard:
    """`faces` says what it does, by face; `terms` are its keys by version, as a person would write them."""

    name: str
    kind: str
    buyer: str
    seller: str
    place: Place
    faces: Mapping[str, str]
    overrides: tuple[str, ...]
    overridden_by: tuple[str, ...]
    history: tuple[Line, ...]
    terms: tuple[tuple[str, Mapping[str, str]], ...]


def card(programme: Programme, name: str) -> ClauseCard:
    """The card of `contract/clause`. GigawattError where there is none of that name."""
    written = programme.as_written
    history = history_of(written)
    names = [f"{contract}/{clause}" for contract, clause in history.versions]
    if name not in names:
        raise GigawattError(
            f"there is no clause {name!r}{did_you_mean(name, names) or '; there are ' + ', '.join(names)}"
        )
    contract_id, _, clause_id = name.partition("/")
    contract, versions = written.contracts[contract_id], history.versions[contract_id, clause_id]
    clauses = [version.clause for version in versions if version.clause is not None]
    first = clauses[0]
    lines = [
        Line(one.name, one.verb, one.begins, one.known_from, one.known_until,
             str(one.cite or ""), written.places.key(one.path))
        for one in versions
    ]  # fmt: skip
    lines += [
        Line("", "suspend" if one.waiver is None else "waive", one.span.start, one.known_from, one.known_until,
             str(one.cite or ""), written.places.key(one.path))
        for one in history.pauses.get((contract_id, clause_id), ())
    ]  # fmt: skip
    over = dict.fromkeys(other for clause in clauses for other in clause.overrides)
    return ClauseCard(
        name=name,
        kind=first.kind,
        buyer=contract.buyer,
        seller=contract.seller,
        place=written.places.key(versions[0].path),
        faces=_faces(type(first)),
        overrides=tuple(over),
        overridden_by=tuple(sorted(_above(written, name))),
        history=tuple(sorted(lines, key=lambda line: (line.known_from, line.effective))),
        terms=tuple(_versions(versions)),
    )


def _versions(versions: tuple[Version, ...]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Each version with its keys; of a later one those that it changes."""
    stated: dict[str, Clause] = {}
    before: Clause | None = None
    for version in versions:
        if version.clause is not None:
            told = stated.get(version.name)
            yield _title(version, again=told is not None), terms_of(version.clause, told or before)
            before = stated[version.name] = version.clause


def _title(version: Version, *, again: bool) -> str:
    if version.verb == "correct":
        return f"{version.name}, as corrected on {version.known_from}"
    return f"{version.name}, as changed on {version.known_from}" if again else version.name


def _above(programme: Programme, name: str) -> set[str]:
    return {
        f"{contract_id}/{clause_id}"
        for contract_id, contract in programme.contracts.items()
        for _, clause_id, clause in contract.every_clause()
        if name in clause.overrides
    }


def _faces(kind: type[Clause]) -> dict[str, str]:
    """What each face of a kind does, in the first sentence of its own words; a face that it lacks is silent."""
    found = {"is": _sentence(kind.__doc__)}
    for label, face in (("plan", "constrain"), ("gate", "gate"), ("ledger", "post"), ("due", "deadlines")):
        own = getattr(kind, face)
        found[label] = _sentence(own.__doc__) if own is not getattr(Clause, face) else "silent"
    return found


def _sentence(words: str | None) -> str:
    return " ".join((words or "").split("\n\n")[0].split())


def terms_of(clause: Thing, before: Thing | None = None) -> dict[str, str]:
    """The keys that a thing states, as a clause's version, by the names that a file has for them; those alone that are
    not as `before`."""
    found = {}
    for name in (name for name in type(clause).model_fields if name in clause.model_fields_set):
        value = getattr(clause, name)
        if name in HIDDEN or (before is not None and getattr(before, name, None) == value):
            continue
        key = type(clause).model_fields[name].alias or name
        # a last day is held as the day after
        found[key] = _said(value - timedelta(days=1) if key == "through" and isinstance(value, date) else value)
    return found


def _said(value: object) -> str:
    if isinstance(value, Series):
        return ", ".join(_points(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, tuple):
        return ", ".join(_said(one) for one in value)
    if isinstance(value, Thing):
        value = terms_of(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_said(key)}: {_said(one)}" for key, one in value.items()) + "}"
    return str(value)


def _points(series: Series) -> Iterator[str]:
    for day, value in series.points:
        yield plain(value) if day == date.min else f"from {day} {plain(value)}"
