"""The command that writes a book for other programs."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gigawatt.commands.booking import Place, opened
from gigawatt.commands.telling import AsJson


class Form(StrEnum):
    """What a book is written as."""

    FOCUS = "focus"
    BEANCOUNT = "beancount"
    HLEDGER = "hledger"


THINGS = {Form.FOCUS: "rows", Form.BEANCOUNT: "entries", Form.HLEDGER: "entries"}


def export(
    form: Annotated[Form, typer.Argument(help="As what: FOCUS tables, Beancount or hledger text.", show_default=False)],
    place: Place,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where to write; it is made if need be.")],
    party: Annotated[
        str, typer.Option(metavar="PARTY", help="This party's own books alone; FOCUS needs it: the buyer.")
    ] = "",
    period: Annotated[str, typer.Option(metavar="MONTH", help="Only this month, as 2026-10.")] = "",
    chart: Annotated[Path | None, typer.Option(metavar="FILE", help="The company's own chart of accounts.")] = None,
    programme: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The programme, for what it is committed to (FOCUS).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a book for other programs: FOCUS, Beancount or hledger, each entry with its clause."""
    with opened(str(place), as_json) as book:
        from gigawatt.app import load
        from gigawatt.books import export_book

        read = load(programme) if programme is not None else None
        done = export_book(book, form.value, out, party=party, period=period, chart=chart, programme=read)
    if as_json:
        files = [{"file": str(path), THINGS[form]: count} for path, count in done.files.items()]
        typer.echo(json.dumps({"files": files, "left_out": done.left_out}, indent=1, ensure_ascii=False))
        return
    for path, count in done.files.items():
        typer.echo(f"{path}: {count:,} {THINGS[form]}")
    for why, count in sorted(done.left_out.items()):
        typer.echo(f"  left out, since each is {why}: {count:,}")
