"""What falls due under a contract: notices, options, offers, claims, caps and expiries, with the money at stake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from gigawatt.model.provenance import Place

What = Literal["notice", "option", "offer", "claim", "cap", "expiry", "payment", "delivery", "floor", "end"]


@dataclass(frozen=True, order=True, slots=True)
class Deadline:
    """The last day (`on`) for `by` to do something, or the day on which something ends, and what is at stake.

    `amount` is money of the programme's currency where a sum is at stake; `words` say what is lost or owed.
    """

    on: date
    what: What
    by: str
    words: str
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline with the clause (`contract/clause`, or the contract alone) that sets it, and where that stands."""

    clause: str
    deadline: Deadline
    place: Place
