"""Print the plan of the Stargate programme beside the facts, as Markdown tables.

    python examples/stargate/beside_facts.py out/stargate

Reads the Parquet tables that `gigawatt plan` left in the folder, and facts.csv and abilene.csv beside this script.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import polars as pl

HERE = Path(__file__).parent
CLOUDS = ("microsoft", "oracle", "coreweave", "aws")
FACILITY_PER_IT = 1.40
"""Facility power over IT power at peak, at Abilene; OpenAI's gigawatts are taken to be facility power."""


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; numbers to the right."""
    names = list(head)
    lines = ["| " + " | ".join(names) + " |", "|---|" + "---:|" * (len(names) - 1)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def read(folder: Path, name: str) -> pl.DataFrame:
    """One table of the plan, with `month` as text like 2025-01 and its `year`; what ends the programme is told."""
    path = folder / f"{name}.parquet"
    if not path.exists():
        sys.exit(f"{path} is not there; run gigawatt plan examples/stargate/programme.yaml --out {folder} first")
    frame = pl.read_parquet(path)
    if "month" not in frame.columns:
        return frame
    month = pl.col("month").cast(pl.String).str.slice(0, 7)
    return frame.with_columns(month.alias("month"), month.str.slice(0, 4).cast(pl.Int64).alias("year"))


def by_year(frame: pl.DataFrame, value: str) -> dict[int, float]:
    """The sum of a column by year."""
    sums = frame.group_by("year").agg(pl.col(value).cast(pl.Float64).sum())
    return {int(year): float(total) for year, total in sums.select("year", value).iter_rows()}


def known(facts: pl.DataFrame, item: str) -> dict[int, float]:
    """What is known of one item, by year."""
    rows = facts.filter(pl.col("item") == item)
    return {int(year): float(value) for year, value in rows.select("year", "value").iter_rows()}


def shown(values: dict[int, float], year: int, digits: int = 1, scale: float = 1.0) -> str:
    """One year's figure, or a dash."""
    return f"{round(values[year] * scale, digits) + 0.0:.{digits}f}" if year in values else "-"


def money(cash: pl.DataFrame, facts: pl.DataFrame, years: list[int]) -> str:
    """Revenue, what OpenAI pays for compute, and what it pays Microsoft, in billions."""
    openai = cash.filter(pl.col("from") == "openai")
    share = pl.col("what") == "revenue share"
    earned = cash.filter((pl.col("to") == "openai") & (pl.col("what") == "revenue"))
    compute = openai.filter(pl.col("to").is_in(CLOUDS) & ~share)
    microsoft = openai.filter(pl.col("to") == "microsoft")
    plan = [by_year(frame, "amount") for frame in (earned, compute, microsoft)]
    fact = [known(facts, item) for item in ("revenue", "compute", "to microsoft")]
    head = ["year"]
    for name in ("revenue", "compute", "paid to Microsoft"):
        head += [f"{name}, facts", f"{name}, plan"]
    rows = []
    for year in years:
        row = [str(year)]
        for known_by_year, planned in zip(fact, plan, strict=True):
            row += [shown(known_by_year, year), shown(planned, year, scale=1e-9)]
        rows.append(row)
    return table(head, rows)


def power(capacity: pl.DataFrame, facts: pl.DataFrame, years: list[int]) -> str:
    """Gigawatts that stand in December, by where they stand; with those of the facts."""
    december = capacity.filter(pl.col("month").str.ends_with("-12"))
    at_sites = by_year(december.filter(pl.col("site").is_not_null() & (pl.col("site") != "")), "it_power_mw")
    total = by_year(december, "it_power_mw")
    microsoft = by_year(december.filter(pl.col("provider") == "microsoft"), "it_power_mw")
    other = {year: total[year] - at_sites.get(year, 0.0) - microsoft.get(year, 0.0) for year in total}
    fact = known(facts, "power")
    head = ["December", "facts, GW", "plan, GW of facility", "plan, GW of IT"]
    head += ["Azure", "Stargate's sites", "other clouds"]
    rows = []
    for year in years:
        parts = [shown(part, year, 2, 1e-3) for part in (total, microsoft, at_sites, other)]
        rows.append([str(year), shown(fact, year), shown(total, year, 2, 1e-3 * FACILITY_PER_IT), *parts])
    return table(head, rows)


def abilene(standing: pl.DataFrame) -> str:
    """IT power at Abilene by the dates of the facts: what stands and is used in the first month of the next quarter."""
    site = standing.filter(pl.col("site") == "abilene")
    columns = site.select("month", "powered_mw", "used_mw")
    by_month = {month: (stands, used) for month, stands, used in columns.iter_rows()}
    rows = []
    for day, fact_mw, state in pl.read_csv(HERE / "abilene.csv").select("date", "it_mw", "state").iter_rows():
        year, month = int(day[:4]), int(day[5:7])
        later = f"{year + month // 10}-{month // 10 * -12 + (month - 1) // 3 * 3 + 4:02d}"
        stands, used = by_month.get(later, (0.0, 0.0))
        rows.append([day, f"{fact_mw} ({state})", later, f"{stands:.0f}", f"{used:.0f}"])
    return table(["date", "facts, MW of IT", "month in the plan", "plan, MW powered", "plan, MW with chips"], rows)


def sites(standing: pl.DataFrame, years: list[int]) -> str:
    """IT power by site in December of each year."""
    december = standing.filter(pl.col("month").str.ends_with("-12"))
    names = december["site"].unique(maintain_order=True).to_list()
    rows = [
        [name, *(shown(by_year(december.filter(pl.col("site") == name), "powered_mw"), year, 0) for year in years)]
        for name in names
    ]
    return table(["site, MW of IT", *map(str, years)], rows)


def main() -> None:
    """Print the four tables."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("out/stargate")
    facts = pl.read_csv(HERE / "facts.csv")
    capacity, standing, cash = (read(folder, name) for name in ("capacity", "power", "cash"))
    years = sorted({int(year) for year in cash["year"].unique()})
    for title, text in (
        ("Money, billion USD", money(cash, facts, [2024, *years])),
        ("Gigawatts", power(capacity, facts, [2024, *years])),
        ("Abilene", abilene(standing)),
        ("Sites", sites(standing, years)),
    ):
        print(f"### {title}\n\n{text}\n")


if __name__ == "__main__":
    main()
