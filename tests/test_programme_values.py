"""What a programme file may write for a value, in which unit it is then held, and what is refused in its place."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from gigawatt.model import fields
from gigawatt.model.work_units import Demand, MoneyPerWork, Rate, UsePerPeriod, WorkPrice, WorkRates
from gigawatt.values.series import Series
from gigawatt.values.span import Duration

CONTEXT = {"currency": "USD", "start": date(2027, 1, 1)}


def read(kind: Any, value: object, **context: object) -> Any:
    return TypeAdapter(kind).validate_python(value, context={**CONTEXT, **context})


def refusals(kind: Any, value: object) -> list[tuple[tuple[int | str, ...], str]]:
    with pytest.raises(ValidationError) as caught:
        read(kind, value)
    return [(error["loc"], error["msg"]) for error in caught.value.errors()]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("Megawatts", "1.18 GW", Decimal(1180)),
        ("Kilowatts", "700 W", Decimal("0.7")),
        ("Count", "256", Decimal(256)),
        ("Count", "12_000 chips", Decimal(12000)),
        ("Count", "4e5", Decimal(400000)),
        ("Share", "20 %", Decimal("0.2")),
        ("Share", "0.2", Decimal("0.2")),
        ("Number", "-99.784", Decimal("-99.784")),
        ("Day", "2025-01", date(2025, 1, 1)),
        ("LastDay", "2025-01", date(2025, 2, 1)),
        ("Duration", "6 weeks", Duration(days=42)),
        ("Gigabytes", "0.186 TB", Decimal(186)),
        ("TerabytesPerSecond", "8 TB/s", Decimal(8)),
        ("FlopPerSecond", "2.5 PFLOP/s", Decimal("2.5e15")),
        ("Flop", "3.5e27 FLOP", Decimal("3.5e27")),
        ("ChipHours", "4e6 GPU-hour", Decimal(4_000_000)),
        ("HoursPerDay", "8 h", Decimal(8)),
        ("MoneyAmount", "500 BUSD", Decimal("5e11")),
        ("MoneyBalance", "-2e9 USD", Decimal("-2e9")),
        ("MoneyPerChipHour", "2.10 USD/chip-hour", Decimal("2.10")),
        ("MoneyPerChip", "36.7 kUSD/chip", Decimal(36700)),
        ("Growth", "2 %/month", Decimal("0.02")),
        ("PerYear", "8 %/year", Decimal("0.08")),
        ("Flag", "true", True),
        ("Flag", "false", False),
        ("Words", "a", ("a",)),
        ("Words", ["a", "b"], ("a", "b")),
    ],
)
def test_a_value_is_held_in_its_canonical_unit(kind: str, text: object, value: object) -> None:
    assert read(getattr(fields, kind), text) == value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("PricePerChipHour", "2.10 USD/GPU-hour", "2.10"),
        ("PricePerMWh", "6.2 USD/kWh", "6200"),
        ("RentPerMwMonth", "150 USD/kW-month", "150000"),
        ("RentPerMwMonth", "12e6 USD/MW-year", "1000000"),
        ("MoneyPerMonth", "1.2 BUSD/year", "100000000"),
        ("ChipHoursPerYear", "1000 chip-hour/month", "12000"),
        ("ChipsPerQuarter", "100000 chips/month", "300000"),
        ("TokensPerHour", "8.64e12 token/day", "3.6e11"),
        ("FlopPerHour", "1e15 FLOP/s", "3.6e18"),
        ("ChipsInUse", "5280 chip-hour/day", "220"),
        ("ChipSeries", "220", "220"),
        ("PowerSeries", "0.5 GW", "500"),
        ("ShareSeries", "15 %", "0.15"),
        ("PricePerChip", "36700 USD/chip", "36700"),
    ],
)
def test_a_series_of_one_value_is_constant_in_its_canonical_unit(kind: str, text: str, value: str) -> None:
    assert read(getattr(fields, kind), text) == Series.constant(Decimal(value))


def test_a_growth_a_year_compounds_to_the_same_by_month() -> None:
    by_month = read(fields.Growth, "24 %/year")
    assert abs((1 + by_month) ** 12 - Decimal("1.24")) < Decimal("1e-20")


PRICE = fields.PricePerChipHour
STEPS = Series(((date(2025, 1, 1), Decimal("2.99")), (date(2026, 3, 1), Decimal("2.35"))))


@pytest.mark.parametrize(
    "value",
    [
        {"2025-01": "2.99 USD/chip-hour", "2026-03": "2.35 USD/chip-hour"},
        {"2026-03": "2.35 USD/chip-hour", "2025-01": "2.99 USD/chip-hour"},
        {"unit": "USD/chip-hour", "2025-01": "2.99", "2026-03": "2.35"},
        {"unit": "USD/chip-hour", "2025-01-01": "2.99", "2026-03": "2.35 USD/GPU-hour"},
    ],
)
def test_a_dated_series_may_say_its_unit_once(value: object) -> None:
    assert read(PRICE, value) == STEPS


def test_a_series_may_be_interpolated() -> None:
    value = {"interpolate": "geometric", "2025-10": "8.64e12 token/day", "2026-03": "2.4e13 token/day"}
    series = read(fields.TokensPerHour, value)
    assert (series.interpolate, series.first_day, series.last) == ("geometric", date(2025, 10, 1), Decimal("1e12"))


def test_growth_is_counted_from_the_horizon_or_from_where_it_says() -> None:
    grown = Series.constant(Decimal(220)).with_growth(Decimal("0.02"), date(2027, 1, 1))
    assert read(fields.ChipSeries, {"value": "220", "growth": "2 %/month"}) == grown
    said = read(fields.ChipSeries, {"value": "220", "growth": "2 %/month", "from": "2026-07"})
    assert said.growth_from == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("MoneyAmount", "843 MW", "843 MW where USD is due"),
        ("MoneyAmount", "3", "3 has no unit; USD is due"),
        ("MoneyAmount", "3 EUR", "3 EUR where USD is due; the file has one currency"),
        ("MoneyAmount", "-3 USD", "-3 USD is negative"),
        ("Megawatts", "-105 MW", "-105 MW is negative"),
        ("Megawatts", ["1 MW"], "a list where MW is due"),
        ("Count", "-1", "-1 is negative"),
        ("Count", "3 MW", "3 MW where a number of chips is due"),
        ("Share", "120 %", "120 % is above 100 %"),
        ("Share", "3 MW", "3 MW where a share, as 20 %, is due"),
        ("HoursPerDay", "0 h", "0 h is not above 0"),
        ("PricePerChipHour", "-1 USD/chip-hour", "-1 USD/chip-hour is negative"),
        ("PricePerChipHour", {}, "a series needs at least one date with its value; USD/chip-hour is due"),
        ("TokensPerHour", "8e12 token/month", "8e12 token/month where token/hour is due; months differ in length, "
         "so that no constant converts one to the other"),
        ("Growth", "2 %", "2 % where a share a month, as 2 %/month, is due"),
        ("Growth", "2", "2 has no unit; a share a month, as 2 %/month, is due"),
        ("Growth", "-100 %/month", "-100 %/month leaves nothing"),
        ("PerYear", "1 %/month", "1 %/month where a share a year, as 8 %/year, is due"),
        ("PerYear", "-1 %/year", "-1 %/year is negative"),
        ("Flag", "yes", "'yes' where true or false is due"),
        ("Day", "soon", "'soon' is not a date; write 2025-09-26, or 2025-09 for a month"),
        ("Day", {}, "a mapping where a date is due"),
        ("Duration", "30", "'30' is not a duration; write for instance 30 d, 6 weeks, 12 months, 5 y or 24 h"),
        ("Id", "a b", "'a b' cannot be a name; use letters, digits, '-', '_' and '.', "
         "and begin with a letter or digit"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_with_what_is_due(kind: str, value: object, message: str) -> None:
    assert refusals(getattr(fields, kind), value) == [((), message)]


@pytest.mark.parametrize(
    ("value", "faults"),
    [
        (
            {"2025-01": "2 MW", "2025-13": "2 USD/chip-hour", "2026-01": "-1 USD/chip-hour"},
            [
                (("2025-01",), "2 MW where USD/chip-hour is due"),
                (("2025-13",), "'2025-13' is not a date: there is no such day"),
                (("2026-01",), "-1 USD/chip-hour is negative"),
            ],
        ),
        (
            {"2025-01": "2 USD/chip-hour", "2025-01-01": "3 USD/chip-hour"},
            [(("2025-01-01",), "a second value for 2025-01-01")],
        ),
        (
            {"unti": "USD/chip-hour", "2025-01": "2"},
            [
                (("unti",), "unknown key 'unti' in a dated series; did you mean 'unit'?"),
                (("2025-01",), "2 has no unit; USD/chip-hour is due"),
            ],
        ),
        ({"unit": "USD/MWh", "2025-01": "2"}, [(("unit",), "USD/MWh where USD/chip-hour is due")]),
        (
            {"interpolate": "cubic", "2025-01": "2 USD/chip-hour"},
            [(("interpolate",), "'cubic' is none of step, linear, geometric")],
        ),
        (
            {"value": "2 USD/chip-hour", "grwth": "2 %/month"},
            [(("grwth",), "unknown key 'grwth' beside `value`; did you mean 'growth'?")],
        ),
        (
            {"interpolate": "geometric", "2025-01": "0 USD/chip-hour"},
            [((), "geometric interpolation needs values above nought")],
        ),
    ],
)
def test_each_slip_in_a_series_is_told_at_its_own_key(value: object, faults: object) -> None:
    assert refusals(PRICE, value) == faults


def test_money_is_read_in_the_programmes_currency() -> None:
    assert read(fields.MoneyAmount, "3 MEUR", currency="EUR") == Decimal(3_000_000)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("900 token/s", Rate("token", Decimal(3_240_000))),
        ("4e14 FLOP/s", Rate("flop", Decimal("1.44e18"))),
        ("1.5", Rate("chip", Decimal("1.5"))),
        ("900 token/s-chip", Rate("token", Decimal(3_240_000))),
    ],
)
def test_a_rate_says_its_measure_by_its_unit(text: str, rate: Rate) -> None:
    assert read(WorkRates, {"h100": text}) == {"h100": rate}


def test_a_rate_of_nought_or_of_another_thing_is_told_at_its_chip() -> None:
    assert refusals(WorkRates, {"h100": "0 token/s", "h200": "3 MW", "b200": "fast"}) == [
        (("h100",), "0 token/s is not above 0"),
        (("h200",), "3 MW where a rate is due: token/s, FLOP/s or a plain number"),
        (("b200",), "'fast' is not a quantity; write a number and its unit, as 843 MW"),
    ]


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("2 USD/Mtoken", MoneyPerWork("token", Series.constant(Decimal("0.000002")))),
        ("12 USD/GPU-hour", MoneyPerWork("chip", Series.constant(Decimal(12)))),
        ("1e-18 USD/FLOP", MoneyPerWork("flop", Series.constant(Decimal("1e-18")))),
    ],
)
def test_money_per_unit_says_its_measure_by_its_unit(text: str, price: MoneyPerWork) -> None:
    assert read(WorkPrice, text) == price


def test_money_per_unit_without_a_unit_is_told_the_choices() -> None:
    due = "money per unit of the demand is due: USD/chip-hour, USD/token, USD/FLOP"
    assert refusals(WorkPrice, "12") == [((), f"12 where {due}")]
    assert refusals(WorkPrice, "12 USD/month") == [((), f"12 USD/month where {due}")]


def test_research_is_wanted_by_the_month_or_by_the_day() -> None:
    assert read(UsePerPeriod, "60000 chip-hour/month") == Demand("month", Series.constant(Decimal(60000)))
    assert read(UsePerPeriod, "4800 chip-hour/day") == Demand("hour", Series.constant(Decimal(200)))
    assert refusals(UsePerPeriod, "60000 chip-hour") == [
        ((), "60000 chip-hour where chip-hour/month or chip-hour/day is due")
    ]
    mixed = {"2027-01": "60000 chip-hour/month", "2027-02": "2000 chip-hour/day"}
    ((place, message),) = refusals(UsePerPeriod, mixed)
    assert place == ("2027-02",)
    assert "months differ in length" in message


def test_a_value_that_is_canonical_already_passes() -> None:
    assert read(fields.Megawatts, Decimal(3)) == Decimal(3)
    assert read(PRICE, STEPS) is STEPS
    assert read(fields.Day, date(2027, 1, 1)) == date(2027, 1, 1)
    assert read(fields.Duration, Duration(days=3)) == Duration(days=3)
    assert read(fields.Flag, True) is True
