"""From what a book is to hold to the entries that it lacks: what is new, and what differs from what it has.

Nothing is changed in a book, so that a line that comes to another amount is corrected by the difference: by a credit
note to the entry that it lessens, or by a further entry. What is due later accrues, and the accrual is taken back on
the first day of the next month. Periods that take no entries pass them on to the next that does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from gigawatt.ledger.accounts import ACCRUED
from gigawatt.ledger.lines import LATE, NO_CLAUSE, SETTLED, Line
from gigawatt.ledger.pairs import accrued
from gigawatt.ledger.periods import PeriodStates
from gigawatt.model.entry import Account, Act, Entry
from gigawatt.values.span import add_months, month_span, parse_day

PAYER, PAYEE = "payer", "payee"


@dataclass
class Booked:
    """What a book has of one line: the accounts of its first entry, and by entry how much of it still stands."""

    sides: dict[str, tuple[str, str]] = field(default_factory=dict)
    open: dict[str, list[tuple[str, int, int]]] = field(default_factory=lambda: {PAYER: [], PAYEE: []})
    """By side, each entry's id, whether it runs as the first did (1) or the other way (-1), and what is left of it."""
    day: date = date.min
    """Of the first entry."""

    @property
    def amount_minor(self) -> int:
        """What it comes to, in the direction of its first entry."""
        return sum(sign * left for _, sign, left in self.open[PAYER])


@dataclass
class Known:
    """What a book has of all lines, and which months take entries."""

    lines: dict[str, Booked] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    """The last number that a line's entries had; those that failed count, since a failed id stays failed."""
    takes: Callable[[str], bool] = lambda month: True

    @classmethod
    def of(cls, entries: Iterable[Mapping[str, Any]], failed: Iterable[str], states: Mapping[str, str]) -> Known:
        """Read from a book's entries, in order, the ids that failed in it, and the states of its periods."""
        periods = PeriodStates.of(states)
        known = cls(takes=lambda month: periods.state(month) == "open")
        for row in entries:
            known._take(row)
        for id in failed:
            known._numbered(id)
        return known

    def _numbered(self, id: str) -> tuple[str, str]:
        """The line and the side of an entry of a settlement; none where it is another's."""
        key, _, rest = id.rpartition("#")
        number, _, side = rest.partition(":")
        if not key.startswith(f"{SETTLED}|") or not number.isdecimal():
            return "", ""
        self.numbers[key] = max(self.numbers.get(key, 0), int(number))
        return key, side

    def _take(self, row: Mapping[str, Any]) -> None:
        key, side = self._numbered(row["id"])
        if side not in (PAYER, PAYEE):  # an accrual, or made by something else
            return
        booked = self.lines.setdefault(key, Booked(day=parse_day(row["day"])))
        runs = (row["debit"], row["credit"])
        sign = 1 if booked.sides.setdefault(side, runs) == runs else -1
        if row["act"] != Act.CREDIT_NOTE:
            booked.open[side].append((row["id"], sign, row["amount_minor"]))
            return
        booked.open[side] = [
            (name, way, left - row["amount_minor"] if name == row["refers"] else left)
            for name, way, left in booked.open[side]
        ]


def entries_for(lines: Iterable[Line], months: Iterable[str], known: Known, currency: str) -> Iterator[Entry]:
    """The entries that a book lacks, so that of some months it holds these lines and no others.

    All that brings one line to its amount is linked, so that a book has it whole or not at all. Payments are booked
    once, and never taken back: they are facts.
    """
    asked, wanted = set(months), set()
    for line in lines:
        wanted.add(line.key)
        booked = known.lines.get(line.key, Booked())
        if not (line.payment and booked.sides):
            has = booked.amount_minor if _runs_as_first(line, booked) else -booked.amount_minor
            yield from _corrections(line, line.amount_minor - has, booked, known, currency)
    for key, booked in known.lines.items():
        _, month, clause, *_ = key.split("|")
        if key not in wanted and month in asked and clause != NO_CLAUSE:
            yield from _corrections(_gone(key, booked), -booked.amount_minor, booked, known, currency)


def _corrections(line: Line, owing: int, booked: Booked, known: Known, currency: str) -> Iterator[Entry]:
    """Entries by which a line comes to so much more, or less where it is below nought."""
    if not owing:
        return
    period, day = _first_open(f"{line.day:%Y-%m}", line.day, known)
    number = known.numbers.get(line.key, 0)
    made = _Correction(line, f"{line.key}#{number + 1}", not known.takes(line.month), currency)
    if line.accrues:
        yield from _accruals(made, owing, number + 1, period, known)
    left, way, as_first = abs(owing), 1 if owing > 0 else -1, 1 if _runs_as_first(line, booked) else -1
    for payers, payees in zip(reversed(booked.open[PAYER]), reversed(booked.open[PAYEE]), strict=True):
        name, sign, stands = payers
        amount = min(left, stands)
        if amount and sign * as_first != way:
            number, left = number + 1, left - amount
            yield from made.both(way * amount, number, period, day, refers=(name, payees[0]))
    if left:
        yield from made.both(way * left, number + 1, period, day)


def _runs_as_first(line: Line, booked: Booked) -> bool:
    """Whether a line above nought runs as its first entry did, which may have been one below nought."""
    debit, credit = line.sides[0]
    return booked.sides.get(PAYER, (debit.name, credit.name)) == (debit.name, credit.name)


@dataclass(frozen=True)
class _Correction:
    """All that brings one line to its amount, as entries of one link; `late` where its month takes none any more."""

    line: Line
    link: str
    late: bool
    currency: str

    def both(
        self, amount: int, number: int, period: str, day: date, refers: tuple[str, str] = ("", "")
    ) -> Iterator[Entry]:
        """The entry in the payer's books and that in the payee's; below nought they run the other way."""
        line = self.line
        due = f"due {line.net.after(day)}" if line.net is not None else ""
        words = "; ".join(part for part in (line.words, due) if part)
        for side, accounts, referred in zip((PAYER, PAYEE), line.sides, refers, strict=True):
            debit, credit = accounts if amount > 0 else accounts[::-1]
            yield Entry(
                f"{line.key}#{number}:{side}", debit, credit, abs(amount), self.currency, period, day,
                act=Act.CREDIT_NOTE if referred else Act.POST, clause=line.clause,
                what=line.what + LATE if self.late else line.what, words=words,
                quantity=line.quantity if amount == line.amount_minor else "", rate=line.rate, facts=line.facts,
                refers=referred, link=self.link, foreign=line.foreign,
            )  # fmt: skip


def _accruals(made: _Correction, owing: int, number: int, until: str, known: Known) -> Iterator[Entry]:
    """What is not invoiced yet, at the end of each month up to that, each taken back on the next day.

    What comes late accrues from the first month on that takes entries.
    """
    month = made.line.month
    while month < until:
        next_day = month_span(month).until
        following = f"{next_day:%Y-%m}"
        if known.takes(month) and known.takes(following):
            pairs = [
                accrued(_accrual(one, month)) for one in made.both(owing, number, month, next_day - timedelta(days=1))
            ]
            yield from (first for first, _ in pairs)
            yield from (second for _, second in pairs)
        month = following


def _accrual(one: Entry, month: str) -> Entry:
    """An entry as it is before the invoice: against what is accrued, in place of what is owed."""

    def account(account: Account) -> Account:
        return Account(account.party, account.contract, ACCRUED.get(account.purpose, account.purpose))

    key, _, side = one.id.rpartition(":")
    return replace(
        one, id=f"{key}:accrued-{month}:{side}", debit=account(one.debit), credit=account(one.credit),
        what=f"{one.what}, accrued", words="",
    )  # fmt: skip


def _first_open(month: str, day: date, known: Known) -> tuple[str, date]:
    """The first month from one on that takes entries, and the day: the same, or the first of a later month."""
    first = parse_day(month)
    while not known.takes(f"{first:%Y-%m}"):
        first = add_months(first, 1)
    found = f"{first:%Y-%m}"
    return (found, day) if found == month else (found, first)


def _gone(key: str, booked: Booked) -> Line:
    """A line that a book has and the settlement no longer: nothing is owed for it."""
    _, month, clause, what, _, *since = key.split("|")
    payer, payee = (tuple(map(Account.named, booked.sides[side])) for side in (PAYER, PAYEE))
    return Line(month, ((payer[0], payer[1]), (payee[0], payee[1])), 0, booked.day, clause, what, "".join(since))
