"""Clauses that close, share and fund: exclusivity, revenue share, capital commitment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from twin_floors import pin
from twin_recording import Sum, total
from twin_state import Capex
from twin_term import Term
from twin_timing import both, contract_years, month_after, overlap

from gigawatt.values.span import Span


def exclusivity(term: Term) -> None:
    clause, twin = term.clause, term.twin
    holder = clause.holder or term.contract.seller
    covered = clause.workloads or clause.for_workloads or tuple(twin.programme.workloads)
    for (pool, w, t, s), column in twin.use.items():
        thing = twin.programme.pools[pool]
        supplier = thing.owner or thing.provider
        if w not in covered or supplier == holder or pool in clause.except_ or supplier in clause.except_:
            continue
        cover = twin.wanted_share(w, term.span, t)
        if cover:
            most = twin.book.most(column)
            twin.book.row(
                "exclusive",
                (term.contract_id, term.clause_id, pool, w, t, s),
                column,
                "<=",
                most - term.on * (most * cover),
            )


def revenue_share(term: Term) -> None:
    clause, twin = term.clause, term.twin
    owed = {t: base * _rate(term, t) for t, base in _base(term).items() if _rate(term, t)}
    if clause.cap is not None:
        _capped(term, owed)
        return
    if term.offered:
        owed = {t: _if_signed(term, amount, t) for t, amount in owed.items()}
    for t, amount in owed.items():
        twin.pay(amount, _paid_in(term, t), clause.payer, clause.payee)
    if clause.guarantee is not None:
        _guaranteed(term, owed)


def _rate(term: Term, t: int) -> float:
    """The share of the base that is paid, on the days of a month that are the clause's."""
    time, clause = term.twin.time, term.clause
    off = sum(time.mean(series, t, term.span) for series in clause.net_of.values())
    return time.mean(clause.rate, t, term.span) * time.cover(term.span, t) * (1 - off)


def _base(term: Term) -> dict[int, Sum]:
    """The revenue that is shared, by month, never below nought."""
    clause, twin = term.clause, term.twin
    base: dict[int, Sum] = {}
    for stream, earner in twin.earner.items():
        for due in twin.revenue[stream]:
            if earner == clause.payer and (not clause.streams or stream in clause.streams):
                base[due.t] = base.get(due.t, Sum()) + due.amount
    for t in range(len(twin.time.months)):
        off = total(due.amount for stream in clause.less for due in twin.revenue[stream] if due.t == t)
        if off.of:
            label = (term.contract_id, term.clause_id, t)
            left = base.get(t, Sum()) - off
            most, least = max(0.0, twin.book.most(left)), max(0.0, -twin.book.least(left))
            over, under = twin.book.column("net", label, most), twin.book.column("under", label, least)
            which = twin.book.binary("net is below", label)
            twin.book.row("net", (*label, "is"), over - under, "=", left)
            twin.book.row("net", (*label, "over"), over, "<=", most * (twin.one - which))
            twin.book.row("net", (*label, "under"), under, "<=", least * which)
            base[t] = over
    return base


def _paid_in(term: Term, t: int) -> int:
    """The month in which what accrues in a month is paid: the last day of so long after the end of its period."""
    arrears, months = term.clause.arrears, term.twin.time.months
    if arrears is None:
        return t
    length = {"month": 1, "quarter": 3, "year": 12}[arrears.each]
    start = months[t].start
    end = month_after(start.replace(day=1), length - (start.month - 1) % length)
    last = month_after(end, arrears.within.months) + timedelta(days=arrears.within.days - 1)
    return next((n for n, month in enumerate(months) if month.contains(last)), len(months) - 1)


def _guaranteed(term: Term, owed: dict[int, Sum]) -> None:
    """What the shares of a contract year fall short of what is guaranteed for its days."""
    clause, time = term.clause, term.twin.time
    for year in contract_years(
        term.contract.from_ or time.horizon.start, term.contract.until or time.horizon.until, time.horizon
    ):
        counted = both(year, term.span)
        if not counted.days:
            continue
        paid = Sum()
        for t, amount in owed.items():
            days = both(time.months[t], term.span)
            paid.add(amount * (overlap(days, year) / days.days))
        whole = Span(year.start, month_after(year.start, 12)).days
        label = ("guarantee", term.contract_id, term.clause_id, year.start)
        short, _ = pin(term, label, paid, float(clause.guarantee) * counted.days / whole)
        term.twin.pay(short, _paid_in(term, time.last_month(counted) or 0), clause.payer, clause.payee)


def _if_signed(term: Term, amount: Sum, t: int) -> Sum:
    """The amount where the offer is signed, nought where not."""
    book, most = term.twin.book, term.twin.book.most(amount)
    label = (term.contract_id, term.clause_id, t)
    paid = book.column("share", label)
    book.row("share if signed", label, paid, "<=", term.on * most)
    book.row("share at most", label, paid, "<=", amount)
    book.row("share at least", label, paid, ">=", amount + term.on * most - most)
    return paid


def _capped(term: Term, owed: dict[int, Sum]) -> None:
    clause, twin, time = term.clause, term.twin, term.twin.time
    book = twin.book
    cap = max(0.0, float(clause.cap) - float(clause.paid or 0))
    sum_paid, met_before = Sum(), Sum()
    for q in range(len(time.quarters)):
        months = [t for t in time.months_of(q) if t in owed]
        if not months:
            continue
        amount, label = total(owed[t] for t in months), (term.contract_id, term.clause_id, q)
        most = book.most(amount)
        paid, met = book.column("paid", label), book.binary("met", label)
        sum_paid = sum_paid + paid
        off = (twin.one - term.on) * most if term.offered else Sum()
        book.row("paid", label, paid, "<=", amount)
        book.row("paid at least", label, paid, ">=", amount - met * most - off)
        if term.offered:
            book.row("paid if signed", label, paid, "<=", term.on * most)
        book.row("cap", label, sum_paid, "<=", cap)
        book.row("cap met", label, sum_paid, ">=", met * cap)
        book.row("met", label, met_before, "<=", met)
        met_before = met
        twin.pay(paid, _paid_in(term, months[-1]), clause.payer, clause.payee)


def capital_commitment(term: Term) -> None:
    clause, twin, time = term.clause, term.twin, term.twin.time
    ready: dict[int, Sum] = {}
    spent, most_spent = Sum(), 0.0
    for q, quarter in enumerate(time.quarters):
        for capex in twin.capex:
            if capex.t in time.months_of(q) and time.cover(term.span, capex.t) and _funded(term, capex):
                spent.add(capex.amount * float(clause.share))
                if not term.offered:
                    twin.pay(
                        capex.amount * float(clause.share), capex.t, clause.investor, clause.recipient, counts=False
                    )
        opened = total(_opened(term, j, tranche, q, ready) for j, tranche in enumerate(clause.tranches))
        label = (term.contract_id, term.clause_id, q)
        most_spent = sum(float(tranche.amount) for tranche in clause.tranches)
        if spent.of and overlap(quarter, term.span):
            off = (twin.one - term.on) * (most_spent * 1e3) if term.offered else Sum()
            twin.book.row("drawn", label, (spent - opened - off) * 1e-6, "<=", 0.0)


def _funded(term: Term, capex: Capex) -> bool:
    clause = term.clause
    payers = clause.payers or (clause.recipient,)
    return capex.payer in payers and (not clause.funds or capex.what in clause.funds)


def _opened(term: Term, j: int, tranche: Any, q: int, ready: dict[int, Sum]) -> Sum:
    """What a tranche gives by a quarter: nought before its day, its amount once its condition was ever met."""
    twin, amount = term.twin, float(tranche.amount)
    if tranche.when is not None:
        label = (term.contract_id, term.clause_id, j, q)
        opens, before = twin.book.binary("ready", label), ready.get(j, Sum())
        sites = tranche.when.sites or tuple(twin.programme.sites)
        t = twin.time.months_of(q)[0] - 1
        power = total(twin.powered[site, t] for site in sites) if q else twin.one * sum(twin.stood[s] for s in sites)
        twin.book.row("ready", label, power, ">=", opens * float(tranche.when.power_mw))
        ready[j] = twin.book.column("opened", label, 1.0)
        twin.book.row("opened", label, ready[j], "<=", before + opens)
    if tranche.from_ is not None and tranche.from_ >= twin.time.quarters[q].until:
        return Sum()
    return (term.on if tranche.when is None else ready[j]) * amount
