"""Gigawatt: the contracts behind an AI compute programme, as running software.

    import gigawatt as gw

    programme = gw.load("programme.yaml")
    plan = gw.plan(programme)
    plan.cash(of="openai")

Each name is imported when it is first used, so that `import gigawatt` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from gigawatt.app import (
        change,
        clauses_over,
        due_between,
        explain,
        known_on,
        load,
        may,
        plan,
        predictor,
        schema,
        summary,
        worth,
        write_report,
    )
    from gigawatt.books import commitments
    from gigawatt.errors import (
        Contradiction,
        CycleError,
        Fault,
        GigawattError,
        Infeasible,
        NoEstimate,
        OutputError,
        PlanError,
        ProgrammeError,
        Unbounded,
    )
    from gigawatt.model.clause import Clause, Fit, OnPool
    from gigawatt.model.plan import Plan
    from gigawatt.model.programme import Programme
    from gigawatt.model.rates import Estimate
    from gigawatt.model.verdict import Ask, Ruling, Verdict

_HOMES = {
    **dict.fromkeys(
        (
            "change",
            "clauses_over",
            "due_between",
            "explain",
            "known_on",
            "load",
            "may",
            "plan",
            "predictor",
            "schema",
            "summary",
            "worth",
            "write_report",
        ),
        "gigawatt.app",
    ),
    **dict.fromkeys(
        (
            "Contradiction",
            "CycleError",
            "Fault",
            "GigawattError",
            "Infeasible",
            "NoEstimate",
            "OutputError",
            "PlanError",
            "ProgrammeError",
            "Unbounded",
        ),
        "gigawatt.errors",
    ),
    "commitments": "gigawatt.books",
    **dict.fromkeys(("Clause", "Fit", "OnPool"), "gigawatt.model.clause"),
    "Plan": "gigawatt.model.plan",
    "Estimate": "gigawatt.model.rates",
    "Programme": "gigawatt.model.programme",
    **dict.fromkeys(("Ask", "Ruling", "Verdict"), "gigawatt.model.verdict"),
}

__all__ = [
    "Ask",
    "Clause",
    "Contradiction",
    "CycleError",
    "Estimate",
    "Fault",
    "Fit",
    "GigawattError",
    "Infeasible",
    "NoEstimate",
    "OnPool",
    "OutputError",
    "Plan",
    "PlanError",
    "Programme",
    "ProgrammeError",
    "Ruling",
    "Unbounded",
    "Verdict",
    "change",
    "clauses_over",
    "commitments",
    "due_between",
    "explain",
    "known_on",
    "load",
    "may",
    "plan",
    "predictor",
    "schema",
    "summary",
    "worth",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'gigawatt' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
