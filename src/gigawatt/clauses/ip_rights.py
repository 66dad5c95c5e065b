"""`ip_rights`: a licensee may use a subject until a day or an event, for some fields of use, alone or beside others."""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from gigawatt.history.versions import occurred
from gigawatt.model.clause import Claim, Clause, Complaint, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.contract import Contract
from gigawatt.model.deadline import Deadline
from gigawatt.model.facts import Facts
from gigawatt.model.fields import Day, Flag, Id, LastDay, MoneyAmount, MoneyPerMonth, Words
from gigawatt.model.parsing import refuse
from gigawatt.model.posting import ClauseBook, Posting
from gigawatt.model.programme import Programme
from gigawatt.model.published import AMOUNT
from gigawatt.model.term import Term
from gigawatt.model.thing import Thing
from gigawatt.model.verdict import Ask, ClauseView, Opinion, Ruling
from gigawatt.values.ids import listed
from gigawatt.values.span import Span

FEE, FEE_ONCE = "licence fee", "licence fee, once"


class OnceFee(Thing):
    """A sum that is paid once, on a day on which the licence runs."""

    amount: MoneyAmount
    due: Day


class IpRights(Clause):
    """The licensee has access to the subject while the licence runs; under an exclusive one nobody else has."""

    kind: Literal["ip_rights"]
    licensee: Id
    licensor: Id | None = Field(default=None, description="whose it is; the other party of the contract if absent")
    subject: Words = Field(description="what may be used: models, research ...")
    field_of_use: Words = Field(default=(), description="for what it may be used; for anything if absent")
    not_for: Words = Field(default=(), description="fields of use that are left out")
    exclusive: Flag = Field(default=False, description="whether nobody but licensee and licensor has access")
    expires: LastDay | None = Field(default=None, description="last day of the licence; the clause's if absent")
    expires_with: Id | None = Field(default=None, description="the event on whose day the licence ends, if earlier")
    fee_per_month: MoneyPerMonth | None = Field(default=None, alias="fee", description="money a month or a year")
    once: OnceFee | None = Field(default=None, description="a sum paid once, on a day")

    blind: ClassVar[str] = "what the licensee earns with what it may use, and what that costs the licensor"
    party_fields: ClassVar[tuple[str, ...]] = ("licensee", "licensor")
    verbs: ClassVar[frozenset[str]] = frozenset({"access"})
    publishes: ClassVar[frozenset[str]] = frozenset({AMOUNT})
    fit: ClassVar[Fit] = Fit.EXACT

    @model_validator(mode="after")
    def _can_be(self) -> "IpRights":
        if not self.subject:
            refuse("names nothing; say what may be used, as [models]", "subject")
        if self.licensor == self.licensee:
            refuse(f"{self.licensee} needs no licence of itself; name the other party", "licensor")
        both = [field for field in self.field_of_use if field in self.not_for]
        if both:
            refuse(f"{both[0]} is among `field_of_use` and left out by `not_for`; keep it in one of the two", "not_for")
        return self

    def complaints(self, contract: Contract, term: Term, programme: Programme) -> Iterator[Complaint]:
        """A licensor that cannot be told, an event that nobody knows, and a fee that would never fall due."""
        if self.licensor is None and self.licensee not in (contract.buyer, contract.seller):
            message = f"{self.licensee} is no party of the contract, so that nobody can say whose licence it is"
            yield ("licensee",), f"{message}; add `licensor`"
        if self.expires_with is not None and not _is_known(programme, self.expires_with):
            yield ("expires_with",), f"no event on record is called {self.expires_with!r}, and no clause decides on it"
        runs = self._runs(term.whole, programme, programme.as_of)
        if self.once is not None and not runs.contains(self.once.due):
            yield (
                ("once", "due"),
                f"{self.once.due} is no day of the licence, which runs from {runs.start}{_through(runs)}; move the day",
            )

    def beneficiaries(self, contract: Contract) -> tuple[str, ...]:
        """The licensee, who may give its rights up."""
        return (self.licensee,)

    def with_free(self, providers: tuple[str, ...]) -> Self | None:
        """The same: what it grants, and costs, does not depend on where anything runs."""
        return self

    def claims(self, view: ClauseView) -> tuple[Claim, ...]:
        """An exclusive licence belongs to the licensee, field by field where fields are named."""
        if not self.exclusive or not self._runs(view.span, view.programme, view.programme.as_of).days:
            return ()
        # fields part claims as workloads do: exclusive licences for fields that have nothing in common can both be kept
        fields = frozenset(self.field_of_use)
        return tuple(Claim(f"an exclusive licence in {subject}", fields, self.licensee) for subject in self.subject)

    def deadlines(self, view: ClauseView) -> tuple[Deadline, ...]:
        """The last day of the licence, and the day on which a single fee falls due."""
        found, what = [], listed(self.subject)
        if self.expires is not None and view.span.contains(self.expires - timedelta(days=1)):
            last = self.expires - timedelta(days=1)
            found.append(Deadline(last, "expiry", self.licensee, f"last day of the licence in {what}"))
        if self.once is not None and view.span.contains(self.once.due):
            words = f"fee for the licence in {what}"
            found.append(Deadline(self.once.due, "payment", self.licensee, words, self.once.amount))
        return tuple(found)

    def gate(self, ask: Ask, view: ClauseView) -> Opinion | None:
        """Access of the licensee is allowed while the licence runs; of others it is denied where that is exclusive."""
        if ask.verb != "access" or ask.subject not in self.subject or ask.by == self._licensor(view.contract):
            return None
        mine = ask.by == self.licensee
        runs = self._runs(view.span, view.programme, ask.known or ask.on)
        if not mine and not (self.exclusive and runs.overlap(ask.when)):
            return None
        if (self.field_of_use or self.not_for) and ask.field_of_use is None:
            why = f"the licence of {self.licensee} in {ask.subject} is not for every use"
            return Opinion(Ruling.REFER, why, missing=("the field of use",))
        licensed = self._is_for(ask.field_of_use)
        if not mine:
            why = f"{self.licensee} has the exclusive licence in {ask.subject}{_through(runs)}"
            return Opinion(Ruling.DENY, why) if licensed else None
        if not licensed:
            but = f"for {listed(self.field_of_use)} alone" if self.field_of_use else f"not for {listed(self.not_for)}"
            return Opinion(Ruling.DENY, f"the licence in {ask.subject} is {but}, and this is for {ask.field_of_use}")
        if ask.when.until > runs.until:
            return Opinion(Ruling.DENY, self._ended(ask, view, runs))
        alone = "the exclusive" if self.exclusive else "a"
        return Opinion(Ruling.ALLOW, f"{self.licensee} has {alone} licence in {ask.subject}{_through(runs)}")

    @property
    def is_planned(self) -> bool:
        """Whether it costs anything: who may use what is nothing that a plan knows of."""
        return self.fee_per_month is not None or self.once is not None

    def constrain(self, draft: ClauseDraft) -> None:
        """No columns and no rows: the fee is due, for an offer if it is signed."""
        payee = self._licensor(draft.contract)
        for what, due, days in self._due(draft.term, draft.programme):
            amounts = [float(amount) for amount in due.values()]
            draft.pay(draft.on, amounts, list(due), what=what, payer=self.licensee, payee=payee, days=days)

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """The fee of each month by the days on which the licence runs; a single fee on its day."""
        payee, postings = self._licensor(book.contract), list[Posting]()
        for what, due, days in self._due(book.term, book.programme):
            for month, amount in due.items():
                postings += book.posting(month, amount, what, payer=self.licensee, payee=payee, days=days)
        return postings

    def _due(self, term: Term, programme: Programme) -> Iterator[tuple[str, dict[int, Fraction], Span]]:
        """What falls due: what it is, its amounts by month, exact, and the days over which it accrues."""
        runs = self._runs(term.whole, programme, programme.as_of).within(term.horizon)
        licensed = Term(self.model_copy(update={"from_": runs.start, "until_": runs.until, "through": None}),
                        term.contract, term.months)  # fmt: skip
        if self.fee_per_month is not None:
            means, months = licensed.mean(self.fee_per_month), zip(licensed.days, term.months, strict=True)
            shares = [Fraction(days, month.days) for days, month in months]
            yield FEE, {t: Fraction(means[t]) * share for t, share in enumerate(shares) if share}, runs
        if self.once is not None and runs.contains(self.once.due):
            day = Span.of_day(self.once.due)
            yield FEE_ONCE, {licensed.last_month(day): Fraction(self.once.amount)}, day

    def _licensor(self, contract: Contract) -> str:
        return self.licensor or (contract.buyer if self.licensee == contract.seller else contract.seller)

    def _is_for(self, field: str | None) -> bool:
        return field not in self.not_for and (not self.field_of_use or field in self.field_of_use)

    def _event_day(self, programme: Programme, known: date) -> date:
        """The day on which the event that ends the licence happened, as known on a day; the last of days if not."""
        if self.expires_with is None:
            return date.max
        found = occurred(programme.as_written, self.expires_with)
        return min((one.on for one in found if one.known_from <= known < one.known_until), default=date.max)

    def _runs(self, days: Span, programme: Programme, known: date) -> Span:
        """The part of the clause's days on which the licence runs."""
        until = min(days.until, self.expires or date.max, self._event_day(programme, known))
        return Span(days.start, max(days.start, until))

    def _ended(self, ask: Ask, view: ClauseView, runs: Span) -> str:
        """Why the licence does not cover all the days that are asked for."""
        why = f"the licence of {self.licensee} in {ask.subject}"
        if self._event_day(view.programme, ask.known or ask.on) == runs.until:
            return f"{why} ended with {self.expires_with} on {runs.until}"
        return f"{why} runs{_through(runs)}"


def _through(runs: Span) -> str:
    """` through 2032-12-31`; nothing where it has no end."""
    return f" through {runs.until - timedelta(days=1)}" if runs.until < date.max else ""


def _is_known(programme: Programme, event: str) -> bool:
    """Whether an event is on record, or a clause says who decides on it."""
    if any(one.event == event for one in programme.events):
        return True
    clauses = (clause for contract in programme.contracts.values() for *_, clause in contract.every_clause())
    return any(clause.occurrences(event, ()) is not None for clause in clauses)
