"""Files and folders that will not do, through the command: told with their place and a way out, never a traceback."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gigawatt.cli import app

GIGAWATT = str(Path(sys.executable).with_name("gigawatt"))
FAULTS, NOT_WRITTEN = 1, 3

SOUND = """\
programme: acme
decides: [acme]
horizon: {from: 2027-01, through: 2027-03}
currency: USD
parties: {acme: {}, lumen: {}, maker: {}}
chips:
  unit: {bf16: 1e15 FLOP/s, memory: 80 GB, it_power: 1 kW, vendor: maker, price: 36000 USD/chip, available: 2026-01-01}
sites:
  hall:
    landlord: acme
    operator: acme
    phases:
      a: {power: 1 MW, ready: 2027-01-01, capex: 1e6 USD}
pools:
  hall-unit: {site: hall, chip: unit, owner: acme}
workloads:
  chat: {kind: serving, chips: 100, unserved: 5 USD/chip-hour}
contracts:
  order:
    buyer: acme
    seller: lumen
    status: signed
    from: 2026-06-01
    through: 2027-12-31
    clauses:
      rate: {kind: price, chip: unit, price: 3 USD/chip-hour}
"""


@dataclass(frozen=True)
class Slip:
    """What is put in place of a part of the sound file, and what is told: line, and pieces of the message."""

    old: str
    new: str
    line: int
    told: tuple[str, ...]
    beside: dict[str, str] = field(default_factory=dict)


SLIPS = {
    "not YAML": Slip("decides: [acme]", "decides: [acme", 3, ("is not YAML", "',' or ']'")),
    "a missing include": Slip(
        "programme: acme", "programme: acme\ninclude: [sites.yaml]", 2, ("there is no file sites.yaml",)
    ),
    "duplicate keys": Slip(
        "currency: USD", "currency: USD\ncurrency: EUR", 5, ("currency", "programme.yaml:4:1", "keep one of them")
    ),
    "program for programme": Slip("programme: acme", "program: acme", 1, ("did you mean 'programme'?",)),
    "an unknown key": Slip("landlord: acme", "landlrd: acme", 10, ("did you mean 'landlord'?",)),
    "an unknown kind": Slip("kind: price", "kind: prize", 26, ("prize", "price")),
    "MW where USD is due": Slip("capex: 1e6 USD", "capex: 1e6 MW", 13, ("MW", "USD")),
    "negative power": Slip("power: 1 MW", "power: -1 MW", 13, ("power", "-1")),
    "a site without phases": Slip(
        "    phases:\n      a: {power: 1 MW, ready: 2027-01-01, capex: 1e6 USD}\n", "    phases: {}\n", 12, ("phase",)
    ),
    "a phase that ends before it begins": Slip(
        "ready: 2027-01-01", "ready: 2027-01-01, until: 2026-12-01", 13, ("2026-12-01", "before it begins")
    ),
    "a pool naming no chip": Slip("site: hall, chip: unit,", "site: hall,", 15, ("chip",)),
    "a deciding provider without resource cost": Slip("[acme]", "[acme, lumen]", 26, ("resource_cost", "lumen")),
    "a series with no value at the start": Slip(
        "price: 3 USD/chip-hour", "price: {2027-02: 3 USD/chip-hour}", 26, ("2027-01-01", "2027-02-01")
    ),
    "a workload that no pool can run": Slip(
        "chips: 100,", "chips: 100, chips_allowed: [h100],", 17, ("no pool can run it", "hall-unit", "lumen-unit")
    ),
    "a clause on an unknown party": Slip(
        "kind: price, chip: unit, price: 3 USD/chip-hour",
        "kind: exclusivity, holder: lumenn, workloads: [chat]",
        26,
        ("did you mean 'lumen'?",),
    ),
    "a CSV without the column": Slip(
        "chips: 100",
        "chips: {csv: demand.csv, column: chips, date: date}",
        17,
        ("chips", "demand.csv", "date, wanted"),
        {"demand.csv": "date,wanted\n2027-01-01,100\n"},
    ),
    "two contracts with one id": Slip(
        "programme: acme",
        "programme: acme\ninclude: more.yaml",
        20,
        ("order", "more.yaml:2"),
        {"more.yaml": "contracts:\n  order: {buyer: acme, seller: lumen, status: loi, clauses: {}}\n"},
    ),
    "an offer without sign_by": Slip("status: signed", "status: offer", 22, ("sign_by",)),
    "a horizon of zero months": Slip("through: 2027-03}", "until: 2027-01-01}", 3, ("month",)),
}


def invoke(*arguments: object) -> Any:
    """Run the command in this process; nothing but an exit may come out of it."""
    result = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def write(folder: Path, slip: Slip | None = None) -> Path:
    text = SOUND
    if slip is not None:
        assert SOUND.count(slip.old) == 1, slip.old
        text = SOUND.replace(slip.old, slip.new)
        for name, content in slip.beside.items():
            (folder / name).write_text(content)
    path = folder / "programme.yaml"
    path.write_text(text)
    return path


def test_the_file_that_the_slips_are_made_in_is_sound(tmp_path: Path) -> None:
    path = write(tmp_path)
    assert invoke("check", path).exit_code == 0
    assert invoke("plan", path).exit_code == 0


@pytest.mark.parametrize("what", SLIPS)
def test_a_slip_is_told_with_its_line_by_both_commands(tmp_path: Path, what: str) -> None:
    slip, out = SLIPS[what], tmp_path / "out"
    path = write(tmp_path, slip)
    checked, planned = invoke("check", path), invoke("plan", path, "--out", out)
    assert (checked.exit_code, planned.exit_code) == (FAULTS, FAULTS)
    assert planned.stderr == checked.stderr
    assert checked.stdout == planned.stdout == ""
    *faults, count = checked.stderr.splitlines()
    assert count == f"{len(faults)} fault{'s' * (len(faults) > 1)}"
    here = [fault for fault in faults if f"programme.yaml:{slip.line}:" in fault]
    assert any(all(piece in fault for piece in slip.told) for fault in here), checked.stderr
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(("text", "told"), [("", "empty"), ("# nothing\n", "empty"), ("- a\n- b\n", "programme")])
def test_a_file_without_a_programme(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "programme.yaml"
    path.write_text(text)
    result = invoke("check", path)
    assert result.exit_code == FAULTS
    assert told in result.stderr


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir()], ids=["missing", "a folder"])
def test_a_file_that_cannot_be_read(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "programme.yaml"
    make(path)
    for command in ("check", "plan"):
        result = invoke(command, path)
        assert result.exit_code == FAULTS
        assert result.stderr.startswith(f"{path}: ")
        assert len(result.stderr.splitlines()) == 2


def test_a_real_process_shows_no_traceback(tmp_path: Path) -> None:
    path = write(tmp_path, SLIPS["not YAML"])
    done = subprocess.run([GIGAWATT, "plan", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == FAULTS
    assert "Traceback" not in done.stdout + done.stderr
    assert done.stderr.startswith(f"{path}:3:")


def test_an_output_folder_that_cannot_be_made_is_told_before_the_plan_is_sought(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gigawatt.app.plan", lambda *_, **__: pytest.fail("sought a plan that has nowhere to go"))
    path = write(tmp_path)
    for out in (path, path / "below", Path("/proc/gigawatt")):
        result = invoke("plan", path, "--out", out)
        assert result.exit_code == NOT_WRITTEN
        assert result.stderr.startswith(f"error: cannot write to {out}: ")
        assert result.stderr.endswith("give another --out\n")


def test_an_answer_that_cannot_be_written_after_all_is_told(tmp_path: Path) -> None:
    path, out = write(tmp_path), tmp_path / "out"
    (out / "cash.csv").mkdir(parents=True)
    result = invoke("plan", path, "--out", out, "--no-report")
    assert result.exit_code == NOT_WRITTEN
    assert result.stderr.startswith(f"error: cannot write the plan to {out}: ")


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    path, out = write(tmp_path), tmp_path / "out"
    (out / "report.html").mkdir(parents=True)
    result = invoke("plan", path, "--out", out)
    assert result.exit_code == NOT_WRITTEN
    assert str(out / "report.html") in result.stderr


def test_a_schema_and_a_start_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    path = write(tmp_path)
    for arguments in (("schema", "--out", path / "s.json"), ("init", path), ("init", path / "below")):
        result = invoke(*arguments)
        assert result.exit_code == NOT_WRITTEN
        assert result.stderr.startswith("error: ")
        assert len(result.stderr.splitlines()) == 1
    assert path.read_text() == SOUND
