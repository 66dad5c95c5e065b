"""A statement between two parties: what was owed, what came to it in a period and why, what was paid, what is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class StatementLine:
    """An entry between two parties; above nought the first owes the second more for it. `facts` are ids on record."""

    entry: str
    day: date
    act: str
    contract: str
    clause: str
    what: str
    of_month: str
    """The month for which it is due, empty where the entry says none."""
    words: str
    quantity: str
    rate: str
    amount_minor: int
    facts: tuple[str, ...] = ()
    refers: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a promise at the period's end: quantities as exact text in `unit`; the rest has lapsed."""

    clause: str
    what: str
    unit: str
    whole: str
    used: str
    left: str
    until: date | None
    payer: str
    payee: str
    held_as: str = ""
    held_minor: int = 0


@dataclass(frozen=True)
class Statement:
    """Between two parties over a month; balances and amounts are what the first owes the second, minor units.

    `accrued` are amounts that the period bears and that no invoice has yet; they stand outside the balances.
    """

    programme: str
    currency: str
    first: str
    second: str
    period: str
    state: str
    opening_minor: int
    lines: tuple[StatementLine, ...]
    accrued: tuple[StatementLine, ...]
    left: tuple[Left, ...]
    head: str
    """The book's last record, number and hash, when the statement was made."""
    digests: Mapping[str, str]
    """What the digests among the lines' facts stand for."""
    preparer: str = ""
    approver: str = ""
    kept_open: str = ""

    @property
    def closing_minor(self) -> int:
        """What the first owes the second at the period's end."""
        return self.opening_minor + sum(line.amount_minor for line in self.lines)

    @property
    def accrued_minor(self) -> int:
        """What is not invoiced yet at the period's end."""
        return sum(line.amount_minor for line in self.accrued)
