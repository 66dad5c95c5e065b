"""Capital expenditure: an annuity in the objective, payments in the cash table, a value beyond the horizon."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.draft import Draft
from gigawatt.model.published import Capex


def invest(
    draft: Draft,
    columns: Ints,
    amounts: Floats,
    starts: Ints,
    *,
    paid: Sequence[tuple[float, Ints]],
    life_months: int,
    place: str,
    payer: str,
    payee: str,
    by: str,
    what: str,
    covers: Floats | float = 1.0,
) -> list[Capex]:
    """Capital expenditure `amounts x columns` for things that serve from months `starts` for `life_months`.

    In the objective: an annuity at the discount rate over the life, the part inside the horizon; `covers` is the share
    of its first month in which a thing serves, and the rest of that month comes after the last. In the cash table: the
    payments, `paid` as (share, months). Beyond the horizon: the present value of the annuities not charged.
    """
    calendar = draft.calendar
    rate = (1.0 + calendar.discount_per_year) ** (1.0 / 12.0) - 1.0
    factor = 1.0 / life_months if rate == 0 else rate / (1.0 - (1.0 + rate) ** -life_months)
    starts, life = np.broadcast_to(starts, columns.shape), np.full(columns.shape, life_months)
    whole, late = calendar.sum_discount(starts, life), calendar.sum_discount(starts + 1, life)
    inside = (covers * whole + (1.0 - covers) * late) * factor
    at_start = calendar.discount[np.clip(starts, 0, len(calendar.months) - 1)]
    signed = {"payer": payer, "payee": payee, "by": by, "what": what}
    draft.pay(columns, amounts * inside / at_start, starts, face="objective", **signed)
    left = np.maximum(life_months + 1.0 - covers - (len(calendar.months) - starts), 0.0)
    worth = left * factor if rate == 0 else factor * (1.0 - (1.0 + rate) ** -left) / rate
    last = len(calendar.months) - 1
    draft.pay(columns, amounts * worth, last, face="beyond", **signed)
    capex = []
    for share, months in paid:
        payment = draft.pay(columns, amounts * share, months, face="cash", **signed)
        capex.append(Capex(by, place, payer, payment.columns, payment.amounts, payment.months))
    return capex
