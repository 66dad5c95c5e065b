"""The tables that ship: results of MLPerf, points of serving, and what was fitted to them.

MLPerf (a trademark of MLCommons) results are those of mlcommons/inference_results_v4.1 @1e5a50f0 and v5.1 @965182b0
and of mlcommons/training_results_v5.0 and v5.1 @441d65f4, closed division, retrieved 2026-11-23; each row has its round
and its id, or the log that it was read from.
The serving points are those of ai-dynamo/aiconfigurator @095f58a5, silicon_sample.csv; `row` is the line there.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, cast

from gigawatt.model.rates import Scenario

RETRIEVED = "2026-11-23"
SERVING_SOURCE = "ai-dynamo/aiconfigurator @095f58a5, silicon_sample.csv"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The mean lengths of a benchmark's requests, in tokens.

    Those of the Llama 3.1 and DeepSeek-R1 benchmarks are MLCommons' own; of the two older ones the output is the mean
    that submissions report, the input approximate. An effect of the model takes up what is wrong with them.
    """

    tokens_in: float
    tokens_out: float


BENCHMARKS: dict[str, Benchmark] = {
    "llama-2-70b": Benchmark(294, 294),
    "mixtral-8x7b": Benchmark(380, 145),
    "llama-3.1-405b": Benchmark(9400, 680),
    "llama-3.1-8b": Benchmark(778, 73),
    "deepseek-r1": Benchmark(800, 3880),
}
"""What MLPerf Inference asks of each model."""


@dataclass(frozen=True, slots=True)
class Result:
    """One result of MLPerf Inference: output tokens a second of the whole system, `chips` chips."""

    round: str
    id: str
    submitter: str
    chip: str
    model: str
    scenario: Scenario
    precision: str
    chips: int
    tokens_per_s: float

    @property
    def per_chip(self) -> float:
        """Output tokens a second of one chip."""
        return self.tokens_per_s / self.chips


@dataclass(frozen=True, slots=True)
class Point:
    """One measured point of serving: `batch` requests at once on a replica of `width` chips; times in seconds.

    `precision` is that of weights and arithmetic; `w4a16` is four-bit weights on arithmetic in bf16.
    """

    row: int
    chip: str
    model: str
    precision: str
    engine: str
    tokens_in: float
    tokens_out: float
    batch: int
    width: int
    first_token_s: float
    token_s: float

    @property
    def per_chip(self) -> float:
        """Output tokens a second of one chip, by Little's law: requests at once over the time that one takes."""
        return self.batch * self.tokens_out / (self.first_token_s + (self.tokens_out - 1) * self.token_s) / self.width


@dataclass(frozen=True, slots=True)
class Run:
    """One run of MLPerf Training: `sequences` of `length` tokens a step of `step_s` seconds, on `chips` chips."""

    round: str
    submitter: str
    system: str
    chip: str
    model: str
    chips: int
    sequences: int
    length: int
    step_s: float
    source: str


@dataclass(frozen=True, slots=True)
class Drift:
    """The same model on the same silicon in two rounds: `factor` times as much after `years`."""

    chip: str
    model: str
    scenario: str
    first: str
    second: str
    years: float
    factor: float
    source: str


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("gigawatt.throughput").joinpath(name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())


@lru_cache(maxsize=1)
def results() -> tuple[Result, ...]:
    """The results of MLPerf Inference."""
    return tuple(
        Result(
            row["round"], row["id"], row["submitter"], row["chip"], row["model"], cast(Scenario, row["scenario"]),
            row["precision"], int(row["chips"]), float(row["tokens_per_s"]),
        )
        for row in _rows("inference.csv")
    )  # fmt: skip


@lru_cache(maxsize=1)
def points() -> tuple[Point, ...]:
    """The measured points of serving."""
    return tuple(
        Point(
            int(row["row"]), row["chip"], row["model"], row["precision"], row["engine"], float(row["tokens_in"]),
            float(row["tokens_out"]), int(row["batch"]), int(row["width"]), float(row["first_token_s"]),
            float(row["token_s"]),
        )
        for row in _rows("serving.csv")
    )  # fmt: skip


@lru_cache(maxsize=1)
def runs() -> tuple[Run, ...]:
    """The runs of MLPerf Training."""
    return tuple(
        Run(
            row["round"], row["submitter"], row["system"], row["chip"], row["model"], int(row["chips"]),
            int(row["sequences"]), int(row["length"]), float(row["step_s"]), row["source"],
        )
        for row in _rows("training.csv")
    )  # fmt: skip


@lru_cache(maxsize=1)
def told_drifts() -> tuple[Drift, ...]:
    """Gains between rounds that others published, where the later round is not among the results here."""
    return tuple(
        Drift(
            row["chip"], row["model"], row["scenario"], row["first"], row["second"], float(row["years"]),
            float(row["after"]) / float(row["before"]), row["source"],
        )
        for row in _rows("drift.csv")
    )  # fmt: skip


@lru_cache(maxsize=1)
def fitted() -> dict[str, Any]:
    """What `make fit` found: parameters by method, each with the errors that it had on what was left out."""
    text = files("gigawatt.throughput").joinpath("fitted.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
