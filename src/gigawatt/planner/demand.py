"""Workloads: columns of Use, rows that meet demand or count it unserved, and what Use earns and burns.

Demand and Use are in the work of a reference chip, so that a row's coefficients are near one: the first chip, in the
order of the pools, that can run the workload; for demand in chips, one chip.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import numpy as np

from gigawatt.model.calendar import Calendar, Floats, Ints
from gigawatt.model.draft import CUSTOMERS, Draft, Unit, UseTable
from gigawatt.model.programme import Programme
from gigawatt.model.published import REVENUE, Revenue
from gigawatt.model.workload import Research, Serving, Training, Workload
from gigawatt.planner.physics import PHYSICS
from gigawatt.values.span import Span

UNSERVED = "unserved"
EVERY_SLICE = -1


@dataclass(frozen=True)
class Demand:
    """One workload made ready: where it can run, at which rate, when, and how much it asks.

    `pools` (K,) are positions of pools; `rate` (K,) is work per chip-hour over the reference's; `reference` is the
    reference chip's work in the workload's measure per chip-hour; `window` its days in the horizon; `months` those
    that it touches, `cover` (T,) the share of each month's days that lie in it.
    """

    place: int
    name: str
    workload: Workload
    pools: Ints
    rate: Floats
    reference: float
    window: Span
    months: Ints
    cover: Floats


def draft_demand(draft: Draft) -> None:
    """Add Use, `fit` and `serve` rows, unserved work, training's choice of one pool, revenue and energy."""
    programme, calendar = draft.programme, draft.calendar
    draft.workload_ids = tuple(programme.workloads)
    demands = [prepare(programme, calendar, place, name) for place, name in enumerate(programme.workloads)]
    draft.use = _use_table(draft, demands)
    _fit(draft)
    for demand in demands:
        table = draft.use.where(draft.use.workload == demand.place)
        if isinstance(demand.workload, Training):
            _train(draft, demand, table)
        else:
            _serve(draft, demand, table)
        _earn(draft, demand, table)
    _energy(draft)
    for name, stream in programme.revenues.items():
        months = np.arange(len(calendar.months))
        amounts = calendar.monthly(stream.amount_per_month)
        one = np.full(len(months), draft.one)
        draft.pay(one, amounts, months, payer=CUSTOMERS, payee=stream.party, by=name, what="revenue")
        draft.publish(REVENUE, Revenue(name, stream.party, one, amounts, months, amounts))


def runs_on(programme: Programme, workload: Workload) -> dict[str, Decimal]:
    """The pools that can run a workload, in file order, with its work per chip-hour there in its own measure."""
    rates: dict[str, Decimal] = {}
    for name, pool in programme.pools.items():
        if workload.pools and name not in workload.pools:
            continue
        if name in workload.not_pools or (workload.chips_allowed and pool.chip not in workload.chips_allowed):
            continue
        rate = workload.rate_on(pool.chip, programme.chips[pool.chip])
        if rate is not None and rate > 0:
            rates[name] = rate
    return rates


def prepare(programme: Programme, calendar: Calendar, place: int, name: str) -> Demand:
    """A workload made ready for drafting; `place` is its position among the programme's workloads."""
    workload = programme.workloads[name]
    rates = runs_on(programme, workload)
    index = {pool: position for position, pool in enumerate(programme.pools)}
    reference = 1.0 if workload.measure == "chip" else float(next(iter(rates.values()), Decimal(1)))
    window = workload.span_within(calendar.span)
    cover = calendar.cover(window)
    return Demand(
        place=place,
        name=name,
        workload=workload,
        pools=np.array([index[pool] for pool in rates], dtype=np.int64),
        rate=np.array([float(rate) / reference for rate in rates.values()]),
        reference=reference,
        window=window,
        months=np.flatnonzero(cover > 0),
        cover=cover,
    )


def asked(calendar: Calendar, demand: Demand) -> Floats:
    """What a workload asks, in the work of the reference chip: serving (T, S) chips, research (T,) chip-hours.

    Training: a single number, chip-hours of the reference chip over its window, shape (). All are means over the whole
    month, so that a month cut by the window asks for that share.
    """
    workload, hours = demand.workload, calendar.month_hours * demand.cover
    if isinstance(workload, Training):
        if workload.work is not None:
            return np.asarray(float(workload.work) / demand.reference)
        return np.asarray(float(workload.chips or 0) * hours.sum())
    level = calendar.mean(workload.demand, demand.window) / demand.reference
    if isinstance(workload, Research):
        return np.asarray(level * (hours if workload.demand_per == "hour" else demand.cover))
    return np.asarray((level * demand.cover)[:, None] * profile(calendar, workload)[None, :])


def profile(calendar: Calendar, workload: Serving) -> Floats:
    """Demand by slice over its daily mean, shape (S,); weighted by hours it has a mean of one."""
    return np.array([float(weight) for weight in workload.shape(calendar.slices).values()])


def _use_table(draft: Draft, demands: list[Demand]) -> UseTable:
    """All columns of Use, ordered by workload, pool, month and slice."""
    calendar = draft.calendar
    slices = np.arange(len(calendar.slice_names))
    parts = [_use_of(calendar, demand, slices) for demand in demands]
    pool, workload, month, slice_, hours, rate, upper = (
        np.concatenate([part[i] for part in parts]) if parts else np.zeros(0) for i in range(7)
    )
    codes = (
        pool.astype(np.int64, copy=False),
        workload.astype(np.int64, copy=False),
        month.astype(np.int64, copy=False),
        slice_.astype(np.int64, copy=False),
    )
    axes = (draft.pool_ids, draft.workload_ids, calendar.month_names, calendar.slice_names)
    columns = draft.add_columns("use", axes, unit="chip", by=PHYSICS, upper=upper, codes=codes)
    return UseTable(columns, *codes, hours, rate, upper)


def _use_of(calendar: Calendar, demand: Demand, slices: Ints) -> tuple[Floats | Ints, ...]:
    workload = demand.workload
    training = isinstance(workload, Training)
    parts = np.array([EVERY_SLICE]) if training else slices
    shape = (len(demand.pools), len(demand.months), len(parts))
    k, m, s = (index.ravel() for index in np.indices(shape))
    month, slice_, rate = demand.months[m], parts[s], demand.rate[k]
    hours = calendar.month_hours[month] if training else calendar.hours[month, slice_]
    want = asked(calendar, demand)
    if isinstance(workload, Training):
        upper = np.full(len(k), float(want)) / (rate * hours)
        most = float(workload.most_chips) if workload.most_chips is not None else np.inf
        if workload.most_chips is None and workload.chips is not None:
            most = float(workload.chips) / rate
        upper = np.minimum(upper, most * demand.cover[month])
    elif want.ndim == 1:
        upper = want[month] / (rate * hours)
    else:
        upper = want[month, slice_] / rate
    return demand.pools[k], np.full(len(k), demand.place), month, slice_, hours, rate, upper


def _fit(draft: Draft) -> None:
    """Use of a pool, in every slice, is at most what stands in it."""
    calendar, use = draft.calendar, draft.use
    axes = (draft.pool_ids, calendar.month_names, calendar.slice_names)
    rows = draft.fit_rows = draft.add_rows("fit", axes, unit="chip", by=PHYSICS, upper=0.0)
    draft.add_entries(rows, draft.standing[:, :, None], -1.0)
    for place, columns in draft.unplugged.items():
        draft.add_entries(rows[place], columns[:, None], 1.0)
    sliced = use.slice >= 0
    draft.add_entries(rows[use.pool[sliced], use.month[sliced], use.slice[sliced]], use.columns[sliced], 1.0)
    if not sliced.all():
        whole = ~sliced
        draft.add_entries(rows[use.pool[whole], use.month[whole], :], use.columns[whole][:, None], 1.0)


def _serve(draft: Draft, demand: Demand, table: UseTable) -> None:
    """Serving is met in every slice, research in every month, or counted unserved."""
    calendar = draft.calendar
    want = asked(calendar, demand)[demand.months]
    names = tuple(calendar.month_names[t] for t in demand.months)
    serving = want.ndim == 2
    axes: tuple[tuple[str, ...], ...] = (names, calendar.slice_names) if serving else (names,)
    unit: Unit = "chip" if serving else "chip-hour"
    rows = draft.add_rows(f"serve {demand.name}", axes, unit=unit, by=PHYSICS, lower=want, upper=want)
    missing = draft.add_columns(f"unserved {demand.name}", axes, unit=unit, by=PHYSICS, upper=want)
    draft.add_entries(rows, missing, 1.0)
    at = np.zeros(len(calendar.months), dtype=np.int64)
    at[demand.months] = np.arange(len(demand.months))
    if serving:
        draft.add_entries(rows[at[table.month], table.slice], table.columns, table.rate)
        _lose(draft, demand, missing, calendar.hours[demand.months], demand.months[:, None])
    else:
        draft.add_entries(rows[at[table.month]], table.columns, table.rate * table.hours)
        _lose(draft, demand, missing, np.ones(len(demand.months)), demand.months)


def _train(draft: Draft, demand: Demand, table: UseTable) -> None:
    """A training run does its work inside its window on one pool, or what is not done has a price."""
    want = float(asked(draft.calendar, demand))
    work = draft.add_rows(f"serve {demand.name}", (), unit="chip-hour", by=PHYSICS, lower=want, upper=want)
    missing = draft.add_columns(f"unserved {demand.name}", (), unit="chip-hour", by=PHYSICS, upper=want)
    draft.add_entries(work, missing, 1.0)
    draft.add_entries(work, table.columns, table.rate * table.hours)
    last = demand.months[-1] if len(demand.months) else 0
    _lose(draft, demand, missing, np.ones(()), np.asarray(last))
    if len(demand.pools) < 2:
        return
    names = tuple(draft.pool_ids[p] for p in demand.pools)
    runs = draft.add_columns(f"runs {demand.name}", (names,), unit="1", by=PHYSICS, upper=1.0, integer=True)
    once = draft.add_rows(f"one pool {demand.name}", (), unit="1", by=PHYSICS, upper=1.0)
    draft.add_entries(once, runs, 1.0)
    axes = (draft.pool_ids, draft.calendar.month_names)
    on = draft.add_rows(
        f"runs {demand.name}", axes, unit="chip", by=PHYSICS, upper=0.0, codes=(table.pool, table.month)
    )
    draft.add_entries(on, table.columns, 1.0)
    at = np.zeros(len(draft.pool_ids), dtype=np.int64)
    at[demand.pools] = np.arange(len(demand.pools))
    draft.add_entries(on, runs[at[table.pool]], -table.upper)


def _lose(draft: Draft, demand: Demand, missing: Ints, hours: Floats, months: Ints) -> None:
    """What is unserved counts its price against the objective; it is a value lost, not a payment."""
    workload = demand.workload
    if workload.unserved_per_unit is None:
        return
    price = draft.calendar.mean(workload.unserved_per_unit, demand.window)[months] * demand.reference
    draft.pay(
        missing,
        price * hours,
        months,
        payer=_owner(draft, demand),
        payee=UNSERVED,
        by=demand.name,
        what="unserved",
        face="objective",
    )


def _earn(draft: Draft, demand: Demand, table: UseTable) -> None:
    """Served work earns the workload's revenue from the customers."""
    workload, owner = demand.workload, _owner(draft, demand)
    if workload.revenue_per_unit is None:
        return
    price = draft.calendar.mean(workload.revenue_per_unit, demand.window) * demand.reference
    amounts = price[table.month] * table.rate * table.hours
    most = price * _work_by_month(draft.calendar, demand)
    draft.pay(table.columns, amounts, table.month, payer=CUSTOMERS, payee=owner, by=demand.name, what="revenue")
    draft.publish(REVENUE, Revenue(demand.name, owner, table.columns, amounts, table.month, most))


def _work_by_month(calendar: Calendar, demand: Demand) -> Floats:
    """The work that is asked for in each month, (T,), in that of the reference chip; a run may do all in any."""
    want = asked(calendar, demand)
    if isinstance(demand.workload, Training):
        return np.where(np.isin(np.arange(len(calendar.months)), demand.months), float(want), 0.0)
    return want if want.ndim == 1 else np.asarray((want * calendar.hours).sum(axis=1))


def _energy(draft: Draft) -> None:
    """Use at a site burns IT power times PUE, paid by the operator to the utility, whoever owns the chips."""
    programme, calendar, use = draft.programme, draft.calendar, draft.use
    for place, pool in enumerate(programme.pools.values()):
        site = programme.sites.get(pool.site) if pool.site else None
        if site is None or site.energy_per_mwh is None:
            continue
        table = use.of_pools([place])
        mw = float(programme.chips[pool.chip].it_power_kw or 0) / 1000.0 * float(site.pue)
        price = calendar.monthly(site.energy_per_mwh)[table.month]
        draft.pay(
            table.columns,
            mw * price * table.hours,
            table.month,
            payer=site.operator or pool.owner or "",
            payee=site.utility,
            by=pool.site or "",
            what="energy",
        )


def _owner(draft: Draft, demand: Demand) -> str:
    return demand.workload.owner or draft.programme.decider_default_owner


def horizon_of(programme: Programme) -> Calendar:
    """The calendar of a programme's horizon."""
    horizon = programme.horizon
    rate = float(programme.finance.discount_per_year)
    return _calendar(Span(horizon.from_, horizon.until), tuple(horizon.slices.items()), rate)


@lru_cache(maxsize=16)
def _calendar(span: Span, slices: tuple[tuple[str, Decimal], ...], discount_per_year: float) -> Calendar:
    """One for all programmes of a horizon, so that what it has worked out serves the next."""
    return Calendar(span, dict(slices), discount_per_year)
