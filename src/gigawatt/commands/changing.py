"""What if, on the command line: values set anew, clauses left out, events that come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from gigawatt.commands.telling import a_day
from gigawatt.errors import GigawattError

if TYPE_CHECKING:
    from gigawatt.model.programme import Programme

Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="What if: a value of the file, or +180d, +10%, *1.1. Repeatable."),
]
Without = Annotated[
    list[str] | None, typer.Option("--without", metavar="CLAUSE", help="What if: without contract/clause. Repeatable.")
]
Event = Annotated[
    list[str] | None, typer.Option("--event", metavar="NAME=DAY", help="What if: an event comes. Repeatable.")
]


def changed(
    programme: Programme, settings: Sequence[str] | None, without: Sequence[str] | None, events: Sequence[str] | None
) -> Programme:
    """The programme as the options of a command change it; itself where there are none. Raises GigawattError."""
    if not (settings or without or events):
        return programme
    from gigawatt.app import change

    return change(
        programme,
        set=dict(_named("--set", "sites.abilene.phases.2.ready=+180d", one) for one in settings or ()),
        without=tuple(without or ()),
        events={name: a_day(day) for name, day in (_named("--event", "agi=2028-06", one) for one in events or ())},
    )


def values_of(settings: Sequence[str]) -> dict[str, list[str]]:
    """The values of each path, as `a.b=1,2,3` has them. Raises GigawattError."""
    named = (_named("--set", "workloads.chat.chips=100,200,300", one) for one in settings)
    return {path: [value.strip() for value in values.split(",") if value.strip()] for path, values in named}


def _named(option: str, example: str, text: str) -> tuple[str, str]:
    """The two sides of an equals sign."""
    name, found, value = text.partition("=")
    if not found or not name.strip() or not value.strip():
        raise GigawattError(f"{option} {text} says not what is set to what; write {option} {example}")
    return name.strip(), value.strip()
