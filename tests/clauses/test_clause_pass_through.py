"""`pass_through`, worked by hand: energy at the tariff, up to a PUE, and tax on it as a line of its own."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small import between, chip_hours, load, money, paid, plan, solved
from test_postings import amounts, book_of

import gigawatt as gw
from gigawatt.model.facts import Energy, Facts, Metered
from gigawatt.planner.restating import facts_of, restated, settle

HEAD = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: 2027-03}
finance: {discount: 0 %/year}
chips: {block: {it_power: 10 kW}}
workloads: {chat: {kind: serving, chips: 100, unserved: WORTH USD/chip-hour}}
contracts:
  lumen: {buyer: acme, seller: lumen, STATUS, from: 2027-01-16, through: 2027-12-31, clauses: {
    gpus: {kind: reservation, chip: block, chips: 60, price: 2 USD/chip-hour}, power: {kind: pass_through, TERMS}}}
"""
SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2027-01-10"
TERMS = "price: 60 USD/MWh, pue: 1.3, pue_cap: 1.2, tax: 8 %, tax_to: county"


def text(terms: str, status: str = SIGNED, worth: str = "10") -> str:
    return HEAD.replace("TERMS", terms).replace("STATUS", status).replace("WORTH", worth)


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_pass_through_worked_example(status: str) -> None:
    """The words: "Customer pays the metered energy of its GPUs at the utility's tariff without mark-up, at a PUE of no
    more than 1.20; sales tax of 8 per cent is shown apart." The tariff is 60.00 per MWh, the hall's PUE 1.30.

    60 chips of 10 kW from 16 January: 60 x 384 h x 0.01 MW x 1.2 = 276.48 MWh, x 60 = 16,588.80; tax 1,327.10.
    February: 483.84 MWh = 29,030.40; tax 2,322.43. March: 535.68 MWh = 32,140.80; tax 2,571.26.
    """
    answer = plan(text(TERMS, status))
    total = paid(answer, "lumen/power")
    assert total == money(m2027_01="17915.90", m2027_02="31352.83", m2027_03="34712.06")
    assert between(answer, "lumen/power") == {("acme", "lumen", "energy"), ("acme", "county", "tax")}


def test_the_bill_is_what_was_metered_up_to_the_cap() -> None:
    """The meter has 100 MWh of chips and 115 of the hall, under the cap of 120; then 125, above it: 120 x 60."""
    clause, book = book_of(text(TERMS), "lumen/power")
    use = tuple(Metered("lumen-block", "chat", month, "all", Decimal(9_000)) for month in ("2027-01", "2027-02"))
    energy = (
        Energy("lumen-block", "2027-01", Decimal(100), Decimal(115)),
        Energy("lumen-block", "2027-02", Decimal(100), Decimal(125)),
        Energy("elsewhere", "2027-02", Decimal(77), Decimal(77)),
    )
    postings = clause.post(book, Facts(use=use, energy=energy))
    assert amounts(postings) == [("2027-01", 690_000), ("2027-02", 720_000), ("2027-01", 55_200), ("2027-02", 57_600)]
    assert [(each.payee, each.what) for each in postings[1:3]] == [("lumen", "energy"), ("county", "tax")]


def test_nothing_is_billed_that_was_not_metered() -> None:
    clause, book = book_of(text(TERMS), "lumen/power")
    assert clause.post(book, Facts(use=(Metered("lumen-block", "chat", "2027-01", "all", Decimal(9)),))) == []


def test_the_tariff_of_a_month_is_the_mean_of_its_days() -> None:
    """60.00 to 15 February and 90.00 after it: 14 days of each, 75.00, on 60 x 672 h x 0.01 MW = 403.2 MWh."""
    answer = plan(text("price: {2026-01: 60 USD/MWh, 2027-02-15: 90 USD/MWh}"))
    assert paid(answer, "lumen/power")["2027-02"] == Decimal("30240.00")


def test_where_nothing_is_said_of_a_pue_the_chips_alone_are_charged() -> None:
    """60 x 384 h x 0.01 MW = 230.4 MWh x 60."""
    assert paid(plan(text("price: 60 USD/MWh")), "lumen/power")["2027-01"] == 13_824


def test_energy_is_a_cost_of_use_so_that_idle_chips_are_cheaper_than_work_that_earns_less() -> None:
    """0.01 MW x 60 = 0.60 an hour: work worth 0.59 is left, worth 0.61 done; the chips are paid for either way."""
    assert chip_hours(plan(text("price: 60 USD/MWh", worth="0.59")), "lumen-block") == {}
    assert chip_hours(plan(text("price: 60 USD/MWh", worth="0.61")), "lumen-block")["2027-03"] == 44_640


def test_an_offer_is_refused_with_its_energy() -> None:
    """Chips at 2.00 and energy at 0.60: at 2.59 an hour the work is not worth them, at 2.61 it is."""
    assert plan(text("price: 60 USD/MWh", OFFER, worth="2.59")).tables["offers"]["signed"].to_list() == [False]
    assert plan(text("price: 60 USD/MWh", OFFER, worth="2.61")).tables["offers"]["signed"].to_list() == [True]


def test_in_a_pool_that_another_contract_fills_too_an_offer_charges_only_if_it_is_signed() -> None:
    """The energy of all the pool's chips, 0.60 an hour, comes with the offer: it is left, and costs nothing."""
    other = "  more: {buyer: acme, seller: lumen, status: signed, from: 2027-01-01, clauses: {"
    other += "gpus: {kind: reservation, chip: block, chips: 30, price: 1 USD/chip-hour}}}\n"
    for worth, signed in (("2.50", False), ("10", True)):
        answer = plan(text("price: 60 USD/MWh", OFFER, worth) + other)
        assert answer.tables["offers"]["signed"].to_list() == [signed]
        energy = 90 * 744 * Decimal("0.60") if signed else 0
        assert paid(answer, "lumen/power").get("2027-03", 0) == energy


def test_a_clause_that_begins_within_the_contract_charges_its_own_days() -> None:
    """From 24 January: 8 of the contract's 16 days, half of 23,040 chip-hours x 0.01 x 60."""
    assert paid(plan(text("price: 60 USD/MWh, from: 2027-01-24")), "lumen/power")["2027-01"] == 6_912


def test_energy_of_some_workloads_alone() -> None:
    """Batch takes 20 of the 60 chips, by its worth: 20 x 744 h x 0.01 MW x 60 in March."""
    two = text("price: 60 USD/MWh, for: [batch]").replace(
        "workloads: {", "workloads: {batch: {kind: serving, chips: 20, unserved: 90 USD/chip-hour}, "
    )
    assert paid(plan(two), "lumen/power")["2027-03"] == 8_928


HOSTED = """
programme: stargate
decides: DECIDES
horizon: {from: 2027-02, through: 2027-03}
finance: {discount: 0 %/year}
chips: {block: {it_power: 2 kW}}
sites:
  abilene: {landlord: oracle, operator: oracle, pue: 1.25, energy: 50 USD/MWh, phases: {
    b1: {power: 1 MW, ready: 2026-01-01, built: true}}}
pools: {abilene-block: {site: abilene, chip: block, owner: oracle, existing: 80}}
workloads:
  chat: {kind: serving, owner: openai, chips: 60, revenue: 10 USD/chip-hour}
  own: {kind: serving, owner: oracle, chips: 20, revenue: 9 USD/chip-hour}
contracts:
  hosting: {buyer: openai, seller: oracle, STATUS, from: FROM, clauses: {
    use: {kind: price, pool: abilene-block, price: 1 USD/chip-hour},
    power: {kind: pass_through, METERED, price: 50 USD/MWh, pue_cap: CAP, tax: 1 %, tax_to: state}}}
"""


@pytest.mark.parametrize("metered", ["site: abilene", "pool: abilene-block", "price: 50 USD/MWh"])
@pytest.mark.parametrize("decides", ["oracle", "[openai, oracle]"])
def test_at_a_site_of_those_who_decide_the_buyer_s_part_is_passed_on(metered: str, decides: str) -> None:
    """From 15 February: half of 60 x 672 h x 0.002 MW x 1.25 = 50.4 MWh; March 111.6. Of what the operator pays it has
    that back. Where the buyer decides as well, all Use at the site is charged to it, Oracle's own too: 80 chips."""
    filled = HOSTED.replace("DECIDES", decides).replace("STATUS", SIGNED).replace("FROM", "2027-02-15")
    filled = filled.replace("METERED, ", "" if "price" in metered else f"{metered}, ").replace("CAP", "1.5")
    energy = {
        row["month"]: row["amount"]
        for row in plan(filled).tables["cash"].iter_rows(named=True)
        if row["by"] == "hosting/power" and row["what"] == "energy"
    }
    chips = 60 if decides == "oracle" else 80
    assert energy == {"2027-02": chips * Decimal(42), "2027-03": chips * Decimal(93)}


few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@few
@given(
    decides=st.sampled_from(["openai", "oracle", "[openai, oracle]"]),
    status=st.sampled_from([SIGNED, "status: offer, sign_by: 2027-02-01"]),
    start=st.sampled_from(["2026-01-01", "2027-02-01", "2027-02-11", "2027-03-20"]),
    cap=st.sampled_from(["1", "1.2", "1.25", "1.3"]),
)
def test_what_is_planned_is_what_the_plan_s_own_meter_bills(decides: str, status: str, start: str, cap: str) -> None:
    filled = HOSTED.replace("DECIDES", decides).replace("STATUS", status).replace("FROM", start).replace("CAP", cap)
    draft, x = solved(filled.replace("METERED", "site: abilene"))
    count = len(settle(draft, facts_of(draft, x)))
    for row in restated(draft, x).iter_rows(named=True):
        assert row["fit"] == "exact"
        assert abs(row["difference"]) <= Decimal("0.02") * (count + 1), row


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        (
            "price: 60 USD/MWh, chip: block, pool: lumen-block",
            "names what is metered by `chip` and by `pool`; keep one",
        ),
        ("price: 60 USD/MWh, pue_cap: 0.9", "0.9 is below one, and no facility takes less than its chips"),
        ("price: 60 USD/MWh, tax: 8 %", "is stated, and not to whom it is due; name the party by `tax_to`"),
        ("price: 60 USD/MWh, tax: 8 %, tax_to: acme", "acme, the buyer, would owe the tax to itself"),
        ("price: 60 USD/chip-hour", "60 USD/chip-hour where USD/MWh is due"),
        ("price: {2027-02: 60 USD/MWh}", "has no value on 2027-01-16"),
        ("price: 60 USD/MWh, site: nowhere", "there is no site 'nowhere'"),
    ],
)
def test_terms_that_cannot_be_are_refused(terms: str, message: str) -> None:
    with pytest.raises(gw.ProgrammeError) as refused:
        load(text(terms))
    assert message in str(refused.value)


def test_chips_whose_power_nobody_states_are_refused_by_name() -> None:
    with pytest.raises(
        gw.ProgrammeError, match="charges the energy of pool lumen-block, and chip block states no power"
    ):
        load(text("price: 60 USD/MWh").replace("{it_power: 10 kW}", "{memory: 80 GB}"))
