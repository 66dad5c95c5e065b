"""The things of a programme that stand still: parties, chips, sites with their phases, pools, streams, indicators."""

from decimal import Decimal
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from gigawatt.model.fields import (
    ChipSeries,
    ChipsPerQuarter,
    Day,
    Duration,
    Flag,
    FlopPerSecond,
    Gigabytes,
    Id,
    Kilowatts,
    Megawatts,
    MoneyAmountOrPerMw,
    MoneyPerMonth,
    Number,
    PricePerChip,
    PricePerChipHour,
    PricePerMWh,
    ShareSeries,
    TerabytesPerSecond,
    Text,
    Words,
)
from gigawatt.model.parsing import refuse
from gigawatt.model.thing import Thing
from gigawatt.values import span

IT_POWER_RATIO = Decimal("1.74")
"""Share of IT load per chip over its TDP, where a chip does not say: 2.09 kW over 1.2 kW, a GB200 at Abilene."""

Precision = Literal["bf16", "fp8", "fp4"]


class Party(Thing):
    """Someone who signs, pays, is paid or bears a duty."""

    name: Text | None = None
    duties: Words = ()
    kind: Text | None = Field(default=None, description="lab, cloud, landlord, vendor, investor ...")
    stakes: dict[Id, ShareSeries] = Field(default_factory=dict, description="its shares in other parties, dated")


def _it_power(data: dict[str, Any]) -> Decimal | None:
    power: Decimal | None = data.get("power_kw")
    return None if power is None else power * IT_POWER_RATIO


class Chip(Thing):
    """One accelerator: dense peak rates, memory, power, price and when it can be had."""

    bf16_flops: FlopPerSecond | None = Field(default=None, alias="bf16", description="dense peak")
    fp8_flops: FlopPerSecond | None = Field(default=None, alias="fp8", description="dense peak")
    fp4_flops: FlopPerSecond | None = Field(default=None, alias="fp4", description="dense peak")
    memory_gb: Gigabytes | None = Field(default=None, alias="memory")
    bandwidth_tb_s: TerabytesPerSecond | None = Field(default=None, alias="bandwidth", description="to its own memory")
    link_tb_s: TerabytesPerSecond | None = Field(
        default=None, alias="link", description="to its neighbours in a node, both ways together"
    )
    power_kw: Kilowatts | None = Field(default=None, alias="power", description="its own TDP")
    it_power_kw: Kilowatts | None = Field(
        default_factory=_it_power, alias="it_power", description="its share of IT load with host, network and storage"
    )
    vendor: Id | None = None
    price_per_chip: PricePerChip | None = Field(default=None, alias="price")
    available: Day | None = Field(default=None, description="first day on which it can be had")
    life: Duration = span.Duration(months=60)
    supply_per_quarter: ChipsPerQuarter | None = Field(default=None, alias="supply")

    def peak_flops(self, precision: Precision) -> Decimal | None:
        """Dense FLOP/s at a precision; None where nobody has published one."""
        peaks = {"bf16": self.bf16_flops, "fp8": self.fp8_flops, "fp4": self.fp4_flops}
        return peaks[precision]


class Location(Thing):
    """Where something stands."""

    country: Text | None = None
    region: Text | None = None
    latitude: Number | None = None
    longitude: Number | None = None

    @model_validator(mode="after")
    def _on_earth(self) -> "Location":
        for key, degrees, most in (("latitude", self.latitude, 90), ("longitude", self.longitude, 180)):
            if degrees is not None and abs(degrees) > most:
                refuse(f"a {key} of {degrees} degrees is beyond {most}", key)
        return self


class Phase(Thing):
    """A part of a site that is built as one: from `ready` on it has `power_mw` of IT power."""

    power_mw: Megawatts = Field(alias="power", description="IT power")
    ready: Day = Field(description="earliest day on which it can serve")
    until: Day | None = Field(default=None, description="first day on which it no longer serves")
    capex: MoneyAmountOrPerMw | None = Field(default=None, description="an amount, or an amount per MW")
    built: Flag = Field(default=False, description="true where it is a fact, its capex sunk")

    @property
    def capex_amount(self) -> Decimal | None:
        """The whole capex in the programme's currency, whichever way it was stated."""
        return self.capex

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Phase":
        if not self.power_mw:
            refuse("a phase needs power above nought", "power")
        if self.until is not None and self.until <= self.ready:
            refuse(f"ends on {self.until}, before it begins on {self.ready}; move one of the two dates", "until")
        return self


class Site(Thing):
    """A place with phases of IT power."""

    location: Location | None = None
    jurisdiction: Words = Field(default=(), description="whose law holds there: US, or several, as [DE, EU]")
    landlord: Id | None = Field(default=None, description="builds it and bears its capex")
    operator: Id | None = Field(default=None, description="pays for its energy")
    utility: Id = "utility"
    pue: Number = Field(default=Decimal("1.2"), description="facility energy over IT energy, over a year")
    energy_per_mwh: PricePerMWh | None = Field(default=None, alias="energy")
    grid_mw: Megawatts | None = Field(default=None, alias="grid", description="most facility power")
    peak_pue: Number = Field(default=Decimal("1.3"), description="facility power over IT power on the hottest day")
    life: Duration = span.Duration(months=240)
    phases: dict[Id, Phase]

    @field_validator("pue", "peak_pue", mode="after")
    @classmethod
    def _at_least_one(cls, value: Decimal) -> Decimal:
        if not 1 <= value <= 10:
            refuse(f"a PUE of {value} cannot be; it is facility power over IT power, so 1 or more")
        return value

    @field_validator("phases", mode="before")
    @classmethod
    def _list_numbered(cls, value: Any) -> Any:
        """A list of phases is named 1, 2, and so on."""
        return {str(n): phase for n, phase in enumerate(value, 1)} if isinstance(value, list) else value

    @field_validator("phases", mode="after")
    @classmethod
    def _some(cls, value: dict[str, Phase]) -> dict[str, Phase]:
        if not value:
            refuse("a site needs at least one phase, as {b1: {power: 105 MW, ready: 2025-09-26}}")
        return value


class Pool(Thing):
    """Like chips in one place: owned ones at a site, or a provider's."""

    site: Id | None = None
    chip: Id
    owner: Id | None = Field(default=None, description="buys its chips; the site's operator where left out")
    provider: Id | None = Field(default=None, description="provides its chips through contracts")
    existing: ChipSeries | None = Field(default=None, description="chips that stand there already")
    most_chips: ChipSeries | None = Field(default=None, alias="most")
    region: Text | None = None
    location: Location | None = None
    jurisdiction: Words = Field(default=(), description="as a site's; of a pool at a site its site's")
    resource_cost_per_chip_hour: PricePerChipHour | None = Field(default=None, alias="resource_cost")

    @property
    def supplier(self) -> str | None:
        """Who fills it: its owner, or the provider."""
        return self.owner or self.provider

    @model_validator(mode="after")
    def _has_a_supplier(self) -> "Pool":
        if self.site is None and self.provider is None:
            refuse("a pool needs a `site` (and its `owner`), or a `provider`")
        if self.owner is not None and self.provider is not None:
            refuse("a pool has an `owner` or a `provider`, not both", "provider")
        if self.site is None and self.owner is not None:
            refuse("an owned pool needs a `site` with power for its chips", "owner")
        if self.site is not None and self.jurisdiction:
            refuse(f"a pool is where its site is; give sites.{self.site} the `jurisdiction`", "jurisdiction")
        return self


class Stream(Thing):
    """Revenue that no workload here earns: given by month."""

    party: Id
    amount_per_month: MoneyPerMonth = Field(alias="amount")


class Indicator(Thing):
    """Something reported beside the money: so much for each MW built, MWh or chip-hour."""

    per: Literal["MW built", "MWh", "chip-hour"]
    amount: Number
    unit: Text = ""
