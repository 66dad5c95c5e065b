"""Commands about a programme as a whole: check it, plan it, start one, and the schema of its file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gigawatt.commands.changing import Event, Set, Without, changed
from gigawatt.commands.telling import (
    NOT_PROVEN,
    NOT_WRITTEN,
    AsJson,
    File,
    Quiet,
    as_rows,
    day,
    progress_bar,
    told,
)
from gigawatt.errors import OutputError

if TYPE_CHECKING:
    from gigawatt.model.plan import Plan


def check(file: File, as_json: AsJson = False) -> None:
    """Read a programme file and tell every fault in it, each with file, line, column and what to do."""
    with told(as_json):
        from gigawatt.app import load, notes

        programme = load(file)
        noted = notes(programme)
    counts = {name: len(getattr(programme, name)) for name in ("parties", "sites", "pools", "workloads", "contracts")}
    counts["clauses"] = sum(len(contract.clauses) for contract in programme.contracts.values())
    counts["assumptions"] = len(programme.assumptions())
    if as_json:
        found = {"sound": True, "programme": programme.programme, **counts, "notes": as_rows(noted)}
        typer.echo(json.dumps(found, indent=1))
        return
    from gigawatt.report.figures import counted

    horizon = programme.horizon
    typer.echo(f"{file} is sound: {programme.programme}, {horizon.from_} until {horizon.until}")
    typer.echo("  " + ", ".join(counted(count, name) for name, count in counts.items()))
    for note in noted:
        typer.echo(str(note))


def plan(
    file: File,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for plan.json, tables (Parquet, CSV) and report.html.")
    ] = None,
    relax: Annotated[bool, typer.Option("--relax", help="Take whole phases and offers in fractions (fast).")] = False,
    gap: Annotated[
        float | None,
        typer.Option(help="Relative gap to the best possible at which to stop: 0.005 for large programmes.", min=0.0),
    ] = None,
    budget: Annotated[float, typer.Option(help="Seconds for the whole plan.", min=0.1)] = 60.0,
    mps: Annotated[
        Path | None, typer.Option(help="Also write the model as .mps or .lp (for a solver) or .txt (to read).")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DAY", help="Plan with the contracts as known on this day.")
    ] = None,
    settings: Set = None,
    without: Without = None,
    event: Event = None,
    no_report: Annotated[bool, typer.Option("--no-report", help="Write no report.html.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Find what to sign, build, lease and rent, and where each workload runs, so that every clause is kept."""
    if out is not None:
        writable(out)
    with told(as_json), progress_bar(quiet or as_json) as tell:
        tell("reading", str(file), None)
        from gigawatt.app import load
        from gigawatt.app import plan as find
        from gigawatt.books import write_plan_facts

        programme = changed(load(file), settings, without, event)
        answer = find(
            programme, relax=relax, gap=gap, budget_seconds=budget, model_file=mps, as_of=day(as_of), tell=tell
        )
        if out is not None:
            tell("writing", str(out), None)
            answer.write(out)
            write_plan_facts(answer, out)
            if not no_report:
                from gigawatt.app import write_report

                write_report(answer, out / "report.html")
    _tell_plan(answer, out, as_json, no_report)
    if not answer.solve.optimal:
        raise typer.Exit(NOT_PROVEN)


def schema(
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write to a file instead of the screen.")] = None,
    facts: Annotated[bool, typer.Option("--facts", help="Print the kinds of facts and their columns instead.")] = False,
) -> None:
    """Print the JSON Schema of the programme file, with which an editor completes and checks as you type."""
    from gigawatt.app import schema_text
    from gigawatt.books import facts_schema_text

    text = facts_schema_text() if facts else schema_text()
    if out is None:
        typer.echo(text, nl=False)
        return
    with told():
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as fault:
            raise OutputError(f"cannot write {out}: {fault.strerror}; give another --out") from fault


def init(
    folder: Annotated[Path, typer.Argument(help="A folder, made if it is not there.", show_default=False)],
) -> None:
    """Write a small programme to start from, with comments, and the schema beside it."""
    from gigawatt.app import start

    with told():
        path = start(folder)
    typer.echo(f"wrote {path}\nnow: gigawatt check {path}\n     gigawatt plan {path} --out {folder / 'out'}")


def _tell_plan(answer: Plan, out: Path | None, as_json: bool, no_report: bool) -> None:
    if as_json:
        typer.echo(json.dumps(answer.as_dict(), indent=1, default=str))
        return
    from rich.console import Console

    from gigawatt.report.summary import print_summary

    print_summary(answer, Console())
    if out is not None:
        typer.echo(f"\nwritten to {out}" + ("" if no_report else f"; open {out / 'report.html'}"))


def writable(folder: Path) -> None:
    """Say at once, and not after the solve, that the answer could not be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".gigawatt-write"
        probe.touch()
        probe.unlink()
    except OSError as fault:
        typer.echo(f"error: cannot write to {folder}: {fault.strerror}; give another --out", err=True)
        raise typer.Exit(NOT_WRITTEN) from fault
