"""Commands about contracts: may this happen, what is in force, what one clause says, what falls due."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gigawatt.commands.telling import CALLED_WRONGLY, AsJson, File, a_day, day, told

if TYPE_CHECKING:
    from gigawatt.model.verdict import Verdict

LAST = date.max - timedelta(days=1)
"""The last day that can be asked about."""
EXITS = {"ALLOW": 0, "OFFER_FIRST": 10, "REFER": 11, "DENY": 12}


On = Annotated[str | None, typer.Option("--on", metavar="DAY", help="The day that is asked about: today if absent.")]
Known = Annotated[
    str | None, typer.Option("--known", metavar="DAY", help="By what was known on this day: that day if absent.")
]
From = Annotated[str | None, typer.Option("--from", metavar="DAY", help="First day: that of asking if absent.")]
Through = Annotated[str | None, typer.Option("--through", metavar="DAY", help="Last day.")]
Place = Annotated[str | None, typer.Option("--place", metavar="WORKLOAD", help="Run a workload in a pool (--in).")]
Procure = Annotated[
    str | None, typer.Option("--procure", metavar="PARTY", help="Contract for new capacity of a provider.")
]
Access = Annotated[str | None, typer.Option("--access", metavar="SUBJECT", help="See or use something.")]
Decide = Annotated[
    str | None, typer.Option("--decide", metavar="CLASS", help="Take a decision of a class: capital, placement ...")
]
OfContract = Annotated[
    str | None, typer.Option("--contract", metavar="CONTRACT", help="The contract that it is about.")
]
InPool = Annotated[str | None, typer.Option("--in", metavar="POOL", help="The pool.")]
ForWorkload = Annotated[
    str | None, typer.Option("--for", metavar="WORKLOAD", help="For which workload it is procured.")
]
Power = Annotated[str | None, typer.Option("--power", metavar="QUANTITY", help="How much: 120 MW.")]
Price = Annotated[str | None, typer.Option("--price", metavar="QUANTITY", help="At which price: 2.30 USD/chip-hour.")]
Field = Annotated[str | None, typer.Option("--field", metavar="FIELD", help="The field of use.")]
Party = Annotated[str | None, typer.Option("--party", metavar="PARTY", help="Only clauses that concern this party.")]
Chips = Annotated[int | None, typer.Option("--chips", min=1, help="How many chips of the pool.")]
Approved = Annotated[list[str] | None, typer.Option("--approved", metavar="PARTY", help="Who approved; repeatable.")]
FactsFile = Annotated[Path | None, typer.Option("--facts", help="Offers and notices on record (YAML).")]
Days = Annotated[
    tuple[str, str] | None, typer.Option("--changes", metavar="DAY DAY", help="What became known between two days.")
]


def may(
    file: File,
    by: Annotated[str, typer.Option("--by", metavar="PARTY", help="Who asks.")],
    place: Place = None,
    procure: Procure = None,
    access: Access = None,
    decide: Decide = None,
    contract: OfContract = None,
    pool: InPool = None,
    workload: ForWorkload = None,
    power: Power = None,
    chips: Chips = None,
    price: Price = None,
    start: From = None,
    through: Through = None,
    approved: Approved = None,
    field_of_use: Field = None,
    on: On = None,
    known: Known = None,
    facts: FactsFile = None,
    as_json: AsJson = False,
) -> None:
    """May this happen now? ALLOW, DENY, OFFER_FIRST (to whom, until when) or REFER, with the clauses that say so."""
    asked = {"place": place, "procure": procure, "access": access, "decide": decide}
    chosen = [name for name, value in asked.items() if value is not None]
    if len(chosen) != 1:
        typer.echo("error: ask one thing of --place, --procure, --access and --decide; see --help", err=True)
        raise typer.Exit(CALLED_WRONGLY)
    with told(as_json):
        from gigawatt.app import ask_of, load, record
        from gigawatt.app import may as decided

        programme = load(file)
        ask = ask_of(
            programme,
            verb=chosen[0], what=asked[chosen[0]] or "", by=by, pool=pool, workload=workload, power=power, chips=chips,
            price=price, start=start, through=through, approved=approved or (), field_of_use=field_of_use,
            on=day(on) or date.today(), known=day(known), contract=contract,
        )  # fmt: skip
        verdict = decided(programme, ask, record(programme, facts) if facts is not None else None)
    if as_json:
        typer.echo(json.dumps(plain(verdict), indent=1, ensure_ascii=False))
    else:
        _tell_verdict(verdict)
    raise typer.Exit(EXITS[verdict.ruling.name])


def _tell_verdict(verdict: Verdict) -> None:
    typer.echo(verdict.ruling.name)
    if verdict.holder is not None:
        until = f", by the end of {verdict.deadline}" if verdict.deadline is not None else ""
        typer.echo(f"  to {verdict.holder}{until}: {verdict.answers}")
    for what in verdict.missing:
        typer.echo(f"  missing: {what}")
    for reason in verdict.because:
        typer.echo(f"  {reason.ruling.name:<11} {reason}")
    if not verdict.because:
        typer.echo("  no clause in force says anything to it")


def clauses(
    file: File,
    on: On = None,
    known: Known = None,
    party: Party = None,
    changes: Days = None,
    as_json: AsJson = False,
) -> None:
    """Every clause as it stands on a day, as known on a day; or what changed between two days of knowledge."""
    with told(as_json):
        from gigawatt.app import changes_between, clauses_on, load

        programme = load(file)
        rows: list[Any]
        if changes is not None:
            rows = list(changes_between(programme, a_day(changes[0]), a_day(changes[1])))
        else:
            asked = day(on) or date.today()
            rows = list(clauses_on(programme, asked, day(known) or asked, party))
    if as_json:
        typer.echo(json.dumps([plain(row) for row in rows], indent=1, ensure_ascii=False))
        return
    if not rows:
        typer.echo("no clauses" if changes is None else "nothing became known between the two days")
    elif changes is not None:
        table(("known", "clause", "what", "effective", "by", "where"), [
            (str(row.known), f"{row.contract}/{row.clause}".rstrip("/"), row.verb, str(row.effective), row.words,
             str(row.place))
            for row in rows
        ])  # fmt: skip
    else:
        table(("clause", "kind", "state", "version", "since", "through", "words"), [
            (f"{row.contract}/{row.clause}", row.kind, row.state, row.version, _said(row.since), _said(row.through),
             row.words)
            for row in rows
        ])  # fmt: skip


def clause(
    file: File,
    name: Annotated[str, typer.Argument(help="contract/clause", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """One clause: its words, its history in both times, what it does to plan, gate and ledger, what overrides it."""
    with told(as_json):
        from gigawatt.app import clause_of, load

        found = clause_of(load(file), name)
    if as_json:
        typer.echo(json.dumps(plain(found), indent=1, ensure_ascii=False))
        return
    typer.echo(f"{found.name}: {found.kind} between {found.buyer} and {found.seller}  [{found.place}]")
    for label, text in found.faces.items():
        typer.echo(f"  {label}: {text}")
    for label, names in (("overrides", found.overrides), ("overridden by", found.overridden_by)):
        if names:
            typer.echo(f"  {label}: {', '.join(names)}")
    typer.echo("")
    table(("known from", "until", "what", "effective", "version", "by", "where"), [
        (_said(row.known_from), _said(row.known_until), row.verb, _said(row.effective), row.name, row.words,
         str(row.place))
        for row in found.history
    ])  # fmt: skip
    for title, keys in found.terms:
        typer.echo(f"\n{title}")
        for key, value in keys.items():
            typer.echo(f"  {key}: {value}")


def due(
    file: File,
    start: From = None,
    through: Through = None,
    known: Known = None,
    facts: FactsFile = None,
    ics: Annotated[Path | None, typer.Option(help="Also write a calendar file that ordinary calendars read.")] = None,
    as_json: AsJson = False,
) -> None:
    """Every notice, option, offer, claim, cap and expiry that falls due, with the money at stake and the clause."""
    with told(as_json):
        from gigawatt.app import due_between, load, record, write_calendar

        programme = load(file)
        first = day(start) or date.today()
        last = day(through) or first + timedelta(days=min(365, (LAST - first).days))
        found = due_between(
            programme,
            first,
            last,
            known=day(known) or first,
            facts=record(programme, facts) if facts is not None else None,
        )
        if ics is not None:
            write_calendar(programme, found, ics)
    if as_json:
        typer.echo(json.dumps([plain(one) for one in found], indent=1, ensure_ascii=False))
        return
    if not found:
        typer.echo(f"nothing falls due from {first} through {last}")
        return
    money = programme.currency
    table(("day", "who", "what", "clause", "words", "at stake"), [
        (str(one.deadline.on), one.deadline.by, one.deadline.what, one.clause, one.deadline.words,
         f"{one.deadline.amount:,.0f} {money}" if one.deadline.amount is not None else "")
        for one in found
    ])  # fmt: skip
    if ics is not None:
        typer.echo(f"\nwritten to {ics}")


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Columns as wide as what stands in them, so that every line can be searched and cut."""
    widths = [max(len(row[n]) for row in (head, *rows)) for n in range(len(head))]
    for row in (head, *rows):
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def plain(thing: Any) -> Any:
    """A dataclass, and what it holds, as JSON has it: days and exact numbers as text, places as `file:line:column`; a
    day that is open is null."""
    from dataclasses import fields, is_dataclass

    from gigawatt.model.provenance import Place

    if isinstance(thing, Place):
        return str(thing)
    if isinstance(thing, Enum):
        return thing.name
    if is_dataclass(thing):
        return {field.name: plain(getattr(thing, field.name)) for field in fields(thing)}
    if isinstance(thing, dict):
        return {str(key): plain(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple | set | frozenset):
        return [plain(one) for one in thing]
    if thing in (date.min, date.max):
        return None
    return thing if thing is None or isinstance(thing, bool | int | float | str) else str(thing)


def _said(day: date | None) -> str:
    return "" if day is None or day in (date.min, date.max) else str(day)
