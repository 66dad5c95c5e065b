"""`gigawatt book` by what it prints and exits with."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from books import book_at, entry
from typer.testing import CliRunner

from gigawatt.cli import app


def run(*words: str):
    return CliRunner().invoke(app, ["book", *words])


@pytest.fixture
def place(tmp_path: Path) -> str:
    path = str(tmp_path / "book.db")
    book = book_at(path)
    book.post([entry("a", 12_345), entry("b", 5, act="pending")])
    book.close()
    return path


def test_balances_and_journal_are_told_for_people_and_machines(place: str) -> None:
    assert "acme:azure:cost  123.45  0.00" in run("balance", "--book", place).stdout
    rows = json.loads(run("balance", "--book", place, "--json").stdout)
    assert [(row["account"], row["balance"], row["pending debits"]) for row in rows] == [
        ("acme:azure:cost", "123.45", "0.05"),
        ("acme:azure:owed", "-123.45", "0.00"),
    ]
    journal = json.loads(run("journal", "--book", place, "--json", "--period", "2026-10").stdout)
    assert [(row["id"], row["act"], row["amount"]) for row in journal] == [
        ("a", "post", "123.45"),
        ("b", "pending", "0.05"),
    ]
    assert json.loads(run("journal", "--book", place, "--json", "--period", "2026-11").stdout) == []


def test_a_sound_book_verifies_and_a_changed_one_exits_1_and_names_the_record(place: str) -> None:
    done = run("verify", "--book", place)
    assert (done.exit_code, "3 records, 2 entries: sound" in done.stdout) == (0, True)
    head = done.stdout.split()[-1]
    assert run("verify", "--book", place, "--head", head).exit_code == 0
    raw = sqlite3.connect(place)
    raw.executescript("drop trigger entries_no_update; update entries set amount_minor = 1 where id = 'a'")
    raw.close()
    done = run("verify", "--book", place)
    assert done.exit_code == 1
    assert "record 2 (entries a): was changed" in done.stdout
    assert "entries add up to" in done.stdout
    found = json.loads(run("verify", "--book", place, "--json").stdout)["findings"]
    assert found[0]["place"] == "record 2 (entries a)"


def test_a_period_is_drafted_approved_by_another_and_closed(place: str) -> None:
    october = ("--book", place, "--period", "2026-10", "--by")
    assert run("approve", *october, "bob").exit_code == 1
    assert run("draft", *october, "ann").stdout == "2026-10 is draft\n"
    refused = run("approve", *october, "ann")
    assert (refused.exit_code, "ann prepared 2026-10 and cannot approve it" in refused.output) == (1, True)
    assert run("approve", *october, "bob").exit_code == 0
    refused = run("close", *october, "ann")
    assert (refused.exit_code, "1 pending entries (b ...); post or void them" in refused.output) == (1, True)
    assert run("open", *october, "bob", "--why", "b is pending").stdout == "2026-10 is open\n"
    assert "2026-10  open" in run("periods", "--book", place).stdout


def test_a_book_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    done = run("verify", "--book", str(tmp_path / "none.db"))
    assert (done.exit_code, "there is no book; settle a programme into it first" in done.output) == (1, True)
    assert not (tmp_path / "none.db").exists()
