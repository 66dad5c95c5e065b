"""Facts, settlement and books, wired: what `app.py` is to programmes and plans."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigawatt.app import digest, known_on

if TYPE_CHECKING:
    from gigawatt.ledger.book import Book
    from gigawatt.ledger.keeping import Kept
    from gigawatt.ledger.settling import Settlement
    from gigawatt.model.booked import Verified
    from gigawatt.model.commitments import Commitments
    from gigawatt.model.facts import Facts
    from gigawatt.model.gathered import Gathered
    from gigawatt.model.programme import Programme
    from gigawatt.model.statement import Statement


def open_book(place: str | os.PathLike[str], programme: Programme | None = None) -> Book:
    """Open the book at a place: a file, or the URL of a PostgreSQL database. It is made where a programme is given.

    Raises `BookError` where there is none, or it is another programme's, damaged, or of a later version.
    """
    from gigawatt.ledger.book import Book
    from gigawatt.model.booked import BookIdentity

    identity = None
    if programme is not None:
        identity = BookIdentity(programme.programme, programme.currency, digest(programme))
    store: Any
    if str(place).startswith(("postgres://", "postgresql://")):
        from gigawatt.store.postgres import PostgresStore

        store = PostgresStore(str(place), create=identity is not None)
    else:
        from gigawatt.store.sqlite import SqliteStore

        store = SqliteStore(Path(place), create=identity is not None)
    return Book(store, identity)


def verify_book(book: Book, noted: str = "") -> Verified:
    """Everything in a book that is not as the book wrote it; `noted` is a head of before, which must be in it still."""
    from gigawatt.ledger.verify import verify

    return verify(book, noted)


def read_facts(
    programme: Programme, *files: str | os.PathLike[str], bills: Sequence[str] = (), book: Book | None = None
) -> Gathered:
    """Read what happened from files of facts (CSV, Parquet, JSON lines), each `FILE` or `KIND=FILE`.

    `bills` are providers' Cost and Usage files in FOCUS, each `MAP=FILE` with the map that tells their pools and
    workloads. What a `book` has on record counts too. Raises `ProgrammeError` with every fault of every file and its
    place; the same fact with other content is one.
    """
    from gigawatt.file.fact_gathering import gather

    on_record = book.facts() if book is not None else None
    return gather(programme, [os.fspath(file) for file in files], bills, on_record)


def facts_schema_text() -> str:
    """The kinds of facts with their columns, as JSON text."""
    from gigawatt.file.fact_kinds import facts_schema

    return json.dumps(facts_schema(), indent=2, ensure_ascii=False) + "\n"


def settled(programme: Programme, facts: Facts, through: str, today: date | None = None) -> Settlement:
    """Who owes whom, month by month through one, by what happened; the contracts as the programme now knows them.

    Raises `GigawattError` for a month that is not over by `today` (the day itself if absent), or outside the horizon.
    """
    import datetime

    from gigawatt.ledger.settling import settle_through

    return settle_through(known_on(programme), facts, through, today or datetime.date.today())


def settled_into(
    book: Book,
    programme: Programme,
    gathered: Gathered,
    settlement: Settlement,
    tell: Callable[[str, str, float | None], None] = lambda *_: None,
) -> Kept:
    """Bring a book to hold a settlement: new facts, entries, corrections of what it had, months that stay open.

    To settle again what is settled changes nothing; cut short, it is taken up where it was. `tell` is called as it goes
    on. Raises `BookError`.
    """
    from gigawatt.ledger.keeping import keep

    return keep(book, known_on(programme), gathered, settlement, tell)


def stated(book: Book, first: str, second: str, period: str) -> Statement:
    """What stood between two parties in a month, such as `2026-10`; `render` in `report/statement_page.py` prints it.

    Raises `BookError` where the book has no such party, or the two parties' books do not agree.
    """
    from gigawatt.ledger.statement import statement_of

    return statement_of(book, first, second, period)


def commitments(
    programme: Programme, facts: Facts | None = None, *, as_of: date | None = None, year_begins: int = 1
) -> Commitments:
    """What is announced, signed, delivered and paid at the end of a day, and the least that is due after it, by year.

    Contracts stand as known on the day; facts of later days are left out. Without a day they stand as the programme's
    `as_of` has them, at its end, or where that lies before the horizon, at the end of the day before the horizon. A
    year begins in month `year_begins`. Raises `GigawattError` for a day outside the horizon (but the one before it), a
    month that is none, or a clause that cannot be settled.
    """
    from datetime import timedelta

    from gigawatt.ledger.commitments import commitments as reckoned

    before = programme.horizon.from_ - timedelta(days=1)
    day = max(programme.as_of, before) if as_of is None else as_of
    return reckoned(known_on(programme, as_of), day, facts, year_begins=year_begins)


def write_minimum(found: Commitments, path: str | os.PathLike[str]) -> None:
    """Write the least that is due as CSV: contract, clause, payer, payee, what, year, amount. Raises `OutputError`."""
    import csv

    from gigawatt.errors import OutputError

    names = ("contract", "clause", "payer", "payee", "what", "year", "amount")
    try:
        with Path(path).open("w", newline="", encoding="utf-8") as file:
            out = csv.DictWriter(file, names, lineterminator="\n")
            out.writeheader()
            out.writerows(found.rows())
    except OSError as fault:
        raise OutputError(f"cannot write {path}: {fault.strerror}; give another --csv") from fault


def minimum_picture(found: Commitments, path: str | os.PathLike[str]) -> None:
    """Write the least that is due, by year and contract, as a picture (SVG). Raises `OutputError`."""
    from gigawatt.report.obligations import write_picture

    write_picture(found, Path(path))
