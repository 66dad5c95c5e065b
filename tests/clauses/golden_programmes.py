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
  fjord: {buyer: acme, seller: fjord, status: signed, from: 2027-01-01, through: 2027-12-31, clauses: {
    gpus: {kind: price, chip: h100, price: 5 USD/chip-hour, chips: 20, bands: [
      {at_least: 20000 chip-hour, price: 2.50 USD/chip-hour}], escalator: {rate: 10 %/year, from: 2026-03-01}}}}
  vega: {buyer: acme, seller: vega, status: offer, sign_by: 2027-01-10, from: 2027-03-01, clauses: {
    gpus: {kind: price, chip: h100, price: 6 USD/chip-hour, chips: 20, tiers: all_units, each: month, bands: [
      {at_least: 10000 chip-hour, price: 3 USD/chip-hour}]}}}
""",
    ),
    "pass_through": _programme(
        "pass_through",
        """
chips: {block: {it_power: 10 kW}}
workloads: {chat: {kind: serving, chips: 100, unserved: 10 USD/chip-hour}}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2027-01-16, clauses: {
    gpus: {kind: reservation, chip: block, chips: 60, price: 2 USD/chip-hour},
    power: {kind: pass_through, price: {2027-01: 50 USD/MWh, 2027-03: 70 USD/MWh}, pue: 1.3, pue_cap: 1.2, tax: 8 %,
            tax_to: county}}}
  nimbus: {buyer: acme, seller: nimbus, status: offer, sign_by: 2027-01-10, from: 2027-02-01, clauses: {
    gpus: {kind: price, chip: block, price: 2 USD/chip-hour, chips: 20},
    power: {kind: pass_through, chip: block, price: 80 USD/MWh, from: 2027-02-15}}}
""",
    ),
    "prepayment": _programme(
        "prepayment",
        _CHAT
        + """
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2027-01-01, through: 2027-03-31, clauses: {
    gpus: {kind: price, chip: h100, price: 2 USD/chip-hour, chips: 50},
    held: {kind: reservation, chip: h100, chips: 10, price: 1 USD/chip-hour},
    ahead: {kind: prepayment, paid: {2026-12-01: 90000 USD, 2027-02-10: 40000 USD}, drawn: {2026-12-31: 30000 USD},
            clauses: [gpus], share: 75 %}}}
  nimbus: {buyer: acme, seller: nimbus, status: offer, sign_by: 2027-01-10, from: 2027-01, through: 2027-03, clauses: {
    gpus: {kind: price, chip: h100, price: 4 USD/chip-hour, chips: 30},
    ahead: {kind: prepayment, paid: {2027-01-01: 300000 USD}, refundable: true}}}
""",
    ),
    "mfn": _programme(
        "mfn",
        _CHAT
        + """
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2027-01-01, clauses: {
    held: {kind: reservation, chip: h100, chips: 60, price: 2 USD/chip-hour},
    more: {kind: price, chip: h100, price: 3 USD/chip-hour, chips: 20},
    best: {kind: mfn, remedy: rebate, quantity: 100 chips, known: [
      {chip: h100, price: 1.80 USD/chip-hour, from: 2027-01-16, recorded: 2027-02-10}]}}}
  bolt: {buyer: bolt, seller: lumen, status: signed, from: 2027-03-01, clauses: {
    gpus: {kind: price, chip: h100, price: 1.50 USD/chip-hour, chips: 80}}}
  nimbus: {buyer: acme, seller: nimbus, status: offer, sign_by: 2027-01-10, from: 2027-02-01, clauses: {
    gpus: {kind: price, chip: h100, price: 4 USD/chip-hour},
    best: {kind: mfn, known: [{chip: h100, price: 3 USD/chip-hour, from: 2027-03-16}]}}}
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
  late: {buyer: acme, seller: denton, status: signed, from: 2027-01-01, through: 2027-04-15, clauses: {
    gpus: {kind: reservation, chip: h100, chips: {2027-01: 5, 2027-02: 12}, price: 4 USD/chip-hour,
           acceptance: 10 d, delivered: {2027-02: 2027-03-22}, longstop: 30 d, deposit: {amount: 1200 USD},
           damages: {per_day: 1 USD/chip, grace: 3 d, cap: 300 USD}, extend: {for: 1 month, price: 5 USD/chip-hour},
           enlarge: {most: 2, by: 2027-02-28}}}}
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
  hall: {buyer: acme, seller: crusoe, status: offer, sign_by: 2027-01-01, from: 2027-01-01, through: 2027-04-30,
    clauses: {
    premises: {kind: lease, site: hall, phases: [b1], options: [b2], rent: 150 USD/kW-month, due: {b1: 2027-01-06},
               acceptance: 5 d, damages: {per_day: 100 USD/MW}, extend: {for: 15 d, rent: 160 USD/kW-month}}}}
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
  nimbus: {buyer: acme, seller: nimbus, status: signed, from: 2024-02-15, clauses: {
    rate: {kind: price, chip: h200, price: 3 USD/chip-hour},
    floor: {kind: take_or_pay, chip: h200, floor: 500000 chip-hour/year, deficiency: 2 USD/chip-hour,
            taken: {2026-12-31: 450000 chip-hour}, not_provided: {2027-01-20: 5000 chip-hour},
            make_up: {price: 0.50 USD/chip-hour, expires: 24 months, most_per_year: 40000 chip-hour/year,
                      lots: {2025-02-14: 3000 chip-hour, 2026-02-14: 20000 chip-hour}},
            carry_forward: {most: 10 %, expires: 1 year, carried: {2026-02-14: 8000 chip-hour}}}}}
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
    yearly: {kind: commitment, amount: 2e6 USD, burned: {2026-12-31: 1100000 USD}, clauses: [rate],
             also: [more/gpus], what: [rent],
             carry_forward: {most: 20 %, expires: 1 year, carried: {2026-01-31: 50000 USD}}},
    whole: {kind: commitment, amount: 8e6 USD, each: term}}}
  more: {buyer: acme, seller: azure, status: signed, from: 2027-02-20, clauses: {
    gpus: {kind: price, chip: b200, price: 5 USD/chip-hour, chips: 20}}}
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
revenues: {resale: {party: azure, amount: 90000 USD/month}, refunds: {party: others, amount: 4000 USD/month}}
contracts:
  azure: {buyer: acme, seller: azure, status: signed, from: 2026-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 0.10 USD/chip-hour},
    share: {kind: revenue_share, payer: acme, payee: azure, rate: {2026-01: 20 %, 2027-02-15: 10 %}, cap: 40000 USD,
            paid: 5000 USD},
    back: {kind: revenue_share, payer: azure, payee: acme, streams: [resale], rate: 20 %},
    net: {kind: revenue_share, payer: acme, payee: azure, rate: 5 %, base: net, less: [refunds], net_of: {taxes: 10 %},
          guarantee: 45000 USD, arrears: {each: quarter, within: 30 d}, from: 2027-02-01}}}
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
    "warrant": _programme(
        "warrant",
        """
chips: {block: {it_power: 10 kW, vendor: amd}}
pools: {hall-block: {site: hall, chip: block, owner: acme}}
sites: {hall: {landlord: acme, operator: acme, phases: {b1: {power: 3 MW, ready: 2026-01-01, built: true}}}}
workloads: {chat: {kind: serving, chips: 150, unserved: 1 USD/chip-hour}}
contracts:
  frame: {buyer: acme, seller: amd, status: offer, sign_by: 2026-12-01, from: 2027-01-01, clauses: {
    blocks: {kind: purchase, chip: block, price: 6000 USD/chip, most: 150 chips/quarter},
    shares: {kind: warrant, exercise_price: 0.01 USD, count_value: true,
             share_price: {2027-01: 160 USD, 2027-04: 240 USD},
             vests: [{shares: 100, power: 2 MW, chips: [block], by: 2027-06}, {shares: 50, spent: 1e6 USD},
                     {shares: 20, share_price: 200 USD}]}}}
""",
        through="2027-06",
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
             least: 20 chips/quarter, most: 150 chips/quarter, deposit: 20 %, lead_time: 60 d,
             delivered: {2027-04: 2027-04-20}, damages: {per_day: 5 USD/chip, grace: 10 d, cap: 40 USD/chip}}}}
""",
        through="2027-08",
    ),
    "service_level": _programme(
        "service_level",
        _CHAT
        + """
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2026-07-01, through: 2027-03-15, clauses: {
    gpus: {kind: reservation, chip: h100, chips: 40, price: 2 USD/chip-hour},
    uptime: {kind: service_level, target: 99.9 %, credit: {99.5 %: 10 %, 95 %: 30 %}, cap: 25 %, claim: 30 d,
             expected: {2026-07: 99.2 %, 2027-02-15: 90 %}, from: 2027-01-16}}}
  nimbus: {buyer: acme, seller: nimbus, status: offer, sign_by: 2026-12-01, from: 2027-02-01, clauses: {
    rent: {kind: price, chip: h100, price: 3 USD/chip-hour},
    held: {kind: reservation, chip: h200, chips: 10, price: 9 USD/chip-hour},
    uptime: {kind: service_level, target: 99 %, credit: {99 %: 20 %}, clauses: [rent], expected: 98 %}}}
""",
    ),
    "renewal": _programme(
        "renewal",
        _CHAT
        + """
as_of: 2026-10-01
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2026-02-15, through: 2027-02-14, clauses: {
    gpus: {kind: reservation, chip: h100, chips: 40, price: 2 USD/chip-hour},
    trial: {kind: price, chip: h200, price: 1 USD/chip-hour, chips: 5, through: 2027-01-31},
    renewal: {kind: renewal, for: 1 month, unless_notice: 90 d, times: 2, price: {gpus: 3 USD/chip-hour}}}}
  nimbus: {buyer: acme, seller: nimbus, status: offer, sign_by: 2026-12-01, from: 2027-01-01, through: 2027-02-28,
    clauses: {
    gpus: {kind: reservation, chip: h100, chips: {min: 16, max: 48, step: 8}, price: 4 USD/chip-hour},
    floor: {kind: take_or_pay, floor: 300000 chip-hour/year, deficiency: 0.50 USD/chip-hour},
    renewal: {kind: renewal, for: 12 months, on_notice: 30 d}}}
""",
        through="2027-04",
    ),
    "termination": _programme(
        "termination",
        """
workloads: {chat: {kind: serving, chips: {2027-01: 100, 2027-04: 20}, unserved: 10 USD/chip-hour}}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2026-07-01, through: 2028-02-15, clauses: {
    gpus: {kind: reservation, chip: h100, chips: 60, price: 2 USD/chip-hour},
    out: {kind: termination, notice: 60 d, fee: 10 %, option: true}}}
  nimbus: {buyer: acme, seller: nimbus, status: offer, sign_by: 2026-12-01, from: 2027-01-01, through: 2027-12-31,
    clauses: {
    gpus: {kind: reservation, chip: h100, chips: {min: 16, max: 48, step: 8}, price: 3 USD/chip-hour},
    out: {kind: termination, notice: 90 d, fee: 5000 USD, option: true, by: acme}}}
""",
        through="2027-07",
    ),
    "change_of_control": _programme(
        "change_of_control",
        _CHAT
        + """
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2027-01-01, clauses: {
    gpus: {kind: price, chip: h100, price: 2 USD/chip-hour, chips: 62},
    control: {kind: change_of_control, of: lumen, exit_within: 90 d}}}
""",
    ),
    "first_on": _programme(
        "first_on",
        """
workloads:
  chat: {kind: serving, chips: 60, unserved: 10 USD/chip-hour}
  api: {kind: serving, chips: 40, unserved: 10 USD/chip-hour}
contracts:
  azure: {buyer: acme, seller: azure, status: signed, from: 2026-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 4 USD/chip-hour},
    first: {kind: first_on, workloads: [chat], head_start: 45 d, through: 2027-03-15}}}
  lumen: {buyer: acme, seller: lumen, status: offer, sign_by: 2026-12-01, from: 2026-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 1 USD/chip-hour},
    soon: {kind: first_on, workloads: [api], within: 31 d, least: 2}}}
  fjord: {buyer: acme, seller: fjord, status: signed, from: 2026-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 2 USD/chip-hour, chips: 25}}}
""",
    ),
    "location": _programme(
        "location",
        """
workloads:
  records: {kind: serving, chips: 60, unserved: 10 USD/chip-hour}
  chat: {kind: serving, chips: 40, unserved: 10 USD/chip-hour}
pools:
  paris: {provider: lumen, chip: h100, jurisdiction: [FR, EU]}
  dallas: {provider: lumen, chip: h200, jurisdiction: US}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2026-01-01, clauses: {
    paris: {kind: price, pool: paris, price: 4 USD/chip-hour},
    dallas: {kind: price, pool: dallas, price: 2 USD/chip-hour}}}
  bank: {buyer: bank, seller: acme, status: signed, from: 2026-01-01, clauses: {
    residency: {kind: location, for: [records], allowed: [EU], through: 2027-02-14}}}
  licence: {buyer: acme, seller: bureau, status: offer, sign_by: 2026-12-01, from: 2026-01-01, clauses: {
    export: {kind: location, forbidden: [US], chips: [h200], from: 2027-03-01, basis: law},
    grant: {kind: ip_rights, licensee: bureau, subject: audits, once: {amount: 90000 USD, due: 2027-01-31}}}}
""",
    ),
    "ip_rights": _programme(
        "ip_rights",
        _CHAT
        + """
contracts:
  azure: {buyer: acme, seller: azure, status: signed, from: 2026-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 4 USD/chip-hour},
    models: {kind: ip_rights, licensee: azure, subject: models, from: 2027-01-16, expires: 2027-03-10,
             fee: {2026-01: 31000 USD/month, 2027-03: 372000 USD/year}}}}
  tools: {buyer: acme, seller: lumen, status: offer, sign_by: 2026-12-01, from: 2027-01-01, clauses: {
    gpus: {kind: price, chip: h200, price: 1 USD/chip-hour},
    tools: {kind: ip_rights, licensee: acme, subject: tools, once: {amount: 50000 USD, due: 2027-02-10}}}}
""",
    ),
    "information_rights": _programme(
        "information_rights",
        _CHAT
        + """
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2026-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 2 USD/chip-hour},
    roadmap: {kind: information_rights, owner: acme, subject: roadmap, competitors: [rival], stake_above: 5 %}}}
""",
    ),
    "authority": _programme(
        "authority",
        _CHAT
        + """
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2026-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 2 USD/chip-hour},
    duties: {kind: authority, decisions: {capital: [bank], placement: {approvers: [acme], consents: [lumen]}}}}}
""",
    ),
    "determination": _programme(
        "determination",
        _CHAT
        + """
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2026-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 2 USD/chip-hour},
    agi: {kind: determination, event: agi, declares: board, panel: [ann, ben, cleo], least: 2}}}
""",
    ),
}
