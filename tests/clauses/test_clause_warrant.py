"""`warrant`, worked by hand: shares that vest by milestones, and what a plan may count them for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from small import load, paid, plan, solved
from test_postings import amounts, book_of

import gigawatt as gw
from gigawatt.clauses.warrant import Quantity, Warrant, _pin
from gigawatt.errors import GigawattError, PlanError, ProgrammeError
from gigawatt.model.facts import Exercised, Facts, Reached
from gigawatt.model.plan import Plan
from gigawatt.model.posting import Vested
from gigawatt.planner.restating import facts_of

SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2026-06-01"


def programme(
    terms: str, status: str = SIGNED, *, chips: str = "{2027-01: 150, 2027-04: 200}", price: int = 600
) -> str:
    """Chips of 10 kW from amd into a hall of 4 MW, and a warrant beside them."""
    return f"""
programme: acme
decides: acme
horizon: {{from: 2027-01, through: 2027-09}}
finance: {{discount: 0 %/year}}
chips: {{block: {{it_power: 10 kW, vendor: amd}}}}
pools: {{hall-block: {{site: hall, chip: block, owner: acme}}}}
sites: {{hall: {{landlord: acme, operator: acme, phases: {{b1: {{power: 4 MW, ready: 2026-01-01, built: true}}}}}}}}
workloads: {{chat: {{kind: serving, chips: {chips}, unserved: 10 USD/chip-hour}}}}
contracts:
  frame: {{buyer: acme, seller: amd, {status}, from: 2027-01-01, through: 2030-12-31, clauses: {{
    blocks: {{kind: purchase, chip: block, price: {price} USD/chip, most: 300 chips/quarter}},
    shares: {{kind: warrant, {terms}}}}}}}
"""


def told(answer: Plan, name: str) -> dict[str, float]:
    """What a clause tells beside the money, by month."""
    frame = answer.tables["indicators"]
    return dict(frame.filter(frame["indicator"] == f"frame/shares {name}").select("month", "amount").iter_rows())


AMD = """exercise_price: 0.01 USD, count_value: true, share_price: {2027-01: 160 USD, 2027-07: 240.01 USD},
    vests: [{shares: 1000, power: 1.5 MW, chips: [block]}, {shares: 500, power: 2 MW, share_price: 200 USD},
            {shares: 100, power: 6 MW, share_price: 600 USD}]"""


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_warrant_worked_example(status: str) -> None:
    """The words: "Issuer grants a warrant at an exercise price of 0.01 a share. 1,000 shares vest once 1.5 MW of
    systems are deployed, 500 more at 2 MW, once the share has traded at 200, and the last 100 at 6 MW and 600."

    150 chips stand in the first quarter and 200 in the second. 1,000 shares vest at the end of March, worth 159.99
    each; 500 in September, when the price is reached, worth 240 each. No money moves. The rest is not met.
    """
    text = programme(AMD, status)
    answer = plan(text)
    assert told(answer, "vested") == pytest.approx({"2027-03": 1_000, "2027-09": 500})
    assert told(answer, "value") == pytest.approx({"2027-03": 159_990, "2027-09": 120_000})
    assert paid(answer, "frame/shares") == {}
    without = plan(programme(AMD.replace("count_value: true, ", ""), status))
    assert answer.solve.objective - without.solve.objective == pytest.approx(279_990)
    assert told(without, "vested") == {}
    draft, x = solved(text)
    clause, book = book_of(text, "frame/shares")
    assert isinstance(clause, Warrant)
    assert clause.vested(book, facts_of(draft, x)) == [
        Vested("frame/shares", 1, date(2027, 3, 31), Decimal(1000)),
        Vested("frame/shares", 2, date(2027, 9, 30), Decimal(500)),
    ]


def test_what_vests_may_be_what_pays_for_a_deployment() -> None:
    """20 chips more than are wanted cost 20 x 40,000 x 3/60 = 40,000 in the last quarter. 1,000 shares are worth
    159,990, or 38,990.
    """
    vests = "vests: [{shares: 1000, power: 2.2 MW}]"
    worth = "exercise_price: 0.01 USD, count_value: true, share_price: 160 USD"
    answer = plan(programme(f"{worth}, {vests}", chips="200", price=40_000))
    assert told(answer, "vested") == pytest.approx({"2027-09": 1_000})
    assert max(answer.tables["power"]["used_mw"]) == pytest.approx(2.2)
    less = plan(programme(f"{worth.replace('160', '39')}, {vests}", chips="200", price=40_000))
    assert told(less, "vested") == {}


@pytest.mark.parametrize(("by", "vests"), [("2027-06-30", True), ("2027-06-29", False)])
def test_a_milestone_that_comes_too_late_vests_nothing(by: str, vests: bool) -> None:
    """2 MW stand in the second quarter, looked at on its last day."""
    terms = f"count_value: true, share_price: 1 USD, vests: [{{shares: 1000, power: 2 MW, by: {by}}}]"
    assert bool(told(plan(programme(terms, price=400_000)), "vested")) == vests


def test_shares_may_vest_by_days_and_by_the_price_alone() -> None:
    """From 1 May, so at the end of June; and once the price is reached, at the end of September."""
    terms = """count_value: true, share_price: {2027-01: 10 USD, 2027-08-15: 30 USD},
        vests: [{shares: 7, from: 2027-05-01}, {shares: 11, share_price: 30 USD}, {shares: 13, from: 2029-01-01}]"""
    assert told(plan(programme(terms)), "vested") == pytest.approx({"2027-06": 7, "2027-09": 11})


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_shares_may_vest_by_what_is_spent(status: str) -> None:
    """150 x 600 = 90,000 and 10,000 before; 50 more in April make 130,000."""
    terms = """count_value: true, share_price: 10 USD, spent_before: 10000 USD,
        vests: [{shares: 7, spent: 100000 USD}, {shares: 11, spent: 130000 USD}, {shares: 13, spent: 900000 USD}]"""
    assert told(plan(programme(terms, status)), "vested") == pytest.approx({"2027-03": 7, "2027-06": 11})


SELLING = """
programme: lumen
decides: lumen
horizon: {from: 2027-01, through: 2027-06}
finance: {discount: 0 %/year}
pools: {lumen-h100: {provider: lumen, chip: h100, resource_cost: 1 USD/chip-hour}}
workloads: {chat: {kind: serving, owner: acme, chips: 10}}
contracts:
  acme: {buyer: acme, seller: lumen, STATUS, from: 2027-01-01, clauses: {
    gpus: {kind: reservation, chip: h100, chips: 100, price: 2 USD/chip-hour},
    shares: {kind: warrant, count_value: true, share_price: PRICE USD, vests: [{shares: 1000, spent: 432000 USD}]}}}
"""


def test_an_issuer_that_decides_cannot_put_off_what_has_vested() -> None:
    """100 x 2,160 hours x 2.00 = 432,000 are paid by the end of March. What it issues costs it 5,000."""
    text = SELLING.replace("STATUS", SIGNED).replace("PRICE", "5")
    answer = plan(text)
    frame = answer.tables["indicators"]
    assert frame.filter(frame["indicator"] == "acme/shares vested").rows() == [
        ("acme/shares vested", "2027-03", 1000, "shares")
    ]
    free = plan(text.replace("count_value: true, ", ""))
    assert answer.solve.objective - free.solve.objective == pytest.approx(-5_000)


@pytest.mark.parametrize(("price", "signs"), [(400, True), (450, False)])
def test_an_offer_is_refused_where_its_shares_cost_more_than_it_earns(price: int, signs: bool) -> None:
    """It earns 100 x 4,344 hours x 1.00 = 434,400, and gives away 1,000 shares."""
    answer = plan(SELLING.replace("STATUS", OFFER).replace("PRICE", str(price)))
    assert answer.tables["offers"]["signed"].to_list() == [signs]


def test_vesting_moves_no_money_and_exercise_its_price() -> None:
    """1,000 shares vest on 20 February; 400 are bought on 1 March, and 600 in July: 4.00 and 6.00 at 0.01."""
    clause, book = book_of(programme(AMD), "frame/shares")
    reached = (Reached("frame/shares", 1, date(2027, 2, 20)),)
    assert clause.post(book, Facts(reached=reached)) == []
    bought = tuple(
        Exercised("frame/shares", date(2027, month, 1), Decimal(shares)) for month, shares in ((7, 600), (3, 400))
    )
    posted = clause.post(book, Facts(reached=reached, exercised=bought))
    assert amounts(posted) == [("2027-03", 400), ("2027-07", 600)]
    assert {(one.payer, one.payee, one.what) for one in posted} == {("acme", "amd", "exercise")}
    assert [(one.quantity, one.rate, one.unit) for one in posted] == [
        (400, Fraction(1, 100), "shares"), (600, Fraction(1, 100), "shares"),
    ]  # fmt: skip


def test_more_than_has_vested_cannot_be_exercised() -> None:
    clause, book = book_of(programme(AMD), "frame/shares")
    facts = Facts(
        reached=(Reached("frame/shares", 1, date(2027, 2, 20)),),
        exercised=(Exercised("frame/shares", date(2027, 2, 1), Decimal(1)),),
    )
    with pytest.raises(GigawattError, match="exercises 1 shares on 2027-02-01, 1 in all, and 0 have vested by then"):
        clause.post(book, facts)


def test_nothing_is_exercised_after_the_last_day_and_nothing_vests_after_its_own() -> None:
    terms = """exercise_price: 1 USD, expires: 2027-06-30,
        vests: [{shares: 10, power: 1 MW, by: 2027-03-31}, {shares: 5, power: 2 MW}]"""
    clause, book = book_of(programme(terms), "frame/shares")
    assert isinstance(clause, Warrant)
    days = [date(2027, 3, 31), date(2027, 4, 1), date(2027, 6, 30), date(2027, 7, 1)]
    for number, day, vests in ((1, days[0], True), (1, days[1], False), (2, days[2], True), (2, days[3], False)):
        assert bool(clause.vested(book, Facts(reached=(Reached("frame/shares", number, day),)))) == vests
    late = Facts(
        reached=(Reached("frame/shares", 2, date(2027, 2, 1)),),
        exercised=(Exercised("frame/shares", date(2027, 7, 1), Decimal(1)),),
    )
    with pytest.raises(GigawattError, match="its last day was 2027-06-30"):
        clause.post(book, late)


def test_what_falls_due_is_the_last_day_of_each_milestone_and_of_exercise() -> None:
    terms = "expires: 2029-06-30, vests: [{shares: 10, power: 1 MW, by: 2027-03-31}, {shares: 5, spent: 20 USD}]"
    found = gw.due_between(load(programme(terms)), date(2026, 1, 1), date(2032, 1, 1), known=date(2027, 1, 1))
    assert [(f"{one.deadline.on}", one.deadline.by, one.deadline.words) for one in found if "/" in one.clause] == [
        ("2027-03-31", "acme", "10 shares of amd lapse, unless 1 MW stand"),
        ("2029-06-30", "acme", "last day to exercise, for 15 shares of amd"),
    ]


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ("vests: []", "is empty"),
        ("vests: [{shares: 5}]", "says not when it vests"),
        ("vests: [{shares: 0, power: 1 MW}]", "must be above nought"),
        ("vests: [{shares: 5, power: 1 MW, spent: 5 USD}]", "leave one of the two out"),
        ("vests: [{shares: 5, spent: 5 USD, chips: [block]}]", "`chips` and `sites` are of `power`"),
        ("vests: [{shares: 5, power: 1 MW, chips: [blok]}]", "there is no chip 'blok'; did you mean 'block'?"),
        ("vests: [{shares: 5, power: 1 MW, sites: [hal]}]", "there is no site 'hal'; did you mean 'hall'?"),
        ("vests: [{shares: 5, from: 2027-06-01, by: 2027-03-31}]", "until 2027-03-31, and not before 2027-06-01"),
        ("vests: [{shares: 5, power: 1 MW}], count_value: true", "give `share_price`"),
        ("vests: [{shares: 5, share_price: 5 USD}]", "give `share_price`"),
        ("vests: [{shares: 5, power: 1 MW}], holder: amd", "amd would issue shares to itself"),
        ("vests: [{shares: 5, power: 1 MW}], share_price: {2028-01: 5 USD}", "has no value on 2027-01-01"),
    ],
)  # fmt: skip
def test_bad_warrants_are_told(terms: str, says: str) -> None:
    with pytest.raises(ProgrammeError) as error:
        load(programme(terms))
    assert says in str(error.value)


def test_what_nothing_bounds_cannot_be_missed() -> None:
    named = SimpleNamespace(name="frame/shares", is_offer=False)
    boundless = Quantity(np.zeros(1, dtype=np.int64), np.array([np.inf]), "MW")
    with pytest.raises(PlanError, match="nothing bounds what milestone 2 waits for"):
        _pin(named, 2, None, np.ones(1, dtype=bool), None, boundless, 1.0, 0.001)  # type: ignore[arg-type]
