"""`capital_commitment`, worked by hand: tranches, opened by dates and by power, within which capital is spent."""

from __future__ import annotations

import pytest
from small import between, money, paid, plan

from gigawatt.errors import PlanError
from gigawatt.model.plan import Plan

HEAD = """
programme: stargate
decides: stargate
horizon: {from: 2027-01, through: 2027-09}
finance: {discount: 0 %/year}
chips: {block: {it_power: 20 kW, vendor: maker, price: 1000 USD/chip, supply: 1000 chips/quarter}}
sites:
  hall:
    landlord: stargate
    operator: stargate
    phases:
      b1: {power: 1 MW, ready: 2027-01-01, capex: 80e6 USD}
      b2: {power: 1 MW, ready: 2027-01-01, capex: 80e6 USD}
pools: {hall-block: {site: hall, chip: block, owner: stargate}}
workloads:
  chat: {kind: serving, chips: 100, unserved: 10000 USD/chip-hour}
"""
SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2026-06-01"


def capital(tranches: str, more: str = "", status: str = SIGNED, dates: str = "from: 2026-01-01") -> str:
    return (
        f"contracts:\n  equity: {{buyer: stargate, seller: softbank, {status}, {dates}, clauses: {{"
        "capital: {kind: capital_commitment, investor: softbank, recipient: stargate,"
        f" tranches: [{tranches}]{more}}}}}}}\n"
    )


def built(answer: Plan) -> list[str]:
    """The month in which each phase begins to serve, in order."""
    frame = answer.tables["build"]
    return sorted(frame.filter(frame["kind"] == "phase")["month"].to_list())


def test_capital_commitment_worked_example() -> None:
    """The words: "SoftBank funds the company's capital expenditure: 100 million at once, and 100 million more once
    one megawatt stands."

    100 chips of 20 kW want both phases, at 80 million each. In the first quarter 100 million allow one phase and its
    50 chips (50 x 1,000 = 50,000): 80,050,000. It stands in April, and the second tranche opens: the other
    80,050,000.
    """
    answer = plan(HEAD + capital("{amount: 100e6 USD}, {amount: 100e6 USD, when: {power: 1 MW}}"))
    assert built(answer) == ["2027-01", "2027-04"]
    assert paid(answer, "equity/capital") == money(m2027_01=80_050_000, m2027_04=80_050_000)
    assert between(answer, "equity/capital") == {("softbank", "stargate", "draw")}


def test_a_tranche_opens_in_the_quarter_of_its_day() -> None:
    answer = plan(HEAD + capital("{amount: 100e6 USD}, {amount: 100e6 USD, from: 2027-08-15}"))
    assert built(answer) == ["2027-01", "2027-07"]


def test_a_condition_met_before_the_tranche_s_day_stays_met() -> None:
    """One megawatt stands from January; the day is 1 July, and the tranche opens then."""
    late = "{amount: 100e6 USD, from: 2027-07-01, when: {power: 1 MW, sites: [hall]}}"
    assert built(plan(HEAD + capital(f"{{amount: 100e6 USD}}, {late}"))) == ["2027-01", "2027-07"]


def test_a_condition_once_met_stays_met_when_power_is_taken_down() -> None:
    """An old megawatt stands to March, a new one from January: two in March, one after, and the day is 1 July."""
    old = "phases:\n      b0: {power: 1 MW, ready: 2026-06-01, until: 2027-04-01, built: true}\n"
    late = "{amount: 100e6 USD, from: 2027-07-01, when: {power: 2 MW}}"
    answer = plan(HEAD.replace("phases:\n", old) + capital(f"{{amount: 100e6 USD}}, {late}"))
    assert built(answer) == ["2027-01", "2027-07"]


def test_what_a_tranche_would_pay_for_cannot_open_it() -> None:
    """Two megawatts would stand at once if the second tranche paid for the second; it opens only once they do."""
    answer = plan(HEAD + capital("{amount: 100e6 USD}, {amount: 100e6 USD, when: {power: 2 MW}}"))
    assert built(answer) == ["2027-01"]


def test_power_that_stood_before_the_horizon_meets_the_condition() -> None:
    head = HEAD.replace("phases:\n", "phases:\n      b0: {power: 1 MW, ready: 2026-06-01, built: true}\n")
    wanted = head.replace("chips: 100,", "chips: 150,")
    answer = plan(wanted + capital("{amount: 100e6 USD}, {amount: 100e6 USD, when: {power: 1 MW}}"))
    assert built(answer) == ["2027-01", "2027-01"]


def test_a_share_of_what_is_spent_is_drawn() -> None:
    """Half of 160,100,000 in the first quarter."""
    answer = plan(HEAD + capital("{amount: 100e6 USD}", ", share: 50 %"))
    assert paid(answer, "equity/capital") == money(m2027_01=80_050_000)


def test_only_what_is_funded_is_limited_and_drawn() -> None:
    """The sites' capital alone: 160,000,000; the chips are paid for otherwise."""
    answer = plan(HEAD + capital("{amount: 160e6 USD}", ", funds: [hall]"))
    assert paid(answer, "equity/capital") == money(m2027_01=160_000_000)


def test_nothing_is_drawn_after_the_commitment_ends() -> None:
    """It ends on 31 March, with one phase drawn; what is built later is no matter of it."""
    answer = plan(HEAD + capital("{amount: 100e6 USD}", dates="from: 2026-01-01, through: 2027-03-31"))
    assert built(answer) == ["2027-01", "2027-04"]
    assert paid(answer, "equity/capital") == money(m2027_01=80_050_000)


def test_a_draw_is_no_income() -> None:
    """The plan is worth the same with capital in plenty as with none asked for."""
    assert plan(HEAD + capital("{amount: 1e9 USD}")).solve.objective == pytest.approx(plan(HEAD).solve.objective)


def test_an_offer_of_capital_that_is_not_signed_neither_limits_nor_draws() -> None:
    """All is built at once; were it signed, 100 million would allow one phase only."""
    answer = plan(HEAD + capital("{amount: 100e6 USD}", status=OFFER))
    assert built(answer) == ["2027-01", "2027-01"]
    assert answer.tables["offers"]["signed"].to_list() == [False]
    assert paid(answer, "equity/capital") == {}


def test_an_offer_of_capital_needs_spending_that_is_bounded() -> None:
    unbounded = HEAD.replace(", supply: 1000 chips/quarter", "")
    with pytest.raises(PlanError, match="equity/capital is an offer, and nothing bounds"):
        plan(unbounded + capital("{amount: 100e6 USD}", status=OFFER))
