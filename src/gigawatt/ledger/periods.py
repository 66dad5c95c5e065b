"""The life of a period: open, draft, approved, closed. Who prepares it does not approve it; closed is for good."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from gigawatt.model.booked import PeriodStanding

FROM = {"draft": ("open",), "approve": ("draft",), "close": ("approved",), "open": ("open", "draft", "approved"),
        "keep_open": ("open",)}  # fmt: skip
"""What may be done to a period, and the states in which it may."""


def refusal(standing: PeriodStanding, act: str, by: str, why: str) -> str:
    """Why something may not be done to a period; empty where it may."""
    period = standing.period
    if not by:
        return f"{period}: say who does it"
    if standing.state not in FROM[act]:
        due = " or ".join(FROM[act])
        return f"{period} is {standing.state}; {act} is for a period that is {due}"
    if act == "draft" and standing.why:
        return f"{period} is kept open: {standing.why}. Settle it without that fault, then open it again and draft it"
    if act == "approve" and by == standing.preparer:
        return f"{by} prepared {period} and cannot approve it; another has to"
    if act == "keep_open" and not why:
        return f"{period}: say why it is kept open"
    return ""


@dataclass(slots=True)
class PeriodStates:
    """How periods stand, by those that were acted on: before one that is closed all are."""

    by_period: dict[str, str] = field(default_factory=dict)
    closed: str = ""
    """The last that is closed."""

    @classmethod
    def of(cls, states: Mapping[str, str]) -> PeriodStates:
        """Those of some periods."""
        found = cls()
        for period, state in states.items():
            found.take(period, state)
        return found

    def take(self, period: str, state: str) -> None:
        """A period now stands so."""
        self.by_period[period] = state
        if state == "closed":
            self.closed = max(self.closed, period)

    def state(self, period: str) -> str:
        """How a period stands: open, draft, approved or closed."""
        return "closed" if period < self.closed else self.by_period.get(period, "open")


def out_of_order(standing: PeriodStanding, earlier: Iterable[PeriodStanding], act: str) -> str:
    """Why a period has to wait for those before it: what they are kept open for may change it; else empty."""
    for one in earlier:
        if act == "draft" and one.why:
            return f"{standing.period} follows {one.period}, which is kept open: {one.why}. Settle that first"
        if act == "close" and one.state != "closed":
            return f"{standing.period} follows {one.period}, which is {one.state}; close that first"
    return ""


def after(standing: PeriodStanding, act: str, by: str, why: str) -> PeriodStanding:
    """How a period stands once something was done to it."""
    if act == "draft":
        return replace(standing, state="draft", preparer=by)
    if act == "approve":
        return replace(standing, state="approved", approver=by)
    if act == "close":
        return replace(standing, state="closed", closer=by)
    return PeriodStanding(standing.period, why=why if act == "keep_open" else "")
