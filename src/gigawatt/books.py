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
    import polars as pl

    from gigawatt.ledger.book import Book
    from gigawatt.ledger.focus_columns import FocusFinding
    from gigawatt.ledger.keeping import Kept
    from gigawatt.ledger.settling import Settlement
    from gigawatt.model.booked import Verified
    from gigawatt.model.commitments import Commitments
    from gigawatt.model.exported import Exported
    from gigawatt.model.facts import Facts
    from gigawatt.model.gathered import Gathered
    from gigawatt.model.plan import Plan
    from gigawatt.model.programme import Programme
    from gigawatt.model.statement import Statement
    from gigawatt.sim.metering import Made


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


def read_facts(
    programme: Programme, *files: str | os.PathLike[str], bills: Sequence[str] = (), book: Book | None = None
) -> Gathered:
    """Read what happened from files of facts (CSV, Parquet, JSON lines), each `FILE` or `KIND=FILE`.

    `bills` are providers' Cost and Usage files in FOCUS, each `MAP=FILE` with the map that tells their pools and
    workloads. What a `book` has on record counts too. Raises `ProgrammeError` with every fault of every file and its
    place; the same fact with other content is one.
    """
    from gigawatt.file.fact_gathering import gather

    return gather(programme, [os.fspath(file) for file in files], bills, book.register() if book is not None else None)


def facts_schema_text() -> str:
    """The kinds of facts with their columns, as JSON text."""
    from gigawatt.file.fact_kinds import facts_schema

    return json.dumps(facts_schema(), indent=2, ensure_ascii=False) + "\n"


def settled(
    programme: Programme, facts: Facts, through: str, today: date | None = None, as_of: date | None = None
) -> Settlement:
    """Who owes whom, month by month through one, by what happened; the contracts as known `as_of` a day, else now.

    Raises `GigawattError` for a month that is not over by `today` (the day itself if absent), or outside the horizon.
    """
    import datetime

    from gigawatt.ledger.settling import settle_through

    return settle_through(known_on(programme, as_of), facts, through, today or datetime.date.today())


def settled_into(
    book: Book,
    programme: Programme,
    gathered: Gathered,
    settlement: Settlement,
    tell: Callable[[str, str, float | None], None] = lambda *_: None,
    as_of: date | None = None,
) -> Kept:
    """Bring a book to hold a settlement: new facts, entries, corrections of what it had, months that stay open.

    To settle again what is settled changes nothing; cut short, it is taken up where it was. `tell` is called as it goes
    on; `as_of` is as it was settled. Raises `BookError`.
    """
    from gigawatt.ledger.keeping import keep

    return keep(book, known_on(programme, as_of), gathered, settlement, tell)


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


FACTS_OF_PLAN = "facts.parquet"
"""The file in a plan's folder that holds its quantities as facts."""


def write_plan_facts(plan: Plan, folder: str | os.PathLike[str]) -> None:
    """Write a plan's own quantities as facts beside its tables, all kinds in `facts.parquet`. Raises `OutputError`."""
    from gigawatt.file.fact_writing import one_table, tables_of

    if plan.facts is not None:
        months = [f"{month.start:%Y-%m}" for month in plan.programme.horizon.months]
        tables = tables_of(plan.facts, months, plan.programme.currency, "plan", {"made": "by a plan, rounded"})
        _written(one_table(tables), Path(folder) / FACTS_OF_PLAN)


def plan_of_signed(programme: Programme, **options: Any) -> Plan:
    """The best plan with what is signed; offers are refused, since nobody owes for them. `options` as of `plan`."""
    from gigawatt.app import plan

    contracts = known_on(programme).contracts
    offers = {name: False for name, contract in contracts.items() if contract.status == "offer"}
    return plan(programme, signs=offers, **options)


def metered(
    programme: Programme,
    plan: Plan | str | os.PathLike[str],
    *,
    seed: int = 0,
    noise: str = "5 %",
    through: str | None = None,
    daily: bool = False,
) -> Made:
    """Facts as meters and books would have sent them, made up from a plan (as it was made, or the folder it is in).

    Each row of Use is off by up to `noise` of it, drawn by the `seed`, within what its pool holds; the same seed makes
    the same rows. Through the month `through`, by month or by day. Raises `GigawattError` for a folder without a plan,
    a plan that is another programme's or signs what is only offered, a month outside the horizon, a noise that is no
    share.
    """
    from gigawatt.app import rated
    from gigawatt.errors import GigawattError
    from gigawatt.model.plan import Plan
    from gigawatt.sim.metering import metered as made
    from gigawatt.sim.metering import plan_in, share

    off = share(noise)
    known = known_on(rated(programme))
    if isinstance(plan, Plan):
        facts, capacity, offers = plan.facts, plan.capacity, plan.offers
    else:
        capacity, offers = plan_in(Path(plan), known, FACTS_OF_PLAN)
        facts = None
    signed = offers.filter("signed")["contract"].to_list()
    if signed:
        raise GigawattError(
            f"the plan signs {', '.join(signed)}, which the programme has as an offer, so that nobody would owe "
            "for it; say `status: signed` there, or plan with what is signed, as `gigawatt meter` does without --plan"
        )
    if facts is None:
        if isinstance(plan, Plan):
            raise GigawattError("the plan was written by hand and has no facts; make one with gigawatt.plan")
        facts = read_facts(programme, Path(plan) / FACTS_OF_PLAN).facts
    chips = {(pool, month): held for pool, month, held in capacity.select("pool", "month", "chips").iter_rows()}
    return made(known, facts, chips, seed=seed, noise=off, through=through, daily=daily)


def write_metered(found: Made, folder: str | os.PathLike[str]) -> dict[str, Path]:
    """Write what was made up as files that `read_facts` reads: Use as Parquet, all else as CSV; and a README.md.

    The files by kind of fact. Raises `OutputError`.
    """
    from gigawatt.file.fact_kinds import BY_NAME
    from gigawatt.file.fact_writing import signed, tables_of
    from gigawatt.sim.metering import NOTE, SENDER

    path, files = Path(folder), dict[str, Path]()
    tables = tables_of(found.facts, found.months, found.programme.currency, SENDER, NOTE)
    tables = {"use": signed(found.use, BY_NAME["use"], SENDER, NOTE), **tables}
    for name, table in tables.items():
        files[name] = path / f"{name}.{'parquet' if name == 'use' else 'csv'}"
        _written(table, files[name])
    _written(found.told({name: file.name for name, file in files.items()}), path / "README.md")
    return files


def _written(what: pl.DataFrame | str, path: Path) -> None:
    from gigawatt.errors import OutputError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(what, str):
            path.write_text(what, encoding="utf-8")
        elif path.suffix == ".parquet":
            what.write_parquet(path)
        else:
            what.write_csv(path)
    except OSError as fault:
        raise OutputError(f"cannot write {path}: {fault.strerror or fault}; give another --out") from fault
