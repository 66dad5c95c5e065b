"""How every command tells: errors as sentences, JSON where that is asked for, a progress bar, exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from gigawatt.errors import (
    Contradiction,
    CycleError,
    Fault,
    GigawattError,
    Infeasible,
    OutputError,
    PlanError,
    ProgrammeError,
    Unbounded,
)

FAULTS, CALLED_WRONGLY, NOT_WRITTEN, NOT_PROVEN, LEFT_OPEN, INTERRUPTED = 1, 2, 3, 4, 5, 130
NO_PLAN = {
    Infeasible: "infeasible", Unbounded: "unbounded", CycleError: "cycle", Contradiction: "contradiction"
}  # fmt: skip
"""What JSON calls each reason for which there is no plan; any other is `not found`, and more time may find one."""
STOPPED = "interrupted before there was an answer"

File = Annotated[Path, typer.Argument(help="The programme file (YAML).", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a machine to read.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]


@contextmanager
def told(as_json: bool = False) -> Iterator[None]:
    """Errors as sentences, never as tracebacks; as JSON where that is asked for: faults, and why there is no plan."""
    try:
        yield
    except ProgrammeError as error:
        _tell_faults(error, as_json)
        raise typer.Exit(FAULTS) from error
    except OutputError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(NOT_WRITTEN) from error
    except PlanError as error:
        _tell_no_plan(error, as_json)
        raise typer.Exit(FAULTS) from error
    except GigawattError as error:
        if as_json:
            typer.echo(json.dumps({"error": str(error)}, indent=1, ensure_ascii=False))
        else:
            typer.echo(f"error: {error}", err=True)
        raise typer.Exit(FAULTS) from error
    except KeyboardInterrupt as stop:
        typer.echo(STOPPED, err=True)
        raise typer.Exit(INTERRUPTED) from stop


def _tell_faults(error: ProgrammeError, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"sound": False, "faults": as_rows(error.faults)}, indent=1))
        return
    for fault in error.faults:
        typer.echo(str(fault), err=True)
    count = len(error.faults)
    typer.echo(f"{count} fault{'s' * (count != 1)}", err=True)


def _tell_no_plan(error: PlanError, as_json: bool) -> None:
    if not as_json:
        typer.echo(f"error: {error}", err=True)
        return
    typer.echo(json.dumps({"status": NO_PLAN.get(type(error), "not found"), "error": str(error)}, indent=1))


def as_rows(faults: Iterable[Fault]) -> list[dict[str, str | int]]:
    """Faults as JSON has them."""
    names = ("file", "line", "column", "path", "message")
    return [{name: getattr(fault, name) for name in names} for fault in faults]


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Any]:
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


def day(text: str | None) -> date | None:
    """The day that is written; None where none is."""
    return None if text is None else a_day(text)


def a_day(text: str) -> date:
    """The day that is written. GigawattError where it is none."""
    from gigawatt.values.span import parse_day

    try:
        return parse_day(text)
    except ValueError as error:
        raise GigawattError(str(error)) from error
