"""Killed at any moment, written by many at once, or on a full disk: nothing is lost and nothing is doubled."""

from __future__ import annotations

import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from books import STORES, book_at, entry, place_for
from stream import batch

from gigawatt.errors import BookError
from gigawatt.ledger.verify import verify

STREAM = Path(__file__).with_name("stream.py")
KILLS, ROUND = 100, 25


def started(place: str, seed: int, batches: int) -> subprocess.Popen[str]:
    command = [sys.executable, str(STREAM), place, str(seed), str(batches)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def plain_balances(batches: list[list]) -> dict[str, tuple[int, int]]:
    """Posted debits and credits by account, added up by hand; what is pending or voided moves nothing."""
    sums: dict[str, list[int]] = {}
    for sent in batches:
        for one in sent:
            if one.act == "post":
                sums.setdefault(one.debit.name, [0, 0])[0] += one.amount_minor
                sums.setdefault(one.credit.name, [0, 0])[1] += one.amount_minor
    return {account: (debits, credits) for account, (debits, credits) in sums.items()}


def killed(place: str, seed: int, after_s: float) -> int:
    """Start a stream, kill it so long after its book was open; how many batches it was told are kept."""
    child = started(place, seed, 4000)
    assert child.stdout is not None
    assert child.stdout.readline() == "open\n"
    time.sleep(after_s)
    child.send_signal(signal.SIGKILL)
    told = child.stdout.read().split("\n")
    child.wait()
    return len([line for line in told[:-1] if line])


@pytest.mark.parametrize("kind", STORES)
@pytest.mark.parametrize("round", range(KILLS // ROUND))
def test_killed_a_hundred_times_nothing_is_lost_and_nothing_doubled(kind: str, round: int, tmp_path: Path) -> None:
    place, draw, kept = place_for(kind, tmp_path), random.Random(round), []
    book_at(place).close()
    for n in range(ROUND):
        seed = round * ROUND + n
        told = killed(place, seed, draw.random() * 0.02)
        book = book_at(place)
        try:
            for number in range(told):
                assert {answer.outcome for answer in book.post(batch(seed, number))} == {"exists"}
            for number in range(told, told + 2):
                outcomes = {answer.outcome for answer in book.post(batch(seed, number))}
                assert outcomes in ({"exists"}, {"created"})
            kept += [batch(seed, number) for number in range(told + 2)]
        finally:
            book.close()
    book = book_at(place)
    assert {account: found[:2] for account, found in book.balances().items()} == plain_balances(kept)
    assert verify(book).findings == ()
    book.close()


@pytest.mark.parametrize("kind", STORES)
def test_eight_writers_at_once_give_the_same_balances_as_one(kind: str, tmp_path: Path) -> None:
    many, one = place_for(kind, tmp_path), place_for(kind, tmp_path)
    book_at(many).close()

    def write(seed: int) -> None:
        book = book_at(many)
        for number in range(12):
            assert all(answer.ok for answer in book.post(batch(seed % 4, number)))
        book.close()

    with ThreadPoolExecutor(8) as writers:
        list(writers.map(write, range(8)))
    alone, together = book_at(one), book_at(many)
    for seed in range(4):
        for number in range(12):
            alone.post(batch(seed, number))
    assert together.balances() == alone.balances()
    assert verify(together).findings == ()
    together.close()
    alone.close()


def test_a_full_disk_loses_nothing_and_says_what_to_do(tmp_path: Path) -> None:
    book = book_at(str(tmp_path / "book.db"))
    book.post([entry("first")])
    pages = book.store.connection.execute("pragma page_count").fetchone()[0]
    book.store.connection.execute(f"pragma max_page_count = {pages + 4}")
    sent = [entry(f"e{n}", words="x" * 500) for n in range(500)]
    with pytest.raises(BookError, match="make room and send it again"):
        book.post(sent)
    assert [row["id"] for row in book.entries()] == ["first"]
    assert verify(book).findings == ()
    book.store.connection.execute("pragma max_page_count = 100000")
    assert {answer.outcome for answer in book.post(sent)} == {"created"}
    book.close()


def test_a_file_that_may_grow_no_more_loses_nothing(tmp_path: Path) -> None:
    place = str(tmp_path / "book.db")
    book_at(place).close()
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))  # noqa: E731
    command = [sys.executable, str(STREAM), place, "1", "4000"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=limit)
    assert "make room and send it again" in done.stderr
    told = len(done.stdout.split()) - 1
    assert told > 0
    book = book_at(place)
    assert verify(book).findings == ()
    assert all(answer.outcome == "exists" for number in range(told) for answer in book.post(batch(1, number)))
    assert {answer.outcome for answer in book.post(batch(1, told))} == {"created"}
    book.close()


def test_a_book_that_another_program_writes_to_waits_and_then_says_so(tmp_path: Path, monkeypatch) -> None:
    from gigawatt.store import sqlite

    monkeypatch.setattr(sqlite, "PATIENCE_S", 0.05)
    book = book_at(str(tmp_path / "book.db"))
    other = sqlite3.connect(tmp_path / "book.db", isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(BookError, match="another program has been writing"):
        book.post([entry("a")])
    other.execute("rollback")
    assert book.post([entry("a")])[0].ok
    book.close()
    other.close()
