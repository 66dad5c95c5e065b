"""Facts as a book keeps them: each row as one record of text, written from tables and read back into them.

A record's id is `kind|sender|id`; its content is the columns of its kind in their order, joined by `|`, as `row_text`
has them. What is read back is checked as a file is, so that a programme that no longer knows a pool is told so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from gigawatt.file.fact_checks import FILE, KEY, row_text
from gigawatt.file.fact_files import BOOK, LINE, Table
from gigawatt.file.fact_kinds import BY_NAME, FactKind
from gigawatt.model.entry import FactOnRecord

_AT_ONCE = 100_000
_ROW = "row of a record"
_MONTHLY = frozenset({"month", "day"})


@dataclass
class NewFacts:
    """The facts that a book does not have yet: to be gone through as often as wanted, a piece at a time."""

    frames: list[tuple[FactKind, pl.DataFrame]] = field(default_factory=list)

    def add(self, kind: FactKind, once: pl.DataFrame) -> None:
        """Keep the rows of a kind that no book had, by their ids: so a book's index of ids is written in its order."""
        new = once.filter(pl.col(FILE) != BOOK).sort(KEY)
        if new.height:
            self.frames.append((kind, new))

    def __len__(self) -> int:
        return sum(frame.height for _, frame in self.frames)

    def __iter__(self) -> Iterator[FactOnRecord]:
        for kind, frame in self.frames:
            days = [column.name for column in kind.columns if column.type in _MONTHLY]
            period = pl.coalesce(pl.col(name).cast(pl.String) for name in days).str.slice(0, 7).fill_null("")
            for piece in frame.iter_slices(_AT_ONCE):
                told = piece.select(row_text(kind).alias(_ROW), pl.col(KEY).str.len_bytes(), period.alias("period"))
                for row, length, month in told.with_columns(pl.col(KEY).cast(pl.Int64)).iter_rows():
                    key = row.encode()[:length].decode()
                    yield FactOnRecord(f"{kind.name}|{key}", kind.name, month, row[len(key) + 1 :])


def tables_on_record(records: Iterable[tuple[int, FactOnRecord]]) -> Iterator[tuple[FactKind, Table]]:
    """The tables that records (each with its number) hold, a piece of one kind at a time."""
    pending: dict[str, list[tuple[int, str]]] = {}
    for number, record in records:
        if record.kind not in BY_NAME:  # a sum of others
            continue
        rows = pending.setdefault(record.kind, [])
        rows.append((number, record.id[len(record.kind) + 1 :] + "|" + record.content))
        if len(rows) == _AT_ONCE:
            yield _table(BY_NAME[record.kind], pending.pop(record.kind))
    for name, rows in pending.items():
        yield _table(BY_NAME[name], rows)


def _table(kind: FactKind, rows: list[tuple[int, str]]) -> tuple[FactKind, Table]:
    names = ("sender", "id", *(column.name for column in kind.columns))
    texts = pl.Series(_ROW, [text for _, text in rows]).str.split_exact("|", len(names) - 1)
    frame = texts.struct.rename_fields(list(names)).struct.unnest()
    frame = frame.with_columns(pl.when(pl.all() == "").then(None).otherwise(pl.all()).name.keep())
    frame = frame.with_columns(pl.Series(LINE, [number for number, _ in rows], dtype=pl.UInt32))
    return kind, Table(BOOK, frame.select(LINE, *names), names, on_record=True)
