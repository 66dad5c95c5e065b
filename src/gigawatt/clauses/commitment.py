"""`commitment`: spend over a contract year or a term; what is not burned down by its end is paid."""

from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.clause import Clause, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.contract import Contract
from gigawatt.model.facts import Facts
from gigawatt.model.fields import Day, Id, MoneyAmount
from gigawatt.model.posting import ClauseBook, Posting
from gigawatt.model.published import AMOUNT, Amount
from gigawatt.model.term import Term
from gigawatt.values.span import Span


class Commitment(Clause):
    """The buyer spends at least `amount` with the seller in every contract year, or over the term."""

    kind: Literal["commitment"]
    amount: MoneyAmount
    each: Literal["contract year", "term"] = "contract year"
    burned: dict[Day, MoneyAmount] = Field(default_factory=dict, description="spent by a day, in its year or term")
    clauses: tuple[Id, ...] = Field(default=(), description="clauses that count; all of the contract if absent")

    reads: ClassVar[frozenset[str]] = frozenset({AMOUNT})
    fit: ClassVar[Fit] = Fit.EXACT

    @property
    def fit_relaxed(self) -> Fit:
        """Without its binary a shortfall may be more than the contract's, where that suits who decides."""
        return Fit.ABOVE

    def constrain(self, draft: ClauseDraft) -> None:
        """`spend - amount on = excess - shortfall`, only one of the two above nought; the shortfall is paid."""
        term = draft.term
        for year in self._years(term):
            columns, amounts = self._spend(draft, draft.share(year))
            floor = float(term.floor(self.amount, year, self.burned))
            shortfall = draft.pin(f"{year.start:%Y-%m-%d}", columns, amounts, floor, unit="money")
            draft.pay(shortfall, 1.0, term.last_month(year), what="shortfall")

    def _spend(self, draft: ClauseDraft, share: Floats) -> tuple[Ints, Floats]:
        """What counts toward a year that holds a share (T,) of each month: columns and amounts, flat arrays."""
        columns, amounts = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
        for item in draft.published(AMOUNT):
            if isinstance(item, Amount) and self._counts(draft.contract, draft.contract_id, item):
                counted = share[item.months] > 0
                columns.append(item.columns[counted])
                amounts.append((item.amounts * share[item.months])[counted])
        return np.concatenate(columns), np.concatenate(amounts)

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """In the last month of each year or term, what was posted for the buyer to pay, short of the amount."""
        counted = [item for item in book.posted if self._counts(book.contract, book.contract_id, item)]
        postings = []
        for year in self._years(book.term):
            share = dict(zip(book.month_names, book.term.share(year), strict=True))
            spend = sum(book.money(item.amount_minor) * share[item.month] for item in counted)
            short = max(Fraction(0), book.term.floor(self.amount, year, self.burned) - spend)
            postings += book.posting(book.term.last_month(year), short, "shortfall")
        return postings

    def _years(self, term: Term) -> list[Span]:
        if self.each == "contract year":
            return term.years
        return [term.whole] if term.inside.days else []

    def _counts(self, contract: Contract, contract_id: str, item: Amount | Posting) -> bool:
        """Whether an amount that is due under a clause counts: of the same contract, and among those named."""
        if (item.payer, item.payee) != (contract.buyer, contract.seller):
            return False
        home, _, clause_id = item.by.partition("/")
        return home == contract_id and (not self.clauses or clause_id in self.clauses)
