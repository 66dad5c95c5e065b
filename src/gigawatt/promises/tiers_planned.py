"""Prices by volume in a plan: state columns of the volume, and binaries where who decides would tell it otherwise.

Without a binary, a month could take its chip-hours from whichever band suits who decides: the cheapest first, or the
dearest. Where that is the contract's own order, none is needed. Reckoned exactly, the same is in `tiers.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from gigawatt.errors import PlanError
from gigawatt.model.calendar import Flags, Floats, Ints
from gigawatt.promises.tiers import Period

if TYPE_CHECKING:
    from gigawatt.model.clause_draft import ClauseDraft

CLEAR_CHIP_HOURS = 1.0
"""How far a plan keeps a volume from a threshold at which all of it changes price: more than any rounding."""
ALIKE_CHIP_HOURS = 1e-6
"""Volumes that differ by less are the same."""


@dataclass(frozen=True)
class Charged:
    """What is charged: `hours x columns` chip-hours in `months`; flat arrays of one length."""

    columns: Ints
    hours: Floats
    months: Ints


@dataclass(frozen=True)
class Volume:
    """A period's chip-hours by month: `hours x columns` at positions `at` among its `months` (M,), at most `most`."""

    period: Period
    months: Ints
    columns: Ints
    hours: Floats
    at: Ints
    most: Floats

    @property
    def reach(self) -> Floats:
        """The most by the end of each month, (M,)."""
        return np.asarray(np.cumsum(self.most))

    def rows(self, draft: ClauseDraft, name: str, columns: Ints) -> Ints:
        """Rows (M,) in which `columns` are the chip-hours of each month."""
        names = tuple(draft.calendar.month_names[t] for t in self.months)
        rows = draft.add_rows(name, (names,), unit="chip-hour", lower=0.0, upper=0.0)
        draft.add_entries(rows, columns, 1.0)
        draft.add_entries(rows[self.at], self.columns, -self.hours)
        return rows


def _volume(draft: ClauseDraft, period: Period, charged: Charged) -> Volume:
    """What counts in a period. PlanError where nothing bounds it, so that no threshold can be told passed."""
    months = np.array(period.months, dtype=np.int64)
    share = np.array([float(share) for share in period.share])
    counted = share[charged.months] > 0
    columns, at = charged.columns[counted], np.searchsorted(months, charged.months[counted])
    hours = (charged.hours * share[charged.months])[counted]
    most = np.zeros(len(months))
    np.add.at(most, at, hours * draft.draft.upper_of(columns))
    if not np.isfinite(most).all():
        raise PlanError(f"{draft.name} has prices by volume, and nothing bounds the volume; give `chips`")
    return Volume(period, months, columns, hours, at, most)


def plan_marginal(draft: ClauseDraft, period: Period, charged: Charged, steps: Floats, plain: Flags) -> None:
    """`above[k, t]`, the period's volume by month t beyond threshold k, pays what the price rises there.

    `steps` (K, T) is that rise, `plain` (K,) says where who decides would have it no other way.
    """
    volume = _volume(draft, period, charged)
    reach, months = volume.reach, volume.months
    passed = [k for k, threshold in enumerate(period.thresholds) if reach[-1] > float(threshold)]
    if not passed:
        return
    names = tuple(draft.calendar.month_names[t] for t in months)
    total = draft.add_columns(f"volume {period.label}", (names,), unit="chip-hour", upper=reach)
    rows = volume.rows(draft, f"volume {period.label}", total)
    draft.add_entries(rows[1:], total[:-1], -1.0)
    for k in passed:
        start = int(np.argmax(reach > float(period.thresholds[k])))
        above = total[start:]
        if period.thresholds[k] > 0:
            above = _above(draft, k, volume, total, start, bool(plain[k]))
        later, rise = months[start:], steps[k]
        draft.pay(above, rise[later], later, what="rent", offset=True)
        if len(above) > 1:
            draft.pay(above[:-1], -rise[later[1:]], later[1:], what="rent", offset=True)


def _above(draft: ClauseDraft, k: int, volume: Volume, total: Ints, start: int, plain: bool) -> Ints:
    """What the total exceeds threshold k by, from the first month in which it can, (M - start,)."""
    threshold, label = float(volume.period.thresholds[k]), f"{k + 1} {volume.period.label}"
    names = tuple(draft.calendar.month_names[t] for t in volume.months[start:])
    total, over = total[start:], volume.reach[start:] - threshold
    above = draft.add_columns(f"above {label}", (names,), unit="chip-hour", upper=over)
    least = draft.add_rows(f"above {label}", (names,), unit="chip-hour", lower=-threshold)
    draft.add_entries(least, above, 1.0)
    draft.add_entries(least, total, -1.0)
    if plain:
        return above
    passed = draft.add_columns(f"passed {label}", (names,), unit="1", upper=1.0, integer=True)
    none = draft.add_rows(f"none above {label}", (names,), unit="chip-hour", upper=0.0)
    draft.add_entries(none, above, 1.0)
    draft.add_entries(none, passed, -over)
    most = draft.add_rows(f"all above {label}", (names,), unit="chip-hour", upper=0.0)
    draft.add_entries(most, above, 1.0)
    draft.add_entries(most, total, -1.0)
    draft.add_entries(most, passed, threshold)
    order = draft.add_rows(f"passed {label}", (names[1:],), unit="1", upper=0.0)
    draft.add_entries(order, passed[:-1], 1.0)
    draft.add_entries(order, passed[1:], -1.0)
    return above


def plan_all_units(draft: ClauseDraft, period: Period, charged: Charged, prices: Floats, what: str) -> None:
    """One binary a band that the volume can reach; all of it pays what that band's price is beyond the first.

    `prices` (K + 1, T), the first price among them. Due in the period's last month.
    """
    volume = _volume(draft, period, charged)
    rise, first = prices - prices[0], period.reached
    most, begins, done = float(volume.most.sum()), volume.months[0], float(period.done)
    further_on = enumerate(period.thresholds[first:], start=first + 1)
    bands = [band for band, threshold in further_on if most >= float(threshold) - ALIKE_CHIP_HOURS]
    if not bands and not first:
        return
    names = tuple(draft.calendar.month_names[t] for t in volume.months)
    hours = draft.add_columns(f"volume {period.label}", (names,), unit="chip-hour", upper=volume.most)
    volume.rows(draft, f"volume {period.label}", hours)
    within = len(volume.months) == 1 and not done  # then it is less than what its one month charges
    due = partial(draft.pay, months=period.last, what=what, days=period.days, offset=within)
    if first:
        due(hours, rise[first][volume.months])
        due(draft.on, rise[first][begins] * done)
    if not bands:
        return
    chosen = _choose(draft, volume, hours, bands, most)
    priced = _in_band(draft, volume, hours, bands, chosen)
    further = rise[bands] - rise[first]
    due(priced, further[:, volume.months])
    if done:
        due(chosen, further[:, begins] * done)


def _in_band(draft: ClauseDraft, volume: Volume, hours: Ints, bands: list[int], chosen: Ints) -> Ints:
    """The chip-hours of each month where their band is the one that is chosen, else nought; shape (B, M)."""
    label, most = volume.period.label, volume.most
    axes = (_named(bands), tuple(draft.calendar.month_names[t] for t in volume.months))
    priced = draft.add_columns(f"in band {label}", axes, unit="chip-hour", upper=most)
    only = draft.add_rows(f"only in band {label}", axes, unit="chip-hour", upper=0.0)
    draft.add_entries(only, priced, 1.0)
    draft.add_entries(only, chosen[:, None], -most)
    within = draft.add_rows(f"at most in band {label}", axes, unit="chip-hour", upper=0.0)
    draft.add_entries(within, priced, 1.0)
    draft.add_entries(within, hours, -1.0)
    whole = draft.add_rows(f"all in band {label}", axes, unit="chip-hour", lower=-most)
    draft.add_entries(whole, priced, 1.0)
    draft.add_entries(whole, hours, -1.0)
    draft.add_entries(whole, chosen[:, None], -most)
    return priced


def _choose(draft: ClauseDraft, volume: Volume, hours: Ints, bands: list[int], most: float) -> Ints:
    """A binary for each band above the one that was reached before; the volume lies in the one that is chosen.

    It keeps clear of the thresholds, so that rounding does not decide on the price of all of it; but where no more can
    be had than the threshold itself, all that can be had reaches it.
    """
    label = volume.period.label
    chosen = draft.add_columns(f"reaches {label}", (_named(bands),), unit="1", upper=1.0, integer=True)
    once = draft.add_rows(f"reaches {label}", (), unit="1", upper=0.0)
    draft.add_entries(once, chosen, 1.0)
    draft.add_entries(once, draft.on, -1.0)
    starts = np.array([float(volume.period.thresholds[band - 1]) for band in bands])
    widths = np.diff(np.concatenate([[0.0], starts, [max(most, starts[-1])]]))
    clear = np.minimum(CLEAR_CHIP_HOURS, widths / 4)
    least = draft.add_rows(f"at least {label}", (), unit="chip-hour", lower=0.0)
    draft.add_entries(least, hours, 1.0)
    draft.add_entries(least, chosen, -(starts + clear[1:]))
    tops = np.append(starts - clear[:-1], most)
    below = draft.add_rows(f"below {label}", (), unit="chip-hour", upper=float(tops[0]))
    draft.add_entries(below, hours, 1.0)
    draft.add_entries(below, chosen, tops[0] - tops[1:])
    return chosen


def _named(bands: list[int]) -> tuple[str, ...]:
    """Names of bands; the first price's is band 1."""
    return tuple(f"band {band + 1}" for band in bands)
