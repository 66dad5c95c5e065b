"""Settlements at once, and what stands in their way: nothing is lost, and settling again ends at the same books."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from books import STORES, place_for
from test_settle_book import LATE, PAID, TEXT, Desk, reported, used

from gigawatt.books import read_facts, settled, settled_into, verify_book
from gigawatt.errors import BookError
from gigawatt.ledger import keeping
from gigawatt.ledger.paging import FactsOnRecord
from gigawatt.model.entry import Account

AT_ONCE, MOST_TRIES = 8, 12
JANUARY = used(("u1", "2026-01", 1000))


@pytest.fixture(params=STORES)
def desks(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Desk]]:
    """Desks of one programme over one book, each with a folder of its own, as each writer would have."""
    place, made = place_for(request.param, tmp_path), list[Desk]()

    def desk() -> Desk:
        folder = tmp_path / f"desk-{len(made)}"
        folder.mkdir()
        made.append(Desk(place, folder, TEXT))
        return made[-1]

    yield desk
    with made[0].book() as book:
        assert verify_book(book).findings == ()


def until_settled(desk: Desk, *tables: str) -> int:
    """Settle, again and again where the book says so; how often it did."""
    for tries in range(MOST_TRIES):
        try:
            desk.settle("2026-06", *tables)
        except BookError as error:
            if "settle again" not in str(error):
                raise
        else:
            return tries
    raise AssertionError(f"not settled after {MOST_TRIES} tries")


def on_record(desk: Desk) -> list[str]:
    with desk.book() as book:
        return sorted(record.id for record in book.facts() if record.kind not in (keeping.SUM, keeping.REMAINING))


def one_after_another(tmp_path: Path, told: list[list[str]]) -> Desk:
    (tmp_path / "alone").mkdir()
    alone = Desk(place_for("sqlite", tmp_path), tmp_path / "alone", TEXT)
    for tables in told:
        alone.settle("2026-06", *tables)
    return alone


def facts_of(n: int) -> list[str]:
    """What one of the eight has to tell: Use and revenue of months that the others speak of too, and a payment."""
    months = [f"2026-{1 + (n + m) % 6:02}" for m in range(3)]
    return [
        used(*((f"u{n}-{month}", month, 10 * n + 7) for month in months)),
        reported(*((f"r{n}-{month}", month, (-300, 900, 400)[m]) for m, month in enumerate(months))),
        PAID + f"p{n},bank,acme,lumen,{months[0]}-20,{n + 1},USD\n",
    ]


def test_eight_that_settle_the_same_at_once_end_at_the_books_of_one(
    desks: Callable[[], Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_AT_ONCE", 3)
    tables = [table for n in range(3) for table in facts_of(n)]
    writers = [desks() for _ in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert set(pool.map(lambda desk: until_settled(desk, *tables), writers)) == {0}
    alone = one_after_another(tmp_path, [tables])
    assert writers[0].balances() == alone.balances()
    assert sorted(row["id"] for row in writers[0].entries()) == sorted(row["id"] for row in alone.entries())
    assert on_record(writers[0]) == on_record(alone)


def test_eight_that_settle_other_facts_at_once_end_at_the_books_of_one_after_another(
    desks: Callable[[], Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_AT_ONCE", 3)
    told, writers = [facts_of(n) for n in range(AT_ONCE)], [desks() for _ in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda desk, tables: until_settled(desk, *tables), writers, told))
    alone = one_after_another(tmp_path, told)
    assert writers[0].balances() == alone.balances()
    assert on_record(writers[0]) == on_record(alone)
    with writers[0].book() as book:
        head = book.head
    assert writers[0].settle("2026-06").entries == 0
    with writers[0].book() as book:
        assert book.head == head


def test_the_command_settles_anew_until_all_that_write_at_once_are_reckoned_with(
    desks: Callable[[], Desk], tmp_path: Path
) -> None:
    told, desk = [facts_of(n) for n in range(AT_ONCE)], desks()
    commands = []
    for n, tables in enumerate(told):
        files = [tmp_path / f"told-{n}-{k}.csv" for k in range(len(tables))]
        for file, table in zip(files, tables, strict=True):
            file.write_text(table, encoding="utf-8")
        named = [word for file in files for word in ("--facts", str(file))]
        settle = ["settle", str(desk.folder / "programme.yaml"), "--through", "2026-06", "--book", desk.place]
        commands.append(
            subprocess.Popen([sys.executable, "-m", "gigawatt", *settle, *named], stdout=subprocess.DEVNULL)
        )
    assert [command.wait() for command in commands] == [0] * AT_ONCE
    assert desk.balances() == one_after_another(tmp_path, told).balances()
    assert desk.settle("2026-06").entries == 0


def test_facts_that_came_meanwhile_are_not_passed_over(desks: Callable[[], Desk]) -> None:
    """The first reads, the second settles 2,000.00, the first keeps 20.00: it would take back what it knew not."""
    first, second = desks(), desks()
    second.settle("2026-01")
    (first.folder / "use.csv").write_text(used(("u2", "2026-01", 10)), encoding="utf-8")
    with first.book() as book:
        read = read_facts(first.programme, first.folder / "use.csv", book=book)
        found = settled(first.programme, read.facts, "2026-01", LATE)
        second.settle("2026-01", JANUARY)
        with pytest.raises(BookError, match=r"brought facts to the book meanwhile \(1 of use\).*settle again"):
            settled_into(book, first.programme, read, found)
    assert first.balances()["acme:lumen:payable"] == -200_000
    assert on_record(first) == ["use|meter|u1", "use|meter|u2"]
    first.settle("2026-01")
    assert first.balances()["acme:lumen:payable"] == -202_000


def test_facts_that_another_records_while_they_are_read_count_once(
    desks: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first finds its fact not on record; the second records it before the first reads what is."""
    first, second = desks(), desks()
    second.settle("2026-01")
    asked, acts = FactsOnRecord.facts_with_ids, [lambda: second.settle("2026-01", JANUARY)]

    def then_another(register: FactsOnRecord, ids: list[str]) -> list[tuple[object, ...]]:
        found = asked(register, ids)
        while acts:
            acts.pop()()
        return found

    monkeypatch.setattr(FactsOnRecord, "facts_with_ids", then_another)
    kept = first.settle("2026-01", JANUARY)
    assert (kept.facts, kept.entries, acts) == (0, 0, [])
    assert first.balances()["acme:lumen:payable"] == -200_000


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Have something done once, after a settlement has read the book and before it posts."""
    made, acts = keeping.entries_for, [act]

    def entries_for(*of: object) -> list[object]:
        entries = list(made(*of))  # type: ignore[arg-type]
        while acts:
            acts.pop()()
        return entries

    monkeypatch.setattr(keeping, "entries_for", entries_for)


def test_facts_that_come_while_it_posts_are_found_when_it_is_done(
    desks: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = desks(), desks()
    meanwhile(monkeypatch, lambda: second.settle("2026-01", reported(("r1", "2026-01", 1000))))
    with pytest.raises(BookError, match="settle again"):
        first.settle("2026-01", JANUARY)
    first.settle("2026-01")
    assert first.balances()["acme:lumen:payable"] == -210_000


def test_a_month_that_is_closed_while_it_settles_passes_its_entries_on_to_the_next(
    desks: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = desks(), desks()
    first.settle("2026-01", used(("u0", "2026-01", 1)))
    meanwhile(monkeypatch, lambda: second.close("2026-01", "2026-02"))
    with pytest.raises(BookError, match=r"period_closed.*settle again"):
        first.settle("2026-02", JANUARY, used(("u2", "2026-02", 10)))
    before = first.balances("2026-02")
    first.settle("2026-02")
    assert first.balances("2026-02") == before
    assert first.balances()["acme:lumen:payable"] == -202_200


def test_a_limit_that_stood_in_the_way_is_raised_and_settled_again(desks: Callable[[], Desk]) -> None:
    desk = desks()
    desk.settle("2026-01")
    with desk.book() as book:
        book.limit(Account("acme", "lumen", "payable"), most_credit_minor=100_000)
    for _ in range(2):
        with pytest.raises(BookError, match=r"exceeds_credit_limit.*look at its limits"):
            desk.settle("2026-01", JANUARY)
    with desk.book() as book:
        book.limit(Account("acme", "lumen", "payable"), most_credit_minor=200_000)
    desk.settle("2026-01")
    assert desk.balances()["acme:lumen:payable"] == -200_000


def test_a_payment_stays_where_it_was_booked_when_a_second_contract_is_signed(desks: Callable[[], Desk]) -> None:
    desk = desks()
    desk.settle("2026-02", JANUARY, PAID + "p1,bank,acme,lumen,2026-02-20,1500,USD\n")
    before = desk.balances()
    second = "  other: {buyer: acme, seller: lumen, status: signed, from: 2026-02-01, clauses: {}}\n"
    desk.programme = desk.written(TEXT + second)
    assert desk.settle("2026-02").entries == 0
    assert desk.balances() == before
