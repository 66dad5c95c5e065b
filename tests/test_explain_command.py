"""The command `explain`: what it prints, its JSON, its exit codes, and the mistakes of those who call it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import gigawatt as gw
from tests.programmes import EXAMPLES
from tests.test_cli import run
from tests.test_explain_mending import POWER, programme
from tests.test_plan_contradictions import HEAD

LAB, STARTUP = (str(EXAMPLES / name / "programme.yaml") for name in ("lab", "startup"))


@pytest.fixture(scope="module")
def told() -> str:
    return run("explain", STARTUP).stdout


def test_it_tells_what_is_unserved_where_work_runs_and_who_says_so(told: str) -> None:
    lines = told.splitlines()
    assert lines[0] == "acme  optimal"
    assert any(line.startswith("research unserved, Jan 2027 – Mar 2027: 111,809 chip-h") for line in lines)
    assert "no more than lumen-order-7/gpus brings" in told
    assert "rent 4.10 (azure-2026/rate)" in told
    assert "HERE AND NOT THERE" in told
    assert "lumen-order-7/gpus: reservation between acme and lumen, 2.1" in told
    assert "programme.yaml:20:7" in told


def test_one_question_is_answered_alone() -> None:
    assert "HERE AND NOT THERE" not in run("explain", STARTUP, "--why", "unserved").stdout
    assert "unserved" not in run("explain", STARTUP, "--why", "here").stdout


def test_a_workload_and_a_month_are_told_pool_by_pool() -> None:
    shown = run("explain", LAB, "--workload", "chat", "--month", "2027-02").stdout
    assert "chat, Feb 2027, in USD/chip-h" in shown
    assert [line.split()[0] for line in shown.splitlines() if line[:5] in ("north", "south", "hall-")] == [
        "hall-unit", "north-unit", "south-unit", "south-block"
    ]  # fmt: skip


def test_what_if_changes_the_programme_first() -> None:
    assert "research unserved" not in run("explain", STARTUP, "--set", "workloads.research.use=*0.01").stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--workload", "reserch"), "there is no workload 'reserch'; did you mean 'research'?"),
        (("--pool", "azure-h10"), "there is no pool 'azure-h10'; did you mean 'azure-h100'?"),
        (("--month", "2029-01"), "'2029-01' is no month of the horizon, which is from 2027-01 through 2028-06"),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_the_nearest(arguments: tuple[str, str], complaint: str) -> None:
    assert complaint in run("explain", STARTUP, *arguments, code=1).stderr
    assert complaint in json.loads(run("explain", STARTUP, *arguments, "--json", code=1).stdout)["error"]


def test_a_workload_that_cannot_run_on_a_pool_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "programme.yaml"
    path.write_text(HEAD + POWER.replace("chips: 10,", "chips: 10, not_pools: [gale-unit],").replace(
        "existing: 100}", "existing: 100}, gale-unit: {provider: gale, chip: unit}"))  # fmt: skip
    with pytest.raises(gw.GigawattError, match=r"chat cannot run on gale-unit.*it can run on hall-unit"):
        gw.explain(gw.load(path), workload="chat", pool="gale-unit")


def test_without_a_plan_it_exits_with_1_and_tells_what_mends(tmp_path: Path) -> None:
    programme(tmp_path, POWER)
    shown = " ".join(run("explain", tmp_path / "programme.yaml", code=1).stdout.split())
    assert "contradictions infeasible no plan keeps all of these together:" in shown
    assert "mend: 0.04 MW more: power of hall" in shown


def of_json(*arguments: Any, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("explain", *arguments, "--json", code=code).stdout)
    assert set(found) == {
        "programme", "currency", "status", "optimal", "conflict", "unserved", "placings", "in_full", "left_out"
    }  # fmt: skip
    return found


def test_json_tells_each_reason_and_part_with_its_signer() -> None:
    found = of_json(LAB)
    assert found["conflict"] is None
    assert found["optimal"]
    (explore,) = {each["workload"] for each in found["unserved"]}
    assert explore == "explore"
    reasons = {reason["pool"]: reason for reason in found["unserved"][0]["reasons"]}
    assert reasons["north-unit"]["limits"][0]["signer"]["words"] == (
        "north-2026/block: reservation between lab and north, 3.1"
    )
    assert set(reasons["north-unit"]) == {"pool", "kind", "price", "limits", "parts"}
    for placing in found["placings"]:
        for place in placing["places"]:
            assert sum(part["amount"] for part in place["parts"]) == pytest.approx(place["gain"], abs=1e-12)


def test_json_of_a_contradiction_has_every_way_to_mend(tmp_path: Path) -> None:
    programme(tmp_path, POWER)
    conflict = of_json(tmp_path / "programme.yaml", code=1)["conflict"]
    ways = {member["signer"]["by"]: member["ways"] for member in conflict["members"]}
    assert ways["let/chips"] == [[{
        "by": "let/chips", "what": "chips in hall-unit", "amount": pytest.approx(40.0), "unit": "chip", "way": "less",
        "months": [],
    }]]  # fmt: skip
    assert set(ways) == {"let/chips", "physics: fit", "physics: power"}
