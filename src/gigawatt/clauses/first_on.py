"""`first_on`: a product is offered on one provider first, or there soon after it is elsewhere."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.clause import Clause, Complaint, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.contract import Contract
from gigawatt.model.deadline import Deadline
from gigawatt.model.draft import UseTable
from gigawatt.model.facts import Facts
from gigawatt.model.fields import Count, Day, Duration, Id
from gigawatt.model.parsing import refuse
from gigawatt.model.programme import Programme
from gigawatt.model.term import Term
from gigawatt.model.verdict import Ask, ClauseView, Opinion, Ruling
from gigawatt.promises.closing import close_use
from gigawatt.values import span
from gigawatt.values.span import Span


class FirstOn(Clause):
    """Workloads run on others' pools only once they run with the provider, or if they soon do."""

    kind: Literal["first_on"]
    provider: Id | None = Field(default=None, description="where they are offered first; the seller if absent")
    workloads: tuple[Id, ...] = Field(default=(), description="the products; all workloads if absent")
    head_start: Duration = Field(
        default=span.Duration(), description="how long they are offered there before they are elsewhere"
    )
    within: Duration | None = Field(
        default=None, description="instead of first: how long after they are elsewhere they must be offered there"
    )
    least: Count = Field(default=1, validate_default=True, description="chips in use there that count as offered")
    offered: dict[Id, Day] = Field(default_factory=dict, description="day on which a workload was offered there")
    except_: tuple[Id, ...] = Field(default=(), alias="except", description="pools or providers that are free")

    blind: ClassVar[str] = "what a product earns by the days for which it must wait elsewhere"
    party_fields: ClassVar[tuple[str, ...]] = ("provider",)
    verbs: ClassVar[frozenset[str]] = frozenset({"place"})
    by_record: ClassVar[bool] = True
    fit: ClassVar[Fit] = Fit.EXACT

    @model_validator(mode="after")
    def _before_or_after(self) -> "FirstOn":
        if self.within is not None and self.head_start != span.Duration():
            refuse("comes before others by `head_start`, or after them by `within`; give one of the two", "within")
        if self.least <= 0:
            refuse("of nought chips is no offer; give how many count", "least")
        return self

    def complaints(self, contract: Contract, term: Term, programme: Programme) -> Iterator[Complaint]:
        """Days for workloads that it does not cover."""
        for name in self.offered:
            if name not in programme.workloads or (self.subjects and name not in self.subjects):
                covered = ", ".join(self.subjects or programme.workloads)
                yield ("offered", name), f"{name} is none of the workloads that it covers: {covered}"

    def beneficiaries(self, contract: Contract) -> tuple[str, ...]:
        """The provider."""
        return (self.provider or contract.seller,)

    def constrain(self, draft: ClauseDraft) -> None:
        """Use elsewhere is closed until the workload is placed with the provider, and its head start is over."""
        programme = draft.programme
        theirs, others = self._pools(programme, draft.contract)
        for name in self.subjects or tuple(programme.workloads):
            use = draft.use(others, [name])
            if not len(use):
                continue
            if name in self.offered:
                self._close_until(draft, use, self._free_from(self.offered[name]))
            else:
                self._order(draft, name, draft.use(theirs, [name]), use)

    def _pools(self, programme: Programme, contract: Contract) -> tuple[list[str], list[str]]:
        """The provider's pools, and those of others that are not excepted."""
        provider, free = self.provider or contract.seller, set(self.except_)
        theirs = [name for name, pool in programme.pools.items() if provider in (pool.owner, pool.provider)]
        others = [
            name
            for name, pool in programme.pools.items()
            if name not in theirs and name not in free and not free & {pool.owner, pool.provider}
        ]
        return theirs, others

    def _free_from(self, offered: date) -> date:
        """The first day on which a workload may be elsewhere, given the day on which it was offered."""
        return self.head_start.after(offered) if self.within is None else self.within.before(offered)

    def _close_until(self, draft: ClauseDraft, use: UseTable, free: date) -> None:
        """Close Use before a day; of the month that holds it, the part before."""
        before = Span(draft.span.start, max(draft.span.start, min(free, draft.span.until)))
        if before.days:
            close_use(draft, use.where(draft.calendar.cover(before)[use.month] > 0), before)

    def _order(self, draft: ClauseDraft, name: str, theirs: UseTable, others: UseTable) -> None:
        """It runs elsewhere only once it has run with the provider, on `least` so many chips, in some month."""
        calendar = draft.calendar
        months = np.flatnonzero(draft.cover > 0)
        names = tuple(calendar.month_names[t] for t in months)
        starts = draft.add_columns(f"offers {name}", (names,), unit="1", upper=1.0, integer=True)
        there = draft.add_rows(f"offers {name}", (names,), unit="chip", lower=0.0)
        place = np.searchsorted(months, theirs.month)
        # the mean of a month over its slices: those of training are one column for them all
        draft.add_entries(there[place], theirs.columns, theirs.hours / calendar.month_hours[theirs.month])
        draft.add_entries(there, starts, -float(self.least) * draft.cover[months])
        once = draft.add_rows(f"offered once {name}", (), unit="1", upper=1.0)
        draft.add_entries(once, starts, 1.0)
        opens = draft.add_columns(f"open {name}", (names,), unit="1", upper=1.0)
        rows = draft.add_rows(f"open {name}", (names,), unit="1", lower=0.0, upper=0.0)
        draft.add_entries(rows, opens, 1.0)
        draft.add_entries(rows[1:], opens[:-1], -1.0)
        share = self._open_share(draft, months)
        changes = np.diff(share, axis=1, prepend=0.0)
        which, month = np.nonzero(changes)
        draft.add_entries(rows[month], starts[which], -changes[which, month])
        self._close_unless(draft, name, months, opens, others)

    def _open_share(self, draft: ClauseDraft, months: Ints) -> Floats:
        """Share of the days in force of month t on which it is open elsewhere if first placed in month s, (s, t)."""
        spans = [draft.calendar.months[t].within(draft.span) for t in months]
        share = np.zeros((len(months), len(months)))
        for n, placed in enumerate(spans):
            for m, month in enumerate(spans):
                if self.within is None:
                    free = Span(min(self.head_start.after(placed.start), date.max), date.max)
                    share[n, m] = month.overlap(free) / month.days
                else:
                    share[n, m] = float(placed.start <= self.within.after(month.start))
        return share

    def _close_unless(self, draft: ClauseDraft, name: str, months: Ints, opens: Ints, others: UseTable) -> None:
        """`use <= most (what is not in force + what is open)` for Use elsewhere; of an offer, if it is signed."""
        held = np.ones(len(others), dtype=bool)
        if self.within is not None:
            # nothing is said of time that lies past the horizon, or past the clause
            last = np.array(
                [self.within.after(draft.calendar.months[t].within(draft.span).start) for t in others.month]
            )
            held = np.array([day < draft.span.until for day in last], dtype=bool)
        others = others.where(held)
        if not len(others):
            return
        shut = draft.share_of_use(others) * others.upper
        labels = tuple(draft.draft.column_label(int(column)) for column in others.columns)
        rows = draft.add_rows(f"elsewhere {name}", (labels,), unit="chip", upper=others.upper)
        draft.add_entries(rows, others.columns, 1.0)
        draft.add_entries(rows, draft.on, shut)
        draft.add_entries(rows, opens[np.searchsorted(months, others.month)], -shut)

    def gate(self, ask: Ask, view: ClauseView) -> Opinion | None:
        """Placement elsewhere is denied until it was offered with the provider; by the facts, or as the file says."""
        theirs, others = self._pools(view.programme, view.contract)
        if ask.verb != "place" or ask.pool not in others or (self.subjects and ask.workload not in self.subjects):
            return None
        provider, name = self.provider or view.contract.seller, ask.workload or "a workload"
        offered = self._offered_on(name, theirs, view.facts)
        if self.within is not None:
            return self._too_late(ask, view, provider, name, offered, others)
        if offered is None or offered > ask.on:
            return Opinion(Ruling.DENY, f"{name} is offered with {provider} first, and has not been yet")
        free = self._free_from(offered)
        if ask.when.start < free:
            why = f"{name} is offered with {provider} since {offered}, and elsewhere from {free} on"
            return Opinion(Ruling.DENY, why)
        return Opinion(Ruling.ALLOW, f"{name} is offered with {provider} since {offered}")

    def _offered_on(self, workload: str, pools: list[str], facts: Facts) -> date | None:
        """The day on which a workload was offered in some pools: as stated, or of the first month in which it ran."""
        stated = self.offered.get(workload)
        ran = [one.month for one in facts.use if one.pool in pools and one.workload == workload and one.chip_hours > 0]
        days = [date.fromisoformat(f"{month}-01") for month in ran] + ([stated] if stated is not None else [])
        return min(days, default=None)

    def _too_late(
        self, ask: Ask, view: ClauseView, provider: str, name: str, offered: date | None, others: list[str]
    ) -> Opinion:
        """Elsewhere is free for so long, counted from the day on which it was there first."""
        assert self.within is not None
        if offered is not None and offered <= ask.when.start:
            return Opinion(Ruling.ALLOW, f"{name} is offered with {provider} since {offered}")
        first = _ran_first(name, others, view.facts) or ask.when.start
        last = self.within.after(max(first, view.span.start))
        if ask.when.start <= last:
            return Opinion(Ruling.ALLOW, f"{name} must be offered with {provider} by {last}", deadline=last)
        return Opinion(Ruling.DENY, f"{name} is elsewhere since {first}, and was not offered with {provider} by {last}")

    def deadlines(self, view: ClauseView) -> tuple[Deadline, ...]:
        """The last day on which each workload that is elsewhere already must be offered with the provider."""
        if self.within is None:
            return ()
        theirs, others = self._pools(view.programme, view.contract)
        found = []
        for name in self.subjects or tuple(view.programme.workloads):
            first = _ran_first(name, others, view.facts)
            if first is not None and self._offered_on(name, theirs, view.facts) is None:
                provider = self.provider or view.contract.seller
                words = f"last day to offer {name} with {provider}"
                found.append(Deadline(self.within.after(first), "expiry", view.contract.buyer, words))
        return tuple(found)


def _ran_first(workload: str, pools: list[str], facts: Facts) -> date | None:
    """The first day of the first month in which a workload ran in some pools."""
    ran = [one.month for one in facts.use if one.pool in pools and one.workload == workload and one.chip_hours > 0]
    return min((date.fromisoformat(f"{month}-01") for month in ran), default=None)
