"""Entries that go together: an accrual with its reversal, an amount of another currency paid at another rate."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal

from gigawatt.model.entry import Account, Act, Entry, Foreign
from gigawatt.values.money import minor_digits
from gigawatt.values.span import month_span


def accrued(entry: Entry) -> list[Entry]:
    """What is not billed yet, and its reversal on the first day of the next period, linked."""
    link = entry.link or f"{entry.id}:accrual"
    first = month_span(entry.period).until
    back = replace(
        entry, id=f"{entry.id}:reversal", debit=entry.credit, credit=entry.debit, act=Act.REVERSE, refers=entry.id,
        period=f"{first:%Y-%m}", day=first, link=link, foreign=None,
    )  # fmt: skip
    return [replace(entry, link=link), back]


def paid_abroad(
    entry: Entry, foreign: Foreign, booked_rate: str, exchange: Account, difference: Account
) -> list[Entry]:
    """A payment in another currency, from the account `entry` credits to the debt that it debits, through `exchange`.

    The debt is settled at the rate at which it was booked, the payment leaves at the stated rate, and what lies between
    goes to `difference`, so that `exchange` comes to nought. The entries are linked.
    """
    link = entry.link or f"{entry.id}:exchange"
    booked = replace(foreign, rate=booked_rate)
    owed, paid = amount_at(booked, entry.currency), amount_at(foreign, entry.currency)
    made = [
        replace(entry, id=f"{entry.id}:debt", credit=exchange, amount_minor=owed, foreign=booked, link=link),
        replace(entry, id=f"{entry.id}:paid", debit=exchange, amount_minor=paid, foreign=foreign, link=link),
    ]
    if paid != owed:
        sides = (difference, exchange) if paid > owed else (exchange, difference)
        made.append(
            replace(entry, id=f"{entry.id}:difference", debit=sides[0], credit=sides[1], amount_minor=abs(paid - owed),
                    what="realised exchange difference", foreign=None, link=link)
        )  # fmt: skip
    return made


def amount_at(foreign: Foreign, currency: str) -> int:
    """An amount of another currency at its rate, in minor units of a currency, rounded half to even."""
    scale = minor_digits(currency) - minor_digits(foreign.currency)
    exact = (Decimal(foreign.amount_minor) * Decimal(foreign.rate)).scaleb(scale)
    return int(exact.to_integral_value(ROUND_HALF_EVEN))
