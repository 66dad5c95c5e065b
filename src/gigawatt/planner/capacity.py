"""What keeps a pool from more chips: what stands behind its row, from the power of its site to the supply of chips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from gigawatt.model.calendar import Ints
from gigawatt.model.explanation import Limit
from gigawatt.planner.physics import PHYSICS
from gigawatt.planner.prices import Prices
from gigawatt.planner.signers import signer

SMALL_PRICE = 1e-6
NEAR = 1e-6
"""A column this near its bound, as a part of the bound and in natural units, is at it."""
MOST_LIMITS = 6


class Capacity:
    """The limits behind the pools of a plan."""

    def __init__(self, prices: Prices) -> None:
        self.prices, self.draft = prices, prices.draft
        self._states = set(self.draft.standing_rows.ravel().tolist()) | set(self.draft.powered_rows.ravel().tolist())
        self._closers: dict[int, list[str]] = {}
        for columns, by in self.draft.closed:
            for column in columns.tolist():
                self._closers.setdefault(column, []).append(by)
        self._known: dict[tuple[int, int, int], tuple[Limit, ...]] = {}

    def has_chips(self, pool: int, month: int) -> bool:
        """Whether any chips stand, or are on rent, in a pool in a month."""
        if self.prices.x[self.draft.standing[pool, month]] > NEAR:
            return True
        use = self.draft.use.of_pools([pool])
        return bool((self.prices.x[use.columns[use.month == month]] > NEAR).any())

    def closers(self, column: int) -> tuple[str, ...]:
        """Who closes a column."""
        return tuple(dict.fromkeys(self._closers.get(column, ())))

    def sources(self, pool: int, month: int, slices: Sequence[int], *, at_a_loss: bool = False) -> list[int]:
        """Columns that bring one chip more to a pool in each of some slices, for what it is worth; none if none do.

        On rent first, `at_a_loss` too where it is asked; else chips that stand, where it is for the whole day.
        """
        standing = int(self.draft.standing[pool, month])
        rented = [self._rent(int(self.draft.fit_rows[pool, month, each]), standing, at_a_loss) for each in slices]
        if None not in rented:
            return [each for each in rented if each is not None]
        whole_day = len(slices) == len(self.draft.calendar.slice_names)
        stands = self.prices.x[standing] > NEAR and abs(self.prices.gain[standing]) <= SMALL_PRICE
        return [standing] if whole_day and stands and self._is_open(standing) and not at_a_loss else []

    def _rent(self, row: int, standing: int, at_a_loss: bool) -> int | None:
        """The column of rent that loses least by one chip more; none where nothing more can be rented."""
        found = [
            column
            for column, value in self.prices.of_row(row)
            if value == -1.0 and column != standing and self._is_open(column)
        ]
        best = max(found, key=lambda column: float(self.prices.gain[column]), default=None)
        return best if best is not None and (at_a_loss or self.prices.gain[best] >= -SMALL_PRICE) else None

    def _is_open(self, column: int) -> bool:
        """Whether there could be more of it."""
        return bool(not self.prices.whole[column] and self.prices.x[column] < self.prices.upper[column] - NEAR)

    def behind(self, pool: int, month: int, slice_: int) -> tuple[Limit, ...]:
        """What keeps a pool from more chips in a month: binding limits first, the dearest of each; slice -1 is all."""
        key = (pool, month, slice_)
        if key not in self._known:
            found: dict[tuple[str, str], Limit] = {}
            for limit in self._limits(pool, month, slice_):
                name = (limit.signer.by, limit.what)
                if name not in found or (limit.price or 0.0) > (found[name].price or 0.0):
                    found[name] = limit
            order = ("limit", "whole", "dear", "promised")
            ordered = sorted(found.values(), key=lambda each: (order.index(each.held), -(each.price or 0.0)))
            self._known[key] = tuple(ordered[:MOST_LIMITS])
        return self._known[key]

    def _limits(self, pool: int, month: int, slice_: int) -> Iterator[Limit]:
        draft = self.draft
        standing = int(draft.standing[pool, month])
        fits = draft.fit_rows[pool, month].ravel() if slice_ < 0 else draft.fit_rows[pool, month, [slice_]]
        yield from self._bound(standing)
        yield from self._taking(pool, month, fits)
        yield from self._sources(draft.standing_rows[pool, : month + 1], {standing})
        rented = [(column, by) for column, value, by in self.prices.of_rows(fits) if value < 0 and column != standing]
        for column, by in rented:
            yield from self._source(column, by)
        site = self.draft.programme.pools[draft.pool_ids[pool]].site
        if site in draft.site_ids:
            place = draft.site_ids.index(site)
            quarter = draft.calendar.quarter_of_month == draft.calendar.quarter_of_month[month]
            powered = draft.powered[place, quarter].tolist()
            rows = {row for column in powered for row, *_ in self.prices.of_column(column)} - self._states
            if any(self._binds(row) for row in rows):
                yield from self._sources(draft.powered_rows[place, : month + 1], {int(draft.powered[place, month])})

    def _taking(self, pool: int, month: int, fits: Ints) -> Iterator[Limit]:
        """What more chips would take of what is short in a month; of power, through the quarter.

        Chips are plugged in by the quarter, so that a MW of one month alone is worth nothing and of all of them
        together what their prices add up to: that is told, by the month.
        """
        draft, site = self.draft, self.draft.programme.pools[self.draft.pool_ids[pool]].site
        together = np.flatnonzero(draft.calendar.quarter_of_month == draft.calendar.quarter_of_month[month])
        prices: dict[str, list[Limit]] = {}
        for column in draft.standing[pool, together].tolist():
            for limit in self._burdens(column, skip=set(fits.tolist())):
                if limit.what.endswith(f" of {site}"):
                    prices.setdefault(limit.what, []).append(limit)
                elif column == draft.standing[pool, month]:
                    yield limit
        for limits in prices.values():
            yield replace(limits[0], price=sum(limit.price or 0.0 for limit in limits) / len(together))

    def _binds(self, row: int) -> bool:
        return abs(float(self.prices.duals[row])) > SMALL_PRICE

    def _sources(self, rows: Ints, states: set[int]) -> Iterator[Limit]:
        """What brings chips, or power, by a month: columns that add to its state in the rows up to it."""
        net: dict[tuple[int, str], float] = {}
        for column, value, by in self.prices.of_rows(rows):
            net[column, by] = net.get((column, by), 0.0) + value
        for (column, by), value in net.items():
            if value < -NEAR and column not in states:
                yield from self._source(column, by)

    def _source(self, column: int, by: str) -> Iterator[Limit]:
        """What keeps one of them from more."""
        prices, found = self.prices, False
        if column in self.draft.outright:
            if by != PHYSICS:
                yield Limit(signer(self.draft, by), "what it brings", "promised")
            return
        if prices.whole[column] and prices.x[column] > 0.5:
            yield Limit(signer(self.draft, self._named(column)), prices.bound(column)[0], "promised")
            return
        for limit in (*self._bound(column), *self._burdens(column)):
            found = True
            yield limit
        loss = -float(prices.gain[column])
        if not found and loss > SMALL_PRICE:
            what, price, unit = prices.bound(column)
            whose = signer(self.draft, self._named(column))
            yield Limit(whose, what, "whole") if prices.whole[column] else Limit(whose, what, "dear", -abs(price), unit)

    def _bound(self, column: int) -> Iterator[Limit]:
        """The bound that holds a column, and who closed it; or the whole number that it has."""
        prices = self.prices
        what, price, unit = prices.bound(column)
        closers = self.closers(column)
        if price <= SMALL_PRICE:
            return
        for by in closers:
            yield Limit(signer(self.draft, by), f"closed: {what}", "limit", price, unit)
        if closers:
            return
        if prices.whole[column]:
            yield Limit(signer(self.draft, self._named(column)), what, "whole")  # a price at the margin misleads
        elif prices.x[column] >= prices.upper[column] - NEAR * max(1.0, abs(prices.upper[column])):
            yield Limit(signer(self.draft, self._named(column)), what, "limit", price, unit)

    def _burdens(self, column: int, skip: set[int] | None = None, depth: int = 0) -> Iterator[Limit]:
        """The binding rows of which a column would take more; behind chips on order, what keeps these."""
        for row, value, by in self.prices.of_column(column):
            if row in self._states or row in (skip or ()) or float(self.prices.duals[row]) * value <= SMALL_PRICE:
                continue
            block = self.draft.row_block(row)
            passes = block.by == PHYSICS and block.name.startswith("supply ")
            if passes and depth == 0:
                for other, amount, whose in self.prices.of_rows(np.array([row])):
                    if float(self.prices.duals[row]) * amount < 0 and other not in self.draft.outright:
                        yield from self._bound(other)
                        yield from self._burdens(other, skip={row}, depth=1)
                    elif other in self.draft.outright and whose != PHYSICS:
                        yield Limit(signer(self.draft, whose), "what it brings", "promised")
                continue
            what, price, unit = self.prices.worth(row)
            name, _ = self.prices.row_signer(block, by)
            yield Limit(signer(self.draft, name), what, "limit", price, unit)

    def _named(self, column: int) -> str:
        """Who signs a column's bound: its clause or thing; of what physics adds, the pool."""
        block = self.draft.column_block(column)
        return f"{PHYSICS}: {block.name}" if block.by == PHYSICS else block.by
