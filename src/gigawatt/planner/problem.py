"""A draft assembled into the arrays of one linear or mixed-integer problem, scaled for a solver.

Solver units: thousands of chips, MW, millions of money, millions of chip-hours. The solver minimises, so the
objective here is minus the discounted cash of those who decide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csc_array

from gigawatt.model.calendar import Floats
from gigawatt.model.draft import Block, Draft, Face, Payment

UNIT_SCALE = {"chip": 1e3, "MW": 1.0, "chip-hour": 1e6, "money": 1e6, "1": 1.0}
MONEY_SCALE = UNIT_SCALE["money"]


@dataclass(frozen=True)
class Problem:
    """`min cost x` subject to `row_lower <= A x <= row_upper`, `lower <= x <= upper`, some x integer.

    All in solver units; A by columns (`starts`, `indices`, `values`). A column in natural units is `column_scale x`; a
    row's dual in money per natural unit is `MONEY_SCALE / row_scale` times the solver's.
    """

    cost: Floats
    lower: Floats
    upper: Floats
    integer: npt.NDArray[np.bool_]
    row_lower: Floats
    row_upper: Floats
    starts: npt.NDArray[np.int32]
    indices: npt.NDArray[np.int32]
    values: Floats
    column_scale: Floats
    row_scale: Floats

    @property
    def matrix(self) -> csc_array:
        """A as a sparse array, shape (rows, columns)."""
        return csc_array((self.values, self.indices, self.starts), shape=(len(self.row_lower), len(self.cost)))

    def violation(self, x: Floats) -> float:
        """The largest violation of any row or bound by x, in solver units."""
        activity = self.matrix @ x
        parts = (self.row_lower - activity, activity - self.row_upper, self.lower - x, x - self.upper)
        return float(max((part.max(initial=0.0) for part in parts), default=0.0))


def sum_product(value: Floats, x: Floats) -> float:
    """What quantities `x` (columns,) are worth at a `value` each.

    Added up by one thread: of long arrays `value @ x` wakes others, which then wait at full speed for a tenth of a
    second and take a core from the solver that works beside.
    """
    return float((value * x).sum())


def assemble(draft: Draft, let_go: Sequence[str] = ()) -> Problem:
    """Turn blocks into arrays; nothing here loops over cells.

    What those who are `let_go` promised outright may be less or more than it is: instead of the column that is fixed at
    one it stands on a column of their own, added at the end, and what they closed is open.
    """
    own = {by: draft.column_count + n for n, by in enumerate(let_go)}
    column_scale, row_scale = _scale(draft.column_blocks), _scale(draft.row_blocks)
    row_lower, row_upper = (bounds / row_scale for bounds in draft.row_bounds())
    integer = np.repeat([block.integer for block in draft.column_blocks], [b.size for b in draft.column_blocks])
    lower, upper = (bounds / column_scale for bounds in draft.column_bounds(own))
    column_scale, upper = np.append(column_scale, np.ones(len(own))), np.append(upper, np.full(len(own), np.inf))
    lower, integer = np.append(lower, np.zeros(len(own))), np.append(integer, np.zeros(len(own), dtype=bool))
    rows = np.concatenate([part[0] for part in draft.entries])
    columns = np.concatenate(
        [
            np.where(draft.is_outright(columns), own[by], columns) if by in own else columns
            for _, columns, _, by in draft.entries
        ]
    )
    values = np.concatenate([part[2] for part in draft.entries])
    values *= column_scale[columns]
    values /= row_scale[rows]
    shape = (draft.row_count, len(column_scale))
    matrix = coo_array((values, (rows, columns)), shape=shape).tocsc()  # repeats add up
    return Problem(
        cost=np.append(-objective(draft), np.zeros(len(own))) * column_scale / MONEY_SCALE,
        lower=lower,
        upper=upper,
        integer=np.asarray(integer, dtype=bool),
        row_lower=row_lower,
        row_upper=row_upper,
        starts=matrix.indptr.astype(np.int32, copy=False),
        indices=matrix.indices.astype(np.int32, copy=False),
        values=matrix.data,
        column_scale=column_scale,
        row_scale=row_scale,
    )


def objective(draft: Draft) -> Floats:
    """Discounted money to those who decide per natural unit of each column, shape (columns,)."""
    return money(draft, lambda payment: draft.sign(payment.payer, payment.payee), face=("both", "objective"))


def party_value(draft: Draft, party: str, *, discounted: bool, face: tuple[Face, ...]) -> Floats:
    """Money to one party per natural unit of each column, counting payments of the given faces, shape (columns,)."""

    def sign(payment: Payment) -> int:
        return (payment.payee == party) - (payment.payer == party)

    return money(draft, sign, discounted=discounted, face=face)


def money(
    draft: Draft, sign: Callable[[Payment], int], *, face: tuple[Face, ...], discounted: bool = True, since: int = 0
) -> Floats:
    """The sum of payments of the given faces, each with its sign, per natural unit of each column, (columns,).

    `since` is the first month that counts.
    """
    total = np.zeros(draft.column_count)
    discount = draft.calendar.discount.copy() if discounted else np.ones(len(draft.calendar.months))
    discount[:since] = 0.0
    for payment in draft.payments:
        if payment.face in face and (way := sign(payment)):
            np.add.at(total, payment.columns, way * payment.amounts * discount[payment.months])
    return total


def _scale(blocks: list[Block]) -> Floats:
    return np.repeat([UNIT_SCALE[block.unit] for block in blocks], [block.size for block in blocks])
