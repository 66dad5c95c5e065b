"""The time that is planned, how a day is cut, and what later money is worth."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import Field, model_validator

from gigawatt.model.fields import Day, HoursPerDay, Id, LastDay, PerYear
from gigawatt.model.parsing import refuse, refuse_keys
from gigawatt.model.thing import Thing
from gigawatt.values.span import Span, month_start, months_between

HOURS_A_DAY = 24


def _after_through(data: Mapping[str, Any]) -> date:
    # Where neither end is given the validator below says so; until then the first day stands for it.
    through: date = data.get("through") or data["from_"]
    return through


class Horizon(Thing):
    """Whole calendar months, and the slices into which each day is cut."""

    from_: Day = Field(alias="from", description="first day; the first of a month")
    through: LastDay | None = Field(default=None, description="last month, inclusive")
    until: Day = Field(default_factory=_after_through, description="first day that is no longer planned")
    slices: dict[Id, HoursPerDay] = Field(default_factory=lambda: {"all": Decimal(HOURS_A_DAY)})

    @property
    def span(self) -> Span:
        """All of it."""
        return Span(self.from_, self.until)

    @property
    def months(self) -> list[Span]:
        """Its calendar months."""
        return months_between(self.from_, self.until)

    @model_validator(mode="after")
    def _whole_months(self) -> "Horizon":
        given = self.model_fields_set
        if "until" not in given and "through" not in given:
            refuse("says not when it ends; give `through`, its last month")
        if "until" in given and "through" in given:
            refuse("has both `through` (inclusive) and `until` (exclusive); keep one of them", "until")
        end = "until" if "until" in given else "through"
        faults = []
        if self.until <= self.from_:
            faults.append((end, f"has no months: it ends before {self.until}, and begins on {self.from_}"))
        if self.from_ != month_start(self.from_):
            faults.append(("from", f"{self.from_} is inside a month; whole months are planned"))
        if self.until != month_start(self.until):
            faults.append((end, f"ends inside a month (on the day before {self.until}); whole months are planned"))
        total = sum(self.slices.values(), Decimal(0))
        if total != HOURS_A_DAY:
            faults.append(("slices", f"the slices add up to {total.normalize():f} h where a day has {HOURS_A_DAY} h"))
        if faults:
            refuse_keys(faults)
        return self


class Finance(Thing):
    """What later money is worth."""

    discount_per_year: PerYear = Field(default=Decimal("0.08"), alias="discount")
