"""What is known of one draft carried over to another that differs in a few clauses: a basis, or a plan to start from.

Every draft is made anew, so that what other clauses read of one that is gone is exact; columns and rows that both have
are found by the names of their blocks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.draft import Block, Draft

AT_LOWER, BASIC, AT_UPPER = 0, 1, 2
"""Where a column or a row stands, by the solver's numbers."""


@dataclass(frozen=True)
class Basis:
    """Where each column and each row stands, by the solver's numbers; shapes (columns,) and (rows,)."""

    columns: Ints
    rows: Ints


def carried_basis(basis: Basis, before: Draft, after: Draft) -> Basis:
    """A basis of one draft as it stands in another: what is new holds no place in it."""
    return Basis(
        _moved(basis.columns, places(before.column_blocks, after.column_blocks), after.column_count, AT_LOWER),
        _moved(basis.rows, places(before.row_blocks, after.row_blocks), after.row_count, BASIC),
    )


def carried_plan(x: Floats, before: Draft, after: Draft) -> Floats:
    """A plan of one draft in the columns of another; nought in those that are new."""
    old, new = places(before.column_blocks, after.column_blocks)
    moved = np.zeros(after.column_count)
    moved[new] = x[old]
    return moved


def places(before: Iterable[Block], after: Iterable[Block]) -> tuple[Ints, Ints]:
    """Where what both drafts have stands in the one and in the other, blocks of one name and size; flat arrays."""
    known = dict(_named(before))
    old, new = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for key, block in _named(after):
        if key in known:
            old.append(np.arange(known[key].start, known[key].start + block.size))
            new.append(np.arange(block.start, block.start + block.size))
    return np.concatenate(old), np.concatenate(new)


def _named(blocks: Iterable[Block]) -> Iterator[tuple[tuple[str, int, int], Block]]:
    """Blocks by name and size, and which of those of one name it is."""
    count: Counter[str] = Counter()
    for block in blocks:
        count[block.name] += 1
        yield (block.name, block.size, count[block.name]), block


def _moved(values: Ints, at: tuple[Ints, Ints], size: int, else_: int) -> Ints:
    moved = np.full(size, else_, dtype=np.int64)
    moved[at[1]] = values[at[0]]
    return moved
