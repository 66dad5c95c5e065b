"""The examples that ship: the laboratory against its hand calculation, the startup, the reference programme."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

import gigawatt as gw
from tests.programmes import EXAMPLES, load_text


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


@pytest.fixture(scope="module")
def startup() -> gw.Plan:
    return gw.plan(gw.load(EXAMPLES / "startup" / "programme.yaml"))


class TestStartup:
    """Each figure is worked out by hand in examples/startup/README.md."""

    def test_it_pays_what_the_contracts_say(self, startup: gw.Plan) -> None:
        assert startup.cash(of="lumen")["amount"].sum() == 547 * 24 * 256 * Decimal("2.10")
        assert startup.cash(of="azure")["amount"].sum() == pytest.approx(4_860_000, abs=0.02)
        assert "fjord" not in set(startup.tables["cash"]["to"])

    def test_all_that_is_not_served_is_research(self, startup: gw.Plan) -> None:
        hours = [span.days * 24 for span in startup.programme.horizon.months]
        chat = sum(220 * 1.02**t * h for t, h in enumerate(hours))
        served = 547 * 24 * 256 + 4_860_000 / 4.10
        short = startup.unserved.group_by("workload").agg(pl.col("unserved").sum())
        left = dict(short.rows())
        assert left["research"] == pytest.approx(chat + 61 * 24 * 256 + 18 * 60_000 - served, abs=0.1)
        assert (left["chat"], left["finetune"]) == pytest.approx((0, 0), abs=0.01)

    def test_no_notice_is_to_be_sent_by_2_april(self, startup: gw.Plan) -> None:
        (row,) = startup.renewals.rows(named=True)
        assert (row["clause"], row["what"], row["chosen"]) == ("lumen-order-7/renewal", "renew", True)
        assert (row["since"], row["last_day"]) == (date(2027, 7, 1), date(2027, 4, 2))
        (line,) = [line for line in gw.summary(startup).split("\n") if line.startswith("  renew lumen-order-7")]
        assert "saves 1,584,118; send no notice" in line
        assert line.endswith("2027-04-02")

    def test_the_renewal_saves_what_the_plan_without_it_costs_more(self, startup: gw.Plan) -> None:
        text = (EXAMPLES / "startup" / "programme.yaml").read_text()
        without = gw.plan(load_text("\n".join(line for line in text.split("\n") if "kind: renewal" not in line)))
        assert without.offers["signed"].to_list() == [True]
        saved = startup.solve.objective - without.solve.objective
        assert startup.renewals["better_by"][0] == pytest.approx(saved, abs=0.05)


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
