"""Promises that count over time and are told in parts: suspended for a while, waived for some, or amended."""

from __future__ import annotations

from datetime import date

import pytest

import gigawatt as gw
from gigawatt.history.state import due
from tests.programmes import load_text

HEAD = """
programme: parts
decides: acme
horizon: {from: 2027-01, through: 2027-12}
finance: {discount: 0 %/year}
workloads:
  chat: {kind: serving, chips: {2027-01: 10, 2027-04: 0}, unserved: 50 USD/chip-hour, revenue: 10 USD/chip-hour}
  api: {kind: serving, chips: 10, unserved: 50 USD/chip-hour, revenue: 10 USD/chip-hour}
parties: {acme: {}, lumen: {}}
contracts:
  lumen:
    buyer: acme
    seller: lumen
    status: signed
    from: 2027-01-01
    clauses:
      rate: {kind: price, chip: h100, price: 2 USD/chip-hour}
      promise: {CLAUSE}
    amendments:
      - {effective: 2027-06-01, AMENDMENT}
"""
# api runs 10 chips all year: 87,600 chip-hours; chat 10 chips in the first quarter: 21,600
HOURS_BEFORE_JUNE, HOURS_OF_JUNE, HOURS_AFTER = 151 * 240, 30 * 240, 184 * 240


def planned(clause: str, amendment: str) -> dict[str, int]:
    """What is billed by version, and that the plan pays it."""
    answer = gw.plan(load_text(HEAD.replace("CLAUSE", clause).replace("AMENDMENT", amendment)))
    rows = [row for row in answer.tables["restated"].iter_rows(named=True) if "/promise" in row["clause"]]
    assert all(abs(row["difference"]) <= 1 for row in rows if row["fit"] == "exact")
    return {row["clause"]: round(row["restated"]) for row in rows if row["restated"]}


JUNE = "suspend: {promise: {through: 2027-06-30}}"


class TestTakeOrPay:
    FLOOR = "kind: take_or_pay, chip: h100, deficiency: 1 USD/chip-hour, floor: "

    def test_is_one_floor_for_its_contract_year_less_the_days_on_which_it_was_suspended(self) -> None:
        """Taken on the 335 days that count: 109,200 - 7,200 = 102,000. A floor of 120,000 a year is 110,136.99 for
        them; 8,136.99 are short. By halves 36,240 + 21,600 would exceed the first's 49,643.84, and the second would be
        short of 60,493.15 by 16,333.15."""
        assert planned(self.FLOOR + "120000 chip-hour/year", JUNE) == {"lumen/promise@2027-07-01": 8_137}

    def test_is_met_by_the_year_where_a_part_falls_short(self) -> None:
        assert planned(self.FLOOR + "100000 chip-hour/year", JUNE) == {}

    def test_counts_what_was_taken_before_the_horizon_once(self) -> None:
        """From July 2026: of a year of 100,000, 40,000 were taken by its end; until July 2027, without June, the floor
        is 335/365 = 91,780.82 and 40,000 + 57,840 were taken."""
        early = HEAD.replace("from: 2027-01-01", "from: 2026-07-01")
        text = early.replace("CLAUSE", self.FLOOR + "100000 chip-hour/year, taken: {2026-12-31: 40000 chip-hour}")
        answer = gw.plan(load_text(text.replace("AMENDMENT", JUNE)))
        rows = {row["clause"]: row["restated"] for row in answer.tables["restated"].iter_rows(named=True)}
        assert not rows["lumen/promise"]
        # of the year from July 2027, 366 days, the half in the horizon counts: 50,273.22 less 44,160 taken
        assert round(rows["lumen/promise@2027-07-01"]) == 6_113

    def test_may_be_waived_for_a_workload_for_a_while(self) -> None:
        """June without api: nothing counts in it, and its part of the floor still stands."""
        waived = "waive: {promise: {by: lumen, workloads: [api], through: 2027-06-30}}"
        assert planned(self.FLOOR + "120000 chip-hour/year", waived) == {"lumen/promise@2027-07-01": 18_000}


class TestCommitment:
    AMOUNT = "kind: commitment, amount: "

    def test_is_one_sum_for_its_contract_year_less_the_days_on_which_it_was_suspended(self) -> None:
        """Spent on the 335 days that count 204,000, of 240,000 x 335/365 = 220,273.97."""
        assert planned(self.AMOUNT + "240000 USD", JUNE) == {"lumen/promise@2027-07-01": 16_274}

    def test_counts_the_versions_of_the_clauses_that_it_names(self) -> None:
        """June's rent is free: of 220,000 the rest of the year spends 204,000."""
        named = self.AMOUNT + "220000 USD, clauses: [rate]"
        change = "recorded: 2027-01-01, amend: {rate: {chips: 10}}"
        assert planned(named, change) == {"lumen/promise": 220_000 - (HOURS_BEFORE_JUNE + 21_600 + 214 * 240) * 2}


class TestACap:
    SHARE = "kind: revenue_share, payer: acme, payee: lumen, rate: 10 %, cap: "

    def test_is_met_once_whatever_was_suspended(self) -> None:
        """Ten percent of 10 USD: a dollar for each of 57,840 hours before June; from July on 2,160 are left."""
        assert planned(self.SHARE + "60000 USD", JUNE) == {
            "lumen/promise": HOURS_BEFORE_JUNE + 21_600, "lumen/promise@2027-07-01": 2_160
        }  # fmt: skip

    def test_goes_on_where_an_amendment_raises_it(self) -> None:
        raised = "recorded: 2027-01-01, amend: {promise: {cap: 70000 USD}}"
        assert planned(self.SHARE + "50000 USD", raised) == {
            "lumen/promise": 50_000, "lumen/promise@2027-06-01": 20_000
        }  # fmt: skip

    def test_counts_from_the_version_on_that_first_states_it(self) -> None:
        uncapped = self.SHARE.removesuffix(", cap: ")
        assert planned(uncapped, "recorded: 2027-01-01, amend: {promise: {cap: 30000 USD}}") == {
            "lumen/promise": HOURS_BEFORE_JUNE + 21_600, "lumen/promise@2027-06-01": 30_000
        }  # fmt: skip


@pytest.mark.parametrize(
    ("clause", "why"),
    [
        ("kind: commitment, amount: 1000 USD, each: term", "counts what is spent over the whole term"),
        (
            "kind: commitment, amount: 1000 USD, carry_forward: {expires: 1 y, most: 10 %}",
            "carries spend from one contract year to later ones",
        ),
        (
            "kind: take_or_pay, floor: 10 chip-hour/year, deficiency: 1 USD/chip-hour, make_up: {expires: 1 y}",
            "keeps chip-hours from one contract year for later ones",
        ),
        ("kind: prepayment, paid: {2027-01-15: 1000 USD}", "draws on one balance"),
        (
            "kind: revenue_share, payer: acme, payee: lumen, rate: 1 %, guarantee: 10 USD",
            "guarantees a sum for each contract year",
        ),
    ],
)
def test_what_no_plan_can_tell_in_parts_is_refused_with_both_places(clause: str, why: str) -> None:
    with pytest.raises(gw.PlanError, match=why) as caught:
        planned(clause, JUNE)
    assert "is another promise from 2027-07-01 on" in str(caught.value)
    assert str(caught.value).count("programme.yaml:18") == 2


class TestWhatBeganBeforeTheHorizon:
    EARLY = HEAD.replace("from: 2027-01-01", "from: 2026-07-01").replace("effective: 2027-06-01, ", "")

    def billed(self, clause: str, amendment: str) -> dict[str, int]:
        answer = gw.plan(load_text(self.EARLY.replace("CLAUSE", clause).replace("AMENDMENT", amendment)))
        rows = [row for row in answer.tables["restated"].iter_rows(named=True) if "/promise" in row["clause"]]
        assert all(abs(row["difference"]) <= 1 for row in rows if row["fit"] == "exact")
        return {row["clause"]: round(row["restated"]) for row in rows if row["restated"]}

    def test_a_year_counts_the_versions_that_ended_before_the_horizon(self) -> None:
        """Of the year from July 2026, 40,000 were taken by its end and 65,040 then, of 150,000."""
        floor = TestTakeOrPay.FLOOR + "150000 chip-hour/year, taken: {2026-12-31: 40000 chip-hour}"
        same = self.billed(floor, "effective: 2026-10-01, amend: {promise: {for: [chat, api]}}")
        assert same["lumen/promise@2026-10-01"] == 150_000 - 105_040 + round(150_000 * 184 / 366) - 44_160
        without = self.billed(floor, "effective: 2026-08-01, suspend: {promise: {through: 2026-08-31}}")
        assert without["lumen/promise@2026-09-01"] == same["lumen/promise@2026-10-01"] - round(150_000 * 31 / 365)

    def test_a_suspension_before_it_leaves_nothing_to_tell_in_parts(self) -> None:
        lots = TestTakeOrPay.FLOOR + "100 chip-hour/year, make_up: {expires: 1 y}"
        assert self.billed(lots, "effective: 2026-08-01, suspend: {promise: {through: 2026-08-31}}") == {}


def test_what_was_not_provided_is_taken_off_the_whole_floor_of_a_year() -> None:
    """200,000 for 334 days of 365 is 183,013.70; without 90,000 the 101,760 taken outside March are enough."""
    floor = TestTakeOrPay.FLOOR + "200000 chip-hour/year, not_provided: {2027-02-10: 90000 chip-hour}"
    march = "suspend: {promise: {from: 2027-03-01, through: 2027-03-31}}"
    text = HEAD.replace("effective: 2027-06-01", "effective: 2027-02-01")
    answer = gw.plan(load_text(text.replace("CLAUSE", floor).replace("AMENDMENT", march)))
    rows = [row for row in answer.tables["restated"].iter_rows(named=True) if "/promise" in row["clause"]]
    assert [round(row["restated"]) for row in rows if row["restated"]] == []


def test_a_version_without_a_cap_begins_it_anew() -> None:
    text = HEAD.replace("      - {effective: 2027-06-01, AMENDMENT}", (
        "      - {effective: 2027-02-01, recorded: 2027-01-01, end: [promise]}\n"
        "      - {effective: 2027-04-01, recorded: 2027-01-01, new: {promise: {UNCAPPED}}}\n"
        "      - {effective: 2027-07-01, recorded: 2027-01-01, amend: {promise: {cap: 40000 USD}}}"
    ))  # fmt: skip
    share = TestACap.SHARE
    text = text.replace("UNCAPPED", share.removesuffix(", cap: ")).replace("CLAUSE", share + "30000 USD")
    rows = gw.plan(load_text(text)).tables["restated"].iter_rows(named=True)
    found = {
        row["clause"]: (round(row["planned"]), round(row["restated"])) for row in rows if "/promise" in row["clause"]
    }
    assert found["lumen/promise@2027-07-01"] == (40_000, 40_000)


def test_a_share_that_is_waived_for_a_workload_is_due_of_the_rest() -> None:
    """Only api earns from June on."""
    waived = "waive: {promise: {by: lumen, workloads: [api]}}"
    shared = TestACap.SHARE.removesuffix(", cap: ")
    assert planned(shared, waived) == {"lumen/promise": HOURS_BEFORE_JUNE + 21_600}


@pytest.mark.parametrize("kind", ["bands", "tranches"])
def test_bands_and_tranches_are_not_counted_twice(kind: str) -> None:
    text = HEAD.replace("CLAUSE", "kind: price, chip: a100, price: 2 USD/chip-hour, BANDS").replace("AMENDMENT", JUNE)
    if kind == "bands":
        with pytest.raises(gw.PlanError, match="counts volume toward its bands"):
            gw.plan(load_text(text.replace("BANDS", "bands: [{at_least: 100000 chip-hour, price: 1 USD/chip-hour}]")))
    else:
        tranches = "kind: capital_commitment, investor: lumen, recipient: acme, tranches: [{amount: 9 USD}]"
        with pytest.raises(gw.PlanError, match="draws each of its tranches once"):
            planned(tranches, JUNE)


def test_what_falls_due_for_a_year_in_parts_falls_due_once() -> None:
    text = HEAD.replace("CLAUSE", TestTakeOrPay.FLOOR + "120000 chip-hour/year").replace("AMENDMENT", JUNE)
    programme = load_text(text)
    found = due(programme, programme.horizon.span, date(2027, 12, 1))
    floors = [one.deadline for one in found if one.deadline.what == "floor"]
    assert [one.on for one in floors] == [date(2027, 12, 31)]
    assert "110,137 chip-hours" in floors[0].words
