"""A step by which a contract comes to another end than the one it has: a renewal, or a right to end it early."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from gigawatt.values.series import Series


@dataclass(frozen=True, slots=True)
class Step:
    """One way in which a contract comes to another end than the one it has.

    `until` is the first day on which it is over then. A renewal goes on from `over`, the first day on which it would be
    over else; what ends a contract early has no `over`. Notice is given by one of `by`, on `last_day` at the latest;
    `silent` is what comes about where none is. `taken` is what follows from the notices on record and from silence,
    `decided` whether a notice says so, so that nothing is left to choose. `prices` hold from `over` on, by clause.
    """

    clause_id: str
    until: date
    last_day: date
    by: tuple[str, ...]
    over: date | None = None
    silent: bool = False
    taken: bool = False
    decided: bool = False
    prices: Mapping[str, Series] = field(default_factory=dict)
