"""Walked to the edge: what a clause just admits, and one more; and amounts that are the contract's whoever decides."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small import chip_hours, paid, plan, solved, unserved

import gigawatt as gw
from gigawatt.planner.restating import facts_of, restated, settle

JANUARY = 744
few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)

HEAD = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: 2027-01}
finance: {discount: 0 %/year}
chips: {block: {it_power: 10 kW, vendor: maker, price: 1 USD/chip}}
workloads: {chat: {kind: serving, chips: WANTED, unserved: 100 USD/chip-hour}}
"""
HALL = """
sites: {hall: {landlord: LANDLORD, operator: acme, phases: {b1: {power: POWER MW, ready: 2027-01-01, capex: 1e6 USD}}}}
pools: {hall-block: {site: hall, chip: block, owner: acme}}
"""


def contract(clauses: str, more: str = "") -> str:
    terms = "buyer: acme, seller: lumen, status: signed, from: 2027-01-01, through: 2027-12-31"
    return f"contracts:\n  lumen: {{{terms}, clauses: {{{clauses}}}}}\n{more}"


def limits(chips: int) -> dict[str, str]:
    """Programmes in which just so many chips can be had, each by another clause."""
    hall = HALL.replace("LANDLORD", "lumen").replace("POWER", f"{chips / 100}")
    own = HALL.replace("LANDLORD", "acme").replace("POWER", "100")
    reserve = "gpus: {kind: reservation, chip: h100, price: 1 USD/chip-hour, chips: "
    return {
        "price": contract(f"gpus: {{kind: price, chip: h100, price: 1 USD/chip-hour, chips: {chips}}}"),
        "reservation fixed": contract(f"{reserve}{chips}}}"),
        "reservation chosen": contract(f"{reserve}{{min: 0, max: {chips}}}}}"),
        "reservation taken": contract(f"{reserve}{{most: {chips}, take: quarterly}}}}"),
        "lease": hall + contract("power: {kind: lease, site: hall, rent: 1 USD/MW-month}"),
        "lease option": hall + contract("power: {kind: lease, site: hall, options: [b1], rent: 1 USD/MW-month}"),
        "purchase": own.replace("capex", "built: true, capex")
        + contract(f"blocks: {{kind: purchase, chip: block, price: 1 USD/chip, most: {chips} chips/quarter}}"),
    }


@pytest.mark.parametrize("clause", sorted(limits(1)))
@pytest.mark.parametrize("chips", [1, 97])
def test_all_that_a_clause_gives_is_served_and_of_one_more_none(clause: str, chips: int) -> None:
    head = HEAD.replace(", price: 1 USD/chip}", "}") if clause == "purchase" else HEAD
    for wanted in (chips, chips + 1):
        answer = plan(head.replace("WANTED", str(wanted)) + limits(chips)[clause])
        assert unserved(answer, "chat") == (wanted - chips) * JANUARY


FLOORS = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: 2027-12}
finance: {discount: 0 %/year}
workloads: {chat: {kind: serving, chips: 100, unserved: 100 USD/chip-hour}}
contracts:
  lumen: {buyer: acme, seller: lumen, status: signed, from: 2027-01-01, through: 2027-12-31, clauses: {
    rate: {kind: price, chip: h100, price: 2 USD/chip-hour}, FLOOR}}
"""


@pytest.mark.parametrize(("over", "due"), [(0, 0), (1, 1), (1000, 1000)])
def test_a_floor_that_is_just_met_costs_nothing_and_each_one_above_it_its_price(over: int, due: int) -> None:
    """876,000 chip-hours are used, 1,752,000 USD spent."""
    floor = f"f: {{kind: take_or_pay, floor: {876_000 + over} chip-hour/year, deficiency: 1 USD/chip-hour}}"
    commit = f"f: {{kind: commitment, amount: {1_752_000 + over} USD}}"
    for clause in (floor, commit):
        assert sum(paid(plan(FLOORS.replace("FLOOR", clause)), "lumen/f").values()) == due


@pytest.mark.parametrize(("capital", "built"), [(1_000_000, 1), (999_999, 0)])
def test_a_tranche_that_just_covers_a_phase_builds_it_and_one_unit_less_does_not(capital: int, built: int) -> None:
    own = HALL.replace("LANDLORD", "acme").replace("POWER", "1")
    tranche = f"funds: [hall], tranches: [{{amount: {capital} USD}}]"
    drawn = f"c: {{kind: capital_commitment, investor: lumen, recipient: acme, {tranche}}}"
    answer = plan(HEAD.replace("WANTED", "10") + own + contract(drawn))
    assert len(answer.tables["build"].filter(answer.tables["build"]["kind"] == "phase")) == built


@pytest.mark.parametrize(("cap", "paid_in_all"), [(1_000_000, 175_200), (175_200, 175_200), (175_199, 175_199), (0, 0)])
def test_a_cap_binds_from_the_unit_that_it_is_below_what_is_due(cap: int, paid_in_all: int) -> None:
    share = f"f: {{kind: revenue_share, payer: acme, payee: lumen, rate: 20 %, cap: {cap} USD}}"
    text = FLOORS.replace("FLOOR", share).replace("unserved: 100", "revenue: 1").replace("price: 2 USD", "price: 0 USD")
    assert sum(paid(plan(text), "lumen/f").values()) == paid_in_all


REFUSED = """
programme: acme
decides: acme
horizon: {from: 2027-01, through: 2027-03}
finance: {discount: 0 %/year}
chips: {block: {it_power: 1 MW}}
workloads: {need: {kind: serving, chips: 300, unserved: 100 USD/chip-hour}}
contracts:
  azure: {buyer: acme, seller: azure, status: signed, from: 2026-01-01, clauses: {
    blocks: {kind: reservation, chip: block, chips: {most: 100, take: quarterly}, price: 120 USD/chip-hour},
    first: {kind: first_refusal}}}
  elsewhere: {buyer: acme, seller: crusoe, status: offer, sign_by: 2026-12-15, from: 2027-01-01, clauses: {
    phase: {kind: reservation, chip: block, chips: SIZE, price: 1 USD/chip-hour}}}
"""


@pytest.mark.parametrize(("size", "taken"), [(101, 0), (100, 0.001), (60, 40.001)])
def test_a_need_one_beyond_the_holder_s_ability_passes_it_and_the_ability_itself_does_not(
    size: int, taken: float
) -> None:
    """The holder is dear: no more of it is taken than must be. 100 it could give whole; a kilowatt decides."""
    draft, x = solved(REFUSED.replace("SIZE", str(size)))
    columns = next(block for block in draft.column_blocks if block.name == "azure/blocks.taken")
    assert x[columns.start] == pytest.approx(taken, abs=1e-6)


@pytest.mark.parametrize(("days", "chips"), [("through: 2027-01-30", 1), ("through: 2027-01-31", 0), ("", 0)])
def test_exclusivity_closes_to_the_last_day(days: str, chips: int) -> None:
    exclusive = f"only: {{kind: exclusivity, {days}}}"
    other = (
        "  other: {buyer: acme, seller: nimbus, status: signed, from: 2027-01-01,"
        " clauses: {gpus: {kind: price, chip: h100, price: 1 USD/chip-hour}}}\n"
    )
    dear = "gpus: {kind: price, chip: h100, price: 9 USD/chip-hour}"
    answer = plan(HEAD.replace("WANTED", "1") + contract(f"{dear}, {exclusive}", other))
    assert chip_hours(answer, "nimbus-h100") == ({"2027-01": 24} if chips else {})


SELLING = """
programme: lumen
decides: DECIDES
horizon: {from: 2027-01, through: 2027-06}
finance: {discount: 0 %/year}
chips: {block: {it_power: 2 kW}}
sites: {hall: {landlord: lumen, operator: lumen, phases: {b1: {power: 1 MW, ready: 2026-01-01, built: true}}}}
pools: {hall-block: {site: hall, chip: block, owner: lumen, existing: 100}}
workloads: {chat: {kind: serving, owner: acme, chips: WANTED, revenue: WORTH USD/chip-hour}}
contracts:
  acme: {buyer: acme, seller: lumen, status: signed, from: 2026-09-11, clauses: {
    rate: {kind: price, pool: hall-block, price: PRICE USD/chip-hour},
    floor: {kind: take_or_pay, pool: hall-block, floor: FLOOR chip-hour/year, deficiency: DEFICIENCY USD/chip-hour},
    commit: {kind: commitment, amount: AMOUNT USD},
    share: {kind: revenue_share, payer: acme, payee: lumen, rate: 15 %, cap: CAP USD}}}
"""


@few
@given(
    decides=st.sampled_from(["[acme]", "[lumen]", "[acme, lumen]"]),
    wanted=st.integers(1, 100),
    worth=st.integers(0, 5),
    price=st.integers(1, 4),
    floor=st.integers(0, 900_000),
    deficiency=st.integers(0, 6),
    amount=st.integers(0, 3_000_000),
    cap=st.integers(0, 200_000),
)
def test_every_amount_is_the_contract_s_whoever_decides(decides: str, **terms: int) -> None:
    """Shortfalls and caps are pinned from both sides: what the plan has is what the quantities say, to the cent."""
    text = SELLING.replace("DECIDES", decides)
    for name, value in terms.items():
        text = text.replace(name.upper(), str(value))
    draft, x = solved(text)
    postings = settle(draft, facts_of(draft, x))
    for row in restated(draft, x).iter_rows(named=True):
        count = sum(posting.by == row["clause"] for posting in postings)
        assert abs(row["difference"]) <= Decimal("0.02") * (count + 1), (row, text)


LET = """
programme: let
decides: lab
horizon: {from: 2027-01, through: 2027-03}
parties: {lab: {}, maker: {}, south: {}}
chips: {unit: {it_power: 1 kW, power: 1 kW, vendor: maker, price: 12000 USD/chip, available: 2026-01}}
sites: {hall: {landlord: lab, operator: lab, phases: {a: {power: 0.05 MW, ready: 2027-01-01, built: true}}}}
pools: {hall-unit: {site: hall, chip: unit, owner: lab}}
workloads: {chat: {kind: serving, chips: 40, unserved: 10 USD/chip-hour}}
contracts:
  let: {buyer: south, seller: lab, status: signed, clauses: {t: CLAUSE}}
"""


def test_chips_let_to_a_stranger_take_power_where_they_are() -> None:
    """50 kW hold 50 chips of 1 kW: 30 are let, so chat has 20 of the 40 that it wants."""
    clause = "{kind: reservation, pool: hall-unit, chips: 30, price: 5 USD/chip-hour}"
    answer = plan(LET.replace("CLAUSE", clause))
    assert unserved(answer, "chat") == 20 * 2160


def test_more_chips_let_than_there_is_power_for_leave_no_plan_and_name_the_clause() -> None:
    clause = "{kind: reservation, pool: hall-unit, chips: 500, price: 5 USD/chip-hour}"
    with pytest.raises(gw.Infeasible, match="power"):
        plan(LET.replace("CLAUSE", clause))


def test_how_much_a_stranger_takes_is_no_choice_of_the_plan() -> None:
    clause = "{kind: reservation, pool: hall-unit, chips: {min: 10, max: 20, step: 5}, price: 5 USD/chip-hour}"
    with pytest.raises(gw.PlanError, match="let/t: south is not among those who decide"):
        plan(LET.replace("CLAUSE", clause))


def test_a_rate_sold_to_a_stranger_charges_nobody_for_our_own_use() -> None:
    answer = plan(LET.replace("CLAUSE", "{kind: price, pool: hall-unit, price: 50 USD/chip-hour}"))
    assert paid(answer, "let/t") == {}
