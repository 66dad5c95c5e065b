"""`price`: a dated rate on Use, for chips that are rented by the hour."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.clause import Fit, OnPool
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.facts import Facts
from gigawatt.model.fields import ChipSeries, PricePerChipHour
from gigawatt.model.posting import ClauseBook, Posting
from gigawatt.model.programme import Programme
from gigawatt.model.published import AMOUNT, COMMITMENTS, UNIT_PRICE, UnitPrice


class Price(OnPool):
    """Chips on rent at a price for every chip-hour of Use, as many as are offered, no longer than they are used."""

    kind: Literal["price"]
    price_per_chip_hour: PricePerChipHour = Field(alias="price", description="price of a chip-hour of Use")
    chips: ChipSeries | None = Field(default=None, description="most chips on rent at once; unbounded if absent")

    publishes: ClassVar[frozenset[str]] = frozenset({AMOUNT, UNIT_PRICE, COMMITMENTS})
    quotes: ClassVar[tuple[str, str] | None] = ("price_per_chip_hour", "chip-hour")
    fit: ClassVar[Fit] = Fit.EXACT

    def constrain(self, draft: ClauseDraft) -> None:
        """Chips on rent by month and slice, within what is offered and signed, each hour of them at the month's price.

        On a pool that those who decide own nothing is rented: all its Use is charged, and moves money among parties.
        """
        pool = self.pool_id(draft.contract.seller)
        if not draft.cover.any():
            return
        price = draft.rate(self.price_per_chip_hour)
        asked = np.where(draft.cover > 0, price, np.inf)
        draft.publish(UNIT_PRICE, UnitPrice(draft.name, draft.contract.seller, pool, asked))
        if draft.buyer_decides and not draft.owned(pool):
            self._rent(draft, pool, price)
        elif draft.owned(pool):
            self._charge(draft, pool, price)

    def _rent(self, draft: ClauseDraft, pool: str, price: Floats) -> None:
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
        draft.pay(rented, price[months][:, None] * calendar.hours[months], months[:, None], what="rent")
        if COMMITMENTS in draft.draft.wanted:
            self._publish_steps(draft, pool, rented, months, most)

    def _charge(self, draft: ClauseDraft, pool: str, price: Floats) -> None:
        """The rate on Use of an owned pool by the buyer; in an offer on what is used if it is signed."""
        workloads = self._of_buyer(draft.programme, draft.contract.buyer)
        if not workloads:
            return
        use = draft.use([pool], workloads)
        columns = use.columns
        if draft.is_offer:
            names = tuple(draft.draft.column_label(int(column)) for column in use.columns)
            columns = draft.if_signed("metered", names, use.columns, use.upper, unit="chip")
        draft.pay(columns, price[use.month] * use.hours, use.month, what="rent")

    def _of_buyer(self, programme: Programme, buyer: str) -> tuple[str, ...]:
        """The workloads that are charged on an owned pool: all where the buyer decides, else those that it owns."""
        named = self.for_workloads or tuple(programme.workloads)
        if buyer in programme.decides:
            return named
        return tuple(name for name in named if programme.workloads[name].owner == buyer)

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """Each month's metered Use at the month's price; of a pool that other clauses fill too, the hours on rent."""
        pool = self.pool_id(book.contract.seller)
        owned = book.programme.pools[pool].owner in book.programme.decides
        alone = owned or len(_filling(book.programme, pool)) == 1
        workloads = self._of_buyer(book.programme, book.contract.buyer) if owned else self.for_workloads
        if owned and not workloads:
            return []
        metered = facts.use_of([pool], workloads) if alone else facts.delivered_by(book.name)
        hours, price = book.by_month(metered), book.rate(self.price_per_chip_hour)
        return book.postings([h * p for h, p in zip(hours, price, strict=True)], "rent")

    def _most(self, draft: ClauseDraft, pool: str) -> Floats:
        """Most chips on rent by month, shape (T,): what is offered, and never more than the workloads could use."""
        calendar = draft.calendar
        use = draft.use([pool])
        by_slice = np.zeros((len(calendar.months), len(calendar.slice_names)))
        sliced = use.slice >= 0
        np.add.at(by_slice, (use.month[sliced], use.slice[sliced]), use.upper[sliced])
        by_month: Floats = by_slice.max(axis=1)
        np.add.at(by_month, use.month[~sliced], use.upper[~sliced])
        if self.chips is None:
            return by_month * draft.cover
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


def _filling(programme: Programme, pool: str) -> list[str]:
    """The clauses, by full name, whose contracts may bring chips to a pool."""
    binding = {name: each for name, each in programme.contracts.items() if each.status in ("offer", "signed")}
    return [
        f"{contract_id}/{clause_id}"
        for contract_id, contract in binding.items()
        for clause_id, clause in contract.clauses.items()
        if isinstance(clause, OnPool) and clause.pool_id(contract.seller) == pool
    ]
