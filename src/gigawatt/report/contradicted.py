"""A contradiction on the terminal: each of those that contradict, and by how much it would have to give."""

from __future__ import annotations

import math

from rich.console import Group, RenderableType
from rich.text import Text

from gigawatt.model.explanation import Conflict, Relief
from gigawatt.report import figures

DIGITS = 4
WHOLE = "Only whole numbers forbid a plan: there is one in fractions, so that no amount would be found that mends it."
ALONE = "Each amount mends by itself, with all else as it is, and is the least that does; worked out in fractions."
OTHERS = "None of them mends by itself: others contradict too. The least that mends, all together:"


def conflict_of(conflict: Conflict) -> RenderableType:
    """Why there is no plan, and what would mend it."""
    lines: list[RenderableType] = [Text(f"{conflict.words}:")]
    for member in conflict.members:
        lines.append(Text(f"  - {member.signer}"))
        for number, way in enumerate(member.ways):
            lines.append(Text(f"      {'mend' if not number else 'or'}: {', and '.join(map(relief, way))}", "green"))
        if conflict.mended and not member.ways:
            lines.append(Text("      relaxing it alone does not mend it: others contradict too", "yellow"))
    if not conflict.mended:
        lines.append(Text(WHOLE, "dim"))
    elif any(member.ways for member in conflict.members):
        lines.append(Text(ALONE, "dim"))
    elif conflict.joint:
        lines += [Text(OTHERS), *(Text(f"  - {each.by}: {relief(each)}", "green") for each in conflict.joint)]
    else:
        lines.append(Text("Nothing that gives was found to mend it.", "yellow"))
    return Group(*lines)


def relief(each: Relief) -> str:
    """`3.24 MW more: power of hall, Jan 2027 – Mar 2027`; the amount rounded up, so that it is enough."""
    unit = {"chip": "chips", "chip-hour": "chip-h", "1": ""}.get(each.unit, each.unit)
    months = " – ".join(figures.month(name) for name in each.months)
    what = ", ".join(filter(None, (each.what, months)))
    return f"{enough(each.amount)} {unit}".strip() + f" {each.way}: {what}"


def enough(amount: float) -> str:
    """An amount with four digits, rounded up: what is told must be enough. Above ten thousand to the unit."""
    decimals = max(DIGITS - 1 - math.floor(math.log10(amount)), 0) if amount > 0 else 0
    step = 10.0**-decimals
    up = math.ceil(amount / step * (1 - 1e-12) - 1e-7) * step
    text = f"{up:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
