"""What to decide and why, in words: each offer with what signing is worth, and the lines of a list worth telling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

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
    asked: str
    walk_away: str
    brings: str
    note: str


def choices(plan: Plan) -> list[Choice]:
    """Every offer: those to sign before those not to sign, each by its date."""
    brought = _brought(plan)
    found = [_choice(row, brought) for row in digest.table(plan, "offers").iter_rows(named=True)]
    return sorted(found, key=lambda choice: (not choice.signed, choice.sign_by, choice.contract))


def _brought(plan: Plan) -> dict[str, str]:
    """The capacity that each contract brings in the plan, in words."""
    frame = digest.table(plan, "take").group_by("contract").agg(pl.col("power_mw").sum())
    return {contract: figures.power(mw) for contract, mw in frame.iter_rows() if mw > 0}


def _choice(row: dict[str, object], brought: Mapping[str, str]) -> Choice:
    signed, unit, asked = bool(row["signed"]), str(row["unit"] or ""), row["asked_price"]
    return Choice(
        contract=str(row["contract"]),
        seller=str(row["seller"]),
        signed=signed,
        sign_by=str(row["sign_by"] or ""),
        worth=_worth(signed, row["better_by"]),
        asked=figures.price(asked, unit) if isinstance(asked, float) else "",
        walk_away=_walk_away(row["walk_away_price"], row["walk_away_scale"], unit),
        brings=brought.get(str(row["contract"]), "") if signed else "",
        note=str(row["note"] or ""),
    )


def _worth(signed: bool, better_by: object) -> str:
    """What the other choice would cost, in present value; `better_by` is signing's value less that of not signing."""
    if not isinstance(better_by, float):
        return ""
    if abs(better_by) < 0.5:
        return "signing or not makes no difference"
    if (better_by > 0) != signed:
        return "signing and not signing lie within the gap"
    return f"saves {figures.money(better_by)}" if signed else f"signing costs {figures.money(-better_by)} more"


def _walk_away(price: object, scale: object, unit: str) -> str:
    """The price at which signing and not signing are equal."""
    if isinstance(price, float):
        return figures.price(price, unit)
    return f"{figures.percent(scale)} of its prices" if isinstance(scale, float) else ""


def turning(choice: Choice) -> str:
    """Where the choice would turn, as a sentence; empty where that is not known."""
    if not choice.walk_away:
        return ""
    asked, turn = "", choice.walk_away
    if choice.asked and choice.asked.partition(" ")[2] == turn.partition(" ")[2]:
        asked, turn = f" (asked: {choice.asked})", turn.partition(" ")[0]
    return f"worth signing up to {turn}{asked}" if choice.signed else f"worth signing at {turn} or less{asked}"


def shared_notes(found: Sequence[Choice]) -> dict[str, int]:
    """Notes that more than two offers share, which are better said once, and how many share them."""
    notes = [choice.note for choice in found if choice.note]
    return {note: notes.count(note) for note in dict.fromkeys(notes) if notes.count(note) > 2}


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


SMALL_RATE = 0.01
"""Money for a unit of money that is too little to tell."""
ONE_MORE = {
    "chip-hours": "a chip-hour more",
    "power": "a MW more of IT power",
    "grid": "a MW more of grid connection",
    "supply": "a chip more",
    "runs": "a chip more for the training run",
}


def one_more(short: digest.Shortage) -> str:
    """What is short, in words: `a chip-hour more at azure-h100`, `azure/first-call: first ...`."""
    where = " ".join(part for part in (short.what.removeprefix(short.kind).strip(), short.place) if part)
    if short.by != "physics":
        return f"{short.by}: {short.what}{' ' + short.place if short.place else ''}"
    words = ONE_MORE.get(short.kind)
    if words is None:
        return " ".join(part for part in (short.what, short.place) if part)
    if short.kind in ("supply", "runs"):
        where = where.replace(" ", " for " if short.kind == "supply" else " at ", 1)
        return f"{words}{' of' if short.kind == 'supply' else ''} {where}".rstrip()
    return f"{words} at {where}" if where else words


def between(short: digest.Shortage) -> str:
    """The months in which it is short, counted where they have gaps."""
    if short.first == short.last:
        return figures.month(short.first)
    span = f"{figures.month(short.first)} – {figures.month(short.last)}"
    years, months = (int(short.last[:4]) - int(short.first[:4])), int(short.last[5:]) - int(short.first[5:])
    return span if short.months == 12 * years + months + 1 else f"{short.months} months, {span}"


def dearest(shortages: Sequence[digest.Shortage], most: int) -> list[tuple[digest.Shortage, int]]:
    """The dearest place of each kind of shortage, and how many other places of it there are; `most` kinds."""
    first: dict[str, list[digest.Shortage]] = {}
    for short in shortages:
        numerator, _, denominator = short.unit.partition("/")
        if numerator == denominator and short.highest < SMALL_RATE:
            continue
        first.setdefault(short.kind, []).append(short)
    return [(group[0], len(group) - 1) for group in first.values()][:most]
