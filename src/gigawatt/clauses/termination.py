"""`termination`: a party may end the contract early on some ground, by notice, for a fee or for none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field, ValidationInfo, model_validator

from gigawatt.history.outlook import (
    chosen_by,
    in_pools_of,
    notices_at,
    outlook_in_plan,
    outlook_on_record,
    would_be_over,
)
from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.clause import Clause, Complaint, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.contract import Contract
from gigawatt.model.facts import Facts, Notice
from gigawatt.model.fields import Duration, Flag, Id, Reads, Words, quantity_forms
from gigawatt.model.parsing import MONEY, Measure, refuse
from gigawatt.model.posting import RECURRING, ClauseBook, Posting
from gigawatt.model.programme import Programme
from gigawatt.model.published import AMOUNT, Amount
from gigawatt.model.step import Step
from gigawatt.model.term import Term
from gigawatt.model.verdict import Ask, ClauseView, Opinion, Ruling
from gigawatt.values import span
from gigawatt.values.ids import own_id
from gigawatt.values.quantity import plain
from gigawatt.values.span import Span, add_months, months_apart

Ground = Literal["convenience", "chronic_failure", "longstop", "change_of_control", "breach", "insolvency"]


@dataclass(frozen=True, slots=True)
class Fee:
    """What ending costs: an amount, or a share of what recurs each month, for the months that are left."""

    amount: Decimal
    of_rest: bool = False

    def __str__(self) -> str:
        share = f"{plain(self.amount * 100)} % of the fees of the months left"
        return share if self.of_rest else f"{self.amount:,f}"


def _read_fee(value: Any, info: ValidationInfo) -> Fee:
    """`500000 USD`, or `50 %` of what is left."""
    if isinstance(value, Fee):
        return value
    if isinstance(value, str) and value.rstrip().endswith("%"):
        return Fee(
            Measure("1", bare=True, called="a share, as 20 %,", most=Decimal(1)).scalar(value, info), of_rest=True
        )
    return Fee(Measure(MONEY).scalar(value, info))


FeeOfExit = Annotated[
    Fee,
    Reads(
        "FeeOfExit",
        "an amount, or a share of the monthly fees that are left",
        _read_fee,
        (*quantity_forms("500000 USD"), *quantity_forms("50 %")),
    ),
]


class Termination(Clause):
    """A right to end the contract before its last day."""

    kind: Literal["termination"]
    ground: Ground = Field(default="convenience", description="what must be so; nothing, for convenience")
    notice: Duration = Field(default=span.Duration(), description="how long after notice the contract is over")
    by: Words = Field(default=(), description="who may give notice; the buyer if absent")
    fee: FeeOfExit | None = Field(default=None, description="what whoever ends it pays the other")
    clauses: tuple[Id, ...] = Field(default=(), description="clauses whose fees count; all that recur if absent")
    option: Flag = Field(default=False, description="whether a plan may choose it, at the start of a quarter")

    party_fields: ClassVar[tuple[str, ...]] = ("by",)
    verbs: ClassVar[frozenset[str]] = frozenset({"place", "decide"})
    about_the_end: ClassVar[bool] = True
    reads: ClassVar[frozenset[str]] = frozenset({AMOUNT})
    fit: ClassVar[Fit] = Fit.EXACT

    @model_validator(mode="after")
    def _a_choice_needs_no_ground(self) -> "Termination":
        if self.option and self.ground != "convenience":
            refuse(f"whether there is {self.ground} is no choice of a plan; leave `option` out", "option")
        return self

    @property
    def states_sums(self) -> bool:
        """Whether the fee is an amount."""
        return self.fee is not None and not self.fee.of_rest

    def _parties(self, contract: Contract) -> tuple[str, ...]:
        """Who may give notice."""
        return self.by or (contract.buyer,)

    def may_end(self, contract: Contract) -> tuple[str, ...]:
        """Who may give notice, where that takes no ground."""
        return self._parties(contract) if self.ground == "convenience" else ()

    def beneficiaries(self, contract: Contract) -> tuple[str, ...]:
        """Those who may end it."""
        return self._parties(contract)

    def complaints(self, contract: Contract, term: Term, programme: Programme) -> Iterator[Complaint]:
        """Strangers who could end it; a share of what is left of a contract that nothing ends."""
        for n, name in enumerate(self.by):
            if name not in (contract.buyer, contract.seller):
                yield ("by", n), f"{name} is no party to the contract between {contract.buyer} and {contract.seller}"
        stated = next(
            (programme.stated_keys("contracts", name) for name, one in programme.contracts.items() if one is contract),
            (),
        )
        if self.fee is not None and self.fee.of_rest and stated and not {"through", "until"} & set(stated):
            yield ("fee",), "is a share of the months left, and the contract has no last day; give it `through`"

    def steps(self, clause_id: str, contract: Contract, horizon: Span, notices: Sequence[Notice]) -> Iterator[Step]:
        """What notices on record end, and every quarter at whose start the plan may end it, by notice on its days."""
        parties, own = self._parties(contract), self.span_within(Span(contract.from_ or date.min, date.max))
        for notice in notices:
            until = max(self.notice.after(notice.given), notice.until or date.min)
            if notice.by in parties and own.contains(notice.given):
                yield Step(clause_id, until, notice.given, (notice.by,), taken=True, decided=True)
        for quarter in _quarters(horizon) if self.option else ():
            last_day = self.notice.before(quarter)
            if own.contains(last_day) and quarter > own.start:
                yield Step(clause_id, quarter, last_day, parties)

    def constrain(self, draft: ClauseDraft) -> None:
        """The fee, where the contract is over by this clause; it is drafted for each day on which that may be."""
        programme, until = draft.programme, draft.contract.until
        contract = programme.contracts[draft.contract_id]
        step = outlook_in_plan(programme, draft.contract_id).early.get(until or date.max)
        if not self._ends_by(step, draft.clause_id, draft.term) or until is None or step is None:
            return
        payer = step.by[0] if step.taken else chosen_by(programme, step)
        last = draft.term.last_month(draft.term.whole)
        columns, amounts = self._due(draft, contract, until)
        if len(columns):
            what = "termination fee"
            draft.pay(columns, amounts, last, what=what, payer=payer, payee=_other(contract, payer))

    def _due(self, draft: ClauseDraft, contract: Contract, until: date) -> tuple[Ints, Floats]:
        """The fee as columns and amounts, flat arrays."""
        if self.fee is None:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        if not self.fee.of_rest:
            return np.array([draft.on]), np.array([float(self.fee.amount)])
        month, left = self._basis(draft.term, contract, until)
        columns, amounts = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
        for item in draft.published(AMOUNT):
            if isinstance(item, Amount) and self._counts(contract, draft.contract_id, item):
                of = item.months == month
                columns.append(item.columns[of])
                amounts.append(item.amounts[of] * float(left * Fraction(self.fee.amount)))
        return np.concatenate(columns), np.concatenate(amounts)

    def _basis(self, term: Term, contract: Contract, until: date) -> tuple[int, Fraction]:
        """The last whole month before the contract is over (-1 where there is none), and how many months are left."""
        month = months_apart(term.horizon.start, until) - 1
        otherwise = would_be_over(contract, term.horizon, until)
        return max(month, -1), _months(until, otherwise)

    def _counts(self, contract: Contract, contract_id: str, item: Amount | Posting) -> bool:
        """Whether an amount is one of the monthly fees: of the clauses named, or else of those that recur."""
        if (item.payer, item.payee) != (contract.buyer, contract.seller):
            return False
        home, _, clause_id = item.by.partition("/")
        named = own_id(clause_id) in self.clauses if self.clauses else item.what in RECURRING
        return home == contract_id and named

    def _ends_by(self, step: Step | None, clause_id: str, term: Term) -> bool:
        """Whether a step is of this clause, and the contract's last day in the horizon."""
        own = step is not None and step.clause_id == clause_id and step.until <= term.horizon.until
        return own and bool(term.inside.days)

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """The fee, in the month of the contract's last day, where a notice under this clause ended it."""
        contract, until = book.programme.contracts[book.contract_id], book.contract.until
        seen = outlook_on_record(book.contract_id, contract, book.term.horizon, facts.notices)
        step = seen.early.get(until or date.max)
        if not self._ends_by(step, book.clause_id, book.term) or self.fee is None or step is None or until is None:
            return []
        due = Fraction(self.fee.amount)
        if self.fee.of_rest:
            month, left = self._basis(book.term, contract, until)
            counted = [item for item in book.posted if self._counts(contract, book.contract_id, item)]
            of = [item.amount_minor for item in counted if month >= 0 and item.month == book.month_names[month]]
            due *= book.money(sum(of)) * left
        last, payer = book.term.last_month(book.term.whole), step.by[0]
        return book.posting(last, due, "termination fee", payer=payer, payee=_other(contract, payer))

    def gate(self, ask: Ask, view: ClauseView) -> Opinion | None:
        """Whether the contract may be ended, and when that would be; and whether it is over by a notice on record."""
        if ask.verb == "decide" and ask.decision == self.kind and ask.contract == view.contract_id:
            return self._say(ask, view)
        if ask.verb == "place" and in_pools_of(view.unrenewed, ask.pool):
            contract, notices = view.unrenewed, notices_at(view, ask.known or ask.on)
            versions = [one for name, one in contract.clauses.items() if own_id(name) == own_id(view.clause_id)]
            steps = [
                step
                for one in versions or [self]
                for step in one.steps(own_id(view.clause_id), contract, Span.of_day(ask.on), notices)
            ]
            ends = [step.until for step in steps if step.taken and step.until < ask.when.until]
            if ends:
                return Opinion(Ruling.DENY, f"the contract is over after {min(ends) - timedelta(days=1)}, by notice")
        return None

    def _say(self, ask: Ask, view: ClauseView) -> Opinion:
        parties = self._parties(view.contract)
        ground = self.ground.replace("_", " ")
        if ask.subject is not None and ask.subject != self.ground:
            return Opinion(Ruling.DENY, f"ends it for {ground}, and not for {ask.subject.replace('_', ' ')}")
        if ask.by not in parties:
            return Opinion(Ruling.DENY, f"is for {' or '.join(parties)} to end, and {ask.by} asks")
        last = self.notice.after(ask.on) - timedelta(days=1)
        fee = f", for {self.fee}" if self.fee is not None else ""
        why = f"by notice on {ask.on} the contract is over after {last}{fee}"
        if self.ground == "convenience" or self._there_is(ask, view):
            return Opinion(Ruling.ALLOW, why)
        return Opinion(Ruling.REFER, f"it takes {ground}", missing=(f"that there is {ground}, on record",))

    def _is_of(self, kind: str) -> bool:
        """Whether events of a kind are the ground itself."""
        return self.ground == "change_of_control" and kind == "control"

    def _there_is(self, ask: Ask, view: ClauseView) -> bool:
        """Whether the ground is on record: an event of its name, or one that names this clause."""
        return any(
            event.known_from <= (ask.known or ask.on)
            and event.date <= ask.on
            and (event.event == self.ground or self._is_of(event.kind) or _about(event.clause, view))
            and event.kind != "notice"
            and event.contract in (None, view.contract_id)
            for event in view.programme.events
        )


def _about(clause: str | None, view: ClauseView) -> bool:
    return clause == f"{view.contract_id}/{own_id(view.clause_id)}"


def _quarters(horizon: Span) -> Iterator[date]:
    """The first days of the calendar quarters that begin after the horizon's first day and before its end."""
    day = date(horizon.start.year, 3 * ((horizon.start.month - 1) // 3) + 1, 1)
    while (day := add_months(day, 3)) < horizon.until:
        yield day


def _other(contract: Contract, party: str) -> str:
    return contract.seller if party == contract.buyer else contract.buyer


def _months(start: date, until: date) -> Fraction:
    """Calendar months from a day until another: whole ones, and the share of the next by its days."""
    whole = months_apart(start, until)
    if add_months(start, whole) > until:
        whole -= 1
    first, after = add_months(start, whole), add_months(start, whole + 1)
    return whole + Fraction((until - first).days, (after - first).days)
