"""The command by what it prints, writes and exits with."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

import gigawatt as gw
from gigawatt.cli import app
from gigawatt.model.plan import TABLES

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
LAB = str(EXAMPLES / "lab" / "programme.yaml")
SCHEMA = EXAMPLES / "programme.schema.json"
PROGRAMS = Path(sys.executable).parent
COMMANDS = {
    "export": ["--book", "--out", "--party", "--period", "--chart", "--programme", "--json"],
    "check": ["--json"],
    "plan": [
        "--out", "--relax", "--gap", "--budget", "--mps", "--as-of", "--set", "--without", "--event", "--no-report",
        "--json", "--quiet",
    ],
    "explain": [
        "--workload", "--month", "--pool", "--why", "--relax", "--gap", "--budget", "--as-of", "--set", "--without",
        "--event", "--json", "--quiet",
    ],
    "worth": [
        "--clauses", "--as-of", "--out", "--relax", "--budget", "--shares", "--no-shares", "--set", "--without",
        "--event", "--json", "--quiet",
    ],
    "schema": ["--out", "--facts"],
    "throughput": [
        "--chip", "--model", "--precision", "--in", "--out", "--scenario", "--training", "--file", "--json"
    ],
    "init": [],
    "may": [
        "--by", "--place", "--procure", "--access", "--decide", "--in", "--for", "--power", "--chips", "--price",
        "--contract", "--from", "--through", "--approved", "--field", "--on", "--known", "--facts", "--json",
    ],
    "clauses": ["--on", "--known", "--party", "--changes", "--json"],
    "clause": ["--json"],
    "compare": [
        "--offers-of", "--set", "--without", "--event", "--relax", "--gap", "--budget", "--as-of", "--picture",
        "--json", "--quiet",
    ],
    "sweep": [
        "--set", "--out", "--without", "--event", "--relax", "--gap", "--budget", "--as-of", "--workers", "--json",
        "--quiet",
    ],
    "settle": ["--facts", "--focus", "--through", "--book", "--as-of", "--json", "--quiet"],
    "statement": ["--book", "--between", "--period", "--html", "--csv", "--json", "--out"],
    "commitments": ["--facts", "--focus", "--as-of", "--by", "--year-begins", "--csv", "--picture", "--json"],

    "meter": [
        "--out", "--plan", "--seed", "--noise", "--through", "--daily", "--relax", "--budget", "--json", "--quiet"
    ],
    "due": ["--from", "--through", "--known", "--facts", "--ics", "--json"],
}  # fmt: skip


def run(*arguments: object, code: int = 0) -> Any:
    """Run the command in this process; it must exit with `code`, and never by an error that nobody foresaw."""
    result = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": "120", "NO_COLOR": "1"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


def process(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that a plan of the laboratory was written to, and what was printed."""
    out = tmp_path_factory.mktemp("lab") / "out"
    return out, run("plan", LAB, "--out", out).stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_a_command_does_and_names_its_options(command: str) -> None:
    shown = run(command, "--help").stdout
    assert run(command, "-h").stdout == shown
    does = next(each for each in app.registered_commands if each.callback and each.callback.__name__ == command)
    assert does.callback is not None
    assert " ".join((does.callback.__doc__ or "").split()[:6]) in " ".join(shown.split())
    listed = set(re.findall(r"(?<![\w-])--[a-z-]+", shown)) - {"--help"}
    assert listed == set(COMMANDS[command])


def test_every_command_is_listed_and_known_here() -> None:
    assert {each.callback.__name__ for each in app.registered_commands if each.callback} == set(COMMANDS)
    shown = run("--help").stdout
    assert all(re.search(rf"^\W*{command} {{2,}}", shown, re.MULTILINE) for command in COMMANDS)


def test_the_version_is_printed() -> None:
    assert run("--version").stdout == f"gigawatt {gw.__version__}\n"


@pytest.mark.parametrize("program", [["gigawatt"], ["gw"], [sys.executable, "-m", "gigawatt"]], ids=" ".join)
def test_the_command_goes_by(program: list[str]) -> None:
    first = program[0] if "/" in program[0] else str(PROGRAMS / program[0])
    done = process(first, *program[1:], "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"gigawatt {gw.__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["plan"], "Missing argument"),
        (["settel"], "No such command"),
        (["plan", LAB, "--gab", "0"], "No such option"),
        (["plan", LAB, "--gap", "-1"], "--gap"),
        (["plan", LAB, "--gap", "half"], "--gap"),
        (["plan", LAB, "--budget", "0"], "--budget"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_call_that_makes_no_sense_exits_with_2(arguments: list[str], complaint: str) -> None:
    result = run(*arguments, code=2)
    assert complaint in result.stderr
    assert result.stdout == ""


def test_a_sound_file_is_called_sound_and_counted() -> None:
    lines = run("check", LAB).stdout.splitlines()
    assert lines[0] == f"{LAB} is sound: lab, 2027-01-01 until 2027-05-01"
    assert re.match(r"  \d+ parties, 1 site, 4 pools, 3 workloads, 3 contracts, 4 clauses, \d+ assumptions?$", lines[1])
    assert len(lines) == 2


def test_a_sound_file_as_json() -> None:
    told = json.loads(run("check", LAB, "--json").stdout)
    assert told["sound"] is True
    assert (told["programme"], told["sites"], told["contracts"], told["clauses"]) == ("lab", 1, 3, 4)
    assert told["notes"] == []


def test_what_no_plan_will_see_is_told_in_a_line_and_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "programme.yaml"
    run("init", tmp_path)
    text = path.read_text()
    path.write_text(text.replace("workloads:\n", "workloads:\n  late: {kind: research, chips: 9, from: 2040-01}\n", 1))
    line = text.splitlines().index("workloads:") + 2
    *_, told = run("check", path).stdout.splitlines()
    assert told.startswith(f"{path}:{line}:3: workloads.late: is not planned: it begins on 2040-01-01, and the horizon")
    (note,) = json.loads(run("check", path, "--json").stdout)["notes"]
    assert list(note) == ["file", "line", "column", "path", "message"]
    assert f"{note['file']}:{note['line']}:{note['column']}: {note['path']}: {note['message']}" == told


def test_faults_are_told_on_the_error_stream_each_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("programme: x\ndecide: a\nhorizon: {from: 2027-01, through: 2026-01}\n")
    result = run("check", path, code=1)
    assert result.stdout == ""
    *faults, count = result.stderr.splitlines()
    assert count == f"{len(faults)} faults"
    assert faults[0] == f"{path}:2:1: decide: unknown key 'decide'; did you mean 'decides'?"
    assert all(fault.startswith(f"{path}:") for fault in faults)


def test_faults_as_json_are_the_same_ones(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("programme: x\ndecide: a\nhorizon: {from: 2027-01, through: 2027-01}\n")
    with pytest.raises(gw.ProgrammeError) as caught:
        gw.load(path)
    for command in ("check", "plan"):
        told = json.loads(run(command, path, "--json", code=1).stdout)
        assert told == {"sound": False, "faults": [dataclasses.asdict(fault) for fault in caught.value.faults]}


NEVER = """\
programme: acme
decides: acme
horizon: {from: 2027-01, through: 2027-03}
parties: {acme: {}, lumen: {}}
workloads: {chat: {kind: serving, chips: 20, unserved: 12 USD/chip-hour}}
participation: {lumen: 9e9 USD}
contracts:
  order: {buyer: acme, seller: lumen, status: signed, from: 2027-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 3 USD/chip-hour}}}
"""


def test_where_there_is_no_plan_json_says_so_and_why(tmp_path: Path) -> None:
    path = tmp_path / "programme.yaml"
    path.write_text(NEVER)
    result = run("plan", path, "--json", code=1)
    told = json.loads(result.stdout)
    assert list(told) == ["status", "error"]
    assert told["status"] == "infeasible"
    assert "participation" in told["error"]
    assert run("plan", path, code=1).stderr == f"error: {told['error']}\n"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (gw.Infeasible("x"), "infeasible"),
        (gw.Unbounded("x"), "unbounded"),
        (gw.CycleError("x"), "cycle"),
        (gw.PlanError("no plan was found within 1 s"), "not found"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_json_has_a_word_for_each_reason_why_there_is_no_plan(
    error: gw.PlanError, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("gigawatt.app.plan", fails)
    assert json.loads(run("plan", LAB, "--json", code=1).stdout) == {"status": status, "error": str(error)}
    assert run("plan", LAB, code=1).stdout == ""


def test_init_writes_a_programme_that_checks_and_plans(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "acme"
    printed = run("init", folder).stdout
    path = folder / "programme.yaml"
    assert f"gigawatt check {path}" in printed
    assert f"gigawatt plan {path}" in printed
    assert path.read_text().splitlines()[0] == "# yaml-language-server: $schema=programme.schema.json"
    assert json.loads((folder / "programme.schema.json").read_text()) == gw.schema()
    assert "is sound" in run("check", path).stdout
    assert "optimal" in run("plan", path).stdout


def test_init_leaves_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "programme.yaml").write_text("mine")
    result = run("init", tmp_path, code=3)
    assert "is there already and is left as it is" in result.stderr
    assert (tmp_path / "programme.yaml").read_text() == "mine"
    assert list(tmp_path.iterdir()) == [tmp_path / "programme.yaml"]


def test_the_schema_in_the_examples_is_the_one_that_reads_them(tmp_path: Path) -> None:
    """Written by `gigawatt schema --out examples/programme.schema.json`; write it again where this fails."""
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == gw.schema()
    assert run("schema").stdout == SCHEMA.read_text(encoding="utf-8")
    run("schema", "--out", tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == SCHEMA.read_bytes()


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/programme.yaml")), ids=lambda path: path.parent.name)
def test_the_first_line_of_an_example_points_to_the_schema(path: Path) -> None:
    found = re.fullmatch(r"# yaml-language-server: \$schema=(.+)", path.read_text().splitlines()[0])
    assert found is not None
    assert (path.parent / found[1]).resolve() == SCHEMA


def test_a_plan_writes_every_table_twice_the_report_and_all_of_it_as_json(written: tuple[Path, str]) -> None:
    out, printed = written
    files = {path.name for path in out.iterdir()}
    tables = {f"{name}.{ending}" for name in TABLES for ending in ("parquet", "csv")}
    assert files == tables | {"plan.json", "facts.parquet", "report.html"}
    whole = json.loads((out / "plan.json").read_text())
    assert whole["programme"] == "lab"
    assert list(whole) == ["programme", "currency", "changes", "solve", "tables"]
    assert set(whole["tables"]) == set(TABLES)
    for name in TABLES:
        frame = pl.read_parquet(out / f"{name}.parquet")
        text = pl.read_csv(out / f"{name}.csv", infer_schema=False)
        assert text.columns == frame.columns
        assert len(text) == len(frame) == len(whole["tables"][name])
    assert f"written to {out}; open {out / 'report.html'}" in printed


def test_money_in_every_form_of_the_answer_is_exact(written: tuple[Path, str]) -> None:
    out, _ = written
    cash = pl.read_parquet(out / "cash.parquet")
    assert cash.schema["amount"] == pl.Decimal(38, 2)
    amounts = [str(amount) for amount in cash["amount"]]
    assert amounts == list(pl.read_csv(out / "cash.csv", infer_schema=False)["amount"])
    assert amounts == [row["amount"] for row in json.loads((out / "plan.json").read_text())["tables"]["cash"]]


def test_a_plan_without_a_folder_is_told_and_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    printed = run("plan", LAB).stdout
    assert "DECIDE" in printed
    assert "written" not in printed
    assert list(tmp_path.iterdir()) == []


def test_without_a_report_there_is_none(tmp_path: Path) -> None:
    printed = run("plan", LAB, "-o", tmp_path, "--no-report", "-q").stdout
    assert not (tmp_path / "report.html").exists()
    assert (tmp_path / "plan.json").exists()
    assert printed.splitlines()[-1] == f"written to {tmp_path}"


def test_a_plan_as_json_is_what_is_written(written: tuple[Path, str]) -> None:
    told = json.loads(run("plan", LAB, "--json").stdout)
    whole = json.loads((written[0] / "plan.json").read_text())
    for each in (told, whole):
        each["solve"].pop("seconds")
    assert told == whole


def test_a_relaxed_plan_is_at_least_as_good_and_says_that_it_is_relaxed(written: tuple[Path, str]) -> None:
    whole = json.loads((written[0] / "plan.json").read_text())["solve"]
    result = run("plan", LAB, "--relax", "--json")
    solve = json.loads(result.stdout)["solve"]
    assert solve["relaxed"]
    assert not whole["relaxed"]
    assert "relaxed" in solve["status"]
    assert solve["objective"] >= whole["objective"] - 1e-6 * abs(whole["objective"])


def test_options_reach_the_planner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: dict[str, Any] = {}
    answer = gw.plan(gw.load(LAB))

    def find(programme: gw.Programme, **options: Any) -> gw.Plan:
        asked.update(options)
        return answer

    monkeypatch.setattr("gigawatt.app.plan", find)
    run("plan", LAB, "--gap", "0.02", "--budget", "7", "--mps", tmp_path / "m.mps", "--relax", "--as-of", "2027-02")
    del asked["tell"]
    assert asked.pop("as_of") == date(2027, 2, 1)
    assert asked == {"relax": True, "gap": 0.02, "budget_seconds": 7.0, "model_file": tmp_path / "m.mps"}


def test_a_plan_that_is_not_proven_best_exits_with_4_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answer = gw.plan(gw.load(LAB))
    status = "not proven best: the budget was spent at a gap of 3.00%"
    cut = dataclasses.replace(answer, solve=dataclasses.replace(answer.solve, optimal=False, status=status, gap=0.03))
    monkeypatch.setattr("gigawatt.app.plan", lambda programme, **options: cut)
    result = run("plan", LAB, "--out", tmp_path, "--no-report", code=4)
    assert status in " ".join(result.stdout.split())
    assert json.loads((tmp_path / "plan.json").read_text())["solve"]["status"] == status


def test_a_budget_that_ends_before_any_plan_is_an_error_that_says_what_to_do() -> None:
    result = run("plan", EXAMPLES / "stargate" / "programme.yaml", "--budget", "0.1", code=1)
    assert result.stderr.startswith("error: no plan was found within 0.1 s")
    assert "--budget" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("ending", ["mps", "lp"])
def test_the_model_is_written_for_another_solver(written: tuple[Path, str], tmp_path: Path, ending: str) -> None:
    import highspy

    path = tmp_path / f"model.{ending}"
    run("plan", LAB, "--mps", path, "-q")
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    assert solver.readModel(str(path)) == highspy.HighsStatus.kOk
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.run()
    solve = json.loads((written[0] / "plan.json").read_text())["solve"]
    assert solver.getNumCol() == solve["columns"]
    assert solver.getInfo().objective_function_value * -1e6 == pytest.approx(solve["objective"], rel=1e-6)


@pytest.mark.parametrize("name", ["no-such-folder/model.mps", "model.xyz"])
def test_a_model_that_cannot_be_written_is_said(tmp_path: Path, name: str) -> None:
    result = run("plan", LAB, "--mps", tmp_path / name, code=3)
    assert result.stderr.startswith(f"error: cannot write the model to {tmp_path / name}")


def test_the_exit_codes_are_those_of_the_page() -> None:
    page = (ROOT / "docs" / "command.md").read_text()
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    assert documented == {0, 1, 2, 3, 4, 5, 130}
