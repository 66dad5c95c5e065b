"""The command that says what each clause is worth, and to whom."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gigawatt.commands.changing import Event, Set, Without, changed
from gigawatt.commands.planning import writable
from gigawatt.commands.telling import AsJson, File, Quiet, day, progress_bar, told
from gigawatt.errors import GigawattError

Clauses = Annotated[
    list[str] | None,
    typer.Option("--clauses", metavar="CLAUSE,...", help="Which, as contract/clause; all that bind if absent."),
]
Share = Annotated[
    bool | None,
    typer.Option("--shares/--no-shares", help="Split what they are worth together; by default of at most ten clauses."),
]


def worth(
    file: File,
    clauses: Clauses = None,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="DAY", help="Contracts as known on this day.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for worth.json, worth.html and tornado.svg.")
    ] = None,
    relax: Annotated[
        bool, typer.Option("--relax", help="Relaxed plans alone: seconds where whole ones take minutes.")
    ] = False,
    budget: Annotated[float, typer.Option(help="Seconds for all whole plans together.", min=0.1)] = 120.0,
    shares: Share = None,
    settings: Set = None,
    without: Without = None,
    event: Event = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """What is each clause worth, to whom, and is there a price at which both sides are better off without it?"""
    if out is not None:
        writable(out)
    with told(as_json), progress_bar(quiet or as_json) as tell:
        tell("reading", str(file), None)
        from gigawatt.app import load, write_worth
        from gigawatt.app import worth as find

        programme = changed(load(file), settings, without, event)
        names = list(dict.fromkeys(name.strip() for each in clauses or () for name in each.split(",") if name.strip()))
        if clauses and not names:
            raise GigawattError("--clauses names none; write --clauses azure/rate,azure/commit, or leave it out")
        found = find(programme, names, as_of=day(as_of), relax=relax, budget_seconds=budget, shares=shares, tell=tell)
        if out is not None:
            write_worth(found, out, str(file))
    if as_json:
        typer.echo(json.dumps(found.as_dict(), indent=1, ensure_ascii=False))
        return
    from rich.console import Console

    from gigawatt.report.worth_words import table

    Console(highlight=False).print(table(found))
    if out is not None:
        typer.echo(f"\nwritten to {out}; open {out / 'worth.html'}")
