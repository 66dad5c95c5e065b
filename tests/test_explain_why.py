"""Why a plan serves and runs as it does: prices that add up, reasons that name their clause, sane claims at size."""

from __future__ import annotations

import numpy as np
import pytest

import gigawatt as gw
from gigawatt.app import known_on, rated
from gigawatt.model.explanation import Explanation, Place, Reason, Unserved
from gigawatt.planner.budget import Budget
from gigawatt.planner.drafting import draft_programme
from gigawatt.planner.highs import Solver
from gigawatt.planner.prices import Prices
from gigawatt.planner.problem import MONEY_SCALE, Problem, assemble
from gigawatt.planner.solving import Options, search
from tests.programmes import EXAMPLES, load_text
from tests.test_plan_contradictions import CLOSED, HEAD

LAB, STARTUP = (EXAMPLES / name / "programme.yaml" for name in ("lab", "startup"))

RENTED = """
workloads: {chat: {kind: serving, chips: 100, revenue: 5 USD/chip-hour, unserved: 1 USD/chip-hour}}
pools:
  fjord-unit: {provider: fjord, chip: unit}
  gale-unit: {provider: gale, chip: unit}
  lumen-unit: {provider: lumen, chip: unit}
contracts:
  one: {buyer: lab, seller: fjord, status: signed, clauses: {
    rate: {kind: price, chip: unit, price: 2 USD/chip-hour, chips: 60}}}
  two: {buyer: lab, seller: gale, status: signed, clauses: {rate: {kind: price, chip: unit, price: 3 USD/chip-hour}}}
  three: {buyer: lab, seller: lumen, status: signed, clauses: {
    rate: {kind: price, chip: unit, price: 4.50 USD/chip-hour}}}
"""
"""The cheap 60 chips are taken in full, the rest runs on gale's, none on lumen's: a chip-hour is worth 3, at fjord 1
more than its rent."""

SHORT = """
sites: {hall: {landlord: lab, operator: lab, energy: 0 USD/MWh, phases: {
  a: {power: 0.06 MW, ready: 2026-01, built: true}}}}
pools: {hall-unit: {site: hall, chip: unit, owner: lab, existing: 100}, gale-unit: {provider: gale, chip: unit}}
workloads: {chat: {kind: serving, chips: 100, unserved: 4 USD/chip-hour}}
contracts:
  two: {buyer: lab, seller: gale, status: signed, clauses: {
    rate: {kind: price, chip: unit, price: 4.50 USD/chip-hour}}}
"""
"""100 chips of 1 kW stand and 60 have power: a MW more serves a thousand chips, 4,000 USD an hour; gale's are dear."""


def one(found: Explanation, workload: str) -> Unserved:
    return next(each for each in found.unserved if each.workload == workload)


def reason(each: Unserved, pool: str) -> Reason:
    return next(reason for reason in each.reasons if reason.pool == pool)


def places(found: Explanation) -> dict[str, Place]:
    return {place.pool: place for placing in found.placings for place in placing.places}


def test_a_limit_of_power_is_named_with_the_price_of_a_megawatt() -> None:
    """1,000 chips x 2,160 hours x 4 USD, by the month of the quarter for which chips are plugged in."""
    found = gw.explain(load_text(HEAD + SHORT), month="2027-01", why="unserved")
    told = one(found, "chat")
    assert (told.amount, told.value_lost) == (pytest.approx(40 * 744), pytest.approx(4 * 40 * 744))
    hall = reason(told, "hall-unit")
    assert hall.kind == "full"
    assert hall.price == pytest.approx(4.0)
    power = hall.limits[0]
    assert (power.what, power.unit) == ("power of hall", "USD/MW-month")
    assert power.price == pytest.approx(1000 * 2160 * 4 / 3)


def test_what_is_too_dear_is_told_by_how_much_and_for_what() -> None:
    gale = reason(one(gw.explain(load_text(HEAD + SHORT)), "chat"), "gale-unit")
    assert (gale.kind, gale.price) == ("dear", pytest.approx(0.5))
    assert [(part.signer.by, part.what, pytest.approx(part.amount)) for part in gale.parts] == [
        ("two/rate", "rent", -4.5), ("chat", "what is served", 4.0)
    ]  # fmt: skip


def test_equal_months_are_one_stretch() -> None:
    found = gw.explain(load_text(HEAD + SHORT), workload="chat")
    assert [each.months for each in found.unserved] == [("2027-01", "2027-03")]
    assert found.unserved[0].value_lost == pytest.approx(4 * 40 * 2160)


def test_what_clauses_close_names_them_with_the_price_of_each_closure() -> None:
    """Served it would cost 3 and unserved it costs 10: an hour open to either is worth 7, or to both, once."""
    told = one(gw.explain(load_text(HEAD + CLOSED)), "chat")
    closed = {each.pool: each for each in told.reasons if each.kind == "closed"}
    assert {pool: each.limits[0].signer.by for pool, each in closed.items()} == {
        "fjord-unit": "two/place", "gale-unit": "one/home"
    }  # fmt: skip
    assert closed["gale-unit"].limits[0].signer.words == "one/home: exclusivity between lab and fjord"
    assert closed["gale-unit"].limits[0].signer.place.endswith(".yaml:13:62")
    assert all(0 <= each.price <= 10.0 + 1e-9 for each in closed.values())


def test_a_limit_of_rented_chips_is_worth_what_the_next_pool_costs_more() -> None:
    found = gw.explain(load_text(HEAD + RENTED), workload="chat", month="2027-02", why="here")
    by_pool = places(found)
    assert {pool: round(each.chips, 6) for pool, each in by_pool.items()} == {
        "fjord-unit": 60.0, "gale-unit": 40.0, "lumen-unit": 0.0
    }  # fmt: skip
    parts = {(part.signer.by, part.what): part.amount for part in by_pool["fjord-unit"].parts}
    assert parts["chat", "revenue"] == pytest.approx(5.0)
    assert parts["physics: fit", "chips"] == pytest.approx(-3.0)
    gale = {(part.signer.by, part.what): part.amount for part in by_pool["gale-unit"].parts}
    assert gale["two/rate", "rent"] == pytest.approx(-3.0)
    assert [round(by_pool[pool].gain, 9) for pool in ("fjord-unit", "gale-unit", "lumen-unit")] == [0.0, 0.0, -1.5]
    assert found.placings[0].unit == "USD/chip-hour"


def test_in_brief_the_pool_that_carries_most_is_told_with_what_fills_it() -> None:
    found = gw.explain(load_text(HEAD + RENTED), why="here")
    (placing,) = found.placings
    first, second = placing.places
    assert (first.pool, placing.share, placing.months) == ("fjord-unit", pytest.approx(0.6), ("2027-01", "2027-03"))
    assert [(limit.signer.by, limit.what) for limit in first.limits] == [("one/rate", "rented")]
    assert first.limits[0].price == pytest.approx(1.0 * 744)
    assert second.pool == "gale-unit"


@pytest.mark.parametrize("path", [LAB, STARTUP], ids=lambda path: path.parent.name)
@pytest.mark.parametrize("relax", [False, True])
def test_the_parts_add_up_to_what_one_more_gains_and_that_is_what_is_served_less_its_cost(path, relax: bool) -> None:
    programme = gw.load(path)
    for workload in programme.workloads:
        for each in gw.explain(programme, workload=workload, relax=relax).placings:
            for place in each.places:
                assert sum(part.amount for part in place.parts) == pytest.approx(place.gain, abs=1e-12)
                served = sum(part.amount for part in place.parts if part.what == "what is served")
                assert place.cost == pytest.approx(served - place.gain)


def solved(programme: gw.Programme, *, relax: bool) -> tuple[Problem, Prices, float]:
    draft = draft_programme(known_on(rated(programme)))
    problem = assemble(draft)
    best, settled = search(draft, problem, Options(relax=relax), Budget(60.0, 2), lambda *_: None)
    assert settled is not None
    return problem, Prices(draft, settled.x, settled.duals, problem.integer & (not relax)), best.objective


@pytest.mark.parametrize("path", [LAB, STARTUP], ids=lambda path: path.parent.name)
@pytest.mark.parametrize("relax", [False, True])
def test_gains_are_those_of_an_optimal_plan(path, relax: bool) -> None:
    """None of what runs between its bounds, at most none of what does not run, and at least none of what is full."""
    problem, prices, _ = solved(gw.load(path), relax=relax)
    gain, x = prices.gain * problem.column_scale / MONEY_SCALE, prices.x / problem.column_scale
    free = ~prices.whole & (problem.upper > problem.lower)
    above, below = x > problem.lower + 1e-7, x < problem.upper - 1e-7
    assert np.all(gain[free & above] >= -1e-6)
    assert np.all(gain[free & below] <= 1e-6)
    parts = [sum(part.amount for part in prices.parts(np.array([c]), np.ones(1))) for c in range(0, len(x), 7)]
    assert parts == pytest.approx(prices.gain[::7].tolist(), abs=1e-6)


def test_a_gain_is_what_a_plan_with_a_little_more_of_it_gains() -> None:
    """The plan of the laboratory, solved again with a thousandth more of each thing that it does not do."""
    problem, prices, objective = solved(gw.load(LAB), relax=True)
    upper = problem.upper * problem.column_scale
    loses = np.flatnonzero((prices.gain < -1e-3) & (upper > 0.01) & (problem.upper > problem.lower)).tolist()
    agreed = 0
    for column in loses:
        solver = Solver(problem)
        solver.relax(True)
        step = np.array([1e-3 / problem.column_scale[column]])
        solver.set_bounds(np.array([column]), step, problem.upper[[column]])
        lost = (solver.solve(feasibility=1e-9).objective - objective) / 1e-3
        assert lost <= prices.gain[column] + 1e-3  # where a price is degenerate it holds on one side alone
        agreed += lost == pytest.approx(prices.gain[column], rel=1e-4)
    assert agreed >= 0.9 * len(loses) > 10


@pytest.fixture(scope="module")
def stargate() -> Explanation:
    return gw.explain(gw.load(EXAMPLES / "stargate" / "programme.yaml"), relax=True)


def test_the_reference_programme_tells_five_stretches_and_every_workload(stargate: Explanation) -> None:
    lost = [each.value_lost for each in stargate.unserved]
    assert len(lost) == 5
    assert lost == sorted(lost, reverse=True)
    assert stargate.left_out > 0
    assert {each.workload for each in stargate.unserved} == {"research"}
    assert len(stargate.placings) == len({each.workload for each in stargate.placings}) == 10
    for placing in stargate.placings:
        assert len(placing.places) == 2
        assert placing.places[0].chips > 0
        assert placing.places[0].gain >= -1e-6


def test_the_reference_programme_names_power_chips_and_clauses(stargate: Explanation) -> None:
    limits = [limit for each in stargate.unserved for reason in each.reasons for limit in reason.limits]
    named = {limit.signer.by for limit in limits}
    assert {"openai-microsoft/first-call", "openai-microsoft/h100", "physics: power"} <= named
    assert {limit.what for limit in limits if limit.signer.by == "physics: power"} >= {"power of abilene"}
    assert all(limit.price > 0 for limit in limits if limit.held == "limit" and limit.price is not None)
    assert all(limit.signer.place for limit in limits if limit.signer.by in ("openai-microsoft/h100", "oci/h100"))


def test_the_reference_programme_keeps_the_api_on_azure_by_its_exclusivity_at_a_price(stargate: Explanation) -> None:
    api = next(each for each in stargate.placings if each.workload == "api")
    first, second = api.places
    assert first.pool.startswith("azure-")
    assert not first.closed_by
    assert [each.by for each in second.closed_by] == ["openai-microsoft/api-on-azure"]
    assert second.gain > first.gain >= -1e-9
