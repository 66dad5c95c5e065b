"""`information_rights`: who may see what; whoever holds too much of a competitor does not."""

from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from gigawatt.model.clause import Clause
from gigawatt.model.contract import Contract
from gigawatt.model.fields import Id, Share, Words
from gigawatt.model.parsing import refuse
from gigawatt.model.programme import Programme
from gigawatt.model.verdict import Ask, ClauseView, Opinion, Ruling
from gigawatt.values.ids import listed
from gigawatt.values.quantity import plain
from gigawatt.values.series import Series
from gigawatt.values.span import Span

BY = {"policy": "policy of {owner}", "law": "law", "press": "reported term", "contract": "contract"}
"""On what a refusal rests, in words."""


class InformationRights(Clause):
    """What is the owner's is seen by those named, and by nobody who holds more than a threshold of a competitor."""

    kind: Literal["information_rights"]
    owner: Id = Field(description="whose information it is")
    subject: Words = Field(description="what may be seen: roadmap, weights ...")
    viewers: tuple[Id, ...] = Field(default=(), description="who may see it; whoever is not refused, if absent")
    competitors: tuple[Id, ...] = Field(default=(), description="parties of which nobody may hold too much who sees it")
    stake_above: Share = Field(default=Decimal(0), description="the stake in a competitor above which nobody sees it")
    except_: tuple[Id, ...] = Field(default=(), alias="except", description="parties to whom none of this applies")

    blind: ClassVar[str] = "what a competitor would do with what it may not see"
    party_fields: ClassVar[tuple[str, ...]] = ("owner", "viewers", "competitors")
    verbs: ClassVar[frozenset[str]] = frozenset({"access"})

    @model_validator(mode="after")
    def _refuses_somebody(self) -> "InformationRights":
        if not self.subject:
            refuse("names nothing; say what may be seen, as [roadmap]", "subject")
        if not self.viewers and not self.competitors:
            refuse("refuses nobody; say who may see it (`viewers`), or of whom they may hold no stake (`competitors`)")
        if "stake_above" in self.model_fields_set and not self.competitors:
            refuse("is a stake in nobody; name the `competitors`", "stake_above")
        if self.owner in self.competitors:
            refuse(f"{self.owner}, whose information it is, is no competitor of itself; take it out", "competitors")
        return self

    def beneficiaries(self, contract: Contract) -> tuple[str, ...]:
        """The owner; nobody where it is law."""
        return () if self._basis(contract) == "law" else (self.owner,)

    def gate(self, ask: Ask, view: ClauseView) -> Opinion | None:
        """Access is denied to whoever is not among the viewers, competes, or holds too much of one who does."""
        if ask.verb != "access" or ask.subject not in self.subject or ask.by == self.owner:
            return None
        by = BY[self._basis(view.contract)].format(owner=self.owner)
        if ask.by in self.except_:
            return Opinion(Ruling.ALLOW, f"{ask.by} is excepted, by {by}")
        what = f"sees no {ask.subject} of {self.owner}, by {by}"
        if self.viewers and ask.by not in self.viewers:
            return Opinion(Ruling.DENY, f"{ask.by} {what}: that is for {listed(self.viewers)}")
        if ask.by in self.competitors:
            return Opinion(Ruling.DENY, f"{ask.by} competes, and {what}")
        days = ask.when.within(view.span) if ask.when.overlap(view.span) else ask.when
        for competitor in self.competitors:
            day, stake = _greatest(view.programme, ask.by, competitor, days)
            if stake > self.stake_above:
                held = f"{_percent(stake)} of {competitor} on {day}, above {_percent(self.stake_above)}"
                return Opinion(Ruling.DENY, f"{ask.by} has {held}, and {what}")
        return Opinion(Ruling.ALLOW, self._nothing_held(ask.by))

    def _basis(self, contract: Contract) -> str:
        return self.basis or contract.basis

    def _nothing_held(self, by: str) -> str:
        if not self.competitors:
            return f"{by} may see it"
        least = f"above {_percent(self.stake_above)} " if self.stake_above else ""
        return f"{by} has no stake {least}in {listed(self.competitors)} on record"


def _greatest(programme: Programme, holder: str, of: str, days: Span) -> tuple[date, Decimal]:
    """The first day of some on which a party's share in another is greatest, and how great it is."""
    stakes = programme.parties[holder].stakes if holder in programme.parties else {}
    if of not in stakes:
        return days.start, Decimal(0)
    shares = {day: stakes[of].at(day) or Decimal(0) for day in _turns(stakes[of], days)}
    first = max(shares, key=lambda day: (shares[day], -day.toordinal()))
    return first, shares[first]


def _turns(series: Series, days: Span) -> list[date]:
    """The days of a span on which a series can be greatest: the first, the last, and those on which it turns."""
    last = days.until - timedelta(days=1)
    return [days.start, *(day for day, _ in series.points if days.contains(day)), last]


def _percent(share: Decimal) -> str:
    return f"{plain(share * 100)} %"
