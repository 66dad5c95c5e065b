"""A plan's tables added up to what a picture can show: by month or period, and by no more parts than have colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from gigawatt.report import digest

if TYPE_CHECKING:
    from gigawatt.model.plan import Plan

MOST_PARTS = 9
"""Parts that are told apart in one picture; the smallest of more are added up."""
SMALL_MW = 3.0
"""A programme below this much IT power is drawn in chips, not in MW."""
MONTHLY, QUARTERLY = 12, 36
"""Up to so many months a table shows months, or quarters; beyond, years."""


@dataclass(frozen=True)
class Aggregates:
    """The sums behind the pictures of one plan: frames of `month` or `period`, `part` and `value`, and what is said."""

    plan: Plan

    @cached_property
    def months(self) -> list[str]:
        """`2027-01` and so on."""
        return [f"{month.start:%Y-%m}" for month in self.plan.programme.horizon.months]

    @cached_property
    def hours(self) -> pl.DataFrame:
        """Hours of each month: month, hours."""
        days = [month.days for month in self.plan.programme.horizon.months]
        return pl.DataFrame({"month": self.months, "hours": [24.0 * count for count in days]})

    @cached_property
    def party_names(self) -> dict[str, str]:
        """What to call parties that have a short name."""
        return digest.names_of(self.plan.programme)

    @cached_property
    def in_chips(self) -> bool:
        """Whether capacity and Use are drawn in chips, since MW would be tiny."""
        by_month = digest.table(self.plan, "capacity").group_by("month").agg(pl.col("it_power_mw").sum())
        most = by_month["it_power_mw"].max()
        return most is None or float(most) < SMALL_MW  # type: ignore[arg-type]

    @property
    def size_unit(self) -> str:
        """The unit of capacity and Use in pictures."""
        return "chips" if self.in_chips else "MW"

    @cached_property
    def grid(self) -> str:
        """The grid of tables and bars of money: month, quarter or year."""
        count = len(self.months)
        return "month" if count <= MONTHLY else "quarter" if count <= QUARTERLY else "year"

    def period(self) -> pl.Expr:
        """The period of a month, as a label that sorts."""
        month = pl.col("month")
        if self.grid == "month":
            return month
        year = month.str.slice(0, 4)
        if self.grid == "year":
            return year
        quarter = (month.str.slice(5, 2).cast(pl.Int64) + 2) // 3
        return year + pl.lit(" Q") + quarter.cast(pl.Utf8)

    @cached_property
    def periods(self) -> list[str]:
        """All periods of the horizon, in order."""
        labels = pl.DataFrame({"month": self.months}).select(self.period().alias("period"))
        return labels["period"].unique(maintain_order=True).to_list()

    @cached_property
    def _pools(self) -> pl.DataFrame:
        """What one chip of each pool counts for in pictures: pool, unit_size (one, or MW), and whose and what it is."""
        programme = self.plan.programme
        rows = [
            {
                "pool": name,
                "unit_size": 1.0 if self.in_chips else float(programme.chips[pool.chip].it_power_kw or 0) / 1000,
                "provider": self.party_names.get(pool.supplier or "", pool.supplier or ""),
                "site": pool.site or f"{self.party_names.get(pool.supplier or '', pool.supplier or '')} (no site)",
                "chip": pool.chip,
            }
            for name, pool in programme.pools.items()
        ]
        schema = {"pool": pl.Utf8, "unit_size": pl.Float64, "provider": pl.Utf8, "site": pl.Utf8, "chip": pl.Utf8}
        return pl.DataFrame(rows, schema=schema)

    def capacity(self, by: str) -> pl.DataFrame:
        """Capacity standing, by provider, site or chip: month, part, value in `size_unit`."""
        frame = digest.table(self.plan, "capacity").filter(pl.col("chips") >= digest.DUST)
        frame = frame.select("pool", "month", "chips").join(self._pools, on="pool")
        return folded(_summed(frame, by, pl.col("chips") * pl.col("unit_size")))

    @cached_property
    def _used(self) -> pl.DataFrame:
        """Use in `size_unit`: pool, workload, month, slice, size (mean over the slice), size_hours, provider, chip."""
        frame = digest.table(self.plan, "use").filter(pl.col("chips") >= digest.DUST).join(self._pools, on="pool")
        return frame.with_columns(
            (pl.col("chips") * pl.col("unit_size")).alias("size"),
            (pl.col("chip_hours") * pl.col("unit_size")).alias("size_hours"),
        )

    def use(self, by: str) -> pl.DataFrame:
        """Mean Use over the month, by workload, pool or chip: month, part, value in `size_unit`."""
        frame = self._used.join(self.hours, on="month")
        return folded(_summed(frame, by, pl.col("size_hours") / pl.col("hours")))

    def use_by_pool(self) -> pl.DataFrame:
        """Mean Use over the month by pool within workload: month, part, workload, value."""
        parts = self.use("pool")["part"].unique().to_list()
        frame = self._used.join(self.hours, on="month").with_columns(
            pl.when(pl.col("pool").is_in(parts)).then(pl.col("pool")).otherwise(pl.lit(_others(parts))).alias("part")
        )
        return frame.group_by("month", "part", "workload", maintain_order=True).agg(
            (pl.col("size_hours") / pl.col("hours")).sum().alias("value")
        )

    def demand_lines(self) -> tuple[pl.DataFrame, list[str]]:
        """Demand as capacity: month, line, value in `size_unit`; and the workloads that no line can count.

        Demand in tokens or FLOP asks so many chips only on some chip: it is counted on the chips that the plan uses.
        """
        serving = [name for name, workload in self.plan.programme.workloads.items() if workload.kind == "serving"]
        asked, left_out = self._asked_by_month()
        lines = asked.group_by("month").agg(pl.col("value").sum()).sort("month")
        mean = lines.select("month", pl.lit("demand, mean of the day").alias("line"), "value")
        if len(self.plan.programme.horizon.slices) == 1 or not serving:
            return mean, left_out
        research = [name for name, workload in self.plan.programme.workloads.items() if workload.kind == "research"]
        evenly = asked.filter(pl.col("workload").is_in(research))
        evenly = evenly.group_by("month").agg(pl.col("value").sum().alias("even"))
        busiest = self._busiest(asked, serving).join(evenly, on="month", how="left").sort("month")
        busiest = busiest.select(
            "month",
            pl.lit("demand, busiest hours").alias("line"),
            (pl.col("value") + pl.col("even").fill_null(0.0)).alias("value"),  # research may run at any hour
        )
        return pl.concat([mean, busiest]), left_out

    def _asked_by_month(self) -> tuple[pl.DataFrame, list[str]]:
        """Demand as capacity, mean over the month: month, workload, value."""
        demand = digest.table(self.plan, "unserved")
        training = [name for name, workload in self.plan.programme.workloads.items() if workload.kind == "training"]
        used = (
            self._used.group_by("workload", "month")
            .agg(pl.col("size_hours").sum())
            .join(self.hours, on="month")
            .select("workload", "month", (pl.col("size_hours") / pl.col("hours")).alias("used"))
        )
        whole = demand.group_by("workload").agg(pl.col("demand").sum(), pl.col("unserved").sum())
        monthly = demand.group_by("workload", "month").agg(pl.col("demand").sum(), pl.col("unserved").sum())
        runs = used.filter(pl.col("workload").is_in(training)).join(whole, on="workload")
        rest = monthly.filter(~pl.col("workload").is_in(training)).join(used, on=["workload", "month"], how="left")
        served = pl.col("demand") - pl.col("unserved")
        scaled = pl.when(served > 1e-9 * pl.col("demand")).then(pl.col("used") * pl.col("demand") / served)
        # a month in which nothing is served is counted at the chips a unit of work takes in the other months
        usual = rest.group_by("workload").agg((pl.col("used").sum() / served.sum()).alias("per_unit"))
        rest = rest.join(usual, on="workload").with_columns(
            pl.coalesce(scaled, pl.col("per_unit") * pl.col("demand")).alias("value")
        )
        runs = runs.with_columns(scaled.alias("value"))
        both = pl.concat([each.select("month", "workload", "value") for each in (runs, rest)])
        both = both.filter(pl.col("value").is_finite())
        wanted = whole.filter(pl.col("demand") > 0)["workload"].to_list()
        return both, sorted(set(wanted) - set(both["workload"]))

    def _busiest(self, asked: pl.DataFrame, serving: Sequence[str]) -> pl.DataFrame:
        """Serving and training in the slice that asks most: month, value."""
        demand = digest.table(self.plan, "unserved").filter(pl.col("workload").is_in(list(serving)))
        used = self._used.group_by("workload", "month", "slice").agg(pl.col("size").sum())
        rows = demand.join(used, on=["workload", "month", "slice"], how="left")
        served = pl.col("demand") - pl.col("unserved")
        peaks = rows.with_columns(
            pl.when(served > 1e-9 * pl.col("demand")).then(pl.col("size") * pl.col("demand") / served).alias("value")
        )
        by_slice = peaks.group_by("month", "slice").agg(pl.col("value").sum())
        top = by_slice.group_by("month").agg(pl.col("value").max())
        steady = (
            asked.filter(~pl.col("workload").is_in(list(serving)))
            .filter(
                pl.col("workload").is_in([n for n, w in self.plan.programme.workloads.items() if w.kind == "training"])
            )
            .group_by("month")
            .agg(pl.col("value").sum().alias("steady"))
        )
        joined = top.join(steady, on="month", how="left")
        return joined.select("month", pl.col("value") + pl.col("steady").fill_null(0.0)).sort("month")

    def power(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """IT power standing at sites (month, part, value in MW), and what chips take of it (month, value)."""
        frame = digest.table(self.plan, "power")
        used = frame.group_by("month").agg(pl.col("used_mw").sum().alias("value")).sort("month")
        standing = _summed(frame.filter(pl.col("powered_mw") >= digest.DUST), "site", pl.col("powered_mw"))
        return folded(standing), used

    def cash(self, by: str) -> pl.DataFrame:
        """Cash of those who decide with others, by `party` or `by`: period, part, value (received above nought)."""
        frame = digest.paid_to_others(self.plan)
        part = pl.col("party").replace(self.party_names) if by == "party" else pl.col("by")
        frame = frame.with_columns(self.period().alias("month"), part.alias("shown"))
        return folded(self._more_than_dust(_summed(frame, "shown", -pl.col("paid")))).rename({"month": "period"})

    def cash_between(self) -> pl.DataFrame:
        """Cash among those who decide: period, part (`payer to payee: clause`), value."""
        decides = list(self.plan.programme.decides)
        frame = digest.table(self.plan, "cash").filter(pl.col("from").is_in(decides), pl.col("to").is_in(decides))
        names = self.party_names
        shown = pl.format("{} to {}: {}", pl.col("from").replace(names), pl.col("to").replace(names), pl.col("what"))
        frame = frame.with_columns(self.period().alias("month"), shown.alias("shown"))
        return folded(self._more_than_dust(_summed(frame, "shown", pl.col("amount")))).rename({"month": "period"})

    def _more_than_dust(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The sums of money that somebody could pay."""
        return frame.filter(pl.col("value").abs() >= digest.least_money(self.plan))

    def unserved(self) -> pl.DataFrame:
        """By workload and month: month, workload, share of demand unserved, value_lost; dust counts as nought."""
        is_short = pl.col("unserved") > digest.DUST * pl.col("demand")
        return (
            digest.table(self.plan, "unserved")
            .group_by("workload", "month", maintain_order=True)
            .agg(pl.col("demand").sum(), pl.col("unserved").sum(), pl.col("value_lost").sum())
            .filter(pl.col("demand") > 0)
            .with_columns(pl.when(is_short).then(pl.col("unserved")).otherwise(0.0).alias("unserved"))
            .with_columns((pl.col("unserved") / pl.col("demand")).alias("share"))
        )

    def indicators(self) -> pl.DataFrame:
        """By indicator and period: indicator, period, value, unit."""
        frame = digest.table(self.plan, "indicators").with_columns(self.period().alias("period"))
        keys = ("indicator", "period", "unit")
        return frame.group_by(*keys, maintain_order=True).agg(pl.col("amount").sum().alias("value"))


def _summed(frame: pl.DataFrame, part: str, value: pl.Expr) -> pl.DataFrame:
    """Sums by month and part."""
    frame = frame.select("month", pl.col(part).alias("part"), value.alias("value"))
    return (
        frame.group_by("month", "part", maintain_order=True)
        .agg(pl.col("value").sum())
        .sort("month", maintain_order=True)
    )


def folded(frame: pl.DataFrame, most: int = MOST_PARTS) -> pl.DataFrame:
    """The same with the smallest parts added up where there are too many to tell apart."""
    parts = ranked(frame)
    if len(parts) <= most:
        return frame
    rest = parts[most - 1 :]
    name = f"{len(rest)} others"
    part = pl.when(pl.col("part").is_in(rest)).then(pl.lit(name)).otherwise(pl.col("part")).alias("part")
    return frame.with_columns(part).group_by("month", "part", maintain_order=True).agg(pl.col("value").sum())


def ranked(frame: pl.DataFrame) -> list[str]:
    """The parts of a frame, the largest first, a sum of others last."""
    sums = (
        frame.group_by("part", maintain_order=True)
        .agg(pl.col("value").abs().sum())
        .sort("value", descending=True, maintain_order=True)
    )
    parts = [str(part) for part in sums["part"]]
    return sorted(parts, key=is_sum)


def is_sum(part: str) -> bool:
    """Whether a part is the sum of the smallest."""
    number, _, word = part.partition(" ")
    return word == "others" and number.isdigit()


def _others(parts: Sequence[str]) -> str:
    return next((part for part in parts if is_sum(part)), "0 others")
