"""What is announced, signed, delivered and paid, by contract; and the least that is due by year if nothing is used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from gigawatt.model.contract import Status
from gigawatt.values.money import Money

BINDING: tuple[Status, ...] = ("signed",)
"""The statuses of contracts that bind."""
YEARS = 5
"""Years told one by one after the day of the note; what is due later is told in one sum."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """What one party has to pay another under a contract, whole minor units; None where nobody can say.

    `least` is what was due by the day and what is due after it if nothing is used; `most` adds all that may be taken
    beside, and lets floors be missed as well, so that it is never less than what may come due. `due` by the day and
    `paid` by the day are None where no facts of them are on record. Of `least`, `to_come` is due after the day.
    `on_notice` is a part of `most`, and stands apart: it is due only once the payee calls for it.
    """

    payer: str
    payee: str
    least_minor: int
    most_minor: int | None
    to_come_minor: int
    on_notice_minor: int = 0
    due_minor: int | None = None
    paid_minor: int | None = None

    @property
    def left_minor(self) -> int:
        """What is left to pay at least: less what was paid; where payments are not on record, what is yet to come."""
        return self.to_come_minor if self.paid_minor is None else self.least_minor - self.paid_minor


@dataclass(frozen=True, slots=True)
class Agreement:
    """One contract as it stands on the day: `until` is the first day on which it is over, by its words.

    `chips` and `power_mw` are the most that it promises, at once or to be bought; the delivered are what stands, or was
    bought, by the record; None where its clauses, or the record, say nothing of it.
    """

    contract: str
    status: Status
    buyer: str
    seller: str
    begins: date | None
    until: date
    obligations: tuple[Obligation, ...]
    chips: Decimal | None = None
    power_mw: Decimal | None = None
    delivered_chips: Decimal | None = None
    delivered_mw: Decimal | None = None
    remarks: tuple[str, ...] = ()

    @property
    def binds(self) -> bool:
        """Whether it is signed; an offer, a letter of intent and what is announced bind nobody."""
        return self.status in BINDING


@dataclass(frozen=True, slots=True)
class MinimumDue:
    """The least that falls due under a clause (`contract/clause`) in a year, if nothing is used; below nought what is
    taken off. Whole minor units."""

    contract: str
    clause: str
    payer: str
    payee: str
    what: str
    year: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Total:
    """Obligations of one status, or of one payer, together; `most` is None where one of them has no bound."""

    name: str
    contracts: int
    least_minor: int
    most_minor: int | None
    to_come_minor: int
    on_notice_minor: int
    due_minor: int | None
    paid_minor: int | None
    left_minor: int


@dataclass(frozen=True)
class Commitments:
    """All contracts as known on a day, and of those that bind the least that is due after it, by year.

    The day counts as over: what falls due in the month that holds it is still to come, unless it is the month's last.
    A year begins in month `year_begins` and is named by the calendar year in which it ends. `unassigned_minor` was paid
    under no contract that can be told; `recorded` says whether facts of deliveries are at hand.
    """

    programme: str
    currency: str
    as_of: date
    since: date
    year_begins: int
    agreements: tuple[Agreement, ...]
    minimum: tuple[MinimumDue, ...]
    unassigned_minor: int = 0
    recorded: bool = False

    def total_by_status(self) -> list[Total]:
        """A total for each status that a contract has, those that bind first."""
        order: tuple[Status, ...] = (*BINDING, "offer", "loi", "announced")
        groups = [(status, [one for one in self.agreements if one.status == status]) for status in order]
        return [
            _total(status, len(found), [each for one in found for each in one.obligations])
            for status, found in groups if found
        ]  # fmt: skip

    def total_by_payer(self) -> list[Total]:
        """A total for each party that pays under contracts that bind, who pays most first."""
        owed: dict[str, list[Obligation]] = defaultdict(list)
        for one in self.agreements:
            for each in one.obligations if one.binds else ():
                owed[each.payer].append(each)
        totals = [_total(payer, len(found), found) for payer, found in owed.items()]
        return sorted(totals, key=lambda one: (-one.least_minor - one.on_notice_minor, one.name))

    @property
    def first_years(self) -> tuple[int, ...]:
        """The rest of the year that has begun, where there is any, and the five after it."""
        first = year_of(self.since, self.year_begins)
        begun = self.since.month != self.year_begins
        return tuple(range(first, first + YEARS + begun))

    def by_year(self, key: Callable[[MinimumDue], str]) -> dict[str, tuple[list[int], int]]:
        """The minimum by some key: minor units in each of the `first_years`, and what is due thereafter."""
        years = self.first_years
        found: dict[str, tuple[list[int], int]] = {}
        for one in self.minimum:
            each, after = found.setdefault(key(one), ([0] * len(years), 0))
            if one.year in years:
                each[years.index(one.year)] += one.amount_minor
            else:
                found[key(one)] = each, after + one.amount_minor
        return found

    def rows(self) -> Iterator[dict[str, Any]]:
        """The minimum as rows for a file: contract, clause, payer, payee, what, year, amount in main units."""
        for one in self.minimum:
            yield {
                "contract": one.contract, "clause": one.clause, "payer": one.payer, "payee": one.payee,
                "what": one.what, "year": one.year, "amount": self.main(one.amount_minor),
            }  # fmt: skip

    def main(self, minor: int | None) -> str | None:
        """An amount in main units, as text."""
        return None if minor is None else f"{Money(minor, self.currency).to_decimal():f}"

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain data; amounts in main units as text."""
        return {
            "programme": self.programme,
            "currency": self.currency,
            "as_of": str(self.as_of),
            "since": str(self.since),
            "year_begins": self.year_begins,
            "deliveries_recorded": self.recorded,
            "contracts": [self._plain(one) for one in self.agreements],
            "totals": {
                "by_status": [self._plain(one) for one in self.total_by_status()],
                "by_payer": [self._plain(one) for one in self.total_by_payer()],
            },
            "minimum": list(self.rows()),
            "first_years": list(self.first_years),
            "paid_under_no_contract": self.main(self.unassigned_minor),
        }

    def _plain(self, thing: Any) -> dict[str, Any]:
        """A row as plain data: minor units in main units under the name without `_minor`."""
        found: dict[str, Any] = {}
        for field in fields(thing):
            value = getattr(thing, field.name)
            if field.name.endswith("_minor"):
                found[field.name.removesuffix("_minor")] = self.main(value)
            elif field.name == "obligations":
                found[field.name] = [{**self._plain(one), "left": self.main(one.left_minor)} for one in value]
            elif isinstance(value, date):
                found[field.name] = None if value == date.max else str(value)
            elif isinstance(value, Decimal):
                found[field.name] = f"{value.normalize():f}"
            else:
                found[field.name] = list(value) if isinstance(value, tuple) else value
        return found


def year_of(day: date, begins: int) -> int:
    """The year that holds a day, of years that begin in a month: named by the calendar year in which it ends."""
    return day.year + (begins > 1 and day.month >= begins)


def _total(name: str, contracts: int, owed: list[Obligation]) -> Total:
    most = [one.most_minor for one in owed]
    return Total(
        name,
        contracts,
        sum(one.least_minor for one in owed),
        None if None in most else sum(one or 0 for one in most),
        sum(one.to_come_minor for one in owed),
        sum(one.on_notice_minor for one in owed),
        _sum([one.due_minor for one in owed]),
        _sum([one.paid_minor for one in owed]),
        sum(one.left_minor for one in owed),
    )


def _sum(amounts: list[int | None]) -> int | None:
    """The sum of what is known; None where nothing is."""
    known = [one for one in amounts if one is not None]
    return sum(known) if known else None
