"""`first_refusal`: new capacity goes first to the holder, and elsewhere only once it has given what it can.

It binds contracting for new capacity, not placement on capacity lawfully contracted. The form, and the example worked
by hand that tests it, are in docs/model.md.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from gigawatt.model.calendar import Flags, Floats, Ints
from gigawatt.model.clause import Clause, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.facts import Facts, Quoted
from gigawatt.model.fields import Duration, Flag, Id, PowerSeries, Text
from gigawatt.model.posting import ClauseBook, Posting
from gigawatt.model.published import COMMITMENTS, UNIT_PRICE, Commitment, UnitPrice

ONE_KILOWATT_MW = 0.001


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

    party_fields: ClassVar[tuple[str, ...]] = ("holder",)
    reads: ClassVar[frozenset[str]] = frozenset({COMMITMENTS, UNIT_PRICE})
    fit: ClassVar[Fit] = Fit.EXACT

    def constrain(self, draft: ClauseDraft) -> None:
        """Rows that hold every start elsewhere against what the holder could still give."""
        in_force = np.array([quarter.overlap(draft.span) > 0 for quarter in draft.calendar.quarters])
        if not in_force.any():
            return
        holder = self.holder or draft.contract.seller
        commitments = [item for item in draft.published(COMMITMENTS) if isinstance(item, Commitment)]
        holdings = self._holdings(draft, holder, commitments)
        for option in commitments:
            if self._binds(option, holder):
                self._hold_against(draft, option, holdings, in_force)
        if self.match:
            self._match(draft, holder, holdings)

    @property
    def covered(self) -> tuple[str, ...]:
        """The workloads covered; empty for all."""
        return self.workloads or self.for_workloads

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
        could, taken = np.sum([item.stock_most_mw for item in items], axis=0), []
        most = np.maximum.accumulate(could)
        for item in items:
            before = (item.columns == draft.draft.one) & (not item.new)
            could = could - np.cumsum(np.where(before, item.mw, 0.0).sum(axis=1))
            quarter, place = np.nonzero((item.columns >= 0) & ~before)
            taken.append((quarter, item.columns[quarter, place], item.mw[quarter, place]))
        quarter, columns, mw = (np.concatenate([part[i] for part in taken]) for i in range(3))
        if self.ability:
            could = np.minimum(could, calendar.monthly(self.ability[pool])[calendar.first_month])
        new = draft.add_columns(f"taken {pool}", (calendar.quarter_names,), unit="MW", upper=most)
        rows = draft.add_rows(f"taken {pool}", (calendar.quarter_names,), unit="MW", lower=0.0, upper=0.0)
        draft.add_entries(rows, new, 1.0)
        draft.add_entries(rows[1:], new[:-1], -1.0)
        draft.add_entries(rows[quarter], columns, -mw)
        return Holding(new, most, could)

    def _open_to(self, draft: ClauseDraft, pools: tuple[str, ...]) -> set[int]:
        """The covered workloads that may run on some pool, as positions."""
        return set(np.unique(draft.use(pools, self.covered or None).workload).tolist())

    def _hold_against(
        self, draft: ClauseDraft, option: Commitment, holdings: dict[str, Holding], in_force: Flags
    ) -> None:
        """`N >= A b`, or where the holder must take all or nothing `N >= (A - size + 1 kW) b`, class by class."""
        calendar = draft.calendar
        if option.workloads and not set(option.workloads) & set(self.covered or draft.draft.workload_ids):
            # marked for workloads that the clause does not cover: free, but closed to those that it covers. A pool of
            # another's keeps its chips for them anyhow; on owned chips the power that it brings cannot be told apart
            owned = [pool for pool in option.pools if draft.owned(pool)]
            draft.close(draft.use(owned, self.covered or None).columns)
            return
        covered = self._open_to(draft, option.pools)
        if not covered:
            return
        self._wait(draft, option, in_force)
        quarters = np.flatnonzero(in_force & (option.columns >= 0).any(axis=1) & (option.most_mw > 0))
        switch = self._switches(draft, option, quarters)
        names = tuple(calendar.quarter_names[q] for q in quarters)
        for pool, holding in holdings.items():
            if not covered & self._open_to(draft, (pool,)):
                continue
            due = holding.ability_mw[quarters] + (0.0 if self.partial else ONE_KILOWATT_MW)
            lower = -due if draft.is_offer else 0.0
            rows = draft.add_rows(f"first {pool} before {option.name}", (names,), unit="MW", lower=lower)
            draft.add_entries(rows, holding.new[quarters], 1.0)
            draft.add_entries(rows, switch, -due)
            if draft.is_offer:
                draft.add_entries(rows, draft.on, -due)
            if not self.partial and not option.kept:
                # rent that is not used costs nothing, so its size could be overstated: it counts as the most there is
                draft.add_entries(rows, switch, option.most_mw[quarters])
            elif not self.partial:
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
        draft.close(columns[(columns >= 0) & (columns != draft.draft.one)])

    def _match(self, draft: ClauseDraft, holder: str, holdings: dict[str, Holding]) -> None:
        """The holder asks the lesser of its own price and the cheapest covered one for the same chip, by month."""
        calendar, programme = draft.calendar, draft.programme
        prices = [item for item in draft.published(UNIT_PRICE) if isinstance(item, UnitPrice)]
        for pool, holding in holdings.items():
            chip = programme.pools[pool].chip
            own = [item.price_per_chip_hour for item in prices if item.provider == holder and item.pool == pool]
            others = [
                item.price_per_chip_hour
                for item in prices
                if self._rivals(item, holder) and programme.pools[item.pool].chip == chip
                and self._open_to(draft, (item.pool,))
            ]  # fmt: skip
            if not own or not others:
                continue
            asked, cheapest = np.min(own, axis=0), np.min(others, axis=0)
            saved = np.where(np.isfinite(asked), np.maximum(asked - cheapest, 0.0), 0.0) * draft.cover
            months = np.flatnonzero(saved > 0)
            hours = calendar.month_hours[months]
            amounts = -saved[months] * hours / draft.chip_mw(pool)
            names = (f"matched {pool}", calendar.quarter_names)
            new = draft.if_signed(*names, holding.new, holding.most_mw, unit="MW")
            draft.pay(new[calendar.quarter_of_month[months]], amounts, months, what="matched price", payee=holder)

    def _rivals(self, item: UnitPrice | Quoted, holder: str) -> bool:
        """Whether the holder must meet a price: another's, open to new need, and not excepted."""
        if not item.new or item.provider == holder:
            return False
        return not {item.by, item.by.split("/")[0], item.provider} & set(self.except_)

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """Where the holder meets a price: each month the difference, on what was newly taken of it, is paid back."""
        if not self.match:
            return []
        holder = self.holder or book.contract.seller
        amounts = [Fraction(0)] * len(book.months)
        for pool, taken in self._taken(book, facts, holder).items():
            chip_mw = Fraction(book.programme.chips[book.programme.pools[pool].chip].it_power_kw or 0) / 1000
            for t, month in enumerate(book.months):
                saved = self._saved(book, facts, holder, pool, book.month_names[t])
                part = Fraction(book.term.days[t], month.days)
                amounts[t] -= saved * part * taken[t] * book.hours(t) / chip_mw if saved else 0
        return book.postings(amounts, "matched price", payee=holder)

    def _taken(self, book: ClauseBook, facts: Facts, holder: str) -> dict[str, list[Fraction]]:
        """MW newly taken of the holder and kept, by its pool, in each month."""
        taken: dict[str, list[Fraction]] = {}
        for item in facts.contracted:
            since = book.month_names.index(item.month)
            if item.provider != holder or not item.kept:
                continue
            for pool in item.pools:
                if not self.ability or pool in self.ability:
                    stock = taken.setdefault(pool, [Fraction(0)] * len(book.months))
                    stock[since:] = [mw + Fraction(item.power_mw) for mw in stock[since:]]
        return taken

    def _saved(self, book: ClauseBook, facts: Facts, holder: str, pool: str, month: str) -> Fraction:
        """How far the cheapest covered price for the same chips lies under the holder's own in a month."""
        pools = book.programme.pools
        quotes = [item for item in facts.quotes if item.month == month]
        own = [item.price_per_chip_hour for item in quotes if item.provider == holder and item.pool == pool]
        others = [
            item.price_per_chip_hour
            for item in quotes
            if self._rivals(item, holder) and pools[item.pool].chip == pools[pool].chip
            and book.runs_on(item.pool, self.covered)
        ]  # fmt: skip
        return max(Fraction(0), Fraction(min(own) - min(others))) if own and others else Fraction(0)
