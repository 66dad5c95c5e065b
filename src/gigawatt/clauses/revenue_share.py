"""`revenue_share`: a share of reported revenue, from one party to another, up to a lifetime cap."""

from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.clause import Clause, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.facts import Facts
from gigawatt.model.fields import Id, MoneyAmount, ShareSeries
from gigawatt.model.posting import ClauseBook, Posting
from gigawatt.model.published import REVENUE, Revenue


class RevenueShare(Clause):
    """The payer pays the payee a dated share of the revenue of some streams, until a cap is reached."""

    kind: Literal["revenue_share"]
    payer: Id
    payee: Id
    streams: tuple[Id, ...] = Field(default=(), description="workloads or revenues; all that the payer earns if absent")
    rate: ShareSeries
    base: Literal["gross"] = "gross"
    cap: MoneyAmount | None = Field(default=None, description="the most that is paid over the life of the clause")
    paid: MoneyAmount | None = Field(default=None, description="already paid toward the cap")

    party_fields: ClassVar[tuple[str, ...]] = ("payer", "payee")
    reads: ClassVar[frozenset[str]] = frozenset({REVENUE})

    @property
    def fit_relaxed(self) -> Fit:
        """With a cap the relaxed plan spreads what the contract pays in order."""
        return Fit.EXACT if self.cap is None else Fit.BELOW

    def constrain(self, draft: ClauseDraft) -> None:
        """Without a cap a payment on each column that earns; with a cap, or in an offer, what is due by quarter."""
        columns, amounts, months = self._due(draft)
        if not len(columns):
            return
        if self.cap is None and not draft.is_offer:
            draft.pay(columns, amounts, months, payer=self.payer, payee=self.payee, what="revenue share")
            return
        self._capped(draft, columns, amounts, months)

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """Each month's share of the revenue reported, in order of time until the cap is met."""
        rate, days = book.rate(self.rate), book.term.days
        revenue = facts.revenue_of(self.payer, self.streams)
        left = None if self.cap is None else max(Fraction(0), Fraction(self.cap - (self.paid or 0)))
        postings: list[Posting] = []
        for t, month in enumerate(book.months):
            due = book.money(revenue.get(book.month_names[t], 0)) * rate[t] * days[t] / month.days
            due = due if left is None else min(due, left)
            paid = book.posting(t, due, "revenue share", payer=self.payer, payee=self.payee)
            left = left if left is None else left - sum(book.money(one.amount_minor) for one in paid)
            postings += paid
        return postings

    def _due(self, draft: ClauseDraft) -> tuple[Ints, Floats, Ints]:
        """What the share would be without a cap: columns, amounts per unit, months; flat arrays."""
        rate = draft.rate(self.rate) * draft.cover
        parts = []
        for item in draft.published(REVENUE):
            if isinstance(item, Revenue) and item.earner == self.payer and self._names(item.stream):
                due = rate[item.months] * item.amounts
                parts.append((item.columns[due != 0], due[due != 0], item.months[due != 0]))
        if not parts:
            return np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0, dtype=np.int64)
        columns, amounts, months = (np.concatenate([part[i] for part in parts]) for i in range(3))
        return columns, amounts, months

    def _names(self, stream: str) -> bool:
        return not self.streams or stream in self.streams

    def _capped(self, draft: ClauseDraft, columns: Ints, amounts: Floats, months: Ints) -> None:
        """`paid = due` until the total meets the cap; a binary a quarter says whether it is met, in order.

        Without a cap there is nothing to meet, and an offer's share is due month by month as a signed one is.
        """
        calendar = draft.calendar
        period_names, period = calendar.month_names, months
        if self.cap is not None:
            period_names, period = calendar.quarter_names, calendar.quarter_of_month[months]
        periods, at = np.unique(period, return_inverse=True)
        names = tuple(period_names[i] for i in periods)
        most = np.zeros(len(periods))
        np.add.at(most, at, np.maximum(amounts, 0.0) * draft.draft.upper_of(columns))
        cap = float("inf") if self.cap is None else max(0.0, float(self.cap - (self.paid or 0)))
        reachable = np.cumsum(most) >= cap
        limit = min(cap, float(most.sum()))
        paid = draft.add_columns("paid", (names,), unit="money", upper=most)
        total = draft.add_columns("total", (names,), unit="money", upper=limit)
        met = draft.add_columns("met", (names,), unit="1", upper=np.where(reachable, 1.0, 0.0), integer=True)
        within = draft.add_rows("at most due", (names,), unit="money", upper=0.0)
        draft.add_entries(within, paid, 1.0)
        draft.add_entries(within[at], columns, -amounts)
        sums = draft.add_rows("total", (names,), unit="money", lower=0.0, upper=0.0)
        draft.add_entries(sums, total, 1.0)
        draft.add_entries(sums[1:], total[:-1], -1.0)
        draft.add_entries(sums, paid, -1.0)
        # due - paid <= most met + most (1 - on): all that is due is paid, until the cap is met
        floor = draft.add_rows("all due", (names,), unit="money", upper=most)
        draft.add_entries(floor[at], columns, amounts)
        draft.add_entries(floor, paid, -1.0)
        draft.add_entries(floor, met, -most)
        draft.add_entries(floor, draft.on, most)
        if reachable.any():
            full = draft.add_rows("cap met", (names,), unit="money", lower=0.0)
            draft.add_entries(full, total, 1.0)
            draft.add_entries(full, met, -cap)
            order = draft.add_rows("met in order", (names[1:],), unit="1", upper=0.0)
            draft.add_entries(order, met[:-1], 1.0)
            draft.add_entries(order, met[1:], -1.0)
        if draft.is_offer:
            signed = draft.add_rows("signed", (names,), unit="money", upper=0.0)
            draft.add_entries(signed, paid, 1.0)
            draft.add_entries(signed, draft.on, -most)
        last = np.array([months[at == i].max() for i in range(len(periods))])
        draft.pay(paid, 1.0, last, payer=self.payer, payee=self.payee, what="revenue share")
