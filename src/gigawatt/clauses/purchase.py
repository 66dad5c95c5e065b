"""`purchase`: chips from a vendor at a dated price, between a least and a most number a quarter."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from gigawatt.model.clause import Clause, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.facts import Facts
from gigawatt.model.fields import ChipsPerQuarter, Duration, Id, PricePerChip, Share
from gigawatt.model.posting import ClauseBook, Posting
from gigawatt.model.published import CAPEX
from gigawatt.model.schedule import chip_months
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

    quotes: ClassVar[tuple[str, str] | None] = ("price_per_chip", "chip")
    fit: ClassVar[Fit] = Fit.EXACT
    publishes: ClassVar[frozenset[str]] = frozenset({CAPEX})

    def constrain(self, draft: ClauseDraft) -> None:
        """`ordered` by quarter of delivery, from least to most if signed; paid in two parts, charged as an annuity."""
        calendar = draft.calendar
        months = chip_months(draft.programme, calendar, self.chip)
        open_quarters = [
            q
            for q, month in enumerate(months)
            if month < len(calendar.months) and self._delivers(draft.span, calendar.months[month].start)
        ]
        if not open_quarters:
            return
        quarters = np.array(open_quarters)
        starts = months[quarters]
        most = calendar.monthly(self.most)[starts]
        least = calendar.monthly(self.least)[starts] if self.least is not None else np.zeros(len(starts))
        names = tuple(calendar.quarter_names[q] for q in quarters)
        ordered = draft.add_columns("ordered", (names,), unit="chip", upper=most)
        top = draft.add_rows("most", (names,), unit="chip", upper=0.0)
        draft.add_entries(top, ordered, 1.0)
        draft.add_entries(top, draft.on, -most)
        bottom = draft.add_rows("least", (names,), unit="chip", lower=0.0)
        draft.add_entries(bottom, ordered, 1.0)
        draft.add_entries(bottom, draft.on, -least)
        draft.supply(self.chip, starts, ordered)
        price = draft.rate(self.price_per_chip)[starts]
        deposit = float(self.deposit)
        early = np.array([calendar.month_of(self._ordered_on(calendar.months[t].start)) for t in starts])
        draft.invest(
            ordered,
            price,
            starts,
            paid=[(deposit, early), (1.0 - deposit, starts)] if deposit else [(1.0, starts)],
            life_months=draft.programme.chips[self.chip].life.in_months,
            place=self.chip,
            what="chips",
        )

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """The deposit a lead time before delivery, at the earliest in the first month; the rest on delivery."""
        price, deposit = book.rate(self.price_per_chip), Fraction(self.deposit)
        paid = [Fraction(0)] * len(book.months)
        for order in facts.ordered_by(book.name):
            t = book.month_names.index(order.month)
            whole = Fraction(order.chips) * price[t]
            early = months_apart(book.months[0].start, self._ordered_on(book.months[t].start))
            paid[max(0, early)] += whole * deposit
            paid[t] += whole * (1 - deposit)
        return book.postings(paid, "chips")

    def _delivers(self, span: Span, day: date) -> bool:
        """Whether chips can come on a day: in force, and not before the price's first date."""
        return span.contains(day) and self.price_per_chip.first_day <= day

    def _ordered_on(self, delivery: date) -> date:
        return self.lead_time.before(delivery) if self.lead_time is not None else delivery
