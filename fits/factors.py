"""Fits the small factors: noise between submitters, server over offline, a year's drift, a scaled chip's weight."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from fits.errors import Floats, distribution, sigma_of
from gigawatt.model.things import Chip
from gigawatt.throughput.measured import best_of_round
from gigawatt.throughput.records import Drift, points, results, told_drifts
from gigawatt.throughput.scaling import distance

YEARS = 1.03
"""From the results of v4.1 (2024-08-28) to those of v5.1 (2025-09-09)."""
SPLIT = np.linspace(0.0, 1.0, 101)


def noise() -> dict[str, Any]:
    """How far submitters of the same chip, model, precision, scenario and round lie apart, each with its best."""
    best: dict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
    for one in results():
        several = best[one.round, one.chip, one.model, one.scenario, one.precision]
        several[one.submitter] = max(several.get(one.submitter, 0.0), one.per_chip)
    cells = [sorted(several.values()) for several in best.values() if len(several) > 1]
    # A measured cell is the best of its submitters, so what another gets lies below it.
    below = [float(np.log(cell[-1] / other)) for cell in cells for other in cell[:-1]]
    apart = [cell[-1] / cell[0] - 1.0 for cell in cells]
    return {
        "sigma": round(sigma_of(below), 4),
        "points_sigma": round(sigma_of(repeated()), 4),
        "median_best_over_another": round(float(np.expm1(np.median(below))) * 100, 2),
        "median_best_over_worst": round(float(np.median(apart)) * 100, 2),
        "submissions": len(below) + len(cells),
        "cells": len(cells),
    }


def repeated() -> list[float]:
    """log of the largest over the least of points of serving that were measured more than once, all else the same."""
    several: dict[tuple[object, ...], list[float]] = defaultdict(list)
    for one in points():
        key = (one.chip, one.model, one.precision, one.engine, one.tokens_in, one.tokens_out, one.batch, one.width)
        several[key].append(one.per_chip)
    return [float(np.log(max(rates) / min(rates))) for rates in several.values() if len(rates) > 1]


def server() -> dict[str, Any]:
    """Server over Offline by model, of the best by chip, precision and round: each has its own limits of waiting."""
    best = {
        (one.chip, one.model, one.precision, one.round, one.scenario): one.per_chip for one in best_of_round(results())
    }
    logs: dict[str, list[float]] = defaultdict(list)
    for (*key, scenario), rate in best.items():
        if scenario == "server" and (*key, "offline") in best:
            logs[key[1]].append(float(np.log(rate / best[*key, "offline"])))
    # One cell left out: the median of the others of its model.
    errors = [
        float(np.median(several[:place] + several[place + 1 :])) - several[place]
        for several in logs.values()
        for place in range(len(several))
        if len(several) > 1
    ]
    return {
        "factors": {model: round(float(np.exp(np.median(several))), 4) for model, several in sorted(logs.items())},
        "sigma": round(sigma_of(errors), 4),
        "errors": {"one cell left out": distribution(errors)},
    }


def drifts() -> list[Drift]:
    """The same chip, model, precision and scenario in v4.1 and in v5.1, and what others told of later rounds."""
    best = {(one.chip, one.model, one.precision, one.scenario, one.round): one for one in best_of_round(results())}
    found = [
        Drift(
            one.chip, one.model, one.scenario, "v4.1", "v5.1", YEARS, best[*key, "v5.1"].per_chip / one.per_chip, one.id
        )
        for (*key, name), one in best.items()
        if name == "v4.1" and (*key, "v5.1") in best
    ]
    return found + list(told_drifts())


def drift() -> dict[str, Any]:
    """What software alone gained on the same silicon within a year or less: the median and both ends, as factors.

    Gains are taken as they were seen and not stretched to a whole year where two rounds lie nearer together.
    """
    logs = np.array([np.log(one.factor) for one in drifts()])
    middle = float(np.median(logs))
    return {
        "a_year": round(float(np.exp(middle)), 4),
        "least": round(float(np.exp(logs.min())), 4),
        "most": round(float(np.exp(logs.max())), 4),
        "sigma": round(sigma_of(logs - middle), 4),
        "seen": [
            {
                "chip": one.chip, "model": one.model, "scenario": one.scenario, "rounds": f"{one.first}-{one.second}",
                "years": one.years, "gain_percent": round((one.factor - 1) * 100, 1),
            }
            for one in drifts()
        ],
    }  # fmt: skip


Pair = tuple[str, str, float, float, float, float]
"""Chip, model and rate of a cell; log of its rate over that of the chip beside it, of peaks, of bandwidths."""


def pairs(chips: dict[str, Chip]) -> list[Pair]:
    """Each Offline cell beside the nearest other chip with the model in the same round."""
    best = [one for one in best_of_round(results()) if one.scenario == "offline"]
    told = []
    for one in best:
        others = [
            other for other in best if (other.model, other.round) == (one.model, one.round) and other.chip != one.chip
        ]
        if not others:
            continue
        offs = [distance(chips[one.chip], one.precision, chips[o.chip], o.precision) for o in others]
        near = int(np.argmin([abs(off[0]) + abs(off[1]) for off in offs]))
        apart = float(np.log(one.per_chip / others[near].per_chip))
        told.append((one.chip, one.model, one.per_chip, apart, *offs[near]))
    return told


def weight_for(told: list[Pair]) -> float:
    """The weight of the peak whose mean absolute error is least."""
    apart, peak, bandwidth = (np.array([each[n] for each in told]) for n in (3, 4, 5))
    errors = [float(np.abs(split * peak + (1 - split) * bandwidth - apart).mean()) for split in SPLIT]
    return float(SPLIT[int(np.argmin(errors))])


def scaled_errors(told: list[Pair]) -> Floats:
    """log of predicted over measured (n,), the weight fitted without any cell of the chip."""
    errors = []
    for chip, _, _, apart, peak, bandwidth in told:
        split = weight_for([each for each in told if each[0] != chip])
        errors.append(split * peak + (1 - split) * bandwidth - apart)
    return np.array(errors)


def scaling(chips: dict[str, Chip]) -> dict[str, Any]:
    """The weight as it ships, with the errors on chips left out."""
    told = pairs(chips)
    errors = scaled_errors(told)
    return {
        "weight": round(weight_for(told), 4),
        "sigma": round(sigma_of(errors), 4),
        "errors": {"one chip left out": distribution(errors)},
    }
