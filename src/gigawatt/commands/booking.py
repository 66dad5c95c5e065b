"""The book of a programme: verify it, its balances and journal, and the life of its periods."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gigawatt.commands.contracts import plain
from gigawatt.commands.contracts import table as _table
from gigawatt.commands.telling import FAULTS, AsJson, told

if TYPE_CHECKING:
    from gigawatt.ledger.book import Book

book = typer.Typer(name="book", help="The book: verify, balances, journal, periods.", no_args_is_help=True)

Place = Annotated[str, typer.Option("--book", metavar="PATH|URL", help="The book: a file, or a PostgreSQL database.")]
Period = Annotated[str, typer.Option("--period", metavar="MONTH", help="The period: 2026-10.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it; it is recorded.")]


@contextmanager
def opened(place: str, as_json: bool) -> Iterator[Book]:
    """The book of a place, and its errors as sentences."""
    with told(as_json):
        from gigawatt.books import open_book

        found = open_book(place)
        try:
            yield found
        finally:
            found.close()


@book.command()
def verify(
    place: Place,
    head: Annotated[str, typer.Option(help="A head that was noted before: it must be in the book still.")] = "",
    as_json: AsJson = False,
) -> None:
    """Recompute the chain, every rule and every balance, and tell whatever is not as the book wrote it."""
    with opened(place, as_json) as found:
        from gigawatt.books import verify_book

        answer = verify_book(found, head)
    if as_json:
        typer.echo(json.dumps(plain(answer), indent=1, ensure_ascii=False))
    else:
        for finding in answer.findings:
            typer.echo(f"{finding.place}: {finding.what}")
        verdict = f"{len(answer.findings)} findings" if answer.findings else "sound"
        typer.echo(f"{answer.records} records, {answer.entries} entries: {verdict}\nhead {answer.head}")
    if answer.findings:
        raise typer.Exit(FAULTS)


@book.command()
def balance(place: Place, as_json: AsJson = False) -> None:
    """Every account with its debits, credits and balance, and what is pending."""
    with opened(place, as_json) as found:
        amount = _money(found.identity.currency)
        rows = [
            (account, amount(debits), amount(credits), amount(debits - credits), amount(due), amount(owed))
            for account, (debits, credits, due, owed) in sorted(found.balances().items())
        ]
    names = ("account", "debits", "credits", "balance", "pending debits", "pending credits")
    _tell(names, rows, as_json)


@book.command()
def journal(
    place: Place,
    period: Annotated[str, typer.Option(metavar="MONTH", help="Only this period.")] = "",
    account: Annotated[str, typer.Option(help="Only entries of this account.")] = "",
    as_json: AsJson = False,
) -> None:
    """Every entry in the order in which it was taken."""
    with opened(place, as_json) as found:
        amount = _money(found.identity.currency)
        names = ("seq", "id", "act", "period", "day", "debit", "credit", "amount", "clause", "what")
        rows = [
            tuple(str(row[name]) if name != "amount" else amount(row["amount_minor"]) for name in names)
            for row in found.entries()
            if (not period or row["period"] == period) and (not account or account in (row["debit"], row["credit"]))
        ]
    _tell(names, rows, as_json)


@book.command()
def periods(place: Place, as_json: AsJson = False) -> None:
    """Every period: open, draft, approved or closed, by whom, and why it is kept open."""
    with opened(place, as_json) as found:
        rows = [(one.period, one.state, one.preparer, one.approver, one.closer, one.why) for one in found.periods()]
    _tell(("period", "state", "prepared by", "approved by", "closed by", "why"), rows, as_json)


@book.command()
def draft(place: Place, period: Period, by: By, as_json: AsJson = False) -> None:
    """Offer a period for approval: nothing is posted to it from now on."""
    _act(place, as_json, lambda found: found.draft(period, by))


@book.command()
def approve(place: Place, period: Period, by: By, as_json: AsJson = False) -> None:
    """Approve a draft; not by who prepared it."""
    _act(place, as_json, lambda found: found.approve(period, by))


@book.command()
def close(place: Place, period: Period, by: By, as_json: AsJson = False) -> None:
    """Close an approved period for good."""
    _act(place, as_json, lambda found: found.close_period(period, by))


@book.command("open")
def open_again(
    place: Place,
    period: Period,
    by: By,
    why: Annotated[str, typer.Option(help="Why; it is recorded.")] = "",
    as_json: AsJson = False,
) -> None:
    """Send a draft or an approved period back, or let go of what kept it open."""
    _act(place, as_json, lambda found: found.open_period(period, by, why))


def _act(place: str, as_json: bool, act: Callable[[Book], Any]) -> None:
    with opened(place, as_json) as found:
        standing = act(found)
    if as_json:
        typer.echo(json.dumps(plain(standing), indent=1, ensure_ascii=False))
    else:
        typer.echo(f"{standing.period} is {standing.state}")


def _tell(names: tuple[str, ...], rows: Sequence[tuple[str, ...]], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([dict(zip(names, row, strict=True)) for row in rows], indent=1, ensure_ascii=False))
    elif rows:
        _table(names, rows)
    else:
        typer.echo("nothing")


def _money(currency: str) -> Callable[[int], str]:
    from gigawatt.values.money import Money

    return lambda minor: str(Money(minor, currency).to_decimal())
