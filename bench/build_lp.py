"""Draft a generated programme and hand it to the solver, beside the same LP built with linopy in the same run.

Each side runs in a fresh process. Its CPU seconds are those from numbers in memory to a model inside HiGHS, imports and
reading the file left out; its memory is the whole process's peak.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator

from bench.measure import Cost, measure, python
from bench.registry import Figure, benchmark

ROUNDS = 3


@benchmark("build")
def build_medium() -> Iterator[Figure]:
    """About 500,000 columns drafted and handed to HiGHS, beside linopy."""
    yield from _beside_linopy("MEDIUM", cpu_s=0.5, peak_mb=350.0, times=3.0)


@benchmark("build-large")
def build_large() -> Iterator[Figure]:
    """About 4 million columns drafted and handed to HiGHS, beside linopy."""
    yield from _beside_linopy("LARGE", cpu_s=6.0, peak_mb=2500.0)


def _beside_linopy(size: str, *, cpu_s: float, peak_mb: float, times: float | None = None) -> Iterator[Figure]:
    ours, shape, peak = _best("draft", size)
    yield Figure("columns", shape["columns"], "")
    yield Figure("nonzeros", shape["nonzeros"], "")
    yield Figure("drafted and handed over, CPU", ours, "s", most=cpu_s)
    yield Figure("drafted and handed over, memory", peak, "MB", most=peak_mb)
    theirs, other, their_peak = _best("linopy", size)
    if (other["columns"], other["nonzeros"]) != (shape["columns"], shape["nonzeros"]):
        yield Figure("linopy, columns", other["columns"], "", note=f"with {other['nonzeros']} nonzeros")
    yield Figure("linopy, CPU", theirs, "s")
    yield Figure("linopy, memory", their_peak, "MB")
    yield Figure("linopy over ours, CPU", theirs / ours, "times", least=times)
    yield Figure("linopy over ours, memory", their_peak / peak, "times")


def _best(side: str, size: str) -> tuple[float, dict[str, float], float]:
    """The least CPU seconds and the least peak memory of a few rounds, and the shape that was built."""
    costs: list[Cost] = [measure(python("-m", "bench.build_lp", side, size)) for _ in range(ROUNDS)]
    told = [json.loads(cost.output.splitlines()[-1]) for cost in costs]
    return min(each["cpu_s"] for each in told), told[0], min(cost.peak_mb for cost in costs)


def prepare_draft(size: str) -> Callable[[], object]:
    """Read the generated programme; the function that is returned drafts it and returns the solver that holds it."""
    import tempfile
    from pathlib import Path

    from bench import synthetic
    from gigawatt.app import load
    from gigawatt.planner.drafting import draft_programme
    from gigawatt.planner.highs import Solver
    from gigawatt.planner.problem import assemble

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "synthetic.yaml"
        synthetic.write_programme(synthetic.numbers(getattr(synthetic, size)), path)
        programme = load(path)

    def build() -> object:
        return Solver(assemble(draft_programme(programme)))._highs

    return build


def prepare_linopy(size: str) -> Callable[[], object]:
    """Draw the numbers; the function that is returned builds the model and returns the solver that holds it."""
    from bench import synthetic, with_linopy

    data = synthetic.numbers(getattr(synthetic, size))

    def build() -> object:
        return with_linopy.build(data).to_highspy()

    return build


PREPARE = {"draft": prepare_draft, "linopy": prepare_linopy}


def main(side: str, size: str) -> None:
    """Build one side once and print what it took, as JSON on the last line."""
    # A first build of a tiny programme loads whatever is loaded late, so that the time below is building alone.
    PREPARE[side]("TINY")()
    build = PREPARE[side](size)
    began = time.process_time()
    solver = build()
    cpu_s = time.process_time() - began
    shape = {"columns": solver.getNumCol(), "rows": solver.getNumRow(), "nonzeros": solver.getNumNz()}
    print(json.dumps({"cpu_s": cpu_s} | shape))


if __name__ == "__main__":
    main(*sys.argv[1:])
