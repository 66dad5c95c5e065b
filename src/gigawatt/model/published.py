"""Named quantities of a draft that clauses give to one another, so that none has to ask another's kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from gigawatt.model.calendar import Floats, Ints

COMMITMENTS = "commitments"
UNIT_PRICE = "unit_price"
AMOUNT = "amount"
REVENUE = "revenue"
CAPEX = "capex"
DELIVERY = "delivery"
NAMES = frozenset({COMMITMENTS, UNIT_PRICE, AMOUNT, REVENUE, CAPEX, DELIVERY})


@dataclass(frozen=True)
class Commitment:
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
class UnitPrice:
    """What a provider asks in a pool, money per chip-hour by month, shape (T,); infinite where it offers nothing."""

    by: str
    provider: str
    pool: str
    price_per_chip_hour: Floats
    new: bool = True
    """Whether it is open to new need: rent, and offers; not what was contracted before."""


@dataclass(frozen=True)
class Amount:
    """Money that a clause makes due: `amounts x columns` in `months`, flat arrays of one length."""

    by: str
    contract: str
    payer: str
    payee: str
    columns: Ints
    amounts: Floats
    months: Ints


@dataclass(frozen=True)
class Revenue:
    """Revenue of one stream (a workload, or a given revenue) that `earner` receives, flat arrays of one length."""

    stream: str
    earner: str
    columns: Ints
    amounts: Floats
    months: Ints


@dataclass(frozen=True)
class Capex:
    """Capital expenditure, paid by `payer` in `months` for `place` (a site or a pool's site), flat arrays."""

    by: str
    place: str
    payer: str
    columns: Ints
    amounts: Floats
    months: Ints


@dataclass(frozen=True)
class Delivery:
    """What a clause hands over: chips to a pool, IT power (MW) to a site, or chips ordered, by month of delivery.

    In month t it is `sum over k of levels[k, t] x columns[k]`, of chips and power the mean over the month's days;
    shapes (K,), (K, T).
    """

    by: str
    what: Literal["chips", "power", "order"]
    place: str
    columns: Ints
    levels: Floats


Published = Commitment | UnitPrice | Amount | Revenue | Capex | Delivery
