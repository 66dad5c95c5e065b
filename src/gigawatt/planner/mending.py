"""What would mend a contradiction: limits made elastic, and the least by which they have to give (docs/explain.md).

A limit gives by one amount for all its periods, so that the answer reads as one would write it into the contract: a
site's power by so many MW. What is promised outright (chips let, power leased) becomes more or less of the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.sparse import coo_array

from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.draft import Block, Draft, Unit
from gigawatt.model.explanation import Conflict, Member, Relief, Way
from gigawatt.planner.contradiction import BOUNDED, Contradicting, everybody, limit_of
from gigawatt.planner.highs import Solver
from gigawatt.planner.labels import Period, labelled
from gigawatt.planner.problem import UNIT_SCALE, Problem, assemble
from gigawatt.planner.signers import limit_words, signer

SMALL = 1e-7
"""Below this, natural units, nothing gives."""
FEASIBILITY = 1e-9
SIZES: tuple[Unit, ...] = ("MW", "chip", "chip-hour", "money", "1")
"""In which of its units what is promised outright is told: the first that it has."""


@dataclass(frozen=True)
class Give:
    """What gives together: a `column` of the problem, in natural units, that is nought where nothing gives.

    `rows` or `columns` are those whose bound it moves, `periods` the period of each; `size` turns the column into the
    amount that is told.
    """

    by: str
    what: str
    unit: Unit
    way: Way
    column: int
    rows: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    columns: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    periods: tuple[Period, ...] = ()
    bounds: Floats = field(default_factory=lambda: np.zeros(0))
    size: float = 1.0


def mend(draft: Draft, found: Contradicting) -> Conflict:
    """By how much each of those that contradict would have to give for a plan to exist, alone, or else together."""
    members = [Member(signer(draft, by), ()) for by in found.signers]
    if found.whole:
        return Conflict(found.words, tuple(members), mended=False)
    members = [replace(each, ways=tuple(_ways(draft, each.signer.by))) for each in members]
    joint: tuple[Relief, ...] = ()
    if not any(each.ways for each in members):
        clauses = [by for by in everybody(draft) if "/" in by]
        joint = _least(Elastic(draft, clauses)) or _least(Elastic(draft, everybody(draft)))
    return Conflict(found.words, tuple(members), joint)


def _ways(draft: Draft, by: str) -> Iterator[tuple[Relief, ...]]:
    """The ways in which one signer alone can give: in each unit in which it can, else in all of them together."""
    elastic = Elastic(draft, [by])
    units = dict.fromkeys(give.unit for give in elastic.gives)
    found = [reliefs for unit in units if (reliefs := _least(elastic, unit))]
    if not found and len(units) > 1 and (reliefs := _least(elastic)):
        found = [reliefs]
    yield from found


def _least(elastic: Elastic, unit: Unit | None = None) -> tuple[Relief, ...]:
    """The least that all together have to give, in one unit or in any; none where no plan is left by it.

    Amounts of different units are weighed as the solver counts them: a MW as a thousand chips, as a million of money.
    """
    problem = elastic.problem()
    cost = np.zeros_like(problem.cost)
    upper = problem.upper.copy()
    for give in elastic.gives:
        if unit is None or give.unit == unit:
            cost[give.column] = give.size * problem.column_scale[give.column] / UNIT_SCALE[give.unit]
        else:
            upper[give.column] = 0.0
    solver = Solver(replace(problem, cost=cost, upper=upper))
    solver.relax(True)
    solution = solver.solve(feasibility=FEASIBILITY)
    if solution.x is None:
        return ()
    return tuple(elastic.relief(give, solution.x) for give in elastic.gives if solution.x[give.column] > SMALL)


class Elastic:
    """A draft in which some signers' limits give, as a problem without costs."""

    def __init__(self, draft: Draft, signers: Sequence[str]) -> None:
        self.draft = draft
        self.gives: list[Give] = []
        self._wrote = {by for *_, by in draft.entries} | {by for _, by in draft.closed}
        self._own = [by for by in signers if by in self._wrote and by != "physics"]
        self._base = assemble(draft, self._own)
        self._columns, self._rows = len(self._base.cost), len(self._base.row_lower)
        self._units: list[Unit] = []
        self._entries: list[tuple[Ints, Ints, Floats]] = []
        self._new_rows: list[tuple[float, float, Unit]] = []
        self._lower, self._upper = self._base.lower.copy(), self._base.upper.copy()
        for by in signers:
            self._limits(by)
            self._outright(by)
            self._closed(by)

    def _limits(self, by: str) -> None:
        """Rows that a signer wrote, save identities, and bounds of columns that it stated."""
        for block in self.draft.row_blocks:
            if limit_of(block) != by:
                continue
            free = block.lower == block.upper
            sides: tuple[tuple[Floats, Way, float], ...] = ((block.upper, "more", -1.0), (block.lower, "less", 1.0))
            for bounds, way, sign in sides:
                for what, places, periods in labelled(block, np.flatnonzero(np.isfinite(bounds) & ~free)):
                    rows = block.start + places
                    column = self._column(block.unit)
                    self._entries.append((rows, np.full(len(rows), column), np.full(len(rows), sign)))
                    at = limit_words(block, what)
                    self.gives.append(
                        Give(by, at, block.unit, way, column, rows, periods=periods, bounds=bounds[places])
                    )
        for block in self.draft.column_blocks:
            stated = block.name.startswith(BOUNDED) if by.startswith("physics") else block.unit != "1"
            if limit_of(block) == by and stated:
                for what, places, periods in labelled(block, np.flatnonzero(np.isfinite(block.upper))):
                    self._bound(by, limit_words(block, what), block, places, periods, "more", block.upper[places])

    def _closed(self, by: str) -> None:
        """What it closed, alone, and that would be open: by pool and workload, so many chips."""
        mine = [columns for columns, closer in self.draft.closed if closer == by]
        if not mine:
            return
        closed = np.unique(np.concatenate(mine))
        for block in _blocks(self.draft.column_block, closed):
            inside = closed[(closed >= block.start) & (closed < block.start + block.size)] - block.start
            inside = inside[self._upper[block.start + inside] > 0.0]  # closed by others too, it stays so
            for what, places, periods in labelled(block, inside):
                self._bound(by, limit_words(block, what), block, places, periods, "allowed", np.zeros(len(places)))

    def _bound(
        self, by: str, what: str, block: Block, places: Ints, periods: tuple[Period, ...], way: Way, upper: Floats
    ) -> None:
        """Columns at most their upper bound and what gives: a row for each, since the bound itself moves."""
        column, columns = self._column(block.unit), block.start + places
        rows = self._rows + len(self._new_rows) + np.arange(len(places))
        self._new_rows += [(-np.inf, float(each), block.unit) for each in upper]
        self._entries.append((rows, columns, np.ones(len(places))))
        self._entries.append((rows, np.full(len(places), column), np.full(len(places), -1.0)))
        if way == "more":
            self._upper[columns] = np.inf
        self.gives.append(Give(by, what, block.unit, way, column, columns=columns, periods=periods, bounds=upper))

    def _outright(self, by: str) -> None:
        """What it promised outright, in the rows of others, may be more or less of the same."""
        if by not in self._own:
            return
        own = self.draft.column_count + self._own.index(by)
        sized = _size(self.draft, by)
        if sized is None:  # nothing of it stands outside its own rows, which give already
            self._lower[own] = self._upper[own] = 1.0
            return
        what, unit, size = sized
        more, less = self._column("1"), self._column("1")
        row = np.full(3, self._rows + len(self._new_rows))
        self._new_rows.append((1.0, 1.0, "1"))
        self._entries.append((row, np.array([own, more, less]), np.array([1.0, -1.0, 1.0])))
        self.gives.append(Give(by, what, unit, "more", more, size=size))
        self.gives.append(Give(by, what, unit, "less", less, size=size))

    def _column(self, unit: Unit) -> int:
        self._units.append(unit)
        return self._columns + len(self._units) - 1

    def problem(self) -> Problem:
        """The whole, with a column for each that gives."""
        p, new = self._base, len(self._units)
        scale = np.concatenate([p.column_scale, [UNIT_SCALE[unit] for unit in self._units]])
        row_scale = np.concatenate([p.row_scale, [UNIT_SCALE[unit] for *_, unit in self._new_rows]])
        first = p.matrix.tocoo()
        rows = np.concatenate([first.row, *(part[0] for part in self._entries)])
        columns = np.concatenate([first.col, *(part[1] for part in self._entries)])
        values = np.concatenate(
            [first.data, *(part[2] * scale[part[1]] / row_scale[part[0]] for part in self._entries)]
        )
        matrix = coo_array((values, (rows, columns)), shape=(len(row_scale), len(scale))).tocsc()
        low = np.array([least / UNIT_SCALE[unit] for least, _, unit in self._new_rows])
        high = np.array([most / UNIT_SCALE[unit] for _, most, unit in self._new_rows])
        return Problem(
            cost=np.zeros(len(scale)),
            lower=np.append(self._lower, np.zeros(new)),
            upper=np.append(self._upper, np.full(new, np.inf)),
            integer=np.append(p.integer, np.zeros(new, dtype=bool)),
            row_lower=np.append(p.row_lower, low),
            row_upper=np.append(p.row_upper, high),
            starts=matrix.indptr.astype(np.int32, copy=False),
            indices=matrix.indices.astype(np.int32, copy=False),
            values=matrix.data,
            column_scale=scale,
            row_scale=row_scale,
        )

    def relief(self, give: Give, x: Floats) -> Relief:
        """What gives in a solution, and in which periods it has to."""
        if len(give.rows):
            inside = self._base.matrix[give.rows] @ (x[: self._columns] / self._base.column_scale)
            beyond = np.abs(inside * self._base.row_scale[give.rows] - give.bounds)
            over = (inside * self._base.row_scale[give.rows] > give.bounds) == (give.way == "more")
            where = np.flatnonzero(over & (beyond > SMALL))
        else:
            where = np.flatnonzero(x[give.columns] - give.bounds > SMALL)
        periods = sorted(give.periods[n] for n in where if give.periods[n])
        unit = self.draft.programme.currency if give.unit == "money" else give.unit
        months = tuple(dict.fromkeys((periods[0], periods[-1]))) if periods else ()
        return Relief(give.by, give.what, float(x[give.column]) * give.size, unit, give.way, months)


def _size(draft: Draft, by: str) -> tuple[str, Unit, float] | None:
    """What a signer promised outright in the rows of others: of what, in which unit, and how much at its highest."""
    flow: dict[tuple[str, Unit, bool], Floats] = {}
    state = np.concatenate([draft.standing_rows.ravel(), draft.powered_rows.ravel()])
    for rows, columns, values, signed in draft.entries:
        if signed != by:
            continue
        outright = np.isin(columns, draft.outright)
        for block in _blocks(draft.row_block, rows[outright]):
            if block.by == by:
                continue
            mine = outright & (rows >= block.start) & (rows < block.start + block.size)
            level = np.zeros(block.size)
            np.add.at(level, rows[mine] - block.start, values[mine])
            changes = bool(np.isin(block.start, state))
            for what, places, _ in labelled(block, np.arange(block.size)):
                if level[places].any():
                    key = (limit_words(block, what), block.unit, changes)
                    flow[key] = level[places] + flow.get(key, 0.0)
    sizes = [
        (what, unit, float(np.abs(np.cumsum(level) if changes else level).max()))
        for (what, unit, changes), level in flow.items()
    ]
    return min(sizes, key=lambda each: (SIZES.index(each[1]), -each[2])) if sizes else None


def _blocks(find: Callable[[int], Block], places: Ints) -> list[Block]:
    """The blocks to which rows or columns belong, each once."""
    found, blocks = np.unique(places), list[Block]()
    while len(found):
        blocks.append(find(int(found[0])))
        found = found[found >= blocks[-1].start + blocks[-1].size]
    return blocks
