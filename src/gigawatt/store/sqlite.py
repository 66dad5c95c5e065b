"""A book in one SQLite file: write-ahead log, every commit synced to the disk."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gigawatt.errors import BookError
from gigawatt.store.schema import TABLES
from gigawatt.store.sql import Row, SqlStore, columns_of

PATIENCE_S = 60.0


class SqliteStore(SqlStore):
    """Rows of a book in a file. It is made where it is not there and `create` says so; else BookError."""

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self.path = path
        if not create and not path.is_file():
            raise BookError(f"{path}: there is no book; settle a programme into it first")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BookError(f"{path}: no book can be made there ({error.strerror}); name another place") from error
        with self._told():
            self.connection = sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None)
            self._keep_a_log()
            self.connection.execute("pragma synchronous = full")
            self.migrate("sqlite", create)

    def _keep_a_log(self) -> None:
        """Have a write-ahead log. While another begins the same file SQLite says at once that it is locked."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                self.connection.execute("pragma journal_mode = wal")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(0.01)

    def run(self, sql: str) -> None:
        """Run a statement."""
        self.connection.execute(sql)

    def version(self) -> int:
        """The version of the book; 0 where the file is empty."""
        names = {name for (name,) in self.all("select name from sqlite_master")}
        if "versions" in names:
            return self.known_version(str(self.path))
        if names:
            raise BookError(f"{self.path}: is a database of something else; name a book, or a new file")
        return 0

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of the database as sentences that say what to do."""
        try:
            yield
        except sqlite3.Error as error:
            raise BookError(f"{self.path}: {_what_to_do(str(error))}") from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction, alone among writers."""
        with self._told():
            self.connection.execute("begin immediate")
            try:
                yield
                self.connection.execute("commit")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("rollback")
                raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One consistent view."""
        with self._told():
            self.connection.execute("begin")
            try:
                yield
            finally:
                if self.connection.in_transaction:
                    self.connection.execute("rollback")

    def all(self, sql: str, *values: Any) -> list[Row]:
        """All rows of a query."""
        handed = [json.dumps(value) if isinstance(value, list) else value for value in values]
        return self.connection.execute(sql, handed).fetchall()

    def among(self, table: str, column: str) -> str:
        """How a query goes on for rows with one of some values: a cross join, since `in` would sort them first."""
        return f"from (select value as wanted from json_each(?)) cross join {table} where {table}.{column} = wanted"

    def scan(self, table: str) -> Iterator[Row]:
        """All rows of a table by seq, read as they are asked for."""
        return iter(self.connection.execute(f"select {columns_of(table)} from {table} order by seq"))

    def append(self, table: str, rows: Sequence[Row]) -> None:
        """Add rows, inside `writing`."""
        marks = ", ".join("?" * len(TABLES[table]))
        self.connection.executemany(f"insert into {table} values ({marks})", rows)

    def check(self) -> list[str]:
        """What SQLite finds wrong with the file."""
        found = [str(row[0]) for row in self.all("pragma integrity_check")]
        return [] if found == ["ok"] else found

    def close(self) -> None:
        """Close the file."""
        self.connection.close()


def _what_to_do(error: str) -> str:
    """What SQLite says, and what can be done about it."""
    if "full" in error or "disk I/O" in error:
        return f"the disk has no room for it ({error}); nothing of this batch was kept: make room and send it again"
    if "malformed" in error or "not a database" in error:
        return f"the file is damaged ({error}); restore it from a copy and send again what came since: a repeat is safe"
    if "locked" in error:
        return f"another program has been writing to it for {PATIENCE_S:.0f} s ({error}); send it again when it is done"
    if "unable to open" in error or "readonly" in error:
        return f"the file cannot be written to ({error}); name one in a folder that is yours to write to"
    return error
