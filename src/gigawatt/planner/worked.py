"""One workload of a solved plan: what one more unit of its work gains on each pool. What is to be explained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.draft import UseTable
from gigawatt.planner.capacity import Capacity
from gigawatt.planner.demand import Demand, prepare
from gigawatt.planner.prices import Prices

TINY = 1e-6
"""Chips, and parts of a price, that count as none."""
PER = {"token": (1e6, "million tokens"), "flop": (1e18, "10^18 FLOP"), "chip": (1.0, "chip-hour")}
"""Units of work in which a price is readable, by the measure of a workload."""


Side = Literal["unserved", "here"]


@dataclass(frozen=True)
class Asked:
    """What is to be explained: some workload, month or pool alone; everything where none is named."""

    workload: str | None = None
    month: str | None = None
    pool: str | None = None
    sides: tuple[Side, ...] = ("unserved", "here")

    @property
    def is_all(self) -> bool:
        """Whether no workload, month or pool is named."""
        return self.workload is None and self.month is None and self.pool is None


class Worked:
    """One workload of a solved plan: its demand, its Use, and prices per unit of its work, undiscounted."""

    def __init__(self, prices: Prices, capacity: Capacity, place: int, name: str) -> None:
        self.prices, self.capacity, self.draft = prices, capacity, prices.draft
        self.demand: Demand = prepare(self.draft.programme, self.draft.calendar, place, name)
        self.use: UseTable = self.draft.use.where(self.draft.use.workload == place)
        scale, words = PER[str(self.demand.workload.measure)]
        self.unit = f"{self.draft.programme.currency}/{words}"
        self.chips = prices.x[self.use.columns]
        self.work = self.use.hours * self.use.rate * self.demand.reference / scale
        """Work of each Use per chip, in the unit of prices."""
        self.money = 1.0 / self.draft.calendar.discount[self.use.month]
        self.gain = prices.gain[self.use.columns] * self.money / self.work

    @property
    def months(self) -> tuple[str, ...]:
        """Names of all months of the horizon."""
        return self.draft.calendar.month_names

    def sourced(self, at: Ints, weights: Floats, *, at_a_loss: bool = False) -> tuple[Ints, Floats]:
        """Some Uses, each by its weight, with the chips that they take had from where one more gains nothing.

        These then cost their rent or power in place of a price of chips, and the gain of all together is the same;
        `at_a_loss` on rent that loses too.
        """
        columns, all_weights = [self.use.columns[at]], [weights]
        slices = range(len(self.draft.calendar.slice_names))
        for n, weight in zip(at.tolist(), weights.tolist(), strict=True):
            asked = slices if self.use.slice[n] < 0 else (int(self.use.slice[n]),)
            found = self.capacity.sources(int(self.use.pool[n]), int(self.use.month[n]), asked, at_a_loss=at_a_loss)
            columns.append(np.array(found, dtype=np.int64))
            all_weights.append(np.full(len(found), weight))
        return np.concatenate(columns), np.concatenate(all_weights)
