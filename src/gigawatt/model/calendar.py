"""The horizon as arrays: months, slices of the day, quarters and discount factors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from gigawatt.values.series import Series
from gigawatt.values.span import Span, months_between

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Calendar:
    """Calendar months `t`, slices `s` and calendar quarters `q` of a half-open horizon of whole months.

    `slice_hours` are hours a day by slice and sum to 24; `discount_per_year` is the rate at which money is discounted.
    """

    span: Span
    slices: Mapping[str, Decimal]
    discount_per_year: float

    @cached_property
    def months(self) -> tuple[Span, ...]:
        """The months, T of them."""
        return tuple(months_between(self.span.start, self.span.until))

    @cached_property
    def month_names(self) -> tuple[str, ...]:
        """`2027-01` and so on, T of them."""
        return tuple(f"{month.start:%Y-%m}" for month in self.months)

    @cached_property
    def slice_names(self) -> tuple[str, ...]:
        """The slices of the day in file order, S of them."""
        return tuple(self.slices)

    @cached_property
    def hours(self) -> Floats:
        """Hours, shape (T, S): days of the month times hours a day."""
        days = np.array([month.days for month in self.months], dtype=np.float64)
        return np.asarray(days[:, None] * np.array([float(value) for value in self.slices.values()])[None, :])

    @cached_property
    def month_hours(self) -> Floats:
        """Hours of each month, shape (T,)."""
        return np.array([24.0 * month.days for month in self.months])

    @cached_property
    def quarters(self) -> tuple[Span, ...]:
        """Calendar quarters cut to the horizon, Q of them."""
        quarters: list[Span] = []
        for index, month in enumerate(self.months):
            if index and self.quarter_of_month[index] == self.quarter_of_month[index - 1]:
                quarters[-1] = Span(quarters[-1].start, month.until)
            else:
                quarters.append(month)
        return tuple(quarters)

    @cached_property
    def quarter_names(self) -> tuple[str, ...]:
        """`2027Q1` and so on, Q of them."""
        return tuple(f"{quarter.start:%Y}Q{(quarter.start.month + 2) // 3}" for quarter in self.quarters)

    @cached_property
    def month_index(self) -> dict[str, int]:
        """The position of each month by its name."""
        return {name: position for position, name in enumerate(self.month_names)}

    @cached_property
    def quarter_index(self) -> dict[str, int]:
        """The position of each quarter by its name."""
        return {name: position for position, name in enumerate(self.quarter_names)}

    @cached_property
    def quarter_of_month(self) -> Ints:
        """The quarter of each month, shape (T,)."""
        absolute = [month.start.year * 4 + (month.start.month - 1) // 3 for month in self.months]
        return np.array(absolute, dtype=np.int64) - absolute[0]

    @cached_property
    def first_month(self) -> Ints:
        """The first month of each quarter, shape (Q,)."""
        return np.searchsorted(self.quarter_of_month, np.arange(len(self.quarters)))

    @cached_property
    def discount(self) -> Floats:
        """Discount factor at the middle of each month, shape (T,)."""
        middle = [(month.start - self.span.start).days + month.days / 2 for month in self.months]
        return np.asarray((1.0 + self.discount_per_year) ** (-np.array(middle) / 365.25))

    def month_of(self, day: date) -> int:
        """The month that contains `day`: -1 before the horizon, T after it."""
        offset = (day.year - self.span.start.year) * 12 + day.month - self.span.start.month
        return min(max(offset, -1), len(self.months))

    @cached_property
    def _edges(self) -> tuple[Ints, Ints]:
        """The first day of each month and of the month after it, as ordinals, shape (T,) each."""
        starts = np.array([month.start.toordinal() for month in self.months], dtype=np.int64)
        return starts, np.array([month.until.toordinal() for month in self.months], dtype=np.int64)

    def cover(self, span: Span) -> Floats:
        """Share of each month's days that lie in `span`, shape (T,)."""
        starts, ends = self._edges
        return np.asarray(self._days(span) / (ends - starts))

    def _days(self, span: Span) -> Ints:
        """Days of each month that lie in `span`, shape (T,)."""
        starts, ends = self._edges
        start, until = span.start.toordinal(), span.until.toordinal()
        return np.asarray(np.maximum(np.minimum(ends, until) - np.maximum(starts, start), 0))

    def share(self, whole: Span, part: Span) -> Floats:
        """Share of each month's days in `whole` that lie in `part` too, shape (T,); nought where it holds none."""
        days = self._days(whole)
        return np.divide(self._days(part.within(whole)), days, where=days > 0, out=np.zeros(len(days)))

    def monthly(self, series: Series, before: Decimal = Decimal(0)) -> Floats:
        """A series by month, shape (T,), `before` where it has no value yet."""
        return np.array(_monthly(self.months, series, before))

    def mean(self, series: Series, span: Span) -> Floats:
        """The mean of a series over the days of each month that lie in `span`, shape (T,); nought where none do."""
        return np.array(_means(self.months, series, span))

    def level(self, series: Series, span: Span) -> Floats:
        """The mean over each whole month of a series that counts only inside `span`, shape (T,)."""
        return self.mean(series, span) * self.cover(span)

    def sum_discount(self, starts: Ints, lengths: Ints) -> Floats:
        """Sum of the discount factors over `lengths` months from each of `starts`, cut at the horizon's end."""
        running = np.concatenate([[0.0], np.cumsum(self.discount)])
        ends = np.minimum(starts + lengths, len(self.months))
        return np.asarray(running[ends] - running[np.minimum(starts, len(self.months))])


@lru_cache(maxsize=4096)
def _monthly(months: tuple[Span, ...], series: Series, before: Decimal) -> tuple[float, ...]:
    return tuple(float(value) for value in series.monthly(months, before))


@lru_cache(maxsize=4096)
def _means(months: tuple[Span, ...], series: Series, span: Span) -> tuple[float, ...]:
    if series.growth_per_month and series.growth_from is None:
        series = series.with_growth(series.growth_per_month, months[0].start)  # not from the first month it is asked
    inside = {t: month.within(span) for t, month in enumerate(months) if month.overlap(span) > 0}
    values = dict(zip(inside, series.monthly(list(inside.values()), Decimal(0)), strict=True))
    return tuple(float(values.get(t, 0)) for t in range(len(months)))
