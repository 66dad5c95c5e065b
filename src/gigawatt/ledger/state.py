"""What the rules look at: balances, limits, periods, and the entries that others refer to; no store, no clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from gigawatt.ledger.periods import PeriodStates
from gigawatt.ledger.seam import Row
from gigawatt.model.booked import COLUMNS
from gigawatt.model.entry import Act

AT = {name: n for n, name in enumerate(COLUMNS["entries"])}
AMOUNT, DEBIT, CREDIT, ACT, ID, REFERS = (
    AT[name] for name in ("amount_minor", "debit", "credit", "act", "id", "refers")
)
CONTENT = tuple(COLUMNS["entries"])[1:-2]
"""The columns that whoever sends an entry decides."""

MOVES = frozenset({Act.POST, Act.REVERSE, Act.CREDIT_NOTE})
Balance = list[int]
"""Debits, credits, pending debits, pending credits; minor units."""


@dataclass(slots=True)
class Subject:
    """An entry that others refer to: how it was resolved if it was pending, what is left of it if it was posted."""

    row: Row
    left_minor: int
    resolved: str = ""
    reversed: bool = False


@dataclass(slots=True)
class State:
    """A book in memory, as far as one batch concerns it (or all of it, when it is verified)."""

    currency: str
    now_us: int = 0
    entries: dict[str, Row] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    facts: set[str] = field(default_factory=set)
    subjects: dict[str, Subject] = field(default_factory=dict)
    balances: defaultdict[str, Balance] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0, 0]))
    limits: dict[str, tuple[int, int]] = field(default_factory=dict)
    """The most that an account may be in debit and in credit, where that is limited."""
    periods: PeriodStates = field(default_factory=PeriodStates)
    wanted: set[str] = field(default_factory=set)
    """Ids that entries of the batch refer to."""

    def add_subject(self, row: Row) -> None:
        """Have an entry that others may refer to."""
        self.subjects[row[ID]] = Subject(row, row[AMOUNT])

    def apply(self, row: Row, sign: int = 1) -> None:
        """Take an entry's effect into the balances and into what it refers to, or with -1 take it out again."""
        act, amount = row[ACT], sign * row[AMOUNT]
        debit, credit = self.balances[row[DEBIT]], self.balances[row[CREDIT]]
        if act in MOVES:
            debit[0] += amount
            credit[1] += amount
        elif act == Act.PENDING:
            debit[2] += amount
            credit[3] += amount
        else:
            held = sign * self.subjects[row[REFERS]].row[AMOUNT]
            debit[2] -= held
            credit[3] -= held
            if act == Act.POST_PENDING:
                debit[0] += amount
                credit[1] += amount
        if row[REFERS]:
            self.refer(row, sign)

    def refer(self, row: Row, sign: int = 1) -> None:
        """Mark what an entry does to the one that it refers to."""
        subject = self.subjects.get(row[REFERS])
        if subject is None or row[ACT] == Act.POST:
            return
        if row[ACT] in (Act.REVERSE, Act.CREDIT_NOTE):
            subject.left_minor -= sign * row[AMOUNT]
            subject.reversed = row[ACT] == Act.REVERSE and sign > 0
        else:
            subject.resolved = row[ACT] if sign > 0 else ""

    def take_referring(self, rows: Iterable[Row]) -> None:
        """Mark what entries of the book have done to those that they refer to."""
        for row in rows:
            self.refer(row)
