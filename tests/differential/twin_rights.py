"""Clauses that speak at the gate first of all: where workloads may run, and what a licence costs."""

from __future__ import annotations

from datetime import timedelta

from twin_state import Due
from twin_term import Term
from twin_timing import both

from gigawatt.values.span import Span


def location(term: Term) -> None:
    """Use is nought where a pool lies under no law that is allowed, or under one that is forbidden."""
    clause, twin = term.clause, term.twin
    for (pool, w, t, s), column in twin.use.items():
        thing = twin.programme.pools[pool]
        free = {pool, thing.site, thing.owner, thing.provider} & set(clause.except_)
        covered = not clause.for_workloads or w in clause.for_workloads
        limited = not clause.of_chips or thing.chip in clause.of_chips
        lies_in = thing.jurisdiction if thing.site is None else twin.programme.sites[thing.site].jurisdiction
        may = any(law in clause.allowed for law in lies_in) if clause.allowed else True
        may = may and not any(law in clause.forbidden for law in lies_in)
        if free or may or not covered or not limited:
            continue
        cover = twin.wanted_share(w, term.span, t)
        if cover:
            most = twin.book.most(column)
            label = (term.contract_id, term.clause_id, pool, w, t, s)
            twin.book.row("located", label, column, "<=", most - term.on * (most * cover))


def ip_rights(term: Term) -> None:
    """A fee for the days of the licence in each month, and a sum on one of its days."""
    clause, twin, time = term.clause, term.twin, term.twin.time
    licensor = clause.licensor or (
        term.contract.buyer if clause.licensee == term.contract.seller else term.contract.seller
    )
    runs = Span(term.span.start, max(term.span.start, min(term.span.until, clause.expires or term.span.until)))

    def pay(t: int, amount: float) -> None:
        twin.pay(term.on * amount, t, clause.licensee, licensor)
        if (clause.licensee, licensor) == (term.contract.buyer, term.contract.seller):
            days = both(time.months[t], runs)
            twin.dues[term.contract_id, term.clause_id].append(Due(t, days, term.on * amount))

    for t in term.months:
        cover = time.cover(runs, t)
        if clause.fee_per_month is not None and cover:
            pay(t, time.mean(clause.fee_per_month, t, runs) * cover)
    if clause.once is not None and runs.contains(clause.once.due):
        day = Span(clause.once.due, clause.once.due + timedelta(days=1))
        pay(next(t for t in term.months if time.cover(day, t)), float(clause.once.amount))
