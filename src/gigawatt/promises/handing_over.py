"""What follows from the days of deliveries, in a plan and in a bill: damages, the buyer's right to end, a deposit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from gigawatt.errors import GigawattError
from gigawatt.model.draft import Decision
from gigawatt.model.posting import Priced
from gigawatt.model.published import HANDOVER, Handover
from gigawatt.model.remaining import HeldAs, Remaining, paid_ahead
from gigawatt.values.ids import listed
from gigawatt.values.span import Span, months_apart

if TYPE_CHECKING:
    from gigawatt.model.clause_draft import ClauseDraft
    from gigawatt.model.facts import Facts, HandedOver
    from gigawatt.model.posting import ClauseBook, Posting
    from gigawatt.promises.delivery import ByDelivery
    from gigawatt.promises.lot import Deposit, Lot
    from gigawatt.promises.prolonging import Further

DEPOSIT = "deposit"
EXTENDED, ENLARGED = "extended", "enlarged"
"""Parts of a promise that have terms of their own, as facts name them."""


@dataclass(frozen=True)
class Ending:
    """Which lots are ended, and when, where the buyer ends what has not come by its longstop; `share` of all units."""

    days: Mapping[str, date]
    shares: Mapping[str, Fraction]

    @property
    def share(self) -> Fraction:
        """Of all units, the share that is ended."""
        return sum((self.shares[name] for name in self.days), Fraction(0))


def ending(lots: Sequence[Lot], days: Mapping[str, date]) -> Ending:
    """What is ended on some days, by lot."""
    whole = sum(lot.units for lot in lots)
    return Ending(days, {lot.name: Fraction(lot.units) / Fraction(whole) if whole else Fraction(0) for lot in lots})


def draft_days(draft: ClauseDraft, clause: ByDelivery, lots: Sequence[Lot]) -> dict[str, int]:
    """Write what follows from the days of lots; gives for each the column that is one where it comes and is kept.

    Where a lot comes after its longstop, whether the buyer waits or ends it is one binary of the plan, for all such
    lots of the clause together.
    """
    horizon, on = draft.calendar.span, draft.on
    ended = {lot.name: max(lot.over, horizon.start) for lot in lots if lot.over is not None and lot.breached}
    if not draft.buyer_decides:
        ended = {}
    ended = {
        lot.name: ended[lot.name]
        for lot in lots
        if lot.name in ended and (lot.delivered or lot.until) >= ended[lot.name] and ended[lot.name] < horizon.until
    }
    kept = on
    if ended:
        kept = int(draft.add_columns("wait", (), unit="1", upper=1.0, integer=True))
        row = draft.add_rows("wait", (), unit="1", upper=0.0)
        draft.add_entries(row, kept, 1.0)
        draft.add_entries(row, on, -1.0)
        first = min(ended.values())
        draft.draft.decisions.append(Decision("wait", draft.contract_id, draft.name, kept, first, first, silent=True))
    _damages(draft, clause, lots, ended, kept)
    _deposit(draft, clause, ending(lots, ended), kept)
    for lot in lots:
        if lot.delivered is not None and lot.accepted is not None:
            days = (lot.delivered, lot.accepted, ended.get(lot.name))
            draft.publish(HANDOVER, Handover(draft.name, lot.name, on, kept if lot.name in ended else on, *days))
    return {lot.name: kept if lot.name in ended else on for lot in lots}


def _damages(draft: ClauseDraft, clause: ByDelivery, lots: Sequence[Lot], ended: Mapping[str, date], kept: int) -> None:
    if clause.damages is None or not lots:
        return
    months = draft.calendar.months
    since = draft.term.whole.start
    if_ended = clause.damages.by_month([lot.late(ended.get(lot.name)) for lot in lots], months, since)
    if_kept = clause.damages.by_month([lot.late() for lot in lots], months, since)
    more = [a - b for a, b in zip(if_kept, if_ended, strict=True)]
    for column, amounts in ((draft.on, if_ended), (kept, more)):
        _pay(draft, column, dict(enumerate(amounts)), "damages", back=True)


def _deposit(draft: ClauseDraft, clause: ByDelivery, ended: Ending, kept: int) -> None:
    """Paid, and returned at the end; of what is ended a part is paid back then, and nothing later.

    What comes back after the horizon is told beyond it, at its worth at the horizon's end, and counts in the plan's
    choices as if it came back then, so that a deposit costs no more than the time for which it is left.
    """
    deposit, horizon = clause.deposit, draft.calendar.span
    if deposit is None:
        return
    amount = Fraction(deposit.amount)
    whole = draft.term.whole
    _pay_on(draft, draft.on, deposit.paid or whole.start, amount, "deposit")
    for name, day in ended.days.items():
        refund = amount * Fraction(deposit.refund) * ended.shares[name]
        _pay_on(draft, draft.on, day, refund, "refund", back=True)
        _pay_on(draft, kept, day, -refund, "refund", back=True)
    returned = deposit.returned or whole.until
    for column, due in ((draft.on, amount * (1 - ended.share)), (kept, amount * ended.share)):
        if returned < horizon.until:
            _pay_on(draft, column, returned, due, "deposit returned", back=True)
        elif due:
            last, seller, buyer = len(draft.calendar.months) - 1, draft.contract.seller, draft.contract.buyer
            years = (returned - horizon.until).days / 365.25
            worth = float(due) * (1.0 + draft.calendar.discount_per_year) ** -years
            draft.pay(column, float(due), last, what="deposit returned", payer=seller, payee=buyer, face="objective")
            draft.pay(column, worth, last, what="deposit", face="beyond")


def _pay_on(draft: ClauseDraft, column: int, day: date, amount: Fraction, what: str, *, back: bool = False) -> None:
    if draft.calendar.span.contains(day):
        _pay(draft, column, {draft.calendar.month_of(day): amount}, what, back=back)


def _pay(draft: ClauseDraft, column: int, amounts: Mapping[int, Fraction], what: str, *, back: bool) -> None:
    """Amounts by month on a column; `back` from the seller to the buyer."""
    months = np.array([t for t, amount in amounts.items() if amount], dtype=np.int64)
    if not len(months):
        return
    due = np.array([float(amounts[int(t)]) for t in months])
    payer, payee = (draft.contract.buyer, draft.contract.seller)[:: -1 if back else 1]
    draft.pay(column, due, months, what=what, payer=payer, payee=payee)


def post_days(book: ClauseBook, clause: ByDelivery, promised: Sequence[Lot], facts: Facts) -> list[Posting]:
    """The postings that follow from the days on record: damages, the deposit and what is paid back of it.

    Where deliveries are metered and none is on record with its day, nobody knows how late they were: no damages.
    """
    known = facts.handed_over_by(book.name)
    lots = clause.as_recorded(promised, known)
    days = _ended(book, lots, known)
    postings: list[Posting] = []
    buyer, seller = book.contract.buyer, book.contract.seller
    if clause.damages is not None and lots and (known or not facts.delivered_by(book.name)):
        due = clause.damages.by_month(
            [lot.late(days.get(lot.name)) for lot in lots], book.months, book.term.whole.start
        )
        postings += book.postings(due, "damages", payer=seller, payee=buyer)
    if clause.deposit is not None:
        postings += _post_on(book, clause.deposit.paid or book.term.whole.start, clause.deposit.amount, DEPOSIT)
        for day, freed, kept, what in _freed(book, clause.deposit, lots, days):
            postings += _post_on(book, day, freed * (1 - kept), what, seller, buyer)
    return postings


def _ended(book: ClauseBook, lots: Sequence[Lot], known: Iterable[HandedOver]) -> dict[str, date]:
    """The lots that the buyer ended, with the days; one that is told without its name is the only one there is.

    GigawattError where there are several, or none of that name.
    """
    names = [lot.name for lot in lots]
    days: dict[str, date] = {}
    for item in known:
        if item.ended is None:
            continue
        name = names[0] if item.lot is None and len(names) == 1 else item.lot
        if name not in names:
            which = "which is not told" if name is None else f"{name!r} is none of its lots"
            raise GigawattError(
                f"{book.name}: a delivery was ended on {item.ended}, and {which}; give its `lot`, one of "
                f"{listed(names)}"
            )
        days[name] = item.ended
    return days


def _freed(
    book: ClauseBook, deposit: Deposit, lots: Sequence[Lot], days: Mapping[str, date]
) -> Iterator[tuple[date, Fraction, Fraction, str]]:
    """When how much of a deposit is no longer held, the share of that which the seller keeps, and as what it goes."""
    amount, ended = Fraction(deposit.amount), ending(lots, days)
    for name, day in days.items():
        yield day, amount * ended.shares[name], 1 - Fraction(deposit.refund), "refund"
    yield deposit.returned or book.term.whole.until, amount * (1 - ended.share), Fraction(0), "deposit returned"


def remaining_deposit(book: ClauseBook, clause: ByDelivery, promised: Sequence[Lot], facts: Facts) -> list[Remaining]:
    """What the seller holds of the deposit at each month's end."""
    if clause.deposit is None:
        return []
    known = facts.handed_over_by(book.name)
    lots = clause.as_recorded(promised, known)
    days = _ended(book, lots, known)
    paid = clause.deposit.paid or book.term.whole.start
    moves = [(paid, Fraction(clause.deposit.amount))]
    moves += [(day, -freed) for day, freed, _, _ in _freed(book, clause.deposit, lots, days)]
    start = book.months[0].start
    brought = sum((x for day, x in moves if day < start), Fraction(0))
    inside = [(months_apart(start, day), x) for day, x in moves if day >= start]
    return paid_ahead(book, DEPOSIT, inside, HeldAs.DEPOSIT, brought)


def _post_on(
    book: ClauseBook,
    day: date,
    amount: Fraction | Decimal,
    what: str,
    payer: str | None = None,
    payee: str | None = None,
) -> list[Posting]:
    month = months_apart(book.months[0].start, day)
    if not 0 <= month < len(book.months):
        return []
    return book.posting(month, Fraction(amount), what, payer=payer, payee=payee)


def post_parts(
    book: ClauseBook,
    hours: Mapping[str, Sequence[Fraction]],
    prices: Mapping[str, Sequence[Fraction]],
    what: str,
    further: Further | None,
    unit: str,
) -> list[Posting]:
    """Each month's hours of a unit at their price an hour; what was extended apart, since it accrues after the term."""
    due = [Priced(Fraction(0), Fraction(0), unit)] * len(book.months)
    after = list(due)
    for part, each in hours.items():
        amounts = [Priced.at(h, p, unit) for h, p in zip(each, prices[part], strict=True)]
        if part == EXTENDED:
            after = amounts
        else:
            due = [a + b for a, b in zip(due, amounts, strict=True)]
    days = further.inside if further is not None else None
    return book.postings(due, what) + book.postings(after, what, days=days)


def hours_by_part(
    book: ClauseBook, clause: ByDelivery, promised: Sequence[Lot], facts: Facts, further: Further | None
) -> dict[str, list[Fraction]]:
    """Unit-hours (chips, MW) that stood ready in each month, by part of the promise: as metered, else by their days.

    By days, what is on record as `enlarged` stands to the end of the term, as `extended` to the end of what is further.
    """
    metered = facts.parts_delivered_by(book.name)
    if metered:
        return {part: book.by_month(hours) for part, hours in metered.items()}
    known = facts.handed_over_by(book.name)
    spans = {
        "": [(Fraction(lot.units), lot.serves.within(book.term.whole)) for lot in clause.as_recorded(promised, known)]
    }
    for part, whole in ((ENLARGED, book.term.whole), (EXTENDED, further.whole if further is not None else None)):
        named = [item for item in known if item.lot == part and item.on is not None and whole is not None]
        spans[part] = [
            (Fraction(item.units or 0), Span(min(item.accepted or item.on, whole.until), whole.until))
            for item in named if item.on is not None and whole is not None
        ]  # fmt: skip
    return {
        part: [sum((units * 24 * month.overlap(span) for units, span in each), Fraction(0)) for month in book.months]
        for part, each in spans.items() if each
    }  # fmt: skip
