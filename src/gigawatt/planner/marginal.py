"""The limits of one clause, priced by the duals: what those who decide would gain by one unit more of each."""

from __future__ import annotations

import numpy as np

from gigawatt.model.calendar import Flags, Ints
from gigawatt.model.draft import Block, Draft, Payment
from gigawatt.model.worth import Marginal
from gigawatt.planner.problem import money, sum_product
from gigawatt.planner.scarcity import PER_UNIT, places_of
from gigawatt.planner.valuing import COUNTED, Value

SMALL = 1e-6
"""Prices below this part of a unit of money are nought."""


def marginal_prices(value: Value, by: frozenset[str]) -> tuple[Marginal, ...]:
    """The binding limits of the clause that signs as any of `by` (its versions), the dearest first.

    A row's price is its dual, summed over the periods in which it binds: what one unit more in each of them is worth,
    which for a floor is the finite difference as long as the basis stays. What the clause closes is priced by the
    most that the first unit would be worth in any period.
    """
    draft, found, stated = value.draft, [], _states(value.draft, by)
    for block in draft.row_blocks:
        if block.by in by and block.unit != "1":  # what is one or nought has no more
            mine = slice(block.start, block.start + block.size)
            only_says = (block.upper == 0.0) & ((block.lower == 0.0) | (block.lower == -np.inf))
            limits = ~only_says | stated[mine]
            at = np.flatnonzero((np.abs(value.settled.duals[mine]) > SMALL) & limits)
            duals = value.settled.duals[mine]
            if len(at):
                name = block.name.partition(".")[2] or block.name
                found.append(_told(draft, block, at, name, float(duals[at].sum())))
    closed = [columns for columns, who in draft.closed if who in by]
    if closed:
        # what another closes too would not open without this clause
        others = [columns for columns, who in draft.closed if who not in by]
        found += _closed(value, np.setdiff1d(np.concatenate(closed), np.concatenate([*others, closed[0][:0]])))
    return tuple(sorted(found, key=lambda each: -abs(each.price)))


def _states(draft: Draft, by: frozenset[str]) -> Flags:
    """Which rows hold an amount that the clause states outright; an equality without one only says what is what."""
    found = np.zeros(draft.row_count, dtype=bool)
    for rows, columns, _, who in draft.entries:
        if who in by:
            found[rows[draft.is_outright(columns)]] = True
    return found


def _closed(value: Value, columns: Ints) -> list[Marginal]:
    """What the clause holds at nought, by block of columns."""
    draft, gain = value.draft, value.opened[columns]
    hours = np.ones(draft.column_count)
    hours[draft.use.columns] = draft.use.hours
    found = []
    for block in draft.column_blocks:
        inside = (columns >= block.start) & (columns < block.start + block.size) & (gain > SMALL)
        if inside.any():
            mine = columns[inside]
            at = mine - block.start
            is_use = bool(np.isin(mine, draft.use.columns).all())
            best = float((gain[inside] / hours[mine]).max())
            name = f"{'first hour of ' if is_use else ''}{block.name} that it closes"
            found.append(_told(draft, block, at, name, best, "chip-hour" if is_use else ""))
    return found


def _told(draft: Draft, block: Block, at: Ints, what: str, price: float, unit: str = "") -> Marginal:
    months = [month for month in (places_of(block, int(n), draft.calendar)[1] for n in at) if month is not None]
    names = draft.calendar.month_names
    first, last = (names[min(months)], names[max(months)]) if months else ("", "")
    currency = draft.programme.currency
    per = unit or (currency if block.unit == "money" else PER_UNIT[block.unit])
    return Marginal(what, f"{currency}/{per}", price, len(at), first, last)


def direct(value: Value, by: frozenset[str], parties: frozenset[str]) -> float:
    """What the clause itself pays some parties together in the canonical plan, discounted money."""

    def sign(payment: Payment) -> int:
        return (payment.payee in parties) - (payment.payer in parties) if payment.by in by else 0

    return sum_product(money(value.draft, sign, face=COUNTED), value.settled.x)
