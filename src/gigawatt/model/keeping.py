"""Chips that are for some workloads only: what others may use of a pool is what is open to them.

For each set K of workloads for which chips of a pool are kept, in every month and slice, the Use of all others is at
most what stands less what is kept for K or some of it, and what is rented for others than K.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.draft import Draft


@dataclass(frozen=True)
class Brought:
    """Chips that a clause brings to a pool, `chips x columns` in a month and slice (-1 in all); flat arrays.

    `workloads` are those that they are for, empty for all; `rented` chips are not among those that stand.
    """

    workloads: frozenset[str]
    columns: Ints
    month: Ints
    slice: Ints
    chips: Floats
    rented: bool

    def sign_among_others(self, kept_for: frozenset[str]) -> float:
        """How it counts in what others than `kept_for` use: as taken from what stands, as more, or not at all."""
        for_them = bool(self.workloads) and self.workloads <= kept_for
        if self.rented:
            return 0.0 if for_them else -1.0
        return 1.0 if for_them else 0.0


@dataclass
class Keeping:
    """All that clauses have brought to one pool so far, and the rows for others, shape (T, S), by the set kept for."""

    draft: Draft
    pool: str
    brought: list[Brought] = field(default_factory=list)
    rows: dict[frozenset[str], Ints] = field(default_factory=dict)

    def add(self, item: Brought, by: str) -> None:
        """Count what a clause (`by`) brings in the rows that there are, and in new ones where it is kept for some."""
        self.brought.append(item)
        for kept_for, rows in self.rows.items():
            self._count(item, kept_for, rows)
        # chips kept for a and chips kept for b are together closed to c: every union of what is kept for has its rows
        unions = dict.fromkeys([item.workloads, *(item.workloads | kept_for for kept_for in self.rows)])
        for kept_for in [each for each in unions if each not in self.rows] if item.workloads else ():
            for rows in self._rows(kept_for, by):
                self.rows[kept_for] = rows
                for each in self.brought:
                    self._count(each, kept_for, rows)

    def _count(self, item: Brought, kept_for: frozenset[str], rows: Ints) -> None:
        sign = item.sign_among_others(kept_for)
        if sign:
            every = item.slice < 0
            at = rows[item.month[~every], item.slice[~every]]
            self.draft.add_entries(at, item.columns[~every], sign * item.chips[~every])
            whole = rows[item.month[every]]
            self.draft.add_entries(whole, item.columns[every][:, None], sign * item.chips[every][:, None])

    def _rows(self, kept_for: frozenset[str], by: str) -> Iterator[Ints]:
        """Rows of what others use, less what stands; none where nobody else can use the pool."""
        draft, place = self.draft, self.draft.pool_ids.index(self.pool)
        others = np.array([name not in kept_for for name in draft.workload_ids])
        use = draft.use.of_pools([place])
        use = use.where(others[use.workload])
        if not len(use):
            return
        axes = (draft.calendar.month_names, draft.calendar.slice_names)
        name = f"{by}.{self.pool} for others than {' '.join(sorted(kept_for))}"
        rows = draft.add_rows(name, axes, unit="chip", by=by, upper=0.0)
        draft.add_entries(rows, draft.standing[place][:, None], -1.0)
        sliced = use.slice >= 0
        draft.add_entries(rows[use.month[sliced], use.slice[sliced]], use.columns[sliced], 1.0)
        draft.add_entries(rows[use.month[~sliced]], use.columns[~sliced][:, None], 1.0)
        yield rows
