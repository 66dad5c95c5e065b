"""The command `gigawatt` (short: `gw`).

Exit codes: 0 done; 1 the programme has faults, or there is no plan; 2 the command was called wrongly; 3 the answer
could not be written; 4 there is a plan, not proven best; 130 interrupted before there was an answer.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gigawatt import __version__
from gigawatt.errors import GigawattError, OutputError, ProgrammeError

if TYPE_CHECKING:
    from gigawatt.model.plan import Plan

app = typer.Typer(
    name="gigawatt",
    help="Plan, gate and settle an AI compute programme from the contracts behind it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

FAULTS, NOT_WRITTEN, NOT_PROVEN, INTERRUPTED = 1, 3, 4, 130
STOPPED = "interrupted before there was an answer"

File = Annotated[Path, typer.Argument(help="The programme file (YAML).", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a machine to read.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]


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


@app.command()
def check(file: File, as_json: AsJson = False) -> None:
    """Read a programme file and tell every fault in it, each with file, line, column and what to do."""
    with _told(as_json):
        from gigawatt.app import load

        programme = load(file)
    counts = {name: len(getattr(programme, name)) for name in ("parties", "sites", "pools", "workloads", "contracts")}
    counts["clauses"] = sum(len(contract.clauses) for contract in programme.contracts.values())
    counts["assumptions"] = len(programme.assumptions())
    if as_json:
        typer.echo(json.dumps({"sound": True, "programme": programme.programme, **counts}, indent=1))
        return
    horizon = programme.horizon
    typer.echo(f"{file} is sound: {programme.programme}, {horizon.from_} until {horizon.until}")
    typer.echo("  " + ", ".join(f"{count} {name}" for name, count in counts.items()))


@app.command()
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
    no_report: Annotated[bool, typer.Option("--no-report", help="Write no report.html.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Find what to sign, build, lease and rent, and where each workload runs, so that every clause is kept."""
    if out is not None:
        _writable(out)
    with _told(as_json), _progress(quiet or as_json) as tell:
        tell("reading", str(file), None)
        from gigawatt.app import load
        from gigawatt.app import plan as find

        programme = load(file)
        answer = find(programme, relax=relax, gap=gap, budget_seconds=budget, model_file=mps, tell=tell)
        if out is not None:
            tell("writing", str(out), None)
            answer.write(out)
            if not no_report:
                from gigawatt.app import write_report

                write_report(answer, out / "report.html")
    _tell_plan(answer, out, as_json, no_report)
    if not answer.solve.optimal:
        raise typer.Exit(NOT_PROVEN)


@app.command()
def schema(
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write to a file instead of the screen.")] = None,
) -> None:
    """Print the JSON Schema of the programme file, with which an editor completes and checks as you type."""
    from gigawatt.app import schema_text

    text = schema_text()
    if out is None:
        typer.echo(text, nl=False)
        return
    with _told():
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as fault:
            raise OutputError(f"cannot write {out}: {fault.strerror}; give another --out") from fault


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="A folder, made if it is not there.", show_default=False)],
) -> None:
    """Write a small programme to start from, with comments, and the schema beside it."""
    from gigawatt.app import start

    with _told():
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


def _writable(folder: Path) -> None:
    """Say at once, and not after the solve, that the answer could not be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".gigawatt-write"
        probe.touch()
        probe.unlink()
    except OSError as fault:
        typer.echo(f"error: cannot write to {folder}: {fault.strerror}; give another --out", err=True)
        raise typer.Exit(NOT_WRITTEN) from fault


@contextmanager
def _told(as_json: bool = False) -> Iterator[None]:
    """Errors as sentences, never as tracebacks; faults of the file as JSON where that is asked for."""
    try:
        yield
    except ProgrammeError as error:
        _tell_faults(error, as_json)
        raise typer.Exit(FAULTS) from error
    except OutputError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(NOT_WRITTEN) from error
    except GigawattError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(FAULTS) from error
    except KeyboardInterrupt as stop:
        typer.echo(STOPPED, err=True)
        raise typer.Exit(INTERRUPTED) from stop


def _tell_faults(error: ProgrammeError, as_json: bool) -> None:
    if as_json:
        names = ("file", "line", "column", "path", "message")
        faults = [{name: getattr(fault, name) for name in names} for fault in error.faults]
        typer.echo(json.dumps({"sound": False, "faults": faults}, indent=1))
        return
    for fault in error.faults:
        typer.echo(str(fault), err=True)
    count = len(error.faults)
    typer.echo(f"{count} fault{'s' if count != 1 else ''}", err=True)


@contextmanager
def _progress(quiet: bool) -> Iterator[Any]:
    """A progress bar on the terminal's error stream; nothing where that is no terminal or quiet is asked."""
    if quiet or not sys.stderr.isatty():
        yield lambda stage, what, done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("reading", total=None)

        def tell(stage: str, what: str, done: float | None) -> None:
            total = None if done is None else 1.0
            progress.update(task, description=f"{stage}: {what}"[:60], total=total, completed=done or 0.0)

        yield tell


def main() -> None:
    """Run the command."""
    app()
