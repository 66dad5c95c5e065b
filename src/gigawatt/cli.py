"""The command `gigawatt` (short: `gw`).

Exit codes: 0 done; 1 the programme has faults, or there is no plan; 2 the command was called wrongly; 3 the answer
could not be written; 4 there is a plan, not proven best; 5 months stay open, since a clause could not be settled; 130
interrupted before there was an answer. Of `may`: 0 allowed, 10 offer it first, 11 referred to people, 12 denied.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from gigawatt import __version__
from gigawatt.commands import (
    booking,
    comparing,
    contracts,
    explaining,
    exporting,
    metering,
    obligations,
    planning,
    settling,
    stating,
    sweeping,
)
from gigawatt.commands.throughput import throughput
from gigawatt.commands.worth import worth

app = typer.Typer(
    name="gigawatt",
    help="Plan, gate and settle an AI compute programme from the contracts behind it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
PANELS: dict[str, tuple[Callable[..., None], ...]] = {
    "The programme": (planning.check, planning.plan, explaining.explain, planning.schema, planning.init),
    "What if": (worth, comparing.compare, sweeping.sweep),
    "Its chips": (throughput,),
    "Its contracts": (contracts.may, contracts.clauses, contracts.clause, contracts.due),
    "Its money": (settling.settle, stating.statement, obligations.commitments, metering.meter),
}
app.command(rich_help_panel="Its books")(exporting.export)
app.add_typer(booking.book, rich_help_panel="Its books")
for panel, commands in PANELS.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gigawatt {__version__}")
        raise typer.Exit()


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command."""
    app()
