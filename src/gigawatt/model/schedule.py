"""When things of the programme can begin to serve: phases of a site by quarter, chips by quarter."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np

from gigawatt.model.calendar import Calendar, Floats, Ints
from gigawatt.model.draft import Draft
from gigawatt.model.programme import Programme
from gigawatt.model.published import Commitment
from gigawatt.model.things import Phase
from gigawatt.values.span import Span


def open_span(phase: Phase, within: Span) -> Span:
    """The days of a span on which a phase can serve."""
    start = min(max(phase.ready, within.start), within.until)
    until = min(phase.until or within.until, within.until)
    return Span(start, max(start, until))


def built_mw(programme: Programme, site_id: str, day: date) -> Decimal:
    """IT power on a day of the phases of a site that are a fact, MW."""
    facts = [phase for phase in programme.sites[site_id].phases.values() if phase.built and phase.ready <= day]
    return sum((phase.power_mw for phase in facts if phase.until is None or day < phase.until), Decimal(0))


def phase_starts(calendar: Calendar, phase: Phase, within: Span) -> tuple[Ints, Floats]:
    """Quarters (K,) in which a phase can start, and for each the share of every month in which it serves, (K, T).

    `within` is the horizon or the part of it in which a lease runs.
    """
    span = open_span(phase, within)
    quarters = [q for q, quarter in enumerate(calendar.quarters) if quarter.overlap(span) > 0]
    levels = np.array(
        [calendar.cover(Span(max(calendar.quarters[q].start, span.start), span.until)) for q in quarters]
    ).reshape(len(quarters), len(calendar.months))
    serves = levels.any(axis=1)
    return np.array(quarters, dtype=np.int64)[serves], levels[serves]


def phase_commitment(
    draft: Draft,
    name: str,
    site_id: str,
    quarters: Ints,
    start: Ints,
    power_mw: float,
    *,
    by: str | None = None,
    provider: str | None = None,
    own_build: bool = False,
    new: bool = True,
    workloads: tuple[str, ...] = (),
    since: date | None = None,
) -> Commitment:
    """What a first refusal must know of a phase that starts in `quarters` (K,) by the binary columns `start` (K,)."""
    count = len(draft.calendar.quarters)
    columns = np.full((count, 1), -1, dtype=np.int64)
    columns[quarters, 0] = start
    size = np.where(columns[:, 0] >= 0, power_mw, 0.0)
    programme = draft.programme
    return Commitment(
        name=name,
        by=by or name,
        provider=provider or programme.sites[site_id].landlord or "",
        pools=tuple(pool for pool, thing in programme.pools.items() if thing.site == site_id),
        columns=columns,
        mw=size[:, None],
        switch=columns[:, 0],
        most_mw=size,
        stock_most_mw=np.maximum.accumulate(size),
        own_build=own_build,
        new=new,
        workloads=workloads,
        since=since,
    )


def chip_months(programme: Programme, calendar: Calendar, chip_id: str) -> Ints:
    """The month from which chips bought in each quarter serve, shape (Q,); T where they cannot be bought.

    It is the first whole month of the quarter on or after the day on which the chip is available.
    """
    available = programme.chips[chip_id].available
    months = calendar.first_month.copy()
    if available is None or available <= calendar.span.start:
        return months
    month = calendar.month_of(available)
    if month < len(calendar.months) and available > calendar.months[month].start:
        month += 1
    last = np.append(calendar.first_month[1:], len(calendar.months)) - 1
    months = np.maximum(months, month)
    return np.where(months <= last, months, len(calendar.months))
