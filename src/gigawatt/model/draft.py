"""A plan on paper: columns, rows, entries and payments in blocks of arrays, each signed by who asks for it.

Natural units throughout (chips, MW, chip-hours, money in main units); `planner/highs.py` alone turns a draft into a
solver's model. Nothing here loops over cells.
"""

from __future__ import annotations

import math
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from gigawatt.errors import PlanError
from gigawatt.model.calendar import Calendar, Flags, Floats, Ints
from gigawatt.model.published import NAMES, Published

if TYPE_CHECKING:
    from gigawatt.model.keeping import Keeping
    from gigawatt.model.programme import Programme

CUSTOMERS, SUPPLIERS, BUILDERS = "customers", "suppliers", "builders"
"""Parties that always exist: who pays for what is served, who is paid for resources, who is paid for phases."""

Unit = Literal["chip", "MW", "chip-hour", "money", "1"]
Face = Literal["both", "objective", "cash", "beyond"]
Axis = Sequence[str]
Values = float | npt.NDArray[np.float64]


@dataclass(frozen=True)
class Block:
    """A run of columns or rows: `start`, `size`, the bounds, the unit, who signs, and names for each place.

    `axes` are sequences of names; `codes` gives for each axis the position of every place, or is None where the block
    is dense over its axes in C order.
    """

    name: str
    start: int
    size: int
    axes: tuple[Axis, ...]
    codes: tuple[Ints, ...] | None
    lower: Floats
    upper: Floats
    integer: bool
    unit: Unit
    by: str

    def label(self, place: int) -> str:
        """`use[abilene-gb200,chatgpt,2027-03,peak]`, for place 0 <= `place` < size."""
        if not self.axes:
            return self.name
        if self.codes is None:
            positions: Sequence[int] = [int(i) for i in np.unravel_index(place, [len(axis) for axis in self.axes])]
        else:
            positions = [int(code[place]) for code in self.codes]
        names = (axis[i] if i >= 0 else "all" for axis, i in zip(self.axes, positions, strict=True))
        return f"{self.name}[{','.join(names)}]"


@dataclass(frozen=True)
class Payment:
    """`amounts x columns` of money in `months`, from payer to payee; flat arrays of one length.

    `face` says where it counts: in the objective, in the cash table, in both, or `beyond` the horizon (a value that
    neither counts). `what` is the nature of it in the trade's words: fee, rent, energy, capex, revenue.
    """

    columns: Ints
    amounts: Floats
    months: Ints
    payer: str
    payee: str
    by: str
    what: str
    face: Face
    under: int = -1
    """The column that is one where the contract is over on the day by which the clause was drafted; -1 if the only."""


@dataclass(frozen=True)
class Case:
    """One of the days on which a contract may be ended early, by its own column, and the last day for notice."""

    column: int
    since: date
    last_day: date


@dataclass(frozen=True)
class Decision:
    """A choice about a contract that a plan makes by one `column`: to sign an offer, to renew it, to end it early, to
    extend a clause, to wait for what comes after its longstop.

    `by` is the clause that gives the choice, or the contract. What is chosen takes effect on `since`, and is said by
    `last_day`; `silent` where it comes about without a notice. `under` are the columns, one of which is then one, of
    the days on which the contract may be over; `cases` tell those on which it may be ended.
    """

    what: Literal["sign", "renew", "end", "extend", "wait"]
    contract: str
    by: str
    column: int
    last_day: date | None
    since: date | None = None
    silent: bool = False
    under: tuple[int, ...] = ()
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True)
class UseTable:
    """Columns of Use with what they stand for; flat arrays of one length n.

    A column's value is chips, the mean over the hours of its slice; `slice` -1 is every slice alike (training).
    `rate` is work per chip and hour, over that of the workload's reference chip.
    """

    columns: Ints
    pool: Ints
    workload: Ints
    month: Ints
    slice: Ints
    hours: Floats
    rate: Floats
    upper: Floats

    def where(self, mask: npt.NDArray[np.bool_] | Ints) -> UseTable:
        """The part that a mask of shape (n,) keeps, or that positions name."""
        return UseTable(
            self.columns[mask],
            self.pool[mask],
            self.workload[mask],
            self.month[mask],
            self.slice[mask],
            self.hours[mask],
            self.rate[mask],
            self.upper[mask],
        )

    def __len__(self) -> int:
        return len(self.columns)

    @cached_property
    def _by_pool(self) -> tuple[Ints, Ints]:
        """Positions sorted by pool, and where each pool begins among them; made once, so that a clause can look up."""
        order = np.argsort(self.pool, kind="stable")
        return order, np.searchsorted(self.pool[order], np.arange(int(self.pool.max(initial=-1)) + 2))

    def of_pools(self, pools: Sequence[int]) -> UseTable:
        """The part on some pools, given by position."""
        order, starts = self._by_pool
        found = [order[starts[pool] : starts[pool + 1]] for pool in pools if pool + 1 < len(starts)]
        return self.where(np.sort(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64))


@dataclass(frozen=True)
class Handed:
    """What one version of a clause hands on to the next: columns of money that was paid, and the most of them all."""

    columns: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    most: float = 0.0


@dataclass
class Draft:
    """The growing plan. The planner fills the physics, then hands it to each clause behind a `ClauseDraft`."""

    programme: Programme
    calendar: Calendar
    column_blocks: list[Block] = field(default_factory=list)
    row_blocks: list[Block] = field(default_factory=list)
    entries: list[tuple[Ints, Ints, Floats, str]] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    closed: list[tuple[Ints, str]] = field(default_factory=list)
    published: dict[str, list[Published]] = field(default_factory=lambda: {name: [] for name in NAMES})
    wanted: frozenset[str] = frozenset()
    """The named quantities that some clause reads; what nobody reads need not be drafted."""
    handed_on: dict[tuple[str, str, int], Handed] = field(default_factory=dict)
    """What a version of a clause was paid toward its cap, by contract, clause and the column on which it holds."""
    closed_shares: dict[tuple[str, str, int], Floats] = field(default_factory=dict)
    """The share of each Use's days that the versions of a clause close, by the same."""
    column_count: int = 0
    row_count: int = 0

    use: UseTable = field(init=False)
    pool_ids: tuple[str, ...] = ()
    workload_ids: tuple[str, ...] = ()
    site_ids: tuple[str, ...] = ()
    standing: Ints = field(init=False)
    standing_rows: Ints = field(init=False)
    fit_rows: Ints = field(init=False)
    rent_rows: dict[str, tuple[Ints, Ints | None]] = field(default_factory=dict)
    keeping: dict[str, Keeping] = field(default_factory=dict)
    powered: Ints = field(init=False)
    unplugged: dict[int, Ints] = field(default_factory=dict)
    """Chips of a pool, by its position, that stand without power, shape (T,)."""
    powered_rows: Ints = field(init=False)
    supply_rows: dict[tuple[str, str], Ints] = field(default_factory=dict)
    most_standing: Floats = field(init=False)
    decisions: list[Decision] = field(default_factory=list)
    overs: dict[str, dict[date, int]] = field(default_factory=dict)
    """Of each contract that may be over on several days, the column that is one for each of them."""
    outright: list[int] = field(default_factory=list)
    """Columns that hold what is promised outright: the one that is fixed at one, and those of days on which a signed
    contract may be over."""
    signs: Mapping[str, bool] = field(default_factory=dict)
    """Offers about which there is nothing to decide: that are signed, or refused."""
    one: int = field(init=False)

    def __post_init__(self) -> None:
        self.one = int(self.add_columns("one", (), lower=1.0, upper=1.0, unit="1", by="physics"))
        self.outright.append(self.one)

    def add_columns(
        self,
        name: str,
        axes: tuple[Axis, ...],
        *,
        unit: Unit,
        by: str,
        lower: Values = 0.0,
        upper: Values = np.inf,
        integer: bool = False,
        codes: tuple[Ints, ...] | None = None,
    ) -> Ints:
        """Add a block of columns and return their indices, in the shape of `axes` (or flat where `codes` is given)."""
        shape, size = _shape(axes, codes)
        start = self.column_count
        low, high = _bounds(lower, shape, size), _bounds(upper, shape, size)
        self.column_blocks.append(Block(name, start, size, axes, codes, low, high, integer, unit, by))
        self.column_count += size
        return np.arange(start, start + size).reshape(shape)

    def add_rows(
        self,
        name: str,
        axes: tuple[Axis, ...],
        *,
        unit: Unit,
        by: str,
        lower: Values = -np.inf,
        upper: Values = np.inf,
        codes: tuple[Ints, ...] | None = None,
    ) -> Ints:
        """Add a block of rows `lower <= row <= upper` and return their indices, in the shape of `axes`."""
        shape, size = _shape(axes, codes)
        start = self.row_count
        low, high = _bounds(lower, shape, size), _bounds(upper, shape, size)
        self.row_blocks.append(Block(name, start, size, axes, codes, low, high, False, unit, by))
        self.row_count += size
        return np.arange(start, start + size).reshape(shape)

    def add_entries(
        self, rows: npt.ArrayLike, columns: npt.ArrayLike, values: npt.ArrayLike, *, by: str = "physics"
    ) -> None:
        """Add `values` at (rows, columns) in the name of `by`; the three are broadcast. Repeats add up."""
        wide = _flat(rows, columns, values)
        self.entries.append(
            (
                wide[0].astype(np.int64, copy=False),
                wide[1].astype(np.int64, copy=False),
                wide[2].astype(np.float64, copy=False),
                by,
            )
        )

    def add_changes(self, rows: Ints, columns: npt.ArrayLike, levels: Floats, *, by: str = "physics") -> None:
        """Add `levels[k, t] x columns[k]` to a cumulative quantity whose rows (T,) say how it changes month by month.

        Only the changes of a level are entries, so that a thing that stands for years costs one of them, not one a
        month. Shapes: rows (T,), columns (K,), levels (K, T).
        """
        changes = np.diff(levels, axis=1, prepend=0.0)
        which, month = np.nonzero(changes)
        flat = np.atleast_1d(np.asarray(columns, dtype=np.int64))
        self.add_entries(rows[month], flat[which], changes[which, month], by=by)

    def pay(
        self,
        columns: npt.ArrayLike,
        amounts: npt.ArrayLike,
        months: npt.ArrayLike,
        *,
        payer: str,
        payee: str,
        by: str,
        what: str,
        face: Face = "both",
    ) -> Payment:
        """Record a payment; the three arrays are broadcast against one another. Months are clipped to the horizon."""
        wide = _flat(columns, amounts, months)
        last = len(self.calendar.months) - 1
        payment = Payment(
            wide[0].astype(np.int64, copy=False),
            wide[1].astype(np.float64, copy=False),
            np.minimum(np.maximum(wide[2].astype(np.int64, copy=False), 0), last),
            payer,
            payee,
            by,
            what,
            face,
        )
        self.payments.append(payment)
        return payment

    def close(self, columns: npt.ArrayLike, by: str) -> None:
        """Hold columns at nought, in the name of `by`."""
        self.closed.append((np.asarray(columns, dtype=np.int64).ravel(), by))

    def is_outright(self, columns: Ints) -> Flags:
        """Which of some columns hold what is promised outright, in their shape."""
        found = np.zeros(np.shape(columns), dtype=bool)
        for column in self.outright:
            found |= columns == column
        return found

    def publish(self, name: str, item: Published) -> None:
        """Give a named quantity to whatever is drafted later."""
        if name not in NAMES:
            raise PlanError(f"a clause publishes `{name}`, which is none of {', '.join(sorted(NAMES))}")
        self.published[name].append(item)

    def column_label(self, column: int) -> str:
        """The name of a column and its places."""
        block = self.column_block(column)
        return block.label(column - block.start)

    def column_block(self, column: int) -> Block:
        """The block that a column belongs to."""
        return _block_of(self.column_blocks, column)

    def row_block(self, row: int) -> Block:
        """The block that a row belongs to."""
        return _block_of(self.row_blocks, row)

    def column_bounds(self, let_go: Container[str] = ()) -> tuple[Floats, Floats]:
        """Lower and upper bounds of all columns, natural units; what is closed, save by `let_go`, is held at nought."""
        lower, upper = _all_bounds(self.column_blocks)
        for columns, by in self.closed:
            if by not in let_go:
                upper[columns], lower[columns] = 0.0, np.minimum(lower[columns], 0.0)
        return lower, upper

    def row_bounds(self) -> tuple[Floats, Floats]:
        """Lower and upper bounds of all rows, natural units."""
        return _all_bounds(self.row_blocks)

    def sign(self, payer: str, payee: str) -> int:
        """+1 where a payment is income to those who decide, -1 where it is their cost, 0 among them or among others."""
        decides = self.programme.decides
        return int(payee in decides) - int(payer in decides)

    def upper_of(self, columns: Ints) -> Floats:
        """Upper bounds of columns as declared, in the shape of `columns`."""
        flat = columns.ravel()
        starts = np.array([block.start for block in self.column_blocks])
        which = np.searchsorted(starts, flat, side="right") - 1
        upper = np.empty(len(flat))
        for index in np.unique(which):
            mask = which == index
            block = self.column_blocks[index]
            upper[mask] = block.upper[flat[mask] - block.start]
        return upper.reshape(columns.shape)


def _shape(axes: tuple[Axis, ...], codes: tuple[Ints, ...] | None) -> tuple[tuple[int, ...], int]:
    if codes is not None:
        return (len(codes[0]),), len(codes[0])
    shape = tuple(len(axis) for axis in axes)
    size = 1
    for length in shape:
        size *= length
    return shape, size


def _bounds(value: Values, shape: tuple[int, ...], size: int) -> Floats:
    whole = np.empty(shape)
    whole[...] = value
    return whole.reshape(size)


def _flat(*arrays: npt.ArrayLike) -> list[npt.NDArray[Any]]:
    """The arrays broadcast against one another, each flat."""
    given = [np.asarray(each) for each in arrays]
    shapes = {each.shape for each in given}
    if len(shapes - {()}) > 1:
        return [each.ravel() for each in np.broadcast_arrays(*given)]
    shape = max(shapes)  # of one number and arrays of one shape there is less to ask
    return [each.ravel() if each.shape == shape else np.full(math.prod(shape), each) for each in given]


def _all_bounds(blocks: list[Block]) -> tuple[Floats, Floats]:
    if not blocks:
        return np.zeros(0), np.zeros(0)
    return np.concatenate([block.lower for block in blocks]), np.concatenate([block.upper for block in blocks])


def _block_of(blocks: list[Block], place: int) -> Block:
    low, high = 0, len(blocks)
    while high - low > 1:
        middle = (low + high) // 2
        if blocks[middle].start <= place:
            low = middle
        else:
            high = middle
    return blocks[low]
