"""Reads files of facts as tables of text, whole columns at a time: CSV, Parquet, JSON lines, by the file's ending.

All becomes text, so that one set of checks reads every format exactly: CSV is never guessed at, numbers in JSON keep
their digits. A binary float is taken where it equals a decimal of six places (0.5, 744.0), else marked as inexact.
"""

from __future__ import annotations

import json
import pathlib
from dataclasses import dataclass
from typing import Any

import polars as pl

from gigawatt.errors import Fault
from gigawatt.values.ids import listed

LINE = "line of the file"
"""The column that is added: the line of a row in its file; of Parquet its row, from one."""
BOOK = "the book"
"""Stands where a file is named, for what was on record before."""
INEXACT = "~"
"""Stands before a binary float that no decimal of six places equals."""
_EXACT_STEPS = 64.0
"""A multiple of 1/64 has at most six decimals, and no other binary fraction has so few."""
_MOST_EXACT = 2.0**46


@dataclass(frozen=True)
class Table:
    """The rows of a file: columns of text, null where nothing stands, and `LINE`."""

    file: str
    frame: pl.DataFrame
    columns: tuple[str, ...]
    """All columns of the file, of which the frame may hold some."""
    on_record: bool = False
    """Whether a book holds the rows, which stay there; `LINE` is then a record's number."""

    @property
    def held(self) -> tuple[str, ...]:
        """The columns that it holds."""
        return tuple(name for name in self.frame.columns if name != LINE)

    def fault(self, line: int, column: str, message: str) -> Fault:
        """A fault in a row; without a line in the whole file."""
        place = self.columns.index(column) + 1 if column in self.columns else 1
        return Fault(self.file, line, place if line else 0, column, message)


def read_table(path: pathlib.Path) -> Table | Fault:
    """The table that a file holds, or what is wrong with the file."""
    read = _BY_ENDING.get(path.suffix.lower())
    if read is None:
        return _fault(path, f"ends in none of {listed(_BY_ENDING)}; give it the ending of what it holds")
    try:
        if path.stat().st_size == 0:
            return _fault(path, "is empty; a file of facts names its columns even where it holds no rows")
        found = read(path)
        if isinstance(found, Fault):
            return found
        columns = tuple(name for name in found.columns if name != LINE)
        return Table(str(path), found.select(LINE, *map(_as_text, (found[name] for name in columns))), columns)
    except FileNotFoundError:
        return _fault(path, "there is no such file; look at its name and folder")
    except OSError as error:
        return _fault(path, f"cannot be read: {error.strerror or error}")
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, UnicodeDecodeError) as error:
        return _fault(path, f"is no sound {path.suffix[1:]} file: {_first(error)}; it may have been cut short")


def _fault(path: pathlib.Path, message: str, line: int = 0) -> Fault:
    return Fault(str(path), line, 1 if line else 0, "", message)


def _first(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def _csv(path: pathlib.Path) -> pl.DataFrame | Fault:
    with path.open("rb") as file:
        head = file.readline()
        file.seek(-1, 2)
        if file.read(1) not in (b"\n", b"\r"):
            return _fault(path, "does not end with the end of a line, so that its last row may have been cut short; "
                          "have it written again, or add the line end if you know the row to be whole")  # fmt: skip
    names = head.decode("utf-8-sig").strip("\r\n").replace('"', "").split(",")
    if len(set(names)) < len(names):
        twice = listed(repr(name) for name in dict.fromkeys(names) if names.count(name) > 1)
        return _fault(path, f"names {twice} twice among its columns; give each its own name", 1)
    found = pl.read_csv(path, infer_schema=False).with_row_index(LINE, offset=2)
    return found.filter(~pl.all_horizontal(pl.exclude(LINE).is_null()))


def _parquet(path: pathlib.Path) -> pl.DataFrame:
    return pl.read_parquet(path, memory_map=False).with_row_index(LINE, offset=1)


def _json_lines(path: pathlib.Path) -> pl.DataFrame | Fault:
    columns: dict[str, list[str | None]] = {}
    lines: list[int] = []
    with path.open(encoding="utf-8-sig") as file:
        for line, text in enumerate(file, 1):
            if not text.strip():
                continue
            try:
                row = json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_once)
            except ValueError as error:
                return _fault(path, f"is no JSON object: {_first(error)}; it may have been cut short", line)
            if not isinstance(row, dict):
                return _fault(path, 'a line is one object, as {"id": ...}', line)
            columns |= {name: [None] * len(lines) for name in row if name not in columns}
            lines.append(line)
            for name, values in columns.items():
                values.append(_plain(row.get(name)))
    if not lines:
        return _fault(path, "is empty; each line is one fact, a JSON object")
    frame = pl.DataFrame({name: pl.Series(values, dtype=pl.String) for name, values in columns.items()})
    return frame.with_columns(pl.Series(LINE, lines, dtype=pl.UInt32))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in it")
    return found


def _plain(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return ("false", "true")[value] if isinstance(value, bool) else json.dumps(value)


_BY_ENDING = {".csv": _csv, ".parquet": _parquet, ".jsonl": _json_lines, ".ndjson": _json_lines}


def _paired(value: object) -> object:
    """A map, which Parquet keeps as a list of keys and values, as a mapping."""
    if isinstance(value, list) and all(isinstance(one, dict) and one.keys() == {"key", "value"} for one in value):
        return {one["key"]: one["value"] for one in value}
    return value


def _as_text(values: pl.Series) -> pl.Series:
    """A column as text; empty text is nothing."""
    kind = values.dtype
    if kind.is_float():
        return _float_as_text(values)
    if isinstance(kind, pl.Datetime):
        at_utc = values.dt.convert_time_zone("UTC") if kind.time_zone else values
        return at_utc.dt.strftime("%Y-%m-%d")
    if isinstance(kind, pl.List | pl.Struct | pl.Array):
        texts = [None if one is None else json.dumps(_paired(one), default=str) for one in values.to_list()]
        return pl.Series(values.name, texts, dtype=pl.String)
    text = values.cast(pl.String)
    if isinstance(kind, pl.Decimal):
        text = text.str.replace(r"(\.[0-9]*?)0+$", "$1").str.strip_suffix(".")
    return (
        text.to_frame()
        .select(pl.when(pl.first() == "").then(None).otherwise(pl.first()).alias(values.name))
        .to_series()
    )


def _float_as_text(values: pl.Series) -> pl.Series:
    wide = values.cast(pl.Float64)
    steps = wide * _EXACT_STEPS
    exact = (steps == steps.round()) & (wide.abs() < _MOST_EXACT)
    number = wide.to_frame().select(pl.when(exact).then(pl.first())).to_series().cast(pl.Decimal(38, 6))
    text = number.cast(pl.String).str.replace(r"(\.[0-9]*?)0+$", "$1").str.strip_suffix(".")
    inexact = INEXACT + wide.cast(pl.String)
    both = pl.DataFrame({"text": text, "inexact": inexact, "exact": exact})
    return both.select(pl.when("exact").then("text").otherwise("inexact")).to_series().alias(values.name)
