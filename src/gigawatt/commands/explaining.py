"""The command that says why: why there is no plan, why this is unserved, why this runs here and not there."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from gigawatt.commands.changing import Event, Set, Without, changed
from gigawatt.commands.telling import FAULTS, NOT_PROVEN, AsJson, File, Quiet, day, progress_bar, told


class Why(StrEnum):
    """Which of two questions is asked."""

    UNSERVED = "unserved"
    HERE = "here"


def explain(
    file: File,
    workload: Annotated[
        str | None, typer.Option("--workload", metavar="NAME", help="Of one workload, in full.")
    ] = None,
    month: Annotated[str | None, typer.Option("--month", metavar="MONTH", help="Of one month, as 2027-03.")] = None,
    pool: Annotated[str | None, typer.Option("--pool", metavar="NAME", help="Why not (more) on this pool.")] = None,
    why: Annotated[
        Why | None, typer.Option("--why", help="Only why some demand is unserved, or why work runs here and not there.")
    ] = None,
    relax: Annotated[bool, typer.Option("--relax", help="Take whole phases and offers in fractions (fast).")] = False,
    gap: Annotated[float | None, typer.Option(help="Relative gap at which to stop.", min=0.0)] = None,
    budget: Annotated[float, typer.Option(help="Seconds for the whole plan.", min=0.1)] = 60.0,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="DAY", help="Contracts as known on this day.")] = None,
    settings: Set = None,
    without: Without = None,
    event: Event = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Why there is no plan and what would mend it; or why demand is unserved, and work runs here and not there."""
    with told(as_json), progress_bar(quiet or as_json) as tell:
        tell("reading", str(file), None)
        from gigawatt.app import explain as find
        from gigawatt.app import load

        found = find(
            changed(load(file), settings, without, event),
            workload=workload,
            month=month,
            pool=pool,
            why=why.value if why is not None else None,
            relax=relax,
            gap=gap,
            budget_seconds=budget,
            as_of=day(as_of),
            tell=tell,
        )
    if as_json:
        typer.echo(json.dumps(found.as_dict(), indent=1, ensure_ascii=False))
    else:
        from rich.console import Console

        from gigawatt.report.explained import told_by

        Console(highlight=False).print(told_by(found))
    if found.conflict is not None:
        raise typer.Exit(FAULTS)
    if not found.optimal:
        raise typer.Exit(NOT_PROVEN)
