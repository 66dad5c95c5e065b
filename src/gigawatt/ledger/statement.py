"""A statement between two parties, read from a book: both parties' accounts, which must tell the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from gigawatt.errors import BookError
from gigawatt.ledger.accounts import ACCRUED, PAYABLE, RECEIVABLE
from gigawatt.ledger.book import Book
from gigawatt.ledger.extract import MOVING, party_of
from gigawatt.ledger.keeping import REMAINING, SUM
from gigawatt.ledger.lines import month_of
from gigawatt.ledger.rules import MONTH
from gigawatt.model.booked import PeriodStanding
from gigawatt.model.entry import Act
from gigawatt.model.statement import Left, Statement, StatementLine
from gigawatt.values.ids import listed, unknown

OWED = frozenset({PAYABLE, RECEIVABLE})
ACCRUALS = frozenset(ACCRUED.values())

Row = Mapping[str, Any]


def statement_of(book: Book, first: str, second: str, period: str) -> Statement:
    """What stood between two parties in a month. BookError where the book has nothing between them up to then."""
    if not MONTH.fullmatch(period):
        raise BookError(f"{period!r} is no period; name a month, as 2026-10")
    opening, seen = 0, set[str]()
    lines: list[StatementLine] = []
    accrued: list[StatementLine] = []
    for _, group in groupby(book.entries(), key=lambda row: row["link"] or row["id"]):
        rows = [row for row in group if row["act"] in MOVING]
        parties = {party_of(row[side]) for row in rows for side in ("debit", "credit")}
        seen |= parties
        if parties != {first, second}:
            continue
        opening += _owed((row for row in rows if row["period"] < period), first, second, OWED)
        here = [row for row in rows if row["period"] == period]
        _owed(here, first, second, OWED)  # refuses what the two do not tell alike
        lines += _lines(here, first, second, OWED)
        accrued += [one for one in _lines(here, first, second, ACCRUALS) if one.act != Act.REVERSE]
    _refuse_unknown(book, (first, second), seen)
    standing = next((one for one in book.periods() if one.period == period), PeriodStanding(period))
    named = {fact for line in (*lines, *accrued) for fact in line.facts if fact.startswith(f"{SUM}|")}
    digests = {record.id: record.content for record in book.facts(SUM) if record.id in named} if named else {}
    return Statement(
        book.identity.programme, book.identity.currency, first, second, period, standing.state, opening,
        tuple(sorted(lines, key=lambda line: line.day)), tuple(accrued), _left(book, first, second, period),
        book.head, digests, standing.preparer, standing.approver, standing.why,
    )  # fmt: skip


def _purpose(account: str) -> str:
    return account.rpartition(":")[2]


def _owed(rows: Iterable[Row], first: str, second: str, purposes: frozenset[str]) -> int:
    """By how much some rows of one link raise what the first owes the second; both parties' books must tell the same.

    BookError where they do not.
    """
    rows, by_party, told = list(rows), {first: 0, second: 0}, set[str]()
    for row in rows:
        for side, sign in (("credit", 1), ("debit", -1)):
            party = party_of(row[side])
            if _purpose(row[side]) in purposes:
                told.add(party)
                by_party[party] += sign * row["amount_minor"]
    if len(told) == 2 and by_party[first] != -by_party[second]:
        names = listed(row["id"] for row in rows)
        raise BookError(f"the books of {first} and {second} do not agree on {names}; correct one of the two")
    return by_party[first] if first in told else -by_party[second]


def _lines(rows: Sequence[Row], first: str, second: str, purposes: frozenset[str]) -> Iterable[StatementLine]:
    """The rows of one link as lines: those of both parties that say the same are one."""
    for _, pair in groupby(sorted(rows, key=_same), key=_same):
        both = list(pair)
        amount = _owed(both, first, second, purposes)
        if not amount:
            continue
        row = both[0]
        month = month_of(row["id"])
        yield StatementLine(
            row["id"].rpartition(":")[0] if month else row["id"], date.fromisoformat(row["day"]), row["act"],
            row["debit"].split(":")[1], row["clause"], row["what"], month, row["words"], row["quantity"], row["rate"],
            amount, tuple(row["facts"].split("\n")) if row["facts"] else (), row["refers"].rpartition(":")[0],
        )  # fmt: skip


def _same(row: Row) -> tuple[str, ...]:
    told = tuple(str(row[name]) for name in ("day", "act", "clause", "what", "amount_minor"))
    return (*told, row["id"].rpartition(":")[0] if month_of(row["id"]) else "")


def _left(book: Book, first: str, second: str, period: str) -> tuple[Left, ...]:
    """What was left of the promises between the two at the period's end, as last settled."""
    latest: dict[str, dict[str, Any]] = {}
    for record in book.facts(REMAINING):
        if record.period == period:
            latest[record.id.rpartition("#")[0]] = json.loads(record.content)
    return tuple(
        Left(
            one["by"], one["what"], one["unit"], one["whole"], one["used"], one["left"],
            date.fromisoformat(one["until"]) if one["until"] else None, one["payer"], one["payee"],
            one["held_as"] or "", one["held_minor"],
        )
        for one in latest.values()
        if {one["payer"], one["payee"]} == {first, second}
    )  # fmt: skip


def _refuse_unknown(book: Book, asked: tuple[str, str], seen: set[str]) -> None:
    """BookError where a party is in no entry."""
    if asked[0] == asked[1]:
        raise BookError(f"a statement is between two parties; {asked[0]} is named twice")
    if not seen:
        raise BookError("the book holds no entries yet; settle a month into it first")
    for party in asked:
        if party not in seen:
            raise BookError(f"{unknown('party', party, seen).rstrip('?')}; the book has {listed(sorted(seen))}")
