"""The command that makes facts up from a plan, as meters would have sent them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gigawatt.commands.contracts import table
from gigawatt.commands.planning import writable
from gigawatt.commands.telling import CALLED_WRONGLY, AsJson, File, Quiet, progress_bar, told

if TYPE_CHECKING:
    from gigawatt.sim.metering import Made


def meter(
    file: File,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the files of facts.", show_default=False)],
    plan: Annotated[
        Path | None, typer.Option("--plan", help="The folder of a plan that was made; else it is planned now.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The same seed makes the same facts.")] = 0,
    noise: Annotated[str, typer.Option("--noise", metavar="SHARE", help="How far Use is off at most.")] = "5 %",
    through: Annotated[
        str | None, typer.Option("--through", metavar="MONTH", help="The last month; of the horizon by default.")
    ] = None,
    daily: Annotated[bool, typer.Option("--daily", help="A row of Use for each day, not for each month.")] = False,
    relax: Annotated[bool, typer.Option("--relax", help="Plan whole phases in fractions (fast).")] = False,
    budget: Annotated[float, typer.Option(help="Seconds for the plan.", min=0.1)] = 60.0,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Make up facts from a plan as meters would have sent them, for `settle` to read: nothing in them was measured."""
    if plan is not None and plan.resolve() == out.resolve():
        typer.echo(f"error: {out} holds the plan, and its tables would be lost; give another --out", err=True)
        raise typer.Exit(CALLED_WRONGLY)
    writable(out)
    with told(as_json), progress_bar(quiet or as_json) as tell:
        tell("reading", str(file), None)
        from gigawatt.app import load
        from gigawatt.books import metered, plan_of_signed, write_metered

        programme = load(file)
        found = plan or plan_of_signed(programme, relax=relax, budget_seconds=budget, tell=tell)
        tell("making", "facts", None)
        made = metered(programme, found, seed=seed, noise=noise, through=through, daily=daily)
        files = write_metered(made, out)
    if as_json:
        typer.echo(json.dumps(_document(made, files), indent=1, ensure_ascii=False))
    else:
        _tell(made, files)


def _document(made: Made, files: dict[str, Path]) -> dict[str, object]:
    from gigawatt.sim.metering import MADE

    return {
        "programme": made.programme.programme, "about": MADE, "seed": made.seed, "noise": str(made.noise),
        "files": {kind: str(path) for kind, path in files.items()},
        "chip_hours": [{name: str(value) for name, value in row.items()} for row in made.totals.iter_rows(named=True)],
    }  # fmt: skip


def _tell(made: Made, files: dict[str, Path]) -> None:
    from gigawatt.sim.metering import MADE, difference

    typer.echo(f"{made.programme.programme}, {made.months[0]} through {made.months[-1]}: {MADE}\n")
    table(("month", "planned chip-hours", "made chip-hours", "difference"), [
        (month, f"{planned:,f}", f"{hours:,f}", difference(planned, hours))
        for month, planned, hours in made.totals.iter_rows()
    ])  # fmt: skip
    typer.echo("\nwritten: " + " ".join(str(path) for path in files.values()))
