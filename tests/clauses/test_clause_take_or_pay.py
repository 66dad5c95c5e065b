"""`take_or_pay`, worked by hand: a floor on what is taken in a contract year, and a price for what falls short."""

from __future__ import annotations

from decimal import Decimal

import pytest
from small import between, chip_hours, load, money, paid, plan

import gigawatt as gw
from gigawatt.model.facts import Facts
from gigawatt.model.verdict import ClauseView

HEAD = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: 2027-06}
finance: {discount: 0 %/year}
workloads:
  chat: {kind: serving, chips: 100, unserved: 10 USD/chip-hour}
"""
SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2026-06-01"


def contract(floor: str, dates: str = "from: 2026-07-01, through: 2028-06-30", status: str = SIGNED) -> str:
    return (
        "contracts:\n"
        f"  lumen: {{buyer: acme, seller: lumen, {status}, {dates}, clauses: {{"
        "rate: {kind: price, chip: h100, price: 2 USD/chip-hour},"
        f"floor: {{kind: take_or_pay, {floor}}}}}}}\n"
    )


FLOOR = "floor: 1000000 chip-hour/year, deficiency: 0.50 USD/chip-hour"


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_take_or_pay_worked_example(status: str) -> None:
    """The words: "In each contract year from 1 July Customer takes or pays for at least 1,000,000 GPU-hours. For each
    that it has not taken by 30 June it pays a deficiency charge of 0.50." 450,000 had been taken by 31 December.

    Taken from January to June: 100 x 4,344 h = 434,400. Short 1,000,000 - 450,000 - 434,400 = 115,600; x 0.50 =
    57,800, due in June.
    """
    answer = plan(HEAD + contract(f"{FLOOR}, taken: {{2026-12-31: 450000 chip-hour}}", status=status))
    assert sum(chip_hours(answer, "lumen-h100").values()) == 434_400
    assert paid(answer, "lumen/floor") == money(m2027_06=57_800)
    assert between(answer, "lumen/floor") == {("acme", "lumen", "deficiency")}


def test_where_nothing_is_stated_the_year_that_the_horizon_cuts_has_its_part_of_the_floor() -> None:
    """181 of 365 days: 495,890.41 less 434,400 = 61,490.41 short; x 0.50 = 30,745.21."""
    assert paid(plan(HEAD + contract(FLOOR)), "lumen/floor") == money(m2027_06="30745.21")


def test_a_year_cut_at_both_ends_counts_from_its_first_day_to_the_last_that_is_planned() -> None:
    """July to March, 274 of 365 days: 750,684.93 less 450,000 taken less 100 x 2,160 = 84,684.93 short; 42,342.47."""
    head = HEAD.replace("through: 2027-06", "through: 2027-03")
    answer = plan(head + contract(f"{FLOOR}, taken: {{2026-12-31: 450000 chip-hour}}"))
    assert paid(answer, "lumen/floor") == money(m2027_03="42342.47")


def test_what_was_taken_is_the_last_that_is_stated_before_the_horizon() -> None:
    """The figure of November gives way to that of December; the one of January lies in what is planned."""
    taken = "{2026-11-30: 1 chip-hour, 2026-12-31: 450000 chip-hour, 2027-01-31: 900000 chip-hour}"
    assert paid(plan(HEAD + contract(f"{FLOOR}, taken: {taken}")), "lumen/floor") == money(m2027_06=57_800)


def test_nothing_is_due_where_more_was_taken_than_the_floor() -> None:
    answer = plan(HEAD + contract(f"{FLOOR}, taken: {{2026-12-31: 600000 chip-hour}}"))
    assert paid(answer, "lumen/floor") == {}
    more = plan(HEAD + contract(f"{FLOOR}, taken: {{2026-12-31: 2000000 chip-hour}}"))
    assert paid(more, "lumen/floor") == {}


def test_each_year_is_due_in_its_own_last_month_and_the_one_that_is_cut_at_the_end() -> None:
    """The year to June at 600,000 x 181/365 is met. July to December, 184 of 366 days (to a leap year's June) of
    1,200,000: 603,278.69 less 100 x 4,416 = 161,678.69 short; 80,839.34."""
    head = HEAD.replace("through: 2027-06", "through: 2027-12")
    floor = "floor: {2026-07-01: 600000 chip-hour/year, 2027-07-01: 1200000 chip-hour/year}"
    answer = plan(head + contract(f"{floor}, deficiency: 0.50 USD/chip-hour"))
    assert paid(answer, "lumen/floor") == money(m2027_12="80839.34")


def test_an_anniversary_inside_a_month_splits_its_use_by_days() -> None:
    """From 16 March: the year to 15 March 2027 has 74 of 365 days here, 202,739.73, of which 100 x 24 x 74 = 177,600
    are taken: 25,139.73 short, 12,569.86 due in March. The year from 16 March has 107 of 366 days, 292,349.73, less
    256,800: 35,549.73 short, 17,774.86 due in June."""
    answer = plan(HEAD + contract(FLOOR, "from: 2026-03-16, through: 2028-03-15"))
    assert paid(answer, "lumen/floor") == money(m2027_03="12569.86", m2027_06="17774.86")


def test_a_contract_that_ends_inside_a_year_owes_its_part_in_its_last_month() -> None:
    """To 15 April: 105 of 365 days, 287,671.23, less 100 x 24 x 105 = 252,000: 35,671.23 short; 17,835.62."""
    answer = plan(HEAD + contract(FLOOR, "from: 2026-07-01, through: 2027-04-15"))
    assert paid(answer, "lumen/floor") == money(m2027_04="17835.62")


def test_years_run_from_the_contract_where_the_clause_begins_later() -> None:
    """The clause is in force from 1 March: 122 of the year's 365 days, 334,246.58, less 100 x 2,928: 20,723.29 due."""
    answer = plan(HEAD + contract(f"{FLOOR}, from: 2027-03-01"))
    assert paid(answer, "lumen/floor") == money(m2027_06="20723.29")


def test_a_clause_that_begins_within_a_month_meters_that_part_of_the_month() -> None:
    """From 16 March, in a contract that runs all the month: 107 of 365 days, 293,150.68, less 100 x 24 x 107 = 256,800:
    36,350.68 short; 18,175.34. Chat is wanted from 9 March alone: 23 days of that month, of which the clause meters 16.
    """
    text = HEAD + contract(f"{FLOOR}, from: 2027-03-16")
    assert paid(plan(text), "lumen/floor") == money(m2027_06="18175.34")
    later = text.replace("{kind: serving,", "{kind: serving, from: 2027-03-09,")
    assert paid(plan(later), "lumen/floor") == money(m2027_06="18175.34")


@pytest.mark.parametrize(("floor", "refused"), [(525_600, False), (525_601, True)])
def test_a_floor_above_what_the_contract_can_deliver_is_refused_with_the_numbers(floor: int, refused: bool) -> None:
    """60 chips for 8,760 hours are 525,600."""
    terms = f"floor: {floor} chip-hour/year, deficiency: 0.50 USD/chip-hour"
    text = HEAD + contract(terms).replace("price: 2 USD/chip-hour", "price: 2 USD/chip-hour, chips: 60")
    if not refused:
        assert plan(text).solve.optimal
        return
    told = (
        "floor: asks for 525,601 chip-hours in the 365 days from 2026-07-01, in which the contract can deliver 525,600"
    )
    with pytest.raises(gw.ProgrammeError, match=told):
        load(text)
    load(text.replace("deficiency:", "not_provided: {2026-09: 1 chip-hour, 2027-09: 1441 chip-hour}, deficiency:"))
    load(text.replace("chips: 60", "chips: {2026-01: 60, 2027-06-30: 100}"))


def test_the_end_of_each_contract_year_is_a_deadline_with_what_is_at_stake() -> None:
    """1,000,000 x 0.50; a lot of the year to June 2026 can be made up to June 2028, and what was carried counts to June
    2027, of the year before that no longer."""
    kept = (
        "make_up: {expires: 2 y, lots: {2026-01-01: 7000 chip-hour}},"
        " carry_forward: {most: 10 %, expires: 1 y, carried: {2026-06-30: 300 chip-hour, 2025-06-30: 9 chip-hour}}"
    )
    programme = load(HEAD + contract(f"{FLOOR}, {kept}").replace("from: 2026-07-01", "from: 2024-07-01"))
    signed = programme.contracts["lumen"]
    view = ClauseView(programme, signed, "lumen", "floor", signed.span, Facts())
    found = sorted((str(one.on), one.what, one.amount, one.words) for one in signed.clauses["floor"].deadlines(view))
    words = "last day to take 1,000,000 chip-hours since 2026-07-01, or pay for what is short"
    assert found == [
        ("2026-06-30", "expiry", None, "last day on which 9 chip-hours carried forward count"),
        ("2027-06-30", "expiry", None, "last day on which 300 chip-hours carried forward count"),
        ("2027-06-30", "floor", 500_000, words),
        ("2028-06-30", "expiry", None, "last day on which 7,000 chip-hours paid for are made up"),
    ]


def test_an_offer_is_refused_with_its_deficiency() -> None:
    """At 9.90 renting saves 0.10 an hour, 43,440 in all; 56,712 would be due for what falls short."""
    text = contract(FLOOR, status=OFFER).replace("price: 2 USD", "price: 9.90 USD").replace("1000000", "1100000")
    answer = plan(HEAD + text)
    assert answer.tables["offers"]["signed"].to_list() == [False]
    assert paid(answer, "lumen/floor") == {}


def test_where_renting_more_is_cheaper_than_falling_short_more_is_rented() -> None:
    """Work worth 1.80 is not worth 2.00, but it is with the 0.50 that it saves, and up to the floor alone: the other
    434,400 - 300,000 chip-hours are not served."""
    head = HEAD.replace("unserved: 10", "unserved: 1.80")
    answer = plan(head + contract(f"{FLOOR}, taken: {{2026-12-31: 700000 chip-hour}}"))
    assert sum(chip_hours(answer, "lumen-h100").values()) == 300_000
    assert paid(answer, "lumen/floor") == {}


def test_only_the_use_of_the_workloads_that_it_is_for_counts() -> None:
    """Batch takes 60 chips beside chat; for batch alone the floor of 181/365 is short by 495,890.41 - 260,640."""
    head = HEAD + "  batch: {kind: serving, chips: 60, unserved: 10 USD/chip-hour}\n"
    assert paid(plan(head + contract(f"{FLOOR}, for: [batch]")), "lumen/floor") == money(m2027_06="117625.21")
    assert paid(plan(head + contract(FLOOR)), "lumen/floor") == {}


SELLING = """
programme: lumen
decides: lumen
horizon: {from: 2027-01, through: 2027-12}
finance: {discount: 0 %/year}
chips: {block: {it_power: 2 kW}}
sites: {hall: {landlord: lumen, operator: lumen, phases: {b1: {power: 1 MW, ready: 2026-01-01, built: true}}}}
pools: {hall-block: {site: hall, chip: block, owner: lumen, existing: 100}}
workloads: {chat: {kind: serving, owner: acme, chips: 100}}
contracts:
  acme:
    buyer: acme
    seller: lumen
    status: signed
    from: 2026-01-01
    clauses:
      rate: {kind: price, pool: hall-block, price: 1 USD/chip-hour}
      floor: {kind: take_or_pay, pool: hall-block, floor: FLOOR chip-hour/year, deficiency: 0.50 USD/chip-hour}
"""


@pytest.mark.parametrize(("floor", "short"), [(1_000_000, 124_000), (876_000, 0), (500_000, 0)])
def test_a_seller_that_decides_cannot_claim_more_than_falls_short(floor: int, short: int) -> None:
    """The buyer uses 100 x 8,760 = 876,000, all at 1.00, more than a deficiency brings."""
    answer = plan(SELLING.replace("FLOOR", str(floor)))
    assert sum(chip_hours(answer, "hall-block").values()) == 876_000
    assert sum(paid(answer, "acme/floor").values()) == Decimal(short) / 2
