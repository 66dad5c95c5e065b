"""Money: whole minor units, one currency at a time, and splits that add up to the cent."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.values.money import Money, allocate, minor_digits

amounts = st.integers(-(10**18), 10**18)


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(0, "USD"), "0.00 USD"),
        (Money(1050, "USD"), "10.50 USD"),
        (Money(-5, "USD"), "-0.05 USD"),
        (Money(-119176130007, "USD"), "-1,191,761,300.07 USD"),
        (Money(1234567, "JPY"), "1,234,567 JPY"),
        (Money(1234567, "KWD"), "1,234.567 KWD"),
    ],
)
def test_money_is_shown_with_its_minor_units_and_thousands(money: Money, text: str) -> None:
    assert str(money) == text


@pytest.mark.parametrize(
    ("amount", "minor"), [("0.005", 0), ("0.015", 2), ("0.025", 2), ("-0.025", -2), ("2.345", 234), ("1e15", 10**17)]
)
def test_half_a_cent_goes_to_the_even_one(amount: str, minor: int) -> None:
    assert Money.from_decimal(Decimal(amount), "USD") == Money(minor, "USD")


@given(amounts, st.sampled_from(["USD", "JPY", "KWD"]))
def test_money_survives_the_way_to_a_decimal_and_back(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.from_decimal(money.to_decimal(), currency) == money


@given(amounts, amounts)
def test_sums_and_order_are_those_of_whole_numbers(one: int, other: int) -> None:
    a, b = Money(one, "USD"), Money(other, "USD")
    assert (a + b - b) == a
    assert -(-a) == a  # noqa: B002 - back and forth
    assert abs(a).minor == abs(one)
    assert (a < b, a <= b, a > b, a >= b) == (one < other, one <= other, one > other, one >= other)
    assert bool(a) == bool(one)


@pytest.mark.parametrize("mix", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a >= b])
def test_two_currencies_do_not_mix(mix: object) -> None:
    with pytest.raises(ValueError, match="USD and EUR do not mix"):
        mix(Money(1, "USD"), Money(1, "EUR"))  # type: ignore[operator]


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(ValueError, match="'XYZ' is not a currency"):
        Money(1, "XYZ")
    assert (minor_digits("USD"), minor_digits("JPY"), minor_digits("KWD")) == (2, 0, 3)


weights = st.lists(st.one_of(st.integers(0, 10**6), st.decimals(0, 10**6, places=3)), min_size=1, max_size=12)


@given(amounts, weights)
def test_the_parts_of_a_split_add_up_and_lie_within_one_unit_of_their_due(total: int, parts: list[Decimal]) -> None:
    whole = sum(Fraction(part) for part in parts)
    if not whole:
        assert allocate(0, parts) == [0] * len(parts)
        return
    split = allocate(total, parts)
    assert sum(split) == total
    for part, weight in zip(split, parts, strict=True):
        assert abs(part - total * Fraction(weight) / whole) < 1


def test_what_is_left_goes_to_the_largest_remainders_and_ties_to_the_first() -> None:
    assert allocate(100, [1, 1, 1]) == [34, 33, 33]
    assert allocate(-100, [1, 1, 1]) == [-34, -33, -33]
    assert allocate(10, [Decimal("0.5"), 0, Decimal("1.5")]) == [3, 0, 7]


def test_a_split_without_weights_is_refused() -> None:
    with pytest.raises(ValueError, match="all nought"):
        allocate(1, [0, 0])
    with pytest.raises(ValueError, match="all nought"):
        allocate(0, [])
    with pytest.raises(ValueError, match="negative"):
        allocate(1, [2, -1])
