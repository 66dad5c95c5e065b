"""`reservation`, worked by hand: dedicated chips for a fee, used or not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from small import between, chip_hours, load, money, paid, plan, unserved

from gigawatt.errors import ProgrammeError

HEAD = """
programme: acme
decides: acme
horizon: {from: 2027-05, through: 2027-07}
finance: {discount: 0 %/year}
workloads:
  chat: {kind: serving, chips: 100, unserved: 10 USD/chip-hour}
"""
SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2026-06-01"


def contract(clause: str, status: str = SIGNED, dates: str = "from: 2026-07-01, through: 2027-06-30") -> str:
    return (
        "contracts:\n"
        f"  lumen: {{buyer: acme, seller: lumen, {status}, {dates},"
        f" clauses: {{gpus: {{kind: reservation, chip: h100, {clause}}}}}}}\n"
    )


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_reservation_worked_example(status: str) -> None:
    """The words: "Provider holds 256 dedicated GPUs for Customer from 1 July 2026 for twelve months. The fee is 2.10
    per GPU and hour of the term, whether or not used."

    May 256 x 744 x 2.10 = 399,974.40; June 256 x 720 x 2.10 = 387,072.00; the term ends on 30 June. Only 100 are
    used.
    """
    answer = plan(HEAD + contract("chips: 256, price: 2.10 USD/chip-hour", status))
    assert paid(answer, "lumen/gpus") == money(m2027_05="399974.40", m2027_06="387072.00")
    assert between(answer, "lumen/gpus") == {("acme", "lumen", "fee")}
    assert chip_hours(answer, "lumen-h100") == {"2027-05": 74_400, "2027-06": 72_000}
    assert unserved(answer, "chat") == 74_400  # July


def test_an_offer_too_dear_is_refused_and_costs_nothing() -> None:
    """100 of 256 chips used save 1,000 an hour and cost 256 x 4.00 = 1,024."""
    answer = plan(HEAD + contract("chips: 256, price: 4 USD/chip-hour", OFFER))
    assert answer.tables["offers"]["signed"].to_list() == [False]
    assert paid(answer, "lumen/gpus") == {}


def test_a_term_that_begins_inside_a_month_has_its_days_of_fee_and_of_chips() -> None:
    """16 days of May: 64 x 16 x 24 x 2.10 = 51,609.60, at a price that has no value before 16 May."""
    price = "{2027-05-16: 2.10 USD/chip-hour}"
    answer = plan(HEAD + contract(f"chips: 64, price: {price}", dates="from: 2027-05-16, through: 2028-05-15"))
    assert paid(answer, "lumen/gpus")["2027-05"] == Decimal("51609.60")
    assert chip_hours(answer, "lumen-h100")["2027-05"] == 64 * 16 * 24


def test_a_ramp_holds_and_costs_what_each_step_has() -> None:
    """40 chips to 15 June, 120 after: June has 40 x 15 + 120 x 15 = 2,400 chip-days, 57,600 chip-hours at 2.00."""
    answer = plan(HEAD + contract("chips: {2026-07: 40, 2027-06-16: 120}, price: 2 USD/chip-hour"))
    assert paid(answer, "lumen/gpus") == money(m2027_05=59_520, m2027_06=115_200)


@pytest.mark.parametrize(("unserved_price", "chips"), [("10", 112), ("5", 96)])
def test_the_number_of_chips_is_chosen_once_in_whole_steps(unserved_price: str, chips: int) -> None:
    """From 64 in steps of 16. The step from 96 to 112 costs 16 x 2 = 32 an hour and serves 4 chips more, worth 4 x 10
    or 4 x 5."""
    head = HEAD.replace("unserved: 10", f"unserved: {unserved_price}")
    answer = plan(head + contract("chips: {min: 64, max: 128, step: 16}, price: 2 USD/chip-hour", OFFER))
    assert paid(answer, "lumen/gpus") == money(m2027_05=chips * 744 * 2, m2027_06=chips * 720 * 2)


@pytest.mark.parametrize(
    "chips", ["{min: 64, max: 128, step: 16}, price: 11", "{min: 300, max: 460, step: 16}, price: 4"]
)
def test_of_an_offer_refused_no_step_is_taken(chips: str) -> None:
    """Too dear by the chip; or 300 at least, 1,200 an hour to save 1,000, where steps alone would pay."""
    answer = plan(HEAD + contract(f"chips: {chips} USD/chip-hour", OFFER))
    assert paid(answer, "lumen/gpus") == {}
    assert chip_hours(answer, "lumen-h100") == {}


def test_most_must_lie_a_whole_number_of_steps_above_least() -> None:
    with pytest.raises(ProgrammeError, match="whole number of steps"):
        load(HEAD + contract("chips: {min: 64, max: 130, step: 16}, price: 2 USD/chip-hour"))


TAKING = HEAD.replace("2027-05, through: 2027-07", "2027-01, through: 2027-09").replace(
    "chips: 100", "chips: {2027-01: 20, 2027-04: 120, 2027-07: 80}"
)
YEAR = "from: 2027-01-01, through: 2027-12-31"


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_what_is_taken_in_a_quarter_is_kept_and_paid_to_the_end(status: str) -> None:
    """Wanted 20, 120, 80; to be had 40, then 100. Taken 20 and 80 more; the 100 are kept in the third quarter.

    20 x 2,160 x 2 = 86,400; 100 x 2,184 x 2 = 436,800; 100 x 2,208 x 2 = 441,600.
    """
    clause = "chips: {most: {2027-01: 40, 2027-04: 100}, take: quarterly}, price: 2 USD/chip-hour"
    answer = plan(TAKING + contract(clause, status, YEAR))
    months = paid(answer, "lumen/gpus")
    assert sum(months[f"2027-0{m}"] for m in (1, 2, 3)) == 86_400
    assert sum(months[f"2027-0{m}"] for m in (4, 5, 6)) == 436_800
    assert sum(months[f"2027-0{m}"] for m in (7, 8, 9)) == 441_600
    assert answer.tables["take"]["chips"].to_list() == pytest.approx([20, 80])


def test_no_more_is_taken_than_may_be_kept() -> None:
    """120 may stand in the second quarter and 60 from the third on: 60 are taken."""
    clause = "chips: {most: {2027-01: 120, 2027-07: 60}, take: quarterly}, price: 2 USD/chip-hour"
    answer = plan(TAKING + contract(clause, dates=YEAR))
    assert max(answer.tables["capacity"]["chips"]) == pytest.approx(60)


def test_chips_may_be_taken_from_the_first_day_of_a_term_that_begins_inside_a_month() -> None:
    """The most, 100, has no value before 16 February; half of February (13 of 28 days) has them."""
    clause = "chips: {most: {2027-02-16: 100}, take: quarterly}, price: 2 USD/chip-hour"
    head = TAKING.replace("2027-01: 20,", "2027-01: 100,")
    answer = plan(head + contract(clause, dates="from: 2027-02-16, through: 2027-12-31"))
    assert chip_hours(answer, "lumen-h100")["2027-02"] == 100 * 13 * 24
    assert chip_hours(answer, "lumen-h100")["2027-03"] == 74_400


def test_chips_reserved_for_one_workload_serve_no_other() -> None:
    """60 for chat, 30 for all: batch has 30 at most, chat what else it wants."""
    head = HEAD + "  batch: {kind: serving, chips: 80, unserved: 20 USD/chip-hour}\n"
    terms = "buyer: acme, seller: lumen, status: signed, from: 2027-05-01, through: 2027-07-31"
    answer = plan(
        head + f"contracts:\n  lumen:\n    {{{terms}, clauses: {{"
        "own: {kind: reservation, chip: h100, chips: 60, price: 2 USD/chip-hour, for: [chat]},"
        "all: {kind: reservation, chip: h100, chips: 30, price: 2 USD/chip-hour}}}\n"
    )
    assert chip_hours(answer, "lumen-h100", "batch")["2027-06"] == 30 * 720
    assert chip_hours(answer, "lumen-h100", "chat")["2027-06"] == 60 * 720


def test_chips_kept_for_overlapping_workloads_reach_those_that_they_are_for_and_no_others() -> None:
    """10 for a, 20 for a and b, 5 for all, 8 rented for a. c, worth most, has the 5; b the 20; a the 10 and the 8."""
    head = HEAD.replace("  chat: {kind: serving, chips: 100, unserved: 10 USD/chip-hour}\n", "") + "".join(
        f"  {name}: {{kind: serving, chips: 100, unserved: {worth} USD/chip-hour}}\n"
        for name, worth in (("a", 10), ("b", 20), ("c", 30))
    )
    held = "{kind: reservation, chip: h100, price: 1 USD/chip-hour, chips:"
    answer = plan(
        head + "contracts:\n  lumen: {buyer: acme, seller: lumen, status: signed, from: 2027-05-01, clauses: {\n"
        f"    one: {held} 10, for: [a]}}, two: {held} 20, for: [a, b]}}, all: {held} 5}},\n"
        "    rent: {kind: price, chip: h100, price: 2 USD/chip-hour, chips: 8, for: [a]}}}\n"
    )
    served = {name: chip_hours(answer, "lumen-h100", name)["2027-05"] / 744 for name in ("a", "b", "c")}
    assert served == pytest.approx({"a": 18, "b": 20, "c": 5})
    assert paid(answer, "lumen/rent")["2027-05"] == 8 * 744 * 2


def test_chips_that_the_decider_owns_and_lets_to_a_stranger_are_gone() -> None:
    """Of 80 chips 30 are let at 3.00: 50 are left for its own work, 30 x 744 x 3 = 66,960 come in."""
    answer = plan("""
programme: oracle
decides: oracle
horizon: {from: 2027-05, through: 2027-05}
finance: {discount: 0 %/year}
chips: {block: {it_power: 2 kW}}
sites: {hall: {landlord: oracle, operator: oracle, phases: {b1: {power: 1 MW, ready: 2026-01-01, built: true}}}}
pools: {hall-block: {site: hall, chip: block, owner: oracle, existing: 80}}
workloads: {own: {kind: serving, chips: 100, unserved: 10 USD/chip-hour}}
contracts:
  letting:
    buyer: meta
    seller: oracle
    status: signed
    from: 2026-01-01
    clauses: {block: {kind: reservation, pool: hall-block, chips: 30, price: 3 USD/chip-hour}}
""")
    assert chip_hours(answer, "hall-block") == {"2027-05": 50 * 744}
    assert paid(answer, "letting/block") == money(m2027_05=66_960)
