"""A golden model for every kind of clause: what it writes into a plan, as text, compared line by line.

`make golden` writes the files again; read the difference. Each file is also solved as it stands, by a reader of the
format that knows nothing of drafts, and must be worth what the plan is worth.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import highspy
import pytest
from golden_programmes import PROGRAMMES
from small import load, solved

from gigawatt.clauses import KINDS
from gigawatt.model.kinds import kind_of
from gigawatt.planner.drafting import draft_programme
from gigawatt.planner.lp_text import lp_text
from gigawatt.planner.problem import objective

FOLDER = Path(__file__).resolve().parent.parent / "golden" / "clauses"
NAMES = [kind_of(kind) for kind in KINDS]


@pytest.mark.parametrize("kind", sorted(PROGRAMMES))
def test_golden_model_of(kind: str) -> None:
    path = FOLDER / f"{kind}.lp"
    text = lp_text(draft_programme(load(PROGRAMMES[kind])))
    if os.environ.get("GOLDEN") == "update":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), (
        f"{path.name} differs; if it is meant to, GOLDEN=update, and read it"
    )


def test_every_kind_has_a_golden_and_no_golden_is_of_no_kind() -> None:
    assert sorted(PROGRAMMES) == sorted(NAMES)
    assert sorted(path.stem for path in FOLDER.glob("*.lp")) == sorted(NAMES)


def test_every_kind_has_an_example_worked_by_hand() -> None:
    folder = Path(__file__).parent
    lacking = [
        name
        for name in NAMES
        if f"def test_{name}_worked_example" not in (folder / f"test_clause_{name}.py").read_text(encoding="utf-8")
    ]
    assert lacking == []


@pytest.mark.parametrize("kind", sorted(PROGRAMMES))
def test_a_golden_is_worth_what_its_plan_is_worth(kind: str) -> None:
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("mip_rel_gap", 0.0)
    assert highs.readModel(str(FOLDER / f"{kind}.lp")) == highspy.HighsStatus.kOk
    highs.run()
    draft, x = solved(PROGRAMMES[kind])
    assert highs.getInfo().objective_function_value == pytest.approx(float(objective(draft) @ x), rel=1e-6)


@pytest.mark.parametrize("kind", sorted(PROGRAMMES))
def test_a_golden_names_each_row_and_column_once(kind: str) -> None:
    text = (FOLDER / f"{kind}.lp").read_text(encoding="utf-8")
    rows = _statements(text, "Subject To", "Bounds")
    heads = [row.split(":")[0] for row in rows]
    assert len(heads) == len(set(heads))
    for row in [*rows, *_statements(text, "Maximize", "Subject To")]:
        names = re.findall(r"[A-Za-z_][^\s]*", row.split(":", 1)[1])
        assert len(names) == len(set(names)), row
    assert not re.search(r"(^|\s)c\d+(\s|$)", text), "a column has no name"


def _statements(text: str, start: str, end: str) -> list[str]:
    """The rows between two headings, each on one line, without comments."""
    part = text.split(f"\n{start}\n")[1].split(f"\n{end}\n")[0]
    lines = [line for line in part.split("\n") if not line.startswith("\\")]
    return "\n".join(lines).replace("\n   ", " ").split("\n")
