"""What clauses are worth, in words and as a table on the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gigawatt.model.worth import DECIDERS, Bargain, ClauseWorth, Interval, Marginal, PartyWorth, Worth
from gigawatt.report import figures

NOTHING = "nothing"
OF_EITHER_SIGN = "?"
"""Stands behind an interval that contains nothing."""
NOT_TOLD = f"{OF_EITHER_SIGN} not distinguishable from nothing: plans as good differ by more."


def ordered(worth: Worth) -> list[ClauseWorth]:
    """The clauses, those first of which most is at stake for anybody."""
    return sorted(worth.clauses, key=lambda each: -max((abs(one.estimate) for one in each.parties), default=0.0))


def table(worth: Worth) -> RenderableType:
    """A row for each clause and party, the clauses of most worth first, and what follows from it in sentences."""
    grid = Table(box=None, pad_edge=False)
    grid.add_column("worth to", no_wrap=True)
    for name in (
        f"{worth.currency}, discounted",
        "relaxed",
        "paid under it",
        *(("share",) if is_shared(worth) else ()),
    ):
        grid.add_column(name, justify="right")
    silent = silent_in(worth)
    for each in ordered(worth):
        if each.clause in silent or not each.parties:
            continue
        grid.add_row(Text(each.clause, "bold"))
        for one in each.parties:
            cells = [f"  {worth.name_of(one.party)}", interval(one), signed(one.relaxed), direct(one)]
            grid.add_row(*(Text(cell) for cell in [*cells, share(each, one)][: len(grid.columns)]))
    parts: list[RenderableType] = [Text(heading(worth), "bold"), Text(), grid, Text()]
    parts += [Text(f"Worth nothing to anybody in this plan: {', '.join(silent)}")] if silent else []
    parts += [Text(sentence) for sentence in sentences(worth)]
    return Group(*parts)


def is_silent(each: ClauseWorth) -> bool:
    """Whether a plan knows no difference between the clause and none, for anybody."""
    moved = any(interval(one) != NOTHING or signed(one.relaxed) != NOTHING for one in each.parties)
    return not moved and not any(signed(one.amount) != NOTHING for one in each.others)


def silent_in(worth: Worth) -> list[str]:
    """The clauses that are worth nothing to anybody."""
    return [each.clause for each in worth.clauses if not each.note and is_silent(each)]


def is_shared(worth: Worth) -> bool:
    """Whether there are shares to tell."""
    return bool(worth.shares) and not worth.shares.startswith("none")


def heading(worth: Worth) -> str:
    """Whose clauses, as known when, and how they were valued."""
    kind = "whole plans" if worth.solved.whole else "relaxed plans"
    gap = f", gap {figures.percent(worth.solved.gap)}" if worth.solved.whole else ""
    what_if = f"; what if: {', '.join(worth.changes)}" if worth.changes else ""
    return f"{worth.title}, as known on {worth.as_of}: {kind}{gap}{what_if}"


def sentences(worth: Worth) -> Iterator[str]:
    """What follows: bargains, shares, what is missing, and what no plan sees."""
    if any(
        not one.interval.is_distinguishable and interval(one) != NOTHING
        for each in worth.clauses
        for one in each.parties
    ):
        yield NOT_TOLD
    for each in ordered(worth):
        if each.marginal:
            yield f"{each.clause} at the margin, one more of {marginal(each.marginal[0])}."
        if each.bargain is not None:
            yield bargain(worth, each.clause, each.bargain)
    if worth.shares:
        yield f"Shares of the clauses together ({worth.shares}) are of relaxed plans."
    for each in worth.clauses:
        if each.note:
            yield f"{each.clause}: {each.note}."
        for one in each.parties:
            if one.unseen is not None:
                stated = f"{signed(one.unseen)} {worth.currency} to {worth.name_of(one.party)}"
                yield f"{each.clause}: what no plan sees is stated as {stated}."


def bargain(worth: Worth, clause: str, found: Bargain) -> str:
    """The price at which both sides are better off without a clause."""
    least, most, middle = (figures.money(amount) for amount in (found.least, found.most, found.middle))
    payer, payee = worth.name_of(found.payer), worth.name_of(found.payee)
    pays = "pay" if payer == DECIDERS else "pays"
    return (
        f"{clause} costs {payer} more than it gives {payee}: both gain if {payer} {pays} between {least} and {most} "
        f"{worth.currency} to be rid of it, both alike at {middle}."
    )


def direct(one: PartyWorth) -> str:
    """What the clause itself pays a party."""
    return signed(one.direct) if one.direct else ""


def share(each: ClauseWorth, one: PartyWorth) -> str:
    """A party's share of a clause among those valued together, with half of its interval where it was sampled."""
    found = each.shares.get(one.party)
    if found is None:
        return ""
    return f"{signed(found.amount)} ± {figures.money(found.error)}" if found.error else signed(found.amount)


def interval(party: PartyWorth) -> str:
    """Where the worth lies: one figure where both ends are the same to three digits."""
    return between(party.interval)


def between(found: Interval) -> str:
    """An interval as it is told: one figure, two, or that it may be of either sign."""
    if max(abs(found.least), abs(found.most)) < 0.5:
        return NOTHING
    least, most = signed(found.least), signed(found.most)
    if least == most:
        return least
    told = f"{least} to {most}"
    return told if found.is_distinguishable else f"{told} {OF_EITHER_SIGN}"


def signed(amount: float) -> str:
    """An amount with its sign; nothing where there is none."""
    return NOTHING if abs(amount) < 0.5 else f"{'+' if amount > 0 else figures.MINUS}{figures.money(abs(amount))}"


def marginal(found: Marginal) -> str:
    """The price of one more unit of a limit, and when it binds."""
    when = "" if not found.first else f", {figures.month(found.first)}"
    when += f" to {figures.month(found.last)}" if found.last != found.first else ""
    periods = f", over {found.periods} periods" if found.periods > 1 else ""
    return f"{found.what}: {figures.price(found.price, found.unit)}{periods}{when}"
