"""A month of metered rows, from files to postings and into a book, beside polars merely reading the same files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import numpy as np
import polars as pl

from bench.measure import measure, program, python
from bench.registry import Figure, benchmark

ROWS = 1_000_000
POOLS, WORKLOADS = 8, 5
SEED = 20260101
MOST_S, MOST_MB = 60.0, 1000.0
READS = {
    "Parquet": "import polars, sys; print(polars.read_parquet(sys.argv[1]).height)",
    "CSV": "import polars, sys; print(polars.read_csv(sys.argv[1], infer_schema=False).height)",
    "JSON lines": "import polars, sys; print(polars.read_ndjson(sys.argv[1]).height)",
}


def programme() -> str:
    """A programme of some providers, each with a price, and some workloads that run on all of them."""
    workloads = "\n".join(f"  w{n}: {{kind: research, use: 1000 chip-hour/month}}" for n in range(WORKLOADS))
    contracts = "\n".join(
        f"  c{n}: {{buyer: acme, seller: s{n}, status: signed, from: 2026-01-01, clauses: "
        f"{{rate: {{kind: price, chip: h100, price: 2.{n:02} USD/chip-hour}}}}}}"
        for n in range(POOLS)
    )
    return (
        "programme: metered\ndecides: acme\nhorizon: {from: 2026-01, through: 2026-12}\n"
        f"workloads:\n{workloads}\ncontracts:\n{contracts}\n"
    )


def metered(rows: int = ROWS, seed: int = SEED) -> pl.DataFrame:
    """So many rows of one month, each a job's chip-hours on a day, to the thousandth."""
    draw = np.random.default_rng(seed)
    pools, workloads = [f"s{n}-h100" for n in range(POOLS)], [f"w{n}" for n in range(WORKLOADS)]
    thousandths = pl.Series(draw.integers(1, 500_000, rows)).cast(pl.Decimal(20, 0))
    return pl.DataFrame({
        "id": [str(UUID(bytes=each)) for each in _sixteens(draw.bytes(16 * rows))],
        "sender": pl.Series(["meter"]).new_from_index(0, rows),
        "pool": pl.Series(pools).gather(draw.integers(0, POOLS, rows)),
        "workload": pl.Series(workloads).gather(draw.integers(0, WORKLOADS, rows)),
        "month": pl.Series([f"2026-01-{day:02}" for day in range(1, 32)]).gather(draw.integers(0, 31, rows)),
        "chip_hours": (thousandths / 1000).cast(pl.Decimal(20, 3)),
    })  # fmt: skip


def _sixteens(many: bytes) -> Iterator[bytes]:
    return (many[n : n + 16] for n in range(0, len(many), 16))


@benchmark("facts")
def facts() -> Iterator[Figure]:
    """One month of a million metered rows read, checked, settled and kept, beside polars merely reading the files."""
    with TemporaryDirectory() as folder:
        file, rows = Path(folder) / "programme.yaml", metered()
        file.write_text(programme(), encoding="utf-8")
        endings = {"Parquet": "parquet", "CSV": "csv", "JSON lines": "jsonl"}
        paths = {name: Path(folder) / f"use.{ending}" for name, ending in endings.items()}
        rows.write_parquet(paths["Parquet"])
        rows.write_csv(paths["CSV"])
        rows.with_columns(pl.col("chip_hours").cast(pl.String)).write_ndjson(paths["JSON lines"])
        del rows
        for name, path in paths.items():
            ours = measure(program("settle", str(file), "--facts", str(path), "--through", "2026-01", "--json"))
            if f'"use": {ROWS}' not in ours.output:
                raise RuntimeError(f"not every row was read:\n{ours.output[-2000:]}")
            theirs = measure(python("-c", READS[name], str(path)))
            yield Figure(f"{name}, settled", ours.wall_s, "s", most=MOST_S)
            yield Figure(f"{name}, peak memory", ours.peak_mb, "MB", most=MOST_MB)
            yield Figure(f"{name}, polars merely reads it", theirs.wall_s, "s")
            yield Figure(f"{name}, peak memory of that", theirs.peak_mb, "MB")
            yield Figure(f"{name}, settled over merely read", ours.wall_s / theirs.wall_s, "times")
        yield from _into_a_book(file, paths["Parquet"])


def _into_a_book(file: Path, january: Path) -> Iterator[Figure]:
    """The same month kept in a book, each fact on record; settled again from that alone; and the month after it."""
    february = january.with_name("february.parquet")
    later = pl.col("month").str.replace("2026-01-(29|30|31)", "2026-01-28").str.replace("2026-01", "2026-02")
    metered(seed=SEED + 1).with_columns(later).write_parquet(february)
    for name, through, facts, told in (
        ("into a book", "2026-01", ("--facts", str(january)), f"{ROWS:,} facts, {2 * POOLS} entries"),
        ("again from the book", "2026-01", (), "0 facts, 0 entries"),
        ("a second month into the book", "2026-02", ("--facts", str(february)), f"{ROWS:,} facts, {2 * POOLS} entries"),
    ):
        settle = program("settle", str(file), "--through", through, "--book", str(january.with_name("book.db")))
        ours = measure([*settle, *facts])
        if f"to the book: {told}" not in ours.output:
            raise RuntimeError(f"not every row was kept:\n{ours.output[-2000:]}")
        yield Figure(f"Parquet, {name}", ours.wall_s, "s", most=MOST_S)
        yield Figure(f"Parquet, {name}, peak memory", ours.peak_mb, "MB", most=MOST_MB)
