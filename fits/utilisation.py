"""Fits the table of utilisation by ridge regression to the best Offline result of each chip, model and round.

The effects of chips are drawn towards nought by a strength that is itself chosen by leaving cells out of what is
fitted, never by the cell that is predicted: within every fold the strength is chosen anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fits.errors import Floats, distribution, sigma_of
from gigawatt.model.language_model import LanguageModel
from gigawatt.model.things import Chip
from gigawatt.throughput.measured import best_of_round
from gigawatt.throughput.records import BENCHMARKS, Result, results
from gigawatt.throughput.utilisation import PRECISIONS, flops_per_token, traits

STRENGTHS = (0.03, 0.1, 0.3, 1.0)
MODEL_STRENGTH, ROUND_STRENGTH, SLOPE_STRENGTH, NONE = 0.01, 0.1, 0.05, 1e-9


@dataclass(frozen=True)
class Cells:
    """The cells (n,), log utilisation (n,), and the design (n, columns) with the names of its columns."""

    results: list[Result]
    log_u: Floats
    design: Floats
    columns: list[tuple[str, str]]
    means: dict[str, float]


def cells_of(chips: dict[str, Chip], models: dict[str, LanguageModel]) -> Cells:
    """The best Offline result by chip, model and round, as shares of the peak."""
    offline = [one for one in results() if one.scenario == "offline" and one.precision in PRECISIONS]
    chosen = best_of_round(offline)
    seen = np.array([traits(chips[one.chip], models[one.model], one.precision) for one in chosen])
    log_u = [
        np.log(one.per_chip * flops_per_token(models[one.model], lengths.tokens_in, lengths.tokens_out)
               / float(chips[one.chip].peak_flops(one.precision)))
        for one in chosen
        for lengths in [BENCHMARKS[one.model]]
    ]  # fmt: skip
    means = {"bandwidth_over_peak": float(seen[:, 0].mean()), "spread": float(seen[:, 1].mean())}
    columns = [("base", "")]
    for part in ("model", "chip", "round"):
        columns += [(part, name) for name in sorted({getattr(one, part) for one in chosen})]
    columns += [("slope", name) for name in means]
    design = np.array([[_entry(part, name, one, row, means) for part, name in columns]
                       for one, row in zip(chosen, seen, strict=True)])  # fmt: skip
    return Cells(chosen, np.array(log_u), design, columns, means)


def _entry(part: str, name: str, one: Result, seen: Floats, means: dict[str, float]) -> float:
    if part == "base":
        return 1.0
    if part == "slope":
        return float(seen[list(means).index(name)]) - means[name]
    return float(getattr(one, part) == name)


def penalties(columns: list[tuple[str, str]], strength: float) -> Floats:
    """How strongly each column is drawn towards nought."""
    by_part = {
        "base": NONE,
        "model": MODEL_STRENGTH,
        "chip": strength,
        "round": ROUND_STRENGTH,
        "slope": SLOPE_STRENGTH,
    }
    return np.array([by_part[part] for part, _ in columns])


def solve(design: Floats, log_u: Floats, penalty: Floats) -> Floats:
    """Ridge regression."""
    return np.linalg.solve(design.T @ design + np.diag(penalty), design.T @ log_u)


def strength_for(design: Floats, log_u: Floats, columns: list[tuple[str, str]]) -> float:
    """The strength whose predictions of single cells left out are best in the mean square."""

    def left_out(strength: float) -> float:
        penalty = penalties(columns, strength)
        hat = design @ np.linalg.solve(design.T @ design + np.diag(penalty), design.T)
        errors = (log_u - hat @ log_u) / (1.0 - np.diag(hat))
        return float(np.mean(errors**2))

    return min(STRENGTHS, key=left_out)


def held_out(cells: Cells, together: list[Any]) -> Floats:
    """log of predicted over measured (n,), each cell predicted by a fit without all that have its key in `together`."""
    errors = np.zeros(len(together))
    for place, key in enumerate(together):
        kept = np.array([other != key for other in together])
        design, log_u = cells.design[kept], cells.log_u[kept]
        found = solve(design, log_u, penalties(cells.columns, strength_for(design, log_u, cells.columns)))
        errors[place] = cells.design[place] @ found - cells.log_u[place]
    return errors


def one_out(cells: Cells) -> Floats:
    """Errors with the one cell left out."""
    return held_out(cells, list(range(len(cells.results))))


def fit(cells: Cells) -> dict[str, Any]:
    """The table as it ships, with the errors that it had on cells left out."""
    strength = strength_for(cells.design, cells.log_u, cells.columns)
    found = dict(zip(cells.columns, solve(cells.design, cells.log_u, penalties(cells.columns, strength)), strict=True))
    alone = one_out(cells)
    pairs = held_out(cells, [(one.chip, one.model) for one in cells.results])
    parts = {part: {name: round(float(found[each, name]), 5) for each, name in cells.columns if each == part}
             for part in ("model", "chip", "round", "slope")}  # fmt: skip
    return {
        "base": round(float(found["base", ""]), 5), "models": parts["model"], "chips": parts["chip"],
        "rounds": parts["round"], "slopes": parts["slope"], "means": cells.means, "strength": strength,
        "sigma": round(sigma_of(pairs), 4),
        "errors": {
            "one cell left out": distribution(alone),
            "chip and model left out in both rounds": distribution(pairs),
        },
    }  # fmt: skip
