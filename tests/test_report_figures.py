"""How figures are written: short, in the trade's units, and never misleading at a border between two of them."""

from __future__ import annotations

import pytest

from gigawatt.report import figures


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.04, "0.04"),
        (2.35, "2.35"),
        (999.6, "1,000"),
        (345_282, "345,282"),
        (999_400, "999,400"),
        (999_999, "1.00 m"),
        (12_345_678, "12.3 m"),
        (999_999_999, "1.00 bn"),
        (38.2e9, "38.2 bn"),
        (268.4e9, "268 bn"),
        (1.5e12, "1.50 tn"),
        (-4e9, "−4.00 bn"),
        (-0.0, "0"),
        (-1e-9, "0"),
        (1e-9, "0"),
        (-0.04, "−0.04"),
    ],
)
def test_three_digits_and_a_scale_say_a_large_number(value: float, text: str) -> None:
    assert figures.short(value) == text


@pytest.mark.parametrize(
    ("value", "largest", "text"),
    [
        (11_917_613, 0, "11,917,613"),
        (-0.2, 0, "0"),
        (-64_800, 0, "−64,800"),
        (469e9, 0, "469 bn"),
        (60_000, 469e9, "60,000"),
    ],
)
def test_money_is_told_to_the_unit_where_it_is_small(value: float, largest: float, text: str) -> None:
    assert figures.money(value, largest) == text


def test_amounts_of_one_list_are_written_in_one_way() -> None:
    assert [figures.money(amount, 210e6) for amount in (210e6, 3_240_000)] == ["210 m", "3.24 m"]


@pytest.mark.parametrize(
    ("mw", "text"),
    [
        (0, "0 MW"),
        (0.05, "50 kW"),
        (0.9996, "1 MW"),
        (843, "843 MW"),
        (999.6, "1.00 GW"),
        (10_613, "10.6 GW"),
        (83.48, "83.5 MW"),
        (-0.0, "0 MW"),
        (-1e-12, "0 MW"),
    ],
)
def test_power_is_told_in_the_unit_that_fits(mw: float, text: str) -> None:
    assert figures.power(mw) == text


@pytest.mark.parametrize(
    ("value", "measure", "text"),
    [
        (1, "token", "1 token"),
        (345_282, "chip", "345,282 chip-h"),
        (2.46e14, "token", "246 tn tokens"),
        (4.92e27, "flop", "4.92 × 10²⁷ FLOP"),
    ],
)
def test_work_is_told_in_its_measure(value: float, measure: str, text: str) -> None:
    assert figures.work(value, measure) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (4.1, "USD/chip-hour", "4.10 USD/chip-h"),
        (58_387.1, "USD/chip", "58,387 USD/chip"),
        (2_304_000, "USD/MW-month", "2.304 m USD/MW-month"),
        (3e-18, "USD/FLOP", "3e-18 USD/FLOP"),
    ],
)
def test_a_price_carries_its_unit(value: float, unit: str, text: str) -> None:
    assert figures.price(value, unit) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (-0.0, "0 %"),
        (-1e-9, "0 %"),
        (0.0001, "under 0.1 %"),
        (0.004, "0.4 %"),
        (0.0996, "10 %"),
        (0.46, "46 %"),
        (1, "100 %"),
    ],
)
def test_a_share_never_reads_as_nought_unless_it_is(share: float, text: str) -> None:
    assert figures.percent(share) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 chips"),
        (-1e-9, "0 chips"),
        (-0.04, "0 chips"),
        (1, "1 chip"),
        (1.5, "1.5 chips"),
        (96_000, "96,000 chips"),
    ],
)
def test_chips_are_counted_as_people_count_them(value: float, text: str) -> None:
    assert figures.chips(value) == text


@pytest.mark.parametrize(
    ("number", "plural", "text"),
    [(0, "sites", "0 sites"), (1, "sites", "1 site"), (1, "parties", "1 party"), (1200, "columns", "1,200 columns")],
)
def test_one_of_a_thing_is_told_in_the_singular(number: int, plural: str, text: str) -> None:
    assert figures.counted(number, plural) == text


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(0.001, 2, "0.00"), (-0.001, 2, "0.00"), (-0.4, 0, "0"), (-1234.5, 2, "−1,234.50"), (2.345e6, 0, "2,345,000")],
)
def test_a_number_to_so_many_decimals_has_no_sign_where_it_is_nought(value: float, decimals: int, text: str) -> None:
    assert figures.exact(value, decimals) == text


def test_dates_are_told_as_people_say_them() -> None:
    assert figures.month("2027-01") == "Jan 2027"
    assert figures.month("2027 Q1") == "2027 Q1"
    assert figures.long_day("2025-05-15").split("\u00a0") == ["15", "May", "2025"]
    assert figures.day(None) == "–"
