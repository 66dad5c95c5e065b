"""What the book asks of a store: numbered rows that are appended and found again. It knows no rule."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Row = tuple[Any, ...]


class Store(Protocol):
    """Tables as `model/booked.py` names them. Rows are plain tuples, in the order of their columns."""

    def writing(self) -> AbstractContextManager[None]:
        """One transaction, alone among writers; durable once it is left, undone where it is left by an error."""

    def reading(self) -> AbstractContextManager[None]:
        """One consistent view."""

    def append(self, table: str, rows: Sequence[Row]) -> None:
        """Add rows, inside `writing`."""

    def head(self) -> Row | None:
        """(seq, at_us, hash) of the last record of all tables; None in an empty book."""

    def with_ids(self, table: str, ids: Collection[str]) -> list[Row]:
        """The rows of entries, failures or facts that have one of some ids."""

    def known_facts(self, ids: Collection[str]) -> set[str]:
        """Which of some ids are facts on record."""

    def fact_counts(self) -> dict[tuple[str, str], int]:
        """How many facts of each kind and period are on record."""

    def facts_page(self, kind: str, period: str, after: int, most: int) -> list[Row]:
        """(seq, id, content) of the next `most` facts of a kind and period whose seq is above one, in order."""

    def referring(self, ids: Collection[str]) -> list[Row]:
        """The entries that refer to one of some ids, in order."""

    def latest(self, table: str, accounts: Collection[str]) -> list[Row]:
        """The last row of each account in `balances` or `limits`."""

    def waiting(self, period: str = "") -> list[Row]:
        """Pending entries that nothing has resolved, of one period where one is named."""

    def page(self, table: str, after: int, most: int) -> list[Row]:
        """The next `most` rows of a table whose seq is above one, in order."""

    def periods_used(self) -> set[str]:
        """The periods of all entries."""

    def scan(self, table: str) -> Iterator[Row]:
        """All rows of a table by seq."""

    def check(self) -> list[str]:
        """What the database finds wrong with its own files; nothing where it is sound."""

    def close(self) -> None:
        """Let go of it."""
