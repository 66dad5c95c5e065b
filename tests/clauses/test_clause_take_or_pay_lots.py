"""`take_or_pay` from one year to the next, worked by hand: what is made up, carried forward, not provided, and lapses.

The terms are those of long gas contracts: P. Roberts, Gas and LNG Sales and Transportation Agreements, chapters 14
(shortfall of delivery), 16 (take or pay) and 17 (make up, carry forward), in the words of a contract for chips.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small import between, chip_hours, load, money, paid, plan, solved

import gigawatt as gw
from gigawatt.model.facts import Facts, Metered, Quoted, Withheld
from gigawatt.model.posting import ClauseBook, Posting
from gigawatt.planner.restating import facts_of, restated, settle
from gigawatt.promises.floors import Lots

HEAD = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: 2029-12}
finance: {discount: 0 %/year}
workloads: {chat: {kind: serving, chips: CHIPS, unserved: 10 USD/chip-hour}}
contracts:
  lumen: {buyer: acme, seller: lumen, STATUS, from: 2027-01-01, through: 2030-12-31, clauses: {
    rate: {kind: price, chip: h100, price: PRICE},
    floor: {kind: take_or_pay, floor: FLOOR, deficiency: 1.50 USD/chip-hour, TERMS}}}
"""
SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2026-06-01"
LOW_THEN_HIGH = "{2027-01: 80, 2028-01: 100}"
HIGH_THEN_LOW = "{2027-01: 100, 2028-01: 70}"


def programme(
    terms: str,
    chips: str = LOW_THEN_HIGH,
    floor: str = "800000 chip-hour/year",
    price: str = "2 USD/chip-hour",
    status: str = SIGNED,
) -> str:
    text = HEAD.replace("CHIPS", chips).replace("FLOOR", floor).replace("PRICE", price)
    return text.replace("TERMS", terms).replace("STATUS", status)


def due(text: str) -> dict[str, Decimal]:
    """What the floor makes due by month, in the plan; and the bill for the plan's quantities is the same."""
    draft, x = solved(text)
    for row in restated(draft, x).iter_rows(named=True):
        assert abs(row["difference"]) <= Decimal("0.05"), row
    return paid(plan(text), "lumen/floor")


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_take_or_pay_worked_example_of_making_up(status: str) -> None:
    """The words: "Customer takes or pays for 800,000 GPU-hours in each contract year; what it has not taken it pays at
    1.50. What was paid for and not taken it may take in the two following years, once it has taken their 800,000, at
    0.25 in place of the 2.00 that an hour costs, oldest first; what it has not taken by then lapses."

    2027: 80 x 8,760 = 700,800, short 99,200, x 1.50 = 148,800. 2028: 100 x 8,784 = 878,400, of which 78,400 are made up
    and cost 1.75 less: 137,200 back. 2029: 876,000; the lot's other 20,800 are made up: 36,400 back.
    """
    text = programme("make_up: {price: 0.25 USD/chip-hour, expires: 24 months}", status=status)
    assert due(text) == money(m2027_12=148_800, m2028_12=-137_200, m2029_12=-36_400)
    assert between(plan(text), "lumen/floor") == {
        ("acme", "lumen", "prepaid deficiency"),
        ("acme", "lumen", "make-up"),
    }


def test_what_is_not_made_up_in_time_lapses() -> None:
    """The lot of 2027 can be made up in 2028 alone: 78,400 of it, free of the unit price, x 2.00."""
    assert due(programme("make_up: {expires: 1 year}")) == money(m2027_12=148_800, m2028_12=-156_800)


def test_no_more_is_made_up_in_a_year_than_the_contract_allows() -> None:
    """30,000 a year of 99,200, at 2.00."""
    text = programme("make_up: {expires: 24 months, most_per_year: 30000 chip-hour/year}")
    assert due(text) == money(m2027_12=148_800, m2028_12=-60_000, m2029_12=-60_000)


def test_lots_are_made_up_first_in_first_out() -> None:
    """From before come 50,000 of 2025 and 40,000 of 2026, for two years. 2027 takes 8,000 more than its floor and makes
    up that much of the lot of 2025, whose other 42,000 lapse with the year. 2028 takes 30,000 too many, of the lot of
    2026; its other 10,000 lapse. In 2029 there is nothing left, though 25,000 more are taken than the floor."""
    lots = "make_up: {expires: 24 months, lots: {2025-12-31: 50000 chip-hour, 2026-06-01: 40000 chip-hour}}"
    floor = "{unit: chip-hour/year, 2027-01: 868000, 2028-01: 848400, 2029-01: 851000}"
    text = programme(lots, chips="100", floor=floor).replace("from: 2027-01-01", "from: 2024-01-01")
    assert due(text) == money(m2027_12=-16_000, m2028_12=-60_000)


def test_take_or_pay_worked_example_of_carrying_forward() -> None:
    """The words: "What Customer takes in a contract year above the 700,000 counts toward the next year's, up to a tenth
    of it."

    2027: 876,000, 176,000 above. 2028: 70 x 8,784 = 614,880, short 85,120, less 70,000 carried: 15,120 x 1.50 = 22,680.
    2029: 613,200, short 86,800; what 2027 took has lapsed, 2028 took nothing above: 130,200.
    """
    text = programme("carry_forward: {most: 10 %, expires: 1 year}", chips=HIGH_THEN_LOW, floor="700000 chip-hour/year")
    assert due(text) == money(m2028_12=22_680, m2029_12=130_200)
    assert between(plan(text), "lumen/floor") == {("acme", "lumen", "deficiency")}


def test_what_is_carried_for_longer_counts_in_later_years_too() -> None:
    """Of 176,000 are 70,000 counted in 2028 and 70,000 in 2029: (86,800 - 70,000) x 1.50 = 25,200. What came from
    before, 12,000 of 2026, counts first, and in 2028 it has not lapsed yet; so no more counts for it."""
    terms = "carry_forward: {most: 10 %, expires: 2 years, carried: {2026-12-31: CARRIED chip-hour}}"
    for carried in ("0", "12000"):
        text = programme(terms.replace("CARRIED", carried), chips=HIGH_THEN_LOW, floor="700000 chip-hour/year")
        assert due(text) == money(m2028_12=22_680, m2029_12=25_200)


def test_what_is_made_up_is_not_carried_forward() -> None:
    """Floor 840,000: 2027 takes 700,800, short 139,200: 208,800. 2028 takes 878,400: 38,400 are made up, at 2.00, and
    nothing is left to carry. 2029 asks 95 chips, 832,200, and is short 7,800: 11,700. With at most 30,000 hours made
    up a year, 60,000 come back, 8,400 are carried and 2029 owes nothing."""
    chips = "{2027-01: 80, 2028-01: 100, 2029-01: 95}"
    terms = "make_up: {expires: 2 years MOST}, carry_forward: {most: 10 %, expires: 1 year}"
    both = due(programme(terms.replace("MOST", ""), chips=chips, floor="840000 chip-hour/year"))
    assert both == money(m2027_12=208_800, m2028_12=-76_800, m2029_12=11_700)
    less = terms.replace("MOST", ", most_per_year: 30000 chip-hour/year")
    assert due(programme(less, chips=chips, floor="840000 chip-hour/year")) == money(m2027_12=208_800, m2028_12=-60_000)


def test_hours_that_the_seller_does_not_provide_are_off_the_floor() -> None:
    """The words: "The floor of a year is less by what was duly asked for and not provided." 99,200 short in 2027, of
    which 40,000 and 9,200 were not provided: 50,000 x 1.50. Those of 2030 concern nothing that is planned."""
    failed = "{2027-03: 40000 chip-hour, 2027-10-15: 9200 chip-hour, 2030-01: 1e6 chip-hour}"
    assert due(programme(f"not_provided: {failed}")) == money(m2027_12=75_000)


def test_hours_not_provided_in_the_part_of_a_year_before_the_horizon_count_where_it_is_known() -> None:
    """From July 2026, 365 days: 800,000 less 450,000 taken less 1,000 not provided in November and 400 in February
    less 80 x 4,344 = 347,520: 1,080 short, x 1.50."""
    terms = "taken: {2026-12-31: 450000 chip-hour}, not_provided: {2026-11: 1000 chip-hour, 2027-02: 400 chip-hour}"
    text = (
        programme(terms).replace("from: 2027-01-01", "from: 2026-07-01").replace("through: 2029-12", "through: 2027-06")
    )
    assert due(text) == money(m2027_06=1_620)


def test_what_was_taken_before_the_horizon_above_the_floor_is_made_up_in_its_year() -> None:
    """830,000 of 800,000 were taken by December 2026; the year to June 2027 takes 347,520 more. Of the 377,520 above
    the floor the lot of 350,000 is made up: 700,000 back."""
    terms = "taken: {2026-12-31: 830000 chip-hour}, make_up: {expires: 1 year, lots: {2026-06-30: 350000 chip-hour}}"
    text = (
        programme(terms).replace("from: 2027-01-01", "from: 2025-07-01").replace("through: 2029-12", "through: 2027-06")
    )
    assert due(text) == money(m2027_06=-700_000)


def test_no_lot_is_bought_early_where_prices_rise() -> None:
    """An hour costs 2.00 and from 2028 4.00. Who could fall short and take too much in one year would buy hours of 2028
    at 1.50; all 100 chips are used in every year, more than 800,000, so that nothing is due."""
    rising = "{2027-01: 2 USD/chip-hour, 2028-01: 4 USD/chip-hour}"
    assert due(programme("make_up: {expires: 24 months}", chips="100", price=rising)) == {}


def test_a_year_that_the_horizon_cuts_makes_up_and_carries_its_part() -> None:
    """Through March 2028: 91 of 366 days. 99,200 were short in 2027. In 2028 100 x 2,184 = 218,400 are taken of
    198,907.10, and 19,492.90 made up; but 20,000 x 91/366 = 4,972.68 are allowed: 9,945.36 back."""
    text = programme("make_up: {expires: 1 year, most_per_year: 20000 chip-hour/year}")
    found = due(text.replace("through: 2029-12", "through: 2028-03"))
    assert found == money(m2027_12=148_800, m2028_03="-9945.36")


def test_a_make_up_price_above_the_unit_price_costs_nothing_more() -> None:
    assert due(programme("make_up: {price: 3 USD/chip-hour, expires: 24 months}")) == money(m2027_12=148_800)


def test_a_stated_unit_price_stands_where_the_contract_asks_several() -> None:
    """99,200 short. Two clauses of the contract have a price in the pool; the stated 1.10 is what is not paid."""
    text = programme("make_up: {expires: 24 months}")
    two = text.replace("floor: {kind", "more: {kind: price, chip: h100, price: 9 USD/chip-hour}, floor: {kind")
    with pytest.raises(gw.PlanError, match=r"lumen/floor: .*2028-12 the contract has more than one price, 2 and 9 in"):
        plan(two)
    stated = two.replace("make_up: {", "make_up: {unit_price: 1.10 USD/chip-hour, ")
    assert due(stated)["2028-12"] == Decimal("-86240.00")
    none = text.replace("rate: {kind", "rate: {through: 2027-12-31, kind") + (
        "  spot: {buyer: acme, seller: lumen, status: signed, from: 2027-01-01, clauses: {\n"
        "    rate: {kind: price, chip: h100, price: 2 USD/chip-hour}}}\n"
    )
    with pytest.raises(gw.PlanError, match="the contract has no price in the pools that are metered; state it"):
        plan(none)


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ("make_up: {expires: 18 months}", "18 months is no whole number of years"),
        ("make_up: {expires: 30 d}", "30 d is no whole number of years"),
        ("carry_forward: {most: 10 %, expires: 0 y}", "0 d is no whole number of years"),
        ("carry_forward: {most: 110 %, expires: 1 y}", "110 % is above 100 %"),
        ("carry_forward: {expires: 1 y}", "most"),
        ("make_up: {}", "expires"),
        ("make_up: {expires: 1 y, lot: {2026-01: 1 chip-hour}}", "unknown key 'lot'"),
        ("make_up: {expires: 1 y, lots: {2026-01: -1 chip-hour}}", "negative"),
        ("make_up: true", "make_up"),
        ("not_provided: {2027: 5 chip-hour}", "'2027' is not a date"),
        ("not_provided: {2027-01: 5 MW}", "5 MW where chip-hour is due"),
        ("chip: h100, pool: lumen-h100", "both by `chip` and by `pool`; give one of the two"),
    ],
)
def test_terms_that_cannot_be_are_refused(terms: str, message: str) -> None:
    with pytest.raises(gw.ProgrammeError, match=message):
        load(programme(terms))


def test_lots_go_out_in_the_order_in_which_they_came() -> None:
    lots = Lots(2, {-2: Fraction(5), -1: Fraction(7)})
    assert lots.use(0, Fraction(6)) == 6
    assert lots.left == {-2: 0, -1: 6}
    lots.keep(0, Fraction(3))
    assert lots.use(1, Fraction(1)) == 1
    assert lots.left == {-1: 5, 0: 3}
    assert lots.use(2, Fraction(100)) == 3


def book(terms: str) -> tuple[ClauseBook, object]:
    programme_ = load(programme(terms))
    contract = programme_.contracts["lumen"]
    clause = contract.clauses["floor"]
    return ClauseBook(programme_, clause, "floor", contract, "lumen", tuple(programme_.horizon.months)), clause


def meter(**chip_hours_by_month: str) -> tuple[Metered, ...]:
    months = {name.removeprefix("m").replace("_", "-"): hours for name, hours in chip_hours_by_month.items()}
    return tuple(Metered("lumen-h100", "chat", month, "all", Decimal(hours)) for month, hours in months.items())


def told(postings: list[Posting]) -> list[tuple[str, str, int]]:
    return [(one.month, one.what, one.amount_minor) for one in postings]


def test_take_or_pay_worked_example_of_the_bill() -> None:
    """799,999.5 chip-hours of 800,000: 0.50 x 1.50 = 0.75. In 2028 the meter says 800,100.25, so the half hour is made
    up and 99.75 are left; an hour cost 2.345, so 1.17, half to even. Of 2029 are 5,000 not provided, and 795,000.1 are
    taken: the lot is gone. The deficiency accrues on the year's last day."""
    settled, clause = book("make_up: {expires: 2 years}")
    facts = Facts(
        use=meter(m2027_02="799999.5", m2028_03="800100.25", m2029_12="795000.1"),
        withheld=(Withheld("lumen/floor", "2029-05", Decimal(5000)), Withheld("other/floor", "2027-05", Decimal(9))),
        quotes=(Quoted("lumen/rate", "lumen", "lumen-h100", "2028-12", Decimal("2.345"), new=True),),
    )
    postings = clause.post(settled, facts)  # type: ignore[attr-defined]
    assert told(postings) == [("2027-12", "prepaid deficiency", 75), ("2028-12", "make-up", -117)]
    days = postings[0].days
    assert days is not None
    assert (days.start, days.until) == (date(2027, 12, 31), date(2028, 1, 1))


def test_a_bill_without_a_price_for_what_is_made_up_is_refused_and_not_guessed() -> None:
    settled, clause = book("make_up: {expires: 2 years}")
    with pytest.raises(gw.PlanError, match="lumen/floor: what is made up is free of the unit price, and in 2028-12"):
        clause.post(settled, Facts(use=meter(m2028_02="900000")))  # type: ignore[attr-defined]


SELLING = """
programme: lots
decides: DECIDES
horizon: {from: 2027-01, through: 2029-09}
finance: {discount: 30 %/year}
chips: {block: {it_power: 2 kW}}
sites: {hall: {landlord: lumen, operator: lumen, phases: {b1: {power: 1 MW, ready: 2026-01-01, built: true}}}}
pools: {hall-block: {site: hall, chip: block, owner: lumen, existing: 60}}
workloads:
  chat: {kind: serving, owner: acme, revenue: WORTH USD/chip-hour, chips: {2027-01: A, 2028-01: B, 2029-01: C}}
contracts:
  acme: {buyer: acme, seller: lumen, status: signed, from: 2025-04-11, clauses: {
    rate: {kind: price, pool: hall-block, price: {2025-04: 2 USD/chip-hour, 2028-06: LATER USD/chip-hour}},
    floor: {kind: take_or_pay, pool: hall-block, floor: FLOOR chip-hour/year, deficiency: 1.50 USD/chip-hour,
            make_up: {expires: MADE y, price: 0.50 USD/chip-hour, most_per_year: EACH chip-hour/year,
                      lots: {2025-12: 20000 chip-hour}},
            carry_forward: {most: SHARE %, expires: KEPT y, carried: {2025-12: 5000 chip-hour}}},
    commit: {kind: commitment, amount: AMOUNT USD, carry_forward: {most: SHARE %, expires: KEPT y}}}}
"""


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(
    decides=st.sampled_from(["[acme]", "[lumen]", "[acme, lumen]"]),
    worth=st.integers(1, 4),
    later=st.integers(1, 4),
    a=st.integers(20, 60),
    b=st.integers(20, 60),
    c=st.integers(20, 60),
    floor=st.integers(200_000, 500_000),
    made=st.integers(1, 3),
    kept=st.integers(1, 3),
    each=st.integers(5_000, 200_000),
    share=st.integers(0, 40),
    amount=st.integers(300_000, 900_000),
)
def test_lots_and_what_is_carried_are_the_contract_s_whoever_decides(decides: str, **terms: int) -> None:
    """Two ways of reckoning: the plan pins one stock by binaries, the bill takes lot after lot."""
    text = SELLING.replace("DECIDES", decides)
    for name, value in sorted(terms.items(), key=lambda term: -len(term[0])):
        text = text.replace(
            name.upper() if len(name) > 1 else f": {name.upper()}", f"{'' if len(name) > 1 else ': '}{value}"
        )
    draft, x = solved(text)
    postings = settle(draft, facts_of(draft, x))
    for row in restated(draft, x).iter_rows(named=True):
        count = sum(posting.by == row["clause"] for posting in postings)
        assert abs(row["difference"]) <= Decimal("0.02") * (count + 1), (row, text)


def test_in_a_relaxed_plan_what_is_kept_fits_nothing() -> None:
    draft, x = solved(programme("make_up: {expires: 24 months}"), relax=True)
    row = next(row for row in restated(draft, x, relaxed=True).iter_rows(named=True) if row["clause"] == "lumen/floor")
    assert row["fit"] == "none"


def test_an_offer_that_is_not_signed_keeps_nothing() -> None:
    """At 9.99 the three years save 26,000; the deficiency is 148,800, and an hour made up costs 0.09 less."""
    terms = "make_up: {price: 9.90 USD/chip-hour, expires: 2 y}, carry_forward: {most: 10 %, expires: 1 y}"
    answer = plan(programme(terms, price="9.99 USD/chip-hour", status=OFFER))
    assert answer.tables["offers"]["signed"].to_list() == [False]
    assert paid(answer, "lumen/floor") == {}
    assert chip_hours(answer, "lumen-h100") == {}
