"""`gigawatt export` by what it writes, prints and exits with; from a file, and from a database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from books import STORES, place_for, store_at
from traded import OCTOBER, traded
from typer.testing import CliRunner

from gigawatt.books import export_book
from gigawatt.cli import app
from gigawatt.ledger.book import Book
from gigawatt.model.booked import BookIdentity
from gigawatt.store.sqlite import SqliteStore


def run(*words: str | Path):
    return CliRunner().invoke(app, ["export", *map(str, words)])


@pytest.fixture
def place(tmp_path: Path) -> Path:
    traded(tmp_path / "book.db").close()
    return tmp_path / "book.db"


def test_each_file_is_told_with_what_it_holds(place: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "deep"
    done = run("hledger", "--book", place, "--out", out)
    assert (done.exit_code, done.stdout) == (0, f"{out}/acme.journal: 22 entries\n")
    done = run("focus", "--book", place, "--out", out, "--party", "acme", "--period", "2026-10")
    assert done.stdout == (
        f"{out}/acme.acme.2026-10.focus-1.2-cost-and-usage.csv: 8 rows\n"
        f"{out}/acme.acme.2026-10.focus-1.4-cost-and-usage.csv: 8 rows\n"
        "  left out, since each is an accrual, which is no bill: 1\n"
    )
    told = json.loads(run("beancount", "--book", place, "--out", out, "--party", "acme", "--json").stdout)
    assert told == {"files": [{"file": f"{out}/acme.acme.beancount", "entries": 15}], "left_out": {}}
    assert sorted(path.suffix for path in out.iterdir()) == [".beancount", ".csv", ".csv", ".journal"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("beancount", "--party", "acne"), 1, "error: there is no party 'acne' in this book; did you mean 'acme'?"),
        (
            ("beancount", "--period", "2027-01"),
            1,
            "error: nothing is posted in 2027-01; there is something in 2026-10 and",
        ),
        (("focus",), 1, "error: FOCUS has the charges of one buyer; name it as the party"),
        (("focus", "--party", "acme", "--programme", "none.yaml"), 1, "none.yaml: there is no such file"),
        (("hledger", "--chart", "none.yaml"), 1, "none.yaml: there is no such file"),
        (("hleger",), 2, "'hleger' is not one of 'focus', 'beancount', 'hledger'"),
    ],
)
def test_each_mistake_is_told_with_its_exit_code(
    words: tuple[str, ...], code: int, told: str, place: Path, tmp_path: Path
) -> None:
    done = run(*words, "--book", place, "--out", tmp_path / "out")
    assert (done.exit_code, told in " ".join(done.output.replace("│", " ").split())) == (code, True), done.output
    assert not (tmp_path / "out").exists()


def test_a_book_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = run("hledger", "--book", tmp_path / "none.db", "--out", tmp_path)
    assert (done.exit_code, "there is no book; settle a programme into it first" in done.output) == (1, True)


def test_a_folder_that_cannot_be_written_is_told_and_what_was_there_stays(place: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("a file")
    done = run("hledger", "--book", place, "--out", out)
    assert (done.exit_code, f"error: cannot write the export to {out}: " in done.output) == (3, True)
    out.unlink()
    out.mkdir()
    (out / "acme.journal.partial").mkdir()
    assert run("hledger", "--book", place, "--out", out).exit_code == 3
    assert [path.name for path in out.iterdir()] == ["acme.journal.partial"]


@pytest.mark.parametrize("kind", STORES)
def test_every_store_exports_the_same(kind: str, tmp_path: Path) -> None:
    def posted(store: Any) -> Book:
        book = Book(store, BookIdentity("acme", "USD", "text-1"))
        assert all(answer.ok for answer in book.post(OCTOBER))
        return book

    place, plain = place_for(kind, tmp_path), posted(SqliteStore(Path(":memory:")))
    posted(store_at(place)).close()
    for form in ("beancount", "hledger", "focus"):
        assert run(form, "--book", place, "--out", tmp_path / "there", "--party", "acme").exit_code == 0
        for path in export_book(plain, form, tmp_path / "here", party="acme").files:
            assert (tmp_path / "there" / path.name).read_text() == path.read_text()
    plain.close()
