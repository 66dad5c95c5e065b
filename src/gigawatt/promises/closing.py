"""Closing Use: what a clause forbids is held at nought while in force, in a month partly in force for that part."""

from __future__ import annotations

from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.draft import UseTable
from gigawatt.values.span import Span


def close_use(draft: ClauseDraft, use: UseTable, days: Span | None = None) -> None:
    """Close columns of Use in a clause's name; for an offer, only where it is signed.

    A month of which some days are free keeps their part, by the days on which each workload is wanted. `days` are those
    of the clause on which it is closed; all if absent. What earlier versions of the clause closed of a month stays so.
    """
    share = draft.closed_together(use, draft.share_of_use(use, days))
    part = share < 1.0
    draft.close(use.columns[~part])
    if part.any():
        names = tuple(draft.draft.column_label(int(column)) for column in use.columns[part])
        rows = draft.add_rows("partly closed", (names,), unit="chip", upper=use.upper[part])
        draft.add_entries(rows, use.columns[part], 1.0)
        draft.add_entries(rows, draft.on, use.upper[part] * share[part])
