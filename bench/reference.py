"""The reference programme through the command line: start, check, relaxed plan and whole plan."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.measure import best_of, measure, program, python
from bench.registry import Figure, benchmark

STARGATE = "examples/stargate/programme.yaml"
# The command's exit code for a plan that is written and whose gap is stated, not closed.
NOT_PROVEN = 4

# The floor under `check`: what it costs to load the two libraries and compose the same files, and nothing more.
COMPOSE = """
import pydantic, yaml, pathlib
loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
for path in pathlib.Path("examples/stargate").rglob("*.yaml"):
    yaml.compose(path.read_text(), Loader=loader)
"""


@benchmark("start")
def start() -> Iterator[Figure]:
    """`gigawatt --help`, beside an interpreter that does nothing."""
    bare = best_of(5, python("-c", "pass"))
    shown = best_of(5, program("--help"))
    yield Figure("--help, CPU", shown.cpu_s, "s", most=0.3)
    yield Figure("--help, memory", shown.peak_mb, "MB")
    yield Figure("--help over a bare interpreter, CPU", shown.cpu_s / bare.cpu_s, "times")


@benchmark("check")
def check() -> Iterator[Figure]:
    """`gigawatt check` of the reference programme, beside composing its files and doing nothing with them."""
    floor = best_of(3, python("-c", COMPOSE))
    checked = best_of(3, program("check", STARGATE))
    yield Figure("check, CPU", checked.cpu_s, "s", most=1.0)
    yield Figure("check, memory", checked.peak_mb, "MB")
    yield Figure("check over composing the files, CPU", checked.cpu_s / floor.cpu_s, "times")


@benchmark("relax")
def relax() -> Iterator[Figure]:
    """`gigawatt plan --relax` of the reference programme, report and tables included."""
    yield from _plan("plan --relax", ["--relax"], wall_s=10.0)


@benchmark("plan")
def plan() -> Iterator[Figure]:
    """`gigawatt plan` of the reference programme with its integers, report and tables included."""
    yield from _plan("plan", [], wall_s=60.0, peak_mb=1500.0)


def _plan(name: str, options: list[str], *, wall_s: float, peak_mb: float | None = None) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        command = program("plan", STARGATE, "--out", str(Path(folder) / "out"), *options)
        cost = measure(command, accept=frozenset({0, NOT_PROVEN}))
    yield Figure(f"{name}, wall", cost.wall_s, "s", most=wall_s)
    yield Figure(f"{name}, CPU", cost.cpu_s, "s")
    yield Figure(f"{name}, memory", cost.peak_mb, "MB", most=peak_mb, note=_proof(cost.status))


def _proof(status: int) -> str:
    return "the gap asked for was not reached; the plan states its own" if status == NOT_PROVEN else ""
