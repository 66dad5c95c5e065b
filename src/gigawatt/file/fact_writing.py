"""Writes facts as tables that the reader takes back: text to the digit, each row with an id made of what it tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from gigawatt.file.fact_kinds import BETWEEN, FACT_KINDS, KIND_COLUMN, OWN, SIGNATURE, Column, FactKind
from gigawatt.model.facts import Facts
from gigawatt.values.money import minor_digits

SIX = Decimal("0.000001")
_MEASURED = frozenset({"quantity", "share", "count", "amount", "payment", "currency"})
"""What a fact says of the thing that its other columns name."""
Own = Mapping[str, str]
"""Columns of the sender's own, without what their names begin with, and the text that stands in each row."""
NONE: Own = {}


def tables_of(
    facts: Facts, months: Sequence[str], currency: str, sender: str, own: Own = NONE
) -> dict[str, pl.DataFrame]:
    """A table for each kind of which there are facts, by its name; what lies outside the `months` is left out.

    Columns of text, those that the kind has. The id is what tells a fact from the others: month, place, clause.
    """
    found = {}
    for kind in FACT_KINDS:
        within = [one for one in getattr(facts, kind.held_in) if getattr(one, "month", months[0]) in months]
        if within:
            found[kind.name] = signed(_frame(kind, within, currency), kind, sender, own)
    return found


def one_table(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """All of them in one, with the column that tells the kind of each row."""
    named = [frame.select(pl.lit(name).alias(KIND_COLUMN), pl.all()) for name, frame in tables.items()]
    return pl.concat(named, how="diagonal") if named else pl.DataFrame(schema={KIND_COLUMN: pl.String})


def signed(frame: pl.DataFrame, kind: FactKind, sender: str, own: Own = NONE) -> pl.DataFrame:
    """The rows of a kind by their ids, which with the sender stand before them; what the sender adds stands behind."""
    names = [
        pl.col(column.name) for column in kind.columns if column.type not in _MEASURED and column.name in frame.columns
    ]
    frame = frame.with_columns(pl.concat_str(names, separator="/", ignore_nulls=True).alias("id"))
    if frame["id"].is_duplicated().any():
        again = pl.int_range(pl.len()).over("id")
        numbered = pl.concat_str("id", pl.lit("#"), (again + 1).cast(pl.String))
        frame = frame.with_columns(pl.when(again > 0).then(numbered).otherwise("id").alias("id"))
    first = [column.name for column in SIGNATURE]
    frame = frame.sort("id").with_columns(pl.lit(sender).alias("sender")).select(*first, pl.exclude(first))
    return frame.with_columns(pl.lit(text).alias(f"{OWN}{name}") for name, text in own.items())


def _frame(kind: FactKind, found: Iterable[object], currency: str) -> pl.DataFrame:
    """The columns of a kind, without those that nothing stands in."""
    rows = [[_text(column, _held(one, column, currency), currency) for column in kind.columns] for one in found]
    schema = {column.name: pl.String for column in kind.columns}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    needed = {column.name for column in kind.columns if column.needed}
    return frame.select(one for one in frame if one.name in needed or one.null_count() < len(one))


def _held(fact: object, column: Column, currency: str) -> Any:
    """What a fact has for a column."""
    return currency if column.type == "currency" else getattr(fact, column.field or column.name)


def _text(column: Column, value: Any, currency: str) -> str | None:
    """It as the column has it; nothing where it is what the reader takes for granted."""
    if value is None or (not column.needed and value == column.default):
        return None
    if column.type in ("quantity", "share"):
        return _plain(value)
    if column.type in ("amount", "payment"):
        return f"{Decimal(value).scaleb(-minor_digits(currency)):f}"
    if column.type == "pools":
        return BETWEEN.join(value)
    if column.type == "flag":
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(value: Decimal | Fraction) -> str:
    """A quantity to six decimals, half to even, without noughts behind."""
    exact = Decimal(round(Fraction(value) / Fraction(SIX))) * SIX
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
