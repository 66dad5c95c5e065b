"""The examples that ship: the laboratory against its hand calculation, the startup, the reference programme."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

import gigawatt as gw
from tests.programmes import EXAMPLES


@pytest.fixture(scope="module")
def lab() -> gw.Plan:
    return gw.plan(gw.load(EXAMPLES / "lab" / "programme.yaml"))


@pytest.fixture(scope="module")
def relaxed_stargate() -> gw.Plan:
    return gw.plan(gw.load(EXAMPLES / "stargate" / "programme.yaml"), relax=True)


class TestLaboratory:
    """Each figure is worked out by hand in examples/lab/README.md."""

    def test_objective_is_the_sum_done_by_hand(self, lab: gw.Plan) -> None:
        assert lab.solve.status == "optimal"
        assert lab.solve.objective == pytest.approx(632_000.00, abs=0.005)

    def test_cash_of_every_party_is_exact(self, lab: gw.Plan) -> None:
        by_hand = {
            "lab": "-2846400.00",
            "north": "432000.00",
            "south": "60000.00",
            "maker": "1800000.00",
            "builders": "1980000.00",
            "utility": "14400.00",
            "customers": "-1440000.00",
        }
        assert {party: lab.cash(of=party)["amount"].sum() for party in by_hand} == {
            party: Decimal(amount) for party, amount in by_hand.items()
        }

    def test_phase_a_is_built_at_once_and_b_is_not(self, lab: gw.Plan) -> None:
        phases = lab.build.filter(pl.col("kind") == "phase")
        assert phases.select("thing", "month", "power_mw", "capex").rows() == [("hall/a", "2027-01", 0.05, 1_980_000.0)]

    def test_the_offer_is_worth_signing_at_1_85(self, lab: gw.Plan) -> None:
        offer = lab.offers.row(0, named=True)
        assert (offer["contract"], offer["signed"]) == ("south-offer", False)
        assert offer["better_by"] == pytest.approx(-64_800, abs=0.01)
        assert offer["walk_away_price"] == pytest.approx(1.85, abs=1e-6)

    def test_explore_is_short_by_24_800_chip_hours(self, lab: gw.Plan) -> None:
        short = lab.unserved.group_by("workload").agg(pl.col("unserved").sum(), pl.col("value_lost").sum())
        rows = {name: (unserved, lost) for name, unserved, lost in short.rows()}
        assert rows["explore"] == pytest.approx((24_800, 49_600))
        assert rows["chat"] == (0, 0)
        assert rows["tune"] == (0, 0)

    def test_value_beyond_the_horizon_is_the_rest_of_the_capex(self, lab: gw.Plan) -> None:
        assert lab.beyond["amount"].sum() == Decimal("3528000.00")


def test_the_small_user_pays_what_the_contracts_say() -> None:
    plan = gw.plan(gw.load(EXAMPLES / "startup" / "programme.yaml"))
    # lumen: 256 chips x 2.10 USD x 181 days x 24 h, used or not
    assert plan.cash(of="lumen")["amount"].sum() == Decimal("2335334.40")
    # azure: at least 1,860,000 left of the first year and 3,000,000 of the second
    assert plan.cash(of="azure")["amount"].sum() >= Decimal(4_860_000)


class TestReferenceProgramme:
    def test_relaxed_plan_is_optimal_and_keeps_its_rows(self, relaxed_stargate: gw.Plan) -> None:
        assert relaxed_stargate.solve.optimal
        assert relaxed_stargate.solve.violation < 1e-6

    def test_payments_sum_to_zero_over_the_parties(self, relaxed_stargate: gw.Plan) -> None:
        cash = relaxed_stargate.tables["cash"]
        parties = set(cash["from"]) | set(cash["to"])
        assert sum(relaxed_stargate.cash(of=party)["amount"].sum() for party in parties) == 0

    def test_no_use_where_nothing_stands(self, relaxed_stargate: gw.Plan) -> None:
        standing = relaxed_stargate.capacity.select("pool", "month", pl.col("chips").alias("standing"))
        use = relaxed_stargate.use.filter(pl.col("slice") != "all")
        whole = (
            relaxed_stargate.use.filter(pl.col("slice") == "all")
            .group_by("pool", "month")
            .agg(pl.col("chips").sum().alias("training"))
        )
        by_slice = use.group_by("pool", "month", "slice").agg(pl.col("chips").sum())
        full = by_slice.join(standing, on=["pool", "month"], how="left").join(whole, on=["pool", "month"], how="left")
        over = full.filter(pl.col("chips") + pl.col("training").fill_null(0) > pl.col("standing").fill_null(0) + 0.01)
        assert over.is_empty()

    def test_the_api_runs_on_azure_alone_while_it_is_exclusive(self, relaxed_stargate: gw.Plan) -> None:
        programme = relaxed_stargate.programme
        used = relaxed_stargate.use.filter(pl.col("workload") == "api")["pool"].unique().to_list()
        assert {programme.pools[pool].provider for pool in used} == {"microsoft"}

    def test_no_own_chip_before_december_2026(self, relaxed_stargate: gw.Plan) -> None:
        own = relaxed_stargate.capacity.filter(pl.col("chip") == "jalapeno")
        assert own.is_empty() or own["month"].min() >= "2026-12"  # type: ignore[operator]
