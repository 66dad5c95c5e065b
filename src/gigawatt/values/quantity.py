"""Quantities with units, parsed exactly: `843 MW`, `2.10 USD/chip-hour`, `8.64e12 token/day`, `20 %`.

A unit is a product of names joined by `-`, and at most one `/` with another product after it. Quantities of one
dimension are convertible; hours, days, weeks and seconds are times of one kind, months, quarters and years of
another. What is refused, because no constant converts it: a rate per month or year where one per hour or day is
due and the other way round (a month has 672 to 745 hours), one currency for another, and chips for power.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache

from gigawatt.values.ids import did_you_mean
from gigawatt.values.money import CURRENCIES

Dimension = tuple[tuple[str, int], ...]
"""Base names with their powers, sorted: `(("USD", 1), ("chip", -1), ("hour", -1))`."""

_NUMBER = re.compile(r"[+-]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
_QUANTITY = re.compile(rf"({_NUMBER.pattern})\s*([A-Za-z%].*)?")
_LARGEST = 60
"""Numbers of 1e60 and beyond, or below 1e-60, are taken for slips of the keyboard."""


def _units() -> dict[str, tuple[Fraction, Dimension]]:
    """Every unit by its name: what one of it is in base units (MW, hour, month, chip, token, FLOP, byte)."""
    kilo, mega, giga, tera = (Fraction(10) ** n for n in (3, 6, 9, 12))
    # The bare one cannot be written in a file, where a unit begins with a letter; it is due of shares and growths.
    units: dict[str, tuple[Fraction, Dimension]] = {"%": (Fraction(1, 100), ()), "1": (Fraction(1), ())}

    def add(base: str, **names: Fraction | int) -> None:
        units.update({name: (Fraction(factor), ((base, 1),)) for name, factor in names.items()})

    add("MW", W=1 / mega, kW=1 / kilo, MW=1, GW=kilo)
    for name in ("W", "kW", "MW", "GW"):
        units[name + "h"] = (units[name][0], (("MW", 1), ("hour", 1)))
    add("hour", h=1, hour=1, hours=1, d=24, day=24, days=24, week=168, weeks=168)
    add("hour", s=Fraction(1, 3600), second=Fraction(1, 3600), minute=Fraction(1, 60))
    add("month", month=1, months=1, quarter=3, quarters=3, y=12, year=12, years=12)
    add("chip", chip=1, chips=1, GPU=1, GPUs=1, TPU=1, TPUs=1)
    for prefix, factor in (("", Fraction(1)), ("k", kilo), ("M", mega), ("B", giga), ("T", tera)):
        add("token", **{f"{prefix}token": factor, f"{prefix}tokens": factor})
    for n, prefix in enumerate(("", "k", "M", "G", "T", "P", "E", "Z")):
        add("FLOP", **{f"{prefix}FLOP": Fraction(1000) ** n})
        add("byte", **{f"{prefix}B" if prefix else "byte": Fraction(1000) ** n})
    for currency in CURRENCIES:
        for prefix, factor in (("", Fraction(1)), ("k", kilo), ("M", mega), ("B", giga)):
            add(currency, **{f"{prefix}{currency}": factor})
    return units


_UNITS = _units()


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written, with its unit as written; `unit` is empty where none was given."""

    number: Decimal
    unit: str


def parse_number(text: str) -> Decimal:
    """An exact number: `256`, `12_000`, `4e5`, `-0.5`. ValueError otherwise, and for the absurdly large."""
    stripped = text.strip()
    if _NUMBER.fullmatch(stripped) is None:
        hint = "; write thousands as 12_000" if "," in stripped else ""
        raise ValueError(f"{text!r} is not a number{hint}")
    number = Decimal(stripped.replace("_", ""))
    if number and abs(number.adjusted()) >= _LARGEST:
        raise ValueError(f"{text!r} is out of any range that makes sense")
    return number


@lru_cache(maxsize=65536)
def parse_quantity(text: str) -> Quantity:
    """Number and unit apart, neither converted. ValueError where it does not begin with a number."""
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        raise ValueError(_not_a_quantity(text))
    return Quantity(parse_number(match[1]), (match[2] or "").strip())


def _not_a_quantity(text: str) -> str:
    if not text.strip():
        return "a quantity is due, but there is nothing"
    if re.match(r"[+-]?\d[\d_]*,\d", text.strip()):
        return f"{text!r} is not a quantity; write thousands as 12_000 and decimals with a dot"
    return f"{text!r} is not a quantity; write a number and its unit, as 843 MW"


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> tuple[Fraction, Dimension]:
    """What one of the unit is in base units, and its dimension. ValueError names the part that is not known."""
    over, *under = text.split("/")
    if len(under) > 1:
        raise ValueError(f"unit {text!r} has more than one '/'; join what is below with '-', as USD/chip-hour")
    factor = Fraction(1)
    powers: dict[str, int] = {}
    for product, sign in ((over, 1), *((part, -1) for part in under)):
        for name in product.split("-"):
            name = name.strip()
            if name not in _UNITS:
                raise ValueError(_unknown_unit(name, text))
            one, dimension = _UNITS[name]
            factor *= one**sign
            for base, power in dimension:
                powers[base] = powers.get(base, 0) + sign * power
    return factor, tuple(sorted((base, power) for base, power in powers.items() if power))


def _unknown_unit(name: str, text: str) -> str:
    where = f" in {text!r}" if name != text else ""
    if not name:
        return f"unit {text!r} is not complete"
    return f"unknown unit {name!r}{where}{did_you_mean(name, _UNITS)}"


@lru_cache(maxsize=8192)
def factor_between(unit: str, due: str) -> Fraction | None:
    """What one `unit` is in `due` units, or None where they are of different dimensions."""
    factor, dimension = parse_unit(unit)
    due_factor, due_dimension = parse_unit(due)
    return factor / due_factor if dimension == due_dimension else None


def dimension_of(unit: str) -> Dimension:
    """The dimension of a unit; empty for `%`. ValueError for an unknown unit."""
    return parse_unit(unit)[1]


def convert(quantity: Quantity, due: str, text: str | None = None, called: str | None = None) -> Decimal:
    """The quantity in `due` units, exact where the factor is. ValueError where it has no unit or a wrong one.

    `text` is the quantity as written and `called` the due unit as a message should name it.
    """
    written = (text or f"{quantity.number} {quantity.unit}").strip()
    if not quantity.unit:
        raise ValueError(f"{written} has no unit; {called or due} is due")
    factor = factor_between(quantity.unit, due)
    if factor is None:
        raise ValueError(f"{written} where {called or due} is due{_why_not(quantity.unit, due)}")
    return scaled(quantity.number, factor)


def _why_not(unit: str, due: str) -> str:
    """Why two units that look alike are not converted, as the tail of a message."""
    given, wanted = (dict(dimension_of(text)) for text in (unit, due))
    if _timeless(given) == _timeless(wanted):
        return "; months differ in length, so that no constant converts one to the other"
    currencies = (given.keys() ^ wanted.keys()) & CURRENCIES
    if len(currencies) == 2:
        return "; the file has one currency"
    return ""


def _timeless(powers: dict[str, int]) -> dict[str, int]:
    """The powers with hours and months taken for one."""
    alike = {base: power for base, power in powers.items() if base not in ("hour", "month")}
    time = powers.get("hour", 0) + powers.get("month", 0)
    return {**alike, "time": time} if time else alike


def scaled(number: Decimal, factor: Fraction) -> Decimal:
    """`number x factor`, with all digits that count."""
    if factor == 1:
        return number
    with localcontext() as context:
        context.prec = 40
        exact = number * factor.numerator
        return exact if factor.denominator == 1 else +(exact / factor.denominator).normalize() if exact else exact


@lru_cache(maxsize=65536)
def quantity_in(text: str, due: str) -> Decimal:
    """`text` in `due` units: `quantity_in("1.18 GW", "MW")` is 1180. ValueError as in `convert`."""
    return convert(parse_quantity(text), due, text)


def plain(number: Decimal) -> str:
    """A number as people write it: no exponent where it is short, no zeros at the end."""
    if not number:
        return "0"
    short = number.normalize()
    return f"{short:f}" if -7 < short.adjusted() < 15 else f"{short:e}".replace("e+", "e")
