"""The page on the tables of a plan names every table and every column, in their order, and none that are not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gigawatt as gw
from gigawatt.model.plan import TABLES

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def plan() -> gw.Plan:
    return gw.plan(gw.load(ROOT / "examples" / "lab" / "programme.yaml"))


@pytest.fixture(scope="module")
def page() -> dict[str, list[str]]:
    """The columns that the page names under each table."""
    _, *sections = re.split(r"^## (\w+)$", (ROOT / "docs" / "tables.md").read_text(), flags=re.MULTILINE)
    return {
        name: re.findall(r"^\| `(\w+)` \|", body, re.MULTILINE)
        for name, body in zip(sections[::2], sections[1::2], strict=True)
    }


def test_every_table_is_on_the_page(page: dict[str, list[str]]) -> None:
    assert list(page) == list(TABLES)


def test_a_plan_has_every_table_and_no_other(plan: gw.Plan) -> None:
    assert set(plan.tables) == set(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_the_page_names_each_column_of(table: str, plan: gw.Plan, page: dict[str, list[str]]) -> None:
    assert page[table] == plan.tables[table].columns


@pytest.mark.parametrize("table", TABLES)
def test_the_description_in_the_code_names_each_column_of(table: str, plan: gw.Plan) -> None:
    described = re.sub(r" \(.*\)", "", TABLES[table].partition(": ")[2]).split(", ")
    assert described == plan.tables[table].columns
