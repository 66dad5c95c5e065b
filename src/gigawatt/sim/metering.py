"""Facts as meters and books would have sent them, made from a plan by a seeded generator: nothing here was measured.

Use is what the plan uses, each row off by a share that is drawn evenly within the noise, and never more than the pool
holds. Energy follows the Use of its pool, revenue the work of its workload; all else is as the plan has it. The same
seed makes the same rows, month by month, however far they are asked for.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import polars as pl

from gigawatt.errors import GigawattError
from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.facts import Facts, Metered, day_of
from gigawatt.model.programme import Programme
from gigawatt.model.rating import rates_of
from gigawatt.values.quantity import parse_quantity
from gigawatt.values.span import parse_day

MADE = "made from a plan by a seeded generator; nothing was measured"
SENDER = "made-meter"
NOTE = {"note": "made up, not measured"}
"""The sender of every row, and what stands in each besides."""
STEPS = 1000
"""Use is in thousandths of a chip-hour, as the facts of a plan are."""
DAYS = 31
"""More than this no month has."""
HAIR = 1e-12
"""Use that is cut to what its pool holds is cut by so much more, relative, so that rounding does not lift it over."""

Total = Counter[tuple[str, str, str]]
"""Thousandths of a chip-hour by pool, workload and month."""


@dataclass(frozen=True)
class Made:
    """What was made up for some `months`: Use as a table, all other `facts`, and what was planned beside it.

    `use` has the columns pool, workload, month (a day where it is daily), slice, chip_hours; `totals` month, planned,
    made, in chip-hours. Both are exact.
    """

    programme: Programme
    months: tuple[str, ...]
    use: pl.DataFrame
    facts: Facts
    totals: pl.DataFrame
    seed: int
    noise: Decimal

    def told(self, files: Mapping[str, str]) -> str:
        """In Markdown: what it is, how to settle it, and each month's chip-hours beside the plan's."""
        facts = " ".join(f"--facts {file}" for file in files.values())
        rows = [
            f"| {month} | {planned:,f} | {made:,f} | {difference(planned, made)} |"
            for month, planned, made in self.totals.iter_rows()
        ]
        return "\n".join((
            f"# Made up: facts of {self.programme.programme}, {self.months[0]} through {self.months[-1]}\n",
            f"These files are {MADE}: seed {self.seed}, noise of up to {_percent(self.noise)} on each",
            "row of Use, which never exceeds what stands or is on rent in its pool: full pools are off downwards",
            "alone. Energy follows the Use of its pool, revenue the work of its workload; all else is as planned. The",
            f"sender of every row is `{SENDER}`.\n",
            f"    gigawatt settle {self.programme.path or 'FILE'} --through {self.months[-1]} {facts}\n",
            "| month | planned, chip-hours | made, chip-hours | difference |", "|---|---:|---:|---:|", *rows, "",
        ))  # fmt: skip


def difference(planned: Decimal, made: Decimal) -> str:
    """What was made beside what was planned, as a share of it."""
    return f"{round((made - planned) / planned * 100, 3) + 0:+.3f} %" if planned else "-"


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f} %"


def share(text: str) -> Decimal:
    """A share as it is written: `5 %` or `0.05`. GigawattError where it is none."""
    try:
        given = parse_quantity(text)
        if given.unit not in ("", "%"):
            raise ValueError(f"{text!r} is in {given.unit}")
    except ValueError as fault:
        raise GigawattError(f"noise: {fault}; give a share, as 5 % or 0.05") from fault
    return given.number / 100 if given.unit else given.number


def plan_in(folder: Path, programme: Programme, facts: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The capacity and the offers of the plan that a folder holds with its facts.

    Raises GigawattError where it holds none, or one of another programme.
    """
    mend = f"make one with `gigawatt plan {programme.path or 'FILE'} --out {folder}`"
    if not (folder / facts).is_file():
        raise GigawattError(f"there is no plan with its facts in {folder} ({facts} is not there); {mend}")
    try:
        name = json.loads((folder / "plan.json").read_text(encoding="utf-8"))["programme"]
        capacity, offers = (pl.read_parquet(folder / f"{table}.parquet") for table in ("capacity", "offers"))
    except (OSError, ValueError, KeyError, pl.exceptions.PolarsError) as fault:
        raise GigawattError(f"there is no plan in {folder} that could be read ({fault}); {mend}") from fault
    if name != programme.programme:
        raise GigawattError(f"the plan in {folder} is of {name}, and the programme is {programme.programme}; {mend}")
    return capacity, offers


def metered(
    programme: Programme,
    facts: Facts,
    chips: Mapping[tuple[str, str], float],
    *,
    seed: int = 0,
    noise: Decimal = Decimal("0.05"),
    through: str | None = None,
    daily: bool = False,
) -> Made:
    """What meters would have sent, had the plan come true but for some noise.

    `facts` are those of the plan, `chips` how many a pool holds, by pool and month; `noise` is the largest share by
    which a row of Use is off, `through` the last month (default: of the horizon). GigawattError for noise below nought
    or above one, a seed below nought, and a month outside the horizon.
    """
    if not 0 <= noise <= 1:
        raise GigawattError(f"noise of {_percent(noise)} makes no Use; give a share from 0 to 100 %, as 5 %")
    if seed < 0:
        raise GigawattError(f"seed {seed} is below nought; give a whole number from 0")
    names = tuple(f"{month.start:%Y-%m}" for month in programme.horizon.months)
    asked = names[: names.index(_last(names, through)) + 1]
    until = programme.horizon.months[len(asked) - 1].until
    rows = _Rows(programme, names, facts.use, daily)
    made = rows.with_noise(seed, float(noise), chips)
    before, after = rows.totals(rows.planned), rows.totals(made)
    others = _following(programme, _others(facts, until), before, after)
    return Made(programme, asked, rows.table(made, len(asked)), others, _by_month(asked, before, after), seed, noise)


def _last(names: tuple[str, ...], through: str | None) -> str:
    """The last month that is asked for."""
    if through is None:
        return names[-1]
    try:
        month = f"{parse_day(through):%Y-%m}"
    except ValueError as fault:
        raise GigawattError(f"cannot make facts through {through!r}: {fault}") from fault
    if month not in names:
        raise GigawattError(f"{month} lies outside the horizon, {names[0]} through {names[-1]}; give a month in it")
    return month


def _others(facts: Facts, until: date) -> Facts:
    """The facts of the time before a day, but for Use."""
    return replace(facts, use=()).keeping(lambda fact: (day_of(fact) or date.min) < until, ("use",))


class _Rows:
    """The rows of Use, all of the horizon, in one order: one for each month, or one for each day in equal parts."""

    def __init__(self, programme: Programme, names: tuple[str, ...], use: tuple[Metered, ...], daily: bool) -> None:
        self.use = sorted(use, key=lambda one: (one.month, one.pool, one.workload, one.slice))
        self.names, self.daily, self.slices = names, daily, programme.horizon.slices
        self.starts = np.array([month.start for month in programme.horizon.months], dtype="datetime64[D]")
        days = np.array([month.days for month in programme.horizon.months])
        month = np.array([names.index(one.month) for one in self.use], dtype=np.int64)
        whole = np.array([round(one.chip_hours * STEPS) for one in self.use], dtype=np.int64)
        parts = days[month] if daily else np.ones_like(month)
        self.of = np.repeat(np.arange(len(self.use)), parts)
        """The Use of each row, shape (rows,); so are all below."""
        self.day = np.arange(len(self.of)) - np.repeat(np.cumsum(parts) - parts, parts)
        self.month = month[self.of]
        self.days = np.ones_like(self.of) if daily else days[self.month]
        # what does not divide by the days falls to the first of them, so that they add up to the month
        self.planned: Ints = whole[self.of] // parts[self.of] + (self.day < (whole % parts)[self.of])

    def with_noise(self, seed: int, noise: float, chips: Mapping[tuple[str, str], float]) -> Ints:
        """What is made of each row, thousandths of a chip-hour: noise on what was planned, within what pools hold."""
        drawn = np.random.Generator(np.random.PCG64(seed)).uniform(-1.0, 1.0, len(self.of))
        noisy = np.rint(self.planned * (1.0 + noise * drawn)).astype(np.int64)
        pools = {name: n for n, name in enumerate(dict.fromkeys(one.pool for one in self.use))}
        pool = np.array([pools[one.pool] for one in self.use], dtype=np.int64)[self.of]
        _, place = np.unique((pool * len(self.names) + self.month) * DAYS + self.day, return_inverse=True)
        held = np.array([chips.get((one.pool, one.month), 0.0) for one in self.use])[self.of] * self.days * STEPS
        most = np.zeros((len(place), len(self.slices)))
        most[place] = held[:, None] * np.array([float(hours) for hours in self.slices.values()])
        # a plan is itself over by what its solver tolerates
        most, used = np.maximum(most, self._used(self.planned, place)), self._used(noisy, place)
        fits = np.divide(most, used, out=np.ones_like(used), where=used > most).min(axis=1)[place]
        return np.where(fits < 1.0, np.floor(noisy * fits * (1.0 - HAIR)).astype(np.int64), noisy)

    def _used(self, amounts: Ints, place: Ints) -> Floats:
        """Amounts by place and slice, shape (rows, slices); Use of every slice alike falls to each by its hours."""
        parts = {name: np.zeros(len(self.slices)) for name in self.slices}
        for n, name in enumerate(self.slices):
            parts[name][n] = 1.0
        alike = np.array([float(hours) / 24.0 for hours in self.slices.values()])
        part = np.array([parts.get(one.slice, alike) for one in self.use]).reshape(-1, len(self.slices))
        used = np.zeros((len(place), len(self.slices)))
        np.add.at(used, place, amounts[:, None] * part[self.of])
        return used

    def totals(self, amounts: Ints) -> Total:
        """Amounts by pool, workload and month."""
        found: Total = Counter()
        sums = np.zeros(len(self.use), dtype=np.int64)
        np.add.at(sums, self.of, amounts)
        for one, amount in zip(self.use, sums.tolist(), strict=True):
            found[one.pool, one.workload, one.month] += amount
        return found

    def table(self, amounts: Ints, months: int) -> pl.DataFrame:
        """The rows of the first months that are not nought."""
        kept = np.flatnonzero((amounts > 0) & (self.month < months))
        days = pl.Series("month", self.starts[self.month[kept]] + self.day[kept]).dt.strftime("%Y-%m-%d")
        names = ("pool", "workload", "month", "slice")
        columns = {name: pl.Series([getattr(one, name) for one in self.use], dtype=pl.String) for name in names}
        found = pl.DataFrame({name: column.gather(self.of[kept]) for name, column in columns.items()})
        return found.with_columns(days if self.daily else found["month"], _chip_hours("chip_hours", amounts[kept]))


def _chip_hours(name: str, amounts: Ints) -> pl.Series:
    """Thousandths of a chip-hour as exact chip-hours."""
    whole, rest = pl.Series(amounts // STEPS).cast(pl.String), pl.Series(amounts % STEPS).cast(pl.String)
    return (whole + "." + rest.str.zfill(3)).cast(pl.Decimal(38, 3)).alias(name)


def _following(programme: Programme, facts: Facts, before: Total, after: Total) -> Facts:
    """The facts with energy by the Use of its pool, and revenue by the work of its workload."""
    rates = {(one.workload, one.chip): Fraction(one.rate) for one in rates_of(programme)}
    planned, came = (defaultdict[tuple[str, str], Fraction](Fraction) for _ in range(2))
    for sums, total in ((planned, before), (came, after)):
        for (pool, workload, month), amount in total.items():
            sums[pool, month] += amount
            sums[f"work of {workload}", month] += amount * rates.get(
                (workload, programme.pools[pool].chip), Fraction(1)
            )

    def part(name: str, month: str) -> Fraction:
        return came[name, month] / planned[name, month] if planned.get((name, month)) else Fraction(1)

    def follows(amount: Decimal, by: Fraction) -> Decimal:
        """To six decimals before and after, which are all that a file of facts has."""
        return Decimal(round(Fraction(round(amount, 6)) * by * 10**6)).scaleb(-6)

    energy = []
    for one in facts.energy:
        by = part(one.pool, one.month)
        whole = follows(one.facility_mwh, by) if one.facility_mwh is not None else None
        energy.append(replace(one, it_mwh=follows(one.it_mwh, by), facility_mwh=whole))
    revenue = [
        replace(one, amount_minor=round(one.amount_minor * part(f"work of {one.stream}", one.month)))
        for one in facts.revenue
    ]
    return replace(facts, energy=tuple(energy), revenue=tuple(revenue))


def _by_month(months: tuple[str, ...], before: Total, after: Total) -> pl.DataFrame:
    """Chip-hours that were planned, and made, by month."""
    sums = []
    for total in (before, after):
        by_month = Counter[str]()
        for (_, _, month), amount in total.items():
            by_month[month] += amount
        sums.append(np.array([by_month[month] for month in months], dtype=np.int64))
    return pl.DataFrame([pl.Series("month", months), _chip_hours("planned", sums[0]), _chip_hours("made", sums[1])])
