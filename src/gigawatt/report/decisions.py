"""What to decide, in words: each offer with what signing is worth, and the few lines of a list that are worth telling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gigawatt.report import digest, figures

if TYPE_CHECKING:
    from gigawatt.model.plan import Plan


@dataclass(frozen=True)
class Choice:
    """One offer: whether to sign, by when, by how much the other choice is worse, and where the choice would turn."""

    contract: str
    seller: str
    signed: bool
    sign_by: str
    worth: str
    walk_away: str
    note: str


def choices(plan: Plan) -> list[Choice]:
    """Every offer: those to sign before those not to sign, each by its date."""
    found = []
    for row in table_of_offers(plan):
        signed = bool(row["signed"])
        found.append(
            Choice(
                contract=str(row["contract"]),
                seller=str(row["seller"]),
                signed=signed,
                sign_by=str(row["sign_by"] or ""),
                worth=_worth(signed, row["worse_by"]),
                walk_away=_walk_away(signed, row["walk_away_price"], row["walk_away_scale"], str(row["unit"] or "")),
                note=str(row["note"] or ""),
            )
        )
    return sorted(found, key=lambda choice: (not choice.signed, choice.sign_by, choice.contract))


def table_of_offers(plan: Plan) -> list[dict[str, object]]:
    """The rows of the plan's table of offers."""
    return list(digest.table(plan, "offers").iter_rows(named=True))


def _worth(signed: bool, worse_by: object) -> str:
    """What the other choice would cost, in present value."""
    if not isinstance(worse_by, float):
        return ""
    if abs(worse_by) < 0.5:
        return "signing or not makes no difference"
    if worse_by < 0:
        return "signing and not signing lie within the gap"
    return f"saves {figures.money(worse_by)}" if signed else f"signing costs {figures.money(worse_by)} more"


def _walk_away(signed: bool, price: object, scale: object, unit: str) -> str:
    """The price at which signing and not signing are equal."""
    if isinstance(price, float):
        turn = figures.price(price, unit)
    elif isinstance(scale, float):
        turn = f"{figures.percent(scale)} of its prices"
    else:
        return ""
    return f"worth signing up to {turn}" if signed else f"worth signing at {turn} or less"


def worth_telling(items: Sequence[digest.Item], most: int) -> list[digest.Item]:
    """The largest by power, in the order given: new things before what was contracted already."""
    if len(items) <= most:
        return list(items)
    ranked = sorted(items, key=lambda item: (not item.new, -item.power_mw))[:most]
    return [item for item in items if item in ranked]


def size(item: digest.Item) -> str:
    """`96,000 chips` where they are known, else the IT power."""
    return f"{figures.count(item.chips)} chips" if item.chips else figures.power(item.power_mw)


def when(item: digest.Item) -> str:
    """The first period, and the last where there are several."""
    first, last = _period(item.first), _period(item.last)
    return first if first == last else f"{first} – {last}"


def _period(name: str) -> str:
    """`2027 Q1` for a quarter, `Jan 2027` for a month."""
    return name.replace("Q", " Q") if "Q" in name else figures.month(name)


def between(short: digest.Shortage) -> str:
    """The months in which it is short."""
    if short.first == short.last:
        return figures.month(short.first)
    return f"{figures.month(short.first)} – {figures.month(short.last)}"


def dearest(shortages: Sequence[digest.Shortage], most: int) -> list[digest.Shortage]:
    """The dearest place of each kind of shortage, then further places of the first kind, `most` in all."""
    first = {short.what: short for short in reversed(shortages)}
    heads = [short for short in shortages if first[short.what] is short]
    rest = [short for short in shortages if first[short.what] is not short]
    return (heads + rest)[:most]
