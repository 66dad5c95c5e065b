"""What passes between the planner and whoever tells why: contradictions with what mends them, and priced reasons."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Way = Literal["more", "less", "allowed"]
Kind = Literal["closed", "held", "full", "dear"]
Held = Literal["limit", "whole", "dear", "promised"]


@dataclass(frozen=True)
class Signer:
    """Who signs a row, a bound or a payment: its name, contract words with the citation, and `file:line:column`.

    `place` is empty where nothing in a file says it.
    """

    by: str
    words: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.words} ({self.place})" if self.place else self.words


@dataclass(frozen=True)
class Relief:
    """One limit relaxed: of what, by how much (natural `unit`: chip, MW, chip-hour, a currency or 1), and which way.

    `months` are the first and last month or quarter in which it has to give; empty where it has no period.
    """

    by: str
    what: str
    amount: float
    unit: str
    way: Way
    months: tuple[str, ...] = ()


@dataclass(frozen=True)
class Member:
    """One of those that contradict one another, and the ways in which it alone, relaxed so far, would leave a plan.

    Each of `ways` is a whole way to mend, in one unit where that can be: all its reliefs together. None where no plan
    is left however far it alone is relaxed.
    """

    signer: Signer
    ways: tuple[tuple[Relief, ...], ...]


@dataclass(frozen=True)
class Conflict:
    """Why there is no plan: what the members do in `words`, each of them, and the cheapest joint mend.

    `joint` is looked for where no single member mends; `mended` is false where only whole numbers forbid a plan, in
    which case nothing was relaxed. Amounts are of the relaxed model.
    """

    words: str
    members: tuple[Member, ...]
    joint: tuple[Relief, ...] = ()
    mended: bool = True


@dataclass(frozen=True)
class Limit:
    """What keeps a pool from more, with the price of one more `unit` of it, undiscounted.

    A `limit` that binds; a `whole` decision that stands as the plan has made it; `dear`: more could be had at a loss of
    minus the price; what was `promised` outright has no price of its own.
    """

    signer: Signer
    what: str
    held: Held
    price: float | None = None
    unit: str = ""


@dataclass(frozen=True)
class Part:
    """A part of what one more unit of work gains (above nought) or costs (below), by who signs it."""

    signer: Signer
    what: str
    amount: float


@dataclass(frozen=True)
class Reason:
    """Why no more is served by one pool: `closed`, `held` by a clause's row, `full`, or too `dear`.

    `price`, per unit of work: of closed, what one more there would gain; of held and full, what the row, or the chip
    that it would take from other work, costs it; of dear, how much more it costs than what is served is worth. `limits`
    say who closes or holds, and what stands behind a full pool; `parts` of what a dear one costs.
    """

    pool: str
    kind: Kind
    price: float
    limits: tuple[Limit, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Unserved:
    """A stretch of months in which a workload is not served for the same reasons.

    `amount` in `measure`, `value_lost` in the currency and undiscounted, `worth` what one more unit served is worth;
    prices per `unit`. `reasons` are of the month of most value lost.
    """

    workload: str
    months: tuple[str, str]
    amount: float
    measure: str
    value_lost: float
    worth: float
    unit: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Place:
    """A pool on which a workload may run: chips used (their mean), and what one more unit of work there gains.

    `gain` is the sum of `parts`: nought where it runs and no bound keeps it from more, below where it is too dear,
    above where a bound does; `closed_by` sign that. `cost` is all but the worth of what is served. `had`: whether
    there are chips, or more can be rented. `limits` keep the pool that carries most from more, where asked in brief.
    """

    pool: str
    chips: float
    cost: float
    gain: float
    parts: tuple[Part, ...]
    closed_by: tuple[Signer, ...] = ()
    had: bool = True
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True)
class Placing:
    """All the pools on which a workload may run in a stretch of months; money per `unit` of work, undiscounted.

    `share` is the part of the workload's work in these months that the first pool carries.
    """

    workload: str
    months: tuple[str, str]
    unit: str
    places: tuple[Place, ...]
    share: float


@dataclass(frozen=True)
class Explanation:
    """Why there is no plan (`conflict`), or why the plan serves, and runs, as it does.

    `in_full` where a workload, a month or a pool was named; else what weighs most.
    """

    programme: str
    currency: str
    status: str
    optimal: bool
    conflict: Conflict | None = None
    unserved: tuple[Unserved, ...] = ()
    placings: tuple[Placing, ...] = ()
    in_full: bool = False
    left_out: int = 0
    """Stretches of unserved demand beyond those that are told."""

    def as_dict(self) -> dict[str, Any]:
        """The explanation as plain values."""
        return asdict(self)
