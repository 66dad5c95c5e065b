"""What is wrong with the rows of a table of facts, told by file, line and column; and the sound rows in their types."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from gigawatt.errors import Fault
from gigawatt.file.fact_files import BOOK, INEXACT, LINE, Table
from gigawatt.file.fact_kinds import BETWEEN, FACT_KINDS, KIND_COLUMN, OWN, Column, FactKind
from gigawatt.file.fact_names import Names
from gigawatt.values.ids import did_you_mean, listed, suggest, unknown
from gigawatt.values.money import CURRENCIES, minor_digits

MOST_TOLD = 20
"""So many rows are told of each thing that is wrong with a column; of the rest how many there are."""
QUANTITY = pl.Decimal(38, 6)
KEY, FILE = "sender|id", "file of the fact"
"""Columns that the sound rows have besides; no file can name one so, since `|` and blanks are in them."""

Rule = tuple[pl.Expr, Callable[[str], str]]
"""Which rows break it, and what is told of the text that stands there."""


@dataclass
class FaultList:
    """The faults of all files."""

    faults: list[Fault] = field(default_factory=list)

    def tell(self, table: Table, column: str, broken: pl.DataFrame, say: Callable[[str], str]) -> None:
        """The first rows that break a rule, each with its place, and how many more there are."""
        for row in broken.head(MOST_TOLD).iter_rows(named=True):
            message = say(row[column] or "")
            fault = table.fault(row[LINE], column, message)
            self.faults.append(_of_record(row, column, message) if table.on_record else fault)
        more = broken.height - MOST_TOLD
        if more > 0:
            example = say(broken[column][MOST_TOLD] or "")
            self.faults.append(table.fault(0, column, f"and {more:,} more rows like these: {example}"))


def _of_record(row: dict[str, Any], column: str, message: str) -> Fault:
    """A fault of a fact that is on record, and so can be mended in the programme alone."""
    told = (
        f"{message}; the fact {row['id']!r} of {row['sender']} is in the book and stays there: have the programme know "
        "again what it names (a contract that is over stays in the file, with its last day)"
    )
    return Fault(f"{BOOK}, record {row[LINE]}", 0, 0, column, told)


def checked_header(table: Table, kind: FactKind) -> Iterator[Fault]:
    """Columns that are missing or that the kind does not know."""
    known = [column.name for column in kind.every_column]
    strange = [name for name in table.held if name not in (*known, KIND_COLUMN) and not name.startswith(OWN)]
    lacking = [column for column in kind.every_column if column.needed and not _there(table, column)]
    meant = {name: suggest(name, [column.name for column in lacking]) for name in strange}
    for column in lacking:
        near = next((name for name, other in meant.items() if other == column.name), None)
        hint = f"; it has {near!r}, which may be meant" if near else f"; it has {listed(table.held)}"
        yield table.fault(0, column.name, f"{kind.name} needs this column ({column.words}){hint}")
    for name in strange:
        if meant[name] is None:
            hint = did_you_mean(name, known) or f"; {kind.name} has {listed(known)}"
            yield table.fault(0, name, f"is no column of {kind.name}{hint}; a name of your own begins with {OWN}")


def _there(table: Table, column: Column) -> bool:
    return column.name in table.held


def kind_of_header(columns: tuple[str, ...]) -> FactKind | str:
    """The one kind that has all columns of a file, and whose needed ones are all there; or why it is not plain."""
    given = {name for name in columns if not name.startswith(OWN)}
    fitting = [kind for kind in FACT_KINDS if kind.needed <= given <= {column.name for column in kind.every_column}]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        return f"may hold {' or '.join(kind.name for kind in fitting)}; say which, as {fitting[0].name}=FILE"
    nearest = max(FACT_KINDS, key=lambda kind: len(kind.needed & given) - len(kind.needed - given) / 100)
    lacking = [name for name in sorted(nearest.needed - given)]
    strange = [name for name in columns if name in given and name not in {c.name for c in nearest.every_column}]
    wrong = f" needs {listed(lacking)} besides" if lacking else f" has no {listed(strange)}"
    meant = [f"; {one!r} may be meant for {near!r}" for one in strange if (near := suggest(one, lacking))]
    return (
        f"its columns ({listed(columns)}) fit no kind of fact; the nearest, {nearest.name},{wrong}{''.join(meant)}; "
        f"`gigawatt schema --facts` lists them, and {nearest.name}=FILE or a column `{KIND_COLUMN}` says the kind"
    )


def sound_rows(table: Table, kind: FactKind, names: Names, faults: FaultList) -> pl.DataFrame:
    """The rows that break no rule, in the kind's columns and types, with `KEY`, `FILE` and `LINE`."""
    frame, sound = table.frame, pl.repeat(True, table.frame.height, eager=True)
    for column in kind.every_column:
        if not _there(table, column):
            frame = frame.with_columns(pl.lit(None, pl.String).alias(column.name))
            continue
        sound &= clean_rows(table, frame, column, names, faults)
    if kind.abroad:
        for broken, say in _abroad(*kind.abroad):
            hits = frame.select(broken.fill_null(False)).to_series() & sound
            faults.tell(table, kind.abroad[0], frame.filter(hits), say)
            sound &= ~hits
    key = pl.concat_str("sender", "id", separator="|").alias(KEY)
    typed = (_typed(column, names) for column in kind.columns)
    return frame.filter(sound).select(LINE, key, *typed, pl.lit(table.file).alias(FILE))


def _abroad(currency: str, amount: str, rate: str) -> Iterator[Rule]:
    """What the columns of an amount in another currency must keep together."""
    lacking = [pl.col(name).is_null() for name in (currency, amount, rate)]
    yield (
        pl.any_horizontal(lacking) & ~pl.all_horizontal(lacking),
        lambda _: f"{listed((currency, amount, rate))} go together; give all of them, or none",
    )
    yield (
        pl.any_horizontal(pl.col(name).cast(QUANTITY, strict=False) == 0 for name in (amount, rate)),
        lambda _: f"{amount} and {rate} are above nought",
    )
    for code in sorted(CURRENCIES):
        yield (
            (pl.col(currency) == code) & pl.col(amount).str.contains(rf"\.[0-9]{{{minor_digits(code)}}}[0-9]*[1-9]"),
            lambda given: f"{given} has {minor_digits(given)} decimals, and {amount} has more",
        )


def row_text(kind: FactKind) -> pl.Expr:
    """A sound row as `sender|id|content`: the columns in their order, six decimals, nothing where nothing stands."""
    content = (pl.col(column.name).cast(pl.String).fill_null("") for column in kind.columns)
    return pl.concat_str(KEY, *content, separator="|")


def clean_rows(table: Table, frame: pl.DataFrame, column: Column, names: Names, faults: FaultList) -> pl.Series:
    """Which rows of a frame of the table keep what a column must; the first rule that each other breaks is told."""
    clean = pl.repeat(True, frame.height, eager=True)
    for broken, say in _rules(column, names, table.on_record):
        hits = frame.select(broken.fill_null(False)).to_series() & clean
        if hits.any():
            faults.tell(table, column.name, frame.filter(hits), say)
            clean &= ~hits
    return clean


def _typed(column: Column, names: Names) -> pl.Expr:
    """A sound column in its type; what is left out has its default."""
    text = pl.col(column.name)
    if column.type in ("quantity", "share"):
        return text.cast(QUANTITY)
    if column.type in ("amount", "payment"):
        return text.cast(pl.Decimal(38, names.digits))
    if column.default:
        return text.fill_null(pl.lit(str(column.default)))
    return text.fill_null("false") if column.type == "flag" else text


def _rules(column: Column, names: Names, on_record: bool) -> Iterator[Rule]:
    """What a column must keep, in the order in which it is looked at; of what is on record nothing can be left out."""
    text = pl.col(column.name)
    if column.needed:
        yield text.is_null(), lambda _: _missing(column)
    if column.type in ("id", "text"):
        yield (
            text.str.contains(r"[|\x00-\x1f\x7f]"),
            lambda given: f"{given!r} holds a `|` or a line break, which stand between facts; leave it out",
        )
    elif column.type in ("month", "day"):
        yield from _of_days(column, names, on_record)
    elif column.type == "currency":
        yield (
            text != names.currency,
            lambda given: (
                f"is in {given!r}, and the programme's money is {names.currency}; "
                "convert it at the rate that the contract states, and report it in that"
            ),
        )
    elif column.type == "any currency":
        yield (
            ~text.is_in(sorted(CURRENCIES)) | (text == names.currency),
            lambda given: (
                f"{given!r} is the programme's own; leave `paid_in`, `paid_amount` and `rate` out"
                if given == names.currency
                else f"{unknown('currency', given, CURRENCIES)}; write its ISO code, as EUR"
            ),
        )
    elif column.type == "flag":
        yield ~text.is_in(["true", "false"]), lambda given: f"{given!r} is neither true nor false"
    elif column.type == "pools":
        yield from _of_pools(column, names)
    elif column.type in names.known:
        yield from _of_names(column, names, on_record)
    else:
        yield from _of_numbers(column, names)


def _missing(column: Column) -> str:
    if column.name == "id":
        return (
            "has no id; a fact needs the one that its sender gave it, or a repeat could not be told from a second fact"
        )
    return f"is missing: {column.words}"


def _of_days(column: Column, names: Names, on_record: bool) -> Iterator[Rule]:
    text = pl.col(column.name)
    form = r"^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$" if column.type == "month" else r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
    written = "2026-10, or 2026-10-05 for a day in it" if column.type == "month" else "2026-10-05"
    whole = pl.when(text.str.len_bytes() == 7).then(text + "-01").otherwise(text)
    yield ~text.str.contains(form), lambda given: f"{given!r} is no {column.type}; write {written}"
    yield (
        whole.str.to_date("%Y-%m-%d", strict=False).is_null() & text.is_not_null(),
        lambda given: f"{given!r} is in no calendar; write {written}",
    )
    if column.type == "month":
        yield (
            ~text.str.slice(0, 7).is_in(list(names.months)),
            lambda given: (
                f"{given} lies outside the horizon, {names.months[0]} through {names.months[-1]}; "
                f"{'' if on_record else 'leave the fact out, or '}move the horizon"
            ),
        )


def _of_names(column: Column, names: Names, on_record: bool) -> Iterator[Rule]:
    text, known = pl.col(column.name), names.known[column.type]
    what = column.type.removesuffix(" in use")
    yield ~text.is_in(list(known)), lambda given: unknown(what, given, known)
    if column.type == "pool in use":
        yield (
            ~text.is_in(sorted(names.pools_in_use)),
            lambda given: (
                f"no signed contract of those who decide covers pool {given!r}, and none of them owns it, so that "
                "nobody owes anything for it; sign the contract in the programme"
                f"{'' if on_record else ', or leave the fact out'}"
            ),
        )


def _of_pools(column: Column, names: Names) -> Iterator[Rule]:
    known = names.known["pool"]
    strange = pl.col(column.name).str.split(BETWEEN).list.set_difference(pl.lit([*known, None], pl.List(pl.String)))

    def say(given: str) -> str:
        return unknown("pool", next(one for one in given.split(BETWEEN) if one not in known), known)

    yield strange.list.len() > 0, say


def _of_numbers(column: Column, names: Names) -> Iterator[Rule]:
    text = pl.col(column.name)
    digits = names.digits if column.type in ("amount", "payment") else 6
    decimals = rf"(\.[0-9]{{1,{digits}}})?" if digits else ""
    form = r"^[1-9][0-9]{0,8}$" if column.type == "count" else rf"^-?[0-9]{{1,15}}{decimals}$"
    most = "a whole number from 1" if column.type == "count" else f"a number of at most 15 digits and {digits} decimals"
    yield (
        text.str.starts_with(INEXACT),
        lambda given: (
            f"{given[1:]} is a binary float that no decimal of six places equals, so that its digits are a "
            "guess; write the column as text, decimal or integer"
        ),
    )
    yield ~text.str.contains(form), lambda given: f"{given!r} is not {most}; write it as 1250.75, without an exponent"
    if column.type in ("quantity", "share"):
        yield (
            text.str.starts_with("-"),
            lambda given: (
                f"{given} is below nought; give what was metered, or leave the fact out where it never was"
                if column.type == "quantity"
                else f"{given} is below nought"
            ),
        )
    if column.type == "payment":
        yield (
            text.str.contains(r"^-|^0+(\.0*)?$"),
            lambda given: f"{given} is not above nought; a payment back is one by its payee",
        )
    if column.type == "share":
        yield (
            text.cast(QUANTITY, strict=False) > 1,
            lambda given: f"{given} is above 1; 99.5 % is 0.995",
        )
