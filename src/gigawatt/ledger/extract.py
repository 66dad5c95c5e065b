"""What of a book is exported: the entries that move balances, of one party or of all, of one month or of all.

A book is read twice, record by record: once for what has to be known before the first line is written, once to write.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from gigawatt.errors import BookError
from gigawatt.ledger.book import Book
from gigawatt.ledger.rules import FACTS, FOREIGN
from gigawatt.ledger.seam import Row
from gigawatt.ledger.state import ACT, AMOUNT, AT, CREDIT, DEBIT, ID, MOVES
from gigawatt.model.entry import Act
from gigawatt.values.ids import did_you_mean, listed
from gigawatt.values.money import amount_text

PERIOD, DAY, WHAT, WORDS, LINK = (AT[name] for name in ("period", "day", "what", "words", "link"))
MOVING = frozenset(act.value for act in (*MOVES, Act.POST_PENDING))
"""What entries do that move balances; what is pending, voided or expired moves none."""


def party_of(account: str) -> str:
    """The party of an account's name."""
    return account[: account.index(":")]


def booked_on(row: Row) -> str:
    """The day on which an entry counts in the books: its own, or where that lies before its month the first of that.

    An entry that came late would else change the balances of months that are closed.
    """
    day, period = row[DAY], row[PERIOD]
    return str(day) if day[:7] == period else f"{period}-01"


def narration(row: Row) -> str:
    """What an entry is for, in words."""
    return ": ".join(filter(None, (row[WHAT], row[WORDS])))


def notes(row: Row) -> Iterator[tuple[str, str]]:
    """What an entry tells beside its accounts and its amount, where it does: by name, as text."""
    yield "id", row[ID]
    for name in ("clause", "quantity", "rate", "refers"):
        if row[AT[name]]:
            yield name, row[AT[name]]
    for fact in row[FACTS].split("\n") if row[FACTS] else ():
        yield "fact", fact
    if row[ACT] != Act.POST:
        yield "act", row[ACT]
    if row[DAY] != booked_on(row):
        yield "day", row[DAY]
    if row[FOREIGN]:
        currency, minor, rate = row[FOREIGN : FOREIGN + 3]
        yield "foreign", f"{amount_text(minor, currency)} {currency}"
        yield "foreign-rate", rate


@dataclass
class Extract:
    """Of a party (all where it is empty) in a month (all where it is empty): accounts, and how they moved.

    `opening` and `moved` are in whole minor units, debits less credits.
    """

    book: Book
    party: str = ""
    period: str = ""
    accounts: dict[str, None] = field(default_factory=dict)
    """In the order in which the book first used them, of every month: so a name that is made from it stays."""
    opening: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    moved: dict[str, dict[str, int]] = field(default_factory=dict)
    entries: int = 0
    head: str = "0"
    """The number of the book's last record."""

    @classmethod
    def of(cls, book: Book, party: str = "", period: str = "") -> Extract:
        """Look through a book. BookError where it is empty, has no such party, or nothing in that month."""
        extract, parties, periods = cls(book, party, period), set[str](), set[str]()
        for row in book.store.scan("entries"):
            if row[ACT] not in MOVING:
                continue
            sides = (row[DEBIT], row[CREDIT])
            mine = [one for one in sides if not party or party_of(one) == party]
            parties.update(map(party_of, sides))
            if mine:
                periods.add(row[PERIOD])
                extract._take(row, mine)
        extract._refuse(parties, periods)
        extract.head = str((book.store.head() or (0,))[0])
        return extract

    def _take(self, row: Row, mine: list[str]) -> None:
        month, amount = row[PERIOD], row[AMOUNT]
        for account in mine:
            self.accounts.setdefault(account)
        if self.period and month > self.period:
            return
        if self.period and month < self.period:
            sums = self.opening
        else:
            sums = self.moved.setdefault(month, defaultdict(int))
            self.entries += 1
        sums[row[DEBIT]] += amount
        sums[row[CREDIT]] -= amount

    def _refuse(self, parties: set[str], periods: set[str]) -> None:
        if not parties:
            raise BookError("nothing is posted to this book yet; settle a programme into it first")
        if self.party and self.party not in parties:
            hint = did_you_mean(self.party, sorted(parties)) or f"; it has {listed(sorted(parties))}"
            raise BookError(f"there is no party {self.party!r} in this book{hint}")
        if self.period and self.period not in self.moved:
            whose = f"{self.party} has nothing" if self.party else "nothing is"
            raise BookError(f"{whose} posted in {self.period}; there is something in {_runs(sorted(periods))}")

    def rows(self, *, of_every_month: bool = False) -> Iterator[Row]:
        """The entries, in the order of the book; of every month where those of one are not enough."""
        for row in self.book.store.scan("entries"):
            if row[ACT] not in MOVING or (self.period and not of_every_month and row[PERIOD] != self.period):
                continue
            if not self.party or self.party in (party_of(row[DEBIT]), party_of(row[CREDIT])):
                yield row

    def is_own(self, account: str) -> bool:
        """Whether an account is in these books; where not, it is another party's."""
        return not self.party or party_of(account) == self.party

    @property
    def name(self) -> str:
        """What the files are called after: the programme, the party and the month."""
        return ".".join(filter(None, (self.book.identity.programme, self.party, self.period)))

    @property
    def of_what(self) -> str:
        """In words, for the head of a file."""
        month = f", {self.period}" if self.period else ""
        whose = f", the books of {self.party}" if self.party else ""
        return f"{self.book.identity.programme}{whose}{month}, as of record {self.head}"

    @property
    def used(self) -> dict[str, None]:
        """The accounts that it has a balance or an entry of, in their order."""
        touched = {*self.opening, *(account for moved in self.moved.values() for account in moved)}
        return dict.fromkeys(
            [*(one for one in self.accounts if one in touched), *sorted(touched - self.accounts.keys())]
        )

    def closings(self) -> Iterator[tuple[str, dict[str, int], dict[str, int]]]:
        """Month by month: its name, how accounts moved in it, and what every account came to by its end."""
        balances = defaultdict(int, self.opening)
        for month in sorted(self.moved):
            for account, amount in self.moved[month].items():
                balances[account] += amount
            yield month, self.moved[month], balances


def _runs(months: list[str]) -> str:
    return f"{months[0]} through {months[-1]}" if len(months) > 3 else listed(months)
