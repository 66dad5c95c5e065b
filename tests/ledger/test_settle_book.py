"""A settlement is kept in a book: in the books of both parties, accrued until invoiced, corrected and never changed."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from books import STORES, place_for

import gigawatt as gw
from gigawatt.books import open_book, read_facts, settled, settled_into, verify_book
from gigawatt.errors import BookError, ProgrammeError
from gigawatt.file import fact_gathering, facts_on_record
from gigawatt.ledger import paging
from gigawatt.ledger.book import Book
from gigawatt.ledger.keeping import Kept

LATE = date(2030, 1, 1)
TEXT = """
programme: acme
decides: acme
horizon: {from: 2026-01, through: 2027-12}
workloads: {chat: {kind: serving, chips: 10}}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2026-01-01,
    payment: {invoice: monthly in arrears, net: 30 d}, clauses: {
    rate: {kind: price, chip: h100, price: 2 USD/chip-hour,
      cite: {document: Order 7, section: "2.1", words: two dollars}},
    share: {kind: revenue_share, payer: acme, payee: lumen, rate: 10 %, cap: 500 USD}}}
"""
USE = "id,sender,pool,workload,month,chip_hours\n"
MONEY = "id,sender,stream,earner,month,amount,currency\n"
PAID = "id,sender,payer,payee,on,amount,currency\n"


class Desk:
    """A programme, its book, and the facts that come in."""

    def __init__(self, place: str, folder: Path, text: str = TEXT) -> None:
        self.place, self.folder, self.files = place, folder, 0
        self.programme = self.written(text)

    def written(self, text: str) -> gw.Programme:
        path = self.folder / "programme.yaml"
        path.write_text(text, encoding="utf-8")
        return gw.load(path)

    @contextlib.contextmanager
    def book(self) -> Iterator[Book]:
        book = open_book(self.place, self.programme)
        try:
            yield book
        finally:
            book.close()

    def settle(self, through: str, *tables: str) -> Kept:
        """Settle with tables of facts beside those on record."""
        paths = []
        for table in tables:
            self.files += 1
            paths.append(self.folder / f"facts-{self.files}.csv")
            paths[-1].write_text(table, encoding="utf-8")
        with self.book() as book:
            read = read_facts(self.programme, *paths, book=book)
            return settled_into(book, self.programme, read, settled(self.programme, read.facts, through, LATE))

    def entries(self) -> list[dict]:
        with self.book() as book:
            return list(book.entries())

    def balances(self, through: str = "9999-99") -> dict[str, int]:
        """What each account comes to at the end of a month, debits less credits; accounts at nought left out."""
        found: dict[str, int] = defaultdict(int)
        for row in self.entries():
            if row["period"] <= through:
                found[row["debit"]] += row["amount_minor"]
                found[row["credit"]] -= row["amount_minor"]
        return {account: amount for account, amount in sorted(found.items()) if amount}

    def close(self, *periods: str) -> None:
        with self.book() as book:
            for period in periods:
                book.draft(period, "ann")
                book.approve(period, "bob")
                book.close_period(period, "ann")


@pytest.fixture(params=STORES)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(place_for(request.param, tmp_path), tmp_path)
    yield made
    with made.book() as book:
        assert verify_book(book).findings == ()


def used(*rows: tuple[str, str, object]) -> str:
    return USE + "".join(f"{id},meter,lumen-h100,chat,{month},{hours}\n" for id, month, hours in rows)


def reported(*rows: tuple[str, str, object]) -> str:
    return MONEY + "".join(f"{id},acme,chat,acme,{month},{amount},USD\n" for id, month, amount in rows)


def test_what_is_not_invoiced_accrues_and_is_taken_back_on_the_next_day(desk: Desk) -> None:
    """1,000 h at 2 are 2,000.00: accrued in January, owed from 1 February on, a cost of January alone."""
    desk.settle("2026-01", used(("u1", "2026-01", 1000)))
    assert desk.balances("2026-01") == {
        "acme:lumen:accrued_cost": -200_000, "acme:lumen:cost": 200_000,
        "lumen:lumen:accrued_income": 200_000, "lumen:lumen:income": -200_000,
    }  # fmt: skip
    assert desk.balances("2026-02") == {
        "acme:lumen:cost": 200_000, "acme:lumen:payable": -200_000,
        "lumen:lumen:income": -200_000, "lumen:lumen:receivable": 200_000,
    }  # fmt: skip
    january = sum(
        row["amount_minor"] * (1 if row["debit"] == "acme:lumen:cost" else -1)
        for row in desk.entries()
        if row["period"] == "2026-02" and "acme:lumen:cost" in (row["debit"], row["credit"])
    )
    assert january == 0
    invoice = next(row for row in desk.entries() if row["debit"] == "acme:lumen:cost" and row["period"] == "2026-02")
    assert (invoice["quantity"], invoice["rate"], invoice["facts"]) == ("1000 chip-hour", "2", "use|meter|u1")
    assert (invoice["clause"], invoice["words"], invoice["day"]) == (
        "lumen/rate", "Order 7, 2.1: two dollars; due 2026-03-03", "2026-02-01",
    )  # fmt: skip


def test_settling_again_changes_nothing(desk: Desk) -> None:
    desk.settle("2026-02", used(("u1", "2026-01", 1000), ("u2", "2026-02", 10)), reported(("r", "2026-01", 100)))
    with desk.book() as book:
        head = book.head
    for tables in ((), (used(("u1", "2026-01", 1000)),)):
        assert desk.settle("2026-02", *tables).entries == 0
    assert desk.settle("2026-01").entries == 0
    with desk.book() as book:
        assert book.head == head


def test_facts_told_once_are_on_record_for_later_months(desk: Desk) -> None:
    """A tenth of 4,000 is 400; of the cap of 500 only 100 are left in February, though February is told alone."""
    desk.settle("2026-01", reported(("r1", "2026-01", 4000)))
    desk.settle("2026-02", reported(("r2", "2026-02", 4000)))
    assert desk.balances()["acme:lumen:payable"] == -50_000


def test_late_facts_in_an_open_month_correct_it_there(desk: Desk) -> None:
    desk.settle("2026-01", used(("u1", "2026-01", 1000)))
    kept = desk.settle("2026-01", used(("u2", "2026-01", 10)))
    assert (kept.corrections, kept.late) == (0, ())
    assert desk.balances("2026-01")["acme:lumen:cost"] == 202_000
    assert desk.balances()["acme:lumen:payable"] == -202_000


def test_late_facts_of_a_closed_month_go_to_an_open_one(desk: Desk) -> None:
    desk.settle("2026-02", used(("u1", "2026-01", 1000)))
    desk.close("2026-01", "2026-02")
    before = desk.balances("2026-02")
    kept = desk.settle("2026-02", used(("u2", "2026-01", 10)))
    assert kept.late == ("2026-01", "2026-02")
    assert desk.balances("2026-02") == before
    assert desk.balances("2026-03")["acme:lumen:payable"] == -202_000
    late = [row for row in desk.entries() if row["period"] == "2026-03"]
    assert {row["what"] for row in late} == {"rent (late)"}
    assert {(row["day"], row["facts"]) for row in late} == {("2026-03-01", late[0]["facts"])}


def test_a_month_that_had_nothing_is_closed_with_those_after_it(desk: Desk) -> None:
    desk.settle("2026-02", used(("u1", "2026-02", 1000)))
    desk.close("2026-02")
    desk.settle("2026-02", used(("u2", "2026-01", 10)))
    assert {row["period"] for row in desk.entries() if "2026-01" in row["id"]} == {"2026-03"}


def test_less_is_owed_by_a_credit_note_that_names_what_it_lessens(desk: Desk) -> None:
    """Refunds of February bring its revenue to 1,000 in place of 3,000: 200 less is owed."""
    desk.settle("2026-02", reported(("r1", "2026-02", 3000)))
    desk.close("2026-02", "2026-03")
    kept = desk.settle("2026-02", reported(("r2", "2026-02", -2000)))
    assert kept.corrections == 2
    notes = [row for row in desk.entries() if row["act"] == "credit_note"]
    assert {row["amount_minor"] for row in notes} == {20_000}
    assert {row["period"] for row in notes} == {"2026-04"}
    assert {row["refers"] for row in notes} == {
        f"settled|2026-02|lumen/share|revenue share|acme>lumen#1:{side}" for side in ("payer", "payee")
    }
    assert desk.balances()["acme:lumen:payable"] == -10_000


def test_more_is_lessened_than_one_entry_holds_over_all_that_are_there(desk: Desk) -> None:
    desk.settle("2026-02", reported(("r1", "2026-02", 1000)))
    desk.settle("2026-02", reported(("r2", "2026-02", 2000)))
    desk.settle("2026-02", reported(("r3", "2026-02", -2500)))
    assert desk.balances()["acme:lumen:payable"] == -5_000
    notes = sorted(row["amount_minor"] for row in desk.entries() if row["act"] == "credit_note")
    assert notes == [5_000, 5_000, 20_000, 20_000]
    desk.settle("2026-02", reported(("r4", "2026-02", -500)))
    assert "acme:lumen:payable" not in desk.balances()
    desk.settle("2026-02", reported(("r5", "2026-02", 700)))
    assert desk.balances()["acme:lumen:payable"] == -7_000


def test_a_payment_lessens_what_is_owed_and_is_posted_once(desk: Desk) -> None:
    paid = PAID + "p1,bank,acme,lumen,2026-02-20,1500,USD\n"
    desk.settle("2026-02", used(("u1", "2026-01", 1000)), paid)
    desk.settle("2026-02", paid)
    assert desk.balances("2026-02") == {
        "acme:lumen:cash": -150_000, "acme:lumen:cost": 200_000, "acme:lumen:payable": -50_000,
        "lumen:lumen:cash": 150_000, "lumen:lumen:income": -200_000, "lumen:lumen:receivable": 50_000,
    }  # fmt: skip


def test_a_payment_in_another_currency_realises_the_difference_of_its_rate(desk: Desk) -> None:
    """2,000.00 owed are paid with 1,800 EUR at 1.15: 2,070.00 leave, 70.00 lost by one, won by the other."""
    table = PAID.strip() + ",paid_in,paid_amount,rate\np1,bank,acme,lumen,2026-02-20,2000,USD,EUR,1800,1.15\n"
    desk.settle("2026-02", used(("u1", "2026-01", 1000)), table)
    assert desk.balances() == {
        "acme:lumen:cash": -207_000, "acme:lumen:cost": 200_000, "acme:lumen:exchange_difference": 7_000,
        "lumen:lumen:cash": 207_000, "lumen:lumen:exchange_difference": -7_000, "lumen:lumen:income": -200_000,
    }  # fmt: skip
    (told,) = {
        (row["foreign_currency"], row["foreign_minor"], row["foreign_rate"])
        for row in desk.entries() if row["foreign_currency"]
    }  # fmt: skip
    assert told == ("EUR", 180_000, "1.15")


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("EUR,1800,", "paid_in, paid_amount and rate go together"),
        ("USD,1800,1", "'USD' is the programme's own; leave `paid_in`"),
        ("ERU,1800,1", "there is no currency 'ERU'; did you mean 'EUR'"),
        ("JPY,1800.5,1", "JPY has 0 decimals, and paid_amount has more"),
        ("EUR,0,1.1", "paid_amount and rate are above nought"),
    ],
)
def test_a_payment_abroad_that_is_not_whole_is_a_fault(told: str, says: str, tmp_path: Path) -> None:
    desk = Desk(place_for("sqlite", tmp_path), tmp_path)
    table = PAID.strip() + f",paid_in,paid_amount,rate\np1,bank,acme,lumen,2026-02-20,2000,USD,{told}\n"
    with pytest.raises(ProgrammeError, match=says):
        desk.settle("2026-02", table)


def test_an_invoice_says_when_it_is_due(desk: Desk) -> None:
    desk.settle("2026-01", used(("u1", "2026-01", 1000)))
    (words,) = {row["words"] for row in desk.entries() if row["period"] == "2026-02" and row["act"] == "post"}
    assert words == "Order 7, 2.1: two dollars; due 2026-03-03"


def test_a_contract_that_is_amended_afterwards_is_settled_anew_by_its_differences(desk: Desk) -> None:
    desk.settle("2026-02", used(("u1", "2026-01", 1000), ("u2", "2026-02", 100)))
    desk.close("2026-01")
    desk.programme = desk.written(TEXT.replace("price: 2 USD", "price: 1.50 USD"))
    desk.settle("2026-02")
    assert desk.balances("2026-01")["acme:lumen:cost"] == 200_000
    assert desk.balances("2026-02")["acme:lumen:cost"] == 200_000 - 50_000 + 15_000
    assert desk.balances()["acme:lumen:payable"] == -165_000


def test_a_clause_that_is_no_longer_there_is_taken_back(desk: Desk) -> None:
    desk.settle("2026-02", used(("u1", "2026-01", 1000)), reported(("r1", "2026-01", 1000)))
    start = TEXT.index("    share:")
    desk.programme = desk.written(TEXT[:start] + "    }}\n")
    desk.settle("2026-02")
    assert desk.balances()["acme:lumen:payable"] == -200_000


@pytest.mark.parametrize(("again", "differs"), [
    (("u1", "2026-01", 999), "chip_hours 999.000000 for 1000.000000"),
    (("u1", "2026-02", 1000), "month 2026-02 for 2026-01"),
])  # fmt: skip
def test_the_same_fact_with_other_content_is_refused_and_nothing_is_kept(
    desk: Desk, again: tuple[str, str, int], differs: str
) -> None:
    desk.settle("2026-01", used(("u1", "2026-01", 1000)))
    with desk.book() as book:
        head = book.head
    told = rf"'u1' of meter stands already in the book:\d+, and here has other content: {differs}"
    with pytest.raises(ProgrammeError, match=told):
        desk.settle("2026-02", used(again, ("u2", "2026-01", 1)))
    with desk.book() as book:
        assert book.head == head


@pytest.mark.parametrize("at_once", [1, 2, 3, 7])
def test_facts_read_a_few_at_a_time_are_those_read_at_once(
    desk: Desk, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ids, workloads and months are each in another order."""
    desk.programme = desk.written(TEXT.replace("workloads: {chat", "workloads: {aid: {kind: serving, chips: 1}, chat"))
    months = [f"2026-{month:02}" for month in (3, 1, 2, 1, 1, 2)]
    on_record = used(*((f"u{n}", month, n + 1) for n, month in enumerate(months)))
    on_record = on_record.replace("chat,2026-02", "aid,2026-02")
    desk.settle("2026-03", on_record, reported(("r3", "2026-01", 10), ("r2", "2026-02", 20), ("r1", "2026-03", 30)))
    again_and_more = desk.folder / "more.csv"
    again_and_more.write_text(on_record + used(("v1", "2026-02", 9), ("v2", "2026-01", 8)).removeprefix(USE))
    with desk.book() as book:
        at_a_time = read_facts(desk.programme, again_and_more, book=book)
        monkeypatch.setattr(fact_gathering, "_AT_ONCE", at_once)
        monkeypatch.setattr(paging, "_FACTS_AT_ONCE", at_once)
        monkeypatch.setattr(facts_on_record, "_AT_ONCE", at_once)
        found = read_facts(desk.programme, again_and_more, book=book)
    assert list(found.new) == list(at_a_time.new)
    assert (dict(found.repeats), dict(found.counts)) == ({"use": 6}, dict(at_a_time.counts))
    assert (found.facts, found.sources) == (at_a_time.facts, at_a_time.sources)
    assert [one.rows for one in found.sources if one.kind == "use"] == [2, 4, 1, 1]
    assert [one.name for one in found.sources if one.kind == "revenue"] == ["acme|r1", "acme|r2", "acme|r3"]


def test_no_more_facts_are_read_at_once_than_those_of_the_largest_month(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fact_gathering, "_AT_ONCE", 10)
    sizes = {"2026-03": 4, "2026-01": 3, "2026-02": 7, "2026-04": 25, "2026-05": 10, "": 1}
    assert list(fact_gathering._few_at_once(sizes)) == [
        ["", "2026-01"],
        ["2026-02"],
        ["2026-03"],
        ["2026-04"],
        ["2026-05"],
    ]


def test_facts_of_several_months_come_by_pieces(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.settle("2026-03", used(*((f"u{n}", f"2026-0{1 + n // 5}", n + 1) for n in range(12))))
    monkeypatch.setattr(paging, "_FACTS_AT_ONCE", 4)
    with desk.book() as book, book.register() as register:
        pages = list(register.fact_pages("use", ["2026-01", "2026-02", "2026-03"]))
    assert [len(page) for page in pages] == [4, 5, 3]
    assert sorted(id for page in pages for _, id, _ in page) == sorted(f"use|meter|u{n}" for n in range(12))


def test_many_facts_of_one_line_are_named_by_their_digest(desk: Desk) -> None:
    desk.settle("2026-01", used(*((f"u{n}", "2026-01", n) for n in range(1, 30))))
    (name,) = {row["facts"] for row in desk.entries()}
    with desk.book() as book:
        (told,) = (record for record in book.facts("sum") if record.id == name)
    assert told.content == "29 rows of use: SHA-256 of the rows sender|id|content, sorted, a line each"


def test_another_programmes_book_is_refused(desk: Desk) -> None:
    desk.settle("2026-01", used(("u1", "2026-01", 1000)))
    other = desk.written(TEXT.replace("programme: acme", "programme: other"))
    with pytest.raises(BookError, match="this is the book of acme in USD, not of other in USD"):
        open_book(desk.place, other)


def test_what_has_a_price_and_quarterly_invoices_accrues_until_then(tmp_path: Path) -> None:
    text = TEXT.replace("monthly in arrears", "quarterly in arrears")
    desk = Desk(place_for("sqlite", tmp_path), tmp_path, text)
    desk.settle("2026-03", used(("u1", "2026-01", 1000), ("u3", "2026-03", 10)))
    for month, accrued in (("2026-01", 200_000), ("2026-02", 200_000), ("2026-03", 202_000)):
        assert desk.balances(month)["acme:lumen:accrued_cost"] == -accrued
        assert desk.balances(month)["acme:lumen:cost"] == accrued
        assert "acme:lumen:payable" not in desk.balances(month)
    assert desk.balances("2026-04")["acme:lumen:payable"] == -202_000


def test_an_invoice_of_another_rhythm_is_a_fault_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ProgrammeError, match="monthly in arrears"):
        Desk("none", tmp_path, TEXT.replace("monthly in arrears", "now and then"))


def test_money_paid_ahead_is_no_cost_until_it_is_drawn(tmp_path: Path) -> None:
    """1,000 paid ahead in January; a rent of 200 in each of two months is drawn from it: a cost of 400, 600 left."""
    text = TEXT.replace("    share: {kind: revenue_share, payer: acme, payee: lumen, rate: 10 %, cap: 500 USD}}}",
                        "    ahead: {kind: prepayment, paid: {2026-01-05: 1000 USD}, share: 100 %}}}")  # fmt: skip
    desk = Desk(place_for("sqlite", tmp_path), tmp_path, text)
    desk.settle("2026-02", used(("u1", "2026-01", 100), ("u2", "2026-02", 100)))
    assert desk.balances() == {
        "acme:lumen:cost": 40_000, "acme:lumen:payable": -100_000, "acme:lumen:prepaid": 60_000,
        "lumen:lumen:deferred_income": -60_000, "lumen:lumen:income": -40_000, "lumen:lumen:receivable": 100_000,
    }  # fmt: skip


def test_a_deficiency_is_prepaid_until_it_is_made_up_or_expires(tmp_path: Path) -> None:
    """A floor of 1,000 h a year at 2: of 2026 600 h fall short, 1,200 paid. In 2027 1,100 h are taken, so that 100 of
    them are made up, free of the price; the other 500 can be made up in 2028 still."""
    text = TEXT.replace("through: 2027-12", "through: 2028-12").replace(
        "    share: {kind: revenue_share, payer: acme, payee: lumen, rate: 10 %, cap: 500 USD}}}",
        "    floor: {kind: take_or_pay, chip: h100, floor: 1000 chip-hour/year, deficiency: 2 USD/chip-hour,\n"
        "      make_up: {expires: 2 years, unit_price: 2 USD/chip-hour}}}}",
    )
    desk = Desk(place_for("sqlite", tmp_path), tmp_path, text)
    desk.settle("2027-11", used(("u1", "2026-05", 400), ("u2", "2027-05", 1100)))
    assert desk.balances("2026-12")["acme:lumen:prepaid"] == 120_000
    assert desk.balances("2027-11")["acme:lumen:prepaid"] == 120_000
    desk.settle("2027-12")
    assert desk.balances("2027-12")["acme:lumen:prepaid"] == 100_000
    assert desk.balances()["acme:lumen:payable"] == -(80_000 + 120_000 + 220_000 - 20_000)
    assert desk.balances("2027-12")["acme:lumen:cost"] == 80_000 + 220_000
    desk.settle("2028-12")
    assert "acme:lumen:prepaid" not in desk.balances()
    assert desk.balances()["acme:lumen:cost"] == 400_000 + 200_000
