"""What is left of a faulty file, so that the rest of it can still be checked in the same run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gigawatt.file.reading import SECTIONS
from gigawatt.model.provenance import Path
from gigawatt.values.ids import is_id

_STAND_INS: Mapping[str, Any] = {
    "programme": "unnamed",
    "decides": "nobody",
    "horizon": {"from": "2000-01", "through": "2000-12"},
}
"""What stands for a section without which nothing can be read."""


@dataclass
class Salvage:
    """Data without its faulty parts.

    `doubtful` are contracts of which only parties and clauses are left; `left_out` are sections that lost a thing or
    stand for one that could not be read.
    """

    data: dict[str, Any]
    doubtful: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)


def salvage(data: Mapping[str, Any], faulty: Iterable[Path]) -> Salvage:
    """Take out the things that hold a fault, at least a clause, at most a thing with a name."""
    left = Salvage(dict(data))
    for path in faulty:
        section = str(path[0]) if path else ""
        if section in SECTIONS and len(path) > 1 and isinstance(left.data.get(section), Mapping):
            _take_out(left, section, path)
        elif section:
            left.data.pop(section, None)
            left.left_out.add(section)
    for section, stand_in in _STAND_INS.items():
        if section not in left.data:
            left.data[section] = stand_in
            left.left_out.add(section)
    return left


def _take_out(left: Salvage, section: str, path: Path) -> None:
    """Take out the thing that `path` leads into; of a contract only what is faulty."""
    left.left_out.add(section)
    things = left.data[section] = dict(left.data[section])
    name = path[1]
    thing = things.get(name)
    if section != "contracts" or not isinstance(thing, Mapping):
        things.pop(name, None)
        return
    clauses = thing.get("clauses")
    if len(path) > 3 and path[2] == "clauses" and isinstance(clauses, Mapping):
        things[name] = {**thing, "clauses": {key: clause for key, clause in clauses.items() if key != path[3]}}
        return
    left.doubtful.add(str(name))
    parties = {key: thing.get(key) for key in ("buyer", "seller")}
    if all(isinstance(party, str) and is_id(party) for party in parties.values()) and len(set(parties.values())) == 2:
        rest = clauses if isinstance(clauses, Mapping) and path[2:3] != ("clauses",) else {}
        things[name] = {**parties, "status": "signed", "clauses": rest}
    else:
        things.pop(name, None)
