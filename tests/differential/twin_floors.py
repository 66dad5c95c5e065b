"""Clauses with a floor, pinned from both sides: take or pay, commitment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from twin_recording import Sum
from twin_state import Due
from twin_term import Term
from twin_timing import both, contract_years, month_after, overlap

from gigawatt.values.span import Span


def _in_year(due: Due, year: Span) -> float:
    """The share of what is due that belongs to a year."""
    return overlap(due.accrues, year) / due.accrues.days


def take_or_pay(term: Term) -> None:
    time, clause = term.twin.time, term.clause
    if clause.pool or clause.chip:
        pools = [clause.pool or f"{term.contract.seller}-{clause.chip}"]
    else:
        pools = [
            other.pool_id(term.contract.seller) for other in term.contract.clauses.values() if hasattr(other, "pool_id")
        ]
    for year in _years(term):
        counted = both(year, term.span)
        last = time.last_month(counted)
        if last is None:
            continue
        used, most = Sum(), 0.0
        for t in term.months:
            share = overlap(both(time.months[t], term.span), year) / overlap(time.months[t], term.span)
            for pool in dict.fromkeys(pools):
                used.add(term.twin.all_use(pool, t, tuple(clause.for_workloads)) * share)
        most = term.twin.book.most(used)
        floor = time.mean(
            clause.floor_chip_hours, time.last_month(Span(counted.start, counted.start + timedelta(1))) or 0
        )
        _short(
            term,
            year,
            used,
            floor * _part_owed(term, year, clause.taken),
            _done(year, clause.taken, term),
            most,
            last,
            time.mean(clause.deficiency_per_chip_hour, last, counted),
        )


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
    return float(stated[max(day for day in stated if year.contains(day))])


def _start_is_cut_and_stated(year: Span, stated: dict[date, Any], term: Term) -> bool:
    return year.start < term.twin.time.horizon.start and any(year.contains(day) for day in stated)


def _part_owed(term: Term, year: Span, stated: dict[date, Any]) -> float:
    """The share of a floor that counts: by days where the horizon, the clause or the contract's end cuts the year.

    Where what was done before the horizon is known, the days before it count as well.
    """
    whole = year if getattr(term.clause, "each", "") == "term" else Span(year.start, month_after(year.start, 12))
    counted = both(year, term.span)
    start = both(year, term.whole_span).start if _start_is_cut_and_stated(year, stated, term) else counted.start
    return (counted.until - start).days / whole.days


def _short(
    term: Term, year: Span, done: Sum, floor: float, before: float, most: float, last: int, price: float
) -> None:
    """Pin what is missing to a floor from both sides, and let it be paid."""
    book, label = term.twin.book, (term.contract_id, term.clause_id, year.start)
    floor = max(0.0, floor - before)
    if not floor:
        return
    short = book.binary("short", label)
    missing = book.column("shortfall", label, floor)
    beyond = book.column("excess", label)
    book.row("floor", label, done - term.on * floor, "=", beyond - missing)
    book.row("shortfall", label, missing, "<=", short * floor)
    book.row("excess", label, beyond, "<=", most - short * most)
    end = both(year, term.span).until
    term.owe(last, missing * price, Span(end - timedelta(days=1), end))


def commitment(term: Term) -> None:
    clause, time = term.clause, term.twin.time
    counted = clause.clauses or tuple(name for name in term.contract.clauses if name != term.clause_id)
    years = [term.whole_span] if clause.each == "term" else list(_years(term))
    for year in years:
        last = time.last_month(both(year, term.span))
        if last is None:
            continue
        spent = Sum()
        for name in counted:
            contract_id, _, clause_id = name.rpartition("/")
            for due in term.twin.dues.get((contract_id or term.contract_id, clause_id), []):
                spent.add(due.amount * _in_year(due, both(year, term.whole_span)))
        floor = float(clause.amount) * _part_owed(term, year, clause.burned)
        _short(term, year, spent, floor, _done(year, clause.burned, term), term.twin.book.most(spent), last, 1.0)
