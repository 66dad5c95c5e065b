"""Clauses with a floor, pinned from both sides: take or pay, commitment; and what is kept from year to year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from twin_recording import Sum, total
from twin_state import Due
from twin_term import Term
from twin_timing import both, contract_years, month_after, overlap

from gigawatt.values.span import Span


@dataclass
class Lot:
    """What is left of what arose in a contract year, and can be used in years that begin by `last`."""

    last: date
    left: Sum


def take_or_pay(term: Term) -> None:
    time, clause = term.twin.time, term.clause
    lots = _opening(term, clause.make_up, "lots")
    carried = _opening(term, clause.carry_forward, "carried")
    for year in _years(term):
        counted = both(year, term.span)
        last = time.last_month(counted)
        if last is None:
            continue
        used = _used(term, year)
        start = time.last_month(Span(counted.start, counted.start + timedelta(1))) or 0
        part, label = _part_owed(term, year, clause.taken), (term.contract_id, term.clause_id, year.start)
        floor = max(0.0, time.mean(clause.floor_chip_hours, start) * part - _not_provided(term, year))
        missing, beyond = pin(term, label, used, floor - _done(year, clause.taken, term))
        price = time.mean(clause.deficiency_per_chip_hour, last, counted)
        end = Span(counted.until - timedelta(days=1), counted.until)
        if clause.carry_forward is not None:
            most = float(clause.carry_forward.most) * floor
            missing = missing - _draw(term, ("carried", label), carried, year, missing, most)
        term.owe(last, missing * price, end, "deficiency" if clause.make_up is None else "prepaid deficiency")
        if clause.make_up is not None:
            bound = clause.make_up.most_per_year
            most = None if bound is None else time.mean(bound, start) * part
            made_up = _draw(term, ("made up", label), lots, year, beyond, most)
            term.owe(last, made_up * -_credit(term, last), end, "make-up")
            beyond = beyond - made_up
        _keep(lots, clause.make_up, year, missing)
        _keep(carried, clause.carry_forward, year, beyond)


def _used(term: Term, year: Span) -> Sum:
    """Chip-hours used in a year: of each month the days that are the clause's and the year's, of those on which the
    workload is wanted and the contract runs, or for chips of those who decide, of all."""
    twin, clause, used = term.twin, term.clause, Sum()
    for (pool, name, t, s), column in twin.use.items():
        thing = twin.programme.pools[pool]
        named = clause.pool or (f"{term.contract.seller}-{clause.chip}" if clause.chip else None)
        if pool != named if named else (thing.owner or thing.provider) != term.contract.seller:
            continue
        if clause.for_workloads and name not in clause.for_workloads:
            continue
        possible = twin.span_of(twin.programme.workloads[name])
        if thing.owner not in twin.programme.decides:
            possible = both(
                possible, Span(term.contract.from_ or possible.start, term.contract.until or possible.until)
            )
        possible = both(possible, twin.time.months[t])
        if possible.days:
            share = overlap(both(possible, term.span), year) / possible.days
            used.add(column * (twin.time.hours(t, s) * share))
    return used


def _not_provided(term: Term, year: Span) -> float:
    """What the seller does not provide in a year: by month, and before the horizon where what was done is known."""
    failed, time = 0.0, term.twin.time
    for day, hours in term.clause.not_provided.items():
        if time.horizon.contains(day):
            month = next(month for month in time.months if month.contains(day))
            inside = overlap(month, term.span)
            failed += float(hours) * overlap(both(month, term.span), year) / inside if inside else 0.0
        elif _start_is_cut_and_stated(year, term.clause.taken, term) and year.start <= day < time.horizon.start:
            failed += float(hours)
    return failed


def _credit(term: Term, t: int) -> float:
    """What an hour that is made up costs less than one at the unit price."""
    time, clause = term.twin.time, term.clause
    unit = time.mean(clause.make_up.unit_price_per_chip_hour, t, term.span)
    if clause.make_up.unit_price_per_chip_hour is None:
        rates = [other for other in term.contract.clauses.values() if hasattr(other, "price_per_chip_hour")]
        unit = time.mean(rates[0].price_per_chip_hour, t, term.span)
    return max(0.0, unit - time.mean(clause.make_up.price_per_chip_hour, t, term.span))


def _opening(term: Term, terms: Any, key: str) -> list[Lot]:
    """What was kept before the first year: of a day, that of the contract year in which it lies."""
    lots, years = [], list(_years(term))
    for day, amount in sorted(getattr(terms, key).items()) if terms is not None and years else ():
        arose = years[0].start
        while day < arose:
            arose = month_after(arose, -12)
        if arose < years[0].start:
            lots.append(Lot(month_after(arose, terms.expires.months), term.on * float(amount)))
    return lots


def _keep(lots: list[Lot], terms: Any, year: Span, arose: Sum) -> None:
    if terms is not None:
        lots.append(Lot(month_after(year.start, terms.expires.months), arose))


def _draw(term: Term, label: object, lots: list[Lot], year: Span, wanted: Sum, most: float | None) -> Sum:
    """What is used of lots in a year, oldest first: all that is wanted, within a bound, or all there is."""
    drawn = []
    if most is not None:
        wanted = _smaller(term, ("bound", label), wanted, term.on * most)
    for lot in lots:
        if lot.last < year.start:
            continue
        part = _smaller(term, ("lot", label, str(lot.last)), wanted, lot.left)
        wanted, lot.left = wanted - part, lot.left - part
        drawn.append(part)
    return total(drawn)


def _smaller(term: Term, label: object, one: Sum, other: Sum) -> Sum:
    """The lesser of two amounts above nought."""
    book = term.twin.book
    much = max(1.0, book.most(one), book.most(other))
    least, which = book.column("lesser", label, much), book.binary("is the first", label)
    book.row("lesser", (label, 1), least, "<=", one)
    book.row("lesser", (label, 2), least, "<=", other)
    book.row("lesser", (label, 3), least, ">=", one - much + which * much)
    book.row("lesser", (label, 4), least, ">=", other - which * much)
    return least


def _years(term: Term) -> Iterator[Span]:
    """The contract years that the clause and the horizon see."""
    contract = term.contract
    horizon = term.twin.time.horizon
    for year in contract_years(contract.from_ or horizon.start, contract.until or horizon.until, horizon):
        if overlap(year, term.span):
            yield year


def _done(year: Span, stated: dict[date, Any], term: Term) -> float:
    """What was done before, where it is stated in the year that the horizon's start cuts."""
    if not _start_is_cut_and_stated(year, stated, term):
        return 0.0
    return float(stated[max(day for day in stated if _before(year, day, term))])


def _start_is_cut_and_stated(year: Span, stated: dict[date, Any], term: Term) -> bool:
    return any(_before(year, day, term) for day in stated)


def _before(year: Span, day: date, term: Term) -> bool:
    return year.contains(day) and day < term.twin.time.horizon.start


def _part_owed(term: Term, year: Span, stated: dict[date, Any]) -> float:
    """The share of a floor that counts: by days where the horizon, the clause or the contract's end cuts the year.

    Where what was done before the horizon is known, the days before it count as well.
    """
    whole = year if getattr(term.clause, "each", "") == "term" else Span(year.start, month_after(year.start, 12))
    counted = both(year, term.span)
    start = both(year, term.whole_span).start if _start_is_cut_and_stated(year, stated, term) else counted.start
    return (counted.until - start).days / whole.days


def pin(term: Term, label: object, done: Sum, due: float) -> tuple[Sum, Sum]:
    """What is missing to what is due, and what is beyond it, one of them at nought; of the least and the most that can
    be done it may follow which."""
    book, least, most = term.twin.book, term.twin.book.least(done), term.twin.book.most(done)
    most_missing, most_beyond = max(0.0, due - least), max(0.0, most - due)
    if term.offered:
        most_beyond = max(most_beyond, most)
    missing = book.column("shortfall", label, most_missing)
    beyond = book.column("excess", label, most_beyond)
    book.row("floor", label, done - term.on * due, "=", beyond - missing)
    if most_missing and most_beyond:
        short = book.binary("short", label)
        book.row("shortfall", label, missing, "<=", short * most_missing)
        book.row("excess", label, beyond, "<=", most_beyond - short * most_beyond)
    return missing, beyond


def commitment(term: Term) -> None:
    clause, time = term.clause, term.twin.time
    counted = clause.clauses or tuple(name for name in term.contract.clauses if name != term.clause_id)
    years = [term.whole_span] if clause.each == "term" else list(_years(term))
    carried = _opening(term, clause.carry_forward, "carried") if clause.each != "term" else []
    for year in years:
        last = time.last_month(both(year, term.span))
        if last is None:
            continue
        spent = Sum()
        for name in (*counted, *clause.also):
            contract_id, _, clause_id = name.rpartition("/")
            for due in term.twin.dues.get((contract_id or term.contract_id, clause_id), []):
                if due.what != "shortfall" and (not clause.what or due.what in clause.what):
                    spent.add(due.amount * _in_year(due, both(year, term.whole_span)))
        floor = float(clause.amount) * _part_owed(term, year, clause.burned)
        label = (term.contract_id, term.clause_id, year.start)
        missing, beyond = pin(term, label, spent, floor - _done(year, clause.burned, term))
        if clause.carry_forward is not None:
            most = float(clause.carry_forward.most) * floor
            missing = missing - _draw(term, ("carried", label), carried, year, missing, most)
            _keep(carried, clause.carry_forward, year, beyond)
        end = both(year, term.span).until
        term.owe(last, missing, Span(end - timedelta(days=1), end), "shortfall")


def _in_year(due: Due, year: Span) -> float:
    """The share of what is due that belongs to a year."""
    return overlap(due.accrues, year) / due.accrues.days
