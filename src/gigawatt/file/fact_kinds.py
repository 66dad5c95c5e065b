"""Every kind of fact that a file may hold, with its columns: the one truth for the reader, the schema and the docs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gigawatt.model import facts

TYPES = {
    "id": "text without `|` or line breaks, by which its sender knows it for good",
    "text": "text without `|` or line breaks",
    "party": "a party of the programme",
    "pool": "a pool of the programme",
    "pools": "pools of the programme, with a `+` between them",
    "pool in use": "a pool that a signed contract is for, or that somebody who decides owns",
    "site": "a site of the programme",
    "place": "a site, pool or chip of the programme",
    "chip": "a chip of the programme or the catalogue",
    "workload": "a workload of the programme",
    "stream": "a workload, or a revenue that the programme gives",
    "slice": "a slice of the horizon, or `all`",
    "contract": "a contract of the programme",
    "clause": "a clause by its full name, `contract/clause`; a later version of it with its first day, `@2026-03-01`",
    "month": "a month of the horizon, `2026-10`, or a day in it, `2026-10-05`",
    "day": "a day, `2026-10-05`",
    "quantity": "nought or more, at most 15 digits and 6 decimals, no exponent",
    "share": "0 to 1, at most 6 decimals",
    "count": "a whole number from 1",
    "amount": "in main units, with no more decimals than the currency has; below nought it is taken back",
    "payment": "an amount above nought",
    "currency": "the programme's currency",
    "any currency": "a currency by its three letters",
    "flag": "`true` or `false`",
}
"""What may stand in a column, by the name of its type."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it says, its type (a key of `TYPES`), its unit, and whether every row needs it.

    `field` is the field of the fact that it fills, its own name if empty; `default` stands where it is left out.
    """

    name: str
    type: str
    words: str
    unit: str = ""
    needed: bool = True
    field: str = ""
    default: Any = None


@dataclass(frozen=True, slots=True)
class FactKind:
    """A kind: the class of its facts, the field of `Facts` that holds them, and its columns beside id and sender."""

    name: str
    fact: type
    held_in: str
    words: str
    columns: tuple[Column, ...]
    abroad: tuple[str, str, str] | None = None
    """The columns of another currency, the amount in it and its rate: a row has all three or none."""

    @property
    def every_column(self) -> tuple[Column, ...]:
        """All its columns, the id and the sender first."""
        return (*SIGNATURE, *self.columns)

    @property
    def needed(self) -> frozenset[str]:
        """The columns that a file must have."""
        return frozenset(column.name for column in self.every_column if column.needed)


SIGNATURE = (
    Column("id", "id", "made by the sender, never used for another fact of this kind"),
    Column("sender", "id", "who tells it: a meter, a party, a system"),
)
BETWEEN = "+"
"""Stands between several names in one column; no name holds it."""
OWN = "x_"
"""How the names of columns begin that are the sender's own; they are not read."""
KIND_COLUMN = "fact"
"""The column by which a file of several kinds names the kind of each row."""
FILLED_BY_NONE = frozenset({"id", "sender", "currency"})

_MONTH = Column("month", "month", "the month in which it was")
_POOL = Column("pool", "pool", "the pool")
_CURRENCY = Column("currency", "currency", "the currency of the amount")


def _by(words: str, needed: bool = True) -> Column:
    return Column("clause", "clause", words, needed=needed, field="by", default="")


def _amount(words: str) -> Column:
    return Column("amount", "amount", words, unit="main units", field="amount_minor")


def _quantity(name: str, words: str, unit: str, needed: bool = True) -> Column:
    return Column(name, "quantity", words, unit=unit, needed=needed)


def _day(name: str, words: str, needed: bool = True) -> Column:
    return Column(name, "day", words, needed=needed)


FACT_KINDS = (
    FactKind("use", facts.Metered, "use", "metered Use: chip-hours of a pool by a workload", (
        Column("pool", "pool in use", "the pool"), Column("workload", "workload", "what ran"), _MONTH,
        Column("slice", "slice", "the part of the day; all of it alike if left out", needed=False, default="all"),
        _quantity("chip_hours", "chips times hours", "chip-hour"),
    )),
    FactKind("energy", facts.Energy, "energy", "metered energy of a pool", (
        _POOL, _MONTH, _quantity("it_mwh", "what its chips took", "MWh"),
        _quantity("facility_mwh", "what the facility took for it, where that is metered", "MWh", needed=False),
    )),
    FactKind("deliveries", facts.Delivered, "deliveries", "what stood ready under a clause in a month", (
        _by("the reservation or lease"), Column("place", "place", "the pool or site"), _MONTH,
        _quantity("unit_hours", "chips, or MW of IT power, times the hours they stood", "chip-hour or MW-hour"),
        Column("before", "flag", "contracted for before the programme's `as_of`", needed=False, default=False),
        Column("part", "text", "of the promise: `extended`, `enlarged`", needed=False, default=""),
    )),
    FactKind("handovers", facts.HandedOver, "handed_over", "a delivery by its days", (
        _by("the clause under which it comes"),
        Column("lot", "text", "which lot; whatever is due first if left out", needed=False),
        _day("on", "when it came", needed=False), _day("accepted", "when it was accepted", needed=False),
        _day("ended", "when the buyer ended it for not having come", needed=False),
        _quantity("units", "how much of the lot; all if left out", "chips or MW", needed=False),
    )),
    FactKind("withheld", facts.Withheld, "withheld", "what a seller failed to provide of what was asked for", (
        _by("the floor that it is taken off"), _MONTH, _quantity("chip_hours", "not provided", "chip-hour"),
    )),
    FactKind("revenue", facts.Reported, "revenue", "revenue as reported by who earns it", (
        Column("stream", "stream", "what earns it"), Column("earner", "party", "who reports it"), _MONTH,
        _amount("the revenue; below nought what was refunded"), _CURRENCY,
    )),
    FactKind("capex", facts.Spent, "capex", "capital expenditure", (
        Column("place", "place", "for what"), Column("payer", "party", "who pays it"), _MONTH,
        _amount("what was spent"), _CURRENCY,
    )),
    FactKind("standing", facts.Standing, "standing", "IT power that stood at a site, its mean over the month's days", (
        Column("site", "site", "the site"), _MONTH, _quantity("power_mw", "IT power", "MW"),
    )),
    FactKind("orders", facts.Ordered, "orders", "chips ordered, by the month in which they are delivered", (
        _by("the purchase"), Column("chip", "chip", "the chip"), _MONTH, _quantity("chips", "how many", "chips"),
    )),
    FactKind("contracted", facts.Contracted, "contracted", "new capacity taken of a provider, by its first month", (
        _by("the clause under which it is taken"), Column("provider", "party", "whose it is"),
        Column("pools", "pools", "the pools that it may be used in"), _MONTH,
        _quantity("power_mw", "IT power", "MW"), Column("kept", "flag", "held to the contract's end; rent is not"),
    )),
    FactKind("quotes", facts.Quoted, "quotes", "what a provider asks in a pool", (
        _by("the clause that quotes it"), Column("provider", "party", "who asks it"), _POOL, _MONTH,
        _quantity("price_per_chip_hour", "the price", "main units/chip-hour"),
        Column("new", "flag", "open to new need"),
    )),
    FactKind("notices", facts.Notice, "notices", "notice under a clause", (
        Column("clause", "clause", "the renewal or termination"), Column("party", "party", "who gave it", field="by"),
        _day("given", "when"), _day("until", "first day on which the contract is over by it", needed=False),
    )),
    FactKind("availability", facts.Available, "availability", "the share of a month in which a place was available", (
        Column("place", "place", "the pool or site"), _MONTH,
        Column("share", "share", "available hours over all that count"),
        _by("the service level by which it is measured so; any if left out", needed=False),
    )),
    FactKind("outages", facts.Outage, "outages", "hours in which a place was not available", (
        Column("place", "place", "the pool or site"), _MONTH, _quantity("hours", "how long", "h"),
        Column("cause", "text", "what they were due to", needed=False, default=""),
    )),
    FactKind("claims", facts.Claimed, "claims", "a claim under a clause for a month", (
        Column("clause", "clause", "the service level"), _MONTH, _day("on", "when it was made"),
    )),
    FactKind("payments", facts.Paid, "payments", "money that one party paid another", (
        Column("payer", "party", "who paid"), Column("payee", "party", "whom"), _day("on", "when"),
        Column("amount", "payment", "how much", unit="main units", field="amount_minor"), _CURRENCY,
        Column("contract", "contract", "under which contract", needed=False, default=""),
        Column("paid_in", "any currency", "the other currency in which it was paid", needed=False, default="",
               field="foreign_currency"),
        Column("paid_amount", "quantity", "how much of that was paid", needed=False, field="foreign_amount"),
        Column("rate", "quantity", "what one of it came to", unit="main units", needed=False),
    ), abroad=("paid_in", "paid_amount", "rate")),
    FactKind("milestones", facts.Reached, "reached", "that a milestone was met, as the parties have certified", (
        _by("the warrant"), Column("milestone", "count", "its number"), _day("on", "when it was met"),
    )),
    FactKind("exercised", facts.Exercised, "exercised", "shares that the holder of an option bought", (
        _by("the warrant"), _day("on", "when"), _quantity("shares", "how many", "shares"),
    )),
)  # fmt: skip
"""The kinds in the order in which the docs tell them."""
BY_NAME = {kind.name: kind for kind in FACT_KINDS}


def told() -> Iterator[tuple[FactKind, Column, str]]:
    """Every column of every kind, with what may stand in it."""
    for kind in FACT_KINDS:
        for column in kind.every_column:
            yield kind, column, TYPES[column.type]


def facts_schema() -> dict[str, Any]:
    """The kinds as plain data: what `gigawatt schema --facts` prints."""
    kinds: dict[str, Any] = {kind.name: {"about": kind.words, "columns": {}} for kind in FACT_KINDS}
    for kind, column, words in told():
        kinds[kind.name]["columns"][column.name] = {
            "about": column.words, "type": column.type, "reads": words, "needed": column.needed,
            **({"unit": column.unit} if column.unit else {}),
        }  # fmt: skip
    return {"kind_column": KIND_COLUMN, "own_columns": f"{OWN}...", "kinds": kinds}
