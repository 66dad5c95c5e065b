"""The command that tells commitments: announced, signed, delivered, paid; and the least that is due by year."""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from gigawatt.commands.settling import Bills, FactFiles
from gigawatt.commands.telling import AsJson, File, day, told


class By(Enum):
    """What is told: each contract, each party that pays, or each clause by year."""

    CONTRACT = "contract"
    PARTY = "party"
    YEAR = "year"


def commitments(
    file: File,
    facts: FactFiles = None,
    focus: Bills = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DAY", help="At the end of this day: the file's `as_of` if absent.")
    ] = None,
    by: Annotated[
        By | None, typer.Option("--by", help="Only this: by contract, by party, or by clause and year.")
    ] = None,
    year_begins: Annotated[
        int, typer.Option("--year-begins", metavar="MONTH", min=1, max=12, help="Month in which a fiscal year begins.")
    ] = 1,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Also write the least that is due as CSV.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="Also write the least that is due by year as a picture (SVG).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What is announced, signed, delivered, paid, by contract; and the least that is due by year if nothing is used."""
    with told(as_json):
        from gigawatt.app import load
        from gigawatt.books import commitments as reckoned
        from gigawatt.books import minimum_picture, read_facts, write_minimum

        programme = load(file)
        known = read_facts(programme, *(facts or ()), bills=focus or ()).facts if facts or focus else None
        found = reckoned(programme, known, as_of=day(as_of), year_begins=year_begins)
        if csv is not None:
            write_minimum(found, csv)
        if picture is not None:
            minimum_picture(found, picture)
    if as_json:
        typer.echo(json.dumps(found.as_dict(), indent=1, ensure_ascii=False))
        return
    from gigawatt.report.obligations import show

    show(found, by.value if by is not None else None)
    for written in (csv, picture):
        if written is not None:
            typer.echo(f"\nwritten to {written}")
