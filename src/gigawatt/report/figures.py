"""How figures are written: money, power, chips, work and dates, short enough for a line of text or a card."""

from __future__ import annotations

from datetime import date

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SHORT_SCALE = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"))
PLAIN_BELOW = 1e8
"""Money below this is told to the unit, as an invoice would; above it, in millions or billions."""
MINUS = "\u2212"
POWERS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def short(value: float, digits: int = 3) -> str:
    """Three significant digits with bn, m or tn: `12.3 bn`, `345 m`; below a million `345,282`; below ten `2.35`."""
    size = abs(value)
    sign = MINUS if value < 0 and significant(size, digits) != "0" else ""
    for place, (step, name) in enumerate(SHORT_SCALE):
        if size >= step * (1 - 0.5 * 10**-digits):
            text = significant(size / step, digits, strip=False)
            above = SHORT_SCALE[place - 1] if place else None
            return f"{sign}{text} {name}" if above is None or size < above[0] else f"{sign}1 {above[1]}"
    if size >= 1000:
        return f"{sign}{size:,.0f}"
    return sign + significant(size, digits)


def significant(value: float, digits: int = 3, strip: bool = True) -> str:
    """A number with so many significant digits and few decimals, those that are nought at its end left out or not."""
    if value == 0:
        return "0"
    exponent = int(f"{value:.{digits - 1}e}".partition("e")[2])  # of the rounded number: 0.9996 reads as 1.00
    decimals = digits - 1 - exponent
    text = f"{value:z,.{min(max(decimals, 0), digits + 1)}f}"
    return text.rstrip("0").rstrip(".") if "." in text and strip else text


def money(value: float, largest: float = 0.0) -> str:
    """Money without its currency: to the unit where small, else short; `11,917,613`, `38.2 bn`.

    `largest` is the largest amount beside which it is told, so that a list is written in one way.
    """
    if max(abs(value), abs(largest)) < PLAIN_BELOW:
        text = f"{abs(value):,.0f}"
        return f"{MINUS}{text}" if value < 0 and text != "0" else text
    return short(value)


def exact(value: float, decimals: int = 2) -> str:
    """A number with so many decimals, whatever its size: `−1,234.50`; what rounds to nought has no sign."""
    return f"{value:z,.{decimals}f}".replace("-", MINUS)


def price(value: float, unit: str) -> str:
    """A price in its unit: `4.10 USD/chip-h`, `58,387 USD/chip`."""
    return f"{rate(value)} {unit_name(unit)}".rstrip()


def rate(value: float) -> str:
    """The number of a price: with cents where it is below a hundred, else four digits."""
    if 0.1 <= abs(value) < 100:
        return f"{value:,.2f}"
    return short(value, 4) if abs(value) >= 1e-4 or not value else f"{value:.3g}"


def unit_name(unit: str) -> str:
    """A unit as it is told: `USD/chip-h`."""
    return unit.replace("chip-hour", "chip-h")


def power(mw: float) -> str:
    """IT power: `843 MW`, `1.2 GW`, `450 kW`."""
    if abs(mw) >= 999.5:
        return f"{significant(mw / 1000, strip=False)} GW"
    if 1e-6 <= abs(mw) < 0.9995:
        return f"{significant(mw * 1000)} kW"
    return f"{significant(mw)} MW"


def count(value: float) -> str:
    """Chips and other counts: `96,000`, `1.64 m`; below a hundred with one decimal where it is not whole."""
    if abs(value) >= 1e6:
        return short(value)
    return f"{value:z,.0f}" if abs(value) >= 100 or abs(value - round(value)) < 0.05 else f"{value:z,.1f}"


def chips(value: float) -> str:
    """`96,000 chips`, `1 chip`."""
    text = count(value)
    return f"{text} chip{'s' * (text != '1')}"


def counted(number: int, plural: str) -> str:
    """A number of things: `3 pools`, `1 pool`, `1 party`."""
    return f"{number:,} {singular(plural) if number == 1 else plural}"


def singular(plural: str) -> str:
    """One of them: `pool` of `pools`, `party` of `parties`."""
    return f"{plural[:-3]}y" if plural.endswith("ies") else plural.removesuffix("s")


def work(value: float, measure: str) -> str:
    """Work in its measure: `345,282 chip-h`, `12.3 tn tokens`, `3.50 × 10²⁷ FLOP`."""
    if measure == "flop":
        return f"{scientific(value)} FLOP"
    text = short(value)
    return f"{text} token{'s' * (text != '1')}" if measure == "token" else f"{text} chip-h"


def scientific(value: float) -> str:
    """`3.5 × 10²⁷`; plainly where it is below a million."""
    if abs(value) < 1e6:
        return short(value)
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')} × 10{str(int(exponent)).translate(POWERS)}"


def percent(share: float) -> str:
    """A share as `0.4 %`, `12 %`; `under 0.1 %` where it would read as nought and is not."""
    if 0 < share < 0.0005:
        return "under 0.1 %"
    decimals = 1 if abs(share) >= 0.0005 and share < 0.0995 else 0
    return f"{100 * share:z.{decimals}f} %"


def month(name: str) -> str:
    """`Jan 2027` for `2027-01`; anything else as it is."""
    year, _, number = name.partition("-")
    return f"{MONTHS[int(number) - 1]} {year}" if number.isdigit() and 1 <= int(number) <= 12 else name


def long_day(text: str) -> str:
    """`15 May 2025` for `2025-05-15`, in which no line is broken."""
    year, number, rest = text.split("-")
    return f"{int(rest)}\u00a0{MONTHS[int(number) - 1]}\u00a0{year}"


def day(value: date | str | None) -> str:
    """A date as `2026-12-15`, a dash where there is none."""
    return str(value) if value else "–"
