"""A book as an hledger journal: its accounts with their types, a transaction for each entry, and every balance.

Syntax: https://hledger.org/1.25/hledger.html#journal-format. At the end of each month one transaction of noughts
asserts the balance of each account that moved; hledger goes by the order of dates, then of lines, and compares the last
digit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from gigawatt.ledger.accounts import Sort
from gigawatt.ledger.extract import LINK, Extract, booked_on, narration, notes
from gigawatt.ledger.own_accounts import Named, totals
from gigawatt.ledger.seam import Row
from gigawatt.ledger.state import AMOUNT, CREDIT, DEBIT
from gigawatt.values.money import amount_text, minor_digits
from gigawatt.values.span import month_span

TYPES = {Sort.ASSETS: "A", Sort.LIABILITIES: "L", Sort.EQUITY: "E", Sort.INCOME: "R", Sort.EXPENSES: "X"}


def hledger(extract: Extract, accounts: Mapping[str, Named]) -> Iterator[str]:
    """The text in pieces."""
    currency, first = extract.book.identity.currency, f"{min(extract.moved)}-01"
    names = {account: own.name for account, own in accounts.items()}
    yield f"; {extract.of_what}\n\ndecimal-mark .\ncommodity 1000.{'0' * minor_digits(currency)} {currency}\n"
    for account in dict.fromkeys(accounts[one] for one in extract.used):
        yield f"account {account.name}  ; type:{TYPES[account.sort]}\n"
    opening = {name: minor for name, minor in totals(extract.opening, names).items() if minor}
    if opening:
        yield f"\n{first} * balances brought forward\n"
        yield from (f"    {name}  {amount_text(minor, currency)} {currency}\n" for name, minor in opening.items())
    for row in extract.rows():
        yield _transaction(row, names, currency)
    for month, moved, balances in extract.closings():
        last, ends = month_span(month).until - timedelta(days=1), totals(balances, names)
        yield f"\n{last} * balances at the end of {month}\n"
        for name in sorted({names[account] for account in moved}):
            yield f"    {name}  0 {currency} = {amount_text(ends[name], currency)} {currency}\n"


def _transaction(row: Row, names: Mapping[str, str], currency: str) -> str:
    told = [f"    ; {name}:{_tag(text)}\n" for name, text in notes(row)]
    if row[LINK]:
        told.append(f"    ; link:{_tag(row[LINK])}\n")
    return (
        f"\n{booked_on(row)} * ({row[0]}) {narration(row).replace(';', ',')}\n{''.join(told)}"
        f"    {names[row[DEBIT]]}  {amount_text(row[AMOUNT], currency)} {currency}\n"
        f"    {names[row[CREDIT]]}  {amount_text(-row[AMOUNT], currency)} {currency}\n"
    )


def _tag(text: str) -> str:
    """A text as the value of a tag, which ends at a comma."""
    return text.replace(",", "%2C")
