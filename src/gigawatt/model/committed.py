"""What a party commits itself to under a clause: so much spend or use, or capacity that it pays for in any case."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from gigawatt.values.ids import own_id
from gigawatt.values.span import Span


@dataclass(frozen=True, slots=True)
class Committed:
    """A commitment over the days of a clause; `amount` is money in main units, `quantity` is in `unit`.

    Both are of all its days, whatever it is measured over: an hour (capacity that stands ready), a contract year, or
    the whole term. `paid_ahead` is the share of the amount that is paid before.
    """

    what: Literal["spend", "use", "capacity", "prepaid"]
    span: Span
    measured: Literal["hour", "contract year", "term"]
    amount: Decimal | None = None
    quantity: Decimal | None = None
    unit: str = ""
    paid_ahead: Decimal = Decimal(0)
    clauses: tuple[str, ...] = ()
    """The clauses that count toward it, by their full names; all of its contract where none is named."""
    also: tuple[str, ...] = ()
    """Clauses of other contracts that count too."""
    for_what: tuple[str, ...] = ()
    """What of that counts, as rent or fee; all where none is named."""

    def counts(self, contract: str, clause: str, what: str, unit: str) -> bool:
        """Whether a charge under a clause (`contract/clause`) counts toward it, the commitment being in a contract."""
        named = own_id(clause)
        inside = named.startswith(f"{contract}/") and (not self.clauses or named in self.clauses)
        fits = not self.for_what or what in self.for_what
        return (inside or named in self.also) and fits and (not self.unit or unit == self.unit)
