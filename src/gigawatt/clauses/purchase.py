"""`purchase`: chips from a vendor at a dated price, between a least and a most number a quarter."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from gigawatt.errors import PlanError
from gigawatt.model.calendar import Ints
from gigawatt.model.clause import Clause, Complaint, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.contract import Contract
from gigawatt.model.extent import Extent
from gigawatt.model.facts import Facts, Ordered
from gigawatt.model.fields import ChipsPerQuarter, Day, Duration, Id, PricePerChip, Share
from gigawatt.model.parsing import refuse
from gigawatt.model.posting import ClauseBook, Posting
from gigawatt.model.programme import Programme
from gigawatt.model.published import CAPEX, HANDOVER, Handover
from gigawatt.model.remaining import HeldAs, Remaining, paid_ahead
from gigawatt.model.schedule import chip_months
from gigawatt.model.term import Term
from gigawatt.promises.lateness import Damages, Late
from gigawatt.values.quantity import plain
from gigawatt.values.span import Span, months_apart


class Purchase(Clause):
    """The buyer may (and from `least` on must) take chips each quarter; a deposit is paid a lead time before."""

    kind: Literal["purchase"]
    chip: Id
    price_per_chip: PricePerChip = Field(alias="price")
    least: ChipsPerQuarter | None = None
    most: ChipsPerQuarter = Field(description="most chips delivered in a quarter")
    deposit: Share = Field(default=Decimal(0), description="share of the price paid a lead time before delivery")
    lead_time: Duration | None = None
    delivered: dict[Day, Day] = Field(
        default_factory=dict, description="by a day of the quarter in which chips are due, the day on which they come"
    )
    damages: Damages | None = Field(default=None, description="what the vendor pays for late days, by the chip")

    quotes: ClassVar[tuple[str, str] | None] = ("price_per_chip", "chip")
    unit_priced: ClassVar[bool] = True
    fit: ClassVar[Fit] = Fit.EXACT
    publishes: ClassVar[frozenset[str]] = frozenset({CAPEX})

    @property
    def states_sums(self) -> bool:
        """Whether it makes sums due that are not in proportion to its price."""
        return self.damages is not None

    @model_validator(mode="after")
    def _damages_by_the_chip(self) -> "Purchase":
        if self.damages is not None and not (self.damages.by_unit and self.damages.per_day.per == "chip"):
            refuse("how many chips are late is a choice of the plan; give `per_day` and `cap` as USD/chip", "damages")
        return self

    def complaints(self, contract: Contract, term: Term, programme: Programme) -> Iterator[Complaint]:
        """A least number above the most, where both count."""
        if self.least is None:
            return
        first = max(term.inside.start, self.price_per_chip.first_day)
        days = {max(day, first) for series in (self.least, self.most) for day, _ in series.points}
        for day in sorted(day for day in days if day < term.inside.until):
            least, most = self.least.at(day) or Decimal(0), self.most.at(day) or Decimal(0)
            if least > most:
                yield ("least",), f"is {plain(least)} chips a quarter on {day}, above the most of {plain(most)}"
                return

    def constrain(self, draft: ClauseDraft) -> None:
        """`ordered` by quarter of delivery, from least to most if signed; paid in two parts, charged as an annuity."""
        if not draft.buyer_decides and self.least != self.most:
            raise PlanError(
                f"{draft.name}: {draft.contract.buyer} is not among those who decide, so how many chips it orders is "
                "no choice of the plan; give `least` and `most` alike"
            )
        calendar = draft.calendar
        months = chip_months(draft.programme, calendar, self.chip)
        quarters, due, came, starts = self._open(draft, months)
        if not len(quarters):
            return
        most = calendar.monthly(self.most)[due]
        least = calendar.monthly(self.least)[due] if self.least is not None else np.zeros(len(due))
        names = tuple(calendar.quarter_names[q] for q in quarters)
        ordered = draft.add_columns("ordered", (names,), unit="chip", upper=most)
        top = draft.add_rows("most", (names,), unit="chip", upper=0.0)
        draft.add_entries(top, ordered, 1.0)
        draft.add_entries(top, draft.on, -most)
        bottom = draft.add_rows("least", (names,), unit="chip", lower=0.0)
        draft.add_entries(bottom, ordered, 1.0)
        draft.add_entries(bottom, draft.on, -least)
        draft.supply(self.chip, starts, ordered, due=due)
        price = draft.rate(self.price_per_chip)[due]
        deposit = float(self.deposit)
        early = np.array([calendar.month_of(self._ordered_on(calendar.months[t].start)) for t in due])
        paid = np.array([calendar.month_of(day) for day in came])
        draft.invest(
            ordered,
            price,
            starts,
            paid=[(deposit, early), (1.0 - deposit, paid)] if deposit else [(1.0, paid)],
            life_months=draft.programme.chips[self.chip].life.in_months,
            place=self.chip,
            what="chips",
        )
        for column, t, day in zip(ordered, due, came, strict=True):
            if (first := calendar.months[t].start) != day:
                draft.publish(HANDOVER, Handover(draft.name, f"{first}", draft.on, draft.on, day, day))
                self._damages(draft, int(column), Span(first, max(first, day)))

    def _open(self, draft: ClauseDraft, months: Ints) -> tuple[Ints, Ints, list[date], Ints]:
        """The quarters in which chips are due, and for each the month due, the day on which they come, and the month
        from which they serve: the first of a quarter's chips (`months`, by quarter) on or after that day.

        What comes after the last of these is left out.
        """
        calendar, count = draft.calendar, len(draft.calendar.months)
        found = []
        for q, t in enumerate(months):
            if t == count or not self._delivers(draft.span, calendar.months[t].start):
                continue
            came = self._comes(calendar.quarters[q], calendar.months[t].start)
            later = [int(month) for month in months[months < count] if calendar.months[month].start >= came]
            if later:
                found.append((q, int(t), came, later[0]))
        quarters, due, days, starts = zip(*found, strict=True) if found else ((), (), (), ())
        return np.array(quarters, int), np.array(due, int), list(days), np.array(starts, int)

    def _comes(self, quarter: Span, due: date) -> date:
        """The day on which chips come that are due in a quarter."""
        return next((came for day, came in self.delivered.items() if quarter.contains(day)), due)

    def _damages(self, draft: ClauseDraft, ordered: int, late: Span) -> None:
        if self.damages is None:
            return
        owed = self.damages.by_month([Late(Fraction(1), late)], draft.calendar.months)
        months = np.flatnonzero([float(amount) for amount in owed])
        by_chip = np.array([float(owed[int(t)]) for t in months])
        buyer, seller = draft.contract.buyer, draft.contract.seller
        draft.pay(ordered, by_chip, months, what="damages", payer=seller, payee=buyer)

    def coming(self, book: ClauseBook, facts: Facts, since: date) -> Iterator[Ordered]:
        """The least number of each quarter, as far as it is not on record; what is overdue in the first month ahead."""
        overdue = Fraction(0)
        for t, least, _ in self._quarters(book):
            due = least - self._ordered_in(book, facts, t)
            if book.months[t].start < since:
                overdue += max(Fraction(0), due)
                continue
            due, overdue = max(Fraction(0), due) + overdue, Fraction(0)
            if due:
                yield Ordered(book.name, self.chip, book.month_names[t], Decimal(due.numerator) / due.denominator)

    def extent(self, book: ClauseBook, facts: Facts, since: date) -> Extent:
        """The most of each quarter above the least, or above what was ordered; all chips that may be bought."""
        price, more, chips = book.rate(self.price_per_chip), Fraction(0), Fraction(0)
        for t, least, most in self._quarters(book):
            chips += most
            if book.months[t].start >= since:
                more += max(Fraction(0), most - max(least, self._ordered_in(book, facts, t))) * price[t]
        whole = Decimal(chips.numerator) / chips.denominator
        return Extent(book.contract.buyer, book.contract.seller, more, chips=whole)

    def _quarters(self, book: ClauseBook) -> Iterator[tuple[int, Fraction, Fraction]]:
        """The month in which the chips of each quarter are due, as a plan has it; the least and the most of them."""
        available = book.programme.chips[self.chip].available or date.min
        for months in book.quarters:
            due = next((t for t in months if book.months[t].start >= available), None)
            if due is not None and self._delivers(book.term.inside, book.months[due].start):
                month = [book.months[due]]
                least = self.least.monthly(month)[0] if self.least is not None else Decimal(0)
                yield due, Fraction(least), Fraction(self.most.monthly(month)[0])

    def _ordered_in(self, book: ClauseBook, facts: Facts, due: int) -> Fraction:
        """Chips on record of the quarter that holds a month."""
        quarter = next(months for months in book.quarters if due in months)
        names = {book.month_names[t] for t in quarter}
        return sum((Fraction(one.chips) for one in facts.ordered_by(book.name) if one.month in names), Fraction(0))

    @property
    def varies(self) -> str:
        """What it may make due beside what is sure."""
        return "chips ordered above the least" if self.most != self.least else ""

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """The deposit a lead time before the day due, at the earliest in the first month; the rest on delivery.

        An order comes when due, unless it is on record that it came on another day; damages are for late days.
        """
        deposit, paid, late = Fraction(self.deposit), [Fraction(0)] * len(book.months), []
        for chips, whole, due, ordered, came in self._orders(book, facts):
            paid[ordered] += whole * deposit
            if came is not None and (then := max(0, months_apart(book.months[0].start, came))) < len(paid):
                paid[then] += whole * (1 - deposit)
            late.append(Late(chips, Span(due, max(due, came or book.months[-1].until))))
        postings = book.postings(paid, "chips")
        if self.damages is not None:
            owed = self.damages.by_month(late, book.months)
            postings += book.postings(owed, "damages", payer=book.contract.seller, payee=book.contract.buyer)
        return postings

    def remaining(self, book: ClauseBook, facts: Facts) -> list[Remaining]:
        """What was paid as a deposit for chips that have not come."""
        moves = []
        for _, whole, _, ordered, came in self._orders(book, facts):
            moves.append((ordered, whole * Fraction(self.deposit)))
            if came is not None:
                moves.append((max(0, months_apart(book.months[0].start, came)), -whole * Fraction(self.deposit)))
        return paid_ahead(book, "deposit for orders", moves, HeldAs.PREPAID)

    def _orders(self, book: ClauseBook, facts: Facts) -> Iterator[tuple[Fraction, Fraction, date, int, date | None]]:
        """Each order: its chips, what they cost, when they are due, the month in which they were ordered, when they
        came."""
        price = book.rate(self.price_per_chip)
        came = {item.lot: item.on for item in facts.handed_over_by(book.name)}
        for order in facts.ordered_by(book.name):
            t = book.month_names.index(order.month)
            due, chips = book.months[t].start, Fraction(order.chips)
            ordered = max(0, months_apart(book.months[0].start, self._ordered_on(due)))
            yield chips, chips * price[t], due, ordered, came.get(f"{due}", due)

    def _delivers(self, span: Span, day: date) -> bool:
        """Whether chips can come on a day: in force, and not before the price's first date."""
        return span.contains(day) and self.price_per_chip.first_day <= day

    def _ordered_on(self, delivery: date) -> date:
        return self.lead_time.before(delivery) if self.lead_time is not None else delivery
