"""How a contract changes: what an amendment adds, amends, corrects, waives, suspends and ends.

An amendment states what changes and inherits the rest. `restated` puts the two together before anything is validated,
so that every version of a clause is read and checked as one that was written out.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from gigawatt.model.clause import Clause
from gigawatt.model.fields import Cite, Day, Id, LastDay, Text
from gigawatt.model.parsing import refuse
from gigawatt.model.spanned import Spanned
from gigawatt.model.thing import Thing
from gigawatt.values.ids import did_you_mean

ORIGINAL = "original"
"""The name of the version with which a clause begins."""
OWN = ("cite", "source", "assumed", "note")
"""What is said of a version itself, and not inherited by the next."""
CHANGES = WithJsonSchema({"type": "object", "additionalProperties": {"type": "object"}})
"""In an editor a change is any mapping: what it leaves out is inherited."""

Raw = Mapping[str, Any]
Loc = tuple[str | int, ...]


class Waiver(Spanned):
    """The party that a clause protects does not insist on it, for stated workloads, providers and days."""

    by: Id
    workloads: tuple[Id, ...] = Field(default=(), description="for these; for all if absent")
    providers: tuple[Id, ...] = Field(default=(), description="with these, or in these pools; with all if absent")


class Suspension(Spanned):
    """The days on which a clause has no effect; an open end lasts until the clause is amended."""


class Amendment(Thing):
    """One change of a contract: from `effective` on, or from the day on which an event occurs (`when`)."""

    id: Id | None = Field(default=None, description="names the versions that it makes; its date if absent")
    effective: Day | None = None
    when: Id | None = Field(default=None, description="the event on whose day it takes effect")
    signed: Day | None = None
    recorded: Day | None = Field(default=None, description="day from which it was known; `signed` or `effective`")
    consents: tuple[Id, ...] = Field(default=(), description="who agreed; both parties if absent")
    supersedes: tuple[Text, ...] = Field(default=(), description="amendments, by name, that it displaces")
    cite: Cite | None = None
    through: LastDay | None = Field(default=None, description="new last day of the contract")
    until: Day | None = Field(default=None, description="new first day on which the contract is over")
    new: dict[Id, Clause] = Field(default_factory=dict)
    amend: Annotated[dict[Id, Clause], CHANGES] = Field(default_factory=dict, description="keys that change, by clause")
    correct: Annotated[dict[Id, Clause], CHANGES] = Field(
        default_factory=dict, description="keys that were recorded wrong, by clause, with the `version` corrected"
    )
    corrected: dict[Id, Text] = Field(default_factory=dict, exclude=True, json_schema_extra={"x-hidden": True})
    waive: dict[Id, Waiver] = Field(default_factory=dict)
    suspend: dict[Id, Suspension] = Field(default_factory=dict)
    end: tuple[Id, ...] = Field(default=(), description="clauses that end")

    @property
    def name(self) -> str:
        """By what a correction, or a later amendment, refers to it."""
        return self.id or (self.effective.isoformat() if self.effective is not None else str(self.when))

    @property
    def known_on(self) -> date:
        """The day from which it was known, but for an event that it waits for."""
        return self.recorded or self.signed or self.effective or date.min

    @model_validator(mode="after")
    def _says_from_when(self) -> "Amendment":
        if (self.effective is None) == (self.when is None):
            refuse("takes effect on a day (`effective`) or with an event (`when`); give exactly one of the two")
        if self.through is not None and self.until is not None:
            refuse("has both `through` (inclusive) and `until` (exclusive); keep one of them", "until")
        if not (self.new or self.amend or self.correct or self.waive or self.suspend or self.end or self.ends):
            refuse("changes nothing; say what is new, amended, corrected, waived, suspended or ended")
        return self

    @property
    def ends(self) -> Any:
        """The first day on which the contract is over by this amendment; None where it leaves that alone."""
        return self.until or self.through


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


class _Book:
    """The clauses of one contract as they stand after each amendment, as read."""

    def __init__(self, clauses: Raw) -> None:
        self.current: dict[str, Any] = dict(clauses)
        self.main = self.current
        self.versions: dict[str, dict[str, Any]] = {name: {ORIGINAL: raw} for name, raw in clauses.items()}
        self.faults: list[InitErrorDetails] = []

    def restate(self, n: int, raw: Raw) -> Raw:
        name, at = _name(raw), ("amendments", n)
        told = dict(raw)
        # what waits for an event branches off: it changes nothing of what is written after it
        self.current = dict(self.main) if "when" in raw else self.main
        if isinstance(raw.get("correct"), Mapping):
            told["correct"], told["corrected"] = self._corrected(raw["correct"], (*at, "correct"))
        for clause_id, clause in _things(raw, "new"):
            if clause_id in self.current:
                self._refuse((*at, "new", clause_id), f"{clause_id} is there already; amend it, or end it before")
            self._stands(clause_id, name, clause)
        if isinstance(raw.get("amend"), Mapping):
            told["amend"] = self._amended(raw["amend"], (*at, "amend"), name)
        for verb in ("waive", "suspend"):
            for clause_id, _ in _things(raw, verb):
                if clause_id not in self.versions:
                    self._known(clause_id, (*at, verb, clause_id), verb)
        ended = raw.get("end")
        for m, clause_id in enumerate([ended] if isinstance(ended, str) else ended or ()):
            if self._known(clause_id, (*at, "end", m), "end"):
                del self.current[clause_id]
        if isinstance(ended, str):
            told["end"] = [ended]
        return told

    def _stands(self, clause_id: str, name: str, clause: Any) -> None:
        self.current[clause_id] = clause
        self.versions.setdefault(clause_id, {})[name] = clause

    def _amended(self, changes: Raw, at: Loc, name: str) -> dict[str, Any]:
        told = {}
        for clause_id, change in changes.items():
            if not self._known(clause_id, (*at, clause_id), "amend") or not isinstance(change, Mapping):
                continue
            told[clause_id] = self._merged(self.current[clause_id], change, (*at, clause_id))
            self._stands(clause_id, name, told[clause_id])
        return told

    def _corrected(self, changes: Raw, at: Loc) -> tuple[dict[str, Any], dict[str, str]]:
        told, which = {}, {}
        for clause_id, change in changes.items():
            versions = self.versions.get(clause_id)
            if versions is None or not isinstance(change, Mapping):
                self._known(clause_id, (*at, clause_id), "correct")
                continue
            latest = [name for name, raw in versions.items() if raw is self.main.get(clause_id)]
            version = str(change.get("version", latest[-1] if latest else list(versions)[-1]))
            if version not in versions:
                known = ", ".join(versions)
                self._refuse((*at, clause_id, "version"), f"there is no version {version!r} of {clause_id}: {known}")
                continue
            rest = {key: value for key, value in change.items() if key != "version"}
            told[clause_id], which[clause_id] = self._merged(versions[version], rest, (*at, clause_id)), version
            if self.current.get(clause_id) is versions[version]:
                self.current[clause_id] = told[clause_id]
            versions[version] = told[clause_id]
        return told, which

    def _merged(self, before: Any, change: Raw, at: Loc) -> Any:
        """What was, with what changes."""
        if not isinstance(before, Mapping):
            return change
        if change.get("kind", before.get("kind")) != before.get("kind"):
            self._refuse((*at, "kind"), "an amendment keeps the kind of a clause; end it, and say what is new")
        ends = {"through", "until"} if {"through", "until"} & change.keys() else set()
        kept = {key: value for key, value in before.items() if key not in OWN and key not in ends}
        return {**kept, **change}

    def _known(self, clause_id: Any, at: Loc, verb: str) -> bool:
        if not isinstance(clause_id, str):
            self._refuse(at, "the name of a clause is due")
            return False
        if clause_id in self.current:
            return True
        if clause_id in self.versions:
            self._refuse(at, f"{clause_id} ended before, so that there is nothing to {verb}")
        else:
            there = ", ".join(self.versions) or "none"
            hint = did_you_mean(str(clause_id), self.versions) or f"; there are {there}"
            self._refuse(at, f"there is no clause {clause_id!r} to {verb}{hint}")
        return False

    def _refuse(self, at: Loc, message: str) -> None:
        fault = PydanticCustomError("gigawatt", "{message}", {"message": message})
        self.faults.append(InitErrorDetails(type=fault, loc=at, input=None))


def _name(raw: Raw) -> str:
    return str(raw.get("id") or raw.get("effective") or raw.get("when"))


def _things(raw: Raw, verb: str) -> Iterator[tuple[str, Any]]:
    named = raw.get(verb)
    yield from named.items() if isinstance(named, Mapping) else ()
