"""The clauses of a programme, as docs/file.md and docs/model.md put them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from recording import INFINITY, Sum, total
from timing import both, contract_years, month_after, overlap
from twin import Asked, Capex, Due, Started, Twin, delivery, phase_span, spend_on_chips
from twin_refusal import refuse_first

from gigawatt.model.contract import Contract
from gigawatt.values.series import Series
from gigawatt.values.span import Span


@dataclass(frozen=True)
class Term:
    """A clause in its contract: `on` is one, or the column that signs the offer; `span` lies in the horizon."""

    twin: Twin
    contract_id: str
    contract: Contract
    clause_id: str
    clause: Any
    on: Sum

    @property
    def whole_span(self) -> Span:
        """When it is in force, in the horizon or not."""
        horizon = self.twin.time.horizon
        of_contract = Span(self.contract.from_ or horizon.start, self.contract.until or horizon.until)
        own = Span(self.clause.from_ or of_contract.start, self.clause.until or of_contract.until)
        return both(own, of_contract)

    @property
    def span(self) -> Span:
        return both(self.whole_span, self.twin.time.horizon)

    @property
    def months(self) -> list[int]:
        """The months of the horizon that hold a day of it."""
        return [t for t in range(len(self.twin.time.months)) if self.twin.time.cover(self.span, t)]

    @property
    def offered(self) -> bool:
        return self.contract.status == "offer"

    @property
    def prior(self) -> bool:
        """Whether it was contracted before, so that nothing of it is new."""
        signed = self.contract.signed or self.contract.from_
        return not self.offered and signed is not None and signed < self.twin.programme.as_of

    @property
    def names(self) -> frozenset[str]:
        return frozenset({self.contract_id, f"{self.contract_id}/{self.clause_id}"})

    def pool(self) -> str:
        return str(self.clause.pool or f"{self.contract.seller}-{self.clause.chip}")

    def owe(self, t: int, amount: Sum, accrues: Span | None = None, what: str = "") -> None:
        """The buyer pays the seller."""
        days = accrues or both(self.twin.time.months[t], self.span)
        self.twin.dues[self.contract_id, self.clause_id].append(Due(t, days, amount, what))
        self.twin.pay(amount, t, self.contract.buyer, self.contract.seller)

    def megawatts(self) -> float:
        """IT power of a chip of its pool."""
        chip = self.twin.programme.chips[self.twin.programme.pools[self.pool()].chip]
        return float(chip.it_power_kw or 0) / 1000

    def publish(
        self,
        megawatts: dict[int, Sum],
        most: dict[int, float],
        begun: dict[int, Sum] | None,
        pools: tuple[str, ...],
        **more: Any,
    ) -> None:
        """Tell what new capacity it may bring."""
        first = {q: max(self.twin.time.quarters[q].start, self.span.start) for q in megawatts}
        self.twin.started.append(
            Started(
                self.names | more.pop("names", frozenset()),
                more.pop("provider", self.contract.seller),
                pools,
                megawatts,
                most,
                begun,
                more.pop("first_day", first),
                prior=more.pop("prior", self.prior),
                workloads=tuple(self.clause.for_workloads),
                **more,
            )
        )

    def keep_others_out(self, pool: str, t: int, chips: Sum) -> None:
        """Workloads that the clause is not for run on what the pool has from elsewhere."""
        if self.clause.for_workloads:
            self.twin.reserved[pool, t].append((tuple(self.clause.for_workloads), chips))

    def ask(self, prior: bool) -> None:
        """Tell the price of a chip-hour, and whether it was agreed before."""
        mean = self.twin.time.mean
        prices = {t: mean(self.clause.price_per_chip_hour, t, self.span) for t in self.months}
        self.twin.prices.append(Asked(self.contract.seller, self.pool(), prices, prior))


def draft_clauses(twin: Twin) -> None:
    """Write every clause of the contracts that bind or are offered: what provides first, what reads that after it."""
    terms = []
    for contract_id, contract in twin.programme.contracts.items():
        if contract.status not in ("signed", "offer") or not _binds_who_decides(twin, contract):
            continue
        on = twin.book.binary("sign", contract_id) if contract.status == "offer" else twin.one
        terms += [
            Term(twin, contract_id, contract, clause_id, clause, on) for clause_id, clause in contract.clauses.items()
        ]
    for kinds in ORDER:
        for term in terms:
            if term.clause.kind in kinds and term.months:
                kinds[term.clause.kind](term)


def _binds_who_decides(twin: Twin, contract: Contract) -> bool:
    """Whether any party to it is among those who decide; other contracts are left out."""
    named = {getattr(clause, name, None) for clause in contract.clauses.values() for name in clause.party_fields}
    return bool({contract.buyer, contract.seller, *named} & set(twin.programme.decides))


# what provides


def _price(term: Term) -> None:
    pool = term.twin.programme.pools[term.pool()]
    if pool.owner is not None:
        _price_of_owned_chips(term)
    elif term.contract.buyer in term.twin.programme.decides:
        _publish_rent(term, {t: _rent(term, t) for t in term.months})


def _price_of_owned_chips(term: Term) -> None:
    """Chips of a site are there already: their Use is paid for, and no more than `chips` may run."""
    twin, clause, pool = term.twin, term.clause, term.pool()
    for t in term.months:
        term.owe(t, twin.all_use(pool, t) * twin.time.mean(clause.price_per_chip_hour, t, term.span))
        for s in twin.time.slices if clause.chips is not None else ():
            most = twin.time.level(clause.chips, t, term.span)
            label = (term.contract_id, term.clause_id, t, s)
            twin.book.row("on rent", label, twin.chips_in_use(pool, t, s), "<=", most)


def _rent(term: Term, t: int) -> Sum:
    """Chips on rent in a month, and what their Use costs: the Use of each workload that runs on them."""
    twin, pool, label = term.twin, term.pool(), (term.contract_id, term.clause_id, t)
    rented = twin.book.column("rented", label)
    twin.book.row("rented", label, rented, "<=", term.on * _most_on_rent(term, t))
    twin.provided[pool, t].add(rented)
    twin.rented[pool, t].add(rented)
    term.keep_others_out(pool, t, rented)
    price = twin.time.mean(term.clause.price_per_chip_hour, t, term.span)
    for s in twin.time.slices:
        running = Sum()
        for (p, w, month, part), use in twin.use.items():
            if (p, month, part) == (pool, t, s):
                hired = twin.book.column("hired", (*label, w, s), twin.book.most(use))
                twin.hired[pool, w, t, s].add(hired)
                running.add(hired)
                term.owe(t, hired * (price * twin.use_hours(w, t, s)))
        twin.book.row("on rent", (*label, s), running, "<=", rented)
    return rented


def _most_on_rent(term: Term, t: int) -> float:
    """Chips that can be on rent at once: what the clause says, or what all workloads could ask."""
    if term.clause.chips is not None:
        return term.twin.time.level(term.clause.chips, t, term.span)
    asked = {
        (w, s): term.twin.book.most(column)
        for (p, w, month, s), column in term.twin.use.items()
        if (p, month) == (term.pool(), t)
    }
    most = max(sum(most for (_, part), most in asked.items() if part == s) for s in term.twin.time.slices)
    return most * term.twin.time.cover(term.span, t)


def _publish_rent(term: Term, rented: dict[int, Sum]) -> None:
    """Rent is contracted for by the quarter: a level that holds in each month, and steps up are new."""
    twin, each = term.twin, term.megawatts()
    steps: dict[int, Sum] = {}
    most: dict[int, float] = {}
    before = Sum()
    for q in range(len(twin.time.quarters)):
        months = [t for t in twin.time.months_of(q) if t in rented]
        if not months:
            continue
        level = twin.book.column("level", (term.contract_id, term.clause_id, q))
        steps[q] = twin.book.column("step", (term.contract_id, term.clause_id, q)) * each
        for t in months:
            twin.book.row("level", (term.contract_id, term.clause_id, t), rented[t], "<=", level)
        twin.book.row("step", (term.contract_id, term.clause_id, q), level * each - before, "<=", steps[q])
        most[q] = max(_most_on_rent(term, t) for t in months) * each
        before = level * each
    term.publish(steps, most, None, (term.pool(),), prior=False, kept=False)
    term.ask(prior=False)


def _reservation(term: Term) -> None:
    chips = term.clause.chips
    term.ask(term.prior)
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
    stands: dict[int, dict[int, Sum]] = {}
    before = 0.0
    for q in dict.fromkeys(time.quarter_of(t) for t in term.months):
        months = [t for t in term.months if time.quarter_of(t) == q]
        means = [before, *(time.mean(chips, t, term.span) for t in months)]
        steps[q] = sum(max(0.0, later - earlier) for earlier, later in itertools.pairwise(means))
        for t in months:
            _reserve(term, t, term.on * time.level(chips, t, term.span))
        more = {t: time.level(chips, t, term.span) - before * time.cover(term.span, t) for t in months}
        more |= {t: (means[-1] - before) * time.cover(term.span, t) for t in term.months if time.quarter_of(t) > q}
        stands[q] = {t: term.on * (chips_more * each) for t, chips_more in more.items()}
        before = means[-1]
    if term.prior:
        return
    steps = {q: step for q, step in steps.items() if step}
    term.publish(
        {q: term.on * (step * each) for q, step in steps.items()},
        {q: step * each for q, step in steps.items()},
        dict.fromkeys(steps, term.on),
        (term.pool(),),
        stands=stands,
    )


def _choice(term: Term, chips: Any) -> None:
    book, most_steps = term.twin.book, float((chips.max - chips.min) / chips.step)
    steps = book.column("steps", (term.contract_id, term.clause_id), most_steps, whole=True)
    book.row("steps", (term.contract_id, term.clause_id), steps, "<=", term.on * most_steps)
    chosen = term.on * float(chips.min) + steps * float(chips.step)
    for t in term.months:
        _reserve(term, t, chosen * term.twin.time.cover(term.span, t))
    if term.prior:
        return
    q, each = term.twin.time.quarter_of(term.months[0]), term.megawatts()
    stands = {t: chosen * (each * term.twin.time.cover(term.span, t)) for t in term.months}
    term.publish({q: chosen * each}, {q: float(chips.max) * each}, {q: term.on}, (term.pool(),), stands={q: stands})


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
    stands = {
        q: {t: column * (each * time.cover(term.span, t)) for t in term.months if time.quarter_of(t) >= q}
        for q, column in taken.items()
    }
    first_months = {q: min(t for t in term.months if time.quarter_of(t) == q) for q in taken}
    most_by_quarter = {q: time.mean(chips.most, t, term.span) for q, t in first_months.items()}
    term.publish(
        {q: column * each for q, column in taken.items()},
        {q: most * each for q, most in most_by_quarter.items()},
        None,
        (term.pool(),),
        stands=stands,
    )


def _lease(term: Term) -> None:
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
            names=frozenset({name, f"{term.clause.site}/{name}", f"{term.clause.site}.{name}"}),
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


def _purchase(term: Term) -> None:
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


# floors


def _in_year(due: Due, year: Span) -> float:
    """The share of what is due that belongs to a year."""
    return overlap(due.accrues, year) / due.accrues.days


def _take_or_pay(term: Term) -> None:
    time, clause = term.twin.time, term.clause
    if clause.pool or clause.chip:
        pools = [clause.pool or f"{term.contract.seller}-{clause.chip}"]
    else:
        pools = [
            other.pool_id(term.contract.seller) for other in term.contract.clauses.values() if hasattr(other, "pool_id")
        ]
    for year in _years(term):
        counted = both(year, term.span)
        last = time.last_month(counted)
        if last is None:
            continue
        used, most = Sum(), 0.0
        for t in term.months:
            share = overlap(both(time.months[t], term.span), year) / overlap(time.months[t], term.span)
            for pool in dict.fromkeys(pools):
                used.add(term.twin.all_use(pool, t, tuple(clause.for_workloads)) * share)
        most = term.twin.book.most(used)
        floor = time.mean(
            clause.floor_chip_hours, time.last_month(Span(counted.start, counted.start + timedelta(1))) or 0
        )
        _short(
            term,
            year,
            used,
            floor * _part_owed(term, year, clause.taken),
            _done(year, clause.taken, term),
            most,
            last,
            time.mean(clause.deficiency_per_chip_hour, last, counted),
        )


def _years(term: Term) -> Iterator[Span]:
    """The contract years that the clause and the horizon see."""
    contract = term.contract
    horizon = term.twin.time.horizon
    for year in contract_years(contract.from_ or horizon.start, contract.until or horizon.until, horizon):
        if overlap(year, term.span):
            yield year


def _done(year: Span, stated: dict[date, Any], term: Term) -> float:
    """What was done before, where it is stated in the year that the horizon's start cuts."""
    if not _start_is_cut_and_stated(year, stated, term):
        return 0.0
    return float(stated[max(day for day in stated if year.contains(day))])


def _start_is_cut_and_stated(year: Span, stated: dict[date, Any], term: Term) -> bool:
    return year.start < term.twin.time.horizon.start and any(year.contains(day) for day in stated)


def _part_owed(term: Term, year: Span, stated: dict[date, Any]) -> float:
    """The share of a floor that counts: by days where the horizon, the clause or the contract's end cuts the year.

    Where what was done before the horizon is known, the days before it count as well.
    """
    whole = year if getattr(term.clause, "each", "") == "term" else Span(year.start, month_after(year.start, 12))
    counted = both(year, term.span)
    start = both(year, term.whole_span).start if _start_is_cut_and_stated(year, stated, term) else counted.start
    return (counted.until - start).days / whole.days


def _short(
    term: Term, year: Span, done: Sum, floor: float, before: float, most: float, last: int, price: float
) -> None:
    """Pin what is missing to a floor from both sides, and let it be paid."""
    book, label = term.twin.book, (term.contract_id, term.clause_id, year.start)
    floor = max(0.0, floor - before)
    if not floor:
        return
    short = book.binary("short", label)
    missing = book.column("shortfall", label, floor)
    beyond = book.column("excess", label)
    book.row("floor", label, done - term.on * floor, "=", beyond - missing)
    book.row("shortfall", label, missing, "<=", short * floor)
    book.row("excess", label, beyond, "<=", most - short * most)
    end = both(year, term.span).until
    term.owe(last, missing * price, Span(end - timedelta(days=1), end))


def _commitment(term: Term) -> None:
    clause, time = term.clause, term.twin.time
    counted = clause.clauses or tuple(name for name in term.contract.clauses if name != term.clause_id)
    years = [term.whole_span] if clause.each == "term" else list(_years(term))
    for year in years:
        last = time.last_month(both(year, term.span))
        if last is None:
            continue
        spent = Sum()
        for name in counted:
            contract_id, _, clause_id = name.rpartition("/")
            for due in term.twin.dues.get((contract_id or term.contract_id, clause_id), []):
                spent.add(due.amount * _in_year(due, both(year, term.whole_span)))
        floor = float(clause.amount) * _part_owed(term, year, clause.burned)
        _short(term, year, spent, floor, _done(year, clause.burned, term), term.twin.book.most(spent), last, 1.0)


# what closes, shares and funds


def _exclusivity(term: Term) -> None:
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


def _revenue_share(term: Term) -> None:
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
            share = overlap(due.accrues, term.span) / due.accrues.days
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


def _capital_commitment(term: Term) -> None:
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
        opened = total(_opened(term, j, tranche, q, quarter, ready) for j, tranche in enumerate(clause.tranches))
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


def _opened(term: Term, j: int, tranche: Any, q: int, quarter: Span, ready: dict[int, Sum]) -> Sum:
    """What a tranche gives in a quarter: nought before its day, its amount once its condition is met."""
    amount = float(tranche.amount)
    if tranche.from_ is not None and tranche.from_ >= quarter.until:
        return Sum()
    if tranche.when is None:
        return term.on * amount
    twin, label = term.twin, (term.contract_id, term.clause_id, j, q)
    opens = twin.book.binary("ready", label)
    sites = tranche.when.sites or tuple(twin.programme.sites)
    t = twin.time.months_of(q)[0] - 1
    power = total(twin.powered[site, t] for site in sites if t >= 0)
    twin.book.row("ready", label, power, ">=", opens * float(tranche.when.power_mw))
    return opens * amount


def _first_refusal(term: Term) -> None:
    refuse_first(term)


ORDER: tuple[dict[str, Any], ...] = (
    {"price": _price, "reservation": _reservation, "lease": _lease, "purchase": _purchase},
    {"take_or_pay": _take_or_pay},
    {"commitment": _commitment},
    {"exclusivity": _exclusivity, "revenue_share": _revenue_share, "capital_commitment": _capital_commitment},
    {"first_refusal": _first_refusal},
)
_ = INFINITY
