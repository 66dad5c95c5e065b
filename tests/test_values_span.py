"""Days, spans and durations: half-open, counted by days, months cut where contracts cut them."""

import itertools
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.values.span import (
    Duration,
    Span,
    add_months,
    contract_years,
    looks_like_day,
    months_between,
    parse_day,
    parse_duration,
    parse_last,
)

days = st.dates(date(1990, 1, 1), date(2090, 1, 1))
spans = st.tuples(days, st.integers(0, 4000)).map(lambda pair: Span(pair[0], pair[0] + timedelta(days=pair[1])))


def test_a_span_holds_its_first_day_and_not_its_last() -> None:
    span = Span(date(2025, 1, 1), date(2025, 2, 1))
    assert span.days == 31
    assert span.contains(date(2025, 1, 1))
    assert not span.contains(date(2025, 2, 1))


def test_a_span_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot end on 2025-01-01, before it begins on 2025-01-02"):
        Span(date(2025, 1, 2), date(2025, 1, 1))


@given(spans, spans)
def test_an_overlap_counts_the_days_that_both_hold(one: Span, other: Span) -> None:
    both = sum(other.contains(one.start + timedelta(days=n)) for n in range(one.days))
    assert one.overlap(other) == other.overlap(one) == both
    assert one.within(other).days == both


@given(spans, spans)
def test_a_share_is_the_overlap_over_the_other_spans_days(one: Span, other: Span) -> None:
    share = one.share_of(other)
    assert 0 <= share <= 1
    assert share * other.days == one.overlap(other)


def test_a_phase_ready_in_mid_month_covers_the_rest_of_it() -> None:
    september = Span(date(2025, 9, 1), date(2025, 10, 1))
    assert Span(date(2025, 9, 26), date(2040, 1, 1)).share_of(september) == Fraction(5, 30)


@given(spans)
def test_months_part_a_span_without_gap_or_overlap(span: Span) -> None:
    months = months_between(span.start, span.until)
    assert sum(month.days for month in months) == span.days
    for earlier, later in itertools.pairwise(months):
        assert earlier.until == later.start
        assert later.start.day == 1
    assert all(month.start.month == (month.until - timedelta(days=1)).month for month in months)


@given(spans)
def test_contract_years_part_a_span_at_its_anniversaries(span: Span) -> None:
    years = contract_years(span)
    assert sum(year.days for year in years) == span.days
    assert [year.start for year in years] == [add_months(span.start, 12 * n) for n in range(len(years))]


def test_the_last_contract_year_may_be_short() -> None:
    years = contract_years(Span(date(2026, 7, 1), date(2028, 1, 1)))
    assert years == [Span(date(2026, 7, 1), date(2027, 7, 1)), Span(date(2027, 7, 1), date(2028, 1, 1))]


def test_a_contract_from_a_leap_day_has_its_anniversary_on_the_28th() -> None:
    years = contract_years(Span(date(2024, 2, 29), date(2028, 3, 1)))
    assert [year.start for year in years] == [
        date(2024, 2, 29), date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("2025-01", date(2025, 1, 1), date(2025, 2, 1)),
        ("2024-12", date(2024, 12, 1), date(2025, 1, 1)),
        ("2025-09-26", date(2025, 9, 26), date(2025, 9, 27)),
        ("2024-02-29", date(2024, 2, 29), date(2024, 3, 1)),
    ],
)
def test_a_month_means_its_first_day_and_in_through_its_last(text: str, first: date, after: date) -> None:
    assert parse_day(text) == first
    assert parse_last(text) == after


@pytest.mark.parametrize("text", ["2025", "2025-13", "2025-02-30", "26.9.2025", "", "2025-1", "soon", "2025-01-01T00"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        parse_day(text)


@given(days)
def test_a_day_reads_back_as_written(day: date) -> None:
    assert parse_day(day.isoformat()) == day
    assert looks_like_day(day.isoformat())
    assert parse_last(day.isoformat()) == day + timedelta(days=1)


def test_through_the_end_of_time_is_refused_and_not_an_overflow() -> None:
    with pytest.raises(ValueError, match="too late a date"):
        parse_last("9999-12-31")


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("30 d", Duration(days=30)),
        ("12 months", Duration(months=12)),
        ("5 y", Duration(months=60)),
        ("6 weeks", Duration(days=42)),
        ("24 h", Duration(hours=24)),
        ("1 quarter", Duration(months=3)),
        ("90d", Duration(days=90)),
    ],
)
def test_a_duration_is_read_as_contracts_say_it(text: str, duration: Duration) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize("text", ["30", "d", "1.5 y", "3 moons", "-3 d", ""])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)


def test_a_duration_beyond_a_thousand_years_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than a thousand years"):
        parse_duration("99999 y")


def test_a_month_after_the_31st_is_the_last_of_a_shorter_one() -> None:
    assert Duration(months=1).after(date(2025, 1, 31)) == date(2025, 2, 28)
    assert Duration(months=1).before(date(2025, 3, 31)) == date(2025, 2, 28)


def test_hours_that_do_not_fill_a_day_count_as_one() -> None:
    assert Duration(hours=24).after(date(2025, 1, 1)) == date(2025, 1, 2)
    assert Duration(hours=25).after(date(2025, 1, 1)) == date(2025, 1, 3)
    assert Duration(hours=1).before(date(2025, 1, 2)) == date(2025, 1, 1)


def test_a_life_in_days_is_told_in_whole_months() -> None:
    assert parse_duration("5 y").in_months == 60
    assert parse_duration("365 d").in_months == 12
    assert parse_duration("10 d").in_months == 0
