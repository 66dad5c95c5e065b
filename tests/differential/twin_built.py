"""What is built and bought, what of it stands, and what fits: phases, chips, power."""

from __future__ import annotations

from datetime import date

from twin_recording import INFINITY, Sum, total
from twin_state import Capex, Started, Twin
from twin_timing import both, month_after, overlap

from gigawatt.model.things import Phase, Pool, Site
from gigawatt.values.span import Span


def build_and_buy(twin: Twin) -> None:
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
        if phase.ready < time.horizon.start <= (phase.until or date.max):
            twin.stood[site_id] += power
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
                frozenset({f"{site_id}/{phase_id}"}),
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
    paid: int | None = None,
) -> None:
    """Pay for chips that stand from quarter `q` on; `early` is a share and the month in which it is paid.

    The rest is paid in the month `paid`, that in which they stand if absent.
    """
    chip, day = twin.programme.chips[chip_id], delivery(twin, chip_id, q)
    if day is None:
        return
    payee = vendor or chip.vendor or "vendors"
    t = next(t for t, month in enumerate(twin.time.months) if month.contains(day)) if paid is None else paid
    twin.invest(amount, day, chip.life.in_months, owner, payee)
    for share, month in ((early[0], early[1]), (1 - early[0], t)):
        if share:
            twin.pay(amount * share, month, owner, payee, counts=False)
            twin.capex.append(Capex(month, chip_id, owner, amount * share))


# what stands, and what fits


def fit(twin: Twin) -> None:
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
    if pool.existing is not None and pool.owner in twin.programme.decides:
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
        used, rented = twin.chips_in_use(name, t, s), twin.rented[name, t, s]
        idle = twin.unplugged(name, t)
        twin.book.row("fit", (name, t, s), used, "<=", column + rented - twin.let[name, t] - idle)
        if rented.of:
            if pool.most_chips is not None:
                twin.book.row("most", (name, t, s), column + rented, "<=", most)
            if pool.provider in twin.programme.decides and pool.resource_cost_per_chip_hour is not None:
                cost = time.mean(pool.resource_cost_per_chip_hour, t) * time.hours(t, s)
                twin.pay(rented * cost, t, pool.provider, "suppliers")
            twin.book.row("rented is used", (name, t, s), rented, "<=", used)
        for favoured, chips in _kept(twin, name, t, s).items():
            others = tuple(w for w in twin.programme.workloads if w not in favoured)
            label = (name, t, s, *sorted(favoured))
            twin.book.row("for", label, twin.chips_in_use(name, t, s, others), "<=", column + rented - chips)
    cost = pool.resource_cost_per_chip_hour
    if cost is not None and pool.provider in twin.programme.decides:
        twin.pay(column * (time.mean(cost, t) * time.all_hours(t)), t, pool.provider, "suppliers")
    site = twin.programme.sites.get(pool.site or "")
    if site is not None and site.energy_per_mwh is not None and site.operator is not None:
        per_hour = _it_power_mw(twin, pool) * float(site.pue) * time.mean(site.energy_per_mwh, t)
        twin.pay(twin.all_use(name, t) * per_hour, t, site.operator, site.utility)


def _kept(twin: Twin, pool: str, t: int, s: str) -> dict[frozenset[str], Sum]:
    """For every set of workloads for which chips are kept, and every union of such, all chips that are for it alone."""
    kept = [(frozenset(favoured), chips) for favoured, chips in twin.reserved[pool, t, s]]
    sets: set[frozenset[str]] = set()
    for favoured, _ in kept:
        sets |= {favoured} | {favoured | other for other in sets}
    return {each: total(chips for favoured, chips in kept if favoured <= each) for each in sets}


def _it_power_mw(twin: Twin, pool: Pool) -> float:
    return float(twin.programme.chips[pool.chip].it_power_kw or 0) / 1000


def _power(twin: Twin, site_id: str) -> None:
    """Chips of those who decide fit the power of their site; a provider's stand in its own."""
    site, pools = twin.programme.sites[site_id], twin.programme.pools
    own = [name for name in _at(twin, site_id) if pools[name].owner in twin.programme.decides]
    for t in range(len(twin.time.months)):
        plugged = {name: twin.standing[name, t] - twin.unplugged(name, t) for name in own}
        drawn = total(chips * _it_power_mw(twin, pools[name]) for name, chips in plugged.items())
        twin.book.row("power", (site_id, t), drawn, "<=", twin.powered[site_id, t])
        if site.grid_mw is not None:
            twin.book.row("grid", (site_id, t), drawn * float(site.peak_pue), "<=", float(site.grid_mw))
