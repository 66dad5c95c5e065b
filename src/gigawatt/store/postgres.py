"""A book in a PostgreSQL database, or in one schema of it, by URL; several writers take turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from gigawatt.errors import BookError
from gigawatt.store.sql import Row, SqlStore, columns_of

THERE = (
    "select exists (select from pg_tables where tablename = 'versions' and schemaname = any (current_schemas(false)))"
)
"""Asked of a table, and not of `to_regclass`, which in one transaction may not see what another has just made."""
TURN = "select pg_advisory_xact_lock(hashtext(current_schema()))"
"""Writers of one book wait for one another, from the first read to the commit; readers never wait."""


class PostgresStore(SqlStore):
    """Rows of a book in a database. Its tables are made where they are not there and `create` says so."""

    def __init__(self, url: str, *, create: bool = True) -> None:
        try:
            import psycopg
        except ImportError as error:
            raise BookError("books in PostgreSQL need psycopg: pip install 'gigawatt[postgres]'") from error
        self.errors = psycopg.Error
        self.place = psycopg.conninfo.conninfo_to_dict(url).get("dbname", "") or "the database"
        with self._told():
            self.connection = psycopg.connect(url, autocommit=True)
            if not create and not self.version():
                raise BookError(f"{self.place}: there is no book; settle a programme into it first")
            self.migrate("postgres", create)

    def run(self, sql: str) -> None:
        """Run a statement."""
        self.connection.execute(sql.encode())

    def version(self) -> int:
        """The version of the book; 0 where there is none."""
        return self.known_version(str(self.place)) if self.all(THERE)[0][0] else 0

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of the database as sentences."""
        try:
            yield
        except self.errors as error:
            said = str(error).strip().partition("\n")[0]
            raise BookError(
                f"{self.place}: {said}; nothing of this batch is known to be kept: mend it and send it again, a repeat "
                "is safe"
            ) from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction, alone among writers."""
        with self._told(), self.connection.transaction():
            self.connection.execute(TURN)
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One consistent view."""
        with self._told(), self.connection.transaction():
            self.connection.execute("set transaction isolation level repeatable read read only")
            yield

    def all(self, sql: str, *values: Any) -> list[Row]:
        """All rows of a query."""
        return self.connection.execute(sql.replace("?", "%s").encode(), values).fetchall()

    def among(self, table: str, column: str) -> str:
        """How a query goes on for rows with one of some values."""
        return f"from {table} where {column} = any(?)"

    def append(self, table: str, rows: Sequence[Row]) -> None:
        """Add rows, inside `writing`."""
        if not rows:
            return
        with self.connection.cursor() as cursor:
            asked = f"copy {table} ({columns_of(table)}) from stdin"
            with cursor.copy(asked.encode()) as copy:
                for row in rows:
                    copy.write_row(row)

    def check(self) -> list[str]:
        """Nothing: the server looks after its own files."""
        return []

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
