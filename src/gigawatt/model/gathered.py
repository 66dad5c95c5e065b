"""Facts as their senders gave them: what a settlement reads, and which rows of which files make up each of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from gigawatt.model.entry import FactOnRecord
from gigawatt.model.facts import Facts


class Register(Protocol):
    """Facts on record, as a book has them: each a number, an id and its content."""

    def fact_counts(self) -> Mapping[tuple[str, str], int]:
        """How many there are of each kind and period."""

    def fact_pages(self, kind: str, periods: Sequence[str]) -> Iterator[Sequence[tuple[Any, ...]]]:
        """Those of a kind and some periods, by pieces."""

    def facts_with_ids(self, ids: Collection[str]) -> Sequence[tuple[Any, ...]]:
        """Those that have one of some ids."""


@dataclass(frozen=True, slots=True)
class Source:
    """The rows that make up one fact: how many, and a digest by which each side can prove that it means the same.

    `digest` is the SHA-256, in hexadecimal, of the rows `sender|id|content` in UTF-8, sorted by code point and joined
    by line feeds; `name` is `sender|id` where there is one row alone.
    """

    kind: str
    fact: object
    rows: int
    digest: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Rows of a provider's bill that are no Use, for a reason, and what they cost by currency, in main units."""

    file: str
    why: str
    rows: int
    cost: Mapping[str, Decimal]


@dataclass(frozen=True)
class Gathered:
    """Facts with their sources; how many rows were read by kind, and how many of them only repeated another."""

    facts: Facts
    sources: tuple[Source, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    repeats: Mapping[str, int] = field(default_factory=dict)
    unmapped: tuple[Unmapped, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    """How many facts there are of each kind that there is, those that a book has among them."""
    new: Iterable[FactOnRecord] = ()
    """What a book does not have yet; nothing where none was asked."""
