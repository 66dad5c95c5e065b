"""What is announced, signed, delivered and paid: by contract, with totals that add up, as known on a day."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gigawatt as gw
from gigawatt.books import settled
from gigawatt.errors import GigawattError
from gigawatt.model.commitments import Commitments, year_of
from gigawatt.model.facts import Delivered, Exercised, Facts, HandedOver, Metered, Paid
from tests.programmes import EXAMPLES, load_text
from tests.test_cli import run

TEXT = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: 2027-12}
sites: {hall: {landlord: volt, phases: {a: {power: 10 MW, ready: 2027-04-01}, b: {power: 5 MW, ready: 2027-07-01}}}}
workloads: {chat: {kind: serving, chips: 10, revenue: 3 USD/chip-hour}}
contracts:
  block: {buyer: acme, seller: lumen, status: signed, from: 2027-01-01, through: 2027-12-31, clauses: {
    chips: {kind: reservation, chip: h100, chips: 10, price: 2 USD/chip-hour},
    floor: {kind: commitment, amount: 200000 USD, each: term}}}
  hall: {buyer: acme, seller: volt, status: signed, from: 2027-01-01, through: 2027-12-31, clauses: {
    rooms: {kind: lease, site: hall, rent: 1000 USD/MW-month}}}
  strangers: {buyer: lumen, seller: volt, status: signed, from: 2027-01-01, through: 2027-12-31, clauses: {
    chips: {kind: reservation, chip: h200, chips: 1, price: 1 USD/chip-hour}}}
  letter: {buyer: acme, seller: lumen, status: loi, from: 2027-01-01, through: 2027-12-31, clauses: {
    chips: {kind: reservation, chip: h100, chips: 100, price: 2 USD/chip-hour}}}
  round: {buyer: acme, seller: fund, status: announced, from: 2027-01-01, through: 2027-12-31, clauses: {
    equity: {kind: capital_commitment, investor: fund, recipient: acme, tranches: [{amount: 5e9 USD}]}}}
"""
ACME = load_text(TEXT)
YEAR_END, JUNE = date(2026, 12, 31), date(2027, 6, 30)


def told(facts: Facts | None = None, as_of: date = YEAR_END, **options: int) -> Commitments:
    return gw.commitments(ACME, facts, as_of=as_of, **options)


def amounts(found: Commitments, contract: str) -> dict[str, int]:
    """The least that falls due under a contract, by what it is for."""
    total: dict[str, int] = {}
    for one in found.minimum:
        if one.contract == contract:
            total[one.what] = total.get(one.what, 0) + one.amount_minor
    return total


def test_every_contract_is_told_and_only_what_is_signed_is_due() -> None:
    """Those between strangers too: 1 chip at 1.00 for 8,760 hours."""
    found = told()
    assert [(one.contract, one.binds) for one in found.agreements] == [
        ("block", True), ("hall", True), ("strangers", True), ("letter", False), ("round", False)
    ]  # fmt: skip
    assert {one.contract for one in found.minimum} == {"block", "hall", "strangers"}
    assert amounts(found, "strangers") == {"fee": 876_000}


def test_what_binds_nobody_is_told_apart_by_what_it_would_come_to() -> None:
    """100 chips at 2.00 for a year, and 5 billion to be called for."""
    letter, round_ = (one.obligations[0] for one in told().agreements[-2:])
    assert (letter.least_minor, letter.most_minor) == (175_200_000, 175_200_000)
    assert (round_.payer, round_.least_minor, round_.on_notice_minor) == ("fund", 0, 500_000_000_000)
    assert [(one.name, one.contracts) for one in told().total_by_status()] == [
        ("signed", 3),
        ("loi", 1),
        ("announced", 1),
    ]
    assert {one.name for one in told().total_by_payer()} == {"acme", "lumen"}


def test_totals_add_up() -> None:
    """By status, by payer, by contract and by year it is the same sum: 200,000 + 10 MW x 9 + 5 MW x 6 months x 1,000
    + 8,760."""
    found = told()
    whole = 20_000_000 + 12_000_000 + 876_000
    assert sum(one.amount_minor for one in found.minimum) == whole
    assert sum(one.to_come_minor for one in found.total_by_payer()) == whole
    assert found.total_by_status()[0].least_minor == whole
    by_year = found.by_year(lambda one: one.payer)
    assert sum(sum(years) + after for years, after in by_year.values()) == whole


METERED = Facts(
    use=(Metered("lumen-h100", "chat", "2027-01", "all", Decimal(100)),),
    deliveries=(
        *(Delivered("block/chips", "lumen-h100", f"2027-0{n}", Decimal(24 * days * 10))
          for n, days in enumerate((31, 28, 31, 30, 31, 30), 1)),
        Delivered("block/chips", "lumen-h100", "2027-07", Decimal(24 * 31 * 4)),
    ),
    handed_over=(HandedOver("hall/rooms", "a", date(2027, 5, 1), date(2027, 5, 1)),),
    payments=(
        Paid("acme", "lumen", date(2027, 2, 15), 1_488_000),
        Paid("acme", "lumen", date(2027, 7, 15), 5_000_000),
        Paid("acme", "volt", date(2027, 6, 15), 1_000_000, "hall"),
        Paid("acme", "fund", date(2027, 6, 15), 7),
    ),
)  # fmt: skip


def test_delivered_due_and_paid_come_from_the_facts_of_the_day() -> None:
    """By 30 June: 10 chips metered for 181 days are 86,880; 14,880 of them were paid, July's payment is not yet. Of
    the hall, a came on 1 May, b is due on 1 July: two months of 10,000, of which 10,000 are paid."""
    found = told(METERED, JUNE)
    block, hall = found.agreements[0], found.agreements[1]
    owed, rent = block.obligations[0], hall.obligations[0]
    assert (block.delivered_chips, hall.delivered_mw, hall.power_mw) == (10, 10, 15)
    assert (owed.due_minor, owed.paid_minor, owed.to_come_minor) == (8_688_000, 1_488_000, 11_312_000)
    assert owed.left_minor == 20_000_000 - 1_488_000
    assert (rent.due_minor, rent.paid_minor, rent.to_come_minor) == (2_000_000, 1_000_000, 6 * 1_500_000)
    assert found.unassigned_minor == 7
    # of July nothing is known yet: 10 chips to come for 184 days
    assert amounts(found, "block")["fee"] == 20 * 24 * 184 * 100


def test_what_is_due_by_the_day_is_what_a_settlement_says() -> None:
    """Of who decides; the commitment's shortfall falls due at the end of its term, in December."""
    due = sum(one.obligations[0].due_minor or 0 for one in told(METERED, JUNE).agreements if one.buyer == "acme")
    bills = settled(ACME, METERED, "2027-06", date(2028, 1, 1)).postings
    assert due == sum(one.amount_minor for one in bills)


def test_without_a_record_what_was_promised_is_taken_to_have_come_and_that_is_said() -> None:
    found = told(None, JUNE)
    assert not found.recorded
    assert found.agreements[0].obligations[0].due_minor is None
    assert found.agreements[0].delivered_chips is None
    # the fees of January to June burned 86,880 of the commitment
    assert amounts(found, "block") == {"fee": 20 * 24 * 184 * 100, "shortfall": 20_000_000 - 17_520_000}


def test_with_a_record_what_is_not_in_it_has_not_come() -> None:
    """The strangers' chip: fees from July on alone."""
    found = told(METERED, JUNE)
    assert amounts(found, "strangers") == {"fee": 24 * 184 * 100}
    assert found.agreements[2].delivered_chips == 0


def test_a_payment_that_fits_two_contracts_is_assigned_to_neither() -> None:
    twice = TEXT.replace("hall: {buyer: acme, seller: volt", "hall: {buyer: acme, seller: lumen")
    found = gw.commitments(load_text(twice), METERED, as_of=JUNE)
    assert found.unassigned_minor == 1_488_000 + 7


@settings(max_examples=20, deadline=None)
@given(st.dates(YEAR_END, date(2027, 12, 31)))
def test_the_day_moves_what_is_due_from_what_is_to_come_and_changes_no_total(as_of: date) -> None:
    now, first = told(None, as_of), told()
    assert [one.obligations[0].least_minor for one in now.agreements] == [
        one.obligations[0].least_minor for one in first.agreements
    ]
    assert sum(one.amount_minor for one in now.minimum) <= sum(one.amount_minor for one in first.minimum)


def test_contracts_stand_as_known_on_the_day() -> None:
    """The letter to NVIDIA was there in December 2025 and is a letter; in January nobody knew of it."""
    stargate = gw.load(EXAMPLES / "stargate" / "programme.yaml")
    january, december = (gw.commitments(stargate, as_of=date(2025, month, 31)) for month in (1, 12))
    assert "nvidia-letter" not in {one.contract for one in january.agreements}
    assert {one.status for one in december.agreements if one.contract == "nvidia-letter"} == {"loi"}
    assert all(one.contract != "nvidia-letter" for one in december.minimum)


def test_the_reference_programme_beside_what_was_reported() -> None:
    """In billions: Oracle's 300; CoreWeave's 22.4 and Amazon's 138 within 6 %, since their chips and prices are
    assumed; SoftBank's 500 to be called for."""
    found = gw.commitments(gw.load(EXAMPLES / "stargate" / "programme.yaml"), as_of=date(2026, 10, 31))
    owed = {one.contract: one.obligations[0] for one in found.agreements if one.obligations}
    billion = 100_000_000_000
    assert owed["openai-oracle"].least_minor == 300 * billion
    assert owed["stargate-capital"].on_notice_minor == 500 * billion
    assert owed["openai-coreweave"].least_minor == pytest.approx(22.4 * billion, rel=0.02)
    assert owed["openai-aws"].least_minor == pytest.approx(138 * billion, rel=0.07)
    assert owed["openai-cerebras"].least_minor == pytest.approx(10 * billion, rel=0.01)


def test_years_may_begin_in_any_month() -> None:
    """From July 2026 to June 2027 is the year 2027: half the strangers' fees, 24 x 181 hours."""
    found = told(None, YEAR_END, year_begins=7)
    mine = {one.year: one.amount_minor for one in found.minimum if one.contract == "strangers"}
    assert mine == {2027: 24 * 181 * 100, 2028: 24 * 184 * 100}
    assert found.first_years == (2027, 2028, 2029, 2030, 2031, 2032)
    assert told().first_years == (2027, 2028, 2029, 2030, 2031)
    assert (year_of(date(2027, 6, 30), 7), year_of(date(2027, 7, 1), 7), year_of(date(2027, 7, 1), 1)) == (
        2027,
        2028,
        2027,
    )


@pytest.mark.parametrize("day", [date(2026, 12, 30), date(2028, 1, 1)])
def test_a_day_outside_the_horizon_is_refused(day: date) -> None:
    with pytest.raises(GigawattError, match=r"outside the horizon, 2027-01-01 through 2027-12-31.*give a day in it"):
        told(None, day)


@pytest.mark.parametrize("month", [0, 13])
def test_a_year_begins_in_a_month(month: int) -> None:
    with pytest.raises(GigawattError, match=f"cannot begin in month {month}"):
        told(None, YEAR_END, year_begins=month)


def test_a_clause_that_cannot_be_settled_is_named() -> None:
    shares = TEXT.replace("floor: {kind: commitment, amount: 200000 USD, each: term}",
                          "w: {kind: warrant, exercise_price: 1 USD, vests: [{shares: 9, power: 1 MW}]}")  # fmt: skip
    facts = Facts(exercised=(Exercised("block/w", date(2027, 2, 1), Decimal(5)),))
    with pytest.raises(GigawattError, match=r"due under block/w cannot be told: .*5 shares"):
        gw.commitments(load_text(shares), facts, as_of=JUNE)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "acme.yaml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "facts.csv").write_text(
        "fact,id,sender,payer,payee,on,amount,currency,contract\n"
        "payments,1,bank,acme,lumen,2027-02-15,14880.00,USD,block\n", encoding="utf-8",
    )  # fmt: skip
    return tmp_path


def test_the_command_tells_all_of_it(files: Path) -> None:
    shown = run("commitments", files / "acme.yaml", "--facts", files / "facts.csv", "--as-of", "2027-06-30").stdout
    for title in ("SIGNED", "NOT SIGNED", "BY STATUS", "BY PARTY THAT PAYS", "BY YEAR", "BESIDE THE FIGURES"):
        assert title in shown
    assert "rest of 2027" in shown
    assert "14,880" in shown
    only = run("commitments", files / "acme.yaml", "--as-of", "2026-12-31", "--by", "year").stdout
    assert "SIGNED" not in only
    assert "block/floor" in only


def test_json_and_csv_have_every_year_exactly(files: Path) -> None:
    out = files / "minimum.csv"
    shown = run("commitments", files / "acme.yaml", "--as-of", "2026-12-31", "--json", "--csv", out).stdout
    plain = json.loads(shown)
    assert [one["status"] for one in plain["contracts"]] == ["signed"] * 3 + ["loi", "announced"]
    assert plain["contracts"][0]["obligations"][0]["least"] == "200000.00"
    rows = pl.read_csv(out, schema_overrides={"amount": pl.Decimal(38, 2)})
    assert rows["amount"].sum() == Decimal("328760.00")
    assert sum(Decimal(one["amount"]) for one in plain["minimum"]) == Decimal("328760.00")


def test_the_picture_has_every_contract_and_year(files: Path) -> None:
    out = files / "due.svg"
    said = run("commitments", files / "acme.yaml", "--as-of", "2027-06-30", "--picture", out).stdout
    assert f"written to {out}" in said
    drawn = out.read_text(encoding="utf-8")
    assert all(f">{word}<" in drawn for word in ("rest of 2027", "2032", "thereafter", "block", "hall", "strangers"))


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--as-of", "soon"], 1, "not a date"),
        (["--as-of", "2031-01-01"], 1, "outside the horizon"),
        (["--year-begins", "13"], 2, "equal to 12"),
        (["--by", "moon"], 2, "moon"),
        (["--facts", "none.csv"], 1, "none.csv"),
        (["--as-of", "2027-06-30", "--picture", "/no/such/folder/a.svg"], 3, "cannot write /no/such/folder/a.svg"),
        (["--as-of", "2027-06-30", "--csv", "/no/such/folder/a.csv"], 3, "cannot write /no/such/folder/a.csv"),
    ],
)
def test_what_cannot_be_told_is_said_in_a_sentence(files: Path, options: list[str], code: int, said: str) -> None:
    assert said in run("commitments", files / "acme.yaml", *options, code=code).output


def test_a_file_of_facts_with_faults_is_refused_whole(files: Path) -> None:
    bad = files / "facts.csv"
    bad.write_text(bad.read_text().replace("14880.00", "14880.001").replace(",lumen,", ",lumn,"), encoding="utf-8")
    said = run("commitments", files / "acme.yaml", "--facts", bad, code=1).output
    assert "2 faults" in said
    assert "did you mean 'lumen'" in said
