"""`service_level`, worked by hand: credits of a month's fees for availability that fell short, claimed in time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small import between, load, money, paid, plan, solved
from test_postings import rounding

import gigawatt as gw
from gigawatt.clauses.service_level import ServiceLevel
from gigawatt.model.facts import Available, Claimed, Delivered, Facts, Outage
from gigawatt.model.verdict import Ask, ClauseView, Opinion, Ruling
from gigawatt.planner.drafting import draft_programme
from gigawatt.planner.restating import facts_of, restated, settle
from gigawatt.values.span import Span

HEAD = """
programme: acme
decides: DECIDES
horizon: {from: 2027-01, through: 2027-06}
finance: {discount: 0 %/year}
workloads: {chat: {kind: serving, chips: 300, unserved: 9 USD/chip-hour}}
MORE
contracts:
  order-7: {buyer: acme, seller: lumen, STATUS, from: 2026-07-01, through: 2027-06-30, clauses: {
    gpus: {kind: reservation, chip: h100, chips: 256, price: 2.10 USD/chip-hour},
    uptime: {kind: service_level, target: 99.5 %, UPTIME}}}
"""
STEPS = "credit: {99 %: 10 %, 95 %: 30 %}"
CLAIMED = f"{STEPS}, claim: 30 d"
SIGNED = "status: signed"
NAME, POOL = "order-7/uptime", "lumen-h100"


def text(uptime: str = CLAIMED, status: str = SIGNED, more: str = "", decides: str = "acme") -> str:
    told = HEAD.replace("UPTIME", uptime).replace("STATUS", status).replace("MORE", more)
    return told.replace("DECIDES", decides)


HOURS = {"2027-01": 744, "2027-02": 672, "2027-03": 744}
READY = tuple(Delivered("order-7/gpus", POOL, month, Decimal(256 * hours)) for month, hours in HOURS.items())


def bill(uptime: str, programme: str | None = None, **facts: object) -> dict[str, int]:
    known = Facts(signed=frozenset({"order-7"}), deliveries=READY, **facts)  # type: ignore[arg-type]
    postings = settle(draft_programme(load(programme or text(uptime))), known)
    return {one.month: one.amount_minor for one in postings if one.by == NAME}


def availability(**months: str) -> tuple[Available, ...]:
    return tuple(Available(POOL, f"2027-{name[1:]}", Decimal(share)) for name, share in months.items())


MEASURED = availability(m01="0.99", m02="0.982", m03="0.9499")


def claims(**days: date) -> tuple[Claimed, ...]:
    return tuple(Claimed(NAME, f"2027-{name[1:]}", day) for name, day in days.items())


def test_service_level_worked_example() -> None:
    """The words: "Availability in a calendar month below 99 % is credited with 10 % of that month's fee, below 95 %
    with 30 %. Credits are claimed within thirty days of the end of the month."

    January reached 99 %: nothing. February 98.2 %: 672 h x 256 x 2.10 = 361,267.20, a tenth 36,126.72. March 94.99 %:
    744 h are 399,974.40, of which 119,992.32. Claimed on 30 March, the last day for February, and on 1 April.
    """
    due = {"2027-02": -36_126_72, "2027-03": -119_992_32}
    in_time = claims(m01=date(2027, 2, 1), m02=date(2027, 3, 30), m03=date(2027, 4, 1))
    assert bill(CLAIMED, availability=MEASURED, claims=in_time) == due


@pytest.mark.parametrize("status", [SIGNED, "status: offer, sign_by: 2026-12-01"])
def test_a_plan_counts_on_credits_only_for_what_is_expected(status: str) -> None:
    """98 % to 20 February is 98 x 20/28 + 100 x 8/28 = 98.57 in the mean of February: a tenth, as in January; from
    March on nothing. January: 744 h x 256 x 2.10 = 399,974.40."""
    expected = f"{CLAIMED}, expected: {{2026-07: 98 %, 2027-02-21: 100 %}}"
    answer = plan(text(expected, status))
    assert paid(answer, NAME) == money(m2027_01="-39997.44", m2027_02="-36126.72")
    assert between(answer, NAME) == {("acme", "lumen", "service credit")}
    assert paid(plan(text(status=status)), NAME) == {}
    draft, x = solved(text(expected, status))
    postings = settle(draft, facts_of(draft, x))
    for row in restated(draft, x).iter_rows(named=True):
        assert row["fit"] == "exact"
        assert abs(row["difference"]) <= rounding(postings, row["clause"])


def test_an_offer_that_is_refused_credits_nothing() -> None:
    expected = f"{CLAIMED}, expected: 90 %"
    dear = text(expected, "status: offer, sign_by: 2026-12-01").replace("price: 2.10", "price: 20")
    assert paid(plan(dear), NAME) == {}


@pytest.mark.parametrize("decides", ["lumen", "[acme, lumen]"])
def test_the_credit_is_the_contract_s_whoever_decides(decides: str) -> None:
    more = f"pools: {{{POOL}: {{provider: lumen, chip: h100, resource_cost: 1 USD/chip-hour}}}}"
    answer = plan(text(f"{CLAIMED}, expected: 94 %", more=more, decides=decides))
    assert paid(answer, NAME)["2027-01"] == Decimal("-119992.32")


@pytest.mark.parametrize("day", [date(2027, 3, 31), date(2028, 1, 1)])
def test_what_was_not_claimed_in_time_gives_nothing(day: date) -> None:
    assert bill(CLAIMED, availability=MEASURED) == {}
    assert bill(CLAIMED, availability=MEASURED, claims=claims(m02=day)) == {}
    assert bill(CLAIMED, availability=MEASURED, claims=(Claimed("order-7/gpus", "2027-02", date(2027, 3, 1)),)) == {}


def test_without_a_window_it_is_due_unclaimed() -> None:
    assert bill(STEPS, availability=MEASURED) == {"2027-02": -36_126_72, "2027-03": -119_992_32}


def test_the_cap_is_the_most_of_a_month_s_fees() -> None:
    """15 % of 399,974.40 is 59,996.16; a tenth is below it."""
    capped = bill(f"{STEPS}, cap: 15 %", availability=MEASURED)
    assert capped == {"2027-02": -36_126_72, "2027-03": -59_996_16}


def test_outages_count_by_their_hours_but_for_what_is_excluded() -> None:
    """672 h. 6.71 h are 99.0015 %: nothing; 6.73 h are 98.9985 %: a tenth. 20 h of the customer's doing leave 652 h,
    of which 1 % is 6.52: 6.53 h are enough then. Of 12 h of maintenance 8 do not count: 664 h, with 4 + 2.65 of down
    time, are 98.998 %."""
    excluding = f"{STEPS}, exclusions: [customer], maintenance: 8 h"

    def credited(*outages: tuple[str, str]) -> bool:
        told = tuple(Outage(POOL, "2027-02", Decimal(hours), cause) for hours, cause in outages)
        return "2027-02" in bill(excluding, outages=told)

    assert [credited(("6.71", "")), credited(("6.73", ""))] == [False, True]
    assert [credited(("20", "customer"), ("6.51", "")), credited(("20", "customer"), ("6.53", ""))] == [False, True]
    assert [credited(("12", "maintenance"), ("2.6", "")), credited(("12", "maintenance"), ("2.65", ""))] == [
        False,
        True,
    ]
    assert credited(("672", "customer")) is False


def test_a_month_that_is_measured_goes_by_its_measure() -> None:
    outage = (Outage(POOL, "2027-02", Decimal(600)),)
    assert bill(STEPS, availability=availability(m02="1"), outages=outage) == {}
    other = (Available(POOL, "2027-02", Decimal(1), "elsewhere/uptime"),)
    assert bill(STEPS, availability=other, outages=outage) == {"2027-02": -108_380_16}


def test_each_clause_is_credited_by_its_own_pool_and_only_where_named() -> None:
    """100 h200 at 3.00 in February: 201,600, a tenth 20,160; the h100 were there."""
    more = "    big: {kind: reservation, chip: h200, chips: 100, price: 3 USD/chip-hour},\n    uptime:"
    both = text(STEPS).replace("    uptime:", more)
    ready = Delivered("order-7/big", "lumen-h200", "2027-02", Decimal(67_200))
    down = (Available("lumen-h200", "2027-02", Decimal("0.97")),)

    def due(programme: str) -> dict[str, int]:
        known = Facts(signed=frozenset({"order-7"}), deliveries=(*READY, ready), availability=down)
        postings = settle(draft_programme(load(programme)), known)
        return {one.month: one.amount_minor for one in postings if one.by == NAME}

    assert due(both) == {"2027-02": -20_160_00}
    assert due(both.replace(STEPS, f"{STEPS}, clauses: [gpus]")) == {}


def test_days_in_force_count_of_a_month_that_they_cut() -> None:
    """From 15 February: 14 of 28 days of 361,267.20, a tenth."""
    assert bill(f"{STEPS}, from: 2027-02-15", availability=MEASURED)["2027-02"] == -18_063_36
    answer = plan(text(f"{STEPS}, from: 2027-02-15, through: 2027-03-31, expected: 98 %"))
    assert paid(answer, NAME) == money(m2027_02="-18063.36", m2027_03="-39997.44")


@given(st.fractions(0, 1), st.fractions(0, 1))
@settings(deadline=None)
def test_a_worse_month_is_never_credited_with_less(one: Fraction, other: Fraction) -> None:
    clause = load(text(f"{STEPS}, cap: 25 %")).contracts["order-7"].clauses["uptime"]
    assert isinstance(clause, ServiceLevel)
    worse, better = sorted((one, other))
    assert clause._share_at(worse) >= clause._share_at(better)
    assert clause._share_at(worse) in (0, Fraction(1, 10), Fraction(1, 4))


@pytest.mark.parametrize(
    ("uptime", "message"),
    [
        ("credit: {}", "needs at least one step"),
        ("credit: {99 %: 30 %, 95 %: 10 %}", "below 95 % 10 % is credited, and below 99 % already 30 %"),
        ("credit: {99.9 %: 10 %}", "is due below 99.9 %, and only 99.5 % is promised"),
        ("credit: {101 %: 10 %}", "above 100 %"),
        (f"{STEPS}, chronic: {{below: 95 %, months: 7, of: 6}}", "7 of 6 months cannot be"),
        (f"{STEPS}, exclusions: [maintenance], maintenance: 4 h", "keep one of the two"),
        (f"{STEPS}, clauses: [uptime], expected: 98 %", "no clause whose fees are credited is about a pool or a site"),
        (f"{STEPS}, clauses: [cpus]", "there is no clause 'cpus'"),
    ],
)
def test_bad_input_is_told(uptime: str, message: str) -> None:
    with pytest.raises(gw.ProgrammeError, match=message):
        load(text(uptime))


CHRONIC = f"{STEPS}, chronic: {{below: 95 %, months: 2, of: 3}}, sole_remedy: true"


def view_of(uptime: str, facts: Facts) -> tuple[ServiceLevel, ClauseView]:
    programme = load(text(uptime))
    contract = programme.contracts["order-7"]
    clause = contract.clauses["uptime"]
    assert isinstance(clause, ServiceLevel)
    days = Span(date(2026, 7, 1), date(2027, 7, 1))
    return clause, ClauseView(programme, contract, "order-7", "uptime", days, facts)


def decide(what: str, facts: Facts, subject: str | None = None, by: str = "acme") -> Opinion | None:
    clause, view = view_of(CHRONIC, facts)
    ask = Ask("decide", by, date(2027, 4, 10), contract="order-7", decision=what, subject=subject)
    return clause.gate(ask, view)


def test_a_failure_that_goes_on_lets_the_buyer_end_the_contract() -> None:
    """January to March: two of them below 95 %."""
    bad = Facts(availability=availability(m01="0.94", m02="0.96", m03="0.9"))
    allowed = decide("termination", bad)
    assert allowed is not None
    assert (allowed.ruling, allowed.why) == (
        Ruling.ALLOW,
        "was below 95 % in 2 of the last 3 months: 2027-01, 2027-03; it may be ended for that",
    )
    better = Facts(availability=availability(m01="0.95", m02="0.96", m03="0.9"))
    denied = decide("termination", better, "chronic_failure")
    assert denied is not None
    assert (denied.ruling, denied.why) == (Ruling.DENY, "was below 95 % in 1 of the last 3 months, and 2 are needed")
    assert decide("termination", better) is None
    assert decide("termination", bad, by="lumen") is None


def test_where_credits_are_the_sole_remedy_damages_are_denied() -> None:
    denied = decide("damages", Facts())
    assert denied is not None
    assert (denied.ruling, denied.why) == (Ruling.DENY, "credits are all that is owed for outages")
    assert decide("damages", Facts(), "delay") is None


def test_its_deadlines_are_the_last_days_to_claim() -> None:
    facts = Facts(availability=MEASURED, claims=claims(m03=date(2027, 4, 1)))
    clause, view = view_of(CLAIMED, facts)
    (one,) = clause.deadlines(view)
    assert (one.on, one.what, one.by) == (date(2027, 3, 30), "claim", "acme")
    assert one.words == "last day to claim 10 % of the fees of 2027-02"
    assert clause.beneficiaries(view.contract) == ("acme",)
    assert view_of(STEPS, facts)[0].deadlines(view) == ()
