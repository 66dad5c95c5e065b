"""Plan a grid on two cores, beside the same on one in the same run: small cases, and the reference programme."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.registry import Figure, benchmark

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
SMALL = {
    "workloads.chat.chips": [str(150 + 20 * n) for n in range(8)],
    "contracts.fjord-offer.clauses.gpus.price": [f"*{0.6 + 0.1 * n:.1f}" for n in range(8)],
}
LARGE = {
    "workloads.chatgpt.tokens": [f"*{0.7 + 0.1 * n:.1f}" for n in range(8)],
    "workloads.api.tokens": ["*0.9", "*1.1"],
}


@benchmark("sweep")
def sweep() -> Iterator[Figure]:
    """Cases of a sweep on two cores and on one: 64 small ones, and 16 of the reference programme, relaxed."""
    yield from _figures("startup", SMALL, {}, None, "of a sixth of a second each, beside 0.9 s to begin a process")
    yield from _figures("stargate", LARGE, {"relax": True}, 1.8, "")


def _figures(
    example: str, grid: Mapping[str, Sequence[str]], options: Mapping[str, Any], least: float | None, note: str
) -> Iterator[Figure]:
    alone, together = (_seconds(example, grid, options, workers) for workers in (1, 2))
    yield Figure(f"{example}, on one core", alone, "s", note=note)
    yield Figure(f"{example}, on two cores", together, "s")
    yield Figure(f"{example}, one core over two", alone / together, "times", least=least)


def _seconds(example: str, grid: Mapping[str, Sequence[str]], options: Mapping[str, Any], workers: int) -> float:
    import gigawatt as gw
    from gigawatt.app import sweep_of

    programme, cores = gw.load(EXAMPLES / example / "programme.yaml"), os.sched_getaffinity(0)
    # held to as many cores as there are workers, whatever else the machine has
    os.sched_setaffinity(0, sorted(cores)[:workers])
    try:
        with TemporaryDirectory() as folder:
            began = time.perf_counter()
            sweep_of(programme, grid, folder, workers=workers, **options)
            return time.perf_counter() - began
    finally:
        os.sched_setaffinity(0, cores)
