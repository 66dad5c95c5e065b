"""What is left of a promise at a month's end: a make-up lot, a share's cap, a commitment, money paid ahead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gigawatt.model.posting import ClauseBook, Posting


class HeldAs(StrEnum):
    """As what the payee holds money that it has been paid and has not earned."""

    PREPAID = "prepaid"
    """Paid ahead, to be drawn or made up."""
    DEPOSIT = "deposit"
    """Left as a security, to be paid back."""
    CAPITAL = "capital"
    """Invested."""


@dataclass(frozen=True, slots=True)
class Remaining:
    """Of `whole` under a clause `by` the `used` and the `left` at the end of a month, in `unit`; the rest has lapsed.

    `until` is the first day on which it can no longer be used, None where no day is stated.
    """

    month: str
    by: str
    what: str
    unit: str
    whole: Fraction
    used: Fraction
    left: Fraction
    until: date | None = None
    payer: str = ""
    payee: str = ""
    held_as: HeldAs | None = None
    held_minor: int = 0
    """Money of the payer that the payee holds for what is left, minor units of the programme's currency."""
    brought_minor: int = 0
    """In the first month alone: what of that was held before it, which no posting tells."""


def paid_ahead(
    book: ClauseBook, what: str, moves: Iterable[tuple[int, Fraction]], held_as: HeldAs, brought: Fraction = Fraction(0)
) -> list[Remaining]:
    """What the contract's seller holds of its buyer's money at each month's end, by what is paid to it and by it (below
    nought) in each, main units; from the first such month on. `brought` was held before the first month."""
    by_month: dict[int, Fraction] = {}
    for t, amount in moves:
        by_month[t] = by_month.get(t, Fraction(0)) + amount
    found, paid, held = [], brought, brought
    for t, month in enumerate(book.month_names):
        moved = by_month.get(t, Fraction(0))
        paid, held = paid + max(moved, Fraction(0)), held + moved
        if paid:
            found.append(
                Remaining(
                    month, book.name, what, book.programme.currency, paid, paid - held, held, None,
                    book.contract.buyer, book.contract.seller, held_as, book.minor(held),
                    book.minor(brought) if t == 0 else 0,
                )
            )  # fmt: skip
    return found


def paid_so_far(book: ClauseBook, postings: Iterable[Posting], counts: Callable[[str], bool]) -> Iterator[Fraction]:
    """What was posted to the end of each month, as what counts, main units."""
    by_month: dict[str, int] = {}
    for one in postings:
        if counts(one.what):
            by_month[one.month] = by_month.get(one.month, 0) + one.amount_minor
    total = 0
    for month in book.month_names:
        total += by_month.get(month, 0)
        yield book.money(total)
