"""Programmes solved on from one another: the worth of ten clauses, and cases that differ in demand or power."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.registry import Figure, benchmark

STARGATE = Path(__file__).resolve().parent.parent / "examples" / "stargate" / "programme.yaml"
TEN = (
    "first-call",
    "api-on-azure",
    "commit",
    "share",
    "reverse",
    "licence",
    "research",
    "agi",
    "azure-alone",
    "mi300x",
)
"""Promises of OpenAI's and Microsoft's contract: those of the docs page, three that no plan knows, and two more."""
COLD_SOLVES = 3


@benchmark("worth")
def worth() -> Iterator[Figure]:
    """The worth of ten clauses of the reference programme, relaxed, beside ten cold solves of it in the same run."""
    import gigawatt as gw
    from gigawatt.app import known_on
    from gigawatt.planner.budget import Budget
    from gigawatt.planner.valuing import relaxed_value

    written = gw.load(STARGATE)
    programme = known_on(written)
    cold = min(_timed(lambda: relaxed_value(programme, Budget(600.0))) for _ in range(COLD_SOLVES))
    clauses = [f"openai-microsoft/{name}" for name in TEN]
    began = time.process_time()
    whole = _timed(lambda: gw.worth(written, clauses, relax=True, shares=False))
    spent = time.process_time() - began
    yield Figure("cold solve, drafted and settled", cold, "s")
    yield Figure("worth of ten clauses, on two cores", whole, "s", note="with one cold solve, of the plan with all")
    yield Figure("worth over ten cold solves", (whole - cold) / (10 * cold), "times", most=0.2)
    yield Figure("the same by CPU", (spent - cold) / (10 * cold), "times")


@benchmark("changed")
def changed() -> Iterator[Figure]:
    """A case of the reference programme changed in demand or power, solved on from the kept basis and cold, relaxed."""
    import gigawatt as gw
    from gigawatt.app import known_on
    from gigawatt.planner.budget import Budget
    from gigawatt.planner.drafting import draft_programme
    from gigawatt.planner.problem import assemble
    from gigawatt.planner.valuing import relaxed_value, solved_on

    budget, written = Budget(600.0), gw.load(STARGATE)
    base = relaxed_value(known_on(written), budget)
    solves, wholes = [], []
    for path, change in _cases(written):
        programme = known_on(gw.change(written, set={path: change}))
        began = time.perf_counter()
        draft = draft_programme(programme)
        problem = assemble(draft)
        drafted = time.perf_counter() - began
        on = _timed(lambda draft=draft, problem=problem: solved_on(draft, problem, budget, base))  # type: ignore[misc]
        cold = _timed(lambda draft=draft, problem=problem: solved_on(draft, problem, budget))  # type: ignore[misc]
        solves.append(on / cold)
        wholes.append((drafted + on) / (drafted + cold))
    yield Figure("solved on over cold, median", median(solves), "times", most=0.1, note=f"of {len(solves)} cases")
    yield Figure("solved on over cold, worst", max(solves), "times")
    yield Figure("the same with drafting, median", median(wholes), "times")


def _cases(programme: object) -> Iterator[tuple[str, str]]:
    """Every workload wants a twentieth more; the first phase of every site has a tenth less power."""
    for name, workload in programme.workloads.items():  # type: ignore[attr-defined]
        stated = next(key for key in ("tokens", "flop", "use") if getattr(workload, key, None) is not None)
        yield f"workloads.{name}.{stated}", "+5%"
    for name, site in programme.sites.items():  # type: ignore[attr-defined]
        yield f"sites.{name}.phases.{next(iter(site.phases))}.power", "-10%"


def _timed(run: object) -> float:
    began = time.perf_counter()
    run()  # type: ignore[operator]
    return time.perf_counter() - began
