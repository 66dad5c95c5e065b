"""Programmes made by hand, one for each thing that a plan may hold. Small, and rich enough that the thing matters."""

from __future__ import annotations

HEAD = """
programme: {name}
decides: {decides}
horizon: {{from: {start}, through: {through}, slices: {slices}}}
finance: {{discount: {discount}}}
chips:
  a: {{bf16: 1e15 FLOP/s, it_power: 1 kW, vendor: maker, price: 30000 USD/chip, available: 2026-01-01, life: 4 y}}
  b: {{bf16: 2e15 FLOP/s, it_power: 2 kW, vendor: maker, price: 50000 USD/chip, available: 2026-01-01, life: 5 y}}
{chips}
"""

ON_DEMAND = "{buyer: lab, seller: cloud, status: signed, from: 2026-07-01, through: 2028-12-31, clauses: {rate: {kind: price, chip: a, price: 3 USD/chip-hour}}}"


def programme(
    name: str,
    body: str,
    *,
    decides: str = "lab",
    start: str = "2027-01",
    through: str = "2027-06",
    slices: str = "{all: 24 h}",
    discount: str = "8 %/year",
    chips: str = "",
) -> str:
    """The text of a programme file."""
    head = HEAD.format(
        name=name, decides=decides, start=start, through=through, slices=slices, discount=discount, chips=chips
    )
    return head + body


CASES: dict[str, str] = {}
"""Programme files by name."""


def case(name: str, body: str, **head: str) -> None:
    CASES[name] = programme(name, body, **head)


# workloads

case(
    "serving-over-slices",
    """
workloads:
  chat: {kind: serving, chips: 100, growth: 3 %/month, profile: {peak: 1.4, day: 1.1, night: 0.6}, revenue: 5 USD/chip-hour, unserved: 1 USD/chip-hour}
  explore: {kind: research, use: 30000 chip-hour/month, growth: 1 %/month, unserved: 2 USD/chip-hour}
contracts:
  fixed: {buyer: lab, seller: north, status: signed, from: 2026-07-01, through: 2027-05-31, clauses: {block: {kind: reservation, chip: a, chips: 110, price: 1.6 USD/chip-hour}}}
  cloud: {buyer: lab, seller: cloud, status: signed, from: 2026-07-01, through: 2028-12-31, clauses: {rate: {kind: price, chip: a, price: 3 USD/chip-hour, chips: 60}}}
""",
    slices="{peak: 6 h, day: 10 h, night: 8 h}",
)

case(
    "serving-in-tokens",
    """
workloads:
  api:
    kind: serving
    tokens: {interpolate: geometric, 2026-06: 1e9 token/day, 2027-12: 9e9 token/day}
    revenue: {2026-01: 3 USD/Mtoken, 2027-03-10: 2.5 USD/Mtoken}
    unserved: 0.5 USD/Mtoken
    rates: {a: 300 token/s, b: 800 token/s}
  batch: {kind: research, flop: 2e25 FLOP/month, unserved: 4e-19 USD/FLOP, mfu: 35 %}
contracts:
  one: {buyer: lab, seller: cloud, status: signed, from: 2026-07-01, through: 2028-12-31, clauses: {rate: {kind: price, chip: a, price: 1.9 USD/chip-hour, chips: 120}}}
  two: {buyer: lab, seller: north, status: signed, from: 2026-07-01, through: 2028-12-31, clauses: {rate: {kind: price, chip: b, price: {2026-01: 4.9 USD/chip-hour, 2027-04: 4.1 USD/chip-hour}, chips: 50}}}
""",
    slices="{day: 14 h, night: 10 h}",
)

case(
    "workloads-in-mid-month",
    """
workloads:
  chat: {kind: serving, chips: {2027-01: 60, 2027-03-11: 90}, from: 2027-01-18, until: 2027-05-20, revenue: 4 USD/chip-hour, unserved: 1 USD/chip-hour}
  grow: {kind: serving, chips: 20, growth: 5 %/month, from: 2027-03-20, revenue: 4 USD/chip-hour, unserved: 1 USD/chip-hour}
  explore: {kind: research, chips: 30, from: 2027-02-10, through: 2027-05-09, unserved: 2 USD/chip-hour}
  month: {kind: research, use: 10000 chip-hour/month, from: 2027-02-10, through: 2027-05-09, unserved: 2.2 USD/chip-hour}
contracts:
  fixed: {buyer: lab, seller: north, status: signed, from: 2026-07-01, through: 2027-12-31, clauses: {block: {kind: reservation, chip: a, chips: 70, price: 1.6 USD/chip-hour}}}
  cloud: {buyer: lab, seller: cloud, status: signed, from: 2026-07-01, through: 2028-12-31, clauses: {rate: {kind: price, chip: a, price: 3 USD/chip-hour}}}
""",
)

case(
    "training-on-one-of-two",
    """
workloads:
  run: {kind: training, flop: 6e25 FLOP, from: 2027-02, through: 2027-04, most: 90, unserved: 2e-18 USD/FLOP, mfu: 50 %}
  more: {kind: training, chips: 30, from: 2027-03, through: 2027-05, unserved: 5 USD/chip-hour, revenue: 1 USD/chip-hour}
  explore: {kind: research, use: 40000 chip-hour/month, unserved: 2 USD/chip-hour}
contracts:
  fixed: {buyer: lab, seller: north, status: signed, from: 2026-07-01, through: 2027-12-31, clauses: {block: {kind: reservation, chip: a, chips: 60, price: 1.6 USD/chip-hour}}}
  other: {buyer: lab, seller: south, status: signed, from: 2026-07-01, through: 2027-12-31, clauses: {block: {kind: reservation, chip: b, chips: 25, price: 3 USD/chip-hour}}}
  cloud: {buyer: lab, seller: cloud, status: signed, from: 2026-07-01, through: 2028-12-31, clauses: {rate: {kind: price, chip: a, price: 3 USD/chip-hour, chips: 40}}}
""",
    slices="{day: 12 h, night: 12 h}",
)

case(
    "training-in-mid-month",
    """
workloads:
  run: {kind: training, flop: 6e25 FLOP, from: 2027-02-10, through: 2027-04-19, most: 90, revenue: 1e-18 USD/FLOP, unserved: {2027-01: 2e-18 USD/FLOP, 2027-04-10: 3e-18 USD/FLOP}, mfu: 50 %}
  more: {kind: training, chips: 30, from: 2027-03-12, through: 2027-05-04, unserved: 5 USD/chip-hour, rates: {a: 1, b: 1.8}}
  explore: {kind: research, use: 40000 chip-hour/month, unserved: 2 USD/chip-hour}
contracts:
  fixed: {buyer: lab, seller: north, status: signed, from: 2026-07-01, through: 2027-12-31, clauses: {block: {kind: reservation, chip: a, chips: 60, price: 1.6 USD/chip-hour}}}
  cloud: {buyer: lab, seller: cloud, status: signed, from: 2026-07-01, through: 2028-12-31, clauses: {rate: {kind: price, chip: b, price: 6 USD/chip-hour}}}
""",
)

# what is built

SITE = """
  hall:
    landlord: lab
    operator: lab
    pue: 1.25
    energy: {2026-01: 80 USD/MWh, 2027-03-16: 95 USD/MWh}
    life: 12 y
"""
WANTS = (
    """
workloads:
  chat: {kind: serving, chips: 90, growth: 4 %/month, revenue: 5 USD/chip-hour, unserved: 1 USD/chip-hour}
  explore: {kind: research, use: 30000 chip-hour/month, unserved: 2 USD/chip-hour}
contracts:
  cloud: """
    + ON_DEMAND
    + "\n"
)

case(
    "phases-and-chips",
    "sites:"
    + SITE
    + """
    grid: 0.16 MW
    peak_pue: 1.4
    phases: {old: {power: 0.02 MW, ready: 2025-01-01, built: true}, p: {power: 0.06 MW, ready: 2027-01-01, capex: 900000 USD}, q: {power: 0.05 MW, ready: 2027-05-01, capex: 10e6 USD/MW}}
pools:
  hall-a: {site: hall, chip: a, owner: lab, existing: {2026-01: 12, 2027-04: 6}, most: 70}
  hall-b: {site: hall, chip: b, owner: lab}
"""
    + WANTS,
    through="2027-12",
)

case(
    "phase-in-mid-month",
    "sites:"
    + SITE
    + """
    phases: {p: {power: 0.06 MW, ready: 2027-02-12, until: 2027-09-20, capex: 300000 USD}, q: {power: 0.04 MW, ready: 2026-05-01, capex: 400000 USD}}
pools:
  hall-a: {site: hall, chip: a, owner: lab}
"""
    + WANTS,
    through="2027-12",
)

case(
    "chips-in-mid-quarter",
    "sites:"
    + SITE
    + """
    phases: {p: {power: 0.2 MW, ready: 2026-01-01, built: true}}
pools:
  hall-c: {site: hall, chip: c, owner: lab}
"""
    + WANTS,
    through="2027-12",
    chips="""  c: {bf16: 1e15 FLOP/s, it_power: 1 kW, vendor: maker, price: {2027-02-20: 26000 USD/chip, 2027-05-10: 22000 USD/chip}, available: 2027-02-20, life: 4 y}""",
)

case(
    "chips-retire-inside",
    "sites:"
    + SITE
    + """
    phases: {p: {power: 0.2 MW, ready: 2026-01-01, built: true}}
pools:
  hall-c: {site: hall, chip: c, owner: lab}
"""
    + WANTS,
    through="2028-02",
    chips="""  c: {bf16: 1e15 FLOP/s, it_power: 1 kW, vendor: maker, price: {2026-01: 9000 USD/chip, 2027-07: 8000 USD/chip}, available: 2026-01-01, life: 7 months, supply: 40 chips/quarter}""",
)

case(
    "supply-in-a-cut-quarter",
    "sites:"
    + SITE
    + """
    phases: {p: {power: 0.2 MW, ready: 2026-01-01, built: true}}
pools:
  hall-c: {site: hall, chip: c, owner: lab}
  annex-c: {site: hall, chip: c, owner: lab, most: 10}
"""
    + WANTS,
    start="2027-02",
    through="2027-11",
    chips="""  c: {bf16: 1e15 FLOP/s, it_power: 1 kW, vendor: maker, price: 20000 USD/chip, available: 2026-01-01, life: 5 y, supply: {2026-01: 30 chips/quarter, 2027-05: 50 chips/quarter}}""",
)

# clauses

FIXED_WANTS = """
workloads:
  chat: {kind: serving, owner: lab, chips: 90, growth: 3 %/month, profile: {day: 1.3, night: 0.7}, revenue: 5 USD/chip-hour, unserved: 1 USD/chip-hour}
  explore: {kind: research, owner: lab, use: 40000 chip-hour/month, unserved: 2 USD/chip-hour}
"""
SLICED = {"slices": "{day: 12 h, night: 12 h}"}

case(
    "price-offered",
    FIXED_WANTS
    + """
contracts:
  cloud: {buyer: lab, seller: cloud, status: signed, from: 2026-07-01, through: 2028-12-31, clauses: {rate: {kind: price, chip: a, price: 3 USD/chip-hour, chips: {2026-01: 50, 2027-03-15: 80}}}}
  cheap: {buyer: lab, seller: south, status: offer, sign_by: 2026-12-01, from: 2027-02-10, through: 2027-05-20, clauses: {rate: {kind: price, chip: b, price: {2026-01: 2.9 USD/chip-hour, 2027-04-20: 1.8 USD/chip-hour}, chips: 100}, fee: {kind: commitment, amount: 150000 USD, each: term}}}
""",
    **SLICED,
)

case(
    "price-in-mid-month-unbounded",
    FIXED_WANTS
    + """
contracts:
  cloud: {buyer: lab, seller: cloud, status: signed, from: 2027-01-12, through: 2027-04-18, clauses: {rate: {kind: price, chip: a, price: {2027-01: 3 USD/chip-hour, 2027-01-20: 2.5 USD/chip-hour}}}}
  open: {buyer: lab, seller: south, status: offer, sign_by: 2026-12-01, from: 2027-02-10, through: 2027-05-20, clauses: {rate: {kind: price, chip: b, price: 1.5 USD/chip-hour}, fee: {kind: commitment, amount: 150000 USD, each: term}}}
""",
    **SLICED,
)

case(
    "reservation-ramp-in-mid-month",
    FIXED_WANTS
    + """
contracts:
  ramp: {buyer: lab, seller: north, status: signed, from: 2027-01-11, through: 2027-05-20, clauses: {block: {kind: reservation, chip: a, chips: {2027-01-11: 40, 2027-03-16: 90}, price: {2027-01: 1.5 USD/chip-hour, 2027-03-10: 1.7 USD/chip-hour}}}}
  more: {buyer: lab, seller: north, status: offer, sign_by: 2026-12-01, from: 2027-02-01, through: 2027-12-31, clauses: {block: {kind: reservation, chip: b, chips: {2027-02: 20, 2027-04: 50}, price: 1.9 USD/chip-hour}}}
  cloud: """
    + ON_DEMAND,
    **SLICED,
)

case(
    "reservation-min-max-step",
    FIXED_WANTS
    + """
contracts:
  some: {buyer: lab, seller: north, status: signed, from: 2027-02-11, through: 2027-12-31, clauses: {block: {kind: reservation, chip: a, chips: {min: 16, max: 64, step: 8}, price: 1.5 USD/chip-hour}}}
  more: {buyer: lab, seller: south, status: offer, sign_by: 2026-12-01, from: 2027-03-01, through: 2027-12-31, clauses: {block: {kind: reservation, chip: b, chips: {min: 30, max: 60, step: 10}, price: 2.3 USD/chip-hour}}}
  cloud: """
    + ON_DEMAND,
    **SLICED,
)

case(
    "reservation-taken-by-quarter",
    FIXED_WANTS
    + """
contracts:
  some: {buyer: lab, seller: north, status: signed, from: 2027-01-01, through: 2027-12-31, clauses: {block: {kind: reservation, chip: a, chips: {take: quarterly, most: {2027-01: 30, 2027-04: 80, 2027-07: 120}}, price: {2027-01: 2.2 USD/chip-hour, 2027-04: 1.9 USD/chip-hour}}}}
  more: {buyer: lab, seller: south, status: offer, sign_by: 2026-12-01, from: 2027-02-12, through: 2027-08-20, clauses: {block: {kind: reservation, chip: b, chips: {take: quarterly, most: 60}, price: 2.1 USD/chip-hour}, fee: {kind: commitment, amount: 200000 USD, each: term}}}
  cloud: """
    + ON_DEMAND,
    through="2027-10",
    **SLICED,
)

LET = """
sites:
  hall:
    landlord: crusoe
    operator: lab
    energy: 70 USD/MWh
    phases: {p: {power: 0.05 MW, ready: 2026-06-01, capex: 1e6 USD}, q: {power: 0.04 MW, ready: 2027-04-12, capex: 1e6 USD}, r: {power: 0.03 MW, ready: 2027-02-01, until: 2027-09-11, capex: 1e6 USD}}
pools:
  hall-a: {site: hall, chip: a, owner: lab}
"""
case(
    "lease-with-options",
    LET
    + FIXED_WANTS
    + """
contracts:
  rent: {buyer: lab, seller: crusoe, status: signed, from: 2027-01-11, through: 2036-12-31, clauses: {hall: {kind: lease, site: hall, options: [q, r], rent: {2027-01: 150 USD/kW-month, 2027-06-10: 120 USD/kW-month}}}}
  cloud: """
    + ON_DEMAND,
    through="2027-12",
    **SLICED,
)

case(
    "lease-offered",
    LET
    + FIXED_WANTS
    + """
contracts:
  rent: {buyer: lab, seller: crusoe, status: offer, sign_by: 2026-12-01, from: 2027-02-01, through: 2036-12-31, clauses: {hall: {kind: lease, site: hall, phases: [p], options: [q], rent: 1200000 USD/MW-year}}}
  cloud: """
    + ON_DEMAND,
    through="2027-12",
    **SLICED,
)

case(
    "take-or-pay",
    FIXED_WANTS
    + """
contracts:
  fixed: {buyer: lab, seller: north, status: signed, from: 2026-08-15, through: 2028-08-14, clauses: {rate: {kind: price, chip: a, price: 2.5 USD/chip-hour, chips: 100}, floor: {kind: take_or_pay, chip: a, floor: 800000 chip-hour/year, deficiency: 1.9 USD/chip-hour}}}
  other: {buyer: lab, seller: south, status: signed, from: 2026-10-01, through: 2027-09-30, clauses: {rate: {kind: price, chip: b, price: 2.8 USD/chip-hour, chips: 100}, floor: {kind: take_or_pay, floor: 600000 chip-hour/year, deficiency: 1.5 USD/chip-hour, taken: {2026-12-31: 90000 chip-hour}}}}
  cloud: """
    + ON_DEMAND.replace("3 USD", "2 USD"),
    through="2028-02",
    **SLICED,
)

case(
    "take-or-pay-offered",
    FIXED_WANTS
    + """
contracts:
  deal: {buyer: lab, seller: north, status: offer, sign_by: 2026-12-15, from: 2027-02-01, through: 2028-01-31, clauses: {rate: {kind: price, chip: a, price: 1.4 USD/chip-hour, chips: 100}, floor: {kind: take_or_pay, floor: 900000 chip-hour/year, deficiency: 1.2 USD/chip-hour}}}
  bad: {buyer: lab, seller: south, status: offer, sign_by: 2026-12-15, from: 2027-02-01, through: 2028-01-31, clauses: {rate: {kind: price, chip: b, price: 1.3 USD/chip-hour, chips: 100}, floor: {kind: take_or_pay, floor: 2000000 chip-hour/year, deficiency: 1.2 USD/chip-hour}}}
  cloud: """
    + ON_DEMAND.replace("3 USD", "2 USD"),
    through="2028-04",
    **SLICED,
)

case(
    "take-or-pay-to-one-who-decides",
    FIXED_WANTS
    + """
pools: {north-a: {provider: north, chip: a, resource_cost: 0.8 USD/chip-hour}}
contracts:
  deal: {buyer: lab, seller: north, status: signed, from: 2027-01-01, through: 2027-12-31, clauses: {rate: {kind: price, pool: north-a, price: 2.6 USD/chip-hour, chips: 100}, floor: {kind: take_or_pay, floor: 500000 chip-hour/year, deficiency: 3.5 USD/chip-hour}}}
  cloud: """
    + ON_DEMAND.replace("3 USD", "2.5 USD"),
    decides="north",
    **SLICED,
)

case(
    "commitment-by-year",
    FIXED_WANTS
    + """
contracts:
  cloud: {buyer: lab, seller: cloud, status: signed, from: 2026-08-15, through: 2028-08-14, clauses: {rate: {kind: price, chip: a, price: 3 USD/chip-hour}, block: {kind: reservation, chip: b, chips: 20, price: 2 USD/chip-hour}, commit: {kind: commitment, amount: 1500000 USD, burned: {2026-10-31: 200000 USD, 2026-12-31: 400000 USD}}, other: {kind: commitment, amount: 900000 USD, clauses: [rate]}}}
""",
    through="2028-02",
    **SLICED,
)

case(
    "commitment-by-term",
    FIXED_WANTS
    + """
contracts:
  cloud: {buyer: lab, seller: cloud, status: signed, from: 2026-10-01, through: 2027-05-12, clauses: {rate: {kind: price, chip: a, price: 3 USD/chip-hour}, commit: {kind: commitment, amount: 2500000 USD, each: term, burned: {2026-12-31: 700000 USD}}}}
  long: {buyer: lab, seller: south, status: signed, from: 2027-02-01, through: 2030-01-31, clauses: {rate: {kind: price, chip: b, price: 3.1 USD/chip-hour}, commit: {kind: commitment, amount: 9000000 USD, each: term}}}
  floor: {buyer: lab, seller: north, status: signed, from: 2027-01-01, through: 2027-12-31, clauses: {rate: {kind: price, chip: b, price: 3.3 USD/chip-hour}, floor: {kind: take_or_pay, floor: 50000 chip-hour/year, deficiency: 2 USD/chip-hour}, commit: {kind: commitment, amount: 400000 USD, each: contract year}}}
""",
    through="2027-12",
    **SLICED,
)

case(
    "exclusivity",
    FIXED_WANTS
    + """
contracts:
  home: {buyer: lab, seller: north, status: signed, from: 2026-07-01, through: 2028-12-31, clauses: {rate: {kind: price, chip: a, price: 3.5 USD/chip-hour}, only: {kind: exclusivity, workloads: [chat], from: 2027-02-11, through: 2027-04-20}}}
  cloud: """
    + ON_DEMAND.replace("3 USD", "1.5 USD")
    + """
  spare: {buyer: lab, seller: south, status: signed, from: 2026-07-01, through: 2028-12-31, clauses: {rate: {kind: price, chip: b, price: 2 USD/chip-hour, chips: 40}}}
""",
    **SLICED,
)

case(
    "exclusivity-offered",
    FIXED_WANTS
    + """
contracts:
  home: {buyer: lab, seller: north, status: offer, sign_by: 2026-12-01, from: 2027-01-01, through: 2028-12-31, clauses: {rate: {kind: price, chip: a, price: 1.2 USD/chip-hour, chips: 80}, only: {kind: exclusivity, workloads: [chat], except: [south]}}}
  cloud: """
    + ON_DEMAND.replace("3 USD", "1.5 USD")
    + """
  spare: {buyer: lab, seller: south, status: signed, from: 2026-07-01, through: 2028-12-31, clauses: {rate: {kind: price, chip: b, price: 2.4 USD/chip-hour, chips: 40}}}
""",
    **SLICED,
)

case(
    "revenue-share",
    FIXED_WANTS
    + """
revenues: {resale: {party: cloud, amount: {2026-01: 100000 USD/month, 2027-03-10: 150000 USD/month}}}
contracts:
  cloud: {buyer: lab, seller: cloud, status: signed, from: 2026-07-01, through: 2028-12-31, clauses: {rate: {kind: price, chip: a, price: 3 USD/chip-hour, chips: 90}, share: {kind: revenue_share, payer: lab, payee: cloud, rate: {2026-01: 20 %, 2027-04-11: 45 %}, through: 2027-06-10}, back: {kind: revenue_share, payer: cloud, payee: lab, streams: [resale], rate: 20 %}}}
""",
    through="2027-08",
    **SLICED,
)

case(
    "revenue-share-capped",
    FIXED_WANTS
    + """
contracts:
  cloud: {buyer: lab, seller: cloud, status: signed, from: 2026-07-01, through: 2028-12-31, clauses: {rate: {kind: price, chip: a, price: 3 USD/chip-hour, chips: 130}, share: {kind: revenue_share, payer: lab, payee: cloud, streams: [chat], rate: 30 %, cap: 500000 USD, paid: 60000 USD}}}
""",
    through="2027-11",
    **SLICED,
)

case(
    "revenue-share-to-one-who-decides",
    FIXED_WANTS
    + """
pools: {cloud-a: {provider: cloud, chip: a, resource_cost: 1 USD/chip-hour}}
contracts:
  cloud: {buyer: lab, seller: cloud, status: signed, from: 2026-07-01, through: 2028-12-31, clauses: {rate: {kind: price, pool: cloud-a, price: 0.5 USD/chip-hour, chips: 130}, share: {kind: revenue_share, payer: lab, payee: cloud, streams: [chat], rate: 30 %, cap: 400000 USD, paid: 60000 USD}}}
""",
    through="2027-11",
    decides="cloud",
    **SLICED,
)

FUNDED = (
    "sites:"
    + SITE
    + """
    phases: {p: {power: 0.05 MW, ready: 2026-01-01, capex: 300000 USD}, q: {power: 0.05 MW, ready: 2026-01-01, capex: 300000 USD}}
pools:
  hall-a: {site: hall, chip: a, owner: lab}
"""
    + WANTS
)
case(
    "tranches-by-date",
    FUNDED
    + """
  bank: {buyer: lab, seller: bank, status: signed, from: 2027-01-01, through: 2030-12-31, clauses: {fund: {kind: capital_commitment, investor: bank, recipient: lab, share: 50 %, tranches: [{amount: 700000 USD}, {amount: 500000 USD, from: 2027-04-15}, {amount: 600000 USD, from: 2027-10-01}]}}}
""",
    through="2027-12",
)

case(
    "tranche-on-a-condition",
    FUNDED
    + """
  bank: {buyer: lab, seller: bank, status: signed, from: 2027-01-01, through: 2030-12-31, clauses: {fund: {kind: capital_commitment, investor: bank, recipient: lab, tranches: [{amount: 900000 USD}, {amount: 5000000 USD, from: 2027-01-01, when: {power: 0.04 MW, sites: [hall]}}]}}}
""",
    through="2027-12",
)

case(
    "purchase",
    "sites:"
    + SITE
    + """
    phases: {p: {power: 0.2 MW, ready: 2026-01-01, built: true}}
pools:
  hall-c: {site: hall, chip: c, owner: lab}
  hall-d: {site: hall, chip: d, owner: lab}
"""
    + WANTS
    + """
  maker: {buyer: lab, seller: maker, status: signed, from: 2027-01-01, through: 2027-12-31, clauses: {order: {kind: purchase, chip: c, price: {2027-01: 28000 USD/chip, 2027-07: 24000 USD/chip}, least: 5 chips/quarter, most: {2027-01: 30 chips/quarter, 2027-07: 60 chips/quarter}, deposit: 20 %, lead_time: 4 months}}}
  deal: {buyer: lab, seller: dealer, status: offer, sign_by: 2026-12-01, from: 2027-04-01, through: 2027-12-31, clauses: {order: {kind: purchase, chip: d, price: 26000 USD/chip, least: 20 chips/quarter, most: 30 chips/quarter}}}
""",
    through="2027-12",
    chips="""  c: {bf16: 1e15 FLOP/s, it_power: 1 kW, vendor: maker, available: 2026-01-01, life: 4 y}
  d: {bf16: 1e15 FLOP/s, it_power: 1.5 kW, vendor: maker, price: 40000 USD/chip, available: 2026-01-01, life: 4 y}""",
)

REFUSAL_WANTS = """
workloads:
  chat: {kind: serving, chips: {2027-01: 20, 2027-04: 120, 2027-07: 200}, revenue: 5 USD/chip-hour, unserved: 1 USD/chip-hour}
"""
ELSEWHERE = """
  home: {buyer: lab, seller: azure, status: signed, signed: 2026-01-15, from: 2026-01-15, through: 2029-12-31, clauses: {takes: {kind: reservation, chip: a, chips: {take: quarterly, most: {2027-01: 100, 2027-07: 150}}, price: 2 USD/chip-hour}, first: {kind: first_refusal, %s}}}
  away: {buyer: lab, seller: other, status: offer, sign_by: 2026-12-01, from: 2027-04-01, through: 2028-12-31, clauses: {block: {kind: reservation, chip: a, chips: 120, price: 1.2 USD/chip-hour}}}
"""
case("first-refusal-whole", REFUSAL_WANTS + "contracts:" + ELSEWHERE % "partial: false", through="2027-09")
case("first-refusal-partial", REFUSAL_WANTS + "contracts:" + ELSEWHERE % "partial: true", through="2027-09")
case(
    "first-refusal-matched", REFUSAL_WANTS + "contracts:" + ELSEWHERE % "partial: true, match: true", through="2027-09"
)
case(
    "first-refusal-small-need",
    REFUSAL_WANTS
    + "contracts:"
    + ELSEWHERE.replace("chips: 120,", "chips: 60,")
    % "partial: false, ability: {azure-a: {2027-01: 0.08 MW, 2027-07: 0.12 MW}}, respond_within: 60 d",
    through="2027-09",
)
case(
    "first-refusal-declined",
    REFUSAL_WANTS + "contracts:" + ELSEWHERE % "partial: true, declined: [away]",
    through="2027-09",
)
case(
    "first-refusal-against-takes-and-phases",
    "sites:"
    + SITE
    + """
    phases: {p: {power: 0.05 MW, ready: 2026-01-01, capex: 300000 USD}}
pools:
  hall-a: {site: hall, chip: a, owner: lab}
"""
    + REFUSAL_WANTS
    + "contracts:"
    + (ELSEWHERE % "partial: true").replace("chips: 120,", "chips: {take: quarterly, most: 90},"),
    through="2027-09",
)
case(
    "first-refusal-against-rent",
    REFUSAL_WANTS
    + "contracts:"
    + ELSEWHERE % "partial: true"
    + """
  rent: {buyer: lab, seller: third, status: signed, from: 2026-07-01, through: 2028-12-31, clauses: {rate: {kind: price, chip: a, price: 1.9 USD/chip-hour, chips: 80}}}
""",
    through="2027-09",
)
