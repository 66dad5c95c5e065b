"""What happened, as a settlement reads it: metered Use, deliveries, revenue, capital spent, orders, offers.

All quantities are exact Decimals, all money whole minor units; nothing here is a float. A month is named `2027-03`. A
plan's own quantities are facts too, once they are rounded (`planner/restating.py`); a ledger's come from meters,
certificates and reports.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Metered:
    """Use of a pool by a workload in a month and slice of the day (`all` where it is every slice alike)."""

    pool: str
    workload: str
    month: str
    slice: str
    chip_hours: Decimal


@dataclass(frozen=True, slots=True)
class Delivered:
    """What stood ready under a clause in a month: chips in a pool (chip-hours), or IT power at a site (MW-hours)."""

    by: str
    place: str
    month: str
    unit_hours: Decimal


@dataclass(frozen=True, slots=True)
class Ordered:
    """Chips ordered under a clause, by the month in which they are delivered."""

    by: str
    chip: str
    month: str
    chips: Decimal


@dataclass(frozen=True, slots=True)
class Reported:
    """Revenue of a stream (a workload, or a revenue that is given), reported by who earns it."""

    stream: str
    earner: str
    month: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Spent:
    """Capital expenditure for a place (a site, or a chip) by the party that pays it."""

    place: str
    payer: str
    month: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Standing:
    """IT power that stands at a site in a month, its mean over the days."""

    site: str
    month: str
    power_mw: Decimal


@dataclass(frozen=True, slots=True)
class Contracted:
    """New capacity taken of a provider in a month: MW of IT power; `kept` where it is held to the contract's end."""

    by: str
    provider: str
    pools: tuple[str, ...]
    month: str
    power_mw: Decimal
    kept: bool


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a provider asks in a pool in a month, money per chip-hour; `new` where it is open to new need."""

    by: str
    provider: str
    pool: str
    month: str
    price_per_chip_hour: Decimal
    new: bool


@dataclass(frozen=True)
class Facts:
    """All that a settlement reads, each kind in any order. `signed` are the ids of the contracts that bind."""

    signed: frozenset[str] = frozenset()
    use: tuple[Metered, ...] = ()
    deliveries: tuple[Delivered, ...] = ()
    orders: tuple[Ordered, ...] = ()
    revenue: tuple[Reported, ...] = ()
    capex: tuple[Spent, ...] = ()
    standing: tuple[Standing, ...] = ()
    contracted: tuple[Contracted, ...] = ()
    quotes: tuple[Quoted, ...] = ()

    def use_of(self, pools: Collection[str], workloads: Collection[str]) -> dict[str, Decimal]:
        """Metered chip-hours by month in some pools, by some workloads (all where none is named)."""
        total: dict[str, Decimal] = defaultdict(Decimal)
        for pool in pools:
            for item in self._use_by_pool.get(pool, ()):
                if not workloads or item.workload in workloads:
                    total[item.month] += item.chip_hours
        return total

    def delivered_by(self, clause: str) -> Mapping[str, Decimal]:
        """Chip-hours or MW-hours that stood ready under a clause, by month."""
        return self._delivered.get(clause, {})

    def ordered_by(self, clause: str) -> list[Ordered]:
        """The orders under a clause."""
        return [order for order in self.orders if order.by == clause]

    def revenue_of(self, earner: str, streams: Collection[str]) -> dict[str, int]:
        """Revenue of a party from some streams (all where none is named) by month, minor units."""
        total: dict[str, int] = defaultdict(int)
        for item in self.revenue:
            if item.earner == earner and (not streams or item.stream in streams):
                total[item.month] += item.amount_minor
        return total

    def spent_by(self, payers: Collection[str], places: Collection[str]) -> dict[str, int]:
        """Capital expenditure of some parties for some places (all where none is named) by month, minor units."""
        total: dict[str, int] = defaultdict(int)
        for item in self.capex:
            if item.payer in payers and (not places or item.place in places):
                total[item.month] += item.amount_minor
        return total

    def power_at(self, sites: Collection[str], month: str) -> Decimal:
        """IT power in a month at some sites together (all where none is named), MW."""
        return sum(
            (item.power_mw for item in self.standing if item.month == month and (not sites or item.site in sites)),
            Decimal(0),
        )

    @cached_property
    def _use_by_pool(self) -> dict[str, list[Metered]]:
        by_pool: dict[str, list[Metered]] = defaultdict(list)
        for item in self.use:
            by_pool[item.pool].append(item)
        return by_pool

    @cached_property
    def _delivered(self) -> dict[str, dict[str, Decimal]]:
        total: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for item in self.deliveries:
            total[item.by][item.month] += item.unit_hours
        return total
