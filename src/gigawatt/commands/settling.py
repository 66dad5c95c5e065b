"""The command that settles: who owes whom for what happened, month by month and clause by clause."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gigawatt.commands.contracts import plain, table
from gigawatt.commands.telling import CALLED_WRONGLY, LEFT_OPEN, AsJson, File, Quiet, progress_bar, told

if TYPE_CHECKING:
    from gigawatt.ledger.settling import Settlement
    from gigawatt.model.gathered import Gathered
    from gigawatt.model.programme import Programme

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
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Who owes whom for what happened: the postings of every clause, month by month, from files of facts."""
    if not facts and not focus:
        typer.echo("error: there is nothing to settle from; give --facts or --focus, see --help", err=True)
        raise typer.Exit(CALLED_WRONGLY)
    with told(as_json), progress_bar(quiet) as tell:
        from gigawatt.app import load
        from gigawatt.books import read_facts, settled

        programme = load(file)
        tell("reading", "facts", None)
        gathered = read_facts(programme, *(facts or ()), bills=focus or ())
        tell("settling", f"through {through}", None)
        found = settled(programme, gathered.facts, through)
    if as_json:
        typer.echo(json.dumps(_document(programme, gathered, found), indent=1, ensure_ascii=False))
    else:
        _tell(programme, gathered, found)
    if found.failures:
        raise typer.Exit(LEFT_OPEN)


def _document(programme: Programme, gathered: Gathered, found: Settlement) -> dict[str, Any]:
    """What is settled, as JSON has it; amounts in main units as text, and in whole minor units."""
    from gigawatt.values.money import Money

    return {
        "programme": programme.programme,
        "currency": programme.currency,
        "months": list(found.months),
        "postings": [
            {
                **plain(one),
                "amount": str(Money(one.amount_minor, programme.currency).to_decimal()),
                **{name: exact(getattr(one, name)) for name in ("quantity", "rate")},
            }
            for one in found.postings
        ],
        "open": [plain(failure) for failure in found.failures],
        "facts": {
            "rows": dict(gathered.rows),
            "repeats": dict(gathered.repeats),
            "sources": plain(gathered.sources),
            "unmapped": plain(gathered.unmapped),
        },
    }


def exact(number: Fraction | None) -> str | None:
    """A number without rounding: `1000.125`, or `1/3` where no decimal is exact."""
    if number is None:
        return None
    for digits in range(31):
        scaled = number * 10**digits
        if scaled.denominator == 1:
            whole, rest = divmod(abs(scaled.numerator), 10**digits)
            return f"{'-' * (number < 0)}{whole}" + (f".{rest:0{digits}d}" if digits else "")
    return str(number)


def _tell(programme: Programme, gathered: Gathered, found: Settlement) -> None:
    from gigawatt.values.money import Money

    rows = ", ".join(f"{count:,} of {kind}" for kind, count in gathered.rows.items())
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
    for failure in found.failures:
        typer.echo(f"\nerror: {failure}", err=True)
