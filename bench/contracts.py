"""Contracts at work: verdicts a second at the gate, and snapshots of many clauses on many days."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product

import gigawatt as gw
from bench.reference import STARGATE
from bench.registry import Figure, benchmark
from gigawatt.broker.gate import Gate
from gigawatt.history.snapshots import Snapshots
from gigawatt.history.versions import History, Version
from gigawatt.values.span import add_months

VERDICTS = 50_000
CLAUSES, VERSIONS_EACH, MONTHS = 10_000, 5, 180
SAMPLE = 20_000
"""Look-ups one by one, beside which the arrays are measured."""


@benchmark("gate")
def gate() -> Iterator[Figure]:
    """Verdicts a second on one core, on the contracts of the reference programme, each ask another."""
    programme = gw.load(STARGATE)
    asked = Gate(programme)
    combined = list(product(programme.workloads, programme.pools, range(0, 2000, 7)))[:VERDICTS]
    start = date(2025, 1, 1)
    asks = [
        gw.Ask("place", "openai", start + timedelta(days=n), workload=workload, pool=pool)
        for workload, pool, n in combined
    ]
    for ask in asks[:1000]:
        asked.decide(ask)
    began = time.process_time()
    for ask in asks:
        asked.decide(ask)
    spent = time.process_time() - began
    yield Figure("verdicts a second", len(asks) / spent, "/s", least=50_000)


@benchmark("snapshots")
def snapshots() -> Iterator[Figure]:
    """180 monthly snapshots of 10,000 clauses with 50,000 versions, beside looking each clause up."""
    history = _book()
    arrays = Snapshots(history)
    days = [add_months(date(2020, 1, 1), n) for n in range(MONTHS)]
    began = time.process_time()
    found = arrays.over(days)
    spent = time.process_time() - began
    keys = arrays.keys[: SAMPLE // 10]
    began = time.process_time()
    for day in days[:10]:
        for key in keys:
            history.in_force(*key, day, day)
    singly = (time.process_time() - began) / (10 * len(keys)) * found.size
    yield Figure("snapshots, CPU", spent, "s", most=0.2)
    yield Figure("looking each up over the arrays, CPU", singly / spent, "times", least=3.0)


def _book() -> History:
    """A history of clauses that are amended every 30 months or so, each amendment recorded a month before."""
    blank = gw.Clause.model_construct(kind="blank")
    versions = {}
    for n in range(CLAUSES):
        days = [add_months(date(2020, 1, 1), (n % 30) + 30 * k) for k in range(VERSIONS_EACH)]
        versions["book", f"c{n}"] = tuple(
            Version("book", f"c{n}", str(k), "amend", blank, day, date.min, date.max, add_months(day, -1), date.max,
                    (day, add_months(day, -1), k), None, None, (), ())
            for k, day in enumerate(days)
        )  # fmt: skip
    return History(versions, {}, {"book": ((date.max, date.min),)})
