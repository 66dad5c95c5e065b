"""The prices of a solved plan, read by whom they are due: what one more of a column gains, and of which parts that is.

For a column j: `gain = money - sum over rows of price x coefficient`, the reduced cost. It is nought where j runs
between its bounds, at most nought where it does not run, and at least nought where a bound keeps it from more.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from gigawatt.model.calendar import Flags, Floats, Ints
from gigawatt.model.draft import Block, Draft
from gigawatt.model.explanation import Part
from gigawatt.planner.labels import named
from gigawatt.planner.physics import PHYSICS
from gigawatt.planner.scarcity import PER_UNIT
from gigawatt.planner.signers import limit_words, signer

SERVE, SERVED = "serve ", "what is served"
"""How rows of demand are called, and what one more unit of work in them is."""


NOTHING = 1e-6
"""Chips below this are none."""


class Prices:
    """A draft with a plan `x` (columns,) and the duals (rows,) that go with it, natural units, discounted money.

    `whole` (columns,) says which columns are whole numbers that the search has fixed.
    """

    def __init__(self, draft: Draft, x: Floats, duals: Floats, whole: Flags) -> None:
        self.draft, self.x, self.duals, self.whole = draft, x, duals.copy(), whole
        self.lower, self.upper = draft.column_bounds()
        self._by: dict[str, int] = {}
        self.rows, self.columns, self.values, self.signed = self._entries()
        self._paid, self._amounts, self._for = self._payments()
        gain = np.bincount(self._paid, self._amounts, draft.column_count).astype(np.float64)
        gain -= np.bincount(self.columns, duals[self.rows] * self.values, draft.column_count)
        self.gain = gain
        self._lower_where_nothing_is()

    def _lower_where_nothing_is(self) -> None:
        """Where a pool has no chips their price has no one value: take the least that is high enough for its best use.

        The duals stay optimal: no use of the pool gains by it, and what could bring chips gains less.
        """
        for row in self.draft.fit_rows.ravel().tolist():
            if self.duals[row] <= 0.0:
                continue
            entries = [each for each in self.of_row(row) if each[0] not in self.draft.outright]
            if any(abs(self.x[column]) > NOTHING for column, _ in entries):
                continue
            slack = [-self.gain[c] / value for c, value in entries if value > 0 and self.upper[c] > NOTHING]
            lower = min([float(self.duals[row]), *slack])
            if lower > 0.0:
                self.duals[row] -= lower
                for column, value in entries:
                    self.gain[column] += lower * value

    def of_row(self, row: int) -> Iterator[tuple[int, float]]:
        """The columns of a row with their coefficients, each entry by itself."""
        low, high = np.searchsorted(self._sorted_rows, [row, row + 1])
        for n in self._by_row[low:high]:
            yield int(self.columns[n]), float(self.values[n])

    def _code(self, by: str) -> int:
        return self._by.setdefault(by, len(self._by))

    @cached_property
    def signers(self) -> tuple[str, ...]:
        """Names by their codes."""
        return tuple(self._by)

    def _entries(self) -> tuple[Ints, Ints, Floats, Ints]:
        """Rows, columns, values and codes of signers of all entries, by column."""
        entries = self.draft.entries
        rows, columns, values = (np.concatenate([part[n] for part in entries]) for n in range(3))
        codes = np.repeat([self._code(part[3]) for part in entries], [len(part[0]) for part in entries])
        order = np.argsort(columns, kind="stable")
        return rows[order], columns[order], values[order], codes[order]

    def _payments(self) -> tuple[Ints, Floats, list[tuple[str, str]]]:
        """Columns, discounted amounts to those who decide, and code of (signer, what) of all payments, by column."""
        columns, amounts, codes = [], [], []
        known: dict[tuple[str, str], int] = {}
        for payment in self.draft.payments:
            way = self.draft.sign(payment.payer, payment.payee)
            if way and payment.face in ("both", "objective"):
                columns.append(payment.columns)
                amounts.append(way * payment.amounts * self.draft.calendar.discount[payment.months])
                code = known.setdefault((payment.by, payment.what), len(known))
                codes.append(np.full(len(payment.columns), code))
        if not columns:
            self._paid_as = np.zeros(0, dtype=np.int64)
            return np.zeros(0, dtype=np.int64), np.zeros(0), []
        flat, order = np.concatenate(columns), np.argsort(np.concatenate(columns), kind="stable")
        self._paid_as = np.concatenate(codes)[order]
        return flat[order], np.concatenate(amounts)[order], list(known)

    @cached_property
    def _row_starts(self) -> Ints:
        return np.array([block.start for block in self.draft.row_blocks], dtype=np.int64)

    @cached_property
    def _by_row(self) -> Ints:
        """Positions of entries, by row."""
        return np.argsort(self.rows, kind="stable")

    @cached_property
    def _sorted_rows(self) -> Ints:
        return self.rows[self._by_row]

    def of_column(self, column: int) -> Iterator[tuple[int, float, str]]:
        """The rows of a column: row, coefficient, who signs the entry."""
        low, high = np.searchsorted(self.columns, [column, column + 1])
        for n in range(low, high):
            yield int(self.rows[n]), float(self.values[n]), self.signers[self.signed[n]]

    def of_rows(self, rows: Ints) -> Iterator[tuple[int, float, str]]:
        """The columns of some rows, their coefficients added up: column, coefficient, who signs."""
        low, high = (np.searchsorted(self._sorted_rows, rows, side=side) for side in ("left", "right"))
        where = np.concatenate([self._by_row[one:other] for one, other in zip(low, high, strict=True)])
        count = len(self.signers)
        keys, at = np.unique(self.columns[where] * count + self.signed[where], return_inverse=True)
        for key, total in zip(keys.tolist(), np.bincount(at, self.values[where], len(keys)).tolist(), strict=True):
            yield key // count, total, self.signers[key % count]

    def parts(self, columns: Ints, weights: Floats) -> list[Part]:
        """What one more of some columns together, each by its weight, gains and costs; it adds up to their gain.

        Payments by clause or thing and nature, rows by who signs them. The largest first.
        """
        found: dict[tuple[str, str], float] = {}
        where, each = _of(self.columns, columns, weights)
        blocks = np.searchsorted(self._row_starts, self.rows[where], side="right") - 1
        amounts = -self.duals[self.rows[where]] * self.values[where] * each
        keys, at = np.unique(blocks * len(self.signers) + self.signed[where], return_inverse=True)
        for key, total in zip(keys.tolist(), np.bincount(at, amounts, len(keys)).tolist(), strict=True):
            block, by = self.draft.row_blocks[key // len(self.signers)], self.signers[key % len(self.signers)]
            name = self.row_signer(block, by)
            found[name] = found.get(name, 0.0) + total
        where, each = _of(self._paid, columns, weights)
        codes = self._paid_as[where]
        totals = np.bincount(codes, self._amounts[where] * each, len(self._for))
        for code in np.unique(codes).tolist():
            found[self._for[code]] = found.get(self._for[code], 0.0) + float(totals[code])
        ordered = sorted(found.items(), key=lambda item: (-abs(item[1]), item[0]))
        return [Part(signer(self.draft, by), what, amount) for (by, what), amount in ordered if amount]

    def row_signer(self, block: Block, by: str) -> tuple[str, str]:
        """Who signs a row, and what it is of: its clause, who wrote into it, else the thing or physics."""
        if block.name.startswith(SERVE):
            return block.name.removeprefix(SERVE), SERVED
        by = PHYSICS if block.name == "fit" else block.by if block.by != PHYSICS else by
        return f"{PHYSICS}: {block.name}" if by == PHYSICS else by, limit_words(block, "")

    def worth(self, row: int) -> tuple[str, float, str]:
        """A row's limit: what it is of, the price of one more of it (undiscounted where it has a month), its unit."""
        block = self.draft.row_block(row)
        what, period = named(block, row - block.start)
        return limit_words(block, what), self._plain(abs(float(self.duals[row])), period), self._unit(block)

    def bound(self, column: int) -> tuple[str, float, str]:
        """A column's bound, likewise."""
        block = self.draft.column_block(column)
        what, period = named(block, column - block.start)
        return limit_words(block, what), self._plain(float(self.gain[column]), period), self._unit(block)

    def _plain(self, price: float, period: str) -> float:
        """Undiscounted: by the month, or the first of the quarter, that a price is of."""
        calendar = self.draft.calendar
        month = calendar.month_index.get(period)
        if period in calendar.quarter_index:
            month = int(calendar.first_month[calendar.quarter_index[period]])
        return price if month is None else price / float(calendar.discount[month])

    def _unit(self, block: Block) -> str:
        currency = self.draft.programme.currency
        return f"{currency}/{PER_UNIT[block.unit] or currency}"


def _of(sorted_columns: Ints, columns: Ints, weights: Floats) -> tuple[Ints, Floats]:
    """Positions of some columns among all, sorted, and the weight of each position."""
    low, high = np.searchsorted(sorted_columns, columns), np.searchsorted(sorted_columns, columns, side="right")
    counts = high - low
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(low, counts) + within, np.repeat(weights, counts)
