"""Books for tests: small accounts, entries in one line, a clock that is set by hand, and both stores by their name."""

from __future__ import annotations

import os
import uuid
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from gigawatt.ledger.book import Book
from gigawatt.model.booked import BookIdentity
from gigawatt.model.entry import Account, Act, Entry
from gigawatt.store.sqlite import SqliteStore

ACME = BookIdentity("acme", "USD", "text-1")
COST, OWED, PAID = (Account("acme", "azure", purpose) for purpose in ("cost", "owed", "prepaid"))
SERVER = os.environ.get("GIGAWATT_TEST_POSTGRES", "")
"""The URL of a PostgreSQL server on which schemas may be made."""
STORES = ["sqlite", "postgres"]


class Clock:
    """Microseconds that pass when they are told to."""

    def __init__(self) -> None:
        self.us = 1_000_000_000

    def __call__(self) -> int:
        return self.us

    def pass_s(self, seconds: float) -> None:
        self.us += round(seconds * 1_000_000)


def entry(id: str, amount: int = 100, debit: Account = COST, credit: Account = OWED, **told: Any) -> Entry:
    """An entry of October 2026, but for what is told."""
    made = Entry(id, debit, credit, amount, "USD", "2026-10", date(2026, 10, 31))
    return replace(made, **{name: Act(value) if name == "act" else value for name, value in told.items()})


def place_for(kind: str, folder: Path) -> str:
    """A fresh place for a book of a kind; a test without a server skips."""
    if kind == "sqlite":
        return str(folder / f"{uuid.uuid4().hex}.db")
    import pytest

    if not SERVER:
        pytest.skip("no PostgreSQL server: GIGAWATT_TEST_POSTGRES names none (make test-postgres starts one)")
    from postgres_server import schema_of

    return schema_of(SERVER)


def store_at(place: str, create: bool = True) -> Any:
    """The store of a place."""
    if place.startswith("postgres"):
        from gigawatt.store.postgres import PostgresStore

        return PostgresStore(place, create=create)
    return SqliteStore(Path(place), create=create)


def book_at(place: str, clock: Any = None) -> Book:
    """Acme's book at a place."""
    return Book(store_at(place), ACME, clock or Clock())
