"""The plan: what to sign, build and take, where each workload runs, who pays whom, and how sure that is."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from gigawatt.errors import OutputError

if TYPE_CHECKING:
    from gigawatt.model.facts import Facts
    from gigawatt.model.programme import Programme

TABLES: dict[str, str] = {
    "build": "phases built and chips bought: thing, kind, site, pool, chip, party, month, power_mw, chips, capex",
    "take": "new capacity contracted for: commitment, contract, provider, quarter, power_mw, chips, new",
    "offers": "offers: contract, seller, signed, sign_by, better_by, walk_away_scale, walk_away_price, asked_price, "
    "unit, note",
    "renewals": "renewals and early ends of contracts that the plan may choose: contract, clause, what, chosen, "
    "since, last_day, silent, better_by, walk_away_scale, walk_away_price, asked_price, unit, note",
    "capacity": "chips that stand or are on rent: pool, provider, site, chip, month, chips, rented, it_power_mw",
    "power": "IT power by site: site, month, powered_mw, used_mw",
    "use": "Use: pool, workload, month, slice, chips, chip_hours, work, measure",
    "unserved": "demand and what is not served: workload, month, slice, demand, unserved, measure, value_lost,"
    " closed_by",
    "cash": "payments: month, from, to, by, what, amount (exact, in the currency)",
    "beyond": "value of what was paid for and lies beyond the horizon: from, to, by, what, amount",
    "restated": "clauses beside their exact bills: clause, planned, restated, difference, fit",
    "parties": "cash of each party, undiscounted, with the least and the most among plans as good: party, decides, "
    "cash, least, most",
    "rates": "what each chip delivers: workload, chip, rate, unit, method, sigma, source",
    "scarcity": "the price of one more of what is short: what, place, month, price, unit, by, degenerate",
    "indicators": "indicators: indicator, month, amount, unit",
}
"""Every table of a plan, with what it holds."""


@dataclass(frozen=True)
class Solve:
    """How a plan was found. Money in main units; `gap` relative; `violation` in solver units.

    `status` is a sentence for a person, `optimal` whether the plan is proven best within the gap asked for.
    """

    status: str
    optimal: bool
    relaxed: bool
    objective: float
    bound: float
    gap: float
    violation: float
    seconds: float
    columns: int
    rows: int
    nonzeros: int
    integers: int
    canonical: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The answer to a programme; every table is a polars frame, described in `TABLES`."""

    programme: Programme
    solve: Solve
    tables: dict[str, pl.DataFrame] = field(repr=False)
    facts: Facts | None = field(repr=False, default=None)
    """What would have happened if it came true, rounded, as a settlement reads it; None of a plan written by hand."""

    display: ClassVar[Callable[[Plan], str] | None] = None
    """What shows a plan in a notebook; `app` puts it here, since this room knows no pictures."""

    def __repr__(self) -> str:
        """`Plan('lab', optimal, 632,000 USD)`: short enough for a prompt."""
        name, currency = self.programme.programme, self.programme.currency
        return f"Plan({name!r}, {self.solve.status}, {self.solve.objective:,.0f} {currency})"

    def _repr_html_(self) -> str | None:
        show = type(self).display
        return show(self) if show is not None else None

    def __getattr__(self, name: str) -> pl.DataFrame:
        tables: dict[str, pl.DataFrame] = self.__dict__.get("tables", {})
        if name in tables:
            return tables[name]
        raise AttributeError(f"a plan has no {name!r}; its tables are {', '.join(TABLES)}")

    def cash(self, of: str | None = None) -> pl.DataFrame:
        """Payments by month: month, from, to, by, what, amount.

        With `of`, one party's: amounts that it receives are above nought, those that it pays below. Raises ValueError
        where nobody of that name pays or is paid.
        """
        cash = self.tables["cash"]
        if of is None:
            return cash
        if of not in self.programme.parties and of not in set(cash["from"]) | set(cash["to"]):
            raise ValueError(f"nobody called {of!r} is in the programme {self.programme.programme!r}")
        sign = pl.when(pl.col("to") == of).then(1).otherwise(-1)
        mine = cash.filter((pl.col("from") == of) | (pl.col("to") == of))
        return mine.with_columns((pl.col("amount") * sign).cast(cash.schema["amount"]).alias("amount"))

    def as_dict(self) -> dict[str, Any]:
        """The plan as plain values: the solve, and each table as a list of rows; money as text, to stay exact."""
        head = {key: list(value) if isinstance(value, tuple) else value for key, value in vars(self.solve).items()}
        finite = {
            key: None if isinstance(value, float) and not isfinite(value) else value for key, value in head.items()
        }
        return {
            "programme": self.programme.programme,
            "currency": self.programme.currency,
            "changes": self.programme.changes.told(),
            "solve": finite,
            "tables": {name: list(_plain(frame)) for name, frame in self.tables.items()},
        }

    def write(self, folder: str | os.PathLike[str]) -> None:
        """Write plan.json, and each table as Parquet and CSV. Raises OutputError where that cannot be done."""
        folder = Path(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, frame in self.tables.items():
                frame.write_parquet(folder / f"{name}.parquet")
                frame.write_csv(folder / f"{name}.csv")
            (folder / "plan.json").write_text(json.dumps(self.as_dict(), indent=1, default=str), encoding="utf-8")
        except OSError as fault:
            why = fault.strerror or fault
            raise OutputError(f"cannot write the plan to {folder}: {why}; give another --out") from fault


def _plain(frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    for row in frame.iter_rows(named=True):
        yield {key: value if isinstance(value, int | float | bool | None) else str(value) for key, value in row.items()}
