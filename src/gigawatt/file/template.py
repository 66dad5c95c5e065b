"""The programme that `gigawatt init` writes: small, commented, and whole enough to be planned as it stands."""

from __future__ import annotations

FILE = "programme.yaml"
"""How the file is called."""


def template(schema: str | None = None) -> str:
    """The text of the file; with `schema`, the place of a JSON Schema, editors complete and check it."""
    line = f"# yaml-language-server: $schema={schema}\n" if schema is not None else ""
    return line + _TEXT


_TEXT = """\
# A programme: who takes part, what is wanted, and what was promised. `gigawatt check` reads it and names every fault,
# `gigawatt plan` finds the best plan that keeps every clause. Change the figures, run them again, and compare.

programme: acme
decides: acme                          # whose choices are planned; a list where several decide together
horizon: {from: 2027-01, through: 2028-06}
currency: USD
finance: {discount: 8 %/year}          # what a year makes of later money

# What is wanted, here in chips; `tokens: 8.6e12 token/day` or `flop: 3.5e24 FLOP` serve as well.
# `unserved` is what is lost for each chip-hour that is not served: the plan may choose to lose it.
workloads:
  chat:                                # comes by the hour and is served then
    kind: serving
    chips: {value: 220, growth: 2 %/month, assumed: true, note: our own forecast}
    unserved: 12 USD/chip-hour
  finetune:                            # one run, on one provider's chips, inside a window
    kind: training
    chips: 256
    from: 2027-05
    through: 2027-06
    unserved: 9 USD/chip-hour
  research:                            # any hour of its month will do
    kind: research
    use: 60_000 chip-hour/month
    unserved: 3.20 USD/chip-hour

# What was promised. A clause that names a chip makes the pool `<seller>-<chip>`; common chips are known already.
contracts:
  lumen-order-7:
    buyer: acme
    seller: lumen
    status: signed
    from: 2026-07-01
    through: 2027-06-30                # inclusive; `until` is not
    payment: {invoice: monthly in arrears, net: 30 d}
    clauses:
      gpus: {kind: reservation, chip: h100, chips: 256, price: 2.10 USD/chip-hour, cite: "2.1"}

  azure-2026:
    buyer: acme
    seller: azure
    status: signed
    from: 2026-07-01
    through: 2028-06-30
    clauses:
      rate: {kind: price, chip: h100, price: {2026-07: 4.10 USD/chip-hour, 2027-07: 3.80 USD/chip-hour}}
      # The least that is spent in each contract year, and what of it was spent before the plan begins.
      commit: {kind: commitment, amount: 3e6 USD, each: contract year, burned: {2026-12-31: 1_140_000 USD}}

  fjord-offer:                         # an offer is a decision: the plan signs it, or says at what price it would
    buyer: acme
    seller: fjord
    status: offer
    sign_by: 2026-12-15
    from: 2027-04-01
    through: 2028-03-31
    clauses:
      gpus: {kind: reservation, chip: h200, chips: {min: 128, max: 256, step: 8}, price: 2.30 USD/chip-hour}
"""
