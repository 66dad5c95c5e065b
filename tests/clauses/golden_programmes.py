"""One small programme for each kind of clause, whose model as text is a golden file and whose bill must fit its plan.

Money is not discounted here, so that the figures of the models can be checked by eye.
"""

from __future__ import annotations

_HEAD = """
programme: {kind}
decides: {decides}
horizon: {{from: 2027-01, through: {through}}}
finance: {{discount: 0 %/year}}
"""


def _programme(kind: str, body: str, through: str = "2027-03", decides: str = "acme") -> str:
    return _HEAD.format(kind=kind.replace("_", "-"), through=through, decides=decides) + body


_CHAT = """
workloads: {chat: {kind: serving, chips: 100, unserved: 10 USD/chip-hour}}
"""
_HALL = """
chips: {block: {it_power: 10 kW, vendor: maker, price: 600 USD/chip, supply: 200 chips/quarter}}
pools: {hall-block: {site: hall, chip: block, owner: acme}}
"""

PROGRAMMES: dict[str, str] = {
    "price": _programme(
        "price",
        _CHAT
        + """
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2027-01-16, clauses: {
    gpus: {kind: price, chip: h100, price: {2027-01: 2 USD/chip-hour, 2027-03: 3 USD/chip-hour}, chips: 62}}}
  nimbus: {buyer: acme, seller: nimbus, status: offer, sign_by: 2027-01-10, from: 2027-02-01, clauses: {
    gpus: {kind: price, chip: h100, price: 4 USD/chip-hour, for: [chat]}}}
""",
    ),
    "reservation": _programme(
        "reservation",
        _CHAT
        + """
contracts:
  fixed: {buyer: acme, seller: lumen, status: signed, from: 2027-01-16, clauses: {
    gpus: {kind: reservation, chip: h100, chips: {2027-01: 31, 2027-03: 40}, price: 2 USD/chip-hour}}}
  chosen: {buyer: acme, seller: nimbus, status: offer, sign_by: 2027-01-10, from: 2027-02-01, clauses: {
    gpus: {kind: reservation, chip: h100, chips: {min: 16, max: 48, step: 8}, price: 3 USD/chip-hour}}}
  taken: {buyer: acme, seller: fjord, status: offer, sign_by: 2027-01-10, from: 2027-01-01, clauses: {
    gpus: {kind: reservation, chip: h100, chips: {most: {2027-01: 10, 2027-04: 30}, take: quarterly},
           price: 1 USD/chip-hour}}}
""",
        through="2027-05",
    ),
    "lease": _programme(
        "lease",
        _HALL
        + """
sites:
  hall: {landlord: crusoe, operator: acme, phases: {
    b1: {power: 2 MW, ready: 2027-01-16}, b2: {power: 1 MW, ready: 2027-02-15}}}
workloads: {chat: {kind: serving, chips: {2027-01: 50, 2027-04: 250}, unserved: 1000 USD/chip-hour}}
contracts:
  hall: {buyer: acme, seller: crusoe, status: offer, sign_by: 2027-01-01, from: 2027-01-01, clauses: {
    premises: {kind: lease, site: hall, phases: [b1], options: [b2], rent: 150 USD/kW-month}}}
""",
        through="2027-05",
    ),
    "take_or_pay": _programme(
        "take_or_pay",
        _CHAT
        + """
contracts:
  lumen: {buyer: acme, seller: lumen, status: offer, sign_by: 2026-12-01, from: 2026-03-01, clauses: {
    rate: {kind: price, chip: h100, price: 2 USD/chip-hour},
    floor: {kind: take_or_pay, chip: h100, floor: 1000000 chip-hour/year, deficiency: 0.50 USD/chip-hour,
            taken: {2026-12-31: 700000 chip-hour}}}}
""",
    ),
    "commitment": _programme(
        "commitment",
        _CHAT
        + """
contracts:
  azure: {buyer: acme, seller: azure, status: signed, from: 2026-02-15, through: 2027-12-31, clauses: {
    rate: {kind: price, chip: h100, price: 4 USD/chip-hour},
    held: {kind: reservation, chip: h200, chips: 10, price: 5 USD/chip-hour},
    yearly: {kind: commitment, amount: 2e6 USD, burned: {2026-12-31: 1100000 USD}, clauses: [rate]},
    whole: {kind: commitment, amount: 8e6 USD, each: term}}}
""",
    ),
    "exclusivity": _programme(
        "exclusivity",
        """
workloads:
  api: {kind: serving, chips: 60, unserved: 10 USD/chip-hour}
  chat: {kind: serving, chips: 40, unserved: 10 USD/chip-hour}
contracts:
  azure: {buyer: acme, seller: azure, status: signed, from: 2026-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 4 USD/chip-hour},
    api: {kind: exclusivity, workloads: [api], through: 2027-02-10}}}
  lumen: {buyer: acme, seller: lumen, status: offer, sign_by: 2026-12-01, from: 2026-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 1 USD/chip-hour},
    chat: {kind: exclusivity, workloads: [chat]}}}
""",
    ),
    "first_refusal": _programme(
        "first_refusal",
        """
chips: {block: {it_power: 1 MW}}
workloads:
  need: {kind: serving, chips: {2027-01: 20, 2027-04: 120, 2027-07: 200}, unserved: 16 USD/chip-hour}
contracts:
  azure: {buyer: acme, seller: azure, status: signed, from: 2026-01-01, clauses: {
    blocks: {kind: reservation, chip: block, chips: {most: {2026-01: 100, 2027-07: 150}, take: quarterly},
             price: 4 USD/chip-hour},
    first: {kind: first_refusal, partial: true, match: true, respond_within: 30 d}}}
  elsewhere: {buyer: acme, seller: crusoe, status: offer, sign_by: 2026-12-15, from: 2027-01-01, clauses: {
    phase: {kind: reservation, chip: block, chips: {2027-01: 0, 2027-04: 120}, price: 2.50 USD/chip-hour},
    rent: {kind: price, pool: spot, price: 3 USD/chip-hour, chips: 10}}}
pools: {spot: {provider: crusoe, chip: block}}
""",
        through="2027-07",
    ),
    "revenue_share": _programme(
        "revenue_share",
        """
workloads: {chat: {kind: serving, chips: 100, revenue: 1 USD/chip-hour}}
revenues: {resale: {party: azure, amount: 90000 USD/month}}
contracts:
  azure: {buyer: acme, seller: azure, status: signed, from: 2026-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 0.10 USD/chip-hour},
    share: {kind: revenue_share, payer: acme, payee: azure, rate: {2026-01: 20 %, 2027-02-15: 10 %}, cap: 40000 USD,
            paid: 5000 USD},
    back: {kind: revenue_share, payer: azure, payee: acme, streams: [resale], rate: 20 %}}}
""",
        through="2027-04",
    ),
    "capital_commitment": _programme(
        "capital_commitment",
        _HALL
        + """
sites:
  hall: {landlord: acme, operator: acme, life: 20 y, phases: {
    b1: {power: 1 MW, ready: 2027-01-01, capex: 24e6 USD}, b2: {power: 1 MW, ready: 2027-01-01, capex: 24e6 USD}}}
workloads: {chat: {kind: serving, chips: 200, unserved: 1000 USD/chip-hour}}
contracts:
  equity: {buyer: acme, seller: softbank, status: signed, from: 2026-01-01, clauses: {
    capital: {kind: capital_commitment, investor: softbank, recipient: acme, share: 80 %, tranches: [
      {amount: 30e6 USD}, {amount: 30e6 USD, when: {power: 1 MW, sites: [hall]}}]}}}
""",
        through="2027-04",
    ),
    "purchase": _programme(
        "purchase",
        """
chips: {block: {it_power: 10 kW, vendor: maker, price: 900 USD/chip}}
pools: {hall-block: {site: hall, chip: block, owner: acme}}
sites: {hall: {landlord: acme, operator: acme, phases: {b1: {power: 4 MW, ready: 2026-01-01, built: true}}}}
workloads: {chat: {kind: serving, chips: {2027-01: 100, 2027-04: 250}, unserved: 10 USD/chip-hour}}
contracts:
  frame: {buyer: acme, seller: maker, status: offer, sign_by: 2026-12-01, from: 2027-01-01, clauses: {
    blocks: {kind: purchase, chip: block, price: {2027-01: 600 USD/chip, 2027-04: 480 USD/chip},
             least: 20 chips/quarter, most: 150 chips/quarter, deposit: 20 %, lead_time: 60 d}}}
""",
        through="2027-05",
    ),
}
