"""From the text of a file to canonical values: what stands behind every type in `fields`.

Scalars arrive as text, dated series as mappings of text. A value that is already canonical (a Decimal, a date, a
Series) passes, so that things can be made in Python as well. Faults are pydantic errors whose message is ours, and
one that concerns a single key of a mapping has that key in its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

from pydantic import ValidationInfo
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from gigawatt.values.ids import did_you_mean
from gigawatt.values.quantity import convert, factor_between, parse_quantity, plain, quantity_in
from gigawatt.values.series import Interpolation, Series
from gigawatt.values.span import Duration, looks_like_day, parse_day, parse_duration, parse_last

MONEY = "¤"
"""Stands in a due unit for the programme's currency."""


def refuse(message: str, key: str | None = None) -> NoReturn:
    """Raise a fault about the value being read, or about its key `key`."""
    if key is None:
        raise _fault(message)
    refuse_keys([(key, message)])


def refuse_keys(faults: Sequence[tuple[str, str]]) -> NoReturn:
    """Raise several faults at once, each a key of the value being read and a message."""
    details = [InitErrorDetails(type=_fault(message), loc=(key,), input=None) for key, message in faults]
    raise ValidationError.from_exception_data("value", details)


def _fault(message: str) -> PydanticCustomError:
    return PydanticCustomError("gigawatt", "{message}", {"message": message})


def in_context(info: ValidationInfo, name: str) -> Any:
    """What the reader handed down: `currency` and `start`, the first day of the horizon. None where it did not."""
    return (info.context or {}).get(name)


@dataclass(frozen=True, slots=True)
class Measure:
    """One kind of quantity: the unit it is held in, and what is allowed.

    `due` is the canonical unit, with `¤` for the programme's currency. `bare` allows a number without a unit.
    `called` is how a message names what is due. `least`, `above` and `most` bound it.
    """

    due: str
    bare: bool = False
    called: str | None = None
    least: Decimal | None = Decimal(0)
    above: Decimal | None = None
    most: Decimal | None = None

    def due_in(self, info: ValidationInfo) -> str:
        """The canonical unit, in the programme's currency."""
        return self.due.replace(MONEY, in_context(info, "currency") or "USD") if MONEY in self.due else self.due

    def scalar(self, value: Any, info: ValidationInfo) -> Decimal:
        """One value in the canonical unit, within bounds."""
        if isinstance(value, str):
            return self._within(self._read(value, self.due_in(info)), value)
        if isinstance(value, Decimal | int) and not isinstance(value, bool):
            return self._within(Decimal(value), str(value))
        refuse(f"{_kind_of(value)} where {self._due_text(info)} is due")

    def series(self, value: Any, info: ValidationInfo) -> Series:
        """A series in the canonical unit, from a scalar or from any form of mapping."""
        if isinstance(value, Series):
            return value
        if not isinstance(value, Mapping):
            return Series.constant(self.scalar(value, info))
        if UNREADABLE in value:
            return Series.constant(Decimal(1))
        if "value" in value:
            return self._growing(value, info)
        return self._dated(value, info)

    def _read(self, text: str, due: str) -> Decimal:
        try:
            if self.bare or self.called is not None:
                quantity = parse_quantity(text)
                if self.bare and not quantity.unit:
                    return quantity.number
                return convert(quantity, due, text, self.called)
            return quantity_in(text, due)
        except ValueError as error:
            refuse(str(error))

    def _within(self, number: Decimal, text: str) -> Decimal:
        """The number, refused where it lies outside the bounds."""
        if self.least is not None and number < self.least:
            refuse(f"{text} is below {plain(self.least)}" if self.least else f"{text} is negative")
        if self.above is not None and number <= self.above:
            refuse(f"{text} is not above {plain(self.above)}")
        if self.most is not None and number > self.most:
            limit = f"{plain(self.most * 100)} %" if self.due == "1" else plain(self.most)
            refuse(f"{text} is above {limit}")
        return number

    def _growing(self, value: Mapping[str, Any], info: ValidationInfo) -> Series:
        """`{value: 220, growth: 2 %/month, from: 2027-01}`."""
        for key in value:
            if key not in ("value", "growth", "from"):
                refuse(f"unknown key {key!r} beside `value`{did_you_mean(key, GROWING)}", key)
        base = self.series(value["value"], info)
        if "growth" not in value:
            return base
        since = value.get("from")
        start = read_day(since) if since is not None else in_context(info, "start")
        return base.with_growth(read_growth(value["growth"]), start)

    def _dated(self, value: Mapping[str, Any], info: ValidationInfo) -> Series:
        """`{2025-01: 2.99 USD/chip-hour, ...}`, with `unit` and `interpolate` where given."""
        due = self.due_in(info)
        unit = value.get("unit")
        interpolate = value.get("interpolate", "step")
        if interpolate not in ("step", "linear", "geometric"):
            refuse(f"{interpolate!r} is none of step, linear, geometric", "interpolate")
        if isinstance(unit, str):
            self._check_unit(unit, due)
        points: dict[date, Decimal] = {}
        faults: list[tuple[str, str]] = []
        for key, text in value.items():
            if key in ("unit", "interpolate"):
                continue
            try:
                day = _day_of(key)
                if day in points:
                    refuse(f"a second value for {day}")
                points[day] = self._point(text, unit, due, info)
            except PydanticCustomError as error:
                faults.append((key, error.message()))
        if faults:
            refuse_keys(faults)
        if not points:
            refuse(f"a series needs at least one date with its value; {self._due_text(info)} is due")
        return _make(tuple(sorted(points.items())), interpolate)

    def _check_unit(self, unit: str, due: str) -> None:
        """The unit of all values of a series, told wrong once."""
        try:
            fits = factor_between(unit, due) is not None
        except ValueError as error:
            refuse(str(error), "unit")
        if not fits:
            refuse(f"{unit} where {self.called or due} is due", "unit")

    def _point(self, text: Any, unit: str | None, due: str, info: ValidationInfo) -> Decimal:
        if unit is not None and isinstance(text, str):
            try:
                bare = not parse_quantity(text).unit
            except ValueError as error:
                refuse(str(error))
            if bare:
                return self._within(self._read(f"{text} {unit}", due), text)
        return self.scalar(text, info)

    def _due_text(self, info: ValidationInfo) -> str:
        return self.called or self.due_in(info)


GROWING = ("value", "growth", "from", "source", "assumed", "note")
"""The keys of a growing value."""
DATED = ("unit", "interpolate", "source", "assumed", "note")
"""The keys of a dated series that are no dates."""
UNREADABLE = "(unreadable)"
"""The key of a column that could not be read; a fault has said so, and nothing more is to be said of it."""


def _day_of(key: str) -> date:
    if not looks_like_day(key):
        refuse(f"unknown key {key!r} in a dated series{did_you_mean(key, DATED)}")
    try:
        return parse_day(key)
    except ValueError as error:
        refuse(str(error))


def _make(points: tuple[tuple[date, Decimal], ...], interpolate: Interpolation) -> Series:
    try:
        return Series(points, interpolate)
    except ValueError as error:
        refuse(str(error))


def _kind_of(value: Any) -> str:
    """What a value is, in a reader's words."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return f"{value!r}"


def text_of(value: Any, due: str) -> str:
    """The value, where it is text; a fault that says what is due where not."""
    if not isinstance(value, str):
        refuse(f"{_kind_of(value)} where {due} is due")
    return value


def read_growth(value: Any) -> Decimal:
    """Compound growth a month, from `2 %/month`, or from a rate a year that compounds to the same."""
    if isinstance(value, Decimal):
        return value
    text = text_of(value, "a growth, as 2 %/month,")
    try:
        quantity = parse_quantity(text)
        if quantity.unit.endswith(("/year", "/y")):
            by_year = convert(quantity, "1/year", text, "a share a month, as 2 %/month,")
            if by_year <= -1:
                refuse(f"{text} leaves nothing")
            return (1 + by_year) ** (Decimal(1) / 12) - 1
        by_month = convert(quantity, "1/month", text, "a share a month, as 2 %/month,")
    except ValueError as error:
        refuse(str(error))
    if by_month <= -1:
        refuse(f"{text} leaves nothing")
    return by_month


def read_per_year(value: Any) -> Decimal:
    """A share a year, from `8 %/year`: never converted from a month, because interest compounds."""
    if isinstance(value, Decimal):
        return value
    text = text_of(value, "a share a year, as 8 %/year,")
    try:
        quantity = parse_quantity(text)
        if quantity.unit.replace(" ", "") not in ("%/year", "%/y", "/year", "/y"):
            refuse(f"{text} where a share a year, as 8 %/year, is due")
        share = convert(quantity, "1/year", text)
    except ValueError as error:
        refuse(str(error))
    if share < 0:
        refuse(f"{text} is negative")
    return share


def read_day(value: Any) -> date:
    """The day, or the first of the month, that is named."""
    if isinstance(value, date):
        return value
    try:
        return parse_day(text_of(value, "a date"))
    except ValueError as error:
        refuse(str(error))


def read_last(value: Any) -> date:
    """The day after the last one meant: exclusive."""
    if isinstance(value, date):
        return value
    try:
        return parse_last(text_of(value, "a date"))
    except ValueError as error:
        refuse(str(error))


def read_duration(value: Any) -> Duration:
    """A length of time."""
    if isinstance(value, Duration):
        return value
    try:
        return parse_duration(text_of(value, "a duration, as 30 d,"))
    except ValueError as error:
        refuse(str(error))


def read_flag(value: Any) -> bool:
    """True or false, as text or not."""
    if isinstance(value, bool):
        return value
    text = text_of(value, "true or false")
    if text not in ("true", "false"):
        refuse(f"{text!r} where true or false is due")
    return text == "true"


def read_words(value: Any) -> tuple[str, ...]:
    """One text or a list of them, always as a tuple."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list | tuple):
        return tuple(text_of(item, "text") for item in value)
    refuse(f"{_kind_of(value)} where text or a list of texts is due")
