"""What is wanted: serving by the hour, training inside a window, research by the month.

Demand is counted in one measure: tokens, FLOP, or chips (chip-hours). Rates and money per unit follow it: a unit is
one token, one FLOP or one chip-hour. A rate is work per chip-hour; for demand in chips it is relative to the chip in
which demand is counted.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from gigawatt.model.fields import (
    ChipSeries,
    ChipsInUse,
    Count,
    Flop,
    FlopPerHour,
    Growth,
    Id,
    Number,
    Share,
    TokensPerHour,
    Words,
)
from gigawatt.model.kinds import ByKind
from gigawatt.model.parsing import refuse, refuse_keys
from gigawatt.model.rates import Estimate, Scenario
from gigawatt.model.spanned import Spanned
from gigawatt.model.thing import Thing
from gigawatt.model.things import Chip, Precision
from gigawatt.model.work_units import (
    UNIT_NAMES,
    FlopPerPeriod,
    Period,
    Rate,
    UsePerPeriod,
    WorkPrice,
    WorkRates,
    WorkUnit,
)
from gigawatt.values.series import Series

SECONDS_AN_HOUR = 3600
CHIP_HOURS: WorkUnit = "chip"


class Wanted(Spanned):
    """What every workload has. Attributes that hold money or rates are in the unit of `measure`."""

    owner: Id | None = Field(default=None, description="earns its revenue; the first that decides where left out")
    chips_allowed: Words = ()
    pools: Words = Field(default=(), description="the only pools it may run on")
    not_pools: Words = Field(default=(), description="pools that it may not run on")
    given_rates: WorkRates = Field(default_factory=dict, alias="rates")
    revenue: WorkPrice | None = Field(default=None, description="money per unit served")
    unserved: WorkPrice | None = Field(default=None, description="money lost per unit not served")
    mfu: Share = Field(default=Decimal("0.4"), description="share of the peak that is reached, for work in FLOP")
    precision: Precision = "bf16"
    model: Id | None = Field(default=None, description="the model that is run; its rates are then worked out")

    _estimates: dict[str, Estimate] = PrivateAttr(default_factory=dict)
    _unrated: dict[str, str] = PrivateAttr(default_factory=dict)

    demand_keys: ClassVar[Mapping[str, WorkUnit]] = {}
    """The keys of which exactly one says what is wanted, and the measure that each is in."""

    @property
    def demand_key(self) -> str:
        """The key that says what is wanted."""
        return next(key for key in self.demand_keys if getattr(self, key) is not None)

    @property
    def measure(self) -> WorkUnit:
        """In what work is counted: `chip` (chip-hours), `token` or `flop`."""
        return self.demand_keys[self.demand_key]

    @property
    def rates(self) -> dict[str, Decimal]:
        """Work per chip-hour of the chips that state it: token/hour, FLOP/hour or relative, by `measure`."""
        return {chip: rate.per_chip_hour for chip, rate in self.given_rates.items()}

    @property
    def revenue_per_unit(self) -> Series | None:
        """Money per unit served."""
        return self.revenue.per_unit if self.revenue is not None else None

    @property
    def unserved_per_unit(self) -> Series | None:
        """Money lost per unit that is not served."""
        return self.unserved.per_unit if self.unserved is not None else None

    @property
    def estimates(self) -> Mapping[str, Estimate]:
        """What its model is said to get of each chip, where that was worked out."""
        return self._estimates

    @property
    def is_rated(self) -> bool:
        """Whether nothing is left to be worked out from its model."""
        return self.model is None or bool(self._estimates or self._unrated)

    def with_estimates(self, found: Mapping[str, Estimate], missing: Mapping[str, str]) -> Self:
        """The same workload with rates from its model, and why some chips have none; a stated rate is kept."""
        per = self.work_per_unit
        rates = {
            chip: Rate(self.measure, Decimal(f"{one.per_second * per * SECONDS_AN_HOUR:.6g}"))
            for chip, one in found.items()
        }
        told = self.model_copy(update={"given_rates": {**rates, **self.given_rates}})
        told._estimates = {chip: one for chip, one in found.items() if chip not in self.given_rates}
        told._unrated = {chip: why for chip, why in missing.items() if chip not in self.given_rates}
        return told

    @property
    def work_per_unit(self) -> float:
        """Work that demand counts for each unit of an estimate: one, but for tokens counted both ways."""
        return 1.0

    def rate_on(self, chip_id: str, chip: Chip) -> Decimal | None:
        """Work that one chip of this kind does in an hour; None where it cannot run this workload.

        Counted in chips: relative to the chip of reference, one where not stated. In FLOP: stated, or the dense peak
        at `precision` times `mfu`. In tokens: only where stated.
        """
        rate = self.given_rates.get(chip_id)
        if rate is not None:
            return rate.per_chip_hour
        if self.measure == CHIP_HOURS:
            return Decimal(1)
        if self.measure == "token":
            return None
        peak = chip.peak_flops(self.precision)
        return peak * self.mfu * SECONDS_AN_HOUR if peak is not None else None

    def why_not(self, pool_id: str, chip_id: str, chip: Chip) -> str | None:
        """Why it cannot run in a pool of such chips, in a few words; None where it can."""
        if self.pools and pool_id not in self.pools:
            return "not among its `pools`"
        if pool_id in self.not_pools:
            return "among its `not_pools`"
        if self.chips_allowed and chip_id not in self.chips_allowed:
            return f"{chip_id} is not among its `chips_allowed`"
        if chip_id in self._unrated:
            return self._unrated[chip_id]
        if self.rate_on(chip_id, chip) is not None:
            return None
        if self.measure == "token":
            return f"no rate for {chip_id}, and demand is in tokens"
        return f"{chip_id} states no {self.precision} peak, and there is no rate for it"

    @model_validator(mode="after")
    def _one_demand_in_one_measure(self) -> "Wanted":
        given = [key for key in self.demand_keys if getattr(self, key) is not None]
        if not given:
            refuse(f"says not what is wanted; give one of {', '.join(self.demand_keys)}")
        if len(given) > 1:
            refuse(f"says twice what is wanted, by `{given[0]}` and by `{given[1]}`; keep one of them", given[1])
        if self._grows_twice():
            refuse(f"stands beside `{self.demand_key}`, whose value grows already; keep one of them", "growth")
        faults = [*self._prices_in_other_measures(), *self._rates_in_other_measures()]
        if faults:
            refuse_keys(faults)
        return self

    def _grows_twice(self) -> bool:
        wanted = getattr(self, self.demand_key)
        amount = getattr(wanted, "amount", wanted)
        grown = isinstance(amount, Series) and bool(amount.growth_per_month)
        return grown and getattr(self, "growth_per_month", None) is not None

    def _prices_in_other_measures(self) -> list[tuple[str, str]]:
        unit = UNIT_NAMES[self.measure]
        return [
            (key, f"money per {UNIT_NAMES[price.measure]} where money per {unit} is due, as in {self.demand_key}")
            for key, price in (("revenue", self.revenue), ("unserved", self.unserved))
            if price is not None and price.measure != self.measure
        ]

    def _rates_in_other_measures(self) -> list[tuple[str, str]]:
        due = {"chip": "a plain number", "token": "token/s", "flop": "FLOP/s"}
        return [
            (
                "rates",
                f"the rate of {chip} is in {due[rate.measure]} where {due[self.measure]} is due, "
                f"as in {self.demand_key}",
            )
            for chip, rate in self.given_rates.items()
            if rate.measure != self.measure
        ]


def _with_growth(demand: Series, growth_per_month: Decimal | None) -> Series:
    """The demand, growing from the first month of the plan where it grows."""
    return demand if growth_per_month is None else demand.with_growth(growth_per_month, demand.growth_from)


class Lengths(Thing):
    """How long the requests of a model are, in tokens, and which tokens the demand counts."""

    tokens_in: Number = Field(alias="in", description="tokens that one request brings")
    tokens_out: Number = Field(alias="out", description="tokens that it is answered with")
    counted: Literal["out", "all"] = Field(default="out", description="the tokens that the demand counts")

    @model_validator(mode="after")
    def _above_nought(self) -> "Lengths":
        faults = [
            (key, f"{value} tokens; a request has at least one each way")
            for key, value in (("in", self.tokens_in), ("out", self.tokens_out))
            if value < 1
        ]
        if faults:
            refuse_keys(faults)
        return self


class Serving(Wanted):
    """Work that comes by the hour and is served then or not at all."""

    kind: Literal["serving"]
    tokens: TokensPerHour | None = None
    chips: ChipSeries | None = None
    use: ChipsInUse | None = None
    flop: FlopPerHour | None = None
    growth_per_month: Growth | None = Field(default=None, alias="growth")
    profile: dict[Id, Number] = Field(default_factory=dict, description="by slice of the day, relative to the mean")
    lengths: Lengths | None = Field(default=None, description="of the model's requests, as {in: 9400, out: 680}")
    scenario: Scenario = Field(default="server", description="whether readers wait (`server`) or not (`offline`)")

    demand_keys: ClassVar[Mapping[str, WorkUnit]] = {"tokens": "token", "chips": "chip", "use": "chip", "flop": "flop"}
    demand_per: ClassVar[Period] = "hour"

    @property
    def demand(self) -> Series:
        """Work wanted each hour, as a mean over the day."""
        wanted: Series = getattr(self, self.demand_key)
        return _with_growth(wanted, self.growth_per_month)

    @property
    def work_per_unit(self) -> float:
        """Tokens that demand counts for each that comes out."""
        lengths = self.lengths
        if lengths is None or lengths.counted == "out":
            return 1.0
        return float((lengths.tokens_in + lengths.tokens_out) / lengths.tokens_out)

    def shape(self, slices: Mapping[str, Decimal]) -> dict[str, Decimal]:
        """Demand by slice over its mean, given hours a day by slice; a slice that is not named counts as one."""
        weights = {name: self.profile.get(name, Decimal(1)) for name in slices}
        total = sum((weights[name] * hours for name, hours in slices.items()), Decimal(0))
        mean = total / sum(slices.values(), Decimal(0))
        return {name: weight / mean for name, weight in weights.items()}

    @model_validator(mode="after")
    def _model_with_lengths(self) -> "Serving":
        if self.model is not None and self.measure != "token":
            refuse(f"a model is served in tokens, and demand is by `{self.demand_key}`; give `tokens`", "model")
        if self.model is not None and self.lengths is None:
            refuse("a model needs the `lengths` of its requests, as {in: 9400, out: 680}", "model")
        for key in ("lengths", "scenario"):
            if self.model is None and key in self.model_fields_set:
                refuse("is of use only beside a `model`", key)
        return self

    @model_validator(mode="after")
    def _profile_above_nought(self) -> "Serving":
        negative = [name for name, weight in self.profile.items() if weight < 0]
        if negative:
            refuse(f"the share of {negative[0]} is negative", "profile")
        if self.profile and not any(self.profile.values()):
            refuse("the profile is nought in every slice", "profile")
        return self


class Training(Wanted):
    """One run inside a window, on one pool, with the same number of chips in every slice of a day."""

    kind: Literal["training"]
    flop: Flop | None = Field(default=None, description="work of the whole run")
    chips: Count | None = Field(default=None, description="so many chips for the whole window")
    most_chips: Count | None = Field(default=None, alias="most")

    demand_keys: ClassVar[Mapping[str, WorkUnit]] = {"flop": "flop", "chips": "chip"}

    @property
    def work(self) -> Decimal | None:
        """FLOP of the whole run; None where it is `chips` for the whole window."""
        return self.flop

    @model_validator(mode="after")
    def _model_of_a_run(self) -> "Training":
        if self.model is None:
            return self
        if self.measure != "flop":
            refuse(f"the share of the peak that a run reaches is of use for `flop`, not `{self.demand_key}`", "model")
        if "mfu" in self.model_fields_set:
            refuse("says twice what share of the peak is reached, by `mfu` and by `model`; keep one of them", "model")
        if "precision" in self.model_fields_set:
            refuse("a run of a `model` is in the precision of the runs that were measured; leave it out", "precision")
        if self.most_chips is None or not self.most_chips:
            refuse("the share of the peak depends on the chips of the run; give `most`", "model")
        return self


class Research(Wanted):
    """Work by the month, done in any hour of it."""

    kind: Literal["research"]
    use: UsePerPeriod | None = None
    chips: ChipSeries | None = None
    flop: FlopPerPeriod | None = None
    growth_per_month: Growth | None = Field(default=None, alias="growth")

    demand_keys: ClassVar[Mapping[str, WorkUnit]] = {"use": "chip", "chips": "chip", "flop": "flop"}

    @model_validator(mode="after")
    def _no_model(self) -> "Research":
        if self.model is not None:
            refuse("research has no rate by model; give `rates`, or say what is wanted by `chips`", "model")
        return self

    @property
    def demand_per(self) -> Period:
        """Whether `demand` is by the hour or by the calendar month."""
        wanted = self.use or self.flop
        return wanted.per if wanted is not None else "hour"

    @property
    def demand(self) -> Series:
        """Work wanted each hour or each calendar month, as `demand_per` says."""
        wanted = self.use or self.flop
        amount = wanted.amount if wanted is not None else self.chips
        assert amount is not None  # one of the three is there: the validator saw to it
        return _with_growth(amount, self.growth_per_month)


Workload = Annotated[Serving | Training | Research, ByKind((Serving, Training, Research))]
