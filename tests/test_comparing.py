"""Two plans side by side: what differs, in words, as rows, and as a picture."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import gigawatt as gw
from gigawatt.app import compared
from gigawatt.cli import app
from gigawatt.report.two_plans import words
from tests.programmes import EXAMPLES

STARTUP = EXAMPLES / "startup" / "programme.yaml"


@pytest.fixture(scope="module")
def plans() -> tuple[gw.Plan, gw.Plan]:
    kept = gw.load(STARTUP)
    return gw.plan(kept), gw.plan(gw.change(kept, without=["azure-2026/commit"]))


@pytest.fixture(scope="module")
def folders(plans: tuple[gw.Plan, gw.Plan], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    made = tmp_path_factory.mktemp("kept"), tmp_path_factory.mktemp("left")
    for plan, folder in zip(plans, made, strict=True):
        plan.write(folder)
    return made


def test_what_is_decided_paid_and_served_otherwise_is_told(plans: tuple[gw.Plan, gw.Plan]) -> None:
    found = compared(*plans)
    rows = {(row["aspect"], row["name"]): row for row in found.differences.iter_rows(named=True)}
    signed = rows["decision", "sign fjord-offer"]
    assert (signed["first"], signed["second"]) == (0.0, 1.0)
    for name in ("azure", "fjord", "acme"):
        each = [float(plan.tables["parties"].filter(party=name)["cash"][0]) for plan in plans]
        told = rows["party", name]
        assert (told["first"], told["second"], told["difference"]) == (*each, each[1] - each[0])
    assert rows["clause", "azure-2026/rate"]["difference"] < 0 < rows["clause", "fjord-offer/gpus"]["difference"]
    assert rows["workload", "research"]["unit"] == "chip-hour"
    assert found.second == "without azure-2026/commit"


def test_the_parts_add_up(plans: tuple[gw.Plan, gw.Plan]) -> None:
    found = compared(*plans)
    decides = float(found.of("party").filter(name="acme")["difference"][0])
    assert found.of("year")["difference"].sum() == pytest.approx(decides)
    assert found.of("clause")["difference"].sum() == pytest.approx(-decides)


def test_a_plan_compared_with_itself_is_the_same(plans: tuple[gw.Plan, gw.Plan]) -> None:
    assert compared(plans[0], plans[0]).differences.is_empty()
    assert list(words(compared(plans[0], plans[0]))) == ["The two plans are the same."]


def test_folders_tell_what_the_plans_do(plans: tuple[gw.Plan, gw.Plan], folders: tuple[Path, Path]) -> None:
    assert compared(*folders).differences.equals(compared(*plans).differences)
    assert compared(folders[0], plans[1]).differences.equals(compared(*plans).differences)


def test_the_command_tells_it_in_words_tables_json_and_a_picture(folders: tuple[Path, Path], tmp_path: Path) -> None:
    picture = tmp_path / "difference.svg"
    told = CliRunner().invoke(app, ["compare", *map(str, folders), "--picture", str(picture)])
    assert told.exit_code == 0
    assert "The second plan decides to sign fjord-offer, the first does not." in told.output
    assert "PAID BY CLAUSE" in told.output
    assert picture.read_text(encoding="utf-8").startswith("<svg")
    rows = json.loads(CliRunner().invoke(app, ["compare", *map(str, folders), "--json"]).output)
    assert rows["currency"] == "USD"
    assert {row["aspect"] for row in rows["differences"]} >= {"decision", "party", "clause", "pool", "year"}


def test_mistakes_are_told_in_words(folders: tuple[Path, Path], tmp_path: Path) -> None:
    none = CliRunner().invoke(app, ["compare", str(folders[0]), str(tmp_path)])
    assert none.exit_code == 1
    assert "make one with `gigawatt plan FILE --out" in none.stderr
    cut = tmp_path / "cut"
    cut.mkdir()
    (cut / "plan.json").write_text((folders[0] / "plan.json").read_text(encoding="utf-8")[:100], encoding="utf-8")
    assert "could be read" in CliRunner().invoke(app, ["compare", str(folders[0]), str(cut)]).stderr
    other = tmp_path / "other"
    plan = gw.plan(gw.load(STARTUP))
    plan.write(other)
    text = (other / "plan.json").read_text(encoding="utf-8").replace('"currency": "USD"', '"currency": "EUR"')
    (other / "plan.json").write_text(text, encoding="utf-8")
    assert "compare plans of one currency" in CliRunner().invoke(app, ["compare", str(folders[0]), str(other)]).stderr
    lost = CliRunner().invoke(app, ["compare", *map(str, folders), "--picture", str(tmp_path / "no" / "where.svg")])
    assert lost.exit_code == 3
