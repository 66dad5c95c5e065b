"""The sums behind the pictures, worked out by hand on a plan written by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from gigawatt.model.plan import Plan
from gigawatt.report import aggregates, charts, digest, pictures
from gigawatt.report.aggregates import Aggregates
from tests import plans


@pytest.fixture
def whole(tmp_path: Path) -> Plan:
    return plans.whole_plan(tmp_path)


@pytest.fixture
def sums(whole: Plan) -> Aggregates:
    return Aggregates(whole)


def values(frame: pl.DataFrame, key: str = "month") -> dict[tuple[str, str], float]:
    return {(row[key], row["part"]): row["value"] for row in frame.iter_rows(named=True)}


def test_capacity_is_added_up_by_provider_and_by_site(sums: Aggregates) -> None:
    assert values(sums.capacity("provider"))["2027-02", "Lumen Cloud"] == pytest.approx(1.0)
    assert values(sums.capacity("provider"))["2027-02", "Acme"] == pytest.approx(7.0)
    assert values(sums.capacity("site"))["2027-02", "hall"] == pytest.approx(7.0)
    assert values(sums.capacity("site"))["2027-02", "Lumen Cloud (no site)"] == pytest.approx(1.0)


def test_a_small_programme_is_drawn_in_chips(whole: Plan) -> None:
    small = whole.tables["capacity"].with_columns(pl.col("it_power_mw") / 1000)
    sums = Aggregates(replace(whole, tables={**whole.tables, "capacity": small}))
    assert sums.size_unit == "chips"
    assert values(sums.capacity("provider"))["2027-02", "Lumen Cloud"] == pytest.approx(1000.0)


def test_use_is_the_mean_over_the_month(sums: Aggregates) -> None:
    use = values(sums.use("workload"))
    assert use["2027-01", "chat"] == pytest.approx((6.0 + 2.0) / 2)
    assert use["2027-01", "explore"] == pytest.approx(0.5)
    assert use["2027-02", "run"] == pytest.approx(1.0)


def test_demand_counts_what_is_not_served_at_the_chips_of_what_is(sums: Aggregates) -> None:
    lines, left_out = sums.demand_lines()
    told = {(row["month"], row["line"]): row["value"] for row in lines.iter_rows(named=True)}
    explore = 1e6 / 744 / 1000  # a million chip-hours over the hours of January, 1 kW a chip
    assert told["2027-01", "demand, mean of the day"] == pytest.approx(4.0 + explore)
    # serving at its busiest, training, and research at its mean: a million chip-hours over the hours of February
    assert told["2027-02", "demand, busiest hours"] == pytest.approx(6.0 + 1.0 + 1e6 / 672 / 1000)
    assert left_out == []


def test_demand_of_which_nothing_is_served_is_said_to_be_left_out(whole: Plan) -> None:
    use = whole.tables["use"].filter(pl.col("workload") != "explore")
    unserved = whole.tables["unserved"].with_columns(
        unserved=pl.when(pl.col("workload") == "explore").then(pl.col("demand")).otherwise(pl.col("unserved"))
    )
    sums = Aggregates(replace(whole, tables={**whole.tables, "use": use, "unserved": unserved}))
    assert sums.demand_lines()[1] == ["explore"]


def test_cash_is_received_above_nought_and_paid_below(sums: Aggregates) -> None:
    cash = values(sums.cash("party"), "period")
    assert cash["2027-01", "customers"] == pytest.approx(12000 * 744)
    assert cash["2027-01", "Lumen Cloud"] == pytest.approx(-1500 * 744)
    assert cash["2027-01", "vendor"] == pytest.approx(-210e6)


def test_payments_among_those_who_decide_are_not_paid_to_others(whole: Plan) -> None:
    programme = whole.programme.model_copy(update={"decides": ("acme", "lumen")})
    plan = Plan(programme, whole.solve, whole.tables)
    assert {total.party for total in digest.party_totals(plan)} == {"customers", "vendor"}
    between = Aggregates(plan).cash_between()
    assert between["part"].unique().to_list() == ["Acme to Lumen Cloud: fee"]
    assert between["value"].sum() == pytest.approx(1500 * (744 + 672 + 744))


@pytest.mark.parametrize(
    ("through", "grid", "periods"),
    [("2027-03", "month", ["2027-01", "2027-02", "2027-03"]), ("2028-06", "quarter", 6), ("2030-12", "year", 4)],
)
def test_tables_show_months_quarters_or_years(tmp_path: Path, through: str, grid: str, periods: object) -> None:
    import gigawatt as gw

    path = tmp_path / "programme.yaml"
    path.write_text(plans.TEXT.replace("through: 2027-03,", f"through: {through},", 1), encoding="utf-8")
    sums = Aggregates(Plan(gw.load(path), plans.SOLVED, {}))
    assert sums.grid == grid
    assert sums.periods == periods if isinstance(periods, list) else len(sums.periods) == periods


def test_the_smallest_parts_are_added_up_and_come_last() -> None:
    frame = pl.DataFrame(
        {"month": ["2027-01"] * 12, "part": [f"p{n}" for n in range(12)], "value": [float(n) for n in range(12)]}
    )
    folded = aggregates.folded(frame)
    assert aggregates.ranked(folded) == ["p11", "p10", "p9", "p8", "p7", "p6", "p5", "p4", "4 others"]
    assert values(folded)["2027-01", "4 others"] == pytest.approx(0 + 1 + 2 + 3)
    assert folded["value"].sum() == frame["value"].sum()


def test_a_thing_keeps_its_colour_and_no_two_in_a_picture_share_one() -> None:
    paint = charts.Paint()
    first = dict(zip(["a", "b"], paint.scale(["a", "b"]).to_dict()["range"], strict=True))
    second = paint.scale(["c", "b", "d", "3 others"]).to_dict()
    again = dict(zip(second["domain"], second["range"], strict=True))
    assert again["b"] == first["b"]
    assert again["3 others"] == charts.GREY
    assert len(set(again.values())) == 4


def test_the_colours_stay_apart_for_the_colour_blind() -> None:
    nearest = min(
        _distance(one, other, kind)
        for kind in _SEEN
        for i, one in enumerate(charts.COLOURS)
        for other in charts.COLOURS[:i]
    )
    assert nearest > 18


def test_a_phase_is_built_or_leased_or_left(whole: Plan) -> None:
    rows = {row["phase"]: row for row in pictures.phase_rows(whole)}
    assert rows["a"]["status"] == "built by the plan"
    assert (rows["b"]["ready"], rows["b"]["start"], rows["b"]["end"]) == ("2027-02-01", "2027-02-01", "2027-04-01")
    left = replace(whole, tables={**whole.tables, "build": whole.tables["build"].clear()})
    assert {row["status"] for row in pictures.phase_rows(left)} == {"not taken"}


def test_what_is_short_longest_and_dearest_comes_first(whole: Plan) -> None:
    shortages = digest.shortages(whole)
    assert [short.kind for short in shortages] == ["chip-hours", "supply", "lumen-1/block"]
    first = shortages[0]
    assert (first.highest, first.months, first.first, first.last, first.degenerate) == (
        1.0,
        2,
        "2027-01",
        "2027-03",
        True,
    )
    assert shortages[2].highest == 0.5


# How colours look to those who see all of them, and to those who lack red or green (Machado, Oliveira and Fernandes,
# 2009, full severity), as linear RGB to linear RGB.
_SEEN = {
    "all": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}
_TO_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))


def _times(matrix: tuple[tuple[float, ...], ...], vector: list[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def _lab(colour: str, kind: str) -> tuple[float, float, float]:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    seen = [min(max(c, 0.0), 1.0) for c in _times(_SEEN[kind], linear)]
    x, y, z = (v / white for v, white in zip(_times(_TO_XYZ, seen), (0.9505, 1.0, 1.089), strict=True))
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def _distance(one: str, other: str, kind: str) -> float:
    return sum((a - b) ** 2 for a, b in zip(_lab(one, kind), _lab(other, kind), strict=True)) ** 0.5
