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
from gigawatt.model.published import AMOUNT, COMMITMENTS, UNIT_PRICE, Commitment, UnitPrice


class Price(OnPool):
    """Chips on rent at a price for every chip-hour of Use, as many as are offered, no longer than they are used."""

    kind: Literal["price"]
    price_per_chip_hour: PricePerChipHour = Field(alias="price", description="price of a chip-hour of Use")
    chips: ChipSeries | None = Field(default=None, description="most chips on rent at once; unbounded if absent")

    publishes: ClassVar[frozenset[str]] = frozenset({AMOUNT, UNIT_PRICE, COMMITMENTS})
    quotes: ClassVar[tuple[str, str] | None] = ("price_per_chip_hour", "chip-hour")
    fit: ClassVar[Fit] = Fit.EXACT

    def constrain(self, draft: ClauseDraft) -> None:
        """`rented` chips by month, within what is offered and signed; Use is paid for at the month's price."""
        pool = self.pool_id(draft.contract.seller)
        if not draft.cover.any():
            return
        price = draft.rate(self.price_per_chip_hour)
        asked = np.where(draft.cover > 0, price, np.inf)
        draft.publish(UNIT_PRICE, UnitPrice(draft.name, draft.contract.seller, pool, asked))
        rents = draft.buyer_decides and not draft.owned(pool)
        if rents:
            self._rent(draft, pool)
        use = draft.use([pool])
        columns = use.columns
        if draft.is_offer and not (rents and self._alone_in(draft, pool)):
            names = tuple(draft.draft.column_label(int(column)) for column in use.columns)
            columns = draft.if_signed("metered", names, use.columns, use.upper, unit="chip")
        draft.pay(columns, price[use.month] * use.hours, use.month, what="rent")

    def _rent(self, draft: ClauseDraft, pool: str) -> None:
        """Chips that stand in the pool as long as they are on rent."""
        calendar = draft.calendar
        months = np.flatnonzero(draft.cover > 0)
        most = self._most(draft, pool)
        names = tuple(calendar.month_names[t] for t in months)
        rented = draft.add_columns("rented", (names,), unit="chip", upper=most[months])
        levels = np.zeros((len(months), len(calendar.months)))
        levels[np.arange(len(months)), months] = 1.0
        draft.provide(pool, rented, levels)
        if draft.is_offer:
            rows = draft.add_rows("signed", (names,), unit="chip", upper=0.0)
            draft.add_entries(rows, rented, 1.0)
            draft.add_entries(rows, draft.on, -most[months])
        if COMMITMENTS in draft.draft.wanted:
            self._publish_steps(draft, pool, rented, months, most)

    def _alone_in(self, draft: ClauseDraft, pool: str) -> bool:
        """Whether nothing else fills the pool, so that it has no Use unless this clause's contract is signed."""
        binding = [each for each in draft.programme.contracts.values() if each.status in ("offer", "signed")]
        filling = [
            clause for contract in binding for clause in contract.clauses.values()
            if isinstance(clause, OnPool) and clause.pool_id(contract.seller) == pool
        ]  # fmt: skip
        return len(filling) == 1

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """Each month's metered Use at the month's price."""
        hours = book.by_month(facts.use_of([self.pool_id(book.contract.seller)], self.for_workloads))
        price = book.rate(self.price_per_chip_hour)
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
        months_held = tuple(calendar.month_names[int(t)] for t in months)
        held = draft.add_rows("rent level", (months_held,), unit="chip", upper=0.0)
        draft.add_entries(held, rented, 1.0)
        draft.add_entries(held, level[np.searchsorted(quarters, quarter)], -1.0)
        rise = draft.add_rows("rent step", (names,), unit="chip", upper=0.0)
        draft.add_entries(rise, level, 1.0)
        draft.add_entries(rise[1:], level[:-1], -1.0)
        draft.add_entries(rise, step, -1.0)
        count, mw = len(calendar.quarters), draft.chip_mw(pool)
        columns = np.full((count, 1), -1, dtype=np.int64)
        columns[quarters, 0] = step
        size = np.zeros(count)
        size[quarters] = peak * mw
        draft.publish(
            COMMITMENTS,
            Commitment(
                name=draft.name,
                by=draft.name,
                provider=draft.contract.seller,
                pools=(pool,),
                columns=columns,
                mw=np.full((count, 1), mw),
                switch=np.full(count, -1, dtype=np.int64),
                most_mw=size,
                stock_most_mw=size,
                kept=False,
                workloads=self.for_workloads,
                since=draft.span.start,
            ),
        )
