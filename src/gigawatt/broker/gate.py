"""The verdict on an ask: every clause in force is heard, what is overridden falls silent, and nobody guesses.

Pure: the same programme, ask and facts give the same verdict. A clause that fails denies, and says so.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import combinations, pairwise

from gigawatt.errors import GigawattError
from gigawatt.history.ending import agreed
from gigawatt.history.known import ranked
from gigawatt.history.versions import Held
from gigawatt.model.amendment import Waiver
from gigawatt.model.clause import Clause
from gigawatt.model.contract import Contract
from gigawatt.model.facts import Facts
from gigawatt.model.programme import Programme
from gigawatt.model.provenance import Place
from gigawatt.model.verdict import Ask, ClauseView, Opinion, Reason, Ruling, Verdict
from gigawatt.values.ids import unknown
from gigawatt.values.span import Span


@dataclass(frozen=True, slots=True)
class _Seat:
    """One version of a clause over the days on which it is in force, as it sits at the gate."""

    name: str
    clause: Clause
    view: ClauseView
    start: date
    until: date
    waivers: tuple[Waiver, ...]
    words: str
    place: Place


@dataclass(frozen=True, slots=True)
class _Said:
    """A clause that spoke."""

    seat: _Seat
    opinion: Opinion

    @property
    def name(self) -> str:
        """The clause's full name."""
        return self.seat.name


class Gate:
    """The contracts of a programme, ready to be asked. Make it once: looking clauses up is what costs time."""

    def __init__(self, programme: Programme, facts: Facts | None = None) -> None:
        self.programme, self.facts = programme.as_written, facts or Facts()
        self._contracts = agreed(self.programme, self.facts.notices)
        self.history = self._contracts.history
        self._days = self.history.known_days
        self._ranked = ranked(self.programme)
        self._seats = lru_cache(maxsize=1024)(self._seats_of)
        self._overriding = lru_cache(maxsize=1024)(self._overriding_of)

    def decide(self, ask: Ask) -> Verdict:
        """What the contracts say to an ask. GigawattError where it names what the programme does not have."""
        _check(self.programme, ask)
        verdicts = []
        for part in self._parts(ask):
            heard = self._heard(part)
            verdicts.append(_verdict(ask, heard, _contradicting(heard)))
        return max(verdicts, key=lambda verdict: verdict.ruling)

    def _parts(self, ask: Ask) -> list[Ask]:
        """A placement by the days between which the same clauses hold, so that each is heard on its own days."""
        if ask.verb != "place" or ask.span is None or ask.span.days < 2:
            return [ask]
        span, epoch = ask.span, bisect_right(self._days, ask.known or ask.on)
        seats = (*self._seats(epoch, ask.verb), *self._overriding(epoch, ask.verb))
        inside = {day for seat in seats for day in (seat.start, seat.until) if span.start < day < span.until}
        cuts = [span.start, *sorted(inside), span.until]
        return [replace(ask, span=Span(start, until)) for start, until in pairwise(cuts)]

    def _seats_of(self, epoch: int, verb: str) -> list[_Seat]:
        """Every signed clause that may speak to such an ask, by what is known since the day of that number."""
        return [
            self._seat(clause, held, known)
            for clause, held, known in self._binding(epoch, self.history.versions)
            if type(clause).gate is not Clause.gate and verb in clause.verbs
        ]

    def _overriding_of(self, epoch: int, verb: str) -> list[_Seat]:
        """Every signed clause that overrides others, whether it has anything to say to such an ask or not."""
        if verb not in ("place", "procure"):
            return []
        names = [(contract_id, clause_id) for contract_id, clause_id, _ in self._ranked]
        return [
            self._seat(clause, held, known) for clause, held, known in self._binding(epoch, names) if clause.overrides
        ]

    def _binding(self, epoch: int, names: Iterable[tuple[str, str]]) -> Iterator[tuple[Clause, Held, date]]:
        """What signed clauses say over time, suspended days left out, and the day as known on which they do."""
        known = self._days[epoch - 1] if epoch else date.min
        for contract_id, clause_id in names:
            if not _binds(self.programme.contracts[contract_id], known):
                continue
            for held in self.history.held(contract_id, clause_id, known):
                if held.version.clause is not None and not held.suspended:
                    yield held.version.clause, held, known

    def _seat(self, clause: Clause, held: Held, known: date) -> _Seat:
        span, cite, contract_id = held.span, clause.cite, held.version.contract_id
        view = self._contracts.view(contract_id, held.version.clause_id, span, known, self.facts)
        words = cite.in_words if cite is not None else ""
        place = self.programme.places.key(held.version.path)
        lasts = clause.about_the_end and span.until == self.history.until(contract_id, known)
        until = date.max if lasts else span.until
        return _Seat(view.name, clause, view, span.start, until, _waivers(held), words, place)

    def _sitting(self, seats: list[_Seat], ask: Ask) -> Iterator[_Seat]:
        """Those in force on the days of an ask, and not waived for it."""
        supplier = self.programme.pools[ask.pool].supplier if ask.pool is not None else None
        first, last = (
            (ask.span.start, ask.span.until) if ask.verb == "place" and ask.span is not None else (ask.on, None)
        )
        for seat in seats:
            begins = seat.start < last if last is not None else seat.start <= first
            if begins and first < seat.until and not (seat.waivers and _waived(seat.waivers, ask, supplier)):
                yield seat

    def _heard(self, ask: Ask) -> list[_Said]:
        """What every clause in force says, those that are overridden left out."""
        epoch, said = bisect_right(self._days, ask.known or ask.on), []
        for seat in self._sitting(self._seats(epoch, ask.verb), ask):
            opinion = _opinion(seat.clause, ask, seat.view)
            if opinion is not None:
                said.append(_Said(seat, opinion))
        overriding = {one.name for one in said if one.seat.clause.overrides}
        # as in a plan, what overrides need say nothing itself for others to yield to it, for the workloads it is about
        for seat in self._sitting(self._overriding(epoch, ask.verb), ask):
            if not seat.clause.subjects or ask.workload in seat.clause.subjects:
                overriding.add(seat.name)
        if not overriding:
            return said
        silent: set[str] = set()
        for contract_id, clause_id, yielding in self._ranked:
            if f"{contract_id}/{clause_id}" in overriding - silent:
                silent.update(yielding)
        return [one for one in said if one.name not in silent]


def _contradicting(heard: list[_Said]) -> list[tuple[_Said, _Said]]:
    """The pairs of those heard that give the same to two parties."""
    if len(heard) < 2:
        return []
    claims = [(one, claim) for one in heard for claim in one.seat.clause.claims(one.seat.view)]
    return [(one, two) for (one, mine), (two, other) in combinations(claims, 2) if mine.contradicts(other)]


def _binds(contract: Contract, known: date) -> bool:
    """Whether a contract rules: an offer, a letter of intent or an announcement says nothing at the gate."""
    return contract.status == "signed" and (contract.recorded is None or contract.recorded <= known)


def _waivers(held: Held) -> tuple[Waiver, ...]:
    return tuple(pause.waiver for pause in held.pauses if pause.waiver is not None)


def _waived(waivers: tuple[Waiver, ...], ask: Ask, supplier: str | None) -> bool:
    """Whether the clause is waived for what is asked."""
    return any(
        (not waiver.workloads or ask.workload in waiver.workloads)
        and (not waiver.providers or bool({ask.provider, ask.pool, supplier} & set(waiver.providers)))
        for waiver in waivers
    )


def _opinion(clause: Clause, ask: Ask, view: ClauseView) -> Opinion | None:
    """What one clause says; one that fails denies, since a promise that cannot be read may not be broken."""
    try:
        return clause.gate(ask, view)
    except GigawattError:
        raise
    except Exception as fault:
        return Opinion(Ruling.DENY, f"the clause could not be read, so that nothing is let through: {fault!r}")


def _verdict(ask: Ask, heard: list[_Said], contradicting: list[tuple[_Said, _Said]]) -> Verdict:
    """The strongest of what was said; two clauses that contradict each other are referred to people."""
    reasons = [_reason(one) for one in heard]
    if contradicting:
        both = dict.fromkeys(one.name for pair in contradicting for one in pair)
        first = [reason for reason in reasons if reason.clause in both]
        rest = [reason for reason in reasons if reason.clause not in both]
        conflict = f"{' and '.join(both)} contradict each other, and neither overrides the other"
        return Verdict(Ruling.REFER, ask, (*first, *rest), missing=(conflict,))
    ordered = sorted(zip(heard, reasons, strict=True), key=lambda pair: -pair[0].opinion.ruling)
    if not ordered:
        return _unspoken(ask)
    strongest = ordered[0][0].opinion
    because = tuple(reason for _, reason in ordered)
    alike = [one.opinion for one, _ in ordered if one.opinion.ruling == strongest.ruling]
    missing = tuple(dict.fromkeys(what for opinion in alike for what in opinion.missing))
    return Verdict(strongest.ruling, ask, because, strongest.holder, strongest.deadline, strongest.answers, missing)


def _unspoken(ask: Ask) -> Verdict:
    """Where no clause says anything: to run or to buy is free; who may see, or decide, is not guessed."""
    if ask.verb in ("place", "procure"):
        return Verdict(Ruling.ALLOW, ask)
    what = f"who may have {ask.subject}" if ask.verb == "access" else f"who decides on {ask.decision}"
    return Verdict(Ruling.REFER, ask, missing=(f"no clause in force says {what}",))


def _reason(one: _Said) -> Reason:
    return Reason(one.name, one.opinion.ruling, one.opinion.why, one.seat.words, one.seat.place)


def _check(programme: Programme, ask: Ask) -> None:
    """GigawattError where an ask names a party, workload or pool that the programme does not have."""
    named: tuple[tuple[str, str | None, Collection[str]], ...] = (
        ("party", ask.by, programme.parties),
        ("party", ask.provider, programme.parties),
        ("workload", ask.workload, programme.workloads),
        ("pool", ask.pool, programme.pools),
        ("contract", ask.contract, programme.contracts),
    )
    for what, name, known in named:
        if name is not None and name not in known:
            raise GigawattError(unknown(what, name, known))
    supplier = programme.pools[ask.pool].supplier if ask.pool is not None else None
    if supplier is not None and ask.provider not in (None, supplier):
        raise GigawattError(f"pool {ask.pool} is of {supplier}, and not of {ask.provider}; name one of the two alone")
