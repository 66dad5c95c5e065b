"""Clauses that close, share and fund: exclusivity, revenue share, capital commitment."""

from __future__ import annotations

from typing import Any

from twin_recording import Sum, total
from twin_state import Capex
from twin_term import Term
from twin_timing import overlap


def exclusivity(term: Term) -> None:
    clause, twin = term.clause, term.twin
    holder = clause.holder or term.contract.seller
    covered = clause.workloads or clause.for_workloads or tuple(twin.programme.workloads)
    for (pool, w, t, s), column in twin.use.items():
        thing = twin.programme.pools[pool]
        supplier = thing.owner or thing.provider
        if w not in covered or supplier == holder or pool in clause.except_ or supplier in clause.except_:
            continue
        cover = twin.time.cover(term.span, t)
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
    clause, twin, time = term.clause, term.twin, term.twin.time
    streams = [
        name
        for name, earner in twin.earner.items()
        if earner == clause.payer and (not clause.streams or name in clause.streams)
    ]
    owed: dict[int, Sum] = {}
    for stream in streams:
        for due in twin.revenue[stream]:
            rate = time.mean(clause.rate, due.t, term.span)
            share = time.cover(term.span, due.t)
            owed[due.t] = owed.get(due.t, Sum()) + due.amount * (rate * share)
    if clause.cap is not None:
        _capped(term, owed)
        return
    for t, amount in owed.items():
        if amount.of:
            twin.pay(_if_signed(term, amount, t) if term.offered else amount, t, clause.payer, clause.payee)


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
        twin.pay(paid, months[-1], clause.payer, clause.payee)


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
    funds = term.clause.funds
    if not funds:
        return capex.payer in term.twin.programme.decides
    return capex.what in funds


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
