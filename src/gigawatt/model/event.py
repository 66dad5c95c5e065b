"""What happened: determinations and their verification, deliveries, notices, changes of control, dates."""

import datetime
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, model_validator

from gigawatt.model.fields import Cite, Count, Day, Id, Megawatts, Text
from gigawatt.model.parsing import refuse
from gigawatt.model.thing import Thing

EventKind = Literal["date", "declaration", "verification", "reversal", "delivery", "acceptance", "notice", "control"]


class Event(Thing):
    """Something that happened on `date` and was known from `recorded` on; clauses refer to it by its name."""

    event: Id | None = Field(default=None, description="its name, to which amendments refer by `when`")
    kind: EventKind = "date"
    date: Day
    recorded: Day | None = Field(default=None, description="day from which it was known; its own date if absent")
    by: Id | None = Field(default=None, description="the party or body that did it")
    contract: Id | None = None
    clause: Text | None = Field(default=None, description="full name of the clause that it concerns")
    delivered: Id | None = Field(default=None, description="the site or pool that was delivered")
    power_mw: Megawatts | None = Field(default=None, alias="power")
    chips: Count | None = None
    cite: Cite | None = None

    @property
    def known_from(self) -> datetime.date:
        """The day from which it was known."""
        return self.recorded or self.date

    @model_validator(mode="after")
    def _says_what(self) -> "Event":
        if self.event is None and self.delivered is None and self.contract is None and self.clause is None:
            refuse("says not what happened; give `event`, `delivered`, `contract` or `clause`", "date")
        return self


@dataclass(frozen=True, slots=True)
class Occurrence:
    """That an event counts as having happened on `on`, as known from `known_from` until before `known_until`."""

    on: datetime.date
    known_from: datetime.date
    known_until: datetime.date = datetime.date.max


def occurrences(name: str, events: tuple[Event, ...]) -> list[Occurrence]:
    """When an event of which no clause says more counts as having happened: the earliest known at the time."""
    found: list[Occurrence] = []
    for event in sorted((one for one in events if one.event == name), key=lambda one: (one.known_from, one.date)):
        if found and event.date >= found[-1].on:
            continue
        if found:
            found[-1] = Occurrence(found[-1].on, found[-1].known_from, event.known_from)
        found.append(Occurrence(event.date, event.known_from))
    return found
