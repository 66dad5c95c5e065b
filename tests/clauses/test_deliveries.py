"""Deliveries by hand: due on days, shifted by consent, accepted, late with damages, ended at a longstop.

The terms are those of `reservation` and `lease` alike.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small import between, chip_hours, load, money, paid, plan, solved
from test_postings import amounts, book_of, rounding

import gigawatt as gw
from gigawatt.errors import ProgrammeError
from gigawatt.model.facts import Delivered, Facts, HandedOver
from gigawatt.model.plan import Plan
from gigawatt.planner.restating import facts_of, restated, settle

SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2026-06-01"


def programme(clause: str, status: str = SIGNED, *, chips: int = 100, worth: int = 10, more: str = "") -> str:
    """A contract of lumen's from January to June 2027, in a plan from January to September."""
    return f"""
programme: acme
decides: acme
horizon: {{from: 2027-01, through: 2027-09}}
finance: {{discount: 0 %/year}}
workloads:
  chat: {{kind: serving, chips: {chips}, unserved: {worth} USD/chip-hour}}
contracts:
  lumen: {{buyer: acme, seller: lumen, {status}, from: 2027-01-01, through: 2027-06-30, clauses: {{
    gpus: {{kind: reservation, chip: h100, {clause}}}}}}}
{more}"""


def by_what(answer: Plan, clause: str, what: str) -> dict[str, Decimal]:
    """What is paid under a clause for one thing, by month."""
    rows = answer.tables["cash"].iter_rows(named=True)
    return {row["month"]: row["amount"] for row in rows if (row["by"], row["what"]) == (clause, what)}


WORDS = """chips: {2027-01: 40, 2027-03: 100}, price: 2 USD/chip-hour, acceptance: 10 d,
    delivered: {2027-03: 2027-03-20}, damages: {per_day: 12 USD/chip, grace: 5 d, cap: 4000 USD}"""
FEE = money(m2027_01=40_320, m2027_02=53_760, m2027_03=65_280, m2027_04=144_000, m2027_05=148_800, m2027_06=144_000)


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_reservation_deliveries_worked_by_hand(status: str) -> None:
    """The words: "Provider makes 40 GPUs available on 1 January and 60 more on 1 March. The fee of 2.00 per GPU and
    hour runs from acceptance, which is deemed given ten days after delivery. For each day of delay after the first
    five, Provider pays 12 per GPU that is late, in all no more than 4,000." The 60 come on 20 March.

    January 40 x 21 days x 24 x 2 = 40,320; February 40 x 672 x 2 = 53,760; March 40 x 744 x 2 + 60 x 2 days x 24 x 2 =
    65,280; then 100 x 720, 744, 720 x 2. Late for 19 days, 14 after the grace: 14 x 60 x 12 = 10,080, so 4,000.
    """
    answer = plan(programme(WORDS, status))
    assert by_what(answer, "lumen/gpus", "fee") == FEE
    assert by_what(answer, "lumen/gpus", "damages") == money(m2027_03=4_000)
    assert between(answer, "lumen/gpus") == {("acme", "lumen", "fee"), ("lumen", "acme", "damages")}
    assert chip_hours(answer, "lumen-h100")["2027-03"] == 40 * 744 + 60 * 48


def test_the_same_by_the_days_on_record_and_by_the_meter() -> None:
    """What is on record is a delivery of 40 on 1 January, and one of 60 on 20 March; nobody names the lots."""
    clause, book = book_of(programme(WORDS), "lumen/gpus")
    facts = Facts(
        handed_over=(
            HandedOver("lumen/gpus", None, book.months[0].start, units=Decimal(40)),
            HandedOver("lumen/gpus", None, book.months[2].start.replace(day=20), units=Decimal(60)),
        )
    )
    minor = [(month, int(amount * 100)) for month, amount in FEE.items()]
    assert amounts(clause.post(book, facts)) == [*minor, ("2027-03", 400_000)]
    metered = Facts(deliveries=(Delivered("lumen/gpus", "lumen-h100", "2027-03", Decimal(1000)),))
    assert amounts(clause.post(book, metered)) == [("2027-03", 200_000)]  # how late it was, a meter does not say


def test_what_is_not_on_record_has_not_come() -> None:
    """40 are late from 1 January on: 26 days after the grace x 40 x 12 = 12,480, more than the cap of 4,000."""
    clause, book = book_of(programme(WORDS), "lumen/gpus")
    assert amounts(clause.post(book, Facts())) == [("2027-01", 400_000)]


def test_a_day_that_was_shifted_by_consent_is_the_day_due() -> None:
    """To 20 March with acme's consent: nothing is late, and without `delivered` it comes then: 30 March, as above."""
    words = WORDS.replace("delivered: {2027-03: 2027-03-20}", "shifts: [{of: 2027-03, to: 2027-03-20, consent: acme}]")
    answer = plan(programme(words))
    assert by_what(answer, "lumen/gpus", "fee") == FEE
    assert by_what(answer, "lumen/gpus", "damages") == {}
    later = plan(programme(words.replace("shifts:", "delivered: {2027-03: 2027-03-30}, shifts:")))
    assert by_what(later, "lumen/gpus", "damages") == money(m2027_03=5 * 60 * 12)


def test_shifts_follow_each_other_and_one_without_a_name_moves_all() -> None:
    """Each by ten days, the second of them by five more: 40 from 11 January and 60 from 16 March."""
    clause = """chips: {2027-01: 40, 2027-03: 100}, price: 1 USD/chip-hour,
        shifts: [{days: 10, consent: acme}, {of: 2027-03, days: 5, consent: acme}]"""
    fee = by_what(plan(programme(clause)), "lumen/gpus", "fee")
    assert fee["2027-01"] == 40 * 21 * 24
    assert fee["2027-03"] == 40 * 744 + 60 * 16 * 24


def test_acceptance_may_be_stated() -> None:
    """Accepted on 6 January, before it counts as accepted."""
    words = WORDS.replace("acceptance", "accepted: {2027-01: 2027-01-06}, acceptance")
    assert by_what(plan(programme(words)), "lumen/gpus", "fee")["2027-01"] == 40 * 26 * 24 * 2


@pytest.mark.parametrize(
    ("rate", "due"),
    [
        ("100 USD", 700),
        ("1 USD/chip", 700),
        ("100 USD, cap: 650 USD", 650),
        ("1 USD/chip, cap: 3 USD/chip", 300),
    ],
)
def test_damages_are_for_all_or_by_the_chip_and_so_is_their_cap(rate: str, due: int) -> None:
    """100 chips, seven days late."""
    clause = f"chips: 100, price: 1 USD/chip-hour, delivered: {{2027-01-01: 2027-01-08}}, damages: {{per_day: {rate}}}"
    assert by_what(plan(programme(clause)), "lumen/gpus", "damages") == money(m2027_01=due)


def test_damages_run_by_the_day_over_months_and_what_was_due_before_the_plan_counts_toward_the_cap() -> None:
    """Due on 1 December 2026 and come on 20 January: 31 days at 1,000 before the plan, then 9 of a cap of 40,000."""
    text = programme(
        """chips: 100, price: 1 USD/chip-hour, delivered: {2026-12-01: 2027-01-20},
        damages: {per_day: 1000 USD, cap: 40000 USD}"""
    )
    text = text.replace("from: 2027-01-01, through", "from: 2026-12-01, through")
    assert by_what(plan(text), "lumen/gpus", "damages") == money(m2027_01=9_000)
    uncapped = text.replace(", cap: 40000 USD", "").replace("2027-01-20", "2027-02-03")
    assert by_what(plan(uncapped), "lumen/gpus", "damages") == money(m2027_01=31_000, m2027_02=2_000)


LONGSTOP = """chips: {2027-01: 30, 2027-02: 100}, price: PRICE USD/chip-hour, longstop: 60 d,
    delivered: {2027-02: 2027-05-01}, damages: {per_day: 1000 USD}, deposit: {amount: 100000 USD, refund: 50 %}"""


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_what_comes_after_its_longstop_is_waited_for_where_it_pays(status: str) -> None:
    """70 chips due on 1 February come on 1 May; from 2 April, sixty days on, the buyer may end them.

    At 6.00 an hour waiting is worth 70 x 1,464 hours x 4 and brings 1,000 a day for 89 days. The deposit of 100,000
    comes back on 1 July.
    """
    answer = plan(programme(LONGSTOP.replace("PRICE", "6"), status))
    damages = {"2027-02": 28_000, "2027-03": 31_000, "2027-04": 30_000}
    assert by_what(answer, "lumen/gpus", "damages") == damages
    assert by_what(answer, "lumen/gpus", "fee")["2027-05"] == 100 * 744 * 6
    assert by_what(answer, "lumen/gpus", "deposit") == money(m2027_01=100_000)
    assert by_what(answer, "lumen/gpus", "deposit returned") == money(m2027_07=100_000)
    assert by_what(answer, "lumen/gpus", "refund") == {}


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_what_comes_after_its_longstop_is_ended_where_that_pays(status: str) -> None:
    """At 11.00 an hour waiting loses 70 x 1,464 x 1 = 102,480 and brings 29,000 more of damages. Ending costs half of
    what the deposit is for the 70: 70,000 less the refund of 35,000. So the 70 are ended on 2 April.

    The 30 chips of January lose as well, so that an offer of all this is refused, and costs nothing.
    """
    answer = plan(programme(LONGSTOP.replace("PRICE", "11"), status))
    if status == OFFER:
        assert paid(answer, "lumen/gpus") == {}
        return
    assert by_what(answer, "lumen/gpus", "damages") == money(m2027_02=28_000, m2027_03=31_000, m2027_04=1_000)
    assert by_what(answer, "lumen/gpus", "fee")["2027-05"] == 30 * 744 * 11
    assert by_what(answer, "lumen/gpus", "refund") == money(m2027_04=35_000)
    assert by_what(answer, "lumen/gpus", "deposit returned") == money(m2027_07=30_000)
    told = answer.tables["renewals"].select("clause", "what", "chosen", "last_day").rows()
    assert told == [("lumen/gpus", "wait", False, date(2027, 4, 2))]
    assert answer.tables["renewals"]["better_by"].to_list() == pytest.approx([29_000 + 35_000 - 102_480])
    assert "do not wait for lumen" in gw.summary(answer)


def test_the_bill_for_what_was_ended_is_the_plan_s() -> None:
    for price in (6, 11):
        draft, x = solved(programme(LONGSTOP.replace("PRICE", str(price))))
        row = restated(draft, x).row(0, named=True)
        assert (row["fit"], row["difference"]) == ("exact", 0)


def test_a_seller_that_decides_does_not_end_what_the_buyer_may_end() -> None:
    """lumen plans; acme is given, so it waits; lumen pays for the chips and the damages."""
    text = programme(
        LONGSTOP.replace("PRICE", "11"),
        more="pools: {lumen-h100: {provider: lumen, chip: h100, resource_cost: 1 USD/chip-hour}}\n",
    )
    answer = plan(
        text.replace("decides: acme", "decides: lumen").replace(
            "unserved: 10 USD/chip-hour", "revenue: 1 USD/chip-hour"
        )
    )
    assert by_what(answer, "lumen/gpus", "damages")["2027-04"] == 30_000
    assert by_what(answer, "lumen/gpus", "fee")["2027-05"] == 100 * 744 * 11


def test_a_deposit_that_comes_back_after_the_plan_is_told_beyond_it_and_costs_its_time_only() -> None:
    """Without discount a deposit decides nothing: 100 chips at 9.99 are worth taking, 10 million left for years."""
    text = programme("chips: 100, price: 9.99 USD/chip-hour, deposit: {amount: 10e6 USD}", OFFER)
    answer = plan(text.replace("through: 2027-06-30", "through: 2029-12-31"))
    assert answer.tables["offers"]["signed"].to_list() == [True]
    assert by_what(answer, "lumen/gpus", "deposit") == money(m2027_01=10_000_000)
    beyond = answer.tables["beyond"]
    assert beyond.select("from", "to", "what", "amount").rows() == [("acme", "lumen", "deposit", 10_000_000)]
    dear = text.replace("discount: 0 %", "discount: 10 %").replace("through: 2027-06-30", "through: 2029-12-31")
    assert plan(dear).tables["offers"]["signed"].to_list() == [False]


EVENTS = """events:
  - {date: 2027-01-05, recorded: 2027-01-06, kind: delivery, clause: lumen/gpus, chips: 25}
  - {date: 2027-01-11, recorded: 2027-01-11, kind: delivery, clause: lumen/gpus, chips: 75}
  - {date: 2027-01-15, recorded: 2027-01-15, kind: acceptance, clause: lumen/gpus, event: 2027-01-01}
"""


def test_events_tell_a_plan_when_a_delivery_came_as_far_as_they_were_known() -> None:
    """All 100 have come on 11 January, and were accepted on the 15th; on 10 January nobody knew."""
    text = programme("chips: 100, price: 1 USD/chip-hour, acceptance: 10 d", more=EVENTS)
    known = text.replace("decides: acme", "decides: acme\nas_of: 2027-01-15")
    assert by_what(plan(known), "lumen/gpus", "fee")["2027-01"] == 100 * 17 * 24
    delivered = text.replace("decides: acme", "decides: acme\nas_of: 2027-01-12")
    assert by_what(plan(delivered), "lumen/gpus", "fee")["2027-01"] == 100 * 11 * 24  # deemed accepted on the 21st
    early = text.replace("decides: acme", "decides: acme\nas_of: 2027-01-10")
    assert (
        by_what(plan(early), "lumen/gpus", "fee")["2027-01"] == 100 * 21 * 24
    )  # due on the 1st, so accepted on the 11th


LEASE = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: 2027-06}
finance: {discount: 0 %/year}
chips: {block: {it_power: 10 kW, vendor: maker, price: 1 USD/chip}}
sites:
  hall:
    landlord: crusoe
    operator: acme
    phases: {b1: {power: 1 MW, ready: 2027-01-16}, b2: {power: 2 MW, ready: 2027-02-15}}
pools: {hall-block: {site: hall, chip: block, owner: acme}}
workloads:
  chat: {kind: serving, chips: 300, unserved: 100 USD/chip-hour}
contracts:
  hall-lease: {buyer: acme, seller: crusoe, STATUS, from: 2027-01-01, through: 2041-12-31, clauses: {
    premises: {kind: lease, site: hall, rent: 150 USD/kW-month, TERMS}}}
"""


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_lease_deliveries_worked_by_hand(status: str) -> None:
    """The words: "Landlord delivers Building 1 by 1 January and Building 2 by 1 February. Rent of 150 per kW and month
    begins 15 days after delivery. For each day of delay Landlord credits 1,000 per MW, at most 40,000."

    b1, 1 MW, is ready on 16 January and so accepted on the 31st: 150,000 x 1/31 = 4,838.71; 15 days late, 15,000. b2,
    2 MW, on 15 February, 14 days late: 28,000, of which 25,000 are left of the cap; rent from 2 March: 300,000 x 30/31
    = 290,322.58 beside 150,000.
    """
    terms = "due: {b1: 2027-01-01, b2: 2027-02-01}, acceptance: 15 d, damages: {per_day: 1000 USD/MW, cap: 40000 USD}"
    answer = plan(LEASE.replace("STATUS", status).replace("TERMS", terms))
    rent = by_what(answer, "hall-lease/premises", "rent")
    assert [rent[f"2027-0{m}"] for m in (1, 2, 3, 4)] == [Decimal("4838.71"), 150_000, Decimal("440322.58"), 450_000]
    assert by_what(answer, "hall-lease/premises", "damages") == money(m2027_01=15_000, m2027_02=25_000)
    powered = dict(answer.tables["power"].select("month", "powered_mw").iter_rows())
    assert powered["2027-03"] == pytest.approx(1 + 2 * 30 / 31)


def test_power_that_never_comes_in_the_plan_is_not_paid_for() -> None:
    terms = "phases: [b1], delivered: {b1: 2028-03-01}, damages: {per_day: 10 USD}"
    answer = plan(LEASE.replace("STATUS", SIGNED).replace("TERMS", terms))
    assert by_what(answer, "hall-lease/premises", "rent") == {}
    assert by_what(answer, "hall-lease/premises", "damages")["2027-01"] == 160


def test_an_option_on_a_phase_serves_once_it_is_accepted() -> None:
    """b2, an option, is ready on 15 February and accepted a month later."""
    terms = "phases: [b1], options: [b2], acceptance: 1 month"
    answer = plan(LEASE.replace("STATUS", SIGNED).replace("TERMS", terms))
    rent = by_what(answer, "hall-lease/premises", "rent")
    assert rent["2027-03"] == round(Decimal(150_000) + Decimal(300_000) * 17 / 31, 2)


days = st.integers(0, 200)
few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@few
@given(days, days, st.integers(0, 40), st.integers(0, 90), st.sampled_from(["9", "11"]), st.booleans())
def test_whatever_the_days_a_plan_costs_what_its_bill_says(
    first: int, second: int, accepted: int, longstop: int, price: str, offered: bool
) -> None:
    came = [date(2027, 1, 1) + timedelta(days=n) for n in (first, 60 + second)]
    clause = f"""chips: {{2027-01: 30, 2027-03: 100}}, price: {price} USD/chip-hour, longstop: {longstop} d,
        acceptance: {accepted} d, delivered: {{2027-01: {came[0]}, 2027-03: {came[1]}}},
        damages: {{per_day: 17 USD/chip, grace: 3 d, cap: 40000 USD}}, deposit: {{amount: 100000 USD, refund: 70 %}}"""
    draft, x = solved(programme(clause, OFFER if offered else SIGNED))
    postings = settle(draft, facts_of(draft, x))
    for row in restated(draft, x).iter_rows(named=True):
        assert row["fit"] == "exact"
        assert abs(row["difference"]) <= rounding(postings, row["clause"]), row


@pytest.mark.parametrize(
    ("clause", "says"),
    [
        ("chips: 100, delivered: {2027-02: 2027-03-01}", "nothing is due as '2027-02-01'; there are 2027-01-01"),
        ("chips: 100, accepted: {first: 2027-03-01}", "nothing is due as 'first'; there are 2027-01-01"),
        ("chips: 100, shifts: [{of: 2027-04, days: 3, consent: acme}]", "nothing is due as '2027-04-01'"),
        ("chips: 100, shifts: [{days: 3, consent: lumen}]", "a later day needs the consent of acme"),
        ("chips: 100, shifts: [{to: 2026-12-01, consent: acme}]", "an earlier day needs the consent of lumen"),
        ("chips: 100, shifts: [{days: 3, to: 2027-03-01, consent: acme}]", "neither or both of `to` and `days`"),
        ("chips: 100, shifts: [{days: 3.5, consent: acme}]", "give whole ones"),
        ("chips: {2027-01: 30, 2027-05: 60}, longstop: 2027-04", "2027-05-01 is due on 2027-05-01 only"),
        ("chips: 100, delivered: {2027-01: 2027-02-01}, accepted: {2027-01: 2027-01-15}", "on 2027-01-15, before"),
        ("chips: {min: 10, max: 20}, damages: {per_day: 5 USD}", "deliveries that are due on days"),
        ("chips: {most: 20, take: quarterly}, acceptance: 5 d", "what is accepted comes on a day"),
        ("chips: {2027-01: 60, 2027-03: 30}, longstop: 30 d", "deliveries that are due on days"),
        ("chips: 100, damages: {per_day: 5 USD, cap: 10 USD/chip}", "a cap of 10 a chip on damages of 5 for all"),
        ("chips: 100, damages: {per_day: 5 USD/MWh}", "USD/MWh"),
        ("chips: 100, damages: {per_day: -5 USD}", "negative"),
        ("chips: 100, longstop: soon", "'soon' is not a duration"),
    ],
)  # fmt: skip
def test_bad_terms_of_delivery_are_told(clause: str, says: str) -> None:
    with pytest.raises(ProgrammeError) as error:
        load(programme(f"{clause}, price: 2 USD/chip-hour"))
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ("due: {b3: 2027-01-01}", "there is no phase 'b3'"),
        ("options: [b2], due: {b2: 2027-01-01}", "b2 comes when it is taken"),
        ("delivered: {b3: 2027-01-01}", "nothing is due as 'b3'; there are b1, b2"),
        ("damages: {per_day: 5 USD/chip}", "in MW"),
    ],
)
def test_bad_terms_of_a_lease_are_told(terms: str, says: str) -> None:
    with pytest.raises(ProgrammeError) as error:
        load(LEASE.replace("STATUS", SIGNED).replace("TERMS", terms))
    assert says in str(error.value)


def test_damages_by_a_unit_that_is_not_the_clause_s_are_refused() -> None:
    with pytest.raises(ProgrammeError, match="in chips"):
        load(programme("chips: 100, price: 2 USD/chip-hour, damages: {per_day: 5 USD/MW}"))


def test_no_price_tells_what_an_offer_with_sums_costs() -> None:
    """A deposit is no part of a price by the hour, so that the offer is priced as a share of all that it asks."""
    answer = plan(programme("chips: 100, price: 2 USD/chip-hour, damages: {per_day: 5 USD}", OFFER))
    assert answer.tables["offers"].select("asked_price", "walk_away_price").rows() == [(None, None)]


def falling_due(text: str, known: str) -> list[tuple[str, str, str]]:
    """All that falls due of one clause, as (day, what, by)."""
    found = gw.due_between(load(text), date(2026, 1, 1), date(2032, 1, 1), known=date.fromisoformat(known))
    return [(f"{one.deadline.on}", one.deadline.what, one.deadline.by) for one in found if "/" in one.clause]


def test_what_falls_due_is_told_with_its_day() -> None:
    """40 chips came on 1 January and count as accepted on the 11th; 60 are due, and may be ended 180 days later."""
    clause = """chips: {2027-01: 40, 2027-03: 100}, price: 2 USD/chip-hour, acceptance: 10 d,
        delivered: {2027-01: 2027-01-01}, longstop: 180 d, deposit: {amount: 5 USD},
        extend: {for: 12 months, notice: 90 d}, enlarge: {most: 8, by: 2027-04-01}"""
    assert falling_due(programme(clause), "2027-01-01") == [
        ("2027-01-11", "notice", "acme"),
        ("2027-03-01", "delivery", "lumen"),
        ("2027-04-01", "option", "acme"),
        ("2027-04-02", "option", "acme"),
        ("2027-07-01", "payment", "lumen"),
        ("2027-08-27", "delivery", "lumen"),
    ]


def test_what_falls_due_of_a_lease_is_told_with_its_day() -> None:
    terms = "phases: [b1], longstop: 2027-06, enlarge: {phases: [b2], by: 2027-04-01}, extend: {for: 5 y, notice: 1 y}"
    assert falling_due(LEASE.replace("STATUS", SIGNED).replace("TERMS", terms), "2027-01-01") == [
        ("2027-01-16", "delivery", "crusoe"),
        ("2027-04-01", "option", "acme"),
        ("2027-06-30", "delivery", "crusoe"),
    ]


def test_a_later_version_of_a_clause_goes_on_with_what_has_come() -> None:
    """Due on 1 January and accepted ten days later; what is amended from March on does not begin again."""
    text = programme("chips: 100, price: 1 USD/chip-hour, acceptance: 10 d, damages: {per_day: 500 USD}")
    text = text.replace("through: 2027-06-30, clauses: {", "through: 2027-06-30, AMENDMENTS, clauses: {")
    change = "{effective: 2027-03-01, signed: 2026-12-01, amend: {gpus: {damages: {per_day: 900 USD}}}}"
    text = text.replace("AMENDMENTS", f"amendments: [{change}]")
    answer = plan(text)
    fees = answer.tables["cash"].filter(answer.tables["cash"]["what"] == "fee").select("month", "by", "amount").rows()
    assert fees[:3] == [
        ("2027-01", "lumen/gpus", 100 * 21 * 24),
        ("2027-02", "lumen/gpus", 100 * 672),
        ("2027-03", "lumen/gpus@2027-03-01", 100 * 744),
    ]
    late = plan(text.replace("acceptance: 10 d", "delivered: {2027-01: 2027-03-06}"))
    cash = late.tables["cash"].filter(late.tables["cash"]["what"] == "damages").select("month", "amount").rows()
    assert cash == [("2027-01", 31 * 500), ("2027-02", 28 * 500), ("2027-03", 5 * 900)]
