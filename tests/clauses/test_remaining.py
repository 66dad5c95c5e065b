"""What is left of a promise at each month's end, worked by hand; and what holds of it for every kind of clause."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from golden_programmes import PROGRAMMES
from small import load, solved

from gigawatt.app import known_on
from gigawatt.errors import PlanError
from gigawatt.ledger.settling import Settlement, settle_through
from gigawatt.model.facts import Exercised, Facts, HandedOver, Metered, Ordered, Reached, Reported, Spent
from gigawatt.planner.restating import facts_of

LATE = date(2040, 1, 1)
TEXT = """
programme: acme
decides: acme
horizon: {from: 2026-01, through: 2027-12}
workloads: {chat: {kind: serving, chips: 10}}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2026-01-01, through: 2027-12-31, clauses: {
    rate: {kind: price, chip: h100, price: 2 USD/chip-hour},
    CLAUSE}}
"""


def settled(clause: str, facts: Facts, through: str = "2027-12", text: str = TEXT) -> Settlement:
    return settle_through(known_on(load(text.replace("CLAUSE", clause))), facts, through, LATE)


def used(**hours: int) -> Facts:
    """Chip-hours by month, as `m2026_05=400`."""
    months = {name[1:].replace("_", "-"): Decimal(amount) for name, amount in hours.items()}
    return Facts(use=tuple(Metered("lumen-h100", "chat", month, "all", amount) for month, amount in months.items()))


def left(found: Settlement, what: str, *months: str) -> list[tuple[int, int, int]]:
    """Whole, used and left in some months, in whole units."""
    told = {one.month: one for one in found.remaining if one.what == what}
    return [(int(told[m].whole), int(told[m].used), int(told[m].left)) for m in months if m in told]


def held(found: Settlement, what: str) -> dict[str, int]:
    """Money held by month, minor units; months as before left out."""
    changes: dict[str, int] = {}
    for one in found.remaining:
        if one.what == what and one.held_minor != next(reversed(changes.values()), 0):
            changes[one.month] = one.held_minor
    return changes


def test_a_cap_is_used_up_in_order() -> None:
    """A tenth of 3,000 a month toward a cap of 500: 300, then 200, then nothing."""
    facts = Facts(revenue=tuple(Reported("chat", "acme", f"2026-0{n}", 300_000) for n in (1, 2, 3)))
    found = settled("share: {kind: revenue_share, payer: acme, payee: lumen, rate: 10 %, cap: 500 USD}", facts)
    months = ("2026-01", "2026-02", "2026-03", "2027-12")
    assert left(found, "cap", *months) == [(500, 300, 200), (500, 500, 0), (500, 500, 0), (500, 500, 0)]


def test_a_commitment_burns_down_and_is_over_once_its_shortfall_is_due() -> None:
    """1,000 a year: 300 h at 2 are 600 in May; in December 400 more are due, and nothing is left."""
    found = settled("floor: {kind: commitment, amount: 1000 USD, each: contract year}", used(m2026_05=300))
    months = ("2026-04", "2026-05", "2026-12")
    assert left(found, "commitment from 2026-01-01", *months) == [(1000, 0, 1000), (1000, 600, 400), (1000, 600, 0)]
    assert left(found, "commitment from 2027-01-01", "2027-01") == [(1000, 0, 1000)]


def test_a_lot_is_made_up_first_in_first_out_until_it_lapses() -> None:
    """A floor of 1,000 h a year at 3: 400 h in 2026 leave 600 to make up, 1,800.00; of 1,100 h in 2027 100 are made up,
    and with the contract the other 500 lapse."""
    floor = """floor: {kind: take_or_pay, chip: h100, floor: 1000 chip-hour/year, deficiency: 3 USD/chip-hour,
      make_up: {expires: 2 years, unit_price: 2 USD/chip-hour}}"""
    found = settled(floor, used(m2026_05=400, m2027_05=1100))
    months = ("2026-05", "2026-12", "2027-12")
    assert left(found, "floor from 2026-01-01", *months) == [(1000, 400, 600), (1000, 400, 0)]
    assert left(found, "to make up from 2026-01-01", *months) == [(600, 0, 600), (600, 100, 0)]
    assert held(found, "to make up from 2026-01-01") == {"2026-12": 180_000, "2027-12": 0}


def test_money_paid_ahead_is_drawn_for_a_share_of_each_invoice() -> None:
    """1,000 paid ahead; half of 400 in February is drawn."""
    ahead = "ahead: {kind: prepayment, paid: {2026-01-05: 1000 USD}, share: 50 %}"
    found = settled(ahead, used(m2026_02=200), "2027-11")
    assert left(found, "prepayment", "2026-01", "2026-02") == [(1000, 0, 1000), (1000, 200, 800)]
    assert held(found, "prepayment") == {"2026-01": 100_000, "2026-02": 80_000}


def test_what_is_not_drawn_of_money_paid_ahead_is_kept_by_nobody_after_the_term() -> None:
    ahead = "ahead: {kind: prepayment, paid: {2026-01-05: 1000 USD}, share: 50 %}"
    assert held(settled(ahead, Facts()), "prepayment") == {"2026-01": 100_000, "2027-12": 0}


def test_a_deposit_is_held_until_it_is_paid_back() -> None:
    gpus = """gpus: {kind: reservation, pool: lumen-h200, chips: 10, price: 1 USD/chip-hour,
      from: 2026-02-01, through: 2026-12-31, deposit: {amount: 5000 USD, returned: 2027-01-15}}"""
    text = TEXT.replace("workloads:", "pools: {lumen-h200: {chip: h200, provider: lumen}}\nworkloads:")
    found = settled(gpus, Facts(), text=text)
    assert held(found, "deposit") == {"2026-02": 500_000, "2027-01": 0}


def ended(chips: str, lot: str | None) -> Settlement:
    """Of a reservation with a deposit, of which a delivery was ended on 10 April."""
    gpus = f"""gpus: {{kind: reservation, pool: lumen-h200, chips: {chips}, price: 1 USD/chip-hour, longstop: 30 d,
      from: 2026-02-01, through: 2026-12-31, deposit: {{amount: 1000 USD, refund: 50 %}}}}"""
    text = TEXT.replace("workloads:", "pools: {lumen-h200: {chip: h200, provider: lumen}}\nworkloads:")
    fact = HandedOver("lumen/gpus", lot, None, ended=date(2026, 4, 10))
    return settled(gpus, Facts(handed_over=(fact,)), text=text)


def test_a_delivery_that_was_ended_without_its_name_is_the_only_one() -> None:
    """Half of 1,000 is paid back, and nothing is held any more."""
    found = ended("10", None)
    assert held(found, "deposit") == {"2026-02": 100_000, "2026-04": 0}
    assert [one.amount_minor for one in found.postings if one.what == "refund"] == [50_000]


@pytest.mark.parametrize(("lot", "says"), [(None, "which is not told"), ("2026-05-01", "'2026-05-01' is none of")])
def test_of_several_deliveries_one_that_was_ended_is_named(lot: str | None, says: str) -> None:
    (failure,) = ended("{2026-02: 10, 2026-03: 30}", lot).failures
    assert says in failure.why
    assert "give its `lot`, one of 2026-02-01 and 2026-03-01" in failure.why
    assert held(ended("{2026-02: 10, 2026-03: 30}", "2026-03-01"), "deposit")["2026-04"] == 33_333


CHIPS = """
programme: acme
decides: acme
horizon: {from: 2026-01, through: 2026-12}
chips: {block: {it_power: 10 kW, vendor: volt}}
pools: {hall-block: {site: hall, chip: block, owner: acme}}
sites: {hall: {landlord: acme, operator: acme, phases: {b1: {power: 4 MW, ready: 2026-01-01, built: true}}}}
workloads: {chat: {kind: serving, chips: 10}}
contracts:
  frame: {buyer: acme, seller: volt, status: signed, from: 2026-01-01, clauses: {CLAUSE}}
"""


def test_what_was_paid_on_an_order_is_held_until_the_chips_come() -> None:
    """10 chips at 1,000 for June, ordered two months before for a fifth: 2,000 are held in April and May; they come a
    month late, so in June too."""
    buy = """buy: {kind: purchase, chip: block, price: 1000 USD/chip, deposit: 20 %, lead_time: 2 months,
      most: 100 chips/quarter}"""
    came = HandedOver("frame/buy", "2026-06-01", date(2026, 7, 1))
    facts = Facts(orders=(Ordered("frame/buy", "block", "2026-06", Decimal(10)),), handed_over=(came,))
    found = settled(buy, facts, "2026-12", CHIPS)
    assert held(found, "deposit for orders") == {"2026-04": 200_000, "2026-07": 0}


def test_vested_shares_are_left_until_they_are_bought() -> None:
    grant = "shares: {kind: warrant, exercise_price: 1 USD, vests: [{shares: 100, power: 1 MW}]}"
    facts = Facts(
        reached=(Reached("frame/shares", 1, date(2026, 2, 10)),),
        exercised=(Exercised("frame/shares", date(2026, 3, 1), Decimal(40)),),
    )
    found = settled(grant, facts, "2026-12", CHIPS)
    assert left(found, "vested", "2026-01", "2026-02", "2026-03") == [(0, 0, 0), (100, 0, 100), (100, 40, 60)]
    assert held(found, "shares bought") == {"2026-03": 4_000}, "no cost of who has them, and no income of the issuer"


def test_capital_that_is_drawn_stays_invested() -> None:
    """Half of what is spent is drawn, up to 1,000: 300 in the first quarter, and 700 of 900 in the second."""
    fund = """fund: {kind: capital_commitment, investor: volt, recipient: acme, share: 50 %,
      tranches: [{amount: 1000 USD}], through: 2026-06-30}"""
    facts = Facts(capex=(Spent("hall", "acme", "2026-02", 60_000), Spent("hall", "acme", "2026-05", 180_000)))
    found = settled(fund, facts, "2026-12", CHIPS)
    assert left(found, "commitment", "2026-01", "2026-04") == [(1000, 300, 700), (1000, 1000, 0)]
    assert held(found, "commitment") == {"2026-01": 30_000, "2026-04": 100_000}


@pytest.mark.parametrize("kind", sorted(PROGRAMMES))
def test_what_is_left_is_never_more_than_the_whole_and_money_held_was_paid(kind: str) -> None:
    draft, x = solved(PROGRAMMES[kind])
    facts = facts_of(draft, x)
    months = [f"{month.start:%Y-%m}" for month in draft.programme.horizon.months]
    found = settle_through(draft.programme, facts, months[-1], LATE)
    assert not found.failures
    paid: dict[str, int] = defaultdict(int)
    for one in found.postings:
        paid[one.by] += abs(one.amount_minor)
    for one in found.remaining:
        assert 0 <= one.left <= one.whole or one.whole < 0, one
        assert one.left + min(one.used, one.whole) <= one.whole or one.whole < 0, one
        assert 0 <= one.held_minor <= paid[one.by] or one.by not in paid, one
        assert (one.held_minor == 0) or (one.held_as is not None), one
        assert one.payer != one.payee, one


def test_chips_that_came_before_the_horizon_are_paid_for_in_its_first_month_and_nothing_is_held() -> None:
    buy = """buy: {kind: purchase, chip: block, price: 1000 USD/chip, deposit: 20 %, lead_time: 2 months,
      most: 100 chips/quarter}"""
    came = HandedOver("frame/buy", "2026-01-01", date(2025, 12, 20))
    facts = Facts(orders=(Ordered("frame/buy", "block", "2026-01", Decimal(10)),), handed_over=(came,))
    found = settled(buy, facts, "2026-12", CHIPS)
    assert [(one.month, one.amount_minor) for one in found.postings] == [("2026-01", 1_000_000)]
    assert held(found, "deposit for orders") == {}


def test_a_deposit_is_left_once_so_that_a_clause_with_one_is_not_told_in_parts() -> None:
    """Suspended for March, the two parts would each have a deposit of 1,000 paid in January."""
    gpus = "gpus: {kind: reservation, chip: h100, chips: 1, price: 1 USD/chip-hour, deposit: {amount: 1000 USD}}"
    change = "effective: 2026-03-01, suspend: {gpus: {through: 2026-03-31}}"
    text = TEXT.replace("CLAUSE}}", f"CLAUSE}}, amendments: [{{{change}}}]}}")
    with pytest.raises(PlanError, match="holds one deposit"):
        settled(gpus, Facts(), "2026-12", text)
