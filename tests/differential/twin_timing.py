"""Months, shares of months and dated values, worked out by day from the documents and from nothing else."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from gigawatt.model.programme import Programme
from gigawatt.values.series import Series
from gigawatt.values.span import Span


def month_after(day: date, months: int) -> date:
    """The same day so many months later, or that month's last where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))


def overlap(one: Span, other: Span) -> int:
    """Days that both hold."""
    return max(0, (min(one.until, other.until) - max(one.start, other.start)).days)


def both(one: Span, other: Span) -> Span:
    """The days that both hold; empty where there are none."""
    start = max(one.start, other.start)
    return Span(start, max(start, min(one.until, other.until)))


def value_on(series: Series, day: float) -> float:
    """The value at a day's ordinal, without growth; nought before the first date."""
    points = [(point.toordinal(), float(value)) for point, value in series.points]
    index = bisect_right([ordinal for ordinal, _ in points], day) - 1
    if index < 0:
        return 0.0
    ordinal, value = points[index]
    if series.interpolate == "step" or index + 1 == len(points):
        return value
    later, next_value = points[index + 1]
    share = (day - ordinal) / (later - ordinal)
    if series.interpolate == "linear":
        return value + (next_value - value) * share
    return float(value * (next_value / value) ** share)


@dataclass(frozen=True)
class Time:
    """The horizon of a programme."""

    programme: Programme

    @cached_property
    def horizon(self) -> Span:
        return Span(self.programme.horizon.from_, self.programme.horizon.until)

    @cached_property
    def months(self) -> list[Span]:
        months, start = [], self.horizon.start
        while start < self.horizon.until:
            months.append(Span(start, month_after(start, 1)))
            start = month_after(start, 1)
        return months

    @cached_property
    def slices(self) -> dict[str, float]:
        return {name: float(hours) for name, hours in self.programme.horizon.slices.items()}

    def hours(self, t: int, s: str) -> float:
        """Hours of a slice in a month."""
        return self.months[t].days * self.slices[s]

    def all_hours(self, t: int) -> float:
        """Hours of a month."""
        return self.months[t].days * 24.0

    @cached_property
    def discount(self) -> list[float]:
        """Factors at mid-month."""
        rate = float(self.programme.finance.discount_per_year)
        middles = [(month.start - self.horizon.start).days + month.days / 2 for month in self.months]
        return [(1 + rate) ** -(middle / 365.25) for middle in middles]

    @cached_property
    def monthly_rate(self) -> float:
        return float((1 + float(self.programme.finance.discount_per_year)) ** (1 / 12) - 1)

    @cached_property
    def quarters(self) -> list[Span]:
        """Calendar quarters, cut to the horizon."""
        quarters: list[Span] = []
        for month in self.months:
            if quarters and (month.start.month - 1) % 3:
                quarters[-1] = Span(quarters[-1].start, month.until)
            else:
                quarters.append(month)
        return quarters

    def quarter_of(self, t: int) -> int:
        """The quarter in which a month lies."""
        return next(q for q, quarter in enumerate(self.quarters) if overlap(quarter, self.months[t]))

    def months_of(self, q: int) -> list[int]:
        """The months of a quarter."""
        return [t for t in range(len(self.months)) if self.quarter_of(t) == q]

    def cover(self, span: Span, t: int) -> float:
        """The share of a month's days that lie in a span."""
        return overlap(self.months[t], span) / self.months[t].days

    def last_month(self, span: Span) -> int | None:
        """The last month of the horizon that holds a day of the span."""
        inside = [t for t, month in enumerate(self.months) if overlap(month, span)]
        return inside[-1] if inside else None

    def mean(self, series: Series | None, t: int, span: Span | None = None) -> float:
        """The mean of a dated value over those days of a month that lie in a span (default the whole month).

        Steps: day by day. Interpolated: the value in the middle of those days. Growth compounds by calendar month.
        """
        part = both(self.months[t], span) if span is not None else self.months[t]
        if series is None or not part.days:
            return 0.0
        if series.interpolate == "step":
            value = sum(value_on(series, part.start.toordinal() + n) for n in range(part.days)) / part.days
        else:
            value = value_on(series, (part.start.toordinal() + part.until.toordinal()) / 2)
        if not series.growth_per_month:
            return value
        first = series.growth_from or self.horizon.start
        passed = (part.start.year - first.year) * 12 + part.start.month - first.month
        return float(value * (1 + float(series.growth_per_month)) ** max(0, passed))

    def level(self, series: Series, t: int, span: Span) -> float:
        """The mean over a whole month of what is there only on the days of a span."""
        return self.mean(series, t, span) * self.cover(span, t)


def contract_years(start: date, until: date, horizon: Span) -> list[Span]:
    """The years of a contract, each from an anniversary of its first day, of which a day lies in the horizon."""
    years, n = [], 0
    while month_after(start, 12 * n) < min(until, horizon.until):
        year = Span(month_after(start, 12 * n), min(month_after(start, 12 * (n + 1)), until))
        if overlap(year, horizon):
            years.append(year)
        n += 1
    return years
