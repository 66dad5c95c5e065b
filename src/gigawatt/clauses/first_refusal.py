"""`first_refusal`: new capacity goes first to the holder, and elsewhere only once it has given what it can.

It binds contracting for new capacity, not placement on capacity lawfully contracted. The form, and the example worked
by hand that tests it, are in docs/model.md.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from gigawatt.errors import PlanError
from gigawatt.model.calendar import Flags, Floats, Ints
from gigawatt.model.clause import Clause, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.contract import Contract
from gigawatt.model.deadline import Deadline
from gigawatt.model.facts import Facts, Quoted
from gigawatt.model.fields import Day, Duration, Flag, Id, PowerSeries, Text
from gigawatt.model.offer import OfferOnRecord, time_to_answer
from gigawatt.model.parsing import refuse
from gigawatt.model.posting import ClauseBook, Posting, Priced
from gigawatt.model.published import COMMITMENTS, DELIVERY, UNIT_PRICE, Commitment, Delivery, UnitPrice
from gigawatt.model.term import Term
from gigawatt.model.verdict import Ask, ClauseView, Opinion, Ruling
from gigawatt.promises.handing_over import EXTENDED
from gigawatt.values.span import shares_by_month

ONE_KILOWATT_MW = 0.001


def _power_mw(ask: Ask, view: ClauseView) -> Decimal | None:
    """The size of a need in MW of IT power; None where it is not told."""
    if ask.power_mw is not None:
        return ask.power_mw
    pool = view.programme.pools.get(ask.pool or "")
    it_power_kw = view.programme.chips[pool.chip].it_power_kw if pool is not None else None
    return ask.chips * it_power_kw / 1000 if ask.chips is not None and it_power_kw is not None else None


@dataclass(frozen=True)
class Holding:
    """One class of the holder's: columns `new` of MW taken in the horizon, their most, and the ability; shapes (Q,)."""

    new: Ints
    most_mw: Floats
    ability_mw: Floats


class FirstRefusal(Clause):
    """New need for covered workloads is offered to the holder first; what it cannot or will not give is free."""

    kind: Literal["first_refusal"]
    holder: Id | None = Field(default=None, description="the contract's seller if absent")
    workloads: tuple[Id, ...] = Field(default=(), description="the workloads covered; all if absent")
    ability: dict[Id, PowerSeries] = Field(
        default_factory=dict, description="new MW by pool that the holder could have standing; its own offers if absent"
    )
    respond_within: Duration | None = None
    partial: Flag = Field(default=False, description="whether the holder may take a part of a need")
    trigger: Literal["need", "third_party_offer"] = "need"
    match: Flag = Field(default=False, description="whether the holder meets the cheapest covered price")
    silence: Literal["waives", "accepts"] = "waives"
    tail: Duration | None = Field(default=None, description="how long signing elsewhere is free after a refusal")
    except_: tuple[Text, ...] = Field(
        default=(), alias="except", description="own_build, existing, consented, providers, or commitments by name"
    )
    declined: tuple[Text, ...] = Field(default=(), description="commitments that the holder has declined or let lapse")
    business_days: Flag = Field(default=False, description="whether `respond_within` counts business days alone")
    holidays: tuple[Day, ...] = Field(default=(), description="days that are no business days")

    blind: ClassVar[str] = (
        "bidders who stay away because their offer would be matched, and days lost inside a quarter until the answer"
    )
    verbs: ClassVar[frozenset[str]] = frozenset({"procure"})
    offers_first: ClassVar[bool] = True
    party_fields: ClassVar[tuple[str, ...]] = ("holder",)
    reads: ClassVar[frozenset[str]] = frozenset({COMMITMENTS, DELIVERY, UNIT_PRICE})
    unit_priced: ClassVar[bool] = True
    fit: ClassVar[Fit] = Fit.EXACT

    def constrain(self, draft: ClauseDraft) -> None:
        """Rows that hold every start elsewhere against what the holder could still give."""
        in_force = np.array([quarter.overlap(draft.span) > 0 for quarter in draft.calendar.quarters])
        if not in_force.any():
            return
        holder = self.holder or draft.contract.seller
        commitments = [item for item in draft.published(COMMITMENTS) if isinstance(item, Commitment)]
        self._measurable(draft, commitments)
        holdings = self._holdings(draft, holder, commitments)
        open_to = self._covered_on(draft)
        for option in commitments:
            if self._binds(option, holder):
                self._hold_against(draft, option, holdings, in_force, open_to)
        if self.match:
            self._match(draft, holder, holdings, open_to)

    def _measurable(self, draft: ClauseDraft, commitments: list[Commitment]) -> None:
        """A need is measured in MW, so chips whose power is not known would escape the refusal: PlanError."""
        for item in commitments:
            for pool in item.pools:
                chip = draft.programme.pools[pool].chip
                if not draft.programme.chips[chip].it_power_kw:
                    raise PlanError(
                        f"{draft.name} weighs new capacity in MW of IT power, and chip {chip} of {item.by} has none; "
                        f"give `power` or `it_power` to chips.{chip}"
                    )

    def _binds(self, option: Commitment, holder: str) -> bool:
        """Whether a commitment is a new need that the holder must be asked about."""
        names = {option.name, option.by, option.by.split("/")[0]}
        if option.provider == holder or not option.new or names & set(self.declined):
            return False
        if option.own_build and "own_build" in self.except_:
            return False
        return not (names | {option.provider}) & set(self.except_)

    def _holdings(self, draft: ClauseDraft, holder: str, commitments: list[Commitment]) -> dict[str, Holding]:
        """What may be taken of the holder and kept, by its pool."""
        kept: dict[str, list[Commitment]] = {}
        for item in commitments:
            if item.provider == holder and item.kept:
                for pool in item.pools:
                    kept.setdefault(pool, []).append(item)
        return {
            pool: self._holding(draft, pool, items)
            for pool, items in kept.items()
            if not self.ability or pool in self.ability
        }

    def _holding(self, draft: ClauseDraft, pool: str, items: list[Commitment]) -> Holding:
        """`N[q] = N[q-1] + what is taken in q`; chips contracted before are neither new nor within the ability."""
        calendar = draft.calendar
        # of one name are the cases of a contract that may be over on several days: only one of them comes about
        stands: dict[str, list[Floats]] = {}
        newly: dict[str, list[Floats]] = {}
        taken = []
        for item in items:
            before = draft.draft.is_outright(item.columns) & (not item.new)
            prior = np.cumsum(np.where(before, item.mw, 0.0).sum(axis=1))
            stands.setdefault(item.name, []).append(item.stock_most_mw)
            newly.setdefault(item.name, []).append(item.stock_most_mw - prior)
            quarter, place = np.nonzero((item.columns >= 0) & ~before)
            taken.append((quarter, item.columns[quarter, place], item.mw[quarter, place]))
        quarter, columns, mw = (np.concatenate([part[i] for part in taken]) for i in range(3))
        most = np.maximum.accumulate(np.sum([np.max(cases, axis=0) for cases in stands.values()], axis=0))
        could = np.sum([np.max(cases, axis=0) for cases in newly.values()], axis=0)
        if self.ability:
            could = np.minimum(could, calendar.monthly(self.ability[pool])[calendar.first_month])
        new = draft.add_columns(f"taken {pool}", (calendar.quarter_names,), unit="MW", upper=most)
        rows = draft.add_rows(f"taken {pool}", (calendar.quarter_names,), unit="MW", lower=0.0, upper=0.0)
        draft.add_entries(rows, new, 1.0)
        draft.add_entries(rows[1:], new[:-1], -1.0)
        draft.add_entries(rows[quarter], columns, -mw)
        return Holding(new, most, could)

    def _covered_on(self, draft: ClauseDraft) -> dict[str, set[int]]:
        """The covered workloads that may run on each pool, as positions."""
        use = draft.use(None, self.subjects or None)
        open_to: dict[str, set[int]] = {pool: set() for pool in draft.draft.pool_ids}
        pairs = np.unique(use.pool * len(draft.draft.workload_ids) + use.workload)
        for place, workload in zip(*np.divmod(pairs, len(draft.draft.workload_ids)), strict=True):
            open_to[draft.draft.pool_ids[place]].add(int(workload))
        return open_to

    def _hold_against(
        self,
        draft: ClauseDraft,
        option: Commitment,
        holdings: dict[str, Holding],
        in_force: Flags,
        open_to: dict[str, set[int]],
    ) -> None:
        """`N >= A b`, or where the holder takes all or is passed `N >= (A - size + 1 kW) b`, class by class."""
        calendar = draft.calendar
        if option.workloads and not set(option.workloads) & set(self.subjects or draft.draft.workload_ids):
            # marked for workloads that the clause does not cover: free, but closed to those that it covers. A pool of
            # another's keeps its chips for them anyhow; on owned chips the power that it brings cannot be told apart
            owned = [pool for pool in option.pools if draft.owned(pool)]
            draft.close(draft.use(owned, self.subjects or None).columns)
            return
        covered = {workload for pool in option.pools for workload in open_to[pool]}
        if not covered:
            return
        self._wait(draft, option, in_force)
        quarters = np.flatnonzero(in_force & (option.columns >= 0).any(axis=1) & (option.most_mw > 0))
        switch = self._switches(draft, option, quarters)
        names = tuple(calendar.quarter_names[q] for q in quarters)
        for pool, holding in holdings.items():
            if not covered & open_to[pool]:
                continue
            # rent by the hour can be had in any part: the holder gives what it has first, whatever is said of the whole
            partial = self.partial or not option.kept
            due = holding.ability_mw[quarters] + (0.0 if partial else ONE_KILOWATT_MW)
            lower = -due if draft.is_offer else 0.0
            rows = draft.add_rows(f"first {pool} before {option.name}", (names,), unit="MW", lower=lower)
            draft.add_entries(rows, holding.new[quarters], 1.0)
            draft.add_entries(rows, switch, -due)
            if draft.is_offer:
                draft.add_entries(rows, draft.on, -due)
            if not partial:
                columns, mw = option.columns[quarters], option.mw[quarters]
                which, place = np.nonzero(columns >= 0)
                draft.add_entries(rows[which], columns[which, place], mw[which, place])

    def _switches(self, draft: ClauseDraft, option: Commitment, quarters: Ints) -> Ints:
        """The binary of each quarter: the option's own, or one made here where its size is continuous."""
        switch = option.switch[quarters].copy()
        lacking = np.flatnonzero(switch < 0)
        if len(lacking):
            names = tuple(draft.calendar.quarter_names[q] for q in quarters[lacking])
            made = draft.add_columns(f"starts {option.name}", (names,), unit="1", upper=1.0, integer=True)
            rows = draft.add_rows(f"starts {option.name}", (names,), unit="MW", upper=0.0)
            columns, mw = option.columns[quarters[lacking]], option.mw[quarters[lacking]]
            which, place = np.nonzero(columns >= 0)
            draft.add_entries(rows[which], columns[which, place], mw[which, place])
            draft.add_entries(rows, made, -option.most_mw[quarters[lacking]])
            switch[lacking] = made
        return switch

    def _wait(self, draft: ClauseDraft, option: Commitment, in_force: Flags) -> None:
        """The holder's time to answer passes before anything can start elsewhere."""
        if self.respond_within is None:
            return
        free = self.respond_within.after(draft.span.start)
        starts = [max(quarter.start, option.since or quarter.start) for quarter in draft.calendar.quarters]
        early = in_force & np.array([start < free for start in starts])
        columns = option.columns[early].ravel()
        draft.close(columns[(columns >= 0) & ~draft.draft.is_outright(columns)])

    def _match(
        self, draft: ClauseDraft, holder: str, holdings: dict[str, Holding], open_to: dict[str, set[int]]
    ) -> None:
        """The holder asks the lesser of its own price and the cheapest covered one for the same chip, by month."""
        calendar, programme = draft.calendar, draft.programme
        prices = [item for item in draft.published(UNIT_PRICE) if isinstance(item, UnitPrice)]
        for pool in holdings:
            chip = programme.pools[pool].chip
            own = [item.price_per_chip_hour for item in prices if item.provider == holder and item.pool == pool]
            others = [
                item.price_per_chip_hour
                for item in prices
                if self._rivals(item, holder) and programme.pools[item.pool].chip == chip
                and open_to[item.pool]
            ]  # fmt: skip
            if not own or not others:
                continue
            asked, cheapest = np.min(own, axis=0), np.min(others, axis=0)
            saved = np.where(np.isfinite(asked), np.maximum(asked - cheapest, 0.0), 0.0)
            months = np.flatnonzero((saved > 0) & (draft.cover > 0))
            for n, delivery in enumerate(self._kept(draft, holder, pool)):
                share = calendar.share(delivery.span or draft.span, draft.span)
                which, at = np.nonzero(delivery.levels[:, months])
                columns = np.unique(delivery.columns)
                names = tuple(draft.draft.column_label(int(column)) for column in columns)
                upper = draft.draft.upper_of(columns)
                held = draft.if_signed(f"matched {pool} {n}", names, columns, upper, unit="chip")
                on = held[np.searchsorted(columns, delivery.columns[which])]
                amounts = -(saved * share * calendar.month_hours)[months[at]] * delivery.levels[which, months[at]]
                draft.pay(on, amounts, months[at], what="matched price", payee=holder)

    def _kept(self, draft: ClauseDraft, holder: str, pool: str) -> list[Delivery]:
        """What the holder hands over of what was newly taken of it and is kept, month by month while it stands."""
        kept = {
            item.by
            for item in draft.published(COMMITMENTS)
            if isinstance(item, Commitment) and item.provider == holder and item.kept
        }
        return [
            replace(item, columns=item.columns[~item.before], levels=item.levels[~item.before])
            for item in draft.published(DELIVERY)
            if isinstance(item, Delivery)
            and item.what == "chips"
            and item.place == pool
            and item.by in kept
            and item.part != EXTENDED
        ]

    @model_validator(mode="after")
    def _business_days_are_days(self) -> "FirstRefusal":
        within = self.respond_within
        if self.business_days and within is not None and (within.months or within.hours or not within.days):
            refuse("counts business days alone; give it in days, as 30 d", "respond_within")
        return self

    def beneficiaries(self, contract: Contract) -> tuple[str, ...]:
        """The holder, who may waive it."""
        return (self.holder or contract.seller,)

    def deadlines(self, view: ClauseView) -> tuple[Deadline, ...]:
        """The last day on which the holder may answer each offer that is open."""
        holder = self.holder or view.contract.seller
        return tuple(
            Deadline(
                self._deadline(offer.opened) - timedelta(days=1), "offer", holder,
                f"last day to answer offer {offer.id} of {offer.power_mw:f} MW; silence {self.silence}",
            )
            for offer in view.facts.offers
            if offer.clause == view.name and offer.answer is None and self.respond_within is not None
        )  # fmt: skip

    def gate(self, ask: Ask, view: ClauseView) -> Opinion | None:
        """Procurement goes to the holder first; what the offers on record leave free, and what is excepted, may go on.

        Placement on capacity that is lawfully contracted does not reopen it: on that the clause is silent.
        """
        holder = self.holder or view.contract.seller
        if ask.verb != "procure" or not self._is_bound(ask, view) or ask.provider == holder:
            return None
        if ask.workload is not None and self.subjects and ask.workload not in self.subjects:
            return None
        if (free := self._free(ask, holder)) is not None:
            return Opinion(Ruling.ALLOW, f"{free}, which the first refusal of {holder} excepts")
        size = _power_mw(ask, view)
        if size is None:
            return Opinion(Ruling.REFER, "the need has no size", missing=("the MW, or the chips and their pool",))
        if self.trigger == "third_party_offer" and ask.price_per_chip_hour is None:
            missing = (f"the terms that {ask.provider or 'the third party'} offers, which {holder} may match",)
            return Opinion(
                Ruling.REFER, f"{holder} refuses or matches an offer, and none is on the table", missing=missing
            )
        said = [self._of_record(offer, ask, size, holder) for offer in view.facts.offers if offer.clause == view.name]
        heard = [opinion for opinion in said if opinion is not None]
        return max(heard, key=lambda one: -one.ruling) if heard else self._offer_first(ask, size, holder, view)

    def _is_bound(self, ask: Ask, view: ClauseView) -> bool:
        """Whether it is the buyer that asks, or one that contracts with another for a workload of the buyer's."""
        if ask.by == view.contract.buyer:
            return True
        workload = view.programme.workloads.get(ask.workload or "")
        return workload is not None and workload.owner == view.contract.buyer and ask.by != ask.provider

    def _free(self, ask: Ask, holder: str) -> str | None:
        """What of an ask is excepted, in words; None where nothing is."""
        names = {ask.provider, ask.pool, ask.contract} - {None}
        excepted = names & {*self.except_, *self.declined}
        if excepted:
            return f"it is with {', '.join(sorted(str(name) for name in excepted))}"
        if "own_build" in self.except_ and ask.provider == ask.by:
            return f"{ask.by} builds it itself"
        if "consented" in self.except_ and holder in ask.approvals:
            return f"{holder} consented"
        return None

    def _deadline(self, opened: date) -> date:
        """The first day on which an answer is too late."""
        if self.respond_within is None:
            return date.max
        return time_to_answer(opened, self.respond_within, business=self.business_days, holidays=self.holidays)

    def _of_record(self, offer: OfferOnRecord, ask: Ask, size: Decimal, holder: str) -> Opinion | None:
        """What one offer on record says to an ask; None where it is of another need, or frees it no longer."""
        by_then = min(ask.on, ask.known or ask.on)
        if offer.opened > by_then:
            return None
        late = self._deadline(offer.opened)
        free_from = offer.free_from(late, by_then)
        if free_from is None:
            if not offer.covers(ask.workload, size, ask.span, offer.power_mw):
                return None
            why = f"offer {offer.id} of {offer.opened} is open"
            return self._open(why, holder, late)
        if self.tail is not None and ask.on > self.tail.after(free_from):
            return None
        left = offer.left_mw(late, silence_accepts=self.silence == "accepts")
        if not self.partial and 0 < left < offer.power_mw:
            left = offer.power_mw  # who must take all, and takes a part, is passed
        if not offer.covers(ask.workload, size, ask.span, left):
            if not offer.covers(ask.workload, size, ask.span, offer.power_mw):
                return None
            return Opinion(
                Ruling.DENY, f"{holder} took {offer.power_mw - left:f} MW of offer {offer.id}; {left:f} MW are free"
            )
        if offer.span is not None and ask.span is None:
            missing = (f"the days of the need, to hold against those of offer {offer.id}",)
            return Opinion(Ruling.REFER, "terms cannot be compared", missing=missing)
        if (offer.price_per_chip_hour is None) != (ask.price_per_chip_hour is None):
            whose = ask.provider or "the third party"
            lacking = f"of {whose}, to hold against" if ask.price_per_chip_hour is None else "in"
            missing = (f"the price {lacking} offer {offer.id}",)
            return Opinion(Ruling.REFER, "terms cannot be compared", missing=missing)
        if (ask.price_per_chip_hour or 0) > (offer.price_per_chip_hour or 0):
            return None
        how = {"declined": "declined", "accepted": "left"}.get(offer.answer or "", "let lapse")
        how = how if offer.in_time(late) else "let lapse"
        return Opinion(Ruling.ALLOW, f"{holder} {how} {left:f} MW of offer {offer.id}, free from {free_from}")

    def _offer_first(self, ask: Ask, size: Decimal, holder: str, view: ClauseView) -> Opinion:
        zone = f" ({view.contract.time_zone})" if view.contract.time_zone else ""
        return self._open(f"a new need of {size:f} MW goes to {holder} first{zone}", holder, self._deadline(ask.on))

    def _open(self, why: str, holder: str, late: date) -> Opinion:
        if self.respond_within is None:
            return Opinion(Ruling.OFFER_FIRST, why, holder, None, "acceptance, or a refusal; the clause sets no time")
        silence = "accepts" if self.silence == "accepts" else "waives"
        part = " of all or a part" if self.partial else ""
        answers = f"acceptance{part}, or a refusal; silence {silence}"
        return Opinion(Ruling.OFFER_FIRST, why, holder, late - timedelta(days=1), answers)

    def _rivals(self, item: UnitPrice | Quoted, holder: str) -> bool:
        """Whether the holder must meet a price: another's, open to new need, and not excepted."""
        if not item.new or item.provider == holder:
            return False
        return not {item.by, item.by.split("/")[0], item.provider} & set(self.except_)

    @property
    def varies(self) -> str:
        """What it may make due beside what is sure."""
        return "the holder meets a lesser price" if self.match else ""

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """Where the holder meets a price: each month the difference, on what was newly taken of it, is paid back."""
        if not self.match:
            return []
        holder = self.holder or book.contract.seller
        amounts = [Priced.none("chip-hour")] * len(book.months)
        for pool, hours in self._hours_kept(book, facts, holder).items():
            for t in range(len(book.months)):
                saved = self._saved(book, facts, holder, pool, book.month_names[t]) if hours[t] else Fraction(0)
                if saved:
                    amounts[t] += Priced.at(hours[t], -saved, "chip-hour")
        return book.postings(amounts, "matched price", payee=holder)

    def _hours_kept(self, book: ClauseBook, facts: Facts, holder: str) -> dict[str, list[Fraction]]:
        """Chip-hours delivered in each month under what was newly taken of the holder and is kept, by its pool."""
        taken = {
            (item.by, pool)
            for item in facts.contracted_with(holder)
            for pool in item.pools if not self.ability or pool in self.ability
        }  # fmt: skip
        hours = {pool: [Fraction(0)] * len(book.months) for _, pool in sorted(taken)}
        for by, pool in sorted(taken):
            delivered, shares = book.by_month(facts.newly_delivered_by(by)), self._shares(book, by)
            mine = [each * share for each, share in zip(delivered, shares, strict=True)]
            hours[pool] = [a + b for a, b in zip(hours[pool], mine, strict=True)]
        return hours

    def _shares(self, book: ClauseBook, by: str) -> list[Fraction]:
        """The share of the days of another clause that are this one's, by month."""
        contract_id, _, clause_id = by.partition("/")
        contract = book.contract if contract_id == book.contract_id else book.programme.contracts[contract_id]
        clause = contract.clauses.get(clause_id)
        if clause is None:
            return [Fraction(0)] * len(book.months)
        stands = Term(clause, contract, book.months).inside
        return shares_by_month(book.months, stands, book.term.inside)

    def _saved(self, book: ClauseBook, facts: Facts, holder: str, pool: str, month: str) -> Fraction:
        """How far the cheapest covered price for the same chips lies under the holder's own in a month."""
        pools = book.programme.pools
        quotes = facts.quotes_in(month)
        own = [item.price_per_chip_hour for item in quotes if item.provider == holder and item.pool == pool]
        others = [
            item.price_per_chip_hour
            for item in quotes
            if self._rivals(item, holder) and pools[item.pool].chip == pools[pool].chip
            and book.runs_on(item.pool, self.subjects)
        ]  # fmt: skip
        return max(Fraction(0), Fraction(min(own) - min(others))) if own and others else Fraction(0)
