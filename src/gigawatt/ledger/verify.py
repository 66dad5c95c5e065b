"""Verify a book: the chain recomputed, every entry judged again by the rules, every balance added up anew."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from hashlib import sha256
from itertools import repeat

from gigawatt.ledger.book import Book
from gigawatt.ledger.chain import GENESIS, PART, hash_of, text_of
from gigawatt.ledger.periods import FROM, after, out_of_order, refusal
from gigawatt.ledger.rules import BOOKS_OWN, refused, wrong_in_itself
from gigawatt.ledger.seam import Row
from gigawatt.ledger.state import ACT, AT, CREDIT, DEBIT, ID, REFERS, State
from gigawatt.model.booked import BALANCE, COLUMNS, Finding, PeriodStanding, Verified
from gigawatt.model.entry import RESOLVES, Act

KINDS = {table: tuple(columns.values()) for table, columns in {**COLUMNS, "balances": BALANCE}.items()}


def verify(book: Book, noted: str = "") -> Verified:
    """Everything in a book that is not as the book wrote it. `noted` is a head of before, which must be in it still."""
    with book.store.reading():
        flaws = book.store.check()
        if flaws:
            return Verified(0, 0, "0:", tuple(Finding("the database", flaw) for flaw in flaws))
        return _Verifier(book, noted).run()


class _Verifier:
    """Goes through a book once, record by record, with the state that they add up to."""

    def __init__(self, book: Book, noted: str) -> None:
        self.store, self.noted = book.store, noted
        self.state = State(book.identity.currency)
        self.standings: dict[str, PeriodStanding] = {}
        self.ids: set[str] = set()
        self.used: set[str] = set()
        self.facts: set[str] = set()
        self.touched: set[str] = set()
        self.findings: list[Finding] = []
        self.wanted = {row[REFERS] for row in self.store.scan("entries") if row[REFERS]}
        self.programmes: set[tuple[str, str]] = set()

    def run(self) -> Verified:
        seq, before, last, entries, head, noted = 0, GENESIS, 0, 0, "0:", not self.noted
        balances = self._balances()
        due = next(balances, None)
        for row, table in self._records():
            place = f"record {row[0]} ({table}{f' {row[1]}' if len(row) > 1 else ''})"
            if tuple(map(type, row)) != KINDS[table]:
                self._find(place, "holds a value of another type than the book writes")
                continue
            seq = self._chained(place, table, row, seq, before)
            before = row[-1]
            if row[-2] < last:
                self._find(place, "is earlier than the one before it")
            last = max(last, row[-2])
            self._judge(place, table, row)
            entries += table == "entries"
            head = f"{row[0]}:{row[-1].hex()}"
            noted = noted or head == self.noted
            while due is not None and due[0][0] <= row[0]:
                self._compare(*due)
                due = next(balances, None)
        if due is not None:
            self._find(f"balances after record {due[0][0]}", "follow no record; records at the end are missing")
        if self.touched:
            accounts = ", ".join(sorted(self.touched))
            self._find("balances", f"those after the last entries are missing, of {accounts}")
        if not noted:
            self._find("the head", f"{self.noted} was noted before and is not in the book; records were taken out")
        return Verified(seq, entries, head, tuple(self.findings))

    def _records(self) -> Iterator[tuple[Row, str]]:
        each = [zip(self.store.scan(table), repeat(table)) for table in COLUMNS]
        return heapq.merge(*each, key=lambda item: item[0][0])

    def _balances(self) -> Iterator[list[Row]]:
        rows: list[Row] = []
        for row in self.store.scan("balances"):
            if rows and rows[0][0] != row[0]:
                yield rows
                rows = []
            rows.append(row)
        if rows:
            yield rows

    def _chained(self, place: str, table: str, row: Row, seq: int, before: bytes) -> int:
        if row[0] != seq + 1:
            what = f"record {seq + 1}" if row[0] == seq + 2 else f"records {seq + 1} to {row[0] - 1}"
            self._find(place, f"{what} before it is missing" if row[0] > seq else "its number is there twice")
        text = text_of(table, row[:-1])
        if hash_of(text, before) != row[-1] or text.count(PART) != len(row) - 1:
            self._find(place, "was changed, or what stands before it was: its hash is not that of the chain")
        return int(row[0])

    def _compare(self, *rows: Row) -> None:
        seq, told = rows[0][0], {row[1]: row for row in rows}
        for account in sorted(self.touched | told.keys()):
            place, added = f"balance of {account} after record {seq}", tuple(self.state.balances[account])
            found = told.get(account)
            if found is None:
                self._find(place, "is missing")
            elif account not in self.touched:
                self._find(place, "belongs to no entry")
            elif tuple(map(type, found)) != KINDS["balances"] or found[2:] != added:
                self._find(place, f"is {found[2:]}; the entries add up to {added}")
        self.touched.clear()

    def _judge(self, place: str, table: str, row: Row) -> None:
        fault = getattr(self, f"_{table}")(row)
        if fault:
            self._find(place, fault)

    def _programmes(self, row: Row) -> str:
        self.programmes.add((row[1], row[2]))
        return "a book is of one programme and one currency" if len(self.programmes) > 1 else ""

    def _limits(self, row: Row) -> str:
        self.state.limits[row[1]] = (row[2], row[3])
        return ""

    def _facts(self, row: Row) -> str:
        self.state.facts.add(row[1])
        return "" if sha256(row[4].encode()).hexdigest() == row[5] else "its digest is not that of its content"

    def _failures(self, row: Row) -> str:
        again = row[1] in self.ids
        self.ids.add(row[1])
        return "its id was used before" if again else ""

    def _periods(self, row: Row) -> str:
        _, period, act, by, why, *_ = row
        if act not in FROM:
            return f"{act} is nothing that is done to a period"
        standing = self.standings.get(period, PeriodStanding(period))
        used = sorted(one for one in self.used | self.standings.keys() if one < period)
        earlier = [self.standings.get(one, PeriodStanding(one)) for one in used]
        fault = refusal(standing, act, by, why) or out_of_order(standing, earlier, act)
        self.standings[period] = after(standing, act, by, why)
        self.state.periods.take(period, self.standings[period].state)
        return fault

    def _entries(self, row: Row) -> str:
        again, self.state.now_us = row[ID] in self.ids, row[AT["at_us"]]
        self.used.add(row[AT["period"]])
        self.ids.add(row[ID])
        own = row[ACT] == Act.EXPIRE and row[ID].startswith(BOOKS_OWN)
        fault = "" if own else wrong_in_itself(row, self.state.currency, self.state.currency)
        fault = fault or refused(row, self.state) or ("id used before" if again else "")
        if fault == "act_unknown":
            return f"breaks a rule: {fault}"
        if row[ID] in self.wanted:
            self.state.add_subject(row)
        if row[ACT] not in RESOLVES or row[REFERS] in self.state.subjects:
            self.state.apply(row)
            self.touched.update((row[DEBIT], row[CREDIT]))
        return f"breaks a rule: {fault}" if fault else ""

    def _find(self, place: str, what: str) -> None:
        self.findings.append(Finding(place, what))
