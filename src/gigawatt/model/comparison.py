"""Two plans side by side: what differs, by decision, party, clause, site, pool, workload and year."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite
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

    `worth` has what each plan is worth at least and at most (what it maximises, and the proven bound: discounted, with
    what is not served counted), `proven` whether both are the best within the gap asked for. `terms` are those of two
    offers side by side (clause, term, first, second); of plans that are compared as such there are none.
    """

    first: str
    second: str
    currency: str
    differences: pl.DataFrame
    worth: tuple[tuple[float, float], tuple[float, float]]
    proven: bool = True
    terms: pl.DataFrame = field(default_factory=pl.DataFrame)

    @property
    def worth_more(self) -> tuple[float, float]:
        """By how much the second plan is worth more than the first, at least and at most."""
        (least, most), (least_then, most_then) = self.worth
        return least_then - most, most_then - least

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
            "worth_more": [each if isfinite(each) else None for each in self.worth_more],
            "proven": self.proven,
            "differences": list(self.differences.iter_rows(named=True)),
            **({} if self.terms.is_empty() else {"terms": list(self.terms.iter_rows(named=True))}),
        }
