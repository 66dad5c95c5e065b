"""Facts, settlement and books, wired: what `app.py` is to programmes and plans."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigawatt.app import digest, known_on

if TYPE_CHECKING:
    from gigawatt.ledger.book import Book
    from gigawatt.ledger.focus_columns import FocusFinding
    from gigawatt.ledger.settling import Settlement
    from gigawatt.model.booked import Verified
    from gigawatt.model.exported import Exported
    from gigawatt.model.facts import Facts
    from gigawatt.model.gathered import Gathered
    from gigawatt.model.programme import Programme


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


def export_book(
    book: Book,
    form: str,
    out: str | os.PathLike[str],
    *,
    party: str = "",
    period: str = "",
    chart: str | os.PathLike[str] | None = None,
    programme: Programme | None = None,
) -> Exported:
    """Write a book for other programs into a folder: `beancount`, `hledger` or `focus`.

    `party` has that party's own books alone (`focus` needs it), `period` a month alone; `chart` is a file that gives
    accounts the names of a company's own. With the programme `focus` tells its contract commitments too. Raises
    `BookError` where there is no such party or nothing to tell, `ProgrammeError` with every fault of the chart,
    `OutputError` where the folder cannot be written.
    """
    from gigawatt.ledger.exports import export

    own = None
    if chart is not None:
        from gigawatt.file.chart import read_chart

        own = read_chart(Path(chart))
    return export(book, form, Path(out), party, period, own, programme)


def check_focus(file: str | os.PathLike[str], version: str, dataset: str = "CostAndUsage") -> list[FocusFinding]:
    """Everything in a CSV file that is not as FOCUS asks, in a version (`1.2`, `1.4`); nothing where all is.

    The dataset is `CostAndUsage`, or of 1.4 `ContractCommitment`. Raises `GigawattError` for one that is not known, or
    a file that cannot be read.
    """
    from gigawatt.ledger.focus_columns import check_focus

    return check_focus(Path(file), version, dataset)


def read_facts(programme: Programme, *files: str | os.PathLike[str], bills: Sequence[str] = ()) -> Gathered:
    """Read what happened from files of facts (CSV, Parquet, JSON lines), each `FILE` or `KIND=FILE`.

    `bills` are providers' Cost and Usage files in FOCUS, each `MAP=FILE` with the map that tells their pools and
    workloads. Raises `ProgrammeError` with every fault of every file and its place.
    """
    from gigawatt.file.fact_gathering import gather

    return gather(programme, [os.fspath(file) for file in files], bills)


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
