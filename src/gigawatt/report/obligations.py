"""Commitments in words: tables by contract, by party and by year, for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from gigawatt.errors import OutputError
from gigawatt.model.commitments import Agreement, Commitments, MinimumDue, Obligation, Total
from gigawatt.report import figures
from gigawatt.values.money import Money, minor_digits

UNKNOWN = "–"
WIDEST = 1000
"""Characters that no table reaches."""
LABEL = "replace(replace(replace(format(datum.value, '~s'), 'G', ' bn'), 'M', ' m'), 'T', ' tn')"
"""How money is written on an axis."""


def tables(found: Commitments, by: str | None = None) -> Group:
    """All tables, or one: `contract`, `party`, `year` (each clause by year)."""
    last = figures.day(found.since - timedelta(days=1))
    head = f"{found.programme}, at the end of {figures.day(found.as_of)}; {found.currency}, and what is due from "
    parts: list[RenderableType] = [Text(f"{head}{figures.day(found.since)} on is to come", "dim")]
    if not found.recorded:
        parts.append(Text(f"no deliveries are on record: what was promised by {last} is taken to have come", "dim"))
    if all(owed.paid_minor is None for one in found.agreements for owed in one.obligations):
        parts.append(Text("no payments are on record: what is left is what is to come", "dim"))
    if by in (None, "contract"):
        parts += _contracts(found)
    if by in (None, "party"):
        parts += [Text(), _totals(found, "BY PARTY THAT PAYS (signed contracts)", found.total_by_payer())]
    if by in (None, "year"):
        parts += _years(found, by == "year")
    if by in (None, "contract"):
        parts += _remarks(found)
    return Group(*parts)


def _contracts(found: Commitments) -> list[RenderableType]:
    """Each contract with who pays under it: those that bind, then the others apart."""
    parts: list[RenderableType] = []
    for title, binds in (("SIGNED", True), ("NOT SIGNED: nothing of this binds", False)):
        shown = [one for one in found.agreements if one.binds is binds]
        if not shown:
            continue
        names = ("contract", "through", "pays", "to") if binds else ("contract", "status", "pays", "to")
        figures_ = ("at least", "at most", "promised", "delivered", "due", "paid", "left")
        rows = [
            tuple(_row(found, one, owed, first=n == 0))
            for one in shown
            for n, owed in enumerate(one.obligations or (None,))
        ]
        parts += [Text(), _grid(title, names, figures_ if binds else figures_[:3], rows)]
    return [*parts, Text(), _totals(found, "BY STATUS", found.total_by_status())]


def _row(found: Commitments, one: Agreement, owed: Obligation | None, *, first: bool) -> Iterable[str]:
    """The cells of one line; of a further payer under the same contract without what is the contract's."""
    yield one.contract if first else ""
    if not first:
        yield ""
    else:
        yield figures.day(one.until - timedelta(days=1)) if one.binds else one.status
    yield from (owed.payer, owed.payee) if owed is not None else (UNKNOWN, UNKNOWN)
    yield _money(found, owed.least_minor if owed is not None else None)
    yield _most(found, owed.most_minor) if owed is not None else UNKNOWN
    yield _promises(one) if first else ""
    if not one.binds:
        return
    yield _sizes(one.delivered_chips, one.delivered_mw) if first else ""
    for amount in (owed.due_minor, owed.paid_minor, owed.left_minor) if owed is not None else (None, None, None):
        yield _money(found, amount)


def _promises(one: Agreement) -> str:
    return _sizes(one.chips, one.power_mw)


def _sizes(chips: Decimal | None, power_mw: Decimal | None) -> str:
    told = [f"{chips:,.0f} chips"] if chips is not None else []
    told += [f"{power_mw:,.0f} MW"] if power_mw is not None else []
    return ", ".join(told) or UNKNOWN


def _totals(found: Commitments, title: str, totals: Sequence[Total]) -> Table:
    named = ("at least", "at most", "of it on notice", "due", "paid", "left", "to come")
    rows = [
        (
            one.name, _money(found, one.least_minor), _most(found, one.most_minor),
            _money(found, one.on_notice_minor or None), _money(found, one.due_minor), _money(found, one.paid_minor),
            _money(found, one.left_minor), _money(found, one.to_come_minor),
        )
        for one in totals
    ]  # fmt: skip
    return _grid(title, ("",), named, rows)


def _years(found: Commitments, each_clause: bool) -> list[RenderableType]:
    """The least that is due, by party and contract, or by clause; and what may be called for on notice, apart."""
    names = ("pays", "to", "clause", "for") if each_clause else ("pays", "contract")

    def key(one: MinimumDue) -> str:
        of = (one.payee, one.clause, one.what) if each_clause else (one.contract,)
        return "\n".join((one.payer, *of))

    lines, sums = found.by_year(key), found.by_year(lambda one: one.payer)
    rows = []
    for payer, total in sums.items():
        mine = [name for name in lines if name.split("\n")[0] == payer]
        rows += [(*name.split("\n"), *_cells(found, lines[name])) for name in mine]
        rows.append((payer, *("",) * (len(names) - 2), "all", *_cells(found, total)))
    grid = _grid("THE LEAST THAT IS DUE IF NOTHING IS USED, BY YEAR", names, (*_heads(found), "total"), rows)
    parts: list[RenderableType] = [Text(), grid if sums else Text("nothing is due if nothing is used")]
    if found.year_begins > 1:
        begins = figures.MONTHS[found.year_begins - 1]
        parts.append(Text(f"years begin in {begins} and are named by the calendar year in which they end", "dim"))
    notice = [
        f"{owed.payer} to {owed.payee} under {one.contract}: {_money(found, owed.on_notice_minor)}"
        for one in found.agreements if one.binds for owed in one.obligations if owed.on_notice_minor
    ]  # fmt: skip
    if notice:
        parts.append(Text("Apart, since it is due only when it is called for: " + "; ".join(notice)))
    return parts


def _heads(found: Commitments) -> list[str]:
    """What each year is called, and what comes after them."""
    begun = found.since.month != found.year_begins
    years = [f"rest of {year}" if begun and n == 0 else f"{year}" for n, year in enumerate(found.first_years)]
    return [*years, "thereafter"]


def _cells(found: Commitments, line: tuple[list[int], int]) -> list[str]:
    years, after = line
    return [_money(found, amount) if amount else UNKNOWN for amount in (*years, after, sum(years) + after)]


def _remarks(found: Commitments) -> list[RenderableType]:
    """What stands beside the figures; what was paid under no contract that can be told."""
    lines = [f"{one.contract}: {remark}" for one in found.agreements for remark in one.remarks]
    if found.unassigned_minor:
        money = Money(found.unassigned_minor, found.currency)
        lines.append(f"{money} were paid under no contract that can be told; name it in the facts, as `contract`")
    if not lines:
        return []
    return [Text(), Text("BESIDE THE FIGURES", "bold cyan"), *(Text(line) for line in lines)]


def _grid(title: str, names: Sequence[str], amounts: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Names to the left and amounts to the right, never cut; without the amounts that no row tells."""
    grid = Table(title=title, title_justify="left", title_style="bold cyan", box=None, pad_edge=False)
    told = [n for n in range(len(names), len(names) + len(amounts)) if any(row[n] not in ("", UNKNOWN) for row in rows)]
    for name in names:
        grid.add_column(name, no_wrap=True)
    for n in told:
        grid.add_column(amounts[n - len(names)], justify="right", no_wrap=True)
    for row in rows:
        cells = (*row[: len(names)], *(row[n] for n in told))
        grid.add_row(*cells, style="bold" if "all" in row[: len(names)] else None)
    return grid


def show(found: Commitments, by: str | None = None) -> None:
    """Print the tables, as wide as the widest of them where the terminal is narrower: no amount is ever cut."""
    console = Console(highlight=False)
    shown = tables(found, by)
    widths = [
        Measurement.get(console, console.options.update(max_width=WIDEST), part).maximum
        for part in shown.renderables if isinstance(part, Table)
    ]  # fmt: skip
    Console(highlight=False, width=max(console.width, *widths, 0)).print(shown)


def _money(found: Commitments, minor: int | None) -> str:
    main, largest = (
        10 ** minor_digits(found.currency),
        max((one.least_minor for one in found.total_by_status()), default=0),
    )
    return UNKNOWN if minor is None else figures.money(minor / main, largest / main)


def _most(found: Commitments, minor: int | None) -> str:
    return "no bound" if minor is None else _money(found, minor)


def write_picture(found: Commitments, path: Path) -> None:
    """Write the least that is due as bars by year, a part for each contract (SVG). Raises OutputError."""
    import altair as alt
    import vl_convert

    from gigawatt.report.charts import COLOURS, GREY

    lines = found.by_year(lambda one: one.contract)
    largest = sorted(lines, key=lambda name: -sum(lines[name][0]) - lines[name][1])
    parts = [*largest[: len(COLOURS)], *(["others"] if len(largest) > len(COLOURS) else [])]
    years, minor = _heads(found), 10 ** minor_digits(found.currency)
    rows = [
        {"year": year, "contract": name if name in parts else "others", "amount": amount / minor}
        for name, (each, after) in lines.items() for year, amount in zip(years, (*each, after), strict=True)
    ]  # fmt: skip
    scale = alt.Scale(domain=parts, range=[*COLOURS[: len(parts)], GREY][: len(parts)])
    chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar()
        .encode(
            x=alt.X("year:N", sort=years, title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("sum(amount):Q", title=found.currency, axis=alt.Axis(labelExpr=LABEL)),
            color=alt.Color("contract:N", scale=scale, sort=parts, title=None),
        )
        .properties(
            width=620,
            height=320,
            title=f"Due at least if nothing is used, {found.programme}, at the end of {found.as_of}",
        )
    )
    try:
        path.write_text(vl_convert.vegalite_to_svg(chart.to_dict()), encoding="utf-8")
    except OSError as fault:
        raise OutputError(f"cannot write {path}: {fault.strerror}; give another --picture") from fault
