"""The types of the programme file's values: each reads text, holds one canonical unit and describes itself.

Held in: MW, kW, MWh, chip, hour, the main unit of the programme's currency, token, FLOP, GB, TB/s. Scalars are
Decimal, whatever may change over time is a Series. The JSON Schema of each is a definition under the name that
`x-definition` carries (see `schema`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo, model_validator
from pydantic_core import CoreSchema, core_schema

from gigawatt.model import parsing
from gigawatt.model.parsing import MONEY, Measure, refuse, text_of
from gigawatt.values import span
from gigawatt.values.ids import ID_PATTERN, is_id
from gigawatt.values.series import Series

DAY_PATTERN = r"^\d{4}-\d{2}(-\d{2})?$"
_NUMBER_PATTERN = r"[+-]?(\d[\d_]*(\.[\d_]*)?|\.\d+)([eE][+-]?\d{1,3})?"
_TEXT: dict[str, Any] = {"type": ["string", "number", "boolean"]}
_DAY_FORM: dict[str, Any] = {"type": "string", "pattern": DAY_PATTERN}
_ID_FORM: dict[str, Any] = {"type": "string", "pattern": ID_PATTERN}


@dataclass(frozen=True, eq=False)  # pydantic asks for a hash, and one type is made once
class Reads:
    """Makes a type read the text of a file: `read` gives the canonical value, `forms` the JSON Schema of what may be
    written, under the definition `name`."""

    name: str
    description: str
    read: Callable[[Any, ValidationInfo], Any]
    forms: tuple[dict[str, Any], ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        forms = [dict(form) for form in self.forms]
        body: dict[str, Any] = forms[0] if len(forms) == 1 else {"anyOf": forms}
        return {"x-definition": self.name, "description": self.description, **body}


def _plain(name: str, description: str, read: Callable[[Any], Any], *forms: dict[str, Any]) -> Reads:
    """For what needs nothing but the text."""
    return Reads(name, description, lambda value, info: read(value), forms)


def dated_forms(*scalar: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """The JSON Schema forms of something that may change over time, given those of one value."""
    point = {"anyOf": [*scalar, {"type": "number"}, {"type": "object", "required": ["value"]}]}
    dated = {
        "type": "object",
        "properties": {
            "unit": {"type": "string", "description": "the unit of every value that has none"},
            "interpolate": {"enum": ["step", "linear", "geometric"]},
            "value": {"anyOf": [*scalar, {"type": "object"}]},
            "growth": {"type": "string", "examples": ["2 %/month"]},
            "from": _DAY_FORM,
            "csv": {"type": "string", "description": "a CSV file beside this one"},
            "column": {"type": "string"},
            "date": {"type": "string", "description": "the column of dates"},
            "where": {"type": "object", "additionalProperties": _TEXT},
            "source": {"type": ["string", "array"]},
            "assumed": {"type": "boolean"},
            "note": {"type": "string"},
        },
        "patternProperties": {DAY_PATTERN: point},
        "additionalProperties": False,
    }
    return (*scalar, dated)


def quantity_forms(example: str, bare: bool = False) -> tuple[dict[str, Any], ...]:
    """The JSON Schema forms of a quantity; a plain number is one of them where it is `bare`."""
    unit = r"\s*" if bare else r"\s*[A-Za-z%]"
    text = {"type": "string", "pattern": f"^{_NUMBER_PATTERN}{unit}", "examples": [example]}
    return (text, {"type": "number"}) if bare else (text,)


def _scalar(name: str, measure: Measure, example: str) -> Reads:
    """A quantity."""
    return Reads(name, f"a quantity, as {example}", measure.scalar, quantity_forms(example, measure.bare))


def _series(name: str, measure: Measure, example: str) -> Reads:
    """A quantity that may change over time."""
    forms = dated_forms(*quantity_forms(example, measure.bare))
    return Reads(name, f"a quantity or a dated series, as {example}", measure.series, forms)


def _read_id(value: Any) -> str:
    text = text_of(value, "a name")
    if not is_id(text):
        refuse(f"{text!r} cannot be a name; use letters, digits, '-', '_' and '.', and begin with a letter or digit")
    return text


def _read_text(value: Any) -> str:
    return text_of(value, "text")


def _read_capex(value: Any, info: ValidationInfo) -> Decimal:
    """An amount; an amount per MW is multiplied by the `power_mw` that stands before it in the thing."""
    if not isinstance(value, str) or "/" not in value:
        return _MONEY.scalar(value, info)
    power: Decimal | None = info.data.get("power_mw")
    rate = Measure(f"{MONEY}/MW").scalar(value, info)
    return rate * power if power is not None else rate


_MONEY = Measure(MONEY)
_PER_CHIP_HOUR = Measure(f"{MONEY}/chip-hour")
_PER_CHIP = Measure(f"{MONEY}/chip")
_CHIPS = Measure("chip", bare=True, called="a number of chips")
_SHARE = Measure("1", bare=True, called="a share, as 20 %,", most=Decimal(1))
_NUMBER = Measure("1", bare=True, called="a plain number", least=None)

# Names, text and time

Id = Annotated[str, _plain("Id", "a name", _read_id, _ID_FORM, {"type": "number"})]
Text = Annotated[str, _plain("Text", "text", _read_text, _TEXT)]
Words = Annotated[
    tuple[str, ...],
    _plain("Words", "text, or a list of texts", parsing.read_words, _TEXT, {"type": "array", "items": _TEXT}),
]
Flag = Annotated[bool, _plain("Flag", "true or false", parsing.read_flag, {"type": "boolean"})]
Day = Annotated[date, _plain("Day", "a day, or a month for its first day", parsing.read_day, _DAY_FORM)]
LastDay = Annotated[date, _plain("LastDay", "a last day, or a month for its last", parsing.read_last, _DAY_FORM)]
Duration = Annotated[
    span.Duration,
    _plain(
        "Duration",
        "a length of time: 30 d, 6 weeks, 12 months, 5 y, 24 h",
        parsing.read_duration,
        {"type": "string", "pattern": r"^\d+\s*[a-z]+$"},
    ),
]

# Quantities

Number = Annotated[Decimal, _scalar("Number", _NUMBER, "1.3")]
Share = Annotated[Decimal, _scalar("Share", _SHARE, "20 %")]
Count = Annotated[Decimal, _scalar("Count", _CHIPS, "256")]
Megawatts = Annotated[Decimal, _scalar("Megawatts", Measure("MW"), "843 MW")]
Kilowatts = Annotated[Decimal, _scalar("Kilowatts", Measure("kW"), "1.2 kW")]
Gigabytes = Annotated[Decimal, _scalar("Gigabytes", Measure("GB"), "186 GB")]
TerabytesPerSecond = Annotated[Decimal, _scalar("TerabytesPerSecond", Measure("TB/s"), "8 TB/s")]
FlopPerSecond = Annotated[Decimal, _scalar("FlopPerSecond", Measure("FLOP/s"), "2.5e15 FLOP/s")]
Flop = Annotated[Decimal, _scalar("Flop", Measure("FLOP"), "3.5e27 FLOP")]
ChipHours = Annotated[Decimal, _scalar("ChipHours", Measure("chip-hour"), "4e6 chip-hour")]
HoursPerDay = Annotated[Decimal, _scalar("HoursPerDay", Measure("hour", above=Decimal(0)), "8 h")]
MoneyAmount = Annotated[Decimal, _scalar("MoneyAmount", _MONEY, "3000000 USD")]
MoneyBalance = Annotated[Decimal, _scalar("MoneyBalance", Measure(MONEY, least=None), "-2e9 USD")]
MoneyPerChipHour = Annotated[Decimal, _scalar("MoneyPerChipHour", _PER_CHIP_HOUR, "2.10 USD/chip-hour")]
MoneyPerChip = Annotated[Decimal, _scalar("MoneyPerChip", _PER_CHIP, "36700 USD/chip")]
MoneyAmountOrPerMw = Annotated[
    Decimal,
    Reads(
        "MoneyAmountOrPerMw",
        "an amount, or an amount per MW",
        _read_capex,
        quantity_forms("1.24e9 USD"),
    ),
]
Growth = Annotated[
    Decimal,
    _plain(
        "Growth",
        "compound growth, as 2 %/month",
        parsing.read_growth,
        {"type": "string", "examples": ["2 %/month", "24 %/year"]},
    ),
]
PerYear = Annotated[
    Decimal,
    _plain(
        "PerYear",
        "a share a year, as 8 %/year",
        parsing.read_per_year,
        {"type": "string", "examples": ["8 %/year"]},
    ),
]

# What may change over time

ShareSeries = Annotated[Series, _series("ShareSeries", _SHARE, "20 %")]
LevelSeries = Annotated[
    Series, _series("LevelSeries", Measure("1", bare=True, called="a plain number", above=Decimal(0)), "131.2")
]
ChipSeries = Annotated[Series, _series("ChipSeries", _CHIPS, "256")]
PowerSeries = Annotated[Series, _series("PowerSeries", Measure("MW"), "500 MW")]
PricePerChipHour = Annotated[Series, _series("PricePerChipHour", _PER_CHIP_HOUR, "2.10 USD/chip-hour")]
PricePerChip = Annotated[Series, _series("PricePerChip", _PER_CHIP, "36700 USD/chip")]
PricePerMWh = Annotated[Series, _series("PricePerMWh", Measure(f"{MONEY}/MWh"), "62 USD/MWh")]
RentPerMwMonth = Annotated[Series, _series("RentPerMwMonth", Measure(f"{MONEY}/MW-month"), "150 USD/kW-month")]
MoneySeries = Annotated[Series, _series("MoneySeries", _MONEY, "180 USD")]
MoneyPerMonth = Annotated[Series, _series("MoneyPerMonth", Measure(f"{MONEY}/month"), "150e6 USD/month")]
ChipHoursPerYear = Annotated[Series, _series("ChipHoursPerYear", Measure("chip-hour/year"), "2e6 chip-hour/year")]
ChipsPerQuarter = Annotated[Series, _series("ChipsPerQuarter", Measure("chip/quarter"), "400000 chips/quarter")]
TokensPerHour = Annotated[Series, _series("TokensPerHour", Measure("token/hour"), "8.6e12 token/day")]
FlopPerHour = Annotated[Series, _series("FlopPerHour", Measure("FLOP/hour"), "1e24 FLOP/day")]
ChipsInUse = Annotated[Series, _series("ChipsInUse", Measure("chip-hour/hour"), "5000 chip-hour/day")]


class Cite(BaseModel):
    """Where a promise stands: the document, its section, and the words in brief. A bare text is the section."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    document: Text | None = None
    section: Text | None = None
    words: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare_text(cls, value: Any) -> Any:
        return {"section": value} if isinstance(value, str) else value

    @property
    def in_words(self) -> str:
        """Its words; where none are given, where it stands."""
        return self.words or str(self)

    def __str__(self) -> str:
        return ", ".join(part for part in (self.document, self.section) if part) or (self.words or "")
