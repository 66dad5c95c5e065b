"""Columns of CSV files as dated series: `{csv: demand.csv, column: tokens_per_day, date: date, unit: token/day}`."""

from __future__ import annotations

import csv
import pathlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gigawatt.errors import Fault
from gigawatt.model.parsing import UNREADABLE
from gigawatt.model.provenance import Path, Place, Places, dotted
from gigawatt.values.ids import did_you_mean
from gigawatt.values.quantity import parse_quantity
from gigawatt.values.span import parse_day

KEYS = ("csv", "column", "date", "unit", "where", "interpolate")
_PASSED_ON = ("unit", "interpolate")


@dataclass(frozen=True, slots=True)
class _Table:
    """A CSV file: its columns, and its rows with the line that each begins on."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]


class ColumnReader:
    """Reads columns of the CSV files beside one YAML file; each CSV file is opened once."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        self._tables: dict[str, _Table | str] = {}

    def read(self, spec: Mapping[str, Any], path: Path, places: Places, faults: list[Fault]) -> dict[str, Any]:
        """The column as a mapping of date to text, with `unit` and `interpolate` as they stood.

        Rows whose cell is empty are left out. What is wrong goes to `faults`, with the CSV file's own line where a
        row is at fault. Each date's place is that of its row.
        """
        before = len(faults)
        table = self._checked(spec, path, places, faults)
        if table is None:
            return _nothing(spec)
        series: dict[str, Any] = {key: spec[key] for key in _PASSED_ON if key in spec}
        seen: dict[str, int] = {}
        matched = 0
        file = str(self._folder / spec["csv"])
        for line, row in table.rows:
            if any(row[column] != str(wanted) for column, wanted in spec.get("where", {}).items()):
                continue
            matched += 1
            day, text = row[spec["date"]].strip(), row[spec["column"]].strip()
            if not text:
                continue
            message = _wrong_with(day, text, seen)
            if message is not None:
                faults.append(Fault(file, line, 1, dotted(path), message))
                continue
            seen[day] = line
            series[day] = text
            places.keys[(*path, day)] = places.values[(*path, day)] = Place(file, line, 1)
        if not seen and len(faults) == before:
            faults.append(_no_rows(spec, matched, path, places))
        return series if seen else _nothing(spec)

    def _checked(self, spec: Mapping[str, Any], path: Path, places: Places, faults: list[Fault]) -> _Table | None:
        """The table, once the specification is sound and its columns exist."""
        found = [_spec_fault(spec, key) for key in spec]
        wrong = [(key, message) for key, message in found if message]
        wrong += [("", f"`{key}` is missing beside `csv`") for key in ("column", "date") if key not in spec]
        if wrong:
            for key, message in wrong:
                faults.append(places.fault((*path, key) if key else path, message, at_key=key not in (*KEYS, "")))
            return None
        table = self._table(spec["csv"])
        if isinstance(table, str):
            faults.append(places.fault((*path, "csv"), table))
            return None
        named = [((*path, key), spec[key]) for key in ("column", "date")]
        named += [((*path, "where", column), column) for column in spec.get("where", {})]
        missing = [(at, name) for at, name in named if name not in table.columns]
        for at, name in missing:
            hint = did_you_mean(name, table.columns) or f"; it has {', '.join(table.columns)}"
            faults.append(places.fault(at, f"{spec['csv']} has no column {name!r}{hint}"))
        return None if missing else table

    def _table(self, name: str) -> _Table | str:
        if name not in self._tables:
            self._tables[name] = _open(self._folder / name, name)
        return self._tables[name]


def _open(path: pathlib.Path, name: str) -> _Table | str:
    """The table, or what is wrong with the file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="", restkey="")
            columns = tuple(reader.fieldnames or ())
            if not columns:
                return f"{name} is empty; its first line should name the columns"
            rows = tuple((reader.line_num, row) for row in reader)
    except FileNotFoundError:
        return f"there is no file {name} beside this one"
    except UnicodeDecodeError:
        return f"{name} is not text in UTF-8"
    except csv.Error as error:
        return f"{name} is not a CSV file: {error}"
    except OSError as error:
        return f"{name} cannot be read: {error.strerror or error}"
    return _Table(columns, rows)


def _spec_fault(spec: Mapping[str, Any], key: str) -> tuple[str, str | None]:
    """A key of the specification, and what is wrong with it."""
    if key not in KEYS:
        return key, f"unknown key {key!r} beside `csv`{did_you_mean(key, KEYS)}"
    if key == "where":
        sound = isinstance(spec[key], Mapping) and all(isinstance(text, str) for text in spec[key].values())
        return key, None if sound else "the rows are chosen by a mapping of column to text"
    return key, None if isinstance(spec[key], str) else "text is due"


def _wrong_with(day: str, text: str, seen: Mapping[str, int]) -> str | None:
    """What is wrong with a row's date or number, if anything."""
    try:
        parse_day(day)
        parse_quantity(text)
    except ValueError as error:
        return str(error)
    if day in seen:
        return f"a second row for {day}; the first is on line {seen[day]}; choose among them by `where`"
    return None


def _no_rows(spec: Mapping[str, Any], matched: int, path: Path, places: Places) -> Fault:
    if matched:
        return places.fault((*path, "column"), f"{spec['csv']} has no value in column {spec['column']!r}")
    where = spec.get("where")
    if not where:
        return places.fault((*path, "csv"), f"{spec['csv']} has no rows")
    wanted = " and ".join(f"{column} {text!r}" for column, text in where.items())
    return places.fault((*path, "where"), f"{spec['csv']} has no row with {wanted}")


def _nothing(spec: Mapping[str, Any]) -> dict[str, Any]:
    """What stands for a column that cannot be read; a fault has said so, and nothing more is to be said of it."""
    return {UNREADABLE: "", **{key: spec[key] for key in _PASSED_ON if isinstance(spec.get(key), str)}}
