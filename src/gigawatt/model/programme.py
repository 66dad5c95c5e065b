"""The programme: one frozen whole, and what it remembers of the file that it was read from."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Self, cast

from pydantic import Field, PrivateAttr, create_model, field_validator

from gigawatt.model.clause import Clause
from gigawatt.model.contract import Contract
from gigawatt.model.fields import Day, Id, MoneyBalance, Text, Words
from gigawatt.model.horizon import Finance, Horizon
from gigawatt.model.kinds import ByKind
from gigawatt.model.parsing import refuse
from gigawatt.model.provenance import Origin, Places, Provenance
from gigawatt.model.thing import Thing
from gigawatt.model.things import Chip, Indicator, Party, Pool, Site, Stream
from gigawatt.model.workload import Workload
from gigawatt.values.ids import did_you_mean
from gigawatt.values.money import CURRENCIES


def _horizon_start(data: Mapping[str, Any]) -> date:
    horizon: Horizon | None = data.get("horizon")
    return horizon.from_ if horizon is not None else date.min


class Programme(Thing):
    """Who takes part, what can be built and bought, what was promised, and what is wanted.

    Read from a file, it is whole: the chips of the catalogue, the pools that clauses imply and the parties that are
    only named are in it, contracts and workloads have both their ends.
    """

    programme: Id
    title: Text | None = None
    decides: Words = Field(description="whose choices are optimised, whose cash together is maximised")
    horizon: Horizon
    currency: Text = "USD"
    finance: Finance = Field(default_factory=Finance)
    as_of: Day = Field(default_factory=_horizon_start, description="contracts signed before are prior")
    parties: dict[Id, Party] = Field(default_factory=dict)
    chips: dict[Id, Chip] = Field(default_factory=dict)
    sites: dict[Id, Site] = Field(default_factory=dict)
    pools: dict[Id, Pool] = Field(default_factory=dict)
    workloads: dict[Id, Workload] = Field(default_factory=dict)
    revenues: dict[Id, Stream] = Field(default_factory=dict)
    contracts: Mapping[Id, Contract] = Field(default_factory=dict)
    participation: dict[Id, MoneyBalance] = Field(default_factory=dict)
    indicators: dict[Id, Indicator] = Field(default_factory=dict)

    _origin: Origin = PrivateAttr(default_factory=Origin)

    def with_origin(self, origin: Origin) -> Self:
        """The same programme, told where it comes from."""
        told = self.model_copy()
        told._origin = origin
        return told

    def __repr__(self) -> str:
        """`Programme('lab', 3 workloads, 4 pools, 3 contracts)`: short enough for a prompt."""
        counts = ((len(self.workloads), "workloads"), (len(self.pools), "pools"), (len(self.contracts), "contracts"))
        return f"Programme({self.programme!r}, {', '.join(f'{count} {what}' for count, what in counts)})"

    def __str__(self) -> str:
        return repr(self)

    @property
    def path(self) -> str:
        """The file it was read from; empty where it was made in Python."""
        return self._origin.path

    @property
    def places(self) -> Places:
        """Where each key and value stands in the files."""
        return self._origin.places

    @property
    def decider_default_owner(self) -> str:
        """Who owns what nobody is named the owner of: the first that decides."""
        return self.decides[0]

    @property
    def provenance(self) -> tuple[Provenance, ...]:
        """Where every sourced or assumed figure comes from: the file's own, then the catalogue's of chips in use."""
        return self._origin.provenance

    def assumptions(self) -> list[Provenance]:
        """What is assumed: by the file, by the catalogue, and by defaults that the file leaves standing."""
        return list(self._origin.assumptions)

    def stated_keys(self, section: str, name: str) -> Collection[str]:
        """The keys that the file itself states of a thing; none where it is implied or of the catalogue."""
        return self._origin.stated_keys.get((section, name), ())

    @field_validator("decides", mode="after")
    @classmethod
    def _somebody(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            refuse("is empty; name at least one party whose choices are planned")
        return tuple(dict.fromkeys(value))

    @field_validator("currency", mode="after")
    @classmethod
    def _of_iso(cls, value: str) -> str:
        if value not in CURRENCIES:
            refuse(f"{value!r} is no currency known here{did_you_mean(value, CURRENCIES)}")
        return value


@lru_cache(maxsize=8)
def _type_of(kinds: tuple[type[Clause], ...]) -> type[Programme]:
    clauses = dict[Id, Annotated[Clause, ByKind(kinds)]]
    empty: Any = Field(default_factory=dict)
    contract = create_model("Contract", __base__=Contract, __doc__=Contract.__doc__, clauses=(clauses, empty))
    contracts: Any = dict[Id, contract]  # type: ignore[valid-type]
    return cast(
        type[Programme],
        create_model("Programme", __base__=Programme, __doc__=Programme.__doc__, contracts=(contracts, empty)),
    )


def programme_type(kinds: Sequence[type[Clause]]) -> type[Programme]:
    """The class of programmes whose clauses are of these kinds. TypeError where two kinds share a name."""
    return _type_of(tuple(kinds))
