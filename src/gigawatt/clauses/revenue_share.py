"""`revenue_share`: a share of reported revenue, from one party to another, up to a lifetime cap."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.clause import Clause, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.contract import Contract
from gigawatt.model.deadline import Deadline
from gigawatt.model.draft import Handed
from gigawatt.model.extent import Extent
from gigawatt.model.facts import Facts
from gigawatt.model.fields import Duration, Id, MoneyAmount, MoneyPerMonth, ShareSeries
from gigawatt.model.parsing import refuse
from gigawatt.model.posting import ClauseBook, Posting, Priced
from gigawatt.model.programme import Programme
from gigawatt.model.published import REVENUE, Revenue
from gigawatt.model.remaining import Remaining, paid_so_far
from gigawatt.model.term import Term
from gigawatt.model.thing import Thing
from gigawatt.model.verdict import ClauseView
from gigawatt.promises.floors import parts_of, pin, years_in_force
from gigawatt.values.quantity import plain
from gigawatt.values.span import Span, add_months, month_start, months_apart

MONTHS = {"month": 1, "quarter": 3, "year": 12}
WHAT, GUARANTEE = "revenue share", "guarantee"


class Arrears(Thing):
    """What accrues in each calendar month, quarter or year is paid some time after its end."""

    each: Literal["month", "quarter", "year"] = "quarter"
    within: Duration = Field(description="the time after its end by which it is paid")

    def period(self, month: Span) -> int:
        """The number of the period in which a month lies."""
        return (month.start.year * 12 + month.start.month - 1) // MONTHS[self.each]

    def end(self, month: Span) -> date:
        """The first day after the period in which a month lies."""
        start, length = month_start(month.start), MONTHS[self.each]
        return add_months(start, length - (start.month - 1) % length)

    def last_day(self, month: Span) -> date:
        """The last day on which what accrues in a month can be paid in time."""
        return self.within.after(self.end(month)) - timedelta(days=1)

    def due_month(self, months: tuple[Span, ...], t: int) -> int:
        """The month in which what accrues in month t is due; the last where that is after all of them."""
        return min(months_apart(months[0].start, self.last_day(months[t])), len(months) - 1)


class RevenueShare(Clause):
    """The payer pays the payee a dated share of the revenue of some streams, until a cap is reached."""

    kind: Literal["revenue_share"]
    payer: Id
    payee: Id
    streams: tuple[Id, ...] = Field(default=(), description="workloads or revenues; all that the payer earns if absent")
    rate: ShareSeries
    base: Literal["gross", "net"] = "gross"
    less: tuple[Id, ...] = Field(default=(), description="workloads or revenues that are taken off a net base")
    net_of: dict[Id, ShareSeries] = Field(
        default_factory=dict, description="shares that are taken off a net base, as refunds or taxes, by what they are"
    )
    cap: MoneyAmount | None = Field(
        default=None, description="the most that is paid over the life of the clause, since a version first stated it"
    )
    paid: MoneyAmount | None = Field(default=None, description="already paid toward the cap")
    guarantee: MoneyAmount | None = Field(default=None, description="the least that is paid for each contract year")
    arrears: Arrears | None = Field(default=None, description="when it is paid; in its own month if absent")
    estimate_per_month: MoneyPerMonth | None = Field(
        default=None, alias="estimate", description="of the base, paid upon until the contract year's end trues it up"
    )

    blind: ClassVar[str] = "what either side does otherwise because it keeps less of what it earns"
    party_fields: ClassVar[tuple[str, ...]] = ("payer", "payee")
    reads: ClassVar[frozenset[str]] = frozenset({REVENUE})

    @property
    def unbroken(self) -> str | None:
        """What a whole contract year makes of its shares."""
        if self.guarantee is not None:
            return "guarantees a sum for each contract year"
        return "trues up its estimates by contract year" if self.estimate_per_month is not None else None

    @property
    def fit_relaxed(self) -> Fit:
        """With a cap the relaxed plan spreads what the contract pays in order; what only binaries hold down, a net
        base and what falls short of a guarantee, may be more than the contract's."""
        pinned = bool(self.less) or self.guarantee is not None
        if self.cap is None:
            return Fit.ABOVE if pinned else Fit.EXACT
        return Fit.NONE if pinned else Fit.BELOW

    @property
    def subjects(self) -> tuple[str, ...]:
        """The workloads and revenues that are shared; all that the payer earns where empty."""
        return self.streams

    def scope(self, programme: Programme) -> tuple[str, ...]:
        """All workloads and all revenues."""
        return (*programme.workloads, *programme.revenues)

    def about(self, subjects: tuple[str, ...]) -> Self:
        """This promise for some workloads and revenues alone."""
        return self.model_copy(update={"streams": subjects})

    def beneficiaries(self, contract: Contract) -> tuple[str, ...]:
        """Who is paid, and may waive it."""
        return (self.payee,)

    def deadlines(self, view: ClauseView) -> tuple[Deadline, ...]:
        """When the share of each period is due, and the end of each contract year up to which a guarantee makes it."""
        term = Term(self, view.contract, tuple(view.programme.horizon.months))
        found = []
        if self.arrears is not None:
            for month in (month for month in term.months if month.overlap(view.span)):
                until = self.arrears.end(month) - timedelta(days=1)
                words = f"last day to pay the share of the {self.arrears.each} that ended on {until}"
                found.append(Deadline(self.arrears.last_day(month), "payment", self.payer, words))
        for year, span, days in years_in_force(self, view) if self.guarantee is not None else ():
            least = (self.guarantee or Decimal(0)) * days / year.days
            words = f"the shares since {span.start} are made up to {least:,.2f}"
            found.append(Deadline(span.until - timedelta(days=1), "floor", self.payer, words, least))
        return tuple(dict.fromkeys(found))

    @model_validator(mode="after")
    def _adds_up(self) -> "RevenueShare":
        if self.payer == self.payee:
            refuse(f"{self.payee} cannot pay a share to itself; name two parties", "payee")
        if self.base == "net" and not (self.less or self.net_of):
            refuse("is net of nothing; say of what, by `net_of` or `less`, or `base: gross`", "base")
        if self.base == "gross" and (self.less or self.net_of):
            key = "less" if self.less else "net_of"
            refuse("is taken off a net base, and the base is gross; say `base: net`, or leave this out", key)
        days = sorted({day for series in self.net_of.values() for day, _ in series.points})
        for day in days:
            off = sum((series.at(day) or Decimal(0) for series in self.net_of.values()), Decimal(0))
            if off > 1:
                since = "" if len(days) == 1 else f" from {day}"
                refuse(
                    f"takes {plain(off * 100)} % off the base{since}, more than there is; lower one of them", "net_of"
                )
        return self

    @model_validator(mode="after")
    def _within_its_cap(self) -> "RevenueShare":
        if self.paid is not None and self.cap is None:
            refuse("counts toward a cap, and there is none; state `cap`, or leave this out", "paid")
        if self.paid is not None and self.cap is not None and self.paid > self.cap:
            refuse(f"{self.paid:f} is more than the cap of {self.cap:f}, under which it was paid; correct one", "paid")
        if self.guarantee is not None and self.cap is not None:
            refuse("cannot stand beside a cap, which may leave less to be paid; keep one of the two", "guarantee")
        return self

    def constrain(self, draft: ClauseDraft) -> None:
        """Without a cap a payment on each column that earns; with a cap, or in an offer, what is due by quarter."""
        columns, amounts, months = self._due(draft)
        if self.cap is None:
            draft.hand_on(Handed())
        if (self.cap is not None or draft.is_offer) and len(columns):
            columns, months = self._capped(draft, columns, amounts, months)
            amounts = np.ones(len(columns))
        months_due = np.array([self._due_month(draft.calendar.months, t) for t in range(len(draft.calendar.months))])
        if len(columns):
            draft.pay(columns, amounts, months_due[months], payer=self.payer, payee=self.payee, what=WHAT)
        if self.guarantee is None:
            return
        for year in draft.term.years:
            share = draft.share(year)[months]
            label, floor = f"{year.start:%Y-%m-%d}", float(draft.term.floor(self.guarantee, year, {}))
            short, _ = pin(draft, label, columns, amounts * share, floor, unit="money", keeps=False)
            if short.most:
                month = months_due[draft.term.last_month(year)]
                paid = (short.columns, short.factors, month)
                draft.pay(*paid, payer=self.payer, payee=self.payee, what=GUARANTEE)

    def extent(self, book: ClauseBook, facts: Facts, since: date) -> Extent:
        """What is left of the cap; no bound without one. The cap of a later version counts for those before it."""
        parts = parts_of(book.clause_id, book.term)
        if self.cap is None:
            return Extent(self.payer, self.payee, more=None)
        if parts[-1].term.clause is not self:
            return Extent(self.payer, self.payee)
        left = Fraction(self.cap - (self.paid or 0)) - self._settled(book, facts)[1]
        return Extent(self.payer, self.payee, more=left)

    @property
    def varies(self) -> str:
        """What it may make due beside what is sure."""
        return "a share of what is earned"

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """Each period's share of the revenue reported, in order of time until the cap is met; on an estimate, if there
        is one, until the contract year's end; and what a year falls short of the guarantee."""
        return self._settled(book, facts)[0]

    def remaining(self, book: ClauseBook, facts: Facts) -> list[Remaining]:
        """What is left of the cap, in the months in force."""
        if self.cap is None:
            return []
        cap, found = Fraction(self.cap), []
        before = Fraction(self.paid or 0) + self._paid_before(book, facts)
        paid = paid_so_far(book, self.post(book, facts), lambda what: what != GUARANTEE)
        for month, days, toward in zip(book.month_names, book.term.days, paid, strict=True):
            if days:
                used = before + toward
                found.append(
                    Remaining(month, book.name, "cap", book.programme.currency, cap, used, cap - used,
                              book.term.whole.until, self.payer, self.payee)
                )  # fmt: skip
        return found

    def _settled(self, book: ClauseBook, facts: Facts) -> tuple[list[Posting], Fraction]:
        """The postings, and what was paid toward the cap with them and by earlier versions."""
        shared, toward = self._shared_revenue(book, facts), self._paid_before(book, facts)
        due = [base * rate for base, rate in zip(shared, book.rate(self.rate), strict=True)]
        left = None if self.cap is None else Fraction(self.cap - (self.paid or 0)) - toward
        postings: list[Posting] = []
        for months, amount, what in sorted(self._claims(book, due, left), key=lambda claim: claim[0][-1]):
            whole: Fraction | Priced = amount if left is None else min(amount, left)
            base = sum((shared[t] for t in months), Fraction(0))
            if what == WHAT and self.estimate_per_month is None and whole == amount and base:
                whole = Priced(amount, base, book.programme.currency)
            month = self._due_month(book.months, months[-1])
            days = Span(book.months[months[0]].start, book.months[months[-1]].until)
            posted = book.posting(month, whole, what, payer=self.payer, payee=self.payee, period=days)
            left = left if left is None else left - sum(book.money(one.amount_minor) for one in posted)
            toward += sum(book.money(one.amount_minor) for one in posted)
            postings += posted
        if self.guarantee is None:
            return postings, toward
        for year in book.term.years:
            earned = sum(amount * share for amount, share in zip(due, book.term.share(year), strict=True))
            short = max(Fraction(0), book.term.floor(self.guarantee, year, {}) - earned)
            month = self._due_month(book.months, book.term.last_month(year))
            postings += book.posting(month, short, GUARANTEE, payer=self.payer, payee=self.payee)
        return postings, toward

    def _paid_before(self, book: ClauseBook, facts: Facts) -> Fraction:
        """What the version of the clause before this one, and those before that, paid toward a cap."""
        parts = parts_of(book.clause_id, book.term)
        at = next((n for n, part in enumerate(parts) if part.term.clause is self), 0)
        before = parts[at - 1] if at else None
        if before is None or not isinstance(before.term.clause, RevenueShare) or before.term.clause.cap is None:
            return Fraction(0)
        return before.term.clause._settled(replace(book, clause=before.term.clause, clause_id=before.name), facts)[1]

    def _shared_revenue(self, book: ClauseBook, facts: Facts) -> list[Fraction]:
        """The revenue reported for each month that is shared, exact, in main units."""
        days, net = book.term.days, self._net(book)
        gross, off = facts.revenue_of(self.payer, self.streams), facts.revenue_from(self.less)
        shared = []
        for t, (month, name) in enumerate(zip(book.months, book.month_names, strict=True)):
            base = max(Fraction(0), book.money(gross.get(name, 0) - off.get(name, 0)))
            shared.append(base * net[t] * days[t] / month.days)
        return shared

    def _net(self, book: ClauseBook) -> list[Fraction]:
        """The share of the base that is left after those that are taken off, by month."""
        off = [book.rate(series) for series in self.net_of.values()]
        return [1 - sum((each[t] for each in off), Fraction(0)) for t in range(len(book.months))]

    def _claims(
        self, book: ClauseBook, due: list[Fraction], left: Fraction | None
    ) -> Iterator[tuple[list[int], Fraction, str]]:
        """What is claimed for some months, and as what: by period, and at the end of each year the true-up."""
        if self.estimate_per_month is None:
            yield from ((months, amount, WHAT) for months, amount in self._by_period(book, due))
            return
        rate, days = book.rate(self.rate), book.term.days
        estimate = book.rate(self.estimate_per_month)
        hoped = [e * r * d / m.days for e, r, d, m in zip(estimate, rate, days, book.months, strict=True)]
        on_account, trued_up = [Fraction(0) for _ in book.months], []
        for year in book.term.years:
            share = book.term.share(year)
            earned = sum((amount * part for amount, part in zip(due, share, strict=True)), Fraction(0))
            earned = earned if left is None else min(earned, left)
            taken = Fraction(0)
            for t, part in enumerate(share):
                asked = hoped[t] * part if left is None else min(hoped[t] * part, left - taken)
                on_account[t] += asked
                taken += asked
            left = left if left is None else left - earned
            counted = [t for t, part in enumerate(share) if part]
            trued_up.append((counted, earned - taken, "true-up"))
        yield from ((months, amount, WHAT) for months, amount in self._by_period(book, on_account))
        yield from trued_up

    def _by_period(self, book: ClauseBook, amounts: list[Fraction]) -> Iterator[tuple[list[int], Fraction]]:
        """Amounts by month summed by the periods that are paid together, each with its months."""
        arrears = self.arrears

        def period(t: int) -> int:
            return t if arrears is None else arrears.period(book.months[t])

        for _, group in itertools.groupby(range(len(amounts)), period):
            months = list(group)
            yield months, sum((amounts[t] for t in months), Fraction(0))

    def _due_month(self, months: tuple[Span, ...], t: int) -> int:
        """The month in which what accrues in month t is paid."""
        return t if self.arrears is None else self.arrears.due_month(months, t)

    def _due(self, draft: ClauseDraft) -> tuple[Ints, Floats, Ints]:
        """What the share would be without a cap: columns, amounts per unit, months; flat arrays."""
        columns, amounts, months = self._base(draft)
        due = self._rates(draft)[months] * amounts
        return columns[due != 0], due[due != 0], months[due != 0]

    def _rates(self, draft: ClauseDraft) -> Floats:
        """The share of each month's revenue that is due, (T,), after what is taken off the base."""
        off = sum((draft.rate(series) for series in self.net_of.values()), np.zeros(len(draft.cover)))
        return np.asarray(draft.rate(self.rate) * (1.0 - off))

    def _most_due(self, draft: ClauseDraft) -> Floats:
        """The most that the share of each month can come to, money, (T,): all that is asked for is served."""
        shared = self._shared(draft)
        earned = sum((item.most for item in shared), np.zeros(len(draft.cover)))
        return np.asarray(self._rates(draft) * draft.cover * earned)

    def _shared(self, draft: ClauseDraft) -> list[Revenue]:
        """The revenue of the payer from the streams that it names."""
        revenue = (item for item in draft.published(REVENUE) if isinstance(item, Revenue))
        return [item for item in revenue if item.earner == self.payer and self._names(item.stream)]

    def _base(self, draft: ClauseDraft) -> tuple[Ints, Floats, Ints]:
        """The revenue that is shared, in the clause's days: columns, amounts per unit, months; flat arrays.

        What is taken off in a month leaves no less than nought, by a binary where it could.
        """
        columns, amounts, months = _together(self._shared(draft), 1.0, draft.cover)
        if not self.less:
            return columns, amounts, months
        revenue = [item for item in draft.published(REVENUE) if isinstance(item, Revenue)]
        off = _together([item for item in revenue if item.stream in self.less], -1.0, draft.cover)
        whole = ~np.isin(months, off[2])
        left = [(columns[whole], amounts[whole], months[whole])]
        for t in np.unique(off[2]):
            of_month = np.concatenate([columns[months == t], off[0][off[2] == t]])
            per_unit = np.concatenate([amounts[months == t], off[1][off[2] == t]])
            label = f"net {draft.calendar.month_names[t]}"
            _, over = pin(draft, label, of_month, per_unit, 0.0, unit="money", keeps=True)
            left.append((over.columns, over.factors, np.full(len(over.columns), t)))
        columns, amounts, months = (np.concatenate([part[n] for part in left]) for n in range(3))
        return columns, amounts, months

    def _names(self, stream: str) -> bool:
        return not self.streams or stream in self.streams

    def _capped(self, draft: ClauseDraft, columns: Ints, amounts: Floats, months: Ints) -> tuple[Ints, Ints]:
        """`paid = due` until the total meets the cap; a binary a quarter says whether it is met, in order.

        Without a cap there is nothing to meet, and an offer's share is due month by month as a signed one is. Returns
        what is paid, in columns of money, and the last month of each; flat arrays.
        """
        calendar = draft.calendar
        period_names, period_of_month = calendar.month_names, np.arange(len(calendar.months))
        if self.cap is not None:
            period_names, period_of_month = calendar.quarter_names, calendar.quarter_of_month
        period = period_of_month[months]
        before = draft.handed_on
        periods, at = np.unique(period, return_inverse=True)
        names = tuple(period_names[i] for i in periods)
        most = np.zeros(len(periods))
        np.add.at(most, at, np.maximum(amounts, 0.0) * draft.draft.upper_of(columns))
        # every pool could serve all, so that what they could earn together is far above what is asked for
        earned = np.bincount(period_of_month, self._most_due(draft), len(period_names))
        most = np.minimum(most, earned[periods])
        cap = float("inf") if self.cap is None else max(0.0, float(self.cap - (self.paid or 0)))
        reachable = before.most + np.cumsum(most) >= cap
        limit = min(cap, before.most + float(most.sum()))
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
        draft.add_entries(sums[:1], before.columns, -1.0)
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
        if self.cap is not None:
            draft.hand_on(Handed(np.concatenate([before.columns, paid]), before.most + float(most.sum())))
        return paid, np.array([months[at == i].max() for i in range(len(periods))])


def _together(items: list[Revenue], sign: float, cover: Floats) -> tuple[Ints, Floats, Ints]:
    """Revenue in the days that are covered, shape (T,): columns, amounts per unit, months; flat arrays."""
    columns, amounts, months = [np.zeros(0, dtype=np.int64)], [np.zeros(0)], [np.zeros(0, dtype=np.int64)]
    for item in items:
        counted = cover[item.months] > 0
        columns.append(item.columns[counted])
        months.append(item.months[counted])
        amounts.append((sign * item.amounts * cover[item.months])[counted])
    return np.concatenate(columns), np.concatenate(amounts), np.concatenate(months)
