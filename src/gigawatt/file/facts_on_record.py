"""Facts as a book keeps them: each row as one record of text, written from tables and read back into them.

A record's id is `kind|sender|id`; its content is the columns of its kind in their order, joined by `|`, as `row_text`
has them. What is read back is checked as a file is, so that a programme that no longer knows a pool is told so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from gigawatt.file.fact_checks import KEY, row_text
from gigawatt.file.fact_files import BOOK, LINE, Table
from gigawatt.file.fact_kinds import FactKind
from gigawatt.model.entry import FactOnRecord

_AT_ONCE = 100_000
_ROW = "row of a record"
PERIOD = "period of the fact"
"""A column of months, which no file can name so."""
_MONTHLY = frozenset({"month", "day"})


def by_period(kind: FactKind, rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The rows of a kind by the month of each (empty where it has none), sorted by `KEY`."""
    days = [column.name for column in kind.columns if column.type in _MONTHLY]
    period = pl.coalesce(pl.col(name).cast(pl.String) for name in days).str.slice(0, 7).fill_null("")
    rows = rows.with_columns(period.alias(PERIOD)).sort(PERIOD, KEY)
    found, start = {}, 0
    for month, count in rows.group_by(PERIOD, maintain_order=True).len().iter_rows():
        found[month] = rows.slice(start, count).drop(PERIOD)
        start += count
    return found


@dataclass
class NewFacts:
    """The facts that a book does not have yet: to be gone through as often as wanted, a piece at a time."""

    frames: list[tuple[FactKind, str, pl.DataFrame]] = field(default_factory=list)
    """By kind and period, sorted by `KEY`, so that a book's index of ids is written in its order."""

    def __len__(self) -> int:
        return sum(frame.height for _, _, frame in self.frames)

    def __iter__(self) -> Iterator[FactOnRecord]:
        for kind, period, frame in self.frames:
            for piece in frame.iter_slices(_AT_ONCE):
                told = piece.select(row_text(kind).alias(_ROW), pl.col(KEY).str.len_bytes().cast(pl.Int64))
                for row, length in told.iter_rows():
                    key = row.encode()[:length].decode()
                    yield FactOnRecord(f"{kind.name}|{key}", kind.name, period, row[len(key) + 1 :])


def table_on_record(kind: FactKind, records: Sequence[tuple[Any, ...]]) -> Table:
    """The table that records of a kind hold, each a number, an id and its content."""
    names = ("sender", "id", *(column.name for column in kind.columns))
    numbers, ids, contents = zip(*records, strict=True)
    texts = pl.DataFrame({"id": ids, "content": contents}).select(
        pl.concat_str(pl.col("id").str.slice(len(kind.name) + 1), "content", separator="|")
        .str.split_exact("|", len(names) - 1)
        .struct.rename_fields(list(names))
    )
    frame = texts.to_series().struct.unnest()
    frame = frame.with_columns(pl.when(pl.all() == "").then(None).otherwise(pl.all()).name.keep())
    frame = frame.with_columns(pl.Series(LINE, numbers, dtype=pl.UInt32))
    return Table(BOOK, frame.select(LINE, *names), names, on_record=True)
