"""The rules, in the order in which they are asked: what an entry is refused for. docs/books.md has them as a list.

Three sorts. What is wrong in itself is told again each time. What the book as it stands refuses is recorded, and the id
stays failed. What it cannot take yet (`NOT_YET`) is not recorded: the same entry may be sent again.
"""

from __future__ import annotations

import re
from decimal import InvalidOperation
from functools import lru_cache

from gigawatt.ledger.chain import is_plain
from gigawatt.ledger.pairs import amount_at
from gigawatt.ledger.seam import Row
from gigawatt.ledger.state import ACT, AMOUNT, AT, CREDIT, DEBIT, ID, REFERS, State
from gigawatt.model.entry import CORRECTS, MOST_MINOR, NO_LIMIT, RESOLVES, Act, Foreign

PERIOD, FACTS, TIMEOUT = AT["period"], AT["facts"], AT["timeout_s"]
FOREIGN = AT["foreign_currency"]
ACTS = frozenset(Act)
BOOKS_OWN = "book:"
"""How the ids of entries begin that the book itself makes."""
NOT_YET = frozenset({"fact_not_found", "period_in_review"})
ALREADY = {
    "post_pending": "pending_already_posted", "void_pending": "pending_already_voided",
    "expire": "pending_already_expired",
}  # fmt: skip
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
_is_month = lru_cache(1000)(MONTH.fullmatch)
_RATE = re.compile(r"\d+(\.\d+)?", re.ASCII)


def wrong_in_itself(row: Row, currency: str, books_currency: str) -> str:
    """Why an entry can be taken by no book of the currency; empty where it can."""
    id_, act, debit, credit, amount, period, day, *texts = row[ID:TIMEOUT]  # at once: it is asked of every entry
    if act not in ACTS:
        return "act_unknown"
    if not id_:
        return "id_missing"
    if id_.startswith(BOOKS_OWN) or act == Act.EXPIRE:
        return "id_reserved"
    if not is_plain(id_, *texts):
        return "text_not_plain"
    if amount <= 0:
        return "amount_not_positive"
    if amount > MOST_MINOR:
        return "amount_too_large"
    if debit == credit:
        return "accounts_the_same"
    if currency != books_currency:
        return "currency_not_the_books"
    if not _is_month(period):
        return "period_not_a_month"
    if day[:7] > period:
        return "day_after_period"
    if row[REFERS]:
        if act == Act.PENDING:
            return "refers_not_expected"
    elif act in RESOLVES or act in CORRECTS:
        return "refers_missing"
    if row[TIMEOUT] and (act != Act.PENDING or row[TIMEOUT] < 0):
        return "timeout_not_expected"
    return _foreign(row, books_currency) if row[FOREIGN] else ""


def _foreign(row: Row, books_currency: str) -> str:
    """Why an amount is not that of another currency at its stated rate."""
    currency, minor, rate = row[FOREIGN : FOREIGN + 3]
    if not _RATE.fullmatch(rate) or minor <= 0:
        return "rate_not_stated"
    try:
        amount = amount_at(Foreign(currency, minor, rate), books_currency)
    except (ValueError, InvalidOperation):
        return "rate_not_stated"
    return "" if amount == row[AMOUNT] else "amount_not_at_rate"


def refused(row: Row, state: State) -> str:
    """Why the book as it stands does not take an entry; empty where it does."""
    standing = state.periods.state(row[PERIOD])
    if standing == "closed":
        return "period_closed"
    if standing != "open" and row[ACT] != Act.EXPIRE:
        return "period_in_review"
    if row[FACTS] and not state.facts.issuperset(row[FACTS].split("\n")):
        return "fact_not_found"
    if row[REFERS]:
        found = _by_reference(row, state)
        if found:
            return found
    return "" if row[ACT] in RESOLVES else _over(row, state)


def _by_reference(row: Row, state: State) -> str:
    """Why an entry cannot do what it would to the one that it refers to."""
    act, subject = row[ACT], state.subjects.get(row[REFERS])
    if subject is None:
        return "entry_not_found"
    was, accounts = subject.row, (row[DEBIT], row[CREDIT])
    if act in RESOLVES:
        if was[ACT] != Act.PENDING:
            return "entry_not_pending"
        if subject.resolved:
            return ALREADY[subject.resolved]
        if act != Act.EXPIRE and was[TIMEOUT] and was[AT["at_us"]] + was[TIMEOUT] * 1_000_000 <= state.now_us:
            return "pending_already_expired"
        if accounts != (was[DEBIT], was[CREDIT]):
            return "accounts_differ"
        if row[AMOUNT] > was[AMOUNT]:
            return "exceeds_pending"
        return "amount_differs" if act != Act.POST_PENDING and row[AMOUNT] != was[AMOUNT] else ""
    if was[ACT] in (Act.PENDING, Act.VOID_PENDING, Act.EXPIRE):
        return "entry_not_posted"
    if act not in CORRECTS:
        return ""
    if subject.reversed:
        return "already_reversed"
    if accounts != (was[CREDIT], was[DEBIT]):
        return "accounts_not_swapped"
    if act == Act.CREDIT_NOTE:
        return "exceeds_entry" if row[AMOUNT] > subject.left_minor else ""
    if subject.left_minor != was[AMOUNT]:
        return "already_credited"
    return "amount_differs" if row[AMOUNT] != was[AMOUNT] else ""


def _over(row: Row, state: State) -> str:
    """Whether an entry would take an account over what it may come to; pending amounts count."""
    debit, credit = row[DEBIT], row[CREDIT]
    debits, credits, pending, _ = state.balances[debit]
    debits += pending + row[AMOUNT]
    if debits > NO_LIMIT:
        return "overflows_account"
    if debit in state.limits and debits - credits > state.limits[debit][0]:
        return "exceeds_debit_limit"
    debits, credits, _, pending = state.balances[credit]
    credits += pending + row[AMOUNT]
    if credits > NO_LIMIT:
        return "overflows_account"
    if credit in state.limits and credits - debits > state.limits[credit][1]:
        return "exceeds_credit_limit"
    return ""
