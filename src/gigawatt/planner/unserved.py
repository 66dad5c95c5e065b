"""Why a solved plan does not serve what it leaves unserved: pool by pool, closed, held, full or too dear, priced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

import numpy as np

from gigawatt.model.calendar import Ints
from gigawatt.model.draft import Block
from gigawatt.model.explanation import Limit, Reason, Unserved
from gigawatt.planner.demand import UNSERVED
from gigawatt.planner.labels import named
from gigawatt.planner.physics import PHYSICS
from gigawatt.planner.prices import SERVE
from gigawatt.planner.signers import signer
from gigawatt.planner.worked import PER, TINY, Asked, Worked
from gigawatt.values.ids import own_id


class NotServed(Worked):
    """What is unserved of one workload, and why."""

    def stretches(self, asked: Asked) -> list[Unserved]:
        """Each stretch of months in which it is not served for the same reasons."""
        found: list[Unserved] = []
        before = -1
        for month, item in self._by_month(asked):
            if found and month == before + 1 and _said(found[-1]) == _said(item):
                found[-1] = _together(found[-1], item)
            else:
                found.append(item)
            before = month
        return found

    def _by_month(self, asked: Asked) -> Iterator[tuple[int, Unserved]]:
        """What is not served of each month, at the slice of most; of a training run, at the end of its window."""
        block, calendar = self._block, self.draft.calendar
        missing = self.prices.x[block.start : block.start + block.size]
        scale = PER[str(self.demand.workload.measure)][0]
        dated: dict[str, list[int]] = {}
        for at in np.flatnonzero(missing > TINY * np.maximum(1.0, block.upper)):
            dated.setdefault(named(block, int(at))[1], []).append(int(at))
        for period, places in dated.items():
            month = calendar.month_index.get(period, int(self.demand.months[-1]))
            if asked.month is not None and not self._covers(period, asked.month):
                continue
            slices = [self._slice(place) for place in places]
            hours = [1.0 if each < 0 else float(calendar.hours[month, each]) for each in slices]
            most = max(range(len(places)), key=lambda n: missing[places[n]] * hours[n])
            amount = sum(missing[place] * hour for place, hour in zip(places, hours, strict=True))
            lost = -sum(self._lost(block.start + place) * missing[place] for place in places)
            use = np.flatnonzero(
                ((self.use.month == month) | (not period)) & ((self.use.slice == slices[most]) | (slices[most] < 0))
            )
            worth = self._lost(block.start + places[most]) / (hours[most] * self.demand.reference / scale)
            names = (period, period) if period else tuple(self.months[self.demand.months[n]] for n in (0, -1))
            yield (
                month,
                Unserved(
                    self.demand.name,
                    (names[0], names[1]),
                    amount * self.demand.reference,
                    str(self.demand.workload.measure),
                    lost,
                    -worth,
                    self.unit,
                    tuple(self._reasons(use, asked, abs(worth))),
                ),
            )

    def _binding(self, at: int, small: float) -> tuple[dict[tuple[str, str], float], float]:
        """What one more unit of work costs by rows of clauses, by signer, and by the chips that it takes."""
        held: dict[tuple[str, str], float] = {}
        full = 0.0
        for row, value, by in self.prices.of_column(int(self.use.columns[at])):
            block = self.draft.row_block(row)
            cost = float(self.prices.duals[row]) * value * self.money[at] / self.work[at]
            if block.name == "fit":
                full += cost
            elif cost > small and not block.name.startswith(SERVE):
                name = self.prices.row_signer(block, by)
                held[name] = held.get(name, 0.0) + cost
        return held, full

    def _covers(self, period: str, month: str) -> bool:
        return period == month if period else month in {self.months[t] for t in self.demand.months}

    def _slice(self, place: int) -> int:
        """The slice of unserved work; -1 where it has none."""
        return place % len(self.draft.calendar.slice_names) if len(self._block.axes) == 2 else -1

    @cached_property
    def _block(self) -> Block:
        name = f"{UNSERVED} {self.demand.name}"
        return next(each for each in self.draft.column_blocks if each.name == name and each.by == PHYSICS)

    def _lost(self, column: int) -> float:
        """What one more unserved gains (below nought): its price, undiscounted."""
        return sum(
            float(payment.amounts[payment.columns == column].sum())
            for payment in self.draft.payments
            if payment.by == self.demand.name and payment.what == "unserved"
        ) * (-1.0)

    def _reasons(self, use: Ints, asked: Asked, worth: float) -> Iterator[Reason]:
        """For each pool on which more could be served, why it is not, at the Use that is nearest to worth it."""
        for pool in dict.fromkeys(self.use.pool[use].tolist()):
            mine = use[self.use.pool[use] == pool]
            name = self.draft.pool_ids[pool]
            if asked.pool in (None, name):
                yield from self._reasons_of(name, int(mine[np.argmax(self.gain[mine])]), worth)

    def _reasons_of(self, pool: str, at: int, worth: float) -> Iterator[Reason]:
        column, gain = int(self.use.columns[at]), float(self.gain[at])
        small = TINY * max(worth, 1.0)
        closers = self.capacity.closers(column)
        if closers:
            limits = tuple(Limit(signer(self.draft, by), "", "limit") for by in closers)
            yield Reason(pool, "closed", max(gain, 0.0), limits)
        elif gain > small:
            limit = Limit(signer(self.draft, self.demand.name), "the most that it may take there", "limit")
            yield Reason(pool, "held", gain, (limit,))
        held, full = self._binding(at, small)
        for (whose, what), cost in held.items():
            yield Reason(pool, "held", cost, (Limit(signer(self.draft, whose), what, "limit"),))
        columns, weights = self.sourced(np.array([at]), np.array([self.money[at] / self.work[at]]), at_a_loss=True)
        if full > small and len(columns) == 1:  # nothing can be rented there
            pool_, month, slice_ = (int(each[at]) for each in (self.use.pool, self.use.month, self.use.slice))
            yield Reason(pool, "full", full, self.capacity.behind(pool_, month, slice_))
            return
        loss = -float(self.prices.gain[columns] @ weights)
        if loss > small or not (closers or held or gain > small):
            parts = tuple(self.prices.parts(columns, weights))
            yield Reason(pool, "dear", loss if loss > small else 0.0, parts=parts)


def _together(one: Unserved, other: Unserved) -> Unserved:
    """Two stretches, one after the other, with the reasons of the one of more value lost."""
    worse = one if one.value_lost >= other.value_lost else other
    return replace(
        worse,
        months=(one.months[0], other.months[1]),
        amount=one.amount + other.amount,
        value_lost=one.value_lost + other.value_lost,
    )


def _said(each: Unserved) -> frozenset[tuple[str, str, frozenset[str]]]:
    """By what one stretch is told from the next: on which pool, in which way, and by whom first."""
    return frozenset(
        (reason.pool, reason.kind, frozenset(own_id(limit.signer.by) for limit in reason.limits[:1]))
        for reason in each.reasons
    )
