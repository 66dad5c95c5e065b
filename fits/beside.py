"""Side by side with aiconfigurator on the MLPerf Offline cells that it covers: rows of a table, and the means."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from fits import unseen, utilisation

PLACE = Path(__file__).with_name("aiconfigurator.csv")
Row = tuple[str, str, str, float, float, float, float]
"""Round, chip, model, measured; predicted over measured less one: aiconfigurator, roofline, utilisation."""


def rows(tables: tuple[dict[str, Any], dict[str, Any]]) -> list[Row]:
    """The cells that both can tell of. The roofline never saw MLPerf, utilisation did not see the cell."""
    with PLACE.open(encoding="utf-8", newline="") as file:
        theirs = {
            (row["chip"], row["model"], row["precision"]): float(row["tokens_per_s"]) for row in csv.DictReader(file)
        }
    cells = utilisation.cells_of(*tables)
    left_out = {
        (one.round, one.chip, one.model): float(np.expm1(off))
        for one, off in zip(cells.results, utilisation.one_out(cells), strict=True)
    }
    found = []
    for one, off in zip(*unseen.roofline_on_results(tables), strict=True):
        rate = theirs.get((one.chip, one.model, one.precision))
        if rate is not None:
            key = (one.round, one.chip, one.model)
            found.append((*key, one.per_chip, rate / one.per_chip - 1, float(np.expm1(off)), left_out[key]))
    return sorted(found, key=lambda row: (row[0], row[1], row[2]))


def means(several: list[Row]) -> tuple[float, float, float]:
    """Mean absolute error in percent of aiconfigurator, of the roofline and of utilisation."""
    off = np.abs(np.array([row[4:] for row in several])).mean(axis=0) * 100
    return float(off[0]), float(off[1]), float(off[2])


def table(several: list[Row]) -> str:
    """The rows as the page has them."""
    return "\n".join(
        f"| {name} | {chip} | {model} | {rate:,.0f} | {theirs:+.0%} | {ours:+.0%} | {known:+.0%} |"
        for name, chip, model, rate, theirs, ours, known in several
    )


if __name__ == "__main__":
    from fits.__main__ import catalogue

    all_rows = rows(catalogue())
    print(table(all_rows))
    print(means(all_rows))
