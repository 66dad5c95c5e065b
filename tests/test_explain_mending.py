"""What would mend a contradiction, worked by hand: just so much makes a plan exist, and a hair less does not."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

import gigawatt as gw
from gigawatt.model.explanation import Conflict, Relief
from gigawatt.report.contradicted import conflict_of, enough
from tests.programmes import load_text
from tests.test_plan_contradictions import HEAD

POWER = """
sites: {hall: {landlord: lab, operator: lab, energy: 60 USD/MWh, phases: {
  a: {power: 0.06 MW, ready: 2026-01, built: true}}}}
pools: {hall-unit: {site: hall, chip: unit, owner: lab, existing: 100}}
workloads: {chat: {kind: serving, chips: 10, revenue: 5 USD/chip-hour}}
contracts:
  let: {buyer: acme, seller: lab, status: signed, clauses: {
    chips: {kind: reservation, pool: hall-unit, chips: 100, price: 3 USD/chip-hour, cite: "4.2"}}}
"""
"""100 chips of 1 kW are let, and the hall has 60 kW."""

LEASE = """
sites: {hall: {landlord: gale, operator: lab, energy: 60 USD/MWh, phases: {a: {power: 5 MW, ready: 2026-01}}}}
pools: {hall-unit: {site: hall, chip: unit, owner: lab, existing: 8000}}
workloads: {chat: {kind: serving, chips: 10, revenue: 5 USD/chip-hour}}
contracts:
  hall: {buyer: lab, seller: gale, status: signed, clauses: {
    premises: {kind: lease, site: hall, rent: 1000 USD/MW-month}}}
  let: {buyer: acme, seller: lab, status: signed, clauses: {
    chips: {kind: reservation, pool: hall-unit, chips: 6000, price: 3 USD/chip-hour}}}
"""
"""5 MW are leased, and chips of 6 MW are let."""

PARTICIPATION = """
participation: {lab: 1000000 USD}
pools: {fjord-unit: {provider: fjord, chip: unit}}
workloads: {chat: {kind: serving, chips: 100, revenue: 5 USD/chip-hour}}
contracts:
  one: {buyer: lab, seller: fjord, status: signed, clauses: {
    rate: {kind: price, chip: unit, price: 3 USD/chip-hour}}}
"""
"""A chip-hour leaves 2 USD; 100 chips through the 2,160 hours of three months leave 432,000 USD of the million."""

CLOSED = """
participation: {lab: 216000 USD}
pools: {fjord-unit: {provider: fjord, chip: unit, jurisdiction: NO}, gale-unit: {provider: gale, chip: unit}}
workloads:
  chat: {kind: serving, chips: 60, revenue: 5 USD/chip-hour}
  free: {kind: serving, chips: 40, revenue: 5 USD/chip-hour}
contracts:
  one: {buyer: lab, seller: fjord, status: signed, clauses: {
    rate: {kind: price, chip: unit, price: 3 USD/chip-hour}, home: {kind: exclusivity}}}
  two: {buyer: lab, seller: gale, status: signed, clauses: {
    rate: {kind: price, chip: unit, price: 3 USD/chip-hour},
    place: {kind: location, forbidden: [NO], except: [gale-unit]}}}
"""
"""Only fjord may host and only gale's is no place forbidden: nothing runs. 216,000 USD need 216,000 / 2 / 2,160 = 50
chips."""

TWICE = """
participation: {lab: 500000 USD, acme: 300000 USD}
pools: {fjord-unit: {provider: fjord, chip: unit}}
workloads: {chat: {kind: serving, chips: 100, revenue: 5 USD/chip-hour}}
contracts:
  one: {buyer: lab, seller: fjord, status: signed, clauses: {
    rate: {kind: price, chip: unit, price: 3 USD/chip-hour}}}
  two: {buyer: acme, seller: lab, status: signed, clauses: {
    share: {kind: revenue_share, payer: lab, payee: acme, streams: [chat], rate: 10 %}}}
"""
"""Of 432,000 USD that are left lab gives acme 10 % of the revenue of 1,080,000: 324,000 and 108,000 where all is
served; lab lacks 176,000 of its 500,000, acme 192,000 of its 300,000."""


@dataclass(frozen=True)
class Case:
    """A contradiction, who mends it by how much of what, and the setting of the file that does just that."""

    text: str
    by: str
    told: str
    amount: float
    setting: str = ""
    enough: str = ""
    short: str = ""


CASES = {
    "a site's power": Case(
        POWER, "physics: power", "0.04 MW more: power of hall, Jan 2027 – Mar 2027", 0.04,
        "sites.hall.phases.a.power", "0.1 MW", "0.0999 MW",
    ),
    "chips let": Case(
        POWER, "let/chips", "40 chips less: chips in hall-unit", 40.0, "contracts.let.clauses.chips.chips", "60", "60.1"
    ),
    "a lease": Case(
        LEASE, "hall/premises", "1 MW more: power of hall", 1.0, "sites.hall.phases.a.power", "6 MW", "5.999 MW"
    ),
    "participation": Case(
        PARTICIPATION, "participation/lab", "568,000 USD less: participation lab", 568_000.0,
        "participation.lab", "432000 USD", "432001 USD",
    ),
    "exclusivity": Case(CLOSED, "one/home", "", 50.0),
    "location": Case(CLOSED, "two/place", "", 50.0),
}  # fmt: skip


def programme(folder: Path, text: str) -> gw.Programme:
    path = folder / "programme.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return gw.load(path)


def conflict(found: gw.Programme) -> Conflict:
    answer = gw.explain(found)
    assert answer.status == "infeasible"
    assert answer.conflict is not None
    return answer.conflict


def reliefs(told: Conflict, by: str) -> list[Relief]:
    return [each for member in told.members if member.signer.by == by for way in member.ways for each in way]


def text_of(told: Conflict) -> str:
    written = io.StringIO()
    Console(width=200, file=written).print(conflict_of(told))
    return written.getvalue()


@pytest.mark.parametrize("name", CASES)
def test_each_member_alone_mends_by_the_amount_worked_by_hand(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    found = reliefs(conflict(programme(tmp_path, case.text)), case.by)
    assert sum(each.amount for each in found) == pytest.approx(case.amount, rel=1e-6)
    assert {each.by for each in found} == {case.by}


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.setting])
def test_so_much_makes_a_plan_exist_and_a_hair_less_does_not(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    found = programme(tmp_path, case.text)
    assert gw.plan(gw.change(found, set={case.setting: case.enough})).solve.optimal
    with pytest.raises(gw.Infeasible):
        gw.plan(gw.change(found, set={case.setting: case.short}))


@pytest.mark.parametrize(("free", "has_plan"), [(50, True), (49.9, False)])
@pytest.mark.parametrize("clause", ["home: {kind: exclusivity", "place: {kind: location"])
def test_what_is_closed_mends_by_so_many_chips_let_out_of_it(
    free: float, has_plan: bool, clause: str, tmp_path: Path
) -> None:
    """The clause covers chat alone, so that `free` is the chips that may run where it forbids."""
    text = CLOSED.replace("chips: 60", f"chips: {100 - free}").replace("chips: 40", f"chips: {free}")
    key = "workloads" if "exclusivity" in clause else "for"
    found = programme(tmp_path, text.replace(clause, f"{clause}, {key}: [chat]"))
    if has_plan:
        assert gw.plan(found).unserved.filter(workload="free")["unserved"].sum() == pytest.approx(0.0, abs=1e-6)
    else:
        with pytest.raises(gw.Infeasible):
            gw.plan(found)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.told])
def test_it_is_told_in_contract_words_with_its_place(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    told = text_of(conflict(programme(tmp_path, case.text)))
    assert f"mend: {case.told} " in " ".join(told.split())
    if case.text is POWER:
        assert "let/chips: reservation between acme and lab, 4.2 (" in told
        assert "programme.yaml:15:5)" in told


def test_where_others_contradict_too_no_single_one_mends_and_the_joint_mend_is_told(tmp_path: Path) -> None:
    """The share only moves money between them, so that together they lack 800,000 - 432,000 = 368,000 USD."""
    told = conflict(programme(tmp_path, TWICE))
    members = {member.signer.by for member in told.members}
    assert members <= {"participation/lab", "participation/acme", "physics: fit", "two/share"}
    assert members
    assert all(not member.ways for member in told.members if member.signer.by.startswith("participation"))
    assert "others contradict too" in text_of(told)
    assert {each.by for each in told.joint} == {"participation/lab", "participation/acme"}
    assert sum(each.amount for each in told.joint) == pytest.approx(368_000.0)


def test_where_only_whole_numbers_forbid_a_plan_nothing_is_relaxed(tmp_path: Path) -> None:
    """A phase of 10 million of which there is half the money, and whose power is let."""
    told = conflict(programme(tmp_path, """
sites: {hall: {landlord: lab, operator: lab, energy: 0 USD/MWh, phases: {
  a: {power: 2 MW, ready: 2027-01, built: true}, b: {power: 2 MW, ready: 2027-01, capex: 10e6 USD}}}}
pools: {hall-unit: {site: hall, chip: unit, owner: lab, existing: 3000}}
workloads: {chat: {kind: serving, chips: 3000, revenue: 10 USD/chip-hour}}
contracts:
  use: {buyer: acme, seller: lab, status: signed, clauses: {
    chips: {kind: reservation, pool: hall-unit, chips: 2500, price: 3 USD/chip-hour}}}
  fund: {buyer: lab, seller: bank, status: signed, clauses: {
    money: {kind: capital_commitment, investor: bank, recipient: lab, tranches: [{amount: 5e6 USD}]}}}
"""))  # fmt: skip
    assert not told.mended
    assert not told.joint
    assert not any(member.ways for member in told.members)
    assert "Only whole numbers forbid a plan" in text_of(told)


@pytest.mark.parametrize(
    ("amount", "text"),
    [(40.00000000000001, "40"), (0.0333333, "0.03334"), (12345.2, "12,346"), (568_000.0, "568,000"), (3.2341, "3.235")],
)
def test_amounts_are_told_rounded_up_so_that_they_are_enough(amount: float, text: str) -> None:
    assert enough(amount) == text


@settings(max_examples=15, deadline=None)
@given(let=st.integers(1, 100), power_kw=st.integers(1, 100))
def test_power_mends_by_what_the_chips_let_take_above_it(let: int, power_kw: int) -> None:
    text = POWER.replace("power: 0.06 MW", f"power: {power_kw / 1000} MW").replace(
        "chips: 100, price", f"chips: {let}, price"
    )
    answer = gw.explain(load_text(HEAD + text))
    short = max(let - power_kw, 0)
    assert (answer.conflict is None) == (short == 0)
    if answer.conflict is not None:
        assert reliefs(answer.conflict, "physics: power")[0].amount == pytest.approx(short / 1000)
        assert reliefs(answer.conflict, "let/chips")[0].amount == pytest.approx(short)
