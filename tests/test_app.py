"""What the functions behind the command say of a sound programme, and of what nobody can ask of a plan."""

from __future__ import annotations

from pathlib import Path

import pytest

import gigawatt as gw
from gigawatt.app import notes
from tests.programmes import EXAMPLES, load_text

HEAD = """\
programme: acme
decides: [acme, beta]
horizon: {from: 2027-01, through: 2027-03}
parties: {acme: {}, beta: {}, lumen: {}, bank: {}, other: {}}
workloads:
  chat: {kind: serving, chips: 20, unserved: 12 USD/chip-hour}
WORKLOADS
contracts:
  ours: {buyer: acme, seller: lumen, status: signed, from: 2026-01-01, clauses: {
    gpus: {kind: reservation, chip: h100, chips: 20, price: 2.40 USD/chip-hour}}}
CONTRACTS
"""
RUN = "  run: {kind: training, chips: 20, unserved: 12 USD/chip-hour, SPAN}"
THEIRS = """\
  theirs: {buyer: other, seller: lumen, STATUS, from: 2026-01-01, clauses: {
    gpus: {kind: reservation, chip: h100, chips: 20, price: 2.40 USD/chip-hour},
    share: {kind: revenue_share, payer: other, payee: PAYEE, rate: 20 %}}}"""


def told(workloads: str = "", contracts: str = "") -> list[tuple[int, int, str, str]]:
    """The notes on a programme with these lines in it: line, column, path, message."""
    found = notes(load_text(HEAD.replace("WORKLOADS", workloads).replace("CONTRACTS", contracts)))
    return [(note.line, note.column, note.path, note.message) for note in found]


def test_of_a_programme_that_is_planned_whole_there_is_nothing_to_note() -> None:
    assert told() == []


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/programme.yaml")), ids=lambda path: path.parent.name)
def test_the_examples_are_planned_whole(path: Path) -> None:
    assert notes(gw.load(path)) == []


@pytest.mark.parametrize("status", ["status: signed", "status: offer, sign_by: 2026-06-01"])
def test_a_contract_of_strangers_is_noted_with_its_place(status: str) -> None:
    contract = THEIRS.replace("STATUS", status).replace("PAYEE", "bank")
    assert told(contracts=contract) == [
        (
            11,
            3,
            "contracts.theirs",
            "binds nothing in a plan: neither other nor lumen nor whom its clauses name is among those who decide "
            "(acme, beta)",
        )
    ]


def test_a_contract_of_strangers_that_pays_one_who_decides_binds() -> None:
    assert told(contracts=THEIRS.replace("STATUS", "status: signed").replace("PAYEE", "beta")) == []


@pytest.mark.parametrize("status", ["status: loi", "status: announced"])
def test_what_says_itself_that_it_binds_nothing_is_not_noted(status: str) -> None:
    assert told(contracts=THEIRS.replace("STATUS", status).replace("PAYEE", "bank")) == []


@pytest.mark.parametrize(
    ("span", "why"),
    [
        ("from: 2027-04", "it begins on 2027-04-01, and the horizon ends on 2027-03-31"),
        ("from: 2029-01, through: 2029-06", "it begins on 2029-01-01, and the horizon ends on 2027-03-31"),
        ("through: 2026-12", "it ends on 2026-12-31, and the horizon begins on 2027-01-01"),
        ("from: 2026-02, until: 2027-01-01", "it ends on 2026-12-31, and the horizon begins on 2027-01-01"),
    ],
)
def test_a_workload_outside_the_horizon_is_noted(span: str, why: str) -> None:
    assert told(workloads=RUN.replace("SPAN", span)) == [(7, 3, "workloads.run", f"is not planned: {why}")]


@pytest.mark.parametrize("span", ["from: 2027-03-31", "through: 2027-01-01", "from: 2026-01, through: 2028-01"])
def test_a_workload_with_one_day_in_the_horizon_is_not(span: str) -> None:
    assert told(workloads=RUN.replace("SPAN", span)) == []


def test_notes_stand_in_the_order_of_the_file() -> None:
    workload, contract = RUN.replace("SPAN", "from: 2029-01"), THEIRS.replace("STATUS", "status: signed")
    assert [path for *_, path, _ in told(workload, contract.replace("PAYEE", "bank"))] == [
        "workloads.run",
        "contracts.theirs",
    ]


@pytest.mark.parametrize("gap", [-1, -1e-9, float("nan")])
def test_a_gap_below_nought_is_refused_with_what_is_due(gap: float) -> None:
    with pytest.raises(ValueError, match=r"`gap` is .*; give the share of the best at which to stop, nought or more"):
        gw.plan(load_text(HEAD.replace("WORKLOADS", "").replace("CONTRACTS", "")), gap=gap)


@pytest.mark.parametrize("seconds", [0, -5, float("nan")])
def test_a_budget_of_no_time_is_refused_with_what_is_due(seconds: float) -> None:
    with pytest.raises(ValueError, match=r"`budget_seconds` is .*; give the whole plan some time, as 60"):
        gw.plan(load_text(HEAD.replace("WORKLOADS", "").replace("CONTRACTS", "")), budget_seconds=seconds)
