"""Columns of CSV files: read beside the file that names them, each slip with the line of the file that it is in."""

from pathlib import Path

import pytest

from gigawatt.file.reading import Reading, read_file

TABLE = "who,date,tokens,share\nAPI,2025-10-01,8.6e12,0.5\nAPI,2026-03,2.2e13,\nGoogle,2025-10-01,1.6e13,0.25\n"
API = "date: date, where: {who: API}"


def read(folder: Path, spec: str, table: str = TABLE) -> Reading:
    (folder / "demand.csv").write_text(table, encoding="utf-8")
    path = folder / "programme.yaml"
    path.write_text(f"workloads:\n  chat:\n    tokens: {{{spec}}}\n", encoding="utf-8")
    return read_file(path)


def told(reading: Reading) -> list[str]:
    return [str(fault).replace(f"{Path(fault.file).parent}/", "") for fault in reading.faults]


def test_a_column_becomes_a_dated_series(tmp_path: Path) -> None:
    reading = read(tmp_path, f"csv: demand.csv, column: tokens, unit: token/day, interpolate: geometric, {API}")
    assert not reading.faults
    assert reading.data["workloads"]["chat"]["tokens"] == {
        "unit": "token/day",
        "interpolate": "geometric",
        "2025-10-01": "8.6e12",
        "2026-03": "2.2e13",
    }
    place = reading.places.value(("workloads", "chat", "tokens", "2026-03"))
    assert (Path(place.file).name, place.line) == ("demand.csv", 3)


def test_rows_without_a_value_are_left_out(tmp_path: Path) -> None:
    reading = read(tmp_path, f"csv: demand.csv, column: share, {API}")
    assert reading.data["workloads"]["chat"]["tokens"] == {"2025-10-01": "0.5"}


def test_a_columns_source_is_noted(tmp_path: Path) -> None:
    reading = read(tmp_path, f"csv: demand.csv, column: tokens, unit: token/day, source: Epoch, {API}")
    (record,) = reading.provenance
    assert (record.source, record.path) == (("Epoch",), "workloads.chat.tokens")
    assert record.value_text == "8.6e12 token/day from 2025-10-01 to 2.2e13 token/day from 2026-03"


def test_a_column_is_read_beside_the_file_that_names_it(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "d.csv").write_text("date,chips\n2027-01,5\n", encoding="utf-8")
    (inner / "w.yaml").write_text("workloads: {c: {chips: {csv: d.csv, column: chips, date: date}}}", encoding="utf-8")
    (tmp_path / "p.yaml").write_text("include: inner/w.yaml\n", encoding="utf-8")
    reading = read_file(tmp_path / "p.yaml")
    assert not reading.faults
    assert reading.data["workloads"]["c"]["chips"] == {"2027-01": "5"}


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        (
            f"csv: demand.csv, column: tokns, {API}",
            "programme.yaml:3:39: workloads.chat.tokens.column: demand.csv has no column 'tokns'; "
            "did you mean 'tokens'?",
        ),
        (
            f"csv: demand.csv, column: revenue, {API}",
            "programme.yaml:3:39: workloads.chat.tokens.column: demand.csv has no column 'revenue'; "
            "it has who, date, tokens, share",
        ),
        (
            "csv: demand.csv, column: tokens, date: date, where: {whom: API}",
            "programme.yaml:3:73: workloads.chat.tokens.where.whom: demand.csv has no column 'whom'; "
            "did you mean 'who'?",
        ),
        (
            "csv: demand.csv, column: tokens, date: date, where: {who: Anthropic}",
            "programme.yaml:3:66: workloads.chat.tokens.where: demand.csv has no row with who 'Anthropic'",
        ),
        (
            f"csv: demnd.csv, column: tokens, {API}",
            "programme.yaml:3:19: workloads.chat.tokens.csv: there is no file demnd.csv beside this one",
        ),
        ("csv: demand.csv, date: date", "programme.yaml:3:13: workloads.chat.tokens: `column` is missing beside `csv`"),
        (
            "csv: demand.csv, column: tokens",
            "programme.yaml:3:13: workloads.chat.tokens: `date` is missing beside `csv`",
        ),
        (
            f"csv: demand.csv, column: tokens, unti: token/day, {API}",
            "programme.yaml:3:47: workloads.chat.tokens.unti: unknown key 'unti' beside `csv`; did you mean 'unit'?",
        ),
        (
            "csv: demand.csv, column: tokens, date: date, where: API",
            "programme.yaml:3:66: workloads.chat.tokens.where: the rows are chosen by a mapping of column to text",
        ),
    ],
)
def test_a_wrong_specification_is_told_in_the_programme(tmp_path: Path, spec: str, fault: str) -> None:
    assert told(read(tmp_path, spec)) == [fault]


def test_a_wrong_row_is_told_with_its_own_line(tmp_path: Path) -> None:
    table = "date,tokens\n2025-10,1\n2025-13,2\n2025-11,many\n2025-10,3\n"
    assert told(read(tmp_path, "csv: demand.csv, column: tokens, date: date", table)) == [
        "demand.csv:3:1: workloads.chat.tokens: '2025-13' is not a date: there is no such day",
        "demand.csv:4:1: workloads.chat.tokens: 'many' is not a quantity; write a number and its unit, as 843 MW",
        "demand.csv:5:1: workloads.chat.tokens: a second row for 2025-10; the first is on line 2; "
        "choose among them by `where`",
    ]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("", "demand.csv is empty; its first line should name the columns"),
        ("date,tokens\n", "demand.csv has no rows"),
        ("date,tokens\n2025-10,\n", "demand.csv has no value in column 'tokens'"),
    ],
)
def test_a_table_without_values_is_told(tmp_path: Path, table: str, message: str) -> None:
    (fault,) = read(tmp_path, "csv: demand.csv, column: tokens, date: date", table).faults
    assert fault.message == message


def test_a_table_that_is_no_text_is_told(tmp_path: Path) -> None:
    read(tmp_path, "csv: demand.csv, column: tokens, date: date")
    (tmp_path / "demand.csv").write_bytes(b"date,tokens\n\xff,1\n")
    (fault,) = read_file(tmp_path / "programme.yaml").faults
    assert fault.message == "demand.csv is not text in UTF-8"
