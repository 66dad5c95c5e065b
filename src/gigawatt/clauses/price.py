"""`price`: a rate on Use, for chips that are rented by the hour: dated, moved by an index or by years, by volume."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from gigawatt.model.calendar import Flags, Floats, Ints
from gigawatt.model.clause import Complaint, Fit, OnPool
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.contract import Contract
from gigawatt.model.extent import Extent
from gigawatt.model.facts import Facts
from gigawatt.model.fields import ChipHours, ChipSeries, Day
from gigawatt.model.parsing import refuse
from gigawatt.model.posting import ClauseBook, Posting, Priced
from gigawatt.model.programme import Programme
from gigawatt.model.published import AMOUNT, COMMITMENTS, DELIVERY, UNIT_PRICE, Delivery, UnitPrice
from gigawatt.model.term import Term
from gigawatt.promises.metering import charged_shares, charged_workloads, filled_by, use_shares
from gigawatt.promises.pricing import Currency, Escalator, Index, Moved, OwnPricePerChipHour, in_its_currency
from gigawatt.promises.tiers import Band, Each, Period, all_units, fault_in, marginal, periods
from gigawatt.promises.tiers_planned import Charged, plan_all_units, plan_marginal
from gigawatt.values.series import Series

TRUE_UP = "volume true-up"


class Price(OnPool):
    """Chips on rent at a price for every chip-hour of Use, as many as are offered, no longer than they are used."""

    kind: Literal["price"]
    # before the prices, which are read in it
    currency: Currency | None = Field(default=None, description="the prices are in another currency, paid at its rate")
    price_per_chip_hour: OwnPricePerChipHour = Field(alias="price", description="price of a chip-hour of Use")
    chips: ChipSeries | None = Field(default=None, description="most chips on rent at once; unbounded if absent")
    escalator: Escalator | None = Field(default=None, description="a fixed rise every year, of all prices")
    index: Index | None = Field(default=None, description="a published index that moves all prices")
    bands: Annotated[tuple[Band, ...], in_its_currency(tuple[Band, ...])] = Field(
        default=(), description="other prices from some volumes on; below the first, `price`"
    )
    tiers: Literal["marginal", "all_units"] = Field(
        default="marginal", description="whether a band's price is for the hours in it, or for all once it is reached"
    )
    each: Each = Field(default="contract year", description="over what the volume is counted")
    taken: dict[Day, ChipHours] = Field(default_factory=dict, description="taken by a day, in that day's contract year")

    publishes: ClassVar[frozenset[str]] = frozenset({AMOUNT, UNIT_PRICE, COMMITMENTS, DELIVERY})
    quotes: ClassVar[tuple[str, str] | None] = ("price_per_chip_hour", "chip-hour")
    unit_priced: ClassVar[bool] = True
    fit: ClassVar[Fit] = Fit.EXACT

    @property
    def unbroken(self) -> str | None:
        """The volume by which its bands are told."""
        return "counts volume toward its bands" if self.bands else None

    @model_validator(mode="after")
    def _bands_in_order(self) -> "Price":
        for key in ("tiers", "each", "taken"):
            if key in self.model_fields_set and not self.bands:
                refuse(f"`{key}` says how `bands` count, and there are none; give `bands`, or leave it out", key)
        if self.taken and self.each == "month":
            refuse("every month begins at nought; leave `taken` out, or count by `contract year`", "taken")
        fault = fault_in(self.bands)
        if fault is not None:
            refuse(fault, "bands")
        return self

    @property
    def by_volume(self) -> bool:
        """Whether the volume decides on the price."""
        return bool(self.bands)

    def asked(self, day: date) -> Decimal | None:
        """The first price on a day, with all that moves it."""
        return self._moved(self.price_per_chip_hour).at(day)

    def most_chips(self, day: date) -> Decimal | None:
        """The most chips on rent on a day."""
        return self.chips.at(day) or Decimal(0) if self.chips is not None else None

    def complaints(self, contract: Contract, term: Term, programme: Programme) -> Iterator[Complaint]:
        """Prices of bands, and what moves prices, that are not told on the first day on which they are needed."""
        told: dict[tuple[str | int, ...], Series] = {
            ("bands", n, "price"): band.price_per_chip_hour for n, band in enumerate(self.bands)
        }
        if self.index is not None:
            told["index", "values"] = self.index.values
        if self.currency is not None:
            told["currency", "rate"] = self.currency.rate
        for key, series in told.items():
            if term.inside.days and series.first_day > term.inside.start:
                needed = f"has no value on {term.inside.start}, when it is first needed"
                yield key, f"{needed}; its first is for {series.first_day}"

    def fit_in(self, programme: Programme, contract: Contract, *, relaxed: bool) -> Fit:
        """In fractions a plan reaches a price by volume, or puts it off, in part: to the good of who decides."""
        if not relaxed or not self.bands:
            return Fit.EXACT
        way = (contract.seller in programme.decides) - (contract.buyer in programme.decides)
        return {-1: Fit.BELOW, 0: Fit.NONE, 1: Fit.ABOVE}[way]

    def constrain(self, draft: ClauseDraft) -> None:
        """Chips on rent by month and slice, within what is offered and signed, each hour of them at the month's price.

        On a pool that those who decide own nothing is rented: all its Use is charged, and moves money among parties.
        """
        pool = self.pool_id(draft.contract.seller)
        if not draft.cover.any():
            return
        prices = np.array([[float(price) for price in band] for band in self._prices(draft.term)])
        asked = np.where(draft.cover > 0, prices[0], np.inf)
        draft.publish(UNIT_PRICE, UnitPrice(draft.name, draft.contract.seller, pool, asked))
        if draft.buyer_decides and not draft.owned(pool):
            charged = self._rent(draft, pool)
        elif draft.owned(pool):
            charged = self._charge(draft, pool)
        else:
            return
        draft.pay(charged.columns, prices[0][charged.months] * charged.hours, charged.months, what="rent")
        self._by_volume(draft, charged, prices)

    def _rent(self, draft: ClauseDraft, pool: str) -> Charged:
        """`rented[t, s]` chips, at most those offered if signed; the hours are paid for."""
        calendar = draft.calendar
        months = np.flatnonzero(draft.cover > 0)
        most = self._most(draft, pool)
        axes = (tuple(calendar.month_names[t] for t in months), calendar.slice_names)
        upper = np.repeat(most[months][:, None], len(calendar.slice_names), axis=1)
        rented = draft.add_columns("rented", axes, unit="chip", upper=upper)
        whole = np.full((len(calendar.months), len(calendar.slice_names)), -1, dtype=np.int64)
        whole[months] = rented
        draft.rent(pool, whole)
        if draft.is_offer:
            rows = draft.add_rows("signed", axes, unit="chip", upper=0.0)
            draft.add_entries(rows, rented, 1.0)
            draft.add_entries(rows, draft.on, -upper)
        if COMMITMENTS in draft.draft.wanted:
            self._publish_steps(draft, pool, rented, months, most)
        at = np.broadcast_to(months[:, None], rented.shape)
        return Charged(rented.ravel(), calendar.hours[months].ravel(), at.ravel())

    def _charge(self, draft: ClauseDraft, pool: str) -> Charged:
        """Use of an owned pool by the buyer on the clause's days; in an offer what is used if it is signed."""
        workloads = charged_workloads(draft.programme, draft.contract, self.for_workloads)
        use = draft.use([pool], workloads) if workloads else draft.use([])
        share = use_shares(draft, use, draft.span, draft.term)
        columns = use.columns
        if draft.is_offer and len(use):
            names = tuple(draft.draft.column_label(int(column)) for column in use.columns)
            columns = draft.if_signed("metered", names, use.columns, use.upper, unit="chip")
        if DELIVERY in draft.draft.wanted:
            levels = np.zeros((len(use), len(draft.calendar.months)))
            levels[np.arange(len(use)), use.month] = use.hours * share / draft.calendar.month_hours[use.month]
            before = np.zeros(len(use), dtype=bool)
            draft.publish(DELIVERY, Delivery(draft.name, "chips", pool, columns, levels, before))
        return Charged(columns, use.hours * share, use.month)

    def _by_volume(self, draft: ClauseDraft, charged: Charged, prices: Floats) -> None:
        """What the bands of each year or month add to the first price, or take off it."""
        for period in self._periods(draft.term):
            if self.tiers == "marginal":
                steps = np.diff(prices, axis=0)
                plan_marginal(draft, period, charged, steps, self._told_by_who_decides(draft, period, steps))
            else:
                plan_all_units(draft, period, charged, prices, "rent" if self.each == "month" else TRUE_UP)

    def _told_by_who_decides(self, draft: ClauseDraft, period: Period, steps: Floats) -> Flags:
        """Of each threshold, whether who decides loses by it, and more so the sooner it is passed, (K,).

        Then a plan passes it as late as the contract does, without a binary. Where another clause reads what is due,
        or a party must have so much, it may gain by more: then it is pinned.
        """
        way = draft.draft.sign(draft.contract.buyer, draft.contract.seller)
        lost = -way * (steps * draft.calendar.discount)[:, period.months]
        if not way or AMOUNT in draft.draft.wanted or draft.programme.participation:
            return np.zeros(len(steps), dtype=bool)
        return np.asarray((lost > 0).all(axis=1) & (np.diff(lost, axis=1) < 0).all(axis=1))

    def extent(self, book: ClauseBook, facts: Facts, since: date) -> Extent:
        """Every hour of all the chips that are offered, at the highest of its prices; no bound where none is stated."""
        buyer, seller = book.contract.buyer, book.contract.seller
        if self.chips is None:
            return Extent(buyer, seller, more=None)
        most, prices = book.rate(self.chips), self._prices(book.term)
        hours = [24 * days * (month.start >= since) for days, month in zip(book.term.days, book.months, strict=True)]
        more = sum((n * h * max(p) for n, h, *p in zip(most, hours, *prices, strict=True)), Fraction(0))
        return Extent(buyer, seller, more, chips=max(book.term.mean(self.chips)))

    @property
    def varies(self) -> str:
        """What it may make due beside what is sure."""
        return "rent of what is used" + (", at a price that moves with an index" if self.index is not None else "")

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """Each month's chip-hours on rent, or used of an owned pool, at the month's price for their volume."""
        hours, prices = self.charged_hours(book, facts), self._prices(book.term)
        rent = [Priced.at(h, p, "chip-hour") for h, p in zip(hours, prices[0], strict=True)]
        due: list[Posting] = []
        for period in self._periods(book.term):
            if self.tiers == "marginal":
                for t, more in marginal(period, hours, prices):
                    rent[t] = rent[t].plus(more)
            elif self.each == "month":
                rent[period.last] = rent[period.last].plus(all_units(period, hours, prices))
            else:
                due += book.posting(period.last, all_units(period, hours, prices), TRUE_UP, days=period.days)
        return [*book.postings(rent, "rent"), *due]

    def charged_hours(self, book: ClauseBook, facts: Facts) -> list[Fraction]:
        """Chip-hours charged by month; of a pool that other clauses fill too, those on rent."""
        programme, pool = book.programme, self.pool_id(book.contract.seller)
        if programme.pools[pool].owner not in programme.decides:
            alone = len(filled_by(programme, pool)) == 1
            return book.by_month(facts.use_of([pool], self.for_workloads) if alone else facts.delivered_by(book.name))
        workloads = charged_workloads(programme, book.contract, self.for_workloads)
        shares, used = charged_shares(programme, book.term, pool, workloads), facts.use_by_workload(pool)
        return [
            sum((share[t] * Fraction(used.get((name, month), 0)) for name, share in shares.items()), Fraction(0))
            for t, month in enumerate(book.month_names)
        ]

    def _moved(self, price: Series) -> Moved:
        return Moved(price, tuple(each for each in (self.escalator, self.index, self.currency) if each is not None))

    def _prices(self, term: Term) -> list[list[Fraction]]:
        """The mean price of each band over each month's days in force, from the first price up."""
        stated = [self.price_per_chip_hour, *(band.price_per_chip_hour for band in self.bands)]
        return [self._moved(price).by_month(term) for price in stated]

    def _periods(self, term: Term) -> list[Period]:
        """The years or months over which the volume counts; none where one price is for all of it."""
        if not self.bands:
            return []
        thresholds = [band.at_least_chip_hours for band in self.bands]
        return periods(term, self.each, thresholds, self.taken, to_date=self.tiers == "marginal")

    def _most(self, draft: ClauseDraft, pool: str) -> Floats:
        """Most chips on rent by month, shape (T,): what is offered, and never more than the workloads could use."""
        calendar = draft.calendar
        use = draft.use([pool])
        upper = use.upper * draft.share_of_use(use)
        by_slice = np.zeros((len(calendar.months), len(calendar.slice_names)))
        sliced = use.slice >= 0
        np.add.at(by_slice, (use.month[sliced], use.slice[sliced]), upper[sliced])
        by_month: Floats = by_slice.max(axis=1)
        np.add.at(by_month, use.month[~sliced], upper[~sliced])
        if self.chips is None:
            return by_month
        return np.asarray(np.minimum(calendar.level(self.chips, draft.span), by_month))

    def _publish_steps(self, draft: ClauseDraft, pool: str, rented: Ints, months: Ints, most: Floats) -> None:
        """Steps up in rent are commitments to new capacity, quarter by quarter; rent is not kept once it falls."""
        calendar = draft.calendar
        quarter = calendar.quarter_of_month[months]
        quarters = np.unique(quarter)
        names = tuple(calendar.quarter_names[q] for q in quarters)
        peak = np.array([most[calendar.quarter_of_month == q].max() for q in quarters])
        level = draft.add_columns("rent level", (names,), unit="chip", upper=peak)
        step = draft.add_columns("rent step", (names,), unit="chip", upper=peak)
        axes = (tuple(calendar.month_names[int(t)] for t in months), calendar.slice_names)
        held = draft.add_rows("rent level", axes, unit="chip", upper=0.0)
        draft.add_entries(held, rented, 1.0)
        draft.add_entries(held, level[np.searchsorted(quarters, quarter)][:, None], -1.0)
        rise = draft.add_rows("rent step", (names,), unit="chip", upper=0.0)
        draft.add_entries(rise, level, 1.0)
        draft.add_entries(rise[1:], level[:-1], -1.0)
        draft.add_entries(rise, step, -1.0)
        draft.may_take(pool, quarters, step, peak, kept=False, new=True)
