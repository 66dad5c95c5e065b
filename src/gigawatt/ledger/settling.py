"""Settle months: what every clause posts for what happened, or why a month stays open. Pure: nothing is kept here.

The same programme and facts give the same postings, in whatever order the facts arrived. A clause that raises is asked
again without the latest facts, so that what came before the fault is settled, and every month from there on stays open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import takewhile

from gigawatt.errors import GigawattError
from gigawatt.history.billing import Read, posted
from gigawatt.history.naming import by_version
from gigawatt.model.facts import Facts, day_of
from gigawatt.model.posting import ClauseBook, Posting
from gigawatt.model.programme import Programme
from gigawatt.model.remaining import Remaining
from gigawatt.values.span import Span, parse_day


@dataclass(frozen=True, slots=True)
class Failure:
    """That a clause could not be settled from a month on, and why; no month from there on is."""

    month: str
    clause: str
    why: str

    def __str__(self) -> str:
        return f"{self.month} stays open: {self.clause} cannot be settled: {self.why}"


@dataclass(frozen=True)
class Settlement:
    """What is settled: postings of `months` in clause order; `failures` say from when on months are left open."""

    months: tuple[str, ...]
    postings: tuple[Posting, ...]
    failures: tuple[Failure, ...] = ()
    read: Mapping[Posting, frozenset[object]] = field(default_factory=dict)
    """The facts from which each posting was reckoned."""
    remaining: tuple[Remaining, ...] = ()
    """What is left of promises at the end of each settled month."""

    @property
    def open_from(self) -> str | None:
        """The first month that stays open for a fault; None where there is none."""
        return min((failure.month for failure in self.failures), default=None)

    def of(self, month: str) -> tuple[Posting, ...]:
        """The postings of one settled month. GigawattError where it is not settled, with the reason."""
        for failure in self.failures:
            if failure.month <= month:
                raise GigawattError(f"{failure}; mend that, and settle again")
        if month not in self.months:
            raise GigawattError(f"{month} is not among the months that were settled; settle through it")
        return tuple(one for one in self.postings if one.month == month)


def settle_through(programme: Programme, facts: Facts, through: str, today: date) -> Settlement:
    """Settle the months of a programme (as known) from its first through `through`, from all facts at hand.

    `facts.signed` may be left empty: then the contracts that the programme has as signed bind. Raises GigawattError
    for a month that is not over by `today`, or outside the horizon.
    """
    months = tuple(programme.horizon.months)
    asked = _asked(months, through, today)
    if not facts.signed:
        facts = replace(facts, signed=_signed(programme))
    attempt = _Attempt(months)
    facts, told = by_version(programme, facts)
    read: Read = {}
    found = posted(programme, months, facts, attempt.ask, read=read)
    failures = tuple(failure for failure in attempt.failures if failure.month <= asked[-1])
    until = min((failure.month for failure in failures), default=None)
    settled = tuple(takewhile(lambda month: until is None or month < until, asked))
    postings = tuple(one for one in found if one.month in settled)
    remaining = tuple(one for one in attempt.remaining if one.month in settled)
    sources = {one: frozenset(told.get(fact, fact) for fact in read[one]) for one in postings}
    return Settlement(settled, postings, failures, sources, remaining)


def _asked(months: tuple[Span, ...], through: str, today: date) -> tuple[str, ...]:
    """The names of the months that are to be settled."""
    try:
        last = f"{parse_day(through):%Y-%m}"
    except ValueError as fault:
        raise GigawattError(f"cannot settle through {through!r}: {fault}") from fault
    names = [_name(month) for month in months]
    if last not in names:
        raise GigawattError(f"{last} lies outside the horizon, {names[0]} through {names[-1]}; settle a month in it")
    asked = names[: names.index(last) + 1]
    for name, month in zip(asked, months, strict=False):
        if month.until > today:
            before = asked[asked.index(name) - 1] if name != asked[0] else None
            mend = f"settle through {before}" if before else f"wait until {month.until}"
            raise GigawattError(f"{name} is not over on {today}, and what is not over is not settled; {mend}")
    return tuple(asked)


def _signed(programme: Programme) -> frozenset[str]:
    return frozenset(name for name, contract in programme.contracts.items() if contract.status == "signed")


def _name(month: Span) -> str:
    return f"{month.start:%Y-%m}"


@dataclass
class _Attempt:
    """Asks clauses what they post, and remembers which could not say, and from which month on."""

    months: tuple[Span, ...]
    failures: list[Failure] = field(default_factory=list)
    remaining: list[Remaining] = field(default_factory=list)

    def ask(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """What a clause posts; where it raises, of the months before the one whose facts make it do so."""
        try:
            return self._answered(book, facts)
        except Exception as fault:
            why = str(fault) or type(fault).__name__
            for month in reversed(self.months):
                try:
                    kept = self._answered(book, _before(facts, month))
                except Exception as earlier:
                    why = str(earlier) or type(earlier).__name__
                    continue
                self.failures.append(Failure(_name(month), book.name, why))
                return [one for one in kept if one.month < _name(month)]
        first = next((month for month, days in zip(self.months, book.term.days, strict=True) if days), self.months[0])
        self.failures.append(Failure(_name(first), book.name, why))
        return []

    def _answered(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """What a clause posts; what is left of it is kept too."""
        posted = book.clause.post(book, facts)
        self.remaining += book.clause.remaining(book, replace(facts, heed=None))
        return posted


def _before(facts: Facts, month: Span) -> Facts:
    """The facts of earlier months; notices and offers are kept, since they tell how contracts read."""
    return facts.keeping(lambda item: (day_of(item) or date.min) < month.start, ("notices", "offers"))
