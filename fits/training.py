"""Fits MFU at 512 chips and its loss with every doubling to the runs of Llama 3.1 405B in MLPerf Training."""

from __future__ import annotations

from typing import Any

import numpy as np

from fits.errors import Floats, distribution, sigma_of
from gigawatt.model.language_model import LanguageModel
from gigawatt.model.things import Chip
from gigawatt.throughput.records import Run, runs
from gigawatt.throughput.training import AT_CHIPS, mfu_of

LARGE, SMALL = "llama-3.1-405b", "llama-3.1-8b"


def log_mfu(run: Run, chips: dict[str, Chip], models: dict[str, LanguageModel]) -> float:
    """log of the share of the dense bf16 peak that a run reached."""
    return float(np.log(mfu_of(run, float(models[run.model].parameters), float(chips[run.chip].bf16_flops))))


def groups(several: list[Run]) -> list[str]:
    """The chip and the round of each run."""
    return [f"{run.chip} {run.round}" for run in several]


def solve(names: list[str], doublings: Floats, log_share: Floats) -> tuple[dict[str, float], float]:
    """log MFU at 512 chips by chip and round, and the loss with every doubling, by least squares."""
    known = sorted(set(names))
    design = np.array(
        [[float(name == each) for each in known] + [-by] for name, by in zip(names, doublings, strict=True)]
    )
    found = np.linalg.lstsq(design, log_share, rcond=None)[0]
    return dict(zip(known, found.tolist(), strict=False)), float(found[-1])


def one_out(names: list[str], doublings: Floats, log_share: Floats) -> Floats:
    """log of predicted over measured (n,), the run itself left out; not a number where it is alone in its group."""
    errors = np.full(len(names), np.nan)
    for place, name in enumerate(names):
        if names.count(name) > 1:
            kept = np.arange(len(names)) != place
            rest = [each for each, keep in zip(names, kept, strict=True) if keep]
            base, loss = solve(rest, doublings[kept], log_share[kept])
            errors[place] = base[name] - loss * doublings[place] - log_share[place]
    return errors


def large(chips: dict[str, Chip], models: dict[str, LanguageModel]) -> tuple[list[Run], Floats, Floats]:
    """The runs of 405B, doublings beyond 512 chips (n,), log MFU (n,)."""
    chosen = [run for run in runs() if run.model == LARGE]
    doublings = np.array([np.log2(run.chips / AT_CHIPS) for run in chosen])
    return chosen, doublings, np.array([log_mfu(run, chips, models) for run in chosen])


def fit(chips: dict[str, Chip], models: dict[str, LanguageModel]) -> dict[str, Any]:
    """What ships, with the errors on runs left out and on runs of a smaller model."""
    chosen, doublings, log_share = large(chips, models)
    names = groups(chosen)
    base, loss = solve(names, doublings, log_share)
    alone = one_out(names, doublings, log_share)
    told = ~np.isnan(alone)
    latest = max(run.round for run in chosen)
    of_latest = [value for name, value in base.items() if name.endswith(latest)]
    small = [run for run in runs() if run.model == SMALL and f"{run.chip} {run.round}" in base]
    off = [
        base[f"{run.chip} {run.round}"] - loss * np.log2(run.chips / AT_CHIPS) - log_mfu(run, chips, models)
        for run in small
    ]
    ratio = np.log(float(models[LARGE].parameters) / float(models[SMALL].parameters))
    smaller = float(np.median(off)) / float(ratio)
    return {
        "at_512": {name: round(float(np.exp(value)), 5) for name, value in base.items()},
        "loss_per_doubling": round(loss, 6),
        "sigma": round(sigma_of(alone[told]), 4),
        "alone": [name for name in sorted(base) if names.count(name) == 1],
        "alone_sigma": round(float(np.abs(alone[told]).max()), 4),
        "mean_at_512": round(float(np.exp(np.mean(of_latest))), 5),
        "mean_round": latest,
        "mean_sigma": round(float(np.std(of_latest, ddof=1)), 4),
        "loss_per_e_smaller": round(smaller, 5),
        "smaller_sigma": round(sigma_of(np.array(off) - np.median(off)), 4),
        "errors": {
            "one run left out": distribution(alone[told]),
            "in sample": distribution(
                [base[n] - loss * d - s for n, d, s in zip(names, doublings, log_share, strict=True)]
            ),
            "Llama 3.1 8B as if it were 405B": distribution(off),
            "Llama 3.1 8B with the loss for its size, in sample": distribution(np.array(off) - np.median(off)),
        },
    }
