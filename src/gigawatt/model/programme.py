"""The programme: one frozen whole, read from a file with every fault found in one go."""

import os
import pathlib
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from typing import Annotated, Any, cast

from pydantic import Field, PrivateAttr, ValidationError, create_model, field_validator

from gigawatt.errors import Fault, ProgrammeError
from gigawatt.model import catalogue, references
from gigawatt.model.clause import Clause
from gigawatt.model.complaints import complaints, paths_of
from gigawatt.model.completion import completed, default_assumptions, shipped_provenance
from gigawatt.model.contract import Contract
from gigawatt.model.fields import Day, Id, MoneyBalance, Text, Words
from gigawatt.model.horizon import Finance, Horizon
from gigawatt.model.kinds import ByKind
from gigawatt.model.parsing import refuse
from gigawatt.model.provenance import Places, Provenance
from gigawatt.model.reading import Reading, read_file
from gigawatt.model.references import Known
from gigawatt.model.salvage import Salvage, salvage
from gigawatt.model.thing import Thing
from gigawatt.model.things import Chip, Indicator, Party, Pool, Site, Stream
from gigawatt.model.workload import Workload
from gigawatt.values.ids import did_you_mean
from gigawatt.values.money import CURRENCIES
from gigawatt.values.span import parse_day


def _horizon_start(data: Mapping[str, Any]) -> date:
    horizon: Horizon | None = data.get("horizon")
    return horizon.from_ if horizon is not None else date.min


class Programme(Thing):
    """Who takes part, what can be built and bought, what was promised, and what is wanted.

    Read by `load_programme`, it is whole: the chips of the catalogue, the pools that clauses imply and the parties
    that are only named are in it, contracts and workloads have both their ends.
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

    _reading: Reading = PrivateAttr(default_factory=Reading)
    _path: str = PrivateAttr(default="")

    @property
    def path(self) -> str:
        """The file it was read from; empty where it was made in Python."""
        return self._path

    @property
    def places(self) -> Places:
        """Where each key and value stands in the files."""
        return self._reading.places

    @property
    def decider_default_owner(self) -> str:
        """Who owns what nobody is named the owner of: the first that decides."""
        return self.decides[0]

    @cached_property
    def provenance(self) -> tuple[Provenance, ...]:
        """Where every sourced or assumed figure comes from: the file's own, then the catalogue's of chips in use."""
        own = self._reading.provenance
        return (*own, *shipped_provenance(self, {record.path for record in own}))

    def assumptions(self) -> list[Provenance]:
        """What is assumed: by the file, by the catalogue, and by defaults that the file leaves standing."""
        stated = {record.path for record in self.provenance}
        told = [record for record in self.provenance if record.assumed]
        return told + [record for record in default_assumptions(self) if record.path not in stated]

    def stated_keys(self, section: str, name: str) -> Collection[str]:
        """The keys that the file itself states of a thing; none where it is implied or of the catalogue."""
        things = self._reading.data.get(section)
        thing = things.get(name) if isinstance(things, Mapping) else None
        return tuple(thing) if isinstance(thing, Mapping) else ()

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


def load_programme(path: str | os.PathLike[str], kinds: Sequence[type[Clause]]) -> Programme:
    """Read a programme file with its includes. ProgrammeError carries every fault found, in the order of the files."""
    file = pathlib.Path(path)
    reading = read_file(file)
    if not reading.data:
        raise ProgrammeError(reading.faults or [Fault(str(file), 1, 1, "", "is empty")])
    programme, faults = _Loading(reading, programme_type(kinds)).load()
    if faults or programme is None:
        raise ProgrammeError(_in_order(faults, str(file)))
    programme._path = str(file)
    return programme


def _in_order(faults: Sequence[Fault], root: str) -> list[Fault]:
    """Each fault once: those of the file itself first, then those of the others by name, each by its place."""
    return sorted(set(faults), key=lambda fault: (fault.file != root, fault))


class _Loading:
    """One file on its way from plain data to a programme."""

    def __init__(self, reading: Reading, cls: type[Programme]) -> None:
        self.reading = reading
        self.cls = cls
        self.data = {**reading.data, "chips": catalogue.with_catalogue(reading.data.get("chips"))}
        catalogue.add_places(reading.places)

    def load(self) -> tuple[Programme | None, list[Fault]]:
        """The whole programme, and every fault; where there are faults it may be there in part, or not at all."""
        faults = list(self.reading.faults)
        left = Salvage(self.data)
        try:
            programme: Programme | None = self._validated(self.data)
        except ValidationError as error:
            found = complaints(error, self.cls, self.data, self.reading.places)
            faults += [fault for fault in found if self.reading.complete or not _may_be_elsewhere(fault)]
            left = salvage(self.data, paths_of(error, self.data))
            programme = self._of_the_rest(left)
        if programme is None or not self.reading.complete:
            return programme, faults
        programme._reading = self.reading
        whole = completed(programme)
        return whole, faults + references.check(whole, self._known(left), self.reading.places)

    def _validated(self, data: Mapping[str, Any]) -> Programme:
        context = {"currency": _currency(data), "start": _start(data)}
        return self.cls.model_validate(data, by_alias=True, by_name=False, context=context)

    def _of_the_rest(self, left: Salvage) -> Programme | None:
        """What can be read once the faulty parts are out; None where they are too many to tell."""
        try:
            return self._validated(left.data)
        except ValidationError:
            return None

    def _known(self, left: Salvage) -> Known:
        """The names in the file, whether or not what they stand for could be read."""
        contracts = _names(self.data, "contracts")
        return Known(
            parties=self._names("parties") if "parties" in self.data else None,
            chips=self._names("chips"),
            sites=self._names("sites"),
            pools=self._names("pools"),
            workloads=self._names("workloads"),
            revenues=self._names("revenues"),
            clauses={name: _names(contract, "clauses") for name, contract in contracts.items()},
            doubtful=left.doubtful,
            whole=not left.left_out & {"chips", "pools", "contracts"},
            horizon_is_read="horizon" not in left.left_out,
            decides_is_read="decides" not in left.left_out,
        )

    def _names(self, section: str) -> Collection[str] | None:
        """The names in a section; None where something else stands in its place."""
        return None if not isinstance(self.data.get(section, {}), Mapping) else _names(self.data, section)


def _names(thing: Any, key: str) -> Mapping[str, Any]:
    """The mapping of names under a key, empty where something else stands there."""
    names = thing.get(key) if isinstance(thing, Mapping) else None
    return names if isinstance(names, Mapping) else {}


def _may_be_elsewhere(fault: Fault) -> bool:
    """Whether what a fault misses may stand in a file that could not be read."""
    return fault.message.endswith(" is missing") and "." not in fault.path


def _currency(data: Mapping[str, Any]) -> str:
    """The currency that money is read in, before anything is checked."""
    currency = data.get("currency")
    return currency if isinstance(currency, str) and currency in CURRENCIES else "USD"


def _start(data: Mapping[str, Any]) -> date | None:
    """The horizon's first day, if it can be read; growth starts there."""
    horizon = data.get("horizon")
    first = horizon.get("from") if isinstance(horizon, Mapping) else None
    try:
        return parse_day(first) if isinstance(first, str) else None
    except ValueError:
        return None
