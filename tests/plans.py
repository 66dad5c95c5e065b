"""Plans written by hand, to look at reports without solving anything: a whole one, a poor one, and one of full size."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

import gigawatt as gw
from gigawatt.model.plan import TABLES, Plan, Solve

EVIL = "<script>alert(1)</script>"
"""What somebody may write into a title, a note or a cite."""

TEXT = f"""
programme: tiny
title: "Tiny & {EVIL}"
decides: [acme]
horizon: {{from: 2027-01, through: 2027-03, slices: {{day: 12 h, night: 12 h}}}}
currency: USD
parties:
  acme: {{name: Acme}}
  lumen: {{name: Lumen Cloud}}
  fjord: {{}}
  vendor: {{}}
chips:
  unit: {{bf16: 1e15 FLOP/s, power: 0.8 kW, it_power: 1 kW, vendor: vendor, price: 30000 USD/chip,
         available: 2026-01-01, life: 5 y}}
sites:
  hall:
    landlord: acme
    operator: acme
    pue: 1.2
    energy: {{value: 60 USD/MWh, source: "https://example.org/tariff?a=1&b=2"}}
    life: 10 y
    phases:
      a: {{power: 4 MW, ready: 2027-01-01, capex: 1e6 USD}}
      b: {{power: 4 MW, ready: 2027-02-01, capex: {{value: 2e6 USD, assumed: true, note: "{EVIL}"}}}}
pools:
  hall-unit: {{site: hall, chip: unit, owner: acme}}
workloads:
  chat: {{kind: serving, chips: 4000, profile: {{day: 1.5, night: 0.5}}, revenue: 3 USD/chip-hour,
         unserved: 2 USD/chip-hour}}
  run: {{kind: training, chips: 1000, from: 2027-02, through: 2027-03, unserved: 4 USD/chip-hour}}
  explore: {{kind: research, use: 1e6 chip-hour/month, unserved: 1 USD/chip-hour}}
indicators: {{co2: {{per: MWh, amount: 0.4, unit: t, assumed: true}}}}
contracts:
  lumen-1:
    buyer: acme
    seller: lumen
    status: signed
    from: 2026-06-01
    through: 2027-12-31
    cite: {{document: Order, section: "2", words: "{EVIL}"}}
    clauses:
      block: {{kind: reservation, chip: unit, chips: 1000, price: 1.5 USD/chip-hour, cite: "2.1"}}
  fjord-offer:
    buyer: acme
    seller: fjord
    status: offer
    sign_by: 2026-12-15
    from: 2027-01-01
    through: 2027-12-31
    clauses: {{block: {{kind: reservation, chip: unit, chips: 500, price: 2.3 USD/chip-hour}}}}
  letter:
    buyer: acme
    seller: vendor
    status: loi
    from: 2027-01-01
    clauses: {{chips: {{kind: purchase, chip: unit, price: 29000 USD/chip, most: 100 chips/quarter}}}}
"""

MONTHS = ("2027-01", "2027-02", "2027-03")
SOLVED = Solve(
    status="optimal",
    optimal=True,
    relaxed=False,
    objective=1_234_567.0,
    bound=1_234_567.0,
    gap=0.0,
    violation=1e-9,
    seconds=0.2,
    columns=100,
    rows=80,
    nonzeros=300,
    integers=4,
    canonical=True,
)


def programme(folder: Path) -> gw.Programme:
    """The programme of the hand-written plans."""
    path = folder / "programme.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return gw.load(path)


def whole_plan(folder: Path) -> Plan:
    """Every table has rows: three months, one site, an offer refused, research cut short."""
    return Plan(programme(folder), SOLVED, {**_quantities(), **_money()})


def poor_plan(folder: Path) -> Plan:
    """Nothing is built, taken, used or paid: every table is empty, some have no columns at all."""
    tables = {name: frame.clear() for name, frame in whole_plan(folder).tables.items()}
    return Plan(
        programme(folder), replace(SOLVED, gap=float("nan"), optimal=False), {**tables, "unserved": pl.DataFrame()}
    )


def _quantities() -> dict[str, pl.DataFrame]:
    hours = {"2027-01": 744.0, "2027-02": 672.0, "2027-03": 744.0}
    use, unserved = [], []
    for month in MONTHS:
        half = hours[month] / 2
        for slice_, chips in (("day", 6000.0), ("night", 2000.0)):
            use.append(("hall-unit", "chat", month, slice_, chips, chips * half, chips * half, "chip"))
            unserved.append(("chat", month, slice_, chips * half, 0.0, "chip", 0.0))
        use.append(("lumen-unit", "explore", month, "night", 1000.0, 1000.0 * half, 1000.0 * half, "chip"))
        short = 1e6 - 1000.0 * half
        unserved.append(("explore", month, "all", 1e6, short, "chip", short))
        if month != "2027-01":
            use.append(("hall-unit", "run", month, "all", 1000.0, 1000.0 * 2 * half, 1000.0 * 2 * half, "chip"))
    unserved.append(("run", "2027-03", "all", 1416000.0, 0.0, "chip", 0.0))
    capacity = [("hall-unit", "acme", "hall", "unit", month, 7000.0, 7.0) for month in MONTHS]
    capacity += [("lumen-unit", "lumen", None, "unit", month, 1000.0, 1.0) for month in MONTHS]
    return {
        "build": _frame(
            "thing kind site pool chip party month power_mw chips capex",
            [
                ("hall/a", "phase", "hall", None, None, "acme", "2027-01", 4.0, None, 1e6),
                ("hall/b", "phase", "hall", None, None, "acme", "2027-02", 4.0, None, 2e6),
                ("hall-unit", "chips", "hall", "hall-unit", "unit", "acme", "2027-01", 7.0, 7000.0, None),
            ],
        ),
        "take": _frame(
            "commitment contract provider quarter power_mw chips new",
            [("lumen-1/block", "lumen-1", "lumen", "2027Q1", 1.0, 1000.0, False)],
        ),
        "capacity": _frame("pool provider site chip month chips it_power_mw", capacity),
        "power": _frame("site month powered_mw used_mw", [("hall", month, 8.0, 7.0) for month in MONTHS]),
        "use": _frame("pool workload month slice chips chip_hours work measure", use),
        "unserved": _frame("workload month slice demand unserved measure value_lost", unserved),
        "indicators": _frame("indicator month amount unit", [("co2", month, 2000.0, "t") for month in MONTHS]),
    }


def _money() -> dict[str, pl.DataFrame]:
    cash = [("2027-01", "acme", "vendor", "unit list price", "chips", Decimal("210000000.00"))]
    for month, hours in (("2027-01", 744), ("2027-02", 672), ("2027-03", 744)):
        cash.append((month, "acme", "lumen", "lumen-1/block", "fee", Decimal(1500 * hours)))
        cash.append((month, "customers", "acme", "chat", "revenue", Decimal(12000 * hours)))
    schema = ["month", "from", "to", "by", "what", "amount"]
    frame = pl.DataFrame(cash, schema=schema, orient="row").with_columns(pl.col("amount").cast(pl.Decimal(38, 2)))
    return {
        "cash": frame,
        "beyond": frame.head(1).drop("month"),
        "offers": _frame(
            "contract seller signed sign_by better_by walk_away_scale walk_away_price asked_price unit note",
            [("fjord-offer", "fjord", False, date(2026, 12, 15), -64800.0, 0.8, 1.84, 2.3, "USD/chip-hour", "")],
        ),
        "parties": _frame(
            "party decides cash least most",
            [
                ("acme", True, -187320000.0, None, None),
                ("customers", False, -25920000.0, -25920000.0, -25920000.0),
                ("lumen", False, 3240000.0, 3000000.0, 3500000.0),
                ("vendor", False, 210000000.0, 210000000.0, 210000000.0),
            ],
        ),
        "scarcity": _frame(
            "what place month price unit by degenerate",
            [
                ("chip-hours", "lumen-unit", "2027-01", 1.0, "USD/chip-hour", "physics", False),
                ("chip-hours", "lumen-unit", "2027-03", 1.0, "USD/chip-hour", "physics", True),
                ("supply unit acme", "", "2027-01", 2400.0, "USD/chip", "physics", None),
                ("short 2026", "", "2027-03", -0.5, "USD/USD", "lumen-1/block", None),
            ],
        ),
    }


def _frame(columns: str, rows: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=columns.split(), orient="row", infer_schema_length=None)


def large_plan(folder: Path) -> Plan:
    """As many rows as the reference programme has: 72 months, 30 pools, 10 workloads, 3 slices."""
    text = TEXT.replace("through: 2027-03,", "through: 2032-12,", 1).replace(
        "slices: {day: 12 h, night: 12 h}", "slices: {day: 8 h, eve: 8 h, night: 8 h}"
    )
    pools = "".join(f"  pool-{n}: {{provider: lumen, chip: unit}}\n" for n in range(30))
    workloads = "".join(f"  work-{n}: {{kind: serving, chips: 100, unserved: 1 USD/chip-hour}}\n" for n in range(10))
    text = text.replace("pools:\n", "pools:\n" + pools, 1).replace("workloads:\n", "workloads:\n" + workloads, 1)
    path = folder / "large.yaml"
    path.write_text(text, encoding="utf-8")
    months = [f"{year}-{month:02d}" for year in range(2027, 2033) for month in range(1, 13)]
    whole = whole_plan(folder).tables
    use = [
        (f"pool-{p}", f"work-{w}", month, slice_, 10.0 + p, 2400.0, 2400.0, "chip")
        for month in months
        for p in range(30)
        for w in range(10)
        for slice_ in ("day", "eve", "night")
        if (p + w) % 3 == 0
    ]
    unserved = [
        (f"work-{w}", m, s, 9e4, 100.0 * w, "chip", 10.0)
        for m in months
        for w in range(10)
        for s in ("day", "eve", "night")
    ]
    cash = [
        (m, "acme", f"party-{n % 12}", f"deal-{n}/fee", "fee", Decimal(1_000_000 * (n + 1)))
        for m in months
        for n in range(40)
    ]
    tables = {
        "capacity": _frame(
            "pool provider site chip month chips it_power_mw",
            [
                (f"pool-{p}", "lumen", None, "unit", month, 1000.0 * (p + 1), 1.0 * (p + 1))
                for month in months
                for p in range(30)
            ],
        ),
        "use": _frame("pool workload month slice chips chip_hours work measure", use),
        "unserved": _frame("workload month slice demand unserved measure value_lost", unserved),
        "cash": pl.DataFrame(cash, schema=["month", "from", "to", "by", "what", "amount"], orient="row"),
        "scarcity": _frame(
            "what place month price unit by degenerate",
            [
                ("chip-hours", f"pool-{p}", m, 1.0 + p, "USD/chip-hour", "physics", None)
                for m in months
                for p in range(30)
            ],
        ),
    }
    assert set(tables) <= set(TABLES)
    return Plan(gw.load(path), SOLVED, {**whole, **tables})
