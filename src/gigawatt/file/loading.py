"""From a file to a programme: read, validated, completed and checked, with every fault found in one go."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import ValidationError

from gigawatt.errors import Fault, ProgrammeError
from gigawatt.file import catalogue, references
from gigawatt.file.complaints import complaints, paths_of
from gigawatt.file.completion import completed, default_assumptions, estimated_provenance, shipped_provenance
from gigawatt.file.lawful import changes_that_cannot_be
from gigawatt.file.reading import Reading, read_file
from gigawatt.file.references import Known
from gigawatt.file.salvage import Salvage, salvage
from gigawatt.file.setting import set_anew
from gigawatt.model.clause import Clause
from gigawatt.model.programme import Programme, programme_type
from gigawatt.model.provenance import Changes, Origin
from gigawatt.values.money import CURRENCIES
from gigawatt.values.span import parse_day

Rater = Callable[[Programme], Programme]
"""Gives the workloads of a programme their rates where they name a model."""


def load_programme(
    path: str | os.PathLike[str],
    kinds: Sequence[type[Clause]],
    rate: Rater = lambda programme: programme,
    changes: Changes | None = None,
) -> Programme:
    """Read a programme file with its includes. ProgrammeError carries every fault found, in the order of the files.

    `rate` gives workloads their rates; `changes` are made to what the file says before it is validated.
    """
    file = pathlib.Path(path)
    reading = read_file(file)
    if changes is not None and reading.data:
        set_anew(reading, changes.settings)
    if not reading.data:
        raise ProgrammeError(reading.faults or [Fault(str(file), 1, 1, "", "is empty")])
    programme, faults = _Loading(str(file), reading, programme_type(kinds), rate).load()
    if faults or programme is None:
        raise ProgrammeError(_in_order(faults, str(file)))
    return programme


def _in_order(faults: Sequence[Fault], root: str) -> list[Fault]:
    """Each fault once: those of the file itself first, then those of the others by name, each by its place."""
    return sorted(set(faults), key=lambda fault: (fault.file != root, fault))


class _Loading:
    """One file on its way from plain data to a programme."""

    def __init__(self, path: str, reading: Reading, cls: type[Programme], rate: Rater) -> None:
        self.reading = reading
        self.cls = cls
        self.rate = rate
        shipped = {name: catalogue.with_catalogue(reading.data.get(name), name) for name in catalogue.FILES}
        self.data = {**reading.data, **shipped}
        catalogue.add_places(reading.places)
        self.origin = Origin(path, reading.places, tuple(reading.provenance), stated_keys=_stated_keys(reading.data))

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
        whole = self.rate(completed(programme.with_origin(self.origin)))
        faults += references.check(whole, self._known(left), self.reading.places)
        faults += [self.reading.places.fault(path, message) for path, message in changes_that_cannot_be(whole)]
        return whole if faults else _with_assumptions(whole, self.origin), faults

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
            models=self._names("models"),
            sites=self._names("sites"),
            pools=self._names("pools"),
            workloads=self._names("workloads"),
            revenues=self._names("revenues"),
            clauses={name: _clause_names(contract) for name, contract in contracts.items()},
            doubtful=left.doubtful,
            whole=not left.left_out & {"chips", "models", "pools", "contracts"},
            horizon_is_read="horizon" not in left.left_out,
            decides_is_read="decides" not in left.left_out,
        )

    def _names(self, section: str) -> Collection[str] | None:
        """The names in a section; None where something else stands in its place."""
        return None if not isinstance(self.data.get(section, {}), Mapping) else _names(self.data, section)


def _with_assumptions(whole: Programme, origin: Origin) -> Programme:
    """The programme told also what only the whole of it tells: the catalogue's figures in use, and what is assumed."""
    own = origin.provenance
    shipped = shipped_provenance(whole, {record.path for record in own})
    provenance = (*own, *estimated_provenance(whole), *shipped)
    stated = {record.path for record in provenance}
    told = [record for record in provenance if record.assumed]
    defaults = [record for record in default_assumptions(whole) if record.path not in stated]
    return whole.with_origin(replace(origin, provenance=provenance, assumptions=(*told, *defaults)))


def _stated_keys(data: Mapping[str, Any]) -> dict[tuple[str, str], tuple[str, ...]]:
    """The keys of each thing that the file itself names, by section and name."""
    return {
        (section, name): tuple(thing)
        for section in data
        for name, thing in _names(data, section).items()
        if isinstance(thing, Mapping)
    }


def _names(thing: Any, key: str) -> Mapping[str, Any]:
    """The mapping of names under a key, empty where something else stands there."""
    names = thing.get(key) if isinstance(thing, Mapping) else None
    return names if isinstance(names, Mapping) else {}


def _clause_names(contract: Any) -> Collection[str]:
    """The clauses of a contract, those that amendments add among them."""
    amendments = contract.get("amendments") if isinstance(contract, Mapping) else None
    added = [name for one in amendments or () for name in _names(one, "new")] if isinstance(amendments, list) else []
    return dict.fromkeys((*_names(contract, "clauses"), *added))


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
