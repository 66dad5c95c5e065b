"""`purchase`: chips from a vendor at a dated price, between a least and a most number a quarter."""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from gigawatt.model.clause import Clause, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.fields import ChipsPerQuarter, Duration, Id, PricePerChip, Share
from gigawatt.model.schedule import chip_months


class Purchase(Clause):
    """The buyer may (and from `least` on must) take chips each quarter; a deposit is paid a lead time before."""

    kind: Literal["purchase"]
    chip: Id
    price_per_chip: PricePerChip = Field(alias="price")
    least: ChipsPerQuarter | None = None
    most: ChipsPerQuarter = Field(description="most chips delivered in a quarter")
    deposit: Share = Field(default=Decimal(0), description="share of the price paid a lead time before delivery")
    lead_time: Duration | None = None

    fit: ClassVar[Fit] = Fit.EXACT
    publishes: ClassVar[frozenset[str]] = frozenset({"capex"})

    def constrain(self, draft: ClauseDraft) -> None:
        """`ordered` by quarter of delivery, from least to most if signed; paid in two parts, charged as an annuity."""
        calendar = draft.calendar
        months = chip_months(draft.programme, calendar, self.chip)
        open_quarters = [
            q
            for q, month in enumerate(months)
            if month < len(calendar.months) and draft.span.contains(calendar.months[month].start)
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
        draft.supply(self.chip, quarters, ordered)
        price = calendar.monthly(self.price_per_chip)[starts]
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

    def _ordered_on(self, delivery: date) -> date:
        return self.lead_time.before(delivery) if self.lead_time is not None else delivery
