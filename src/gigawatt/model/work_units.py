"""Quantities whose unit says in what work is counted: rates of chips, money per unit of work, demand by the period."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError

from gigawatt.model.fields import Reads, dated_forms, quantity_forms
from gigawatt.model.parsing import MONEY, Measure, in_context, refuse, refuse_keys, text_of
from gigawatt.values.quantity import factor_between, parse_quantity
from gigawatt.values.series import Series
from gigawatt.values.span import looks_like_day

WorkUnit = Literal["chip", "token", "flop"]
"""In what work is counted: chip-hours, tokens or FLOP."""

Period = Literal["hour", "month"]

Key = TypeVar("Key")

UNIT_NAMES: dict[WorkUnit, str] = {"chip": "chip-hour", "token": "token", "flop": "FLOP"}
"""One unit of work, as a file writes it."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Work of one chip in one hour: tokens, FLOP, or (`chip`) a number relative to the chip of reference."""

    measure: WorkUnit
    per_chip_hour: Decimal


@dataclass(frozen=True, slots=True)
class MoneyPerWork:
    """Money for a unit of work, that of `measure`."""

    measure: WorkUnit
    per_unit: Series


@dataclass(frozen=True, slots=True)
class Demand:
    """Work wanted each hour or each calendar month."""

    per: Period
    amount: Series


_RATES: dict[WorkUnit, Measure] = {
    "token": Measure("token/hour", above=Decimal(0)),
    "flop": Measure("FLOP/hour", above=Decimal(0)),
    "chip": Measure("1", bare=True, called="a plain number", above=Decimal(0)),
}
_TIMED_RATES: dict[WorkUnit, str] = {"token": "token/hour", "flop": "FLOP/hour"}
_PRICES: dict[WorkUnit, Measure] = {measure: Measure(f"{MONEY}/{name}") for measure, name in UNIT_NAMES.items()}


def _read_rate(value: Any, info: ValidationInfo) -> Rate:
    """`900 token/s`, `4e14 FLOP/s`, or a bare number; a rate may be stated per chip as well."""
    if isinstance(value, Rate):
        return value
    text = text_of(value, "a rate, as 900 token/s,")
    try:
        unit = parse_quantity(text).unit.removesuffix("-chip")
        measure = _matching(unit, _TIMED_RATES) if unit else "chip"
    except ValueError as error:
        refuse(str(error))
    if measure is None:
        refuse(f"{text} where a rate is due: token/s, FLOP/s or a plain number")
    return Rate(measure, _RATES[measure].scalar(text.removesuffix("-chip"), info))


def _read_rates(value: Any, info: ValidationInfo) -> dict[str, Rate]:
    if not isinstance(value, Mapping):
        refuse("rates are due by chip, as {h100: 900 token/s}")
    rates: dict[str, Rate] = {}
    faults = []
    for chip, text in value.items():
        try:
            rates[chip] = _read_rate(text, info)
        except PydanticCustomError as error:
            faults.append((chip, error.message()))
    if faults:
        refuse_keys(faults)
    return rates


def _read_price(value: Any, info: ValidationInfo) -> MoneyPerWork:
    """Money per chip-hour, token or FLOP, whichever the unit says."""
    if isinstance(value, MoneyPerWork):
        return value
    currency = in_context(info, "currency") or "USD"
    due = {measure: f"{currency}/{name}" for measure, name in UNIT_NAMES.items()}
    unit = _unit_in(value)
    try:
        measure = _matching(unit, due) if unit else None
    except ValueError as error:
        refuse(str(error))
    if measure is None:
        written = f"{value} " if isinstance(value, str) else ""
        refuse(f"{written}where money per unit of the demand is due: {', '.join(due.values())}")
    return MoneyPerWork(measure, _PRICES[measure].series(value, info))


def _reader_of_demand(unit: str, by_hour: str) -> Any:
    """Reads demand in `unit` by the hour or by the month."""
    measures: dict[Period, Measure] = {"hour": Measure(by_hour), "month": Measure(f"{unit}/month")}

    def read(value: Any, info: ValidationInfo) -> Demand:
        if isinstance(value, Demand):
            return value
        written = _unit_in(value)
        try:
            per = _matching(written, {period: measure.due for period, measure in measures.items()}) if written else None
        except ValueError as error:
            refuse(str(error))
        if per is None:
            text = f"{value} " if isinstance(value, str) else ""
            refuse(f"{text}where {unit}/month or {unit}/day is due")
        return Demand(per, measures[per].series(value, info))

    return read


def _unit_in(value: Any) -> str:
    """The first unit written in a scalar or in the values of a series; empty where there is none."""
    if isinstance(value, str):
        try:
            return parse_quantity(value).unit
        except ValueError:
            return ""
    if isinstance(value, Mapping):
        if isinstance(value.get("unit"), str):
            return str(value["unit"])
        for key, part in value.items():
            if (key == "value" or looks_like_day(key)) and (unit := _unit_in(part)):
                return unit
    return ""


def _matching(unit: str, due: Mapping[Key, str]) -> Key | None:
    """The first key whose unit `unit` can be converted to. ValueError where the unit is not known."""
    return next((key for key, wanted in due.items() if factor_between(unit, wanted) is not None), None)


WorkRates = Annotated[
    dict[str, Rate],
    Reads(
        "WorkRates",
        "work per chip and second by chip, as {h100: 900 token/s}; a plain number where demand is in chips",
        _read_rates,
        ({"type": "object", "additionalProperties": {"type": ["string", "number", "object"]}},),
    ),
]
WorkPrice = Annotated[
    MoneyPerWork,
    Reads(
        "WorkPrice",
        "money per unit of the demand, as 2 USD/Mtoken or 12 USD/chip-hour",
        _read_price,
        dated_forms(*quantity_forms("2 USD/Mtoken")),
    ),
]
UsePerPeriod = Annotated[
    Demand,
    Reads(
        "UsePerPeriod",
        "chip-hours by the month or day, as 60000 chip-hour/month",
        _reader_of_demand("chip-hour", "chip-hour/hour"),
        dated_forms(*quantity_forms("60000 chip-hour/month")),
    ),
]
FlopPerPeriod = Annotated[
    Demand,
    Reads(
        "FlopPerPeriod",
        "FLOP by the month or day, as 1e24 FLOP/month",
        _reader_of_demand("FLOP", "FLOP/hour"),
        dated_forms(*quantity_forms("1e24 FLOP/month")),
    ),
]
