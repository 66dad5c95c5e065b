"""How many chips one replica of a model needs, how many requests it holds, and which way to serve gives most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigawatt.model.calendar import Floats
from gigawatt.model.rates import Scenario
from gigawatt.throughput.jobs import Job, Number
from gigawatt.throughput.roofline import Roofline, token_s

USABLE = 0.9
"""Share of a chip's memory for weights and kept numbers; engines leave about a tenth for the rest."""

WIDTHS = (1, 2, 4, 8, 16, 32, 64)
"""Chips that one replica may be spread over."""

USUAL_WIDTHS = 4
"""The first so many widths are tried whether or not a model needs them: chips of one node."""

MOST_BATCH = 512
"""Requests at once beyond which nothing was measured."""

READERS_WAIT_S = 0.1
"""Seconds for a token that a `server` may take; MLPerf's own limits lie between 0.08 and 0.2."""


def room(job: Job, width: Number) -> Number:
    """Requests whose kept numbers fit beside the weights on `width` chips; below one where not even one does."""
    copies = width / np.minimum(width, job.kv_heads)
    kept = job.kept_per_token * job.kept_bytes * (job.tokens_in + np.asarray(job.tokens_out)) * copies
    left: Number = (USABLE * job.memory * width - job.parameters * np.asarray(job.weight_bytes)) / kept
    return left


def chips_needed(job: Job) -> Floats:
    """The fewest chips, a power of two, that hold the weights and one request; infinite where even the most do not."""
    shape = np.shape(room(job, 1.0))
    needed = np.full(shape, np.inf)
    for width in reversed(WIDTHS):
        needed = np.where(room(job, float(width)) >= 1.0, float(width), needed)
    return needed


@dataclass(frozen=True)
class Served:
    """The best way to serve: tokens a second of one chip, chips of a replica, requests at once; noughts where none."""

    per_second: Floats
    width: Floats
    batch: Floats


def best(fit: Roofline, job: Job, scenario: Scenario) -> Served:
    """The width and batch that give most: as many requests as fit, for `server` as the readers' wait allows.

    More requests at once always give more tokens, so the largest batch is the best; a server that cannot keep the
    readers' wait with a single request serves single requests.
    """
    needed = chips_needed(job)
    per_second, chosen, batches = (np.zeros(needed.shape) for _ in range(3))
    for place, width in enumerate(WIDTHS):
        tried = (needed <= width) & ((place < USUAL_WIDTHS) | (needed == width))
        if not tried.any():
            continue
        batch = np.clip(room(job, float(width)), 1.0, MOST_BATCH)
        if scenario == "server":
            batch = _within_wait(fit, job, float(width), batch)
        rate = np.where(tried, batch / token_s(fit, job, batch, float(width)) / width, 0.0)
        better = rate > per_second
        per_second, chosen, batches = (
            np.where(better, new, old) for new, old in ((rate, per_second), (float(width), chosen), (batch, batches))
        )
    return Served(per_second, chosen, np.floor(batches))


def _within_wait(fit: Roofline, job: Job, width: float, most: Number) -> Floats:
    """The largest batch up to `most` that keeps the readers' wait, found by halving; one where none does."""
    low, high = np.ones(np.shape(most)), np.asarray(most, dtype=np.float64)
    fits = token_s(fit, job, high, width) <= READERS_WAIT_S
    low = np.where(fits, high, low)
    for _ in range(8):
        middle = 0.5 * (low + high)
        keeps = token_s(fit, job, middle, width) <= READERS_WAIT_S
        low, high = np.where(keeps, middle, low), np.where(keeps, high, middle)
    return low
