"""What is in force on many days at once, as arrays: for timelines and for books of thousands of clauses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from gigawatt.history.versions import History, Version
from gigawatt.model.calendar import Ints

NONE = -1
"""Stands where no version is in force."""


class Snapshots:
    """The versions of a history as arrays, V of them, for N clauses; made once."""

    def __init__(self, history: History) -> None:
        self.keys: list[tuple[str, str]] = list(history.versions)
        self.versions: list[Version] = [
            version for key in self.keys for version in sorted(history.versions[key], key=lambda one: one.order)
        ]
        counts = np.array([len(history.versions[key]) for key in self.keys], dtype=np.int64)
        self._starts = np.concatenate([[0], np.cumsum(counts)[:-1]]) if len(counts) else np.zeros(0, dtype=np.int64)
        self._effective = _days([version.effective for version in self.versions])
        self._since = _days([version.since for version in self.versions])
        self._until = _days([version.until if version.clause is not None else date.min for version in self.versions])
        self._known_from = _days([version.known_from for version in self.versions])
        self._known_until = _days([version.known_until for version in self.versions])
        contracts = np.array([version.contract_id for version in self.versions], dtype=object)
        self._until_known = history.until
        longer = [contract for contract, ends in history.ends.items() if len(ends) > 1]
        self._longer = {contract: np.flatnonzero(contracts == contract) for contract in longer}
        self._end = _days([history.ends[version.contract_id][0][0] for version in self.versions])

    def on(self, day: date, known: date) -> Ints:
        """The version in force of each clause, as a position in `versions`, shape (N,); `NONE` where there is none."""
        on, by = day.toordinal(), known.toordinal()
        valid = (self._effective <= on) & (self._known_from <= by) & (by < self._known_until)
        found = np.where(valid, np.arange(len(valid)), NONE)
        last = np.maximum.reduceat(found, self._starts) if len(self._starts) else found
        ends = self._end_known(known)
        over = np.minimum(self._until[last], ends[last]) <= on
        early = self._since[last] > on
        return np.where(over | early | (last == NONE), NONE, last)

    def over(self, days: Sequence[date], known: date | None = None) -> Ints:
        """`on` for each of D days, shape (D, N); as known on one day, or where that is None on each day itself."""
        return np.stack([self.on(day, known or day) for day in days]) if days else np.zeros((0, len(self.keys)), int)

    def _end_known(self, known: date) -> Ints:
        """The first day on which each version's contract is over, as known on a day, shape (V,)."""
        if not self._longer:
            return self._end
        ends = self._end.copy()
        for contract, where in self._longer.items():
            ends[where] = self._until_known(contract, known).toordinal()
        return ends


def _days(days: list[date]) -> Ints:
    return np.fromiter((day.toordinal() for day in days), dtype=np.int64, count=len(days))
