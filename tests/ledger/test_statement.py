"""A statement tells what two parties owe each other, line by line, and ties to the books of both."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from books import place_for
from hypothesis import given, settings
from hypothesis import strategies as st
from test_settle_book import PAID, TEXT, Desk, reported, used
from typer.testing import CliRunner

from gigawatt.books import stated
from gigawatt.cli import app
from gigawatt.errors import BookError
from gigawatt.model.entry import Account, Entry
from gigawatt.model.statement import Statement
from gigawatt.report.statement_page import render

BETWEEN = ("acme", "lumen")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """1,000 h of January at 2, a tenth of 1,000 in February, 1,500 paid on 20 February; 10 h of January came late."""
    desk = Desk(place_for("sqlite", tmp_path), tmp_path, TEXT)
    paid = PAID + "p1,bank,acme,lumen,2026-02-20,1500,USD\n"
    desk.settle("2026-02", used(("u1", "2026-01", 1000)), reported(("r1", "2026-02", 1000)), paid)
    desk.close("2026-01", "2026-02")
    desk.settle("2026-02", used(("u2", "2026-01", 10)))
    return desk


def told(desk: Desk, period: str, first: str = "acme", second: str = "lumen") -> Statement:
    with desk.book() as book:
        return stated(book, first, second, period)


def lines(found: Statement) -> list[tuple[str, str, str, int]]:
    return [(f"{one.day}", one.what, one.of_month, one.amount_minor) for one in found.lines]


def test_worked_by_hand(desk: Desk) -> None:
    january, february, march = (told(desk, f"2026-0{n}") for n in (1, 2, 3))
    assert (january.opening_minor, january.closing_minor, january.accrued_minor) == (0, 0, 200_000)
    assert lines(february) == [
        ("2026-02-01", "rent", "2026-01", 200_000),
        ("2026-02-20", "payment", "2026-02", -150_000),
    ]
    assert (february.opening_minor, february.closing_minor, february.accrued_minor) == (0, 50_000, 10_000)
    assert (february.state, february.preparer, february.approver) == ("closed", "ann", "bob")
    assert lines(march) == [
        ("2026-03-01", "revenue share", "2026-02", 10_000),
        ("2026-03-01", "rent (late)", "2026-01", 2_000),
    ]
    assert (march.opening_minor, march.closing_minor, march.accrued_minor) == (50_000, 62_000, 0)


def test_a_line_has_clause_words_quantity_rate_and_facts(desk: Desk) -> None:
    rent = told(desk, "2026-02").lines[0]
    assert (rent.clause, rent.words) == ("lumen/rate", "Order 7, 2.1: two dollars; due 2026-03-03")
    assert (rent.quantity, rent.rate, rent.facts) == ("1000 chip-hour", "2", ("use|meter|u1",))
    assert rent.entry == "settled|2026-01|lumen/rate|rent|acme>lumen#1"


def test_seen_from_the_other_side_every_amount_is_the_opposite(desk: Desk) -> None:
    ours, theirs = told(desk, "2026-02"), told(desk, "2026-02", "lumen", "acme")
    assert [one.amount_minor for one in theirs.lines] == [-one.amount_minor for one in ours.lines]
    assert theirs.closing_minor == -ours.closing_minor


def test_what_is_left_of_a_cap_stands_in_the_statement_of_its_month(desk: Desk) -> None:
    """A tenth of 1,000 is 100 of the cap of 500."""
    (january,), (february,) = told(desk, "2026-01").left, told(desk, "2026-02").left
    assert (january.used, january.left) == ("0", "500")
    assert (february.clause, february.what, february.whole, february.used, february.left) == (
        "lumen/share", "cap", "500", "100", "400",
    )  # fmt: skip


def test_what_is_left_follows_late_facts(desk: Desk) -> None:
    desk.settle("2026-02", reported(("r2", "2026-02", 2000)))
    (left,) = told(desk, "2026-02").left
    assert left.left == "200"


@settings(max_examples=15, deadline=None)
@given(
    facts=st.lists(
        st.tuples(st.integers(1, 6), st.integers(-3000, 3000), st.booleans(), st.integers(0, 6)), min_size=1, max_size=6
    )
)
def test_balances_carry_over_and_tie_to_the_accounts(facts: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("tie")
    desk = Desk(place_for("sqlite", folder), folder, TEXT)
    closed = 0
    for n, (month, amount, is_use, close) in enumerate(facts):
        when = f"2026-{month:02d}"
        table = used((f"u{n}", when, abs(amount))) if is_use else reported((f"r{n}", when, amount))
        desk.settle("2026-06", table)
        if close > closed:
            with desk.book() as book:
                still = [one.period for one in book.periods() if one.state != "closed"]
            desk.close(*(period for period in still if period <= f"2026-{close:02d}"))
            closed = close
    if not desk.entries():
        return
    closing = 0
    for month in range(1, 13):
        found = told(desk, f"2026-{month:02d}")
        assert found.opening_minor == closing
        closing = found.closing_minor
        owed = desk.balances(found.period).get("acme:lumen:payable", 0)
        assert closing == -owed == desk.balances(found.period).get("lumen:lumen:receivable", 0)
        accrued = desk.balances(found.period).get("acme:lumen:accrued_cost", 0)
        assert found.accrued_minor == -accrued


def test_books_that_do_not_agree_are_refused(desk: Desk) -> None:
    batch: list[Entry] = []
    with desk.book() as book:
        for name, party, debit, credit, amount in (
            ("x1", "acme", "cost", "payable", 500), ("x2", "lumen", "receivable", "income", 400),
        ):  # fmt: skip
            accounts = (Account(party, "lumen", purpose) for purpose in (debit, credit))
            batch.append(Entry(name, *accounts, amount, "USD", "2026-03", date(2026, 3, 1), link="x"))
        book.post(batch)
        with pytest.raises(BookError, match="the books of acme and lumen do not agree on x1 and x2"):
            stated(book, *BETWEEN, "2026-03")


@pytest.mark.parametrize(
    ("first", "second", "period", "says"),
    [
        ("acme", "lumn", "2026-02", "there is no party 'lumn'; did you mean 'lumen'; the book has acme and lumen"),
        ("acme", "acme", "2026-02", "a statement is between two parties; acme is named twice"),
        ("acme", "lumen", "February", "'February' is no period; name a month, as 2026-10"),
    ],
)
def test_what_cannot_be_stated_says_why(desk: Desk, first: str, second: str, period: str, says: str) -> None:
    with pytest.raises(BookError, match=says):
        told(desk, period, first, second)


def test_the_page_has_every_line_and_needs_no_script(desk: Desk) -> None:
    page = render(told(desk, "2026-02"))
    assert "<script" not in page
    for text in ("2,000.00", "-1,500.00", "500.00", "Order 7, 2.1: two dollars", "use|meter|u1", "approved by bob"):
        assert text in page


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["statement", *arguments])


def test_the_command_prints_json_csv_and_a_page(desk: Desk, tmp_path: Path) -> None:
    asked = ("--book", desk.place, "--between", *BETWEEN, "--period", "2026-02")
    found = json.loads(run(*asked, "--json").stdout)
    assert (found["closing_minor"], found["lines"][0]["clause"]) == (50_000, "lumen/rate")
    rows = list(csv.DictReader(io.StringIO(run(*asked, "--csv").stdout)))
    assert [(row["row"], row["amount"]) for row in rows] == [
        ("opening", "0.00"), ("line", "2000.00"), ("line", "-1500.00"), ("closing", "500.00"), ("accrued", "100.00"),
    ]  # fmt: skip
    assert run(*asked, "--html", "--out", str(tmp_path / "s.html")).exit_code == 0
    assert (tmp_path / "s.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    plain = run(*asked).stdout
    assert "closing balance" in plain
    assert "left at the period's end" in plain


def test_the_command_called_wrongly_says_how(desk: Desk, tmp_path: Path) -> None:
    asked = ("--book", desk.place, "--between", *BETWEEN, "--period", "2026-02")
    assert run(*asked, "--html", "--csv").exit_code == 2
    assert run(*asked, "--out", str(tmp_path / "x")).exit_code == 2
    none = run("--book", str(tmp_path / "none.db"), "--between", *BETWEEN, "--period", "2026-02")
    assert none.exit_code == 1
    assert "there is no book; settle a programme into it first" in none.output
