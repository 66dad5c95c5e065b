"""Two plans compared: every thing that is not the same in both, by decision, party, clause, site, pool and workload."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, isnan
from pathlib import Path

import polars as pl

from gigawatt.errors import GigawattError
from gigawatt.model.comparison import ASPECTS, Comparison
from gigawatt.model.plan import Plan
from gigawatt.values.ids import own_id

Amounts = dict[tuple[str, str], float]
"""What is told of each thing, by its name and unit."""
NEEDED = ("offers", "renewals", "build", "take", "parties", "cash", "power", "use", "unserved")
SAME = 1e-6
"""Amounts that differ by less, of the larger of the two, are the same."""


@dataclass(frozen=True)
class Told:
    """A plan as it is compared: its name, currency and tables, what it is worth at least and at most, whether it is the
    best within the gap asked for."""

    name: str
    currency: str
    tables: Mapping[str, pl.DataFrame]
    worth: tuple[float, float]
    proven: bool


def told_by(plan: Plan, name: str = "") -> Told:
    """A plan that was just made."""
    programme, solve = plan.programme, plan.solve
    name = name or str(programme.changes) or programme.programme
    return Told(name, programme.currency, plan.tables, _worth(solve.objective, solve.bound), solve.optimal)


def _worth(objective: float | None, bound: float | None) -> tuple[float, float]:
    """What a plan is worth at least and at most; where no bound is known (a file has nothing then) without end."""
    least = -inf if objective is None else objective
    most = inf if bound is None or isnan(bound) else bound
    return least, max(least, most)


def told_in(folder: Path) -> Told:
    """A plan that was written to a folder. Raises GigawattError where there is none."""
    try:
        head = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
        tables = {name: pl.read_parquet(folder / f"{name}.parquet") for name in NEEDED}
        solve = head["solve"]
        return Told(str(folder), head["currency"], tables, _worth(solve["objective"], solve["bound"]), solve["optimal"])
    except (OSError, ValueError, KeyError, pl.exceptions.PolarsError) as fault:
        raise GigawattError(
            f"there is no plan in {folder} that could be read ({fault}); "
            f"make one with `gigawatt plan FILE --out {folder}`"
        ) from fault


def compare(first: Told, second: Told) -> Comparison:
    """What differs between two plans. Raises GigawattError where they are in different currencies."""
    if first.currency != second.currency:
        raise GigawattError(
            f"{first.name} is in {first.currency} and {second.name} in {second.currency}; compare plans of one currency"
        )
    rows = []
    for aspect in ASPECTS:
        one, two = (_OF[aspect](told.tables, told.currency) for told in (first, second))
        for name, unit in dict.fromkeys((*one, *two)):
            a, b = one.get((name, unit), 0.0), two.get((name, unit), 0.0)
            if abs(b - a) > SAME * max(abs(a), abs(b), 1.0):
                rows.append((aspect, name, unit, a, b, b - a))
    columns = {"aspect": pl.Utf8, "name": pl.Utf8, "unit": pl.Utf8, **dict.fromkeys(_AMOUNTS, pl.Float64)}
    differences = pl.DataFrame(rows, schema=columns, orient="row")
    worth, proven = (first.worth, second.worth), first.proven and second.proven
    return Comparison(first.name, second.name, first.currency, differences, worth, proven)


_AMOUNTS = ("first", "second", "difference")


def _decisions(tables: Mapping[str, pl.DataFrame], currency: str) -> Amounts:
    found: Amounts = {}
    for row in tables["offers"].iter_rows(named=True):
        found[f"sign {row['contract']}", ""] = float(row["signed"])
    for row in tables["renewals"].iter_rows(named=True):
        found[f"{row['what']} {row['contract']} from {row['since']}", ""] = float(row["chosen"])
    for row in tables["build"].iter_rows(named=True):
        unit, amount = ("MW", row["power_mw"]) if row["power_mw"] else ("chip", row["chips"])
        key = (f"{row['kind']} {row['thing']} {row['month']}", unit)
        found[key] = found.get(key, 0.0) + (amount or 0.0)
    for row in tables["take"].iter_rows(named=True):
        if row["new"]:
            key = (f"take {row['commitment']} {row['quarter']}", "MW" if row["power_mw"] else "chip")
            found[key] = found.get(key, 0.0) + (row["power_mw"] or row["chips"] or 0.0)
    return found


def _summed(table: str, name: str, amount: str, unit: str) -> Callable[[Mapping[str, pl.DataFrame], str], Amounts]:
    """What a column of a table comes to by another."""

    def sums(tables: Mapping[str, pl.DataFrame], currency: str) -> Amounts:
        total: Amounts = defaultdict(float)
        for key, value in tables[table].select(name, amount).iter_rows():
            total[str(key), unit or currency] += float(value)
        return total

    return sums


def _clauses(tables: Mapping[str, pl.DataFrame], currency: str) -> Amounts:
    total: Amounts = defaultdict(float)
    for by, amount in tables["cash"].select("by", "amount").iter_rows():
        total[own_id(by), currency] += float(amount)
    return total


def _workloads(tables: Mapping[str, pl.DataFrame], currency: str) -> Amounts:
    total: Amounts = defaultdict(float)
    for name, unserved, measure in tables["unserved"].select("workload", "unserved", "measure").iter_rows():
        total[name, "chip-hour" if measure == "chip" else measure] += float(unserved)
    return total


def _years(tables: Mapping[str, pl.DataFrame], currency: str) -> Amounts:
    decides = set(tables["parties"].filter(pl.col("decides"))["party"])
    total: Amounts = defaultdict(float)
    for month, payer, payee, amount in tables["cash"].select("month", "from", "to", "amount").iter_rows():
        total[month[:4], currency] += float(amount) * ((payee in decides) - (payer in decides))
    return total


_OF: dict[str, Callable[[Mapping[str, pl.DataFrame], str], Amounts]] = {
    "decision": _decisions,
    "party": _summed("parties", "party", "cash", ""),
    "clause": _clauses,
    "site": _summed("power", "site", "used_mw", "MW-month"),
    "pool": _summed("use", "pool", "chip_hours", "chip-hour"),
    "workload": _workloads,
    "year": _years,
}
