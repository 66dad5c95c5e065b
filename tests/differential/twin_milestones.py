"""Shares that vest by milestones, once what stands is written."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from twin_recording import Sum
from twin_term import Term
from twin_timing import value_on

MILLION = 1e6


def warrant(term: Term) -> None:
    """Where its value counts, each milestone by the quarters in force."""
    clause, twin = term.clause, term.twin
    issuer, holder = clause.issuer or term.contract.seller, clause.holder or term.contract.buyer
    weight = twin.weight(issuer, holder)
    if not clause.count_value or not weight:
        return
    quarters = sorted({twin.time.quarter_of(t) for t in term.months})
    for number, vesting in enumerate(clause.vests):
        _milestone(term, number, vesting, quarters, weight)


def _milestone(term: Term, number: int, vesting: Any, quarters: list[int], weight: int) -> None:
    twin, book, clause = term.twin, term.twin.book, term.clause
    of_quantity = vesting.power_mw is not None or vesting.spent is not None
    before, reached = Sum(), vesting.share_price is None
    for q in quarters:
        t = twin.time.months_of(q)[-1]
        day = twin.time.months[t].until - timedelta(days=1)
        price = value_on(clause.share_price, day.toordinal())
        reached = reached or price >= float(vesting.share_price)
        open_ = reached and _inside(term, vesting, day)
        label = (term.contract_id, term.clause_id, number, q)
        met = book.column("met", label, 1.0, whole=of_quantity)
        book.row("met", label, met, ">=", before)
        book.row("met if signed", label, met, "<=", term.on)
        if not open_:
            book.row("closed", label, met, "<=", before)
        elif not of_quantity:
            book.row("due", label, met, ">=", term.on)
        if of_quantity:
            mark, little, quantity, most = _quantity(term, vesting, t)
            book.row("reach", label, quantity, ">=", (met - before) * mark)
            if open_:
                room = max(most, mark) + little
                book.row("short", label, quantity, "<=", met * room - term.on * room + (mark - little + room))
        worth = float(vesting.shares) * max(price - float(clause.exercise_price), 0.0)
        book.objective.add((met - before) * (weight * worth * twin.time.discount[t] / MILLION))
        before = met


def _inside(term: Term, vesting: Any, day: date) -> bool:
    ends = [end for end in (vesting.by, term.clause.expires, term.whole_span.until) if end is not None]
    return (vesting.from_ or day) <= day < min(ends)


def _quantity(term: Term, vesting: Any, t: int) -> tuple[float, float, Sum, float]:
    """The mark, by how little it is missed, what must reach it by the end of a month, and the most that can be."""
    twin = term.twin
    if vesting.spent is not None:
        spent = term.on * float(term.clause.spent_before)
        for (contract_id, _), dues in twin.dues.items():
            if contract_id == term.contract_id:
                for due in dues:
                    if due.t <= t:
                        spent = spent + due.amount
        for month, amount in twin.capex_under[term.contract_id]:
            if month <= t:
                spent = spent + amount
        spent = spent * (1 / MILLION)
        return float(vesting.spent) / MILLION, 1 / MILLION, spent, twin.book.most(spent)
    power, most, sites = Sum(), 0.0, set()
    for name, pool in twin.programme.pools.items():
        counts = not vesting.chips or pool.chip in vesting.chips
        if counts and (not vesting.sites or pool.site in vesting.sites):
            megawatts = float(twin.programme.chips[pool.chip].it_power_kw or 0) / 1000
            power = power + (twin.standing[name, t] - twin.unplugged(name, t)) * megawatts
            if pool.owner in twin.programme.decides:
                sites.add(str(pool.site))
            else:
                most += twin.book.most(twin.provided[name, t]) * megawatts
    most += sum(float(phase.power_mw) for site in sites for phase in twin.programme.sites[site].phases.values())
    return float(vesting.power_mw), 0.001, power, most
