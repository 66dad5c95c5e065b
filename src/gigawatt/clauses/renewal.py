"""`renewal`: a contract goes on for another term, unless one says no in time, or only if one says so in time."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field, ValidationInfo, model_validator

from gigawatt.history.outlook import in_pools_of, notices_at, outlook_in_plan
from gigawatt.model.clause import Clause, Complaint, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.contract import Contract
from gigawatt.model.deadline import Deadline
from gigawatt.model.facts import Notice
from gigawatt.model.fields import Count, Duration, Id, Reads, Words, dated_forms, quantity_forms
from gigawatt.model.parsing import MONEY, Measure, refuse
from gigawatt.model.programme import Programme
from gigawatt.model.published import COMMITMENTS, DELIVERY, Commitment, Delivery
from gigawatt.model.step import Step
from gigawatt.model.term import Term
from gigawatt.model.verdict import Ask, ClauseView, Opinion, Ruling
from gigawatt.values import span
from gigawatt.values.ids import AT, own_id
from gigawatt.values.series import Series
from gigawatt.values.span import Span


@dataclass(frozen=True, slots=True)
class Quote:
    """A price by its dates, and what it is per: `chip-hour`, `MW-month` or `chip`."""

    price: Series
    per: str


def _read_quote(value: Any, info: ValidationInfo) -> Quote:
    """`2.30 USD/chip-hour`, `150 USD/kW-month`, `14000 USD/chip`, or a dated series of one of them."""
    if isinstance(value, Quote):
        return value
    text = str(value)
    per = "MW-month" if re.search(r"/\s*[kMG]W", text) else "chip" if re.search(r"/\s*chips?\b(?!-)", text) else ""
    per = per or "chip-hour"
    return Quote(Measure(f"{MONEY}/{per}").series(value, info), per)


AnyPrice = Annotated[
    Quote,
    Reads(
        "AnyPrice",
        "a price per chip-hour, MW and month, or chip, or a dated series of it",
        _read_quote,
        dated_forms(*quantity_forms("2.30 USD/chip-hour")),
    ),
]


class Renewal(Clause):
    """The contract goes on for a further term, with all its clauses that last to its end."""

    kind: Literal["renewal"]
    for_workloads: tuple[Id, ...] = Field(
        default=(), alias="for_workloads", exclude=True, json_schema_extra={"x-hidden": True}
    )
    length: Duration = Field(alias="for", description="how long it goes on")
    unless_notice: Duration | None = Field(
        default=None, description="it goes on unless notice is given so long before its end"
    )
    on_notice: Duration | None = Field(default=None, description="it goes on only if notice is given so long before")
    by: Words = Field(
        default=(), description="who may give notice; either party against going on, the buyer for it, if absent"
    )
    times: Count | None = Field(default=None, description="how often at most; without end if absent")
    price: dict[Id, AnyPrice] = Field(
        default_factory=dict, description="prices from its renewal on, by clause; the same as before if absent"
    )

    party_fields: ClassVar[tuple[str, ...]] = ("by",)
    verbs: ClassVar[frozenset[str]] = frozenset({"place", "decide"})
    about_the_end: ClassVar[bool] = True
    publishes: ClassVar[frozenset[str]] = frozenset({COMMITMENTS})
    reads: ClassVar[frozenset[str]] = frozenset({DELIVERY})
    fit: ClassVar[Fit] = Fit.EXACT

    @model_validator(mode="after")
    def _says_how(self) -> "Renewal":
        if (self.unless_notice is None) == (self.on_notice is None):
            refuse("says neither or both of `unless_notice` and `on_notice`; give one of the two")
        if self.length == span.Duration():
            refuse("goes on for no time; give a length, as 12 months", "for")
        if self.times is not None and (self.times < 1 or self.times % 1):
            refuse(f"{self.times} times; give a whole number from 1, or leave it out", "times")
        if self.for_workloads:
            refuse("is of a contract, and not of workloads", "for_workloads")
        return self

    @property
    def _notice(self) -> span.Duration:
        """How long before the contract's end notice is given."""
        told = self.unless_notice if self.unless_notice is not None else self.on_notice
        return told or span.Duration()

    @property
    def _silent(self) -> bool:
        """Whether it goes on where nobody says anything."""
        return self.unless_notice is not None

    def _parties(self, contract: Contract) -> tuple[str, ...]:
        """Who may give notice."""
        return self.by or ((contract.buyer, contract.seller) if self._silent else (contract.buyer,))

    def beneficiaries(self, contract: Contract) -> tuple[str, ...]:
        """Those to whom notice is owed."""
        others = tuple(one for one in (contract.buyer, contract.seller) if one not in self._parties(contract))
        return others or (contract.buyer, contract.seller)

    def steps(self, clause_id: str, contract: Contract, horizon: Span, notices: Sequence[Notice]) -> Iterator[Step]:
        """One for each further term that begins before the horizon's end, in order of time."""
        for version, step in self._terms(clause_id, contract, horizon, notices):
            if version is self:
                yield step

    def _terms(
        self, clause_id: str, contract: Contract, horizon: Span, notices: Sequence[Notice]
    ) -> Iterator[tuple["Renewal", Step]]:
        """Each further term, and by which version of the clause: by that which stands on the last day for notice."""
        versions = self._versions(clause_id, contract)
        length, before, over, met = span.Duration(), date.min, contract.until, set[int]()
        for n in count():
            if contract.until is None or over is None or over >= horizon.until:
                return
            standing = (one for name, one in versions if one._stands(contract, name, one._notice.before(over)))
            version = next(standing, None)
            if version is None or (version.times is not None and n >= version.times):
                return
            length, last_day = length + version.length, version._notice.before(over)
            until, parties = length.after(contract.until), version._parties(contract)
            said = any(one.by in parties and before < one.given <= last_day for one in notices)
            prices = {name: quote.price for name, quote in version.price.items() if id(version) not in met}
            yield version, Step(
                clause_id, until, last_day, parties, over, version._silent,
                taken=said != version._silent, decided=said, prices=prices,
            )  # fmt: skip
            met.add(id(version))
            before, over = last_day, until

    def _versions(self, clause_id: str, contract: Contract) -> list[tuple[str, "Renewal"]]:
        """The versions of this clause in its contract, by their names there."""
        versions = ((name, one) for name, one in contract.clauses.items() if own_id(name) == own_id(clause_id))
        return [(name, one) for name, one in versions if isinstance(one, Renewal)]

    def _stands(self, contract: Contract, name: str, day: date) -> bool:
        """Whether it is in force on a day; what lasts as long as the contract goes on with that."""
        return (self.from_ or date.min) <= day and (contract.lasts(name) or day < (self.until or date.max))

    def complaints(self, contract: Contract, term: Term, programme: Programme) -> Iterator[Complaint]:
        """A notice for which there is no time, strangers who give it, prices that no clause could follow."""
        if contract.until is None or contract.from_ is None:
            return
        last_day = self._notice.before(contract.until)
        key = "unless_notice" if self._silent else "on_notice"
        if last_day < contract.from_:
            yield (
                (key,),
                (
                    f"of {self._notice} would have to be given by {last_day}, before the contract begins on "
                    f"{contract.from_}; shorten the notice"
                ),
            )
        for n, name in enumerate(self.by):
            if name not in (contract.buyer, contract.seller):
                yield ("by", n), f"{name} is no party to the contract between {contract.buyer} and {contract.seller}"
        for name, quote in self.price.items():
            for message in self._wrong_price(name, quote, contract):
                yield ("price", name), message

    def _wrong_price(self, name: str, quote: Quote, contract: Contract) -> Iterator[str]:
        clause, over = contract.clauses.get(name), contract.until
        if clause is None or over is None:
            yield f"there is no clause {name!r} in the contract; there are {', '.join(contract.clauses)}"
        elif clause.quotes is None:
            yield f"{name} quotes no price; leave it out"
        elif clause.quotes[1] != quote.per:
            yield f"is a price per {quote.per}, and {name} is priced per {clause.quotes[1]}; state it so"
        elif quote.price.at(over) is None:
            yield f"has no value on {over}, when it is first needed; its first is for {quote.price.first_day}"
        else:
            try:
                clause.repriced(quote.price, over)
            except ValueError as why:
                yield f"cannot follow: {name} {why}; state dated prices in {name} itself"

    def constrain(self, draft: ClauseDraft) -> None:
        """Each further term is chosen or not, and what then stands is new capacity, which a first refusal sees.

        The clauses of the contract are drafted for each day on which it may be over; that is not to be said here.
        """
        until = draft.contract.until
        if not draft.elsewise or not draft.buyer_decides or until is None:
            return
        held: dict[tuple[str, str, str], list[Delivery]] = {}
        for item in draft.published(DELIVERY):
            if isinstance(item, Delivery) and item.under == draft.on and item.what != "order":
                held.setdefault((item.by, item.place, item.part), []).append(item)
        for step in outlook_in_plan(draft.programme, draft.contract_id).open:
            if step.clause_id == draft.clause_id and step.over is not None and step.over < until:
                for items in held.values():
                    self._go_on(draft, items, step.over)

    def _go_on(self, draft: ClauseDraft, items: list[Delivery], since: date) -> None:
        """Publish what a clause of the contract hands over when a further term begins; rent by the hour is not held."""
        calendar, item = draft.calendar, items[0]
        columns, levels = (np.concatenate([getattr(each, name) for each in items]) for name in ("columns", "levels"))
        first, quarters = calendar.month_of(since), len(calendar.quarters)
        month = min(first + (since > calendar.months[first].start), len(calendar.months) - 1)
        kept = (levels[:, month] > 0) & ((levels > 0).sum(axis=1) > 1)
        if not kept.any():
            return
        chips, q = item.what == "chips", int(calendar.quarter_of_month[first])
        started = np.full((quarters, int(kept.sum())), -1, dtype=np.int64)
        sizes = np.zeros(started.shape)
        started[q], sizes[q] = columns[kept], levels[kept, month] * (draft.chip_mw(item.place) if chips else 1.0)
        most = sizes @ draft.draft.upper_of(columns[kept])
        sites = tuple(name for name, pool in draft.programme.pools.items() if pool.site == item.place)
        draft.publish(
            COMMITMENTS,
            Commitment(
                name=f"{item.by}{AT}{since} {item.part}".rstrip(),
                by=draft.name,
                provider=draft.contract.seller,
                pools=(item.place,) if chips else sites,
                columns=started,
                mw=sizes,
                switch=np.where(most > 0, draft.on, -1),
                most_mw=most,
                stock_most_mw=np.cumsum(most),
                workloads=draft.contract.clauses[item.by.partition("/")[2]].for_workloads,
                since=since,
            ),
        )

    def gate(self, ask: Ask, view: ClauseView) -> Opinion | None:
        """Whether there is time to say so; and whether a placement beyond the contract's end is on what is renewed."""
        if ask.verb == "decide" and ask.decision == self.kind and ask.contract == view.contract_id:
            return self._say(ask, view)
        if ask.verb == "place" and in_pools_of(view.unrenewed, ask.pool):
            return self._place(ask, view)
        return None

    def _say(self, ask: Ask, view: ClauseView) -> Opinion:
        parties = self._parties(view.contract)
        if ask.by not in parties:
            return Opinion(Ruling.DENY, f"notice is for {' or '.join(parties)} to give, and {ask.by} asks")
        late = None
        for step in self._steps_at(ask, view, ask.on):
            if ask.on <= step.last_day:
                does = f"ends it on {_last(step.over)}" if self._silent else f"renews it through {_last(step.until)}"
                why = f"notice by {step.last_day} {does}; without it, it {self._else(step)}"
                return Opinion(Ruling.ALLOW, why, deadline=step.last_day)
            late = step
        told = f"had to be given by {late.last_day}" if late is not None else "renews nothing any more"
        return Opinion(Ruling.DENY, f"notice {told}")

    def _else(self, step: Step) -> str:
        return f"is renewed through {_last(step.until)}" if self._silent else f"ends on {_last(step.over)}"

    def _place(self, ask: Ask, view: ClauseView) -> Opinion | None:
        until = view.unrenewed.until
        if until is None or ask.when.until <= until:
            return None
        for step in self._steps_at(ask, view, ask.when.until):
            if step.over is None or ask.when.until <= step.over:
                break
            if ask.on <= step.last_day and not step.decided:
                missing = (f"whether it is renewed: notice can be given by {step.last_day}",)
                return Opinion(Ruling.REFER, f"it is not yet renewed beyond {_last(step.over)}", missing=missing)
            if not step.taken:
                why = f"the contract is over after {_last(step.over)}, and was not renewed"
                return Opinion(Ruling.DENY, why)
        return None

    def _steps_at(self, ask: Ask, view: ClauseView, day: date) -> list[Step]:
        """The further terms, as known when asked, that begin by a day, and one more."""
        reach = Span(day, self.length.after(self._notice.after(day)))
        notices = notices_at(view, ask.known or ask.on)
        return [step for _, step in self._terms(view.clause_id, view.unrenewed, reach, notices)]

    def deadlines(self, view: ClauseView) -> tuple[Deadline, ...]:
        """The last day for each notice, as far as the horizon reaches."""
        reach = Span(date.min, self._notice.after(view.programme.horizon.until))
        by, contract = " or ".join(self._parties(view.contract)), view.unrenewed
        versions = self._versions(view.clause_id, contract)
        mine = next((one for name, one in versions if one._stands(contract, name, view.span.start)), self)
        return tuple(
            Deadline(
                step.last_day, "notice", by,
                f"last day for notice, else the contract with {view.contract.seller} {self._else(step)}",
            )
            for version, step in self._terms(view.clause_id, contract, reach, notices_at(view, view.known))
            if version is mine and not step.decided
        )  # fmt: skip


def _last(until: date | None) -> date:
    """The last day before the first on which something is over."""
    return until - timedelta(days=1) if until is not None else date.max
