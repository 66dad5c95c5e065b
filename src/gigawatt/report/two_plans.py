"""Two plans side by side, as words, as a table on the terminal, and as a picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import altair as alt
import polars as pl
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gigawatt.errors import OutputError
from gigawatt.model.comparison import ASPECTS, Comparison
from gigawatt.report import figures
from gigawatt.values.ids import listed

MOST_ROWS = 12
TITLES = {
    "decision": "DECISIONS", "party": "CASH BY PARTY", "clause": "PAID BY CLAUSE", "site": "POWER USED BY SITE",
    "pool": "USE BY POOL", "workload": "NOT SERVED", "year": "CASH OF THOSE WHO DECIDE, BY YEAR",
}  # fmt: skip


def words(comparison: Comparison) -> Iterator[str]:
    """The difference in a few sentences; one where there is none."""
    if comparison.differences.is_empty():
        yield "The two plans are the same."
        return
    for row in comparison.of("decision").iter_rows(named=True):
        if not row["unit"]:
            doer, other = ("second", "first") if row["second"] else ("first", "second")
            yield f"The {doer} plan decides to {row['name']}, the {other} does not."
    yield _worth_more(comparison)
    years = comparison.of("year")
    if not years.is_empty():
        more = float(years["difference"].sum())
        side = "more" if more > 0 else "less"
        amount = f"{figures.money(abs(more))} {comparison.currency}"
        yield f"Those who decide have {amount} {side} in the second plan, undiscounted."
    clauses = list(comparison.of("clause").head(3).iter_rows(named=True))
    if clauses:
        changes = [f"{row['name']} ({_signed(row['difference'], row['unit'])})" for row in clauses]
        yield f"Most of the change in what is paid is under {listed(changes)}."


def _worth_more(comparison: Comparison) -> str:
    """Which plan is the better one, by what a plan maximises, as far as both are proven."""
    least, most = comparison.worth_more
    if least <= 0 <= most:
        return "Which of the two is worth more cannot be told, as far as they are proven to be the best."
    more, side = ((least, most), "more") if least > 0 else ((-most, -least), "less")
    amounts = " to ".join(dict.fromkeys(figures.money(amount) for amount in more))
    return (
        f"The second plan is worth {amounts} {comparison.currency} {side}, discounted, with what is not served counted."
    )


def table(comparison: Comparison) -> RenderableType:
    """The terms where offers are compared; a table for each aspect in which the plans differ, the largest first."""
    parts: list[RenderableType] = [Text(f"First: {comparison.first}. Second: {comparison.second}.", "dim")]
    parts += [Text(sentence) for sentence in words(comparison)]
    if not comparison.terms.is_empty():
        parts += [Text(), _terms(comparison)]
    for aspect in ASPECTS:
        rows = comparison.of(aspect)
        if rows.is_empty():
            continue
        grid = Table(title=TITLES[aspect], title_justify="left", title_style="bold cyan", box=None, pad_edge=False)
        grid.add_column("")
        for name in ("first", "second", "difference"):
            grid.add_column(name, justify="right")
        shown = rows.sort("name") if aspect == "year" else rows.head(MOST_ROWS)
        for row in shown.iter_rows(named=True):
            cells = (_amount(row[name], row["unit"]) for name in ("first", "second"))
            grid.add_row(Text(row["name"]), *cells, _signed(row["difference"], row["unit"]))
        parts += [Text(), grid]
        if len(rows) > len(shown):
            parts.append(Text(f"and {len(rows) - len(shown)} more; --json has them all", "dim"))
    return Group(*parts)


def _terms(comparison: Comparison) -> Table:
    """What two offers say, side by side."""
    grid = Table(title="TERMS", title_justify="left", title_style="bold cyan", box=None, pad_edge=False)
    for name in ("", "", "first", "second"):
        grid.add_column(name, overflow="fold")
    told = ""
    for row in comparison.terms.iter_rows(named=True):
        clause = row["clause"] if row["clause"] != told else ""
        told = row["clause"]
        grid.add_row(Text(clause), Text(row["term"]), *(Text(row[name] or "–") for name in ("first", "second")))
    return grid


def _amount(value: float, unit: str) -> str:
    if not unit:
        return "yes" if value else "no"
    return figures.power(value) if unit == "MW" else f"{figures.money(value)} {figures.unit_name(unit)}"


def _signed(value: float, unit: str) -> str:
    if not unit:
        return ""
    return f"{'+' if value > 0 else figures.MINUS}{_amount(abs(value), unit)}"


def write_picture(comparison: Comparison, path: Path) -> None:
    """Write the differences in money, by party and by clause, as bars (SVG). Raises OutputError."""
    import vl_convert

    rows = pl.concat([comparison.of("party"), comparison.of("clause").head(MOST_ROWS)])
    chart = (
        alt.Chart(alt.InlineData(values=list(rows.select("aspect", "name", "difference").iter_rows(named=True))))
        .mark_bar(height=14, cornerRadius=2)
        .encode(
            x=alt.X("difference:Q", title=f"second less first, {comparison.currency}", axis=alt.Axis(format="~s")),
            y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=280)),
            color=alt.condition("datum.difference < 0", alt.value("#b4552d"), alt.value("#2d6fb4")),
            row=alt.Row("aspect:N", title=None, sort=list(ASPECTS), header=alt.Header(labelAngle=0, labelAlign="left")),
        )
        .properties(width=520, title=f"{comparison.first}  →  {comparison.second}")
        .resolve_scale(y="independent")
    )
    try:
        path.write_text(vl_convert.vegalite_to_svg(chart.to_dict()), encoding="utf-8")
    except OSError as fault:
        raise OutputError(f"cannot write {path}: {fault.strerror}; give another --picture") from fault
