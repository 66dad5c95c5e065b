"""Offers of new capacity that were put to a holder of a first refusal, and what came of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from gigawatt.values.span import Duration, Span


@dataclass(frozen=True, slots=True)
class OfferOnRecord:
    """A need that was put to the holder of `clause` (`contract/clause`) on `opened`, and the answer to it.

    `power_mw` is what was asked for over `span`, for `workload` (any where None), at `price_per_chip_hour` where one
    was named. `accepted_mw` is what the holder took on; `answered` the day on which it said so, or declined.
    """

    id: str
    clause: str
    opened: date
    power_mw: Decimal
    span: Span | None = None
    workload: str | None = None
    price_per_chip_hour: Decimal | None = None
    answer: Literal["accepted", "declined"] | None = None
    answered: date | None = None
    accepted_mw: Decimal | None = None

    def in_time(self, deadline: date) -> bool:
        """Whether it was answered before its time had passed; an answer that comes later counts as none."""
        return self.answered is not None and self.answered < deadline

    def left_mw(self, deadline: date, *, silence_accepts: bool) -> Decimal:
        """What the holder did not take on, once it has answered or its time has passed."""
        if self.answer is None or not self.in_time(deadline):
            return Decimal(0) if silence_accepts else self.power_mw
        taken = self.power_mw if self.accepted_mw is None else self.accepted_mw
        return self.power_mw - taken if self.answer == "accepted" else self.power_mw

    def free_from(self, deadline: date, on: date) -> date | None:
        """The day from which the rest of the need is free, by what is on record on `on`; None while it is open."""
        if self.answered is not None and self.in_time(deadline) and self.answered <= on:
            return self.answered
        return deadline if on >= deadline else None

    def covers(self, workload: str | None, power_mw: Decimal, span: Span | None, left_mw: Decimal) -> bool:
        """Whether a need of this kind, size and time lies within what was offered and not taken."""
        fits = span is None or self.span is None or span.within(self.span).days == span.days
        return (self.workload is None or self.workload == workload) and power_mw <= left_mw and fits


def after_business_days(day: date, count: int, holidays: Collection[date] = ()) -> date:
    """The first day after so many business days since `day`; Saturdays, Sundays and holidays do not count."""
    passed, end = 0, day
    while passed < count and end < date.max - timedelta(days=1):
        end += timedelta(days=1)
        if end.weekday() < 5 and end not in holidays:
            passed += 1
    return end + timedelta(days=1)


def time_to_answer(opened: date, within: Duration, *, business: bool, holidays: Collection[date]) -> date:
    """The first day on which an answer is too late, to an offer that was made on `opened`."""
    if not business:
        return min(within.after(opened), date.max - timedelta(days=1)) + timedelta(days=1)
    return after_business_days(opened, within.days, holidays)
