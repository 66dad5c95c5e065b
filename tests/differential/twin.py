"""The same optimisation once more: written from docs/file.md and docs/model.md, and not from the planner.

`build` takes a loaded programme and gives a linopy model that is maximised; its objective is in millions of the
currency. Work is counted in hours of the workload's first eligible chip, so that tokens and FLOP come out near one.
Loops are natural and slow: it is for small programmes.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

import linopy
from recording import INFINITY, Recording, Sum, total
from timing import Time, both, month_after, overlap

from gigawatt.model.programme import Programme
from gigawatt.model.things import Phase, Pool, Site
from gigawatt.model.workload import Research, Serving, Training, Wanted
from gigawatt.values.span import Span

MILLION = 1e6


@dataclass(frozen=True)
class Due:
    """Money that falls due in month `t`, for the days of `accrues`."""

    t: int
    accrues: Span
    amount: Sum
    what: str


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
    stands: dict[int, dict[int, Sum]] | None = None
    """For what is kept: MW by quarter of its start and by month, on the mean of the month."""


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
    rented: dict[tuple[str, int], Sum] = field(default_factory=lambda: defaultdict(Sum))
    """That part of what is provided which is on rent, and paid for as it is used."""
    let: dict[tuple[str, int], Sum] = field(default_factory=lambda: defaultdict(Sum))
    """That part of what is provided which is let to one who does not decide, and serves nothing here."""
    hired: dict[tuple[str, str, int, str], Sum] = field(default_factory=lambda: defaultdict(Sum))
    """That part of a workload's Use which runs on rented chips."""
    reserved: dict[tuple[str, int], list[tuple[tuple[str, ...], Sum]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """Chips of a pool in a month that some workloads alone may use."""
    powered: dict[tuple[str, int], Sum] = field(default_factory=lambda: defaultdict(Sum))
    ordered: dict[tuple[str, str, int], Sum] = field(default_factory=lambda: defaultdict(Sum))
    revenue: dict[str, list[Due]] = field(default_factory=lambda: defaultdict(list))
    earner: dict[str, str] = field(default_factory=dict)
    dues: dict[tuple[str, str], list[Due]] = field(default_factory=lambda: defaultdict(list))
    capex: list[Capex] = field(default_factory=list)
    started: list[Started] = field(default_factory=list)
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
            column * self.use_hours(w, t, s)
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

    def use_hours(self, name: str, t: int, s: str) -> float:
        """Hours that a column of Use stands for: those of the days on which the workload is wanted."""
        return self.time.hours(t, s) * self.time.cover(self.span_of(self.programme.workloads[name]), t)


def build(programme: Programme) -> linopy.Model:
    """The programme as a linopy model, integers and all; the objective, in millions, is maximised."""
    return record(programme).as_linopy()


def record(programme: Programme) -> Recording:
    """The same before it is handed to linopy."""
    from twin_clauses import draft_clauses

    twin = Twin(programme, Time(programme))
    for name, workload in programme.workloads.items():
        _demand(twin, name, workload)
    for name, stream in programme.revenues.items():
        twin.earner[name] = stream.party
        for t, month in enumerate(twin.time.months):
            amount = twin.one * twin.time.mean(stream.amount_per_month, t)
            twin.revenue[name].append(Due(t, month, amount, name))
            twin.pay(amount, t, "customers", stream.party)
    _build(twin)
    draft_clauses(twin)
    _fit(twin)
    _participation(twin)
    return twin.book


# demand


def _demand(twin: Twin, name: str, workload: Wanted) -> None:
    reference, rates = twin.rates(workload)
    twin.earner[name] = workload.owner or twin.programme.decides[0]
    if isinstance(workload, Training):
        _training(twin, name, workload, reference, rates)
    elif isinstance(workload, Research):
        _research(twin, name, workload, reference, rates)
    elif isinstance(workload, Serving):
        _serving(twin, name, workload, reference, rates)


def _earn(twin: Twin, name: str, t: int, work: Sum, price: float) -> None:
    """Revenue for work done in a month."""
    if price:
        twin.revenue[name].append(
            Due(t, both(twin.time.months[t], twin.span_of(twin.programme.workloads[name])), work * price, name)
        )
        twin.pay(work * price, t, "customers", twin.earner[name])


def _lose(twin: Twin, workload: Wanted, t: int, work: Sum, reference: float) -> None:
    """The value of work that is not done, where its owner decides."""
    if (workload.owner or twin.programme.decides[0]) not in twin.programme.decides:
        return
    price = twin.time.mean(workload.unserved_per_unit, t, twin.span_of(workload)) * reference
    twin.book.objective.add(work * (-price * twin.time.discount[t] / MILLION))


def _serving(twin: Twin, name: str, workload: Serving, reference: float, rates: dict[str, float]) -> None:
    time, span = twin.time, twin.span_of(workload)
    weights = {s: float(workload.profile.get(s, 1)) for s in time.slices}
    mean = sum(weights[s] * time.slices[s] for s in time.slices) / 24
    for t in range(len(time.months)):
        for s in time.slices:
            wanted = time.mean(workload.demand, t, span) / reference * weights[s] / mean
            if not wanted:
                continue
            done = Sum()
            for pool, rate in rates.items():
                column = twin.book.column("use", (pool, name, t, s), wanted / rate)
                twin.use[pool, name, t, s] = column
                done.add(column * rate)
            missed = twin.book.column("unserved", (name, t, s))
            twin.book.row("serve", (name, t, s), done + missed, "=", wanted)
            price = time.mean(workload.revenue_per_unit, t, span) * reference
            _earn(twin, name, t, done * twin.use_hours(name, t, s), price)
            _lose(twin, workload, t, missed * twin.use_hours(name, t, s), reference)


def _research(twin: Twin, name: str, workload: Research, reference: float, rates: dict[str, float]) -> None:
    time, span = twin.time, twin.span_of(workload)
    for t in range(len(time.months)):
        per_month = time.all_hours(t) if workload.demand_per == "hour" else 1.0
        wanted = time.level(workload.demand, t, span) / reference * per_month
        if not wanted:
            continue
        done = Sum()
        for pool, rate in rates.items():
            for s in time.slices:
                hours = twin.use_hours(name, t, s)
                column = twin.book.column("use", (pool, name, t, s), wanted / rate / hours)
                twin.use[pool, name, t, s] = column
                done.add(column * (rate * hours))
        missed = twin.book.column("unserved", (name, t))
        twin.book.row("serve", (name, t), done + missed, "=", wanted)
        _earn(twin, name, t, done, time.mean(workload.revenue_per_unit, t, span) * reference)
        _lose(twin, workload, t, missed, reference)


def _training(twin: Twin, name: str, workload: Training, reference: float, rates: dict[str, float]) -> None:
    time, span = twin.time, twin.span_of(workload)
    hours = {t: time.all_hours(t) * time.cover(span, t) for t in range(len(time.months)) if time.cover(span, t)}
    if not hours:
        return
    wanted = (
        float(workload.flop) / reference
        if workload.flop is not None
        else float(workload.chips or 0) * sum(hours.values())
    )

    def most_of(rate: float) -> float:
        """Chips at once: as stated; where the run is so many chips for the whole window, those."""
        if workload.most_chips is not None:
            return float(workload.most_chips)
        return float(workload.chips) / rate if workload.chips is not None else INFINITY

    done, runs = Sum(), Sum()
    for pool, rate in rates.items():
        chosen = twin.book.binary("runs", (pool, name)) if len(rates) > 1 else twin.one
        runs.add(chosen)
        for t in hours:
            bound = min(most_of(rate), wanted / rate / hours[t])
            column = twin.book.column("use", (pool, name, t), bound)
            for s in time.slices:
                twin.use[pool, name, t, s] = column
            twin.book.row("runs", (pool, name, t), column, "<=", chosen * bound)
            done.add(column * (rate * hours[t]))
            price = time.mean(workload.revenue_per_unit, t, span) * reference
            _earn(twin, name, t, column * (rate * hours[t]), price)
    twin.book.row("one pool", name, runs, "<=", 1.0)
    missed = twin.book.column("unserved", name)
    twin.book.row("serve", name, done + missed, "=", wanted)
    _lose(twin, workload, max(hours), missed, reference)


# what is built


def _build(twin: Twin) -> None:
    for name, site in twin.programme.sites.items():
        for phase_id, phase in site.phases.items():
            if site.landlord in twin.programme.decides:
                _phase(twin, name, site, phase_id, phase)
    for chip, owner in dict.fromkeys((pool.chip, pool.owner) for pool in twin.programme.pools.values() if pool.owner):
        if owner in twin.programme.decides:
            _catalogue(twin, chip, owner)


def phase_span(twin: Twin, phase: Phase, within: Span) -> Span:
    """When a phase can serve."""
    return both(Span(phase.ready, phase.until or date.max), within)


def _phase(twin: Twin, site_id: str, site: Site, phase_id: str, phase: Phase) -> None:
    time, span = twin.time, phase_span(twin, phase, twin.time.horizon)
    power = float(phase.power_mw)
    if phase.built:
        for t in range(len(time.months)):
            twin.powered[site_id, t].add(time.cover(span, t) * power)
        return
    started: dict[int, Sum] = {}
    first_day: dict[int, date] = {}
    for q, quarter in enumerate(time.quarters):
        serves = both(span, Span(quarter.start, time.horizon.until))
        if not overlap(quarter, span):
            continue
        started[q] = twin.book.binary("start", (site_id, phase_id, q))
        first_day[q] = serves.start
        for t in range(len(time.months)):
            twin.powered[site_id, t].add(started[q] * (power * time.cover(serves, t)))
        capex = started[q] * float(phase.capex or 0)
        landlord = str(site.landlord)
        twin.invest(capex, serves.start, site.life.in_months, landlord, "builders")
        t = next(t for t, month in enumerate(time.months) if month.contains(serves.start))
        twin.pay(capex, t, landlord, "builders", counts=False)
        twin.capex.append(Capex(t, site_id, landlord, capex))
    if started:
        twin.book.row("started", (site_id, phase_id), total(started.values()), "<=", 1.0)
        twin.started.append(
            Started(
                frozenset({phase_id, f"{site_id}/{phase_id}", f"{site_id}.{phase_id}"}),
                str(site.landlord),
                _at(twin, site_id),
                {q: column * power for q, column in started.items()},
                dict.fromkeys(started, power),
                started,
                first_day,
                own_build=True,
            )
        )


def _at(twin: Twin, site_id: str) -> tuple[str, ...]:
    return tuple(name for name, pool in twin.programme.pools.items() if pool.site == site_id)


def delivery(twin: Twin, chip: str, q: int) -> date | None:
    """The first day from which chips bought in a quarter stand, that of a whole month; None where it has none."""
    available = twin.programme.chips[chip].available
    starts = [twin.time.months[t].start for t in twin.time.months_of(q)]
    return next((day for day in starts if available is None or available <= day), None)


def _catalogue(twin: Twin, chip_id: str, owner: str) -> None:
    """Chips ordered outside contracts, up to the supply of a quarter."""
    chip = twin.programme.chips[chip_id]
    for q in range(len(twin.time.quarters)):
        day = delivery(twin, chip_id, q)
        if day is None or chip.price_per_chip is None or chip.price_per_chip.first_day > day:
            continue
        t = next(t for t, month in enumerate(twin.time.months) if month.contains(day))
        supply = chip.supply_per_quarter
        most = twin.time.mean(supply, t) if supply is not None else INFINITY
        ordered = twin.book.column("ordered", (chip_id, owner, q), most)
        twin.ordered[chip_id, owner, q].add(ordered)
        price = twin.time.mean(chip.price_per_chip, t)
        spend_on_chips(twin, chip_id, owner, q, ordered * price)


def spend_on_chips(
    twin: Twin,
    chip_id: str,
    owner: str,
    q: int,
    amount: Sum,
    vendor: str | None = None,
    early: tuple[float, int] = (0.0, 0),
) -> None:
    """Pay for chips that stand from quarter `q` on; `early` is a share that is paid in an earlier month."""
    chip, day = twin.programme.chips[chip_id], delivery(twin, chip_id, q)
    if day is None:
        return
    payee = vendor or chip.vendor or "vendors"
    t = next(t for t, month in enumerate(twin.time.months) if month.contains(day))
    twin.invest(amount, day, chip.life.in_months, owner, payee)
    for share, month in ((early[0], early[1]), (1 - early[0], t)):
        if share:
            twin.pay(amount * share, month, owner, payee, counts=False)
            twin.capex.append(Capex(month, chip_id, owner, amount * share))


# what stands, and what fits


def _fit(twin: Twin) -> None:
    bought: dict[tuple[str, int], Sum] = {}
    for name, pool in twin.programme.pools.items():
        if pool.site is not None and pool.owner in twin.programme.decides:
            _buy(twin, name, pool, bought)
    for chip, owner in dict.fromkeys((pool.chip, pool.owner) for pool in twin.programme.pools.values() if pool.owner):
        for q in range(len(twin.time.quarters)):
            columns = [
                bought[name, q]
                for name, pool in twin.programme.pools.items()
                if (pool.chip, pool.owner) == (chip, owner) and (name, q) in bought
            ]
            if columns:
                twin.book.row("supply", (chip, owner, q), total(columns), "<=", twin.ordered[chip, str(owner), q])
    for name, pool in twin.programme.pools.items():
        for t in range(len(twin.time.months)):
            _stand(twin, name, pool, t, bought)
    for name in twin.programme.sites:
        _power(twin, name)


def _buy(twin: Twin, name: str, pool: Pool, bought: dict[tuple[str, int], Sum]) -> None:
    for q in range(len(twin.time.quarters)):
        if twin.ordered[pool.chip, str(pool.owner), q].of and delivery(twin, pool.chip, q) is not None:
            bought[name, q] = twin.book.column("bought", (name, q))


def _stand(twin: Twin, name: str, pool: Pool, t: int, bought: dict[tuple[str, int], Sum]) -> None:
    time = twin.time
    stands = Sum() + twin.provided[name, t]
    if pool.existing is not None:
        stands.add(time.mean(pool.existing, t))
    for q in range(len(time.quarters)):
        day = delivery(twin, pool.chip, q)
        if (name, q) in bought and day is not None:
            life = Span(day, month_after(day, twin.programme.chips[pool.chip].life.in_months))
            stands.add(bought[name, q] * time.cover(life, t))
    most = time.mean(pool.most_chips, t) if pool.most_chips is not None else INFINITY
    column = twin.book.column("standing", (name, t), most)
    twin.standing[name, t] = column
    twin.book.row("standing", (name, t), column, "=", stands)
    for s in time.slices:
        used = twin.chips_in_use(name, t, s)
        twin.book.row("fit", (name, t, s), used, "<=", column - twin.let[name, t])
        hired = Sum()
        for (p, w, month, part), one in twin.hired.items():
            if (p, month, part) == (name, t, s):
                twin.book.row("hired", (name, w, t, s), one, "<=", twin.use[name, w, t, s])
                hired.add(one)
        if hired.of:
            twin.book.row("not hired", (name, t, s), used - hired, "<=", column - twin.rented[name, t])
        for n, (favoured, chips) in enumerate(twin.reserved[name, t]):
            others = tuple(w for w in twin.programme.workloads if w not in favoured)
            twin.book.row("for", (name, t, s, n), twin.chips_in_use(name, t, s, others), "<=", column - chips)
    cost = pool.resource_cost_per_chip_hour
    if cost is not None and pool.provider in twin.programme.decides:
        twin.pay(column * (time.mean(cost, t) * time.all_hours(t)), t, pool.provider, "suppliers")
    site = twin.programme.sites.get(pool.site or "")
    if site is not None and site.energy_per_mwh is not None and site.operator is not None:
        per_hour = _it_power_mw(twin, pool) * float(site.pue) * time.mean(site.energy_per_mwh, t)
        twin.pay(twin.all_use(name, t) * per_hour, t, site.operator, site.utility)


def _it_power_mw(twin: Twin, pool: Pool) -> float:
    return float(twin.programme.chips[pool.chip].it_power_kw or 0) / 1000


def _power(twin: Twin, site_id: str) -> None:
    site = twin.programme.sites[site_id]
    for t in range(len(twin.time.months)):
        drawn = total(
            twin.standing[name, t] * _it_power_mw(twin, twin.programme.pools[name]) for name in _at(twin, site_id)
        )
        twin.book.row("power", (site_id, t), drawn, "<=", twin.powered[site_id, t])
        if site.grid_mw is not None:
            twin.book.row("grid", (site_id, t), drawn * float(site.peak_pue), "<=", float(site.grid_mw))


def _participation(twin: Twin) -> None:
    for party, least in twin.programme.participation.items():
        twin.book.row("participation", party, twin.cash[party] * (1 / MILLION), ">=", float(least) / MILLION)
