"""Values that change over time: steps, interpolation and growth, read by day or by month."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from gigawatt.values.span import Span, months_apart

Interpolation = Literal["step", "linear", "geometric"]

_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Series:
    """A dated value in one unit that the holder knows.

    `points` are days in order with the value from each day on. `step`: a value holds until the next point;
    `linear` and `geometric`: it moves from each point to the next and is flat after the last. There is no value
    before the first point. `growth_per_month` compounds on top, once a calendar month from the month of
    `growth_from` (where None: from the first month asked for), never before it.
    ValueError where there are no points, they are out of order, or geometric meets a value that is not positive.
    """

    points: tuple[tuple[date, Decimal], ...]
    interpolate: Interpolation = "step"
    growth_per_month: Decimal = Decimal(0)
    growth_from: date | None = None

    def __post_init__(self) -> None:
        if not self.points:
            raise ValueError("a series needs at least one value")
        days = [day for day, _ in self.points]
        if any(later <= earlier for earlier, later in itertools.pairwise(days)):
            raise ValueError("the days of a series must be in order, each once")
        if self.interpolate == "geometric" and any(value <= 0 for _, value in self.points):
            raise ValueError("geometric interpolation needs values above nought")
        if self.growth_per_month <= -1:
            raise ValueError("growth of -100 % or less leaves nothing")

    @classmethod
    def constant(cls, value: Decimal) -> Series:
        """The same value on every day there is."""
        return cls(((date.min, value),))

    @property
    def is_constant(self) -> bool:
        """Whether it has one and the same value on every day."""
        return not self.growth_per_month and self.first_day == date.min and len(self.points) == 1

    @property
    def first_day(self) -> date:
        """The first day with a value; `date.min` where it always had one."""
        return self.points[0][0]

    @property
    def last(self) -> Decimal:
        """The value at the last point, without growth."""
        return self.points[-1][1]

    def map(self, change: Callable[[Decimal], Decimal]) -> Series:
        """The series with `change` made to each point's value; growth and interpolation stay."""
        points = tuple((day, change(value)) for day, value in self.points)
        return Series(points, self.interpolate, self.growth_per_month, self.growth_from)

    def with_growth(self, growth_per_month: Decimal, growth_from: date | None) -> Series:
        """The same points, with this growth in place of its own."""
        return Series(self.points, self.interpolate, growth_per_month, growth_from)

    def spliced(self, later: Series, day: date) -> Series | None:
        """These values before `day` and those of `later` from then on; None where they cannot be one series."""
        first = later.at(day)
        plain = not (self.growth_per_month or later.growth_per_month)
        if not plain or self.interpolate != "step" or later.interpolate != "step" or first is None:
            return None
        points = [point for point in self.points if point[0] < day]
        points += [(day, first), *(point for point in later.points if point[0] > day)]
        return Series(tuple(points))

    def at(self, day: date) -> Decimal | None:
        """The value on `day`, or None before the first point. Without `growth_from` no growth is counted."""
        index = bisect_right(self.points, day, key=lambda point: point[0]) - 1
        if index < 0:
            return None
        value = self._between(index, Decimal(day.toordinal()))
        return value * self._grown(day, self.growth_from) if self.growth_per_month else value

    def monthly(self, months: Sequence[Span], before: Decimal = Decimal(0)) -> list[Decimal]:
        """One value a month, shape `[len(months)]`.

        Steps: the mean over the month's days, so that a change in mid-month counts exactly. Interpolated: the value
        at mid-month. `before` stands for the time before the first point.
        """
        growth_from = self.growth_from or (months[0].start if months else None)
        values = []
        for month in months:
            value = self._mean(month, before) if self.interpolate == "step" else self._middle(month, before)
            if self.growth_per_month:
                value *= self._grown(month.start, growth_from)
            values.append(value)
        return values

    def _mean(self, month: Span, before: Decimal) -> Decimal:
        """The mean of the steps over the days of the month."""
        first = bisect_right(self.points, month.start, key=lambda point: point[0])
        value = self.points[first - 1][1] if first else before
        if first == len(self.points) or self.points[first][0] >= month.until:
            return value
        total, day = Decimal(0), month.start
        for change, following in self.points[first:]:
            if change >= month.until:
                break
            total += value * (change - day).days
            day, value = change, following
        return (total + value * (month.until - day).days) / month.days

    def _middle(self, month: Span, before: Decimal) -> Decimal:
        """The interpolated value in the middle of the month."""
        middle = Decimal(month.start.toordinal() + month.until.toordinal()) / 2
        index = bisect_right(self.points, middle, key=lambda point: Decimal(point[0].toordinal())) - 1
        return before if index < 0 else self._between(index, middle)

    def _between(self, index: int, ordinal: Decimal) -> Decimal:
        """The value at a day's ordinal that lies on or after point `index` and before the next."""
        day, value = self.points[index]
        if self.interpolate == "step" or index + 1 == len(self.points):
            return value
        next_day, next_value = self.points[index + 1]
        share = (ordinal - day.toordinal()) / (next_day - day).days
        if self.interpolate == "linear":
            return value + (next_value - value) * share
        # Leaving the root out at nought keeps the value at a point exact.
        return _geometric(value, next_value, share) if share else value

    def _grown(self, day: date, growth_from: date | None) -> Decimal:
        """The factor of growth in the month of `day`."""
        passed = months_apart(growth_from, day) if growth_from is not None else 0
        return (_ONE + self.growth_per_month) ** max(0, passed)


@lru_cache(maxsize=65_536)
def _geometric(value: Decimal, next_value: Decimal, share: Decimal) -> Decimal:
    """The value at a share of the way between two; kept, since a root in decimals is slow and asked for again."""
    return value * (next_value / value) ** share
