"""`prepayment`, worked by hand: money paid ahead, and drawn against invoices in their order."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small import between, load, money, paid, plan, solved
from test_postings import amounts, book_of

import gigawatt as gw
from gigawatt.model.facts import Facts
from gigawatt.model.posting import Posting
from gigawatt.planner.restating import facts_of, restated, settle

HEAD = """
programme: acme
decides: DECIDES
horizon: {from: 2027-01, through: 2027-04}
finance: {discount: DISCOUNT %/year}
workloads: {chat: {kind: serving, chips: 100, unserved: 10 USD/chip-hour}}
contracts:
  lumen: {buyer: acme, seller: lumen, STATUS, from: 2026-07-01, through: THROUGH, clauses: {
    gpus: {kind: price, chip: h100, price: PRICE USD/chip-hour},
    held: {kind: reservation, chip: h100, chips: 10, price: 1 USD/chip-hour},
    ahead: {kind: prepayment, TERMS}, MORE}}
"""
SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2026-12-10"


def text(terms: str, **more: str) -> str:
    filled = HEAD.replace("TERMS", terms)
    usual = {"DECIDES": "acme", "DISCOUNT": "0", "STATUS": SIGNED, "THROUGH": "2027-04-30", "PRICE": "2", "MORE": ""}
    for name, value in {**usual, **more}.items():
        filled = filled.replace(name, value)
    return filled


@pytest.mark.parametrize("status", [SIGNED, OFFER])
@pytest.mark.parametrize("discount", ["0", "8"])
def test_prepayment_worked_example(status: str, discount: str) -> None:
    """The words: "On 15 January Customer prepays 300,000. Supplier draws on it for each month's invoice until nothing
    is left; what is left at the end is not refunded."

    Invoiced: 90 chips on rent at 2.00 and 10 held at 1.00: 190 an hour, in January 141,360, in February 127,680, in
    March 141,360. Drawn: 141,360, 127,680, and of March's invoice what is left, 300,000 - 269,040 = 30,960.
    """
    answer = plan(text("paid: {2027-01-15: 300000 USD}", STATUS=status, DISCOUNT=discount))
    assert paid(answer, "lumen/ahead") == money(m2027_01=300_000 - 141_360, m2027_02=-127_680, m2027_03=-30_960)
    assert between(answer, "lumen/ahead") == {
        ("acme", "lumen", "prepayment"),
        ("acme", "lumen", "drawn from prepayment"),
    }


def test_what_is_left_at_the_end_is_paid_back_if_it_was_said_so_and_else_forfeited() -> None:
    """In April 720 x 190 = 136,800: in all 547,200 are invoiced, and 52,800 are left of 600,000. Of 50,000 for what is
    held alone 28,800 are drawn: 10 chips in 2,880 hours."""
    lost = plan(text("paid: {2027-01-15: 50000 USD}, clauses: [held]"))
    assert sum(paid(lost, "lumen/ahead").values()) == 50_000 - 28_800
    back = plan(text("paid: {2027-01-15: 600000 USD}, refundable: true"))
    assert sum(paid(back, "lumen/ahead").values()) == 0
    assert paid(back, "lumen/ahead")["2027-04"] == -136_800 - 52_800
    assert ("acme", "lumen", "prepayment refunded") in between(back, "lumen/ahead")


def test_of_a_contract_that_goes_on_what_is_left_is_told_beyond_the_horizon_and_not_paid_back() -> None:
    answer = plan(text("paid: {2027-01-15: 50000 USD}, clauses: [held], refundable: true", THROUGH="2028-12-31"))
    assert sum(paid(answer, "lumen/ahead").values()) == 21_200
    beyond = answer.tables["beyond"].filter(answer.tables["beyond"]["by"] == "lumen/ahead")
    assert beyond["amount"].to_list() == [Decimal(21_200)]


def test_only_what_the_named_clauses_make_due_is_drawn_against_and_only_the_share_of_it() -> None:
    """Half of the rent alone: 90 x 744 x 2.00 / 2 = 66,960 in January, 60,480 in February, then 22,560 are left."""
    answer = plan(text("paid: {2027-01-15: 150000 USD}, clauses: [gpus], share: 50 %"))
    assert paid(answer, "lumen/ahead") == money(m2027_01=150_000 - 66_960, m2027_02=-60_480, m2027_03=-22_560)


def test_of_what_was_paid_before_only_what_had_not_been_drawn_is_left() -> None:
    """400,000 paid in July, 250,000 drawn by November: 150,000 are left: 141,360 in January, 8,640 in February."""
    terms = "paid: {2026-07-15: 400000 USD}, drawn: {2026-09-30: 1 USD, 2026-11-30: 250000 USD, 2027-01-31: 400000 USD}"
    assert paid(plan(text(terms)), "lumen/ahead") == money(m2027_01=-141_360, m2027_02=-8_640)


def test_an_offer_has_not_been_paid_for_before_so_that_it_is_in_the_first_month() -> None:
    answer = plan(text("paid: {2026-07-15: 100000 USD}", STATUS=OFFER))
    assert paid(answer, "lumen/ahead") == money(m2027_01=0)
    assert ("acme", "lumen", "prepayment") in between(answer, "lumen/ahead")


def test_two_payments_fill_what_is_drawn_on_again() -> None:
    """100,000 are gone in January; 50,000 more on 1 March are drawn against March's invoice."""
    answer = plan(text("paid: {2027-01-15: 100000 USD, 2027-03-01: 50000 USD}"))
    assert paid(answer, "lumen/ahead") == money(m2027_01=0, m2027_03=0)
    drawn = answer.tables["cash"].filter(answer.tables["cash"]["what"] == "drawn from prepayment")
    assert dict(zip(drawn["month"], drawn["amount"], strict=True)) == money(m2027_01=-100_000, m2027_03=-50_000)


def test_a_payment_in_the_month_of_an_invoice_is_drawn_against_it_and_none_before() -> None:
    answer = plan(text("paid: {2027-02-28: 100000 USD}"))
    drawn = answer.tables["cash"].filter(answer.tables["cash"]["what"] == "drawn from prepayment")
    assert drawn["month"].to_list() == ["2027-02"]


def test_money_early_is_dearer_so_that_an_offer_with_a_prepayment_can_be_refused() -> None:
    """Work worth 10.00, rented at 9.98: 2 cents an hour on 90 chips gain 5,184 in all, and 9.00 on the 10 held
    259,200. 40,000,000 that are not drawn cost more, refunded in the same months at 100 per cent a year."""
    terms = "paid: {2027-01-01: 4000000 USD}, refundable: true"
    cheap = plan(text(terms, STATUS=OFFER, PRICE="9.98", DISCOUNT="0"))
    assert cheap.tables["offers"]["signed"].to_list() == [True]
    dear = plan(text(terms, STATUS=OFFER, PRICE="9.98", DISCOUNT="100"))
    assert dear.tables["offers"]["signed"].to_list() == [False]
    assert paid(dear, "lumen/ahead") == {}


def test_the_spend_that_counts_toward_a_commitment_is_what_is_invoiced_drawn_or_not() -> None:
    more = "whole: {kind: commitment, amount: 400000 USD, each: term, burned: {2026-12-31: 0 USD}}"
    with_it = plan(text("paid: {2027-01-15: 300000 USD}", MORE=more))
    without = plan(text("paid: {2027-01-15: 1 USD}", MORE=more))
    assert paid(with_it, "lumen/whole") == paid(without, "lumen/whole")


def test_the_bill_draws_to_the_cent_and_in_order() -> None:
    """100.00 paid: half of 66.67 is 33.34 by the even cent; of 200.00 half would be 100.00, and 66.66 are left."""
    due = [("2027-01", 6_667), ("2027-02", 20_000), ("2027-03", 5)]
    posted = tuple(Posting(month, "acme", "lumen", "lumen/gpus", "rent", minor) for month, minor in due)
    strange = (
        Posting("2027-01", "acme", "lumen", "other/gpus", "rent", 99_999),
        Posting("2027-01", "acme", "state", "lumen/gpus", "tax", 99_999),
    )
    clause, book = book_of(text("paid: {2027-01-15: 100 USD}, share: 50 %"), "lumen/ahead", (*posted, *strange))
    assert amounts(clause.post(book, Facts())) == [("2027-01", 10_000), ("2027-01", -3_334), ("2027-02", -6_666)]


def test_a_month_whose_credits_are_more_than_its_charges_draws_nothing_and_gives_nothing_back() -> None:
    """A volume true-up in December's place: 2,000,000 back at the end of the year, which is no invoice to draw on."""
    bands = "tiers: all_units, bands: [{at_least: 100 chip-hour, price: 0.10 USD/chip-hour}]"
    for decides in ("acme", "lumen"):
        costs = "pools: {lumen-h100: {provider: lumen, chip: h100, resource_cost: 0 USD/chip-hour}}\n"
        filled = text("paid: {2027-01-15: 900000 USD}", DECIDES=decides, DISCOUNT="8", STATUS=SIGNED)
        filled = filled.replace("price: 2 USD/chip-hour}", f"price: 2 USD/chip-hour, {bands}}}") + costs
        draft, x = solved(filled)
        for row in restated(draft, x).iter_rows(named=True):
            assert abs(row["difference"]) <= Decimal("0.10"), row


SELLING = """
programme: lumen
decides: DECIDES
horizon: {from: 2027-01, through: 2027-04}
finance: {discount: RATE %/year}
chips: {block: {it_power: 2 kW}}
sites: {hall: {landlord: lumen, operator: lumen, phases: {b1: {power: 1 MW, ready: 2026-01-01, built: true}}}}
pools: {hall-block: {site: hall, chip: block, owner: lumen, existing: 100}}
workloads: {chat: {kind: serving, owner: acme, chips: 90, revenue: WORTH USD/chip-hour}}
contracts:
  acme: {buyer: acme, seller: lumen, STATUS, from: 2026-11-11, through: THROUGH, clauses: {
    rate: {kind: price, pool: hall-block, price: 2 USD/chip-hour, tiers: TIERS, bands: [
      {at_least: 100000 chip-hour, price: 1 USD/chip-hour}]},
    ahead: {kind: prepayment, paid: {2026-12-01: EARLY USD, 2027-02-15: LATER USD}, share: PART %, refundable: BACK}}}
"""
few = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@few
@given(
    decides=st.sampled_from(["[acme]", "[lumen]", "[acme, lumen]"]),
    rate=st.sampled_from([0, 8]),
    status=st.sampled_from([SIGNED, OFFER]),
    through=st.sampled_from(["2027-03-15", "2027-04-30", "2029-12-31"]),
    tiers=st.sampled_from(["marginal", "all_units"]),
    worth=st.integers(0, 4),
    early=st.integers(1_000, 300_000),
    later=st.integers(1_000, 300_000),
    part=st.integers(1, 100),
    back=st.sampled_from(["true", "false"]),
)
def test_what_is_drawn_is_what_the_contract_draws_whoever_decides(**terms: object) -> None:
    filled = SELLING
    for name, value in terms.items():
        filled = filled.replace(name.upper(), str(value))
    draft, x = solved(filled)
    count = len(settle(draft, facts_of(draft, x)))
    for row in restated(draft, x).iter_rows(named=True):
        assert row["fit"] == "exact"
        assert abs(row["difference"]) <= Decimal("0.05") * (count + 1), (row, filled)


def test_in_fractions_it_fits_as_what_it_is_drawn_against_does() -> None:
    plain = text("paid: {2027-01-15: 300000 USD}")
    draft, x = solved(plain, relax=True)
    fits = dict(restated(draft, x, relaxed=True).select("clause", "fit").rows())
    assert fits["lumen/ahead"] == "exact"
    banded = plain.replace("price: 2 USD/chip-hour", "price: 2 USD/chip-hour, bands: [BAND]")
    draft, x = solved(banded.replace("BAND", "{at_least: 9 chip-hour, price: 1 USD/chip-hour}"), relax=True)
    fits = dict(restated(draft, x, relaxed=True).select("clause", "fit").rows())
    assert (fits["lumen/gpus"], fits["lumen/ahead"]) == ("below", "none")


@pytest.mark.parametrize(
    ("terms", "more", "message"),
    [
        ("paid: {}", "", "is empty; at least one is due"),
        ("paid: {2027-01-15: 5 USD}, share: 0 %", "", "of nought draws nothing"),
        (
            "paid: {2027-01-15: 5 USD}, drawn: {2027-01-20: 6 USD}",
            "",
            "6 were drawn by 2027-01-20, of 5 that were paid",
        ),
        ("paid: {2028-01-15: 5 USD}", "", "is paid when the clause is over, since 2027-05-01"),
        ("paid: {2027-01-15: 5 USD}, clauses: [gpu]", "", "there is no clause 'gpu'; did you mean 'gpus'?"),
        (
            "paid: {2027-01-15: 5 USD}",
            "second: {kind: prepayment, paid: {2027-01-15: 7 USD}, clauses: [gpus]}",
            "and ahead would both be drawn against the same amounts; state both payments in one clause",
        ),
    ],
)
def test_prepayments_that_cannot_be_are_refused(terms: str, more: str, message: str) -> None:
    with pytest.raises(gw.ProgrammeError) as refused:
        load(text(terms, MORE=more))
    assert message in str(refused.value)


AMENDED = "}, amendments: [{effective: 2027-03-01, recorded: 2027-03-01, consents: [acme, lumen], amend: {CHANGE}}]}"


def test_what_it_is_drawn_against_may_be_amended_but_not_what_is_left_of_it_handed_on() -> None:
    """Rent at 1.00 from March: 66,960 and 7,440 held are drawn of the 30,960 that are left then."""
    filled = text("paid: {2027-01-15: 300000 USD}").replace(", }}\n", AMENDED + "\nas_of: 2027-04-01\n")
    answer = plan(filled.replace("CHANGE", "gpus: {price: 1 USD/chip-hour}"))
    assert paid(answer, "lumen/ahead") == money(m2027_01=158_640, m2027_02=-127_680, m2027_03=-30_960)
    with pytest.raises(gw.PlanError, match="lumen/ahead draws on one balance, and is another promise from 2027-03-01"):
        plan(filled.replace("CHANGE", "ahead: {share: 50 %}"))


def test_two_prepayments_of_other_clauses_stand_side_by_side() -> None:
    more = "second: {kind: prepayment, paid: {2027-01-15: 7000 USD}, clauses: [held]}"
    answer = plan(text("paid: {2027-01-15: 5000 USD}, clauses: [gpus]", MORE=more))
    assert sum(paid(answer, "lumen/ahead").values()) == 0
    assert sum(paid(answer, "lumen/second").values()) == 0
