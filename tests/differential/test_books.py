"""Plan, let it come true, settle it into a book: what the book says a clause cost is what the plan's own bill says."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest
from generator import Drawn, programmes
from hypothesis import HealthCheck, given, settings

import gigawatt as gw
from gigawatt.history.known import as_known
from gigawatt.history.versions import known_day
from gigawatt.ledger import accounts as of
from gigawatt.ledger.book import Book
from gigawatt.ledger.keeping import keep
from gigawatt.ledger.lines import BROUGHT, HELD
from gigawatt.ledger.settling import Settlement, settle_through
from gigawatt.ledger.verify import verify
from gigawatt.model.booked import BookIdentity
from gigawatt.model.clause import Fit
from gigawatt.model.gathered import Gathered
from gigawatt.model.posting import RETURNED
from gigawatt.planner.drafting import draft_programme
from gigawatt.planner.highs import Solver
from gigawatt.planner.problem import assemble
from gigawatt.planner.restating import facts_of, restated
from gigawatt.store.sqlite import SqliteStore
from gigawatt.values.ids import own_id
from gigawatt.values.money import minor_digits
from tests.clauses.golden_programmes import PROGRAMMES
from tests.programmes import load_text

LATE = date(2100, 1, 1)
EARNED = {of.INCOME, *(theirs for _, theirs in HELD.values())}
SPENT = {of.COST, of.TAX, *(ours for ours, _ in HELD.values())}
"""What a clause cost, with what is held of it, as its payer and as its payee has it."""
Owed = dict[tuple[str, str], int]
"""By clause, and by party, minor units."""


def own(by: str) -> str:
    """A clause's name as the file has it, whichever version is meant."""
    contract_id, _, clause_id = by.partition("/")
    return f"{contract_id}/{own_id(clause_id)}"


def in_book(book: Book, purposes: set[str], sign: int) -> Owed:
    """What the accounts of some purposes come to, of each clause and party; what comes to nought left out, and what
    was held before the horizon, which no bill of it has."""
    found: Owed = defaultdict(int)
    for row in book.entries():
        if row["what"].startswith(BROUGHT):
            continue
        for side, way in (("debit", sign), ("credit", -sign)):
            party, _, purpose = row[side].split(":")
            if purpose in purposes:
                found[row["clause"], party] += way * row["amount_minor"]
    return {key: amount for key, amount in found.items() if amount}


def posted(settlement: Settlement, party: str) -> Owed:
    """What the postings come to, of each clause and of its `payer` or its `payee`; what is given back lessens what was
    left with who gives it."""
    found: Owed = defaultdict(int)
    other = {"payer": "payee", "payee": "payer"}[party]
    for one in settlement.postings:
        if one.what in RETURNED:
            found[own(one.by), getattr(one, other)] -= one.amount_minor
        else:
            found[own(one.by), getattr(one, party)] += one.amount_minor
    return {key: amount for key, amount in found.items() if amount}


def books_tie(programme: gw.Programme, path: Path) -> int:
    """Plan a programme, settle what it plans into a book and compare; how many clauses move money in it."""
    draft = draft_programme(as_known(programme, known_day(programme)))
    x = Solver(assemble(draft)).solve(gap=0.0).x
    if x is None:
        return 0
    facts = facts_of(draft, x)
    settlement = settle_through(draft.programme, facts, draft.calendar.month_names[-1], LATE)
    assert settlement.failures == ()
    book = Book(SqliteStore(path), BookIdentity(programme.programme, programme.currency))
    keep(book, draft.programme, Gathered(facts), settlement)
    assert in_book(book, {of.PAYABLE}, -1) == in_book(book, SPENT, 1) == posted(settlement, "payer")
    assert in_book(book, {of.RECEIVABLE}, 1) == in_book(book, EARNED, -1) == posted(settlement, "payee")
    assert not in_book(book, set(of.ACCRUED.values()), 1)
    cost: dict[str, int] = defaultdict(int)
    for (clause, _), amount in in_book(book, {of.PAYABLE}, -1).items():
        cost[clause] += amount
    for one in settlement.postings:
        if one.what in RETURNED:  # a bill adds up what is owed either way
            cost[own(one.by)] += 2 * one.amount_minor
    bill, plan = defaultdict[str, int](int), defaultdict[str, int](int)
    rows, digits = restated(draft, x).to_dicts(), minor_digits(programme.currency)
    for row in rows:
        bill[own(row["clause"])] += int(row["restated"].scaleb(digits))
        plan[own(row["clause"])] += int(row["planned"].scaleb(digits))
    assert cost == {clause: amount for clause, amount in bill.items() if amount}
    inexact = {own(row["clause"]) for row in rows if row["fit"] != Fit.EXACT}
    for clause in plan.keys() - inexact:
        assert cost.get(clause, 0) == pytest.approx(plan[clause], rel=1e-6, abs=10**digits), clause
    assert verify(book).findings == ()
    book.close()
    return len(cost)


@pytest.mark.parametrize("kind", sorted(PROGRAMMES))
def test_the_book_of_a_plan_that_came_true_is_its_bill(kind: str, tmp_path: Path) -> None:
    assert books_tie(load_text(PROGRAMMES[kind]), tmp_path / "book.db") > 0


NUMBERS = itertools.count()


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(drawn=programmes())
def test_the_books_of_random_programmes_are_their_bills(drawn: Drawn, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("books")
    books_tie(load_text(drawn.text), folder / f"{next(NUMBERS)}.db")
