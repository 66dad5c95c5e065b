"""What a store holds by pieces, so that no more is in memory at once than one of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

from gigawatt.ledger.seam import Row, Store

Ask = Callable[[int, int], list[Row]]
"""The next rows after a number, and so many at most."""
_FACTS_AT_ONCE = 100_000


def pages(ask: Ask, most: int) -> Iterator[list[Row]]:
    """All rows that one asks for, by pieces of so many at most; none is empty."""
    after = 0
    while rows := ask(after, most):
        yield rows
        if len(rows) < most:
            return
        after = rows[-1][0]


class FactsOnRecord:
    """The facts of a store, as long as it is read in one view: each a number, an id and its content."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def fact_counts(self) -> dict[tuple[str, str], int]:
        """How many there are of each kind and period."""
        return self.store.fact_counts()

    def fact_pages(self, kind: str, periods: Sequence[str]) -> Iterator[list[Row]]:
        """Those of a kind and some periods, by pieces; few facts of many periods are one piece."""
        found: list[Row] = []
        for period in periods:
            for page in pages(partial(self.store.facts_page, kind, period), _FACTS_AT_ONCE):
                found += page
                if len(found) >= _FACTS_AT_ONCE:
                    yield found
                    found = []
        if found:
            yield found

    def facts_with_ids(self, ids: Collection[str]) -> list[Row]:
        """Those that have one of some ids."""
        return [(row[0], row[1], row[4]) for row in self.store.with_ids("facts", ids)]
