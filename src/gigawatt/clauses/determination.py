"""`determination`: an event (AGI) counts once the one body that may has declared it, and a panel has verified it.

What then ends, starts or changes is said by amendments that take effect `when` the event happens, in their order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from gigawatt.model.clause import Claim, Clause
from gigawatt.model.contract import Contract
from gigawatt.model.event import Event, Occurrence
from gigawatt.model.fields import Id, Number
from gigawatt.model.parsing import refuse
from gigawatt.model.verdict import Ask, ClauseView, Opinion, Ruling
from gigawatt.values.ids import listed

ACTS = ("declaration", "verification", "reversal")
"""What may be done, in the order in which acts of one day count: what is verified that day is reversed no more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an event is determined: the day of a declaration that stands, who has verified it, when it counts."""

    declared: date | None = None
    verified: tuple[str, ...] = ()
    counts_on: date | None = None


class Determination(Clause):
    """One body declares the event; with a panel it counts from the day on which enough members have verified it."""

    kind: Literal["determination"]
    event: Id
    declares: Id = Field(description="the one body that may declare the event, and take that back until it counts")
    panel: tuple[Id, ...] = Field(default=(), description="who verifies; a declaration counts by itself if absent")
    least: Number | None = Field(default=None, description="how many of the panel must verify; all if absent")

    blind: ClassVar[str] = "what the parties do in view of the event before it comes"
    party_fields: ClassVar[tuple[str, ...]] = ("declares", "panel")
    verbs: ClassVar[frozenset[str]] = frozenset({"decide"})

    @model_validator(mode="after")
    def _can_be(self) -> "Determination":
        if len(set(self.panel)) < len(self.panel):
            refuse("names a member twice; name each once", "panel")
        if self.declares in self.panel:
            refuse(f"{self.declares} would verify what it declares; take it out", "panel")
        if self.least is not None and (self.least != int(self.least) or not 1 <= self.least <= len(self.panel)):
            refuse(f"{self.least} of {len(self.panel)} cannot verify; give a number from 1 to as many", "least")
        return self

    @property
    def _quorum(self) -> int:
        """How many of the panel must verify; nought where there is none."""
        return len(self.panel) if self.least is None else int(self.least)

    def beneficiaries(self, contract: Contract) -> tuple[str, ...]:
        """Nobody by itself: it protects both parties from each other."""
        return ()

    def claims(self, view: ClauseView) -> tuple[Claim, ...]:
        """To declare the event belongs to one body."""
        return (Claim(f"the declaration of {self.event}", frozenset(), self.declares),)

    def occurrences(self, event: str, events: tuple[Event, ...]) -> list[Occurrence] | None:
        """When it counts, as known over time; a declaration or reversal that is recorded later changes later answers.

        None for an event that it is not about.
        """
        if event != self.event:
            return None
        known_days = sorted({one.known_from for one in events if one.event == event})
        found: list[Occurrence] = []
        for known, until in pairwise([*known_days, date.max]):
            on = self._standing(one for one in events if one.known_from <= known).counts_on
            if on is None:
                continue
            if found and found[-1].on == on and found[-1].known_until == known:
                found[-1] = Occurrence(on, found[-1].known_from, until)
            else:
                found.append(Occurrence(on, known, until))
        return found

    def acts(self, event: str, on: date) -> tuple[Event, ...]:
        """Its declaration, and its verification by as many of the panel as it takes, all on one day."""
        if event != self.event:
            return ()
        declared = Event(event=event, kind="declaration", date=on, by=self.declares)
        members = self.panel[: self._quorum]
        return declared, *(Event(event=event, kind="verification", date=on, by=member) for member in members)

    def gate(self, ask: Ask, view: ClauseView) -> Opinion | None:
        """Whether `by` may take the decision `declaration of agi`, its `verification` or its `reversal`."""
        act, _, event = (ask.decision or "").partition(" of ")
        if act not in ACTS or (event or ask.subject) != self.event:
            return None
        known, events = ask.known or ask.on, view.programme.events
        standing = self._standing(one for one in events if one.known_from <= known and one.date <= ask.on)
        if act == "verification":
            return self._verification(ask.by, standing)
        if ask.by != self.declares:
            verb = "declares" if act == "declaration" else "takes back"
            return Opinion(Ruling.DENY, f"{self.declares} alone {verb} {self.event}, not {ask.by}")
        if act == "reversal":
            return self._reversal(standing)
        return Opinion(Ruling.ALLOW, f"{self.declares} declares {self.event}{self._then()}")

    def _verification(self, by: str, standing: Standing) -> Opinion:
        if not self.panel:
            return Opinion(Ruling.DENY, f"nobody verifies {self.event}: it counts once {self.declares} declares it")
        if by not in self.panel:
            return Opinion(Ruling.DENY, f"{listed(self.panel)} verify {self.event}, not {by}")
        if standing.declared is None:
            return self._not_declared()
        return Opinion(Ruling.ALLOW, f"{by} is of the panel that verifies {self.event}, {self._quorum} of them")

    def _reversal(self, standing: Standing) -> Opinion:
        if standing.counts_on is not None:
            was = "verified" if self.panel else "declared, which needs no verification,"
            return Opinion(Ruling.DENY, f"{self.event} was {was} on {standing.counts_on}, and is taken back no more")
        if standing.declared is None:
            return self._not_declared()
        return Opinion(Ruling.ALLOW, f"{self.declares} takes back what was declared on {standing.declared}")

    def _not_declared(self) -> Opinion:
        missing = (f"the declaration of {self.event} by {self.declares}",)
        return Opinion(Ruling.REFER, f"{self.event} is not declared", missing=missing)

    def _then(self) -> str:
        if not self.panel:
            return ""
        return f"; it counts once {self._quorum} of {listed(self.panel)} verified it"

    def _standing(self, events: Iterable[Event]) -> Standing:
        """How far the event is determined by the acts of those who may, in order of their days."""
        acts = [one for one in events if one.event == self.event and one.kind in ACTS]
        declared, verified = None, dict[str, None]()
        for act in sorted(acts, key=lambda one: (one.date, ACTS.index(one.kind))):
            if act.kind == "declaration" and act.by == self.declares and declared is None:
                declared, verified = act.date, {}
                if not self.panel:
                    return Standing(declared, (), declared)
            elif act.kind == "verification" and act.by in self.panel and declared is not None:
                verified[str(act.by)] = None
                if len(verified) >= self._quorum:
                    return Standing(declared, tuple(verified), act.date)
            elif act.kind == "reversal" and act.by == self.declares:
                declared, verified = None, {}
        return Standing(declared, tuple(verified))
