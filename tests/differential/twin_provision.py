"""Capacity on rent by the hour: price."""

from __future__ import annotations

from twin_money import by_volume, charged_use, if_signed, price_in
from twin_recording import Sum, total
from twin_term import Term


def price(term: Term) -> None:
    owner = term.twin.programme.pools[term.pool()].owner
    if owner in term.twin.programme.decides:
        _price_of_own_chips(term)
    elif term.contract.buyer in term.twin.programme.decides:
        slices = term.twin.time.slices
        rented = {(t, s): _rent(term, t, s) for t in term.months for s in slices}
        _publish_rent(term, rented)
        by_volume(term, {t: total(rented[t, s] * term.twin.time.hours(t, s) for s in slices) for t in term.months})


def _price_of_own_chips(term: Term) -> None:
    """Chips of those who decide stand in any case: their Use is paid for, and no more than `chips` may run."""
    twin, clause, pool = term.twin, term.clause, term.pool()
    used = {t: if_signed(term, charged_use(term, pool, t), (*term.names, t)) for t in term.months}
    by_volume(term, used)
    for t, hours in used.items():
        term.owe(t, hours * price_in(term, clause.price_per_chip_hour, t), what="rent")
        for s in twin.time.slices if clause.chips is not None else ():
            most = twin.time.level(clause.chips, t, term.span)
            label = (term.contract_id, term.clause_id, t, s)
            twin.book.row("on rent", label, twin.chips_in_use(pool, t, s), "<=", most)


def _rent(term: Term, t: int, s: str) -> Sum:
    """Chips on rent in a slice of a month, beside what stands."""
    twin, label = term.twin, (term.contract_id, term.clause_id, t, s)
    most = _most_on_rent(term, t)
    rented = twin.book.column("rented", label, most)
    twin.book.row("rented", label, rented, "<=", term.on * most)
    twin.rented[term.pool(), t, s].add(rented)
    if term.clause.for_workloads:
        twin.reserved[term.pool(), t, s].append((tuple(term.clause.for_workloads), rented))
    price = price_in(term, term.clause.price_per_chip_hour, t)
    term.owe(t, rented * (price * twin.time.hours(t, s)), what="rent")
    return rented


def _asked(term: Term, t: int) -> float:
    """Chips of its pool that all workloads, or those that it is for, could ask for in a month."""
    twin, by = term.twin, term.clause.for_workloads or tuple(term.twin.programme.workloads)
    return max(
        sum(
            twin.book.most(twin.chips_in_use(term.pool(), t, s, (name,))) * twin.wanted_share(name, term.span, t)
            for name in by
        )
        for s in twin.time.slices
    )


def _most_on_rent(term: Term, t: int) -> float:
    """Chips that can be on rent at once: what the clause says, and no more than all workloads could ask."""
    asked = _asked(term, t)
    if term.clause.chips is not None:
        return min(asked, term.twin.time.level(term.clause.chips, t, term.span))
    return asked


def _publish_rent(term: Term, rented: dict[tuple[int, str], Sum]) -> None:
    """Rent is contracted for by the quarter: a level that holds in each month, and steps up are new."""
    twin, each = term.twin, term.megawatts()
    steps: dict[int, Sum] = {}
    most: dict[int, float] = {}
    before = Sum()
    for q in dict.fromkeys(twin.time.quarter_of(t) for t in term.months):
        label = (term.contract_id, term.clause_id, q)
        inside = [(t, s) for t, s in rented if twin.time.quarter_of(t) == q]
        chips = max(_most_on_rent(term, t) for t, _ in inside)
        level = twin.book.column("level", label, chips)
        steps[q] = twin.book.column("step", label, chips) * each
        for t, s in inside:
            twin.book.row("level", (*label, t, s), rented[t, s], "<=", level)
        twin.book.row("step", label, level * each - before, "<=", steps[q])
        most[q] = chips * each
        before = level * each
    term.publish(steps, most, None, (term.pool(),), prior=False, kept=False)
    term.ask(False, [t for t in term.months if _most_on_rent(term, t)])
