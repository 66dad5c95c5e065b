"""However facts are dealt out to runs, in whatever order, and whenever months are closed: the books end the same."""

from __future__ import annotations

from typing import Any

import pytest
from books import place_for
from hypothesis import given, settings
from hypothesis import strategies as st
from test_settle_book import PAID, TEXT, USE, Desk, reported

from gigawatt.books import verify_book

TEXT_OF_ALL = TEXT.replace(
    "    share:", "    ahead: {kind: prepayment, paid: {2026-02-05: 3000 USD}, share: 50 %},\n    share:"
) + (
    "  zen: {buyer: acme, seller: zen, status: signed, from: 2026-01-01,\n"
    "    payment: {invoice: quarterly in arrears, net: 30 d}, clauses: {\n"
    "    rate: {kind: price, chip: h100, price: 3 USD/chip-hour},\n"
    "    floor: {kind: take_or_pay, chip: h100, floor: 100 chip-hour/month, deficiency: 3 USD/chip-hour}}}\n"
)
"""Lumen invoices each month, is paid ahead in part and shares revenue up to a cap; Zen invoices each quarter."""
OTHER_BOOKS = {
    "cost": "income", "payable": "receivable", "accrued_cost": "accrued_income", "prepaid": "deferred_income",
    "cash": "cash",
}  # fmt: skip
"""What stands in the payer's books, and the same in the payee's."""
LAST = 6
FACTS = st.lists(
    st.tuples(
        st.sampled_from(["use of lumen", "use of zen", "revenue", "payment"]),
        st.integers(1, LAST),
        st.integers(-2000, 4000),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=10,
)
RUNS = st.lists(st.tuples(st.integers(1, LAST), st.integers(0, LAST)), min_size=4, max_size=4)
"""Through which month each of four runs settles, and up to which month all are closed after it."""


def table(number: int, kind: str, month: int, amount: int) -> str:
    when, size = f"2026-{month:02}", abs(amount) + 1
    if kind == "revenue":
        return reported((f"r{number}", when, amount))
    if kind == "payment":
        return PAID + f"p{number},bank,acme,{('lumen', 'zen')[number % 2]},{when}-20,{size},USD\n"
    return USE + f"u{number},meter,{kind.split()[-1]}-h100,chat,{when},{size}\n"


def by_clause(desk: Desk) -> dict[tuple[str, str, str], int]:
    """What each clause, or payment, comes to in each account, debits less credits."""
    found: dict[tuple[str, str, str], int] = {}
    for row in desk.entries():
        for side, sign in (("debit", 1), ("credit", -1)):
            party, contract, purpose = row[side].split(":")
            key = (row["clause"] or f"paid under {contract}", party, purpose)
            found[key] = found.get(key, 0) + sign * row["amount_minor"]
    return {key: amount for key, amount in found.items() if amount}


def tied(found: dict[tuple[str, str, str], int]) -> None:
    """Clause by clause what stands in the payer's books stands in the payee's, the other way."""
    for (clause, party, purpose), amount in found.items():
        if party == "acme":
            payee = clause.removeprefix("paid under ").partition("/")[0]
            assert found.get((clause, payee, OTHER_BOOKS[purpose])) == -amount, (clause, purpose)
    assert sum(found.values()) == 0


@settings(max_examples=12, deadline=None)
@given(facts=FACTS, runs=RUNS)
def test_total_balances_are_those_of_one_settlement_of_all(
    facts: list[tuple[str, int, int, int]], runs: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("random")
    whole, dealt = (Desk(place_for("sqlite", folder), folder, TEXT_OF_ALL) for _ in range(2))
    tables = [(table(n, kind, month, amount), run) for n, (kind, month, amount, run) in enumerate(facts)]
    whole.settle(f"2026-{LAST:02}", *(each for each, _ in tables))
    for run, (through, closing) in enumerate(runs):
        dealt.settle(f"2026-{through:02}", *(each for each, when in tables if when == run))
        with dealt.book() as book:
            still = [one.period for one in book.periods() if one.state != "closed"]
        dealt.close(*(period for period in still if period <= f"2026-{closing:02}"))
        tied(by_clause(dealt))
    dealt.settle(f"2026-{LAST:02}")
    assert dealt.balances() == whole.balances()
    assert by_clause(dealt) == by_clause(whole)
    tied(by_clause(dealt))
    accrued = [account for account in dealt.balances() if "accrued" in account]
    assert not accrued, accrued
    with dealt.book() as book:
        head = book.head
    again: Any = dealt.settle(f"2026-{LAST:02}", *(each for each, _ in tables))
    with dealt.book() as book:
        assert (again.facts, again.entries, book.head) == (0, 0, head)
        assert verify_book(book).findings == ()
