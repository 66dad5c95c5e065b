"""`mfn`, most favoured, worked by hand: the lesser of what the buyer pays and what another does."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small import between, load, money, paid, plan, solved
from test_postings import amounts, book_of

import gigawatt as gw
from gigawatt.model.facts import Delivered, Facts, Metered
from gigawatt.planner.restating import facts_of, restated, settle

HEAD = """
programme: acme
decides: DECIDES
horizon: {from: 2027-01, through: 2027-04}
finance: {discount: 0 %/year}
workloads: {chat: {kind: serving, chips: 100, unserved: 10 USD/chip-hour}}
contracts:
  lumen: {buyer: acme, seller: lumen, STATUS, from: 2026-07-01, through: 2028-12-31, clauses: {
    gpus: {kind: reservation, chip: h100, chips: 60, price: 2 USD/chip-hour}, best: {kind: mfn, TERMS}}}
"""
SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2026-12-10"
BOLT = """
  bolt: {buyer: bolt, seller: lumen, STATUS, SPAN, clauses: {
    gpus: {kind: KIND, chip: h100, PRICE}}}
"""


def text(terms: str = "remedy: prospective", status: str = SIGNED, decides: str = "acme") -> str:
    return HEAD.replace("TERMS", terms).replace("STATUS", status).replace("DECIDES", decides)


def bolt(price: str = "price: 1.50 USD/chip-hour", span: str = "from: 2027-02-15", **more: str) -> str:
    filled = BOLT.replace("STATUS", more.get("status", SIGNED)).replace("KIND", more.get("kind", "price"))
    return filled.replace("SPAN", span).replace("PRICE", price)


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_mfn_worked_example(status: str) -> None:
    """The words: "If Supplier grants any other customer a lower price for the same GPUs, Customer has that price from
    the day on which it is granted." Acme holds 60 at 2.00; Bolt has them at 1.50 from 15 February.

    February: 14 of 28 days, 60 x 336 x 0.50 = 10,080 less; March 60 x 744 x 0.50 = 22,320; April 21,600.
    """
    answer = plan(text(status=status) + bolt())
    assert paid(answer, "lumen/best") == money(m2027_02=-10_080, m2027_03=-22_320, m2027_04=-21_600)
    assert between(answer, "lumen/best") == {("acme", "lumen", "most favoured price")}


@pytest.mark.parametrize(
    ("remedy", "due"),
    [
        ("prospective", {"2027-03": -12_240, "2027-04": -21_600}),
        ("rebate", {"2027-03": -10_080 - 22_320, "2027-04": -21_600}),
    ],
)
def test_what_becomes_known_late_counts_from_then_or_is_paid_back(remedy: str, due: dict[str, int]) -> None:
    """1.50 since 15 February, known on 15 March: 17 of March's days, 60 x 408 x 0.50; or all since then, in March."""
    known = "known: [{chip: h100, price: 1.50 USD/chip-hour, from: 2027-02-15, recorded: 2027-03-15}]"
    answer = plan(text(f"remedy: {remedy}, {known}"))
    assert paid(answer, "lumen/best") == {month: Decimal(amount) for month, amount in due.items()}


def test_what_becomes_known_after_the_horizon_is_not_in_the_plan() -> None:
    known = "known: [{chip: h100, price: 1.50 USD/chip-hour, from: 2027-02-15, recorded: 2027-05-01}]"
    assert paid(plan(text(f"remedy: rebate, {known}")), "lumen/best") == {}


def test_a_second_better_price_pays_back_what_it_is_better_by_when_it_is_known() -> None:
    """1.80 since January, known then; 1.60 since 1 February, known in April: 0.20 more on February and March then."""
    one = "{chip: h100, price: 1.80 USD/chip-hour, from: 2027-01-01}"
    two = "{chip: h100, price: 1.60 USD/chip-hour, from: 2027-02-01, recorded: 2027-04-30}"
    answer = plan(text(f"remedy: rebate, known: [{two}, {one}]"))
    hours = {"01": 744, "02": 672, "03": 744, "04": 720}
    due = {f"2027-{month}": -60 * n * Decimal("0.20") for month, n in hours.items()}
    due["2027-04"] -= 60 * (672 + 744 + 720) * Decimal("0.20")
    assert paid(answer, "lumen/best") == due


@pytest.mark.parametrize(
    ("terms", "other", "compared"),
    [
        ("remedy: prospective", bolt("price: 2 USD/chip-hour"), False),
        ("remedy: prospective", bolt("price: 2.50 USD/chip-hour"), False),
        ("remedy: prospective", bolt().replace("h100", "h200"), False),
        ("remedy: prospective", bolt().replace("seller: lumen", "seller: nimbus"), False),
        ("remedy: prospective", bolt(status="status: loi"), False),
        ("quantity: 60 chips", bolt("price: 1.50 USD/chip-hour, chips: 60"), True),
        ("quantity: 60 chips", bolt("price: 1.50 USD/chip-hour, chips: 61"), False),
        ("quantity: 60 chips", bolt("price: 1.50 USD/chip-hour"), False),
        ("quantity: 60 chips", bolt("price: 1.50 USD/chip-hour, chips: 60", kind="reservation"), True),
        ("quantity: 60 chips", bolt("price: 1.50 USD/chip-hour, chips: 99", kind="reservation"), False),
        ("term: 12 months", bolt(span="from: 2027-02-15, through: 2028-02-14"), True),
        ("term: 12 months", bolt(span="from: 2027-02-15, through: 2028-02-15"), False),
        ("chip: h100", bolt(), True),
    ],
)
def test_only_comparable_sales_of_the_seller_to_others_count(terms: str, other: str, compared: bool) -> None:
    due = paid(plan(text(terms) + other), "lumen/best")
    assert due == (money(m2027_02=-10_080, m2027_03=-22_320, m2027_04=-21_600) if compared else {})


def test_the_buyer_s_own_contracts_and_prices_of_other_months_do_not_count() -> None:
    own = bolt().replace("buyer: bolt", "buyer: acme")
    assert paid(plan(text() + own), "lumen/best") == {}
    ended = bolt(span="from: 2026-01-01, through: 2026-12-31")
    assert paid(plan(text() + ended), "lumen/best") == {}


def test_the_cheapest_of_several_counts_on_each_day() -> None:
    """1.50 to Bolt to 14 March, 1.80 to Fjord all the time: March 14 x 0.50 + 17 x 0.20 days of 60 x 24 hours."""
    fjord = bolt("price: 1.80 USD/chip-hour", "from: 2026-01-01").replace("bolt", "fjord")
    answer = plan(text() + bolt(span="from: 2026-01-01, through: 2027-03-14") + fjord)
    assert paid(answer, "lumen/best")["2027-03"] == -60 * 24 * (14 * Decimal("0.50") + 17 * Decimal("0.20"))


def test_rent_is_paid_back_on_what_is_rented_and_counts_so_in_the_choice() -> None:
    """40 more on rent at 12.00 are worth 10.00 only at Bolt's 9.00: from 15 February, and then 40 x 336 x 3.00."""
    rent = "more: {kind: price, chip: h100, price: 12 USD/chip-hour}, best: {kind: mfn, "
    known = "known: [{chip: h100, price: 9 USD/chip-hour, from: 2027-03-01}]"
    answer = plan(text(known).replace("best: {kind: mfn, ", rent))
    assert paid(answer, "lumen/more") == money(m2027_03=40 * 744 * 12, m2027_04=40 * 720 * 12)
    assert paid(answer, "lumen/best") == money(m2027_03=-40 * 744 * 3, m2027_04=-40 * 720 * 3)


def test_a_commitment_counts_what_is_left_to_pay() -> None:
    """345,600 in fees less 54,000 paid back are 291,600 of the 400,000."""
    more = "whole: {kind: commitment, amount: 400000 USD, each: term, burned: {2026-12-31: 0 USD}}, best: {kind: mfn, "
    filled = text().replace("best: {kind: mfn, ", more).replace("through: 2028-12-31", "through: 2027-04-30")
    assert sum(paid(plan(filled + bolt()), "lumen/whole").values()) < 400_000 * Decimal("0.4") + 54_000 + 1
    short = {each: sum(paid(plan(filled + each), "lumen/whole").values()) for each in ("", bolt())}
    assert short[bolt()] - short[""] == 54_000


def test_an_offer_is_worth_signing_at_a_price_that_others_have() -> None:
    """60 chips at 12.00 for work worth 10.00 are refused, and at the 9.00 that Bolt has they are signed."""
    dear = text(status=OFFER).replace("price: 2 USD", "price: 12 USD")
    assert plan(dear).tables["offers"]["signed"].to_list() == [False]
    both = plan(dear + bolt("price: 9 USD/chip-hour", "from: 2026-01-01"))
    assert both.tables["offers"]["signed"].to_list() == [True]


def test_the_bill_pays_back_on_what_was_delivered() -> None:
    """100.25 chip-hours in March at 0.50: 50.125, by the even cent 50.12. In February only half the days count."""
    clause, book = book_of(text() + bolt(), "lumen/best")
    ready = [("2027-02", "1000"), ("2027-03", "100.25")]
    facts = Facts(
        deliveries=tuple(Delivered("lumen/gpus", "lumen-h100", month, Decimal(hours)) for month, hours in ready)
    )
    assert amounts(clause.post(book, facts)) == [("2027-02", -25_000), ("2027-03", -5_012)]


BANDS = "bands: [{at_least: 1000 chip-hour, price: 1 USD/chip-hour}]"


def test_a_price_by_volume_is_left_out_of_the_plan_and_compared_in_the_bill_as_it_came_out() -> None:
    """Bolt's 2,500 chip-hours at 2.50 and, beyond the first part of its year, at 1.00 come to 1.2975 on the mean."""
    filled = text() + bolt(f"price: 2.50 USD/chip-hour, {BANDS}", "from: 2026-07-01, through: 2027-06-30")
    draft, x = solved(filled)
    row = restated(draft, x).filter(restated(draft, x)["clause"] == "lumen/best")
    assert row.is_empty()
    clause, book = book_of(filled, "lumen/best")
    facts = Facts(
        signed=frozenset({"lumen", "bolt"}),
        deliveries=(
            Delivered("lumen/gpus", "lumen-h100", "2027-03", Decimal(44_640)),
            Delivered("bolt/gpus", "lumen-h100", "2027-03", Decimal(2_500)),
        ),
        use=(Metered("lumen-h100", "chat", "2027-03", "all", Decimal(44_640)),),
    )
    # 181 of the year's 365 days are left, so that its band begins at 495.89 chip-hours
    (posting,) = clause.post(book, facts)
    mean = (Decimal("495.890411") * Decimal("2.5") + Decimal("2004.109589")) / 2_500
    assert posting.amount_minor == pytest.approx(float(-44_640 * (2 - mean) * 100), abs=10)


@pytest.mark.parametrize(
    ("other", "fit"),
    [
        (bolt(), "exact"),
        (bolt(f"price: 2.50 USD/chip-hour, {BANDS}"), "above"),
        (bolt(status=OFFER, span="from: 2027-01-01"), "above"),
        (bolt(status=OFFER, span="from: 2027-01-01").replace("h100", "h200"), "exact"),
    ],
    ids=["a constant", "by volume", "an offer", "an offer of other chips"],
)
def test_it_fits_unless_a_price_depends_on_volume_or_on_an_offer(other: str, fit: str) -> None:
    known = "known: [{chip: h100, price: 1.90 USD/chip-hour, from: 2026-01-01}]"
    draft, x = solved(text(known) + other)
    row = next(row for row in restated(draft, x).iter_rows(named=True) if row["clause"] == "lumen/best")
    assert row["fit"] == fit
    assert row["planned"] >= row["restated"]


SELLING = """
programme: lumen
decides: lumen
horizon: {from: 2027-01, through: 2027-02}
finance: {discount: 0 %/year}
pools: {lumen-h100: {provider: lumen, chip: h100, resource_cost: 0.50 USD/chip-hour}}
workloads: {idle: {kind: serving, owner: lumen, chips: 1}}
contracts:
  acme: {buyer: acme, seller: lumen, status: signed, from: 2027-01-01, clauses: {
    gpus: {kind: reservation, chip: h100, chips: 60, price: 2 USD/chip-hour}, best: {kind: mfn, remedy: rebate}}}
  bolt: {buyer: bolt, seller: lumen, BOLT, from: 2027-02-01, clauses: {
    gpus: {kind: reservation, chip: h100, chips: 10, price: 1.20 USD/chip-hour}}}
"""


def test_a_seller_that_decides_pays_back_too_and_an_offer_of_its_own_is_told_above_the_bill() -> None:
    """Bolt at 1.20 costs 0.80 on 60 x 672 hours in February. As an offer that the plan signs it does so in the bill."""
    signed, offered = SELLING.replace("BOLT", SIGNED), SELLING.replace("BOLT", "status: offer, sign_by: 2027-01-10")
    draft, x = solved(signed)
    row = next(row for row in restated(draft, x).iter_rows(named=True) if row["clause"] == "acme/best")
    assert (row["planned"], row["difference"], row["fit"]) == (Decimal("-32256.00"), 0, "exact")
    draft, x = solved(offered)
    row = next(row for row in restated(draft, x).iter_rows(named=True) if row["clause"] == "acme/best")
    assert (row["planned"], row["restated"], row["fit"]) == (0, Decimal("-32256.00"), "above")


few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@few
@given(
    status=st.sampled_from([SIGNED, OFFER]),
    remedy=st.sampled_from(["prospective", "rebate"]),
    cents=st.integers(50, 260),
    start=st.dates(date(2026, 6, 1), date(2027, 5, 1)),
    late=st.integers(0, 90),
)
def test_what_is_planned_is_what_is_billed(status: str, remedy: str, cents: int, start: date, late: int) -> None:
    recorded = start + timedelta(days=late)
    price = f"price: {cents / 100} USD/chip-hour"
    known = f"known: [{{chip: h100, {price}, from: {start}, recorded: {recorded}}}]"
    filled = text(f"remedy: {remedy}, {known}", status) + bolt("price: 1.75 USD/chip-hour", "from: 2027-03-11")
    draft, x = solved(filled)
    count = len(settle(draft, facts_of(draft, x)))
    for row in restated(draft, x).iter_rows(named=True):
        assert abs(row["difference"]) <= Decimal("0.02") * (count + 1), (row, filled)


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ("chip: h200", "no clause of the contract has a price per chip-hour of h200"),
        ("known: [{chip: h200, price: 1 USD/chip-hour}]", "h200 is not compared; the contract's prices are for h100"),
        ("known: [{chip: h1000, price: 1 USD/chip-hour}]", "there is no chip 'h1000'"),
        ("known: [{chip: h100}]", "`price` is missing"),
        ("remedy: rebates", "'rebates' is none of prospective, rebate; did you mean 'rebate'?"),
    ],
)
def test_comparisons_that_cannot_be_made_are_refused(terms: str, message: str) -> None:
    with pytest.raises(gw.ProgrammeError) as refused:
        load(text(terms))
    assert message in str(refused.value)


def test_a_contract_without_a_price_per_chip_hour_has_nothing_to_compare() -> None:
    gone = text().replace("gpus: {kind: reservation, chip: h100, chips: 60, price: 2 USD/chip-hour}, ", "")
    with pytest.raises(gw.ProgrammeError, match="no clause of the contract has a price per chip-hour"):
        load(gone + bolt())
