"""FOCUS files of a buyer's charges and commitments: they are as FOCUS asks, and worked examples by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from books import Clock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from traded import RENT, in_currency, taken_back, traded

import gigawatt as gw
from gigawatt.books import check_focus, export_book
from gigawatt.errors import BookError
from gigawatt.ledger.book import Book
from gigawatt.ledger.chain import is_plain
from gigawatt.ledger.focus_commitments import commitments
from gigawatt.model.booked import BookIdentity
from gigawatt.model.entry import Account, Entry
from gigawatt.store.sqlite import SqliteStore

Rows = dict[str, dict[str, str | None]]
PROGRAMME = """
programme: acme
decides: acme
horizon: {from: 2026-07, through: 2028-06}
currency: USD
parties: {acme: {}, azure: {name: Azure Cloud}}
workloads: {chat: {kind: serving, chips: 10, unserved: 12 USD/chip-hour}}
contracts:
  azure-2026:
    buyer: acme
    seller: azure
    status: signed
    from: 2026-07-01
    through: 2028-06-30
    payment: {invoice: monthly in arrears}
    clauses:
      rate: {kind: price, chip: h100, price: 2.10 USD/chip-hour}
      gpus: {kind: reservation, chip: h100, chips: 100, price: 2 USD/chip-hour}
      commit: {kind: commitment, amount: 3000000 USD, clauses: [rate], what: rent, cite: "4.2"}
      floor: {kind: take_or_pay, chip: h100, floor: 876000 chip-hour/year, deficiency: 1 USD/chip-hour}
      ahead: {kind: prepayment, paid: {2026-07-01: 300000 USD, 2027-07-01: 100000 USD}, clauses: [rate]}
  next:
    buyer: acme
    seller: azure
    status: offer
    sign_by: 2027-12-31
    from: 2028-01-01
    through: 2028-06-30
    clauses:
      all: {kind: commitment, amount: 500000 USD, each: term}
"""


@pytest.fixture
def files(tmp_path: Path) -> Iterator[list[Path]]:
    programme = tmp_path / "programme.yaml"
    programme.write_text(PROGRAMME)
    book = traded(tmp_path / "book.db")
    yield list(export_book(book, "focus", tmp_path / "out", party="acme", programme=gw.load(programme)).files)
    book.close()


def rows(file: Path, key: str = "x_EntryId") -> Rows:
    return {str(row[key]): row for row in pl.read_csv(file, infer_schema=False).iter_rows(named=True)}


def told(row: dict[str, str | None], *names: str) -> list[str | None]:
    return [row[name] for name in names]


def test_the_files_are_as_focus_asks(files: list[Path]) -> None:
    assert [path.name for path in files] == [
        "acme.acme.focus-1.2-cost-and-usage.csv",
        "acme.acme.focus-1.4-cost-and-usage.csv",
        "acme.acme.focus-1.4-contract-commitment.csv",
    ]
    assert check_focus(files[0], "1.2") == []
    assert check_focus(files[1], "1.4") == []
    assert check_focus(files[2], "1.4", "ContractCommitment") == []


def test_each_sort_of_charge_worked_example(files: list[Path]) -> None:
    found = rows(files[0])
    names = ("ChargeCategory", "ChargeFrequency", "BilledCost", "EffectiveCost", "ContractedCost")
    # 1,000 chip-hours at 2.10; a month's fee; 12.5 MWh at 26.6664 are 333.33; what is short of a commitment; tax; a
    # credit; 3,000.00 paid ahead, and 500 chip-hours at 2.00 drawn from it.
    assert {id: told(row, *names) for id, row in found.items() if "-11" not in id} == {
        "rent-10:acme": ["Usage", "Usage-Based", "2100.00", "2100.00", "2100"],
        "fee-10:acme": ["Purchase", "Recurring", "5000.00", "5000.00", "5000"],
        "energy-10:acme": ["Usage", "Usage-Based", "333.33", "333.33", "333.33"],
        "short-10:acme": ["Adjustment", "One-Time", "900.00", "900.00", "900.00"],
        "tax-10": ["Tax", "One-Time", "420.00", "420.00", "420.00"],
        "credit-10:acme": ["Credit", "One-Time", "-120.00", "-120.00", "-120.00"],
        "prepay": ["Purchase", "One-Time", "3000.00", "0.00", "3000"],
        "drawn": ["Usage", "Usage-Based", "0.00", "1000.00", "1000"],
    }
    rent = found["rent-10:acme"]
    assert told(rent, "ConsumedQuantity", "ConsumedUnit", "PricingQuantity", "PricingUnit", "ContractedUnitPrice") == [
        "1000", "Chip-Hours", "1000", "Chip-Hours", "2.1"
    ]  # fmt: skip
    assert told(rent, "BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd") == [
        "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"
    ]  # fmt: skip
    assert told(rent, "ProviderName", "PublisherName", "InvoiceIssuerName", "SkuId", "SkuMeter", "ChargeClass") == [
        "Azure Cloud", "Azure Cloud", "Azure Cloud", "azure-2026/rate", "rent", None
    ]  # fmt: skip
    assert told(found["energy-10:acme"], "ProviderName", "PricingUnit") == ["grid", "MWh"]
    assert told(found["fee-10:acme"], "SkuId", "SkuPriceId") == ["azure-2026/gpus", "azure-2026/gpus@2026-07-01:fee"]


def test_what_is_found_out_once_the_month_is_closed_is_a_correction_of_it(files: list[Path]) -> None:
    found = rows(files[0])
    names = (
        "ChargeCategory",
        "ChargeClass",
        "BilledCost",
        "ChargePeriodStart",
        "BillingPeriodStart",
        "PricingQuantity",
    )
    assert told(found["note-11:acme"], *names) == [
        "Usage", "Correction", "-210.00", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z", "-1"
    ]  # fmt: skip
    assert told(found["more-11:acme"], *names) == [
        "Usage", "Correction", "21.00", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z", "10"
    ]  # fmt: skip


def test_what_corrects_a_month_that_was_open_is_no_correction_whatever_becomes_of_it(tmp_path: Path) -> None:
    book = Book(SqliteStore(tmp_path / "book.db"), BookIdentity("acme", "USD"), Clock())
    entries = [*RENT, *taken_back(RENT, "note", 2_100, "2026-10"), *taken_back(RENT, "later", 4_200, "2026-11")]
    assert all(answer.ok for answer in book.post(entries))
    book.draft("2026-10", "ann")
    book.approve("2026-10", "bob")
    book.close_period("2026-10", "bob")
    found = rows(next(iter(export_book(book, "focus", tmp_path, party="acme").files)))
    names = ("ChargeCategory", "ChargeClass", "BilledCost", "ConsumedQuantity", "BillingPeriodStart")
    assert told(found["note:acme"], *names) == ["Adjustment", None, "-21.00", None, "2026-10-01T00:00:00Z"]
    assert told(found["later:acme"], *names) == ["Adjustment", None, "-42.00", None, "2026-11-01T00:00:00Z"]
    book.close()


def test_what_is_billed_and_borne_equals_the_books(tmp_path: Path) -> None:
    book = traded(tmp_path / "book.db")
    done = export_book(book, "focus", tmp_path, party="acme")
    assert done.left_out == {"an accrual, which is no bill": 2, "a change of currency": 3}
    (first, *_) = done.files
    table = rows(first).values()
    sums = {
        account: Decimal(debits - credits).scaleb(-2) for account, (debits, credits, *_) in book.balances().items()
    }  # fmt: skip
    borne = [sums[f"acme:{name}"] for name in ("azure-2026:cost", "power:cost", "azure-2026:tax", "azure-2026:income")]
    assert sum(Decimal(row["EffectiveCost"] or 0) for row in table) == sum(borne)
    # What is billed beside that is the prepayment, less what was drawn from it.
    assert sum(Decimal(row["BilledCost"] or 0) for row in table) == sum(borne) + sums["acme:azure-2026:prepaid"]


def test_what_a_settlement_keeps_for_promises_is_billed_and_borne_once(tmp_path: Path) -> None:
    """As `settle --book` books: an invoice a month later, what is held out of cost again, and what came late."""

    def line(month: str, what: str, minor: int, sides: str, period: str, **told: str) -> Entry:
        debit, credit = (Account.named(f"acme:azure-2026:{name}") for name in sides.split(" "))
        clause = "azure-2026/gpus" if "deposit" in what else "azure-2026/rate" if "rent" in what else "azure-2026/ahead"
        return Entry(
            f"settled|{month}|{clause}|{what}|acme>azure#1:payer", debit, credit, minor, "USD", period,
            date.fromisoformat(f"{period}-01"), clause=clause, what=what, **told,
        )  # fmt: skip

    book = Book(SqliteStore(tmp_path / "book.db"), BookIdentity("acme", "USD"), Clock())
    october = [
        line("2026-09", "rent", 100_000, "cost payable", "2026-10", quantity="400 chip-hour", rate="2.5"),
        line("2026-09", "prepayment", 300_000, "cost payable", "2026-10"),
        line("2026-09", "drawn from prepayment", 100_000, "payable cost", "2026-10"),
        line("2026-09", "held: prepaid", 200_000, "prepaid cost", "2026-09"),
        line("2026-09", "deposit", 50_000, "cost payable", "2026-10"),
        line("2026-09", "held: deposit", 50_000, "deposit_paid cost", "2026-10"),
    ]
    assert all(answer.ok for answer in book.post(october))
    for month in ("2026-09", "2026-10"):
        book.draft(month, "ann")
        book.approve(month, "bob")
        book.close_period(month, "bob")
    november = [
        line("2026-11", "held: prepaid", 200_000, "cost prepaid", "2026-11"),  # the prepayment lapses
        line("2026-09", "rent (late)", 2_500, "cost payable", "2026-11", quantity="10 chip-hour", rate="5/2"),
        line("2026-09", "drawn from prepayment (late)", 1_000, "payable cost", "2026-11"),
        line("2026-09", "held: prepaid (late)", 1_000, "cost prepaid", "2026-11"),
    ]
    assert all(answer.ok for answer in book.post(november))
    first, second = (done := export_book(book, "focus", tmp_path, party="acme")).files
    assert check_focus(first, "1.2") == check_focus(second, "1.4") == []
    names = ("ChargeCategory", "ChargeClass", "BilledCost", "EffectiveCost", "ChargePeriodStart", "BillingPeriodStart")
    assert [told(row, *names) for row in rows(first).values()] == [
        ["Usage", None, "1000.00", "1000.00", "2026-09-01T00:00:00Z", "2026-10-01T00:00:00Z"],
        ["Purchase", None, "3000.00", "0.00", "2026-09-01T00:00:00Z", "2026-10-01T00:00:00Z"],
        ["Adjustment", None, "-1000.00", "0.00", "2026-09-01T00:00:00Z", "2026-10-01T00:00:00Z"],
        ["Adjustment", None, "0.00", "2000.00", "2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z"],
        ["Usage", "Correction", "25.00", "25.00", "2026-09-01T00:00:00Z", "2026-11-01T00:00:00Z"],
        ["Adjustment", "Correction", "-10.00", "0.00", "2026-09-01T00:00:00Z", "2026-11-01T00:00:00Z"],
    ]
    assert done.left_out == {"what is held for a promise": 3, "what is given back, or invested": 1}
    cost = book.balances()["acme:azure-2026:cost"]
    borne = sum(Decimal(row["EffectiveCost"] or 0) for row in rows(first).values())
    assert borne == Decimal(cost[0] - cost[1]).scaleb(-2)
    book.close()


def test_one_four_names_who_serves_and_hosts_and_what_a_charge_counts_toward(files: list[Path]) -> None:
    found = rows(files[1])
    rent = found["rent-10:acme"]
    assert told(rent, "ServiceProviderName", "HostProviderName") == ["Azure Cloud", "Azure Cloud"]
    assert "ProviderName" not in rent
    applied = {id: json.loads(row["ContractApplied"] or '{"Elements": []}')["Elements"] for id, row in found.items()}
    counted = {id: {one["ContractCommitmentId"] for one in elements} for id, elements in applied.items()}
    # The commitment counts rent under `rate` and what is short of it, the floor chip-hours of the contract, the
    # reservation its own fee, the prepayment what is paid ahead and what is drawn from it.
    commit, floor, gpus, ahead = (f"azure-2026/{name}" for name in ("commit", "floor", "gpus", "ahead"))
    assert counted["rent-10:acme"] == {commit, floor}
    assert counted["drawn"] == {commit, floor, ahead}
    assert counted["fee-10:acme"] == {gpus}
    assert counted["short-10:acme"] == {commit}
    assert counted["prepay"] == {ahead}
    assert counted["energy-10:acme"] == counted["tax-10"] == counted["credit-10:acme"] == set()
    assert {id: row["ResourceId"] for id, row in found.items() if row["ResourceId"]} == {
        "fee-10:acme": gpus, "prepay": ahead
    }  # fmt: skip
    one = next(each for each in applied["rent-10:acme"] if each["ContractCommitmentId"] == floor)
    assert (one["ContractCommitmentAppliedQuantity"], one["ContractCommitmentAppliedUnit"]) == (1000, "Chip-Hours")
    assert one["ContractCommitmentAppliedCost"] is None


def test_what_contracts_commit_to_worked_example(files: list[Path]) -> None:
    found = rows(files[2], "ContractCommitmentId")
    assert list(found) == [f"azure-2026/{name}" for name in ("gpus", "commit", "floor", "ahead")] + ["next/all"]
    names = (
        "ContractCommitmentCategory", "ContractCommitmentBenefitCategory", "ContractCommitmentModel",
        "ContractCommitmentFulfillmentInterval", "ContractCommitmentCost", "ContractCommitmentQuantity",
        "ContractCommitmentPaymentModel", "ContractCommitmentPaymentUpfrontPercentage",
        "ContractCommitmentLifecycleStatus",
    )  # fmt: skip
    # Two contract years, 731 days with 29 February 2028: 100 chips for 17,544 hours at 2.00; 3,000,000 a year; 876,000
    # chip-hours a year; 300,000 of 400,000 paid first.
    assert {id: told(row, *names) for id, row in found.items()} == {
        "azure-2026/gpus": ["Usage", "Availability", "Continuous", "Hourly", "3508800.00", "1754400", "No Upfront",
                            "0.0", "Active"],
        "azure-2026/commit": ["Spend", "Other", "Discontinuous", "Annual", "6000000.00", None, "No Upfront", "0.0",
                              "Active"],
        "azure-2026/floor": ["Usage", "Other", "Discontinuous", "Annual", None, "1752000", "No Upfront", "0.0",
                             "Active"],
        "azure-2026/ahead": ["Spend", "Monetary Pool", "Discontinuous", "Full Period", "400000.00", None,
                             "Partial Upfront", "0.75", "Active"],
        "next/all": ["Spend", "Other", "Discontinuous", "Full Period", "500000.00", None, "No Upfront", "0.0",
                     "Proposed"],
    }  # fmt: skip
    commit = found["azure-2026/commit"]
    assert told(commit, "ContractCommitmentDurationType", "ContractCommitmentPeriodEnd", "ContractCommitmentUnit") == [
        "2 Years", "2028-07-01T00:00:00Z", None
    ]  # fmt: skip
    assert json.loads(commit["ContractCommitmentApplicability"] or "") == {
        "InclusionOperator": "And",
        "Inclusions": [
            {"Dimension": "ServiceProviderName", "Operator": "In", "Values": ["Azure Cloud"]},
            {"Dimension": "SkuId", "Operator": "In", "Values": ["azure-2026/rate"]},
            {"Dimension": "SkuMeter", "Operator": "In", "Values": ["rent"]},
        ],
    }


def test_a_commitment_is_pending_before_its_days_and_expired_after_them(tmp_path: Path) -> None:
    (tmp_path / "programme.yaml").write_text(PROGRAMME)
    programme = gw.load(tmp_path / "programme.yaml")
    for day, status in ((date(2026, 6, 30), "Pending"), (date(2028, 6, 30), "Active"), (date(2028, 7, 1), "Expired")):
        found = {one.id: one.status for one in commitments(programme, "acme", day)}
        assert found["azure-2026/commit"] == status


def test_an_amended_commitment_is_two_of_which_the_first_is_superseded(tmp_path: Path) -> None:
    amended = PROGRAMME.replace(
        "  next:\n",
        """    amendments:
      - {effective: 2027-07-01, recorded: 2027-06-01, amend: {commit: {kind: commitment, amount: 4000000 USD}}}
  next:
""",
    )
    (tmp_path / "programme.yaml").write_text(amended)
    found = commitments(gw.load(tmp_path / "programme.yaml"), "acme", date(2027, 8, 1))
    told = {one.id: (one.status, one.terms.amount) for one in found if "commit" in one.id}
    assert told == {
        "azure-2026/commit": ("Superseded", 3_000_000), "azure-2026/commit@2027-07-01": ("Active", 4_000_000)
    }  # fmt: skip
    before = commitments(gw.load(tmp_path / "programme.yaml"), "acme", date(2027, 5, 31))
    assert [one.id for one in before if "commit" in one.id] == ["azure-2026/commit"]


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_amounts_have_the_decimals_of_their_currency(currency: str, tmp_path: Path) -> None:
    book = in_currency(tmp_path / "book.db", currency)
    first, second = export_book(book, "focus", tmp_path, party="acme").files
    assert check_focus(first, "1.2") == check_focus(second, "1.4") == []
    (row,) = rows(first).values()
    amount = {"JPY": "1234567", "KWD": "1234.567"}[currency]
    assert told(row, "BilledCost", "BillingCurrency", "PricingQuantity") == [amount, currency, "1"]


def test_a_month_alone_has_the_charges_billed_in_it(tmp_path: Path) -> None:
    book = traded(tmp_path / "book.db")
    first = next(iter(export_book(book, "focus", tmp_path, party="acme", period="2026-11").files))
    assert set(rows(first)) == {"note-11:acme", "more-11:acme"}
    assert rows(first)["note-11:acme"]["ChargeClass"] == "Correction"


def test_each_mistake_says_what_to_do(tmp_path: Path) -> None:
    book = traded(tmp_path / "book.db")
    with pytest.raises(BookError, match="FOCUS has the charges of one buyer; name it as the party"):
        export_book(book, "focus", tmp_path)
    (tmp_path / "chart.yaml").write_text('accounts: {"*:*:*": Assets:X}')
    with pytest.raises(BookError, match="FOCUS names no accounts; leave the chart out"):
        export_book(book, "focus", tmp_path, party="acme", chart=tmp_path / "chart.yaml")
    (tmp_path / "other.yaml").write_text(PROGRAMME.replace("programme: acme", "programme: other"))
    other = gw.load(tmp_path / "other.yaml")
    with pytest.raises(BookError, match="this is the book of acme, and other cannot tell what it is committed to"):
        export_book(book, "focus", tmp_path, party="acme", programme=other)
    with pytest.raises(BookError, match="only FOCUS tells what contracts commit to; leave the programme out"):
        export_book(book, "hledger", tmp_path, programme=other)


PURPOSES = st.sampled_from(["cost", "tax", "payable", "receivable", "income", "prepaid", "cash", "accrued_cost"])
WHATS = st.sampled_from(["rent", "fee", "service credit", "shortfall", "tax", "prepayment", "held: prepaid", ""])
CLAUSES = st.sampled_from(["a/rate", "a/rate@2026-01-01", "a", ""])
TEXTS = st.text(max_size=8).filter(is_plain).map(lambda text: text.replace("\n", " "))
QUANTITIES = st.sampled_from(["", "12.5 chip-hour", "1/3 MWh", "-7", "0 token", "1e5"]) | TEXTS
RATES = st.sampled_from(["", "2.10 USD/chip-hour", "1/3", "0", "10/0"]) | TEXTS


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_in_a_book_its_files_are_as_focus_asks(tmp_path: Path, data: st.DataObject) -> None:
    currency = data.draw(st.sampled_from(["USD", "JPY", "KWD"]))
    book = Book(SqliteStore(Path(":memory:")), BookIdentity("acme", currency), Clock())
    for n in range(data.draw(st.integers(1, 10))):
        debit, credit = data.draw(st.lists(PURPOSES, min_size=2, max_size=2, unique=True))
        month = data.draw(st.sampled_from(["2026-10", "2026-11"]))
        one = Entry(
            f"{n}{data.draw(TEXTS)}", Account("acme", "a", debit), Account("acme", "a", credit),
            data.draw(st.integers(1, 10**15)), currency, month, date.fromisoformat(f"{month}-07"),
            clause=data.draw(CLAUSES | TEXTS), what=data.draw(WHATS | TEXTS), words=data.draw(TEXTS),
            quantity=data.draw(QUANTITIES), rate=data.draw(RATES),
        )  # fmt: skip
        assert book.post([one])[0].ok
    files = list(export_book(book, "focus", tmp_path, party="acme").files)
    assert check_focus(files[0], "1.2") == check_focus(files[1], "1.4") == []
    book.close()
