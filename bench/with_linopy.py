"""The generated programme written with linopy, from docs/model.md and the numbers, not from our drafts.

Written as for any programme: what cannot run is masked out, and what a contract sums over is chosen by its own labels.
Dimensions: pool p, workload w, month t, slice s, and of each contract its own years y.
"""

from __future__ import annotations

import calendar
import warnings
from datetime import date

import linopy
import numpy as np
import xarray as xr

from bench.synthetic import DISCOUNT_PER_YEAR, FIRST_YEAR, SLICE_HOURS, Numbers, Size


def build(data: Numbers) -> linopy.Model:
    """The model in natural units; it minimises the discounted cost of what is rented, short and unserved."""
    with warnings.catch_warnings():
        # What is masked out counts nought in a sum, which is what is meant here.
        warnings.filterwarnings("ignore", message=".*has absent slots", category=FutureWarning)
        return _build(data)


def _build(data: Numbers) -> linopy.Model:
    size = data.size
    label = labels(size)

    def array(values: np.ndarray, dims: str) -> xr.DataArray:
        return xr.DataArray(values, dims=list(dims), coords={dim: label[dim] for dim in dims})

    chip = np.tile(np.arange(size.chips), size.providers)
    days, factors = _time(size.years)
    hours = array(days[:, None] * np.array(list(SLICE_HOURS.values()), dtype=float), "ts")
    factor = array(factors, "t")
    rate, price, most = array(data.rate[:, chip], "wp"), array(data.price.ravel(), "p"), array(data.most.ravel(), "p")
    asks = array(np.arange(size.months) >= data.begins[:, None], "wt")
    runs = array(data.runs[:, chip], "wp")
    want = array(data.demand[:, None] * data.profile, "ws") * xr.ones_like(hours)

    model = linopy.Model()
    can_run = (runs & asks & xr.ones_like(hours, dtype=bool)).transpose(*"pwts")
    use = model.add_variables(lower=0, upper=(want / rate).transpose(*"pwts"), mask=can_run, name="use")
    asked = (asks & xr.ones_like(hours, dtype=bool)).transpose(*"wts")
    missing = model.add_variables(lower=0, upper=want.transpose(*"wts"), mask=asked, name="unserved")
    each_month = most * xr.ones_like(factor)
    rented = model.add_variables(lower=0, upper=each_month, name="rented")
    standing = model.add_variables(lower=0, coords=each_month.coords, name="standing")
    model.add_constraints(use.sum("w") - standing <= 0, name="fit")
    model.add_constraints(standing - rented == 0, name="standing")
    model.add_constraints((rate * use).sum("p") + missing == want, mask=asked, name="serve")

    cost = (use * (price * hours * factor)).sum() + (missing * (array(data.unserved, "w") * hours * factor)).sum()
    for v in range(size.providers):
        pools = label["p"][v * size.chips : (v + 1) * size.chips]
        year, floor, last = _contract_years(data, v, days)
        years = xr.DataArray(year, dims=["t"], coords={"t": label["t"]}, name="y")
        taken = (hours * use.sel(p=pools)).sum(["p", "w", "s"]).groupby(years).sum()
        most_taken = float(most.sel(p=pools).sum()) * hours.sum("s").groupby(years).sum()
        coords = {"y": most_taken.indexes["y"]}
        at_floor = xr.DataArray(floor, dims=["y"], coords=coords)
        shortfall = model.add_variables(lower=0, coords=coords, name=f"shortfall {v}")
        excess = model.add_variables(lower=0, coords=coords, name=f"excess {v}")
        short = model.add_variables(binary=True, coords=coords, name=f"short {v}")
        model.add_constraints(taken - excess + shortfall == at_floor, name=f"floor {v}")
        model.add_constraints(shortfall - at_floor * short <= 0, name=f"short {v}")
        model.add_constraints(excess + most_taken * short <= most_taken, name=f"over {v}")
        cost = cost + (shortfall * xr.DataArray(data.deficiency[v] * factors[last], dims=["y"], coords=coords)).sum()
    model.add_objective(cost)
    return model


def labels(size: Size) -> dict[str, np.ndarray]:
    """The names along each dimension, as the file has them."""
    pools = [f"provider-{v}-chip-{c}" for v in range(size.providers) for c in range(size.chips)]
    years = range(FIRST_YEAR, FIRST_YEAR + size.years)
    return {
        "p": np.array(pools),
        "w": np.array([f"load-{w}" for w in range(size.workloads)]),
        "t": np.array([f"{year}-{month:02}" for year in years for month in range(1, 13)]),
        "s": np.array(list(SLICE_HOURS)),
    }


def _contract_years(data: Numbers, v: int, days: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A provider's contract years: which one each month lies in (T,); of each its floor, and its last month (Y,).

    A year cut by the horizon has its floor pro rata by days.
    """
    begins = int(data.year_begins[v])
    months = np.arange(data.size.months)
    calendar_year = FIRST_YEAR + (months - begins) // 12
    floor, last = [], []
    for year in np.unique(calendar_year):
        inside = np.flatnonzero(calendar_year == year)
        whole = (date(int(year) + 1, begins + 1, 1) - date(int(year), begins + 1, 1)).days
        floor.append(data.floor[v] * days[inside].sum() / whole)
        last.append(inside[-1])
    return calendar_year, np.array(floor), np.array(last)


def _time(years: int) -> tuple[np.ndarray, np.ndarray]:
    """Days of each month and the discount factor at its middle, both (months,)."""
    start = date(FIRST_YEAR, 1, 1)
    firsts = [date(FIRST_YEAR + t // 12, t % 12 + 1, 1) for t in range(12 * years)]
    days = np.array([calendar.monthrange(first.year, first.month)[1] for first in firsts], dtype=float)
    middles = np.array([(first - start).days for first in firsts]) + days / 2
    return days, (1 + DISCOUNT_PER_YEAR) ** (-middles / 365.25)
