"""An option to extend: what stands at a term's end stands for some months more, if the buyer says so in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.clause import Complaint
from gigawatt.model.deadline import Deadline
from gigawatt.model.draft import Decision
from gigawatt.model.fields import Duration
from gigawatt.model.term import Term
from gigawatt.model.thing import Thing
from gigawatt.values.ids import own_id
from gigawatt.values.series import Series
from gigawatt.values.span import Span

if TYPE_CHECKING:
    from gigawatt.model.clause_draft import ClauseDraft


@dataclass(frozen=True)
class Further(Term):
    """The days after a clause's own, over which it goes on."""

    after: Span

    @property
    def whole(self) -> Span:
        """The days after the clause's own."""
        return self.after


class Extension(Thing):
    """An option of the buyer: the clause goes on `for` some time after its last day, if said `notice` before it."""

    length: Duration = Field(alias="for", description="how long after the clause's last day")
    notice: Duration | None = Field(default=None, description="how long before that day the buyer must say so")

    def last_day(self, until: date) -> date:
        """The last day on which the buyer can say so, of a clause that is in force `until` a day."""
        return self.notice.before(until) if self.notice is not None else until - timedelta(days=1)

    def deadline(self, buyer: str, until: date) -> Deadline:
        """The last day to say so."""
        return Deadline(self.last_day(until), "option", buyer, f"last day to extend by {self.length}")

    def further(self, term: Term) -> Further:
        """When the clause goes on."""
        until = term.whole.until
        return Further(term.clause, term.contract, term.months, Span(until, self.length.after(until)))

    def is_open(self, draft: ClauseDraft) -> bool:
        """Whether the plan can still choose it, and something of it lies inside the horizon.

        A version of a clause that is followed by another is not at its end.
        """
        term, clauses = draft.term, draft.contract.clauses
        followed = any(
            own_id(name) == own_id(draft.clause_id) and clause.from_ == term.whole.until
            for name, clause in clauses.items()
        )
        return (
            not followed
            and self.further(term).inside.days > 0
            and draft.programme.as_of <= self.last_day(term.whole.until)
        )

    def late_price(self, key: str, price: Series, term: Term) -> Iterator[Complaint]:
        """Told of a price for the time after the term that has no value yet when it begins."""
        start = self.further(term).whole.start
        if price.first_day > start:
            yield (
                ("extend", key),
                f"has no value on {start}, when it is first needed; its first is for {price.first_day}",
            )


@dataclass(frozen=True)
class Held:
    """What stands under a clause at the end of its term: `units` (chips, MW) of each of some columns, shapes (K,).

    `until` is for each the first day on which it can stand no longer.
    """

    columns: Ints
    units: Floats
    until: tuple[date, ...]

    @classmethod
    def of(cls, columns: Iterable[int], units: Iterable[float], until: date = date.max) -> Held:
        """Columns that all can stand until one day."""
        each = np.array(list(columns), dtype=np.int64)
        return cls(each, np.array(list(units)), (until,) * len(each))

    @classmethod
    def joined(cls, parts: Sequence[Held]) -> Held:
        """Several together."""
        until = tuple(day for part in parts for day in part.until)
        return cls(
            np.concatenate([part.columns for part in parts]), np.concatenate([part.units for part in parts]), until
        )


def extend(draft: ClauseDraft, extension: Extension, held: Held) -> tuple[Ints, Floats]:
    """One binary for going on; gives columns (K,) and levels (K, T) of what then stands in the months after the term.

    What stands on the contract's own column goes on with the binary; what the plan chose goes on as far as it was.
    """
    further = extension.further(draft.term)
    chosen = draft.add_columns("extend", (), unit="1", upper=1.0, integer=True)
    row = draft.add_rows("extend", (), unit="1", upper=0.0)
    draft.add_entries(row, chosen, 1.0)
    draft.add_entries(row, draft.on, -1.0)
    until = draft.term.whole.until
    decision = Decision("extend", draft.contract_id, draft.name, int(chosen), extension.last_day(until), until)
    draft.draft.decisions.append(decision)
    columns = np.full(len(held.columns), int(chosen))
    blocks = [draft.draft.column_block(int(column)) for column in held.columns]
    for block in dict.fromkeys(block.name for block in blocks if block.start != draft.on):
        of = np.array([n for n, each in enumerate(blocks) if each.name == block])
        own, unit = held.columns[of], blocks[of[0]].unit
        names = tuple(draft.draft.column_label(int(column)) for column in own)
        label = f"extended {block.removeprefix(f'{draft.name}.')}"
        columns[of] = draft.where(label, names, own, draft.draft.upper_of(own), int(chosen), unit=unit)
    spans = [Span(further.inside.start, max(day, further.inside.start)).within(further.inside) for day in held.until]
    return columns, held.units[:, None] * np.array([draft.calendar.cover(span) for span in spans])


def mean(term: Term, series: Series) -> Floats:
    """The mean of a series over each month's days of a term, shape (T,)."""
    return np.array([float(value) for value in term.mean(series)])
