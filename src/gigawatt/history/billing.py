"""What every clause posts for some facts, each after those whose amounts it reads: of a plan, and of what happened."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from gigawatt.history.binding import Said, binding, in_order
from gigawatt.history.outlook import as_ended
from gigawatt.model.facts import Facts, day_of
from gigawatt.model.posting import LEFT, ClauseBook, Posting
from gigawatt.model.programme import Programme
from gigawatt.model.published import AMOUNT
from gigawatt.values.span import Span, month_span

Post = Callable[[ClauseBook, Facts], list[Posting]]
"""How one clause is asked what it posts."""
Read = dict[Posting, frozenset[object]]
"""By posting, the facts from which it was reckoned."""


def posted(
    programme: Programme,
    months: tuple[Span, ...],
    facts: Facts,
    ask: Post | None = None,
    *,
    read: Read | None = None,
    said: list[Said] | None = None,
) -> list[Posting]:
    """Every posting over some months of every clause of the contracts that are signed in the facts, in clause order.

    `ask` is called with the book of each clause; by default the clause posts, and what it raises goes through. `read`
    is filled with the facts of each posting, where it is given. `said` are the clauses that are asked: those that bind
    who decides, if absent.
    """
    ask = ask or (lambda book, known: book.clause.post(book, known))
    postings: list[Posting] = []
    due: list[Posting] = []
    heeded: dict[object, None] = {}
    if read is not None:
        facts = replace(facts, heed=heeded.setdefault)
    contracts = as_ended(programme, facts.notices)
    for contract_id, clause_id, *_ in in_order(binding(programme) if said is None else said):
        if contract_id not in facts.signed:
            continue
        contract = contracts[contract_id]
        clause = contract.clauses[clause_id]
        heeded.clear()
        found = ask(ClauseBook(programme, clause, clause_id, contract, contract_id, months, tuple(due)), facts)
        postings += found
        if AMOUNT in clause.publishes:
            due += [one for one in found if one.what not in LEFT]
        if read is not None:
            for one in found:
                read[one] = _facts_of(one, heeded)
    return postings


def _facts_of(posting: Posting, read: Collection[object]) -> frozenset[object]:
    """Of the facts that a clause read, those of the days that a posting reckons; else those under the clause itself."""
    days = posting.period or month_span(posting.month)
    months = Span(days.start.replace(day=1), days.until)
    found = frozenset(one for one in read if (day := day_of(one)) is not None and months.contains(day))
    return found or frozenset(one for one in read if getattr(one, "by", None) == posting.by)
