"""What a clause delivers and when: lots due on days, shifted by consent, delivered and accepted, or ended.

Days are inputs, never choices. A plan takes the days that the file and its events state, and what is due where they
state none; a settlement takes what is on record, and a lot that is not on record has not come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from gigawatt.model.clause import Clause, Complaint, Fit
from gigawatt.model.deadline import Deadline
from gigawatt.model.facts import HandedOver
from gigawatt.model.fields import Day, Duration, Id
from gigawatt.model.parsing import refuse
from gigawatt.promises.lateness import Damages
from gigawatt.promises.lot import DayOrTime, Deposit, Lot, Shift
from gigawatt.values import span
from gigawatt.values.ids import own_id

if TYPE_CHECKING:
    from gigawatt.model.contract import Contract
    from gigawatt.model.programme import Programme
    from gigawatt.model.term import Term
    from gigawatt.model.verdict import ClauseView

_PLURAL = {"chip": "chips", "MW": "MW"}


class ByDelivery(Clause):
    """A clause whose fee runs from deliveries: with days due, acceptance, a longstop, damages and a deposit."""

    delivered: dict[Id, Day] = Field(default_factory=dict, description="when it came or will come; when due if absent")
    acceptance: Duration | None = Field(default=None, description="time after delivery until it counts as accepted")
    accepted: dict[Id, Day] = Field(default_factory=dict, description="when it was accepted, where that is known")
    shifts: tuple[Shift, ...] = Field(default=(), description="days due that were moved by consent, in their order")
    damages: Damages | None = Field(default=None, description="what the seller pays for late days")
    longstop: DayOrTime | None = Field(default=None, description="last day, or time after the day due, to deliver")
    deposit: Deposit | None = None

    @field_validator("delivered", "accepted", mode="after")
    @classmethod
    def _named(cls, value: dict[str, date]) -> dict[str, date]:
        return {cls.lot_name(name): day for name, day in value.items()}

    unit: ClassVar[Literal["chip", "MW"]]
    """What it delivers is counted in."""

    @model_validator(mode="after")
    def _damages_by_its_unit(self) -> ByDelivery:
        per = self.damages.per_day.per if self.damages is not None else ""
        if per not in ("", self.unit):
            refuse(f"is by the {per}, and what is delivered is counted in {_PLURAL[self.unit]}", "damages")
        return self

    @classmethod
    def lot_name(cls, name: str) -> str:
        """The name of a lot as it is written in the file, in the form in which lots are named."""
        return name

    @property
    def unbroken(self) -> str | None:
        """Its deposit, which would be paid and returned by each part."""
        return "holds one deposit" if self.deposit is not None else None

    @property
    def states_sums(self) -> bool:
        """Whether it makes sums due that are stated, and not in proportion to its price."""
        return self.damages is not None or self.deposit is not None

    @property
    def fit_relaxed(self) -> Fit:
        """Where what comes late is waited for in part, no bill says so."""
        return Fit.NONE if self.longstop is not None else self.fit

    @property
    def is_scheduled(self) -> bool:
        """Whether it states days of its deliveries, or what follows from them."""
        return bool(self.delivered or self.accepted or self.shifts or self.damages or self.longstop)

    def promised(self, lots: Iterable[Lot]) -> list[Lot]:
        """Lots, given by the day on which each is due at first, with the day due after shifts, and the longstop."""
        return [replace(lot, due=due, over=self._over(due)) for lot in lots for due in (self._due(lot),)]

    def _due(self, lot: Lot) -> date:
        due = lot.due
        for shift in self.shifts:
            if shift.of is None or self.lot_name(shift.of) == lot.name:
                due = shift.moved(due)
        return due

    def _over(self, due: date) -> date | None:
        if isinstance(self.longstop, span.Duration):
            return self.longstop.after(due)
        return self.longstop

    def as_planned(self, lots: Sequence[Lot], earliest: Mapping[str, date], known: Iterable[HandedOver]) -> list[Lot]:
        """What is promised, with the days on which it comes: as stated or on record, else when due, `earliest` then."""
        recorded = {lot.name: lot for lot in self.as_recorded(lots, known)}
        planned = []
        for lot in lots:
            stated, record = self.delivered.get(lot.name), recorded[lot.name]
            if stated is None and record.delivered is not None:
                planned.append(replace(record, accepted=self.accepted.get(lot.name, record.accepted)))
                continue
            came = stated or max(lot.due, earliest.get(lot.name, lot.due))
            planned.append(self._accept(replace(lot, delivered=came), self.accepted.get(lot.name) or record.accepted))
        return planned

    def as_recorded(self, lots: Sequence[Lot], known: Iterable[HandedOver]) -> list[Lot]:
        """What is promised, with the days on record; what names no lot counts for those that are due first.

        A lot has come on the day on which all its units have.
        """
        found = {lot.name: lot for lot in lots}
        left = {lot.name: lot.units for lot in lots}
        in_turn = [lot.name for lot in sorted(lots, key=lambda lot: lot.due)]
        known = sorted(known, key=lambda item: item.on or item.accepted or date.max)
        for item in known:
            waiting = [name for name in (in_turn if item.lot is None else [item.lot]) if left.get(name)]
            if item.on is None or not waiting:
                continue
            units = item.units if item.units is not None else left[waiting[0]]
            for name in waiting:
                part = min(units, left[name])
                units, left[name] = units - part, left[name] - part
                if part and not left[name]:
                    found[name] = self._accept(replace(found[name], delivered=item.on), item.accepted)
        for item in known:
            if item.on is None and item.accepted is not None and item.lot in found:
                found[item.lot] = replace(found[item.lot], accepted=item.accepted)
        return list(found.values())

    def _accept(self, lot: Lot, stated: date | None) -> Lot:
        """With its acceptance: as stated, or so long after its delivery as counts for one."""
        if stated is None and lot.delivered is not None:
            stated = lot.delivered if self.acceptance is None else self.acceptance.after(lot.delivered)
        return replace(lot, accepted=stated)

    def due_days(self, lots: Sequence[Lot], view: ClauseView, last: date) -> Iterator[Deadline]:
        """What falls due: deliveries that have not come, their longstop, acceptance, and the deposit's return.

        `lots` are those due at first, `last` the clause's last day.
        """
        buyer, seller, deposit = view.contract.buyer, view.contract.seller, self.deposit
        known = [item for item in view.facts.handed_over if item.by == view.name]
        for lot in self.as_recorded(self.promised(lots), known):
            what = f"{lot.units:f} {_PLURAL[self.unit]} of {lot.name}"
            came = self.delivered.get(lot.name) or lot.delivered
            if came is None:
                yield Deadline(lot.due, "delivery", seller, f"{what} are due{self._damages_in_words()}")
                if lot.over is not None:
                    at_stake = deposit.amount * deposit.refund if deposit is not None else None
                    words = f"last day to deliver {what}, before {buyer} may end them"
                    yield Deadline(lot.over - timedelta(days=1), "delivery", seller, words, at_stake)
            elif self.acceptance is not None and lot.name not in self.accepted:
                deemed = self.acceptance.after(came)
                yield Deadline(deemed, "notice", buyer, f"{what} count as accepted, if nothing is said before")
        if deposit is not None:
            back = deposit.returned or last + timedelta(days=1)
            yield Deadline(back, "payment", seller, "the deposit is paid back", deposit.amount)

    def _damages_in_words(self) -> str:
        return f"; after that {self.damages.per_day} a day" if self.damages is not None else ""

    def wrong_with(self, lots: Sequence[Lot], contract: Contract) -> Iterator[Complaint]:
        """What its days say that cannot be; `lots` are those that are due at first."""
        due = {lot.name: lot.due for lot in lots}
        named: list[tuple[tuple[str | int, ...], str]] = [(("delivered", name), name) for name in self.delivered]
        named += [(("accepted", name), name) for name in self.accepted]
        named += [(("shifts", n, "of"), self.lot_name(shift.of)) for n, shift in enumerate(self.shifts) if shift.of]
        for path, name in named:
            if name not in due:
                yield path, f"nothing is due as {name!r}; there are {', '.join(due) or 'none'}"
        for name, day in self.accepted.items():
            if name in self.delivered and day < self.delivered[name]:
                yield ("accepted", name), f"was accepted on {day}, before it was delivered on {self.delivered[name]}"
        yield from self._wrong_shifts(due, contract)
        if isinstance(self.longstop, date):
            last = self.longstop - timedelta(days=1)
            for name, day in due.items():
                if day > last:
                    yield ("longstop",), f"lies on {last}, and {name} is due on {day} only; move one of the two"

    def _wrong_shifts(self, due: dict[str, date], contract: Contract) -> Iterator[Complaint]:
        """Shifts without the consent that they need; `due` is moved on the way."""
        for n, shift in enumerate(self.shifts):
            for name in [self.lot_name(shift.of)] if shift.of is not None else list(due):
                if name not in due:
                    continue
                old, due[name] = due[name], shift.moved(due[name])
                later = "a later" if due[name] > old else "an earlier"
                needed = contract.buyer if due[name] > old else contract.seller
                if due[name] != old and shift.consent != needed:
                    yield (
                        ("shifts", n, "consent"),
                        (
                            f"{name} is moved from {old} to {due[name]}, and {later} day needs the consent of "
                            f"{needed}; that of {shift.consent} does not move it"
                        ),
                    )


def first_day(term: Term, clause_id: str) -> date:
    """The first day of the promise: the clause's own, or of a later version of one the contract's."""
    return term.whole.start if own_id(clause_id) == clause_id else term.contract.from_ or term.whole.start


def recorded_events(programme: Programme, name: str) -> list[HandedOver]:
    """Deliveries and acceptances of a clause (its full name) that the programme's events tell, as known on `as_of`.

    The event's own name is that of the delivery; one without a name counts for what is due first.
    """
    found = []
    for event in programme.events:
        if event.clause != name or event.known_from > programme.as_of:
            continue
        if event.kind == "delivery":
            units = event.chips if event.chips is not None else event.power_mw
            found.append(HandedOver(name, event.event, event.date, units=units))
        elif event.kind == "acceptance":
            found.append(HandedOver(name, event.event, None, accepted=event.date))
    return found
