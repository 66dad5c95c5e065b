"""The command that plans every case of a grid."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gigawatt.commands.changing import Event, Without, changed, values_of
from gigawatt.commands.planning import writable
from gigawatt.commands.telling import AsJson, File, Quiet, day, progress_bar, told

Values = Annotated[
    list[str],
    typer.Option("--set", metavar="PATH=A,B,...", help="A value of the file, and what it is set to. Repeatable."),
]


def sweep(
    file: File,
    settings: Values,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for sweep.csv, and for each case as it is done.")],
    without: Without = None,
    event: Event = None,
    relax: Annotated[bool, typer.Option("--relax", help="Take whole phases and offers in fractions (fast).")] = False,
    gap: Annotated[float | None, typer.Option(help="Relative gap at which to stop.", min=0.0)] = None,
    budget: Annotated[float, typer.Option(help="Seconds for each plan.", min=0.1)] = 60.0,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="DAY", help="Contracts as known on this day.")] = None,
    workers: Annotated[int | None, typer.Option(help="How many at once; as many as there are cores.", min=1)] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Plan every case of a grid, in parallel. Stopped and run again, it goes on where it was."""
    writable(out)
    with told(as_json), progress_bar(quiet or as_json) as tell:
        from gigawatt.app import load, sweep_of

        programme = changed(load(file), None, without, event)
        found = sweep_of(
            programme,
            values_of(settings),
            out,
            relax=relax,
            gap=gap,
            budget_seconds=budget,
            as_of=day(as_of),
            workers=workers,
            tell=lambda known, of: tell("sweeping", f"{known} of {of} cases", known / of),
        )
    if as_json:
        typer.echo(json.dumps(list(found.iter_rows(named=True)), indent=1, ensure_ascii=False))
        return
    from rich.console import Console

    from gigawatt.report.grid import table

    Console(highlight=False).print(table(found, programme.currency))
    typer.echo(f"\nwritten to {out / 'sweep.csv'}")
