"""A sweep: every case of a grid is planned, kept as soon as it is done, and found again by the next run."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

import gigawatt as gw
from gigawatt.app import sweep_of
from gigawatt.cli import app
from gigawatt.sim import sweeping
from tests.programmes import EXAMPLES

STARTUP = EXAMPLES / "startup" / "programme.yaml"
CHIPS, PRICE = "workloads.chat.chips", "contracts.fjord-offer.clauses.gpus.price"
GRID = {CHIPS: ["100", "+10 %"], PRICE: ["1.50 USD/chip-hour", "*1.2"]}


def words(out: Path, *more: str) -> list[str]:
    settings = [f"{path}={','.join(values)}" for path, values in GRID.items()]
    named = [word for one in settings for word in ("--set", one)]
    return ["sweep", str(STARTUP), *named, "--out", str(out), *more]


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pl.DataFrame]:
    out = tmp_path_factory.mktemp("sweep")
    return out, sweep_of(gw.load(STARTUP), GRID, out, workers=1)


def test_each_case_is_the_plan_of_the_changed_programme_in_order(swept: tuple[Path, pl.DataFrame]) -> None:
    table = swept[1]
    assert list(zip(table[CHIPS], table[PRICE], strict=True)) == [
        ("100", "1.50 USD/chip-hour"), ("100", "*1.2"), ("+10 %", "1.50 USD/chip-hour"), ("+10 %", "*1.2")
    ]  # fmt: skip
    for row in table.iter_rows(named=True):
        plan = gw.plan(gw.change(gw.load(STARTUP), set={CHIPS: row[CHIPS], PRICE: row[PRICE]}))
        assert row["objective"] == pytest.approx(plan.solve.objective)
        assert row["cash"] == pytest.approx(float(plan.tables["parties"].filter(pl.col("decides"))["cash"].sum()))
    assert list(table["signed"]) == ["fjord-offer", "", "fjord-offer", ""]


def test_cases_side_by_side_are_the_same(swept: tuple[Path, pl.DataFrame], tmp_path: Path) -> None:
    both = sweep_of(gw.load(STARTUP), GRID, tmp_path, workers=2)
    assert both.drop("seconds").equals(swept[1].drop("seconds"))


def test_what_is_known_is_not_planned_again(swept: tuple[Path, pl.DataFrame], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "_case", lambda planned, case: pytest.fail(f"planned {case} again"))
    told: list[tuple[int, int]] = []
    again = sweep_of(gw.load(STARTUP), GRID, swept[0], workers=1, tell=lambda known, of: told.append((known, of)))
    assert again.equals(swept[1])
    assert told == [(4, 4)]


def test_another_option_or_another_file_is_another_case(swept: tuple[Path, pl.DataFrame], tmp_path: Path) -> None:
    file = tmp_path / "programme.yaml"
    file.write_text(STARTUP.read_text(encoding="utf-8"), encoding="utf-8")
    one = {CHIPS: ["100"]}
    kept = tmp_path / "out"
    first = sweep_of(gw.load(file), one, kept, workers=1)
    sweep_of(gw.load(file), one, kept, workers=1, relax=True)
    file.write_text(file.read_text(encoding="utf-8").replace("2.10 USD", "2.20 USD"), encoding="utf-8")
    dearer = sweep_of(gw.load(file), one, kept, workers=1)
    assert len(list((kept / "cases").glob("*.json"))) == 3
    assert dearer["objective"][0] != first["objective"][0]


def test_a_case_without_a_plan_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    table = sweep_of(gw.load(STARTUP), {CHIPS: ["100", "5 MW", "200"]}, tmp_path, workers=1)
    assert list(table["status"]) == ["optimal", "no plan", "optimal"]
    assert "5 MW where a number of chips is due" in table["error"][1]
    told = CliRunner().invoke(app, ["sweep", str(STARTUP), "--set", f"{CHIPS}=100,5 MW", "--out", str(tmp_path)])
    assert told.exit_code == 0
    assert "no plan for workloads.chat.chips = 5 MW" in told.output


def test_a_sweep_that_is_killed_goes_on_where_it_was(tmp_path: Path, swept: tuple[Path, pl.DataFrame]) -> None:
    command = [sys.executable, "-m", "gigawatt", *words(tmp_path, "--workers", "1", "--quiet")]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("cases/*.json")) and time.monotonic() < deadline:
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.wait()
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("cases/*.json")}
    assert kept
    options = {"relax": False, "gap": None, "budget_seconds": 60.0, "as_of": None}  # as the command has them
    table = sweep_of(gw.load(STARTUP), GRID, tmp_path, workers=1, **options)
    assert table.drop("seconds").equals(swept[1].drop("seconds"))
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


def test_a_case_that_was_cut_short_is_planned_again(swept: tuple[Path, pl.DataFrame], tmp_path: Path) -> None:
    sweep_of(gw.load(STARTUP), {CHIPS: ["100"]}, tmp_path, workers=1)
    (file,) = tmp_path.glob("cases/*.json")
    file.write_text(file.read_text(encoding="utf-8")[:40], encoding="utf-8")
    table = sweep_of(gw.load(STARTUP), {CHIPS: ["100"]}, tmp_path, workers=1)
    assert list(table["status"]) == ["optimal"]
    assert json.loads(file.read_text(encoding="utf-8"))["case"] == ["workloads.chat.chips = 100"]


def test_the_command_tells_every_case(swept: tuple[Path, pl.DataFrame], tmp_path: Path) -> None:
    rows = json.loads(CliRunner().invoke(app, words(tmp_path, "--json", "--workers", "1")).output)
    assert [row["objective"] for row in rows] == pytest.approx(list(swept[1]["objective"]))
    assert pl.read_csv(tmp_path / "sweep.csv").columns == swept[1].columns


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (f"{CHIPS}=", "says not what is set to what"),
        (f"{CHIPS}=,", "workloads.chat.chips has no values, so that there are no cases"),
        (CHIPS, "says not what is set to what"),
    ],
)
def test_a_sweep_of_no_cases_is_an_error(settings: str, told: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["sweep", str(STARTUP), "--set", settings, "--out", str(tmp_path)])
    assert result.exit_code == 1
    assert told in result.stderr


def test_a_folder_that_cannot_be_written_to_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert CliRunner().invoke(app, words(tmp_path / "file")).exit_code == 3
    with pytest.raises(gw.OutputError, match="cannot write to"):
        sweep_of(gw.load(STARTUP), GRID, tmp_path / "file", workers=1)
