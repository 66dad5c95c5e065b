"""First refusal, as docs/model.md puts it: elsewhere only once the holder has sold what it could have standing."""

from __future__ import annotations

from datetime import date

from twin_recording import Sum, total
from twin_state import Started, Twin
from twin_term import Term
from twin_timing import both

A_KILOWATT = 0.001


def first_refusal(term: Term) -> None:
    """Rows of one clause, and what matching pays back."""
    twin, clause = term.twin, term.clause
    holder = clause.holder or term.contract.seller
    covered = clause.workloads or clause.for_workloads or tuple(twin.programme.workloads)
    quarters = [
        q
        for q, quarter in enumerate(twin.time.quarters)
        if max(quarter.start, term.span.start) < min(quarter.until, term.span.until)
    ]
    ability = _ability(term, holder, quarters)
    taken = {pool: _taken(term, holder, pool, range(quarters[-1] + 1)) for pool in ability}
    begun: dict[tuple[frozenset[str], int], Sum] = {}
    for option in twin.started:
        if option.provider == holder or _free(option, clause, covered):
            continue
        if not any(twin.rate(twin.programme.workloads[w], p) is not None for w in covered for p in option.pools):
            continue
        against = [pool for pool in ability if _serve_alike(twin, pool, option, covered)]
        for q in quarters:
            if q in option.megawatts:
                switch = _switch(term, option, q, begun)
                _hold(term, option, q, switch, against, ability, taken)
    if clause.match:
        _match(term, holder, list(taken))


def _ability(term: Term, holder: str, quarters: list[int]) -> dict[str, dict[int, float]]:
    """MW that the holder could have standing, by pool and quarter: as stated, and no more than it offers."""
    time = term.twin.time
    offered: dict[str, dict[int, float]] = {}
    for own in term.twin.started:
        if own.provider != holder or not own.kept or len(own.pools) != 1:
            continue
        stock = offered.setdefault(own.pools[0], dict.fromkeys(quarters, 0.0))
        for q in quarters:
            if own.begun is not None:
                stock[q] += sum(most for start, most in own.most.items() if start <= q)
            else:
                stock[q] += own.most.get(q, 0.0)
    if not term.clause.ability:
        return offered
    return {
        pool: {q: min(time.mean(series, time.months_of(q)[0]), offered.get(pool, {}).get(q, 0.0)) for q in quarters}
        for pool, series in term.clause.ability.items()
    }


def _taken(term: Term, holder: str, pool: str, quarters: range) -> dict[int, Sum]:
    """New MW of the holder's taken by each quarter; rent may be given back, so that it is never taken."""
    book, label = term.twin.book, (term.contract_id, term.clause_id, pool)
    stock: dict[int, Sum] = {}
    before = Sum()
    for q in quarters:
        more = total(
            own.megawatts[q]
            for own in term.twin.started
            if own.provider == holder and pool in own.pools and own.kept and q in own.megawatts
        )
        stock[q] = book.column("N", (*label, q))
        book.row("N", (*label, q), stock[q], "=", before + more)
        before = stock[q]
    return stock


def _free(option: Started, clause: object, covered: tuple[str, ...]) -> bool:
    """Whether an option of another provider need not be put to the holder."""
    excepted, declined = set(clause.except_), set(clause.declined)  # type: ignore[attr-defined]
    return (
        option.prior
        or (option.own_build and "own_build" in excepted)
        or option.provider in excepted
        or bool(option.names & (excepted | declined))
        or (bool(option.workloads) and not set(option.workloads) & set(covered))
    )


def _serve_alike(twin: Twin, pool: str, option: Started, covered: tuple[str, ...]) -> bool:
    """Whether a class of the holder can serve a covered workload that is open to the option."""
    for name in covered:
        workload = twin.programme.workloads[name]
        if option.workloads and name not in option.workloads:
            continue
        if twin.rate(workload, pool) is not None and any(twin.rate(workload, p) is not None for p in option.pools):
            return True
    return False


def _switch(term: Term, option: Started, q: int, begun: dict[tuple[frozenset[str], int], Sum]) -> Sum:
    """The column that is one where anything of the option begins in a quarter."""
    if option.begun is not None:
        return option.begun[q]
    if (option.names, q) not in begun:
        begun[option.names, q] = term.twin.book.binary("begun", (term.clause_id, option.provider, q))
    switch = begun[option.names, q]
    term.twin.book.row(
        "begun", (term.clause_id, *sorted(option.names), q), option.megawatts[q], "<=", switch * option.most[q]
    )
    return switch


def _hold(
    term: Term,
    option: Started,
    q: int,
    switch: Sum,
    against: list[str],
    ability: dict[str, dict[int, float]],
    taken: dict[str, dict[int, Sum]],
) -> None:
    book, label = term.twin.book, (term.contract_id, term.clause_id, *sorted(option.names), q)
    wait = term.clause.respond_within
    if wait is not None and option.first_day[q] < _answered(term.span.start, wait):
        signed = book.least(option.megawatts[q])
        book.row("silent", label, option.megawatts[q], "<=", signed + (1.0 - term.on) * option.most[q])
        if switch.of != term.twin.one.of:
            book.row("silent", label, switch, "<=", 1.0 - term.on)
            return
    for pool in against:
        could = ability[pool][q]
        partial = term.clause.partial or not option.kept  # rent can be had in any part
        due = (switch + term.on - 1.0) * (could if partial else could + A_KILOWATT)
        book.row("refusal", (*label, pool), taken[pool][q], ">=", due if partial else due - option.megawatts[q])


def _answered(start: date, wait: object) -> date:
    return wait.after(start)  # type: ignore[attr-defined, no-any-return]


def _match(term: Term, holder: str, pools: list[str]) -> None:
    """The holder meets the cheapest price open elsewhere for the same chip, on what stands of what was newly taken."""
    twin, excepted = term.twin, set(term.clause.except_)
    for pool in pools:
        chip = twin.programme.pools[pool].chip
        for t in term.months:
            own = [
                asked.by_month[t]
                for asked in twin.prices
                if asked.provider == holder and asked.pool == pool and t in asked.by_month
            ]
            others = [
                asked.by_month[t]
                for asked in twin.prices
                if asked.provider != holder
                and not asked.prior
                and t in asked.by_month
                and twin.programme.pools[asked.pool].chip == chip
                and asked.provider not in excepted
            ]
            if own and others and min(others) < min(own):
                for chips, days in twin.newly[holder, pool, t]:
                    stands = twin.time.cover(days, t)
                    part = twin.time.cover(both(days, term.span), t) / stands if stands else 0.0
                    back = chips * ((min(own) - min(others)) * twin.time.all_hours(t) * part)
                    twin.pay(back, t, holder, term.contract.buyer)
