"""Why there is no plan: clauses that only write into rows of physics, whole numbers alone, and what is closed."""

from __future__ import annotations

import polars as pl
import pytest

import gigawatt as gw
from tests.programmes import load_text

HEAD = """
programme: contradictions
decides: lab
horizon: {from: 2027-01, through: 2027-03}
finance: {discount: 0 %/year}
parties: {lab: {}, bank: {}, acme: {}, lumen: {}, fjord: {}, gale: {}}
chips: {unit: {it_power: 1 kW}}
"""


def told(text: str) -> list[str]:
    """The lines of the error, without where in the file each stands."""
    with pytest.raises(gw.Infeasible) as caught:
        gw.plan(load_text(HEAD + text))
    return [line.split(" (")[0].removeprefix("  - ") for line in str(caught.value).splitlines()]


def test_chips_let_beyond_what_stands_name_the_reservation() -> None:
    """It writes no row of its own: 200 chips are let to acme of a pool of 100."""
    lines = told("""
sites: {hall: {landlord: lab, operator: lab, energy: 60 USD/MWh, phases: {
  a: {power: 1 MW, ready: 2026-01, built: true}}}}
pools: {hall-unit: {site: hall, chip: unit, owner: lab, existing: 100}}
workloads: {chat: {kind: serving, chips: 10, revenue: 5 USD/chip-hour}}
contracts:
  let: {buyer: acme, seller: lab, status: signed, clauses: {
    chips: {kind: reservation, pool: hall-unit, chips: 200, price: 3 USD/chip-hour}}}
""")
    assert lines[0] == "no plan keeps all of these together:"
    assert "let/chips: reservation between acme and lab" in lines


def test_what_only_whole_phases_forbid_is_named_and_said_to_be_so() -> None:
    """A phase of 10 million earns and has half of its money: half of it could be built, and lab must gain something."""
    lines = told("""
sites: {hall: {landlord: lab, operator: lab, energy: 0 USD/MWh, phases: {
  a: {power: 2 MW, ready: 2027-01, built: true}, b: {power: 2 MW, ready: 2027-01, capex: 10e6 USD}}}}
pools: {hall-unit: {site: hall, chip: unit, owner: lab, existing: 3000}}
workloads: {chat: {kind: serving, chips: 3000, revenue: 10 USD/chip-hour}}
contracts:
  use: {buyer: acme, seller: lab, status: signed, clauses: {
    chips: {kind: reservation, pool: hall-unit, chips: 2500, price: 3 USD/chip-hour}}}
  fund: {buyer: lab, seller: bank, status: signed, clauses: {
    money: {kind: capital_commitment, investor: bank, recipient: lab, tranches: [{amount: 5e6 USD}]}}}
""")
    assert lines[0] == "no plan keeps all of these together in whole phases and offers, though one does in fractions"
    assert "fund/money: capital commitment between lab and bank" in lines
    assert "use/chips: reservation between acme and lab" in lines


CLOSED = """
workloads: {chat: {kind: serving, chips: 100, unserved: 10 USD/chip-hour}}
pools: {fjord-unit: {provider: fjord, chip: unit, jurisdiction: NO}, gale-unit: {provider: gale, chip: unit}}
contracts:
  one: {buyer: lab, seller: fjord, status: signed, clauses: {
    rate: {kind: price, chip: unit, price: 3 USD/chip-hour}, home: {kind: exclusivity}}}
  two: {buyer: lab, seller: gale, status: signed, clauses: {
    rate: {kind: price, chip: unit, price: 3 USD/chip-hour},
    place: {kind: location, forbidden: [NO], except: [gale-unit]}}}
"""


def test_what_is_unserved_names_the_clauses_that_closed_its_pools() -> None:
    """An exclusivity closes gale's pool, and where it may not run fjord's; nothing else keeps chat from service."""
    plan = gw.plan(load_text(HEAD + CLOSED))
    assert plan.unserved["closed_by"].to_list() == ["one/home two/place"] * 3
    assert plan.unserved["unserved"].sum() == pytest.approx(100 * 24 * 90)


def test_what_is_served_names_none() -> None:
    plan = gw.plan(load_text(HEAD + CLOSED.replace(", home: {kind: exclusivity}}}\n  two", "}}\n  two")))
    assert plan.unserved.filter(pl.col("closed_by").is_not_null()).is_empty()
