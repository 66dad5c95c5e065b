"""The command that settles: who owes whom for what happened, month by month and clause by clause."""

from __future__ import annotations

import contextlib
import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gigawatt.commands.contracts import plain, table
from gigawatt.commands.telling import CALLED_WRONGLY, LEFT_OPEN, AsJson, File, Quiet, day, progress_bar, told

if TYPE_CHECKING:
    from gigawatt.ledger.keeping import Kept
    from gigawatt.ledger.settling import Settlement
    from gigawatt.model.gathered import Gathered
    from gigawatt.model.programme import Programme

MOST_TRIES = 20
"""So often is it settled anew where others write to the book meanwhile."""
FactFiles = Annotated[
    list[str] | None,
    typer.Option("--facts", metavar="[KIND=]FILE", help="What happened: CSV, Parquet, JSON lines; repeatable."),
]
Bills = Annotated[
    list[str] | None,
    typer.Option("--focus", metavar="MAP=FILE", help="A provider's bill in FOCUS, by a map (YAML); repeatable."),
]


def settle(
    file: File,
    through: Annotated[str, typer.Option("--through", metavar="MONTH", help="Settle through this month, as 2026-10.")],
    facts: FactFiles = None,
    focus: Bills = None,
    book: Annotated[
        str | None, typer.Option("--book", metavar="PATH|URL", help="Keep it in a book, made where there is none.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DAY", help="Contracts as known on this day; the file's if absent.")
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Who owes whom for what happened: the postings of every clause, month by month, from files of facts.

    With a book the facts of earlier runs count too, and all is kept in it: entries in the books of both parties,
    corrections of what it had, what accrues, payments. To settle again what is settled changes nothing.
    """
    if not facts and not focus and book is None:
        typer.echo("error: there is nothing to settle from; give --facts, --focus or --book, see --help", err=True)
        raise typer.Exit(CALLED_WRONGLY)
    with told(as_json), progress_bar(quiet) as tell, ExitStack() as closing:
        from gigawatt.app import load
        from gigawatt.books import open_book, read_facts, settled, settled_into
        from gigawatt.errors import Overtaken

        programme, known = load(file), day(as_of)
        tell("reading", "facts", None)
        opened = None
        if book is not None:
            opened = closing.enter_context(contextlib.closing(open_book(book, programme)))
        for left in reversed(range(MOST_TRIES)):
            gathered = read_facts(programme, *(facts or ()), bills=focus or (), book=opened)
            tell("settling", f"through {through}", None)
            found = settled(programme, gathered.facts, through, as_of=known)
            try:
                kept = settled_into(opened, programme, gathered, found, tell, known) if opened is not None else None
                break
            except Overtaken:
                if not left:
                    raise
                tell("settling again", "another wrote to the book", None)
    if as_json:
        typer.echo(json.dumps(_document(programme, gathered, found, kept), indent=1, ensure_ascii=False))
    else:
        _tell(programme, gathered, found, kept)
    if found.failures:
        raise typer.Exit(LEFT_OPEN)


def _document(programme: Programme, gathered: Gathered, found: Settlement, kept: Kept | None) -> dict[str, Any]:
    """What is settled, as JSON has it; amounts in main units as text, and in whole minor units."""
    from gigawatt.ledger.lines import exact
    from gigawatt.values.money import Money

    return {
        "programme": programme.programme,
        "currency": programme.currency,
        "months": list(found.months),
        "postings": [
            {
                **plain(one),
                "amount": str(Money(one.amount_minor, programme.currency).to_decimal()),
                **{name: exact(getattr(one, name)) or None for name in ("quantity", "rate")},
            }
            for one in found.postings
        ],
        **({"book": plain(kept)} if kept is not None else {}),
        "open": [plain(failure) for failure in found.failures],
        "facts": {
            "rows": dict(gathered.rows),
            "repeats": dict(gathered.repeats),
            "sources": plain(gathered.sources),
            "unmapped": plain(gathered.unmapped),
        },
    }


def _tell(programme: Programme, gathered: Gathered, found: Settlement, kept: Kept | None) -> None:
    from gigawatt.values.money import Money

    rows = ", ".join(f"{count:,} of {kind}" for kind, count in gathered.rows.items() if count)
    typer.echo(f"{programme.programme}: read {rows or 'no rows'}")
    for kind, count in gathered.repeats.items():
        typer.echo(f"  {count:,} of {kind} only repeat another row, and count once")
    for left in gathered.unmapped:
        costs = " and ".join(f"{cost:,f} {currency}".rstrip() for currency, cost in left.cost.items())
        typer.echo(f"  {left.file}: {left.rows:,} rows, {costs}: {left.why}")
    if found.months:
        typer.echo(f"settled {found.months[0]} through {found.months[-1]}: {len(found.postings):,} postings\n")
    if found.postings:
        table(("month", "clause", "for", "owes", "whom", "amount", "quantity"), [
            (one.month, one.by, one.what, one.payer, one.payee, str(Money(one.amount_minor, programme.currency)),
             f"{float(one.quantity):,.3f} {one.unit}" if one.quantity is not None else "")
            for one in sorted(found.postings, key=lambda one: (one.month, one.by))
        ])  # fmt: skip
    if kept is not None:
        corrections = f", {kept.corrections:,} of them credit notes" if kept.corrections else ""
        typer.echo(f"\nto the book: {kept.facts:,} facts, {kept.entries:,} entries{corrections}")
        if kept.late and kept.entries:
            late = f"{kept.late[0]} through {kept.late[-1]}" if len(kept.late) > 1 else kept.late[0]
            typer.echo(f"{late} take no entries any more: what came late stands in the next month that does")
    for failure in found.failures:
        typer.echo(f"\nerror: {failure}", err=True)
