"""`take_or_pay`: a floor on the quantity taken in each contract year; what falls short is paid for.

What was paid for and not taken may be made up in later years, and what was taken above a floor may count toward later
ones: lots by contract year, first in first out, until they lapse.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from gigawatt.errors import PlanError
from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.clause import Clause, Complaint, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.committed import Committed
from gigawatt.model.contract import Contract
from gigawatt.model.deadline import Deadline
from gigawatt.model.draft import UseTable
from gigawatt.model.facts import Facts
from gigawatt.model.fields import ChipHours, ChipHoursPerYear, Day, Id, PricePerChipHour
from gigawatt.model.parsing import refuse
from gigawatt.model.posting import ClauseBook, Posting, Priced
from gigawatt.model.programme import Programme
from gigawatt.model.published import AMOUNT, NOT_PROVIDED, UNIT_PRICE, NotProvided, UnitPrice
from gigawatt.model.remaining import HeldAs, Remaining
from gigawatt.model.term import Term
from gigawatt.model.verdict import ClauseView
from gigawatt.promises.floors import (
    CarryForward,
    Keeps,
    Lots,
    Part,
    PlannedLots,
    counted_days,
    deliverable,
    in_year,
    lapses,
    over,
    parts_of,
    pin,
    share_of_parts,
    years_in_force,
)
from gigawatt.promises.metering import shares_in, use_shares
from gigawatt.values.series import Series
from gigawatt.values.span import Span, add_months, contract_years, months_apart


class MakeUp(Keeps):
    """What was paid for and not taken may be taken in later years, above their floors, for less than the unit price."""

    price_per_chip_hour: PricePerChipHour = Field(
        default=Series.constant(Decimal(0)),
        alias="price",
        description="paid in place of the unit price; free if absent",
    )
    unit_price_per_chip_hour: PricePerChipHour | None = Field(
        default=None, alias="unit_price", description="the unit price; if absent what the contract asks in the pools"
    )
    most_per_year: ChipHoursPerYear | None = Field(default=None, description="the most that is made up in a year")
    lots: dict[Day, ChipHours] = Field(
        default_factory=dict, description="left to make up when the horizon begins, by a day of the year that paid"
    )

    @property
    def at_start(self) -> Mapping[date, Decimal]:
        """Lots left when the horizon begins."""
        return self.lots


class HoursCarried(CarryForward):
    """Chip-hours above the floor of a year that count toward later floors."""

    carried: dict[Day, ChipHours] = Field(
        default_factory=dict, description="left to count when the horizon begins, by a day of the year that took them"
    )

    @property
    def at_start(self) -> Mapping[date, Decimal]:
        """Hours left when the horizon begins."""
        return self.carried


@dataclass(frozen=True)
class _Year:
    """A contract year as it is settled, in chip-hours; `taken` by month, `lots` left by the number of their year."""

    number: int
    year: Span
    taken: list[Fraction]
    floor: Fraction
    due: Fraction
    owed: Fraction
    made_up: Fraction
    lots: Mapping[int, Fraction]


class TakeOrPay(Clause):
    """The buyer takes at least `floor` chip-hours in every contract year, or pays `deficiency` for what is short."""

    kind: Literal["take_or_pay"]
    chip: Id | None = None
    pool: Id | None = Field(default=None, description="the pool that is metered; all pools of the seller if absent")
    floor_chip_hours: ChipHoursPerYear = Field(alias="floor")
    deficiency_per_chip_hour: PricePerChipHour = Field(alias="deficiency")
    taken: dict[Day, ChipHours] = Field(default_factory=dict, description="taken by a day, in that day's contract year")
    not_provided: dict[Day, ChipHours] = Field(
        default_factory=dict, description="what the seller fails to provide of what is asked, by month; off the floor"
    )
    make_up: MakeUp | None = None
    carry_forward: HoursCarried | None = None

    blind: ClassVar[str] = "what the seller builds, and the price that it gives, only because the floor is sure"
    publishes: ClassVar[frozenset[str]] = frozenset({AMOUNT, NOT_PROVIDED})
    reads: ClassVar[frozenset[str]] = frozenset({UNIT_PRICE})
    unit_priced: ClassVar[bool] = True
    fit: ClassVar[Fit] = Fit.EXACT

    @property
    def fit_relaxed(self) -> Fit:
        """Without its binaries a shortfall may be more than the contract's, where that suits who decides; and more may
        be made up, or be carried, than there is need for."""
        return Fit.NONE if self._keeps else Fit.ABOVE

    @model_validator(mode="after")
    def _one_name(self) -> "TakeOrPay":
        if self.chip is not None and self.pool is not None:
            refuse("names what is metered both by `chip` and by `pool`; give one of the two", "pool")
        return self

    @property
    def unbroken(self) -> str | None:
        """What it keeps from year to year."""
        return "keeps chip-hours from one contract year for later ones" if self._keeps else None

    @property
    def _keeps(self) -> bool:
        """Whether anything of a year is kept for later ones."""
        return self.make_up is not None or self.carry_forward is not None

    @property
    def _what(self) -> str:
        """What a deficiency is: a payment, or one that is held as prepaid until it is made up or lapses."""
        return "deficiency" if self.make_up is None else "prepaid deficiency"

    @property
    def reading(self) -> frozenset[str]:
        """Unit prices only where there is something to make up at them."""
        asks = self.make_up is not None and self.make_up.unit_price_per_chip_hour is None
        return self.reads if asks else frozenset()

    def complaints(self, contract: Contract, term: Term, programme: Programme) -> Iterator[Complaint]:
        """A floor above what the contract can deliver in a year."""
        pools = self._pools(programme, contract)
        for year in term.years:
            span = year.within(term.whole)
            most = deliverable(programme, contract, pools, span)
            floor = Fraction(self.floor_chip_hours.at(year.within(term.inside).start) or 0) * span.days / year.days
            floor -= sum(Fraction(hours) for day, hours in self.not_provided.items() if span.contains(day))
            if most is not None and floor > most:
                yield (
                    ("floor",),
                    f"asks for {float(floor):,.0f} chip-hours in the {span.days} days from {span.start}, in which the "
                    f"contract can deliver {float(most):,.0f}; lower it, raise the chips of the contract's other "
                    "clauses, or say what is `not_provided`",
                )
                return

    def deadlines(self, view: ClauseView) -> tuple[Deadline, ...]:
        """The end of each contract year, with what is due if nothing is taken, and of each lot that is still left."""
        years, found = years_in_force(self, view), []
        for year, span, days in years:
            last = span.until - timedelta(days=1)
            floor = (self.floor_chip_hours.at(span.start) or Decimal(0)) * days / year.days
            words = f"last day to take {floor:,.0f} chip-hours since {span.start}, or pay for what is short"
            amount = floor * (self.deficiency_per_chip_hour.at(last) or 0)
            found.append(Deadline(last, "floor", view.contract.buyer, words, amount))
        for terms, what in ((self.make_up, "paid for are made up"), (self.carry_forward, "carried forward count")):
            for on, hours in lapses(terms, [year for year, *_ in years]) if terms is not None else ():
                words = f"last day on which {hours:,.0f} chip-hours {what}"
                found.append(Deadline(on, "expiry", view.contract.buyer, words))
        return tuple(one for one in found if view.span.start <= one.on < over(self, view))

    def commits(self, view: ClauseView) -> Committed:
        """The floor of every contract year, in proportion to the days in force."""
        hours = Decimal(0)
        for year in contract_years(view.contract.span):
            days = view.span.within(year)
            if days.days:
                hours += (self.floor_chip_hours.at(days.start) or Decimal(0)) * days.days / year.days
        return Committed("use", view.span, "contract year", quantity=hours, unit="chip-hour")

    def constrain(self, draft: ClauseDraft) -> None:
        """`quantity - floor on = excess - shortfall`, only one of the two above nought; of the shortfall what carried
        hours do not cover is paid, of the excess what the lots allow is made up."""
        term, parts = draft.term, parts_of(draft.clause_id, draft.term)
        failed = {part.name: self._version(part)._failed(part.term, parts) for part in parts}
        for t, missing in failed.get(draft.clause_id, {}).items():
            draft.publish(NOT_PROVIDED, NotProvided(draft.name, t, missing))
        use = {part.name: self._version(part)._metered(draft, part.term) for part in parts}
        deficiency = draft.rate(self.deficiency_per_chip_hour)
        lots = PlannedLots.of(draft, "make-up", self.make_up, unit="chip-hour")
        kept = PlannedLots.of(draft, "carried", self.carry_forward, unit="chip-hour")
        for n, year in enumerate(term.years):
            counted = in_year(parts, year)
            if counted[-1].term.clause is not self:
                continue
            label, month, day = f"{year.start:%Y-%m-%d}", term.last_month(year), term.last_day(year)
            floor, due = self._floors(parts, year, failed)
            columns, hours = self._hours(draft, counted, use, year)
            short, over = pin(draft, label, columns, hours, float(due), unit="chip-hour", keeps=self._keeps)
            owed = short - kept.use(label, "shortfall", short, self._most_carried(floor))
            if owed.most:
                draft.pay(owed.columns, owed.factors * deficiency[month], month, what=self._what, days=day)
            made_up = lots.use(label, "excess", over, self._most_made_up(term, year))
            if made_up.most:
                credit = float(self._credit(term, draft.name, month, self._planned_prices(draft, month)))
                draft.pay(made_up.columns, made_up.factors * -credit, month, what="make-up", days=day)
            if n + 1 < len(term.years):
                lots.keep(label, n, owed)
                kept.keep(label, n, over - made_up)

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """In each contract year's last month: what was metered short of the floor, at the price of a deficiency; and
        for what was made up above it, the unit price less the price of making up, back."""
        term, postings = book.term, []
        deficiency = book.rate(self.deficiency_per_chip_hour)
        for one in self._settled(book, facts):
            month, day, counting = term.last_month(one.year), term.last_day(one.year), one.year.within(term.inside)
            postings += book.posting(
                month, Priced.at(one.owed, deficiency[month], "chip-hour"), self._what, days=day, period=counting
            )
            if one.made_up:
                credit = self._credit(term, book.name, month, self._quoted_prices(book, facts, month))
                postings += book.posting(
                    month, Priced.at(one.made_up, -credit, "chip-hour"), "make-up", days=day, period=counting
                )
        return postings

    def remaining(self, book: ClauseBook, facts: Facts) -> list[Remaining]:
        """What is left of each year's floor, by month; and of what was paid for, until it is made up or lapses."""
        term, found = book.term, list[Remaining]()
        parties = (book.contract.buyer, book.contract.seller)
        deficiency, whole, last = book.rate(self.deficiency_per_chip_hour), dict[int, Fraction](), -1
        settled = list(self._settled(book, facts))
        if settled and settled[0].number == 0:
            whole.update(Lots.of(self.make_up, term.years).left)
            found += self._brought(book, whole, term.last_month(settled[0].year), deficiency[0])
        for at, one in enumerate(settled):
            last, used = term.last_month(one.year), one.floor - one.due
            for t, month in enumerate(book.months[: last + 1]):
                used += one.taken[t]
                if month.overlap(one.year):
                    left = max(Fraction(0), one.floor - used) if t < last else Fraction(0)
                    what = f"floor from {one.year.start}"
                    found.append(
                        Remaining(book.month_names[t], book.name, what, "chip-hour", one.floor, used, left,
                                  one.year.until, *parties)
                    )  # fmt: skip
            ends = at + 1 == len(settled) and term.whole.until <= term.horizon.until
            for number, left in one.lots.items():
                whole.setdefault(number, left)
                start = add_months(one.year.start, 12 * (number - one.number))
                over = add_months(start, 12 * (1 + (self.make_up.years if self.make_up is not None else 0)))
                price = (
                    deficiency[min(term.last_month(Span(start, add_months(start, 12))), last)]
                    if number >= 0
                    else (deficiency[0])
                )
                until = term.last_month(settled[at + 1].year) if at + 1 < len(settled) else len(book.months)
                for t in range(last, last + 1 if ends else until):
                    kept = left if over > book.months[t].until and not ends else Fraction(0)
                    found.append(
                        Remaining(book.month_names[t], book.name, f"to make up from {start}", "chip-hour",
                                  whole[number], whole[number] - left, kept, over, *parties, HeldAs.PREPAID,
                                  book.minor(kept * price),
                                  book.minor(whole[number] * price) if number < 0 and not t else 0)
                    )  # fmt: skip
        return found

    def _brought(
        self, book: ClauseBook, lots: Mapping[int, Fraction], until: int, price: Fraction
    ) -> Iterator[Remaining]:
        """The lots that were kept before the first year, in its months before the last, in which they are used."""
        years = 1 + (self.make_up.years if self.make_up is not None else 0)
        for number, lot in lots.items():
            start = add_months(book.term.years[0].start, 12 * number)
            over = add_months(start, 12 * years)
            held = book.minor(lot * price) if over > book.months[0].start else 0
            for t in range(until):
                kept = lot if over > book.months[t].until else Fraction(0)
                yield Remaining(
                    book.month_names[t], book.name, f"to make up from {start}", "chip-hour", lot, Fraction(0), kept,
                    over, book.contract.buyer, book.contract.seller, HeldAs.PREPAID, book.minor(kept * price),
                    0 if t else held,
                )  # fmt: skip

    def _settled(self, book: ClauseBook, facts: Facts) -> Iterator["_Year"]:
        """Each contract year that this version settles: what was due, what is owed, and the lots left at its end."""
        term, parts = book.term, parts_of(book.clause_id, book.term)
        failed = {}
        for part in parts:
            withheld = facts.withheld_by(f"{book.contract_id}/{part.name}")
            failed[part.name] = {t: withheld[name] for t, name in enumerate(book.month_names) if name in withheld}
        lots, kept = Lots.of(self.make_up, term.years), Lots.of(self.carry_forward, term.years)
        for n, year in enumerate(term.years):
            counted = in_year(parts, year)
            if counted[-1].term.clause is not self:
                continue
            taken = [Fraction(0)] * len(book.months)
            for part in counted:
                hours = self._version(part)._taken_by_month(book, facts, part.term, year)
                taken = [a + b for a, b in zip(taken, hours, strict=True)]
            quantity = sum(taken, Fraction(0))
            floor, due = self._floors(parts, year, failed)
            short, over = max(Fraction(0), due - quantity), max(Fraction(0), quantity - due)
            owed = short - kept.use(n, _least(short, self._most_carried(floor)))
            made_up = lots.use(n, _least(over, self._most_made_up(term, year)))
            lots.keep(n, owed)
            kept.keep(n, over - made_up)
            yield _Year(n, year, taken, floor, due, owed, made_up, dict(lots.left))

    def _version(self, part: Part) -> "TakeOrPay":
        assert isinstance(part.term.clause, TakeOrPay)
        return part.term.clause

    def _metered(self, draft: ClauseDraft, term: Term) -> UseTable:
        """The Use that counts, of the months that hold a day of the clause."""
        return draft.use(self._pools(draft.programme, draft.contract), self.for_workloads, term.inside)

    def _hours(
        self, draft: ClauseDraft, parts: Iterable[Part], use: Mapping[str, UseTable], year: Span
    ) -> tuple[Ints, Floats]:
        """Columns of Use that count in a contract year, and the chip-hours of each that do; flat arrays."""
        columns, hours = [], []
        for part in parts:
            table = use[part.name]
            share = use_shares(draft, table, year, part.term)
            columns.append(table.columns[share > 0])
            hours.append((table.hours * share)[share > 0])
        return np.concatenate(columns), np.concatenate(hours)

    def _taken_by_month(self, book: ClauseBook, facts: Facts, term: Term, year: Span) -> list[Fraction]:
        """Metered chip-hours that count in a contract year, by month."""
        counted = [Fraction(0)] * len(book.months)
        for pool in self._pools(book.programme, book.contract):
            for workload in self.for_workloads or book.programme.workloads:
                taken = book.by_month(facts.use_of([pool], [workload]))
                share = shares_in(book.programme, term, pool, workload, year)
                counted = [so_far + h * part for so_far, h, part in zip(counted, taken, share, strict=True)]
        return counted

    def _pools(self, programme: Programme, contract: Contract) -> list[str]:
        """The pools that are metered, in file order."""
        if self.chip is not None or self.pool is not None:
            return [self.pool or f"{contract.seller}-{self.chip}"]
        return [name for name, pool in programme.pools.items() if pool.supplier == contract.seller]

    def _failed(self, term: Term, parts: Sequence[Part]) -> dict[int, Decimal]:
        """What is stated as not provided inside the horizon, by month; of a month that versions share, by its days."""
        failed: dict[int, Decimal] = {}
        shares = share_of_parts(parts, term) if len(parts) > 1 else [Fraction(1)] * len(term.months)
        for day, hours in self.not_provided.items():
            if hours and term.horizon.contains(day):
                t = months_apart(term.horizon.start, day)
                mine = hours * shares[t].numerator / shares[t].denominator
                failed[t] = failed.get(t, Decimal(0)) + mine
        return failed

    def _floors(
        self, parts: Sequence[Part], year: Span, failed: Mapping[str, Mapping[int, Decimal]]
    ) -> tuple[Fraction, Fraction]:
        """The floor of a contract year's days that count, and how much of it was not taken before the horizon.

        Each version counts for its own days, with its floor of the first of them inside the horizon; what was not
        provided is taken off the whole. More may have been taken before than the floor: then what is left is below
        nought.
        """
        floor, first = Fraction(0), in_year(parts, year)[0].term
        for part, days in counted_days(parts, year, self.taken):
            version, inside = self._version(part), days.within(part.term.horizon)
            each = version.floor_chip_hours.at(inside.start if inside.days else days.start) or Decimal(0)
            floor += Fraction(each) * Fraction(days.days, year.days)
            shares, before = part.term.share(year), Span(days.start, max(days.start, part.term.horizon.start))
            floor -= sum(shares[t] * Fraction(hours) for t, hours in failed[part.name].items())
            floor -= sum(Fraction(hours) for day, hours in version.not_provided.items() if before.contains(day))
        floor = max(Fraction(0), floor)
        return floor, floor - first.before(year, self.taken)

    def _most_carried(self, floor: Fraction) -> Fraction | None:
        """The most carried hours that count toward a floor."""
        return floor * Fraction(self.carry_forward.most) if self.carry_forward is not None else None

    def _most_made_up(self, term: Term, year: Span) -> Fraction | None:
        """The most that can be made up in a contract year, in its days that count."""
        if self.make_up is None or self.make_up.most_per_year is None:
            return None
        most = self.make_up.most_per_year.at(year.within(term.inside).start) or Decimal(0)
        return Fraction(most) * term.part(year, self.taken)

    def _credit(self, term: Term, name: str, month: int, asked: Iterable[float | Decimal]) -> Fraction:
        """What a chip-hour made up in a month costs less than one at the unit price, never below nought.

        `asked` are the prices of the contract in the pools that are metered. PlanError where there is no one price.
        """
        assert self.make_up is not None
        if self.make_up.unit_price_per_chip_hour is not None:
            unit = Fraction(term.mean(self.make_up.unit_price_per_chip_hour)[month])
        else:
            prices = sorted(set(asked))
            if len(prices) != 1:
                found = " and ".join(f"{price:.6g}" for price in prices)
                why = f"has more than one price, {found}" if prices else "has no price"
                raise PlanError(
                    f"{name}: what is made up is free of the unit price, and in {term.months[month].start:%Y-%m} the "
                    f"contract {why} in the pools that are metered; state it, as "
                    "`make_up: {unit_price: 2.35 USD/chip-hour, ...}`"
                )
            unit = Fraction(prices[0])
        return max(Fraction(0), unit - Fraction(term.mean(self.make_up.price_per_chip_hour)[month]))

    def _planned_prices(self, draft: ClauseDraft, month: int) -> list[float]:
        """What the contract asks in a month in the pools that are metered."""
        pools = self._pools(draft.programme, draft.contract)
        return [
            float(item.price_per_chip_hour[month])
            for item in draft.published(UNIT_PRICE)
            if isinstance(item, UnitPrice) and item.by.split("/")[0] == draft.contract_id and item.pool in pools
            if np.isfinite(item.price_per_chip_hour[month])
        ]

    def _quoted_prices(self, book: ClauseBook, facts: Facts, month: int) -> list[Decimal]:
        """The same as facts have it."""
        pools, name = self._pools(book.programme, book.contract), book.month_names[month]
        return [
            item.price_per_chip_hour
            for item in facts.quotes_in(name)
            if item.by.split("/")[0] == book.contract_id and item.pool in pools
        ]


def _least(amount: Fraction, most: Fraction | None) -> Fraction:
    """The amount, and no more than a bound that is given."""
    return amount if most is None else min(amount, most)
