"""Days, spans of days and durations. All days are UTC; a span is half-open: its last day is not in it."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

_DAY = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")
_DURATION = re.compile(r"(\d+)\s*([A-Za-z]+)")
_UNITS: dict[str, tuple[int, int, int]] = {
    **dict.fromkeys(("h", "hour", "hours"), (0, 0, 1)),
    **dict.fromkeys(("d", "day", "days"), (0, 1, 0)),
    **dict.fromkeys(("w", "week", "weeks"), (0, 7, 0)),
    **dict.fromkeys(("month", "months"), (1, 0, 0)),
    **dict.fromkeys(("quarter", "quarters"), (3, 0, 0)),
    **dict.fromkeys(("y", "year", "years"), (12, 0, 0)),
}


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """The days from `start` up to, not with, `until`. ValueError where it would end before it begins."""

    start: date
    until: date

    def __post_init__(self) -> None:
        if self.until < self.start:
            raise ValueError(f"a span cannot end on {self.until}, before it begins on {self.start}")

    @classmethod
    def of_day(cls, day: date) -> Span:
        """One day."""
        return cls(day, day + timedelta(days=1) if day < date.max else day)

    def __str__(self) -> str:
        return f"{self.start} until {self.until}"

    @property
    def days(self) -> int:
        """How many days it holds; nought where it is empty."""
        return (self.until - self.start).days

    def contains(self, day: date) -> bool:
        """Whether `day` lies in it."""
        return self.start <= day < self.until

    def overlap(self, other: Span) -> int:
        """How many days both hold."""
        return max(0, (min(self.until, other.until) - max(self.start, other.start)).days)

    def share_of(self, other: Span) -> Fraction:
        """The share of `other`'s days that lie in this span, 0 to 1; nought of an empty one."""
        return Fraction(self.overlap(other), other.days) if other.days else Fraction(0)

    def within(self, other: Span) -> Span:
        """The part of this span that lies in `other`; empty, at the nearer end, where none does."""
        start = min(max(self.start, other.start), other.until)
        return Span(start, max(start, min(self.until, other.until)))


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time as contracts say it: calendar months, days and hours, added in that order."""

    months: int = 0
    days: int = 0
    hours: int = 0

    def __add__(self, other: Duration) -> Duration:
        """Both, one after the other: months with months, days with days."""
        return Duration(self.months + other.months, self.days + other.days, self.hours + other.hours)

    def __str__(self) -> str:
        parts = [f"{n} {unit}" for n, unit in ((self.months, "months"), (self.days, "d"), (self.hours, "h")) if n]
        return " ".join(parts) or "0 d"

    @property
    def in_months(self) -> int:
        """Its length in calendar months, rounded; what days and hours add is counted in mean months."""
        days = self.days + Fraction(self.hours, 24)
        return self.months + round(days * 48 / 1461)

    def after(self, day: date) -> date:
        """The first day on or after which all of it has passed since the start of `day`.

        A day that the month lacks becomes its last (31 January and one month: 28 or 29 February);
        hours that do not fill a day count as a whole one. What lies beyond the last day there is ends with that.
        """
        try:
            return add_months(day, self.months) + timedelta(days=self.days - (-self.hours // 24))
        except (OverflowError, ValueError):
            return date.max

    def before(self, day: date) -> date:
        """The day that lies so long before `day`; hours that do not fill a day count as a whole one."""
        return add_months(day, -self.months) - timedelta(days=self.days - (-self.hours // 24))


def add_months(day: date, months: int) -> date:
    """The same day of the month, so many months on (or back), or that month's last where it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_start(day: date) -> date:
    """The first of the month of `day`."""
    return day.replace(day=1)


def month_span(name: str) -> Span:
    """The days of the month that `2026-10` names. ValueError for another text."""
    first = parse_day(name)
    return Span(first, add_months(first, 1))


def months_apart(start: date, day: date) -> int:
    """How many calendar months `day`'s month is after `start`'s; the day of the month does not count."""
    return (day.year - start.year) * 12 + day.month - start.month


def months_between(start: date, until: date) -> list[Span]:
    """The calendar months from `start` until `until`, the first and last cut where those lie inside a month."""
    months: list[Span] = []
    while start < until:
        end = min(add_months(month_start(start), 1), until)
        months.append(Span(start, end))
        start = end
    return months


def shares_by_month(months: Iterable[Span], whole: Span, part: Span) -> list[Fraction]:
    """By month, the share of its days in `whole` that lie in `part` too; nought in a month that holds none."""
    return list(_shares_by_month(tuple(months), whole, part))


@lru_cache(maxsize=4096)
def _shares_by_month(months: tuple[Span, ...], whole: Span, part: Span) -> tuple[Fraction, ...]:
    counted = part.within(whole)
    days = [(month.overlap(counted), month.overlap(whole)) for month in months]
    return tuple(Fraction(inside, each) if each else Fraction(0) for inside, each in days)


def contract_years(span: Span) -> list[Span]:
    """The years of a contract, each beginning on the anniversary of its first day; the last may be short.

    A contract from 29 February has its anniversaries on the 28th in common years.
    """
    years: list[Span] = []
    start, n = span.start, 0
    while start < span.until:
        n += 1
        end = min(add_months(span.start, 12 * n), span.until)
        years.append(Span(start, end))
        start = end
    return years


@lru_cache(maxsize=4096)
def parse_day(text: str) -> date:
    """The day that `2025-09-26` names, or the first of the month that `2025-09` names. ValueError otherwise."""
    match = _DAY.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a date; write 2025-09-26, or 2025-09 for a month")
    year, month, day = match.groups()
    try:
        return date(int(year), int(month), int(day or 1))
    except ValueError:
        raise ValueError(f"{text!r} is not a date: there is no such day") from None


def parse_last(text: str) -> date:
    """The day after the last one meant by `through`: `2025-01` means through 31 January, so 1 February."""
    day = parse_day(text)
    if day.year == date.max.year and day.month == 12:
        raise ValueError(f"{text!r} is too late a date; leave the key out where there is no end")
    return add_months(day, 1) if text.strip().count("-") == 1 else day + timedelta(days=1)


def looks_like_day(text: str) -> bool:
    """Whether `text` has the form of a date or month, as the keys of a dated series have."""
    return _DAY.fullmatch(text) is not None


@lru_cache(maxsize=1024)
def parse_duration(text: str) -> Duration:
    """`30 d`, `12 months`, `5 y`, `6 weeks` or `24 h`. ValueError otherwise."""
    match = _DURATION.fullmatch(text.strip())
    unit = _UNITS.get(match[2]) if match else None
    if match is None or unit is None:
        raise ValueError(f"{text!r} is not a duration; write for instance 30 d, 6 weeks, 12 months, 5 y or 24 h")
    months, days, hours = (int(match[1]) * n for n in unit)
    if months > 12_000 or days > 400_000 or hours > 9_000_000:
        raise ValueError(f"{text!r} is longer than a thousand years")
    return Duration(months, days, hours)
