"""The cases of a sweep as a table on the terminal."""

from __future__ import annotations

import polars as pl
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gigawatt.report import figures

TOLD = ("objective", "cash", "value_unserved")
"""The amounts of each case that are told, all in the programme's currency."""
MOST_CASES = 40


def table(cases: pl.DataFrame, currency: str) -> RenderableType:
    """A row a case: what was set, what its plan is worth, what it signs; below, why some have no plan."""
    paths = cases.columns[: cases.columns.index("status")]
    grid = Table(box=None, pad_edge=False)
    for path in paths:
        grid.add_column(_short(path, paths), overflow="fold")
    for name in TOLD:
        grid.add_column(f"{name.replace('_', ' ')}, {currency}", justify="right", no_wrap=True)
    grid.add_column("signs", overflow="fold")
    grid.add_column("")
    missing = []
    for row in cases.head(MOST_CASES).iter_rows(named=True):
        amounts = ("" if row[name] is None else figures.money(row[name]) for name in TOLD)
        status = Text(_status(row["status"]), "dim")
        grid.add_row(*(str(row[path]) for path in paths), *amounts, row["signed"] or "", status)
    for row in cases.filter(pl.col("error").is_not_null()).iter_rows(named=True):
        case = ", ".join(f"{path} = {row[path]}" for path in paths)
        missing.append(Text(f"no plan for {case}: {row['error']}", "yellow"))
    rest = len(cases) - MOST_CASES
    more = [Text(f"and {figures.counted(rest, 'cases')} more, in sweep.csv", "dim")] if rest > 0 else []
    return Group(grid, *more, *missing)


def _status(status: str) -> str:
    """What is to be said of a plan that is not the best."""
    return "" if status == "optimal" else status


def _short(path: str, paths: list[str]) -> str:
    """The end of a path, as much of it as tells it from the others."""
    parts = path.split(".")
    for length in range(2, len(parts)):
        end = ".".join(parts[-length:])
        if sum(other.endswith(end) for other in paths) == 1:
            return end
    return path
