"""What is due by a day and comes late: damages for every day, after a time of grace, up to a cap. Exact."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, model_validator

from gigawatt.model.fields import Duration, Reads, quantity_forms
from gigawatt.model.parsing import MONEY, Measure, refuse
from gigawatt.model.thing import Thing
from gigawatt.values import span
from gigawatt.values.span import Span

NO_TIME = span.Duration()


@dataclass(frozen=True, slots=True)
class Rate:
    """Money for a whole delivery (`per` is empty), or for each chip or MW of it."""

    amount: Decimal
    per: str = ""

    def __str__(self) -> str:
        return f"{self.amount} a {self.per}" if self.per else f"{self.amount} for all"


def _read_rate(value: Any, info: ValidationInfo) -> Rate:
    """`50000 USD`, `12 USD/chip`, `2000 USD/MW` or `2 USD/kW`."""
    if isinstance(value, Rate):
        return value
    if not isinstance(value, str) or "/" not in value:
        return Rate(Measure(MONEY).scalar(value, info))
    per = "MW" if "W" in value.partition("/")[2] else "chip"
    return Rate(Measure(f"{MONEY}/{per}").scalar(value, info), per)


MoneyPerUnit = Annotated[
    Rate,
    Reads("MoneyPerUnit", "an amount, or an amount per chip or MW", _read_rate, quantity_forms("50000 USD")),
]


@dataclass(frozen=True, slots=True)
class Late:
    """So many units (chips or MW) that were due at the start of `days` and came at their end; empty where in time."""

    units: Fraction
    days: Span


class Damages(Thing):
    """What the seller pays for each day on which a delivery is late, in order of time until a cap is met."""

    per_day: MoneyPerUnit = Field(description="for each delivery that is late, or per chip or MW of it")
    grace: Duration = Field(default=NO_TIME, description="time after the day due for which nothing is owed")
    cap: MoneyPerUnit | None = Field(default=None, description="the most in all, or per chip or MW")

    @model_validator(mode="after")
    def _of_one_measure(self) -> Damages:
        if self.cap is not None and self.cap.per and self.cap.per != self.per_day.per:
            refuse(f"a cap of {self.cap} on damages of {self.per_day} cannot be; state both alike", "cap")
        return self

    @property
    def by_unit(self) -> bool:
        """Whether all of it, the cap too, is by the chip or MW, so that twice the units cost twice as much."""
        return bool(self.per_day.per) and (self.cap is None or bool(self.cap.per))

    def by_month(self, late: Sequence[Late], months: Sequence[Span], since: date = date.min) -> list[Fraction]:
        """What falls due in each month, from the day `since` on; what fell due before counts toward the cap."""
        days = [max(day, since) for day in (months[0].start, *(month.until for month in months))]
        return [after - before for before, after in itertools.pairwise(self._until(late, day) for day in days)]

    def _until(self, late: Sequence[Late], day: date) -> Fraction:
        """All that falls due before a day."""
        rate, total = Fraction(self.per_day.amount), Fraction(0)
        most = None if self.cap is None else Fraction(self.cap.amount)
        for each in late:
            counted = max(0, (min(each.days.until, day) - self.grace.after(each.days.start)).days)
            owed, units = rate * counted, each.units if self.per_day.per else Fraction(1)
            if most is not None and self.cap is not None and self.cap.per:
                owed = min(owed, most)
            total += owed * units
        return min(total, most) if most is not None and self.cap is not None and not self.cap.per else total
