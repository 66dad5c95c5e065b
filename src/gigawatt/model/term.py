"""When a clause is in force: its days, the horizon's part of them, contract years, and means over days in force.

A plan and a settlement both count time by this, so that a promise has one calendar. Exact: days, Fractions, Decimals.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from gigawatt.values.series import Series
from gigawatt.values.span import Span, add_months, contract_years, months_apart, shares_by_month

if TYPE_CHECKING:
    from gigawatt.model.clause import Clause
    from gigawatt.model.contract import Contract


@dataclass(frozen=True)
class Term:
    """The days of one clause of a contract, seen from a horizon of whole calendar `months`, T of them."""

    clause: Clause
    contract: Contract
    months: tuple[Span, ...]

    @cached_property
    def horizon(self) -> Span:
        """All months."""
        return Span(self.months[0].start, self.months[-1].until)

    @cached_property
    def whole(self) -> Span:
        """The clause's days, those outside the horizon too; an open end is the horizon's."""
        start = min(self.contract.from_ or self.horizon.start, self.clause.from_ or self.horizon.start)
        until = max(self.contract.until or self.horizon.until, self.clause.until or self.horizon.until, start)
        return self.clause.span_within(self.contract.span_within(Span(start, until)))

    @cached_property
    def inside(self) -> Span:
        """The clause's days inside the horizon; empty (start = until) where there are none."""
        return self.whole.within(self.horizon)

    @cached_property
    def days(self) -> tuple[int, ...]:
        """Days in force, by month."""
        return tuple(month.overlap(self.inside) for month in self.months)

    @cached_property
    def years(self) -> list[Span]:
        """The contract years, from the contract's first day, that touch the days inside; each whole."""
        start = self.contract.from_ or self.whole.start
        count = len(contract_years(Span(start, self.whole.until)))
        ends = [add_months(start, 12 * n) for n in range(count + 1)]
        years = [Span(start, end) for start, end in itertools.pairwise(ends)]
        return [year for year in years if year.overlap(self.inside)]

    def share(self, part: Span) -> list[Fraction]:
        """The share of each month's days in force that lie in `part`, by month; nought where it is not in force."""
        return shares_by_month(self.months, self.inside, part)

    def share_of(self, days: Span, part: Span) -> list[Fraction]:
        """The share that lies in `part` of what falls in each month and accrues over `days`, by month.

        In a month that holds none of those days it accrues over the whole month.
        """
        return list(_shares_of(self.months, days, part))

    def last_month(self, part: Span) -> int:
        """The month of the last day in force of a span that touches the horizon."""
        return months_apart(self.horizon.start, part.within(self.inside).until - timedelta(days=1))

    def mean(self, series: Series) -> list[Decimal]:
        """The mean of a series over each month's days in force, by month; nought where it is not in force."""
        return list(_means(self.months, self.inside, series))

    def floor(self, whole: Decimal, year: Span, done: Mapping[date, Decimal]) -> Fraction:
        """What is still due of a floor `whole` for a contract year: its part that counts, less what was done before;
        never below nought."""
        return max(Fraction(0), Fraction(whole) * self.part(year, done) - self.before(year, done))

    def part(self, year: Span, done: Mapping[date, Decimal]) -> Fraction:
        """The share of a contract year that counts: by days where horizon or term cut it.

        Where the horizon's start cuts the year, and what was done by then is stated, from the year's first day on.
        """
        return Fraction(self.counted(year, done).days, year.days)

    def counted(self, year: Span, done: Mapping[date, Decimal]) -> Span:
        """The days of a contract year that count, see `part`."""
        inside = year.within(self.inside)
        if not self._days_before(year, done):
            return inside
        return Span(year.within(self.whole).start, inside.until)

    def before(self, year: Span, done: Mapping[date, Decimal]) -> Fraction:
        """What was done of a contract year before the horizon, by the last day for which it is stated; else nought."""
        days = self._days_before(year, done)
        return Fraction(done[max(days)]) if days else Fraction(0)

    def _days_before(self, year: Span, done: Mapping[date, Decimal]) -> list[date]:
        start = year.within(self.inside).start
        return [day for day in done if year.start <= day < start]

    def last_day(self, part: Span) -> Span:
        """The last day in force of a span that touches the horizon."""
        until = part.within(self.inside).until
        return Span(until - timedelta(days=1), until)


@lru_cache(maxsize=4096)
def _means(months: tuple[Span, ...], inside: Span, series: Series) -> tuple[Decimal, ...]:
    parts = {t: month.within(inside) for t, month in enumerate(months) if month.overlap(inside)}
    values = dict(zip(parts, series.monthly(list(parts.values())), strict=True))
    return tuple(values.get(t, Decimal(0)) for t in range(len(months)))


@lru_cache(maxsize=4096)
def _shares_of(months: tuple[Span, ...], days: Span, part: Span) -> tuple[Fraction, ...]:
    within = [(days.within(month), month) for month in months]
    return tuple(part.share_of(inside if inside.days else month) for inside, month in within)
