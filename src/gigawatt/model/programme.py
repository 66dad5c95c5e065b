"""The programme: one frozen whole, and what it remembers of the file that it was read from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Self, cast

from pydantic import Field, PrivateAttr, create_model, field_validator

from gigawatt.model.amendment import CHANGES, Amendment
from gigawatt.model.clause import Clause
from gigawatt.model.contract import Contract
from gigawatt.model.event import Event
from gigawatt.model.fields import Day, Id, MoneyBalance, Text, Words
from gigawatt.model.horizon import Finance, Horizon
from gigawatt.model.kinds import ByKind
from gigawatt.model.language_model import LanguageModel
from gigawatt.model.parsing import refuse
from gigawatt.model.provenance import Changes, Origin, Places, Provenance
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
    models: dict[Id, LanguageModel] = Field(default_factory=dict)
    sites: dict[Id, Site] = Field(default_factory=dict)
    pools: dict[Id, Pool] = Field(default_factory=dict)
    workloads: dict[Id, Workload] = Field(default_factory=dict)
    revenues: dict[Id, Stream] = Field(default_factory=dict)
    contracts: Mapping[Id, Contract] = Field(default_factory=dict)
    participation: dict[Id, MoneyBalance] = Field(default_factory=dict)
    indicators: dict[Id, Indicator] = Field(default_factory=dict)
    events: tuple[Event, ...] = ()

    _origin: Origin = PrivateAttr(default_factory=Origin)
    _written: "Programme | None" = PrivateAttr(default=None)

    def with_origin(self, origin: Origin) -> Self:
        """The same programme, told where it comes from."""
        told = self.model_copy()
        told._origin = origin
        return told

    def as_told_from(self, written: "Programme", places: Places) -> Self:
        """The same programme, told that it was made from another: its contracts as known on some day."""
        told = self.with_origin(replace(self._origin, places=places, assumptions=self._of_contracts_known()))
        told._written = written
        return told

    def as_of_day(self, day: date) -> Self:
        """The same programme as of another day, without the offers that had lapsed by then."""
        lapsed = {
            name
            for name, each in self.contracts.items()
            if each.status == "offer" and each.sign_by is not None and each.sign_by < day
        }
        left = {name: each for name, each in self.contracts.items() if name not in lapsed}
        return self.model_copy(update={"as_of": day, "contracts": left})

    def _of_contracts_known(self) -> tuple[Provenance, ...]:
        """The assumptions, but those of contracts that the programme does not have."""

        def known(path: str) -> bool:
            return not path.startswith("contracts.") or any(
                path == f"contracts.{name}" or path.startswith(f"contracts.{name}.") for name in self.contracts
            )

        return tuple(record for record in self._origin.assumptions if known(record.path))

    @property
    def as_written(self) -> "Programme":
        """The programme as its file has it, with every amendment; itself, unless it is told as known on some day."""
        return self._written or self

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
    def changes(self) -> Changes:
        """By what it differs from its file."""
        return self._origin.changes

    def changed_by(self, changes: Changes) -> Self:
        """The same programme, told by what it differs from its file."""
        return self.with_origin(replace(self._origin, changes=changes))

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
    hidden: Any = Field(default_factory=dict, exclude=True, json_schema_extra={"x-hidden": True})
    amendment = create_model(
        "Amendment", __base__=Amendment, __doc__=Amendment.__doc__,
        new=(clauses, empty), amend=(Annotated[clauses, CHANGES], empty), correct=(Annotated[clauses, CHANGES], empty),
        carried=(dict[Id, dict[Text, Annotated[Clause, ByKind(kinds)]]], hidden),
    )  # fmt: skip
    amendments: Any = tuple[amendment, ...]  # type: ignore[valid-type]
    contract = create_model(
        "Contract", __base__=Contract, __doc__=Contract.__doc__, clauses=(clauses, empty), amendments=(amendments, ())
    )
    contracts: Any = dict[Id, contract]  # type: ignore[valid-type]
    return cast(
        type[Programme],
        create_model("Programme", __base__=Programme, __doc__=Programme.__doc__, contracts=(contracts, empty)),
    )


def programme_type(kinds: Sequence[type[Clause]]) -> type[Programme]:
    """The class of programmes whose clauses are of these kinds. TypeError where two kinds share a name."""
    return _type_of(tuple(kinds))
