"""The command that sets two plans side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from gigawatt.commands.telling import AsJson, told

First = Annotated[Path, typer.Argument(help="A folder to which a plan was written.", show_default=False)]
Second = Annotated[Path, typer.Argument(help="A folder with another.", show_default=False)]


def compare(
    first: First,
    second: Second,
    picture: Annotated[
        Path | None, typer.Option(help="Also write the differences in money as a picture (SVG).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What differs between two plans, by decision, party, clause, site, pool, workload and year."""
    with told(as_json):
        from gigawatt.app import compared, compared_picture

        found = compared(first, second)
        if picture is not None:
            compared_picture(found, picture)
    if as_json:
        typer.echo(json.dumps(found.as_dict(), indent=1, ensure_ascii=False))
        return
    from rich.console import Console

    from gigawatt.report.two_plans import table

    Console(highlight=False).print(table(found))
    if picture is not None:
        typer.echo(f"\nwritten to {picture}")
