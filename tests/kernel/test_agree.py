"""The conformance kit over every kind and every example, and faults planted to see which net catches which."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import gigawatt as gw
from gigawatt.clauses import all_kinds
from gigawatt.clauses.commitment import Commitment
from gigawatt.clauses.exclusivity import Exclusivity
from gigawatt.clauses.revenue_share import RevenueShare
from gigawatt.clauses.take_or_pay import TakeOrPay
from gigawatt.history import known
from gigawatt.history import versions as history
from gigawatt.model.clause_draft import ClauseDraft
from gigawatt.model.kinds import kind_of
from gigawatt.model.term import Term
from gigawatt.model.verdict import Ask, Opinion, Ruling
from gigawatt.promises.floors import Lots
from gigawatt.sim.agree import check_edges, check_kind, check_memory, check_money, check_programme
from gigawatt.values.span import Span
from tests.clauses.golden_programmes import PROGRAMMES
from tests.kernel.test_history import TABLE, TestOverrides, load
from tests.programmes import EXAMPLES, load_text


@pytest.mark.parametrize("kind", all_kinds(), ids=kind_of)
def test_a_kind_is_written_as_the_kit_wants_it(kind: type[gw.Clause]) -> None:
    assert check_kind(kind) == []


@pytest.mark.parametrize("kind", sorted(PROGRAMMES))
def test_the_faces_of_a_kind_agree(kind: str) -> None:
    assert check_programme(load_text(PROGRAMMES[kind])) == []


@pytest.mark.parametrize("name", ["lab", "startup"])
def test_the_faces_agree_in_the_example(name: str) -> None:
    assert check_programme(gw.load(EXAMPLES / name / "programme.yaml")) == []


EDGES = """
programme: edges
decides: acme
horizon: {from: 2027-01, through: 2027-04}
pools: {fjord-h100: {provider: fjord, chip: h100}}
workloads:
  chat: {kind: serving, chips: 10, from: 2027-01-10, unserved: 10 USD/chip-hour}
  run: {kind: training, chips: 5, from: 2027-02, through: 2027-03, unserved: 10 USD/chip-hour}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2027-01-16, through: 2027-03-20, clauses: {
    rate: {kind: price, chip: h100, price: 2 USD/chip-hour},
    only: {kind: exclusivity, workloads: [chat]}}}
  fjord: {buyer: acme, seller: fjord, status: signed, clauses: {
    rate: {kind: price, chip: h100, price: 1 USD/chip-hour},
    floor: {kind: take_or_pay, chip: h100, floor: 200000 chip-hour/year, deficiency: 1 USD/chip-hour},
    commit: {kind: commitment, amount: 900000 USD},
    share: {kind: revenue_share, payer: acme, payee: fjord, rate: 10 %, cap: 1000 USD}}}
revenues: {subs: {party: acme, amount: 10000 USD/month}}
"""


def test_the_programme_in_which_faults_are_planted_has_none() -> None:
    assert check_programme(load_text(EDGES)) == []


# What is planted: each takes a monkeypatch and breaks one thing.


def strict_at_the_last_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """`<` for `<=`: the last day in force is let through."""
    own = Exclusivity.gate

    def gate(self: Exclusivity, ask: Ask, view: Any) -> Opinion | None:
        return None if ask.on == view.span.until - timedelta(days=1) else own(self, ask, view)

    monkeypatch.setattr(Exclusivity, "gate", gate)


def wrong_window_at_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate begins a month late."""
    own = Exclusivity.gate

    def gate(self: Exclusivity, ask: Ask, view: Any) -> Opinion | None:
        return None if ask.on < view.span.start + timedelta(days=31) else own(self, ask, view)

    monkeypatch.setattr(Exclusivity, "gate", gate)


def gate_never_denies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is asked is allowed."""
    monkeypatch.setattr(Exclusivity, "gate", lambda self, ask, view: Opinion(Ruling.ALLOW, "why not"))


def wrong_window_in_what_both_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """Contract years begin a month late, for the plan and for the bill."""
    own = Term.years.func  # type: ignore[attr-defined]
    shift = timedelta(days=31)
    monkeypatch.setattr(
        Term, "years", property(lambda self: [replace(year, start=year.start + shift) for year in own(self)])
    )


def bill_forgets_the_shortfall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Commitment, "post", lambda self, book, facts: [])


def plan_forgets_the_cost_of_a_deficiency(monkeypatch: pytest.MonkeyPatch) -> None:
    own = ClauseDraft.pay

    def pay(self: ClauseDraft, columns: Any, amounts: Any, months: Any, **words: Any) -> Any:
        return own(self, columns, amounts * (words.get("what") != "deficiency"), months, **words)

    monkeypatch.setattr(ClauseDraft, "pay", pay)


def bill_forgets_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    own = RevenueShare.post

    def post(self: RevenueShare, book: Any, facts: Any) -> Any:
        return own(self.model_copy(update={"cap": None}), book, facts)

    monkeypatch.setattr(RevenueShare, "post", post)


def bill_has_the_wrong_contract_year(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bill's contract years begin two months late; the plan's do not."""
    own, years = TakeOrPay.post, Term.years.func  # type: ignore[attr-defined]
    shift = timedelta(days=60)

    def late(self: Term) -> list[Span]:
        return [Span(year.start + shift, year.until + shift) for year in years(self)]

    def post(self: TakeOrPay, book: Any, facts: Any) -> Any:
        with monkeypatch.context() as inner:
            inner.setattr(Term, "years", property(late))
            return own(self, book, facts)

    monkeypatch.setattr(TakeOrPay, "post", post)


def expired_lot_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bill lets lots be made up for ever."""
    own = Lots.use

    def use(self: Lots, year: int, most: Fraction) -> Fraction:
        self.years = 99 if self.years else 0
        return own(self, year, most)

    monkeypatch.setattr(Lots, "use", use)


def override_edge_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "ranked", lambda programme: [])


def correction_undoes_an_amendment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A correction is taken as the latest word, with the day on which it was recorded."""
    own = history._Chronicle._correct

    def correct(self: Any, clause_id: str, amendment: Any, clause: Any, on: date, at: date, path: Any) -> None:
        own(self, clause_id, amendment, clause, on, at, path)
        each = self.versions[self.contract_id, clause_id]
        each[-1] = replace(each[-1], order=(date.max, at, len(each)))

    monkeypatch.setattr(history._Chronicle, "_correct", correct)


def later_facts_change_the_past(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is recorded counts as always known."""
    monkeypatch.setattr(history.Version, "is_known", lambda self, day: day < self.known_until)


def _edges() -> None:
    assert check_edges(load_text(EDGES)) == []


def _money() -> None:
    assert check_money(load_text(EDGES)) == []


LOTS = """
programme: lots
decides: acme
horizon: {from: 2027-01, through: 2029-12}
workloads: {chat: {kind: serving, chips: {2027-01: 80, 2028-01: 92, 2029-01: 100}, unserved: 10 USD/chip-hour}}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2027-01-01, through: 2030-12-31, clauses: {
    rate: {kind: price, chip: h100, price: 2 USD/chip-hour},
    floor: {kind: take_or_pay, chip: h100, floor: 800000 chip-hour/year, deficiency: 1.50 USD/chip-hour,
            make_up: {expires: 12 months}}}}
"""
"""99,200 hours are short in 2027; 8,128 of them are made up in 2028, and what is left has lapsed in 2029."""


def _lots() -> None:
    assert check_money(load_text(LOTS)) == []


def _memory() -> None:
    assert check_memory(load(TABLE)) == []


WORKED = """
programme: worked
decides: acme
horizon: {from: 2027-01, through: 2028-06}
workloads: {chat: {kind: serving, chips: 10, unserved: 10 USD/chip-hour}}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2027-01-01, through: 2028-12-31, clauses: {
    rate: {kind: price, chip: h100, price: 2 USD/chip-hour},
    floor: {kind: take_or_pay, chip: h100, floor: 100000 chip-hour/year, deficiency: 1 USD/chip-hour}}}
"""


def _worked() -> None:
    """By hand: 10 chips take 87,600 hours in 2027 of 100,000, and 43,680 to June 2028 of 100,000 x 182 / 366."""
    paid = gw.plan(load_text(WORKED)).cash(of="acme").filter(pl.col("what") == "deficiency")
    assert dict(zip(paid["month"], paid["amount"].cast(float), strict=True)) == pytest.approx(
        {"2027-12": -12_400.0, "2028-06": -round(100_000 * 182 / 366 - 43_680, 2)}
    )


def _overriding() -> None:
    TestOverrides().test_what_is_overridden_yields_on_the_days_of_the_other()


def _table_of_both_times() -> None:
    day = date(2026, 6, 1)
    version = history.history_of(load(TABLE)).in_force("azure", "share", day, date(2027, 1, 1))
    assert version is not None
    assert version.name == "2026-01-01"


NETS = {
    "edges": _edges, "money": _money, "lots": _lots, "memory": _memory, "worked": _worked,
    "overriding": _overriding, "both times": _table_of_both_times,
}  # fmt: skip
PLANTED: list[tuple[Callable[[pytest.MonkeyPatch], None], set[str]]] = [
    (strict_at_the_last_day, {"edges"}),
    (wrong_window_at_the_gate, {"edges"}),
    (gate_never_denies, {"edges"}),
    (wrong_window_in_what_both_share, {"worked"}),
    (bill_forgets_the_shortfall, {"money"}),
    (plan_forgets_the_cost_of_a_deficiency, {"money", "worked"}),
    (bill_forgets_the_cap, {"money"}),
    (bill_has_the_wrong_contract_year, {"money"}),
    (expired_lot_is_used, {"lots"}),
    (override_edge_removed, {"overriding"}),
    (correction_undoes_an_amendment, {"both times"}),
    (later_facts_change_the_past, {"memory"}),
]


def caught(net: Callable[[], None]) -> bool:
    """Whether a net holds a fault: it fails, or finds clauses that cannot be kept together."""
    try:
        net()
    except (AssertionError, gw.GigawattError):
        return True
    return False


def test_no_net_catches_what_is_not_there() -> None:
    assert [name for name, net in NETS.items() if caught(net)] == []


@pytest.mark.parametrize(("plant", "nets"), PLANTED, ids=lambda value: getattr(value, "__name__", None))
def test_a_planted_fault_is_caught_by_these_nets(
    plant: Callable[[pytest.MonkeyPatch], None], nets: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    assert nets <= {name for name, net in NETS.items() if caught(net)}


SPLIT = """
programme: split
decides: acme
horizon: {from: 2027-01, through: 2027-04}
workloads:
  chat: {kind: serving, chips: 10, unserved: 9 USD/chip-hour}
  api: {kind: serving, chips: 10, unserved: 9 USD/chip-hour}
contracts:
  azure: {buyer: acme, seller: azure, status: signed, from: 2027-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 2 USD/chip-hour},
    only: {kind: exclusivity, workloads: [chat]}},
    amendments: [
      {effective: 2027-02-11, amend: {only: {workloads: [chat, api]}}},
      {effective: 2027-03-21, suspend: {only: {through: 2027-04-09}}}]}
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2027-01-01, clauses: {
    rate: {kind: price, chip: h100, price: 1 USD/chip-hour}}}
"""


def test_the_faces_of_a_clause_in_several_versions_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    programme = load_text(SPLIT)
    assert check_programme(programme) == []
    gate_never_denies(monkeypatch)
    assert {found.split(":")[0] for found in check_programme(programme)} == {"azure/only"}


ROOT = Path(__file__).resolve().parents[2]


def test_a_clause_that_imports_what_decides_on_it_is_caught_by_the_linter_of_imports(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src" / "gigawatt", tmp_path / "gigawatt", ignore=shutil.ignore_patterns("__pycache__"))
    clause = tmp_path / "gigawatt" / "clauses" / "price.py"
    clause.write_text(clause.read_text(encoding="utf-8") + "\nfrom gigawatt.broker.gate import Gate  # noqa\n")
    linter = Path(sys.executable).with_name("lint-imports")
    command = [str(linter), "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    told = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode != 0
    assert "gigawatt.clauses.price -> gigawatt.broker.gate" in told.stdout
