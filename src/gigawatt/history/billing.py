"""What every clause posts for some facts, each after those whose amounts it reads: of a plan, and of what happened."""

from __future__ import annotations

from collections.abc import Callable

from gigawatt.history.binding import Said, binding, in_order
from gigawatt.history.outlook import as_ended
from gigawatt.model.facts import Facts
from gigawatt.model.posting import LEFT, ClauseBook, Posting
from gigawatt.model.programme import Programme
from gigawatt.model.published import AMOUNT
from gigawatt.values.span import Span

Post = Callable[[ClauseBook, Facts], list[Posting]]
"""How one clause is asked what it posts."""


def posted(
    programme: Programme,
    months: tuple[Span, ...],
    facts: Facts,
    ask: Post | None = None,
    *,
    said: list[Said] | None = None,
) -> list[Posting]:
    """Every posting over some months of every clause of the contracts that are signed in the facts, in clause order.

    `ask` is called with the book of each clause; by default the clause posts, and what it raises goes through. `said`
    are the clauses that are asked: those that bind who decides, if absent.
    """
    ask = ask or (lambda book, known: book.clause.post(book, known))
    postings: list[Posting] = []
    due: list[Posting] = []
    contracts = as_ended(programme, facts.notices)
    for contract_id, clause_id, *_ in in_order(binding(programme) if said is None else said):
        if contract_id not in facts.signed:
            continue
        contract = contracts[contract_id]
        clause = contract.clauses[clause_id]
        found = ask(ClauseBook(programme, clause, clause_id, contract, contract_id, months, tuple(due)), facts)
        postings += found
        if AMOUNT in clause.publishes:
            due += [one for one in found if one.what not in LEFT]
    return postings
