"""What is paid by the hour and beside it: prices that move or go by volume, energy, money ahead, the most favoured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from twin_recording import Sum, total
from twin_term import Term
from twin_timing import both, contract_years, month_after, overlap, value_on

from gigawatt.values.series import Series
from gigawatt.values.span import Span

DAY = timedelta(days=1)
CLEAR = 1.0
"""Chip-hours by which a volume keeps clear of where all of it changes price."""


def factor_on(clause: Any, day: date) -> float:
    """What an escalator, an index and an exchange rate make of a price on a day."""
    factor = 1.0
    if clause.escalator is not None:
        years, start = 0, clause.escalator.from_
        while month_after(start, 12 * (years + 1)) <= day:
            years += 1
        rate = float(clause.escalator.rate_per_year)
        factor *= (1 + rate) ** years if clause.escalator.compound else 1 + rate * years
    if clause.index is not None:
        levels = clause.index.values
        factor *= value_on(levels, day.toordinal()) / value_on(levels, clause.index.base.toordinal())
    if clause.currency is not None:
        factor *= value_on(clause.currency.rate, day.toordinal())
    return factor


def price_in(term: Term, stated: Series, t: int) -> float:
    """The mean over the days of a month in force of a price and all that moves it, day by day."""
    days = both(term.twin.time.months[t], term.span)
    if not days.days:
        return 0.0
    every = [days.start + n * DAY for n in range(days.days)]
    return sum(
        term.twin.time.mean(stated, t, Span(day, day + DAY)) * factor_on(term.clause, day) for day in every
    ) / len(every)


def if_signed(term: Term, amount: Sum, label: object) -> Sum:
    """A sum that is what is given where the offer is signed, and nought where not."""
    if not term.offered:
        return amount
    book, most = term.twin.book, term.twin.book.most(amount)
    same = book.column("same", label, most)
    book.row("same if signed", label, same, "<=", term.on * most)
    book.row("same at most", label, same, "<=", amount)
    book.row("same at least", label, same, ">=", amount - most + term.on * most)
    return same


def charged_use(term: Term, pool: str, t: int) -> Sum:
    """The chip-hours of a pool in a month that the buyer pays for: those of its workloads, on the clause's days."""
    twin, contract = term.twin, term.contract
    owned = twin.programme.pools[pool].owner in twin.programme.decides
    used = Sum()
    for name, workload in twin.programme.workloads.items():
        theirs = contract.buyer in twin.programme.decides or workload.owner == contract.buyer
        if not theirs or (term.clause.for_workloads and name not in term.clause.for_workloads):
            continue
        wanted = twin.span_of(workload)
        if not owned:
            wanted = both(wanted, Span(contract.from_ or wanted.start, contract.until or wanted.until))
        days = overlap(twin.time.months[t], wanted)
        if days:
            used.add(twin.all_use(pool, t, (name,)) * (overlap(twin.time.months[t], both(wanted, term.span)) / days))
    return used


@dataclass(frozen=True)
class Volume:
    """A year or a month of a clause: chip-hours by month, and the thresholds of its days."""

    label: object
    hours: dict[int, Sum]
    thresholds: list[float]
    done: float


def by_volume(term: Term, hours: dict[int, Sum]) -> None:
    """What bands add to the first price, or take off it."""
    clause = term.clause
    stated = [clause.price_per_chip_hour, *(band.price_per_chip_hour for band in clause.bands)]
    prices = [{t: price_in(term, series, t) for t in hours} for series in stated]
    for volume in _volumes(term, hours) if clause.bands else ():
        if clause.tiers == "marginal":
            _marginal(term, volume, prices)
        else:
            _all_units(term, volume, prices)


def _volumes(term: Term, hours: dict[int, Sum]) -> Iterator[Volume]:
    clause, time, whole = term.clause, term.twin.time, [float(b.at_least_chip_hours) for b in term.clause.bands]
    if clause.each == "month":
        for t, used in hours.items():
            part = overlap(time.months[t], term.span) / time.months[t].days
            yield Volume((term.contract_id, t), {t: used}, [part * each for each in whole], 0.0)
        return
    contract = term.contract
    for year in contract_years(
        contract.from_ or time.horizon.start, contract.until or time.horizon.until, time.horizon
    ):
        inside = both(year, term.span)
        if not inside.days:
            continue
        stated = [day for day in clause.taken if year.contains(day) and day < time.horizon.start]
        done = float(clause.taken[max(stated)]) if stated and year.start < time.horizon.start else 0.0
        start = both(year, term.whole_span).start if stated else inside.start
        until = both(year, term.whole_span).until if clause.tiers == "marginal" else inside.until
        if clause.tiers == "marginal" and term.whole_span.until == time.horizon.until:
            until = month_after(year.start, 12)
        part = (until - start).days / (month_after(year.start, 12) - year.start).days
        counted = {
            t: used * (overlap(both(time.months[t], term.span), year) / overlap(time.months[t], term.span))
            for t, used in hours.items()
            if overlap(both(time.months[t], term.span), year)
        }
        yield Volume((term.contract_id, year.start), counted, [max(0.0, part * each - done) for each in whole], done)


def _marginal(term: Term, volume: Volume, prices: list[dict[int, float]]) -> None:
    """Chip-hours of each month in bands, each of which begins only when the one below it is full."""
    book, ends = term.twin.book, [*volume.thresholds, float("inf")]
    starts = [0.0, *volume.thresholds]
    sums = [Sum() for _ in prices]
    for t, used in volume.hours.items():
        most, parts, full = book.most(used), [], term.twin.one
        for b, price in enumerate(prices):
            label = (volume.label, b, t)
            part = book.column("in band", label, most)
            book.row("band before is full", label, part, "<=", full * most)
            sums[b] = sums[b] + part
            if ends[b] < float("inf"):
                width = ends[b] - starts[b]
                book.row("band", label, sums[b], "<=", width)
                full = book.binary("full", label)
                book.row("full", label, sums[b], ">=", full * width)
            parts.append(part)
            term.owe(t, part * (price[t] - prices[0][t]), what="rent")
        book.row("in bands", (volume.label, t), total(parts), "=", used)


def _all_units(term: Term, volume: Volume, prices: list[dict[int, float]]) -> None:
    """All chip-hours in the one band that the whole of them reaches."""
    book, last, first = term.twin.book, max(volume.hours), min(volume.hours)
    most, starts = book.most(total(volume.hours.values())), [0.0, *volume.thresholds]
    chosen = [book.binary("reached", (volume.label, b)) for b in range(len(prices))]
    book.row("reached", volume.label, total(chosen), "=", 1.0)
    parts: dict[int, list[Sum]] = {t: [] for t in volume.hours}
    for b, price in enumerate(prices):
        over = [threshold for threshold in volume.thresholds[b:] if threshold <= most]
        bottom = starts[b] + (CLEAR if 0 < starts[b] < most else 0.0)
        if b:
            book.row("band if signed", (volume.label, b), chosen[b], "<=", term.on)
        if b and not starts[b]:
            book.row("reached before", (volume.label, b), total(chosen[:b]), "<=", 1.0 - term.on)
        for t, used in volume.hours.items():
            label = (volume.label, b, t)
            part = book.column("of band", label, book.most(used))
            book.row("of band", label, part, "<=", chosen[b] * book.most(used))
            parts[t].append(part)
            _true_up(term, last, part * (price[t] - prices[0][t]))
        within = total(parts[t][b] for t in volume.hours)
        book.row("band from", (volume.label, b), within, ">=", chosen[b] * bottom)
        book.row("band to", (volume.label, b), within, "<=", chosen[b] * (min(over) - CLEAR if over else most))
        _true_up(term, last, chosen[b] * (volume.done * (price[first] - prices[0][first])))
    for t, used in volume.hours.items():
        book.row("of bands", (volume.label, t), total(parts[t]), "=", used)


def _true_up(term: Term, last: int, amount: Sum) -> None:
    """Due at the end of the year, or with the rent of its month."""
    if term.clause.each == "month":
        term.owe(last, amount, what="rent")
    else:
        until = both(Span(term.span.start, term.twin.time.months[last].until), term.span).until
        term.owe(last, amount, Span(until - DAY, until), "volume true-up")


def pass_through(term: Term) -> None:
    """Energy of Use at the tariff, at the PUE of the site or the one that is stated, no more than the cap; and tax."""
    twin, clause, seller = term.twin, term.clause, term.contract.seller
    for name, pool in twin.programme.pools.items():
        named = clause.pool or (f"{seller}-{clause.chip}" if clause.chip else None)
        if clause.site is not None:
            metered = pool.site == clause.site
        else:
            metered = name == named if named else (pool.owner or pool.provider) == seller
        if not metered:
            continue
        pue = float(twin.programme.sites[pool.site].pue if pool.site else clause.pue or 1)
        pue = min(pue, float(clause.pue_cap)) if clause.pue_cap is not None else pue
        megawatts = float(twin.programme.chips[pool.chip].it_power_kw or 0) / 1000
        for t in term.months:
            used = charged_use(term, name, t)
            if _runs_without(term, name):
                used = if_signed(term, used, (term.contract_id, term.clause_id, name, t))
            amount = used * (megawatts * pue * twin.time.mean(clause.price_per_mwh, t, term.span))
            term.owe(t, amount, what="energy")
            if clause.tax:
                twin.pay(amount * float(clause.tax), t, term.contract.buyer, clause.tax_to)


def _runs_without(term: Term, pool: str) -> bool:
    """Whether chips of a pool come from elsewhere than the contract, so that they run without it."""
    programme = term.twin.programme
    if programme.pools[pool].owner in programme.decides:
        return True
    filling = {
        contract_id
        for contract_id, contract in programme.contracts.items()
        for clause in contract.clauses.values()
        if clause.kind in ("price", "reservation") and (clause.pool or f"{contract.seller}-{clause.chip}") == pool
    }
    return filling != {term.own_id}


def prepayment(term: Term) -> None:
    """Paid ahead; of each month's invoice what is due of it is drawn, or what is left, whichever is less."""
    twin, clause, time, book = term.twin, term.clause, term.twin.time, term.twin.book
    buyer, seller = term.contract.buyer, term.contract.seller
    before = sum(float(amount) for day, amount in clause.paid.items() if day < time.horizon.start)
    drawn_before = [day for day in clause.drawn if day < time.horizon.start]
    if not term.offered and drawn_before:
        before -= float(clause.drawn[max(drawn_before)])
    left, reach = Sum(), 0.0
    for t, month in enumerate(time.months):
        paid = sum(float(amount) for day, amount in clause.paid.items() if month.contains(day))
        if t == 0:
            left, reach = term.on * before, before
            paid, counted = (paid + before, 0.0) if term.offered else (paid, before)
            left, reach = term.on * counted, counted
        left, reach = left + term.on * paid, reach + paid
        twin.pay(term.on * paid, t, buyer, seller)
        if t not in term.months or not reach:
            continue
        label = (term.contract_id, term.clause_id, t)
        due = _charged(term, t, label) * float(clause.share)
        most = book.most(due)
        drawn, all_of_it = book.column("drawn", label, min(most, reach)), book.binary("all of it", label)
        book.row("drawn of invoice", label, drawn, "<=", due)
        book.row("drawn of what is left", label, drawn, "<=", left)
        book.row("all of invoice", label, drawn, ">=", due - (1.0 - all_of_it) * most)
        book.row("all of what is left", label, drawn, ">=", left - all_of_it * reach)
        twin.pay(-drawn, t, buyer, seller)
        left = left - drawn
    if clause.refundable and term.months and term.whole_span.until <= time.horizon.until:
        twin.pay(-left, term.months[-1], buyer, seller)


def _charged(term: Term, t: int, label: object) -> Sum:
    """What the named clauses of the contract charge in a month, credits taken off; never below nought."""
    book = term.twin.book
    invoiced, credits = Sum(), False
    for name, clause in term.contract.clauses.items():
        if clause.kind == "commitment" or (term.clause.clauses and name not in term.clause.clauses):
            continue
        for due in term.twin.dues.get((term.contract_id, name), []):
            if due.t == t:
                invoiced.add(due.amount)
                credits |= due.what in ("volume true-up", "most favoured price")
    if not credits:
        return invoiced
    most, least = book.most(invoiced), book.least(invoiced)
    positive, above = book.column("charged", label, max(0.0, most)), book.binary("above nought", label)
    book.row("charged", label, positive, ">=", invoiced)
    book.row("charged at most", label, positive, "<=", invoiced - (1.0 - above) * least)
    book.row("charged or not", label, positive, "<=", above * max(0.0, most))
    return positive


def mfn(term: Term) -> None:
    """Day by day, what others have for less is paid back on what was charged, once that is known."""
    twin, contract, time = term.twin, term.contract, term.twin.time
    for name, clause in contract.clauses.items():
        if clause.kind not in ("price", "reservation") or getattr(clause, "bands", ()):
            continue
        own = Term(twin, term.contract_id, contract, name, clause, term.on)
        chip = twin.programme.pools[own.pool()].chip
        if term.clause.chip not in (None, chip):
            continue
        rivals = list(_rivals(term, chip))
        for t in own.months:
            days, saved = both(time.months[t], own.span), {}
            for n in range(days.days):
                day = days.start + n * DAY
                if term.span.contains(day):
                    for known, less in _fall(term, rivals, day, _asked(own, day)):
                        saved[known] = saved.get(known, 0.0) + less / days.days
            for known, less in saved.items():
                charged = _hours_charged(own, t)
                term.owe(max(t, known), charged * -less, what="most favoured price")


def _hours_charged(own: Term, t: int) -> Sum:
    """The chip-hours that a clause charges in a month: what it makes due over its price."""
    moved = own.clause.kind == "price"
    stated = own.clause.price_per_chip_hour
    price = price_in(own, stated, t) if moved else own.twin.time.mean(stated, t, own.span)
    dues = [due for due in own.twin.dues[own.contract_id, own.clause_id] if due.t == t and due.what in ("rent", "fee")]
    return total(due.amount * (1 / price) for due in dues)


@dataclass(frozen=True)
class Rival:
    span: Span
    known: date
    clause: Any
    factors: bool

    def asked(self, day: date) -> float:
        moved = factor_on(self.clause, day) if self.factors else 1.0
        return value_on(self.clause.price_per_chip_hour, day.toordinal()) * moved


def _asked(own: Term, day: date) -> float:
    moved = factor_on(own.clause, day) if own.clause.kind == "price" else 1.0
    return value_on(own.clause.price_per_chip_hour, day.toordinal()) * moved


def _rivals(term: Term, chip: str) -> Iterator[Rival]:
    """Prices of the chip that others have of the seller: those known, and those of signed contracts."""
    clause, horizon = term.clause, term.twin.time.horizon
    for known in clause.known:
        if known.chip == chip:
            span = Span(known.from_ or date.min, known.until or date.max)
            yield Rival(span, known.recorded or known.from_ or horizon.start, known, False)
    for other in term.twin.programme.contracts.values():
        same = other.seller == term.contract.seller and other.buyer != term.contract.buyer
        if not same or other.status != "signed":
            continue
        whole = Span(other.from_ or horizon.start, other.until or horizon.until)
        if clause.term is not None and clause.term.after(whole.start) < whole.until:
            continue
        for each in other.clauses.values():
            if each.kind not in ("price", "reservation") or getattr(each, "bands", ()):
                continue
            pool = each.pool or f"{other.seller}-{each.chip}"
            few = clause.quantity is None or (isinstance(each.chips, Series) and each.chips.last <= clause.quantity)
            if term.twin.programme.pools[pool].chip == chip and few:
                own = Span(each.from_ or whole.start, each.until or whole.until)
                yield Rival(both(own, whole), other.signed or whole.start, each, each.kind == "price")


def _fall(term: Term, rivals: list[Rival], day: date, asked: float) -> Iterator[tuple[int, float]]:
    """By how much the price of a day falls, and the month in which that is known."""
    time = term.twin.time
    for rival in sorted(rivals, key=lambda each: each.known):
        by = day if term.clause.remedy == "prospective" else time.horizon.until - DAY
        if rival.span.contains(day) and rival.known <= by and rival.asked(day) < asked:
            yield (
                next((t for t, month in enumerate(time.months) if month.contains(rival.known)), 0),
                asked - rival.asked(day),
            )
            asked = rival.asked(day)
