"""A book of two parties made by hand, with all that exports have to get right: each figure can be added up on paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from books import Clock

from gigawatt.ledger.book import Book
from gigawatt.ledger.pairs import accrued, paid_abroad
from gigawatt.model.booked import BookIdentity
from gigawatt.model.entry import Account, Act, Entry, Foreign
from gigawatt.store.sqlite import SqliteStore


def account(name: str) -> Account:
    return Account.named(name)


def both(
    id: str, clause: str, what: str, minor: int, period: str = "2026-10", currency: str = "USD", **told: object
) -> list[Entry]:
    """A clause's posting as settlement books it: cost that acme owes, and income that the seller is owed, linked."""
    contract = clause.split("/")[0]
    seller = {"azure-2026": "azure", "power": "grid"}[contract]
    year, month = map(int, period.split("-"))
    common = Entry(
        f"{id}:acme", account(f"acme:{contract}:cost"), account(f"acme:{contract}:payable"), minor, currency, period,
        date(year, month, 28), clause=clause, what=what, link=id,
    )  # fmt: skip
    common = replace(common, **told)  # type: ignore[arg-type]
    theirs = replace(
        common, id=f"{id}:{seller}", debit=account(f"{seller}:{contract}:receivable"),
        credit=account(f"{seller}:{contract}:income"),
    )  # fmt: skip
    return [common, theirs]


def taken_back(entries: list[Entry], id: str, minor: int, period: str) -> list[Entry]:
    """A credit note of a later month on a posting, in both parties' books."""
    year, month = map(int, period.split("-"))
    return [
        replace(
            one, id=f"{id}:{one.debit.party}", debit=one.credit, credit=one.debit, amount_minor=minor, period=period,
            day=date(year, month, 5), act=Act.CREDIT_NOTE, refers=one.id, link=id, quantity="", rate="",
        )
        for one in entries
    ]  # fmt: skip


RENT = both(
    "rent-10", "azure-2026/rate", "rent", 210_000, quantity="1000 chip-hour", rate="2.10 USD/chip-hour",
    words="1,000 hours of h100; at the agreed price", facts=(),
)  # fmt: skip
FEE = both("fee-10", "azure-2026/gpus@2026-07-01", "fee", 500_000)
ENERGY = both("energy-10", "power/metered", "energy", 33_333, quantity="12.5 MWh", rate="26.6664 USD/MWh")
SHORT = both("short-10", "azure-2026/commit", "shortfall", 90_000)
TAX = [
    replace(FEE[0], id="tax-10", debit=account("acme:azure-2026:tax"), amount_minor=42_000, what="tax", link=""),
]
CREDIT = [
    replace(
        FEE[0], id="credit-10:acme", debit=account("acme:azure-2026:receivable"),
        credit=account("acme:azure-2026:income"), amount_minor=12_000, what="service credit", link="credit-10",
        clause="azure-2026/uptime",
    ),
    replace(
        FEE[0], id="credit-10:azure", debit=account("azure:azure-2026:cost"),
        credit=account("azure:azure-2026:payable"), amount_minor=12_000, what="service credit", link="credit-10",
        clause="azure-2026/uptime",
    ),
]  # fmt: skip
PREPAID = [
    replace(FEE[0], id="prepay", debit=account("acme:azure-2026:prepaid"), amount_minor=300_000, what="prepayment",
            link="", clause="azure-2026/ahead"),
    replace(FEE[0], id="drawn", credit=account("acme:azure-2026:prepaid"), amount_minor=100_000, what="rent",
            link="", clause="azure-2026/rate", quantity="500 chip-hour", rate="2 USD/chip-hour"),
]  # fmt: skip
ACCRUAL = accrued(
    replace(FEE[0], id="accrual", credit=account("acme:azure-2026:accrued_cost"), amount_minor=7_700, link="")
)
LATE = taken_back(RENT, "note-11", 21_000, "2026-11")
EXTRA = both(
    "more-11", "azure-2026/rate", "rent", 2_100, "2026-11", quantity="10 chip-hour", rate="2.1 USD/chip-hour",
    day=date(2026, 10, 30), refers="rent-10:acme",
)  # fmt: skip
ABROAD = paid_abroad(
    replace(FEE[0], id="wire", debit=account("acme:azure-2026:payable"), credit=account("acme::cash"), period="2026-11",
            day=date(2026, 11, 30), what="payment", clause="", link=""),
    Foreign("JPY", 75_000, "0.0066"), "0.0064", account("acme::exchange"), account("acme::exchange_difference"),
)  # fmt: skip
WAITING = [replace(FEE[0], id="maybe", act=Act.PENDING, amount_minor=1, link="")]

OCTOBER = [*RENT, *FEE, *ENERGY, *SHORT, *TAX, *CREDIT, *PREPAID, *ACCRUAL, *WAITING]
NOVEMBER = [*LATE, *EXTRA, *ABROAD]


def traded(place: Path) -> Book:
    """The book: October closed, then what came late, and a payment in yen, in November."""
    book = Book(SqliteStore(place), BookIdentity("acme", "USD", "text-1"), Clock())
    _take(book, OCTOBER)
    _take(book, [replace(WAITING[0], id="no", act=Act.VOID_PENDING, refers="maybe")])
    book.draft("2026-10", "ann")
    book.approve("2026-10", "bob")
    book.close_period("2026-10", "bob")
    _take(book, NOVEMBER)
    return book


def in_currency(place: Path, currency: str) -> Book:
    """A book of one clause in a currency."""
    book = Book(SqliteStore(place), BookIdentity("acme", currency, "text-1"), Clock())
    _take(book, both("rent", "azure-2026/rate", "rent", 1_234_567, currency=currency, quantity="1000 chip-hour"))
    return book


def _take(book: Book, entries: list[Entry]) -> None:
    for answer in book.post(entries):
        assert answer.outcome == "created", answer
