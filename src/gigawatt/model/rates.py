"""What a chip delivers, as it passes between the parts: the figure, how it was come by, and how far to trust it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from gigawatt.model.work_units import WorkUnit

Scenario = Literal["offline", "server"]
"""`offline`: as much as can be had. `server`: so that every reader still gets a token each tenth of a second."""

Method = Literal["stated", "assumed", "measured", "utilisation", "roofline", "scaled", "training"]
"""How a rate was come by. `stated` in the file, `assumed` by a default, the rest by throughput/."""

NORMAL_QUANTILE_90 = 1.6448536269514722
"""Nine tenths of a normal distribution lie within so many standard deviations of its middle."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one chip delivers. `per_second` is output tokens for serving, FLOP for training, by one chip.

    `sigma` is the standard deviation of the logarithm of truth over estimate. `chips` is how many chips hold one
    replica, `batch` the requests that it serves at once; None where the method does not say. `drift` is what a year's
    software gained on the same silicon in the median, a factor; it is stated here and not counted in `per_second`.
    """

    chip: str
    model: str
    per_second: float
    method: Method
    source: str
    sigma: float
    precision: str
    scenario: Scenario | None = None
    chips: int | None = None
    batch: int | None = None
    note: str = ""
    drift: float = 1.0

    @property
    def least(self) -> float:
        """The lower end of the band that should hold nine truths of ten."""
        return self.per_second * math.exp(-NORMAL_QUANTILE_90 * self.sigma)

    @property
    def most(self) -> float:
        """The upper end of the band that should hold nine truths of ten."""
        return self.per_second * math.exp(NORMAL_QUANTILE_90 * self.sigma)


@dataclass(frozen=True, slots=True)
class RateTold:
    """The rate of one workload on one chip as a plan uses it: work a second of one chip, or (`chip`) of chips."""

    workload: str
    chip: str
    rate: float
    measure: WorkUnit
    method: Method
    source: str = ""
    sigma: float | None = None
