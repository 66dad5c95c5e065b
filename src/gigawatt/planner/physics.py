"""What belongs to the planner: sites, chips and capacity. Workloads are in `demand.py`; all else is said by clauses.

Rows: the power of a site fits its phases and its grid, chips fit the power, capacity retires at the end of its life,
chips installed fit the supply. Equations: docs/model.md.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from gigawatt.model.calendar import Ints
from gigawatt.model.draft import BUILDERS, SUPPLIERS, Draft
from gigawatt.model.investing import invest
from gigawatt.model.published import CAPEX, COMMITMENTS
from gigawatt.model.schedule import chip_months, open_span, phase_commitment, phase_starts
from gigawatt.model.things import Phase

PHYSICS = "physics"


def draft_sites(draft: Draft) -> None:
    """IT power by site and month: phases of deciding landlords now, leases later, by clauses."""
    programme, calendar = draft.programme, draft.calendar
    draft.site_ids = tuple(
        site
        for site in programme.sites
        if programme.sites[site].landlord in programme.decides
        or any(pool.site == site and pool.owner in programme.decides for pool in programme.pools.values())
    )
    axes = (draft.site_ids, calendar.month_names)
    upper = np.full((len(draft.site_ids), len(calendar.months)), np.inf)
    draft.powered = draft.add_columns("powered", axes, unit="MW", by=PHYSICS, upper=upper)
    draft.powered_rows = draft.add_rows("powered", axes, unit="MW", by=PHYSICS, lower=0.0, upper=0.0)
    _state(draft, draft.powered_rows, draft.powered)
    for place, site_id in enumerate(draft.site_ids):
        site = programme.sites[site_id]
        if site.landlord not in programme.decides:
            continue
        for phase_id, phase in site.phases.items():
            if phase.built:
                levels = -float(phase.power_mw) * calendar.cover(open_span(phase, calendar.span))
                draft.add_changes(draft.powered_rows[place], draft.one, levels[None, :])
            else:
                _phase(draft, place, site_id, phase_id, phase)


def _phase(draft: Draft, place: int, site_id: str, phase_id: str, phase: Phase) -> None:
    """One binary a quarter for the start of a phase, at most one of them; capex to the builders."""
    programme, calendar = draft.programme, draft.calendar
    site, name = programme.sites[site_id], f"{site_id}/{phase_id}"
    quarters, levels = phase_starts(calendar, phase, calendar.span)
    if not len(quarters):
        return
    names = tuple(calendar.quarter_names[q] for q in quarters)
    start = draft.add_columns(f"start {name}", (names,), unit="1", by=name, upper=1.0, integer=True)
    once = draft.add_rows(f"started {name}", (), unit="1", by=PHYSICS, upper=1.0)
    draft.add_entries(once, start, 1.0)
    power = float(phase.power_mw)
    draft.add_changes(draft.powered_rows[place], start, -power * levels)
    first = (levels > 0).argmax(axis=1)
    if phase.capex is not None:
        amounts = np.full(start.shape, float(phase.capex))
        for capex in invest(
            draft,
            start,
            amounts,
            first,
            paid=[(1.0, first)],
            life_months=site.life.in_months,
            place=site_id,
            payer=site.landlord or BUILDERS,
            payee=BUILDERS,
            by=name,
            what="capex",
            covers=levels[np.arange(len(first)), first],
        ):
            draft.publish(CAPEX, capex)
    commitment = phase_commitment(draft, name, site_id, quarters, start, power, own_build=True, since=phase.ready)
    draft.publish(COMMITMENTS, commitment)


def draft_pools(draft: Draft) -> None:
    """Capacity by pool and month, chips bought into owned pools, and the power that they take."""
    programme, calendar = draft.programme, draft.calendar
    draft.pool_ids = tuple(programme.pools)
    axes = (draft.pool_ids, calendar.month_names)
    most = np.full((len(draft.pool_ids), len(calendar.months)), np.inf)
    existing = np.zeros_like(most)
    for place, pool in enumerate(programme.pools.values()):
        if pool.most_chips is not None:
            most[place] = calendar.monthly(pool.most_chips)
        if pool.existing is not None and pool.owner in programme.decides:
            existing[place] = calendar.monthly(pool.existing)
    draft.most_standing = most
    draft.standing = draft.add_columns("standing", axes, unit="chip", by=PHYSICS, upper=most)
    change = np.diff(existing, axis=1, prepend=0.0)
    draft.standing_rows = draft.add_rows("standing", axes, unit="chip", by=PHYSICS, lower=change, upper=change)
    _state(draft, draft.standing_rows, draft.standing)
    _buy(draft)
    _fit_power(draft)
    for place, pool in enumerate(programme.pools.values()):
        supplier = pool.owner or pool.provider
        if pool.resource_cost_per_chip_hour is not None and supplier in programme.decides:
            price = calendar.monthly(pool.resource_cost_per_chip_hour)
            draft.pay(
                draft.standing[place],
                price * calendar.month_hours,
                np.arange(len(calendar.months)),
                payer=supplier,
                payee=SUPPLIERS,
                by=draft.pool_ids[place],
                what="resource cost",
            )


def _state(draft: Draft, rows: Ints, columns: Ints) -> None:
    """`column[t] - column[t-1]` in row t, for arrays of shape (N, T)."""
    draft.add_entries(rows, columns, 1.0)
    draft.add_entries(rows[:, 1:], columns[:, :-1], -1.0)


def _buy(draft: Draft) -> None:
    """Chips bought by quarter into owned pools, within what the catalogue and purchase clauses supply."""
    programme, calendar = draft.programme, draft.calendar
    owned = [p for p, pool in enumerate(programme.pools.values()) if pool.owner in programme.decides]
    keys: dict[tuple[str, str], list[int]] = {}
    for p in owned:
        pool = programme.pools[draft.pool_ids[p]]
        keys.setdefault((pool.chip, pool.owner or ""), []).append(p)
    for (chip_id, owner), pools in keys.items():
        months = chip_months(programme, calendar, chip_id)
        open_quarters = months < len(calendar.months)
        axes = (tuple(draft.pool_ids[p] for p in pools), calendar.quarter_names)
        upper = np.where(open_quarters, np.inf, 0.0)
        bought = draft.add_columns(f"bought {chip_id}", axes, unit="chip", by=PHYSICS, upper=upper)
        rows = draft.add_rows(
            f"supply {chip_id} {owner}", (calendar.quarter_names,), unit="chip", by=PHYSICS, upper=0.0
        )
        draft.add_entries(rows, bought, 1.0)
        draft.supply_rows[(chip_id, owner)] = rows
        _catalogue(draft, chip_id, owner, rows, months)
        q = np.flatnonzero(open_quarters)
        at = np.array(pools)[:, None]
        draft.add_entries(draft.standing_rows[at, months[q]], bought[:, q], -1.0)
        retired = months[q] + programme.chips[chip_id].life.in_months
        inside = retired < len(calendar.months)
        if inside.any():
            draft.add_entries(draft.standing_rows[at, retired[inside]], bought[:, q[inside]], 1.0)


def _catalogue(draft: Draft, chip_id: str, owner: str, rows: Ints, months: Ints) -> None:
    """Chips ordered at the catalogue's price, by quarter; none before they are available or where there is no price."""
    programme, calendar = draft.programme, draft.calendar
    chip = programme.chips[chip_id]
    upper = np.zeros(len(calendar.quarters))
    price = np.zeros(len(calendar.quarters))
    inside = np.minimum(months, len(calendar.months) - 1)
    if chip.price_per_chip is not None:
        by_month = calendar.monthly(chip.price_per_chip, before=Decimal(-1))
        price = by_month[inside]
        upper = np.where((months < len(calendar.months)) & (price >= 0), np.inf, 0.0)
    most = None
    if chip.supply_per_quarter is not None:
        most = calendar.monthly(chip.supply_per_quarter)[inside]
        upper = np.minimum(upper, 2.0 * most)  # a row holds the limit, so that it is priced; offers are sized by this
    name = f"{chip_id} list price"
    ordered = draft.add_columns(
        f"ordered {chip_id} {owner}", (calendar.quarter_names,), unit="chip", by=name, upper=upper
    )
    draft.add_entries(rows, ordered, -1.0)
    if most is not None:
        limit = draft.add_rows(f"most {chip_id} {owner}", (calendar.quarter_names,), unit="chip", by=name, upper=most)
        draft.add_entries(limit, ordered, 1.0)
    for capex in invest(
        draft,
        ordered,
        np.maximum(price, 0.0),
        inside,
        paid=[(1.0, inside)],
        life_months=chip.life.in_months,
        place=chip_id,
        payer=owner,
        payee=chip.vendor or "vendors",
        by=name,
        what="chips",
    ):
        draft.publish(CAPEX, capex)


def _fit_power(draft: Draft) -> None:
    """Chips of owned pools fit the IT power of their site, and its grid at the peak PUE."""
    programme, calendar = draft.programme, draft.calendar
    if not draft.site_ids:
        return
    axes = (draft.site_ids, calendar.month_names)
    power = draft.add_rows("power", axes, unit="MW", by=PHYSICS, upper=0.0)
    draft.add_entries(power, draft.powered, -1.0)
    limited = [i for i, site in enumerate(draft.site_ids) if programme.sites[site].grid_mw is not None]
    limits = np.array([float(programme.sites[draft.site_ids[i]].grid_mw or 0) for i in limited])
    names = tuple(draft.site_ids[i] for i in limited)
    grid = draft.add_rows(
        "grid",
        (names, calendar.month_names),
        unit="MW",
        by=PHYSICS,
        upper=np.broadcast_to(limits[:, None], (len(limited), len(calendar.months))),
    )
    draft.unplugged = _unplugged(draft)
    for place, pool in enumerate(programme.pools.values()):
        if pool.site not in draft.site_ids or pool.owner not in programme.decides:
            continue
        i = draft.site_ids.index(pool.site)
        mw = float(programme.chips[pool.chip].it_power_kw or 0) / 1000.0
        peak = float(programme.sites[pool.site].peak_pue)
        for columns, mw_per_chip in ((draft.standing[place], mw), (draft.unplugged[place], -mw)):
            draft.add_entries(power[i], columns, mw_per_chip)
            if i in limited:
                draft.add_entries(grid[limited.index(i)], columns, peak * mw_per_chip)


def _unplugged(draft: Draft) -> dict[int, Ints]:
    """Chips that stand without power and serve nothing, by the quarter: (T,) by position of each owned pool at a site.

    Power can end before the life of chips does, with a lease or a phase, and better chips can take the power of older.
    """
    programme, calendar = draft.programme, draft.calendar
    found = {}
    for place, (name, pool) in enumerate(programme.pools.items()):
        if pool.site in draft.site_ids and pool.owner in programme.decides:
            columns = draft.add_columns(f"unplugged {name}", (calendar.quarter_names,), unit="chip", by=PHYSICS)
            found[place] = columns[calendar.quarter_of_month]
    return found
