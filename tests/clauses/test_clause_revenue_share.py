"""`revenue_share`, worked by hand: a share of what is reported, up to a cap, in order."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small import between, load, money, paid, plan, solved

import gigawatt as gw
from gigawatt.model.facts import Facts
from gigawatt.model.verdict import ClauseView
from gigawatt.planner.restating import facts_of, restated, settle

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


NET = SHARE.replace("rate: 20 %", "rate: 20 %, base: net")
REFUNDS = "revenues:\n  refunds: {party: openai-cloud, amount: {2027-01: 4400 USD/month, 2027-03: 80000 USD/month}}\n"


def bill(text: str) -> dict[str, list[tuple[str, str, int]]]:
    """What is posted for the plan's own quantities, by clause: month, what, minor units; the sums are the plan's."""
    draft, x = solved(text)
    for row in restated(draft, x).iter_rows(named=True):
        assert abs(row["difference"]) <= Decimal("0.15"), row
    posted: dict[str, list[tuple[str, str, int]]] = {}
    for one in settle(draft, facts_of(draft, x)):
        posted.setdefault(one.by, []).append((one.month, one.what, one.amount_minor))
    return posted


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_revenue_share_worked_example_of_a_net_base(status: str) -> None:
    """The words: "Net revenue is revenue less refunds, of which taxes at 8 %, from March at 10 %, are not shared."

    January (74,400 - 4,400) x 92 % x 20 % = 12,880. February (67,200 - 4,400) x 92 % x 20 % = 11,555.20. From March
    80,000 are refunded in a month, more than is earned: nothing is shared, and nothing is owed back.
    """
    net = f"{NET}, less: [refunds], net_of: {{taxes: {{2026-01: 8 %, 2027-03: 10 %}}}}}}"
    more = "more: {kind: revenue_share, payer: microsoft, payee: openai, streams: [resale], rate: 30 %}"
    text = programme(f"{net}, {more}", status=status).replace("revenues:\n", REFUNDS)
    assert paid(plan(text), "azure/share") == money(m2027_01=12_880, m2027_02="11555.20")
    assert bill(text)["azure/share"] == [
        ("2027-01", "revenue share", 1_288_000),
        ("2027-02", "revenue share", 1_155_520),
    ]


def test_a_net_base_is_what_is_left_whoever_decides() -> None:
    """The payee would rather have all of it shared, and none taken off."""
    text = programme(f"{NET}, less: [refunds]}}", decides="[microsoft, openai]").replace("revenues:\n", REFUNDS)
    assert paid(plan(text), "azure/share") == money(m2027_01=14_000, m2027_02=12_560)


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_revenue_share_worked_example_of_arrears(status: str) -> None:
    """The words: "The share of a calendar quarter is paid within 45 days of its end." January to March 43,200, due by
    15 May; April to June 43,680, by 14 August; July to September 44,160, by 14 November, after all that is planned, so
    that it is told in the last month."""
    more = "more: {kind: revenue_share, payer: microsoft, payee: openai, streams: [resale], rate: 30 %}"
    text = programme(f"{SHARE}, arrears: {{within: 45 d}}}}, {more}", status=status)
    assert paid(plan(text), "azure/share") == money(m2027_05=43_200, m2027_08=43_680, m2027_09=44_160)
    assert [(month, minor) for month, _, minor in bill(text)["azure/share"]] == [
        ("2027-05", 4_320_000),
        ("2027-08", 4_368_000),
        ("2027-09", 4_416_000),
    ]


@pytest.mark.parametrize(
    ("arrears", "months"),
    [
        ("{each: month, within: 0 d}", ["01", "02", "03", "04", "05", "06", "07", "08", "09"]),
        ("{each: month, within: 1 d}", ["02", "03", "04", "05", "06", "07", "08", "09", "09"]),
        ("{each: month, within: 1 month}", ["02", "03", "04", "05", "06", "07", "08", "09", "09"]),
        ("{each: quarter, within: 30 d}", ["04", "04", "04", "07", "07", "07", "09", "09", "09"]),
        ("{each: quarter, within: 31 d}", ["05", "05", "05", "07", "07", "07", "09", "09", "09"]),
        ("{each: year, within: 6 weeks}", ["09"] * 9),
    ],
)
def test_each_month_s_share_is_due_some_time_after_its_period(arrears: str, months: list[str]) -> None:
    expected: dict[str, Decimal] = {}
    for hours, month in zip((744, 672, 744, 720, 744, 720, 744, 744, 720), months, strict=True):
        expected[f"2027-{month}"] = expected.get(f"2027-{month}", Decimal(0)) + hours * 20
    assert paid(plan(programme(f"{SHARE}, arrears: {arrears}}}")), "azure/share") == expected


def test_a_capped_share_in_arrears_meets_its_cap_in_order_of_what_accrued() -> None:
    """90,000 are left: 43,200 and 43,680 of the first two quarters and 3,120 of the third."""
    text = programme(f"{SHARE}, cap: 100000 USD, paid: 10000 USD, arrears: {{within: 30 d}}}}")
    assert paid(plan(text), "azure/share") == money(m2027_04=43_200, m2027_07=43_680, m2027_09=3_120)
    assert [minor for *_, minor in bill(text)["azure/share"]] == [4_320_000, 4_368_000, 312_000]


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_revenue_share_worked_example_of_a_guarantee(status: str) -> None:
    """The words: "The licensee pays at least 200,000 for each contract year; what it has paid for the year is credited
    against it." From January 273 of 365 days are planned: 149,589.04, less 131,040 of shares: 18,549.04."""
    more = "more: {kind: revenue_share, payer: microsoft, payee: openai, streams: [resale], rate: 30 %}"
    text = programme(f"{SHARE}, guarantee: 200000 USD}}, {more}", status=status)
    assert paid(plan(text), "azure/share")["2027-09"] == 14_400 + Decimal("18549.04")
    assert between(plan(text), "azure/share") == {
        ("openai", "microsoft", "revenue share"),
        ("openai", "microsoft", "guarantee"),
    }
    assert bill(text)["azure/share"][-1] == ("2027-09", "guarantee", 1_854_904)
    enough = text.replace("guarantee: 200000", "guarantee: 175000")
    assert "guarantee" not in {what for *_, what in between(plan(enough), "azure/share")}


def test_an_offer_that_is_not_signed_guarantees_nothing() -> None:
    text = programme(f"{SHARE}, guarantee: 200000 USD}}", status=OFFER)
    answer = plan(text)
    assert answer.tables["offers"]["signed"].to_list() == [False]
    assert paid(answer, "azure/share") == {}


ESTIMATE = "estimate: 80000 USD/month"


def test_revenue_share_worked_example_of_a_true_up() -> None:
    """The words: "Each month 20 % of an estimate of 80,000 is paid on account; within the month after the contract year
    it is trued up to 20 % of what was earned." The year ends on 15 March: 16,000, 16,000 and 15/31 of 16,000 against
    14,880, 13,440 and 15/31 of 14,880: 4,221.94 too much. From then to September 96,000 + 16/31 of 16,000 against
    87,840 + 16/31 of 14,880: 8,738.06 too much. The plan has what was earned, when it was."""
    text = programme(f"{SHARE}, {ESTIMATE}}}").replace(
        "signed, from: 2026-01-01, clauses: {share", "signed, from: 2026-03-16, clauses: {share"
    )
    assert paid(plan(text), "azure/share")["2027-01"] == 14_880
    posted = bill(text)["azure/share"]
    assert [one for one in posted if one[1] == "revenue share"] == [
        (f"2027-0{month}", "revenue share", 1_600_000) for month in range(1, 10)
    ]
    assert [one for one in posted if one[1] == "true-up"] == [
        ("2027-03", "true-up", -422_194),
        ("2027-09", "true-up", -873_806),
    ]


def test_a_true_up_stays_within_the_cap() -> None:
    """Of a cap of 100,000 the year takes its 16,000 a month on account until 100,000 are paid, in July; 131,040 were
    earned, so that nothing is trued up. Of one of 130,000 it takes 130,000, in all nine months."""
    posted = bill(programme(f"{SHARE}, {ESTIMATE}, cap: 100000 USD}}"))["azure/share"]
    assert [minor for *_, minor in posted] == [1_600_000] * 6 + [400_000]
    posted = bill(programme(f"{SHARE}, {ESTIMATE}, cap: 130000 USD}}"))["azure/share"]
    assert [minor for *_, minor in posted] == [1_600_000] * 8 + [200_000]
    low = bill(programme(f"{SHARE}, {ESTIMATE.replace('80000', '10000')}, cap: 100000 USD}}"))["azure/share"]
    assert [(what, minor) for _, what, minor in low][-1] == ("true-up", 8_200_000)


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ("cap: 5e6 USD, paid: 6e6 USD", r"paid: 6000000 is more than the cap of 5000000"),
        ("paid: 6e6 USD", "paid: counts toward a cap, and there is none"),
        ("cap: 5e6 USD, guarantee: 1e6 USD", "guarantee: cannot stand beside a cap"),
        ("base: net", "base: is net of nothing; say of what"),
        ("less: [resale]", "less: is taken off a net base, and the base is gross"),
        ("net_of: {taxes: 8 %}", "net_of: is taken off a net base, and the base is gross"),
        ("base: net, less: [resales]", r"less\[0\]: there is no workload or revenue 'resales'; did you mean 'resale'"),
        (
            "base: net, net_of: {a: 60 %, b: {2026-01: 30 %, 2028-01: 50 %}}",
            "takes 110 % off the base from 2028-01-01",
        ),
        ("base: nett", "base"),
        ("arrears: {each: week, within: 3 d}", "each"),
        ("arrears: {each: month}", "within"),
        ("arrears: quarterly in arrears", "arrears: 'quarterly in arrears' where a mapping"),
    ],
)
def test_terms_that_cannot_be_are_refused(terms: str, message: str) -> None:
    with pytest.raises(gw.ProgrammeError, match=message):
        load(programme(f"{SHARE}, {terms}}}"))


def test_the_days_on_which_shares_fall_due_and_a_guarantee_is_reckoned() -> None:
    text = programme(f"{SHARE}, guarantee: 200000 USD, arrears: {{within: 45 d}}}}").replace("2027-09", "2027-06")
    shared = load(text).contracts["azure"]  # it has no end, so that its year does not end with the horizon
    view = ClauseView(load(text), shared, "azure", "share", shared.span, Facts())
    assert [(str(one.on), one.what, one.by, one.amount) for one in shared.clauses["share"].deadlines(view)] == [
        ("2027-05-15", "payment", "openai", None),
        ("2027-08-14", "payment", "openai", None),
        ("2027-12-31", "floor", "openai", 200_000),
    ]


def test_nobody_shares_revenue_with_itself() -> None:
    with pytest.raises(gw.ProgrammeError, match="payee: openai cannot pay a share to itself"):
        load(programme(f"{SHARE.replace('payee: microsoft', 'payee: openai')}}}"))


SHARED = """
programme: shared
decides: DECIDES
horizon: {from: 2027-01, through: 2028-05}
finance: {discount: 30 %/year}
workloads: {chat: {kind: serving, owner: acme, chips: {2027-01: A, 2027-09: B}, revenue: WORTH USD/chip-hour}}
revenues: {refunds: {party: acme, amount: {2027-01: 0 USD/month, 2027-06: OFF USD/month}}}
pools: {cloud-h100: {provider: cloud, chip: h100, resource_cost: 0.50 USD/chip-hour}}
contracts:
  chips: {buyer: acme, seller: cloud, status: signed, from: 2026-01-01,
          clauses: {rate: {kind: price, chip: h100, price: 1 USD/chip-hour}}}
  azure: {buyer: acme, seller: azure, status: signed, from: 2026-04-11, clauses: {
    net: {kind: revenue_share, payer: acme, payee: azure, streams: [chat], rate: {2026-01: 20 %, 2027-05-09: RATE %},
          base: net, less: [refunds], net_of: {taxes: 8 %}, guarantee: LEAST USD, arrears: {each: month, within: 20 d}},
    capped: {kind: revenue_share, payer: acme, payee: azure, rate: RATE %, cap: MOST USD, base: net, net_of: {a: 3 %},
             arrears: {within: 30 d}, estimate: OFF USD/month}}}
"""


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(
    decides=st.sampled_from(["[acme]", "[azure]", "[acme, azure]", "[acme, cloud]"]),
    a=st.integers(1, 100),
    b=st.integers(1, 100),
    worth=st.integers(0, 4),
    off=st.integers(0, 90).map(lambda thousands: thousands * 1000),
    rate=st.integers(0, 40),
    least=st.integers(0, 200).map(lambda thousands: thousands * 1000),
    most=st.integers(0, 200).map(lambda thousands: thousands * 1000),
)
def test_shares_are_the_contract_s_whoever_decides(decides: str, **terms: int) -> None:
    text = SHARED.replace("DECIDES", decides)
    for name, value in terms.items():
        text = text.replace(f": {name.upper()}", f": {value}")
    draft, x = solved(text)
    postings = settle(draft, facts_of(draft, x))
    for row in restated(draft, x).iter_rows(named=True):
        count = sum(posting.by == row["clause"] for posting in postings)
        assert abs(row["difference"]) <= Decimal("0.02") * (count + 1), (row, text)
