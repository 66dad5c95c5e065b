"""Two plans side by side: what differs, by decision, party, clause, site, pool, workload and year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

ASPECTS = ("decision", "party", "clause", "site", "pool", "workload", "year")
"""By what two plans are compared, in the order in which it is told."""


@dataclass(frozen=True)
class Comparison:
    """What differs between a first plan and a second, both in one `currency`.

    `differences` has a row for each thing that is not the same: aspect, name, unit, first, second, difference (second
    less first). Decisions are one where they are taken. A clause is told by all that is paid under it, its versions
    together; a party and a year by undiscounted cash, what is received above nought; a site by MW-months of used power;
    a pool by chip-hours of Use; a workload by what is not served, in its own measure.
    """

    first: str
    second: str
    currency: str
    differences: pl.DataFrame

    def of(self, aspect: str) -> pl.DataFrame:
        """The differences by one aspect, the largest first."""
        rows = self.differences.filter(pl.col("aspect") == aspect)
        return rows.sort(pl.col("difference").abs(), descending=True, maintain_order=True)

    def as_dict(self) -> dict[str, Any]:
        """The comparison as plain values."""
        return {
            "first": self.first,
            "second": self.second,
            "currency": self.currency,
            "differences": list(self.differences.iter_rows(named=True)),
        }
