"""Why, on the terminal: what contradicts and what mends it, what is unserved, and why work runs here and not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gigawatt.model.explanation import (
    Explanation,
    Limit,
    Part,
    Place,
    Placing,
    Reason,
    Signer,
    Unserved,
)
from gigawatt.report import figures
from gigawatt.report.contradicted import conflict_of
from gigawatt.values.ids import listed

MOST_POOLS, MOST_PARTS, MOST_LIMITS, MOST_ROWS = 3, 4, 2, 8
SMALL = 0.005
"""A difference of prices below this part of them is told as none."""
WEIGHS = 0.003
"""A part of a price below this share of the largest is not told."""
KINDS = {"closed": "closed", "held": "held", "full": "full", "dear": "too dear"}
PHYSICS = "physics"
SERVED = "what is served"


def told_by(found: Explanation) -> RenderableType:
    """The whole answer."""
    head = Text.assemble((found.programme, "bold"), f"  {found.status}")
    if found.conflict is not None:
        return Group(head, conflict_of(found.conflict))
    parts: list[RenderableType] = [head]
    for each in found.unserved:
        parts += [Text(), _unserved(each, found.currency)]
    if found.left_out:
        parts.append(Text(f"and {found.left_out:,} more, of less value lost; name a --workload to have all", "dim"))
    if found.placings and not found.in_full:
        parts += [Text(), Text("HERE AND NOT THERE", "bold cyan"), *map(_in_brief, found.placings)]
    for placing in found.placings if found.in_full else ():
        parts += [Text(), _in_full(placing)]
    if len(parts) == 1:
        parts.append(Text("Nothing that was asked for is unserved or runs."))
    sources = list(_sources(found))
    if sources:
        parts += [Text(), Text("WHO SAYS SO", "bold cyan"), *(Text(f"  {each}") for each in sources)]
    return Group(*parts)


def _unserved(each: Unserved, currency: str) -> RenderableType:
    """One stretch: how much is lost, and why on each pool, pools of one reason together."""
    amount = figures.work(each.amount, each.measure)
    lost = f"{figures.money(each.value_lost)} {currency} lost" if each.value_lost else "nothing lost by it"
    worth = figures.price(each.worth, each.unit)
    title = f"{each.workload} unserved, {_span(each.months)}: {amount}, {lost} ({worth})"
    grid = _grid(title, "", "why", "price", "")
    alike = _together(each.reasons)
    for reasons in alike[:MOST_ROWS]:
        prices = sorted(reason.price for reason in reasons)
        price = " – ".join(dict.fromkeys(figures.rate(prices[n]) for n in (0, -1)))
        grid.add_row(_pools([each.pool for each in reasons]), KINDS[reasons[0].kind], price, _because(reasons[0]))
    rest = sum(len(reasons) for reasons in alike[MOST_ROWS:])
    return Group(grid, Text(f"and {figures.counted(rest, 'pools')} more, in --json", "dim")) if rest else grid


def _together(reasons: Iterable[Reason]) -> list[list[Reason]]:
    """Reasons that read alike together; what holds before what is dear, the nearest first."""
    found: dict[tuple[str, str], list[Reason]] = {}
    for reason in reasons:
        found.setdefault((reason.kind, _because(reason)), []).append(reason)
    order = list(KINDS)
    return sorted(found.values(), key=lambda each: (order.index(each[0].kind), not each[0].limits, each[0].price))


def _pools(names: list[str]) -> str:
    rest = len(names) - MOST_POOLS
    return listed(names) if rest <= 0 else f"{', '.join(names[:MOST_POOLS])} and {rest} more"


def _because(reason: Reason) -> str:
    """The reason behind a reason."""
    if reason.kind == "dear":
        return ", ".join(_part(part) for part in reason.parts[:MOST_PARTS] if part.what != SERVED)
    if reason.kind == "closed":
        return f"by {listed(limit.signer.by for limit in reason.limits)}"
    if reason.kind == "full" and not reason.limits:
        return "no more chips can be had there then"
    told = [_limit(limit) for limit in reason.limits]
    return "; ".join(told[:MOST_LIMITS])


def _limit(limit: Limit) -> str:
    by = "" if limit.signer.by.startswith(PHYSICS) else limit.signer.by
    if limit.held == "promised":
        return f"no more than {by} brings"
    if limit.held == "whole":
        return f"{by} is not taken (whole)" if by else f"{limit.what} is not taken (whole)"
    named = f"{by}, {limit.what}".strip(" ,") if by not in limit.what else limit.what
    if limit.price is None:
        return named
    if limit.held == "dear":
        return f"{named}: one more loses {figures.price(abs(limit.price), limit.unit)}"
    return f"{named}: one more is worth {figures.price(limit.price, limit.unit)}"


def _part(part: Part) -> str:
    by = "" if part.signer.by.startswith(PHYSICS) else f" ({part.signer.by})"
    return f"{part.what} {figures.rate(-part.amount)}{by}"


def _in_brief(placing: Placing) -> Text:
    """The pool that carries most and what keeps it from more, and the runner-up with what one more there would cost."""
    first, *others = placing.places
    share = "all" if placing.share > 1 - SMALL else figures.percent(placing.share)
    words = [f"{share} on {first.pool}, {_span(placing.months)}: one more costs {_priced(first, placing.unit)}"]
    if first.limits:
        words.append(f"It is full: {'; '.join(map(_limit, first.limits[:MOST_LIMITS]))}")
    if others:
        words.append(_against(first, others[0], placing.unit))
    else:
        words.append("It can run nowhere else")
    return Text.assemble("  ", (placing.workload, "bold"), "  ", ".\n      ".join(words), ".")


def _against(first: Place, second: Place, unit: str) -> str:
    """What moving one unit from the first pool to the second would cost, and what makes the difference."""
    more = first.gain - second.gain
    words = f"costs {figures.price(more, unit)} more" if more > 0 else f"saves {figures.price(-more, unit)}"
    if abs(more) <= SMALL * max(abs(first.cost), abs(second.cost)):
        words = "costs the same"
    used = " (used too)" if second.chips > 0 else ""
    if second.closed_by:
        return f"On {second.pool} it {words}, and is closed by {listed(each.by for each in second.closed_by)}"
    return f"On {second.pool}{used} it {words}: {_priced(second, unit)}"


def _priced(place: Place, unit: str) -> str:
    """The cost of one more unit of work, with its parts where there are several."""
    told = _told(place.parts)
    parts = ", ".join(map(_part, told[:MOST_PARTS]))
    return f"{figures.price(place.cost, unit)} ({parts})" if parts else figures.price(place.cost, unit)


def _in_full(placing: Placing) -> RenderableType:
    """Every pool: chips used, what one more unit of work costs there, by parts, and what it gains."""
    title = f"{placing.workload}, {_span(placing.months)}, in {figures.unit_name(placing.unit)}"
    grid = _grid(title, "", "chips", "costs", "gains", "of which")
    for place in placing.places:
        why = ", ".join(_part(part) for part in _told(place.parts))
        if not place.had:
            why = f"no chips there, nor any to be rented; {why}"
        if place.closed_by:
            why = f"closed by {listed(each.by for each in place.closed_by)}; {why}"
        small = SMALL * max(abs(place.cost), 1e-12)
        gain = "0" if abs(place.gain) < small else figures.rate(place.gain)
        grid.add_row(place.pool, figures.count(place.chips), figures.rate(place.cost), gain, why)
    return grid


def _told(parts: tuple[Part, ...]) -> list[Part]:
    """The parts that weigh, the worth of what is served apart."""
    largest = max((abs(part.amount) for part in parts), default=0.0)
    return [part for part in parts if part.what != SERVED and abs(part.amount) > WEIGHS * largest]


def _sources(found: Explanation) -> Iterator[Signer]:
    """Each clause or thing that was named and stands in a file, once."""
    signers = [
        limit.signer for each in found.unserved for reason in each.reasons for limit in reason.limits[:MOST_LIMITS]
    ]
    signers += [part.signer for each in found.unserved for reason in each.reasons for part in reason.parts[:MOST_PARTS]]
    places = [place for placing in found.placings for place in placing.places]
    signers += [limit.signer for place in places for limit in place.limits[:MOST_LIMITS]]
    signers += [signer for place in places for signer in place.closed_by]
    signers += [part.signer for place in places for part in place.parts]
    yield from (each for each in dict.fromkeys(signers) if "/" in each.by and each.place)


def _span(months: tuple[str, str]) -> str:
    first, last = (figures.month(name) for name in months)
    return first if first == last else f"{first} – {last}"


def _grid(title: str, *names: str) -> Table:
    grid = Table(title=title, title_justify="left", title_style="bold cyan", box=None, pad_edge=False)
    for name in names:
        number = name in ("chips", "costs", "gains", "share", "price")
        grid.add_column(name, justify="right" if number else "left", no_wrap=number, overflow="fold")
    return grid
