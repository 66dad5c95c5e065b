"""What stands under a promise of deliveries: by its record before a day, and from then on as it is promised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from gigawatt.model.facts import Coming, Delivered, Facts, HandedOver
from gigawatt.promises.delivery import recorded_events
from gigawatt.promises.handing_over import EXTENDED, hours_by_part

if TYPE_CHECKING:
    from gigawatt.model.posting import ClauseBook
    from gigawatt.promises.delivery import ByDelivery
    from gigawatt.promises.lot import Lot
    from gigawatt.promises.prolonging import Further


def comes(
    book: ClauseBook,
    clause: ByDelivery,
    place: str,
    lots: Sequence[Lot],
    facts: Facts,
    since: date,
    further: Further | None,
    *,
    ready: Mapping[str, date] | None = None,
    firm: Sequence[Fraction] = (),
    kept: bool = False,
) -> Iterator[Coming]:
    """The deliveries of lots that are not in the facts, and what stands in each month at a place.

    A lot that is not on record comes when it is due, and not before `since`, nor before it is `ready`. Where nothing
    comes in lots, `firm` unit-hours a month stand from `since` on. What was taken of an option stands to the end, at
    the level of the last month before `since` that was metered; `kept` where the promise itself lets its buyer take
    more.
    """
    earliest = {lot.name: max(since, (ready or {}).get(lot.name, since)) for lot in lots}
    new = list(_not_recorded(book, clause, lots, facts, earliest))
    if not facts.delivered_by(book.name) or facts.handed_over_by(book.name):
        yield from new  # where deliveries are metered alone, nobody knows how late they were
    by_days = Facts(handed_over=(*facts.handed_over_by(book.name), *new))
    hours = hours_by_part(book, clause, lots, by_days, further)
    if firm and not lots:
        months = zip(firm, book.months, strict=True)
        hours[""] = [each if month.start >= since else Fraction(0) for each, month in months]
    metered = {part: book.by_month(each) for part, each in facts.parts_delivered_by(book.name).items()}
    nothing = [Fraction(0)] * len(book.months)
    for part in dict.fromkeys((*hours, *metered)):
        due, days = hours.get(part, nothing), further.days if part == EXTENDED and further else book.term.days
        level = _last_level(book, metered.get(part, nothing), since) if kept or part else Fraction(0)
        for t, month in enumerate(book.months):
            ahead = month.start >= since
            stands = max(due[t], level * 24 * days[t]) if ahead else due[t]
            if stands and (ahead or not metered):
                yield Delivered(book.name, place, book.month_names[t], _decimal(stands), part=part)


def _not_recorded(
    book: ClauseBook, clause: ByDelivery, lots: Sequence[Lot], facts: Facts, earliest: Mapping[str, date]
) -> Iterator[HandedOver]:
    """Each lot that the facts do not have, on the day on which it comes; none that was ended for not having come."""
    told = facts.handed_over_by(book.name)
    recorded = {lot.name: lot for lot in clause.as_recorded(lots, told)}
    ended = {item.lot for item in told if item.ended is not None}
    known = (*told, *recorded_events(book.programme, book.name))
    for lot in clause.as_planned(lots, earliest, known):
        if lot.name not in ended and recorded[lot.name].delivered is None:
            yield HandedOver(book.name, lot.name, lot.delivered, lot.accepted)


def _last_level(book: ClauseBook, metered: Sequence[Fraction], since: date) -> Fraction:
    """What stood in the last month before a day in which anything was metered, chips or MW."""
    before = [t for t, month in enumerate(book.months) if month.start < since and metered[t]]
    return metered[before[-1]] / book.hours(before[-1]) if before else Fraction(0)


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)
