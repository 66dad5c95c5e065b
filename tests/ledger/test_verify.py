"""Verify finds every change, and names what was changed."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from books import COST, OWED, PAID, STORES, Clock, book_at, entry, place_for, store_at

from gigawatt.errors import BookError
from gigawatt.ledger.book import Book
from gigawatt.ledger.verify import verify
from gigawatt.model.booked import BALANCE, COLUMNS, BookIdentity, Verified
from gigawatt.model.entry import FactOnRecord, Foreign
from gigawatt.store import sql
from gigawatt.store.schema import steps

TABLES = {**COLUMNS, "balances": BALANCE}


def filled(place: str) -> Book:
    """A book with two rows or more in every table."""
    book = book_at(place)
    Book(book.store, BookIdentity("acme", "USD", "text-2"), Clock())
    book.record_facts([FactOnRecord(f"meter-{n}", "use", "2026-10", f'{{"n": {n}}}') for n in (1, 2)])
    book.limit(PAID, most_credit_minor=0)
    book.limit(COST, most_debit_minor=1000)
    book.post([entry("a", facts=("meter-1",), words="w"), entry("b", foreign=Foreign("EUR", 100, "1.00"))])
    book.post([entry("c", act="pending", timeout_s=50), entry("d", credit=PAID), entry("e", credit=PAID)])
    book.post([entry("r", act="credit_note", refers="a", debit=OWED, credit=COST, amount=7)])
    book.draft("2026-09", "ann")
    book.approve("2026-09", "bob")
    book.post([entry("z", 1)])
    return book


def seen(path: Path) -> Verified:
    book = Book(store_at(str(path)))
    try:
        return verify(book)
    finally:
        book.close()


def tampered(path: Path, *statements: str) -> None:
    """Change a book as somebody would who may write to its file and knows of the triggers."""
    raw = sqlite3.connect(path)
    for (name,) in raw.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        raw.execute(f"drop trigger {name}")
    for statement in statements:
        raw.execute(statement)
    raw.commit()
    raw.close()


OTHER = {int: "{0} - 1", str: "{0} || 'x'", bytes: "zeroblob(32)"}
CHANGES = [
    (table, column, which) for table, columns in TABLES.items() for column in columns for which in ("first", "last")
]


@pytest.mark.parametrize(("table", "column", "which"), CHANGES)
def test_any_column_of_any_row_that_was_changed_is_found_and_named(
    table: str, column: str, which: str, tmp_path: Path
) -> None:
    path = tmp_path / "book.db"
    filled(str(path)).close()
    row = "order by seq desc limit 1" if which == "last" else "order by seq limit 1"
    new = OTHER[TABLES[table][column]].format(f'"{column}"')
    # A number that is taken already cannot be given again; one beyond all can.
    new = "seq + 1000" if column == "seq" else new
    tampered(path, f'update {table} set "{column}" = {new} where rowid = (select rowid from {table} {row})')
    found = seen(path).findings
    assert found
    assert any(table.removesuffix("s") in finding.place or "record" in finding.what for finding in found)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("which", ["", "desc"])
def test_a_row_that_was_taken_out_is_found(table: str, which: str, tmp_path: Path) -> None:
    path = tmp_path / "book.db"
    filled(str(path)).close()
    row = f"(select rowid from {table} order by seq {which} limit 1)"
    tampered(path, f"delete from {table} where rowid = {row}")
    assert seen(path).findings


def test_two_rows_that_changed_places_are_found(tmp_path: Path) -> None:
    path = tmp_path / "book.db"
    filled(str(path)).close()
    one, two = "(select seq from entries where id = 'a')", "(select seq from entries where id = 'b')"
    raw = sqlite3.connect(path)
    (a,), (b,) = raw.execute(f"select {one}").fetchone(), raw.execute(f"select {two}").fetchone()
    raw.close()
    tampered(path, f"update entries set seq = -1 where seq = {a}", f"update entries set seq = {a} where seq = {b}",
             f"update entries set seq = {b} where seq = -1")  # fmt: skip
    assert {"record 7 (entries b)", "record 8 (entries a)"} & {finding.place for finding in seen(path).findings}


def test_an_end_that_was_cut_off_cleanly_is_found_by_a_head_that_was_noted(tmp_path: Path) -> None:
    path = tmp_path / "book.db"
    book = filled(str(path))
    noted = book.head
    book.close()
    last = "(select max(seq) from entries)"
    tampered(path, f"delete from balances where seq = {last}", f"delete from entries where seq = {last}")
    book = Book(store_at(str(path)))
    assert verify(book).findings == ()
    assert [finding.place for finding in verify(book, noted).findings] == ["the head"]
    book.close()


@pytest.mark.parametrize("kind", STORES)
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", ["update {0} set seq = 99", "delete from {0}"])
def test_the_database_itself_refuses_to_change_or_delete(kind: str, table: str, change: str, tmp_path: Path) -> None:
    book = filled(place_for(kind, tmp_path))
    with pytest.raises(BookError, match="nothing in a book is changed or deleted"), book.store.writing():
        book.store.all(change.format(table))
    assert verify(book).findings == ()
    book.close()


@pytest.mark.parametrize("kind", STORES)
def test_a_book_of_another_programme_or_currency_is_refused(kind: str, tmp_path: Path) -> None:
    place = place_for(kind, tmp_path)
    filled(place).close()
    for other in (BookIdentity("zenith", "USD"), BookIdentity("acme", "EUR")):
        with pytest.raises(BookError, match="book of acme in USD, not of"):
            Book(store_at(place), other)
    assert Book(store_at(place)).identity.digest == "text-2"


@pytest.mark.parametrize("kind", STORES)
def test_a_book_of_a_later_version_is_refused(kind: str, tmp_path: Path) -> None:
    place = place_for(kind, tmp_path)
    book = filled(place)
    with book.store.writing():
        book.store.append("balances", [])
        (book.store.connection.execute)("insert into versions values (3)")
    book.close()
    with pytest.raises(BookError, match="version 3 and this Gigawatt knows up to 2; install a later one"):
        store_at(place)


LATER = {"facts_by_period", "limits_account"}


def filled_at_version_1(kind: str, folder: Path) -> str:
    """A place where a book lies as it was made and filled before there was another version."""
    place = place_for(kind, folder)
    with pytest.MonkeyPatch.context() as earlier:
        earlier.setattr(sql, "steps", lambda dialect, version: [] if version else steps(dialect, 0)[:-3])
        filled(place).close()
    return place


def indexes(book: Book, kind: str) -> set[str]:
    """The names of a book's indexes."""
    where = (
        "sqlite_master where type = 'index'" if kind == "sqlite" else "pg_indexes where schemaname = current_schema()"
    )
    return {row[0] for row in book.store.all(f"select {'name' if kind == 'sqlite' else 'indexname'} from {where}")}


@pytest.mark.parametrize("kind", STORES)
def test_a_book_of_version_1_that_may_not_be_changed_serves_as_it_is(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who may post may not always add an index, and what is kept as it was is not to be written to."""
    place = filled_at_version_1(kind, tmp_path)
    monkeypatch.setattr(sql, "steps", lambda dialect, version: ["create index facts_by_period on nothing (n)"])
    book = book_at(place)
    assert book.store.all("select version from versions") == [(1,)]
    assert book.post([entry("later")])[0].ok
    assert [one.id for one in book.facts("use")] == ["meter-1", "meter-2"]
    assert verify(book).findings == ()
    book.close()


@pytest.mark.parametrize("kind", STORES)
def test_a_book_of_version_1_is_brought_to_the_next_and_holds_what_it_held(kind: str, tmp_path: Path) -> None:
    place = filled_at_version_1(kind, tmp_path)
    before = Book(store_at(place, create=False))
    assert before.store.all("select version from versions") == [(1,)]
    assert not LATER & indexes(before, kind)
    assert verify(before).findings == ()
    head, records = before.head, [*before.entries(), *before.facts(), *before.failed()]
    before.close()
    for _ in range(2):
        now = Book(store_at(place))
        assert now.store.all("select version from versions order by 1") == [(1,), (2,)]
        assert indexes(now, kind) >= LATER
        assert (now.head, [*now.entries(), *now.facts(), *now.failed()]) == (head, records)
        assert verify(now).findings == ()
        now.close()


def test_a_file_that_was_cut_short_or_is_something_else_is_told(tmp_path: Path) -> None:
    path = tmp_path / "book.db"
    filled(str(path)).close()
    whole = path.read_bytes()
    told: list[Any] = []
    for size in (len(whole) // 2, len(whole) // 3, 1000):
        path.write_bytes(whole[:size])
        try:
            told.append(bool(seen(path).findings))
        except BookError as error:
            told.append("restore it from a copy" in str(error))
    assert told == [True] * 3
    path.write_text("this is no book" * 1000)
    with pytest.raises(BookError, match="restore it from a copy"):
        seen(path)


def test_bytes_that_were_flipped_in_the_file_are_found(tmp_path: Path) -> None:
    path = tmp_path / "book.db"
    book = filled(str(path))
    book.post([entry(f"n{n}", 1, words=f"flip-me-{n:04d}") for n in range(300)])
    book.close()
    whole = path.read_bytes()
    for n in range(0, 300, 37):
        at = whole.index(b"flip-me-%04d" % n)
        path.write_bytes(whole[:at] + b"F" + whole[at + 1 :])
        assert any(f"n{n})" in finding.place for finding in seen(path).findings)
