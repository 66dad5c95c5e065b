"""What a book is to hold for a settlement: lines, each of one amount between two parties in the books of both.

A clause's posting is a cost that its payer owes and an income that its payee is owed. Money that is held for what is
left of a promise (paid ahead, a deposit, capital) is taken out of both again, month by month, to what is left. A
payment lessens what is owed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from gigawatt.ledger import accounts as of
from gigawatt.ledger.pairs import amount_at
from gigawatt.ledger.settling import Settlement
from gigawatt.model.contract import Contract
from gigawatt.model.entry import Account, Foreign
from gigawatt.model.facts import Paid
from gigawatt.model.posting import RETURNED, TAX, Posting
from gigawatt.model.programme import Programme
from gigawatt.model.remaining import HeldAs
from gigawatt.values.ids import own_id
from gigawatt.values.money import Money
from gigawatt.values.span import Duration, add_months, month_span, parse_day

HELD = {
    HeldAs.PREPAID: (of.PREPAID, of.DEFERRED_INCOME),
    HeldAs.DEPOSIT: (of.DEPOSIT_PAID, of.DEPOSIT_HELD),
    HeldAs.CAPITAL: (of.INVESTED, of.CAPITAL),
}
"""Where money that is held stands in the books of who paid it, and of who has it."""
HELD_FOR, BROUGHT, LATE = "held: ", "brought forward: ", " (late)"
"""Before what money is held as, and was held as when the first month began; after what an entry is for that is in a
later period than it would be in time."""
SETTLED, NO_CLAUSE = "settled", "-"
"""How the ids of entries begin that a settlement makes; what stands in them for the clause of a payment."""
_OF_MONTH = re.compile(rf"{SETTLED}\|(\d{{4}}-(?:0[1-9]|1[0-2]))\|")
_EACH = {"monthly": 1, "quarterly": 3, "yearly": 12}

Pair = tuple[str, str]
"""The purposes of a debited and a credited account."""
Sides = tuple[tuple[Account, Account], tuple[Account, Account]]
"""The debited and the credited account, in the payer's books and in the payee's."""
Names = Callable[[Iterable[object]], tuple[str, ...]]
"""Under which ids a book has the facts of a line."""


@dataclass(frozen=True, slots=True)
class Line:
    """An amount of a month, below nought where it runs the other way; it is due on `day`, and accrues until then."""

    month: str
    sides: Sides
    amount_minor: int
    day: date
    clause: str
    what: str
    since: str = ""
    words: str = ""
    quantity: str = ""
    rate: str = ""
    facts: tuple[str, ...] = ()
    payment: str = ""
    """The fact's id, where it is a payment."""
    net: Duration | None = None
    """The time after its invoice by which it is to be paid."""
    foreign: Foreign | None = None
    """What it is in another currency, where it was paid in that."""

    @property
    def key(self) -> str:
        """What is the same of the line whenever it is settled again: month, clause, what, parties, first day."""
        parties = f"{self.sides[0][0].party}>{self.sides[1][0].party}"
        told = (SETTLED, self.month, self.clause or NO_CLAUSE, self.what, parties, self.since, self.payment)
        return "|".join(part for part in told if part)

    @property
    def accrues(self) -> bool:
        """Whether it is due in a later month than its own."""
        return f"{self.day:%Y-%m}" > self.month


def lines_of(programme: Programme, settlement: Settlement, names: Names) -> Iterator[Line]:
    """The lines of what is settled, one for each key."""
    found: dict[str, Line] = {}
    for posting in settlement.postings:
        line = _of_posting(programme, posting, names(settlement.read.get(posting, ())))
        found[line.key] = _together(found[line.key], line) if line.key in found else line
    yield from found.values()
    yield from _held(programme, settlement)


def payment_lines(programme: Programme, paid: Paid, name: str) -> Iterator[Line]:
    """The lines of a payment, under the contract that it names, else the only one that is signed between the two.

    In another currency it settles what is owed and leaves at its own rate; the difference is realised.
    """
    contract = paid.contract or _only_contract(programme, paid)

    def line(what: str, payer: Pair, payee: Pair, amount: int, foreign: Foreign | None = None) -> Line:
        sides = (
            (Account(paid.payer, contract, payer[0]), Account(paid.payer, contract, payer[1])),
            (Account(paid.payee, contract, payee[0]), Account(paid.payee, contract, payee[1])),
        )
        month = f"{paid.on:%Y-%m}"
        return Line(month, sides, amount, paid.on, "", what, facts=(name,), payment=name, foreign=foreign)

    if not paid.foreign_currency:
        yield line("payment", (of.PAYABLE, of.CASH), (of.CASH, of.RECEIVABLE), paid.amount_minor)
        return
    foreign = _foreign(paid)
    left, difference = amount_at(foreign, programme.currency), of.EXCHANGE_DIFFERENCE
    yield line("payment", (of.PAYABLE, of.EXCHANGE), (of.EXCHANGE, of.RECEIVABLE), paid.amount_minor)
    yield line(f"paid in {foreign.currency}", (of.EXCHANGE, of.CASH), (of.CASH, of.EXCHANGE), left, foreign)
    if left != paid.amount_minor:
        realised = left - paid.amount_minor
        yield line("realised exchange difference", (difference, of.EXCHANGE), (of.EXCHANGE, difference), realised)


def month_of(entry_id: str) -> str:
    """The month that an entry of a settlement is for, by its id, which is booked when it is invoiced; else empty."""
    found = _OF_MONTH.match(entry_id)
    return found[1] if found else ""


def invoice_day(contract: Contract, month: str, last: date) -> date:
    """When what a contract makes due for a month is invoiced: by its `payment`, else on the last day of it."""
    found = re.fullmatch(r"(\w+) in (arrears|advance)", contract.payment.invoice or "")
    if found is None:
        return last
    first = parse_day(month)
    if found[2] == "advance":
        return first
    each = _EACH[found[1]]
    return add_months(first, each - (first.month - 1) % each)


def exact(number: Fraction | None) -> str:
    """A number without rounding: `1000.125`, or `1/3` where no decimal is exact; empty where there is none."""
    if number is None:
        return ""
    for digits in range(31):
        scaled = number * 10**digits
        if scaled.denominator == 1:
            whole, rest = divmod(abs(scaled.numerator), 10**digits)
            return f"{'-' * (number < 0)}{whole}" + (f".{rest:0{digits}d}" if digits else "")
    return str(number)


def _of_posting(programme: Programme, posting: Posting, facts: tuple[str, ...]) -> Line:
    contract_id, _, clause_id = posting.by.partition("/")
    contract = programme.contracts[contract_id]
    month = month_span(posting.month)
    days = posting.days.within(month) if posting.days is not None else month
    days = days if days.days else month
    clause = contract.clauses.get(clause_id)
    cite = clause.cite if clause is not None else None
    owed = of.TAX if posting.what == TAX else of.COST
    who, whom, amount = posting.payer, posting.payee, posting.amount_minor
    if posting.what in RETURNED:
        who, whom, amount = whom, who, -amount
    payer = (Account(who, contract_id, owed), Account(who, contract_id, of.PAYABLE))
    payee = (Account(whom, contract_id, of.RECEIVABLE), Account(whom, contract_id, of.INCOME))
    return Line(
        posting.month, (payer, payee), amount,
        invoice_day(contract, posting.month, days.until - timedelta(days=1)),
        own_id(posting.by), posting.what, "" if days.start == month.start else f"from {days.start}",
        f"{cite}: {cite.words}" if cite is not None and cite.words and str(cite) != cite.words else str(cite or ""),
        f"{exact(posting.quantity)} {posting.unit}".strip() if posting.quantity is not None else "",
        exact(posting.rate), facts, net=contract.payment.net,
    )  # fmt: skip


def _together(one: Line, other: Line) -> Line:
    """Two lines of one key as one; of their quantities it tells nothing, since they had two prices."""
    facts = tuple(dict.fromkeys((*one.facts, *other.facts)))
    return replace(one, amount_minor=one.amount_minor + other.amount_minor, quantity="", rate="", facts=facts)


def _held(programme: Programme, settlement: Settlement) -> Iterator[Line]:
    """What is paid and not yet earned: out of cost and income by as much as what is held rises in a month, and back."""
    held: dict[tuple[str, str, str, HeldAs], dict[str, int]] = {}
    brought: dict[tuple[str, str, str, HeldAs], int] = {}
    for one in settlement.remaining:
        if one.held_as is not None:
            promise = (own_id(one.by), one.payer, one.payee, one.held_as)
            by_month = held.setdefault(promise, {})
            by_month[one.month] = by_month.get(one.month, 0) + one.held_minor
            brought[promise] = brought.get(promise, 0) + one.brought_minor
    for (by, payer, payee, held_as), by_month in held.items():
        contract_id, before = by.partition("/")[0], brought[by, payer, payee, held_as]
        asset, liability = HELD[held_as]
        if before:
            sides = (
                (Account(payer, contract_id, asset), Account(payer, contract_id, of.OPENING)),
                (Account(payee, contract_id, of.OPENING), Account(payee, contract_id, liability)),
            )
            first = settlement.months[0]
            yield Line(first, sides, before, parse_day(first), by, f"{BROUGHT}{held_as}")
        for month in settlement.months:
            now = by_month.get(month, 0)
            if now != before:
                last = month_span(month).until - timedelta(days=1)
                sides = (
                    (Account(payer, contract_id, asset), Account(payer, contract_id, of.COST)),
                    (Account(payee, contract_id, of.INCOME), Account(payee, contract_id, liability)),
                )
                yield Line(month, sides, now - before, last, by, f"{HELD_FOR}{held_as}")
            before = now


def _foreign(paid: Paid) -> Foreign:
    """What was paid in another currency, in that one's minor units."""
    amount, rate = paid.foreign_amount or Decimal(0), paid.rate or Decimal(0)
    minor = Money.from_decimal(amount, paid.foreign_currency).minor
    return Foreign(paid.foreign_currency, minor, f"{rate.normalize():f}")


def _only_contract(programme: Programme, paid: Paid) -> str:
    between = [
        name
        for name, contract in programme.contracts.items()
        if contract.status == "signed" and {paid.payer, paid.payee} == {contract.buyer, contract.seller}
    ]
    return between[0] if len(between) == 1 else ""
