"""The worth of one clause, from the values of plans with it and without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gigawatt.model.clause import Clause
from gigawatt.model.contract import Contract
from gigawatt.model.draft import BUILDERS, CUSTOMERS, SUPPLIERS
from gigawatt.model.programme import Programme
from gigawatt.model.worth import DECIDERS, Bargain, ClauseWorth, Interval, Moved, PartyWorth
from gigawatt.planner.marginal import direct, marginal_prices
from gigawatt.planner.ranges import others
from gigawatt.planner.valuing import Value, only_restricts

SAME = 1e-9
"""Values that differ by no more than this part of the plan's are equal: no solver answers to less."""
MOVED = 1e-3
"""A party that a clause does not name is told where it moves it by so much of its worth to those who decide."""
MOST_OTHERS = 5
DISTINCT = 1e-6
"""A part of what one side loses by which the other must gain less, for there to be anything to bargain about."""


@dataclass(frozen=True)
class Subject:
    """A clause that is valued: its full name, in which contract, and as which versions it signs (`by`)."""

    name: str
    programme: Programme
    contract: Contract
    clause: Clause
    by: frozenset[str]
    versions: tuple[Clause, ...]

    @property
    def words(self) -> str:
        """What it is, between whom."""
        return f"{self.clause.kind.replace('_', ' ')} between {self.contract.buyer} and {self.contract.seller}"

    @property
    def place(self) -> str:
        """File and line."""
        contract_id, _, clause_id = self.name.partition("/")
        return str(self.programme.places.key(("contracts", contract_id, "clauses", clause_id)))


def clause_worth(
    subject: Subject, base: Value, without: Value | str, kept: Value | None, left: Value | str | None
) -> ClauseWorth:
    """The worth of a clause: `base` and `without` are relaxed values, `kept` and `left` whole ones where known.

    Where there is no relaxed plan without it, `without` says why.
    """
    if isinstance(without, str):
        return ClauseWorth(subject.name, subject.words, subject.place, blind=subject.clause.blind, note=without)
    restricts = only_restricts(base, without)
    parties, besides = touched(subject), _besides(subject, base, without)
    among = _differences(base, without, parties)
    whole = {}
    if kept is not None and isinstance(left, Value):
        # integers are held at one of the plans that are as good: others may lie as far apart as relaxed ones
        found = _differences(kept, left, parties)
        whole = {party: each.hull(among.get(party, each)) for party, each in found.items()}
        whole[DECIDERS] = _between(kept, left, restricts)
    decided = _worth(subject, base, without, DECIDERS, among, whole)
    told = [_worth(subject, base, without, party, among, whole) for party in parties]
    return ClauseWorth(
        clause=subject.name,
        words=subject.words,
        place=subject.place,
        parties=(decided, *told),
        others=tuple(Moved(party, base.of(party) - without.of(party)) for party in besides),
        marginal=marginal_prices(base, subject.by),
        bargain=bargain(decided, told, subject.programme.decides),
        restricts=restricts,
        blind=subject.clause.blind,
        note=left if isinstance(left, str) else "",
    )


def _between(kept: Value, left: Value, restricts: bool) -> Interval:
    """What a clause may be worth to those who decide, by the bounds of both solves."""
    one, two = Interval(kept.found, kept.bound), Interval(left.found, left.bound)
    if kept.is_as(left):
        return Interval(0.0, 0.0)
    found = _blurred(one.less(two), one, two)
    # a plan that keeps a restriction is a plan without it
    return found.within(float("-inf"), 0.0) if restricts else found


def _blurred(difference: Interval, *of: Interval) -> Interval:
    """What some values differ by, which is nought where it is less than the solver's tolerance of the largest."""
    size = max(max(abs(each.least), abs(each.most)) for each in of)
    if max(abs(difference.least), abs(difference.most)) <= SAME * max(size, 1.0):
        return Interval(0.0, 0.0)
    return difference


def _differences(kept: Value, left: Value, parties: Sequence[str]) -> dict[str, Interval]:
    """The worth by party, over all plans as good with the clause and without; where those are the same, over each."""
    if left.is_as(kept):
        one, two = kept.per_unit(parties), left.per_unit(parties)
        moved = {party: one[party] - two[party] for party in parties}
        same = {party: Interval(0.0, 0.0) for party, each in moved.items() if not each.any()}
        apart = {party: each for party, each in moved.items() if party not in same}
        return same | kept.ranges_of(apart)
    return {
        party: _blurred(each.less(left.ranges[party]), each, left.ranges[party])
        for party, each in kept.ranges.items()
        if party in left.ranges
    }


def _worth(
    subject: Subject,
    base: Value,
    without: Value,
    party: str,
    among: Mapping[str, Interval],
    whole: Mapping[str, Interval],
) -> PartyWorth:
    decides = frozenset(subject.programme.decides)
    before, after = (each.found if party == DECIDERS else each.of(party) for each in (base, without))
    one, two = Interval(before, before), Interval(after, after)
    relaxed = _blurred(one.less(two), one, two).middle
    stated = subject.clause.unseen
    unseen = [
        float(amount) for name, amount in stated.items() if name == party or (party == DECIDERS and name in decides)
    ]
    return PartyWorth(
        party=party,
        relaxed=relaxed,
        among=among.get(party, Interval(relaxed, relaxed)),
        whole=whole.get(party),
        direct=direct(base, subject.by, decides if party == DECIDERS else frozenset({party})),
        unseen=sum(unseen) if unseen else None,
    )


def touched(subject: Subject) -> list[str]:
    """The parties whose clause it is, but for one that decides alone: of the contract, and those that it names."""
    contract, standing = subject.contract, {CUSTOMERS, SUPPLIERS, BUILDERS}
    named = sorted({name for each in subject.versions for name in (*each.named_parties, *each.unseen)})
    if len(subject.programme.decides) == 1:
        standing |= {*subject.programme.decides}
    return [party for party in dict.fromkeys((contract.buyer, contract.seller, *named)) if party not in standing]


def _besides(subject: Subject, base: Value, without: Value) -> list[str]:
    """The parties that it does not concern and moves all the same, those that it moves most first."""
    told = {*touched(subject), CUSTOMERS}
    decides = subject.programme.decides
    parties = dict.fromkeys((*(decides if len(decides) > 1 else ()), *others(base.draft), *others(without.draft)))
    moved = {party: abs(base.of(party) - without.of(party)) for party in parties if party not in told}
    least = max(MOVED * abs(base.found - without.found), SAME * abs(base.found), 1.0)
    return sorted((party for party in moved if moved[party] > least), key=lambda party: -moved[party])[:MOST_OTHERS]


def bargain(decided: PartyWorth, parties: Sequence[PartyWorth], decides: Sequence[str]) -> Bargain | None:
    """At which price two sides would both be better off without a clause; None where they would not.

    The sides are those who decide together and one other; where all decide, any two of them.
    """
    outside = [each for each in parties if each.party not in decides]
    if outside:
        sides = [(decided, each) for each in outside]
    else:
        sides = [(one, two) for n, one in enumerate(parties) for two in parties[n + 1 :]]
    found = [both for one, two in sides for both in (_bargain(one, two), _bargain(two, one)) if both is not None]
    return max(found, key=lambda each: each.most - each.least, default=None)


def _bargain(loser: PartyWorth, winner: PartyWorth) -> Bargain | None:
    # what one loses at least, and the other gains at most
    cost = -loser.interval.most - (loser.unseen or 0.0)
    gain = winner.interval.most + (winner.unseen or 0.0)
    told_apart = loser.interval.is_distinguishable and winner.interval.is_distinguishable
    if not (told_apart and cost - gain > DISTINCT * cost and gain > 0):
        return None
    return Bargain(loser.party, winner.party, gain, cost)
