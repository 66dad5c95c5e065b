"""What books say of money that is held, late or paid: brought forward, given back, accrued, kept in its place."""

from __future__ import annotations

import csv
from pathlib import Path

from test_settle_book import PAID, Desk, used

from gigawatt.books import export_book

TEXT = """
programme: acme
decides: acme
horizon: {from: 2026-01, through: 2027-12}
workloads: {chat: {kind: serving, chips: 10}}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2025-01-01, TERMS clauses: {
    CLAUSES}}
"""
RATE = "rate: {kind: price, chip: h100, price: 2 USD/chip-hour}"


def desk_of(tmp_path: Path, clauses: str, terms: str = "") -> Desk:
    text = TEXT.replace("CLAUSES", clauses).replace("TERMS", terms)
    return Desk(str(tmp_path / "book.db"), tmp_path, text)


def test_what_was_paid_ahead_before_the_horizon_is_brought_forward_and_no_income(tmp_path: Path) -> None:
    """1,000 paid in 2025; 100 h at 2 in January are a cost of 200, drawn from it: 800 are left, nothing is owed."""
    desk = desk_of(tmp_path, RATE + ",\n    ahead: {kind: prepayment, paid: {2025-06-01: 1000 USD}}")
    desk.settle("2026-01", used(("u1", "2026-01", 100)))
    assert desk.balances() == {
        "acme:lumen:cost": 20_000, "acme:lumen:opening": -100_000, "acme:lumen:prepaid": 80_000,
        "lumen:lumen:deferred_income": -80_000, "lumen:lumen:income": -20_000, "lumen:lumen:opening": 100_000,
    }  # fmt: skip
    desk.settle("2026-02", used(("u2", "2026-02", 400)))
    assert desk.balances() == {
        "acme:lumen:cost": 100_000, "acme:lumen:opening": -100_000,
        "lumen:lumen:income": -100_000, "lumen:lumen:opening": 100_000,
    }  # fmt: skip
    assert desk.settle("2026-02").entries == 0


def test_what_could_be_made_up_before_the_horizon_is_brought_forward(tmp_path: Path) -> None:
    """A lot of 100 h at 2 of 2025: 200 held from January on; 80 h of it are made up in 2026, 20 are left."""
    floor = (
        "floor: {kind: take_or_pay, chip: h100, floor: 1000 chip-hour/year, deficiency: 2 USD/chip-hour,\n"
        "      make_up: {expires: 2 years, unit_price: 2 USD/chip-hour, lots: {2025-12-31: 100 chip-hour}}}"
    )
    desk = desk_of(tmp_path, RATE + ",\n    " + floor)
    desk.settle("2026-11", used(("u1", "2026-01", 1080)))
    assert desk.balances("2026-01")["acme:lumen:prepaid"] == 20_000
    assert desk.balances("2026-11")["acme:lumen:cost"] == 216_000
    desk.settle("2026-12")
    assert desk.balances()["acme:lumen:prepaid"] == 4_000
    assert desk.balances()["acme:lumen:cost"] == 216_000, "what is made up was paid for before"
    assert desk.balances()["acme:lumen:payable"] == -200_000


def test_a_deposit_that_is_given_back_is_neither_cost_nor_income(tmp_path: Path) -> None:
    """1,000 left in January 2026 and returned on 1 April: in between an asset of one and a debt of the other."""
    gpus = "gpus: {kind: reservation, chip: h100, chips: 1, price: 1 USD/chip-hour,\n      deposit: {amount: 1000 USD, paid: 2026-01-05}}"  # fmt: skip # noqa: E501
    desk = desk_of(tmp_path, gpus, "through: 2026-03-31,")
    desk.settle("2026-12")
    assert desk.balances("2026-03") == {
        "acme:lumen:deposit_paid": 100_000, "acme:lumen:payable": -100_000,
        "lumen:lumen:deposit_held": -100_000, "lumen:lumen:receivable": 100_000,
    }  # fmt: skip
    assert desk.balances() == {}
    made = {row["credit"] for row in desk.entries()} | {row["debit"] for row in desk.entries()}
    assert not made & {"acme:lumen:income", "lumen:lumen:cost"}


def test_a_deposit_left_before_the_horizon_is_brought_forward(tmp_path: Path) -> None:
    gpus = "gpus: {kind: reservation, chip: h100, chips: 1, price: 1 USD/chip-hour,\n      deposit: {amount: 1000 USD, paid: 2025-01-05}}"  # fmt: skip # noqa: E501
    desk = desk_of(tmp_path, gpus, "through: 2026-03-31,")
    desk.settle("2026-12")
    assert desk.balances("2026-03") == {
        "acme:lumen:deposit_paid": 100_000, "acme:lumen:opening": -100_000,
        "lumen:lumen:deposit_held": -100_000, "lumen:lumen:opening": 100_000,
    }  # fmt: skip
    assert desk.balances() == {
        "acme:lumen:opening": -100_000, "acme:lumen:payable": 100_000,
        "lumen:lumen:opening": 100_000, "lumen:lumen:receivable": -100_000,
    }  # fmt: skip


def test_what_comes_late_and_is_invoiced_later_still_accrues_in_between(tmp_path: Path) -> None:
    """50 h at 2 of January come once it is closed: a cost of February, 100 more, though the invoice is of 2027."""
    desk = desk_of(tmp_path, RATE, "payment: {invoice: yearly in arrears},")
    desk.settle("2026-02", used(("u1", "2026-01", 100), ("u2", "2026-02", 100)))
    desk.close("2026-01")
    desk.settle("2026-02", used(("u3", "2026-01", 50)))
    assert desk.balances("2026-01")["acme:lumen:cost"] == 20_000
    for month in ("2026-02", "2026-12"):
        assert desk.balances(month)["acme:lumen:cost"] == 50_000
        assert desk.balances(month)["acme:lumen:accrued_cost"] == -50_000
    assert desk.balances("2027-01")["acme:lumen:payable"] == -50_000
    assert "acme:lumen:accrued_cost" not in desk.balances("2027-01")


def test_what_is_paid_after_the_horizon_settles_its_last_invoices(tmp_path: Path) -> None:
    desk = desk_of(tmp_path, RATE, "payment: {invoice: monthly in arrears},")
    paid = PAID + "p1,bank,acme,lumen,2028-01-20,200,USD\n"
    desk.settle("2027-11", used(("u1", "2027-12", 100)), paid)
    assert desk.balances() == {}, "not before the last month is settled"
    desk.settle("2027-12")
    assert desk.balances("2028-01")["acme:lumen:cash"] == -20_000
    assert "acme:lumen:payable" not in desk.balances()


def test_a_payment_stays_under_its_contract_when_another_is_signed_between_the_two(tmp_path: Path) -> None:
    desk = desk_of(tmp_path, RATE)
    paid = PAID + "p1,bank,acme,lumen,2026-02-03,200,USD\n"
    desk.settle("2026-02", used(("u1", "2026-01", 100)), paid)
    before = desk.balances()
    second = "  more: {buyer: acme, seller: lumen, status: signed, from: 2026-06-01, clauses: {\n    r: {kind: price, chip: h200, price: 3 USD/chip-hour}}}\n"  # noqa: E501
    text = TEXT.replace("CLAUSES", RATE).replace("TERMS", "") + second
    desk.programme = desk.written(text)
    assert desk.settle("2026-02").entries == 0
    assert desk.balances() == before


def test_a_deposit_that_is_given_back_is_no_charge_in_focus(tmp_path: Path) -> None:
    gpus = "gpus: {kind: reservation, chip: h100, chips: 1, price: 1 USD/chip-hour,\n      deposit: {amount: 1000 USD, paid: 2026-01-05}}"  # fmt: skip # noqa: E501
    desk = desk_of(tmp_path, gpus, "through: 2026-03-31,")
    desk.settle("2026-12")
    with desk.book() as book:
        done = export_book(book, "focus", tmp_path / "focus", party="acme")
    assert done.left_out == {"what is given back, or invested": 2, "what is held for a promise": 2}
    for file in done.files:
        with open(file, newline="", encoding="utf-8") as told:
            assert list(csv.DictReader(told)) == []
