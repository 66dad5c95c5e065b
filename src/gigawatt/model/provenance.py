"""Where values stand in the file, and where they come from: positions, sources and assumptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from gigawatt.errors import Fault

Path = tuple[str | int, ...]
"""The way to a value: keys of mappings and indices of lists."""

KEYS = ("source", "assumed", "note")
"""The keys by which a value or a thing says where it comes from."""


def dotted(path: Path) -> str:
    """A path as people read it: `contracts.azure.clauses.rate.price`, `include[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file; lines and columns count from one."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where one value comes from: its sources, or that it is assumed. Line nought: a default that the file left out."""

    path: str
    value_text: str
    source: tuple[str, ...] = ()
    assumed: bool = False
    note: str | None = None
    file: str = ""
    line: int = 0


@dataclass(slots=True)
class Places:
    """The place of every key and every value of a programme, by path."""

    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)

    def key(self, path: Path) -> Place:
        """Where the key is; of what has none, where its value or the nearest thing around it is."""
        for nearest in _outwards(path):
            if (place := self.keys.get(nearest) or self.values.get(nearest)) is not None:
                return place
        return Place("", 0, 0)

    def value(self, path: Path) -> Place:
        """Where the value is, or the nearest thing around it: there the key."""
        place = next((self.values[way] for way in _forms(path) if way in self.values), None)
        return place if place is not None else self.key(path[:-1]) if path else Place("", 0, 0)

    def fault(self, path: Path, message: str, *, at_key: bool = False) -> Fault:
        """A fault about the value at `path`, or about its key."""
        while path and isinstance(path[-1], int) and path not in self.values:
            # One text stands where a list of them could.
            path = path[:-1]
        place = self.key(path) if at_key else self.value(path)
        return Fault(place.file, place.line, place.column, dotted(path), message)

    def add(self, other: Places) -> None:
        """Take in the places of another file; those known already stay."""
        for mine, theirs in ((self.keys, other.keys), (self.values, other.values)):
            for path, place in theirs.items():
                mine.setdefault(path, place)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a programme was changed by from what its file says: values set anew, clauses left out, events that come."""

    settings: tuple[tuple[str, str], ...] = ()
    """Paths with their new values, as text."""
    without: tuple[str, ...] = ()
    """Clauses by their full names."""
    events: tuple[tuple[str, date], ...] = ()

    def and_then(self, more: Changes) -> Changes:
        """These changes, then others."""
        return Changes(self.settings + more.settings, self.without + more.without, self.events + more.events)

    def told(self) -> list[str]:
        """Each in a few words."""
        set_anew = [f"{path} = {text}" for path, text in self.settings]
        left_out = [f"without {name}" for name in self.without]
        return [*set_anew, *left_out, *(f"{event} on {day}" for event, day in self.events)]

    def __str__(self) -> str:
        return ", ".join(self.told())


@dataclass(frozen=True, slots=True)
class Origin:
    """What a programme remembers of the file that it was read from; of one made in Python nothing."""

    path: str = ""
    places: Places = field(default_factory=Places)
    provenance: tuple[Provenance, ...] = ()
    """Of the file's own figures, then of the catalogue's that are in use."""
    assumptions: tuple[Provenance, ...] = ()
    """Those of `provenance` that are assumed, then what holds because the file does not say otherwise."""
    stated_keys: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """The keys that the file states of a thing, by its section and name."""
    changes: Changes = field(default_factory=Changes)
    """By what it differs from the file."""


def _forms(path: Path) -> Iterator[Path]:
    """The path, and as it is where a list's items are named 1, 2, and so on."""
    yield path
    if any(isinstance(part, str) and part.isdigit() for part in path):
        yield tuple(int(part) - 1 if isinstance(part, str) and part.isdigit() else part for part in path)


def _outwards(path: Path) -> Iterator[Path]:
    for length in range(len(path), -1, -1):
        yield from _forms(path[:length])
