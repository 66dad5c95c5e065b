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
from functools import cached_property
from typing import TYPE_CHECKING

from gigawatt.values.series import Series
from gigawatt.values.span import Span, add_months, contract_years, months_apart

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
        within = part.within(self.inside)
        return [Fraction(month.overlap(within), days) if days else Fraction(0)
                for month, days in zip(self.months, self.days, strict=True)]  # fmt: skip

    def last_month(self, part: Span) -> int:
        """The month of the last day in force of a span that touches the horizon."""
        return months_apart(self.horizon.start, part.within(self.inside).until - timedelta(days=1))

    def mean(self, series: Series) -> list[Decimal]:
        """The mean of a series over each month's days in force, by month; nought where it is not in force."""
        parts = {t: month.within(self.inside) for t, month in enumerate(self.months) if self.days[t]}
        values = dict(zip(parts, series.monthly(list(parts.values())), strict=True))
        return [values.get(t, Decimal(0)) for t in range(len(self.months))]

    def floor(self, whole: Decimal, year: Span, done: Mapping[date, Decimal]) -> Fraction:
        """What is still due of a floor `whole` for a contract year: pro rata by days where horizon or term cut it.

        Where the horizon's start cuts the year, and what was done by then is stated, the floor counts from the year's
        first day, less that; never below nought.
        """
        inside = year.within(self.inside)
        before = [day for day in done if year.start <= day < inside.start]
        if not before:
            return Fraction(whole) * inside.days / year.days
        counted = Span(year.within(self.whole).start, inside.until)
        return max(Fraction(0), Fraction(whole) * counted.days / year.days - Fraction(done[max(before)]))
