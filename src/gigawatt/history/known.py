"""The programme as it was known on a day: versions become clauses with their days, overrides are settled.

A plan, and a settlement, read the result as if it had been written so: each stretch of days on which a clause says
something of its own is a clause, the first under its own name, each later one with its first day, as
`azure/api@2026-04-27`. Versions that differ in dated values alone are one clause with one dated value, so that a cap or
a contract year goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations

from gigawatt.errors import Contradiction, PlanError
from gigawatt.history.outlook import notices_known, outlook_on_record
from gigawatt.history.versions import Held, History, history_of
from gigawatt.model.clause import Claim, Clause
from gigawatt.model.contract import Contract
from gigawatt.model.facts import Facts
from gigawatt.model.programme import Programme
from gigawatt.model.provenance import Path, Place, Places
from gigawatt.model.verdict import ClauseView
from gigawatt.values.ids import AT
from gigawatt.values.series import Series
from gigawatt.values.span import Span

OF_VERSION = frozenset({"cite", "source", "assumed", "note", "from_", "through", "until_"})
"""Fields in which two versions may differ and still say the same."""


@dataclass(frozen=True)
class Stretch:
    """A clause over some days, and where it stands in the file; `lasts` where only the contract's end ends it."""

    clause_id: str
    clause: Clause
    span: Span
    path: Path
    lasts: bool


def as_known(programme: Programme, known: date) -> Programme:
    """The programme as known on a day. Raises Contradiction where clauses cannot be kept together and none yields."""
    history = history_of(programme)
    stretches = {
        contract_id: list(_stretches(programme, history, contract_id, contract, known))
        for contract_id, contract in programme.contracts.items()
        if contract.recorded is None or contract.recorded <= known
    }
    ends = {contract_id: history.until(contract_id, known) for contract_id in stretches}
    lasts = {contract_id: _lasts(programme, history, contract_id, known) for contract_id in stretches}
    _override(programme, stretches, lasts)
    _refuse_contradictions(programme, stretches, lasts)
    changed = any(contract.amendments or contract.recorded for contract in programme.contracts.values())
    if not changed and not any(clause.overrides for _, _, clause in _all(programme)):
        return programme
    contracts: dict[str, Contract] = {}
    places: dict[Path, Path] = {}
    for contract_id, found in stretches.items():
        named = dict(_named(found))
        _refuse_parts(programme, contract_id, found)
        places |= {("contracts", contract_id, "clauses", name): stretch.path for name, stretch in named.items()}
        contracts[contract_id] = _reads(programme.contracts[contract_id], named, ends[contract_id])
    told = programme.model_copy(update={"contracts": contracts})
    return told.as_told_from(programme, _with_places(programme.places, places))


def _lasts(programme: Programme, history: History, contract_id: str, known: date) -> date:
    """The first day on which a contract is over where nobody says any more than is on record."""
    keys = [key for key in history.of_contract.get(contract_id, ()) if history.ends_contracts(key)]
    if not keys:
        return history.until(contract_id, known)
    contract, notices = contract_known(programme, history, contract_id, known, keys), notices_known(programme, known)
    return outlook_on_record(contract_id, contract, programme.horizon.span, notices).ends[-1]


def contract_known(
    programme: Programme, history: History, contract_id: str, known: date, keys: Sequence[tuple[str, str]] | None = None
) -> Contract:
    """A contract as it reads by what is known on a day, with some of its clauses or all.

    What yields to others stands in it all the same.
    """
    contract = programme.contracts[contract_id]
    named = dict(_named(list(_stretches(programme, history, contract_id, contract, known, keys))))
    return _reads(contract, named, history.until(contract_id, known))


def _reads(contract: Contract, named: Mapping[str, Stretch], until: date) -> Contract:
    clauses = {name: stretch.clause for name, stretch in named.items()}
    final = frozenset(name for name, stretch in named.items() if stretch.span.until == until and not stretch.lasts)
    contract = contract.ending(final)
    return contract.model_copy(update={"clauses": clauses, "amendments": (), "until_": until, "through": None})


def _all(programme: Programme) -> Iterator[tuple[str, Contract, Clause]]:
    for contract_id, contract in programme.contracts.items():
        for _, _, clause in contract.every_clause():
            yield contract_id, contract, clause


def _with_places(places: Places, more: Mapping[Path, Path]) -> Places:
    """The places of the file, and those of the versions under the names by which they are told."""
    keys: dict[Path, Place] = {path: places.key(at) for path, at in more.items()}
    return Places({**places.keys, **keys}, {**places.values})


def _named(stretches: list[Stretch]) -> Iterator[tuple[str, Stretch]]:
    """Each stretch with a name of its own."""
    met: dict[str, int] = {}
    for stretch in stretches:
        name = stretch.clause_id
        if name in met:
            name = f"{name}{AT}{stretch.span.start}"
        count = met[name] = met.get(name, 0) + 1
        yield (name if count == 1 else f"{name}.{count}"), stretch


def _stretches(
    programme: Programme,
    history: History,
    contract_id: str,
    contract: Contract,
    known: date,
    keys: Sequence[tuple[str, str]] | None = None,
) -> Iterator[Stretch]:
    """What a contract's clauses say over time, suspended days left out, waivers taken in."""
    keys = history.of_contract.get(contract_id, ()) if keys is None else keys
    renewable = any(history.ends_contracts(key) for key in keys)
    until = history.until(contract_id, known)
    for key in keys:
        one: Stretch | None = None
        # a contract that is renewed goes on with what was amended for the days after its end
        for held in history.held(*key, known, unended=renewable):
            for stretch in _effective(programme, contract, held, until, renewable=renewable):
                if one is None:
                    one = stretch
                elif (both := _together(one, stretch)) is not None:
                    one = both
                else:
                    yield one
                    one = stretch
        if one is not None:
            yield one


def _effective(
    programme: Programme, contract: Contract, held: Held, until: date, *, renewable: bool
) -> Iterator[Stretch]:
    """A version over its days; of what is waived, what is left of it."""
    clause = held.version.clause
    if clause is None or held.suspended:
        return
    left: list[Clause] = [clause]
    for pause in held.pauses:
        waiver = pause.waiver
        if waiver is not None:
            left = [part for each in left for part in _waived(programme, each, waiver.workloads, waiver.providers)]
    natural = contract.span_within(clause.span_within(Span(date.min, date.max)))
    if renewable:
        natural = Span(natural.start, clause.until or date.max)
    for part in left:
        if held.span != natural:
            part = part.model_copy(update=_dated(held.span))
        lasts = held.span.until == date.max or held.span.until == clause.until == until
        yield Stretch(held.version.clause_id, part, held.span, held.version.path, lasts)


def _waived(
    programme: Programme, clause: Clause, workloads: tuple[str, ...], providers: tuple[str, ...]
) -> list[Clause]:
    """What is left of a clause that is waived for some workloads, or with some providers, or for some with some."""
    every = clause.scope(programme)
    rest = clause.without(workloads, every) if workloads else None
    if not providers:
        return [rest] if rest is not None else []
    waived = clause if not workloads else clause.without([name for name in every if name not in workloads], every)
    free = waived.with_free(providers) if waived is not None else None
    return [part for part in (rest, free) if part is not None]


def _together(one: Stretch, next_: Stretch) -> Stretch | None:
    """Two stretches as one clause, where they follow each other and differ in dated values alone."""
    before, after = one.clause, next_.clause
    if one.clause_id != next_.clause_id or one.span.until != next_.span.start or type(before) is not type(after):
        return None
    update: dict[str, object] = {}
    for name in type(before).model_fields:
        old, new = getattr(before, name), getattr(after, name)
        if old == new or name in OF_VERSION:
            continue
        both = old.spliced(new, next_.span.start) if isinstance(old, Series) and isinstance(new, Series) else None
        if both is None:
            return None
        update[name] = both
    span = Span(one.span.start, next_.span.until)
    update |= {**_dated(span), "cite": after.cite or before.cite}
    return Stretch(one.clause_id, before.model_copy(update=update), span, next_.path, next_.lasts)


def _override(programme: Programme, stretches: dict[str, list[Stretch]], ends: Mapping[str, date]) -> None:
    """What is overridden yields on the days, and for the workloads, of what overrides it; the first in rank first."""
    for contract_id, clause_id, yielding in ranked(programme):
        for over in list(stretches.get(contract_id, ())):
            if over.clause_id != clause_id or programme.contracts[contract_id].status != "signed":
                continue
            days = over.span.within(Span(date.min, ends[contract_id]))
            for name in yielding:
                other_contract, _, other = name.partition("/")
                found = stretches.get(other_contract)
                if found is not None:
                    found[:] = [part for one in found for part in _yield_to(programme, one, other, over, days)]


def _yield_to(programme: Programme, one: Stretch, clause_id: str, over: Stretch, days: Span) -> Iterator[Stretch]:
    common = one.span.within(days)
    if one.clause_id != clause_id or not common.days:
        yield one
        return
    rest = one.clause.without(over.clause.subjects, one.clause.scope(programme))
    parts = (
        (Span(one.span.start, common.start), one.clause),
        (common, rest),
        (Span(common.until, one.span.until), one.clause),
    )
    for span, clause in parts:
        if clause is not None and span.days:
            lasts = one.lasts and span.until == one.span.until
            yield replace(one, clause=clause.model_copy(update=_dated(span)), span=span, lasts=lasts)


def _dated(span: Span) -> dict[str, object]:
    """The days of a clause; an end that is open lasts as long as its contract."""
    return {"from_": span.start, "until_": span.until if span.until < date.max else None, "through": None}


def ranked(programme: Programme) -> list[tuple[str, str, tuple[str, ...]]]:
    """Every clause that overrides others, as contract, clause and what yields; whom none overrides comes first.

    Of a circle, which loading refuses, what is left of it comes last.
    """
    edges: dict[str, tuple[str, ...]] = {}
    for contract_id, contract in programme.contracts.items():
        for _, clause_id, clause in contract.every_clause():
            if clause.overrides:
                name = f"{contract_id}/{clause_id}"
                edges[name] = tuple(dict.fromkeys((*edges.get(name, ()), *clause.overrides)))
    order: list[str] = []
    left = dict(edges)
    while left:
        beneath = {name for names in left.values() for name in names}
        first = [name for name in left if name not in beneath] or list(left)
        order += first
        left = {name: names for name, names in left.items() if name not in first}
    split = [(name, *name.split("/", 1)) for name in order]
    return [(contract_id, clause_id, edges[name]) for name, contract_id, clause_id in split]


def _refuse_parts(programme: Programme, contract_id: str, stretches: list[Stretch]) -> None:
    """PlanError where what counts on from its first day would have to be told in several parts."""
    before: dict[str, Stretch] = {}
    for stretch in stretches if programme.contracts[contract_id].status in ("signed", "offer") else ():
        if not stretch.span.overlap(programme.horizon.span):
            continue
        first, why = before.setdefault(stretch.clause_id, stretch), stretch.clause.unbroken
        if first is not stretch and why is not None:
            raise PlanError(
                f"{contract_id}/{stretch.clause_id} {why}, and is another promise from {stretch.span.start} on, so "
                f"that it would be counted in two parts: {quoted(programme, contract_id, first)}, and then "
                f"{programme.places.key(stretch.path)}; state the change in dated values (`{{2027-01: ..., 2027-07: "
                "...}`), let it hold from the start (`correct`), or end it and say what is new under another name"
            )


def _refuse_contradictions(programme: Programme, stretches: dict[str, list[Stretch]], ends: Mapping[str, date]) -> None:
    """Contradiction, quoting both, where two signed clauses give the same to two parties at one time."""
    horizon = programme.horizon.span
    claims: list[tuple[Claim, str, Stretch]] = []
    for contract_id, found in stretches.items():
        contract = programme.contracts[contract_id]
        for stretch in found if contract.status == "signed" else ():
            stretch = replace(stretch, span=stretch.span.within(Span(date.min, ends[contract_id])))
            if stretch.span.overlap(horizon):
                view = ClauseView(programme, contract, contract_id, stretch.clause_id, stretch.span, Facts())
                claims += [(claim, contract_id, stretch) for claim in stretch.clause.claims(view)]
    for (claim, contract_id, stretch), (other, other_contract, other_stretch) in combinations(claims, 2):
        if stretch.span.overlap(other_stretch.span) and claim.contradicts(other):
            one, two = quoted(programme, contract_id, stretch), quoted(programme, other_contract, other_stretch)
            raise Contradiction(
                f"two clauses cannot be kept together, and neither overrides the other:\n  - {one}\n  - {two}\n"
                f"say which yields, as `overrides: [{other_contract}/{other_stretch.clause_id}]`, "
                "or except one holder from the other's clause"
            )


def quoted(programme: Programme, contract_id: str, stretch: Stretch) -> str:
    """A clause in words: its name, its kind, its parties, its citation, its days and its place in the file."""
    contract, clause = programme.contracts[contract_id], stretch.clause
    cited = f', "{clause.cite}"' if clause.cite is not None else ""
    words = f"{clause.kind.replace('_', ' ')} between {contract.buyer} and {contract.seller}{cited}"
    return f"{contract_id}/{stretch.clause_id}: {words}, {_days(stretch.span)} ({programme.places.key(stretch.path)})"


def _days(span: Span) -> str:
    start = "" if span.start == date.min else f"from {span.start} "
    return start + ("on" if span.until == date.max else f"until {span.until}")
