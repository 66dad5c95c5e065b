"""What the planner promises: states, ends, choices among equals, prices, ranges, and why there is no plan."""

from __future__ import annotations

import polars as pl
import pytest

import gigawatt as gw
from tests.programmes import load_text

RENT = """
programme: rent
decides: lab
horizon: {{from: 2027-01, through: 2027-12}}
finance: {{discount: 0 %/year}}
workloads:
  chat: {{kind: serving, chips: 100, unserved: 10 USD/chip-hour}}
contracts:
  one: {{buyer: lab, seller: one, status: {first}, sign_by: 2026-12-01,
      clauses: {{rate: {{kind: price, chip: h100, price: {price} USD/chip-hour}}}}}}
  two: {{buyer: lab, seller: two, status: signed,
      clauses: {{rate: {{kind: price, chip: h100, price: 2 USD/chip-hour}}}}}}
"""

HALL = """
programme: hall
decides: lab
horizon: {{from: 2027-01, through: 2029-12}}
finance: {{discount: 0 %/year}}
parties: {{lab: {{}}, maker: {{}}, other: {{}}}}
chips: {{unit: {{it_power: 1 kW, power: 1 kW, vendor: maker, price: 12000 USD/chip, available: 2026-01, life: 1 y}}}}
sites: {{hall: {{landlord: lab, operator: lab, energy: 100 USD/MWh, pue: 1.5, {grid}
    phases: {{a: {{power: 0.1 MW, ready: {ready}, built: true}}}}}}}}
pools: {{hall-unit: {{site: hall, chip: unit, owner: lab}}}}
workloads: {{chat: {{kind: serving, chips: 80, unserved: 10 USD/chip-hour}}}}
"""


def standing(plan: gw.Plan, month: str) -> float:
    """Chips standing in a month, over all pools."""
    return float(plan.capacity.filter(pl.col("month") == month)["chips"].sum())


def test_chips_retire_at_the_end_of_their_life_and_are_bought_again() -> None:
    plan = gw.plan(load_text(HALL.format(grid="", ready="2027-01-01")))
    bought = plan.build.filter(pl.col("kind") == "chips").group_by("month").agg(pl.col("chips").sum())
    assert {month: round(chips) for month, chips in bought.rows()} == {"2027-01": 80, "2028-01": 80, "2029-01": 80}
    assert all(standing(plan, month) == pytest.approx(80) for month in ("2027-12", "2028-01", "2029-12"))


def test_a_phase_ready_in_mid_month_serves_that_part_of_it() -> None:
    plan = gw.plan(load_text(HALL.format(grid="", ready="2027-01-17")))
    power = plan.power.filter(pl.col("month").is_in(["2027-01", "2027-02"])).sort("month")["powered_mw"].to_list()
    assert power == pytest.approx([0.1 * 15 / 31, 0.1])


def test_the_grid_limits_chips_at_the_peak_pue() -> None:
    plan = gw.plan(load_text(HALL.format(grid="grid: 0.06 MW, peak_pue: 1.2, ", ready="2027-01-01")))
    # 0.06 MW of facility power over 1.2 is 50 kW of IT power: 50 chips of 1 kW
    assert standing(plan, "2027-06") == pytest.approx(50)


def test_energy_is_it_power_times_pue_times_hours_of_use() -> None:
    plan = gw.plan(load_text(HALL.format(grid="", ready="2027-01-01")))
    january = plan.tables["cash"].filter((pl.col("what") == "energy") & (pl.col("month") == "2027-01"))["amount"].sum()
    assert float(january) == pytest.approx(80 * 0.001 * 1.5 * 744 * 100)


def test_capex_is_an_annuity_in_the_objective_and_a_payment_in_the_cash_table() -> None:
    text = HALL.format(grid="", ready="2027-01-01").replace("life: 1 y", "life: 6 y")
    plan = gw.plan(load_text(text))
    hours = (365 + 366 + 365) * 24
    energy = 80 * 0.001 * 1.5 * hours * 100
    # half of the six years lies inside the horizon
    assert plan.solve.objective == pytest.approx(-80 * 12_000 / 2 - energy)
    assert float(plan.cash(of="maker")["amount"].sum()) == pytest.approx(80 * 12_000)
    assert float(plan.beyond["amount"].sum()) == pytest.approx(80 * 12_000 / 2)


class TestEquals:
    """Two providers at one price: those who decide do not care, others do."""

    def test_signed_contracts_come_before_offers(self) -> None:
        plan = gw.plan(load_text(RENT.format(first="offer", price=2)))
        assert plan.use["pool"].unique().to_list() == ["two-h100"]

    def test_else_the_order_of_the_file_decides(self) -> None:
        plan = gw.plan(load_text(RENT.format(first="signed", price=2).replace("sign_by: 2026-12-01, ", "")))
        assert plan.use["pool"].unique().to_list() == ["one-h100"]

    def test_the_range_of_each_is_all_or_nothing(self) -> None:
        plan = gw.plan(load_text(RENT.format(first="signed", price=2).replace("sign_by: 2026-12-01, ", "")))
        whole = 100 * 8760 * 2
        ranges = {party: (least, most) for party, _, _, least, most in plan.parties.rows()}
        assert ranges["one"] == pytest.approx((0, whole), abs=whole * 1e-6)
        assert ranges["two"] == pytest.approx((0, whole), abs=whole * 1e-6)

    def test_a_party_whose_cash_is_certain_has_no_range(self) -> None:
        plan = gw.plan(load_text(RENT.format(first="signed", price=3).replace("sign_by: 2026-12-01, ", "")))
        ranges = {party: (least, most) for party, _, _, least, most in plan.parties.rows()}
        assert ranges["two"] == pytest.approx((1_752_000, 1_752_000))
        assert ranges["one"] == pytest.approx((0, 0), abs=1e-3)


class TestWalkAway:
    OFFER = """
    programme: offer
    decides: lab
    horizon: {{from: 2027-01, through: 2027-12}}
    finance: {{discount: 7 %/year}}
    workloads:
      chat: {{kind: serving, chips: 100, growth: 3 %/month, unserved: 10 USD/chip-hour}}
      lab: {{kind: research, use: 30000 chip-hour/month, unserved: 1.5 USD/chip-hour}}
    contracts:
      rent: {{buyer: lab, seller: rent, status: signed,
          clauses: {{rate: {{kind: price, chip: h100, price: 4 USD/chip-hour}}}}}}
      block: {{buyer: lab, seller: block, status: {status}, sign_by: 2026-12-01,
          clauses: {{gpus: {{kind: reservation, chip: h100, chips: {{min: 64, max: 128, step: 8}},
          price: {price} USD/chip-hour}}}}}}
    """

    def objective(self, price: float, status: str) -> float:
        text = self.OFFER.format(price=price, status=status)
        return gw.plan(
            load_text(text if status == "offer" else text.replace("sign_by: 2026-12-01, ", ""))
        ).solve.objective

    @pytest.mark.parametrize("price", [6.0, 2.0])
    def test_signing_and_not_signing_are_equal_at_that_price(self, price: float) -> None:
        plan = gw.plan(load_text(self.OFFER.format(price=price, status="offer")))
        offer = plan.offers.row(0, named=True)
        assert offer["signed"] is (price == 2.0)
        equal = offer["walk_away_price"]
        assert offer["asked_price"] == price
        forced = self.objective(equal, "signed")
        without = self.objective(1_000.0, "offer")
        assert forced == pytest.approx(without, rel=1e-5)

    def test_an_offer_just_below_is_signed_and_just_above_is_not(self) -> None:
        plan = gw.plan(load_text(self.OFFER.format(price=6, status="offer")))
        equal = plan.offers.row(0, named=True)["walk_away_price"]
        for price, signed in ((equal * 0.999, True), (equal * 1.001, False)):
            again = gw.plan(load_text(self.OFFER.format(price=f"{price:.9f}", status="offer")))
            assert again.offers.row(0, named=True)["signed"] is signed


class TestScarcity:
    def test_the_price_of_power_is_what_one_more_mw_would_change(self) -> None:
        text = HALL.format(grid="", ready="2027-01-01").replace("chips: 80", "chips: 150")
        plan = gw.plan(load_text(text))
        more = gw.plan(load_text(text.replace("power: 0.1 MW", "power: 0.101 MW")))
        prices = plan.scarcity.filter(pl.col("what") == "power")["price"].sum()
        assert (more.solve.objective - plan.solve.objective) / 0.001 == pytest.approx(prices, rel=1e-6)

    def test_nothing_short_has_no_price(self) -> None:
        plan = gw.plan(load_text(RENT.format(first="signed", price=3).replace("sign_by: 2026-12-01, ", "")))
        assert plan.scarcity.filter(pl.col("by") == "two").is_empty()


class TestNoPlan:
    FLOOR = """
    programme: floor
    decides: lab
    horizon: {from: 2027-01, through: 2027-12}
    workloads: {chat: {kind: serving, chips: 100, unserved: 10 USD/chip-hour}}
    contracts:
      block: {buyer: lab, seller: lumen, status: signed,
          clauses: {gpus: {kind: reservation, chip: h100, chips: 10, price: 2 USD/chip-hour, cite: "4.2"}}}
    participation: {lumen: 1e9 USD}
    """

    def test_a_participation_that_cannot_be_had_is_named_with_its_place(self) -> None:
        with pytest.raises(gw.Infeasible, match=r"participation of lumen: at least 1,000,000,000 USD.*yaml:9:17"):
            gw.plan(load_text(self.FLOOR))

    def test_clauses_that_contradict_are_named_and_no_others(self) -> None:
        text = """
        programme: short
        decides: [lab, fund]
        horizon: {from: 2027-01, through: 2027-12}
        parties: {lab: {}, fund: {}, maker: {}, bystander: {}}
        chips: {unit: {it_power: 1 kW, power: 1 kW, vendor: maker, available: 2026-01}}
        sites: {hall: {landlord: lab, operator: lab, phases: {a: {power: 10 MW, ready: 2027-01-01, built: true}}}}
        pools: {hall-unit: {site: hall, chip: unit, owner: lab}}
        workloads: {chat: {kind: serving, chips: 100, unserved: 10 USD/chip-hour}}
        contracts:
          money: {buyer: lab, seller: fund, status: signed,
              clauses: {tranches: {kind: capital_commitment, investor: fund, recipient: lab,
              tranches: [{amount: 1000 USD, from: 2027-01}], cite: "1.1"}}}
          chips: {buyer: lab, seller: maker, status: signed,
              clauses: {order: {kind: purchase, chip: unit, price: 10000 USD/chip, least: 50 chips/quarter,
              most: 90 chips/quarter, cite: "7"}}}
          rent: {buyer: lab, seller: bystander, status: signed,
              clauses: {rate: {kind: price, chip: h100, price: 2 USD/chip-hour}}}
        """
        with pytest.raises(gw.Infeasible) as error:
            gw.plan(load_text(text))
        told = str(error.value)
        assert "money/tranches" in told
        assert "chips/order" in told
        assert "rent/rate" not in told
        assert ".yaml:12:" in told

    def test_what_pays_without_end_names_column_and_cause(self) -> None:
        from gigawatt.app import plan as find
        from gigawatt.planner import solving

        programme = load_text(RENT.format(first="signed", price=3).replace("sign_by: 2026-12-01, ", ""))
        whole = solving.draft_programme

        def with_a_gift(*args: object, **kwargs: object) -> object:
            draft = whole(*args, **kwargs)  # type: ignore[arg-type]
            gift = draft.add_columns("gift", (), unit="chip", by="two/rate")
            draft.pay(gift, 5.0, 0, payer="two", payee="lab", by="two/rate", what="rebate")
            return draft

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(solving, "draft_programme", with_a_gift)
            with pytest.raises(
                gw.Unbounded, match=r"more of gift pays without end.*two/rate \(rebate from two to lab\)"
            ):
                find(programme)


def test_a_training_run_keeps_to_one_pool_and_one_size_a_day() -> None:
    plan = gw.plan(
        load_text(
            """
            programme: train
            decides: lab
            horizon: {from: 2027-01, through: 2027-03, slices: {day: 12 h, night: 12 h}}
            workloads: {run: {kind: training, flop: 4e24 FLOP, unserved: 1e-17 USD/FLOP}}
            contracts:
              one: {buyer: lab, seller: one, status: signed,
                  clauses: {rate: {kind: price, chip: h100, chips: 600, price: 2 USD/chip-hour}}}
              two: {buyer: lab, seller: two, status: signed,
                  clauses: {rate: {kind: price, chip: h200, chips: 900, price: 2.2 USD/chip-hour}}}
            """
        )
    )
    assert plan.use["slice"].unique().to_list() == ["all"]
    assert len(plan.use["pool"].unique()) == 1


@pytest.mark.parametrize("status", ["announced", "loi"])
def test_what_is_only_announced_binds_nothing(status: str) -> None:
    plan = gw.plan(load_text(RENT.format(first=status, price=1)))
    assert plan.use["pool"].unique().to_list() == ["two-h100"]


def test_a_deciding_providers_pool_costs_its_resources() -> None:
    plan = gw.plan(
        load_text(
            """
            programme: both
            decides: [lab, cloud]
            horizon: {from: 2027-01, through: 2027-01}
            finance: {discount: 0 %/year}
            pools: {cloud-h100: {provider: cloud, chip: h100, resource_cost: 0.8 USD/chip-hour}}
            workloads: {chat: {kind: serving, chips: 100, unserved: 10 USD/chip-hour}}
            contracts:
              rent: {buyer: lab, seller: cloud, status: signed,
                  clauses: {rate: {kind: price, chip: h100, price: 4 USD/chip-hour}}}
            """
        )
    )
    # the rent cancels between the two; what is left is the cost of the chips
    assert plan.solve.objective == pytest.approx(-100 * 744 * 0.8)
    assert float(plan.cash(of="cloud")["amount"].sum()) == pytest.approx(100 * 744 * (4 - 0.8))


class TestPlanAsAnObject:
    def test_a_party_sees_what_it_gets_above_nought_and_what_it_pays_below(self) -> None:
        plan = gw.plan(load_text(HALL.format(grid="", ready="2027-01-01")))
        assert (
            plan.cash(of="lab")["amount"].sum()
            == -plan.cash(of="maker")["amount"].sum() - plan.cash(of="utility")["amount"].sum()
        )

    def test_nobody_of_that_name_is_said(self) -> None:
        plan = gw.plan(load_text(HALL.format(grid="", ready="2027-01-01")))
        with pytest.raises(ValueError, match="nobody called 'labb'"):
            plan.cash(of="labb")

    def test_a_table_that_is_not_there_names_those_that_are(self) -> None:
        plan = gw.plan(load_text(HALL.format(grid="", ready="2027-01-01")))
        with pytest.raises(AttributeError, match="its tables are build, take, offers"):
            _ = plan.buildings

    def test_a_notebook_shows_it_with_names_escaped(self) -> None:
        text = HALL.format(grid="", ready="2027-01-01").replace("programme: hall", 'programme: hall\ntitle: "<script>"')
        shown = gw.plan(load_text(text))._repr_html_()
        assert shown is not None
        assert shown.startswith("<pre")
        assert "<script>" not in shown
