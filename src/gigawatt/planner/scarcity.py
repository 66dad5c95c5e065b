"""The price of one more of what is short: a chip-hour, a MW, a unit of money, in each period.

Duals of the LP with integers fixed: at this build. Undiscounted, per unit, signed by the clause or physics row that
binds. A price is flagged as degenerate where the basis holds over no length of the row's bound on one side.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from gigawatt.model.calendar import Calendar, Flags, Floats
from gigawatt.model.draft import Block, Draft

SCHEMA = {
    "what": pl.Utf8, "place": pl.Utf8, "month": pl.Utf8, "price": pl.Float64, "unit": pl.Utf8, "by": pl.Utf8,
    "degenerate": pl.Boolean,
}  # fmt: skip
PER_UNIT = {"chip": "chip", "MW": "MW-month", "chip-hour": "chip-hour", "money": "", "1": "unit"}
SMALL_PRICE = 1e-6
SMALL_CHIPS = 1e-6


def scarcity(draft: Draft, x: Floats, duals: Floats, degenerate: Flags | None) -> pl.DataFrame:
    """Table of prices: what, place, month, price, unit, by, degenerate (null where it was not worked out).

    `x` (columns,) natural units; `duals` (rows,) money per natural unit. Left out are demand, which is no capacity, the
    supply of chips, whose price is the vendor's, and chip-hours where nothing stands or is rented. What concerns no
    single period has no month, and its price is discounted.
    """
    calendar, currency = draft.calendar, draft.programme.currency
    rows: list[dict[str, object]] = []
    for block in draft.row_blocks:
        if block.name.startswith(("serve ", "supply ")) or not block.size:
            continue
        part = duals[block.start : block.start + block.size]
        flags = degenerate[block.start : block.start + block.size] if degenerate is not None else None
        if np.abs(part).max(initial=0.0) <= SMALL_PRICE:
            continue
        if block.name == "fit":
            rows += _chip_hours(block, part * _stands(draft, x).ravel(), flags, calendar, currency)
            continue
        if np.array_equal(block.lower, block.upper):
            continue  # an identity: what it prices is priced by the limits that bind
        for place in np.flatnonzero(np.abs(part) > SMALL_PRICE):
            names, month = places_of(block, int(place), calendar)
            price = part[place] if month is None else part[place] / calendar.discount[month]
            unit = f"{currency}/{PER_UNIT[block.unit]}" if PER_UNIT[block.unit] else f"{currency}/{currency}"
            flag = bool(flags[place]) if flags is not None else None
            what = block.name if block.by == "physics" else block.name.removeprefix(f"{block.by}.")
            rows.append(
                {"what": what, "place": names, "month": None if month is None else calendar.month_names[month],
                 "price": float(price), "unit": unit, "by": block.by, "degenerate": flag}
            )  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMA)


def _stands(draft: Draft, x: Floats) -> Flags:
    """Whether any chip stands or runs in a pool, by pool, month and slice."""
    running = np.zeros(draft.fit_rows.shape)
    np.add.at(running, (draft.use.pool, draft.use.month), x[draft.use.columns][:, None])
    return np.asarray((running > SMALL_CHIPS) | (x[draft.standing][:, :, None] > SMALL_CHIPS))


def _chip_hours(
    block: Block, duals: Floats, flags: Flags | None, calendar: Calendar, currency: str
) -> list[dict[str, object]]:
    """One more chip in a pool for a whole month, by its hours."""
    shape = [len(axis) for axis in block.axes]
    by_month = duals.reshape(shape).sum(axis=2) / (calendar.month_hours * calendar.discount)
    flagged = np.any(flags.reshape(shape), axis=2) if flags is not None else None
    return [
        {"what": "chip-hours", "place": block.axes[0][p], "month": calendar.month_names[t],
         "price": float(by_month[p, t]), "unit": f"{currency}/chip-hour", "by": "physics",
         "degenerate": bool(flagged[p, t]) if flagged is not None else None}
        for p, t in zip(*np.nonzero(np.abs(by_month) > SMALL_PRICE), strict=True)
    ]  # fmt: skip


def places_of(block: Block, place: int, calendar: Calendar) -> tuple[str, int | None]:
    """The names of a row's places other than its period, and the month that it falls in; None where it has none."""
    if not block.axes:
        return "", None
    if block.codes is None:
        positions = [int(i) for i in np.unravel_index(place, [len(axis) for axis in block.axes])]
    else:
        positions = [int(code[place]) for code in block.codes]
    month: int | None = None
    names = []
    for axis, position in zip(block.axes, positions, strict=True):
        name = axis[position]
        if name in calendar.month_index:
            month = calendar.month_index[name]
        elif name in calendar.quarter_index:
            month = int(calendar.first_month[calendar.quarter_index[name]])
        else:
            names.append(name)
    return " ".join(names), month
