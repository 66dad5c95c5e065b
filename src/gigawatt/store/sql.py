"""What both databases are asked, in the SQL that they share; a dialect says how it is run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from gigawatt.errors import BookError
from gigawatt.model.booked import COLUMNS
from gigawatt.store.schema import TABLES, VERSION, quoted, steps

Row = tuple[Any, ...]
RESOLVED = "('post_pending', 'void_pending', 'expire')"


def columns_of(table: str) -> str:
    """The columns of a table as a query lists them."""
    return ", ".join(map(quoted, TABLES[table]))


class SqlStore(ABC):
    """Rows of a book in a database."""

    @abstractmethod
    def all(self, sql: str, *values: Any) -> list[Row]:
        """All rows of a query; `?` stands for a value, which is a list where the query goes on from `among`."""

    @abstractmethod
    def among(self, table: str, column: str) -> str:
        """How a query goes on for the rows of a table that have one of a list of values in a column: `from ...`."""

    @abstractmethod
    def run(self, sql: str) -> None:
        """Run a statement."""

    @abstractmethod
    def version(self) -> int:
        """The version of the book; 0 where there is none."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[None]:
        """One transaction, alone among writers."""

    @abstractmethod
    def append(self, table: str, rows: Sequence[Row]) -> None:
        """Add rows, inside `writing`."""

    def migrate(self, dialect: str, create: bool) -> None:
        """Make the tables where there are none, and bring a book of an earlier version to this one.

        Who only reads leaves an earlier version as it is, and so does who may not change it: it serves, if slower.
        """
        before = self.version()
        if before == VERSION or (before and not create):
            return
        try:
            with self.writing():
                for statement in steps(dialect, self.version()):
                    self.run(statement)
        except BookError:
            if not before:
                raise

    def known_version(self, place: str) -> int:
        """The version of the book. BookError where it was made by a later Gigawatt."""
        version = int(self.all("select max(version) from versions")[0][0])
        if version > VERSION:
            raise BookError(
                f"{place}: the book has version {version} and this Gigawatt knows up to {VERSION}; install a later one"
            )
        return version

    def head(self) -> Row | None:
        """(seq, at_us, hash) of the last record of all tables; None in an empty book."""
        each = (
            f"select * from (select seq, at_us, hash from {table} order by seq desc limit 1) t" for table in COLUMNS
        )
        rows = self.all(f"{' union all '.join(each)} order by 1 desc limit 1")
        return rows[0] if rows else None

    def with_ids(self, table: str, ids: Collection[str]) -> list[Row]:
        """The rows of entries, failures or facts that have one of some ids."""
        return self._asked(f"select {columns_of(table)} {self.among(table, 'id')}", ids)

    def known_facts(self, ids: Collection[str]) -> set[str]:
        """Which of some ids are facts on record."""
        return {row[0] for row in self._asked(f"select id {self.among('facts', 'id')}", ids)}

    def fact_counts(self) -> dict[tuple[str, str], int]:
        """How many facts of each kind and period are on record."""
        counted = self.all("select kind, period, count(*) from facts group by kind, period")
        return {(kind, period): count for kind, period, count in counted}

    def facts_page(self, kind: str, period: str, after: int, most: int) -> list[Row]:
        """(seq, id, content) of the next facts of a kind and period by seq."""
        among = "select seq, id, content from facts where kind = ? and period = ? and seq > ? order by seq limit ?"
        return self.all(among, kind, period, after, most)

    def referring(self, ids: Collection[str]) -> list[Row]:
        """The entries that refer to one of some ids, in order."""
        among = self.among("entries", "refers")
        return self._asked(f"select {columns_of('entries')} {among} and refers <> '' order by seq", ids)

    def latest(self, table: str, accounts: Collection[str]) -> list[Row]:
        """The last row of each account in `balances` or `limits`."""
        last = f"select max(seq) from {table} as later where later.account = {table}.account"
        return self._asked(f"select {columns_of(table)} {self.among(table, 'account')} and seq = ({last})", accounts)

    def waiting(self, period: str = "") -> list[Row]:
        """Pending entries that nothing has resolved, of one period where one is named."""
        resolved = f"select 1 from entries r where r.refers <> '' and r.refers = entries.id and r.act in {RESOLVED}"
        among = f"select {columns_of('entries')} from entries where act = 'pending' and not exists ({resolved})"
        if period:
            return self.all(f"{among} and period = ? order by seq", period)
        return self.all(f"{among} order by seq")

    def page(self, table: str, after: int, most: int) -> list[Row]:
        """The next rows of a table by seq."""
        return self.all(f"select {columns_of(table)} from {table} where seq > ? order by seq limit ?", after, most)

    def periods_used(self) -> set[str]:
        """The periods of all entries."""
        return {row[0] for row in self.all("select distinct period from entries")}

    def scan(self, table: str) -> Iterator[Row]:
        """All rows of a table by seq."""
        yield from self.all(f"select {columns_of(table)} from {table} order by seq")

    def _asked(self, sql: str, wanted: Collection[str]) -> list[Row]:
        return self.all(sql, list(wanted)) if wanted else []
