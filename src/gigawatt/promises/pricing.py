"""What moves a stated price: an escalator by years, an index, an exchange rate. Exact on a day and over days.

A price is what is stated for the day, times every factor of that day. Factors move in steps, so that a month in which
one of them moves counts by its days.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Protocol

from pydantic import Field, TypeAdapter, ValidationInfo, WrapValidator, model_validator
from pydantic_core.core_schema import ValidatorFunctionWrapHandler

from gigawatt.model.fields import Day, Flag, LevelSeries, PerYear, PricePerChipHour, Text
from gigawatt.model.parsing import in_context, refuse
from gigawatt.model.term import Term
from gigawatt.model.thing import Thing
from gigawatt.values.ids import did_you_mean
from gigawatt.values.money import CURRENCIES
from gigawatt.values.series import Series
from gigawatt.values.span import Span, add_months, months_apart


class Moving(Protocol):
    """A factor of a price that moves in steps."""

    def changes(self, span: Span) -> Iterable[date]:
        """The days inside a span, after its first, on which it moves."""

    def factor(self, day: date) -> Fraction:
        """What a price is multiplied by on a day. ValueError where nobody can say."""


class Escalator(Thing):
    """A price that rises by a fixed share on every anniversary of a day."""

    rate_per_year: PerYear = Field(alias="rate", description="the share by which it rises, as 3 %/year")
    from_: Day = Field(alias="from", description="the day from which years are counted; the first rise is a year later")
    compound: Flag = Field(default=True, description="whether each year rises on the last; if not, on the first price")

    def changes(self, span: Span) -> Iterator[date]:
        """The anniversaries inside a span, after its first day."""
        years = max(1, span.start.year - self.from_.year)
        while (day := add_months(self.from_, 12 * years)) < span.until:
            if day > span.start:
                yield day
            years += 1

    def factor(self, day: date) -> Fraction:
        """One until the first anniversary, then higher by the rate for each year that has passed."""
        years = max(0, months_apart(self.from_, day) // 12)
        if years and add_months(self.from_, 12 * years) > day:
            years -= 1
        rate = Fraction(self.rate_per_year)
        return (1 + rate) ** years if self.compound else 1 + years * rate


class Index(Thing):
    """A published index that multiplies a price: its level on the day over that on its base date."""

    name: Text | None = Field(default=None, description="what is published, and by whom")
    base: Day = Field(description="the day for whose level the price was agreed")
    values: LevelSeries = Field(description="the levels, each from its day until the next")

    @model_validator(mode="after")
    def _has_a_base(self) -> Index:
        _in_steps(self.values, "an index", "values")
        if self.values.at(self.base) is None:
            refuse(f"has no level on its base date {self.base}; the first is for {self.values.first_day}", "values")
        return self

    def changes(self, span: Span) -> Iterator[date]:
        """The days inside a span, after its first, from which there is another level."""
        return (day for day, _ in self.values.points if span.start < day < span.until)

    def factor(self, day: date) -> Fraction:
        """The level on a day over that on the base date."""
        base = _on(self.values, self.base, f"index {self.name or ''}".rstrip())
        return _on(self.values, day, f"index {self.name or ''}".rstrip()) / base


class Currency(Thing):
    """A price in another currency, paid in the programme's at a stated rate."""

    code: Text = Field(description="its ISO code, as EUR")
    rate: LevelSeries = Field(description="what one unit of it is in the programme's currency, dated")

    @model_validator(mode="after")
    def _of_iso(self, info: ValidationInfo) -> Currency:
        if self.code not in CURRENCIES:
            refuse(f"{self.code!r} is no currency known here{did_you_mean(self.code, CURRENCIES)}", "code")
        if self.code == in_context(info, "currency"):
            refuse(f"{self.code} is the programme's own currency; leave `currency` out", "code")
        _in_steps(self.rate, "an exchange rate", "rate")
        return self

    def changes(self, span: Span) -> Iterator[date]:
        """The days inside a span, after its first, from which there is another rate."""
        return (day for day, _ in self.rate.points if span.start < day < span.until)

    def factor(self, day: date) -> Fraction:
        """What one unit is in the programme's currency."""
        return _on(self.rate, day, f"the rate of {self.code}")


def _in_steps(series: Series, what: str, key: str) -> None:
    if series.interpolate != "step" or series.growth_per_month:
        refuse(f"{what} moves in steps, from each date to the next; leave `interpolate` and `growth` out", key)


def _on(series: Series, day: date, what: str) -> Fraction:
    value = series.at(day)
    if value is None:
        raise ValueError(f"{what} has no value on {day}, when it is needed; its first is for {series.first_day}")
    return Fraction(value)


@dataclass(frozen=True)
class Moved:
    """A stated series of prices with the factors that move it."""

    stated: Series
    factors: tuple[Moving, ...] = ()

    def at(self, day: date) -> Decimal | None:
        """The price on a day, to 28 digits; None before the first that is stated."""
        stated = self.stated.at(day)
        if stated is None:
            return None
        exact = Fraction(stated) * self._factor(day)
        return Decimal(exact.numerator) / Decimal(exact.denominator)

    def by_month(self, term: Term) -> list[Fraction]:
        """The mean price over each month's days in force; nought where it is not in force."""
        if not self.factors and self.stated.is_constant:
            price = Fraction(self.stated.last)
            return [price if days else Fraction(0) for days in term.days]
        growth, since = self.stated.growth_per_month, self.stated.growth_from or term.inside.start
        moved = Moved(self.stated.with_growth(growth, since), self.factors) if growth else self
        parts = [month.within(term.inside) for month in term.months]
        return [moved.mean(part) if part.days else Fraction(0) for part in parts]

    def mean(self, part: Span) -> Fraction:
        """The mean price over the days of a part of a month."""
        series = self.stated
        days = {part.start, part.until, *(day for factor in self.factors for day in factor.changes(part))}
        if series.interpolate == "step":
            days |= {day for day, _ in series.points if part.start < day < part.until}
        cuts = sorted(days)
        spans = [Span(start, until) for start, until in itertools.pairwise(cuts)]
        total = sum(
            (Fraction(series.monthly([span])[0]) * self._factor(span.start) * span.days for span in spans), Fraction(0)
        )
        return total / part.days

    def _factor(self, day: date) -> Fraction:
        product = Fraction(1)
        for factor in self.factors:
            product *= factor.factor(day)
        return product


def in_its_currency(wanted: Any) -> WrapValidator:
    """Reads a value of type `wanted` in the currency that the thing around it states by `currency`, if it does."""
    adapter: TypeAdapter[Any] = TypeAdapter(wanted)

    def read(value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        if "currency" not in info.data:
            return value  # it could not be read, which is told; nothing more is to be said of what stands in it
        currency: Currency | None = info.data["currency"]
        if currency is None:
            return handler(value)
        return adapter.validate_python(value, context={**(info.context or {}), "currency": currency.code})

    return WrapValidator(read)


OwnPricePerChipHour = Annotated[PricePerChipHour, in_its_currency(PricePerChipHour)]
"""A price per chip-hour in the currency that the clause states, if any."""
