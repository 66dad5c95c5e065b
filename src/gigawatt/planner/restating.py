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

from gigawatt.history.billing import posted
from gigawatt.history.binding import binding
from gigawatt.history.outlook import chosen_by, notices_known, outlook_in_plan
from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.clause import Fit
from gigawatt.model.draft import Draft
from gigawatt.model.facts import (
    Available,
    Claimed,
    Contracted,
    Delivered,
    Energy,
    Facts,
    HandedOver,
    Metered,
    Notice,
    Ordered,
    Quoted,
    Reached,
    Reported,
    Spent,
    Standing,
    Withheld,
)
from gigawatt.model.posting import Posting
from gigawatt.model.published import (
    AVAILABILITY,
    CAPEX,
    COMMITMENTS,
    DELIVERY,
    HANDOVER,
    MILESTONE,
    NOT_PROVIDED,
    REVENUE,
    UNIT_PRICE,
    Availability,
    Capex,
    Commitment,
    Delivery,
    Handover,
    Milestone,
    NotProvided,
    Published,
    Revenue,
    UnitPrice,
)
from gigawatt.model.schedule import built_mw
from gigawatt.planner.reading_back import cash_minor
from gigawatt.values.money import minor_digits

HOURS_TO = 3
"""Chip-hours and MW-hours are rounded to so many digits, finer than any meter."""
CHIPS_TO = 6
MW_TO = 9
PRICE_TO = 12
MWH_TO = 9


def facts_of(draft: Draft, x: Floats) -> Facts:
    """What would have happened if the plan `x` (natural units, shape (columns,)) came true, in rounded quantities."""
    return _Witness(draft, x).facts()


def settle(draft: Draft, facts: Facts) -> list[Posting]:
    """Every posting of every clause of the contracts that are signed, each clause after those that it reads."""
    return posted(draft.programme, draft.calendar.months, facts)


def restated(draft: Draft, x: Floats, facts: Facts | None = None, *, relaxed: bool = False) -> pl.DataFrame:
    """Each clause that moves money: clause, planned, restated, difference (restated less planned), fit; exact money.

    `planned` is what the plan's cash table has; `restated` what the clause posts for the plan's rounded quantities,
    which are `facts` where they are had already.
    """
    programme, digits = draft.programme, minor_digits(draft.programme.currency)
    bill: dict[str, int] = defaultdict(int)
    for posting in settle(draft, facts or facts_of(draft, x)):
        bill[posting.by] += posting.amount_minor
    planned, signed = _planned(draft, x), signatures(draft, x)
    rows = []
    for contract_id, clause_id, contract, clause in binding(programme):
        name = f"{contract_id}/{clause_id}"
        if name in planned or name in bill:
            whole = signed[contract_id] in (0.0, 1.0) and _ends_once(draft, x, contract_id)
            fit = clause.fit_in(programme, contract, relaxed=relaxed) if whole else Fit.NONE
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


def _ends_once(draft: Draft, x: Floats, contract_id: str) -> bool:
    """Whether a contract is over on one day, and not in parts of a relaxed plan on several."""
    return all(round(float(x[column]), 6) in (0.0, 1.0) for column in draft.overs.get(contract_id, {}).values())


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
            energy=self._energy(),
            deliveries=tuple(
                one for item in published[DELIVERY] if isinstance(item, Delivery) and item.what != "order"
                for one in self._delivered(item)
            ),
            orders=tuple(
                one for item in published[DELIVERY] if isinstance(item, Delivery) and item.what == "order"
                for one in self._ordered(item)
            ),
            withheld=tuple(
                Withheld(item.by, self.month_names[item.month], item.chip_hours)
                for item in self._held(NOT_PROVIDED) if isinstance(item, NotProvided)
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
                one for item in published[COMMITMENTS] if isinstance(item, Commitment) and not item.own_build
                for one in self._contracted(item)
            ),
            quotes=tuple(dict.fromkeys(
                Quoted(item.by, item.provider, item.pool, self.month_names[t], _exact(price, PRICE_TO), item.new)
                for item in published[UNIT_PRICE] if isinstance(item, UnitPrice)
                for t, price in enumerate(item.price_per_chip_hour) if np.isfinite(price)
            )),
            handed_over=tuple(
                one for item in published[HANDOVER] if isinstance(item, Handover) for one in self._handed_over(item)
            ),
            reached=tuple(
                Reached(item.by, item.number, item.days[int(np.argmax(self.x[item.met] > 0.5))])
                for item in self._held(MILESTONE) if isinstance(item, Milestone) and (self.x[item.met] > 0.5).any()
            ),
            notices=self._notices(),
            availability=tuple(
                Available(item.place, self.month_names[t], share, item.by)
                for item in self._held(AVAILABILITY) if isinstance(item, Availability)
                for t, share in item.months.items()
            ),
            claims=tuple(
                Claimed(item.by, self.month_names[t], self.draft.calendar.months[t].until)
                for item in self._held(AVAILABILITY) if isinstance(item, Availability) and item.claimed
                for t in item.months
            ),
        )  # fmt: skip

    def _held(self, name: str) -> list[Published]:
        """What was published of what the plan holds to: of a contract that may be over on several days, by the one."""
        return [item for item in self.draft.published[name] if item.under < 0 or self.x[item.under] > 0.5]

    def _notices(self) -> tuple[Notice, ...]:
        """The notices that are known, and those that the plan has somebody give."""
        programme = self.draft.programme
        given = list(notices_known(programme, programme.as_of))
        for contract_id, over in self.draft.overs.items():
            end, column = max(over.items(), key=lambda item: float(self.x[item[1]]))
            if self.x[column] > 0.5:
                seen = outlook_in_plan(programme, contract_id)
                given += seen.notices(contract_id, end, lambda step: chosen_by(programme, step))
        return tuple(given)

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

    def _energy(self) -> tuple[Energy, ...]:
        """Energy of all Use by pool and month: of the chips, and where a site's PUE is known, of the whole facility."""
        draft, table, programme = self.draft, self.draft.use, self.draft.programme
        chip_hours = np.zeros((len(draft.pool_ids), len(self.month_names)))
        np.add.at(chip_hours, (table.pool, table.month), self.x[table.columns] * table.hours)
        found = []
        for place, pool in enumerate(programme.pools.values()):
            site = programme.sites.get(pool.site) if pool.site else None
            mwh = chip_hours[place] * float(programme.chips[pool.chip].it_power_kw or 0) / 1000.0
            for t in np.flatnonzero(np.round(mwh, MWH_TO)):
                whole = _exact(mwh[t] * float(site.pue), MWH_TO) if site is not None else None
                found.append(Energy(draft.pool_ids[place], self.month_names[t], _exact(mwh[t], MWH_TO), whole))
        return tuple(found)

    def _delivered(self, item: Delivery) -> list[Delivered]:
        """Chip-hours or MW-hours that stood ready, by month."""
        found = []
        for before in (False, True):
            of = item.before == before
            ready = self.x[item.columns[of]] @ item.levels[of] * self.hours
            for t in np.flatnonzero(np.round(ready, HOURS_TO)):
                hours = _exact(ready[t], HOURS_TO)
                found.append(Delivered(item.by, item.place, self.month_names[t], hours, before, item.part))
        return found

    def _handed_over(self, item: Handover) -> list[HandedOver]:
        """The days of a delivery under what is signed; one that was ended has not come."""
        if self.x[item.on] < 0.5:
            return []
        if self.x[item.kept] > 0.5:
            return [HandedOver(item.by, item.lot, item.delivered, item.accepted)]
        return [HandedOver(item.by, item.lot, None, ended=item.ended)]

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
