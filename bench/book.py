"""The book: durable postings a second on SQLite, beside plain inserts of the same rows."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bench.registry import Figure, benchmark
from gigawatt.ledger.book import Book
from gigawatt.ledger.verify import verify
from gigawatt.model.booked import BookIdentity
from gigawatt.model.entry import Account, Entry
from gigawatt.store.sqlite import SqliteStore

ENTRIES, BATCH = 100_000, 10_000


@benchmark("book")
def book() -> Iterator[Figure]:
    """Durable postings a second into a SQLite file in batches of 10,000, beside plain inserts of the same rows."""
    accounts = [Account("acme", f"contract-{n}", purpose) for n in range(20) for purpose in ("cost", "owed")]
    entries = [
        Entry(
            f"{n * 7919 % 1_000_003:07d}", accounts[2 * (n % 20)], accounts[2 * (n % 20) + 1], 1 + n % 999, "USD",
            "2026-10", date(2026, 10, 1 + n % 31), clause=f"contract-{n % 20}/rate", what="use",
            quantity="12.5 chip-hour", rate="2.10 USD/chip-hour",
        )
        for n in range(ENTRIES)
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        ours = Book(SqliteStore(Path(folder) / "book.db"), BookIdentity("acme", "USD"))
        began = time.perf_counter()
        for start in range(0, ENTRIES, BATCH):
            ours.post(entries[start : start + BATCH])
        spent = time.perf_counter() - began
        rows = list(ours.store.scan("entries"))
        plain = _plainly(Path(folder) / "plain.db", rows)
        began = time.perf_counter()
        found = verify(ours)
        verified = time.perf_counter() - began
        ours.close()
    if found.findings or found.entries != ENTRIES:
        raise RuntimeError(f"the book does not verify: {found}")
    yield Figure("durable postings a second", ENTRIES / spent, "/s", least=50_000)
    yield Figure("time over plain inserts of the same rows", spent / plain, "times")
    yield Figure("entries verified a second", ENTRIES / verified, "/s")


def _plainly(path: Path, rows: list[tuple[object, ...]]) -> float:
    """Seconds to insert the rows into one table with the same durability and no rule."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute(f"create table plain ({', '.join(f'c{n}' for n in range(len(rows[0])))})")
    marks = ", ".join("?" * len(rows[0]))
    began = time.perf_counter()
    for start in range(0, len(rows), BATCH):
        connection.execute("begin")
        connection.executemany(f"insert into plain values ({marks})", rows[start : start + BATCH])
        connection.execute("commit")
    spent = time.perf_counter() - began
    connection.close()
    return spent
