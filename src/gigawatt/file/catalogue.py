"""The chips and models that ship; a programme's own entries add some, or replace single keys of one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from gigawatt.file.reading import Reading, read_text
from gigawatt.model.provenance import Places, Provenance

if TYPE_CHECKING:
    from gigawatt.model.programme import Programme

FILES = {"chips": "chips.yaml", "models": "models.yaml"}
"""Each section that ships, and how its file is named where a source or a place is given."""


@lru_cache(maxsize=len(FILES))
def shipped(section: str = "chips") -> Reading:
    """The catalogue of a section as it was read; not to be changed. RuntimeError where the package is broken."""
    file = FILES[section]
    reading = read_text(files("gigawatt.file").joinpath(file).read_text(encoding="utf-8"), file)
    if reading.faults:
        raise RuntimeError(f"the catalogue that ships is broken: {reading.faults[0]}")
    return reading


def chip_ids() -> tuple[str, ...]:
    """The ids of the chips that ship."""
    return tuple(shipped().data["chips"])


def vendors() -> set[str]:
    """Who makes the chips that ship."""
    return {chip["vendor"] for chip in shipped().data["chips"].values() if "vendor" in chip}


def with_catalogue(own: Any, section: str = "chips") -> Any:
    """A programme's section with the catalogue's behind it, key by key; what is not a mapping is given back."""
    catalogue: Mapping[str, Any] = shipped(section).data[section]
    if own is None:
        return catalogue
    if not isinstance(own, Mapping):
        return own
    merged = dict(catalogue)
    for name, thing in own.items():
        known = catalogue.get(name)
        merged[name] = {**known, **thing} if known is not None and isinstance(thing, Mapping) else thing
    return merged


def things(cls: type[Programme]) -> Programme:
    """A programme that is nothing but the catalogue: its chips and its models."""
    bare = {"programme": "catalogue", "decides": "nobody", "horizon": {"from": "2025-01", "through": "2025-12"}}
    sections = {section: shipped(section).data[section] for section in FILES}
    return cls.model_validate({**bare, **sections}, by_alias=True, by_name=False)


def add_places(places: Places) -> None:
    """Make the catalogue's own places known; those of the programme go before."""
    for section in FILES:
        places.add(shipped(section).places)


def provenance(section: str, names: set[str], known: set[str]) -> list[Provenance]:
    """Where the catalogue's figures of these things come from, but for the paths that the programme itself states."""
    wanted = tuple(f"{section}.{name}." for name in names)
    return [
        record
        for record in shipped(section).provenance
        if f"{record.path}.".startswith(wanted) and record.path not in known
    ]
