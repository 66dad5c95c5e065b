"""`commitment`: spend over a contract year or a term; what is not burned down by its end is paid."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, field_validator, model_validator

from gigawatt.errors import PlanError
from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.clause import Clause, Complaint, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.committed import Committed
from gigawatt.model.contract import Contract
from gigawatt.model.deadline import Deadline
from gigawatt.model.facts import Facts
from gigawatt.model.fields import Day, Id, MoneyAmount, Words
from gigawatt.model.parsing import refuse
from gigawatt.model.posting import ClauseBook, Posting
from gigawatt.model.programme import Programme
from gigawatt.model.published import AMOUNT, Amount
from gigawatt.model.remaining import Remaining
from gigawatt.model.term import Term
from gigawatt.model.verdict import ClauseView
from gigawatt.promises.floors import (
    CarryForward,
    Lots,
    Part,
    PlannedLots,
    counted_days,
    in_year,
    lapses,
    over,
    parts_of,
    pin,
    years_in_force,
)
from gigawatt.values.ids import own_id
from gigawatt.values.span import Span, contract_years


class SpendCarried(CarryForward):
    """Spend above the amount of a year that counts toward later ones."""

    carried: dict[Day, MoneyAmount] = Field(
        default_factory=dict, description="left to count when the horizon begins, by a day of the year that spent it"
    )

    @property
    def at_start(self) -> Mapping[date, Decimal]:
        """Spend left when the horizon begins."""
        return self.carried


class Commitment(Clause):
    """The buyer spends at least `amount` with the seller in every contract year, or over the term."""

    kind: Literal["commitment"]
    amount: MoneyAmount
    each: Literal["contract year", "term"] = "contract year"
    burned: dict[Day, MoneyAmount] = Field(default_factory=dict, description="spent by a day, in its year or term")
    clauses: tuple[Id, ...] = Field(default=(), description="clauses that count; all of the contract if absent")
    also: tuple[str, ...] = Field(
        default=(), description="clauses of the seller's other contracts that count too, as contract/clause"
    )
    what: Words = Field(default=(), description="what of that counts, as rent, fee, deficiency; all of it if absent")
    carry_forward: SpendCarried | None = None

    blind: ClassVar[str] = "what the seller builds, and the price that it gives, only because the spend is sure"
    reads: ClassVar[frozenset[str]] = frozenset({AMOUNT})
    fit: ClassVar[Fit] = Fit.EXACT

    @property
    def fit_relaxed(self) -> Fit:
        """Without its binaries a shortfall may be more than the contract's, where that suits who decides; and more may
        be carried than there is need for."""
        return Fit.ABOVE if self.carry_forward is None else Fit.NONE

    @property
    def unbroken(self) -> str | None:
        """What counts over more than one contract year."""
        if self.each == "term":
            return "counts what is spent over the whole term"
        return "carries spend from one contract year to later ones" if self.carry_forward is not None else None

    @field_validator("also", mode="after")
    @classmethod
    def _full_names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if "/" not in name:
                refuse(f"{name!r} names no clause of another contract; write contract/clause")
        return value

    @model_validator(mode="after")
    def _years_to_carry_to(self) -> "Commitment":
        if self.carry_forward is not None and self.each == "term":
            refuse("a term has no later year to carry to; take this out, or say `each: contract year`", "carry_forward")
        return self

    def complaints(self, contract: Contract, term: Term, programme: Programme) -> Iterator[Complaint]:
        """What would count toward it, and is owed to another seller."""
        for n, name in enumerate(self.also):
            other = programme.contracts.get(name.split("/")[0])
            if other is not None and other.seller != contract.seller:
                yield (
                    ("also", n),
                    f"{name} is owed to {other.seller}, and only what is spent with {contract.seller}, the seller of "
                    "the commitment, can count; take it out",
                )

    def deadlines(self, view: ClauseView) -> tuple[Deadline, ...]:
        """The end of each year or term, with what is due if nothing is spent, and of what was carried and is left."""
        years, buyer, found = years_in_force(self, view), view.contract.buyer, []
        if self.each == "term":
            years = [(view.span, view.span, view.span.days)]
        for year, span, days in years:
            amount, last = self.amount * days / year.days, span.until - timedelta(days=1)
            words = f"last day to spend {amount:,.2f} since {span.start}, or pay what is short"
            found.append(Deadline(last, "floor", buyer, words, amount))
        for on, amount in lapses(self.carry_forward, [year for year, *_ in years]) if self.carry_forward else ():
            found.append(
                Deadline(on, "expiry", buyer, f"last day on which {amount:,.2f} carried forward count", amount)
            )
        return tuple(one for one in found if view.span.start <= one.on < over(self, view))

    def commits(self, view: ClauseView) -> Committed:
        """The amount of every contract year, or of the term, in proportion to the days in force."""
        years = contract_years(view.contract.span) if self.each == "contract year" else [view.span]
        amount = sum((self.amount * view.span.overlap(year) / year.days for year in years), Decimal(0))
        named = tuple(name if "/" in name else f"{view.contract_id}/{name}" for name in self.clauses)
        return Committed(
            "spend", view.span, self.each, amount, clauses=named, also=self.also, for_what=self.what
        )  # fmt: skip

    def constrain(self, draft: ClauseDraft) -> None:
        """`spend - amount on = excess - shortfall`, only one of the two above nought; of the shortfall what carried
        spend does not cover is paid."""
        term, counted, parts = draft.term, self._counted(draft), parts_of(draft.clause_id, draft.term)
        kept = PlannedLots.of(draft, "carried", self.carry_forward, unit="money")
        years = self._years(term)
        for n, year in enumerate(years):
            versions = in_year(parts, year)
            if versions[-1].term.clause is not self:
                continue
            label = f"{year.start:%Y-%m-%d}"
            spent = [_spend(part.term, counted, year) for part in versions]
            columns, amounts = (np.concatenate([each[n] for each in spent]) for n in range(2))
            floor, due = self._floors(parts, year)
            keeps = self.carry_forward is not None
            short, over = pin(draft, label, columns, amounts, float(due), unit="money", keeps=keeps)
            owed = short - kept.use(label, "shortfall", short, self._most_carried(floor))
            if owed.most:
                month, day = term.last_month(year), term.last_day(year)
                draft.pay(owed.columns, owed.factors, month, what="shortfall", days=day)
            if n + 1 < len(years):
                kept.keep(label, n, over)

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """In the last month of each year or term, what was posted for the buyer to pay, short of the amount."""
        term, postings = book.term, []
        for year, _, owed in self._settled(book):
            counting = year.within(term.inside)
            month, day = term.last_month(year), term.last_day(year)
            postings += book.posting(month, owed, "shortfall", days=day, period=counting)
        return postings

    def remaining(self, book: ClauseBook, facts: Facts) -> list[Remaining]:
        """What is left to burn down in each month of a year or term; nothing once its shortfall is due."""
        found = []
        for year, parts, _ in self._settled(book):
            floor, due = self._floors(parts_of(book.clause_id, book.term), year)
            burned = [Fraction(0)] * len(book.months)
            for part in parts:
                burned = [a + b for a, b in zip(burned, self._burned_by_month(book, part.term, year), strict=True)]
            used, last = floor - due, book.term.last_month(year)
            for t, month in enumerate(book.months[: last + 1]):
                used += burned[t]
                if month.overlap(year):
                    left = max(Fraction(0), floor - used) if t < last else Fraction(0)
                    found.append(
                        Remaining(book.month_names[t], book.name, f"commitment from {year.start}",
                                  book.programme.currency, floor, used, left, year.until,
                                  book.contract.buyer, book.contract.seller)
                    )  # fmt: skip
        return found

    def _settled(self, book: ClauseBook) -> Iterator[tuple[Span, list[Part], Fraction]]:
        """Each year or term that this version settles, with the versions that have days in it and what falls short."""
        years, parts = self._years(book.term), parts_of(book.clause_id, book.term)
        kept = Lots.of(self.carry_forward, years)
        for n, year in enumerate(years):
            versions = in_year(parts, year)
            if versions[-1].term.clause is not self:
                continue
            spend = sum((sum(self._burned_by_month(book, part.term, year)) for part in versions), Fraction(0))
            floor, due = self._floors(parts, year)
            short, over = max(Fraction(0), due - spend), max(Fraction(0), spend - due)
            most = self._most_carried(floor)
            owed = short - kept.use(n, short if most is None else min(short, most))
            kept.keep(n, over)
            yield year, versions, owed

    def _burned_by_month(self, book: ClauseBook, term: Term, year: Span) -> list[Fraction]:
        """What counts in a year or term of what was posted in each month."""
        shares: dict[Span, list[Fraction]] = {}
        index = {name: t for t, name in enumerate(book.month_names)}
        spend = [Fraction(0)] * len(book.months)
        for item in book.posted:
            if not self._counts(book.programme, book.contract_id, item):
                continue
            days = item.days or term.inside
            if days not in shares:
                shares[days] = term.share_of(days, year.within(term.whole))
            t = index[item.month]
            spend[t] += book.money(item.amount_minor) * shares[days][t]
        return spend

    def _counted(self, draft: ClauseDraft) -> list[Amount]:
        """The amounts that count. PlanError where `what` names what none of the clauses that count makes due."""
        amounts = [item for item in draft.published(AMOUNT) if isinstance(item, Amount)]
        eligible = [item for item in amounts if self._eligible(draft.programme, draft.contract_id, item)]
        due = dict.fromkeys(item.what for item in eligible)
        for what in self.what if due else ():
            if what not in due:
                raise PlanError(
                    f"{draft.name} counts what is due as {what!r}, and the clauses that count make nothing due so, "
                    f"but {', '.join(due)}; name some of these in `what`, or leave it out"
                )
        return [item for item in eligible if not self.what or item.what in self.what]

    def _counts(self, programme: Programme, contract_id: str, item: Amount | Posting) -> bool:
        """Whether an amount that is due under a clause counts."""
        return self._eligible(programme, contract_id, item) and (not self.what or item.what in self.what)

    def _eligible(self, programme: Programme, contract_id: str, item: Amount | Posting) -> bool:
        """Whether it is due under a clause that counts, from that contract's buyer to the seller of this one."""
        home, _, clause_id = item.by.partition("/")
        named = own_id(clause_id)
        own = home == contract_id and (not self.clauses or {named, f"{home}/{named}"} & set(self.clauses))
        if not own and f"{home}/{named}" not in self.also:
            return False
        return (item.payer, item.payee) == (programme.contracts[home].buyer, programme.contracts[contract_id].seller)

    def _years(self, term: Term) -> list[Span]:
        if self.each == "contract year":
            return term.years
        return [term.whole] if term.inside.days else []

    def _floors(self, parts: Sequence[Part], year: Span) -> tuple[Fraction, Fraction]:
        """The amount for the days of a year or term that count, and how much of it was not burned before the horizon.

        Each version counts for its own days. More may have been burned before than the amount: then what is left is
        below nought.
        """
        floor, first = Fraction(0), in_year(parts, year)[0].term
        for part, days in counted_days(parts, year, self.burned):
            version = part.term.clause
            assert isinstance(version, Commitment)
            floor += Fraction(version.amount) * Fraction(days.days, year.days)
        return floor, floor - first.before(year, self.burned)

    def _most_carried(self, floor: Fraction) -> Fraction | None:
        """The most carried spend that counts toward a floor."""
        return floor * Fraction(self.carry_forward.most) if self.carry_forward is not None else None


def _spend(term: Term, counted: list[Amount], year: Span) -> tuple[Ints, Floats]:
    """What counts toward a year: columns and amounts, flat arrays. Each amount by the days over which it accrues."""
    columns, amounts = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for item in counted:
        days = item.days or term.inside
        share = np.array([float(part) for part in term.share_of(days, year.within(term.whole))])
        inside = share[item.months] > 0
        columns.append(item.columns[inside])
        amounts.append((item.amounts * share[item.months])[inside])
    return np.concatenate(columns), np.concatenate(amounts)
