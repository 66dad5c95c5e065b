"""The command `gigawatt settle`: postings by month and clause, what stays open, and its exit codes."""

from __future__ import annotations

import json
import runpy
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gigawatt.cli import app
from gigawatt.file.fact_kinds import FACT_KINDS
from gigawatt.ledger.lines import exact

ROOT = Path(__file__).resolve().parent.parent.parent

TEXT = """
programme: acme
decides: acme
horizon: {from: 2026-01, through: 2026-06}
workloads: {chat: {kind: serving, chips: 10}}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2026-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 2.10 USD/chip-hour},
    shares: {kind: warrant, exercise_price: 1 USD, vests: [{shares: 100, power: 1 MW}]}}}
"""
USE = "id,sender,pool,workload,month,chip_hours\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "programme.yaml").write_text(TEXT)
    (tmp_path / "use.csv").write_text(USE + "m1,meter,lumen-h100,chat,2026-01,1000.125\n" * 2)
    (tmp_path / "shares.jsonl").write_text(
        '{"fact": "milestones", "id": 1, "sender": "a", "clause": "lumen/shares", "on": "2026-01-10", "milestone": 1}\n'
        '{"fact": "exercised", "id": 1, "sender": "a", "clause": "lumen/shares", "on": "2026-02-10", "shares": 101}\n'
    )
    return tmp_path


def run(*arguments: str, code: int = 0) -> Any:
    result = CliRunner().invoke(app, ["settle", "programme.yaml", *arguments], env={"COLUMNS": "120", "NO_COLOR": "1"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


@pytest.mark.usefixtures("folder")
def test_it_tells_the_postings_and_what_was_repeated() -> None:
    told = run("--facts", "use.csv", "--through", "2026-02").stdout.splitlines()
    assert told[:3] == [
        "acme: read 2 of use",
        "  1 of use only repeat another row, and count once",
        "settled 2026-01 through 2026-02: 1 postings",
    ]
    assert told[-1].split() == [
        "2026-01",
        "lumen/rate",
        "rent",
        "acme",
        "lumen",
        "2,100.26",
        "USD",
        "1,000.125",
        "chip-hour",
    ]


@pytest.mark.usefixtures("folder")
def test_json_has_exact_amounts_quantities_and_the_sources() -> None:
    told = json.loads(run("--facts", "use=use.csv", "--through", "2026-01", "--json").stdout)
    (line,) = told["postings"]
    assert {key: line[key] for key in ("by", "month", "amount", "amount_minor", "quantity", "rate", "unit")} == {
        "by": "lumen/rate", "month": "2026-01", "amount": "2100.26", "amount_minor": 210_026, "quantity": "1000.125",
        "rate": "2.1", "unit": "chip-hour",
    }  # fmt: skip
    assert (told["months"], told["open"], told["currency"]) == (["2026-01"], [], "USD")
    assert (told["facts"]["rows"], told["facts"]["repeats"]) == ({"use": 2}, {"use": 1})
    assert [(source["name"], source["rows"]) for source in told["facts"]["sources"]] == [("meter|m1", 1)]


@pytest.mark.usefixtures("folder")
def test_a_clause_that_cannot_be_settled_leaves_months_open_with_exit_code_5() -> None:
    files = ("--facts", "use.csv", "--facts", "shares.jsonl", "--through", "2026-03")
    result = run(*files, code=5)
    assert "settled 2026-01 through 2026-01: 1 postings" in result.stdout
    assert "error: 2026-02 stays open: lumen/shares cannot be settled" in result.stderr
    told = json.loads(run(*files, "--json", code=5).stdout)
    assert [(one["month"], one["clause"]) for one in told["open"]] == [("2026-02", "lumen/shares")]


@pytest.mark.parametrize(("arguments", "code", "told"), [
    (("--through", "2026-01"), 2, "there is nothing to settle from; give --facts, --focus or --book"),
    (("--facts", "use.csv"), 2, "Missing option"),
    (("--facts", "use.csv", "--through", "2026-07"), 1, "2026-07 lies outside the horizon"),
    (("--facts", "nowhere.csv", "--through", "2026-01"), 1, "nowhere.csv: there is no such file"),
    (("--facts", "use.csv", "--focus", "bill.csv", "--through", "2026-01"), 1, "bill.csv: give a map before the bill"),
])  # fmt: skip
@pytest.mark.usefixtures("folder")
def test_what_cannot_be_settled_says_why(arguments: tuple[str, ...], code: int, told: str) -> None:
    assert told in run(*arguments, code=code).stderr


@pytest.mark.usefixtures("folder")
def test_faults_of_facts_are_told_in_json() -> None:
    Path("use.csv").write_text(USE + ",meter,lumen-h100,chat,2026-01,1\n")
    told = json.loads(run("--facts", "use.csv", "--through", "2026-01", "--json", code=1).stdout)
    (fault,) = told["faults"]
    assert (fault["file"], fault["line"], fault["path"]) == ("use.csv", 2, "id")


@pytest.mark.parametrize(("number", "text"), [
    (Fraction("1000.125"), "1000.125"), (Fraction(-1, 8), "-0.125"), (Fraction(3), "3"), (Fraction(1, 3), "1/3"),
    (None, ""),
])  # fmt: skip
def test_numbers_are_told_without_rounding(number: Fraction | None, text: str | None) -> None:
    assert exact(number) == text


def test_the_page_of_facts_is_what_the_code_says() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "facts.py"))["page"]()
    assert (ROOT / "docs" / "facts.md").read_text(encoding="utf-8") == made, "`make docs` writes it again"


def test_the_schema_of_facts_has_every_kind_and_column() -> None:
    shown = json.loads(CliRunner().invoke(app, ["schema", "--facts"]).stdout)["kinds"]
    assert {name: list(kind["columns"]) for name, kind in shown.items()} == {
        kind.name: [column.name for column in kind.every_column] for kind in FACT_KINDS
    }
    assert shown["use"]["columns"]["chip_hours"]["unit"] == "chip-hour"
