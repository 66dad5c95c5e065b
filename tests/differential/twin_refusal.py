"""First refusal, as docs/model.md puts it: elsewhere only once the holder has sold what it could have standing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from recording import Sum
from twin import Started, Twin

if TYPE_CHECKING:
    from twin_clauses import Term

A_KILOWATT = 0.001


def refuse_first(term: Term) -> None:
    """Rows of one clause, and what matching pays back."""
    twin, clause = term.twin, term.clause
    holder = clause.holder or term.contract.seller
    covered = clause.workloads or clause.for_workloads or tuple(twin.programme.workloads)
    quarters = [q for q, quarter in enumerate(twin.time.quarters)
                if max(quarter.start, term.span.start) < min(quarter.until, term.span.until)]
    ability = _ability(term, holder, quarters)
    first = quarters[0] if clause.ability else 0
    taken = {pool: _taken(term, holder, pool, range(first, quarters[-1] + 1)) for pool in ability}
    begun: dict[tuple[str, int], Sum] = {}
    for option in twin.started:
        if option.provider == holder or _free(option, clause, covered):
            continue
        against = [pool for pool in ability if _serve_alike(twin, pool, option, covered)]
        if not against:
            continue
        for q in quarters:
            if q in option.megawatts:
                switch = _switch(term, option, q, begun)
                _hold(term, option, q, switch, against, ability, taken)
    if clause.match:
        _match(term, holder, covered, taken)


def _ability(term: Term, holder: str, quarters: list[int]) -> dict[str, dict[int, float]]:
    """MW that the holder could have standing, by pool and quarter: as stated, and no more than it offers."""
    time = term.twin.time
    offered: dict[str, dict[int, float]] = {}
    for own in term.twin.started:
        if own.provider != holder or len(own.pools) != 1:
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
    """New MW of the holder's taken in these quarters and kept, by quarter."""
    book, label = term.twin.book, (term.contract_id, term.clause_id, pool)
    stock: dict[int, Sum] = {}
    before = Sum()
    for q in quarters:
        more = Sum()
        for n, own in enumerate(term.twin.started):
            if own.provider != holder or pool not in own.pools:
                continue
            if own.levels is None:
                if q in own.megawatts:
                    more.add(own.megawatts[q])
            else:
                kept = book.column("kept", (*label, n, q))
                more.add(kept)
                for later in range(q, quarters[-1] + 1):
                    own.kept.setdefault(later, Sum()).add(kept)
        stock[q] = book.column("N", (*label, q))
        book.row("N", (*label, q), stock[q], "=", before + more)
        before = stock[q]
    for n, own in enumerate(term.twin.started):
        if own.levels is not None and own.provider == holder and pool in own.pools:
            for q, kept in own.kept.items():
                for t, level in own.levels.get(q, {}).items():
                    book.row("kept", (*label, n, t), kept, "<=", level)
            own.kept.clear()
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


def _switch(term: Term, option: Started, q: int, begun: dict[tuple[str, int], Sum]) -> Sum:
    """The column that is one where anything of the option begins in a quarter."""
    if option.begun is not None:
        return option.begun[q]
    if (option.provider, q) not in begun:
        begun[option.provider, q] = term.twin.book.binary("begun", (term.clause_id, option.provider, q))
    switch = begun[option.provider, q]
    term.twin.book.row("begun", (term.clause_id, *sorted(option.names), q), option.megawatts[q], "<=",
                       switch * option.most[q])
    return switch


def _hold(term: Term, option: Started, q: int, switch: Sum, against: list[str],
          ability: dict[str, dict[int, float]], taken: dict[str, dict[int, Sum]]) -> None:
    book, label = term.twin.book, (term.contract_id, term.clause_id, *sorted(option.names), q)
    wait = term.clause.respond_within
    if wait is not None and option.first_day[q] < _answered(term.span.start, wait):
        book.row("silent", label, switch, "<=", 0.0)
        return
    for pool in against:
        could = ability[pool][q]
        due = could if term.clause.partial else could - option.most[q] + A_KILOWATT
        if due > 0:
            book.row("refusal", (*label, pool), taken[pool][q], ">=", switch * due)


def _answered(start: date, wait: object) -> date:
    return wait.after(start)  # type: ignore[attr-defined, no-any-return]


def _match(term: Term, holder: str, covered: tuple[str, ...], taken: dict[str, dict[int, Sum]]) -> None:
    """The holder meets the cheapest price that is open elsewhere: the difference comes back on what was taken."""
    twin = term.twin
    for pool, stock in taken.items():
        each = float(twin.programme.chips[twin.programme.pools[pool].chip].it_power_kw or 0) / 1000
        for t in term.months:
            own = [price for offer in twin.prices if offer.provider == holder and offer.pool == pool
                   and (price := offer.by_month.get(t)) is not None]
            others = [price for offer in twin.prices
                      if offer.provider != holder and not offer.prior and (price := offer.by_month.get(t)) is not None
                      and any(twin.rate(twin.programme.workloads[w], p) is not None for w in covered
                              for p in (offer.pool,))]
            if own and others and min(others) < min(own):
                hours = twin.time.all_hours(t) * twin.time.cover(term.span, t)
                back = stock[twin.time.quarter_of(t)] * ((min(own) - min(others)) * hours / each)
                twin.pay(back, t, holder, term.contract.buyer)
