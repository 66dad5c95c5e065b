"""Dated series: steps exact to the day, interpolation at mid-month, growth by the month."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.values.series import Series
from gigawatt.values.span import Span, months_between

YEAR = months_between(date(2027, 1, 1), date(2028, 1, 1))
steps = st.dictionaries(
    st.dates(date(2026, 1, 1), date(2028, 6, 1)), st.decimals(0, 1000, places=2), min_size=1, max_size=8
).map(lambda points: Series(tuple(sorted(points.items()))))


def test_a_constant_has_one_value_on_every_day() -> None:
    series = Series.constant(Decimal("2.10"))
    assert series.is_constant
    assert series.first_day == date.min
    assert series.at(date.min) == series.at(date(2027, 5, 5)) == Decimal("2.10")
    assert series.monthly(YEAR) == [Decimal("2.10")] * 12


def test_a_step_holds_until_the_next_and_there_is_none_before_the_first() -> None:
    series = Series(((date(2027, 2, 1), Decimal(3)), (date(2027, 4, 1), Decimal(5))))
    assert series.at(date(2027, 1, 31)) is None
    assert series.at(date(2027, 2, 1)) == series.at(date(2027, 3, 31)) == 3
    assert series.at(date(2027, 4, 1)) == series.at(date(2099, 1, 1)) == 5
    assert series.monthly(YEAR[:5], before=Decimal(1)) == [1, 3, 3, 5, 5]
    assert not series.is_constant


def test_a_step_in_mid_month_counts_by_days() -> None:
    series = Series(((date(2020, 1, 1), Decimal(30)), (date(2027, 4, 11), Decimal(60))))
    assert series.monthly(YEAR)[3] == Decimal(50)


@given(steps, st.decimals(0, 10, places=1))
def test_the_mean_of_a_month_is_the_mean_of_its_days(series: Series, before: Decimal) -> None:
    for month, value in zip(YEAR, series.monthly(YEAR, before), strict=True):
        days = [series.at(month.start + timedelta(days=n)) for n in range(month.days)]
        mean = sum(Fraction(before if day is None else day) for day in days) / month.days
        assert abs(Fraction(value) - mean) < Fraction(1, 10**20)


def test_linear_and_geometric_are_taken_at_mid_month() -> None:
    ends = ((date(2027, 1, 1), Decimal(100)), (date(2027, 3, 2), Decimal(400)))  # 60 days
    january = [Span(date(2027, 1, 1), date(2027, 1, 31))]  # its middle is a quarter of the way
    assert Series(ends, "linear").monthly(january) == [Decimal(175)]
    quarter_way = Decimal(100) * Decimal(4) ** Decimal("0.25")
    assert abs(Series(ends, "geometric").monthly(january)[0] - quarter_way) < Decimal("1e-20")


@given(st.sampled_from(["linear", "geometric"]), st.decimals(1, 1000, places=2), st.decimals(1, 1000, places=2))
def test_interpolation_meets_its_points_and_is_flat_after_the_last(way: str, first: Decimal, last: Decimal) -> None:
    series = Series(((date(2027, 1, 1), first), (date(2027, 7, 1), last)), way)  # type: ignore[arg-type]
    assert series.at(date(2027, 1, 1)) == first
    assert series.at(date(2027, 7, 1)) == series.at(date(2030, 1, 1)) == last
    assert series.at(date(2026, 12, 31)) is None
    middle = series.at(date(2027, 4, 1))
    assert middle is not None
    slack = Decimal("1e-20")
    assert min(first, last) - slack <= middle <= max(first, last) + slack


def test_growth_compounds_from_the_first_month_asked_for() -> None:
    grown = Series.constant(Decimal(220)).with_growth(Decimal("0.02"), None)
    assert grown.monthly(YEAR)[:3] == [Decimal(220), Decimal("224.40"), Decimal("228.8880")]
    assert not grown.is_constant


def test_growth_starts_where_it_is_said_to_and_not_before() -> None:
    grown = Series.constant(Decimal(100)).with_growth(Decimal("0.1"), date(2027, 3, 1))
    assert grown.monthly(YEAR)[:5] == [100, 100, 100, Decimal("110.0"), Decimal("121.00")]
    assert grown.at(date(2027, 4, 30)) == Decimal("110.0")


def test_map_keeps_dates_and_growth() -> None:
    series = Series(((date(2027, 1, 1), Decimal(3)),), growth_per_month=Decimal("0.1"), growth_from=date(2027, 1, 1))
    doubled = series.map(lambda value: value * 2)
    assert doubled.last == 6
    assert (doubled.growth_per_month, doubled.growth_from, doubled.first_day) == (
        series.growth_per_month, series.growth_from, series.first_day
    )  # fmt: skip


@pytest.mark.parametrize(
    ("points", "way", "growth", "message"),
    [
        ((), "step", 0, "at least one value"),
        (((date(2027, 2, 1), Decimal(1)), (date(2027, 1, 1), Decimal(1))), "step", 0, "in order"),
        (((date(2027, 1, 1), Decimal(1)), (date(2027, 1, 1), Decimal(2))), "step", 0, "in order"),
        (((date(2027, 1, 1), Decimal(0)),), "geometric", 0, "above nought"),
        (((date(2027, 1, 1), Decimal(1)),), "step", -1, "leaves nothing"),
    ],
)
def test_a_series_that_makes_no_sense_is_refused(points: object, way: str, growth: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Series(points, way, Decimal(growth))  # type: ignore[arg-type]
