"""What happened, as a settlement reads it: metered Use, deliveries, revenue, capital spent, orders, payments.

All quantities are exact Decimals, all money whole minor units; nothing here is a float. A month is named `2027-03`. A
plan's own quantities are facts too, once they are rounded (`planner/restating.py`); a ledger's come from meters,
certificates and reports.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TypeVar

from gigawatt.model.offer import OfferOnRecord
from gigawatt.values.span import parse_day

Key = tuple[str, str]
Fact = TypeVar("Fact")


@dataclass(frozen=True, slots=True)
class Metered:
    """Use of a pool by a workload in a month and slice of the day (`all` where it is every slice alike)."""

    pool: str
    workload: str
    month: str
    slice: str
    chip_hours: Decimal


@dataclass(frozen=True, slots=True)
class Energy:
    """Energy metered at a pool in a month: what its chips took, and the facility for it, where that is told."""

    pool: str
    month: str
    it_mwh: Decimal
    facility_mwh: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """What stood ready under a clause in a month: chips in a pool (chip-hours), or IT power at a site (MW-hours)."""

    by: str
    place: str
    month: str
    unit_hours: Decimal
    before: bool = False
    """Whether it was contracted for before the programme's `as_of`."""
    part: str = ""
    """Which part of the promise it is under, where parts have terms of their own: `extended`, `enlarged`."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A delivery under a clause by its days: when it came, was accepted, or was ended for not having come.

    `lot` names it, None for whatever is due first; `units` are chips or MW, None for all of the lot.
    """

    by: str
    lot: str | None
    on: date | None
    accepted: date | None = None
    ended: date | None = None
    units: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Withheld:
    """What a seller failed to provide in a month of the chip-hours that were asked for under a clause."""

    by: str
    month: str
    chip_hours: Decimal


@dataclass(frozen=True, slots=True)
class Reached:
    """That the milestone of a number (from one) under a clause was met on a day, as the parties have certified."""

    by: str
    milestone: int
    on: date


@dataclass(frozen=True, slots=True)
class Exercised:
    """Shares that the holder of an option on them has bought under a clause on a day."""

    by: str
    on: date
    shares: Decimal


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


@dataclass(frozen=True, slots=True)
class Notice:
    """Notice that a party gave under a clause (`contract/clause`) on a day.

    `until` is the first day on which the contract is over by it, where the notice says so.
    """

    clause: str
    by: str
    given: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Available:
    """The share of a month's hours in which a place (a pool or a site) was available, as the contract measures it."""

    place: str
    month: str
    share: Fraction | Decimal
    by: str = ""
    """The clause (`contract/clause`) by which it is measured so; any if empty."""


@dataclass(frozen=True, slots=True)
class Outage:
    """Hours of a month in which a place (a pool or a site) was not available, and what they were due to."""

    place: str
    month: str
    hours: Decimal
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim under a clause for a month, and the day on which it was made."""

    clause: str
    month: str
    on: date


@dataclass(frozen=True, slots=True)
class Paid:
    """Money that one party paid another on a day, under a contract where it says so.

    `amount_minor` is what it settles; where it was paid in another currency, how much of that and at what rate, money
    of the programme for one of it.
    """

    payer: str
    payee: str
    on: date
    amount_minor: int
    contract: str = ""
    foreign_currency: str = ""
    foreign_amount: Decimal | None = None
    rate: Decimal | None = None


Coming = Delivered | HandedOver | Ordered
"""What stands or comes under a clause, on record or as promised."""


@dataclass(frozen=True)
class Facts:
    """All that a settlement reads, each kind in any order. `signed` are the ids of the contracts that bind."""

    signed: frozenset[str] = frozenset()
    use: tuple[Metered, ...] = ()
    energy: tuple[Energy, ...] = ()
    deliveries: tuple[Delivered, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    orders: tuple[Ordered, ...] = ()
    revenue: tuple[Reported, ...] = ()
    capex: tuple[Spent, ...] = ()
    standing: tuple[Standing, ...] = ()
    contracted: tuple[Contracted, ...] = ()
    quotes: tuple[Quoted, ...] = ()
    handed_over: tuple[HandedOver, ...] = ()
    reached: tuple[Reached, ...] = ()
    exercised: tuple[Exercised, ...] = ()
    offers: tuple[OfferOnRecord, ...] = ()
    notices: tuple[Notice, ...] = ()
    availability: tuple[Available, ...] = ()
    outages: tuple[Outage, ...] = ()
    claims: tuple[Claimed, ...] = ()
    payments: tuple[Paid, ...] = ()
    heed: Callable[[object], None] | None = field(default=None, compare=False, repr=False)
    """Called with each fact that is read, so that a posting can name what it was reckoned from."""

    def keeping(self, which: Callable[[object], bool], apart: Collection[str]) -> Facts:
        """The facts that are wanted of every kind, but of those kinds `apart` all."""
        kept = {
            each.name: tuple(item for item in getattr(self, each.name) if which(item))
            for each in fields(self)
            if each.name not in ("signed", "heed", *apart)
        }
        return replace(self, **kept)  # type: ignore[arg-type]

    def _read(self, items: Iterable[Fact]) -> list[Fact]:
        """The facts that were asked for, of which the one who heeds them is told."""
        found = list(items)
        if self.heed is not None:
            for item in found:
                self.heed(item)
        return found

    def use_of(self, pools: Collection[str], workloads: Collection[str]) -> dict[str, Decimal]:
        """Metered chip-hours by month in some pools, by some workloads (all where none is named)."""
        total: dict[str, Decimal] = defaultdict(Decimal)
        for pool in pools:
            of_pool = self._use_by_pool.get(pool, ())
            for item in self._read(item for item in of_pool if not workloads or item.workload in workloads):
                total[item.month] += item.chip_hours
        return total

    def delivered_by(self, clause: str) -> Mapping[str, Decimal]:
        """Chip-hours or MW-hours that stood ready under a clause, by month."""
        return _by_month(self._read(self._deliveries_by_clause.get(clause, ())))

    def use_by_workload(self, pool: str) -> dict[tuple[str, str], Decimal]:
        """Metered chip-hours in a pool by workload and month."""
        total: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for item in self._read(self._use_by_pool.get(pool, ())):
            total[item.workload, item.month] += item.chip_hours
        return total

    def newly_delivered_by(self, clause: str) -> Mapping[str, Decimal]:
        """The part of `delivered_by` that was not contracted for before; an extension is no new capacity."""
        of_clause = self._deliveries_by_clause.get(clause, ())
        return _by_month(self._read(item for item in of_clause if not item.before and item.part != "extended"))

    def parts_delivered_by(self, clause: str) -> dict[str, dict[str, Decimal]]:
        """The same as `delivered_by` for each part of the promise, by its name; empty where nothing was metered."""
        parts: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for item in self._read(self._deliveries_by_clause.get(clause, ())):
            parts[item.part][item.month] += item.unit_hours
        return parts

    def handed_over_by(self, clause: str) -> list[HandedOver]:
        """The deliveries under a clause that are on record with their days."""
        return self._read(item for item in self.handed_over if item.by == clause)

    def withheld_by(self, clause: str) -> dict[str, Decimal]:
        """Chip-hours that were asked for under a clause and not provided, by month."""
        total: dict[str, Decimal] = defaultdict(Decimal)
        for item in self._read(item for item in self.withheld if item.by == clause):
            total[item.month] += item.chip_hours
        return total

    def reached_under(self, clause: str) -> list[Reached]:
        """The milestones that were met under a clause."""
        return self._read(item for item in self.reached if item.by == clause)

    def exercised_under(self, clause: str) -> list[Exercised]:
        """The shares that were bought under a clause."""
        return self._read(item for item in self.exercised if item.by == clause)

    def ordered_by(self, clause: str) -> list[Ordered]:
        """The orders under a clause."""
        return self._read(order for order in self.orders if order.by == clause)

    def revenue_of(self, earner: str, streams: Collection[str]) -> dict[str, int]:
        """Revenue of a party from some streams (all where none is named) by month, minor units."""
        total: dict[str, int] = defaultdict(int)
        earned = (item for item in self.revenue if item.earner == earner)
        for item in self._read(item for item in earned if not streams or item.stream in streams):
            total[item.month] += item.amount_minor
        return total

    def revenue_from(self, streams: Collection[str]) -> dict[str, int]:
        """Revenue from some streams, whoever earns it, by month, minor units."""
        total: dict[str, int] = defaultdict(int)
        for item in self._read(item for item in self.revenue if item.stream in streams):
            total[item.month] += item.amount_minor
        return total

    def spent_by(self, payers: Collection[str], places: Collection[str]) -> dict[str, int]:
        """Capital expenditure of some parties for some places (all where none is named) by month, minor units."""
        total: dict[str, int] = defaultdict(int)
        spent = (item for item in self.capex if item.payer in payers)
        for item in self._read(item for item in spent if not places or item.place in places):
            total[item.month] += item.amount_minor
        return total

    def power_at(self, sites: Collection[str], month: str) -> Decimal:
        """IT power in a month at some sites together (all where none is named), MW."""
        standing = (item for item in self.standing if item.month == month)
        return sum(
            (item.power_mw for item in self._read(item for item in standing if not sites or item.site in sites)),
            Decimal(0),
        )

    def energy_of(self, pool: str) -> list[Energy]:
        """The energy that was metered at a pool."""
        return self._read(item for item in self.energy if item.pool == pool)

    def quotes_in(self, month: str) -> list[Quoted]:
        """What providers ask in a month."""
        return self._read(item for item in self.quotes if item.month == month)

    def contracted_with(self, provider: str) -> list[Contracted]:
        """The new capacity that was taken of a provider and is kept."""
        return self._read(item for item in self.contracted if item.provider == provider and item.kept)

    def claimed_under(self, clause: str, month: str) -> list[Claimed]:
        """The claims under a clause for a month."""
        return self._read(item for item in self.claims if (item.clause, item.month) == (clause, month))

    def availability_of(self, place: str, month: str, clause: str) -> list[Available]:
        """How far a place was available in a month, as a clause measures it."""
        of_place = (item for item in self.availability if (item.place, item.month) == (place, month))
        return self._read(item for item in of_place if item.by in ("", clause))

    def outages_at(self, place: str, month: str) -> list[Outage]:
        """The outages of a place in a month."""
        return self._read(item for item in self.outages if (item.place, item.month) == (place, month))

    @cached_property
    def _use_by_pool(self) -> dict[str, list[Metered]]:
        by_pool: dict[str, list[Metered]] = defaultdict(list)
        for item in self.use:
            by_pool[item.pool].append(item)
        return by_pool

    @cached_property
    def _deliveries_by_clause(self) -> dict[str, list[Delivered]]:
        by_clause: dict[str, list[Delivered]] = defaultdict(list)
        for item in self.deliveries:
            by_clause[item.by].append(item)
        return by_clause


def _by_month(deliveries: Iterable[Delivered]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = defaultdict(Decimal)
    for item in deliveries:
        total[item.month] += item.unit_hours
    return total


def day_of(fact: object) -> date | None:
    """The day from which a fact counts: its own, or the first of its month; None where it has none."""
    month = getattr(fact, "month", None)
    if month is not None:
        return parse_day(month)
    days = [getattr(fact, name, None) for name in ("on", "accepted", "ended", "given")]
    return min((day for day in days if day is not None), default=None)
