"""`location`: workloads run in some jurisdictions alone, or not in some: data residency, an export licence."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from gigawatt.errors import PlanError
from gigawatt.model.clause import Clause, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.contract import Contract
from gigawatt.model.fields import Id, Words
from gigawatt.model.parsing import refuse
from gigawatt.model.programme import Programme
from gigawatt.model.verdict import Ask, ClauseView, Opinion, Ruling
from gigawatt.promises.closing import close_use
from gigawatt.values.ids import listed


class LocationLimit(Clause):
    """Use of the workloads, on some chips or on all, keeps to where it may be."""

    kind: Literal["location"]
    allowed: Words = Field(default=(), description="jurisdictions in which they may run, and in no other")
    forbidden: Words = Field(default=(), description="jurisdictions in which they may not run")
    of_chips: tuple[Id, ...] = Field(default=(), alias="chips", description="on these chips alone; on all if absent")
    except_: tuple[Id, ...] = Field(default=(), alias="except", description="pools, sites or suppliers that are free")

    verbs: ClassVar[frozenset[str]] = frozenset({"place"})
    fit: ClassVar[Fit] = Fit.EXACT

    @model_validator(mode="after")
    def _says_where(self) -> "LocationLimit":
        if bool(self.allowed) == bool(self.forbidden):
            refuse("says where by `allowed: [US, EU]` or by `forbidden: [CN]`; give exactly one of the two")
        return self

    def beneficiaries(self, contract: Contract) -> tuple[str, ...]:
        """The buyer, whose data it is; nobody where it is law."""
        return () if (self.basis or contract.basis) == "law" else (contract.buyer,)

    def constrain(self, draft: ClauseDraft) -> None:
        """Close Use where it may not be. PlanError where a pool that could be used lies nobody knows where."""
        closed, unknown = [], []
        for pool in draft.programme.pools:
            if not self._concerns(draft.programme, pool) or not len(draft.use([pool])):
                continue
            lies_in = _jurisdictions(draft.programme, pool)
            if not lies_in:
                unknown.append(_where(draft.programme, pool))
            elif not self._admits(lies_in):
                closed.append(pool)
        if unknown:
            raise PlanError(
                f"{draft.name} is about jurisdictions, and nobody says in which {listed(unknown)} lies; add "
                f"`{unknown[0].replace(' ', 's.')}.jurisdiction`, or name it in the clause's `except`"
            )
        if closed:
            close_use(draft, draft.use(closed))

    def gate(self, ask: Ask, view: ClauseView) -> Opinion | None:
        """Placement where it may not be is denied, and referred where nobody says in which jurisdiction a pool lies."""
        if ask.verb != "place" or (self.subjects and ask.workload is not None and ask.workload not in self.subjects):
            return None
        lacking = [f"which {what} it is" for what in ("workload", "pool") if getattr(ask, what) is None]
        if ask.pool is None or (self.subjects and ask.workload is None):
            return Opinion(Ruling.REFER, "it is not told what would run where", missing=tuple(lacking))
        if not self._concerns(view.programme, ask.pool):
            return None
        lies_in = _jurisdictions(view.programme, ask.pool)
        if not lies_in:
            missing = (f"the jurisdiction of {_where(view.programme, ask.pool)}",)
            return Opinion(Ruling.REFER, f"nobody says in which jurisdiction {ask.pool} lies", missing=missing)
        may = f"may run in {listed(self.allowed)} alone" if self.allowed else f"may not run in {listed(self.forbidden)}"
        why = f"{ask.pool} lies in {listed(lies_in)}, and {ask.workload or 'any workload'} {may}"
        return Opinion(Ruling.ALLOW if self._admits(lies_in) else Ruling.DENY, why)

    def _admits(self, lies_in: tuple[str, ...]) -> bool:
        """Whether a place may be used; of a place under several laws one that is allowed, or forbidden, decides."""
        if self.allowed:
            return bool(set(lies_in) & set(self.allowed))
        return not set(lies_in) & set(self.forbidden)

    def _concerns(self, programme: Programme, pool_id: str) -> bool:
        """Whether its chips are among those limited, and it is not excepted."""
        pool = programme.pools[pool_id]
        if self.of_chips and pool.chip not in self.of_chips:
            return False
        return not {pool_id, pool.site, pool.owner, pool.provider} & set(self.except_)


def _jurisdictions(programme: Programme, pool_id: str) -> tuple[str, ...]:
    """Whose law holds where a pool's chips stand; empty where the file does not say."""
    pool = programme.pools[pool_id]
    return pool.jurisdiction if pool.site is None else programme.sites[pool.site].jurisdiction


def _where(programme: Programme, pool_id: str) -> str:
    """What lacks a jurisdiction: the pool, or the site at which it is."""
    site = programme.pools[pool_id].site
    return f"pool {pool_id}" if site is None else f"site {site}"
