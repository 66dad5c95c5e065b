"""From a solved draft to the tables of a plan: the border at which floats become exact money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import polars as pl

from gigawatt.model.calendar import Calendar, Floats, Ints
from gigawatt.model.draft import Draft
from gigawatt.model.published import COMMITMENTS, TOLD, Commitment, Told
from gigawatt.model.rating import rates_of
from gigawatt.model.schedule import chip_months
from gigawatt.model.workload import Training
from gigawatt.planner.demand import EVERY_SLICE, Demand, asked, prepare
from gigawatt.values.money import minor_digits

TINY = 1e-6
"""Quantities below this (chips, MW, chip-hours) are the solver's dust and are not told."""


@dataclass(frozen=True)
class Reader:
    """A draft and the values of its columns, natural units, shape (columns,)."""

    draft: Draft
    x: Floats

    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables that follow from the quantities alone."""
        return {
            "build": self.build(),
            "take": self.take(),
            "capacity": self.capacity(),
            "power": self.power(),
            "use": self.use(),
            "unserved": self.unserved(),
            "cash": self.cash(("both", "cash")),
            "beyond": self.cash(("beyond",)).drop("month"),
            "indicators": self.indicators(),
            "rates": self.rates(),
        }

    def rates(self) -> pl.DataFrame:
        """What each chip delivers for each workload that can run on it, and how that is known."""
        units = {"token": "token/s", "flop": "FLOP/s", "chip": "chips"}
        rows = [
            (one.workload, one.chip, one.rate, units[one.measure], one.method, one.sigma, one.source)
            for one in rates_of(self.draft.programme)
        ]
        schema = {
            "workload": pl.Utf8, "chip": pl.Utf8, "rate": pl.Float64, "unit": pl.Utf8, "method": pl.Utf8,
            "sigma": pl.Float64, "source": pl.Utf8,
        }  # fmt: skip
        return pl.DataFrame(rows, schema=schema, orient="row")

    def build(self) -> pl.DataFrame:
        """Phases built and chips bought, in order of the month in which they begin to serve."""
        programme, names = self.draft.programme, self.draft.calendar.month_names
        capex = self._capex()
        rows: list[dict[str, object]] = []
        base: dict[str, object]
        for item in self._commitments():
            if not item.own_build:
                continue
            site_id, phase_id = item.name.split("/", 1)
            phase = programme.sites[site_id].phases[phase_id]
            for q in np.flatnonzero(self._size(item) > TINY):
                start = max(self.draft.calendar.quarters[q].start, phase.ready)
                month = names[min(self.draft.calendar.month_of(start), len(names) - 1)]
                base = {"thing": item.name, "kind": "phase", "site": site_id, "party": item.provider, "month": month}
                rows.append(
                    {**base, "power_mw": float(self._size(item)[q]), "capex": capex.get((item.by, int(q)), 0.0)}
                )
        for block in self.draft.column_blocks:
            if not block.name.startswith("bought "):
                continue
            chip = block.name.removeprefix("bought ")
            amounts = self.x[block.start : block.start + block.size].reshape([len(axis) for axis in block.axes])
            for k, q in zip(*np.nonzero(amounts > TINY), strict=True):
                pool = block.axes[0][k]
                month = names[int(chip_months(programme, self.draft.calendar, chip)[q])]
                thing = programme.pools[pool]
                base = {"thing": pool, "kind": "chips", "site": thing.site, "pool": pool, "chip": chip}
                mw = amounts[k, q] * float(programme.chips[chip].it_power_kw or 0) / 1000
                rows.append({**base, "party": thing.owner, "month": month, "power_mw": mw, "chips": amounts[k, q]})
        schema = {
            "thing": pl.Utf8, "kind": pl.Utf8, "site": pl.Utf8, "pool": pl.Utf8, "chip": pl.Utf8, "party": pl.Utf8,
            "month": pl.Utf8, "power_mw": pl.Float64, "chips": pl.Float64, "capex": pl.Float64,
        }  # fmt: skip
        return pl.DataFrame(rows, schema=schema).sort("month", "thing", maintain_order=True)

    def _capex(self) -> dict[tuple[str, int], float]:
        """Capital paid by signer and quarter."""
        quarter = self.draft.calendar.quarter_of_month
        total: dict[tuple[str, int], float] = {}
        for payment in self.draft.payments:
            if payment.face == "cash" and payment.what == "capex":
                for month, amount in zip(payment.months, payment.amounts * self.x[payment.columns], strict=True):
                    key = (payment.by, int(quarter[month]))
                    total[key] = total.get(key, 0.0) + float(amount)
        return total

    def take(self) -> pl.DataFrame:
        """New capacity contracted for by quarter: leases, reservations, steps up in rent."""
        programme, calendar = self.draft.programme, self.draft.calendar
        rows: list[dict[str, object]] = []
        for item in self._commitments():
            if item.own_build:
                continue
            for q in np.flatnonzero(self._size(item) > TINY):
                mw = float(self._size(item)[q])
                pool = item.pools[0] if len(item.pools) == 1 else None
                kw = float(programme.chips[programme.pools[pool].chip].it_power_kw or 0) if pool else 0.0
                base = {"commitment": item.name, "contract": item.by.split("/")[0], "provider": item.provider}
                chips = mw * 1000 / kw if kw else None
                rows.append(
                    {**base, "quarter": calendar.quarter_names[q], "power_mw": mw, "chips": chips, "new": item.new}
                )
        schema = {
            "commitment": pl.Utf8, "contract": pl.Utf8, "provider": pl.Utf8, "quarter": pl.Utf8,
            "power_mw": pl.Float64, "chips": pl.Float64, "new": pl.Boolean,
        }  # fmt: skip
        return pl.DataFrame(rows, schema=schema).sort("quarter", "commitment", maintain_order=True)

    def _commitments(self) -> list[Commitment]:
        return [item for item in self.draft.published[COMMITMENTS] if isinstance(item, Commitment)]

    def _size(self, item: Commitment) -> Floats:
        """MW started by quarter, shape (Q,)."""
        values = np.where(item.columns >= 0, self.x[np.maximum(item.columns, 0)], 0.0)
        return np.asarray((values * item.mw).sum(axis=1))

    def capacity(self) -> pl.DataFrame:
        """Chips by pool and month: those that stand, the most on rent in any slice, and the IT power that they take."""
        draft, programme = self.draft, self.draft.programme
        rented = self._rented()
        chips = self.x[draft.standing] + rented
        pools = [programme.pools[name] for name in draft.pool_ids]
        kw = np.array([float(programme.chips[pool.chip].it_power_kw or 0) for pool in pools])
        p, t = np.nonzero(chips > TINY)
        return pl.DataFrame(
            {
                "pool": [draft.pool_ids[i] for i in p],
                "provider": [pools[i].supplier for i in p],
                "site": [pools[i].site for i in p],
                "chip": [pools[i].chip for i in p],
                "month": [draft.calendar.month_names[i] for i in t],
                "chips": chips[p, t],
                "rented": rented[p, t],
                "it_power_mw": chips[p, t] * kw[p] / 1000.0,
            },
            schema_overrides={"pool": pl.Utf8, "provider": pl.Utf8, "site": pl.Utf8, "chip": pl.Utf8, "month": pl.Utf8},
        )

    def _rented(self) -> Floats:
        """The most chips on rent in any slice, by pool and month, shape (P, T)."""
        draft, calendar = self.draft, self.draft.calendar
        most = np.zeros(draft.standing.shape)
        for pool, keeping in draft.keeping.items():
            on_rent = np.zeros((len(calendar.months), len(calendar.slice_names)))
            for item in keeping.brought:
                if item.rented:
                    np.add.at(on_rent, (item.month, item.slice), item.chips * self.x[item.columns])
            most[draft.pool_ids.index(pool)] = on_rent.max(axis=1)
        return most

    def power(self) -> pl.DataFrame:
        """IT power standing and taken, by site and month."""
        draft, programme = self.draft, self.draft.programme
        used = np.zeros((len(draft.site_ids), len(draft.calendar.months)))
        for place, pool in enumerate(programme.pools.values()):
            if pool.site in draft.site_ids and pool.owner in programme.decides:
                mw = float(programme.chips[pool.chip].it_power_kw or 0) / 1000.0
                plugged = self.x[draft.standing[place]] - self.x[draft.unplugged[place]]
                used[draft.site_ids.index(pool.site)] += plugged * mw
        i, t = (index.ravel() for index in np.indices(used.shape))
        return pl.DataFrame(
            {
                "site": [draft.site_ids[k] for k in i],
                "month": [draft.calendar.month_names[k] for k in t],
                "powered_mw": self.x[draft.powered].ravel(),
                "used_mw": used.ravel(),
            },
            schema_overrides={"site": pl.Utf8, "month": pl.Utf8},
        )

    def use(self) -> pl.DataFrame:
        """Use by pool, workload, month and slice; training is told as one row a month, slice `all`."""
        draft = self.draft
        chips = self.x[draft.use.columns]
        table = draft.use.where(chips > TINY)
        chips = self.x[table.columns]
        demands = self._demands()
        reference = np.array([demand.reference for demand in demands])
        measures = [demand.workload.measure for demand in demands]
        slices = (*draft.calendar.slice_names, "all")
        return pl.DataFrame(
            {
                "pool": _names(draft.pool_ids, table.pool),
                "workload": _names(draft.workload_ids, table.workload),
                "month": _names(draft.calendar.month_names, table.month),
                "slice": _names(slices, table.slice),
                "chips": chips,
                "chip_hours": chips * table.hours,
                "work": chips * table.hours * table.rate * reference[table.workload] if len(table) else chips,
                "measure": _names(measures, table.workload),
            }
        )

    def unserved(self) -> pl.DataFrame:
        """Demand and what is not served, in the workload's measure (chip-hours, tokens, FLOP).

        `closed_by` names the clauses that close some pool to what is not served.
        """
        draft, calendar = self.draft, self.draft.calendar
        frames, closers = [], self._closers()
        for demand in self._demands():
            block = next(b for b in draft.column_blocks if b.name == f"unserved {demand.name}")
            missing = self.x[block.start : block.start + block.size]
            want = asked(calendar, demand)
            month, slice_, hours, wanted = _spread(calendar, demand, want)
            price = demand.workload.unserved_per_unit
            per_unit = calendar.mean(price, demand.window)[month] if price is not None else np.zeros(len(month))
            lost = np.where(missing > TINY, missing, 0.0) * hours * demand.reference
            frames.append(
                pl.DataFrame(
                    {
                        "workload": [demand.name] * len(month),
                        "month": _names(calendar.month_names, month),
                        "slice": _names((*calendar.slice_names, "all"), slice_),
                        "demand": wanted * hours * demand.reference,
                        "unserved": lost,
                        "measure": [str(demand.workload.measure)] * len(month),
                        "value_lost": lost * per_unit,
                        "closed_by": [
                            " ".join(sorted(closers.get((demand.place, int(t)), ()))) or None if amount else None
                            for t, amount in zip(month, lost, strict=True)
                        ],
                    },
                    schema_overrides=dict.fromkeys(("workload", "month", "slice", "measure", "closed_by"), pl.Utf8),
                )
            )
        return pl.concat(frames) if frames else pl.DataFrame()

    def _closers(self) -> dict[tuple[int, int], set[str]]:
        """Who closes Use of a workload in a month, by their positions."""
        use, found = self.draft.use, defaultdict(set)
        for columns, by in self.draft.closed:
            inside = np.flatnonzero(np.isin(use.columns, columns))
            for workload, month in np.unique(np.stack([use.workload[inside], use.month[inside]], axis=1), axis=0):
                found[int(workload), int(month)].add(by)
        return found

    def cash(self, faces: tuple[str, ...]) -> pl.DataFrame:
        """Payments by month, payer, payee, clause or thing, and nature, in exact minor units of the currency."""
        currency = self.draft.programme.currency
        digits = minor_digits(currency)
        parts = []
        for (payer, payee, by, what), minor in cash_minor(self.draft, self.x, faces).items():
            at = np.flatnonzero(minor)
            parts.append(
                pl.DataFrame(
                    {
                        "month": _names(self.draft.calendar.month_names, at),
                        "from": [payer] * len(at),
                        "to": [payee] * len(at),
                        "by": [by] * len(at),
                        "what": [what] * len(at),
                        "amount": _exact(minor[at], digits),
                    },
                    schema_overrides={name: pl.Utf8 for name in ("month", "from", "to", "by", "what")},
                )
            )
        if not parts:
            names = ("month", "from", "to", "by", "what")
            return pl.DataFrame(schema={**dict.fromkeys(names, pl.Utf8), "amount": pl.Decimal(38, digits)})
        return pl.concat(parts).sort("month", "from", "to", "by", maintain_order=True)

    def indicators(self) -> pl.DataFrame:
        """Indicators by month: per MW built (as it begins to stand), per MWh of facility energy, per chip-hour."""
        draft, programme, calendar = self.draft, self.draft.programme, self.draft.calendar
        built = np.maximum(np.diff(self.x[draft.powered].sum(axis=0), prepend=0.0), 0.0)
        use = draft.use
        chip_hours = np.bincount(use.month, self.x[use.columns] * use.hours, len(calendar.months))
        basis = {"MW built": built, "MWh": self._energy_mwh(), "chip-hour": chip_hours}
        rows = [
            {
                "indicator": name,
                "month": calendar.month_names[t],
                "amount": float(value * float(indicator.amount)),
                "unit": indicator.unit,
            }
            for name, indicator in programme.indicators.items()
            for t, value in enumerate(basis[indicator.per])
        ]
        rows += self._told()
        schema = {"indicator": pl.Utf8, "month": pl.Utf8, "amount": pl.Float64, "unit": pl.Utf8}
        return pl.DataFrame(rows, schema=schema)

    def _told(self) -> list[dict[str, object]]:
        """What clauses tell beside the money, by name and month."""
        months, total = self.draft.calendar.month_names, defaultdict[tuple[str, str, int], float](float)
        for item in self.draft.published[TOLD]:
            if isinstance(item, Told):
                for month, amount in zip(item.months, item.amounts * self.x[item.columns], strict=True):
                    total[item.name, item.unit, int(month)] += float(amount)
        return [
            {"indicator": name, "month": months[t], "amount": amount, "unit": unit}
            for (name, unit, t), amount in sorted(total.items()) if abs(amount) > TINY
        ]  # fmt: skip

    def _energy_mwh(self) -> Floats:
        """Facility energy of all Use by month, MWh; a provider's pool counts at a PUE of one where it has no site."""
        draft, programme = self.draft, self.draft.programme
        per_hour = np.zeros(len(draft.pool_ids))
        for place, pool in enumerate(programme.pools.values()):
            pue = float(programme.sites[pool.site].pue) if pool.site else 1.0
            per_hour[place] = float(programme.chips[pool.chip].it_power_kw or 0) / 1000.0 * pue
        use = draft.use
        energy = self.x[use.columns] * use.hours * per_hour[use.pool]
        return np.asarray(np.bincount(use.month, energy, len(draft.calendar.months)))

    def _demands(self) -> list[Demand]:
        return [
            prepare(self.draft.programme, self.draft.calendar, i, name)
            for i, name in enumerate(self.draft.workload_ids)
        ]


def cash_minor(draft: Draft, x: Floats, faces: tuple[str, ...]) -> dict[tuple[str, str, str, str], Ints]:
    """Cash by payer, payee, signer and nature: minor units of the currency by month, (T,), each rounded once."""
    totals: dict[tuple[str, str, str, str], Floats] = {}
    count, digits = len(draft.calendar.months), minor_digits(draft.programme.currency)
    for payment in draft.payments:
        if payment.face in faces:
            key = (payment.payer, payment.payee, payment.by, payment.what)
            by_month = np.bincount(payment.months, payment.amounts * x[payment.columns], count).astype(np.float64)
            totals[key] = totals[key] + by_month if key in totals else by_month
    return {key: np.rint(by_month * 10**digits).astype(np.int64) for key, by_month in totals.items()}


def _spread(calendar: Calendar, demand: Demand, want: Floats) -> tuple[Ints, Ints, Floats, Floats]:
    """Month, slice (-1 is all), hours to multiply by and amount wanted of each row of a demand, flat arrays."""
    if isinstance(demand.workload, Training):
        return demand.months[-1:], np.full(1, EVERY_SLICE), np.ones(1), want.reshape(1)
    if want.ndim == 1:
        count = len(demand.months)
        return demand.months, np.full(count, EVERY_SLICE), np.ones(count), want[demand.months]
    m, slices = (index.ravel() for index in np.indices((len(demand.months), len(calendar.slice_names))))
    month = demand.months[m]
    return month, slices, calendar.hours[month, slices], want[month, slices]


def _names(names: Sequence[str], codes: Ints) -> pl.Series:
    return pl.Series(list(names), dtype=pl.Utf8).gather(np.where(codes < 0, len(names) - 1, codes).tolist())


def _exact(minor: Ints, digits: int) -> pl.Series:
    """Exact decimals of minor units."""
    return pl.Series([Decimal(int(value)).scaleb(-digits) for value in minor], dtype=pl.Decimal(38, digits))
