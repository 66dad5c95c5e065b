"""The rates that a plan uses, told with their provenance: stated, assumed, or worked out from a model."""

from __future__ import annotations

from collections.abc import Iterator

from gigawatt.model.programme import Programme
from gigawatt.model.rates import Method, RateTold
from gigawatt.model.workload import CHIP_HOURS, SECONDS_AN_HOUR


def rates_of(programme: Programme) -> Iterator[RateTold]:
    """Each workload on each chip that some pool can run it on, in the order of workloads and pools."""
    for name, workload in programme.workloads.items():
        told: set[str] = set()
        for pool_id, pool in programme.pools.items():
            chip = programme.chips[pool.chip]
            rate = workload.rate_on(pool.chip, chip)
            if pool.chip in told or rate is None or workload.why_not(pool_id, pool.chip, chip) is not None:
                continue
            told.add(pool.chip)
            per_second = float(rate) / (1 if workload.measure == CHIP_HOURS else SECONDS_AN_HOUR)
            estimate = workload.estimates.get(pool.chip)
            if estimate is not None:
                method, source, sigma = estimate.method, estimate.source, estimate.sigma
                yield RateTold(name, pool.chip, per_second, workload.measure, method, source, sigma)
                continue
            stated: Method = "stated" if pool.chip in workload.given_rates else "assumed"
            source = "the programme file" if stated == "stated" else _default(workload.measure, workload.precision)
            yield RateTold(name, pool.chip, per_second, workload.measure, stated, source)


def _default(measure: str, precision: str) -> str:
    return "one chip counts as one" if measure == CHIP_HOURS else f"mfu x the dense {precision} peak"
