"""Prices by volume: bands of chip-hours in a contract year or a month, and what each month owes beyond the first price.

`marginal`: each chip-hour has the price of the band that it falls in, in order of time. `all_units`: every chip-hour of
the period has the price of the band that the whole of it reaches. The bill reckons both here, exactly; a plan pins the
same in `tiers_planned.py`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pydantic import Field

from gigawatt.model.fields import ChipHours, PricePerChipHour
from gigawatt.model.term import Term
from gigawatt.model.thing import Thing
from gigawatt.values.quantity import plain
from gigawatt.values.span import Span

Each = Literal["contract year", "month"]
Amounts = list[Fraction]
"""One a month, T of them."""


class Band(Thing):
    """A part of the volume of a year or month, with a price of its own."""

    at_least_chip_hours: ChipHours = Field(alias="at_least", description="the volume from which on it is")
    below_chip_hours: ChipHours | None = Field(
        default=None, alias="below", description="the volume at which it ends; where the next begins, if absent"
    )
    price_per_chip_hour: PricePerChipHour = Field(alias="price", description="price of a chip-hour in it")


def fault_in(bands: Sequence[Band]) -> str | None:
    """What is wrong with the order of bands: the price of some volume is told twice, or not at all."""
    for number, band in enumerate(bands, start=1):
        if number == 1 and not band.at_least_chip_hours:
            return "the first band begins at nought, where `price` holds; give its price by `price`, and take it out"
        if band.below_chip_hours is not None and band.below_chip_hours <= band.at_least_chip_hours:
            begins, ends = _hours(band.at_least_chip_hours), _hours(band.below_chip_hours)
            return f"band {number} ends at {ends}, and begins at {begins}; move one of the two"
    for number, (band, following) in enumerate(itertools.pairwise(bands), start=1):
        start, end = following.at_least_chip_hours, band.below_chip_hours
        if start <= band.at_least_chip_hours:
            return (
                f"band {number + 1} begins at {_hours(start)}, not after band {number}, which begins at "
                f"{_hours(band.at_least_chip_hours)}; put them in rising order, each volume once"
            )
        if end is not None and end > start:
            return (
                f"bands {number} and {number + 1} overlap: both have a price from {_hours(start)} to {_hours(end)}; "
                f"end band {number} at {_hours(start)}, or leave its `below` out"
            )
        if end is not None and end < start:
            return (
                f"no band has a price from {_hours(end)} to {_hours(start)}; begin band {number + 1} at {_hours(end)}, "
                f"or leave the `below` of band {number} out"
            )
    if bands and (end := bands[-1].below_chip_hours) is not None:
        return f"nothing has a price from {_hours(end)} on; leave the `below` of the last band out, and bound `chips`"
    return None


def _hours(number: Decimal) -> str:
    return f"{plain(number)} chip-hour"


@dataclass(frozen=True)
class Period:
    """A contract year or a month, as far as it is planned or settled.

    `share` of each month's chip-hours count in it, shape (T,); it ends with month `last`, and what is due for all of
    it accrues over `days`. `thresholds` are the chip-hours still to go until each band, `done` those that were taken
    before and count.
    """

    label: str
    share: list[Fraction]
    last: int
    days: Span
    thresholds: list[Fraction]
    done: Fraction = Fraction(0)

    @property
    def months(self) -> list[int]:
        """The months that count in it."""
        return [t for t, share in enumerate(self.share) if share]

    @property
    def reached(self) -> int:
        """How many bands were reached before."""
        return sum(not threshold for threshold in self.thresholds)


def periods(
    term: Term, each: Each, thresholds: Sequence[Decimal], taken: Mapping[date, Decimal], *, to_date: bool
) -> list[Period]:
    """The years or months in force, each with the thresholds of its days.

    Where the horizon's start cuts a year and nothing is said of what was taken before, the thresholds are for the days
    from there on. Where its end does, they are for the whole year if the volume counts `to_date`, in order of time, and
    else for the days seen. A year or month that the term cuts has those of its own days.
    """
    if each == "contract year":
        return [_year(term, year, thresholds, taken, to_date) for year in term.years]
    found = []
    for t, (month, days) in enumerate(zip(term.months, term.days, strict=True)):
        if days:
            share = [Fraction(int(t == other)) for other in range(len(term.months))]
            part = Fraction(days, month.days)
            left = [Fraction(whole) * part for whole in thresholds]
            found.append(Period(f"{month.start:%Y-%m}", share, t, month.within(term.inside), left))
    return found


def _year(
    term: Term, year: Span, thresholds: Sequence[Decimal], taken: Mapping[date, Decimal], to_date: bool
) -> Period:
    counted, done = term.counted(year, taken), term.before(year, taken)
    goes_on = term.whole.until == term.horizon.until  # an end that the file leaves open lies at the horizon's
    last = year.until if goes_on else year.within(term.whole).until
    until = last if to_date else counted.until
    part = Fraction((until - counted.start).days, year.days)
    left = [max(Fraction(0), Fraction(whole) * part - done) for whole in thresholds]
    label, share = f"{year.start:%Y-%m-%d}", term.share(year)
    return Period(label, share, term.last_month(year), term.last_day(year), left, done)


def marginal(period: Period, hours: Amounts, prices: Sequence[Amounts]) -> Iterator[tuple[int, Fraction]]:
    """Month by month, what the volume above each threshold costs beyond the price below it, in order of time.

    `hours` are each month's chip-hours, `prices` those of all bands from the first price up, both by month.
    """
    steps = [[b - a for a, b in zip(*pair, strict=True)] for pair in itertools.pairwise(prices)]
    total = Fraction(0)
    for t in period.months:
        before, total = total, total + hours[t] * period.share[t]
        for threshold, step in zip(period.thresholds, steps, strict=True):
            yield t, step[t] * (max(Fraction(0), total - threshold) - max(Fraction(0), before - threshold))


def all_units(period: Period, hours: Amounts, prices: Sequence[Amounts]) -> Fraction:
    """What the price of the band that is reached makes of the whole volume, beyond the first price.

    What was taken before the horizon counts at the prices of the first month that is seen.
    """
    volume = sum((hours[t] * period.share[t] for t in period.months), Fraction(0))
    band = sum(volume >= threshold for threshold in period.thresholds)
    rise = [price - first for price, first in zip(prices[band], prices[0], strict=True)]
    within = sum((rise[t] * hours[t] * period.share[t] for t in period.months), Fraction(0))
    return within + rise[period.months[0]] * period.done
