"""Changes of contracts that cannot be: out of time, without consent, by strangers, or in a circle of overrides."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from gigawatt.model.inheritance import ORIGINAL
from gigawatt.model.provenance import Path

if TYPE_CHECKING:
    from gigawatt.model.amendment import Amendment
    from gigawatt.model.contract import Contract
    from gigawatt.model.programme import Programme

Complaint = tuple[Path, str]


def changes_that_cannot_be(programme: Programme) -> Iterator[Complaint]:
    """Every fault in how contracts are changed and in which clause yields to which."""
    for contract_id, contract in programme.contracts.items():
        for n, amendment in enumerate(contract.amendments):
            at: Path = ("contracts", contract_id, "amendments", n)
            yield from _out_of_time(contract, amendment, at)
            yield from _consents(programme, contract, amendment, at)
            yield from _named_once(contract, n, at)
            yield from _waivers(contract, amendment, at)
            yield from _events(programme, amendment, at)
            yield from _corrections(contract, amendment, at)
    yield from _circles(programme)


def _out_of_time(contract: Contract, amendment: Amendment, at: Path) -> Iterator[Complaint]:
    start, effective = contract.from_, amendment.effective
    only_corrects = not (amendment.new or amendment.amend or amendment.end or amendment.suspend or amendment.waive)
    if effective is not None and start is not None and effective < start and not only_corrects:
        yield (
            (*at, "effective"),
            (
                f"takes effect on {effective}, before the contract begins on {start}; "
                "a change from the beginning is a correction (`correct`), else move one of the two dates"
            ),
        )
    recorded = amendment.recorded
    if recorded is not None and amendment.signed is not None and recorded < amendment.signed:
        yield (
            (*at, "recorded"),
            f"was known on {recorded}, before it was signed on {amendment.signed}; move one of the two",
        )
    if amendment.ends is not None and start is not None and amendment.ends <= start:
        key = "through" if amendment.through is not None else "until"
        yield (*at, key), f"ends the contract before it begins on {start}; move one of the two dates"
    earlier = {one.name: one for one in contract.amendments[: int(at[3])]}
    for name in amendment.supersedes:
        if name in earlier and amendment.when is not None and earlier[name].when is None:
            yield (
                (*at, "supersedes"),
                f"waits for an event, and {name!r} does not, so that others may inherit from it; say what is to end",
            )
        if name in earlier and earlier[name].correct:
            yield (*at, "supersedes"), f"{name!r} corrects the record, and is displaced by another correction alone"
        if name not in earlier:
            known = f"there are {', '.join(sorted(earlier))}" if earlier else "there is no other amendment"
            yield (*at, "supersedes"), f"there is no amendment {name!r} to displace; {known}"


def _corrections(contract: Contract, amendment: Amendment, at: Path) -> Iterator[Complaint]:
    """A correction is known later than what it corrects, and says from when on."""
    if amendment.effective is None or amendment.recorded is not None or amendment.signed is not None:
        return
    begins = {one.name: one.effective for one in contract.amendments} | {ORIGINAL: contract.from_}
    for clause_id, name in amendment.corrected.items():
        first = begins.get(name)
        if first is not None and amendment.effective <= first:
            yield (
                (*at, "correct", clause_id),
                f"corrects what is in force from {first} on, and says not from when on that was known; add `recorded`",
            )


def _named_once(contract: Contract, n: int, at: Path) -> Iterator[Complaint]:
    """Amendments by whose names versions are told apart, in the order in which they became known."""
    amendment, before = contract.amendments[n], contract.amendments[:n]
    if amendment.name == ORIGINAL or (amendment.id is not None and amendment.id in {one.name for one in before}):
        yield (*at, "id"), f"{amendment.name!r} is taken already; give the amendment a name of its own"
    earlier = [one.known_on for one in before if one.when is None]
    if amendment.when is None and earlier and amendment.known_on < max(earlier):
        yield (
            at,
            (
                f"was known on {amendment.known_on}, and stands after one that was known on {max(earlier)} only; "
                "put the amendments in the order in which they were made, or say when each was `recorded`"
            ),
        )


def _consents(programme: Programme, contract: Contract, amendment: Amendment, at: Path) -> Iterator[Complaint]:
    """What is amended needs those whom the contract names; a correction of the record and a waiver do not."""
    changed = amendment.new or amendment.amend or amendment.end or amendment.suspend or amendment.ends
    needed = contract.must_consent
    strangers = [name for name in amendment.consents if name not in {contract.buyer, contract.seller, *needed}]
    for name in strangers:
        yield (
            (*at, "consents"),
            (
                f"{name} is neither a party to the contract nor one whose consent it demands ({', '.join(needed)}); "
                "leave it out, or name it in the contract's `consents`"
            ),
        )
    given = amendment.consents or (contract.buyer, contract.seller)
    lacking = [name for name in needed if name not in given]
    if changed and lacking and amendment.when is None:
        yield (
            (*at, "consents"),
            (
                f"lacks the consent of {' and '.join(lacking)}, which the contract demands of an amendment; "
                "name all who agreed, or take the amendment out"
            ),
        )


def _waivers(contract: Contract, amendment: Amendment, at: Path) -> Iterator[Complaint]:
    for clause_id, waiver in amendment.waive.items():
        clause = next((one for _, name, one in contract.every_clause() if name == clause_id), None)
        may = clause.beneficiaries(contract) if clause is not None else ()
        if clause is not None and waiver.by not in may:
            yield (
                (*at, "waive", clause_id, "by"),
                (f"{waiver.by} does not benefit from {clause_id}, and only who does may waive it: {', '.join(may)}"),
            )


def _events(programme: Programme, amendment: Amendment, at: Path) -> Iterator[Complaint]:
    """An event may lie in the future; but its name must be one that something declares or decides."""
    if amendment.when is None:
        return
    recorded = {event.event for event in programme.events}
    decided = any(
        clause.occurrences(amendment.when, ()) is not None
        for contract in programme.contracts.values()
        for _, _, clause in contract.every_clause()
    )
    if amendment.when not in recorded and not decided:
        known = ", ".join(sorted(name for name in recorded if name)) or "none"
        yield (
            (*at, "when"),
            (
                f"waits for {amendment.when!r}, which no event is called and no clause decides; "
                f"events on record: {known}"
            ),
        )


def _circles(programme: Programme) -> Iterator[Complaint]:
    """Clauses that override one another in a circle, so that none of them would yield."""
    places: dict[str, Path] = {}
    edges: dict[str, tuple[str, ...]] = {}
    for contract_id, contract in programme.contracts.items():
        for where, clause_id, clause in contract.every_clause():
            if clause.overrides:
                name = f"{contract_id}/{clause_id}"
                places[name] = ("contracts", contract_id, *where, "overrides")
                edges[name] = (*edges.get(name, ()), *clause.overrides)
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        circle = [name for name in reversed(error.args[1])]
        yield places[circle[0]], f"overrides in a circle, so that none yields: {' over '.join(circle)}; take one out"
