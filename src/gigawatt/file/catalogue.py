"""The chips that ship with Gigawatt; a programme's own entries add chips, or replace single keys of one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from gigawatt.file.reading import Reading, read_text
from gigawatt.model.provenance import Places, Provenance

FILE = "chips.yaml"
"""How the catalogue is named where a source or a place is given."""


@lru_cache(maxsize=1)
def shipped() -> Reading:
    """The catalogue as it was read; not to be changed. RuntimeError where the package is broken."""
    reading = read_text(files("gigawatt.file").joinpath(FILE).read_text(encoding="utf-8"), FILE)
    if reading.faults:
        raise RuntimeError(f"the chip catalogue that ships is broken: {reading.faults[0]}")
    return reading


def chip_ids() -> tuple[str, ...]:
    """The ids of the chips that ship."""
    return tuple(shipped().data["chips"])


def vendors() -> set[str]:
    """Who makes the chips that ship."""
    return {chip["vendor"] for chip in shipped().data["chips"].values() if "vendor" in chip}


def with_catalogue(own: Any) -> Any:
    """A programme's `chips` with the catalogue's behind them, key by key; what is not a mapping is given back."""
    catalogue: Mapping[str, Any] = shipped().data["chips"]
    if own is None:
        return catalogue
    if not isinstance(own, Mapping):
        return own
    merged = dict(catalogue)
    for name, chip in own.items():
        known = catalogue.get(name)
        merged[name] = {**known, **chip} if known is not None and isinstance(chip, Mapping) else chip
    return merged


def add_places(places: Places) -> None:
    """Make the catalogue's own places known; those of the programme go before."""
    places.add(shipped().places)


def provenance(chips: set[str], known: set[str]) -> list[Provenance]:
    """Where the catalogue's figures of these chips come from, but for the paths that the programme itself states."""
    return [
        record for record in shipped().provenance if record.path.split(".")[1] in chips and record.path not in known
    ]
