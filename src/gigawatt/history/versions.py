"""Every version of every clause in both times: when it holds, and from when on it was known.

A version is a rectangle of days: in force from `effective` until the next version takes effect, known from
`known_from` until it is corrected or displaced. `in_force(on, known)` looks both up. Corrections are applied first: one
replaces the version that it names and no other, so that a late correction of an old version undoes no amendment.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from gigawatt.model.amendment import Amendment, Waiver
from gigawatt.model.clause import Clause
from gigawatt.model.event import Occurrence, occurrences
from gigawatt.model.fields import Cite
from gigawatt.model.inheritance import ORIGINAL
from gigawatt.model.provenance import Path
from gigawatt.values.span import Span

if TYPE_CHECKING:
    from gigawatt.model.contract import Contract
    from gigawatt.model.programme import Programme

Verb = Literal["new", "amend", "correct", "end"]
ALL_IS_KNOWN = date.max - timedelta(days=1)
"""A day on which everything is known that was ever recorded."""
Recorded = TypeVar("Recorded", "Version", "Pause")


@dataclass(frozen=True, slots=True)
class Version:
    """What a clause says from `effective` on, as known from `known_from` until before `known_until`.

    `clause` is None where it ends. `order` ranks versions in force on one day: the last wins. By its own words it is in
    force from `since` (its `from`) on, and over on `until`; before and after that nothing else stands in its place.
    """

    contract_id: str
    clause_id: str
    name: str
    verb: Verb
    clause: Clause | None
    effective: date
    since: date
    until: date
    known_from: date
    known_until: date
    order: tuple[date, date, int]
    signed: date | None
    cite: Cite | None
    consents: tuple[str, ...]
    path: Path

    @property
    def begins(self) -> date:
        """The first day on which it may be in force."""
        return max(self.effective, self.since)

    def is_known(self, known: date) -> bool:
        """Whether it was on record."""
        return self.known_from <= known < self.known_until


@dataclass(frozen=True, slots=True)
class Pause:
    """Days on which a clause has no effect, or for a waiver none for some workloads and providers."""

    contract_id: str
    clause_id: str
    span: Span
    known_from: date
    known_until: date
    waiver: Waiver | None
    path: Path
    cite: Cite | None

    def is_known(self, known: date) -> bool:
        """Whether it was on record."""
        return self.known_from <= known < self.known_until


@dataclass(frozen=True, slots=True)
class Held:
    """A stretch of days over which one version of a clause is in force, or is paused, as known on some day."""

    span: Span
    version: Version
    pauses: tuple[Pause, ...] = ()

    @property
    def suspended(self) -> bool:
        """Whether it has no effect at all."""
        return any(pause.waiver is None or not _in_part(pause.waiver) for pause in self.pauses)


@dataclass(frozen=True)
class History:
    """The versions and pauses of all clauses of a programme."""

    versions: Mapping[tuple[str, str], tuple[Version, ...]]
    pauses: Mapping[tuple[str, str], tuple[Pause, ...]]
    ends: Mapping[str, tuple[tuple[date, date], ...]]
    """By contract: its end, as known from a day on; the last that is known holds."""
    written_ends: Mapping[str, tuple[tuple[date, date], ...]] | None = None
    """The ends that the contracts' words give them, where `ends` are those that they have come to."""

    def in_force(
        self, contract_id: str, clause_id: str, on: date, known: date, *, unended: bool = False
    ) -> Version | None:
        """The version in force on a day, as known on another; None where there is none.

        Suspensions and waivers do not count here: see `held`. `unended` leaves the contract's end out of account.
        """
        found = None
        for version in self.versions.get((contract_id, clause_id), ()):
            if version.effective <= on and version.is_known(known) and (found is None or version.order > found.order):
                found = version
        if found is None or found.clause is None or not found.since <= on < self._until(found, known, unended):
            return None
        return found

    def until(self, contract_id: str, known: date) -> date:
        """The first day on which a contract is over, as known on a day."""
        return _last_known(self.ends[contract_id], known)

    def _until(self, version: Version, known: date, unended: bool) -> date:
        """The first day on which a version is over, with its contract; what lasts to the end that the contract's words
        give it lasts to the one that it has come to."""
        if unended:
            return version.until
        end, written = self.until(version.contract_id, known), self.written_ends
        if written is not None and version.until >= _last_known(written[version.contract_id], known):
            return end
        return min(version.until, end)

    def held(self, contract_id: str, clause_id: str, known: date, *, unended: bool = False) -> list[Held]:
        """What a clause says over time, as known on a day, in order of time; days without it are left out.

        `unended` leaves the contract's end out of account: what would be said if it went on.
        """
        key = (contract_id, clause_id)
        known_ones = [version for version in self.versions.get(key, ()) if version.is_known(known)]
        pauses = [pause for pause in self.pauses.get(key, ()) if pause.is_known(known)]
        days = {day for version in known_ones for day in (version.effective, version.begins)}
        days |= {self._until(one, known, unended) for one in known_ones}
        days |= {day for pause in pauses for day in (pause.span.start, pause.span.until)}
        found: list[Held] = []
        for start, until in itertools.pairwise(sorted(days)):
            version = self.in_force(contract_id, clause_id, start, known, unended=unended)
            if version is None:
                continue
            over = tuple(pause for pause in pauses if _pauses(pause, version, start))
            before = found[-1] if found else None
            if before is not None and (before.span.until, before.version, before.pauses) == (start, version, over):
                found[-1] = replace(before, span=Span(before.span.start, until))
            else:
                found.append(Held(Span(start, until), version, over))
        return found

    @cached_property
    def of_contract(self) -> Mapping[str, list[tuple[str, str]]]:
        """The clauses of each contract, in file order."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for key in self.versions:
            found[key[0]].append(key)
        return found

    def ends_contracts(self, key: tuple[str, str]) -> bool:
        """Whether some version of a clause may bring its contract to another end."""
        clauses = (version.clause for version in self.versions[key])
        return any(clause is not None and type(clause).steps is not Clause.steps for clause in clauses)

    @cached_property
    def known_days(self) -> list[date]:
        """The days on which something became known, or was known no longer, in order."""
        told: list[Version | Pause] = [*itertools.chain(*self.versions.values())]
        told += itertools.chain(*self.pauses.values())
        days = {day for one in told for day in (one.known_from, one.known_until)}
        days |= {known_from for each in self.ends.values() for _, known_from in each}
        return sorted(days - {date.min, date.max})


def _last_known(ends: tuple[tuple[date, date], ...], known: date) -> date:
    return [end for end, known_from in ends if known_from <= known][-1]


def _pauses(pause: Pause, version: Version, on: date) -> bool:
    """Whether a pause concerns a version on a day.

    A suspension without an end lasts until the clause is amended, a waiver until it is agreed anew.
    """
    anew = version.verb == "new" if pause.waiver is not None else True
    outlived = anew and pause.span.until == date.max and version.effective > pause.span.start
    return pause.span.contains(on) and not outlived


def _in_part(waiver: Waiver) -> bool:
    return bool(waiver.workloads or waiver.providers)


def history_of(programme: Programme) -> History:
    """The history of a programme's contracts, its events taken in."""
    versions: dict[tuple[str, str], list[Version]] = defaultdict(list)
    pauses: dict[tuple[str, str], list[Pause]] = defaultdict(list)
    ends: dict[str, tuple[tuple[date, date], ...]] = {}
    for contract_id, contract in programme.contracts.items():
        _Chronicle(programme, contract_id, contract, versions, pauses, ends).write()
    return History(
        {key: tuple(found) for key, found in versions.items()},
        {key: tuple(found) for key, found in pauses.items()},
        ends,
    )


def known_day(programme: Programme) -> date:
    """The day as known on which a programme is read: the `as_of` that its file states, else all is known."""
    return programme.as_of if "as_of" in programme.model_fields_set else ALL_IS_KNOWN


def occurred(programme: Programme, event: str) -> list[Occurrence]:
    """When an event counts as having happened: by the clause that says who decides it, or as it was recorded.

    Each version of such a clause rules on what came to count while it was in force. Versions that themselves wait for
    an event rule on none.
    """
    if all(one.event != event for one in programme.events):
        return []
    ruling, found = False, list[Occurrence]()
    for contract in programme.contracts.values():
        if all(type(clause).occurrences is Clause.occurrences for *_, clause in contract.every_clause()):
            continue
        for clause, days in _dated(contract):
            by_then = tuple(one for one in programme.events if one.date < days.until)
            ruled = clause.occurrences(event, by_then)
            ruling |= ruled is not None
            found += [one for one in ruled or () if days.contains(one.on)]
    if not ruling:
        return occurrences(event, programme.events)
    first: list[Occurrence] = []
    for one in sorted(found, key=lambda one: (one.on, one.known_from)):
        # what counted already does not count again
        if not any(early.known_from <= one.known_from < early.known_until for early in first):
            first.append(one)
    return sorted(first, key=lambda one: one.known_from)


def _dated(contract: Contract) -> Iterator[tuple[Clause, Span]]:
    """The versions of a contract's clauses that have days of their own, corrected, each with its days."""
    ends = [one.ends for one in contract.amendments if one.ends is not None and one.effective is not None]
    over = (ends[-1] if ends else contract.until) or date.max
    stated: dict[str, dict[str, tuple[date, Clause | None]]] = defaultdict(dict)
    for clause_id, clause in contract.clauses.items():
        stated[clause_id][ORIGINAL] = (contract.from_ or date.min, clause)
    for amendment in contract.amendments:
        for clause_id, clause in amendment.correct.items():
            version = amendment.corrected[clause_id]
            if version in stated[clause_id]:
                stated[clause_id][version] = (stated[clause_id][version][0], clause)
        if amendment.effective is not None:
            for clause_id, clause in (*amendment.new.items(), *amendment.amend.items()):
                stated[clause_id][amendment.name] = (amendment.effective, clause)
            for clause_id in amendment.end:
                stated[clause_id][f"{amendment.name} (end)"] = (amendment.effective, None)
    for versions in stated.values():
        inorder = sorted(versions.values(), key=lambda one: one[0])
        for (start, one), (until, _) in itertools.pairwise([*inorder, (over, None)]):
            if one is not None and start < until:
                yield one, one.span_within(Span(start, until))


@dataclass(frozen=True, slots=True)
class _End:
    """A first day on which a contract is over, and for how long it was known so; `by` which amendment, if any."""

    until: date
    known_from: date
    known_until: date = date.max
    by: int | None = None


class _Chronicle:
    """Writes down the history of one contract."""

    def __init__(
        self,
        programme: Programme,
        contract_id: str,
        contract: Contract,
        versions: dict[tuple[str, str], list[Version]],
        pauses: dict[tuple[str, str], list[Pause]],
        ends: dict[str, tuple[tuple[date, date], ...]],
    ) -> None:
        self.programme, self.contract_id, self.contract = programme, contract_id, contract
        self.versions, self.pauses = versions, pauses
        self.ends, self.every_end = [_End(contract.until or date.max, date.min)], ends
        self.start = contract.from_ or date.min

    def write(self) -> None:
        known = self.contract.recorded or date.min
        for clause_id, clause in self.contract.clauses.items():
            at = ("contracts", self.contract_id, "clauses", clause_id)
            self._version(clause_id, ORIGINAL, "new", clause, self.start, known, at)
        for n, amendment in enumerate(self.contract.amendments):
            for on, known_from, known_until in self._takes_effect(amendment):
                self._amendment(("contracts", self.contract_id, "amendments", n), amendment, on, known_from)
                self._unknown_from(n, known_until)
        self.every_end[self.contract_id] = tuple(self._ends_known())

    def _ends_known(self) -> Iterator[tuple[date, date]]:
        """The contract's end, as known from a day on: of several that are known, the last to have become so."""
        ends = sorted(self.ends, key=lambda one: one.known_from)
        for day in sorted({day for one in ends for day in (one.known_from, one.known_until) if day < date.max}):
            yield [one.until for one in ends if one.known_from <= day < one.known_until][-1], day

    def _takes_effect(self, amendment: Amendment) -> list[tuple[date, date, date]]:
        """When an amendment takes effect, and between which days that was known; no event before it was agreed does."""
        if amendment.effective is not None:
            return [(amendment.effective, amendment.known_on, date.max)]
        agreed = amendment.known_on
        found = occurred(self.programme, amendment.when or "")
        return [(one.on, max(agreed, one.known_from), one.known_until) for one in found if one.on >= agreed]

    def _unknown_from(self, n: int, day: date) -> None:
        """What an amendment wrote is known no longer: it was displaced, or the event on which it hung was undone."""
        if day == date.max:
            return
        self.ends = [replace(one, known_until=min(one.known_until, day)) if one.by == n else one for one in self.ends]
        at = ("contracts", self.contract_id, "amendments", n)
        for each in self.versions.values():
            each[:] = [_known_until(one, day) if one.path[:4] == at else one for one in each]
        for paused in self.pauses.values():
            paused[:] = [_known_until(one, day) if one.path[:4] == at else one for one in paused]

    def _amendment(self, at: Path, amendment: Amendment, on: date, known: date) -> None:
        for clause_id, clause in amendment.new.items():
            self._version(clause_id, amendment.name, "new", clause, on, known, (*at, "new", clause_id), amendment)
        for clause_id, stated in amendment.amend.items():
            before = self._before(clause_id, on, known)
            if before is None:  # what is amended waits for an event that has not come
                continue
            clause = stated if amendment.when is None else self._inheriting(stated, before, amendment, clause_id)
            since = max(known, before.known_from)
            self._version(clause_id, amendment.name, "amend", clause, on, since, (*at, "amend", clause_id), amendment)
            if amendment.when is not None:
                self._carry_on(clause_id, amendment, stated, on, known)
        for clause_id in amendment.end:
            self._version(clause_id, amendment.name, "end", None, on, known, (*at, "end"), amendment)
        for clause_id, clause in amendment.correct.items():
            self._correct(clause_id, amendment, clause, on, known, (*at, "correct", clause_id))
        for clause_id, waiver in amendment.waive.items():
            self._pause(clause_id, waiver.span_within(Span(on, date.max)), known, waiver, at, amendment)
        for clause_id, pause in amendment.suspend.items():
            self._pause(clause_id, pause.span_within(Span(on, date.max)), known, None, at, amendment)
        if amendment.ends is not None:
            self.ends.append(_End(amendment.ends, known, by=int(at[3])))
        for clause_id, carried in amendment.carried.items():
            for name, clause in carried.items():
                self._restate(clause_id, name, clause, known, {})
        for n, one in enumerate(self.contract.amendments[: int(at[3])] if amendment.supersedes else ()):
            if one.name in amendment.supersedes:
                self._unknown_from(n, known)

    def _before(self, clause_id: str, on: date, known: date) -> Version | None:
        """What stands on a day, as known on another; or, where nothing is yet known to, what will be."""
        there = [one for one in self.versions[self.contract_id, clause_id] if one.effective <= on]
        knew = [one for one in there if one.is_known(known)]
        found = max(knew or there, key=lambda one: one.order, default=None)
        return found if found is not None and found.clause is not None else None

    def _inheriting(self, stated: Clause, before: Version, amendment: Amendment, clause_id: str) -> Clause:
        """What an event amends, put together with what stands on its day."""
        if type(before.clause) is not type(stated):
            return stated
        return before.clause.model_copy(update=_stated(stated, amendment.changed.get(clause_id, ())))

    def _carry_on(self, clause_id: str, amendment: Amendment, stated: Clause, on: date, known: date) -> None:
        """What an event amends goes on in versions that take effect after it, but for what they state themselves."""
        keys = {one.name: one.changed.get(clause_id, ()) for one in self.contract.amendments if one is not amendment}
        for later in [one for one in self.versions[self.contract_id, clause_id] if one.effective > on]:
            if later.name in keys and later.verb in ("amend", "correct") and type(later.clause) is type(stated):
                changed = [key for key in amendment.changed.get(clause_id, ()) if key not in keys[later.name]]
                clause = later.clause.model_copy(update=_stated(stated, changed))
                self._restate(clause_id, later.name, clause, known, {})

    def _version(
        self,
        clause_id: str,
        name: str,
        verb: Verb,
        clause: Clause | None,
        effective: date,
        known: date,
        path: Path,
        amendment: Amendment | None = None,
    ) -> None:
        key = (self.contract_id, clause_id)
        since = (clause.from_ if clause is not None else None) or date.min
        until = (clause.until if clause is not None else None) or date.max
        by = amendment or self.contract
        cite = clause.cite if clause is not None and clause.cite is not None else by.cite
        consents = amendment.consents if amendment is not None else ()
        order = (effective, known, len(self.versions[key]))
        agreed = consents or (self.contract.buyer, self.contract.seller)
        self.versions[key].append(
            Version(
                self.contract_id, clause_id, name, verb, clause, effective, since, until, known, date.max, order,
                by.signed, cite, agreed, path,
            )
        )  # fmt: skip

    def _correct(self, clause_id: str, amendment: Amendment, clause: Clause, on: date, known: date, path: Path) -> None:
        """From the day on which it is recorded a correction stands in the place of the version that it names."""
        told = {"verb": "correct", "path": path, "cite": clause.cite or amendment.cite, "signed": amendment.signed}
        stated = {key: value for key, value in told.items() if value is not None}
        self._restate(clause_id, amendment.corrected[clause_id], clause, known, stated)

    def _restate(self, clause_id: str, name: str, clause: Clause, known: date, told: Mapping[str, Any]) -> None:
        """From a day on the versions of a name are known to say something else."""
        each = self.versions[self.contract_id, clause_id]
        # an event that was dated anew makes a version of one name several times, each known for its own while
        for at, wrong in [(n, one) for n, one in enumerate(each) if one.name == name]:
            since = max(known, wrong.known_from)
            if since >= wrong.known_until:
                continue
            each[at] = _known_until(wrong, since)
            first, over = clause.from_ or date.min, clause.until or date.max
            each.append(replace(wrong, clause=clause, since=first, until=over, known_from=since, **told))

    def _pause(
        self, clause_id: str, span: Span, known: date, waiver: Waiver | None, at: Path, amendment: Amendment
    ) -> None:
        path = (*at, "waive" if waiver is not None else "suspend", clause_id)
        pause = Pause(self.contract_id, clause_id, span, known, date.max, waiver, path, amendment.cite)
        self.pauses[self.contract_id, clause_id].append(pause)


def _stated(clause: Clause, keys: Iterable[str]) -> dict[str, object]:
    """The values of a clause under some keys of the file, by field; its ends go together."""
    names = {info.alias or name: name for name, info in type(clause).model_fields.items()}
    fields = {names[key] for key in keys if key in names}
    if fields & {"through", "until_"}:
        fields |= {"through", "until_"}
    return {name: getattr(clause, name) for name in fields}


def _known_until(one: Recorded, day: date) -> Recorded:
    """What was recorded, known no longer from a day on."""
    return replace(one, known_until=min(one.known_until, day))
