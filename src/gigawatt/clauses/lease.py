"""`lease`: premises and power by the phases of a site, for a rent from the day on which each is delivered."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.clause import Clause, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.facts import Facts
from gigawatt.model.fields import Id, RentPerMwMonth
from gigawatt.model.posting import ClauseBook, Posting
from gigawatt.model.published import AMOUNT, COMMITMENTS
from gigawatt.model.schedule import phase_commitment, phase_starts


class Lease(Clause):
    """The tenant (buyer) has the IT power of some phases of a site, which the landlord (seller) builds."""

    kind: Literal["lease"]
    site: Id
    phases: tuple[Id, ...] = Field(default=(), description="the phases let; all of the site if absent")
    options: tuple[Id, ...] = Field(default=(), description="phases that the tenant may take or leave")
    rent_per_mw_month: RentPerMwMonth = Field(alias="rent", description="rent of IT power delivered")

    publishes: ClassVar[frozenset[str]] = frozenset({AMOUNT, COMMITMENTS})
    quotes: ClassVar[tuple[str, str] | None] = ("rent_per_mw_month", "MW-month")
    fit: ClassVar[Fit] = Fit.EXACT

    def constrain(self, draft: ClauseDraft) -> None:
        """Firm phases stand from `ready` if the lease is signed; each option has one binary a quarter."""
        if not draft.cover.any():
            return
        rent = draft.rate(self.rent_per_mw_month)
        phases = self.phases or tuple(draft.programme.sites[self.site].phases)
        for phase_id in dict.fromkeys((*phases, *self.options)):
            if phase_id in self.options:
                self._option(draft, phase_id, rent)
            else:
                self._firm(draft, phase_id, rent)

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """Each month's rent of the IT power delivered, by its mean over the month."""
        hours, rent = book.by_month(facts.delivered_by(book.name)), book.rate(self.rent_per_mw_month)
        return book.postings([h * r / book.hours(t) for t, (h, r) in enumerate(zip(hours, rent, strict=True))], "rent")

    def _firm(self, draft: ClauseDraft, phase_id: str, rent: Floats) -> None:
        calendar, phase = draft.calendar, draft.programme.sites[self.site].phases[phase_id]
        quarters, levels = phase_starts(calendar, phase, draft.span)
        if not len(quarters):
            return
        power = float(phase.power_mw)
        level = levels[:1] * power
        draft.bring(self.site, draft.on, level)
        months = np.flatnonzero(level[0])
        draft.pay(draft.on, level[0, months] * rent[months], months, what="rent")
        start = np.array([draft.on])
        self._publish(draft, phase_id, quarters[:1], start, power)

    def _option(self, draft: ClauseDraft, phase_id: str, rent: Floats) -> None:
        calendar, phase = draft.calendar, draft.programme.sites[self.site].phases[phase_id]
        quarters, levels = phase_starts(calendar, phase, draft.span)
        if not len(quarters):
            return
        power = float(phase.power_mw)
        names = tuple(calendar.quarter_names[q] for q in quarters)
        take = draft.add_columns(f"take {phase_id}", (names,), unit="1", upper=1.0, integer=True)
        once = draft.add_rows(f"taken {phase_id}", (), unit="1", upper=0.0)
        draft.add_entries(once, take, 1.0)
        draft.add_entries(once, draft.on, -1.0)
        draft.bring(self.site, take, power * levels)
        which, month = np.nonzero(levels)
        draft.pay(take[which], power * levels[which, month] * rent[month], month, what="rent")
        self._publish(draft, phase_id, quarters, take, power)

    def _publish(self, draft: ClauseDraft, phase_id: str, quarters: Ints, start: Ints, power: float) -> None:
        site = draft.programme.sites[self.site]
        commitment = phase_commitment(
            draft.draft,
            f"{draft.name} {phase_id}",
            self.site,
            quarters,
            start,
            power,
            by=draft.name,
            provider=draft.contract.seller,
            new=draft.is_new,
            workloads=self.for_workloads,
            since=max(draft.span.start, site.phases[phase_id].ready),
        )
        draft.publish(COMMITMENTS, commitment)
