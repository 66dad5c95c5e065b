"""`exclusivity`: covered workloads are hosted by one provider and no other."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from gigawatt.model.clause import Claim, Clause, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.contract import Contract
from gigawatt.model.fields import Id
from gigawatt.model.published import COMMITMENTS, Commitment
from gigawatt.model.verdict import Ask, ClauseView, Opinion, Ruling
from gigawatt.promises.closing import close_use


class Exclusivity(Clause):
    """Covered workloads run on the holder's pools only, with exceptions by pool or provider."""

    kind: Literal["exclusivity"]
    holder: Id | None = Field(default=None, description="the provider; the contract's seller if absent")
    covers: Literal["hosting", "supply"] = Field(
        default="hosting", description="hosting: where workloads run; supply: of whom new capacity is contracted for"
    )
    workloads: tuple[Id, ...] = Field(default=(), description="the workloads covered; all if absent")
    except_: tuple[Id, ...] = Field(default=(), alias="except", description="pools or providers that are free")

    blind: ClassVar[str] = (
        "what customers would pay for a choice of clouds, and what the only provider asks because it is the only one"
    )
    verbs: ClassVar[frozenset[str]] = frozenset({"place", "procure"})
    party_fields: ClassVar[tuple[str, ...]] = ("holder",)
    reads: ClassVar[frozenset[str]] = frozenset({COMMITMENTS})
    fit: ClassVar[Fit] = Fit.EXACT

    @property
    def reading(self) -> frozenset[str]:
        """Hosting concerns Use alone."""
        return self.reads if self.covers == "supply" else frozenset()

    def beneficiaries(self, contract: Contract) -> tuple[str, ...]:
        """The holder, who may waive it."""
        return (self.holder or contract.seller,)

    def claims(self, view: ClauseView) -> tuple[Claim, ...]:
        """Hosting, or supply, of what is covered belongs to the holder."""
        holder, bound = self.holder or view.contract.seller, view.contract.buyer
        return (Claim(f"{self.covers} for {bound}", frozenset(self.subjects), holder, frozenset(self.except_)),)

    def gate(self, ask: Ask, view: ClauseView) -> Opinion | None:
        """Placement (or, of supply, procurement) for the buyer with another than the holder is denied."""
        holder, bound = self.holder or view.contract.seller, view.contract.buyer
        if ask.verb != ("place" if self.covers == "hosting" else "procure") or bound != _for_whom(ask, view):
            return None
        if self.subjects and ask.workload is not None and ask.workload not in self.subjects:
            return None
        what = ask.workload or "what is covered"
        if self.subjects and ask.workload is None:
            missing = (f"for which workload it is: {', '.join(self.subjects)} belong to {holder}",)
            return Opinion(Ruling.REFER, "the workload is not told", missing=missing)
        pool = view.programme.pools.get(ask.pool or "")
        names = {ask.provider, ask.pool, *((pool.owner, pool.provider) if pool is not None else ())} - {None}
        if holder in names:
            return Opinion(Ruling.ALLOW, f"{holder} has it for itself")
        if names & set(self.except_):
            return Opinion(
                Ruling.ALLOW, f"{', '.join(sorted(str(one) for one in names & set(self.except_)))} is excepted"
            )
        return Opinion(Ruling.DENY, f"{self.covers} of {what} for {bound} belongs to {holder}")

    def constrain(self, draft: ClauseDraft) -> None:
        """Close the Use of covered workloads on the pools of others, in the months in force."""
        if self.covers == "supply":
            self._close_supply(draft)
            return
        holder = self.holder or draft.contract.seller
        free = {holder, *self.except_}
        others = [
            name
            for name, pool in draft.programme.pools.items()
            if name not in free and not free & {pool.owner, pool.provider}
        ]
        close_use(draft, draft.use(others, self.workloads or None))

    def _close_supply(self, draft: ClauseDraft) -> None:
        """New capacity of others is closed, where all that it could serve is covered."""
        holder = self.holder or draft.contract.seller
        free = {holder, *self.except_}
        in_force = np.array([quarter.overlap(draft.span) > 0 for quarter in draft.calendar.quarters])
        for item in draft.published(COMMITMENTS):
            if not isinstance(item, Commitment) or not item.new or free & {item.provider, item.by.split("/")[0]}:
                continue
            if self.subjects and not set(item.workloads or draft.draft.workload_ids) <= set(self.subjects):
                continue
            columns = item.columns[in_force].ravel()
            draft.close(columns[(columns >= 0) & ~draft.draft.is_outright(columns)])


def _for_whom(ask: Ask, view: ClauseView) -> str:
    """The party whose workload it is, or who asks."""
    workload = view.programme.workloads.get(ask.workload or "")
    return (workload.owner if workload is not None else None) or ask.by
