"""`lease`, worked by hand: premises and power by phases, for a rent from delivery."""

from __future__ import annotations

from decimal import Decimal

import pytest
from small import between, money, paid, plan

HEAD = """
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
  chat: {kind: serving, chips: {2027-01: 50, 2027-04: 250}, unserved: 100 USD/chip-hour}
"""
SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2026-12-01"


def lease(more: str, status: str = SIGNED, dates: str = "from: 2027-01-01, through: 2041-12-31") -> str:
    return (
        "contracts:\n"
        f"  hall-lease: {{buyer: acme, seller: crusoe, {status}, {dates},"
        f" clauses: {{premises: {{kind: lease, site: hall, {more}}}}}}}\n"
    )


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_lease_worked_example(status: str) -> None:
    """The words: "Tenant pays 150 per kW of critical IT power and month from the day on which each building is ready,
    and for part of a month by days."

    b1, 1 MW, on 16 January: 150,000 x 16/31 = 77,419.35. b2, 2 MW, on 15 February: 150,000 + 300,000 x 14/28 =
    300,000. From March 450,000.
    """
    answer = plan(HEAD + lease("rent: 150 USD/kW-month", status))
    full = dict.fromkeys((f"m2027_0{m}" for m in (3, 4, 5, 6)), 450_000)
    assert paid(answer, "hall-lease/premises") == money(m2027_01="77419.35", m2027_02=300_000, **full)
    assert between(answer, "hall-lease/premises") == {("acme", "crusoe", "rent")}
    power = dict(answer.tables["power"].select("month", "powered_mw").iter_rows())
    assert power["2027-02"] == pytest.approx(1 + 2 * 14 / 28)


def test_a_lease_too_dear_is_not_signed() -> None:
    answer = plan(HEAD + lease("rent: 20000 USD/kW-month", OFFER))
    assert answer.tables["offers"]["signed"].to_list() == [False]
    assert paid(answer, "hall-lease/premises") == {}


OPTION = "phases: [b1], options: [b2], rent: 150 USD/kW-month"


@pytest.mark.parametrize("status", [SIGNED, OFFER])
def test_an_option_is_taken_in_the_quarter_that_needs_it(status: str) -> None:
    """50 chips until March fit b1; 250 from April need both: b2 from April, 150,000 and then 450,000."""
    months = paid(plan(HEAD + lease(OPTION, status)), "hall-lease/premises")
    assert [months[f"2027-0{m}"] for m in (3, 4, 5, 6)] == [150_000, 450_000, 450_000, 450_000]


def test_an_option_that_nobody_needs_is_left() -> None:
    answer = plan(HEAD.replace("2027-04: 250", "2027-04: 50") + lease(OPTION))
    assert set(list(paid(answer, "hall-lease/premises").values())[1:]) == {150_000}
    assert answer.tables["take"]["commitment"].to_list() == ["hall-lease/premises b1"]


def test_rent_ends_with_the_lease() -> None:
    """To 15 May: 150,000 x 15/31 = 72,580.65, and nothing in June."""
    clause = "phases: [b1], rent: 150 USD/kW-month"
    months = paid(plan(HEAD + lease(clause, dates="from: 2027-01-01, through: 2027-05-15")), "hall-lease/premises")
    assert months["2027-05"] == Decimal("72580.65")
    assert "2027-06" not in months


def test_rent_that_steps_counts_by_days_in_force() -> None:
    """A lease from 16 January whose rent has no value before: 100,000 x 16/31 = 51,612.90, then 1 MW x 100,000."""
    clause = "phases: [b1], rent: {2027-01-16: 100 USD/kW-month}"
    months = paid(plan(HEAD + lease(clause, dates="from: 2027-01-16, through: 2041-12-31")), "hall-lease/premises")
    assert months["2027-01"] == Decimal("51612.90")
    assert months["2027-03"] == 100_000


def test_a_lease_among_strangers_is_no_matter_of_the_plan() -> None:
    answer = plan(
        HEAD
        + lease("phases: [b1], rent: 150 USD/kW-month")
        + (
            "  other: {buyer: meta, seller: crusoe, status: signed, from: 2027-01-01, through: 2041-12-31,"
            " clauses: {premises: {kind: lease, site: hall, phases: [b2], rent: 150 USD/kW-month}}}\n"
        )
    )
    assert paid(answer, "other/premises") == {}
    assert max(answer.tables["power"]["powered_mw"]) == pytest.approx(1)
