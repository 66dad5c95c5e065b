"""`purchase`, worked by hand: chips from a vendor, by the quarter, with a deposit a lead time before."""

from __future__ import annotations

from decimal import Decimal

import pytest
from small import between, load, money, paid, plan, solved
from test_postings import amounts, book_of

from gigawatt.errors import ProgrammeError
from gigawatt.model.facts import Facts, HandedOver, Ordered
from gigawatt.model.plan import Plan
from gigawatt.planner.restating import restated

HEAD = """
programme: oracle
decides: oracle
horizon: {from: 2027-01, through: 2027-09}
finance: {discount: 0 %/year}
chips: {block: {it_power: 10 kW, vendor: nvidia, life: 5 y}}
sites: {hall: {landlord: oracle, operator: oracle, phases: {b1: {power: 9 MW, ready: 2026-01-01, built: true}}}}
pools: {hall-block: {site: hall, chip: block, owner: oracle}}
workloads:
  chat: {kind: serving, chips: WANTED, unserved: 10 USD/chip-hour}
"""
WANTED = "{2027-01: 100, 2027-04: 250, 2027-07: 300}"
SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2026-06-01"


def order(terms: str, status: str = SIGNED, dates: str = "from: 2027-01-01, through: 2028-12-31") -> str:
    return (
        f"contracts:\n  frame: {{buyer: oracle, seller: nvidia, {status}, {dates},"
        f" clauses: {{blocks: {{kind: purchase, chip: block, {terms}}}}}}}\n"
    )


def standing(answer: Plan) -> dict[str, float]:
    """Chips that stand in the first month of each quarter."""
    frame = answer.tables["capacity"].filter(
        answer.tables["capacity"]["month"].is_in(["2027-01", "2027-04", "2027-07"])
    )
    return {month: round(chips, 6) for month, chips in frame.select("month", "chips").iter_rows()}


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_purchase_worked_example(status: str) -> None:
    """The words: "Vendor delivers up to 150 systems in each quarter at 30,000, and at 28,000 from April. 20 % is due
    90 days before delivery, the rest on delivery."

    Wanted 100, then 250, then 300. January: 100 x 30,000 = 3,000,000 (the deposit's day lies before the plan). April:
    150 x 28,000 = 4,200,000, of which 840,000 on 1 January. July: 50 x 28,000 = 1,400,000, of which 280,000 on 2
    April.
    """
    terms = "price: {2027-01: 30000 USD/chip, 2027-04: 28000 USD/chip}, most: 150 chips/quarter"
    answer = plan(HEAD.replace("WANTED", WANTED) + order(f"{terms}, deposit: 20 %, lead_time: 90 d", status))
    assert standing(answer) == {"2027-01": 100, "2027-04": 250, "2027-07": 300}
    assert paid(answer, "frame/blocks") == money(m2027_01=3_840_000, m2027_04=3_640_000, m2027_07=1_120_000)
    assert between(answer, "frame/blocks") == {("oracle", "nvidia", "chips")}


def test_at_least_what_is_promised_is_bought() -> None:
    """120 a quarter, of which nobody wants more than 100 in all."""
    terms = "price: 30000 USD/chip, least: 120 chips/quarter, most: 150 chips/quarter"
    answer = plan(HEAD.replace("WANTED", "100") + order(terms))
    assert paid(answer, "frame/blocks") == money(m2027_01=3_600_000, m2027_04=3_600_000, m2027_07=3_600_000)


def test_an_offer_that_demands_more_than_it_is_worth_is_refused() -> None:
    """1,000 chips a quarter at 30,000, a sixtieth a month, against 100 that save 10 an hour."""
    terms = "price: 300000 USD/chip, least: 300 chips/quarter, most: 300 chips/quarter"
    answer = plan(HEAD.replace("WANTED", "10") + order(terms, OFFER))
    assert answer.tables["offers"]["signed"].to_list() == [False]
    assert paid(answer, "frame/blocks") == {}


def test_no_chips_come_before_the_price_s_first_date() -> None:
    terms = "price: {2027-04: 28000 USD/chip}, most: 500 chips/quarter"
    answer = plan(HEAD.replace("WANTED", WANTED) + order(terms))
    assert standing(answer) == {"2027-04": 250, "2027-07": 300}


LISTED = HEAD.replace("vendor: nvidia,", "vendor: nvidia, price: 40000 USD/chip,").replace("WANTED", WANTED)


def test_what_an_order_does_not_give_comes_from_the_list() -> None:
    """To June 150 a quarter at 30,000; from July the list's 40,000: 50 x 40,000 = 2,000,000."""
    terms = "price: 30000 USD/chip, most: 150 chips/quarter"
    answer = plan(LISTED + order(terms, dates="from: 2027-01-01, through: 2027-06-30"))
    assert paid(answer, "frame/blocks") == money(m2027_01=3_000_000, m2027_04=4_500_000)
    assert paid(answer, "block list price") == money(m2027_07=2_000_000)


def test_an_offer_stands_beside_the_list() -> None:
    """Dearer than the list, it is not signed; cheaper but for 60 chips only, the rest comes from the list."""
    dear = plan(LISTED + order("price: 41000 USD/chip, most: 150 chips/quarter", OFFER))
    assert paid(dear, "frame/blocks") == {}
    cheap = plan(LISTED + order("price: 30000 USD/chip, most: 60 chips/quarter", OFFER))
    assert paid(cheap, "frame/blocks")["2027-01"] == 60 * 30_000
    assert paid(cheap, "block list price")["2027-01"] == 40 * 40_000


def test_what_stands_beyond_the_horizon_is_told_apart() -> None:
    """100 chips bought in January serve 9 of their 60 months here: 51/60 of 3,000,000 lies beyond."""
    answer = plan(HEAD.replace("WANTED", "100") + order("price: 30000 USD/chip, most: 100 chips/quarter"))
    beyond = answer.tables["beyond"].filter(answer.tables["beyond"]["by"] == "frame/blocks")
    assert beyond["amount"].to_list() == [2_550_000]


LATE = "delivered: {2027-04: 2027-05-11}, damages: {per_day: 20 USD/chip, grace: 10 d, cap: 500 USD/chip}"


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_chips_that_come_late_serve_later_and_bring_damages(status: str) -> None:
    """The words: "For each day of delay after the first ten Vendor credits 20 per system, at most 500 for each."

    Of April's 150 at 28,000 a fifth, 840,000, is paid on 1 January; they come on 11 May, when the rest, 3,360,000, is
    due, and stand from July, the next quarter's first whole month. Late for 40 days, 30 of them after the grace: 150 x
    20 days of April x 20 = 60,000, and then 5 more until the cap, 15,000.
    """
    terms = (
        "price: {2027-01: 30000 USD/chip, 2027-04: 28000 USD/chip}, least: 150 chips/quarter, most: 150 chips/quarter"
    )
    text = HEAD.replace("WANTED", "{2027-01: 150, 2027-07: 450}").replace("through: 2027-09", "through: 2027-08")
    text += order(f"{terms}, deposit: 20 %, lead_time: 90 d, {LATE}", status)
    answer = plan(text)
    assert standing(answer) == {"2027-01": 150, "2027-04": 150, "2027-07": 450}
    cash = paid(answer, "frame/blocks")
    assert cash["2027-01"] == 150 * 30_000 + 840_000
    assert cash["2027-04"] == 840_000 + 60_000  # a fifth of July's on 2 April; and what the vendor pays
    assert cash["2027-05"] == 3_360_000 + 15_000
    assert between(answer, "frame/blocks") == {("oracle", "nvidia", "chips"), ("nvidia", "oracle", "damages")}
    draft, x = solved(text)
    assert restated(draft, x).select("fit", "difference").rows() == [("exact", 0)]


def test_chips_that_come_after_the_plan_are_left_out() -> None:
    terms = "price: 30000 USD/chip, most: 150 chips/quarter, delivered: {2027-04-15: 2028-01-01}"
    answer = plan(HEAD.replace("WANTED", WANTED) + order(terms))
    assert standing(answer) == {"2027-01": 150, "2027-04": 150, "2027-07": 300}


def test_an_order_with_its_day_on_record_is_billed_by_it() -> None:
    """10 chips due on 1 April at 28,000, that have not come at all; and 10 of which nothing more is known."""
    terms = f"price: 28000 USD/chip, most: 150 chips/quarter, deposit: 50 %, {LATE}"
    clause, book = book_of(HEAD.replace("WANTED", WANTED) + order(terms), "frame/blocks")
    orders = (Ordered("frame/blocks", "block", "2027-04", Decimal(10)),)
    assert amounts(clause.post(book, Facts(orders=orders))) == [("2027-04", 28_000_000)]
    missing = Facts(orders=orders, handed_over=(HandedOver("frame/blocks", "2027-04-01", None),))
    assert amounts(clause.post(book, missing)) == [
        ("2027-04", 14_000_000),
        ("2027-04", 10 * 20 * 20 * 100),
        ("2027-05", 10 * 5 * 20 * 100),
    ]


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ("most: 100 chips/quarter, damages: {per_day: 500 USD}", "give `per_day` and `cap` as USD/chip"),
        (
            "most: 100 chips/quarter, damages: {per_day: 5 USD/chip, cap: 500 USD}",
            "give `per_day` and `cap` as USD/chip",
        ),
        (
            "most: 100 chips/quarter, least: {2027-01: 50 chips/quarter, 2027-04: 120 chips/quarter}",
            "is 120 chips a quarter",
        ),
        (
            "most: {2027-04: 100 chips/quarter}, least: 50 chips/quarter",
            "50 chips a quarter on 2027-01-01, above the most of 0",
        ),
    ],
)
def test_bad_orders_are_told(terms: str, says: str) -> None:
    with pytest.raises(ProgrammeError) as error:
        load(HEAD.replace("WANTED", WANTED) + order(f"price: 30000 USD/chip, {terms}"))
    assert says in str(error.value)
