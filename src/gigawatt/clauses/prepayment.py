"""`prepayment`: money paid ahead, and drawn against the contract's invoices in their order while it lasts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from gigawatt.errors import PlanError
from gigawatt.model.calendar import Flags, Floats, Ints
from gigawatt.model.clause import Clause, Complaint, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.committed import Committed
from gigawatt.model.contract import Contract
from gigawatt.model.facts import Facts
from gigawatt.model.fields import Day, Flag, Id, MoneyAmount, Share
from gigawatt.model.parsing import refuse
from gigawatt.model.posting import ClauseBook, Posting
from gigawatt.model.programme import Programme
from gigawatt.model.published import AMOUNT, Amount
from gigawatt.model.remaining import HeldAs, Remaining, paid_ahead
from gigawatt.model.term import Term
from gigawatt.model.verdict import ClauseView
from gigawatt.values.ids import own_id
from gigawatt.values.span import months_apart


@dataclass(frozen=True)
class Invoices:
    """What is invoiced in the months that may be drawn on, as columns (M,), and the most of each."""

    columns: Ints
    most: Floats


class Prepayment(Clause):
    """The buyer pays ahead; what it owes later under the clauses named is taken from that first, in order of time."""

    kind: Literal["prepayment"]
    paid: dict[Day, MoneyAmount] = Field(min_length=1, description="what is paid ahead, by the day on which it is due")
    drawn: dict[Day, MoneyAmount] = Field(default_factory=dict, description="drawn by a day, of what was paid by then")
    clauses: tuple[Id, ...] = Field(default=(), description="whose amounts it is drawn against; all if absent")
    share: Share = Field(default=Decimal(1), description="the share of each invoice that is drawn, the rest being paid")
    refundable: Flag = Field(default=False, description="whether what is left at the end is paid back, or forfeited")

    reads: ClassVar[frozenset[str]] = frozenset({AMOUNT})
    fit: ClassVar[Fit] = Fit.EXACT

    @model_validator(mode="after")
    def _something_is_drawn(self) -> "Prepayment":
        if not self.share:
            refuse("of nought draws nothing; leave `share` out where whole invoices are drawn", "share")
        for day, amount in self.drawn.items():
            ahead = sum((paid for at, paid in self.paid.items() if at <= day), Decimal(0))
            if amount > ahead:
                refuse(
                    f"{amount} were drawn by {day}, of {ahead} that were paid by then; correct one of the two", "drawn"
                )
        return self

    def fit_in(self, programme: Programme, contract: Contract, *, relaxed: bool) -> Fit:
        """As what it is drawn against; and in fractions a seller that decides puts the drawing off."""
        named = [each for name, each in contract.clauses.items() if not self.clauses or own_id(name) in self.clauses]
        others = [each for each in named if AMOUNT in each.publishes]
        if any(each.fit_in(programme, contract, relaxed=relaxed) is not Fit.EXACT for each in others):
            return Fit.NONE
        if not relaxed or contract.seller not in programme.decides:
            return Fit.EXACT
        return Fit.NONE if contract.buyer in programme.decides else Fit.ABOVE

    def complaints(self, contract: Contract, term: Term, programme: Programme) -> Iterator[Complaint]:
        """Money paid ahead of nothing; two prepayments that would both be drawn against the same invoice."""
        for day in self.paid:
            if day >= term.whole.until:
                yield (
                    ("paid", day.isoformat()),
                    f"is paid when the clause is over, since {term.whole.until}; move one day",
                )
        rival = self._rival(contract)
        if rival is not None:
            yield (), rival

    def _rival(self, contract: Contract) -> str | None:
        """What is wrong where one that stands before it in the contract would be drawn against the same amounts.

        An amended version stands in no contract before it is known which one holds; then the plan says so.
        """
        before: list[tuple[str, Prepayment]] = []
        for name, other in contract.clauses.items():
            if other is self:
                break
            if isinstance(other, Prepayment):
                before.append((name, other))
        else:
            return None
        for name, other in before:
            if not self.clauses or not other.clauses or set(self.clauses) & set(other.clauses):
                return (
                    f"and {name} would both be drawn against the same amounts; state both payments in one clause, "
                    "as `paid: {2027-01-01: ..., 2027-07-01: ...}`, or name other `clauses` in each"
                )
        return None

    @property
    def unbroken(self) -> str | None:
        """Its balance."""
        return "draws on one balance"

    def _check(self, name: str, contract: Contract) -> None:
        """PlanError where it cannot be reckoned as it now reads."""
        rival = self._rival(contract)
        if rival is not None:
            raise PlanError(f"{name} {rival}")

    def commits(self, view: ClauseView) -> Committed:
        """All that is paid ahead; the first payment is its share that is paid before anything is drawn."""
        total, first = sum(self.paid.values(), Decimal(0)), self.paid[min(self.paid)]
        named = tuple(f"{view.contract_id}/{name}" for name in self.clauses)
        ahead = first / total if total else Decimal(1)
        return Committed("prepaid", view.span, "term", total, paid_ahead=ahead, clauses=named)

    def constrain(self, draft: ClauseDraft) -> None:
        """`left = left before + paid - drawn`; all of an invoice is drawn, or nothing is left: what comes first."""
        self._check(draft.name, draft.contract)
        opening, paid = self._paid(draft.contract, draft.term)
        for t, amount in paid.items():
            draft.pay(draft.on, float(amount), t, what="prepayment")
        first = 0 if opening else min(paid, default=len(draft.calendar.months))
        months = np.array([t for t, days in enumerate(draft.term.days) if days and t >= first], dtype=np.int64)
        if not len(months):
            return
        names = tuple(draft.calendar.month_names[t] for t in months)
        ahead = np.zeros(len(months))
        for t, amount in paid.items():
            ahead[np.searchsorted(months[:-1], t)] += float(amount)
        ahead[0] += float(opening)
        reach = np.cumsum(ahead)
        invoices = self._invoices(draft, months, names)
        most = np.minimum(reach, float(self.share) * invoices.most)
        drawn = draft.add_columns("drawn", (names,), unit="money", upper=most)
        left = draft.add_columns("left", (names,), unit="money", upper=reach)
        balance = draft.add_rows("left", (names,), unit="money", lower=0.0, upper=0.0)
        draft.add_entries(balance, left, 1.0)
        draft.add_entries(balance[1:], left[:-1], -1.0)
        draft.add_entries(balance, drawn, 1.0)
        draft.add_entries(balance, draft.on, -ahead)
        within = draft.add_rows("drawn", (names,), unit="money", upper=0.0)
        draft.add_entries(within, drawn, 1.0)
        draft.add_entries(within, invoices.columns, -float(self.share))
        if not self._drawn_by_who_decides(draft):
            self._in_order(draft, names, drawn, left, invoices, reach)
        draft.pay(drawn, -1.0, months, what="drawn from prepayment")
        self._close(draft, int(left[-1]))

    def _drawn_by_who_decides(self, draft: ClauseDraft) -> bool:
        """Whether a buyer that decides draws as soon as it can, since money later is worth less to it."""
        way = draft.draft.sign(draft.contract.buyer, draft.contract.seller)
        return way < 0 and draft.calendar.discount_per_year > 0 and not draft.programme.participation

    def _in_order(
        self, draft: ClauseDraft, names: tuple[str, ...], drawn: Ints, left: Ints, invoices: Invoices, reach: Floats
    ) -> None:
        """A binary a month that can draw the last of it: nothing is left, or else all of the invoice was drawn."""
        due = float(self.share) * invoices.most
        can = np.cumsum(due) >= reach
        spent = draft.add_columns("spent", (names,), unit="1", upper=np.where(can, 1.0, 0.0), integer=True)
        whole = draft.add_rows("all drawn", (names,), unit="money", lower=0.0)
        draft.add_entries(whole, drawn, 1.0)
        draft.add_entries(whole, invoices.columns, -float(self.share))
        draft.add_entries(whole, spent, due)
        none = draft.add_rows("spent", (names,), unit="money", upper=reach)
        draft.add_entries(none, left, 1.0)
        draft.add_entries(none, spent, reach)

    def _close(self, draft: ClauseDraft, left: int) -> None:
        """At the contract's end what is left is paid back or forfeited; beyond the horizon it is told, not counted."""
        if draft.term.whole.until > draft.calendar.span.until:
            draft.pay(left, 1.0, len(draft.calendar.months) - 1, what="prepayment", face="beyond")
        elif self.refundable:
            draft.pay(left, -1.0, draft.term.last_month(draft.term.inside), what="prepayment refunded")

    def _invoices(self, draft: ClauseDraft, months: Ints, names: tuple[str, ...]) -> Invoices:
        """What the clauses named make due in each month, credits taken off; never below nought."""
        columns, amounts, at, credits = self._due(draft, months)
        upper = draft.draft.upper_of(columns)
        more, less = np.zeros(len(months)), np.zeros(len(months))
        np.add.at(more, at, np.maximum(amounts, 0.0) * upper)
        np.add.at(less, at, np.where(credits, -amounts * upper, 0.0))
        if not np.isfinite(more).all() or not np.isfinite(less).all():
            raise PlanError(
                f"{draft.name}: nothing bounds what it is drawn against; name other `clauses`, or give `chips`"
            )
        invoiced = draft.add_columns("invoiced", (names,), unit="money", upper=more)
        rows = draft.add_rows("invoiced", (names,), unit="money", lower=0.0, upper=0.0)
        draft.add_entries(rows, invoiced, -1.0)
        draft.add_entries(rows[at], columns, amounts)
        credited = np.flatnonzero(less > 0)
        if len(credited):
            # a month's credits may be more than its charges: then nothing is invoiced, and they are settled apart
            some = tuple(names[n] for n in credited)
            credit = draft.add_columns("credit", (some,), unit="money", upper=less[credited])
            draft.add_entries(rows[credited], credit, 1.0)
            due = draft.add_columns("charged", (some,), unit="1", upper=1.0, integer=True)
            only = draft.add_rows("charged", (some,), unit="money", upper=0.0)
            draft.add_entries(only, invoiced[credited], 1.0)
            draft.add_entries(only, due, -more[credited])
            none = draft.add_rows("credited", (some,), unit="money", upper=less[credited])
            draft.add_entries(none, credit, 1.0)
            draft.add_entries(none, due, less[credited])
        return Invoices(invoiced, more)

    def _due(self, draft: ClauseDraft, months: Ints) -> tuple[Ints, Floats, Ints, Flags]:
        """What is due: columns, amounts, positions of their months among those given, and which are credits; flat."""
        columns, amounts, at = [np.zeros(0, dtype=np.int64)], [np.zeros(0)], [np.zeros(0, dtype=np.int64)]
        credits = [np.zeros(0, dtype=bool)]
        for item in draft.published(AMOUNT):
            if isinstance(item, Amount) and self._counts(draft.contract, draft.contract_id, item):
                inside = np.isin(item.months, months)
                columns.append(item.columns[inside])
                amounts.append(item.amounts[inside])
                at.append(np.searchsorted(months, item.months[inside]))
                credits.append((item.amounts[inside] < 0) & (not item.offset))
        return np.concatenate(columns), np.concatenate(amounts), np.concatenate(at), np.concatenate(credits)

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """What is paid ahead; what each month's invoice draws of it; what is paid back at the end."""
        self._check(book.name, book.contract)
        opening, paid = self._paid(book.contract, book.term)
        invoiced = [Fraction(0)] * len(book.months)
        for item in book.posted:
            if self._counts(book.contract, book.contract_id, item):
                invoiced[book.month_names.index(item.month)] += book.money(item.amount_minor)
        left, postings = Fraction(opening), []
        for t, days in enumerate(book.term.days):
            postings += book.posting(t, Fraction(paid.get(t, 0)), "prepayment")
            left += Fraction(paid.get(t, 0))
            due = max(Fraction(0), invoiced[t] * Fraction(self.share)) if days else Fraction(0)
            drawn = book.posting(t, -min(due, left), "drawn from prepayment")
            left += sum((book.money(one.amount_minor) for one in drawn), Fraction(0))
            postings += drawn
        if self.refundable and book.term.inside.days and book.term.whole.until <= book.term.horizon.until:
            postings += book.posting(book.term.last_month(book.term.inside), -left, "prepayment refunded")
        return postings

    def remaining(self, book: ClauseBook, facts: Facts) -> list[Remaining]:
        """What is left of what was paid ahead; after its last day nothing, drawn or not."""
        opening, _ = self._paid(book.contract, book.term)
        index = {name: t for t, name in enumerate(book.month_names)}
        moves = [(index[one.month], book.money(one.amount_minor)) for one in self.post(book, facts)]
        if book.term.inside.days and book.term.whole.until <= book.term.horizon.until:
            left = sum((one for _, one in moves), Fraction(opening))
            moves.append((book.term.last_month(book.term.inside), -left))
        return paid_ahead(book, "prepayment", moves, HeldAs.PREPAID, Fraction(opening))

    def _paid(self, contract: Contract, term: Term) -> tuple[Decimal, dict[int, Decimal]]:
        """What was left when the horizon began, and what is paid in it by month.

        An offer cannot have been paid for before: what it says was due by then is paid in the first month.
        """
        start, months = term.horizon.start, len(term.months)
        due = {day: months_apart(start, day) if day >= start else -1 for day in self.paid}
        before = sum((self.paid[day] for day, t in due.items() if t < 0), Decimal(0))
        inside: dict[int, Decimal] = {}
        for day, t in due.items():
            if 0 <= t < months:
                inside[t] = inside.get(t, Decimal(0)) + self.paid[day]
        if contract.status == "offer" and before:
            inside[0] = inside.get(0, Decimal(0)) + before
            return Decimal(0), inside
        return before - self._drawn_before(start), inside

    def _drawn_before(self, start: date) -> Decimal:
        """What had been drawn by the last day before the horizon for which it is stated."""
        days = [day for day in self.drawn if day < start]
        return self.drawn[max(days)] if days else Decimal(0)

    def _counts(self, contract: Contract, contract_id: str, item: Amount | Posting) -> bool:
        """Whether it is drawn against an amount: of the same contract, buyer to seller, and among those named."""
        if (item.payer, item.payee) != (contract.buyer, contract.seller):
            return False
        home, _, clause_id = item.by.partition("/")
        return home == contract_id and (not self.clauses or own_id(clause_id) in self.clauses)
