"""The command that states an account: what stood between two parties in a month, line by line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gigawatt.commands.booking import Period, opened
from gigawatt.commands.contracts import plain, table
from gigawatt.commands.telling import CALLED_WRONGLY, AsJson

if TYPE_CHECKING:
    from gigawatt.model.statement import Statement, StatementLine


def statement(
    book: Annotated[
        str, typer.Option("--book", metavar="PATH|URL", help="The book: a file, or a PostgreSQL database.")
    ],
    between: Annotated[tuple[str, str], typer.Option("--between", metavar="PARTY PARTY", help="The two parties.")],
    period: Period,
    as_html: Annotated[bool, typer.Option("--html", help="A page to print.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="The lines as CSV.")] = False,
    as_json: AsJson = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it there.")] = None,
) -> None:
    """State what two parties owe each other: opening and closing balance, each line with its clause and facts."""
    if as_html + as_csv + as_json > 1:
        typer.echo("error: give one of --html, --csv and --json", err=True)
        raise typer.Exit(CALLED_WRONGLY)
    if out is not None and not as_html + as_csv + as_json:
        typer.echo("error: --out is for --html, --csv or --json; give one of them", err=True)
        raise typer.Exit(CALLED_WRONGLY)
    with opened(book, as_json) as found:
        from gigawatt.books import stated
        from gigawatt.report.shell import write

        made = stated(found, *between, period)
        if not as_html + as_csv + as_json:
            _tell(made)
            return
        text = _page(made) if as_html else _csv(made) if as_csv else _json(made)
        if out is None:
            typer.echo(text, nl=False)
        else:
            write(text, out)


def _page(found: Statement) -> str:
    from gigawatt.report.statement_page import render

    return render(found)


def _json(found: Statement) -> str:
    told = plain(found) | {"closing_minor": found.closing_minor, "accrued_minor": found.accrued_minor}
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def _csv(found: Statement) -> str:
    """Balances, lines and accruals, each row saying which it is; amounts in main units."""
    from gigawatt.model.statement import StatementLine
    from gigawatt.values.money import Money

    def row(kind: str, minor: int, **told: object) -> dict[str, object]:
        amount = Money(minor, found.currency).to_decimal()
        return {"row": kind, **told, "amount": amount, "currency": found.currency}

    def lines(kind: str, told: Iterable[StatementLine]) -> list[dict[str, object]]:
        return [row(kind, one.amount_minor, **{**plain(one), "facts": " ".join(one.facts)}) for one in told]

    text = io.StringIO()
    names = [field.name for field in fields(StatementLine) if field.name != "amount_minor"]
    writer = csv.DictWriter(text, ("row", *names, "amount", "currency"), extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerow(row("opening", found.opening_minor))
    writer.writerows(lines("line", found.lines))
    writer.writerow(row("closing", found.closing_minor))
    writer.writerows(lines("accrued", found.accrued))
    return text.getvalue()


def _tell(found: Statement) -> None:
    from gigawatt.report.statement_page import amount, left_cells, quantity

    first, second, currency = found.first, found.second, found.currency
    typer.echo(f"{found.programme} {found.period}, {found.state}: what {first} owes {second}, {currency}")
    if found.kept_open:
        typer.echo(f"kept open: {found.kept_open}")
    rows = [("", "opening balance", "", "", "", amount(found.opening_minor, currency))]
    rows += [
        (f"{one.day}", f"{'credit note: ' if one.refers else ''}{one.what}", one.of_month, one.clause or one.contract,
         quantity(one.quantity), amount(one.amount_minor, currency))
        for one in found.lines
    ]  # fmt: skip
    rows.append(("", "closing balance", "", "", "", amount(found.closing_minor, currency)))
    rows += [
        (f"{one.day}", one.what, one.of_month, one.clause, quantity(one.quantity), amount(one.amount_minor, currency))
        for one in found.accrued
    ]  # fmt: skip
    table(("day", "for", "of month", "clause", "quantity", "amount"), rows)
    if found.left:
        typer.echo("\nleft at the period's end")
        table(("clause", "of", "until", "whole", "used", "left", "money held"), [
            left_cells(one, currency) for one in found.left
        ])  # fmt: skip
