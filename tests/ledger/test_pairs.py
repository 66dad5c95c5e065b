"""Entries that go together, done by hand: an accrual and its reversal, a payment in another currency."""

from __future__ import annotations

from pathlib import Path

from books import OWED, PAID, book_at, entry

from gigawatt.ledger.pairs import accrued, paid_abroad
from gigawatt.ledger.verify import verify
from gigawatt.model.entry import Account, Foreign

EXCHANGE, DIFFERENCE = Account("acme", "", "exchange"), Account("acme", "", "exchange-difference")


def net(book, account) -> int:
    debits, credits, *_ = book.balances().get(account.name, (0, 0, 0, 0))
    return debits - credits


def test_an_accrual_reverses_on_the_first_day_of_the_next_period(tmp_path: Path) -> None:
    book = book_at(str(tmp_path / "book.db"))
    assert [answer.outcome for answer in book.post(accrued(entry("unbilled", 500)))] == ["created", "created"]
    rows = [(row["period"], row["day"], row["debit"], row["amount_minor"]) for row in book.entries()]
    assert rows == [
        ("2026-10", "2026-10-31", "acme:azure:cost", 500),
        ("2026-11", "2026-11-01", "acme:azure:owed", 500),
    ]
    assert net(book, OWED) == 0
    assert [answer.outcome for answer in book.post(accrued(entry("unbilled", 500)))] == ["exists", "exists"]
    assert verify(book).findings == ()


def test_a_debt_of_100_eur_booked_at_1_08_and_paid_at_1_10_costs_two_dollars_more_by_hand(tmp_path: Path) -> None:
    book = book_at(str(tmp_path / "book.db"))
    bank = Account("acme", "", "bank")
    book.post([entry("invoice", 10_800, foreign=Foreign("EUR", 10_000, "1.08"))])
    paid = entry("payment", 1, debit=OWED, credit=bank)
    made = paid_abroad(paid, Foreign("EUR", 10_000, "1.10"), "1.08", EXCHANGE, DIFFERENCE)
    assert [answer.outcome for answer in book.post(made)] == ["created"] * 3
    # 100 x 1.08 = 108.00 settles the debt, 100 x 1.10 = 110.00 leaves the bank, 2.00 is lost
    assert [net(book, account) for account in (OWED, bank, EXCHANGE, DIFFERENCE)] == [0, -11_000, 0, 200]
    assert verify(book).findings == ()


def test_at_a_better_rate_it_is_gained_and_at_the_same_there_is_no_difference(tmp_path: Path) -> None:
    book = book_at(str(tmp_path / "book.db"))
    for id, rate, difference in (("better", "1.05", -300), ("same", "1.08", -300)):
        made = paid_abroad(entry(id, 1, debit=OWED, credit=PAID), Foreign("EUR", 10_000, rate), "1.08", EXCHANGE,
                           DIFFERENCE)  # fmt: skip
        assert all(answer.ok for answer in book.post(made))
        assert (net(book, EXCHANGE), net(book, DIFFERENCE)) == (0, difference)
