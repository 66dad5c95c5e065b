"""From files to facts: repeats counted, Use summed by pool, workload, month and slice, each fact with its sources."""

from __future__ import annotations

import hashlib
import pathlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any

import polars as pl

from gigawatt.errors import Fault, ProgrammeError
from gigawatt.file.fact_checks import (
    FILE,
    KEY,
    MOST_TOLD,
    FaultList,
    checked_header,
    kind_of_header,
    row_text,
    sound_rows,
)
from gigawatt.file.fact_files import BOOK, LINE, Table, read_table
from gigawatt.file.fact_kinds import BETWEEN, BY_NAME, FACT_KINDS, FILLED_BY_NONE, KIND_COLUMN, Column, FactKind
from gigawatt.file.fact_names import Names
from gigawatt.file.facts_on_record import NewFacts, by_period, table_on_record
from gigawatt.file.focus import read_focus
from gigawatt.model.facts import Facts
from gigawatt.model.gathered import Gathered, Register, Source, Unmapped
from gigawatt.model.programme import Programme
from gigawatt.values.ids import listed, unknown

_GROUP = ("pool", "workload", "month", "slice")
_ORDER_OF_USE, _ORDER = attrgetter(*(f"fact.{name}" for name in _GROUP)), attrgetter("name")
_ROW = "row of a fact"
_AT_ONCE = 100_000


def gather(
    programme: Programme,
    files: Sequence[str],
    bills: Sequence[str] = (),
    register: AbstractContextManager[Register] | None = None,
) -> Gathered:
    """Read files of facts, each `FILE` or `KIND=FILE`, and providers' bills in FOCUS, each `MAP=FILE`.

    The facts that a `register` has on record count too, a month of a kind at a time where there are many; what is told
    again with other content is a fault; what it does not have is told as `new`. ProgrammeError carries every fault of
    every file with its place.
    """
    names, found, new = Names.of(programme), FaultList(), NewFacts()
    tables = _tables(files, found)
    unmapped: list[Unmapped] = []
    for bill in bills:
        try:
            table, left = read_focus(bill, names)
        except ProgrammeError as error:
            found.faults += error.faults
        else:
            tables.append((BY_NAME["use"], table))
            unmapped += left
    rows: dict[str, list[pl.DataFrame]] = {kind.name: [] for kind in FACT_KINDS}
    for kind, table in _let_go(tables):
        wrong = list(checked_header(table, kind))
        found.faults += wrong
        if not wrong:
            rows[kind.name].append(sound_rows(table, kind, names, found))
    read: Counter[str] = Counter()
    repeats: Counter[str] = Counter()
    with register or nullcontext() as held_before:
        on_record = held_before.fact_counts() if held_before is not None else {}
        counts = dict.fromkeys(BY_NAME, 0)
        sources: list[Source] = []
        held: dict[str, tuple[object, ...]] = {}
        for kind in FACT_KINDS:
            fresh: dict[str, pl.DataFrame] = {}
            if rows[kind.name]:
                every = pl.concat(rows.pop(kind.name))
                fresh = by_period(kind, _new(kind, every, held_before, names, found))
                read[kind.name] = every.height
                repeats[kind.name] = every.height - sum(frame.height for frame in fresh.values())
                del every
            sizes = Counter({period: many for (name, period), many in on_record.items() if name == kind.name})
            sizes.update({period: frame.height for period, frame in fresh.items()})
            counts[kind.name] = sizes.total()
            if sizes:
                read[kind.name] += 0  # it is named though the book alone tells of it
            told = _every(kind, sizes, fresh, held_before, names, found)
            if told:
                sources += told
                held[kind.held_in] = tuple(source.fact for source in told)
            if held_before is not None:
                new.frames += [(kind, period, frame) for period, frame in fresh.items()]
    if found.faults:
        raise ProgrammeError(found.faults)
    facts = Facts(**held)  # type: ignore[arg-type]
    return Gathered(facts, tuple(sources), dict(read), dict(+repeats), tuple(unmapped), counts, new if len(new) else ())


def _tables(files: Iterable[str], faults: FaultList) -> list[tuple[FactKind, Table]]:
    """The tables of the files, each with its kind; a file of several kinds is parted by its column `fact`."""
    found: list[tuple[FactKind, Table]] = []
    for given in files:
        said, name = _said(given)
        if said is not None and said not in BY_NAME:
            faults.faults.append(Fault(name, 0, 0, "", f"{unknown('kind of fact', said, BY_NAME)}; {_kinds()}"))
            continue
        table = read_table(pathlib.Path(name))
        if isinstance(table, Fault):
            faults.faults.append(table)
        elif said is not None:
            found.append((BY_NAME[said], table))
        elif KIND_COLUMN in table.columns:
            found += _parted(table, faults)
        else:
            kind = kind_of_header(table.columns)
            if isinstance(kind, str):
                faults.faults.append(Fault(name, 0, 0, "", kind))
            else:
                found.append((kind, table))
    return found


def _let_go(tables: list[tuple[FactKind, Table]]) -> Iterator[tuple[FactKind, Table]]:
    """The tables, each of which is let go once its rows are had."""
    while tables:
        yield tables.pop(0)


def _said(given: str) -> tuple[str | None, str]:
    """The kind that stands before the name of a file, if one does, and the name."""
    kind, parted, name = given.partition("=")
    return (kind, name) if parted and "/" not in kind and "." not in kind else (None, given)


def _kinds() -> str:
    return f"the kinds are {listed(BY_NAME)}"


def _parted(table: Table, faults: FaultList) -> Iterable[tuple[FactKind, Table]]:
    """The rows of each kind, without the columns that are empty in all of them."""
    strange = table.frame.filter(pl.col(KIND_COLUMN).is_null() | ~pl.col(KIND_COLUMN).is_in(list(BY_NAME)))
    if strange.height:
        faults.tell(table, KIND_COLUMN, strange, lambda name: f"{unknown('kind of fact', name, BY_NAME)}; {_kinds()}")
    for kind in FACT_KINDS:
        rows = table.frame.filter(pl.col(KIND_COLUMN) == kind.name)
        if rows.height:
            known = {column.name for column in kind.every_column}
            kept = [name for name in rows.columns if name in known or rows[name].null_count() < rows.height]
            yield kind, Table(table.file, rows.select(kept), table.columns)


def _every(
    kind: FactKind,
    sizes: Mapping[str, int],
    fresh: Mapping[str, pl.DataFrame],
    register: Register | None,
    names: Names,
    faults: FaultList,
) -> list[Source]:
    """All facts of a kind, those on record and those that are new, by period, in their order."""
    found: list[Source] = []
    for periods in _few_at_once(sizes):
        pages = register.fact_pages(kind.name, periods) if register is not None else ()
        frames = [sound_rows(table_on_record(kind, page), kind, names, faults) for page in pages]
        once = pl.concat([*frames, *(fresh[period] for period in periods if period in fresh)])
        found += _summed(kind, once) if kind.name == "use" else _singly(kind, once, names)
    return sorted(found, key=_ORDER_OF_USE if kind.name == "use" else _ORDER)


def _few_at_once(sizes: Mapping[str, int]) -> Iterator[list[str]]:
    """Periods in their order, so many at once as have few facts together; one of many facts alone."""
    at_once: list[str] = []
    for period in sorted(sizes):
        if at_once and sum(sizes[one] for one in (*at_once, period)) > _AT_ONCE:
            yield at_once
            at_once = []
        at_once.append(period)
    if at_once:
        yield at_once


def _new(
    kind: FactKind, every: pl.DataFrame, register: Register | None, names: Names, faults: FaultList
) -> pl.DataFrame:
    """The rows of files that are not on record, each once; what is on record with other content is a fault."""
    had = []
    if register is not None:
        for piece in every[KEY].unique().sort().to_frame().iter_slices(_AT_ONCE):
            found = register.facts_with_ids([f"{kind.name}|{key}" for key in piece[KEY]])
            if found:
                had.append(sound_rows(table_on_record(kind, found), kind, names, FaultList()))
    return _once(kind, pl.concat([*had, every]), faults).filter(pl.col(FILE) != BOOK)


def _once(kind: FactKind, every: pl.DataFrame, faults: FaultList) -> pl.DataFrame:
    """Each fact once; the same id with other content is a fault that names the field."""
    again = every.filter(pl.col(KEY).is_duplicated())
    if not again.height:
        return every
    again = again.with_columns(row_text(kind).alias(_ROW))
    first = again.unique(KEY, keep="first", maintain_order=True)
    other = again.join(first, on=KEY, how="left", suffix=" first").filter(pl.col(_ROW) != pl.col(f"{_ROW} first"))
    for row in other.head(MOST_TOLD).iter_rows(named=True):
        fields = [c.name for c in kind.columns if row[c.name] != row[f"{c.name} first"]]
        values = listed(f"{name} {row[name]} for {row[f'{name} first']}" for name in fields)
        sender, _, fact_id = row[KEY].partition("|")
        message = (
            f"{fact_id!r} of {sender} stands already in {row[f'{FILE} first']}:{row[f'{LINE} first']}, and here has "
            f"other content: {values}; keep what was told first, and give what comes to it an id of its own"
        )
        faults.faults.append(Fault(row[FILE], row[LINE], 1, "id", message))
    if other.height > MOST_TOLD:
        faults.faults.append(
            Fault(other[FILE][MOST_TOLD], 0, 0, "id", f"and {other.height - MOST_TOLD:,} more ids with other content")
        )
    return every.unique(KEY, keep="first", maintain_order=True)


def _summed(kind: FactKind, once: pl.DataFrame) -> list[Source]:
    """Use by pool, workload, month and slice, in that order, each with the count and digest of its rows.

    One pool at a time is written out as text, which is what takes most room.
    """
    found = []
    for (pool,) in once.select("pool").unique().sort("pool").iter_rows():
        rows = once.filter(pl.col("pool") == pool).select(row_text(kind).alias(_ROW), *_GROUP, "chip_hours")
        rows = rows.with_columns(pl.col("month").str.slice(0, 7)).sort(*_GROUP, _ROW)
        groups = rows.group_by(_GROUP, maintain_order=True).agg(pl.col("chip_hours").sum(), pl.len().alias("rows"))
        start = 0
        for *group, chip_hours, count in groups.iter_rows():
            lines = rows[_ROW].slice(start, count).str.join("\n").item()
            start += count
            fact = kind.fact(*group, chip_hours=chip_hours)
            found.append(Source(kind.name, fact, count, _digest(lines), _name(lines) if count == 1 else ""))
    return found


def _singly(kind: FactKind, once: pl.DataFrame, names: Names) -> list[Source]:
    """Each row as a fact, in the order of sender and id."""
    found = []
    for row in once.sort(KEY).with_columns(row_text(kind).alias(_ROW)).iter_rows(named=True):
        values = {
            column.field or column.name: _value(column, row[column.name], names.digits)
            for column in kind.columns
            if column.name not in FILLED_BY_NONE
        }
        found.append(Source(kind.name, kind.fact(**values), 1, _digest(row[_ROW]), row[KEY]))
    return found


def _value(column: Column, value: Any, digits: int) -> object:
    """What stands in a column, as a fact has it."""
    if value is None:
        return column.default
    if column.type in ("amount", "payment"):
        return int(Decimal(value).scaleb(digits))
    if column.type == "month":
        return value[:7]
    if column.type == "day":
        return date.fromisoformat(value)
    if column.type == "flag":
        return value == "true"
    if column.type == "pools":
        return tuple(value.split(BETWEEN))
    return int(value) if column.type == "count" else value


def _digest(lines: str) -> str:
    return hashlib.sha256(lines.encode()).hexdigest()


def _name(line: str) -> str:
    return "|".join(line.split("|", 2)[:2])
