"""A generated programme of any size, as numbers and as the file that says the same.

Like a real one it is not a box: a workload runs on some of the chips only, some workloads begin later than the horizon,
and contract years begin in another month with each provider. Providers rent out chips at a price, each with a
take-or-pay floor; what is not served has a price. One column of Use a pool, workload, month and slice, in three rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
FIRST_YEAR = 2025
SLICE_HOURS = {"peak": 8, "day": 8, "night": 8}
DISCOUNT_PER_YEAR = 0.08


@dataclass(frozen=True)
class Size:
    """How many providers, chips (a pool each at every provider), workloads and years; twelve months, three slices."""

    providers: int
    chips: int
    workloads: int
    years: int = 6

    @property
    def months(self) -> int:
        """Months of the horizon."""
        return 12 * self.years


TINY = Size(providers=1, chips=1, workloads=1, years=1)
SMALL = Size(providers=2, chips=2, workloads=3, years=2)
MEDIUM = Size(providers=15, chips=8, workloads=34)
LARGE = Size(providers=30, chips=12, workloads=102)


@dataclass(frozen=True)
class Numbers:
    """By provider v, chip c, workload w, slice s; in chips, chip-hours a year, USD per chip-hour."""

    size: Size
    rate: Floats  # (W, C), work of a chip-hour
    demand: Floats  # (W,), chips
    profile: Floats  # (W, S), a mean of one
    unserved: Floats  # (W,)
    price: Floats  # (V, C)
    most: Floats  # (V, C)
    floor: Floats  # (V,)
    deficiency: Floats  # (V,)
    runs: npt.NDArray[np.bool_]  # (W, C), whether the workload runs on the chip
    begins: npt.NDArray[np.int64]  # (W,), the month of the horizon in which the workload begins
    year_begins: npt.NDArray[np.int64]  # (V,), the month of the calendar year in which contract years begin, from 0

    @property
    def use_columns(self) -> int:
        """Columns of Use."""
        months = (self.size.months - self.begins) * self.runs.sum(axis=1)
        return int(months.sum()) * self.size.providers * len(SLICE_HOURS)


def numbers(size: Size, seed: int = 1) -> Numbers:
    """The same numbers for the same size and seed, rounded to what the file writes."""
    random = np.random.default_rng(seed)
    v, c, w = size.providers, size.chips, size.workloads
    price = random.uniform(1.5, 5.0, (v, c)).round(2)
    most = random.integers(1_000, 9_000, (v, c)).astype(np.float64)
    runs = random.random((w, c)) < 0.5
    runs[np.arange(w), np.arange(w) % c] = True
    weight = random.uniform(0.5, 1.5, (w, len(SLICE_HOURS))).round(2)
    return Numbers(
        size=size,
        rate=random.uniform(0.6, 1.8, (w, c)).round(2),
        demand=(random.uniform(0.2, 1.6, w) * most.sum() / w).round(),
        profile=weight / weight.mean(axis=1, keepdims=True),
        unserved=random.uniform(4.0, 9.0, w).round(2),
        price=price,
        most=most,
        floor=(most.sum(axis=1) * random.uniform(1_000, 6_000, v)).round(),
        deficiency=(price.min(axis=1) * 0.8).round(2),
        runs=runs,
        begins=np.where(np.arange(w) % 4 == 3, size.months // 4, 0),
        year_begins=5 * np.arange(v) % 12,
    )


def write_programme(data: Numbers, path: Path) -> None:
    """Write the programme file."""
    size = data.size
    chips = [f"chip-{c}" for c in range(size.chips)]
    last = f"{FIRST_YEAR + size.years - 1}-12"
    slices = ", ".join(f"{name}: {hours} h" for name, hours in SLICE_HOURS.items())
    lines = [
        "programme: synthetic",
        "decides: [lab]",
        f"horizon: {{from: {FIRST_YEAR}-01, through: {last}, slices: {{{slices}}}}}",
        "currency: USD",
        f"finance: {{discount: {DISCOUNT_PER_YEAR * 100:g} %/year}}",
        "chips:",
        *(f"  {chip}: {{power: 0.7 kW, memory: 80 GB, bandwidth: 3 TB/s, bf16: 1e15 FLOP/s}}" for chip in chips),
        "workloads:",
    ]
    for w in range(size.workloads):
        allowed = [c for c in range(size.chips) if data.runs[w, c]]
        rates = ", ".join(f"{chips[c]}: {data.rate[w, c]:g}" for c in allowed)
        begins = f"{FIRST_YEAR + data.begins[w] // 12}-{data.begins[w] % 12 + 1:02}"
        profile = ", ".join(f"{name}: {float(data.profile[w, s])!r}" for s, name in enumerate(SLICE_HOURS))
        unserved = f"{data.unserved[w]:g} USD/chip-hour"
        lines.append(
            f"  load-{w}: {{kind: serving, chips: {data.demand[w]:.0f}, unserved: {unserved}, "
            f"from: {begins}, profile: {{{profile}}}, rates: {{{rates}}}, "
            f"chips_allowed: [{', '.join(chips[c] for c in allowed)}]}}"
        )
    lines.append("contracts:")
    for v in range(size.providers):
        first = f"{FIRST_YEAR - 1}-{data.year_begins[v] + 1:02}"
        span = f"status: signed, from: {first}, through: {FIRST_YEAR + size.years + 1}-12"
        lines += [f"  deal-{v}:", f"    {{buyer: lab, seller: provider-{v:02}, {span}, clauses: {{"]
        for c, chip in enumerate(chips):
            price = f"price: {data.price[v, c]:g} USD/chip-hour, chips: {data.most[v, c]:.0f}"
            lines.append(f"      rent-{c}: {{kind: price, chip: {chip}, {price}}},")
        floor = f"floor: {data.floor[v]:.0f} chip-hour/year, deficiency: {data.deficiency[v]:g} USD/chip-hour"
        lines.append(f"      floor: {{kind: take_or_pay, {floor}}}}}}}")
    path.write_text("\n".join(lines) + "\n")
