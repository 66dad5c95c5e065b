"""Deliveries, told day by day: when lots come and are accepted, damages, what is ended at its longstop, deposits."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from twin_recording import Sum
from twin_term import Term
from twin_timing import month_after, overlap

from gigawatt.values.series import Series
from gigawatt.values.span import Span


@dataclass
class Lot:
    """So many units that are due on a day, come on one, and stand from one until one."""

    name: str
    units: float
    due: date
    comes: date
    accepted: date
    until: date
    over: date | None = None
    """The first day on which the buyer may end it."""


def _moved(clause: Any, name: str, due: date) -> date:
    for shift in clause.shifts:
        if shift.of is None or _same(shift.of, name):
            due = shift.to or due + timedelta(days=int(shift.days))
    return due


def _same(written: str, name: str) -> bool:
    return name in (written, f"{written}-01")


def _later(day: date, time: Any) -> date:
    """A length of time after a day: calendar months, then days."""
    return month_after(day, time.months) + timedelta(days=time.days + -(-time.hours // 24))


def _lot(term: Term, name: str, units: float, first_due: date, ready: date, until: date) -> Lot:
    clause = term.clause
    due = _moved(clause, name, first_due)
    stated = next((day for key, day in clause.delivered.items() if _same(key, name)), None)
    comes = stated or max(due, ready)
    accepted = next((day for key, day in clause.accepted.items() if _same(key, name)), None)
    if accepted is None:
        accepted = _later(comes, clause.acceptance) if clause.acceptance is not None else comes
    over = clause.longstop
    if over is not None and not isinstance(over, date):
        over = _later(due, over)
    return Lot(name, units, due, comes, accepted, until, over)


def lots_of_chips(term: Term, chips: Series) -> list[Lot]:
    """Each step up is a lot; what was there when the clause begins is due then."""
    start, until = term.whole_span.start, term.whole_span.until
    by_day: dict[date, float] = {}
    for day, value in chips.points:
        if day < until:
            by_day[max(day, start)] = float(value)
    lots, before = [], 0.0
    for day, value in by_day.items():
        if value > before:
            lots.append(_lot(term, f"{day}", value - before, day, day, until))
        before = value
    return lots


def lots_of_phases(term: Term, names: tuple[str, ...]) -> list[Lot]:
    """Each firm phase is a lot, not before the lease begins."""
    whole, phases = term.whole_span, term.twin.programme.sites[term.clause.site].phases
    lots = []
    for name in names:
        phase = phases[name]
        until = min(whole.until, phase.until or whole.until)
        due = max(term.clause.due.get(name, phase.ready), whole.start)
        if due < until:
            lots.append(_lot(term, name, float(phase.power_mw), due, phase.ready, until))
    return lots


def by_lot(term: Term, lots: list[Lot]) -> dict[str, Sum]:
    """The column on which each lot stands, once damages, what may be ended and the deposit are written."""
    horizon = term.twin.time.horizon
    ends: dict[str, date] = {}
    for lot in lots:
        if lot.over is None or term.contract.buyer not in term.twin.programme.decides:
            continue
        day = max(lot.over, horizon.start)
        if lot.comes >= lot.over and lot.comes >= day and day < horizon.until:
            ends[lot.name] = day
    wait = term.on
    if ends:
        wait = term.twin.book.binary("wait", (term.contract_id, term.clause_id))
        term.twin.book.row("wait", (term.contract_id, term.clause_id), wait, "<=", term.on)
    _pay_damages(term, lots, ends, wait)
    _pay_deposit(term, lots, ends, wait)
    return {lot.name: wait if lot.name in ends else term.on for lot in lots}


def damages(term: Term, lots: list[Lot], ends: dict[str, date]) -> dict[int, float]:
    """What falls due in each month of the horizon if some lots are ended, day by day until the cap is met."""
    terms, months = term.clause.damages, term.twin.time.months
    if terms is None or not lots:
        return {}
    rate, per_unit = float(terms.per_day.amount), bool(terms.per_day.per)
    paid, paid_of = 0.0, defaultdict[str, float](float)
    due: dict[int, float] = defaultdict(float)
    day = min(lot.due for lot in lots)
    while day < months[-1].until:
        for lot in lots:
            late = _later(lot.due, terms.grace) <= day < min(lot.comes, lot.until, ends.get(lot.name, date.max))
            if not late:
                continue
            amount = rate * lot.units if per_unit else rate
            if terms.cap is not None and terms.cap.per:
                amount = min(amount, float(terms.cap.amount) * lot.units - paid_of[lot.name])
            elif terms.cap is not None:
                amount = min(amount, float(terms.cap.amount) - paid)
            paid, paid_of[lot.name] = paid + amount, paid_of[lot.name] + amount
            month = next((t for t, month in enumerate(months) if month.contains(day)), None)
            if month is not None:
                due[month] += amount
        day += timedelta(days=1)
    return due


def _pay_damages(term: Term, lots: list[Lot], ends: dict[str, date], wait: Sum) -> None:
    if_ended, if_waited = damages(term, lots, ends), damages(term, lots, {})
    for t in {*if_ended, *if_waited}:
        low = if_ended.get(t, 0.0)
        _back(term, t, term.on * low + wait * (if_waited.get(t, 0.0) - low))


def _pay_deposit(term: Term, lots: list[Lot], ends: dict[str, date], wait: Sum) -> None:
    deposit, time, whole = term.clause.deposit, term.twin.time, term.whole_span
    if deposit is None:
        return
    amount, refund = float(deposit.amount), float(deposit.refund)
    units = sum(lot.units for lot in lots)
    paid, back = deposit.paid or whole.start, deposit.returned or whole.until
    if time.horizon.contains(paid):
        term.twin.pay(term.on * amount, _month(term, paid), term.contract.buyer, term.contract.seller)
    left = Sum() + term.on * amount
    for lot in lots:
        if lot.name in ends:
            part = (term.on - wait) * (amount * lot.units / units)
            _back(term, _month(term, ends[lot.name]), part * refund)
            left = left - part
    if back < time.horizon.until:
        if back >= time.horizon.start:
            _back(term, _month(term, back), left)
        return
    # what comes back after the horizon counts in its last month, and is no cash of it
    weight = term.twin.weight(term.contract.seller, term.contract.buyer)
    term.twin.book.objective.add(left * (weight * time.discount[-1] / 1e6))


def _back(term: Term, t: int, amount: Sum) -> None:
    """The seller pays the buyer."""
    term.twin.pay(amount, t, term.contract.seller, term.contract.buyer)


def _month(term: Term, day: date) -> int:
    return next(t for t, month in enumerate(term.twin.time.months) if month.contains(day))


def further(term: Term) -> Span | None:
    """The days after the term over which it may be extended; None where it cannot be, or not in this horizon."""
    extend, until = term.clause.extend, term.whole_span.until
    if extend is None:
        return None
    last = extend.notice.before(until) if extend.notice is not None else until - timedelta(days=1)
    after = Span(until, _later(until, extend.length))
    return after if overlap(after, term.twin.time.horizon) and last >= term.twin.programme.as_of else None


def if_extended(term: Term, extend: Sum, what: str, column: Sum) -> Sum:
    """As much as a column is where the clause is extended, nought where not."""
    if column.of == term.on.of:
        return extend
    book, label = term.twin.book, (term.contract_id, term.clause_id, what)
    upper = book.most(column)
    same = book.column("extended", label, upper)
    book.row("extended most", label, same, "<=", column)
    book.row("extended so", label, same, "<=", extend * upper)
    book.row("extended least", label, same, ">=", column + (extend - 1.0) * upper)
    return same


def option_to_extend(term: Term) -> Sum:
    """The binary of going on."""
    extend = term.twin.book.binary("extend", (term.contract_id, term.clause_id))
    term.twin.book.row("extend", (term.contract_id, term.clause_id), extend, "<=", term.on)
    return extend
