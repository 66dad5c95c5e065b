"""`first_refusal`: new capacity goes first to the holder, and elsewhere only once it has given what it can.

It binds contracting for new capacity, not placement on capacity lawfully contracted. The form, and the example worked
by hand that tests it, are in docs/model.md.
"""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.clause import Clause, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.fields import Duration, Flag, Id, PowerSeries, Text
from gigawatt.model.published import COMMITMENTS, UNIT_PRICE, Commitment, UnitPrice

ONE_KILOWATT_MW = 0.001


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
        calendar = draft.calendar
        in_force = np.array([quarter.overlap(draft.span) > 0 for quarter in calendar.quarters])
        if not in_force.any():
            return
        holder = self.holder or draft.contract.seller
        commitments = [item for item in draft.published(COMMITMENTS) if isinstance(item, Commitment)]
        taken = self._taken(draft, holder, commitments, in_force)
        for option in commitments:
            if self._binds(option, holder):
                self._hold_against(draft, option, taken, in_force)
        if self.match:
            self._match(draft, holder, {pool: columns for pool, (columns, _) in taken.items()})

    def _binds(self, option: Commitment, holder: str) -> bool:
        """Whether a commitment is a new need that the holder must be asked about."""
        if option.provider == holder or not option.new or option.name in self.declined or option.by in self.declined:
            return False
        if option.own_build and "own_build" in self.except_:
            return False
        return not {option.name, option.by, option.by.split("/")[0], option.provider} & set(self.except_)

    def _taken(
        self, draft: ClauseDraft, holder: str, commitments: list[Commitment], in_force: Ints
    ) -> dict[str, tuple[Ints, Floats]]:
        """By pool of the holder: columns N (Q,) of new MW taken of it since the clause began, and its ability A (Q,)."""
        calendar = draft.calendar
        kept: dict[str, list[Commitment]] = {}
        for item in commitments:
            if item.provider == holder and item.kept:
                for pool in item.pools:
                    kept.setdefault(pool, []).append(item)
        classes: dict[str, tuple[Ints, Floats]] = {}
        for pool, items in kept.items():
            could = np.sum([item.stock_most_mw for item in items], axis=0)
            if self.ability:
                if pool not in self.ability:
                    continue
                stated = calendar.monthly(self.ability[pool])[calendar.first_month]
                could = np.minimum(could, stated)
            ability = np.where(in_force, could, 0.0)
            new = draft.add_columns(f"taken {pool}", (calendar.quarter_names,), unit="MW")
            rows = draft.add_rows(f"taken {pool}", (calendar.quarter_names,), unit="MW", lower=0.0, upper=0.0)
            draft.add_entries(rows, new, 1.0)
            draft.add_entries(rows[1:], new[:-1], -1.0)
            for item in items:
                quarter, place = np.nonzero((item.columns >= 0) & in_force[:, None])
                draft.add_entries(rows[quarter], item.columns[quarter, place], -item.mw[quarter, place])
            classes[pool] = (new, ability)
        return classes

    def _open_to(self, draft: ClauseDraft, pools: tuple[str, ...]) -> set[int]:
        """The covered workloads that may run on some pool, as positions."""
        return set(np.unique(draft.use(pools, self.workloads or None).workload).tolist())

    def _hold_against(
        self, draft: ClauseDraft, option: Commitment, taken: dict[str, tuple[Ints, Floats]], in_force: Ints
    ) -> None:
        """`N >= A b`, or where the holder must take all or nothing `N >= (A - size + 1 kW) b`, class by class."""
        calendar = draft.calendar
        covered = self._open_to(draft, option.pools)
        if option.workloads and not set(option.workloads) & set(self.workloads or draft.draft.workload_ids):
            # marked for workloads that the clause does not cover: free, but closed to those that it covers
            draft.close(draft.use(option.pools, self.workloads or None).columns)
            return
        if not covered:
            return
        self._wait(draft, option, in_force)
        quarters = np.flatnonzero(in_force & (option.columns >= 0).any(axis=1) & (option.most_mw > 0))
        switch = self._switches(draft, option, quarters)
        names = tuple(calendar.quarter_names[q] for q in quarters)
        for pool, (new, ability) in taken.items():
            if not covered & self._open_to(draft, (pool,)):
                continue
            rows = draft.add_rows(f"first {pool} before {option.name}", (names,), unit="MW", lower=0.0)
            draft.add_entries(rows, new[quarters], 1.0)
            if self.partial:
                draft.add_entries(rows, switch, -ability[quarters])
                continue
            draft.add_entries(rows, switch, -(ability[quarters] + ONE_KILOWATT_MW))
            which, place = np.nonzero(option.columns[quarters] >= 0)
            draft.add_entries(rows[which], option.columns[quarters][which, place], option.mw[quarters][which, place])

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

    def _wait(self, draft: ClauseDraft, option: Commitment, in_force: Ints) -> None:
        """The holder's time to answer passes before anything can start elsewhere."""
        if self.respond_within is None:
            return
        free = self.respond_within.after(draft.span.start)
        early = [q for q, quarter in enumerate(draft.calendar.quarters) if in_force[q] and quarter.until <= free]
        columns = option.columns[np.array(early, dtype=np.int64)].ravel()
        draft.close(columns[(columns >= 0) & (columns != draft.draft.one)])

    def _match(self, draft: ClauseDraft, holder: str, taken: dict[str, Ints]) -> None:
        """The holder asks the lesser of its own price and the cheapest covered one for the same chip, month by month."""
        calendar, programme = draft.calendar, draft.programme
        prices = [item for item in draft.published(UNIT_PRICE) if isinstance(item, UnitPrice)]
        for pool, new in taken.items():
            chip = programme.pools[pool].chip
            own = [item.price_per_chip_hour for item in prices if item.provider == holder and item.pool == pool]
            others = [
                item.price_per_chip_hour
                for item in prices
                if item.new
                and item.provider != holder
                and programme.pools[item.pool].chip == chip
                and not {item.by, item.by.split("/")[0], item.provider} & set(self.except_)
                and self._open_to(draft, (item.pool,))
            ]
            if not own or not others:
                continue
            asked, cheapest = np.min(own, axis=0), np.min(others, axis=0)
            saved = np.where(np.isfinite(asked), np.maximum(asked - cheapest, 0.0), 0.0) * draft.cover
            months = np.flatnonzero(saved > 0)
            chips_per_mw = 1.0 / draft.chip_mw(pool)
            hours = calendar.month_hours[months]
            amounts = -saved[months] * hours * chips_per_mw
            draft.pay(new[calendar.quarter_of_month[months]], amounts, months, what="matched price", payee=holder)
