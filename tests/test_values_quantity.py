"""Quantities: exact numbers, one canonical unit, and errors that name the unit given and the unit due."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.values.quantity import factor_between, parse_number, parse_quantity, parse_unit, plain, quantity_in


@pytest.mark.parametrize(
    ("text", "due", "value"),
    [
        ("843 MW", "MW", "843"),
        ("1.18 GW", "MW", "1180"),
        ("700 W", "kW", "0.7"),
        ("2.10 USD/chip-hour", "USD/chip-hour", "2.10"),
        ("2.10 USD/GPU-hour", "USD/chip-hour", "2.10"),
        ("2.10 USD/chip-h", "USD/chip-hour", "2.10"),
        ("8.64e12 token/day", "token/hour", "3.6e11"),
        ("900 token/s", "token/hour", "3240000"),
        ("2 USD/Mtoken", "USD/token", "0.000002"),
        ("1e-18 USD/FLOP", "USD/FLOP", "1e-18"),
        ("500 BUSD", "USD", "5e11"),
        ("3 kUSD", "USD", "3000"),
        ("1.5 MEUR", "EUR", "1.5e6"),
        ("400000 chips/quarter", "chip/month", "133333.3333333333333333333333333333333333"),
        ("12 USD/kW-year", "USD/MW-month", "1000"),
        ("60000 chip-hour/month", "chip-hour/year", "720000"),
        ("5000 chip-hour/day", "chip-hour/hour", "208.3333333333333333333333333333333333333"),
        ("62 USD/MWh", "USD/MWh", "62"),
        ("6.2 USD/kWh", "USD/MWh", "6200"),
        ("3.35 TB/s", "TB/s", "3.35"),
        ("20 %", "1", "0.2"),
        ("2 %/month", "1/month", "0.02"),
        ("12_000 chips", "chip", "12000"),
        ("-2e9 USD", "USD", "-2e9"),
    ],
)
def test_a_quantity_is_converted_to_the_unit_due(text: str, due: str, value: str) -> None:
    assert quantity_in(text, due) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "due", "message"),
    [
        ("843 MW", "USD", "843 MW where USD is due"),
        ("12", "USD/chip-hour", "12 has no unit; USD/chip-hour is due"),
        ("2.10 USD/chip-huor", "USD/chip-hour", "unknown unit 'huor' in 'USD/chip-huor'; did you mean 'hour'?"),
        ("3 gigawatt", "MW", "unknown unit 'gigawatt'"),
        ("3 EUR", "USD", "3 EUR where USD is due; the file has one currency"),
        ("5 MWh", "MW", "5 MWh where MW is due"),
        ("3 chips", "MW", "3 chips where MW is due"),
        ("1,000 MW", "MW", "write thousands as 12_000 and decimals with a dot"),
        ("much", "MW", "'much' is not a quantity; write a number and its unit, as 843 MW"),
        ("", "MW", "a quantity is due, but there is nothing"),
        ("1e70 MW", "MW", "out of any range that makes sense"),
        ("3 USD/MW/month", "USD/MW-month", "more than one '/'"),
        ("3 USD/", "USD", "unit 'USD/' is not complete"),
        ("0x10 MW", "MW", "unknown unit 'x10 MW'"),
    ],
)
def test_a_wrong_unit_is_refused_and_the_one_due_named(text: str, due: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        quantity_in(text, due)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("given_unit", "due"),
    [
        ("USD/month", "USD/day"),
        ("USD/day", "USD/month"),
        ("chip-hour/year", "chip-hour/hour"),
        ("token/month", "token/s"),
    ],
)
def test_no_constant_converts_months_to_hours(given_unit: str, due: str) -> None:
    with pytest.raises(ValueError, match="months differ in length"):
        quantity_in(f"3 {given_unit}", due)


def test_a_year_is_twelve_months_and_a_quarter_three() -> None:
    assert factor_between("USD/month", "USD/year") == 12
    assert factor_between("USD/quarter", "USD/month") == Fraction(1, 3)


def test_gpu_tpu_and_chip_are_one_dimension() -> None:
    assert parse_unit("GPU-hour") == parse_unit("TPU-h") == parse_unit("chips-hour")


@given(st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False, places=6))
def test_a_number_is_exact_to_its_last_digit(number: Decimal) -> None:
    assert parse_number(str(number)) == number
    assert quantity_in(f"{number} MW", "MW") == number
    assert quantity_in(f"{number} GW", "MW") == number * 1000


@given(
    st.decimals(min_value=1, max_value=10**9, allow_nan=False, places=3),
    st.sampled_from([("MW", "kW"), ("token/day", "token/s"), ("USD/MWh", "USD/kWh"), ("chip/quarter", "chip/year")]),
)
def test_there_and_back_gives_the_same_to_thirty_digits(number: Decimal, units: tuple[str, str]) -> None:
    one, other = units
    there = quantity_in(f"{number} {one}", other)
    factor = factor_between(other, one)
    assert factor is not None
    assert abs(Fraction(there) * factor - Fraction(number)) <= Fraction(number) / 10**30


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        parse_quantity(text)
        quantity_in(text, "MW")
    except ValueError as error:
        assert str(error)  # noqa: PT017 - either outcome is right, another exception is not


@pytest.mark.parametrize(
    ("number", "text"),
    [("1180.00", "1180"), ("0.2000", "0.2"), ("3.6e11", "360000000000"), ("3.5e27", "3.5e27"), ("0", "0")],
)
def test_a_number_is_shown_as_people_write_it(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text
