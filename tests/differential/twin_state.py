"""What is known while the twin of a programme is built: columns by what they mean, and what clauses tell each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from twin_recording import Recording, Sum, total
from twin_timing import Time, both, month_after

from gigawatt.model.programme import Programme
from gigawatt.model.workload import Wanted
from gigawatt.values.span import Span

MILLION = 1e6


@dataclass(frozen=True)
class Due:
    """Money that falls due in month `t`, for the days of `accrues`."""

    t: int
    accrues: Span
    amount: Sum
    what: str = ""


@dataclass(frozen=True)
class Capex:
    """Money spent on things that last: the phases of a site, or a kind of chip."""

    t: int
    what: str
    payer: str
    amount: Sum


@dataclass(frozen=True)
class Started:
    """New capacity that may be contracted for: `megawatts` by quarter, `begun` what is above nought where any is.

    `most` bounds the size in a quarter. Rent and takes have no `begun` of their own.
    """

    names: frozenset[str]
    provider: str
    pools: tuple[str, ...]
    megawatts: dict[int, Sum]
    most: dict[int, float]
    begun: dict[int, Sum] | None
    first_day: dict[int, date]
    own_build: bool = False
    prior: bool = False
    workloads: tuple[str, ...] = ()
    kept: bool = True
    """Whether what is taken is kept; rent is not."""


@dataclass(frozen=True)
class Asked:
    """What a provider asks for a chip-hour in a pool, by month."""

    provider: str
    pool: str
    by_month: dict[int, float]
    prior: bool


@dataclass
class Twin:
    """A programme on its way to a model, with what clauses give to each other."""

    programme: Programme
    time: Time
    book: Recording = field(default_factory=Recording)
    use: dict[tuple[str, str, int, str], Sum] = field(default_factory=dict)
    """Chips of pool by workload in month and slice; training has the same column in every slice."""
    standing: dict[tuple[str, int], Sum] = field(default_factory=dict)
    provided: dict[tuple[str, int], Sum] = field(default_factory=lambda: defaultdict(Sum))
    rented: dict[tuple[str, int, str], Sum] = field(default_factory=lambda: defaultdict(Sum))
    """Chips on rent beside what stands, by pool, month and slice."""
    let: dict[tuple[str, int], Sum] = field(default_factory=lambda: defaultdict(Sum))
    """That part of what is provided which is let to one who does not decide, and serves nothing here."""
    reserved: dict[tuple[str, int, str], list[tuple[tuple[str, ...], Sum]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """Chips of a pool in a month that some workloads alone may use."""
    newly: dict[tuple[str, str, int], list[tuple[Sum, Span]]] = field(default_factory=lambda: defaultdict(list))
    """Chips newly taken of a provider and kept, that stand in its pool in a month, with the days of their clause."""
    _unplugged: dict[tuple[str, int], Sum] = field(default_factory=dict)
    powered: dict[tuple[str, int], Sum] = field(default_factory=lambda: defaultdict(Sum))
    stood: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """MW by site on the last day before the horizon."""
    ordered: dict[tuple[str, str, int], Sum] = field(default_factory=lambda: defaultdict(Sum))
    revenue: dict[str, list[Due]] = field(default_factory=lambda: defaultdict(list))
    earner: dict[str, str] = field(default_factory=dict)
    dues: dict[tuple[str, str], list[Due]] = field(default_factory=lambda: defaultdict(list))
    capex: list[Capex] = field(default_factory=list)
    started: list[Started] = field(default_factory=list)
    capex_under: dict[str, list[tuple[int, Sum]]] = field(default_factory=lambda: defaultdict(list))
    """Capital expenditure under a contract, by month."""
    last: list[Callable[[], None]] = field(default_factory=list)
    """Clauses that are written once all that stands is."""
    prices: list[Asked] = field(default_factory=list)
    cash: dict[str, Sum] = field(default_factory=lambda: defaultdict(Sum))

    def __post_init__(self) -> None:
        self.one = self.book.column("one", "one", 1.0, 1.0)

    # money

    def weight(self, payer: str, payee: str) -> int:
        """+1 where only the payee decides, -1 where only the payer does."""
        return (payee in self.programme.decides) - (payer in self.programme.decides)

    def pay(self, amount: Sum, t: int, payer: str, payee: str, counts: bool = True) -> None:
        """A payment in month `t`; one that does not count moves cash only."""
        discounted = amount * self.time.discount[t]
        self.cash[payer].add(-discounted)
        self.cash[payee].add(discounted)
        if counts and self.weight(payer, payee):
            self.book.objective.add(discounted * (self.weight(payer, payee) / MILLION))

    def invest(self, amount: Sum, start: date, life_months: int, payer: str, payee: str) -> None:
        """Capex: the objective bears its annuity in the months of its life, cash the payment."""
        month = self.time.monthly_rate
        share = month / (1 - (1 + month) ** -life_months) if month else 1 / life_months
        life = Span(start, month_after(start, life_months))
        years = sum(self.time.cover(life, t) * d for t, d in enumerate(self.time.discount))
        if self.weight(payer, payee):
            self.book.objective.add(amount * (share * years * self.weight(payer, payee) / MILLION))

    # what stands

    def unplugged(self, pool: str, t: int) -> Sum:
        """Chips of those who decide that stand at a site without power in the quarter of a month."""
        thing = self.programme.pools[pool]
        if thing.site is None or thing.owner not in self.programme.decides:
            return Sum()
        key = (pool, self.time.quarter_of(t))
        if key not in self._unplugged:
            self._unplugged[key] = self.book.column("unplugged", key)
        return self._unplugged[key]

    def wanted_share(self, workload: str, span: Span, t: int) -> float:
        """The share of the days of a month on which a workload is wanted that lie in a span."""
        wanted = self.span_of(self.programme.workloads[workload])
        days = self.time.cover(wanted, t)
        return self.time.cover(both(wanted, span), t) / days if days else 0.0

    # who can run where

    def rate(self, workload: Wanted, pool: str) -> float | None:
        """Work of one chip of a pool in an hour, in the workload's own measure; None where it may not run there."""
        chip_id = self.programme.pools[pool].chip
        if (workload.pools and pool not in workload.pools) or pool in workload.not_pools:
            return None
        if workload.chips_allowed and chip_id not in workload.chips_allowed:
            return None
        if chip_id in workload.given_rates:
            return float(workload.given_rates[chip_id].per_chip_hour)
        if workload.measure == "chip":
            return 1.0
        peak = self.programme.chips[chip_id].peak_flops(workload.precision)
        if workload.measure == "token" or peak is None:
            return None
        return float(peak * workload.mfu * 3600)

    def rates(self, workload: Wanted) -> tuple[float, dict[str, float]]:
        """The rate of the chip of reference, and each pool's relative to it."""
        known = {pool: rate for pool in self.programme.pools if (rate := self.rate(workload, pool)) is not None}
        reference = 1.0 if workload.measure == "chip" else next(iter(known.values()))
        return reference, {pool: rate / reference for pool, rate in known.items()}

    def span_of(self, workload: Wanted) -> Span:
        """When it is wanted, inside the horizon."""
        horizon = self.time.horizon
        return both(Span(workload.from_ or horizon.start, workload.until or horizon.until), horizon)

    def all_use(self, pool: str, t: int, for_workloads: tuple[str, ...] = ()) -> Sum:
        """Chip-hours of a pool in a month."""
        return total(
            column * self.time.hours(t, s)
            for (p, w, month, s), column in self.use.items()
            if p == pool and month == t and (not for_workloads or w in for_workloads)
        )

    def chips_in_use(self, pool: str, t: int, s: str, by: tuple[str, ...] | None = None) -> Sum:
        """Chips of a pool that run in a slice of a month, for all workloads or some."""
        return total(
            one
            for (p, w, month, part), one in self.use.items()
            if (p, month, part) == (pool, t, s) and (by is None or w in by)
        )
