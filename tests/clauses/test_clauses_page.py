"""docs/clauses.md says of every kind what it is, names all its keys, and its examples are read and planned."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
from small import load, plan

from gigawatt.clauses import KINDS
from gigawatt.model.clause import Clause
from gigawatt.model.kinds import kind_of

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "clauses.md").read_text(encoding="utf-8")
SECTIONS = {part.split("\n", 1)[0]: part for part in PAGE.split("\n## ")[1:]}
ON_EVERY = set(Clause.model_fields)


def example(kind: str) -> str:
    found = re.findall(r"^```yaml programme\n(.*?)^```$", SECTIONS[kind], re.MULTILINE | re.DOTALL)
    assert len(found) == 1, f"{kind} needs one example"
    return str(found[0])


def test_the_page_has_a_section_for_every_kind_in_their_order_and_a_row_for_each() -> None:
    kinds = [kind_of(kind) for kind in KINDS]
    assert list(SECTIONS) == kinds
    assert re.findall(r"^\| \[`(\w+)`\]", PAGE, re.MULTILINE) == kinds


@pytest.mark.parametrize("kind", KINDS, ids=kind_of)
def test_every_key_is_named_in_the_section_of(kind: type[Clause]) -> None:
    keys = [info.alias or name for name, info in kind.model_fields.items() if name not in ON_EVERY]
    assert [key for key in keys if f"`{key}" not in SECTIONS[kind_of(kind)]] == []


def test_every_key_that_all_clauses_have_is_named_above() -> None:
    head = PAGE.split("\n## ")[0]
    own = [
        info.alias or name
        for name, info in Clause.model_fields.items()
        if name not in ("kind", "source", "assumed", "note")
    ]
    assert [key for key in own if f"`{key}`" not in head] == []


@pytest.mark.parametrize("kind", KINDS, ids=kind_of)
def test_the_example_is_of_the_kind_and_can_be_planned_for(kind: type[Clause]) -> None:
    programme = load(example(kind_of(kind)))
    found = {clause.kind for contract in programme.contracts.values() for clause in contract.clauses.values()}
    assert kind_of(kind) in found
    assert plan(example(kind_of(kind))).solve.optimal


@pytest.mark.parametrize("kind", KINDS, ids=kind_of)
def test_the_fit_is_the_one_of_the_class(kind: type[Clause]) -> None:
    row = next(line for line in PAGE.split("\n") if line.startswith(f"| [`{kind_of(kind)}`]"))
    assert row.rstrip(" |").split("|")[-1].strip().startswith(kind.fit.value)


def test_the_page_that_is_made_from_the_code_is_as_the_code_is() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "kinds.py"))["page"]()
    assert (ROOT / "docs" / "kinds.md").read_text(encoding="utf-8") == made, "`make docs` writes it again"
