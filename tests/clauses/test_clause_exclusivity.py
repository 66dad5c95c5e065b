"""`exclusivity`, worked by hand: covered workloads are hosted by one provider and no other."""

from __future__ import annotations

import pytest
from small import chip_hours, paid, plan, unserved

HEAD = """
programme: openai
decides: openai
horizon: {from: 2027-01, through: 2027-03}
finance: {discount: 0 %/year}
workloads:
  api: {kind: serving, chips: 60, unserved: 10 USD/chip-hour}
  chat: {kind: serving, chips: 40, unserved: 10 USD/chip-hour}
contracts:
  other: {buyer: openai, seller: coreweave, status: signed, from: 2026-01-01,
          clauses: {rate: {kind: price, chip: h100, price: 2 USD/chip-hour}}}
"""
SIGNED, OFFER = "status: signed", "status: offer, sign_by: 2026-06-01"


def azure(clause: str, status: str = SIGNED, price: str = "4 USD/chip-hour") -> str:
    return (
        f"  azure: {{buyer: openai, seller: microsoft, {status}, from: 2026-01-01, clauses: {{"
        f"rate: {{kind: price, chip: h100, price: {price}}}, {clause}}}}}\n"
    )


def test_exclusivity_worked_example() -> None:
    """The words: "The API is hosted on Azure alone." Azure asks 4.00, CoreWeave 2.00. January: api 60 x 744 x 4.00 =
    178,560 to Microsoft; chat, which is free, 40 x 744 x 2.00 = 59,520 to CoreWeave."""
    answer = plan(HEAD + azure("api: {kind: exclusivity, workloads: [api]}"))
    assert paid(answer, "azure/rate")["2027-01"] == 178_560
    assert paid(answer, "other/rate")["2027-01"] == 59_520
    assert chip_hours(answer, "coreweave-h100", "api") == {}


def test_without_workloads_named_all_are_covered() -> None:
    assert chip_hours(plan(HEAD + azure("all: {kind: exclusivity}")), "coreweave-h100") == {}


def test_the_clause_may_name_its_workloads_by_for() -> None:
    answer = plan(HEAD + azure("api: {kind: exclusivity, for: [api]}"))
    assert chip_hours(answer, "coreweave-h100", "api") == {}
    assert chip_hours(answer, "coreweave-h100", "chat")["2027-01"] == 40 * 744


@pytest.mark.parametrize("free", ["coreweave", "coreweave-h100"])
def test_a_provider_or_a_pool_that_is_excepted_is_free(free: str) -> None:
    answer = plan(HEAD + azure(f"api: {{kind: exclusivity, workloads: [api], except: [{free}]}}"))
    assert chip_hours(answer, "coreweave-h100", "api")["2027-01"] == 60 * 744


def test_a_holder_other_than_the_seller_hosts() -> None:
    answer = plan(
        HEAD + azure("api: {kind: exclusivity, workloads: [api], holder: coreweave}", price="1 USD/chip-hour")
    )
    assert chip_hours(answer, "microsoft-h100", "api") == {}
    assert chip_hours(answer, "microsoft-h100", "chat")["2027-01"] == 40 * 744


def test_a_month_partly_in_force_keeps_the_part_that_is_free() -> None:
    """In force until 10 February: of February's 28 days 18 are free, 60 x 18 x 24 = 25,920 chip-hours elsewhere."""
    answer = plan(HEAD + azure("api: {kind: exclusivity, workloads: [api], through: 2027-02-10}"))
    assert chip_hours(answer, "coreweave-h100", "api") == {"2027-02": 25_920, "2027-03": 60 * 744}
    assert chip_hours(answer, "microsoft-h100", "api")["2027-02"] == 60 * 10 * 24


def test_an_offer_that_is_signed_for_its_price_closes_the_others() -> None:
    """Azure offers 20 chips for chat at no price, if the API is hosted nowhere else; it has none for the API. Serving
    chat free saves 20 x 2.00 an hour, the API unserved loses 60 x 8.00: refused. Were the API worth 2.10, it would
    be signed."""
    clause = "api: {kind: exclusivity, workloads: [api]}"
    offer = azure(clause, OFFER, "0 USD/chip-hour, chips: 20, for: [chat]")
    assert unserved(plan(HEAD + offer), "api") == 0
    cheap = plan(HEAD.replace("chips: 60, unserved: 10", "chips: 60, unserved: 2.10") + offer)
    assert unserved(cheap, "api") == 60 * 2160
    assert chip_hours(cheap, "microsoft-h100", "chat")["2027-01"] == 20 * 744
