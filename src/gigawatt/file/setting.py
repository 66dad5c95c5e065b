"""What if a value were another: some values of a file set anew, before it is validated.

A value replaces what stands there, or changes it: `+180 d` moves a day, `+10 %` and `*1.1` scale a quantity, or every
value of a dated one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from gigawatt.errors import Fault
from gigawatt.file.reading import Reading
from gigawatt.model.provenance import KEYS, Path, Provenance, dotted
from gigawatt.values.ids import did_you_mean
from gigawatt.values.quantity import plain
from gigawatt.values.span import Duration, looks_like_day, parse_day, parse_duration

_NUMBER = re.compile(r"\s*([-+]?\d[\d_]*\.?\d*(?:[eE][-+]?\d+)?)(.*)", re.DOTALL)
_SHIFT = re.compile(r"([-+])\s*(\d+\s*(?:d|days?|weeks?|months?|y|years?))")
_SHARE = re.compile(r"([-+])\s*(\d+\.?\d*)\s*%")
_FACTOR = re.compile(r"[*x]\s*(\d+\.?\d*(?:[eE][-+]?\d+)?)")

BESIDE = ("unit", "interpolate", "growth", "from", *KEYS)
"""What stands beside the values of a dated quantity, and is not scaled with them."""


def set_anew(reading: Reading, settings: Iterable[tuple[str, str]]) -> None:
    """Set values of a file that was read, by their paths as `sites.abilene.phases.2.ready`, one after the other.

    Faults join those of the reading.
    """
    for where, text in settings:
        path, faults = _path(reading.data, where), reading.faults
        if isinstance(path, str):
            faults.append(Fault(where, 0, 0, "", path))
            continue
        holder, key = _holder(reading.data, path)
        try:
            holder[key] = _changed(_get(holder, key), text)
        except ValueError as error:
            faults.append(reading.places.fault(path, f"cannot be set to {text!r}: {error}"))
            continue
        _tell(reading, path, text)


def _path(data: Any, where: str) -> Path | str:
    """The way to a value; or what is wrong with it. The last key need not be stated yet."""
    path: list[str | int] = []
    at, rest = data, re.sub(r"\[(\d+)\]", lambda found: f".{int(found[1]) + 1}", where.strip())
    while rest:
        part, rest = _first(rest, at)
        if isinstance(at, list):
            if not part.isdigit() or not 1 <= int(part) <= len(at):
                return f"there is no {part!r} in {dotted(tuple(path))}, which has 1 to {len(at)}"
            path.append(int(part) - 1)
            at = at[int(part) - 1]
        elif isinstance(at, Mapping):
            if part not in at and rest:
                hint = did_you_mean(part, map(str, at)) or f"; there are {', '.join(map(str, at))}"
                return f"there is no {part!r} in {dotted(tuple(path)) or 'the programme'}{hint}"
            path.append(part)
            at = at.get(part)
        else:
            return f"{dotted(tuple(path))} is {_said(at)}, which has nothing in it called {part!r}"
    return tuple(path) if path else "names nothing; write a path, as sites.abilene.phases.2.ready"


def _first(rest: str, at: Any) -> tuple[str, str]:
    """The first key of a path, and what is left; a key may have dots of its own."""
    keys = [key for key in at if rest == key or rest.startswith(f"{key}.")] if isinstance(at, Mapping) else []
    first = max(keys, key=len, default=rest.partition(".")[0])
    return first, rest[len(first) + 1 :]


def _tell(reading: Reading, path: Path, text: str) -> None:
    """What was set is an assumption; what the file says of where the value came from holds no longer."""
    name, place = dotted(path), reading.places.value(path)
    reading.provenance[:] = [
        one for one in reading.provenance if one.path != name and not one.path.startswith((f"{name}.", f"{name}["))
    ]
    told = Provenance(name, text, assumed=True, note="set to see what if", file=place.file, line=place.line)
    reading.provenance.append(told)


def _holder(data: Any, path: Path) -> tuple[Any, str | int]:
    for part in path[:-1]:
        data = data[part]
    return data, path[-1]


def _get(holder: Any, key: str | int) -> Any:
    return holder.get(key) if isinstance(holder, Mapping) else holder[key]


def _changed(before: Any, text: str) -> Any:
    """What stands there after a change. ValueError where it cannot be changed so."""
    if (shift := _SHIFT.fullmatch(text.strip())) is not None:
        return _moved(before, shift[1], parse_duration(shift[2]))
    if (share := _SHARE.fullmatch(text.strip())) is not None:
        return _scaled(before, 1 + Decimal(f"{share[1]}{share[2]}") / 100)
    if (factor := _FACTOR.fullmatch(text.strip())) is not None:
        return _scaled(before, Decimal(factor[1]))
    return text


def _moved(before: Any, sign: str, by: Duration) -> str:
    if not isinstance(before, str) or not looks_like_day(before.strip()):
        raise ValueError(f"{_said(before)} is no day that could be moved by {by}")
    day = parse_day(before)
    return str(by.after(day) if sign == "+" else by.before(day))


def _scaled(before: Any, factor: Decimal) -> Any:
    if isinstance(before, Mapping):
        return {key: value if key in BESIDE else _scaled(value, factor) for key, value in before.items()}
    found = _NUMBER.fullmatch(before) if isinstance(before, str) and not looks_like_day(before.strip()) else None
    if found is None:
        raise ValueError(f"{_said(before)} is no quantity that could be scaled by {plain(factor)}")
    return f"{plain(Decimal(found[1].replace('_', '')) * factor)}{found[2]}"


def _said(value: Any) -> str:
    return "what is not stated" if value is None else f"{value!r}"
