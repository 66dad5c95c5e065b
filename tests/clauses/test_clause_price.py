"""`price`, worked by hand: rent of chips by the hour of Use."""

from __future__ import annotations

import pytest
from small import between, chip_hours, money, paid, plan, solved, unserved

HEAD = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: 2027-03}
finance: {discount: 0 %/year}
workloads:
  chat: {kind: serving, chips: 100, unserved: 10 USD/chip-hour}
"""
CONTRACT = """
contracts:
  lumen: {buyer: acme, seller: lumen, STATUS, from: 2027-01-16, through: 2027-12-31, clauses: {gpus: CLAUSE}}
"""
SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2027-01-10"


def contract(clause: str, status: str = SIGNED) -> str:
    return CONTRACT.replace("STATUS", status).replace("CLAUSE", clause)


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_price_worked_example(status: str) -> None:
    """The words: "Customer pays for each GPU-hour used the rate then in force: 2.00 from the Start Date, 3.00 from 1
    March. The Start Date is 16 January."

    100 chips are wanted all the time. January has 16 days in force: 100 x 16 x 24 = 38,400 chip-hours x 2.00 =
    76,800; the 15 days before, 36,000 chip-hours, go unserved. February 67,200 x 2.00 = 134,400; March 74,400 x 3.00
    = 223,200.
    """
    clause = "{kind: price, chip: h100, price: {2027-01-16: 2.00 USD/chip-hour, 2027-03-01: 3.00 USD/chip-hour}}"
    answer = plan(HEAD + contract(clause, status))
    assert chip_hours(answer, "lumen-h100") == {"2027-01": 38_400, "2027-02": 67_200, "2027-03": 74_400}
    assert unserved(answer, "chat") == 36_000
    assert paid(answer, "lumen/gpus") == money(m2027_01=76_800, m2027_02=134_400, m2027_03=223_200)
    assert between(answer, "lumen/gpus") == {("acme", "lumen", "rent")}


def test_a_price_that_steps_inside_a_month_counts_by_days() -> None:
    """February at 2.00 to the 15th and 3.00 after: 15 x 2,400 x 2 + 13 x 2,400 x 3 = 72,000 + 93,600 = 165,600."""
    clause = "{kind: price, chip: h100, price: {2027-01: 2.00 USD/chip-hour, 2027-02-16: 3.00 USD/chip-hour}}"
    assert paid(plan(HEAD + contract(clause)), "lumen/gpus")["2027-02"] == 165_600


def test_no_more_chips_are_on_rent_than_are_offered() -> None:
    """60 chips in February and 80 in March: 60 x 672 = 40,320 and 80 x 744 = 59,520 chip-hours, at 2.00."""
    clause = "{kind: price, chip: h100, price: 2 USD/chip-hour, chips: {2027-02: 60, 2027-03: 80}}"
    answer = plan(HEAD + contract(clause))
    assert chip_hours(answer, "lumen-h100") == {"2027-02": 40_320, "2027-03": 59_520}
    assert paid(answer, "lumen/gpus") == money(m2027_02=80_640, m2027_03=119_040)


def test_an_offer_dearer_than_going_without_is_not_used_and_costs_nothing() -> None:
    answer = plan(HEAD + contract("{kind: price, chip: h100, price: 11 USD/chip-hour}", OFFER))
    assert chip_hours(answer, "lumen-h100") == {}
    assert paid(answer, "lumen/gpus") == {}


def beside(reserved: int, status: str) -> str:
    """Chips reserved at 1.00 under one contract, and rent of more of the same at 3.00 under another."""
    held = f"{{kind: reservation, chip: h100, chips: {reserved}, price: 1 USD/chip-hour}}"
    rent = "{kind: price, chip: h100, price: 3 USD/chip-hour}"
    terms = "{buyer: acme, seller: lumen, from: 2027-01-01, through: 2027-12-31, STATUS, clauses: {gpus: CLAUSE}}"
    return (
        "contracts:\n"
        f"  held: {terms.replace('STATUS', SIGNED).replace('CLAUSE', held)}\n"
        f"  more: {terms.replace('STATUS', status).replace('CLAUSE', rent)}\n"
    )


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_rent_beside_reserved_chips_is_for_what_is_used_beyond_them(status: str) -> None:
    """60 of the pool's chips are reserved: the fee is for 60 x 744 in January, the rent for 40 x 744 x 3 = 89,280."""
    answer = plan(HEAD + beside(60, status))
    assert chip_hours(answer, "lumen-h100")["2027-01"] == 74_400
    assert paid(answer, "held/gpus")["2027-01"] == 44_640
    assert paid(answer, "more/gpus")["2027-01"] == 89_280


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_nothing_is_rented_where_enough_is_reserved(status: str) -> None:
    answer = plan(HEAD + beside(100, status))
    assert paid(answer, "more/gpus") == {}
    assert paid(answer, "held/gpus") == money(m2027_01=74_400, m2027_02=67_200, m2027_03=74_400)


def test_what_stands_idle_in_one_part_of_the_day_is_not_rented_then() -> None:
    """60 reserved, 120 wanted by day and 30 by night: 60 are rented for the day's 12 hours alone."""
    day = HEAD.replace("through: 2027-03}", "through: 2027-03, slices: {day: 12 h, night: 12 h}}").replace(
        "chips: 100,", "chips: 75, profile: {day: 120, night: 30},"
    )
    answer = plan(day + beside(60, SIGNED))
    assert paid(answer, "more/gpus")["2027-01"] == 60 * 12 * 31 * 3


TWO = HEAD.replace("  chat:", "  batch: {kind: research, chips: 40, unserved: 10 USD/chip-hour}\n  chat:")


def test_chips_rented_for_one_workload_serve_no_other() -> None:
    """Rent `for: [chat]` in February: 100 x 672 x 2.00 = 134,400; batch, which nobody rents for, goes unserved."""
    answer = plan(TWO + contract("{kind: price, chip: h100, price: 2 USD/chip-hour, for: [chat], from: 2027-02-01}"))
    assert chip_hours(answer, "lumen-h100", "batch") == {}
    assert paid(answer, "lumen/gpus")["2027-02"] == 134_400
    assert unserved(answer, "batch") == 40 * (744 + 672 + 744)


def test_two_prices_in_one_pool_each_charge_the_workloads_that_they_are_for() -> None:
    """February: chat 67,200 x 2.00, batch 40 x 672 = 26,880 x 1.50 = 40,320."""
    clauses = (
        "{kind: price, chip: h100, price: 2 USD/chip-hour, for: [chat]}, "
        "night: {kind: price, chip: h100, price: 1.50 USD/chip-hour, for: [batch]}"
    )
    answer = plan(TWO + contract(clauses))
    assert paid(answer, "lumen/gpus")["2027-02"] == 134_400
    assert paid(answer, "lumen/night")["2027-02"] == 40_320


def test_between_two_who_decide_a_price_moves_money_and_brings_no_chips() -> None:
    """Oracle's 80 chips stand at its own site; OpenAI pays it 3.00 for each hour of Use: 80 x 672 x 3 in February."""
    text = """
programme: stargate
decides: [openai, oracle]
horizon: {from: 2027-02, through: 2027-02}
finance: {discount: 0 %/year}
chips: {block: {it_power: 2 kW}}
sites: {abilene: {landlord: oracle, operator: oracle, phases: {b1: {power: 1 MW, ready: 2026-01-01, built: true}}}}
pools: {abilene-block: {site: abilene, chip: block, owner: oracle, existing: 80}}
workloads: {chat: {kind: serving, chips: 100, unserved: 10 USD/chip-hour}}
contracts:
  hosting:
    buyer: openai
    seller: oracle
    status: signed
    from: 2026-01-01
    clauses: {use: {kind: price, pool: abilene-block, price: 3 USD/chip-hour}}
"""
    draft, _ = solved(text)
    assert [block.name for block in draft.column_blocks if block.by == "hosting/use"] == []
    answer = plan(text)
    assert chip_hours(answer, "abilene-block") == {"2027-02": 53_760}
    assert paid(answer, "hosting/use") == money(m2027_02=161_280)


OWN = """
programme: stargate
decides: DECIDES
horizon: {from: 2027-02, through: 2027-03}
finance: {discount: 0 %/year}
chips: {block: {it_power: 2 kW}}
sites: {abilene: {landlord: oracle, operator: oracle, phases: {b1: {power: 1 MW, ready: 2026-01-01, built: true}}}}
pools: {abilene-block: {site: abilene, chip: block, owner: oracle, existing: 80}}
workloads:
  chat: {kind: serving, owner: openai, chips: 60, revenue: 10 USD/chip-hour}
  late: {kind: serving, owner: openai, chips: 20, revenue: 10 USD/chip-hour, from: 2027-02-22}
contracts:
  hosting: {buyer: openai, seller: oracle, STATUS, from: 2027-02-15, clauses: {
    use: {kind: price, pool: abilene-block, price: 3 USD/chip-hour, BANDS}}}
"""


def own(bands: str = "", status: str = SIGNED, decides: str = "[openai, oracle]") -> str:
    return OWN.replace("DECIDES", decides).replace("STATUS", status).replace("BANDS", bands)


@pytest.mark.parametrize("status", [SIGNED, OFFER.replace("2027-01-10", "2027-02-01")])
@pytest.mark.parametrize("decides", ["openai, oracle", "oracle"])
def test_of_chips_of_those_who_decide_only_the_use_on_the_clause_s_days_is_charged(status: str, decides: str) -> None:
    """From 15 February: half of chat's 60 x 672, and all that late uses in its last seven days, 20 x 168, at 3.00."""
    answer = plan(own(status=status, decides=f"[{decides}]"))
    if answer.tables["offers"]["signed"].to_list() != [False]:
        assert paid(answer, "hosting/use") == money(m2027_02=60_480 + 10_080, m2027_03=80 * 744 * 3)


def test_by_volume_on_chips_of_those_who_decide() -> None:
    """23,520 chip-hours in February; of March's 59,520 the year's first 50,000 end after 26,480: the rest at 1.00."""
    answer = plan(own("bands: [{at_least: 50000 chip-hour, price: 1 USD/chip-hour}]"))
    assert paid(answer, "hosting/use") == money(m2027_02=70_560, m2027_03=26_480 * 3 + 33_040)


def test_a_stranger_without_workloads_here_is_charged_for_none_by_volume_either() -> None:
    text = own("bands: [{at_least: 5 chip-hour, price: 1 USD/chip-hour}]", decides="oracle").replace(
        "buyer: openai", "buyer: south"
    )
    assert paid(plan(text), "hosting/use") == {}
