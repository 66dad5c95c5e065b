"""Clauses that bring capacity: price, reservation, lease, purchase."""

from __future__ import annotations

from datetime import date
from typing import Any

from twin_built import delivery, phase_span, spend_on_chips
from twin_recording import Sum, total
from twin_term import Term
from twin_timing import both, overlap

from gigawatt.values.series import Series
from gigawatt.values.span import Span


def price(term: Term) -> None:
    owner = term.twin.programme.pools[term.pool()].owner
    if owner in term.twin.programme.decides:
        _price_of_own_chips(term)
    elif term.contract.buyer in term.twin.programme.decides:
        _publish_rent(term, {(t, s): _rent(term, t, s) for t in term.months for s in term.twin.time.slices})


def _price_of_own_chips(term: Term) -> None:
    """Chips of those who decide stand in any case: their Use is paid for, and no more than `chips` may run."""
    twin, clause, pool = term.twin, term.clause, term.pool()
    for t in term.months:
        term.owe(t, twin.all_use(pool, t) * twin.time.mean(clause.price_per_chip_hour, t, term.span))
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
    price = twin.time.mean(term.clause.price_per_chip_hour, t, term.span)
    term.owe(t, rented * (price * twin.time.hours(t, s)))
    return rented


def _asked(term: Term, t: int) -> float:
    """Chips of its pool that all workloads, or those that it is for, could ask for in a month."""
    twin, by = term.twin, term.clause.for_workloads or None
    return max(twin.book.most(twin.chips_in_use(term.pool(), t, s, by)) for s in twin.time.slices)


def _most_on_rent(term: Term, t: int) -> float:
    """Chips that can be on rent at once: what the clause says, and no more than all workloads could ask."""
    asked = _asked(term, t)
    if term.clause.chips is not None:
        return min(asked, term.twin.time.level(term.clause.chips, t, term.span))
    return asked * term.twin.time.cover(term.span, t)


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


def reservation(term: Term) -> None:
    chips = term.clause.chips
    level = chips if isinstance(chips, Series) else getattr(chips, "most", None)
    term.ask(term.prior, [t for t in term.months if level is None or term.twin.time.level(level, t, term.span)])
    if isinstance(chips, Series):
        _fixed(term, chips)
    elif hasattr(chips, "take"):
        _takes(term, chips)
    else:
        _choice(term, chips)


def _reserve(term: Term, t: int, chips: Sum) -> None:
    """Chips that stand reserved for a whole month on the mean, and their fee."""
    twin, pool = term.twin, term.pool()
    if twin.programme.pools[pool].owner is None:
        twin.provided[pool, t].add(chips)
        if term.contract.buyer not in twin.programme.decides:
            twin.let[pool, t].add(chips)
        term.keep_others_out(pool, t, chips)
    price = twin.time.mean(term.clause.price_per_chip_hour, t, term.span)
    term.owe(t, chips * (price * twin.time.all_hours(t)))


def _fixed(term: Term, chips: Series) -> None:
    time, each = term.twin.time, term.megawatts()
    steps: dict[int, float] = {}
    before = 0.0
    for t in term.months:
        _reserve(term, t, term.on * time.level(chips, t, term.span))
        standing = time.mean(chips, t, term.span)
        if standing > before:
            q = time.quarter_of(t)
            steps[q] = steps.get(q, 0.0) + standing - before
        before = standing
    if not term.prior:
        most = {q: step * each for q, step in steps.items()}
        term.publish(
            {q: term.on * size for q, size in most.items()}, most, dict.fromkeys(steps, term.on), (term.pool(),)
        )


def _choice(term: Term, chips: Any) -> None:
    book, most_steps = term.twin.book, float((chips.max - chips.min) / chips.step)
    steps = book.column("steps", (term.contract_id, term.clause_id), most_steps, whole=True)
    book.row("steps", (term.contract_id, term.clause_id), steps, "<=", term.on * most_steps)
    chosen = term.on * float(chips.min) + steps * float(chips.step)
    for t in term.months:
        _reserve(term, t, chosen * term.twin.time.cover(term.span, t))
    q, each = term.twin.time.quarter_of(term.months[0]), term.megawatts()
    before = float(chips.min) if term.prior else 0.0
    new = (chosen - term.on * before) * each
    term.publish({q: new}, {q: (float(chips.max) - before) * each}, {q: term.on}, (term.pool(),))


def _takes(term: Term, chips: Any) -> None:
    time, book = term.twin.time, term.twin.book
    taken: dict[int, Sum] = {}
    for t in term.months:
        q = time.quarter_of(t)
        if q not in taken:
            most = max(time.mean(chips.most, t, term.span) for t in term.months)
            taken[q] = book.column("taken", (term.contract_id, term.clause_id, q), most)
        held = total(taken.values())
        most = time.mean(chips.most, t, term.span)
        book.row("held", (term.contract_id, term.clause_id, t), held, "<=", term.on * most)
        _reserve(term, t, held * time.cover(term.span, t))
    each = term.megawatts()
    first_months = {q: min(t for t in term.months if time.quarter_of(t) == q) for q in taken}
    most_by_quarter = {q: time.mean(chips.most, t, term.span) for q, t in first_months.items()}
    term.publish(
        {q: column * each for q, column in taken.items()},
        {q: most * each for q, most in most_by_quarter.items()},
        None,
        (term.pool(),),
    )


def lease(term: Term) -> None:
    site = term.twin.programme.sites[term.clause.site]
    listed = term.clause.phases or tuple(name for name in site.phases if name not in term.clause.options)
    pools = tuple(name for name, pool in term.twin.programme.pools.items() if pool.site == term.clause.site)
    for name in dict.fromkeys((*listed, *term.clause.options)):
        phase = site.phases[name]
        span = phase_span(term.twin, phase, term.span)
        optional = name in term.clause.options
        starts: dict[int, Sum] = {}
        for q, quarter in enumerate(term.twin.time.quarters):
            if overlap(quarter, span) and (optional or not starts):
                starts[q] = term.twin.book.binary("take", (term.contract_id, name, q)) if optional else term.on
                _let(term, float(phase.power_mw), both(span, Span(quarter.start, span.until)), starts[q])
        if optional and starts:
            term.twin.book.row("take", (term.contract_id, name), total(starts.values()), "<=", term.on)
        power = float(phase.power_mw)
        if term.prior and not optional:
            continue
        term.publish(
            {q: column * power for q, column in starts.items()},
            dict.fromkeys(starts, power),
            starts,
            pools,
            names=frozenset({f"{term.clause.site}/{name}"}),
            first_day={q: max(term.twin.time.quarters[q].start, span.start) for q in starts},
        )


def _let(term: Term, power: float, span: Span, on: Sum) -> None:
    """Power of a phase over a span, and its rent: what a deciding landlord builds stands already, strangers take it."""
    time, decides = term.twin.time, term.twin.programme.decides
    site = term.twin.programme.sites[term.clause.site]
    for t in term.months:
        cover = time.cover(span, t)
        if cover:
            given = 1 - (site.landlord in decides) - (term.contract.buyer not in decides)
            term.twin.powered[term.clause.site, t].add(on * (power * cover * given))
            term.owe(t, on * (power * cover * time.mean(term.clause.rent_per_mw_month, t, span)))


def purchase(term: Term) -> None:
    twin, clause = term.twin, term.clause
    for q in range(len(twin.time.quarters)):
        day = delivery(twin, clause.chip, q)
        if day is None or not term.span.contains(day):
            continue
        t = next(t for t in twin.time.months_of(q) if twin.time.months[t].contains(day))
        most = twin.time.mean(clause.most, t, term.span)
        least = twin.time.mean(clause.least, t, term.span) if clause.least is not None else 0.0
        ordered = twin.book.column("ordered", (term.contract_id, term.clause_id, q))
        twin.book.row("ordered most", (term.contract_id, term.clause_id, q), ordered, "<=", term.on * most)
        twin.book.row("ordered least", (term.contract_id, term.clause_id, q), ordered, ">=", term.on * least)
        twin.ordered[clause.chip, term.contract.buyer, q].add(ordered)
        early = _deposit_month(term, day)
        spend_on_chips(
            twin,
            clause.chip,
            term.contract.buyer,
            q,
            ordered * twin.time.mean(clause.price_per_chip, t, term.span),
            term.contract.seller,
            (float(clause.deposit), early),
        )


def _deposit_month(term: Term, day: date) -> int:
    """The month in which a deposit is paid, a lead time before delivery; the first where that lies before."""
    paid = term.clause.lead_time.before(day) if term.clause.lead_time is not None else day
    return next((t for t, month in enumerate(term.twin.time.months) if month.contains(paid)), 0)
