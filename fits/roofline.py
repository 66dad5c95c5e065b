"""Fits the serving roofline to points of serving, for dense models and for mixtures of experts apart.

Least squares on the logarithm of tokens per second and chip, with wild points counting less (soft L1), and each
parameter drawn a little towards a plain guess. Mixtures have a factor for each engine, drawn towards one, because their
kernels differ so much; of dense models a factor made the prediction of a model left out worse.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import least_squares

from fits.errors import Floats, distribution, sigma_of
from gigawatt.model.language_model import LanguageModel
from gigawatt.model.things import Chip
from gigawatt.throughput.jobs import Job, job_of
from gigawatt.throughput.records import Point, points
from gigawatt.throughput.roofline import Roofline, tokens_per_s

GUESS = {
    "bandwidth_share": 0.8, "peak_share": 0.4, "link_share": 0.5, "layer_s": 2e-5, "layer_s_per_doubling": 1e-5,
}  # fmt: skip
DRAWN, ENGINE_DRAWN, WILD = 0.3, 1.0, 0.1


@dataclass(frozen=True)
class Served:
    """Points (n,) of one kind of model as a job of arrays, with what was measured."""

    points: list[Point]
    job: Job
    batch: Floats
    width: Floats
    measured: Floats

    def where(self, kept: np.ndarray) -> Served:
        """The points that are kept."""
        chosen = [point for point, keep in zip(self.points, kept, strict=True) if keep]
        job = replace(self.job, **{name: value[kept] for name, value in vars(self.job).items()})
        return Served(chosen, job, self.batch[kept], self.width[kept], self.measured[kept])


def served(chips: dict[str, Chip], models: dict[str, LanguageModel], *, dense: bool) -> Served:
    """All points of dense models, or of mixtures."""
    chosen = [point for point in points() if models[point.model].is_dense is dense]
    jobs = [job_of(chips[one.chip], models[one.model], one.precision, one.tokens_in, one.tokens_out) for one in chosen]
    names = list(vars(jobs[0]))
    job = Job(**{name: np.array([getattr(each, name) for each in jobs], dtype=np.float64) for name in names})
    numbers = [
        np.array([getattr(one, name) for one in chosen], dtype=np.float64) for name in ("batch", "width", "per_chip")
    ]
    return Served(chosen, job, *numbers)


def engine_columns(data: Served, engines: list[str]) -> Floats:
    """Which engine each point ran on (n, engines)."""
    return np.array([[point.engine == name for name in engines] for point in data.points], dtype=np.float64).reshape(
        len(data.points), len(engines)
    )


def solve(data: Served, engines: list[str]) -> tuple[Floats, Floats]:
    """Logarithms of the parameters, and of the factors by engine."""
    start = np.log(list(GUESS.values()))
    count, columns, measured = len(start), engine_columns(data, engines), np.log(data.measured)

    def residuals(values: Floats) -> Floats:
        told = np.log(tokens_per_s(of(values[:count]), data.job, data.batch, data.width)) + columns @ values[count:]
        return np.concatenate((told - measured, DRAWN * (values[:count] - start), ENGINE_DRAWN * values[count:]))

    found = least_squares(residuals, np.concatenate((start, np.zeros(len(engines)))), loss="soft_l1", f_scale=WILD).x
    return found[:count], found[count:]


def of(values: Floats) -> Roofline:
    """A roofline from the logarithms of its parameters."""
    return Roofline(**dict(zip(GUESS, np.exp(values), strict=True)), engines={}, sigma=0.0)


def held_out(data: Served, engines: list[str], left_out: list[str]) -> Floats:
    """log of predicted over measured (n,), each point by a fit without all that have its key in `left_out`."""
    keys = np.array(left_out)
    errors = np.zeros(len(keys))
    for key in sorted(set(left_out)):
        out = keys == key
        kept = data.where(~out)
        known = [name for name in engines if any(point.engine == name for point in kept.points)]
        values, factors = solve(kept, known)
        rest = data.where(out)
        told = (
            np.log(tokens_per_s(of(values), rest.job, rest.batch, rest.width)) + engine_columns(rest, known) @ factors
        )
        errors[out] = told - np.log(rest.measured)
    return errors


def engines_of(data: Served) -> list[str]:
    """The engines that have factors: those of mixtures, none of dense models."""
    dense = float(np.max(data.job.experts)) == 1.0
    return [] if dense else sorted({point.engine for point in data.points})


def chip_out(data: Served) -> Floats:
    """Errors with all points of the chip left out."""
    return held_out(data, engines_of(data), [point.chip for point in data.points])


def model_out(data: Served) -> Floats:
    """Errors with all points of the model left out."""
    return held_out(data, engines_of(data), [point.model for point in data.points])


def fit(data: Served) -> dict[str, Any]:
    """The roofline as it ships, with the errors that it had on chips and on models left out."""
    engines = engines_of(data)
    values, factors = solve(data, engines)
    by_chip, by_model = chip_out(data), model_out(data)
    return {
        "parameters": {name: float(f"{np.exp(value):.6g}") for name, value in zip(GUESS, values, strict=True)},
        "engines": {name: round(float(np.exp(value)), 5) for name, value in zip(engines, factors, strict=True)},
        "sigma": round(max(sigma_of(by_chip), sigma_of(by_model)), 4),
        "errors": {
            "one chip left out": distribution(by_chip),
            "one model left out": distribution(by_model),
            **{f"{chip} left out": distribution(by_chip[at]) for chip, at in _groups(data, "chip")},
            **{f"{model} left out": distribution(by_model[at]) for model, at in _groups(data, "model")},
        },
    }


def _groups(data: Served, part: str) -> list[tuple[str, np.ndarray]]:
    names = np.array([getattr(point, part) for point in data.points])
    return [(name, names == name) for name in sorted(set(names.tolist()))]
