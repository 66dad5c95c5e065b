"""What to decide and why, in words: what each offer, renewal and early end is worth, and what else is worth telling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from gigawatt.report import digest, figures

if TYPE_CHECKING:
    from gigawatt.model.plan import Plan


@dataclass(frozen=True)
class Choice:
    """One offer: whether to sign, by when, what it brings, by how much the other choice is worse, and where it turns.

    `asked` and `turn` are prices in `unit`; where an offer has several, `turn` is a share of them all. Of a renewal or
    an early end (`what`) `signed` is whether it is chosen, and `say` what is to be said for it, `since` its first day.
    """

    contract: str
    seller: str
    signed: bool
    sign_by: str
    worth: str
    brings: str
    asked: str
    turn: str
    unit: str
    note: str
    what: str = "sign"
    say: str = ""
    since: str = ""

    @property
    def words(self) -> str:
        """What to do, without the contract: `sign`, `do not renew`."""
        what = "wait for" if self.what == "wait" else self.what
        return what if self.signed else f"do not {what}"


DOING = {"sign": "signing", "renew": "renewing", "end": "ending", "extend": "extending", "wait": "waiting"}


def choices(plan: Plan) -> list[Choice]:
    """Every offer: those to sign before those not to sign, each by its date."""
    offers, brought = digest.table(plan, "offers"), _brought(plan)
    largest = max((abs(value) for value in offers["better_by"].drop_nulls()), default=0.0)
    # what the search left open, in money: nought where the plan is proven best
    slack = plan.solve.gap * abs(plan.solve.objective) if plan.solve.gap < 1.0 else 0.0
    found = [_choice(row, brought, largest, slack) for row in offers.iter_rows(named=True)]
    return sorted(found, key=lambda choice: (not choice.signed, choice.sign_by, choice.contract))


def renewals(plan: Plan) -> list[Choice]:
    """Every renewal that the plan may choose, as far as it comes to it, and every contract that it may end, by date."""
    frame, over, found = digest.table(plan, "renewals"), set(), []
    largest = max((abs(value) for value in frame["better_by"].drop_nulls()), default=0.0)
    slack = plan.solve.gap * abs(plan.solve.objective) if plan.solve.gap < 1.0 else 0.0
    for row in frame.iter_rows(named=True):
        contract, what, chosen = str(row["contract"]), str(row["what"]), bool(row["chosen"])
        if contract in over:
            continue
        told = {**row, "seller": "", "signed": chosen, "sign_by": row["last_day"]}
        say = ("send no notice" if chosen == bool(row["silent"]) else "give notice") if row["last_day"] else ""
        found.append(replace(_choice(told, {}, largest, slack, what), say=say, since=str(row["since"] or "")))
        if what == "renew" and not chosen:
            over.add(contract)
    return sorted(found, key=lambda choice: (choice.sign_by or "9999", choice.contract))


def _brought(plan: Plan) -> dict[str, str]:
    """The capacity that each contract brings in the plan, in words."""
    frame = digest.table(plan, "take").group_by("contract").agg(pl.col("power_mw").sum())
    return {contract: figures.power(mw) for contract, mw in frame.iter_rows() if mw > 0}


def _choice(
    row: dict[str, object], brought: Mapping[str, str], largest: float, slack: float, what: str = "sign"
) -> Choice:
    signed, price, scale, asked = (
        bool(row["signed"]),
        row["walk_away_price"],
        row["walk_away_scale"],
        row["asked_price"],
    )
    turn, unit = "", figures.unit_name(str(row["unit"] or ""))
    if isinstance(price, float):
        turn = figures.rate(price)
    elif isinstance(scale, float):
        turn, unit, asked = figures.percent(scale), "of its prices", None
    return Choice(
        contract=str(row["contract"]),
        seller=str(row["seller"]),
        signed=signed,
        sign_by=str(row["sign_by"] or ""),
        worth=_worth(signed, row["better_by"], largest, slack, DOING.get(what, what)),
        brings=brought.get(str(row["contract"]), "") if signed else "",
        asked=figures.rate(asked) if isinstance(asked, float) else "",
        turn=turn,
        unit=unit,
        note=str(row["note"] or ""),
        what=what,
    )


def _worth(signed: bool, better_by: object, largest: float, slack: float, doing: str) -> str:
    """What the other choice would cost, in present value; `better_by` is signing's value less that of not signing.

    Less than `slack` (money) decides nothing: plans within the gap may choose otherwise.
    """
    if not isinstance(better_by, float):
        return ""
    if abs(better_by) < 0.5:
        return f"{doing} or not makes no difference"
    amount = figures.money(abs(better_by), largest)
    if (better_by > 0) != signed:  # the plan's gap, or the relaxed plan, says otherwise than the plan itself
        return f"a close call: {amount} the other way, see the note"
    if abs(better_by) < slack:
        return f"a close call: {'saves' if signed else f'{doing} costs'} {amount}, less than the gap"
    return f"saves {amount}" if signed else f"{doing} costs {amount} more"


def turning(choice: Choice) -> str:
    """Where the choice would turn, as a sentence; empty where that is not known."""
    if not choice.turn:
        return ""
    told = f"{choice.turn} (asked: {choice.asked} {choice.unit})" if choice.asked else f"{choice.turn} {choice.unit}"
    doing = DOING.get(choice.what, choice.what)
    if choice.signed:
        return f"worth {doing} up to {told}"
    return (
        f"worth {doing} at {told.replace(' (', ' or less (')}" if choice.asked else f"worth {doing} at {told} or less"
    )


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
    return figures.chips(item.chips) if item.chips else figures.power(item.power_mw)


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
    if not short.first:
        return "the whole horizon"
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
