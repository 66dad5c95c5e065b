"""The command that sets two plans side by side, or two offers of a programme."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gigawatt.commands.changing import Event, Set, Without, changed
from gigawatt.commands.telling import NOT_PROVEN, AsJson, Quiet, day, progress_bar, told

if TYPE_CHECKING:
    from gigawatt.model.comparison import Comparison

First = Annotated[
    str, typer.Argument(help="A folder to which a plan was written; an offer, with --offers-of.", show_default=False)
]
Second = Annotated[str, typer.Argument(help="Another.", show_default=False)]
OffersOf = Annotated[
    Path | None, typer.Option("--offers-of", metavar="FILE", help="Compare two offers of this programme, not folders.")
]


def compare(
    first: First,
    second: Second,
    offers_of: OffersOf = None,
    settings: Set = None,
    without: Without = None,
    event: Event = None,
    relax: Annotated[bool, typer.Option("--relax", help="Take whole phases and offers in fractions (fast).")] = False,
    gap: Annotated[float | None, typer.Option(help="Relative gap at which to stop.", min=0.0)] = None,
    budget: Annotated[float, typer.Option(help="Seconds for each plan of an offer.", min=0.1)] = 60.0,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="DAY", help="Contracts as known on this day.")] = None,
    picture: Annotated[
        Path | None, typer.Option(help="Also write the differences in money as a picture (SVG).")
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """What differs between two plans, or two offers, by decision, party, clause, site, pool, workload and year.

    With --offers-of FILE the programme is planned twice, the first offer signed and the second refused, and the other
    way round. What if, gap, budget and day are for these plans; those in folders are made already.
    """
    if offers_of is None and (settings or without or event or relax or gap is not None or as_of):
        raise typer.BadParameter("plans in folders are made already; name the programme by --offers-of FILE")
    with told(as_json), progress_bar(quiet or as_json) as tell:
        from gigawatt.app import compared, compared_picture, load, offers_compared

        if offers_of is None:
            found = compared(first, second)
        else:
            tell("reading", str(offers_of), None)
            programme = changed(load(offers_of), settings, without, event)
            options = {"relax": relax, "gap": gap, "budget_seconds": budget, "as_of": day(as_of), "tell": tell}
            found = offers_compared(programme, first, second, **options)
        if picture is not None:
            compared_picture(found, picture)
    _tell(found, picture, as_json)
    if offers_of is not None and not found.proven:
        raise typer.Exit(NOT_PROVEN)


def _tell(found: Comparison, picture: Path | None, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(found.as_dict(), indent=1, ensure_ascii=False))
        return
    from rich.console import Console

    from gigawatt.report.two_plans import table

    Console(highlight=False).print(table(found))
    if picture is not None:
        typer.echo(f"\nwritten to {picture}")
