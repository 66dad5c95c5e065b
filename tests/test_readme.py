"""The README's table of what was announced: its lines stand in the files named, its commands look in real tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gigawatt.model.plan import TABLES

ROOT = Path(__file__).resolve().parent.parent
STARGATE = ROOT / "examples" / "stargate"
HEAD = r"## Announced 21 January 2025\. Here it runs\.\n\n"
ROWS = [
    [cell.strip() for cell in row.strip("|").split(" | ")]
    for row in re.split(r"\n\n", re.split(HEAD, (ROOT / "README.md").read_text())[1])[0].splitlines()[2:]
]


def test_there_are_six_rows() -> None:
    assert len(ROWS) == 6
    assert all(len(row) == 3 for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_lines_stand_in_the_file(row: list[str]) -> None:
    for part in row[1].split("; "):
        name, _, lines = part.partition(": ")
        text = (STARGATE / name).read_text()
        quoted = re.findall(r"`([^`]+)`", lines)
        assert quoted
        assert [line for line in quoted if line not in text] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_command_looks_in_a_table_of_the_plan_that_make_demo_leaves(row: list[str]) -> None:
    found = re.fullmatch(r"`grep \S+ out/stargate/(\w+)\.csv`", row[2])
    assert found is not None
    assert found[1] in TABLES
