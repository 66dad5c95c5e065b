"""What each version of a clause says: what an amendment changes, and what it inherits of what stands on its day.

Amendments are taken in the order in which they were made. One that takes effect before others that were made earlier
changes those too, but for the keys that they state themselves; one that displaces others takes away what was inherited
from them. What such a change makes of a version that was made before is `carried` to it, from the day on which the
change was known. A correction replaces the version that it names, and what is made after it inherits the right one.
"""

from bisect import bisect_right, insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from gigawatt.values.ids import did_you_mean
from gigawatt.values.span import parse_day

ORIGINAL = "original"
"""The name of the version with which a clause begins."""
OWN = ("cite", "source", "assumed", "note")
"""What is said of a version itself, and not inherited by the next."""
MADE_HERE = {"changed", "corrected", "carried"}
"""Keys of an amendment that no file writes."""

Raw = Mapping[str, Any]
Loc = tuple[str | int, ...]


def restated(clauses: Any, amendments: Any) -> Any:
    """Amendments as read, each change put together with what it inherits.

    ValidationError where something is amended, corrected or ended that is not there, with every place.
    """
    if not isinstance(amendments, list | tuple) or not isinstance(clauses, Mapping):
        return amendments
    book = _Book(clauses)
    told = [book.restate(n, one) if isinstance(one, Mapping) else one for n, one in enumerate(amendments)]
    if book.faults:
        raise ValidationError.from_exception_data("amendments", book.faults)
    return told


@dataclass(eq=False)
class _Version:
    """A version of a clause as the `n`th amendment states it: whole, or what it changes; None where it ends.

    `bare` is the whole of it before corrections. What waits for an event has no day, and nothing inherits from it.
    """

    name: str
    n: int
    since: date
    stated: Any
    whole: bool
    waits: bool
    bare: Any = None
    fixes: list[tuple[int, Raw]] = field(default_factory=list)

    @property
    def order(self) -> tuple[date, int]:
        """Of two, the later takes the place of the other."""
        return self.since, self.n

    def told(self, n: int) -> Any:
        """What it says, by the corrections that the first `n` amendments make."""
        said = self.bare
        for at, fix in self.fixes:
            said = _merged(said, fix) if at <= n else said
        return said


class _Book:
    """The clauses of one contract as they stand after each amendment, as read."""

    def __init__(self, clauses: Raw) -> None:
        first = {name: _Version(ORIGINAL, -1, date.min, raw, whole=True, waits=False) for name, raw in clauses.items()}
        self.versions = {name: [one] for name, one in first.items()}
        """By clause, in the order in which they were made."""
        self.settled = {name: [one] for name, one in first.items()}
        """Those that wait for nothing, in the order in which they take effect."""
        for name, raw in clauses.items():
            first[name].bare = raw
        self.faults: list[InitErrorDetails] = []

    def restate(self, n: int, raw: Raw) -> Raw:
        """The `n`th amendment, with the whole of each clause that it changes."""
        told, at, since = dict(raw), ("amendments", n), _day(raw)
        for key in MADE_HERE & raw.keys():
            self._refuse((*at, key), "unknown key")
        touched = self._displaced(raw)
        if isinstance(raw.get("correct"), Mapping):
            told["correct"], told["corrected"] = self._corrected(raw["correct"], (*at, "correct"), n)
        for clause_id, clause in _things(raw, "new"):
            before = self._standing(clause_id, since)
            ends = any(one.waits and one.stated is None for one in self.versions.get(clause_id, ()))
            if before is not None and before.stated is not None and not before.waits and not ends:
                self._refuse((*at, "new", clause_id), f"{clause_id} is there already; amend it, or end it before")
            touched |= self._stands(clause_id, n, raw, clause, whole=True)
        if isinstance(raw.get("amend"), Mapping):
            told["amend"] = {}
            for clause_id, change in raw["amend"].items():
                where = (*at, "amend", clause_id)
                if not self._known(clause_id, since, where, "amend") or not isinstance(change, Mapping):
                    continue
                before = self._standing(clause_id, since)
                assert before is not None  # known to stand
                touched |= self._stands(clause_id, n, raw, change, whole=False)
                told["amend"][clause_id] = self._amended(clause_id, before, where)
                told.setdefault("changed", {})[clause_id] = [str(key) for key in change]
        for verb in ("waive", "suspend"):
            for clause_id, _ in _things(raw, verb):
                self._known(clause_id, since, (*at, verb, clause_id), verb)
        ended = raw.get("end")
        for m, clause_id in enumerate([ended] if isinstance(ended, str) else ended or ()):
            if self._known(clause_id, since, (*at, "end", m), "end"):
                touched |= self._stands(clause_id, n, raw, None, whole=True)
        if isinstance(ended, str):
            told["end"] = [ended]
        if touched and (carried := self._carried(touched, n, at)):
            told["carried"] = carried
        return told

    def _displaced(self, raw: Raw) -> set[str]:
        """Take out the versions of the amendments that this one displaces; the clauses of which some were."""
        named = (raw.get("supersedes") or ()) if "when" not in raw else ()
        names = {named} if isinstance(named, str) else {str(name) for name in named}
        found = set()
        for clause_id, versions in list(self.versions.items()) if names else ():
            left = [one for one in versions if one.name not in names]
            if len(left) < len(versions):
                found.add(clause_id)
                self.versions[clause_id] = left
                self.settled[clause_id] = [one for one in self.settled[clause_id] if one.name not in names]
            if not left:
                del self.versions[clause_id], self.settled[clause_id]
        return found

    def _standing(self, clause_id: str, since: date) -> _Version | None:
        """The version that stands on a day; where there is none, the last that waits for an event, if any does."""
        settled = self.settled.get(clause_id, [])
        at = bisect_right(settled, since, key=lambda one: one.since)
        waiting = [one for one in self.versions.get(clause_id, ()) if one.waits] if not at else ()
        return settled[at - 1] if at else waiting[-1] if waiting else None

    def _stands(self, clause_id: str, n: int, raw: Raw, stated: Any, *, whole: bool) -> set[str]:
        """Write down a version; the clause, where others that were made before take effect later."""
        since, waits = _day(raw), "when" in raw
        made = _Version(_name(raw), n, since, stated, whole, waits, bare=stated if whole else None)
        self.versions.setdefault(clause_id, []).append(made)
        settled = self.settled.setdefault(clause_id, [])
        if waits:
            return set()
        insort(settled, made, key=lambda one: one.order)
        return {clause_id} if settled[-1] is not made else set()

    def _amended(self, clause_id: str, before: _Version, at: Loc) -> Any:
        """The whole of the version that was written down last, which follows another."""
        last = self.versions[clause_id][-1]
        said = before.told(last.n)
        if isinstance(said, Mapping) and last.stated.get("kind", said.get("kind")) != said.get("kind"):
            self._refuse((*at, "kind"), "an amendment keeps the kind of a clause; end it, and say what is new")
        last.bare = _merged(said, last.stated)
        return last.bare

    def _corrected(self, changes: Raw, at: Loc, n: int) -> tuple[dict[str, Any], dict[str, str]]:
        told, which = {}, {}
        for clause_id, change in changes.items():
            versions = [one for one in self.versions.get(clause_id, ()) if one.stated is not None]
            if not versions or not isinstance(change, Mapping):
                self._known(clause_id, date.max, (*at, clause_id), "correct")
                continue
            settled = [one for one in versions if not one.waits]
            name = str(change.get("version", (settled or versions)[-1].name))
            wrong = next((one for one in reversed(versions) if one.name == name), None)
            if wrong is None:
                known = ", ".join(one.name for one in versions)
                self._refuse((*at, clause_id, "version"), f"there is no version {name!r} of {clause_id}: {known}")
                continue
            fix = {key: value for key, value in change.items() if key != "version"}
            if isinstance(wrong.bare, Mapping) and fix.get("kind", wrong.bare.get("kind")) != wrong.bare.get("kind"):
                self._refuse((*at, clause_id, "kind"), "a correction keeps the kind of a clause")
            wrong.fixes.append((n, fix))
            told[clause_id], which[clause_id] = wrong.told(n), name
        return told, which

    def _carried(self, touched: set[str], n: int, at: Loc) -> dict[str, dict[str, Any]]:
        """By clause and version, what versions that were made before say from now on."""
        carried: dict[str, dict[str, Any]] = {}
        for clause_id in sorted(touched):
            before: _Version | None = None
            for one in self.settled.get(clause_id, ()):
                if not one.whole and not (before is None and self._waits_for(clause_id, one)):
                    if before is None or before.stated is None:
                        message = (
                            f"leaves nothing of {clause_id} for {one.name!r} to amend from {one.since} on; "
                            f"displace that too, as `supersedes: [{one.name}]`"
                        )
                        self._refuse(at, message)
                        break
                    said = _merged(before.told(max(one.n, before.n)), one.stated)
                    if said != one.bare:
                        one.bare = said
                        carried.setdefault(clause_id, {})[one.name] = one.told(n)
                before = one
        return carried

    def _waits_for(self, clause_id: str, amended: _Version) -> bool:
        """Whether what is amended is only there once an event has come."""
        return any(one.waits and one.n < amended.n for one in self.versions[clause_id])

    def _known(self, clause_id: Any, since: date, at: Loc, verb: str) -> bool:
        if not isinstance(clause_id, str):
            self._refuse(at, "the name of a clause is due")
            return False
        standing = self._standing(clause_id, since)
        if standing is not None and standing.stated is not None:
            return True
        if standing is not None:
            self._refuse(at, f"{clause_id} ended before, so that there is nothing to {verb}")
        elif clause_id in self.versions:
            first = self.settled[clause_id][0].since
            self._refuse(at, f"{clause_id} is there from {first} on only, so that there is nothing to {verb} before")
        else:
            there = ", ".join(self.versions) or "none"
            hint = did_you_mean(str(clause_id), self.versions) or f"; there are {there}"
            self._refuse(at, f"there is no clause {clause_id!r} to {verb}{hint}")
        return False

    def _refuse(self, at: Loc, message: str) -> None:
        fault = PydanticCustomError("gigawatt", "{message}", {"message": message})
        self.faults.append(InitErrorDetails(type=fault, loc=at, input=None))


def _merged(before: Any, change: Raw) -> Any:
    """What was, with what changes."""
    if not isinstance(before, Mapping):
        return change
    ends = {"through", "until"} if {"through", "until"} & change.keys() else set()
    kept = {key: value for key, value in before.items() if key not in OWN and key not in ends}
    return {**kept, **change}


def _name(raw: Raw) -> str:
    return str(raw.get("id") or raw.get("effective") or raw.get("when"))


def _day(raw: Raw) -> date:
    """The day on which an amendment takes effect; the last of all where it waits, or where none can be read."""
    effective = raw.get("effective")
    if isinstance(effective, date):
        return effective
    try:
        return date.max if "when" in raw else parse_day(str(effective))
    except ValueError:
        return date.max


def _things(raw: Raw, verb: str) -> Iterator[tuple[str, Any]]:
    named = raw.get(verb)
    yield from named.items() if isinstance(named, Mapping) else ()
