"""The draft as one clause sees it: what it writes is signed with its name and holds only if its contract is signed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from gigawatt.model.calendar import Calendar, Floats, Ints
from gigawatt.model.draft import SUPPLIERS, Axis, Draft, Face, Handed, Payment, Unit, UseTable, Values
from gigawatt.model.investing import invest
from gigawatt.model.keeping import Brought, Keeping
from gigawatt.model.posting import LEFT
from gigawatt.model.published import (
    AMOUNT,
    CAPEX,
    COMMITMENTS,
    DELIVERY,
    Amount,
    Commitment,
    Delivery,
    Published,
)
from gigawatt.model.term import Term
from gigawatt.values.ids import own_id
from gigawatt.values.series import Series
from gigawatt.values.span import Span

if TYPE_CHECKING:
    from gigawatt.model.clause import Clause
    from gigawatt.model.contract import Contract
    from gigawatt.model.programme import Programme


ROUNDING = 1e-12
"""Shares of days that add up to one but for this are the whole."""


@dataclass(frozen=True)
class ClauseDraft:
    """A draft behind the name of one clause.

    `on` is the column that is one where the contract is signed: fixed at one for a signed contract, a binary for an
    offer. Multiply every constant by it, and there is one form for both.
    """

    draft: Draft
    clause: Clause
    clause_id: str
    contract: Contract
    contract_id: str
    on: int
    elsewise: frozenset[int] = frozenset()
    """The columns of the other days on which the contract may be over, where there are several."""

    @property
    def name(self) -> str:
        """The clause's full name, `contract/clause`."""
        return f"{self.contract_id}/{self.clause_id}"

    @cached_property
    def label(self) -> str:
        """What its columns and rows are called by: its name, with the contract's end where that is not the file's."""
        until = self.contract.until
        if not self.elsewise or until is None or until == self.programme.contracts[self.contract_id].until:
            return self.name
        return f"{self.contract_id} through {until - timedelta(days=1)}/{self.clause_id}"

    @property
    def programme(self) -> Programme:
        """The programme that is planned."""
        return self.draft.programme

    @property
    def calendar(self) -> Calendar:
        """The horizon as arrays."""
        return self.draft.calendar

    @property
    def is_offer(self) -> bool:
        """Whether the plan decides if it holds: on signing, or on the day on which the contract is over."""
        return self.on != self.draft.one

    @property
    def is_new(self) -> bool:
        """Whether what is contracted for is new: an offer, or signed on or after the programme's `as_of`."""
        signed = self.contract.signed_on
        return self.contract.status == "offer" or (signed is not None and signed >= self.programme.as_of)

    @property
    def buyer_decides(self) -> bool:
        """Whether the buyer is among those whose choices are optimised."""
        return self.contract.buyer in self.programme.decides

    @cached_property
    def term(self) -> Term:
        """When the clause is in force, exactly."""
        return Term(self.clause, self.contract, self.calendar.months)

    @property
    def span(self) -> Span:
        """The clause's days inside the horizon; empty (start = until) where there are none."""
        return self.term.inside

    @cached_property
    def cover(self) -> Floats:
        """Share of each month's days in which the clause is in force, shape (T,)."""
        return self.calendar.cover(self.span)

    def share(self, part: Span) -> Floats:
        """Share of each month's days in force that lie in `part`, shape (T,); nought where it is not in force."""
        return self.calendar.share(self.span, part)

    def rate(self, series: Series) -> Floats:
        """The mean of a series over each month's days in force, shape (T,); nought where it is not in force."""
        return np.array([float(value) for value in self.term.mean(series)])

    def chip_mw(self, pool: str) -> float:
        """IT power of one chip of a pool, MW."""
        chip = self.programme.chips[self.programme.pools[pool].chip]
        return float(chip.it_power_kw or 0) / 1000.0

    def add_columns(
        self,
        name: str,
        axes: tuple[Axis, ...],
        *,
        unit: Unit,
        lower: Values = 0.0,
        upper: Values = np.inf,
        integer: bool = False,
    ) -> Ints:
        """A block of columns named `contract/clause.name`, in the shape of `axes`."""
        full = f"{self.label}.{name}"
        return self.draft.add_columns(full, axes, unit=unit, by=self.name, lower=lower, upper=upper, integer=integer)

    def add_rows(
        self, name: str, axes: tuple[Axis, ...], *, unit: Unit, lower: Values = -np.inf, upper: Values = np.inf
    ) -> Ints:
        """A block of rows named `contract/clause.name`, in the shape of `axes`."""
        return self.draft.add_rows(f"{self.label}.{name}", axes, unit=unit, by=self.name, lower=lower, upper=upper)

    def add_entries(self, rows: npt.ArrayLike, columns: npt.ArrayLike, values: npt.ArrayLike) -> None:
        """Entries at (rows, columns), broadcast."""
        self.draft.add_entries(rows, columns, values, by=self.name)

    def pay(
        self,
        columns: npt.ArrayLike,
        amounts: npt.ArrayLike,
        months: npt.ArrayLike,
        *,
        what: str,
        payer: str | None = None,
        payee: str | None = None,
        face: Face = "both",
        days: Span | None = None,
        offset: bool = False,
    ) -> Payment:
        """A payment in the clause's name, by default from buyer to seller; published if the clause says so.

        It accrues over the clause's days in force, or over the `days` that are given. `offset` where it is taken off
        what the clause charges in the same month, and never more than that.
        """
        payment = self.draft.pay(
            columns,
            amounts,
            months,
            payer=payer or self.contract.buyer,
            payee=payee or self.contract.seller,
            by=self.name,
            what=what,
            face=face,
        )
        if self.elsewise:
            payment = self.draft.payments[-1] = replace(payment, under=self.on)
        if AMOUNT in self.clause.publishes and face in ("both", "cash") and what not in LEFT:
            between, due = (payment.payer, payment.payee), (payment.columns, payment.amounts)
            told = Amount(self.name, self.contract_id, *between, *due, payment.months, what, days or self.span, offset)
            self.publish(AMOUNT, told)
        return payment

    def use(
        self, pools: Iterable[str] | None = None, workloads: Iterable[str] | None = None, within: Span | None = None
    ) -> UseTable:
        """The Use of some pools (default all) by some workloads (default those that the clause is for, or all).

        Of the months that hold a day of the clause, or of some that are given.
        """
        table = self.draft.use
        if pools is not None:
            table = table.of_pools([self.draft.pool_ids.index(pool) for pool in dict.fromkeys(pools)])
        mask = (self.cover if within is None else self.calendar.cover(within))[table.month] > 0
        wanted = tuple(workloads) if workloads is not None else self.clause.for_workloads
        if wanted:
            mask &= _among(table.workload, self.draft.workload_ids, wanted)
        return table.where(mask)

    def share_of_use(self, use: UseTable, within: Span | None = None) -> Floats:
        """Share of the days on which each Use's workload is wanted in its month that lie in the clause's days, (n,).

        Or in those of its days that are given.
        """
        span = self.span if within is None else within.within(self.span)
        wanted = np.ones((len(self.draft.workload_ids), len(self.calendar.months)))
        known: dict[Span, Floats] = {}
        for place in np.flatnonzero(np.bincount(use.workload)):
            window = self.programme.workloads[self.draft.workload_ids[place]].span_within(self.calendar.span)
            if window not in known:
                known[window] = self.calendar.share(window, span)
            wanted[place] = known[window]
        return np.asarray(wanted[use.workload, use.month])

    def closed_together(self, use: UseTable, share: Floats) -> Floats:
        """The share of each Use's days that this version of the clause and those before it close, shape (n,)."""
        key, whole = (self.contract_id, own_id(self.clause_id), self.on), self.draft.use
        closed = self.draft.closed_shares.setdefault(key, np.zeros(len(whole)))
        at = np.searchsorted(whole.columns, use.columns)
        closed[at] = np.where(closed[at] + share > 1.0 - ROUNDING, 1.0, closed[at] + share)
        return closed[at]

    def provide(
        self,
        pool: str,
        columns: npt.ArrayLike,
        chips: npt.ArrayLike,
        *,
        part: str = "",
        stand_for: npt.ArrayLike | None = None,
    ) -> None:
        """Capacity for a pool: `sum over k of chips[k, t] x columns[k]` stand in it in month t; shapes (K,), (K, T).

        `part` names a part of the promise that has terms of its own. `stand_for` (K,) are the columns that those given
        go on, or stand for, where whether they were contracted for before is to be told by these.

        Where the chips stand in a pool that those who decide own, a promise among them moves money only, and one to a
        stranger takes the chips away.
        """
        levels = np.atleast_2d(np.asarray(chips, dtype=np.float64))
        self._hand_over("chips", pool, columns, levels, part, stand_for)
        if self.owned(pool) == self.buyer_decides:
            self._bear(pool, np.atleast_1d(np.asarray(columns, dtype=np.int64)), levels)
            return
        place = self.draft.pool_ids.index(pool)
        which, month = np.nonzero(levels)
        flat = np.atleast_1d(np.asarray(columns, dtype=np.int64))[which]
        if self.owned(pool):
            # they still stand there, take power and cost what they cost; only Use by others has to do without them
            self.add_entries(self.draft.fit_rows[place, month], flat[:, None], levels[which, month][:, None])
            return
        self.draft.add_changes(self.draft.standing_rows[place], columns, -levels, by=self.name)
        every = np.full(len(which), -1)
        self._keep(pool, Brought(self._for, flat, month, every, levels[which, month], rented=False))

    def rent(self, pool: str, rented: Ints) -> None:
        """Chips on rent in a pool of another's, by month and slice, shape (T, S), a column of -1 for none.

        They are there beside what stands, as long as they are used: rent of a pool is never more than its Use.
        """
        place = self.draft.pool_ids.index(pool)
        month, slice_ = np.nonzero(rented >= 0)
        columns = rented[month, slice_]
        self.add_entries(self.draft.fit_rows[place, month, slice_], columns, -1.0)
        for rows in self._rent_rows(pool):
            if rows is not None:
                self.add_entries(rows[month, slice_], columns, 1.0)
        self._keep(pool, Brought(self._for, columns, month, slice_, np.ones(len(columns)), rented=True))
        hours = self.calendar.hours[month, slice_]
        levels = np.zeros((len(columns), len(self.calendar.months)))
        levels[np.arange(len(columns)), month] = hours / self.calendar.month_hours[month]
        self._hand_over("chips", pool, columns, levels)
        self._bear(pool, columns, levels)

    def _rent_rows(self, pool: str) -> tuple[Ints, Ints | None]:
        """Rows of a pool by month and slice, made once: what all clauses rent is at most what is used; and what stands
        and is rented is at most what the pool can hold, where that is bounded."""
        if pool not in self.draft.rent_rows:
            place = self.draft.pool_ids.index(pool)
            axes = (self.calendar.month_names, self.calendar.slice_names)
            used = self.draft.add_rows(f"rent used {pool}", axes, unit="chip", by="physics", upper=0.0)
            use = self.draft.use.of_pools([place])
            sliced = use.slice >= 0
            self.add_entries(used[use.month[sliced], use.slice[sliced]], use.columns[sliced], -1.0)
            self.add_entries(used[use.month[~sliced]], use.columns[~sliced][:, None], -1.0)
            most, limit = self.draft.most_standing[place], None
            if np.isfinite(most).all():
                upper = np.repeat(most[:, None], len(self.calendar.slice_names), axis=1)
                limit = self.draft.add_rows(f"most {pool}", axes, unit="chip", by="physics", upper=upper)
                self.add_entries(limit, self.draft.standing[place][:, None], 1.0)
            self.draft.rent_rows[pool] = (used, limit)
        return self.draft.rent_rows[pool]

    def _bear(self, pool: str, columns: Ints, levels: Floats) -> None:
        """Chips that a deciding provider sells to a stranger cost it their resources; shapes (K,), (K, T)."""
        thing = self.programme.pools[pool]
        provider, cost = thing.provider, thing.resource_cost_per_chip_hour
        if provider is None or cost is None or provider not in self.programme.decides:
            return
        hourly = self.calendar.monthly(cost) * self.calendar.month_hours
        which, month = np.nonzero(levels)
        amounts = levels[which, month] * hourly[month]
        self.draft.pay(columns[which], amounts, month, payer=provider, payee=SUPPLIERS, by=pool, what="resource cost")

    @property
    def _for(self) -> frozenset[str]:
        return frozenset(self.clause.for_workloads)

    def _keep(self, pool: str, item: Brought) -> None:
        """Count chips among those that are for some workloads, or open to all."""
        if pool not in self.draft.keeping:
            self.draft.keeping[pool] = Keeping(self.draft, pool)
        self.draft.keeping[pool].add(item, self.name)

    def may_take(
        self, pool: str, quarters: Ints, columns: Ints, most: Floats, *, kept: bool, new: bool, part: str = ""
    ) -> None:
        """Publish chips of a pool that may be contracted for by the quarter: `columns` of them, at most `most`; (K,).

        `kept` where they are held to the end of the contract, `new` where they were not contracted for before; `part`
        names them where they are not all that the clause may bring.
        """
        count, mw = len(self.calendar.quarters), self.chip_mw(pool)
        starts, size = np.full((count, 1), -1, dtype=np.int64), np.zeros(count)
        starts[quarters, 0], size[quarters] = columns, most * mw
        commitment = Commitment(
            name=f"{self.name} {part}".rstrip(),
            by=self.name,
            provider=self.contract.seller,
            pools=(pool,),
            columns=starts,
            mw=np.full((count, 1), mw),
            switch=np.full(count, -1, dtype=np.int64),
            most_mw=size,
            stock_most_mw=size,
            kept=kept,
            new=new,
            workloads=self.clause.for_workloads,
            since=self.span.start,
        )
        self.publish(COMMITMENTS, commitment)

    def owned(self, pool: str) -> bool:
        """Whether those who decide own the pool's chips."""
        return self.programme.pools[pool].owner in self.programme.decides

    def bring(
        self,
        site: str,
        columns: npt.ArrayLike,
        power_mw: npt.ArrayLike,
        *,
        part: str = "",
        stand_for: npt.ArrayLike | None = None,
    ) -> None:
        """IT power for a site: `sum over k of power_mw[k, t] x columns[k]`; shapes (K,), (K, T); the rest as above.

        Where the landlord decides the power stands already once it is built: let among those who decide it moves money
        only, let to a stranger it is taken away.
        """
        levels = np.atleast_2d(np.asarray(power_mw, dtype=np.float64))
        self._hand_over("power", site, columns, levels, part, stand_for)
        built = self.programme.sites[site].landlord in self.programme.decides
        if site in self.draft.site_ids and built != self.buyer_decides:
            rows = self.draft.powered_rows[self.draft.site_ids.index(site)]
            self.draft.add_changes(rows, columns, levels if built else -levels, by=self.name)

    def supply(self, chip: str, months: Ints, columns: Ints, *, due: Ints) -> None:
        """Chips for the pools of the contract's buyer, that serve from `months` and were due in others; shapes (K,)."""
        levels = np.zeros((len(months), len(self.calendar.months)))
        levels[np.arange(len(months)), due] = 1.0
        self._hand_over("order", chip, columns, levels)
        key, quarters = (chip, self.contract.buyer), self.calendar.quarter_of_month[months]
        if key not in self.draft.supply_rows:
            return
        self.add_entries(self.draft.supply_rows[key][quarters], columns, -1.0)

    def invest(
        self,
        columns: Ints,
        amounts: Floats,
        starts: Ints,
        *,
        paid: Sequence[tuple[float, Ints]],
        life_months: int,
        place: str,
        what: str,
    ) -> None:
        """Capital expenditure of the buyer, see `invest` below; signed and published."""
        for capex in invest(
            self.draft,
            columns,
            amounts,
            starts,
            paid=paid,
            life_months=life_months,
            place=place,
            payer=self.contract.buyer,
            payee=self.contract.seller,
            by=self.name,
            what=what,
        ):
            self.publish(CAPEX, capex)

    def if_signed(self, name: str, axis: Axis, columns: Ints, upper: Floats, *, unit: Unit) -> Ints:
        """Columns that are those given (at most `upper`) where the contract is signed, and nought where not; (N,)."""
        return self.where(name, axis, columns, upper, self.on, unit=unit) if self.is_offer else columns

    def where(self, name: str, axis: Axis, columns: Ints, upper: Floats, switch: int, *, unit: Unit) -> Ints:
        """Columns that are those given (at most `upper`) where the column `switch` is one, else nought; (N,)."""
        same = self.add_columns(name, (axis,), unit=unit, upper=upper)
        most = self.add_rows(f"{name} at most", (axis,), unit=unit, upper=0.0)
        self.add_entries(most, same, 1.0)
        self.add_entries(most, columns, -1.0)
        only = self.add_rows(f"{name} if {'signed' if switch == self.on else 'so'}", (axis,), unit=unit, upper=0.0)
        self.add_entries(only, same, 1.0)
        self.add_entries(only, switch, -upper)
        least = self.add_rows(f"{name} at least", (axis,), unit=unit, upper=upper)
        self.add_entries(least, columns, 1.0)
        self.add_entries(least, same, -1.0)
        self.add_entries(least, switch, upper)
        return same

    def close(self, columns: npt.ArrayLike) -> None:
        """Hold columns at nought in the clause's name; for an offer, only where it is signed."""
        columns = np.asarray(columns, dtype=np.int64).ravel()
        if not self.is_offer:
            self.draft.close(columns, self.name)
            return
        upper = self.draft.upper_of(columns)
        names = tuple(self.draft.column_label(int(column)) for column in columns)
        rows = self.add_rows("closed", (names,), unit="chip", upper=upper)
        self.add_entries(rows, columns, 1.0)
        self.add_entries(rows, self.on, upper)

    def _hand_over(
        self,
        what: Literal["chips", "power", "order"],
        place: str,
        columns: npt.ArrayLike,
        levels: Floats,
        part: str = "",
        stand_for: npt.ArrayLike | None = None,
    ) -> None:
        flat = np.atleast_1d(np.asarray(columns, dtype=np.int64))
        told_by = flat if stand_for is None else np.atleast_1d(np.asarray(stand_for, dtype=np.int64))
        before = self.draft.is_outright(told_by) & (not self.is_new)
        self.publish(DELIVERY, Delivery(self.name, what, place, flat, levels, before, part, self.span))

    def hand_on(self, handed: Handed) -> None:
        """Hand on to the next version of the clause what was paid by this one and those before it."""
        self.draft.handed_on[self.contract_id, own_id(self.clause_id), self.on] = handed

    @property
    def handed_on(self) -> Handed:
        """What the version before this one handed on."""
        return self.draft.handed_on.get((self.contract_id, own_id(self.clause_id), self.on), Handed())

    def publish(self, name: str, item: Published) -> None:
        """Give a named quantity to clauses drafted later."""
        self.draft.publish(name, replace(item, under=self.on) if self.elsewise else item)

    def published(self, name: str) -> list[Published]:
        """What was published under a name that the clause `reads`."""
        if name not in self.clause.reads:
            raise LookupError(f"{self.name} reads `{name}` without saying so in its `reads`")
        # what the contract would give if it were over on another day is of another case
        return [item for item in self.draft.published[name] if item.under not in self.elsewise]


def _among(codes: Ints, names: Sequence[str], wanted: Iterable[str]) -> npt.NDArray[np.bool_]:
    chosen = np.zeros(len(names), dtype=bool)
    index = {name: position for position, name in enumerate(names)}
    for name in wanted:
        if name in index:
            chosen[index[name]] = True
    return chosen[codes]
