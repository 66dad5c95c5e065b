"""One delivery, the day on which it was due and how that moved, and the money left for what is still to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import Field, model_validator

from gigawatt.model.fields import Cite, Count, Day, Id, MoneyAmount, Reads, Share
from gigawatt.model.parsing import read_duration, read_last, refuse
from gigawatt.model.thing import Thing
from gigawatt.promises.lateness import Late
from gigawatt.values import span
from gigawatt.values.span import Span, looks_like_day

ONE = Decimal(1)


def _read_limit(value: Any) -> date | span.Duration:
    """A last day (held as the day after it), or a length of time."""
    if isinstance(value, date) or (isinstance(value, str) and looks_like_day(value)):
        return read_last(value)
    return read_duration(value)


DayOrTime = Annotated[
    date | span.Duration,
    Reads(
        "DayOrTime",
        "a last day, or a time, as 180 d",
        lambda value, info: _read_limit(value),
        ({"type": "string", "pattern": r"^(\d{4}-\d{2}(-\d{2})?|\d+\s*[a-z]+)$"},),
    ),
]


@dataclass(frozen=True, slots=True)
class Lot:
    """One delivery of so many units (chips, MW): when it is due, comes, is accepted, and when it goes again.

    `over` is the first day on which the buyer may end it for not having come, None where it has no longstop.
    `delivered` and `accepted` are None where they have not come.
    """

    name: str
    units: Decimal
    due: date
    until: date
    over: date | None = None
    delivered: date | None = None
    accepted: date | None = None

    @property
    def breached(self) -> bool:
        """Whether it had not come when the buyer could first end it."""
        return self.over is not None and (self.delivered is None or self.delivered >= self.over)

    @property
    def serves(self) -> Span:
        """The days from its acceptance to its end."""
        start = min(self.accepted or self.until, self.until)
        return Span(start, self.until)

    def late(self, ended: date | None = None) -> Late:
        """The days from which it was due until it came, was ended, or its time was over."""
        until = min(day for day in (self.delivered, ended, self.until) if day is not None)
        return Late(Fraction(self.units), Span(self.due, max(self.due, until)))


class Shift(Thing):
    """A day due that was moved, with the consent of who could have insisted on it."""

    of: Id | None = Field(default=None, description="the delivery, by its phase or its day; all if absent")
    to: Day | None = Field(default=None, description="the new day")
    days: Count | None = Field(default=None, description="or by so many days later")
    consent: Id = Field(description="the party that agreed: for a later day the buyer, for an earlier the seller")
    cite: Cite | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Shift:
        if (self.to is None) == (self.days is None):
            refuse("says neither or both of `to` and `days`; give one of the two", "to")
        if self.days is not None and self.days % 1:
            refuse(f"{self.days} days; give whole ones", "days")
        return self

    def moved(self, due: date) -> date:
        """The new day."""
        return self.to if self.to is not None else due + timedelta(days=int(self.days or 0))


class Deposit(Thing):
    """Money that the buyer leaves with the seller, and has back at the end, or for what is ended at its longstop."""

    amount: MoneyAmount
    paid: Day | None = Field(default=None, description="the clause's first day if absent")
    returned: Day | None = Field(default=None, description="the day after the clause's last if absent")
    refund: Share = Field(default=ONE, description="share of it that is paid back for what is ended")
