"""What goes wrong with `gigawatt settle --book`: who, what, why and how to mend it are told; the book stays whole."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from gigawatt.books import open_book, verify_book
from gigawatt.cli import app

TEXT = """
programme: acme
decides: acme
horizon: {from: 2026-01, through: 2026-06}
pools: {fair-h100: {provider: fair, chip: h100}, zen-h100: {provider: zen, chip: h100}}
workloads: {chat: {kind: serving, chips: 10}}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2026-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 2 USD/chip-hour},
    share: {kind: revenue_share, payer: acme, payee: lumen, rate: 10 %}}}
  zen: {buyer: acme, seller: zen, status: signed, from: 2026-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 3 USD/chip-hour}}}
"""
USE = "id,sender,pool,workload,month,chip_hours\n"
JANUARY = USE + "u1,meter,lumen-h100,chat,2026-01,1000\nu2,meter,zen-h100,chat,2026-01,10\n"
MONEY = "id,sender,stream,earner,month,amount,currency\n"
UNSIGNED = TEXT[: TEXT.index("  zen:")]
STAYS = "the fact 'u2' of meter is in the book and stays there: have the programme know again what it names"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A programme, a month of Use, and a book that holds it."""
    monkeypatch.chdir(tmp_path)
    Path("programme.yaml").write_text(TEXT)
    Path("january.csv").write_text(JANUARY)
    settle("--facts", "january.csv")
    return tmp_path


def settle(*arguments: str, through: str = "2026-02", book: str = "book.db", code: int = 0) -> Any:
    command = ["settle", "programme.yaml", *arguments, "--through", through, "--book", book]
    result = CliRunner().invoke(app, command, env={"COLUMNS": "120", "NO_COLOR": "1"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


def kept(book: str = "book.db") -> tuple[list[str], list[str]]:
    """The ids of the facts and of the entries of a book, which verifies."""
    opened = open_book(book)
    try:
        assert verify_book(opened).findings == ()
        return sorted(record.id for record in opened.facts()), sorted(row["id"] for row in opened.entries())
    finally:
        opened.close()


def refused(*arguments: str, **told: str) -> str:
    """What is said of a settlement that is refused: the book is as it was."""
    before = kept()
    said = str(settle(*arguments, **told, code=1).output)  # type: ignore[arg-type]
    assert kept() == before
    return said


@pytest.mark.parametrize(("rows", "told"), [
    (USE + ",meter,lumen-h100,chat,2026-02,1\n", "facts.csv:2:1: id: has no id; a fact needs the one that its"),
    (USE + "u3,meter,lumen-h100,chat,2026-02,1\nu3,meter,lumen-h100,chat,2026-02,2\n",
     "'u3' of meter stands already in facts.csv:2, and here has other content: chip_hours 2.000000 for 1.000000"),
    (USE + "u1,meter,lumen-h100,chat,2026-01,999\n",
     "other content: chip_hours 999.000000 for 1000.000000; keep what was told first, and give what comes to it an id"),
    (USE + "u3,meter,fair-h100,chat,2026-02,1\n",
     "facts.csv:2:3: pool: no signed contract of those who decide covers pool 'fair-h100', and none of them owns it, "
     "so that nobody owes anything for it; sign the contract in the programme, or leave the fact out"),
    (USE + "u3,meter,lumen-h100,chat,2026-02,-5\n", "facts.csv:2:6: chip_hours: -5 is below nought; give what was"),
    (MONEY + "r1,acme,chat,acme,2026-02,100,EUR\n",
     "facts.csv:2:7: currency: is in 'EUR', and the programme's money is USD; convert it at the rate that"),
    (USE + "u3,meter,lumen-h100,chat,2026-02,1", "does not end with the end of a line, so that its last row may"),
])  # fmt: skip
def test_facts_that_are_wrong_leave_the_book_as_it_was(rows: str, told: str) -> None:
    Path("facts.csv").write_text(rows)
    assert told in refused("--facts", "facts.csv")


def test_parquet_that_was_cut_short_leaves_the_book_as_it_was() -> None:
    pl.read_csv("january.csv", infer_schema=False).write_parquet("facts.parquet")
    whole = Path("facts.parquet").read_bytes()
    Path("facts.parquet").write_bytes(whole[: len(whole) // 2])
    assert "facts.parquet: is no sound parquet file" in refused("--facts", "facts.parquet")


def test_a_month_that_is_not_over_is_not_settled_and_says_which_is() -> None:
    for name in ("programme.yaml", "january.csv"):
        Path(name).write_text(Path(name).read_text().replace("2026-", "2996-"))
    settle("--facts", "january.csv", through="2996-01", book="other.db", code=1)
    said = settle("--facts", "january.csv", through="2996-01", book="other.db", code=1).output
    assert "2996-01 is not over on 20" in said
    assert "what is not over is not settled; wait until 2996-02-01" in said
    assert kept("other.db") == ([], [])


def test_late_facts_of_a_closed_month_go_on_to_the_next_and_it_is_said() -> None:
    for act, by in (("draft", "ann"), ("approve", "bob"), ("close", "ann")):
        CliRunner().invoke(app, ["book", act, "--book", "book.db", "--period", "2026-01", "--by", by])
    Path("late.csv").write_text(USE + "u3,meter,lumen-h100,chat,2026-01,5\n")
    said = settle("--facts", "late.csv").stdout
    assert "to the book: 1 facts, 2 entries" in said
    assert "2026-01 take no entries any more: what came late stands in the next month that does" in said


@pytest.mark.parametrize(("text", "told"), [
    (UNSIGNED.replace(", zen-h100: {provider: zen, chip: h100}", ""),
     "the book, record 3: pool: there is no pool 'zen-h100'"),
    (UNSIGNED, "the book, record 3: pool: no signed contract of those who decide covers pool 'zen-h100', and none of "
     "them owns it, so that nobody owes anything for it; sign the contract in the programme; "),
    (TEXT.replace("chat: ", "talk: "), "the book, record 3: workload: there is no workload 'chat'"),
    (TEXT.replace("2026-01", "2026-02"), "the book, record 3: month: 2026-01 lies outside the horizon, 2026-02 through "
     "2026-06; move the horizon; "),
])  # fmt: skip
def test_a_programme_that_no_longer_knows_what_is_on_record_is_told_of_the_fact(text: str, told: str) -> None:
    Path("programme.yaml").write_text(text)
    said = refused()
    assert told in said
    assert STAYS in said
    Path("programme.yaml").write_text(TEXT)
    assert "to the book: 0 facts, 0 entries" in settle().stdout


def test_the_book_of_another_programme_is_refused() -> None:
    Path("programme.yaml").write_text(TEXT.replace("programme: acme", "programme: other"))
    told = "book of acme in USD, not of other in USD; name that programme's own book, or a new one"
    assert told in refused("--facts", "january.csv")


def test_a_book_of_a_later_version_is_refused_and_says_so() -> None:
    raw = sqlite3.connect("book.db")
    raw.execute("insert into versions values (3)")
    raw.commit()
    raw.close()
    said = settle(code=1).output
    assert "book.db: the book has version 3 and this Gigawatt knows up to 2; install a later one" in said


@pytest.mark.parametrize("damage", [
    lambda whole: whole[: len(whole) // 2],
    lambda whole: whole[:100],
    lambda whole: whole[:4096] + b"x" * (len(whole) - 4096),
    lambda whole: b"x" * len(whole),
])  # fmt: skip
def test_a_damaged_book_says_to_restore_it_and_a_copy_goes_on(damage: Callable[[bytes], bytes]) -> None:
    whole = Path("book.db").read_bytes()
    Path("book.db").write_bytes(damage(whole))
    said = settle(code=1).output
    assert "book.db: the file is damaged" in said
    assert "restore it from a copy and send again what came since: a repeat is safe" in said
    Path("book.db").write_bytes(whole)
    assert "to the book: 0 facts, 0 entries" in settle("--facts", "january.csv").stdout


@pytest.mark.parametrize(("place", "told"), [
    ("january.csv/book.db", "january.csv/book.db: no book can be made there ("),
    (".", "name one in a folder that is yours to write to"),
    ("january.csv", "january.csv: the file is damaged (file is not a database)"),
])  # fmt: skip
def test_a_place_where_no_book_can_be_says_why(place: str, told: str) -> None:
    assert told in settle("--facts", "january.csv", book=place, code=1).output
    assert Path("january.csv").read_text() == JANUARY


def test_a_disk_that_fills_up_in_the_middle_loses_nothing_and_settling_again_finishes() -> None:
    """The command itself, in batches of fifty facts, may write files of up to 300 kB: some of its batches fit."""
    rows = "".join(f"m{n},meter,{('lumen', 'zen')[n % 2]}-h100,chat,2026-02,{n}\n" for n in range(1, 1500))
    Path("many.csv").write_text(USE + rows)
    run = "import gigawatt.ledger.keeping as k; k._AT_ONCE = 50; from gigawatt.cli import app; app()"
    command = [sys.executable, "-c", run, "settle", "programme.yaml", "--facts", "many.csv", "--through", "2026-02",
               "--book", "book.db"]  # fmt: skip
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))  # noqa: E731
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=limit)
    assert done.returncode == 1
    assert "the disk has no room for it" in done.stderr
    assert "make room and send it again" in done.stderr
    assert "Traceback" not in done.stderr
    assert 50 < len(kept()[0]) < 1500
    settle("--facts", "many.csv")
    settle("--facts", "many.csv", "--facts", "january.csv", book="whole.db")
    assert kept() == kept("whole.db")
