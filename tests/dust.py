"""What a solver leaves behind in a plan and nobody should read of."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from gigawatt.model.plan import Plan
from gigawatt.report import digest

CHIPS = {"chips": pl.lit(9e-7), "power_mw": pl.lit(9e-10)}


def with_dust(plan: Plan) -> Plan:
    """The same plan with a party paid nothing and one that pays nothing, and chips that are none in every table."""
    tables = plan.tables
    cash = digest.table(plan, "cash")
    paid = cash.head(1).with_columns(to=pl.lit("dust"), by=pl.lit("dust/fee"), amount=pl.lit(0.004))
    got = paid.with_columns(pl.lit("mote").alias("from"), pl.col("from").alias("to"))
    take = tables["take"].with_columns(commitment=pl.lit("dust/block"), new=pl.lit(True), **CHIPS)
    build = tables["build"].tail(1).with_columns(pool=pl.lit("dust"), **CHIPS)
    stands = (
        tables["capacity"]
        .tail(1)
        .with_columns(pool=pl.lit("fjord-unit"), chips=CHIPS["chips"], it_power_mw=CHIPS["power_mw"])
    )
    use = (
        tables["use"]
        .tail(1)
        .with_columns(pool=pl.lit("fjord-unit"), chips=CHIPS["chips"], chip_hours=pl.lit(1e-9), work=pl.lit(1e-9))
    )
    short = (pl.col("workload") == "chat") & (pl.col("month") == "2027-01")
    unserved = tables["unserved"].with_columns(
        unserved=pl.when(short).then(1e-9).otherwise(pl.col("unserved")),
        value_lost=pl.when(short).then(1e-9).otherwise(pl.col("value_lost")),
    )
    dusty = {
        "cash": pl.concat([cash, paid, got]),
        "take": pl.concat([tables["take"], take]),
        "build": pl.concat([tables["build"], build]),
        "capacity": pl.concat([tables["capacity"], stands]),
        "use": pl.concat([tables["use"], use]),
        "unserved": unserved,
    }
    return replace(plan, tables={**tables, **dusty})
