"""Why a solved plan runs a workload here and not there: each pool by what one more unit of work there gains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gigawatt.model.calendar import Flags, Floats, Ints
from gigawatt.model.explanation import Place, Placing
from gigawatt.planner.prices import SERVED
from gigawatt.planner.signers import signer
from gigawatt.planner.worked import TINY, Asked, Worked

DIGITS = 9
"""Decimals of a price beyond which two are the same."""


class Placed(Worked):
    """Where one workload runs, and why."""

    def placing(self, months: Ints, first: int | None = None, pools: Ints | None = None) -> Placing | None:
        """All pools on which it may run, over some months by their work; None where it does not run in them.

        The pool that carries most is first, the others by what one more unit there would lose. Each is told at the
        hours at which it is used; with `first`, all at those of that pool, so that they can be compared.
        """
        inside = np.isin(self.use.month, months) & (self.work > 0)
        done = np.where(inside, self.chips * self.work, 0.0)
        if done.sum() <= TINY:
            return None
        by_pool = np.bincount(self.use.pool, done, len(self.draft.pool_ids))
        top = int(np.argmax(by_pool)) if first is None else first
        shape = (len(self.draft.calendar.months), len(self.draft.calendar.slice_names) + 1)
        weighed = done if first is None else np.where(self.use.pool == top, done, 0.0)
        pattern = np.zeros(shape)
        np.add.at(pattern, (self.use.month, self.use.slice), weighed)
        places = []
        for pool in np.unique(self.use.pool[inside]).tolist():
            if pools is None or pool in pools or pool == top:
                own = done if first is None else np.zeros(0)
                places.append(self._place(pool, inside & (self.use.pool == pool), pattern, own))
        places.sort(key=lambda each: (each.pool != self.draft.pool_ids[top], -round(each.gain, DIGITS), -each.chips))
        ends = (self.months[int(months.min())], self.months[int(months.max())])
        return Placing(self.demand.name, ends, self.unit, tuple(places), float(by_pool[top] / by_pool.sum()))

    def _place(self, pool: int, mine: Flags, pattern: Floats, done: Floats) -> Place:
        """One pool: what one more unit of work there gains, spread as what is `done` there, else as the pattern."""
        is_used = bool((self.chips[mine] > TINY).any())
        spread = np.where(mine, done, 0.0) if len(done) and is_used else self._spread(pool, mine, pattern)
        at = np.flatnonzero(spread > 0)
        weights = spread[at] / spread[at].sum() * self.money[at] / self.work[at]
        columns, weights = self.sourced(at, weights, at_a_loss=not is_used)
        parts = self.prices.parts(columns, weights)
        months = np.unique(self.use.month[at]).tolist()
        had = len(columns) > len(at) or any(self.capacity.has_chips(pool, month) for month in months)
        gain = sum(part.amount for part in parts)
        hours = self.draft.calendar.month_hours[np.unique(self.use.month[mine])].sum()
        chips = float((self.chips * self.use.hours)[mine].sum() / hours)
        worth = sum(part.amount for part in parts if part.what == SERVED)
        closed = dict.fromkeys(by for n in at for by in self.capacity.closers(int(self.use.columns[n])))
        signers = tuple(signer(self.draft, by) for by in closed)
        return Place(self.draft.pool_ids[pool], chips, worth - gain, gain, tuple(parts), signers, had)

    def _spread(self, pool: int, mine: Flags, pattern: Floats) -> Floats:
        """The pattern by month and slice, over the months in which the pool has chips, or over all if in none."""
        spread = np.where(mine, pattern[self.use.month, self.use.slice], 0.0)
        months = np.unique(self.use.month[mine]).tolist()
        with_chips = [month for month in months if self.capacity.has_chips(pool, month)]
        there = np.where(np.isin(self.use.month, with_chips), spread, 0.0)
        found = there if there.sum() > 0 else spread
        return found if found.sum() > 0 else mine.astype(np.float64)

    def spans(self, asked: Asked) -> Iterator[Placing]:
        """The pools by stretches of months in which the same ones run it, and are closed to it."""
        calendar, stretch, before = self.draft.calendar, list[int](), None
        last = len(calendar.months)
        pools = None if asked.pool is None else np.array([self.draft.pool_ids.index(asked.pool)])
        for month in [*self.demand.months.tolist(), last]:
            if asked.month is not None and month != last and self.months[month] != asked.month:
                continue
            now = self._signature(month) if month != last else None
            if stretch and (now != before or month != stretch[-1] + 1):
                if (found := self.placing(np.array(stretch), pools=pools)) is not None:
                    yield found
                stretch = []
            stretch.append(month)
            before = now

    def _signature(self, month: int) -> tuple[frozenset[int], frozenset[int]]:
        mine = self.use.month == month
        used = frozenset(self.use.pool[mine & (self.chips > TINY)].tolist())
        closed = {
            int(self.use.pool[n]) for n in np.flatnonzero(mine) if self.capacity.closers(int(self.use.columns[n]))
        }
        return used, frozenset(closed)

    def summary(self) -> Placing | None:
        """The pool that carries most, over its months, and the runner-up: the one on which one more gains most."""
        done = np.bincount(self.use.pool, self.chips * self.work, len(self.draft.pool_ids))
        if done.sum() <= TINY:
            return None
        top = int(np.argmax(done))
        runs = np.unique(self.use.month[(self.use.pool == top) & (self.chips > TINY)])
        found = self.placing(runs, first=top)
        if found is None:
            return None
        most = int(np.argmax(np.where(self.use.pool == top, self.chips * self.work, 0.0)))
        limits = self.capacity.behind(top, int(self.use.month[most]), int(self.use.slice[most]))
        first, *others = found.places
        others.sort(key=lambda place: not place.had)  # where no chips are there is no price of them
        return replace(found, places=(replace(first, limits=limits), *others[:1]))
