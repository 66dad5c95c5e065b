"""Edges of the plan, each worked by hand: chips let and kept, power that ends, prices of offers, what is short."""

from __future__ import annotations

import polars as pl
import pytest

import gigawatt as gw
from tests.programmes import load_text

HEAD = """
programme: edges
decides: lab
horizon: {from: 2027-01, through: 2027-12}
finance: {discount: 0 %/year}
parties: {lab: {}, lumen: {}, fjord: {}, acme: {}, maker: {}}
chips:
  unit: {it_power: 1 kW, vendor: maker, price: 8760 USD/chip, available: 2026-01, life: 5 y}
  dark: {bf16: 1e15 FLOP/s}
"""
CHAT = "workloads: {chat: {kind: serving, chips: 100, unserved: 10 USD/chip-hour}}\n"


def plan(text: str) -> gw.Plan:
    return gw.plan(load_text(HEAD + text))


def priced(clauses: str, *, buyer: str = "lab", seller: str = "lumen", rest: str = "") -> dict[str, object]:
    """The one offer of a programme, as the table of offers tells it."""
    offer = f"offer: {{buyer: {buyer}, seller: {seller}, status: offer, sign_by: 2026-12-01, clauses: {{{clauses}}}}}"
    return dict(plan(f"{CHAT}contracts:\n  {offer}\n{rest}").offers.row(0, named=True))


FJORD = """  fjord: {buyer: lab, seller: fjord, status: signed, clauses: {
    rate: {kind: price, chip: unit, price: 4 USD/chip-hour}}}
"""


class TestOffers:
    def test_a_rate_of_which_nothing_would_be_taken_has_the_price_of_its_rival(self) -> None:
        """At 9.00 nothing is rented of it, so that its value is flat; at 4.00 it is as good as fjord."""
        found = priced("rate: {kind: price, chip: unit, price: 9 USD/chip-hour}", rest=FJORD)
        assert not found["signed"]
        assert found["walk_away_price"] == pytest.approx(4)

    def test_one_who_sells_has_the_least_price_at_which_selling_pays(self) -> None:
        """100 chips let to acme would not serve chat, at 10.00 an hour: less than that is not worth it."""
        found = priced(
            "rate: {kind: reservation, pool: own, chips: 100, price: 3 USD/chip-hour}",
            buyer="acme",
            seller="lab",
            rest="sites: {hall: {landlord: lab, operator: lab, phases: {\n"
            "  a: {power: 1 MW, ready: 2026-01, built: true}}}}\n"
            "pools: {own: {chip: unit, site: hall, owner: lab, existing: 100, most: 100}}\n",
        )
        assert not found["signed"]
        assert found["walk_away_price"] == pytest.approx(10)

    def test_a_stated_sum_is_no_unit_price(self) -> None:
        """Prices and the sum of a commitment fall together, so that no one price can be told."""
        rate = "rate: {kind: price, chip: unit, price: 5 USD/chip-hour, chips: 50}"
        clauses = f"{rate}, sum: {{kind: commitment, amount: 3e6 USD}}"
        found = priced(clauses, rest=FJORD)
        assert found["walk_away_price"] is None
        # 50 chips for a year are 438,000 hours: at scale k the sum is 3 million k and covers 2.19 million k of rent,
        # and they save 4.00 an hour elsewhere: 3,000,000 k = 1,752,000
        assert found["walk_away_scale"] == pytest.approx(1_752_000 / 3_000_000)


class TestChips:
    def test_chips_kept_for_two_workloads_are_closed_to_a_third(self) -> None:
        asked = plan("""
workloads:
  a: {kind: serving, chips: 0, unserved: 1 USD/chip-hour}
  b: {kind: serving, chips: 0, unserved: 1 USD/chip-hour}
  c: {kind: serving, chips: 300, unserved: 10 USD/chip-hour}
contracts:
  x: {buyer: lab, seller: lumen, status: signed, clauses: {
    for-a: {kind: reservation, chip: unit, chips: 100, price: 3 USD/chip-hour, for: [a]},
    for-b: {kind: reservation, chip: unit, chips: 100, price: 3 USD/chip-hour, for: [b]},
    free: {kind: reservation, chip: unit, chips: 50, price: 3 USD/chip-hour}}}
""").use
        assert asked["chips"].to_list() == pytest.approx([50] * 12)

    def test_own_chips_that_are_let_stand_take_power_and_serve_nobody_here(self) -> None:
        """100 chips fit the power; 60 are let, and 40 are left for chat."""
        found = plan("""
sites: {hall: {landlord: lab, operator: lab, phases: {a: {power: 0.1 MW, ready: 2026-01, built: true}}}}
pools: {own: {chip: unit, site: hall, owner: lab, existing: 60}}
workloads: {chat: {kind: serving, chips: 100, unserved: 10 USD/chip-hour}}
contracts:
  let: {buyer: acme, seller: lab, status: signed, clauses: {
    chips: {kind: reservation, pool: own, chips: 60, price: 3 USD/chip-hour}}}
""")
        assert found.use["chips"].to_list() == pytest.approx([40] * 12)
        assert found.power["used_mw"].to_list() == pytest.approx([0.1] * 12)

    def test_chips_can_be_bought_for_power_that_ends_before_they_do(self) -> None:
        """Power of half a year earns 10.00 an hour, more than the annuity of a chip of 8,760 over five years."""
        found = plan(f"""
sites: {{hall: {{landlord: lumen, operator: lab, phases: {{a: {{power: 0.1 MW, ready: 2026-01}}}}}}}}
pools: {{own: {{chip: unit, site: hall, owner: lab}}}}
{CHAT}contracts:
  hall: {{buyer: lab, seller: lumen, status: signed, from: 2027-01-01, through: 2027-06-30, clauses: {{
    lease: {{kind: lease, site: hall, rent: 100 USD/kW-month}}}}}}
""")
        assert found.use["chips"].to_list() == pytest.approx([100] * 6)
        assert found.power.filter(pl.col("month") > "2027-06")["used_mw"].to_list() == pytest.approx([0] * 6)

    def test_rent_for_half_a_month_of_a_need_for_the_same_half_is_cut_once(self) -> None:
        found = plan("""
workloads: {chat: {kind: serving, chips: 100, from: 2027-01-17, unserved: 10 USD/chip-hour}}
contracts:
  x: {buyer: lab, seller: lumen, status: signed, from: 2027-01-17, clauses: {
    rate: {kind: price, chip: unit, price: 3 USD/chip-hour}}}
""")
        assert found.unserved["unserved"].sum() == pytest.approx(0)

    def test_an_exclusivity_for_the_days_of_a_need_leaves_none_of_it_elsewhere(self) -> None:
        found = plan("""
workloads: {chat: {kind: serving, chips: 100, from: 2027-01-17, through: 2027-01-31, unserved: 10 USD/chip-hour}}
contracts:
  x: {buyer: lab, seller: lumen, status: signed, clauses: {rate: {kind: price, chip: unit, price: 3 USD/chip-hour}}}
  y: {buyer: lab, seller: fjord, status: signed, from: 2027-01-17, clauses: {
    only: {kind: exclusivity}, rate: {kind: price, chip: unit, price: 9 USD/chip-hour}}}
""")
        assert set(found.use["pool"]) == {"fjord-unit"}


class TestRefused:
    def test_chips_whose_power_is_unknown_cannot_be_held_against_a_refusal(self) -> None:
        with pytest.raises(
            gw.PlanError, match=r"y/first weighs new capacity in MW of IT power, and chip dark of x/rate"
        ):
            plan("""
workloads: {chat: {kind: serving, chips: 100, unserved: 10 USD/chip-hour}}
contracts:
  x: {buyer: lab, seller: lumen, status: signed, clauses: {rate: {kind: price, chip: dark, price: 3 USD/chip-hour}}}
  y: {buyer: lab, seller: fjord, status: signed, clauses: {first: {kind: first_refusal}}}
""")

    @pytest.mark.parametrize(
        ("clause", "told"),
        [
            (
                "{kind: purchase, chip: unit, price: 9000 USD/chip, most: 10 chips/quarter}",
                "give `least` and `most` alike",
            ),
            ("{kind: lease, site: hall, options: [b], phases: [a], rent: 9 USD/kW-month}", "which options it takes"),
        ],
    )
    def test_what_a_stranger_chooses_is_no_choice_of_the_plan(self, clause: str, told: str) -> None:
        with pytest.raises(gw.PlanError, match=told):
            plan(f"""
sites: {{hall: {{landlord: lab, operator: lab, phases: {{
  a: {{power: 1 MW, ready: 2027-01}}, b: {{power: 1 MW, ready: 2027-01}}}}}}}}
pools: {{own: {{chip: unit, site: hall, owner: lab}}}}
{CHAT}contracts:
  sale: {{buyer: acme, seller: lab, status: signed, clauses: {{it: {clause}}}}}
""")


class TestScarcity:
    OWN = """
sites: {hall: {landlord: lab, operator: lab, phases: {a: {power: 1 MW, ready: 2026-01, built: true}}}}
pools: {own: {chip: unit, site: hall, owner: lab}}
"""

    def test_a_list_price_is_no_scarcity(self) -> None:
        assert plan(self.OWN + CHAT).scarcity.filter(pl.col("what").str.contains("supply|most")).is_empty()

    def test_a_supply_that_binds_is(self) -> None:
        text = (HEAD + self.OWN + CHAT).replace("life: 5 y", "life: 5 y, supply: 20 chips/quarter")
        found = gw.plan(load_text(text)).scarcity.filter(pl.col("what") == "most unit lab")
        assert found["month"].to_list() == ["2027-01", "2027-04", "2027-07", "2027-10"]
        # a chip of the last quarter earns 10.00 for 2,208 hours, and is charged three of its sixty months
        assert found["price"][-1] == pytest.approx(10 * 2208 - 8760 * 3 / 60)

    def test_the_price_of_a_participation_is_for_the_whole_horizon(self) -> None:
        """Each dollar more for fjord is an hour of its rent at 5.00 in place of lumen's at 3.00: two in five."""
        found = plan(f"""{CHAT}participation: {{fjord: 1000 USD}}
contracts:
  x: {{buyer: lab, seller: lumen, status: signed, clauses: {{
    rate: {{kind: price, chip: unit, price: 3 USD/chip-hour}}}}}}
  y: {{buyer: lab, seller: fjord, status: signed, clauses: {{
    rate: {{kind: price, chip: unit, price: 5 USD/chip-hour}}}}}}
""")
        row = found.scarcity.filter(pl.col("by") == "participation/fjord").row(0, named=True)
        assert row["month"] is None
        assert abs(row["price"]) == pytest.approx(0.4)
