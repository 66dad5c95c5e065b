"""What clauses are worth to each party: differences between plans with them and without, and what that leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

DECIDERS = "those who decide"
"""Stands where a party's name does for all of them together."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The least and the most that a figure may be, money."""

    least: float
    most: float

    @property
    def middle(self) -> float:
        """Half-way between both."""
        return (self.least + self.most) / 2.0

    @property
    def is_distinguishable(self) -> bool:
        """Whether it lies on one side of nought."""
        return self.least > 0 or self.most < 0

    def less(self, other: Interval) -> Interval:
        """The difference of two figures of which either may be anywhere in its interval."""
        return Interval(self.least - other.most, self.most - other.least)

    def hull(self, other: Interval) -> Interval:
        """The least interval that holds both."""
        return Interval(min(self.least, other.least), max(self.most, other.most))

    def within(self, least: float, most: float) -> Interval:
        """The part that lies between two bounds."""
        return Interval(min(max(self.least, least), most), max(min(self.most, most), least))


@dataclass(frozen=True, slots=True)
class PartyWorth:
    """What a clause is worth to a party (or to `DECIDERS`), discounted money: with it, less without.

    `relaxed` compares canonical relaxed plans, and `among` is where it lies over all relaxed plans as good. `whole` is
    the interval of whole plans, from both solves' bounds; None where they were not asked for or not found. `direct` is
    what the clause itself pays the party in the relaxed plan with it. `unseen` is what the file states that no plan
    sees.
    """

    party: str
    relaxed: float
    among: Interval
    whole: Interval | None
    direct: float
    unseen: float | None = None

    @property
    def interval(self) -> Interval:
        """Of whole plans where they were found, else of relaxed ones."""
        return self.whole or self.among

    @property
    def estimate(self) -> float:
        """One figure: the relaxed one where it lies in the interval, else the interval's nearer end."""
        return min(max(self.relaxed, self.interval.least), self.interval.most)


@dataclass(frozen=True, slots=True)
class Moved:
    """By how much the canonical relaxed plan with a clause leaves a party better off than that without; money.

    Its range among plans as good is not worked out.
    """

    party: str
    amount: float


@dataclass(frozen=True, slots=True)
class Marginal:
    """The price of one more unit of a limit that a clause sets, in every period in which it binds; discounted money.

    `price` is the sum of the duals: what those who decide gain by one unit more in each of the `periods`.
    """

    what: str
    unit: str
    price: float
    periods: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Bargain:
    """That `payer` would pay `payee` between `least` and `most` to be rid of a clause, and both would gain."""

    payer: str
    payee: str
    least: float
    most: float

    @property
    def middle(self) -> float:
        """Where both gain alike."""
        return (self.least + self.most) / 2.0


@dataclass(frozen=True, slots=True)
class Share:
    """A party's Shapley share of a clause among those that are valued together; `error` is the half of a 95 % interval,
    nought where every order was counted."""

    amount: float
    error: float = 0.0


@dataclass(frozen=True, slots=True)
class ClauseWorth:
    """A clause and what it is worth; `parties` begins with those who decide, and `others` are those it moves besides.
    Who decides alone is told as those who decide.

    `restricts` where it only forbids, so that to take it away cannot hurt those who decide. `blind` says in words what
    no plan sees of a clause of its kind. `note` says what is missing and why.
    """

    clause: str
    words: str
    place: str
    parties: tuple[PartyWorth, ...] = ()
    others: tuple[Moved, ...] = ()
    marginal: tuple[Marginal, ...] = ()
    bargain: Bargain | None = None
    restricts: bool = False
    shares: Mapping[str, Share] = field(default_factory=dict)
    blind: str = ""
    note: str = ""

    @property
    def deciders(self) -> PartyWorth | None:
        """What it is worth to those who decide; None where that was not found."""
        return self.parties[0] if self.parties else None


@dataclass(frozen=True, slots=True)
class Solved:
    """How whole plans were searched for: to which gap those with all clauses came, within which budget."""

    whole: bool
    gap: float
    budget_seconds: float
    seconds: float
    value: float
    bound: float


@dataclass(frozen=True, slots=True)
class Worth:
    """What each of some clauses of a programme is worth, in its currency, with contracts as known on a day.

    `shares` says how those who share were counted: `exact`, `sampled` over so many orders, or why there are none.
    """

    programme: str
    title: str
    currency: str
    as_of: date
    decides: tuple[str, ...]
    clauses: tuple[ClauseWorth, ...]
    solved: Solved
    shares: str = ""
    changes: tuple[str, ...] = ()

    def of(self, clause: str) -> ClauseWorth:
        """One clause by its name. Raises KeyError where it was not valued."""
        for each in self.clauses:
            if each.clause == clause:
                return each
        raise KeyError(clause)

    def name_of(self, party: str) -> str:
        """A party as it is told: of those who decide the name, where it is one alone."""
        return self.decides[0] if party == DECIDERS and len(self.decides) == 1 else party

    def as_dict(self) -> dict[str, Any]:
        """The answer as plain values, intervals as pairs with whether they tell the worth from nought."""
        told = asdict(self)
        told["as_of"] = str(self.as_of)
        for clause, one in zip(told["clauses"], self.clauses, strict=True):
            for party, each in zip(clause["parties"], one.parties, strict=True):
                party["estimate"] = each.estimate
                party["distinguishable"] = each.interval.is_distinguishable
            if one.bargain is not None:
                clause["bargain"]["middle"] = one.bargain.middle
        return told
