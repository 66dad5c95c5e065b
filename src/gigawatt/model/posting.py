"""The third face of a clause: who owes whom, in exact minor units, from facts alone.

Arithmetic is in Fractions of Decimals, and each posting is rounded once, half to even. No floats.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from gigawatt.model.term import Term
from gigawatt.values.money import minor_digits
from gigawatt.values.series import Series
from gigawatt.values.span import Span

if TYPE_CHECKING:
    from gigawatt.model.clause import Clause
    from gigawatt.model.contract import Contract
    from gigawatt.model.programme import Programme


RECURRING = frozenset({"fee", "rent"})
"""What recurs month by month for capacity, by what a posting or a payment is for."""
TAX = "tax"
LEFT = frozenset({"deposit"})
"""What one party leaves with another and has back: money that moves, and no spend."""
RETURNED = frozenset({"deposit returned", "refund"})
"""What of that it gives back: less of the other's cost, and none of its own."""


@dataclass(frozen=True, slots=True)
class Posting:
    """`amount_minor` owed in a month by payer to payee, `by` a clause (`contract/clause`), for `what`.

    An amount below nought is a refund. ValueError where a party would owe itself: postings add up to nought over the
    parties.
    """

    month: str
    payer: str
    payee: str
    by: str
    what: str
    amount_minor: int
    days: Span | None = None
    """The days over which it accrues, of its month those in it; a sum for a whole year on the year's last day."""
    quantity: Fraction | None = None
    """What it is reckoned from, in `unit`, where it is a quantity at a rate: then the amount is both multiplied."""
    rate: Fraction | None = None
    """Money in main units for one `unit`; the mean where several prices apply."""
    unit: str = ""
    period: Span | None = None
    """The days whose facts it reckons, where those are not its month's: a contract year."""

    def __post_init__(self) -> None:
        if self.payer == self.payee:
            raise ValueError(f"{self.by} would have {self.payer} owe itself; name two parties")


@dataclass(frozen=True, slots=True)
class Priced:
    """An amount in main units that is a quantity at a rate; two of one unit add up to one at their mean rate."""

    amount: Fraction
    quantity: Fraction
    unit: str

    @classmethod
    def at(cls, quantity: Fraction, rate: Fraction, unit: str) -> Priced:
        """So much of a unit, at a rate."""
        return cls(quantity * rate, quantity, unit)

    @property
    def rate(self) -> Fraction | None:
        """Money for one unit; None where there is no quantity to reckon from."""
        return self.amount / self.quantity if self.quantity else None

    @classmethod
    def none(cls, unit: str) -> Priced:
        """Nothing of a unit, to add to."""
        return cls(Fraction(0), Fraction(0), unit)

    def __add__(self, other: Priced) -> Priced:
        if self.unit != other.unit:
            raise ValueError(f"{self.unit} and {other.unit} do not add up; post them apart")
        return Priced(self.amount + other.amount, self.quantity + other.quantity, self.unit)

    def plus(self, amount: Fraction) -> Priced:
        """The same quantity for so much more."""
        return Priced(self.amount + amount, self.quantity, self.unit)


@dataclass(frozen=True, slots=True)
class Vested:
    """Shares that a party may buy under a clause `by` the milestone of a number (from one) that was met on a day.

    It is no posting: nothing is owed for it until they are bought.
    """

    by: str
    milestone: int
    on: date
    shares: Decimal


@dataclass(frozen=True)
class ClauseBook:
    """The programme as one clause sees it when it is settled over some months; what it posts is signed with its name.

    `posted` are the postings of the clauses settled before it that make amounts due (those that publish `amount`).
    """

    programme: Programme
    clause: Clause
    clause_id: str
    contract: Contract
    contract_id: str
    months: tuple[Span, ...]
    posted: tuple[Posting, ...] = ()

    @property
    def name(self) -> str:
        """The clause's full name, `contract/clause`."""
        return f"{self.contract_id}/{self.clause_id}"

    @cached_property
    def term(self) -> Term:
        """When the clause is in force."""
        return Term(self.clause, self.contract, self.months)

    @cached_property
    def month_names(self) -> tuple[str, ...]:
        """`2027-01` and so on."""
        return tuple(f"{month.start:%Y-%m}" for month in self.months)

    @cached_property
    def quarters(self) -> list[list[int]]:
        """The months of each calendar quarter, in order; the first and the last may be cut."""
        quarters: dict[int, list[int]] = {}
        for t, month in enumerate(self.months):
            quarters.setdefault(month.start.year * 4 + (month.start.month - 1) // 3, []).append(t)
        return list(quarters.values())

    def hours(self, month: int) -> int:
        """Hours of a month."""
        return 24 * self.months[month].days

    def by_month(self, amounts: Mapping[str, Decimal]) -> list[Fraction]:
        """Amounts by the name of their month, as one a month."""
        return [Fraction(amounts.get(name, 0)) for name in self.month_names]

    def rate(self, series: Series) -> list[Fraction]:
        """The mean of a series over each month's days in force, by month."""
        return [Fraction(value) for value in self.term.mean(series)]

    def runs_on(self, pool: str, workloads: Collection[str]) -> bool:
        """Whether one of some workloads (all where none is named) can run in a pool."""
        chip = self.programme.pools[pool].chip
        return any(
            workload.why_not(pool, chip, self.programme.chips[chip]) is None
            for name, workload in self.programme.workloads.items()
            if not workloads or name in workloads
        )

    def money(self, amount_minor: int) -> Fraction:
        """Whole minor units in main units."""
        return Fraction(amount_minor, 10 ** minor_digits(self.programme.currency))

    def minor(self, amount: Fraction) -> int:
        """An amount of main units in whole minor ones, rounded half to even."""
        in_one: int = 10 ** minor_digits(self.programme.currency)
        return round(amount * in_one)

    def posting(
        self,
        month: int,
        amount: Fraction | Priced,
        what: str,
        *,
        payer: str | None = None,
        payee: str | None = None,
        days: Span | None = None,
        period: Span | None = None,
    ) -> list[Posting]:
        """One posting of an amount in main units, rounded half to even; none where that is nought.

        By default the contract's buyer owes its seller, and it accrues over the clause's days in force. One that is
        `Priced` tells its quantity and rate.
        """
        priced = amount if isinstance(amount, Priced) and amount.rate is not None else None
        whole = amount.amount if isinstance(amount, Priced) else amount
        minor = self.minor(whole)
        if not minor:
            return []
        payer, payee = payer or self.contract.buyer, payee or self.contract.seller
        return [
            Posting(
                self.month_names[month], payer, payee, self.name, what, minor, days or self.term.inside,
                quantity=priced.quantity if priced is not None else None,
                rate=priced.rate if priced is not None else None,
                unit=priced.unit if priced is not None else "",
                period=period,
            )
        ]  # fmt: skip

    def postings(
        self,
        amounts: Sequence[Fraction | Priced],
        what: str,
        *,
        payer: str | None = None,
        payee: str | None = None,
        days: Span | None = None,
    ) -> list[Posting]:
        """A posting in each month whose amount is not nought."""
        return [
            one
            for t, amount in enumerate(amounts)
            for one in self.posting(t, amount, what, payer=payer, payee=payee, days=days)
        ]
