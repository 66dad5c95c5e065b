"""`reservation`: dedicated chips for a fixed fee over a term, used or not."""

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Discriminator, Field, Tag, model_validator

from gigawatt.errors import PlanError
from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.clause import Fit, OnPool
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.facts import Facts
from gigawatt.model.fields import ChipSeries, Count, PricePerChipHour
from gigawatt.model.posting import ClauseBook, Posting
from gigawatt.model.published import AMOUNT, COMMITMENTS, UNIT_PRICE, Commitment, UnitPrice
from gigawatt.model.thing import Thing
from gigawatt.values.series import Series


class Choice(Thing):
    """A number of chips that the plan chooses once, from `min` to `max` in steps."""

    min: Count
    max: Count
    step: Count = Field(default=Decimal(1))

    @model_validator(mode="after")
    def _in_order(self) -> "Choice":
        if self.step <= 0:
            raise ValueError("`step` must be above nought")
        if self.max < self.min or (self.max - self.min) % self.step:
            raise ValueError(f"`max` {self.max} must be `min` {self.min} plus a whole number of steps of {self.step}")
        return self


class Takes(Thing):
    """Chips that the buyer may add each quarter, kept to the end of the contract, up to `most` in all."""

    most: ChipSeries
    take: Literal["quarterly"]


def _form(value: Any) -> str:
    keys = set(value) if isinstance(value, dict) else set()
    if isinstance(value, Choice) or keys & {"min", "max", "step"}:
        return "choice"
    if isinstance(value, Takes) or keys & {"most", "take"}:
        return "takes"
    return "series"


Chips = Annotated[
    Annotated[ChipSeries, Tag("series")] | Annotated[Choice, Tag("choice")] | Annotated[Takes, Tag("takes")],
    Discriminator(_form),
]


class Reservation(OnPool):
    """Chips held for the buyer at a price for every hour reserved."""

    kind: Literal["reservation"]
    chips: Chips = Field(description="a number, a dated series, {min, max, step}, or {most, take: quarterly}")
    price_per_chip_hour: PricePerChipHour = Field(alias="price", description="price of a chip-hour, used or not")

    publishes: ClassVar[frozenset[str]] = frozenset({AMOUNT, UNIT_PRICE, COMMITMENTS})
    quotes: ClassVar[tuple[str, str] | None] = ("price_per_chip_hour", "chip-hour")
    fit: ClassVar[Fit] = Fit.EXACT

    def constrain(self, draft: ClauseDraft) -> None:
        """Capacity for the pool and a fee for it, by one of three forms: fixed, chosen once, taken by the quarter."""
        if not draft.cover.any():
            return
        calendar, pool = draft.calendar, self.pool_id(draft.contract.seller)
        price = draft.rate(self.price_per_chip_hour)
        fee, asked = price * calendar.month_hours, np.where(draft.cover > 0, price, np.inf)
        draft.publish(UNIT_PRICE, UnitPrice(draft.name, draft.contract.seller, pool, asked, new=draft.is_new))
        if not isinstance(self.chips, Series) and not draft.buyer_decides:
            raise PlanError(
                f"{draft.name}: {draft.contract.buyer} is not among those who decide, so how many chips it takes is "
                "no choice of the plan; give `chips` as a number or a dated series"
            )
        if isinstance(self.chips, Takes):
            self._take(draft, self.chips, pool, fee)
        elif isinstance(self.chips, Choice):
            self._choose(draft, self.chips, pool, fee)
        else:
            self._hold(draft, pool, np.array([draft.on]), draft.rate(self.chips)[None, :], fee)

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """Each month's chip-hours that stood ready, used or not, at the month's price."""
        hours, price = book.by_month(facts.delivered_by(book.name)), book.rate(self.price_per_chip_hour)
        return book.postings([h * p for h, p in zip(hours, price, strict=True)], "fee")

    def _hold(self, draft: ClauseDraft, pool: str, columns: Ints, chips: Floats, fee: Floats) -> None:
        """Chips `chips[k, t] x columns[k]` stand, and are paid for, on the days in force; shapes (K,), (K, T)."""
        levels = chips * draft.cover
        draft.provide(pool, columns, levels)
        which, month = np.nonzero(levels)
        draft.pay(columns[which], levels[which, month] * fee[month], month, what="fee")
        calendar, mw = draft.calendar, draft.chip_mw(pool)
        rises = np.maximum(np.diff(chips, axis=1, prepend=0.0), 0.0)
        size = np.zeros((len(calendar.quarters), len(columns)))
        np.add.at(size, calendar.quarter_of_month, rises.T * mw)
        ends = draft.draft.upper_of(columns)
        most = size @ ends
        starts = np.where(size > 0, columns[None, :], -1)
        switch = np.where(most > 0, draft.on, -1)
        draft.publish(
            COMMITMENTS,
            Commitment(
                name=draft.name,
                by=draft.name,
                provider=draft.contract.seller,
                pools=(pool,),
                columns=starts,
                mw=size,
                switch=switch,
                most_mw=most,
                stock_most_mw=np.cumsum(most),
                new=draft.is_new,
                workloads=self.for_workloads,
                since=draft.span.start,
            ),
        )

    def _choose(self, draft: ClauseDraft, choice: Choice, pool: str, fee: Floats) -> None:
        """`chips = min on + step steps`, with `steps <= (max - min) / step on`."""
        most = int((choice.max - choice.min) / choice.step)
        steps = draft.add_columns("steps", (), unit="1", upper=float(most), integer=True)
        row = draft.add_rows("steps", (), unit="1", upper=0.0)
        draft.add_entries(row, steps, 1.0)
        draft.add_entries(row, draft.on, -float(most))
        chips = np.outer([float(choice.min), float(choice.step)], draft.cover > 0)
        self._hold(draft, pool, np.array([draft.on, int(steps)]), chips, fee)

    def _take(self, draft: ClauseDraft, takes: Takes, pool: str, fee: Floats) -> None:
        """`held[q] = held[q-1] + taken[q] <= most[q] on`; the fee is for what is held."""
        calendar = draft.calendar
        months = np.flatnonzero(draft.cover > 0)
        quarter = calendar.quarter_of_month[months]
        quarters = np.unique(quarter)
        names = tuple(calendar.quarter_names[q] for q in quarters)
        offered = draft.rate(takes.most)[months]
        most = np.array([offered[quarter == q].min() for q in quarters])
        most = np.minimum.accumulate(most[::-1])[::-1]  # what is taken is kept, so a later, lower bound binds before
        taken = draft.add_columns("taken", (names,), unit="chip", upper=most)
        held = draft.add_columns("held", (names,), unit="chip", upper=most)
        rows = draft.add_rows("held", (names,), unit="chip", lower=0.0, upper=0.0)
        draft.add_entries(rows, held, 1.0)
        draft.add_entries(rows[1:], held[:-1], -1.0)
        draft.add_entries(rows, taken, -1.0)
        if draft.is_offer:
            signed = draft.add_rows("signed", (names,), unit="chip", upper=0.0)
            draft.add_entries(signed, held, 1.0)
            draft.add_entries(signed, draft.on, -most)
        levels = np.where(calendar.quarter_of_month[None, :] == quarters[:, None], draft.cover[None, :], 0.0)
        draft.provide(pool, held, levels)
        which, month = np.nonzero(levels)
        draft.pay(held[which], levels[which, month] * fee[month], month, what="fee")
        draft.may_take(pool, quarters, taken, most, kept=True, new=draft.is_new)
