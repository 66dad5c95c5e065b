"""`change_of_control`: who comes under other control asks for consent, or the other may end the contract."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from gigawatt.model.clause import Clause, Complaint, Fit
from gigawatt.model.contract import Contract
from gigawatt.model.deadline import Deadline
from gigawatt.model.event import Event
from gigawatt.model.fields import Duration, Id, Words
from gigawatt.model.programme import Programme
from gigawatt.model.term import Term
from gigawatt.model.verdict import Ask, ClauseView, Opinion, Ruling
from gigawatt.values.ids import own_id


class ChangeOfControl(Clause):
    """A change of who controls a party needs the consent of the other."""

    kind: Literal["change_of_control"]
    of: Words = Field(default=(), description="the parties whose control is meant; both if absent")
    consent: Id | None = Field(default=None, description="whose consent it needs; the other party's if absent")
    exit_within: Duration | None = Field(
        default=None, description="how long after it is known whoever did not consent may end the contract"
    )

    blind: ClassVar[str] = "what an acquirer would pay less because of it"
    party_fields: ClassVar[tuple[str, ...]] = ("of", "consent")
    verbs: ClassVar[frozenset[str]] = frozenset({"decide"})
    fit: ClassVar[Fit] = Fit.EXACT

    def _parties(self, contract: Contract) -> tuple[str, ...]:
        """The parties whose control is meant."""
        return self.of or (contract.buyer, contract.seller)

    def _consenting(self, contract: Contract, party: str) -> str:
        """Whose consent a change of control of a party needs."""
        return self.consent or (contract.seller if party == contract.buyer else contract.buyer)

    def beneficiaries(self, contract: Contract) -> tuple[str, ...]:
        """Those whose consent it needs."""
        return tuple(dict.fromkeys(self._consenting(contract, party) for party in self._parties(contract)))

    def complaints(self, contract: Contract, term: Term, programme: Programme) -> Iterator[Complaint]:
        """A party that would consent to a change of its own control."""
        if self.consent is not None and self.consent in self._parties(contract):
            others = " or ".join(self._parties(contract))
            yield (
                ("consent",),
                f"{self.consent} cannot consent to a change of its own control; the clause is of {others}",
            )

    def gate(self, ask: Ask, view: ClauseView) -> Opinion | None:
        """A change without consent is referred; once one has happened, whoever did not consent may end the contract."""
        if ask.verb != "decide" or ask.contract not in (None, view.contract_id):
            return None
        if ask.decision == self.kind and ask.by in self._parties(view.contract):
            return self._change(ask, view)
        if ask.decision == "termination" and ask.contract is not None:
            return self._end(ask, view)
        return None

    def _change(self, ask: Ask, view: ClauseView) -> Opinion:
        needed = self._consenting(view.contract, ask.by)
        if needed in ask.approvals:
            return Opinion(Ruling.ALLOW, f"{needed} consents to a change of control of {ask.by}")
        why = f"a change of control of {ask.by} needs the consent of {needed}, which else may end the contract"
        return Opinion(Ruling.REFER, why, missing=(f"the consent of {needed}",))

    def _end(self, ask: Ask, view: ClauseView) -> Opinion | None:
        """What a change that has happened lets whoever asks do; None where none concerns it."""
        for event in self._changes(view, ask.known or ask.on):
            if event.date <= ask.on and ask.by == self._consenting(view.contract, event.by or ""):
                last = self._last_day(event)
                if last is None or ask.on <= last:
                    until = f" until {last}" if last is not None else ""
                    why = f"control of {event.by} changed on {event.date} without consent; it may be ended for that"
                    return Opinion(Ruling.ALLOW, why + until)
        return None

    def _changes(self, view: ClauseView, known: date) -> list[Event]:
        """Changes of control on record that lack consent, as known on a day."""
        events = [event for event in view.programme.events if event.known_from <= known]
        name = f"{view.contract_id}/{own_id(view.clause_id)}"
        consents = {event.by for event in events if event.kind == "acceptance" and event.clause == name}
        return [
            event
            for event in events
            if event.kind == "control"
            and event.by in self._parties(view.contract)
            and event.contract in (None, view.contract_id)
            and self._consenting(view.contract, event.by) not in consents
        ]

    def _last_day(self, event: Event) -> date | None:
        """The last day on which the contract may be ended for a change."""
        return self.exit_within.after(event.known_from) if self.exit_within is not None else None

    def deadlines(self, view: ClauseView) -> tuple[Deadline, ...]:
        """The last day on which to end the contract for a change of control that lacked consent."""
        return tuple(
            Deadline(
                last, "notice", self._consenting(view.contract, event.by or ""),
                f"last day to end the contract, since control of {event.by} changed on {event.date}",
            )
            for event in self._changes(view, date.max)
            if (last := self._last_day(event)) is not None
        )  # fmt: skip
