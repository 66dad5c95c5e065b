"""The charges in a buyer's books, as FOCUS sees them: what each entry bills, and what of it the month bears.

By the two accounts of an entry and what it is for: cost owed is billed and borne; a prepayment is billed when it is
paid and borne when it is drawn; income that is a credit is billed below nought. Accruals, payments, deposits and
exchange differences are no charges.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import lru_cache

from gigawatt.ledger.accounts import (
    ACCRUED_COST,
    ACCRUED_INCOME,
    CASH,
    COST,
    DEPOSIT_HELD,
    DEPOSIT_PAID,
    EXCHANGE,
    EXCHANGE_DIFFERENCE,
    INCOME,
    PAYABLE,
    PREPAID,
    RECEIVABLE,
    TAX,
)
from gigawatt.ledger.extract import DAY, LINK, PERIOD, WHAT, Extract
from gigawatt.ledger.lines import HELD_FOR, LATE, month_of
from gigawatt.ledger.seam import Row
from gigawatt.ledger.state import ACT, AMOUNT, AT, CREDIT, DEBIT, ID, REFERS
from gigawatt.model.entry import RESOLVES
from gigawatt.model.posting import RECURRING, RETURNED
from gigawatt.values.money import minor_digits

CLAUSE, QUANTITY, RATE = AT["clause"], AT["quantity"], AT["rate"]
SPENT, OWED = frozenset({COST, TAX}), frozenset({PAYABLE, RECEIVABLE, CASH})
CREDITS = frozenset({"service credit", "damages", "most favoured price", "credit", "rebate"})
"""What a buyer is given back under a clause, by what a posting is for."""
OF_OTHERS = frozenset({"shortfall", "deficiency", "guarantee", "termination fee", "make-up", "drawn from prepayment",
                       *CREDITS})  # fmt: skip
"""What is neither used nor bought, and follows from what was."""
PREPAYS = frozenset({"prepayment", "drawn from prepayment", "prepayment refunded"})
"""What is billed or taken off a bill for other charges, and borne by none: by what a posting is for."""
NO_SPEND = frozenset({"deposit", "draw", "exercise", *RETURNED})
"""What one party has of another and gives back, or invests: billed for no charge."""
NO_CHARGES = {
    "an accrual, which is no bill": frozenset({ACCRUED_COST, ACCRUED_INCOME}),
    "a deposit, which is given back": frozenset({DEPOSIT_PAID, DEPOSIT_HELD}),
    "a change of currency": frozenset({EXCHANGE, EXCHANGE_DIFFERENCE}),
    "income, and no credit": frozenset({INCOME}),
}
"""Why an entry is no charge, by one of its accounts."""
EXACT = Context(prec=60)
"""In which products keep all their digits."""
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?(?:/\d+)?)\s*(.*)")


Promise = tuple[str, str, bool]
"""A clause, a month, and whether what is told of it came late."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What an entry bills and what the month bears, in whole minor units, signed; `month` is that of the charge.

    `quantity` and `rate` are those of the entry, signed as its amount; None where it tells none, or no exact one.
    """

    row: Row
    billed_minor: int
    borne_minor: int
    category: str
    frequency: str
    is_correction: bool
    month: str
    seller: str
    quantity: Decimal | None
    unit: str
    rate: Decimal | None

    @property
    def clause(self) -> str:
        """`contract/clause`."""
        return str(self.row[CLAUSE])

    @property
    def contract(self) -> str:
        """The contract of its accounts; the party where they are no contract's."""
        return _contract(self.row)

    @property
    def what(self) -> str:
        """What it is for."""
        return _what(self.row)

    @property
    def minor(self) -> int:
        """What it comes to: what is billed, or of what was billed before what is borne."""
        return self.billed_minor or self.borne_minor


def charges(extract: Extract, left_out: Counter[str]) -> Iterator[Charge]:
    """The charges of one party, in the order of the book; why other entries are none is counted."""
    store = extract.book.store
    closed = {row[1]: row[0] for row in store.scan("periods") if row[2] == "close"}
    wanted, held = set[str](), defaultdict[Promise, int](int)
    for row in extract.rows(of_every_month=True):
        if row[REFERS] and row[ACT] not in RESOLVES:
            wanted.add(row[REFERS])
        if row[WHAT] and _what(row) in PREPAYS | NO_SPEND:
            held[_promise(row)] += _spent(row, extract)
    originals = {row[ID]: row for row in store.with_ids("entries", wanted)}
    sellers = _Sellers(extract)
    for row in extract.rows():
        sums = _sums(row, extract, held)
        if isinstance(sums, str) or not row[CLAUSE].strip():
            left_out[sums if isinstance(sums, str) else "an entry of no clause"] += 1
            continue
        original = originals.get(row[REFERS], row) if row[ACT] not in RESOLVES else row
        month = _month(original)
        corrected = original[PERIOD] if original is not row else month if row[WHAT].endswith(LATE) else ""
        quantity, unit = _number(row[QUANTITY])
        rate, per = _number(row[RATE])
        sign = -1 if (sums[0] or sums[1]) < 0 else 1
        is_correction = closed.get(corrected, row[0]) < row[0]
        category, frequency = _sort(row, original, sums, is_correction)
        yield Charge(
            row, *sums, category, frequency, is_correction, month, sellers.of(row),
            None if quantity is None else sign * abs(quantity), unit or per.rpartition("/")[2] or "unit", rate,
        )  # fmt: skip


def _what(row: Row) -> str:
    """What an entry is for, early or late."""
    return str(row[WHAT]).removesuffix(LATE)


def _contract(row: Row) -> str:
    """The contract of an entry's accounts; a party where they are no contract's."""
    party, contract, _ = row[DEBIT].split(":")
    return str(contract or row[CREDIT].split(":")[1] or party)


def _month(row: Row) -> str:
    """The month that an entry is for: as the id of a settlement's tells it, which is booked when it is invoiced."""
    return month_of(row[ID]) or str(row[DAY][:7])


def _promise(row: Row) -> Promise:
    """For which promise and month an entry is, and whether it came late."""
    return row[CLAUSE], _month(row), row[WHAT].endswith(LATE)


def _spent(row: Row, extract: Extract) -> int:
    """By how much an entry between cost and what is owed raises cost; nought for any other."""
    debit, credit = (_purpose(extract, row[at]) for at in (DEBIT, CREDIT))
    if debit in SPENT and credit in OWED:
        return int(row[AMOUNT])
    return -int(row[AMOUNT]) if credit in SPENT and debit in OWED else 0


def _sums(row: Row, extract: Extract, held: dict[Promise, int]) -> tuple[int, int] | str:
    """What an entry bills and what the month bears, or why it is no charge.

    Cost is taken out to what is held for a promise, and back, by the month: what of that is not told by a prepayment
    and its drawings is borne here, such as what is forfeited.
    """
    amount, what = row[AMOUNT], _what(row)
    debit, credit = (_purpose(extract, row[at]) for at in (DEBIT, CREDIT))
    for mine, other, sign in ((debit, credit, 1), (credit, debit, -1)):
        if mine in SPENT and what.startswith(HELD_FOR):
            borne = sign * amount + held.pop(_promise(row), 0)
            return (0, borne) if borne else "what is held for a promise"
        if mine in SPENT and other in OWED and what in NO_SPEND:
            return "what is given back, or invested"
        if mine in SPENT and other in OWED:
            return sign * amount, 0 if what in PREPAYS else sign * amount
        if mine in SPENT and other == PREPAID:
            return 0, sign * amount
        if mine == PREPAID and other in OWED:
            return sign * amount, 0
        if mine == INCOME and other in OWED and what in CREDITS:
            return sign * amount, sign * amount
    for why, purposes in NO_CHARGES.items():
        if debit in purposes or credit in purposes:
            return why
    return "a payment" if debit in OWED and credit in OWED else f"from {credit} to {debit}, which is no charge"


def _purpose(extract: Extract, account: str) -> str:
    """The purpose of an account; one of another party's stands for what is owed to it."""
    return account.rpartition(":")[2] if extract.is_own(account) else PAYABLE


def _sort(row: Row, original: Row, sums: tuple[int, int], is_correction: bool) -> tuple[str, str]:
    """A charge's category and how often it comes."""
    what, accounts = _what(row), {row[DEBIT].rpartition(":")[2], row[CREDIT].rpartition(":")[2]}
    if TAX in accounts or what == "tax":
        # FOCUS has taxes and credits billed and borne at once.
        return "Tax" if sums[0] == sums[1] else "Adjustment", "One-Time"
    if what in CREDITS and (INCOME in accounts or sums[0] < 0):
        return "Credit" if sums[0] == sums[1] else "Adjustment", "One-Time"
    if what in OF_OTHERS or what.startswith(HELD_FOR):
        return "Adjustment", "One-Time"
    if not sums[1]:
        return "Purchase", "One-Time"
    counted = _number(row[QUANTITY])[0] is not None
    has_price = any(_number(text)[0] is not None for text in (original[QUANTITY], row[RATE]))
    if (counted or has_price) and what not in ("fee", "chips"):
        # Only what corrects a closed month may be Usage that counts nothing.
        return ("Usage", "Usage-Based") if counted or is_correction else ("Adjustment", "One-Time")
    return "Purchase", "Recurring" if what in RECURRING else "One-Time"


class _Sellers:
    """Who is on the other side of an entry: who has an entry of its link, or under its contract."""

    def __init__(self, extract: Extract) -> None:
        self.of_link: dict[str, str] = {}
        self.of_contract: dict[str, str] = {}
        for row in extract.book.store.scan("entries"):
            for account in (row[DEBIT], row[CREDIT]):
                party, contract, _ = account.split(":")
                if party != extract.party:
                    self.of_contract.setdefault(contract, party)
                    if row[LINK] and row[CLAUSE]:
                        self.of_link.setdefault(row[LINK], party)

    def of(self, row: Row) -> str:
        """The other party; the contract where the book has no account of another."""
        contract = _contract(row)
        return self.of_link.get(row[LINK]) or self.of_contract.get(contract) or contract


@lru_cache(maxsize=4096)
def _number(text: str) -> tuple[Decimal | None, str]:
    """A number as an entry tells it, and its unit: `12.5 chip-hour`; of `1/3` 12 decimals."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None, ""
    above, _, below = found[1].partition("/")
    exact = Decimal(above)
    if below:
        exact = round(exact / Decimal(below), 12) if Decimal(below) else exact
    return exact, found[2]


def plain(number: Decimal) -> str:
    """A number as digits, without an exponent and without noughts that say nothing."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def priced(charge: Charge, currency: str) -> tuple[Decimal, str, Decimal]:
    """Quantity, unit and unit price of a charge, whose product is its cost before it was rounded to the minor unit.

    Where the entry tells none that multiply to its amount, it is one unit at its amount.
    """
    digits = minor_digits(currency)
    amount = Decimal(charge.minor).scaleb(-digits)
    quantity, rate = charge.quantity, charge.rate
    if (
        quantity is not None
        and rate is not None
        and abs(EXACT.multiply(quantity, rate) - amount) * 2 <= Decimal(1).scaleb(-digits)
    ):
        return quantity, charge.unit, rate
    return Decimal(-1 if amount < 0 else 1), "Unit", abs(amount)
