"""The answer in the terminal: what is paid, what to decide and by when, why, and what is assumed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gigawatt.report import decisions, digest, figures

if TYPE_CHECKING:
    from gigawatt.model.plan import Plan
    from gigawatt.model.provenance import Provenance

WIDTH = 96
MOST_PARTIES = 8
MOST_ITEMS = 12
MOST_MISSING = 4
MOST_NAMES = 5
MOST_CAUSES = 5
MOST_SHORTAGES = 6
MOST_ASSUMPTIONS = 6


def summary(plan: Plan, width: int = WIDTH) -> str:
    """The answer as plain text, no line longer than `width` characters."""
    console = Console(file=io.StringIO(), width=width, color_system=None, legacy_windows=False, highlight=False)
    with console.capture() as capture:
        console.print(_answer(plan))
    return "\n".join(line.rstrip() for line in capture.get().splitlines()).strip("\n") + "\n"


def print_summary(plan: Plan, console: Console) -> None:
    """The same in colour, no wider than the console and not beyond what reads well."""
    console.print(_answer(plan), width=min(console.width, WIDTH), highlight=False)


def _answer(plan: Plan) -> Group:
    parts = [_head(plan), *_changes(plan), _paid(plan), _unserved(plan), *_notes(plan)]
    for title, aside, body in (
        ("DECIDE", "by", _decide(plan)),
        ("BUILD AND TAKE", "from", _build_and_take(plan)),
        ("WHY", "", _why(plan)),
        ("ASSUMED", "", _assumed(plan)),
    ):
        if body is not None:
            parts += [Text(), _pair(Text(title, "bold cyan"), Text(aside, "dim")), Padding(body, (0, 0, 0, 2))]
    return Group(*parts)


def _row(grid: Table, *cells: Text | str) -> None:
    """A row as it is: what stands in square brackets is text of the programme, not a colour."""
    grid.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in cells))


def _pair(left: Text, right: Text) -> Table:
    """Two texts at the two ends of a line."""
    grid = Table.grid(expand=True, padding=(0, 2))
    grid.add_column(ratio=1)
    grid.add_column(justify="right", no_wrap=True)
    _row(grid, left, right)
    return grid


def _head(plan: Plan) -> RenderableType:
    programme, solve = plan.programme, plan.solve
    months = programme.horizon.months
    ends = f"{figures.month(f'{months[0].start:%Y-%m}')} – {figures.month(f'{months[-1].start:%Y-%m}')}"
    left = Text.assemble((programme.programme, "bold"), f"  {ends}, {figures.counted(len(months), 'months')}")
    status = solve.status.rstrip(".")
    told = "gap" in status or "%" in status or solve.gap != solve.gap
    text = status if told else f"{status}, gap {figures.percent(digest.gap(plan))}"
    return _pair(left, Text(text, "green" if solve.optimal else "yellow"))


def _changes(plan: Plan) -> list[RenderableType]:
    """What if: by what the programme differs from its file."""
    changes = plan.programme.changes
    return [Text(f"What if: {changes}", "magenta")] if changes.told() else []


def _paid(plan: Plan) -> RenderableType:
    """Who is paid by those who decide, and who pays them."""
    currency, totals = plan.programme.currency, digest.party_totals(plan)
    payees, payers = [t for t in totals if t.paid > 0], [t for t in totals if t.paid < 0]
    whole, received = sum(t.paid for t in payees), -sum(t.paid for t in payers)
    largest = max(whole, received)
    head = Text.assemble("Pay ", (figures.money(whole, largest), "bold"), f" {currency}")
    if payers:
        head.append("   receive ")
        head.append(figures.money(received, largest), "bold")
        head.append(f" ({', '.join(f'{t.party} {figures.money(-t.paid, largest)}' for t in payers)})")
    if len(plan.programme.decides) > 1:
        head.append(f"   by {', '.join(plan.programme.decides)} together", "dim")
    if len(payees) <= 3 and not any(t.is_range for t in payees):
        head.append("".join(f"   {t.party} {figures.money(t.paid, largest)}" for t in payees))
        return head
    grid = Table.grid(padding=(0, 2))
    grid.add_column()
    grid.add_column(justify="right")
    grid.add_column(style="dim")
    for total in payees[:MOST_PARTIES]:
        _row(grid, total.party, figures.money(total.paid, largest), _range(total, largest))
    rest = payees[MOST_PARTIES:]
    if rest:
        _row(grid, f"{len(rest)} more", figures.money(sum(t.paid for t in rest), largest), "")
    parts: list[RenderableType] = [grid]
    if digest.holds_integers(plan) and any(total.is_range for total in payees[:MOST_PARTIES]):
        parts.append(Text("plans as good: those with these signings and builds", "dim"))
    return Group(head, Padding(Group(*parts), (0, 0, 0, 2)))


def _range(total: digest.PartyTotal, largest: float) -> str:
    if not total.is_range or total.least is None or total.most is None:
        return ""
    return f"{figures.money(total.least, largest)} to {figures.money(total.most, largest)} in plans as good"


def _unserved(plan: Plan) -> RenderableType:
    asked = digest.missing(plan)
    if not asked:
        return Text("Unserved: nothing is asked for")
    short = sorted((each for each in asked if each.is_short), key=lambda each: -each.value_lost)
    none = [each.workload for each in asked if not each.is_short]
    told = [_missing(each) for each in short[:MOST_MISSING]]
    rest = short[MOST_MISSING:]
    if rest:
        told.append(f"{len(rest)} more, worth {figures.money(sum(each.value_lost for each in rest))}")
    if none:
        names = (
            f"{', '.join(none[:MOST_NAMES])} and {len(none) - MOST_NAMES} more"
            if len(none) > MOST_NAMES
            else ", ".join(none)
        )
        told.append(f"{names} none" if short else "none")
    return Text(f"Unserved: {'; '.join(told)}", "yellow" if short else "")


def _missing(each: digest.Missing) -> str:
    worth = f", worth {figures.money(each.value_lost)}" if each.value_lost >= 0.5 else ""
    share = figures.percent(each.unserved / each.demand)
    return f"{each.workload} {figures.work(each.unserved, each.measure)} ({share} of it{worth})"


def _notes(plan: Plan) -> list[RenderableType]:
    return [Text(f"Note: {note}", "yellow") for note in plan.solve.notes]


def _decide(plan: Plan) -> RenderableType | None:
    choices = [*decisions.choices(plan), *decisions.renewals(plan)]
    if not choices:
        return None
    shared = decisions.shared_notes(choices)
    width = max(len(f"do not {choice.words.removeprefix('do not ')} {choice.contract}") for choice in choices)
    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(width=min(width, 40), overflow="fold")
    grid.add_column(ratio=1)
    grid.add_column(justify="right", no_wrap=True)
    for choice in choices:
        words = Text.assemble((f"{choice.words} ", "bold green" if choice.signed else "bold"))
        words.append(choice.contract)
        note = "" if choice.note in shared else choice.note
        parts = (choice.worth, choice.say, decisions.turning(choice), note)
        told = Text("; ".join(part for part in parts if part))
        _row(grid, words, told, figures.day(choice.sign_by))
    return Group(grid, *(Text(f"of {count} offers: {note}", "dim") for note, count in shared.items()))


def _build_and_take(plan: Plan) -> RenderableType | None:
    items = digest.items(plan)
    if not items:
        return None
    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(ratio=1, overflow="fold")
    for _ in range(3):
        grid.add_column(justify="right", no_wrap=True)
    shown = decisions.worth_telling(items, MOST_ITEMS)
    for item in shown:
        capex = figures.money(item.capex) if item.capex else ""
        _row(grid, f"{item.verb} {item.thing}", decisions.size(item), capex, decisions.when(item))
    rest = len(items) - len(shown)
    if rest:
        _row(grid, Text(f"and {rest} more, in the tables build and take", "dim"), "", "", "")
    return grid


def _why(plan: Plan) -> RenderableType | None:
    costs, scarce = digest.causes(plan)[:MOST_CAUSES], decisions.dearest(digest.shortages(plan), MOST_SHORTAGES)
    if not costs and not scarce:
        return None
    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(ratio=1, overflow="fold")
    for _ in range(2):
        grid.add_column(justify="right", no_wrap=True)
    largest = costs[0].paid if costs else 0.0
    for cause in costs:
        paid = f"costs {figures.money(cause.paid, largest)}"
        _row(grid, f"{cause.by}, {cause.what}", paid, f"{figures.percent(cause.share)} of payments")
    return Group(grid, *(_short(short, places) for short, places in scarce))


def _short(short: digest.Shortage, places: int) -> Text:
    """What one more would be worth, where it is worth most, and how many other places there are."""
    price = figures.price(short.highest, short.unit)
    when = decisions.between(short)
    also = [figures.counted(places, "other places")] if places else []
    also += ["one of several such prices"] if short.degenerate else []
    words = Text.assemble(decisions.one_more(short), f": up to {price}, {when}")
    return words.append(f" ({', '.join(also)})" if also else "", "dim")


def _assumed(plan: Plan) -> RenderableType | None:
    assumed = sorted(plan.programme.assumptions(), key=_remoteness)
    if not assumed:
        return None
    first = "; ".join(_assumption(record) for record in assumed[:MOST_ASSUMPTIONS])
    rest = len(assumed) - MOST_ASSUMPTIONS
    more = f"; and {rest} more, each with its line in the report" if rest > 0 else ""
    return Text(f"{figures.counted(len(assumed), 'figures')}: {first}{more}")


def _remoteness(record: Provenance) -> int:
    """What the programme itself assumes comes before what its chips and indicators do."""
    return 2 * (record.path.split(".")[0] in ("chips", "indicators")) + (not record.value_text)


def _assumption(record: Provenance) -> str:
    """`chat.growth 2 %/month`: the last words of the path that say what it is, and the value."""
    path, value = record.path.split("."), " ".join(record.value_text.split())
    if value[:1].isalpha() and " " in value:
        return value
    name = ".".join(path[1:] if len(path) > 2 else path)
    return f"{name} {value}".rstrip() if len(value) <= 40 else f"{name} {value[:38]}…"
