"""What a clause may come to beside what is sure: how much more, of how many chips, of how much power."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Extent:
    """How far one clause reaches, over its own days.

    `more` is what `payer` may owe `payee` beside what is sure, main units, None where no words bound it; `on_notice`
    where the other side calls for it. `chips` are the most at once, or bought in all, `power_mw` the most IT power.
    """

    payer: str
    payee: str
    more: Fraction | None = Fraction(0)
    chips: Decimal | None = None
    power_mw: Decimal | None = None
    on_notice: bool = False
