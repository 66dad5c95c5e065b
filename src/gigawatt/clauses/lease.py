"""`lease`: premises and power by the phases of a site, for a rent from the day on which each is accepted."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from gigawatt.errors import PlanError
from gigawatt.model.calendar import Floats, Ints
from gigawatt.model.clause import Complaint, Fit
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.contract import Contract
from gigawatt.model.deadline import Deadline
from gigawatt.model.extent import Extent
from gigawatt.model.facts import Coming, Facts
from gigawatt.model.fields import Day, Id, RentPerMwMonth
from gigawatt.model.parsing import refuse
from gigawatt.model.posting import ClauseBook, Posting
from gigawatt.model.programme import Programme
from gigawatt.model.published import AMOUNT, COMMITMENTS, DELIVERY
from gigawatt.model.remaining import Remaining
from gigawatt.model.schedule import open_span, phase_commitment, phase_starts
from gigawatt.model.term import Term
from gigawatt.model.thing import Thing
from gigawatt.model.verdict import ClauseView
from gigawatt.promises.delivery import ByDelivery, first_day, recorded_events
from gigawatt.promises.handing_over import (
    ENLARGED,
    EXTENDED,
    draft_days,
    hours_by_part,
    post_days,
    post_parts,
    remaining_deposit,
)
from gigawatt.promises.lot import Lot
from gigawatt.promises.prolonging import Extension, Held, extend, mean
from gigawatt.promises.scheduling import comes
from gigawatt.values.ids import did_you_mean
from gigawatt.values.span import Span


class Longer(Extension):
    """The option to stay after the term."""

    rent_per_mw_month: RentPerMwMonth | None = Field(
        default=None, alias="rent", description="rent then; the clause's own if absent"
    )


class Enlargement(Thing):
    """The option to take more phases, if it is used by a day."""

    phases: tuple[Id, ...] = Field(min_length=1, description="phases that the tenant may take")
    by: Day = Field(description="last day on which they can be taken")
    rent_per_mw_month: RentPerMwMonth | None = Field(
        default=None, alias="rent", description="their rent; the clause's own if absent"
    )


class Lease(ByDelivery):
    """The tenant (buyer) has the IT power of some phases of a site, which the landlord (seller) builds."""

    kind: Literal["lease"]
    site: Id
    phases: tuple[Id, ...] = Field(default=(), description="the phases let; all of the site if absent")
    options: tuple[Id, ...] = Field(default=(), description="phases that the tenant may take or leave")
    rent_per_mw_month: RentPerMwMonth = Field(alias="rent", description="rent of IT power delivered")
    due: dict[Id, Day] = Field(default_factory=dict, description="by phase; when it is `ready` if absent")
    extend: Longer | None = Field(default=None, description="an option to stay after the term")
    enlarge: Enlargement | None = Field(default=None, description="an option to take more phases by a day")

    unit: ClassVar[Literal["chip", "MW"]] = "MW"
    publishes: ClassVar[frozenset[str]] = frozenset({AMOUNT, COMMITMENTS, DELIVERY})
    quotes: ClassVar[tuple[str, str] | None] = ("rent_per_mw_month", "MW-month")
    unit_priced: ClassVar[bool] = True
    fit: ClassVar[Fit] = Fit.EXACT

    @model_validator(mode="after")
    def _options_come_when_they_are_taken(self) -> "Lease":
        if self.enlarge is not None and (twice := set(self.enlarge.phases) & {*self.phases, *self.options}):
            refuse(f"{', '.join(sorted(twice))} can be had anyhow; take it out here or there", "enlarge")
        for key in ("due", "delivered", "accepted"):
            for phase in getattr(self, key):
                if phase in self._optional:
                    refuse(f"{phase} comes when it is taken; name it among the firm `phases` once it is", key)
        return self

    @property
    def _optional(self) -> tuple[str, ...]:
        more = self.enlarge.phases if self.enlarge is not None else ()
        return tuple(dict.fromkeys((*self.options, *more)))

    def complaints(self, contract: Contract, term: Term, programme: Programme) -> Iterator[Complaint]:
        """Days of phases that are not let, or that cannot be; a rent that is not there yet."""
        site = programme.sites.get(self.site)
        if site is not None:
            named = [(("due", name), name) for name in self.due]
            named += [
                (("enlarge", "phases"), name) for name in (self.enlarge.phases if self.enlarge is not None else ())
            ]
            for path, name in named:
                if name not in site.phases:
                    hint = did_you_mean(name, site.phases) or f"; there are {', '.join(site.phases)}"
                    yield path, f"there is no phase {name!r}{hint}"
            yield from self.wrong_with(self._lots(programme, term.whole, term.whole.start), contract)
        if self.extend is not None and self.extend.rent_per_mw_month is not None:
            yield from self.extend.late_price("rent", self.extend.rent_per_mw_month, term)

    def deadlines(self, view: ClauseView) -> tuple[Deadline, ...]:
        """Deliveries, and the last days to extend or enlarge."""
        last, buyer = view.span.until - timedelta(days=1), view.contract.buyer
        found = list(self.due_days(self._lots(view.programme, view.span, view.span.start), view, last))
        if self.extend is not None:
            found.append(self.extend.deadline(buyer, view.span.until))
        if self.enlarge is not None:
            words = f"last day to take {', '.join(self.enlarge.phases)} of {self.site}"
            found.append(Deadline(self.enlarge.by, "option", buyer, words))
        return tuple(found)

    def _lots(self, programme: Programme, whole: Span, first: date) -> list[Lot]:
        """The firm phases, each due on its day or when it is ready, and in no case before the promise's first."""
        phases, lots = programme.sites[self.site].phases, []
        for name in dict.fromkeys(self.phases or phases):
            if name in self._optional or name not in phases:
                continue
            phase, until = phases[name], whole.until
            due = max(self.due.get(name, phase.ready), first)
            lots.append(Lot(name, phase.power_mw, due, min(until, phase.until or until)))
        return [lot for lot in lots if lot.due < lot.until]

    def constrain(self, draft: ClauseDraft) -> None:
        """Firm phases stand from their acceptance if the lease is signed; each option has one binary a quarter."""
        if not draft.cover.any():
            return
        self._refuse_choices_of_others(draft)
        rent = draft.rate(self.rent_per_mw_month)
        programme, term = draft.programme, draft.term
        promised = self.promised(self._lots(programme, term.whole, first_day(term, draft.clause_id)))
        ready = {name: phase.ready for name, phase in programme.sites[self.site].phases.items()}
        lots = self.as_planned(promised, ready, recorded_events(programme, draft.name))
        columns = draft_days(draft, self, lots)
        held = [part for lot in lots for part in self._firm(draft, lot, columns[lot.name], rent)]
        for phase_id in self.options:
            held += self._option(draft, phase_id, rent)
        if self.enlarge is not None:
            more = draft.rate(self.enlarge.rent_per_mw_month or self.rent_per_mw_month)
            for phase_id in self.enlarge.phases:
                held += self._option(draft, phase_id, more, by=self.enlarge.by, part=ENLARGED)
        if self.extend is not None and held and self.extend.is_open(draft):
            self._prolong(draft, self.extend, Held.joined(held))

    def _refuse_choices_of_others(self, draft: ClauseDraft) -> None:
        if (self._optional or self.extend is not None) and not draft.buyer_decides:
            raise PlanError(
                f"{draft.name}: {draft.contract.buyer} is not among those who decide, so "
                f"{'which options it takes' if self._optional else 'whether it uses `extend`'} is no choice of the "
                "plan; name the phases that it takes as `phases`, to the end that it chooses"
            )

    def post(self, book: ClauseBook, facts: Facts) -> list[Posting]:
        """Each month's rent of the IT power delivered, by its mean over the month; and what the days demand."""
        promised = self.promised(self._lots(book.programme, book.term.whole, first_day(book.term, book.clause_id)))
        further = self.extend.further(book.term) if self.extend is not None else None
        rents = {"": book.rate(self.rent_per_mw_month)}
        if self.enlarge is not None:
            rents[ENLARGED] = book.rate(self.enlarge.rent_per_mw_month or self.rent_per_mw_month)
        if self.extend is not None and further is not None:
            then = further.mean(self.extend.rent_per_mw_month or self.rent_per_mw_month)
            rents[EXTENDED] = [Fraction(value) for value in then]
        hours = hours_by_part(book, self, promised, facts, further)
        hourly = {part: [rent / book.hours(t) for t, rent in enumerate(each)] for part, each in rents.items()}
        return post_parts(book, hours, hourly, "rent", further, "MW-hour") + post_days(book, self, promised, facts)

    def remaining(self, book: ClauseBook, facts: Facts) -> list[Remaining]:
        """What the seller holds of the deposit."""
        promised = self.promised(self._lots(book.programme, book.term.whole, first_day(book.term, book.clause_id)))
        return remaining_deposit(book, self, promised, facts)

    def coming(self, book: ClauseBook, facts: Facts, since: date) -> Iterator[Coming]:
        """The firm phases, each from its acceptance on, and not before the site has it ready."""
        promised = self.promised(self._lots(book.programme, book.term.whole, first_day(book.term, book.clause_id)))
        further = self.extend.further(book.term) if self.extend is not None else None
        ready = {name: phase.ready for name, phase in book.programme.sites[self.site].phases.items()}
        kept = bool(self.options)
        yield from comes(book, self, self.site, promised, facts, since, further, ready=ready, kept=kept)

    def extent(self, book: ClauseBook, facts: Facts, since: date) -> Extent:
        """The phases that may be taken beside the firm ones, from when they are ready, and what is extended."""
        term, phases, more = book.term, book.programme.sites[self.site].phases, Fraction(0)
        lots = self._lots(book.programme, term.whole, first_day(term, book.clause_id))
        power = sum((lot.units for lot in lots), Decimal(0))
        options = dict.fromkeys(self.options, self.rent_per_mw_month)
        if self.enlarge is not None:
            options |= dict.fromkeys(self.enlarge.phases, self.enlarge.rent_per_mw_month or self.rent_per_mw_month)
        for phase_id, rent in options.items():
            phase, rents = phases[phase_id], book.rate(rent)
            power += phase.power_mw
            serves = open_span(phase, term.whole)
            ahead = [t for t, month in enumerate(book.months) if month.start >= since]
            shares = (rents[t] * book.months[t].overlap(serves) / book.months[t].days for t in ahead)
            more += Fraction(phase.power_mw) * sum(shares, Fraction(0))
        if self.extend is not None:
            further = self.extend.further(term)
            after = zip(
                further.mean(self.extend.rent_per_mw_month or self.rent_per_mw_month), further.days, strict=True
            )
            months = zip(after, book.months, strict=True)
            rest = sum((Fraction(rent) * days / month.days for (rent, days), month in months), Fraction(0))
            more += Fraction(power) * rest
        return Extent(book.contract.buyer, book.contract.seller, more, power_mw=power)

    @property
    def varies(self) -> str:
        """What it may make due beside what is sure."""
        options = [
            "phases that the buyer may take" if self._optional else "",
            "a longer term, if the buyer says so" if self.extend is not None else "",
        ]
        return " and ".join(each for each in options if each)

    def _firm(self, draft: ClauseDraft, lot: Lot, column: int, rent: Floats) -> list[Held]:
        """A phase from its acceptance on."""
        calendar, days = draft.calendar, lot.serves.within(draft.span)
        if not days.days:
            return []
        level = float(lot.units) * calendar.cover(days)[None, :]
        draft.bring(self.site, column, level, stand_for=draft.on)
        months = np.flatnonzero(level[0])
        draft.pay(column, level[0, months] * rent[months], months, what="rent")
        quarter = calendar.quarter_of_month[months[:1]]
        self._publish(draft, lot.name, quarter, np.array([column]), float(lot.units), since=days.start)
        until = draft.programme.sites[self.site].phases[lot.name].until or date.max
        return [Held.of([column], [float(lot.units)], until)] if until > draft.term.whole.until else []

    def _option(
        self, draft: ClauseDraft, phase_id: str, rent: Floats, *, by: date = date.max, part: str = ""
    ) -> list[Held]:
        """A phase that may be taken, in one quarter at most, and by a day; it serves once it is accepted."""
        calendar, phase = draft.calendar, draft.programme.sites[self.site].phases[phase_id]
        quarters, _ = phase_starts(calendar, phase, draft.span)
        span = open_span(phase, draft.span)
        starts = [max(calendar.quarters[q].start, span.start) for q in quarters]
        # a phase can be taken before it is ready, so that its first quarter is open as long as the option was
        taken_by = [max(quarter.start, draft.span.start) for quarter in (calendar.quarters[q] for q in quarters)]
        can = [day <= by or (n == 0 and calendar.span.start <= by) for n, day in enumerate(taken_by)]
        accepted = [day if self.acceptance is None else self.acceptance.after(day) for day in starts]
        levels = np.array([calendar.cover(Span(min(day, span.until), span.until)) for day in accepted])
        open_ = np.array(can, dtype=bool) & levels.reshape(len(starts), len(calendar.months)).any(axis=1)
        quarters, levels = quarters[open_], levels[open_]
        if not len(quarters):
            return []
        power = float(phase.power_mw)
        names = tuple(calendar.quarter_names[q] for q in quarters)
        take = draft.add_columns(f"take {phase_id}", (names,), unit="1", upper=1.0, integer=True)
        once = draft.add_rows(f"taken {phase_id}", (), unit="1", upper=0.0)
        draft.add_entries(once, take, 1.0)
        draft.add_entries(once, draft.on, -1.0)
        draft.bring(self.site, take, power * levels, part=part)
        which, month = np.nonzero(levels)
        draft.pay(take[which], power * levels[which, month] * rent[month], month, what="rent")
        self._publish(draft, phase_id, quarters, take, power, since=span.start)
        until = phase.until or date.max
        if self.extend is None or until <= draft.term.whole.until:
            return []
        held = draft.add_columns(f"held {phase_id}", (), unit="1", upper=1.0)
        row = draft.add_rows(f"held {phase_id}", (), unit="1", lower=0.0, upper=0.0)
        draft.add_entries(row, held, 1.0)
        draft.add_entries(row, take, -1.0)
        return [Held.of([int(held)], [power], until)]

    def _prolong(self, draft: ClauseDraft, longer: Longer, held: Held) -> None:
        """What is held at the end of the term is held for longer, at the rent that holds then, if the plan says so."""
        columns, levels = extend(draft, longer, held)
        draft.bring(self.site, columns, levels, part=EXTENDED, stand_for=held.columns)
        further = longer.further(draft.term)
        rent = mean(further, longer.rent_per_mw_month or self.rent_per_mw_month)
        which, month = np.nonzero(levels)
        draft.pay(columns[which], levels[which, month] * rent[month], month, what="rent", days=further.inside)

    def _publish(
        self, draft: ClauseDraft, phase_id: str, quarters: Ints, start: Ints, power: float, *, since: date
    ) -> None:
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
            since=since,
        )
        draft.publish(COMMITMENTS, commitment)
