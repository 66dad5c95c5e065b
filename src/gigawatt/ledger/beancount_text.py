"""A book as Beancount text: its accounts, a transaction for each entry, and every balance at the end of each month.

Syntax: https://beancount.github.io/docs/beancount_language_syntax.html (version 3). A balance is asserted with no
tolerance, so that `bean-check` finds a difference of one minor unit. It counts sub-accounts too, and is stated so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import groupby

from gigawatt.errors import BookError
from gigawatt.ledger.extract import LINK, Extract, booked_on, narration, notes
from gigawatt.ledger.own_accounts import Named, lawful, totals
from gigawatt.ledger.seam import Row
from gigawatt.ledger.state import AMOUNT, CREDIT, DEBIT
from gigawatt.values.money import amount_text
from gigawatt.values.span import month_span

_UNLINKED = re.compile(r"[^A-Za-z0-9\-_/.]")
_YEARS = (1700, 2099)
"""From which year to which Beancount reads dates."""


def beancount(extract: Extract, accounts: Mapping[str, Named]) -> Iterator[str]:
    """The text in pieces. BookError where a month lies beyond the years that Beancount knows."""
    for month in extract.moved:
        if not f"{_YEARS[0]}-01" <= month < f"{_YEARS[1]}-12":
            raise BookError(f"Beancount reads dates from {_YEARS[0]} to {_YEARS[1]}, and there are entries of {month}")
    by_own = lawful(accounts.values())
    return _text(extract, {account: by_own[own] for account, own in accounts.items()})


def _text(extract: Extract, names: Mapping[str, str]) -> Iterator[str]:
    currency, first = extract.book.identity.currency, f"{min(extract.moved)}-01"
    yield f';; {extract.of_what}\noption "title" {quoted(extract.of_what)}\n'
    yield f'option "operating_currency" "{currency}"\n\n'
    for name, of_book in groupby(sorted(extract.used, key=names.__getitem__), key=names.__getitem__):
        yield f"{first} open {name} {currency}\n"
        yield from (f"  book-{n}: {quoted(account)}\n" for n, account in enumerate(of_book, 1))
    opening = {name: minor for name, minor in totals(extract.opening, names).items() if minor}
    if opening:
        yield f'\n{first} * "balances brought forward"\n'
        yield from (f"  {name}  {amount_text(minor, currency)} {currency}\n" for name, minor in opening.items())
    for row in extract.rows():
        yield _transaction(row, names, currency)
    for month, moved, balances in extract.closings():
        after, counted = month_span(month).until, _with_those_below(totals(balances, names))
        yield f"\n;; The balances at the end of {month}\n"
        for name in sorted({names[account] for account in moved}):
            yield f"{after} balance {name}  {amount_text(counted[name], currency)} ~ 0 {currency}\n"


def _transaction(row: Row, names: Mapping[str, str], currency: str) -> str:
    name = _UNLINKED.sub("-", row[LINK])
    link, told, facts = f" ^{name}" if name else "", [], 0
    if name != row[LINK]:
        told.append(f"  link: {quoted(row[LINK])}\n")
    for name, text in notes(row):
        if name == "fact":
            facts += 1
            name = f"fact-{facts}"
        told.append(f"  {name}: {quoted(text)}\n")
    return (
        f"\n{booked_on(row)} * {quoted(narration(row))}{link}\n{''.join(told)}"
        f"  {names[row[DEBIT]]}  {amount_text(row[AMOUNT], currency)} {currency}\n"
        f"  {names[row[CREDIT]]}  {amount_text(-row[AMOUNT], currency)} {currency}\n"
    )


def quoted(text: str) -> str:
    """A text as Beancount has it, between quotation marks."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _with_those_below(balances: Mapping[str, int]) -> dict[str, int]:
    """Each account with the balances of its sub-accounts added."""
    found: dict[str, int] = defaultdict(int)
    for name, minor in balances.items():
        parts = name.split(":")
        for n in range(1, len(parts) + 1):
            found[":".join(parts[:n])] += minor
    return found
