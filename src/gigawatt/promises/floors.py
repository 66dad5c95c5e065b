"""Floors by contract year, of a quantity or of money: what falls short, what lies above, and what is kept for later.

What is kept lies in lots by the year in which it arose, used first in first out, and lapses some years after. A bill
reckons it exactly with `Lots`; a plan pins the same with `pin` and `PlannedLots`, a few binaries a year, so that the
amounts are the contract's whoever decides. Years are numbered from the first that the plan or the bill sees, those
before it below nought.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field, field_validator

from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.clause import Clause, OnPool
from gigawatt.model.draft import Unit
from gigawatt.model.fields import Duration, Share
from gigawatt.model.parsing import refuse
from gigawatt.model.term import Term
from gigawatt.model.thing import Thing
from gigawatt.values import span
from gigawatt.values.ids import own_id
from gigawatt.values.span import Span, add_months

if TYPE_CHECKING:
    from gigawatt.model.clause_draft import ClauseDraft
    from gigawatt.model.contract import Contract
    from gigawatt.model.programme import Programme
    from gigawatt.model.verdict import ClauseView


class Keeps(Thing):
    """Something of a contract year that is kept for later ones, until it lapses."""

    expires: Duration = Field(description="how long it is kept after its year, in whole years")

    @field_validator("expires", mode="after")
    @classmethod
    def _whole_years(cls, value: span.Duration) -> span.Duration:
        if value.days or value.hours or not value.months or value.months % 12:
            refuse(
                f"{value} is no whole number of years; what is kept is reckoned at the end of each contract year, "
                "so write 12 months, 2 years and so on"
            )
        return value

    @property
    def years(self) -> int:
        """How many contract years after its own it can be used in."""
        return self.expires.months // 12

    @property
    def at_start(self) -> Mapping[date, Decimal]:
        """What was kept when the horizon began, by a day of the contract year in which it arose."""
        return {}


class CarryForward(Keeps):
    """What lies above the floor of a year counts toward the floors of later ones, for at most a share of each."""

    most: Share = Field(description="the most that may count, as a share of the floor toward which it counts")


@dataclass(frozen=True)
class Part:
    """A version of a clause, by its name in its contract, over its days."""

    name: str
    term: Term


def parts_of(clause_id: str, term: Term) -> list[Part]:
    """The versions of a clause in order of time: of a promise that was suspended for a while, or amended, whose
    contract years go on."""
    versions = [
        Part(name, Term(one, term.contract, term.months))
        for name, one in term.contract.clauses.items()
        if own_id(name) == own_id(clause_id) and type(one) is type(term.clause)
    ]
    found = sorted((one for one in versions if one.term.whole.days), key=lambda one: one.term.whole.start)
    return found if any(one.term.clause is term.clause for one in found) else [Part(clause_id, term)]


def in_year(parts: Sequence[Part], year: Span) -> list[Part]:
    """The versions that have days of the horizon in a contract year; the last of them settles it for all."""
    return [one for one in parts if year.overlap(one.term.inside)]


def counted_days(parts: Sequence[Part], year: Span, done: Mapping[date, Decimal]) -> list[tuple[Part, Span]]:
    """The days of a contract year that count under each version.

    Where the horizon's start cuts the year, and what was `done` by then is stated, they count from the year's first day
    on, else from the horizon's.
    """
    horizon = parts[0].term.horizon
    stated = any(year.start <= day < horizon.start for day in done)
    since = year.start if stated else max(year.start, horizon.start)
    counted = Span(since, max(since, min(year.until, horizon.until)))
    days = [(one, counted.within(one.term.whole)) for one in parts]
    return [(one, span) for one, span in days if span.days]


def share_of_parts(parts: Sequence[Part], term: Term) -> list[Fraction]:
    """The share of each month's days under all versions that lie under one of them, by month."""
    total = [sum(days) for days in zip(*(one.term.days for one in parts), strict=True)]
    return [Fraction(mine, each) if each else Fraction(0) for mine, each in zip(term.days, total, strict=True)]


def year_number(first: Span, day: date) -> int:
    """The number of the contract year that holds a day before the year `first`, which is number nought: -1, -2, ..."""
    years = 0
    while day < add_months(first.start, -12 * years):
        years += 1
    return -years


def opening(terms: Keeps, years: list[Span]) -> dict[int, Decimal]:
    """What was kept when the first of some years began, by the number of the year in which it arose.

    A day stands for the contract year that holds it. Of the years themselves nothing need be stated, and it is left
    out: it follows from what is done in them.
    """
    lots: dict[int, Decimal] = {}
    for day, amount in terms.at_start.items():
        number = year_number(years[0], day) if years else 0
        if number < 0:
            lots[number] = lots.get(number, Decimal(0)) + amount
    return lots


def over(clause: Clause, view: ClauseView) -> date:
    """The first day on which a clause is no longer in force; the last day there is where the file leaves that open."""
    stated = set(view.programme.stated_keys("contracts", view.contract_id))
    closed = not stated or stated & {"through", "until"} or clause.until is not None
    return view.span.until if closed or view.span.until < view.programme.horizon.until else date.max


def years_in_force(clause: Clause, view: ClauseView) -> list[tuple[Span, Span, int]]:
    """The contract years that touch the horizon and that this version of a clause settles, each with its days in force:
    from the first until the last, and how many there are under this version and those before it."""
    term, until = Term(clause, view.contract, tuple(view.programme.horizon.months)), over(clause, view)
    named = ((name, one) for name, one in view.contract.clauses.items() if own_id(name) == own_id(view.clause_id))
    spans = [one.span_within(view.contract.span) for _, one in named]
    earlier = [span for span in spans if span.start < view.span.start]
    later = [span for span in spans if span.start >= view.span.until]
    mine = Span(view.span.start if earlier else term.whole.start, until)
    found = []
    for year in term.years:
        counted = [year.within(span) for span in (*earlier, mine)]
        counted = [span for span in counted if span.days]
        if counted and year.overlap(mine) and not any(year.overlap(span) for span in later):
            whole = Span(counted[0].start, counted[-1].until)
            found.append((year, whole, sum(span.days for span in counted)))
    return found


def lapses(terms: Keeps, years: list[Span]) -> list[tuple[date, Decimal]]:
    """The last day on which each lot that was kept when the years began can be used, and how much it is."""
    lots = opening(terms, years)
    ends = [(add_months(years[0].start, 12 * (number + terms.years + 1)), lot) for number, lot in lots.items()]
    return [(end - timedelta(days=1), lot) for end, lot in ends]


def deliverable(programme: Programme, contract: Contract, pools: Sequence[str], span: Span) -> Fraction | None:
    """The most chip-hours that a contract can bring to some pools in a span; None where nothing in it bounds them, or
    where others bring chips to them too."""
    days = [span.start + timedelta(days=n) for n in range(span.days)]
    most = Fraction(0)
    for other in programme.contracts.values():
        for clause in other.clauses.values():
            if not isinstance(clause, OnPool) or clause.pool_id(other.seller) not in pools:
                continue
            if other is not contract or programme.pools[clause.pool_id(other.seller)].owner is not None:
                return None
            own = clause.span_within(other.span_within(span))
            chips = [clause.most_chips(day) for day in days if own.contains(day)]
            if None in chips:
                return None
            most += sum((Fraction(one) * 24 for one in chips if one is not None), Fraction(0))
    return most or None


@dataclass
class Lots:
    """What is kept, exactly: lots by the number of their year, oldest first, each for `years` years after its own."""

    years: int
    left: dict[int, Fraction]

    @classmethod
    def of(cls, terms: Keeps | None, years: list[Span]) -> Lots:
        """Those of a clause's terms as the first of its years begins; without terms nothing is ever kept."""
        if terms is None:
            return cls(0, {})
        return cls(terms.years, {number: Fraction(lot) for number, lot in opening(terms, years).items()})

    def use(self, year: int, most: Fraction) -> Fraction:
        """Use up to `most` in a year, oldest lots first; what has lapsed before it is gone. Returns what was used."""
        self.left = {number: lot for number, lot in self.left.items() if number + self.years >= year}
        wanted = most
        for number in sorted(self.left):
            part = min(wanted, self.left[number])
            self.left[number] -= part
            wanted -= part
        return most - wanted

    def keep(self, year: int, lot: Fraction) -> None:
        """Keep a lot of a year for those after it."""
        if self.years:
            self.left[year] = lot


@dataclass(frozen=True)
class Level:
    """An amount in a plan, `sum of factors x columns`, that lies between `surely` and `most`; flat arrays, one length.

    No columns where it is nought whatever the plan does.
    """

    columns: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    factors: Floats = field(default_factory=lambda: np.zeros(0))
    most: float = 0.0
    surely: float = 0.0

    @classmethod
    def column(cls, column: int, most: float, surely: float = 0.0) -> Level:
        """One column."""
        return cls(np.array([column], dtype=np.int64), np.ones(1), most, surely)

    @classmethod
    def given(cls, draft: ClauseDraft, amount: float) -> Level:
        """A stated amount, where the contract is signed."""
        return cls(np.array([draft.on], dtype=np.int64), np.array([amount]), amount, 0.0 if draft.is_offer else amount)

    def __add__(self, other: Level) -> Level:
        return self._with(other, 1.0, self.most + other.most, self.surely + other.surely)

    def __sub__(self, other: Level) -> Level:
        """This less what is a part of it."""
        return self._with(other, -1.0, self.most, max(0.0, self.surely - other.most))

    def _with(self, other: Level, sign: float, most: float, surely: float) -> Level:
        columns = np.concatenate([self.columns, other.columns])
        return Level(columns, np.concatenate([self.factors, sign * other.factors]), most, surely)


def pin(
    draft: ClauseDraft, label: str, columns: Ints, amounts: Floats, due: float, *, unit: Unit, keeps: bool
) -> tuple[Level, Level]:
    """The shortfall and the excess of `sum of amounts x columns` against what is due, pinned from both sides.

    `quantity - due on = excess - shortfall`, and one binary forbids both above nought, so that each is what the
    contract says, whoever decides; where the bounds of the columns leave one of the two at nought, there is none.
    What lies above is worked out where it is due for something (`keeps`) or where something may fall short.
    """
    upper = draft.draft.upper_of(columns) if len(columns) else np.zeros(0)
    given = columns == draft.draft.one
    least = float(np.where(given, amounts, np.minimum(amounts, 0.0)) @ upper)
    most = float(np.where(given, amounts, np.maximum(amounts, 0.0)) @ upper)
    short_most, over_most = max(0.0, due - least), max(0.0, most - due)
    if draft.is_offer:
        over_most = max(over_most, most)  # not signed, all that is taken is above
    short = over = Level()
    surely = 0.0 if draft.is_offer else due - most
    if not short_most and not (keeps and over_most):
        return short, over
    balance = draft.add_rows(f"floor {label}", (), unit=unit, lower=0.0, upper=0.0)
    draft.add_entries(balance, columns, amounts)
    draft.add_entries(balance, draft.on, -due)
    if short_most:
        column = int(draft.add_columns(f"shortfall {label}", (), unit=unit, upper=short_most))
        short = Level.column(column, short_most, max(0.0, surely))
        draft.add_entries(balance, short.columns, 1.0)
    if over_most:
        over = Level.column(int(draft.add_columns(f"excess {label}", (), unit=unit, upper=over_most)), over_most)
        draft.add_entries(balance, over.columns, -1.0)
    if short_most and over_most:
        which = draft.add_columns(f"short {label}", (), unit="1", upper=1.0, integer=True)
        under = draft.add_rows(f"short {label}", (), unit=unit, upper=0.0)
        draft.add_entries(under, short.columns, 1.0)
        draft.add_entries(under, which, -short_most)
        above = draft.add_rows(f"excess {label}", (), unit=unit, upper=over_most)
        draft.add_entries(above, over.columns, 1.0)
        draft.add_entries(above, which, over_most)
    return short, over


def least(draft: ClauseDraft, name: str, label: str, levels: Mapping[str, Level], *, unit: Unit) -> Level:
    """The least of some levels by their names, pinned: at most each of them, and by binaries at least one of them."""
    most = min(level.most for level in levels.values())
    if most <= 0:
        return Level()
    levels = {name: level for name, level in levels.items() if level.surely < most or level.most <= most}
    if len(levels) == 1:
        return next(iter(levels.values()))
    level = Level.column(int(draft.add_columns(f"{name} {label}", (), unit=unit, upper=most)), most)
    # all but the last have a binary that says the least is this one; with none of them set it is the last
    names = list(levels)[:-1]
    chosen = [
        int(draft.add_columns(f"{name} all {each} {label}", (), unit="1", upper=1.0, integer=True)) for each in names
    ]
    for n, (each, bound) in enumerate(levels.items()):
        row = draft.add_rows(f"{name} up to {each} {label}", (), unit=unit, upper=0.0)
        draft.add_entries(row, level.columns, 1.0)
        draft.add_entries(row, bound.columns, -bound.factors)
        slack = bound.most if n < len(chosen) else 0.0
        row = draft.add_rows(f"{name} all {each} {label}", (), unit=unit, upper=slack)
        draft.add_entries(row, bound.columns, bound.factors)
        draft.add_entries(row, level.columns, -1.0)
        if n < len(chosen):
            draft.add_entries(row, chosen[n], bound.most)
        else:
            draft.add_entries(row, chosen, -bound.most)
    if len(chosen) > 1:
        once = draft.add_rows(f"{name} {label}", (), unit="1", upper=1.0)
        draft.add_entries(once, chosen, 1.0)
    return level


@dataclass
class PlannedLots:
    """What is kept, in a plan: the stock in all, and what arose in each year, by the number of the year.

    First in first out and one length of keeping make the lots alike but for their year: of what is left of the stock
    at a year's end no more outlasts it than arose in the years that are not over by then.
    """

    draft: ClauseDraft
    name: str
    unit: Unit
    years: int
    arose: dict[int, Level]
    stock: Level

    @classmethod
    def of(cls, draft: ClauseDraft, name: str, terms: Keeps | None, *, unit: Unit) -> PlannedLots:
        """Those of a clause's terms as the first of its years begins; without terms nothing is ever kept."""
        if terms is None:
            return cls(draft, name, unit, 0, {}, Level())
        lots = {number: float(lot) for number, lot in opening(terms, draft.term.years).items() if lot}
        arose = {number: Level.given(draft, lot) for number, lot in lots.items() if number + terms.years >= 0}
        return cls(draft, name, unit, terms.years, arose, sum(arose.values(), Level()))

    def use(self, label: str, what: str, wanted: Level, most: Fraction | None) -> Level:
        """What is used in a year: as much as is wanted, which is called `what`, as is held, and no more than `most`."""
        stock = self.stock = self._one(f"{self.name} held {label}", self.stock)
        levels = {what: wanted, "held": stock}
        if most is not None and most < min(wanted.most, stock.most):
            levels["most"] = Level.given(self.draft, float(most))
        used = least(self.draft, self.name, label, levels, unit=self.unit)
        self.stock = stock - used
        return used

    def keep(self, label: str, year: int, arose: Level) -> None:
        """At the end of a year: what lapses goes, and what arose in it is kept."""
        if not self.years:
            return
        alive = {number: lot for number, lot in self.arose.items() if number + self.years > year}
        newer = sum(alive.values(), Level())
        if not alive:
            self.stock = Level()
        elif len(alive) < len(self.arose):
            left = self._one(f"{self.name} left {label}", self.stock)
            levels = {"left": left, "not lapsed": newer}
            self.stock = least(self.draft, f"{self.name} kept", label, levels, unit=self.unit)
        self.arose = {**alive, year: arose} if arose.most else alive
        self.stock = self.stock + arose

    def _one(self, name: str, level: Level) -> Level:
        """The level as one column, so that years add states and not sums of sums."""
        if len(level.columns) < 2 or level.most <= 0:
            return level if level.most > 0 else Level()
        column = int(self.draft.add_columns(name, (), unit=self.unit, upper=level.most))
        row = self.draft.add_rows(name, (), unit=self.unit, lower=0.0, upper=0.0)
        self.draft.add_entries(row, column, 1.0)
        self.draft.add_entries(row, level.columns, -level.factors)
        return Level.column(column, level.most, level.surely)
