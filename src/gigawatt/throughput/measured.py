"""The measured cell: the best result that somebody published for the same chip, model, precision and lengths.

Results of MLPerf go before points of serving, the later round before the earlier, the best of a round before the rest.
Lengths count as the same within a tenth.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gigawatt.model.calendar import Floats
from gigawatt.throughput.records import BENCHMARKS, RETRIEVED, SERVING_SOURCE, Point, Result, points, results
from gigawatt.throughput.replicas import READERS_WAIT_S

SAME = math.log(1.1)
"""Lengths that differ by no more than this in the logarithm are the same."""

Key = tuple[str, str, str, str]
"""Chip, model, precision, scenario."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What was measured: tokens a second of one chip for requests of these lengths, and where it stands."""

    tokens_in: float
    tokens_out: float
    per_second: float
    source: str
    chips: int | None = None
    batch: int | None = None


@lru_cache(maxsize=1)
def cells() -> dict[Key, tuple[Cell, ...]]:
    """Every measured cell by its key, those to be preferred first."""
    found: dict[Key, list[Cell]] = {}
    for result in sorted(best_of_round(results()), key=lambda one: one.round, reverse=True):
        at: Key = (result.chip, result.model, result.precision, result.scenario)
        found.setdefault(at, []).append(_from_result(result))
    for (key, _), point in _best_points().items():
        found.setdefault(key, []).append(_from_point(point))
    return {key: tuple(each) for key, each in found.items()}


def best_of_round(all_results: Iterable[Result]) -> list[Result]:
    """The best result by chip, model, precision, scenario and round."""
    best: dict[tuple[str, ...], Result] = {}
    for one in all_results:
        key = (one.chip, one.model, one.precision, one.scenario, one.round)
        if key not in best or one.per_chip > best[key].per_chip:
            best[key] = one
    return list(best.values())


def _best_points() -> dict[tuple[Key, tuple[float, float]], Point]:
    """The best point by key and lengths: of all for `offline`, for `server` of those that keep the readers' wait."""
    best: dict[tuple[Key, tuple[float, float]], Point] = {}
    for point in points():
        for scenario in ("offline", "server"):
            if scenario == "server" and point.token_s > READERS_WAIT_S:
                continue
            at = ((point.chip, point.model, point.precision, scenario), (point.tokens_in, point.tokens_out))
            if at not in best or point.per_chip > best[at].per_chip:
                best[at] = point
    return best


def _from_result(one: Result) -> Cell:
    lengths = BENCHMARKS[one.model]
    words = (
        f"MLPerf Inference {one.round}, closed, {one.id.removeprefix('v')} ({one.submitter}, {one.chips} chips), "
        f"{one.model} {one.scenario}, retrieved {RETRIEVED}; per chip: worked out here, not an MLPerf metric"
    )
    return Cell(lengths.tokens_in, lengths.tokens_out, one.per_chip, words)


def _from_point(one: Point) -> Cell:
    words = f"{SERVING_SOURCE}, line {one.row} ({one.engine}, batch {one.batch} on {one.width} chips)"
    return Cell(one.tokens_in, one.tokens_out, one.per_chip, words, one.width, one.batch)


def matches(cell: Cell, tokens_in: Floats, tokens_out: Floats) -> np.typing.NDArray[np.bool_]:
    """Which of the lengths are those of the cell."""
    off_in, off_out = np.abs(np.log(tokens_in / cell.tokens_in)), np.abs(np.log(tokens_out / cell.tokens_out))
    return np.asarray((off_in <= SAME) & (off_out <= SAME))
