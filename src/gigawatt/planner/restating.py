"""The plan's own bill: its quantities as facts, rounded, and what every clause would post for them, beside the plan.

This is the border where floats become facts. Each clause says how its planned cost relates to its bill (`fit`); the
difference of an exact one is no more than rounding.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

import numpy as np
import polars as pl

from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.clause import Fit
from gigawatt.model.draft import Draft
from gigawatt.model.facts import (
    Contracted,
    Delivered,
    Facts,
    Metered,
    Ordered,
    Quoted,
    Reported,
    Spent,
    Standing,
)
from gigawatt.model.posting import ClauseBook, Posting
from gigawatt.model.published import (
    AMOUNT,
    CAPEX,
    COMMITMENTS,
    DELIVERY,
    REVENUE,
    UNIT_PRICE,
    Capex,
    Commitment,
    Delivery,
    Revenue,
    UnitPrice,
)
from gigawatt.model.schedule import built_mw
from gigawatt.planner.drafting import binding, in_order
from gigawatt.planner.reading_back import cash_minor
from gigawatt.values.money import minor_digits

HOURS_TO = 3
"""Chip-hours and MW-hours are rounded to so many digits, finer than any meter."""
CHIPS_TO = 6
MW_TO = 9
PRICE_TO = 12


def facts_of(draft: Draft, x: Floats) -> Facts:
    """What would have happened if the plan `x` (natural units, shape (columns,)) came true, in rounded quantities."""
    return _Witness(draft, x).facts()


def settle(draft: Draft, facts: Facts) -> list[Posting]:
    """Every posting of every clause of the contracts that are signed, each clause after those that it reads."""
    programme, months = draft.programme, draft.calendar.months
    postings: list[Posting] = []
    due: list[Posting] = []
    for contract_id, clause_id, contract, clause in in_order(binding(programme)):
        if contract_id not in facts.signed:
            continue
        book = ClauseBook(programme, clause, clause_id, contract, contract_id, months, tuple(due))
        posted = clause.post(book, facts)
        postings += posted
        if AMOUNT in clause.publishes:
            due += posted
    return postings


def restated(draft: Draft, x: Floats, *, relaxed: bool = False) -> pl.DataFrame:
    """Each clause that moves money: clause, planned, restated, difference (restated less planned), fit; exact money.

    `planned` is what the plan's cash table has; `restated` what the clause posts for the plan's rounded quantities.
    """
    programme, digits = draft.programme, minor_digits(draft.programme.currency)
    bill: dict[str, int] = defaultdict(int)
    for posting in settle(draft, facts_of(draft, x)):
        bill[posting.by] += posting.amount_minor
    planned, signed = _planned(draft, x), signatures(draft, x)
    rows = []
    for contract_id, clause_id, _, clause in binding(programme):
        name = f"{contract_id}/{clause_id}"
        if name in planned or name in bill:
            whole = signed[contract_id] in (0.0, 1.0)
            fit = (clause.fit_relaxed if relaxed else clause.fit) if whole else Fit.NONE
            rows.append((name, planned.get(name, 0), bill.get(name, 0), fit.value))
    money = pl.Decimal(38, digits)

    def exact(values: list[int]) -> pl.Series:
        return pl.Series([Decimal(value).scaleb(-digits) for value in values], dtype=money)

    return pl.DataFrame(
        {
            "clause": pl.Series([row[0] for row in rows], dtype=pl.Utf8),
            "planned": exact([row[1] for row in rows]),
            "restated": exact([row[2] for row in rows]),
            "difference": exact([row[2] - row[1] for row in rows]),
            "fit": pl.Series([row[3] for row in rows], dtype=pl.Utf8),
        }
    )


def signatures(draft: Draft, x: Floats) -> dict[str, float]:
    """How far each binding contract is signed: one, or for an offer nought, one, or in a relaxed plan a part."""
    contracts = draft.programme.contracts
    signed = {name: 1.0 for name, contract in contracts.items() if contract.status == "signed"}
    for block in draft.column_blocks:
        name = block.name.removeprefix("sign ")
        if name != block.name and name in contracts:
            signed[name] = round(float(x[block.start]), 6)
    return signed


def _planned(draft: Draft, x: Floats) -> dict[str, int]:
    """The plan's cash table by clause, minor units."""
    total: dict[str, int] = defaultdict(int)
    for (_, _, by, _), minor in cash_minor(draft, x, ("both", "cash")).items():
        total[by] += int(minor.sum())
    return total


class _Witness:
    """Reads facts off a solved draft."""

    def __init__(self, draft: Draft, x: Floats) -> None:
        self.draft, self.x = draft, x
        self.month_names = draft.calendar.month_names
        self.hours = draft.calendar.month_hours
        self.minor = 10 ** minor_digits(draft.programme.currency)

    def facts(self) -> Facts:
        published = self.draft.published
        return Facts(
            signed=frozenset(name for name, part in signatures(self.draft, self.x).items() if part > 0.5),
            use=self._use(),
            deliveries=tuple(
                one for item in published[DELIVERY] if isinstance(item, Delivery) and item.what != "order"
                for one in self._delivered(item)
            ),
            orders=tuple(
                one for item in published[DELIVERY] if isinstance(item, Delivery) and item.what == "order"
                for one in self._ordered(item)
            ),
            revenue=tuple(
                Reported(item.stream, item.earner, month, amount)
                for item in published[REVENUE] if isinstance(item, Revenue)
                for month, amount in self._money(item.columns, item.amounts, item.months)
            ),
            capex=tuple(
                Spent(item.place, item.payer, month, amount)
                for item in published[CAPEX] if isinstance(item, Capex)
                for month, amount in self._money(item.columns, item.amounts, item.months)
            ),
            standing=self._standing(),
            contracted=tuple(
                one for item in published[COMMITMENTS] if isinstance(item, Commitment)
                for one in self._contracted(item)
            ),
            quotes=tuple(
                Quoted(item.by, item.provider, item.pool, self.month_names[t], _exact(price, PRICE_TO), item.new)
                for item in published[UNIT_PRICE] if isinstance(item, UnitPrice)
                for t, price in enumerate(item.price_per_chip_hour) if np.isfinite(price)
            ),
        )  # fmt: skip

    def _use(self) -> tuple[Metered, ...]:
        draft, table = self.draft, self.draft.use
        chip_hours = self.x[table.columns] * table.hours
        slices = (*draft.calendar.slice_names, "all")
        return tuple(
            Metered(
                draft.pool_ids[table.pool[n]],
                draft.workload_ids[table.workload[n]],
                self.month_names[table.month[n]],
                slices[table.slice[n]],
                _exact(chip_hours[n], HOURS_TO),
            )
            for n in np.flatnonzero(np.round(chip_hours, HOURS_TO))
        )

    def _delivered(self, item: Delivery) -> list[Delivered]:
        """Chip-hours or MW-hours that stood ready, by month."""
        ready = self.x[item.columns] @ item.levels * self.hours
        months = np.flatnonzero(np.round(ready, HOURS_TO))
        return [Delivered(item.by, item.place, self.month_names[t], _exact(ready[t], HOURS_TO)) for t in months]

    def _ordered(self, item: Delivery) -> list[Ordered]:
        chips = self.x[item.columns] @ item.levels
        months = np.flatnonzero(np.round(chips, CHIPS_TO))
        return [Ordered(item.by, item.place, self.month_names[t], _exact(chips[t], CHIPS_TO)) for t in months]

    def _money(self, columns: Ints, amounts: Floats, months: Ints) -> list[tuple[str, int]]:
        """Whole minor units by month."""
        by_month = np.bincount(months, amounts * self.x[columns], len(self.month_names)) * self.minor
        minor = np.rint(by_month).astype(np.int64)
        return [(self.month_names[t], int(minor[t])) for t in np.flatnonzero(minor)]

    def _standing(self) -> tuple[Standing, ...]:
        """By month, and in the month before the horizon what was built by then."""
        draft, day = self.draft, self.draft.calendar.span.start - timedelta(days=1)
        power = self.x[draft.powered]
        before = [Standing(site, f"{day:%Y-%m}", built_mw(draft.programme, site, day)) for site in draft.site_ids]
        return (*before, *(
            Standing(site, month, _exact(power[i, t], MW_TO))
            for i, site in enumerate(draft.site_ids)
            for t, month in enumerate(self.month_names)
        ))  # fmt: skip

    def _contracted(self, item: Commitment) -> list[Contracted]:
        """New capacity by the quarter's first month; what was contracted before is none."""
        before = (item.columns == self.draft.one) & (not item.new)
        taken = np.where((item.columns >= 0) & ~before, self.x[np.maximum(item.columns, 0)] * item.mw, 0.0).sum(axis=1)
        first = self.draft.calendar.first_month
        of, quarters = (item.by, item.provider, item.pools), np.flatnonzero(np.round(taken, MW_TO))
        return [Contracted(*of, self.month_names[first[q]], _exact(taken[q], MW_TO), item.kept) for q in quarters]


def _exact(value: float, digits: int) -> Decimal:
    """A float as a fact: the Decimal nearest to it with so many digits after the point."""
    return Decimal(repr(round(float(value), digits)))
