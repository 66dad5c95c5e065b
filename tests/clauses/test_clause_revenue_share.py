"""`revenue_share`, worked by hand: a share of what is reported, up to a cap, in order."""

from __future__ import annotations

import pytest
from small import between, money, paid, plan

HEAD = """
programme: openai
decides: DECIDES
horizon: {from: 2027-01, through: 2027-09}
finance: {discount: 50 %/year}
workloads:
  chat: {kind: serving, owner: openai, chips: 100, revenue: 1 USD/chip-hour}
revenues:
  resale: {party: microsoft, amount: 200000 USD/month}
contracts:
  chips: {buyer: openai, seller: openai-cloud, status: signed, from: 2026-01-01,
          clauses: {h100: {kind: reservation, chip: h100, chips: 100, price: 0.10 USD/chip-hour}}}
"""
SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2026-06-01"
SHARE = "share: {kind: revenue_share, payer: openai, payee: microsoft, rate: 20 %"


def programme(clauses: str, decides: str = "openai", status: str = SIGNED) -> str:
    head = HEAD.replace("DECIDES", decides)
    return head + (
        f"  azure: {{buyer: openai, seller: microsoft, {status}, from: 2026-01-01, clauses: {{{clauses}}}}}\n"
    )


def test_revenue_share_worked_example() -> None:
    """The words: "OpenAI pays Microsoft 20 % of its revenue, 10 % from 16 February." 100 chips earn 1.00 an hour.

    January 74,400 x 20 % = 14,880. February 67,200 x (15 x 20 % + 13 x 10 %) / 28 = 10,320. March 74,400 x 10 % =
    7,440.
    """
    dated = SHARE.replace("20 %", "{2026-01: 20 %, 2027-02-16: 10 %}")
    months = paid(plan(programme(f"{dated}}}")), "azure/share")
    assert [months[f"2027-0{m}"] for m in (1, 2, 3)] == [14_880, 10_320, 7_440]


def test_revenue_share_worked_example_with_a_cap() -> None:
    """The words: "... until 100,000 have been paid in all", of which 10,000 were paid before 2027.

    Due by quarter: 2,160, 2,184 and 2,208 hours x 100 x 20 % = 43,200, 43,680, 44,160. Of the 90,000 left the first
    quarter takes 43,200, the second 43,680, the third 3,120. Whoever decides would rather pay late: the order is not
    theirs.
    """
    answer = plan(programme(f"{SHARE}, cap: 100000 USD, paid: 10000 USD}}"))
    assert paid(answer, "azure/share") == money(m2027_03=43_200, m2027_06=43_680, m2027_09=3_120)
    assert between(answer, "azure/share") == {("openai", "microsoft", "revenue share")}


def test_a_cap_already_met_leaves_nothing_to_pay() -> None:
    assert paid(plan(programme(f"{SHARE}, cap: 100000 USD, paid: 100000 USD}}")), "azure/share") == {}


def test_a_cap_out_of_reach_changes_nothing_but_the_day() -> None:
    """Due in the last month of each quarter: all 131,040."""
    answer = plan(programme(f"{SHARE}, cap: 1e9 USD}}"))
    assert paid(answer, "azure/share") == money(m2027_03=43_200, m2027_06=43_680, m2027_09=44_160)


def test_a_payee_that_decides_gets_its_share_no_sooner_and_no_more() -> None:
    head = programme(f"{SHARE}, cap: 100000 USD, paid: 10000 USD}}", decides="[microsoft, openai]")
    assert paid(plan(head), "azure/share") == money(m2027_03=43_200, m2027_06=43_680, m2027_09=3_120)
    reverse = (
        f"{SHARE.replace('payer: openai, payee: microsoft', 'payer: microsoft, payee: openai')}, cap: 100000 USD}}"
    )
    assert paid(plan(programme(reverse)), "azure/share") == money(m2027_03=100_000)


def test_a_share_runs_both_ways_each_of_its_own_streams() -> None:
    """Microsoft's resale is given: 200,000 a month x 20 % = 40,000."""
    reverse = "back: {kind: revenue_share, payer: microsoft, payee: openai, streams: [resale], rate: 20 %}"
    answer = plan(programme(f"{SHARE}}}, {reverse}"))
    assert paid(answer, "azure/back")["2027-01"] == 40_000
    assert paid(answer, "azure/share")["2027-01"] == 14_880
    assert between(answer, "azure/back") == {("microsoft", "openai", "revenue share")}


def test_only_the_streams_that_are_named_are_shared() -> None:
    none = SHARE.replace("rate: 20 %", "rate: 20 %, streams: [resale]")
    assert paid(plan(programme(f"{none}}}")), "azure/share") == {}


def test_a_share_that_begins_inside_a_month_has_its_days() -> None:
    """From 16 January: 74,400 x 16/31 x 20 % = 7,680, of a rate that has no value before."""
    dated = SHARE.replace("20 %", "{2027-01-16: 20 %}")
    assert paid(plan(programme(f"{dated}, from: 2027-01-16}}")), "azure/share")["2027-01"] == 7_680


RIGHT = "more: {kind: revenue_share, payer: microsoft, payee: openai, streams: [resale], rate: RATE}"


@pytest.mark.parametrize(("rate", "signed"), [("10 %", True), ("5 %", False)])
def test_an_offer_to_share_both_ways_is_signed_where_it_pays_and_then_in_full(rate: str, signed: bool) -> None:
    """20 % of 74,400 a month goes out, `rate` of 200,000 comes in: 14,880 against 20,000, or against 10,000."""
    answer = plan(programme(f"{SHARE}}}, {RIGHT.replace('RATE', rate)}", status=OFFER))
    assert answer.tables["offers"]["signed"].to_list() == [signed]
    hours = (744, 672, 744, 720, 744, 720, 744, 744, 720)
    out = money(**{f"m2027_0{month}": hours[month - 1] * 20 for month in range(1, 10)})
    assert paid(answer, "azure/share") == (out if signed else {})
    back = money(**{f"m2027_0{month}": 20_000 for month in range(1, 10)})
    assert paid(answer, "azure/more") == (back if signed else {})
