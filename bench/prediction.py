"""Predict what chips deliver, 100,000 at once, beside a plain Python loop over single predictions in the same run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from bench.registry import Figure, benchmark

COUNT, SINGLE = 100_000, 500
CHIPS = ("h100", "h200", "b200", "gb200", "mi300x", "mi355x")
MODELS = ("llama-3.1-405b", "llama-3.1-8b", "deepseek-r1", "qwen3-32b")


@benchmark("predict")
def predict() -> Iterator[Figure]:
    """100,000 predictions of tokens per second and chip at once, beside a loop that asks for each."""
    import gigawatt as gw

    known = gw.predictor()
    rows = _rows(COUNT)
    known.estimate("h100", "llama-3.1-8b", "fp8", 700, 70)  # tables are read on the first question
    for scenario in ("offline", "server"):
        ours = min(_together(known, rows, scenario) for _ in range(3))
        yield Figure(f"{COUNT:,} at once, {scenario}, CPU", ours, "s", most=1.0)
        alone = _one_by_one(known, rows, scenario) * COUNT / SINGLE
        yield Figure(f"one by one over at once, {scenario}", alone / ours, "times", least=20.0)


def _rows(count: int) -> Any:
    """Chips, models and lengths drawn at random, always the same."""
    import numpy as np

    rng = np.random.default_rng(11)
    chips, models = (np.array(names)[rng.integers(0, len(names), count)] for names in (CHIPS, MODELS))
    return chips, models, rng.uniform(100, 10_000, count), rng.uniform(50, 2_000, count)


def _together(known: Any, rows: Any, scenario: str) -> float:
    chips, models, tokens_in, tokens_out = rows
    began = time.process_time()
    known.predict(chips, models, "fp8", tokens_in, tokens_out, scenario)
    return time.process_time() - began


def _one_by_one(known: Any, rows: Any, scenario: str) -> float:
    began = time.process_time()
    for chip, model, tokens_in, tokens_out in zip(*(each[:SINGLE].tolist() for each in rows), strict=True):
        known.estimate(chip, model, "fp8", tokens_in, tokens_out, scenario)
    return time.process_time() - began
