"""Sound programmes that have no plan: each error names the clauses that cause it, in words, with their places."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import pytest
from typer.testing import CliRunner

import gigawatt as gw
from gigawatt.clauses import KINDS
from gigawatt.cli import app
from gigawatt.history.binding import binding, in_order
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.values.series import Series

BASE = """\
programme: acme
decides: [acme]
horizon: {from: 2027-01, through: 2027-06}
currency: USD
chips:
  unit: {it_power: 1 kW, memory: 80 GB, vendor: maker, price: 36000 USD/chip, available: 2026-01-01, life: 5 y}
sites:
  hall: {landlord: acme, operator: acme, phases: {a: {power: 1 MW, ready: 2027-01-01, capex: 1e6 USD}}}
pools:
  hall-unit: {site: hall, chip: unit, owner: acme}
workloads:
  chat: {kind: serving, chips: 100, revenue: 5 USD/chip-hour}
contracts:
  rent:
    buyer: acme
    seller: lumen
    status: signed
    from: 2027-01-01
    through: 2027-12-31
    clauses:
      rate: {kind: price, chip: unit, price: 3 USD/chip-hour}
"""

ORDER = """\
  order:
    buyer: acme
    seller: maker
    status: signed
    from: 2027-01-01
    through: 2027-12-31
    clauses:
      chips: {kind: purchase, chip: unit, price: 30000 USD/chip, least: 100 chips/quarter, most: 200 chips/quarter}
"""

FUND = """\
  fund:
    buyer: acme
    seller: bank
    status: signed
    from: 2027-01-01
    through: 2027-12-31
    clauses:
      money: {kind: capital_commitment, investor: bank, recipient: acme, tranches: [{amount: 5e6 USD}], cite: "2.1"}
"""


class Here(gw.Clause):
    """Reads what `There` publishes, and the other way round."""

    kind: Literal["here"]
    reads: ClassVar[frozenset[str]] = frozenset({"there"})
    publishes: ClassVar[frozenset[str]] = frozenset({"here"})


class There(gw.Clause):
    """The other half of the circle."""

    kind: Literal["there"]
    reads: ClassVar[frozenset[str]] = frozenset({"here"})
    publishes: ClassVar[frozenset[str]] = frozenset({"there"})


class Indexed(gw.Clause):
    """Raises while it is drafted."""

    kind: Literal["indexed"]

    def constrain(self, draft: ClauseDraft) -> None:
        raise ValueError("the index has no value for 2027-03")


class Resale(gw.Clause):
    """The seller buys back chips at a price, as many as it is offered, and nothing says where they come from."""

    kind: Literal["resale"]

    def constrain(self, draft: ClauseDraft) -> None:
        names = draft.calendar.month_names
        resold = draft.add_columns("resold", (names,), unit="chip")
        seller, buyer = draft.contract.seller, draft.contract.buyer
        draft.pay(resold, 100.0, np.arange(len(names)), what="resale", payer=seller, payee=buyer)


@pytest.fixture(autouse=True)
def _more_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kinds above, as if an installed package had brought them."""
    monkeypatch.setattr("gigawatt.app.all_kinds", lambda: (*KINDS, Here, There, Indexed, Resale))


def load(folder: Path, text: str) -> gw.Programme:
    path = folder / "programme.yaml"
    path.write_text(text, encoding="utf-8")
    return gw.load(path)


def line_of(text: str, piece: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if piece in line)


def test_the_file_that_the_others_are_made_of_has_a_plan(tmp_path: Path) -> None:
    assert gw.plan(load(tmp_path, BASE)).solve.optimal
    assert gw.plan(load(tmp_path, BASE + ORDER)).solve.optimal


def test_clauses_that_contradict_one_another_are_named_with_their_places_and_no_others(tmp_path: Path) -> None:
    """100 chips a quarter at 30,000 USD are 6 million in the half-year; the fund gives 5."""
    text = BASE + ORDER + FUND
    with pytest.raises(gw.Infeasible) as caught:
        gw.plan(load(tmp_path, text))
    head, *named = str(caught.value).splitlines()
    assert head == "no plan keeps all of these together:"
    assert len(named) == 2
    chips, money = sorted(named, key=lambda each: "fund" in each)
    place = f"{tmp_path / 'programme.yaml'}:{{}}:7"
    assert "order/chips: purchase between acme and maker" in chips
    assert place.format(line_of(text, "chips: {kind: purchase")) in chips
    assert "fund/money: capital commitment between acme and bank, 2.1" in money
    assert place.format(line_of(text, "money: {kind")) in money


def test_more_money_opens_the_way(tmp_path: Path) -> None:
    assert gw.plan(load(tmp_path, BASE + ORDER + FUND.replace("5e6 USD", "8e6 USD"))).solve.optimal


def test_a_participation_that_nobody_can_pay_is_named(tmp_path: Path) -> None:
    text = BASE + "participation: {lumen: 1e9 USD}\n"
    with pytest.raises(gw.Infeasible) as caught:
        gw.plan(load(tmp_path, text))
    assert "participation" in str(caught.value)
    assert "lumen" in str(caught.value)
    assert f"programme.yaml:{line_of(text, 'participation')}:" in str(caught.value)
    assert "rent/rate" not in str(caught.value)


def test_a_clause_that_contradicts_itself_is_named_alone(tmp_path: Path) -> None:
    """In a file such a clause is refused; in a programme that was changed afterwards only the plan can see it."""
    text = BASE + ORDER
    with pytest.raises(gw.ProgrammeError, match="300 chips a quarter on 2027-01-01, above the most of 200"):
        load(tmp_path, text.replace("least: 100", "least: 300"))
    programme = load(tmp_path, text)
    order = programme.contracts["order"]
    clause = order.clauses["chips"].model_copy(update={"least": Series.constant(Decimal(300))})
    order = order.model_copy(update={"clauses": {**order.clauses, "chips": clause}})
    programme = programme.model_copy(update={"contracts": {**programme.contracts, "order": order}})
    with pytest.raises(gw.Infeasible, match=r"order/chips") as caught:
        gw.plan(programme)
    assert len(str(caught.value).splitlines()) == 2


def test_the_relaxed_plan_finds_the_same_contradiction(tmp_path: Path) -> None:
    with pytest.raises(gw.Infeasible, match="order/chips"):
        gw.plan(load(tmp_path, BASE + ORDER + FUND), relax=True)


def test_what_pays_without_end_is_named_by_column_and_clause(tmp_path: Path) -> None:
    with pytest.raises(gw.Unbounded) as caught:
        gw.plan(load(tmp_path, BASE + "      back: {kind: resale}\n"))
    told = str(caught.value)
    assert re.search(r"more of rent/back\.resold\[2027-0\d\] pays without end", told)
    assert "it earns by rent/back (resale from lumen to acme)" in told
    assert "Give it a limit" in told


def test_an_offer_that_pays_without_end_is_named_too(tmp_path: Path) -> None:
    text = BASE.replace("status: signed", "status: offer\n    sign_by: 2026-12-01")
    with pytest.raises(gw.Unbounded, match="rent/back"):
        gw.plan(load(tmp_path, text + "      back: {kind: resale}\n"))


def test_clauses_that_read_each_other_in_a_circle_are_both_named(tmp_path: Path) -> None:
    programme = load(tmp_path, BASE + "      east: {kind: here}\n      west: {kind: there}\n")
    with pytest.raises(gw.CycleError) as caught:
        gw.plan(programme)
    assert "rent/east reads what rent/west publishes" in str(caught.value)
    with pytest.raises(gw.CycleError):
        in_order(binding(programme))


def test_one_half_of_a_circle_is_none(tmp_path: Path) -> None:
    programme = load(tmp_path, BASE + "      east: {kind: here}\n")
    assert [said[1] for said in in_order(binding(programme))] == ["rate", "east"]
    assert gw.plan(programme).solve.optimal


def test_a_clause_that_fails_while_it_is_drafted_names_itself(tmp_path: Path) -> None:
    with pytest.raises(
        gw.PlanError, match="clause rent/index could not be drafted: the index has no value for 2027-03"
    ):
        gw.plan(load(tmp_path, BASE + "      index: {kind: indexed}\n"))


def test_a_workload_that_no_pool_can_run_is_refused_before_any_plan(tmp_path: Path) -> None:
    text = BASE.replace("chips: 100,", "chips: 100, chips_allowed: [h100],")
    with pytest.raises(gw.ProgrammeError, match=r"no pool can run it \(hall-unit: .*; lumen-unit: .*\)"):
        load(tmp_path, text)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (ORDER + FUND, "error: no plan keeps all of these together:"),
        ("      back: {kind: resale}\n", "error: the plan is unbounded: more of rent/back.resold"),
        ("      east: {kind: here}\n      west: {kind: there}\n", "error: rent/east reads what rent/west publishes"),
        ("      index: {kind: indexed}\n", "error: clause rent/index could not be drafted"),
    ],
    ids=["infeasible", "unbounded", "a circle", "a clause that fails"],
)
def test_the_command_tells_it_in_words_and_exits_with_1(tmp_path: Path, more: str, told: str) -> None:
    path, out = tmp_path / "programme.yaml", tmp_path / "out"
    path.write_text(BASE + more)
    result = CliRunner().invoke(app, ["plan", str(path), "--out", str(out)])
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 1
    assert result.stderr.startswith(told)
    assert result.stdout == ""
    assert list(out.iterdir()) == []


def test_a_plan_is_not_written_where_a_file_stands(tmp_path: Path) -> None:
    plan = gw.plan(load(tmp_path, BASE))
    place = tmp_path / "programme.yaml"
    for folder in (place, place / "below", Path("/proc/gigawatt")):
        with pytest.raises(gw.OutputError, match="cannot write the plan"):
            plan.write(folder)
