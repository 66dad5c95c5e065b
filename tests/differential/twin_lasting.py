"""Capacity for a term: reservation, lease, purchase, with their deliveries and options."""

from __future__ import annotations

from datetime import date
from typing import Any

from twin_built import delivery, phase_span, spend_on_chips
from twin_days import Lot, by_lot, damages, further, if_extended, lots_of_chips, lots_of_phases, option_to_extend
from twin_recording import Sum, total
from twin_term import Term
from twin_timing import both, overlap

from gigawatt.values.series import Series
from gigawatt.values.span import Span


def reservation(term: Term) -> None:
    chips, clause = term.clause.chips, term.clause
    level = chips if isinstance(chips, Series) else getattr(chips, "most", None)
    term.ask(term.prior, [t for t in term.months if level is None or term.twin.time.level(level, t, term.span)])
    if isinstance(chips, Series):
        of_days = (clause.delivered, clause.accepted, clause.acceptance, clause.shifts, clause.damages, clause.longstop)
        at_end = _by_lots(term, lots_of_chips(term, chips)) if any(of_days) else _fixed(term, chips)
    else:
        by_lot(term, [])
        at_end = _takes(term, chips.most) if hasattr(chips, "take") else _choice(term, chips)
    if clause.enlarge is not None:
        at_end += _enlarge(term, clause.enlarge)
    if (after := further(term)) is not None:
        _extend(term, after, at_end)


def _reserve(term: Term, t: int, chips: Sum, new: Sum, price: float | None = None, within: Span | None = None) -> None:
    """Chips that stand reserved for a whole month on the mean, those newly taken, and their fee."""
    twin, pool = term.twin, term.pool()
    twin.newly[term.contract.seller, pool, t].append((new, term.span))
    if twin.programme.pools[pool].owner is None:
        twin.provided[pool, t].add(chips)
        if term.contract.buyer not in twin.programme.decides:
            twin.let[pool, t].add(chips)
        term.keep_others_out(pool, t, chips)
    if price is None:
        price = twin.time.mean(term.clause.price_per_chip_hour, t, term.span)
    accrues = both(twin.time.months[t], within or term.span)
    term.owe(t, chips * (price * twin.time.all_hours(t)), accrues, what="fee")


def _fixed(term: Term, chips: Series) -> list[Sum]:
    time, each = term.twin.time, term.megawatts()
    steps: dict[int, float] = {}
    before = 0.0
    for t in term.months:
        held = term.on * time.level(chips, t, term.span)
        _reserve(term, t, held, Sum() if term.prior else held)
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
    return [term.on * float(chips.at(term.whole_span.until.fromordinal(term.whole_span.until.toordinal() - 1)) or 0)]


def _by_lots(term: Term, lots: list[Lot]) -> list[Sum]:
    """Lots stand from their acceptance, each on the contract's column or on that of waiting for it."""
    time, columns, each = term.twin.time, by_lot(term, lots), term.megawatts()
    started: dict[int, float] = {}
    for lot in lots:
        span = both(term.span, Span(min(lot.accepted, lot.until), lot.until))
        months = [t for t in term.months if time.cover(span, t)]
        for t in months:
            held = columns[lot.name] * (lot.units * time.cover(span, t))
            _reserve(term, t, held, Sum() if term.prior else held)
        if months:
            q = time.quarter_of(months[0])
            started[q] = started.get(q, 0.0) + lot.units * each
    if not term.prior:
        megawatts = {q: term.on * size for q, size in started.items()}
        term.publish(megawatts, started, dict.fromkeys(started, term.on), (term.pool(),))
    return [columns[lot.name] * lot.units for lot in lots if lot.accepted < lot.until]


def _choice(term: Term, chips: Any) -> list[Sum]:
    book, most_steps = term.twin.book, float((chips.max - chips.min) / chips.step)
    steps = book.column("steps", (term.contract_id, term.clause_id), most_steps, whole=True)
    book.row("steps", (term.contract_id, term.clause_id), steps, "<=", term.on * most_steps)
    chosen = term.on * float(chips.min) + steps * float(chips.step)
    start = term.whole_span.start
    if term.clause.acceptance is not None:
        start = term.clause.acceptance.after(start)
    span = both(term.span, Span(min(start, term.span.until), term.span.until))
    months = [t for t in term.months if term.twin.time.cover(span, t)]
    before = float(chips.min) if term.prior else 0.0
    for t in months:
        cover = term.twin.time.cover(span, t)
        _reserve(term, t, chosen * cover, (chosen - term.on * before) * cover)
    if months:
        q, each = term.twin.time.quarter_of(months[0]), term.megawatts()
        new = (chosen - term.on * before) * each
        term.publish({q: new}, {q: (float(chips.max) - before) * each}, {q: term.on}, (term.pool(),))
    return [term.on * float(chips.min), steps * float(chips.step)]


def _takes(term: Term, most_chips: Series) -> list[Sum]:
    time, book = term.twin.time, term.twin.book
    taken: dict[int, Sum] = {}
    for t in term.months:
        q = time.quarter_of(t)
        if q not in taken:
            most = max(time.mean(most_chips, t, term.span) for t in term.months)
            taken[q] = book.column("taken", (term.contract_id, term.clause_id, q), most)
        held = total(taken.values())
        most = time.mean(most_chips, t, term.span)
        book.row("held", (term.contract_id, term.clause_id, t), held, "<=", term.on * most)
        _reserve(term, t, held * time.cover(term.span, t), held * time.cover(term.span, t))
    each = term.megawatts()
    first_months = {q: min(t for t in term.months if time.quarter_of(t) == q) for q in taken}
    most_by_quarter = {q: time.mean(most_chips, t, term.span) for q, t in first_months.items()}
    term.publish(
        {q: column * each for q, column in taken.items()},
        {q: most * each for q, most in most_by_quarter.items()},
        None,
        (term.pool(),),
    )
    return [_one(term, "held at the end", total(taken.values()), time.mean(most_chips, term.months[-1], term.span))]


def _one(term: Term, what: str, columns: Sum, most: float) -> Sum:
    """One column for a sum of several, so that it can be looked at alone."""
    label = (term.contract_id, term.clause_id, what)
    one = term.twin.book.column("sum", label, most)
    term.twin.book.row("sum", label, one, "=", columns)
    return one


def _enlarge(term: Term, more: Any) -> list[Sum]:
    """Chips more, taken in quarters that begin by a day."""
    time, book, each = term.twin.time, term.twin.book, term.megawatts()
    price, most = more.price_per_chip_hour or term.clause.price_per_chip_hour, float(more.most)
    taken: dict[int, Sum] = {}
    for t in term.months:
        q = time.quarter_of(t)
        if q not in taken and max(time.quarters[q].start, term.span.start) <= more.by:
            taken[q] = book.column("more", (term.contract_id, term.clause_id, q), most)
        held = total(taken.values())
        book.row("more", (term.contract_id, term.clause_id, t), held, "<=", term.on * most)
        cover = time.cover(term.span, t)
        _reserve(term, t, held * cover, held * cover, time.mean(price, t, term.span))
    if not taken:
        return []
    megawatts = {q: column * each for q, column in taken.items()}
    term.publish(megawatts, dict.fromkeys(taken, most * each), None, (term.pool(),))
    return [_one(term, "more at the end", total(taken.values()), most)]


def _extend(term: Term, after: Span, at_end: list[Sum]) -> None:
    """What stands at the end of the term stands for longer, if that is chosen."""
    time, extend = term.twin.time, option_to_extend(term)
    price = term.clause.extend.price_per_chip_hour or term.clause.price_per_chip_hour
    held = Sum()
    for n, part in enumerate(at_end):
        for column, units in part.of.items():
            held.add(if_extended(term, extend, f"{n} {column}", Sum({column: 1.0})) * units)
    for t in range(len(time.months)):
        if cover := time.cover(after, t):
            _reserve(term, t, held * cover, Sum(), time.mean(price, t, after), after)


def lease(term: Term) -> None:
    site, clause = term.twin.programme.sites[term.clause.site], term.clause
    more = clause.enlarge.phases if clause.enlarge is not None else ()
    optional = tuple(dict.fromkeys((*clause.options, *more)))
    firm = tuple(name for name in dict.fromkeys(clause.phases or site.phases) if name not in optional)
    lots = lots_of_phases(term, firm)
    columns, at_end = by_lot(term, lots), []
    for lot in lots:
        span = both(term.span, Span(min(lot.accepted, lot.until), lot.until))
        q = next((q for q, quarter in enumerate(term.twin.time.quarters) if overlap(quarter, span)), None)
        if q is None:
            continue
        _let(term, lot.units, span, columns[lot.name])
        if not term.prior:
            _publish_phase(term, lot.name, {q: columns[lot.name]}, span.start)
        at_end.append((lot.name, columns[lot.name]))
    for name in optional:
        starts = _option(term, name, late=name in more)
        if starts:
            at_end.append((name, _one(term, f"took {name}", total(starts.values()), 1.0)))
    if (after := further(term)) is not None:
        _stay(term, after, at_end)


def _option(term: Term, name: str, late: bool) -> dict[int, Sum]:
    """A phase that may be taken, in one quarter; of an enlargement only by its day."""
    time, clause, phase = term.twin.time, term.clause, term.twin.programme.sites[term.clause.site].phases[name]
    span = phase_span(term.twin, phase, term.span)
    rent = clause.enlarge.rent_per_mw_month if late else None
    starts: dict[int, Sum] = {}
    for n, q in enumerate([q for q, quarter in enumerate(time.quarters) if overlap(quarter, span)]):
        begins = max(time.quarters[q].start, term.span.start)
        if late and begins > clause.enlarge.by and not (n == 0 and time.horizon.start <= clause.enlarge.by):
            continue
        first = max(time.quarters[q].start, span.start)
        if clause.acceptance is not None:
            first = clause.acceptance.after(first)
        serves = both(span, Span(min(first, span.until), span.until))
        if not serves.days:
            continue
        starts[q] = term.twin.book.binary("take", (term.contract_id, name, q))
        _let(term, float(phase.power_mw), serves, starts[q], rent)
    if starts:
        term.twin.book.row("take", (term.contract_id, name), total(starts.values()), "<=", term.on)
        _publish_phase(term, name, starts, span.start)
    return starts


def _publish_phase(term: Term, name: str, starts: dict[int, Sum], since: date) -> None:
    power = float(term.twin.programme.sites[term.clause.site].phases[name].power_mw)
    term.publish(
        {q: column * power for q, column in starts.items()},
        dict.fromkeys(starts, power),
        starts,
        tuple(pool for pool, thing in term.twin.programme.pools.items() if thing.site == term.clause.site),
        names=frozenset({f"{term.clause.site}/{name}"}),
        first_day={q: max(term.twin.time.quarters[q].start, since) for q in starts},
    )


def _let(term: Term, power: float, span: Span, on: Sum, rent: Series | None = None, whole: Span | None = None) -> None:
    """Power of a phase over a span, and its rent: what a deciding landlord builds stands already, strangers take it."""
    time, decides = term.twin.time, term.twin.programme.decides
    site = term.twin.programme.sites[term.clause.site]
    for t in range(len(time.months)):
        cover = time.cover(span, t)
        if cover:
            given = 1 - (site.landlord in decides) - (term.contract.buyer not in decides)
            term.twin.powered[term.clause.site, t].add(on * (power * cover * given))
            mean = time.mean(rent or term.clause.rent_per_mw_month, t, whole or term.span)
            term.owe(t, on * (power * cover * mean), both(time.months[t], whole or term.span), what="rent")


def _stay(term: Term, after: Span, at_end: list[tuple[str, Sum]]) -> None:
    """What is let at the end of the term is let for longer, if that is chosen; a phase no longer than it lasts."""
    phases = term.twin.programme.sites[term.clause.site].phases
    lasting = [(name, column) for name, column in at_end if (phases[name].until or date.max) > after.start]
    if not lasting:
        return
    extend = option_to_extend(term)
    for name, column in lasting:
        span = Span(after.start, min(after.until, phases[name].until or after.until))
        on = if_extended(term, extend, name, column)
        _let(term, float(phases[name].power_mw), span, on, term.clause.extend.rent_per_mw_month, after)


def purchase(term: Term) -> None:
    twin, clause = term.twin, term.clause
    for q in range(len(twin.time.quarters)):
        day = delivery(twin, clause.chip, q)
        if day is None or not term.span.contains(day):
            continue
        comes = next((came for due, came in clause.delivered.items() if twin.time.quarters[q].contains(due)), day)
        serves = _serves_from(term, comes)
        if serves is None:
            continue
        t = next(t for t in twin.time.months_of(q) if twin.time.months[t].contains(day))
        most = twin.time.mean(clause.most, t, term.span)
        least = twin.time.mean(clause.least, t, term.span) if clause.least is not None else 0.0
        ordered = twin.book.column("ordered", (term.contract_id, term.clause_id, q))
        twin.book.row("ordered most", (term.contract_id, term.clause_id, q), ordered, "<=", term.on * most)
        twin.book.row("ordered least", (term.contract_id, term.clause_id, q), ordered, ">=", term.on * least)
        twin.ordered[clause.chip, term.contract.buyer, serves].add(ordered)
        early, paid = _deposit_month(term, day), _month(term, comes)
        spend_on_chips(
            twin,
            clause.chip,
            term.contract.buyer,
            serves,
            ordered * twin.time.mean(clause.price_per_chip, t, term.span),
            term.contract.seller,
            (float(clause.deposit), early),
            paid,
        )
        whole = ordered * twin.time.mean(clause.price_per_chip, t, term.span)
        twin.capex_under[term.contract_id] += [
            (early, whole * float(clause.deposit)),
            (paid, whole * (1 - float(clause.deposit))),
        ]
        one = Lot("", 1.0, day, comes, comes, twin.time.horizon.until)
        for month, amount in damages(term, [one], {}).items():
            twin.pay(ordered * amount, month, term.contract.seller, term.contract.buyer)


def _serves_from(term: Term, comes: date) -> int | None:
    """The first quarter whose chips stand from the day on which these come, or later."""
    days = [(q, delivery(term.twin, term.clause.chip, q)) for q in range(len(term.twin.time.quarters))]
    return next((q for q, day in days if day is not None and day >= comes), None)


def _month(term: Term, day: date) -> int:
    return next((t for t, month in enumerate(term.twin.time.months) if month.contains(day)), 0)


def _deposit_month(term: Term, day: date) -> int:
    """The month in which a deposit is paid, a lead time before delivery; the first where that lies before."""
    return _month(term, term.clause.lead_time.before(day) if term.clause.lead_time is not None else day)
