"""`commitment`: spend over a contract year or a term; what is not burned down by its end is paid."""

from decimal import Decimal
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from gigawatt.model.clause import Clause, Fit
from gigawatt.model.clause_draft import ClauseDraft, stated
from gigawatt.model.fields import Day, Id, MoneyAmount
from gigawatt.model.published import AMOUNT, Amount
from gigawatt.values.span import Span


class Commitment(Clause):
    """The buyer spends at least `amount` with the seller in every contract year, or over the term."""

    kind: Literal["commitment"]
    amount: MoneyAmount
    each: Literal["contract year", "term"] = "contract year"
    burned: dict[Day, MoneyAmount] = Field(default_factory=dict, description="spent by a day, in that day's year or term")
    clauses: tuple[Id, ...] = Field(default=(), description="clauses whose amounts count; all of the contract if absent")

    reads: ClassVar[frozenset[str]] = frozenset({AMOUNT})
    fit: ClassVar[Fit] = Fit.EXACT

    def constrain(self, draft: ClauseDraft) -> None:
        """`spend - amount on = excess - shortfall`, only one of the two above nought; the shortfall is paid."""
        if not draft.cover.any():
            return
        eligible = [item for item in draft.published(AMOUNT) if isinstance(item, Amount) and self._counts(draft, item)]
        for year in draft.years if self.each == "contract year" else [draft.whole_span]:
            floor = self._floor(draft, year)
            share = draft.share(year)
            columns = np.concatenate([item.columns for item in eligible]) if eligible else np.zeros(0, dtype=np.int64)
            months = np.concatenate([item.months for item in eligible]) if eligible else np.zeros(0, dtype=np.int64)
            amounts = np.concatenate([item.amounts for item in eligible]) if eligible else np.zeros(0)
            counted = share[months] > 0
            spend = amounts[counted] * share[months[counted]]
            label = f"{year.start:%Y-%m-%d}"
            shortfall = draft.pin(label, columns[counted], spend, floor, unit="money")
            draft.pay(shortfall, 1.0, draft.last_month(year), what="shortfall")

    def _counts(self, draft: ClauseDraft, item: Amount) -> bool:
        contract = draft.contract
        if item.contract != draft.contract_id or (item.payer, item.payee) != (contract.buyer, contract.seller):
            return False
        return not self.clauses or item.by.split("/", 1)[1] in self.clauses

    def _floor(self, draft: ClauseDraft, year: Span) -> float:
        """Money still to spend: pro rata where the horizon cuts, in full less what was burned where that is stated."""
        inside = year.within(draft.span)
        if self.each == "contract year":
            # the last year of a contract that does not end on an anniversary is short, and so is its floor
            term = year.within(draft.whole_span)
            whole = self.amount * term.days / year.days
        else:
            term, whole = year, self.amount
        done = stated(self.burned, year)
        if done is not None and inside.start > year.start:
            rest = Decimal(Span(term.start, inside.until).days) / term.days
            return max(0.0, float(whole * rest - done))
        return float(whole * inside.days / term.days)
