"""The days on which a contract may be over, each a case of its own, and what is due for ending it early."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from twin_recording import Sum, total
from twin_state import Twin
from twin_term import Term
from twin_timing import month_after

from gigawatt.model.contract import Contract
from gigawatt.values.series import Series
from gigawatt.values.span import Span

PRICES = ("price_per_chip_hour", "rent_per_mw_month")


def before(day: date, time: Any) -> date:
    """A length of time before a day."""
    return month_after(day, -time.months) - timedelta(days=time.days + -(-time.hours // 24))


def after(day: date, time: Any, times: int = 1) -> date:
    """A length of time after a day, so many times: calendar months first, then days."""
    return month_after(day, time.months * times) + timedelta(days=(time.days + -(-time.hours // 24)) * times)


class Ends:
    """Of one contract: `days` on which it may be over, `renewed` those after its own, `early` those before."""

    def __init__(self, twin: Twin, contract_id: str, contract: Contract) -> None:
        self.twin, self.contract_id, self.contract = twin, contract_id, contract
        self.horizon = twin.time.horizon
        self.own = contract.until or self.horizon.until
        self.chain, self.renewals, self.early = [self.own], [self.own], {}
        self.choices: list[date] = []
        """Ends beyond which the plan may renew it or not."""
        for clause_id, clause in contract.clauses.items():
            if clause.kind == "renewal":
                self._renew(clause_id, clause)
        for clause_id, clause in contract.clauses.items():
            if clause.kind == "termination":
                self._end(clause_id, clause)

    def _notices(self, clause_id: str, parties: tuple[str, ...]) -> list[date]:
        return sorted(
            event.date
            for event in self.twin.programme.events
            if event.kind == "notice" and event.clause == f"{self.contract_id}/{clause_id}" and event.by in parties
            and event.known_from <= self.twin.programme.as_of
        )  # fmt: skip

    def _may(self, parties: tuple[str, ...], last_day: date) -> bool:
        programme = self.twin.programme
        return bool(set(parties) & set(programme.decides)) and programme.as_of <= last_day

    def _renew(self, clause_id: str, clause: Any) -> None:
        silent = clause.unless_notice is not None
        parties = clause.by or ((self.contract.buyer, self.contract.seller) if silent else (self.contract.buyer,))
        notice, n, last_before = clause.unless_notice or clause.on_notice, 0, date.min
        while self.chain[-1] < self.horizon.until and (clause.times is None or n < clause.times):
            end = after(self.own, clause.length, n) if n else self.own
            last_day, n = before(end, notice), n + 1
            said = any(last_before < day <= last_day for day in self._notices(clause_id, parties))
            last_before, further = last_day, after(self.own, clause.length, n)
            self.renewals.append(further)
            if not said and self._may(parties, last_day):
                self.choices.append(end)
                self.chain.append(further)
            elif said != silent:
                self.chain[-1] = further
            else:
                return

    def _end(self, clause_id: str, clause: Any) -> None:
        parties = clause.by or (self.contract.buyer,)
        for day in self._notices(clause_id, parties):
            over = after(day, clause.notice)
            if over < self.chain[-1]:
                self.chain = [end for end in self.chain if end < over] + [over]
                self.early[over] = clause_id
        quarter = date(self.horizon.start.year, 1, 1)
        while quarter < self.horizon.until:
            last_day, first = (
                before(quarter, clause.notice),
                max(self.contract.from_ or date.min, clause.from_ or date.min),
            )
            inside = first <= last_day < (clause.until or date.max) and quarter > max(first, self.horizon.start)
            possible = quarter < max(self.chain) and quarter not in self.chain
            if clause.option and inside and possible and self._may(parties, last_day):
                self.early[quarter] = clause_id
            quarter = month_after(quarter, 3)

    def otherwise(self, end: date) -> date:
        """When it would be over if it did not end early."""
        return min((day for day in self.renewals if day > end), default=self.horizon.until)


def cases(twin: Twin, contract_id: str, contract: Contract, on: Sum) -> Iterator[tuple[str, Contract, Sum, str]]:
    """The contract as it reads for each day on which it may be over, with its column and by which clause it ends."""
    ends = Ends(twin, contract_id, contract)
    days = sorted({*ends.chain, *ends.early})
    if len(days) == 1:
        yield contract_id, _over(contract, ends, days[0]), on, ends.early.get(days[0], "")
        return
    over = {day: twin.book.binary("over", (contract_id, day)) for day in days}
    twin.book.row("over", contract_id, total(over.values()), "=", on)
    for day, column in over.items():
        yield f"{contract_id}~{day}", _over(contract, ends, day), column, ends.early.get(day, "")


def _over(contract: Contract, ends: Ends, day: date) -> Contract:
    """The contract as if this were its end, at the prices that hold from its renewal on."""
    if day == contract.until:
        return contract
    prices = next((clause.price for clause in contract.clauses.values() if clause.kind == "renewal"), {})
    clauses = {}
    for name, clause in contract.clauses.items():
        changed: dict[str, Any] = {}
        if day > ends.own and clause.until is not None and clause.until >= ends.own:
            changed |= {"until_": None, "through": None}
        if day > ends.own and name in prices:
            field = next(each for each in PRICES if hasattr(clause, each))
            changed[field] = _from(getattr(clause, field), prices[name].price, ends.own)
        clauses[name] = clause.model_copy(update=changed)
    return contract.model_copy(update={"until_": day, "through": None, "clauses": clauses})


def _from(old: Series, new: Series, day: date) -> Series:
    """The old values until a day, the new ones from then on."""
    held = [value for point, value in new.points if point <= day][-1]
    later = [point for point in new.points if point[0] > day]
    return Series((*[point for point in old.points if point[0] < day], (day, held), *later))


def termination(term: Term) -> None:
    """What whoever ends it pays, in the contract's last month: an amount, or a share of the months that are left."""
    clause, twin, until = term.clause, term.twin, term.contract.until
    if term.ended_by != term.clause_id or clause.fee is None or until is None or until > twin.time.horizon.until:
        return
    amount = term.on * float(clause.fee.amount)
    if clause.fee.of_rest:
        last = next(t for t, month in enumerate(twin.time.months) if month.contains(until - timedelta(days=1)))
        whole = last if twin.time.months[last].until == until else last - 1
        ends = Ends(twin, term.own_id, twin.programme.contracts[term.own_id])
        left = _months(until, ends.otherwise(until))
        counted = clause.clauses or tuple(term.contract.clauses)
        amount = total(
            due.amount * (left * float(clause.fee.amount))
            for name in counted
            for due in twin.dues.get((term.contract_id, name), [])
            if due.t == whole and (clause.clauses or due.what in ("rent", "fee"))
        )
    buyer, seller, t = term.contract.buyer, term.contract.seller, term.months[-1]
    who = next((one for one in clause.by or (buyer,) if one in twin.programme.decides), buyer)
    twin.pay(amount, t, who, seller if who == buyer else buyer)


def _months(start: date, until: date) -> float:
    whole = 0
    while month_after(start, whole + 1) <= until:
        whole += 1
    first, following = month_after(start, whole), month_after(start, whole + 1)
    return whole + (until - first).days / (following - first).days


def service_level(term: Term) -> None:
    """Where availability is expected to fall short, a share of the month's fees comes back."""
    clause, twin, time = term.clause, term.twin, term.twin.time
    for name, other in term.contract.clauses.items() if clause.expected is not None else ():
        placed = any(getattr(other, field, None) for field in ("chip", "pool", "site"))
        if not placed or (clause.clauses and name not in clause.clauses):
            continue
        for due in list(twin.dues.get((term.contract_id, name), [])):
            if not time.cover(term.span, due.t) or not (clause.clauses or due.what in ("rent", "fee")):
                continue
            expected = time.mean(clause.expected, due.t, term.span)
            steps = [float(share) for below, share in clause.credit.items() if expected < float(below)]
            share = min(max(steps, default=0.0), float(clause.cap) if clause.cap is not None else 1.0)
            days = _inside(due.accrues, time.months[due.t])
            part = _inside(days, term.span).days / days.days
            twin.pay(due.amount * -(share * part), due.t, term.contract.buyer, term.contract.seller)


def _inside(one: Span, other: Span) -> Span:
    start = max(one.start, other.start)
    return Span(start, max(start, min(one.until, other.until)))


def first_on(term: Term) -> None:
    """Use elsewhere only once the workload has run with the provider, or will have soon enough."""
    clause, twin = term.clause, term.twin
    provider = clause.provider or term.contract.seller
    for name in clause.workloads or clause.for_workloads or tuple(twin.programme.workloads):
        theirs, others = [], []
        for (pool, workload, t, s), column in twin.use.items():
            thing = twin.programme.pools[pool]
            if workload != name or not twin.time.cover(term.span, t):
                continue
            if provider in (thing.owner, thing.provider):
                theirs.append((t, s, column))
            elif not {pool, thing.owner, thing.provider} & set(clause.except_):
                others.append((pool, t, s, column))
        if others:
            if name in clause.offered:
                _from_day(term, name, others)
            else:
                _in_order(term, name, theirs, others)


def _from_day(term: Term, name: str, others: list[Any]) -> None:
    clause, twin = term.clause, term.twin
    offered = clause.offered[name]
    free = after(offered, clause.head_start) if clause.within is None else before(offered, clause.within)
    shut = Span(term.span.start, max(term.span.start, min(free, term.span.until)))
    for pool, t, s, column in others:
        most = twin.book.most(column) * twin.wanted_share(name, shut, t)
        label = (term.contract_id, term.clause_id, name, pool, t, s)
        twin.book.row("not yet", label, column, "<=", twin.book.most(column) - term.on * most)


def _in_order(term: Term, name: str, theirs: list[Any], others: list[Any]) -> None:
    clause, twin, time = term.clause, term.twin, term.twin.time
    label, starts = (term.contract_id, term.clause_id, name), {}
    for t in term.months:
        starts[t] = twin.book.binary("offers", (*label, t))
        mean = total(column * (time.hours(t, s) / time.all_hours(t)) for u, s, column in theirs if u == t)
        least = float(clause.least) * time.cover(term.span, t)
        twin.book.row("offers", (*label, t), mean, ">=", starts[t] * least)
    twin.book.row("offered once", label, total(starts.values()), "<=", 1.0)
    for pool, t, s, column in others:
        month = _inside(time.months[t], term.span)
        if clause.within is not None and after(month.start, clause.within) >= term.span.until:
            continue
        opened = Sum()
        for u, start in starts.items():
            placed = _inside(time.months[u], term.span).start
            if clause.within is not None:
                share = float(placed <= after(month.start, clause.within))
            else:
                free = after(placed, clause.head_start)
                share = max(0, (month.until - max(free, month.start)).days) / month.days
            opened.add(start * share)
        most = twin.book.most(column) * twin.wanted_share(name, term.span, t)
        twin.book.row(
            "elsewhere", (*label, pool, t, s), column, "<=", twin.book.most(column) - (term.on - opened) * most
        )
