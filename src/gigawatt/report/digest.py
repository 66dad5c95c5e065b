"""A plan boiled down to what a person asks of it: who pays whom, what to decide, what is short, what is assumed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from gigawatt.values.money import minor_digits

if TYPE_CHECKING:
    from gigawatt.model.plan import Plan
    from gigawatt.model.programme import Programme

PROVEN = 1e-6
"""A gap of no more than this is the arithmetic's, and told as none."""
DUST = 1e-6
"""Chips, MW, or parts of what is asked for, below which a quantity is the solver's and not the plan's."""
TEXT, NUMBER, FLAG = pl.Utf8, pl.Float64, pl.Boolean
COLUMNS: dict[str, dict[str, pl.DataType | type[pl.DataType]]] = {
    "build": {"thing": TEXT, "kind": TEXT, "site": TEXT, "pool": TEXT, "chip": TEXT, "party": TEXT, "month": TEXT,
              "power_mw": NUMBER, "chips": NUMBER, "capex": NUMBER},
    "take": {"commitment": TEXT, "contract": TEXT, "provider": TEXT, "quarter": TEXT, "power_mw": NUMBER,
             "chips": NUMBER, "new": FLAG},
    "offers": {"contract": TEXT, "seller": TEXT, "signed": FLAG, "sign_by": TEXT, "better_by": NUMBER,
               "walk_away_scale": NUMBER, "walk_away_price": NUMBER, "asked_price": NUMBER, "unit": TEXT,
               "note": TEXT},
    "renewals": {"contract": TEXT, "clause": TEXT, "what": TEXT, "chosen": FLAG, "since": TEXT, "last_day": TEXT,
                 "silent": FLAG, "better_by": NUMBER, "walk_away_scale": NUMBER, "walk_away_price": NUMBER,
                 "asked_price": NUMBER, "unit": TEXT, "note": TEXT},
    "capacity": {"pool": TEXT, "provider": TEXT, "site": TEXT, "chip": TEXT, "month": TEXT, "chips": NUMBER,
                 "it_power_mw": NUMBER},
    "power": {"site": TEXT, "month": TEXT, "powered_mw": NUMBER, "used_mw": NUMBER},
    "use": {"pool": TEXT, "workload": TEXT, "month": TEXT, "slice": TEXT, "chips": NUMBER, "chip_hours": NUMBER,
            "work": NUMBER, "measure": TEXT},
    "unserved": {"workload": TEXT, "month": TEXT, "slice": TEXT, "demand": NUMBER, "unserved": NUMBER,
                 "measure": TEXT, "value_lost": NUMBER},
    "cash": {"month": TEXT, "from": TEXT, "to": TEXT, "by": TEXT, "what": TEXT, "amount": NUMBER},
    "beyond": {"from": TEXT, "to": TEXT, "by": TEXT, "what": TEXT, "amount": NUMBER},
    "parties": {"party": TEXT, "decides": FLAG, "cash": NUMBER, "least": NUMBER, "most": NUMBER},
    "scarcity": {"what": TEXT, "place": TEXT, "month": TEXT, "price": NUMBER, "unit": TEXT, "by": TEXT,
                 "degenerate": FLAG},
    "restated": {"clause": TEXT, "planned": NUMBER, "restated": NUMBER, "difference": NUMBER, "fit": TEXT},
    "indicators": {"indicator": TEXT, "month": TEXT, "amount": NUMBER, "unit": TEXT},
}  # fmt: skip
"""The columns that a report reads, and their types once read; money is a float here, exact in the plan's own table."""


def table(plan: Plan, name: str) -> pl.DataFrame:
    """A table of the plan with the columns that a report reads, null where it lacks one; empty where there is none."""
    schema = COLUMNS[name]
    frame = plan.tables.get(name)
    if frame is None or not frame.height:
        return pl.DataFrame(schema=schema)
    return frame.select(
        (pl.col(column) if column in frame.columns else pl.lit(None).alias(column)).cast(kind)
        for column, kind in schema.items()
    )


def least_money(plan: Plan) -> float:
    """Half the currency's smallest unit: a sum below it is nothing that anybody could pay."""
    return 0.5 * 10.0 ** -minor_digits(plan.programme.currency)


def gap(plan: Plan) -> float:
    """How far from the best the plan may be, as a share; nought where it is proven best, not a number if unknown."""
    return 0.0 if plan.solve.gap <= PROVEN else plan.solve.gap


def holds_integers(plan: Plan) -> bool:
    """Whether other parties' ranges are among plans that sign and build the same: whole choices are held there."""
    return plan.solve.integers > 0 and not plan.solve.relaxed


def bill(plan: Plan) -> tuple[float, float] | None:
    """What all exact clauses bill for the plan's quantities, and the largest difference of one from its planned cost.

    None where no clause moves money.
    """
    exact = table(plan, "restated").filter(pl.col("fit") == "exact")
    if not exact.height:
        return None
    totals = exact.select(pl.col("restated").sum(), pl.col("difference").abs().max().alias("most"))
    return totals["restated"][0], totals["most"][0]


@dataclass(frozen=True)
class PartyTotal:
    """Cash over the horizon between one party and those who decide: above nought where it is paid.

    `least` and `most` bound it among plans as good, None where they were not worked out.
    """

    party: str
    paid: float
    least: float | None
    most: float | None

    @property
    def is_range(self) -> bool:
        """Whether the range is wide enough to tell."""
        if self.least is None or self.most is None:
            return False
        return self.most - self.least > max(1.0, 5e-4 * abs(self.paid))


@dataclass(frozen=True)
class Missing:
    """What one workload asks over the horizon, and what of it is not served, in its measure."""

    workload: str
    demand: float
    unserved: float
    measure: str
    value_lost: float

    @property
    def is_short(self) -> bool:
        """Whether what is unserved is more than a solver's dust."""
        return self.unserved > DUST * max(self.demand, 1e-9)


@dataclass(frozen=True)
class Cause:
    """What one clause or thing makes those who decide pay to others over the horizon, and its share of all they pay."""

    by: str
    what: str
    to: str
    paid: float
    share: float


@dataclass(frozen=True)
class Shortage:
    """One more of something would be worth `highest` at most, in `months` months from `first` to `last`."""

    kind: str
    what: str
    place: str
    unit: str
    by: str
    highest: float
    months: int
    first: str
    last: str
    degenerate: bool


@dataclass(frozen=True)
class Item:
    """A line of what to build or to take: words, size in MW and chips, when, and what it costs if that is known."""

    verb: str
    thing: str
    power_mw: float
    chips: float
    first: str
    last: str
    capex: float
    new: bool


def paid_to_others(plan: Plan) -> pl.DataFrame:
    """Payments across the border between those who decide and all others; `paid` above nought where they pay."""
    decides = list(plan.programme.decides)
    gives, takes = pl.col("from").is_in(decides), pl.col("to").is_in(decides)
    paid = pl.when(gives).then(pl.col("amount")).otherwise(-pl.col("amount"))
    other = pl.when(gives).then(pl.col("to")).otherwise(pl.col("from"))
    return table(plan, "cash").filter(gives != takes).with_columns(paid.alias("paid"), other.alias("party"))


def party_totals(plan: Plan) -> list[PartyTotal]:
    """Every other party that those who decide pay or are paid by, the largest payee first; dust is left out."""
    ranges = {row["party"]: row for row in table(plan, "parties").iter_rows(named=True)}
    totals = paid_to_others(plan).group_by("party", maintain_order=True).agg(pl.col("paid").sum())
    between = table(plan, "cash").filter(
        ~pl.col("from").is_in(list(plan.programme.decides)), ~pl.col("to").is_in(list(plan.programme.decides))
    )
    elsewhere = set(between["from"]) | set(between["to"])
    found = []
    for party, paid in totals.iter_rows():
        row = ranges.get(party)
        # a party's range counts all its cash; it is told only where that is the same as what is told here
        told = row if row is not None and party not in elsewhere else None
        found.append(PartyTotal(party, paid, told["least"] if told else None, told["most"] if told else None))
    least = least_money(plan)
    return sorted((total for total in found if abs(total.paid) >= least), key=lambda total: -total.paid)


def missing(plan: Plan) -> list[Missing]:
    """Demand and what is unserved by workload, in file order."""
    totals = (
        table(plan, "unserved")
        .group_by("workload", maintain_order=True)
        .agg(pl.col("demand").sum(), pl.col("unserved").sum(), pl.col("measure").first(), pl.col("value_lost").sum())
    )
    return [Missing(*row) for row in totals.iter_rows()]


def causes(plan: Plan) -> list[Cause]:
    """What those who decide pay to others, by clause or thing, the dearest first."""
    paid = paid_to_others(plan).filter(pl.col("paid") > 0)
    whole = paid["paid"].sum() or 1.0
    totals = (
        paid.group_by("by", "what", "party", maintain_order=True)
        .agg(pl.col("paid").sum())
        .filter(pl.col("paid") >= least_money(plan))
        .sort("paid", descending=True, maintain_order=True)
    )
    return [Cause(by, what, party, amount, amount / whole) for by, what, party, amount in totals.iter_rows()]


def shortages(plan: Plan) -> list[Shortage]:
    """What is short, by kind and place: of each kind the dearest first; physics before clauses, each by its weight.

    The weight is the sum of the monthly prices, so that what is short for long counts for more.
    """
    keys = ("kind", "what", "place", "unit", "by")
    frame = (
        table(plan, "scarcity")
        .with_columns(_kind_of_shortage().alias("kind"), pl.col("price").abs())
        .group_by(*keys, maintain_order=True)
        .agg(
            pl.col("price").max().alias("highest"),
            pl.col("price").sum().alias("weight"),
            pl.col("month").n_unique().alias("months"),
            pl.col("month").min().fill_null("").alias("first"),
            pl.col("month").max().fill_null("").alias("last"),
            (pl.col("degenerate").fill_null(False)).any().alias("degenerate"),
        )
        .with_columns(pl.col("weight").max().over("kind").alias("of_kind"), (pl.col("by") != "physics").alias("clause"))
        .sort("clause", "of_kind", "weight", descending=[False, True, True], maintain_order=True)
    )
    # prices of unlike units cannot be ranked: what a plan is short of most plainly comes first
    first = {kind: place for place, kind in enumerate(("chip-hours", "power", "grid", "supply"))}
    found = [
        Shortage(**{key: row[key] for key in Shortage.__dataclass_fields__}) for row in frame.iter_rows(named=True)
    ]
    return sorted(found, key=lambda short: first.get(short.kind, len(first)))


def _kind_of_shortage() -> pl.Expr:
    """The first word of a physics row's name, `supply` of `supply gb200 oracle`; the clause where one binds."""
    return pl.when(pl.col("by") == "physics").then(pl.col("what").str.split(" ").list.first()).otherwise(pl.col("by"))


_IS_MORE_THAN_DUST = pl.max_horizontal("chips", "power_mw") >= DUST


def build_items(plan: Plan) -> list[Item]:
    """What to build and buy: phases by site, chips by pool; dust is left out."""
    frame = table(plan, "build").filter(_IS_MORE_THAN_DUST)
    frame = frame.with_columns(pl.col("site").fill_null(""), pl.col("pool").fill_null(""))
    found = []
    for (kind, site, pool), part in frame.group_by("kind", "site", "pool", maintain_order=True):
        if kind == "phase":
            names = [str(thing).rpartition("/")[2] for thing in part["thing"]]
            verb, thing = "build", f"{site} {', '.join(names)}"
        else:
            verb, thing = "buy", f"{part['chip'][0]} for {pool}"
        found.append(_item(verb, thing, part, "month", capex=float(part["capex"].sum()), new=True))
    return found


def items(plan: Plan) -> list[Item]:
    """All of what to build, buy and take: what is new by its first month, then what was contracted already."""
    found = build_items(plan) + take_items(plan)
    return sorted(found, key=lambda item: (not item.new, _first_month(item.first), item.verb, item.thing))


def _first_month(period: str) -> str:
    """`2027-04` for `2027Q2`, a month as it is: so that months and quarters sort together."""
    year, _, quarter = period.partition("Q")
    return f"{year}-{3 * int(quarter) - 2:02d}" if quarter else period


def take_items(plan: Plan) -> list[Item]:
    """Capacity contracted for, by clause; dust is left out."""
    frame = table(plan, "take").filter(_IS_MORE_THAN_DUST)
    frame = frame.with_columns(
        pl.col("commitment").str.split(" ").list.first().alias("clause"),
        pl.col("commitment").str.split(" ").list.slice(1).list.join(" ").alias("part"),
    )
    found = []
    for (clause, new), part in frame.group_by("clause", "new", maintain_order=True):
        parts = sorted((str(name) for name in part["part"].unique() if name), key=_natural)
        thing = f"{clause} {', '.join(parts)}" if parts else str(clause)
        if parts:  # phases of a site are power; how many chips would fill it is for the chips bought to say
            part = part.with_columns(pl.lit(0.0).alias("chips"))
        found.append(_item("take" if new else "have", thing, part, "quarter", capex=0.0, new=bool(new)))
    return found


def _natural(name: str) -> list[tuple[int, str]]:
    """A key by which b2 comes before b10."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", name)]


def _item(verb: str, thing: str, part: pl.DataFrame, when: str, *, capex: float, new: bool) -> Item:
    first, last = str(part[when].min()), str(part[when].max())
    return Item(verb, thing, float(part["power_mw"].sum()), float(part["chips"].sum() or 0.0), first, last, capex, new)


def names_of(programme: Programme) -> dict[str, str]:
    """What to call each party in a picture: its name where it has a short one of its own, else its id."""
    names = {key: party.name for key, party in programme.parties.items() if party.name and len(party.name) <= 24}
    told = list(names.values())
    return {key: name for key, name in names.items() if told.count(name) == 1 and name not in programme.parties}
