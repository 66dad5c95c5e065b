"""Named quantities of a draft that clauses give to one another, so that none has to ask another's kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from gigawatt.model.calendar import Flags, Floats, Ints
from gigawatt.values.span import Span

COMMITMENTS = "commitments"
UNIT_PRICE = "unit_price"
AMOUNT = "amount"
REVENUE = "revenue"
CAPEX = "capex"
DELIVERY = "delivery"
NOT_PROVIDED = "not_provided"
HANDOVER = "handover"
AVAILABILITY = "availability"
MILESTONE = "milestone"
TOLD = "told"
NAMES = frozenset(
    {
        COMMITMENTS,
        UNIT_PRICE,
        AMOUNT,
        REVENUE,
        CAPEX,
        DELIVERY,
        HANDOVER,
        NOT_PROVIDED,
        MILESTONE,
        TOLD,
        AVAILABILITY,
    }
)


@dataclass(frozen=True, kw_only=True)
class Given:
    """What one clause gives to others. `under` is the column that is one where the contract is over on the day by which
    the clause was drafted; -1 where there is one such day only."""

    under: int = -1


@dataclass(frozen=True)
class Commitment(Given):
    """New capacity that the plan may contract for: a phase, a lease, a reservation, a step up in rent.

    By quarter q, its size in MW of IT power is `sum over n of mw[q, n] x columns[q, n]`; a column of -1 is none.
    `switch[q]` is the binary column that is one where anything is started in q, -1 where the size is continuous.
    `most_mw[q]` bounds the size, `stock_most_mw[q]` what may stand of it by q, counted from the contract's start.
    """

    name: str
    by: str
    provider: str
    pools: tuple[str, ...]
    columns: Ints
    mw: Floats
    switch: Ints
    most_mw: Floats
    stock_most_mw: Floats
    own_build: bool = False
    new: bool = True
    """Whether it is new: not capacity contracted before, nor an option already granted."""
    since: date | None = None
    """The earliest day on which anything of it can begin, where that lies inside a quarter."""
    kept: bool = True
    """Whether what is taken is kept to the end of the contract; rent is not."""
    workloads: tuple[str, ...] = ()
    """The workloads that it is marked for; all if empty."""


@dataclass(frozen=True)
class UnitPrice(Given):
    """What a provider asks in a pool, money per chip-hour by month, shape (T,); infinite where it offers nothing."""

    by: str
    provider: str
    pool: str
    price_per_chip_hour: Floats
    new: bool = True
    """Whether it is open to new need: rent, and offers; not what was contracted before."""


@dataclass(frozen=True)
class Amount(Given):
    """Money that a clause makes due: `amounts x columns` in `months`, flat arrays of one length."""

    by: str
    contract: str
    payer: str
    payee: str
    columns: Ints
    amounts: Floats
    months: Ints
    what: str = ""
    days: Span | None = None
    """The days over which it accrues, of each month those in it; a sum for a whole year on the year's last day."""
    offset: bool = False
    """Whether it is taken off what the clause charges in the same month, and never more than that."""


@dataclass(frozen=True)
class Revenue(Given):
    """Revenue of one stream (a workload, or a given revenue) that `earner` receives, flat arrays of one length.

    `most` is what it comes to at most by month, money, (T,): where all that is asked for is served.
    """

    stream: str
    earner: str
    columns: Ints
    amounts: Floats
    months: Ints
    most: Floats


@dataclass(frozen=True)
class Capex(Given):
    """Capital expenditure, paid by `payer` in `months` for `place` (a site or a pool's site), flat arrays."""

    by: str
    place: str
    payer: str
    columns: Ints
    amounts: Floats
    months: Ints


@dataclass(frozen=True)
class Delivery(Given):
    """What a clause hands over: chips to a pool, IT power (MW) to a site, or chips ordered, by month of delivery.

    In month t it is `sum over k of levels[k, t] x columns[k]`, of chips and power the mean over the month's days;
    shapes (K,), (K, T).
    """

    by: str
    what: Literal["chips", "power", "order"]
    place: str
    columns: Ints
    levels: Floats
    before: Flags
    """Which of the columns stand for what was contracted for before, shape (K,)."""
    part: str = ""
    """Which part of the promise it is, where parts have terms of their own: `extended`, `enlarged`."""
    span: Span | None = None
    """The days of the clause inside the horizon; those of an extension come after."""


@dataclass(frozen=True)
class Handover(Given):
    """The days of one delivery `lot` under a clause, where the column `on` is one.

    `kept` is one where it is not `ended` for not having come in time; the same column as `on` where nobody may end it.
    """

    by: str
    lot: str
    on: int
    kept: int
    delivered: date
    accepted: date
    ended: date | None = None


@dataclass(frozen=True)
class Milestone(Given):
    """The milestone of a number under a clause: `met` columns (Q,) are one from the quarter on in which it is met.

    `days` are the last of each quarter, on which it is looked at.
    """

    by: str
    number: int
    met: Ints
    days: tuple[date, ...]


@dataclass(frozen=True)
class Told(Given):
    """What a clause tells beside the money: `amounts x columns` of a `unit` in `months`, flat arrays of one length."""

    by: str
    name: str
    unit: str
    columns: Ints
    amounts: Floats
    months: Ints


@dataclass(frozen=True)
class NotProvided(Given):
    """What a seller is known to fail to provide of what is asked for under a clause, in the month of that number."""

    by: str
    month: int
    chip_hours: Decimal


@dataclass(frozen=True)
class Availability(Given):
    """The availability of a place (a pool or a site) on which a plan counts, by month; `claimed` where credits for it
    must be claimed."""

    by: str
    place: str
    months: Mapping[int, Fraction]
    claimed: bool


Published = (
    Commitment
    | UnitPrice
    | Amount
    | Revenue
    | Capex
    | Delivery
    | Handover
    | NotProvided
    | Milestone
    | Told
    | Availability
)
