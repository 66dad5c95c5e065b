"""What is asked of the contracts, what one clause says to it, and what they say together."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from gigawatt.model.provenance import Place
from gigawatt.values.span import Span

if TYPE_CHECKING:
    from gigawatt.model.contract import Contract
    from gigawatt.model.facts import Facts
    from gigawatt.model.programme import Programme

Verb = Literal["place", "procure", "access", "decide"]


@dataclass(frozen=True, slots=True)
class Ask:
    """May `by` do this? Asked on the day `on`, by what is known on `known` (that day if absent).

    `place`: run `workload` in `pool` over `span`, on capacity that is contracted already. `procure`: contract with
    `provider` for new capacity, for `workload` (any if absent), of `power_mw` or `chips` over `span`, at a price.
    `access`: see or use `subject`. `decide`: take a decision of the class `decision`. `approvals`: who has approved it.
    """

    verb: Verb
    by: str
    on: date
    known: date | None = None
    workload: str | None = None
    pool: str | None = None
    provider: str | None = None
    span: Span | None = None
    chips: Decimal | None = None
    power_mw: Decimal | None = None
    price_per_chip_hour: Decimal | None = None
    contract: str | None = None
    subject: str | None = None
    field_of_use: str | None = None
    decision: str | None = None
    approvals: tuple[str, ...] = ()

    @property
    def when(self) -> Span:
        """The days that it concerns; the day of asking where none are given."""
        return self.span or Span.of_day(self.on)


class Ruling(enum.IntEnum):
    """What is said to an ask, the strongest last."""

    ALLOW = 0
    OFFER_FIRST = 1
    REFER = 2
    DENY = 3


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one clause says to an ask, and why. `missing` is what it would have to know, for REFER.

    Of OFFER_FIRST: `holder` is offered it first, until the end of `deadline`; `answers` says what counts as an answer.
    """

    ruling: Ruling
    why: str
    holder: str | None = None
    deadline: date | None = None
    answers: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClauseView:
    """The programme as one clause sees it at the gate: what it is part of, and what is on record by then."""

    programme: Programme
    contract: Contract
    contract_id: str
    clause_id: str
    span: Span
    """The days on which this version of the clause is in force."""
    facts: Facts
    known: date = date.max
    """The day as known on which its contract reads so."""
    written: Contract | None = None
    """The contract with the end that its words give it, where `contract` has the one to which renewals brought it."""

    @property
    def unrenewed(self) -> Contract:
        """The contract before it was renewed, or ended early."""
        return self.written or self.contract

    @property
    def name(self) -> str:
        """The clause's full name, `contract/clause`."""
        return f"{self.contract_id}/{self.clause_id}"


@dataclass(frozen=True, slots=True)
class Reason:
    """A clause that bears on a verdict: what it says, in its words, and where it stands in the file."""

    clause: str
    ruling: Ruling
    why: str
    words: str
    place: Place

    def __str__(self) -> str:
        cited = f" ({self.words})" if self.words else ""
        return f"{self.clause}: {self.why}{cited} [{self.place}]"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the contracts say to an ask. `because` names every clause that spoke, the decisive first."""

    ruling: Ruling
    ask: Ask
    because: tuple[Reason, ...] = ()
    holder: str | None = None
    deadline: date | None = None
    answers: str = ""
    missing: tuple[str, ...] = field(default=())
