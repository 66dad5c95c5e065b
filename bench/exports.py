"""Exports: the same entries written by us and checked by Beancount and hledger, in one run."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from bench.measure import measure
from bench.registry import Figure, benchmark
from gigawatt.books import check_focus, export_book, verify_book
from gigawatt.ledger.book import Book
from gigawatt.model.booked import BookIdentity
from gigawatt.model.entry import Account, Entry
from gigawatt.store.sqlite import SqliteStore

ENTRIES, BATCH, CONTRACTS = 100_000, 10_000, 20
FORMS = ("beancount", "hledger", "focus")


@benchmark("exports")
def exports() -> Iterator[Figure]:
    """100,000 entries written as Beancount, hledger and FOCUS, beside bean-check and hledger check on them."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        book = _posted(folder / "book.db")
        verified = _timed(lambda: verify_book(book))
        spent = {form: _timed(lambda form=form: export_book(book, form, folder, party="acme")) for form in FORMS}
        text, found = folder / "acme.acme", list[object]()
        checked = _timed(lambda: found.extend(check_focus(f"{text}.focus-1.4-cost-and-usage.csv", "1.4")))
        book.close()
        if found:
            raise RuntimeError(f"the FOCUS file is not as it should be: {found[0]}")
        theirs = {
            "bean-check": [str(Path(sys.executable).with_name("bean-check")), "--no-cache", f"{text}.beancount"],
            "hledger check": ["hledger", "check", "--strict", "-f", f"{text}.journal"],
        }  # fmt: skip
        for form in FORMS:
            yield Figure(f"entries written as {form} a second", ENTRIES / spent[form], "/s")
        yield Figure("rows of FOCUS checked a second", ENTRIES / checked, "/s")
        yield Figure("entries verified by us a second", ENTRIES / verified, "/s")
        for name, command in theirs.items():
            if shutil.which(command[0]) is None:
                yield Figure(f"{name}: not here", 0.0, "s")
                continue
            cost = measure(command)
            form = "beancount" if name == "bean-check" else "hledger"
            yield Figure(f"entries checked by {name} a second", ENTRIES / cost.wall_s, "/s")
            yield Figure(f"written by us, over checked by {name}", spent[form] / cost.wall_s, "times", most=1.0)
            yield Figure(f"verified by us, over checked by {name}", verified / cost.wall_s, "times", most=1.0)


def _timed(work: Callable[[], object]) -> float:
    """Wall seconds of a piece of work."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _posted(path: Path) -> Book:
    """A book of one buyer: cost that it owes under 20 contracts, through three years."""
    book = Book(SqliteStore(path), BookIdentity("acme", "USD"))
    sides = [tuple(Account("acme", f"contract-{n}", name) for name in ("cost", "payable")) for n in range(CONTRACTS)]
    months = [f"{2026 + n // 12}-{1 + n % 12:02d}" for n in range(36)]
    entries = [
        Entry(
            f"use-{n}", *sides[n % CONTRACTS], 210 * (1 + n % 999), "USD", months[n * 36 // ENTRIES],
            date.fromisoformat(f"{months[n * 36 // ENTRIES]}-{1 + n % 28:02d}"), quantity=f"{1 + n % 999} chip-hour",
            rate="2.10 USD/chip-hour", clause=f"contract-{n % CONTRACTS}/rate", what="rent",
        )
        for n in range(ENTRIES)
    ]  # fmt: skip
    for start in range(0, ENTRIES, BATCH):
        book.post(entries[start : start + BATCH])
    return book
