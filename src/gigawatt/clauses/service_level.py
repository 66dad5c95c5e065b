"""`service_level`: what is promised of availability, and what is credited of a month's fee where it falls short."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, field_validator, model_validator

from gigawatt.model.clause import Clause, Complaint, Fit, OnPool
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.contract import Contract
from gigawatt.model.deadline import Deadline
from gigawatt.model.facts import Facts
from gigawatt.model.fields import Count, Duration, Flag, Id, Share, ShareSeries, Words
from gigawatt.model.parsing import refuse
from gigawatt.model.posting import RECURRING, ClauseBook, Posting, Priced
from gigawatt.model.programme import Programme
from gigawatt.model.published import AMOUNT, AVAILABILITY, Amount, Availability
from gigawatt.model.term import Term
from gigawatt.model.thing import Thing
from gigawatt.model.verdict import Ask, ClauseView, Opinion, Ruling
from gigawatt.values.ids import own_id
from gigawatt.values.quantity import plain
from gigawatt.values.span import Span, add_months, month_start, parse_day

CHRONIC = "chronic_failure"
MAINTENANCE = "maintenance"
WHOLE = Fraction(1)


class Chronic(Thing):
    """A failure that goes on: below a share in so many of the last months."""

    below: Share
    months: Count = Field(description="in so many months")
    of: Count = Field(description="of so many in a row")

    @model_validator(mode="after")
    def _within(self) -> "Chronic":
        if self.months % 1 or self.of % 1 or not 1 <= self.months <= self.of:
            refuse(f"{self.months} of {self.of} months cannot be; give whole numbers, the first from 1 to the second")
        return self


class ServiceLevel(Clause):
    """Availability by the month, and credits of the month's fees for what falls short of it."""

    kind: Literal["service_level"]
    target: Share = Field(description="the availability that is promised")
    credit: dict[Share, Share] = Field(
        description="below which availability in a month what share of its fees is credited"
    )
    clauses: tuple[Id, ...] = Field(default=(), description="clauses whose fees are credited; all that recur if absent")
    exclusions: Words = Field(default=(), description="causes of outage that do not count")
    maintenance: Duration | None = Field(
        default=None, description="hours a month of outage for `maintenance` that do not count"
    )
    claim: Duration | None = Field(
        default=None, description="how long after its month a credit can be claimed; it is due unclaimed if absent"
    )
    cap: Share | None = Field(default=None, description="the most credited of a month's fees")
    sole_remedy: Flag = Field(default=False, description="whether nothing but credits is owed for it")
    chronic: Chronic | None = Field(default=None, description="when the buyer may end the contract for it")
    expected: ShareSeries | None = Field(default=None, description="availability that a plan counts on, dated")

    blind: ClassVar[str] = "what an hour of outage costs in custom, and the care that a credit buys"
    publishes: ClassVar[frozenset[str]] = frozenset({AVAILABILITY})
    verbs: ClassVar[frozenset[str]] = frozenset({"decide"})
    reads: ClassVar[frozenset[str]] = frozenset({AMOUNT})
    unit_priced: ClassVar[bool] = True
    fit: ClassVar[Fit] = Fit.EXACT

    @field_validator("credit", mode="after")
    @classmethod
    def _worse_is_more(cls, value: dict[Decimal, Decimal]) -> dict[Decimal, Decimal]:
        """The steps, the highest availability first."""
        if not value:
            refuse("needs at least one step, as {99 %: 10 %}")
        steps = sorted(value.items(), reverse=True)
        for (above, less), (below, more) in pairwise(steps):
            if more <= less:
                refuse(
                    f"below {_percent(below)} {_percent(more)} is credited, and below {_percent(above)} already "
                    f"{_percent(less)}; a longer outage is credited with more"
                )
        return dict(steps)

    @model_validator(mode="after")
    def _within_the_promise(self) -> "ServiceLevel":
        highest = next(iter(self.credit))
        if highest > self.target:
            refuse(f"is due below {_percent(highest)}, and only {_percent(self.target)} is promised", "credit")
        if self.maintenance is not None and MAINTENANCE in self.exclusions:
            refuse("counts for some hours, and by `exclusions` never; keep one of the two", "maintenance")
        return self

    def beneficiaries(self, contract: Contract) -> tuple[str, ...]:
        """The buyer."""
        return (contract.buyer,)

    def complaints(self, contract: Contract, term: Term, programme: Programme) -> Iterator[Complaint]:
        """Availability that is expected of nothing that could be measured."""
        if self.expected is not None and not set(self._places(contract).values()):
            yield ("expected",), "no clause whose fees are credited is about a pool or a site; name one in `clauses`"

    def _places(self, contract: Contract) -> dict[str, str]:
        """Of each clause that may be credited, the pool or site whose availability counts."""
        found = {}
        for clause_id, clause in contract.clauses.items():
            place = clause.pool_id(contract.seller) if isinstance(clause, OnPool) else getattr(clause, "site", None)
            if isinstance(place, str) and (not self.clauses or own_id(clause_id) in self.clauses):
                found[clause_id] = place
        return found

    def _place_of(self, contract: Contract, contract_id: str, item: Amount | Posting) -> str | None:
        """The place for which an amount is a fee that may be credited; None where it is none."""
        if (item.payer, item.payee) != (contract.buyer, contract.seller):
            return None
        home, _, clause_id = item.by.partition("/")
        counts = home == contract_id and (bool(self.clauses) or item.what in RECURRING)
        return self._places(contract).get(clause_id) if counts else None

    def _share_at(self, availability: Fraction) -> Fraction:
        """The share of a month's fees that is credited for an availability."""
        due = [share for below, share in self.credit.items() if availability < Fraction(below)]
        most = Fraction(self.cap) if self.cap is not None else WHOLE
        return min(Fraction(due[-1]), most) if due else Fraction(0)

    def constrain(self, draft: ClauseDraft) -> None:
        """Where availability is expected to fall short, the credits that are claimed for it; else nothing."""
        if self.expected is None or not draft.cover.any():
            return
        expected = [Fraction(value) for value in draft.term.mean(self.expected)]
        shares = [
            self._share_at(value) if days else Fraction(0)
            for value, days in zip(expected, draft.term.days, strict=True)
        ]
        for item in draft.published(AMOUNT):
            if isinstance(item, Amount) and self._place_of(draft.contract, draft.contract_id, item) is not None:
                inside = draft.term.share_of(item.days or draft.span, draft.span)
                part = np.array([float(a * b) for a, b in zip(shares, inside, strict=True)])
                of = part[item.months] > 0
                if of.any():
                    amounts = -(item.amounts * part[item.months])[of]
                    draft.pay(item.columns[of], amounts, item.months[of], what="service credit")
        for place in dict.fromkeys(self._places(draft.contract).values()):
            months = {t: value for t, value in enumerate(expected) if draft.term.days[t]}
            draft.publish(AVAILABILITY, Availability(draft.name, place, months, claimed=self.claim is not None))

    @property
    def varies(self) -> str:
        """What it may make due beside what is sure."""
        return "credits for hours that are not available"

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """The share of each month's fees that its availability gives back, where it was claimed in time."""
        due = [Priced.none(book.programme.currency)] * len(book.months)
        measured: dict[str, list[Fraction]] = {}
        months = {name: t for t, name in enumerate(book.month_names)}
        for item in book.posted:
            place, t = self._place_of(book.contract, book.contract_id, item), months[item.month]
            if place is None or not self._is_claimed(book.name, book.months[t], facts):
                continue
            if place not in measured:
                measured[place] = [self._availability(place, month, facts, book.name) for month in book.months]
            inside = book.term.share_of(item.days or book.term.inside, book.term.inside)
            share = self._share_at(measured[place][t])
            if share:
                fee = book.money(item.amount_minor) * inside[t]
                due[t] += Priced.at(fee, -share, book.programme.currency)
        return book.postings(due, "service credit")

    def _is_claimed(self, name: str, month: Span, facts: Facts) -> bool:
        """Whether the credit of a month was claimed in time, or need not be."""
        if self.claim is None:
            return True
        late = self.claim.after(month.until)
        return any(one.on < late for one in facts.claimed_under(name, f"{month.start:%Y-%m}"))

    def _availability(self, place: str, month: Span, facts: Facts, name: str) -> Fraction:
        """The availability of a place in a month: as it was measured, or what outages that count leave of its hours."""
        own = f"{month.start:%Y-%m}"
        for measure in facts.availability_of(place, own, name):
            return Fraction(measure.share)
        down: dict[str, Fraction] = defaultdict(Fraction)
        for outage in facts.outages_at(place, own):
            down[outage.cause] += Fraction(outage.hours)
        excluded = sum((self._excluded(cause, hours) for cause, hours in down.items()), Fraction(0))
        whole = 24 * month.days - excluded
        return (whole - (sum(down.values(), Fraction(0)) - excluded)) / whole if whole > 0 else WHOLE

    def _excluded(self, cause: str, hours: Fraction) -> Fraction:
        """Of the hours of an outage, those that do not count."""
        if cause in self.exclusions:
            return hours
        if cause == MAINTENANCE and self.maintenance is not None:
            return min(hours, Fraction(24 * self.maintenance.days + self.maintenance.hours))
        return Fraction(0)

    def gate(self, ask: Ask, view: ClauseView) -> Opinion | None:
        """Whether the contract may be ended for a failure that goes on; and whether more than credits may be asked."""
        if ask.verb != "decide" or ask.contract != view.contract_id or ask.by != view.contract.buyer:
            return None
        if ask.decision == "damages" and self.sole_remedy and ask.subject in (None, "availability"):
            return Opinion(Ruling.DENY, "credits are all that is owed for outages")
        if ask.decision == "termination" and self.chronic is not None:
            failed = self._failed_months(self.chronic, ask.on, view)
            told = f"was below {_percent(self.chronic.below)} in {len(failed)} of the last {self.chronic.of} months"
            if len(failed) >= self.chronic.months:
                return Opinion(Ruling.ALLOW, f"{told}: {', '.join(failed)}; it may be ended for that")
            if ask.subject == CHRONIC:
                return Opinion(Ruling.DENY, f"{told}, and {self.chronic.months} are needed")
        return None

    def _failed_months(self, chronic: Chronic, on: date, view: ClauseView) -> list[str]:
        """Of the whole months before a day, as many as count, those in which some place failed."""
        start = add_months(month_start(on), -int(chronic.of))
        failed = []
        for n in range(int(chronic.of)):
            month = Span(add_months(start, n), add_months(start, n + 1))
            places = set(self._places(view.contract).values())
            if any(self._availability(place, month, view.facts, view.name) < chronic.below for place in places):
                failed.append(f"{month.start:%Y-%m}")
        return failed

    def deadlines(self, view: ClauseView) -> tuple[Deadline, ...]:
        """The last day on which to claim the credit of each month that fell short and is not claimed yet."""
        if self.claim is None:
            return ()
        months = {one.month for one in view.facts.availability} | {one.month for one in view.facts.outages}
        found = []
        for name in sorted(months):
            start = parse_day(name)
            month = Span(start, add_months(start, 1))
            worst = min(
                (
                    self._availability(each, month, view.facts, view.name)
                    for each in self._places(view.contract).values()
                ),
                default=WHOLE,
            )
            share = self._share_at(worst)
            if share and view.span.overlap(month) and not self._is_claimed(view.name, month, view.facts):
                last = self.claim.after(month.until) - timedelta(days=1)
                words = f"last day to claim {_percent(share)} of the fees of {name}"
                found.append(Deadline(last, "claim", view.contract.buyer, words))
        return tuple(found)


def _percent(share: Decimal | Fraction) -> str:
    value = share if isinstance(share, Decimal) else Decimal(share.numerator) / share.denominator
    return f"{plain(value * 100)} %"
