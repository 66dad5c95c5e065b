"""The benchmarks compare like with like, and say so when a limit is broken."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bench import registry
from bench.measure import measure, python
from bench.registry import Figure

ROOT = Path(__file__).resolve().parent.parent


def solved(size: str, side: str) -> float:
    """The optimum of the generated programme as one side builds it, in the solver's own units."""
    from bench.build_lp import PREPARE

    solver = PREPARE[side](size)()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.run()
    return float(solver.getInfo().objective_function_value)


@pytest.mark.parametrize("size", ["TINY", "SMALL"])
def test_both_sides_build_the_same_problem(size: str) -> None:
    pytest.importorskip("linopy")
    from gigawatt.planner.problem import MONEY_SCALE

    ours, theirs = solved(size, "draft") * MONEY_SCALE, solved(size, "linopy")
    assert theirs > 0
    assert ours == pytest.approx(theirs, rel=1e-6)


def test_memory_and_time_are_those_of_the_child() -> None:
    idle = measure(python("-c", "pass"))
    busy = measure(python("-c", "x = bytearray(200_000_000); [i for i in range(3_000_000)]"))
    assert busy.peak_mb - idle.peak_mb > 150
    assert busy.cpu_s > idle.cpu_s


def test_a_program_that_fails_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="ended with 3"):
        measure(python("-c", "raise SystemExit(3)"))


@pytest.mark.parametrize(
    ("figure", "holds"),
    [
        (Figure("at the limit", 1.0, "s", most=1.0), True),
        (Figure("over it", 1.01, "s", most=1.0), False),
        (Figure("under what is asked", 2.9, "times", least=3.0), False),
        (Figure("without a limit", 9.0, "s"), True),
    ],
)
def test_a_figure_keeps_its_limit_or_not(figure: Figure, holds: bool) -> None:
    assert figure.holds is holds


def test_two_benchmarks_cannot_have_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "REGISTRY", {})

    def idle() -> list[Figure]:
        """Nothing."""
        return []

    registry.benchmark("once")(idle)
    with pytest.raises(ValueError, match="two benchmarks are called once"):
        registry.benchmark("once")(idle)


def test_the_benchmarks_are_listed_by_name() -> None:
    done = subprocess.run([*python("-m", "bench", "--list")], cwd=ROOT, capture_output=True, text=True, check=True)
    named = {line.split()[0] for line in done.stdout.splitlines()}
    assert named == {
        "book",
        "build",
        "build-large",
        "gate",
        "snapshots",
        "start",
        "sweep",
        "worth",
        "changed",
        "check",
        "relax",
        "plan",
        "predict",
        "facts",
        "exports",
    }
