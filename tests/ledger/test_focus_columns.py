"""The check of FOCUS files finds what is not as FOCUS asks: every column and every rule of it is broken once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from test_focus_export import PROGRAMME
from traded import traded

import gigawatt as gw
from gigawatt.books import check_focus, export_book
from gigawatt.errors import GigawattError
from gigawatt.ledger import focus_columns

ASKED = json.loads(Path(focus_columns.__file__).with_name("focus_columns.json").read_text())["datasets"]
KINDS = [("CostAndUsage", "1.2"), ("CostAndUsage", "1.4"), ("ContractCommitment", "1.4")]
RULES = [
    (dataset, version, n)
    for dataset, version in KINDS
    for n, rule in enumerate(ASKED[dataset]["rules"])
    if version in rule.get("versions", [version])
]
UNFIT = {"decimal": "1,5", "moment": "2026-10-01", "currency": "US$", "string": "  ", "json": "{x}"}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], pl.DataFrame]:
    """Files in which nothing is wrong, by dataset and version."""
    folder = tmp_path_factory.mktemp("focus")
    (folder / "programme.yaml").write_text(PROGRAMME)
    book = traded(folder / "book.db")
    files = export_book(book, "focus", folder, party="acme", programme=gw.load(folder / "programme.yaml")).files
    book.close()
    frames = [pl.read_csv(path, infer_schema=False) for path in files]
    return dict(zip(KINDS, frames, strict=True))


def found(frame: pl.DataFrame, dataset: str, version: str, folder: Path) -> dict[str, list[str]]:
    """What is found in a table, by column."""
    path = folder / "table.csv"
    frame.write_csv(path)
    told: dict[str, list[str]] = {}
    for one in check_focus(path, version, dataset):
        told.setdefault(one.column, []).append(one.what)
    return told


def with_cells(frame: pl.DataFrame, **cells: str | None) -> pl.DataFrame:
    """The table with some values in its first row."""
    first = pl.int_range(pl.len()) == 0
    return frame.with_columns(
        pl.when(first).then(pl.lit(value, pl.String)).otherwise(pl.col(name)).alias(name)
        for name, value in cells.items()
    )


@pytest.mark.parametrize(("dataset", "version"), KINDS)
def test_every_mandatory_column_is_missed_and_what_is_no_column_is_told(
    sound: dict[tuple[str, str], pl.DataFrame], dataset: str, version: str, tmp_path: Path
) -> None:
    frame = sound[dataset, version]
    assert found(frame, dataset, version, tmp_path) == {}
    for name, asked in ASKED[dataset]["columns"].items():
        if name in frame.columns:
            told = found(frame.drop(name), dataset, version, tmp_path)
            assert (name in told) == (asked["level"][version] == "mandatory"), name
    told = found(frame.with_columns(Margin=pl.lit("1"), x_Margin=pl.lit("1")), dataset, version, tmp_path)
    assert told == {"Margin": [f"is no column of FOCUS {version}; one of your own begins with x_"]}


@pytest.mark.parametrize(("dataset", "version"), KINDS)
def test_every_column_is_held_to_its_type_its_values_and_whether_it_may_be_null(
    sound: dict[tuple[str, str], pl.DataFrame], dataset: str, version: str, tmp_path: Path
) -> None:
    frame = sound[dataset, version]
    for name, asked in ASKED[dataset]["columns"].items():
        if version not in asked["level"]:
            assert name not in frame.columns
            continue
        told = found(with_cells(frame, **{name: UNFIT[asked["type"]]}), dataset, version, tmp_path)[name]
        assert any(what.startswith("must be ") for what in told), name
        if not asked["null"]:
            assert "must not be null" in found(with_cells(frame, **{name: None}), dataset, version, tmp_path)[name]
        if "allowed" in asked:
            told = found(with_cells(frame, **{name: "Nonsense"}), dataset, version, tmp_path)[name]
            assert any("Nonsense" not in what and what.startswith("must be ") for what in told), name


@pytest.mark.parametrize(("dataset", "version", "n"), RULES)
def test_every_rule_between_columns_is_found_broken(
    sound: dict[tuple[str, str], pl.DataFrame], dataset: str, version: str, n: int, tmp_path: Path
) -> None:
    rule = ASKED[dataset]["rules"][n]
    cells: dict[str, str | None] = {name: _value(asked) for name, asked in rule.get("when", {}).items()}
    cells |= _breaking(rule, sound[dataset, version])
    told = found(with_cells(sound[dataset, version], **cells), dataset, version, tmp_path)
    assert any(what.startswith(f"must {rule['must']}") for what in told[rule["column"]]), (rule, told)


def _value(asked: Any) -> str | None:
    """A value that fits a rule's condition."""
    if asked is None or asked == "any":
        return None if asked is None else "7"
    return asked[0]


def _breaking(rule: dict[str, Any], frame: pl.DataFrame) -> dict[str, str | None]:
    """Cells that break a rule."""
    column, must, others = rule["column"], rule["must"], rule.get("columns", [])
    if must == "not be null":
        return {column: None}
    if must == "be after":
        return {column: "2026-10-01T00:00:00Z", others[0]: "2026-10-01T00:00:00Z"}
    if must == "not be before":
        return {column: "2026-10-01T00:00:00Z", others[0]: "2026-10-02T00:00:00Z"}
    if must in ("be the product of", "equal"):
        return {column: "7.00", **{other: "3" for other in others}}
    if must in ("be unique", "have one"):
        return {column: frame[column].drop_nulls()[1], **{other: "Another" for other in others}}
    if must == "be of its":
        return {column: "Virtual Machines", others[0]: "Storage"}
    if must == "not be":
        return {column: rule["values"][0]}
    return {column: {"be null": "7", "be": "Monthly", "not be below": "-1", "not be above": "2"}[must]}


def test_where_and_how_often_is_told(sound: dict[tuple[str, str], pl.DataFrame], tmp_path: Path) -> None:
    frame = sound["CostAndUsage", "1.2"]
    with_cells(frame, BilledCost="1,5").write_csv(tmp_path / "table.csv")
    (one,) = check_focus(tmp_path / "table.csv", "1.2")
    assert str(one) == "BilledCost must be digits, with a point and a minus sign at most (line 2, 1 rows)"


def test_versions_and_datasets_that_are_not_known_are_told(tmp_path: Path) -> None:
    with pytest.raises(GigawattError, match=r"there is no version '1\.5'; did you mean '1\.4'"):
        check_focus(tmp_path / "table.csv", "1.5")
    with pytest.raises(GigawattError, match=r"there is no dataset 'ContractCommitment'; FOCUS 1\.2 has CostAndUsage"):
        check_focus(tmp_path / "table.csv", "1.2", "ContractCommitment")
    with pytest.raises(GigawattError, match=r"none\.csv cannot be read as CSV: there is no such file"):
        check_focus(tmp_path / "none.csv", "1.2")
