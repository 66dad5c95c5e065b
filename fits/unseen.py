"""Predictions of what was left out, for the picture and the page: one row for each cell, point or run.

Also the roofline on results of MLPerf, which it was never fitted to: the whole way from a chip and a model to a rate,
with width and batch chosen by the roofline itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from fits import factors, roofline, training, utilisation
from fits.errors import Floats
from gigawatt.throughput.jobs import job_of
from gigawatt.throughput.measured import best_of_round
from gigawatt.throughput.records import BENCHMARKS, results
from gigawatt.throughput.replicas import best
from gigawatt.throughput.roofline import Roofline

Tables = tuple[dict[str, Any], dict[str, Any]]
Row = tuple[str, str, str, str, float, float]
"""Method, chip, model, what was left out, measured, predicted."""


def rooflines(tables: Tables) -> dict[bool, Roofline]:
    """The roofline of dense models (True) and of mixtures, as they ship."""
    found = {dense: roofline.fit(roofline.served(*tables, dense=dense)) for dense in (True, False)}
    return {dense: Roofline.of(each) for dense, each in found.items()}


def roofline_on_results(tables: Tables) -> tuple[list[Any], Floats]:
    """The best Offline results of MLPerf, and log of predicted over measured (n,)."""
    chips, models = tables
    fits = rooflines(tables)
    chosen = [one for one in best_of_round(results()) if one.scenario == "offline" and one.precision != "bf16"]
    errors = []
    for one in chosen:
        lengths = BENCHMARKS[one.model]
        job = job_of(chips[one.chip], models[one.model], one.precision, lengths.tokens_in, lengths.tokens_out)
        served = best(fits[models[one.model].is_dense], job, "offline")
        errors.append(float(np.log(served.per_second / one.per_chip)))
    return chosen, np.array(errors)


def rows(tables: Tables) -> Iterator[Row]:
    """Every prediction of what was left out."""
    cells = utilisation.cells_of(*tables)
    for one, off in zip(cells.results, utilisation.one_out(cells), strict=True):
        yield "utilisation", one.chip, one.model, "one cell", one.per_chip, one.per_chip * float(np.exp(off))
    for dense, name in ((True, "roofline, dense"), (False, "roofline, mixture")):
        data = roofline.served(*tables, dense=dense)
        for point, off in zip(data.points, roofline.chip_out(data), strict=True):
            yield name, point.chip, point.model, "one chip", point.per_chip, point.per_chip * float(np.exp(off))
    for one, off in zip(*roofline_on_results(tables), strict=True):
        yield (
            "roofline on MLPerf",
            one.chip,
            one.model,
            "all of MLPerf",
            one.per_chip,
            one.per_chip * float(np.exp(off)),
        )
    chosen, doublings, share = training.large(*tables)
    for run, log_share, off in zip(
        chosen, share, training.one_out(training.groups(chosen), doublings, share), strict=True
    ):
        if not np.isnan(off):
            yield "training", run.chip, run.model, "one run", float(np.exp(log_share)), float(np.exp(log_share + off))
    told = factors.pairs(tables[0])
    for (chip, model, rate, *_), off in zip(told, factors.scaled_errors(told), strict=True):
        yield "scaled", chip, model, "one chip", rate, rate * float(np.exp(off))
