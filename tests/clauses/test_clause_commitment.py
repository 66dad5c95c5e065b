"""`commitment`, worked by hand: spend over a contract year or a term; what is not burned down is paid."""

from __future__ import annotations

import pytest
from small import between, chip_hours, money, paid, plan

HEAD = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: 2027-06}
finance: {discount: 0 %/year}
workloads:
  chat: {kind: serving, chips: 100, unserved: 10 USD/chip-hour}
"""
SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2026-06-01"
RATE = "rate: {kind: price, chip: h100, price: 4 USD/chip-hour}"


def contract(
    commit: str, dates: str = "from: 2026-07-01, through: 2028-06-30", status: str = SIGNED, clauses: str = RATE
) -> str:
    return (
        "contracts:\n"
        f"  azure: {{buyer: acme, seller: azure, {status}, {dates}, clauses: {{{clauses},"
        f"commit: {{kind: commitment, {commit}}}}}}}\n"
    )


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_commitment_worked_example(status: str) -> None:
    """The words: "Customer commits to spend 3,000,000 in each year from 1 July. What it has not spent by 30 June is
    invoiced then." By 31 December 1,140,000 had been spent.

    100 chips at 4.00 for 4,344 h: 1,737,600. Short 3,000,000 - 1,140,000 - 1,737,600 = 122,400, in June.
    """
    answer = plan(HEAD + contract("amount: 3e6 USD, burned: {2026-12-31: 1140000 USD}", status=status))
    assert sum(paid(answer, "azure/rate").values()) == 1_737_600
    assert paid(answer, "azure/commit") == money(m2027_06=122_400)
    assert between(answer, "azure/commit") == {("acme", "azure", "shortfall")}


def test_where_nothing_is_stated_the_year_that_the_horizon_cuts_has_its_part() -> None:
    """181 of 365 days of 4,000,000: 1,983,561.64 less 1,737,600 = 245,961.64."""
    assert paid(plan(HEAD + contract("amount: 4e6 USD")), "azure/commit") == money(m2027_06="245961.64")


def test_a_term_is_one_period_that_the_horizon_may_cut() -> None:
    """July 2026 to June 2028 has 731 days, of which 181 are planned: 8,000,000 x 181/731 = 1,980,848.15, less
    1,737,600. With 1,500,000 burned before, 365 days count: 3,994,528.04 - 1,500,000 - 1,737,600 = 756,928.04."""
    term = "amount: 8e6 USD, each: term"
    assert paid(plan(HEAD + contract(term)), "azure/commit") == money(m2027_06="243248.15")
    burned = f"{term}, burned: {{2026-12-31: 1500000 USD}}"
    assert paid(plan(HEAD + contract(burned)), "azure/commit") == money(m2027_06="756928.04")


def test_what_must_be_spent_anyhow_is_spent_before_what_is_cheaper_elsewhere() -> None:
    """Another asks 1.00. 800,000 are due to azure: 200,000 chip-hours there, and the other 234,400 at 1.00."""
    other = (
        "  lumen: {buyer: acme, seller: lumen, status: signed, from: 2027-01-01,"
        " clauses: {rate: {kind: price, chip: h100, price: 1 USD/chip-hour}}}\n"
    )
    commit = "amount: 2e6 USD, burned: {2026-12-31: 1200000 USD}"
    answer = plan(HEAD + contract(commit, "from: 2026-07-01, through: 2027-06-30") + other)
    assert sum(chip_hours(answer, "azure-h100").values()) == 200_000
    assert sum(chip_hours(answer, "lumen-h100").values()) == 234_400
    assert paid(answer, "azure/commit") == {}


TWO = f"{RATE}, held: {{kind: reservation, chip: h200, chips: 10, price: 5 USD/chip-hour}}"


@pytest.mark.parametrize(("counted", "short"), [("", 45_200), ("[held]", 1_782_800), ("[rate]", 262_400)])
def test_only_the_clauses_that_are_named_count(counted: str, short: int) -> None:
    """10 chips held at 5.00 cost 217,200. Rent at 4.00 for all 100 is 1,737,600, and where it counts it costs nothing
    to rent them all, since what is not spent is due anyhow. Of 2,000,000 that leaves 45,200, 1,782,800 or 262,400."""
    named = f", clauses: {counted}" if counted else ""
    commit = f"amount: 2e6 USD, burned: {{2026-12-31: 0 USD}}{named}"
    answer = plan(HEAD + contract(commit, "from: 2026-07-01, through: 2027-06-30", clauses=TWO))
    assert paid(answer, "azure/commit") == money(m2027_06=short)


def test_a_deficiency_counts_as_spend() -> None:
    """The floor of 500,000 chip-hours leaves 65,600 short at 1.00; with 1,737,600 of rent, 1,803,200 of 2,000,000."""
    floor = (
        "floor: {kind: take_or_pay, floor: 2000000 chip-hour/year, deficiency: 1 USD/chip-hour,"
        " taken: {2026-12-31: 1500000 chip-hour}}"
    )
    commit = "amount: 2e6 USD, burned: {2026-12-31: 0 USD}"
    answer = plan(HEAD + contract(commit, "from: 2026-07-01, through: 2027-06-30", clauses=f"{RATE}, {floor}"))
    assert paid(answer, "azure/floor") == money(m2027_06=65_600)
    assert paid(answer, "azure/commit") == money(m2027_06=196_800)


def test_nothing_is_due_once_more_was_burned_than_committed() -> None:
    assert paid(plan(HEAD + contract("amount: 1e6 USD, burned: {2026-12-31: 2e6 USD}")), "azure/commit") == {}


def test_an_offer_is_refused_with_its_commitment() -> None:
    """Renting at 4.00 saves 6.00 an hour, 2,606,400; 20,000,000 x 181/365 is 9,917,808.22, of which 1,737,600 is
    rent."""
    answer = plan(HEAD + contract("amount: 20e6 USD", status=OFFER))
    assert answer.tables["offers"]["signed"].to_list() == [False]
    assert paid(answer, "azure/commit") == {}


SELLING = """
programme: azure
decides: azure
horizon: {from: 2027-01, through: 2027-12}
finance: {discount: 0 %/year}
chips: {block: {it_power: 2 kW}}
sites: {hall: {landlord: azure, operator: azure, phases: {b1: {power: 1 MW, ready: 2026-01-01, built: true}}}}
pools: {hall-block: {site: hall, chip: block, owner: azure, existing: 100}}
workloads: {chat: {kind: serving, owner: acme, chips: 100}}
contracts:
  acme:
    buyer: acme
    seller: azure
    status: signed
    from: 2026-01-01
    clauses:
      rate: {kind: price, pool: hall-block, price: 1 USD/chip-hour}
      commit: {kind: commitment, amount: AMOUNT USD}
"""


@pytest.mark.parametrize("amount", [1_000_000, 400_000])
def test_a_seller_that_decides_gets_the_commitment_or_the_spend_and_never_both(amount: int) -> None:
    """It may withhold chips, and gets its amount all the same; it cannot get a shortfall on top of the spend."""
    answer = plan(SELLING.replace("AMOUNT", str(amount)))
    spend, short = (sum(paid(answer, f"acme/{name}").values()) for name in ("rate", "commit"))
    assert spend + short == max(amount, 876_000)
    assert short == max(0, amount - spend)
