"""How a contract changes: what an amendment adds, amends, corrects, waives, suspends and ends.

An amendment states what changes and inherits the rest (`model/inheritance.py`). The two are put together before any is
validated, so that every version of a clause is read and checked as one that was written out.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema, model_validator

from gigawatt.model.clause import Clause
from gigawatt.model.fields import Cite, Day, Id, LastDay, Text
from gigawatt.model.parsing import refuse
from gigawatt.model.spanned import Spanned
from gigawatt.model.thing import Thing

CHANGES = WithJsonSchema({"type": "object", "additionalProperties": {"type": "object"}})
"""In an editor a change is any mapping: what it leaves out is inherited."""


class Waiver(Spanned):
    """The party that a clause protects does not insist on it, for stated workloads, providers and days.

    An open end lasts through amendments of the clause, until it is agreed anew.
    """

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
    changed: dict[Id, tuple[Text, ...]] = Field(
        default_factory=dict, exclude=True, json_schema_extra={"x-hidden": True}
    )
    corrected: dict[Id, Text] = Field(default_factory=dict, exclude=True, json_schema_extra={"x-hidden": True})
    carried: dict[Id, dict[Text, Clause]] = Field(
        default_factory=dict, exclude=True, json_schema_extra={"x-hidden": True}
    )
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
