"""The only wiring: which kinds of clause there are, what reads a programme, what plans it, what tells the answer."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigawatt.clauses import all_kinds
from gigawatt.file.loading import load_programme
from gigawatt.model.programme import Programme, programme_type

if TYPE_CHECKING:
    from gigawatt.model.plan import Plan

Tell = Callable[[str, str, float | None], None]


def load(path: str | os.PathLike[str]) -> Programme:
    """Read a programme file with all that it includes.

    Raises `ProgrammeError`, which carries every fault with file, line, column and a suggestion.
    """
    return load_programme(path, all_kinds())


def plan(
    programme: Programme,
    *,
    relax: bool = False,
    gap: float | None = None,
    budget_seconds: float | None = None,
    model_file: str | os.PathLike[str] | None = None,
    tell: Tell | None = None,
) -> Plan:
    """Find what to sign, build and take, and where each workload runs, so that every clause is kept.

    `relax` takes whole phases and offers in fractions; `gap` is relative (default: small programmes to the end, large
    ones to 0.5 %); `budget_seconds` bounds the whole of it (default 60). `model_file` writes the model as MPS or LP,
    for another solver to check. `tell` is called with (stage, what, share done). Raises `Infeasible`, `Unbounded` or
    `PlanError`.
    """
    from gigawatt.model.plan import Plan
    from gigawatt.planner.solving import BUDGET_SECONDS, Options, plan_programme

    options = Options(
        relax=relax,
        gap=gap,
        budget_seconds=BUDGET_SECONDS if budget_seconds is None else budget_seconds,
        model_file=Path(model_file) if model_file is not None else None,
    )
    Plan.display = staticmethod(_notebook)
    return plan_programme(programme, options, tell)


def _notebook(answer: Plan) -> str:
    from gigawatt.report.notebook import notebook

    return notebook(answer)


def schema() -> dict[str, Any]:
    """The JSON Schema of the programme file, with every kind of clause that is installed."""
    from gigawatt.file.schema import json_schema

    found: dict[str, Any] = json_schema(programme_type(all_kinds()))
    return found


def schema_text() -> str:
    """The JSON Schema as text."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def write_report(answer: Plan, path: str | os.PathLike[str]) -> None:
    """Write the report of a plan: one file that works offline."""
    from gigawatt.report.page import write_report as write

    write(answer, Path(path))


def summary(answer: Plan) -> str:
    """The plan in a screenful of plain text."""
    from gigawatt.report.summary import summary as text

    return text(answer)


def start(folder: Path) -> Path:
    """Write a small programme to start from into a folder; returns its path. Raises `OutputError`."""
    from gigawatt.errors import OutputError
    from gigawatt.file.template import FILE, template

    path, schema_name = folder / FILE, "programme.schema.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(template(schema_name))
        (folder / schema_name).write_text(schema_text(), encoding="utf-8")
    except FileExistsError as fault:
        raise OutputError(f"{path} is there already and is left as it is; give another folder") from fault
    except OSError as fault:
        raise OutputError(f"cannot write to {folder}: {fault.strerror}; give another folder") from fault
    return path
