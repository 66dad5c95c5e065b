"""What FOCUS asks of the columns of a dataset, as `focus_columns.json` has it; and whether a file has it.

The file beside this one states facts of the public specification, with their source; nothing of it is in code.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigawatt.errors import GigawattError
from gigawatt.values.ids import unknown
from gigawatt.values.money import CURRENCIES

if TYPE_CHECKING:
    import polars as pl

FORMS = {
    "decimal": r"^-?\d+(\.\d+)?([eE]-?\d+)?$",
    "moment": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$",
    "currency": r"^[A-Z]{3}$",
    "string": r"\S",
    "json": r"^\{.*\}$",
}
"""What values of each type look like."""
WRITTEN = {
    "decimal": "digits, with a point and a minus sign at most", "moment": "as 2026-10-01T00:00:00Z",
    "currency": "as USD", "string": "some text", "json": "an object in JSON",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FocusFinding:
    """A column that is not as FOCUS asks: what it must be, in how many rows it is not, and the line of the first.

    Rows and line are nought where the column is not there at all.
    """

    column: str
    what: str
    rows: int = 0
    line: int = 0

    def __str__(self) -> str:
        where = f" (line {self.line}, {self.rows} rows)" if self.rows else ""
        return f"{self.column} {self.what}{where}"


@cache
def _asked() -> Mapping[str, Any]:
    asked: Mapping[str, Any] = json.loads(Path(__file__).with_name("focus_columns.json").read_text(encoding="utf-8"))
    return asked["datasets"]  # type: ignore[no-any-return]


def columns_of(dataset: str, version: str) -> tuple[str, ...]:
    """The names of the columns of a dataset, in the order of the alphabet."""
    return tuple(sorted(name for name, one in _asked()[dataset]["columns"].items() if version in one["level"]))


def check_focus(file: Path, version: str, dataset: str) -> list[FocusFinding]:
    """Everything in a CSV file that is not as FOCUS asks; nothing where all is.

    GigawattError for a version or a dataset that is not known, and for a file that cannot be read.
    """
    import polars as pl

    known = [name for name in _asked() if columns_of(name, version)]
    if dataset not in known:
        versions = sorted(
            {each for one in _asked().values() for col in one["columns"].values() for each in col["level"]}
        )
        if not known:
            raise GigawattError(
                f"{unknown('version', version, versions)}; FOCUS is checked in {' and '.join(versions)}"
            )
        raise GigawattError(f"{unknown('dataset', dataset, known)}; FOCUS {version} has {' and '.join(known)} here")
    try:
        frame = pl.read_csv(file, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as fault:
        why = "there is no such file" if isinstance(fault, FileNotFoundError) else str(fault).split("\n")[0]
        raise GigawattError(f"{file} cannot be read as CSV: {why}") from fault
    return [
        *_missing(frame, version, dataset),
        *_wrong(frame, version, dataset),
        *_broken(frame, version, dataset),
    ]


def _missing(frame: pl.DataFrame, version: str, dataset: str) -> Iterator[FocusFinding]:
    for name, asked in _asked()[dataset]["columns"].items():
        if asked["level"].get(version) == "mandatory" and name not in frame.columns:
            yield FocusFinding(name, f"is missing, and FOCUS {version} makes it mandatory")
    for name in frame.columns:
        if name not in columns_of(dataset, version) and not name.startswith("x_"):
            yield FocusFinding(name, f"is no column of FOCUS {version}; one of your own begins with x_")


def _wrong(frame: pl.DataFrame, version: str, dataset: str) -> Iterator[FocusFinding]:
    """What is wrong with the values of a column, each by itself."""
    import polars as pl

    for name in columns_of(dataset, version):
        if name not in frame.columns:
            continue
        asked, value = _asked()[dataset]["columns"][name], pl.col(name)
        if not asked["null"]:
            yield from _found(frame, name, value.is_null(), "must not be null")
        yield from _found(frame, name, ~value.str.contains(FORMS[asked["type"]]), f"must be {WRITTEN[asked['type']]}")
        if asked["type"] == "currency":
            yield from _found(frame, name, ~value.is_in(sorted(CURRENCIES)), "must be a currency of ISO 4217")
        if asked["type"] == "json":
            bad = [text for text in frame[name].unique().drop_nulls() if not _is_object(text)]
            yield from _found(frame, name, value.is_in(bad), "must be an object in JSON")
        if "allowed" in asked:
            allowed = asked["allowed"]
            told = ", ".join(allowed) if len(allowed) < 12 else f"one of {len(allowed)} values"
            yield from _found(frame, name, ~value.is_in(allowed), f"must be {told}")


def _broken(frame: pl.DataFrame, version: str, dataset: str) -> Iterator[FocusFinding]:
    """What does not hold between columns."""
    import polars as pl

    for rule in _asked()[dataset]["rules"]:
        needed = [rule["column"], *rule.get("columns", ()), *rule.get("when", ())]
        if version not in rule.get("versions", (version,)) or any(name not in frame.columns for name in needed):
            continue
        when, told = pl.lit(True), list[str]()
        for name, values in rule.get("when", {}).items():
            condition, words = _condition(name, values)
            when, told = when & condition, [*told, words]
        where = f" when {' and '.join(told)}" if told else ""
        what = " ".join(map(str, ("must", rule["must"], *_objects(rule))))
        yield from _found(frame, rule["column"], when & _breaks(frame, rule), what + where)


def _objects(rule: Mapping[str, Any]) -> tuple[Any, ...]:
    if "value" in rule:
        return (rule["value"],)
    named = rule.get("columns", ())
    return (" and ".join(named),) if named else (", ".join(rule.get("values", ())),) if "values" in rule else ()


def _condition(name: str, values: Any) -> tuple[pl.Expr, str]:
    """Whether a column is what a rule asks about, and in words."""
    import polars as pl

    value = pl.col(name)
    if values is None:
        return value.is_null(), f"{name} is null"
    if values == "any":
        return value.is_not_null(), f"{name} is not null"
    fits = value.is_in([one for one in values if one is not None])
    words = f"{name} is {' or '.join(str(one or 'null') for one in values)}"
    return (fits.fill_null(None in values), words)


def _breaks(frame: pl.DataFrame, rule: Mapping[str, Any]) -> pl.Expr:
    """The rows that are not as a rule asks; what is null breaks none but that it must not be."""
    import polars as pl

    value, must = pl.col(rule["column"]), rule["must"]
    others = [pl.col(name) for name in rule.get("columns", ())]
    if must == "be null":
        return value.is_not_null()
    if must == "not be null":
        return value.is_null()
    if must in ("be", "not be"):
        fits = value.is_in(rule["values"])
        return fits if must == "not be" else ~fits
    if must in ("be after", "not be before"):
        return value <= others[0] if must == "be after" else value < others[0]
    if must == "have one":
        pairs = frame.select(rule["column"], *rule["columns"]).drop_nulls().unique()
        return value.is_in(pairs[rule["column"]].filter(pairs[rule["column"]].is_duplicated()).unique().to_list())
    if must == "be unique":
        return value.is_duplicated()
    if must == "be of its":
        allowed = [f"{group}\t{one}" for group, ones in rule["values"].items() for one in ones]
        return ~pl.concat_str(others[0], value, separator="\t").is_in(allowed)
    return pl.lit(pl.Series(_numbers_wrong(frame, rule), dtype=pl.Boolean))


def _numbers_wrong(frame: pl.DataFrame, rule: Mapping[str, Any]) -> list[bool]:
    """Row by row, whether an exact number is not as a rule asks; where one of them is null it is."""
    columns = [[_number(text) for text in frame[name]] for name in (rule["column"], *rule.get("columns", ()))]
    must, limit = rule["must"], Decimal(rule.get("value", 0))
    found = []
    with localcontext() as context:
        context.prec = 60
        for value, *others in zip(*columns, strict=True):
            if value is None or None in others:
                found.append(False)
            elif must == "be the product of":
                found.append(value != others[0] * others[1])
            elif must == "equal":
                found.append(value != others[0])
            else:
                found.append(value < limit if must == "not be below" else value > limit)
    return found


def _number(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except ArithmeticError:
        return None


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _found(frame: pl.DataFrame, column: str, wrong: pl.Expr, what: str) -> Iterator[FocusFinding]:
    import polars as pl

    rows = frame.select(pl.arg_where(wrong.fill_null(False))).to_series()
    if len(rows):
        yield FocusFinding(column, what, len(rows), int(rows[0]) + 2)
