"""Results of the literature that a plan must give: floors as swing options, duals, transfers, and walk-away prices.

Every expected number is worked out here from the formula that its comment names, never by a plan.
"""

from __future__ import annotations

from calendar import monthrange
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gigawatt as gw
from gigawatt.planner.drafting import draft_programme
from gigawatt.planner.highs import Solver
from gigawatt.planner.problem import assemble
from tests.programmes import kept_text

YEARS = (2027, 2028)
HOURS = {f"{year}-{month:02d}": monthrange(year, month)[1] * 24 for year in YEARS for month in range(1, 13)}
DISCOUNT = 0.08


def discount(month: str) -> float:
    """The factor at the middle of a month, at 8 % a year of 365.25 days from the first of January 2027."""
    names = list(HOURS)
    before = sum(HOURS[name] for name in names[: names.index(month)])
    return float((1 + DISCOUNT) ** (-(before + HOURS[month] / 2) / 24 / 365.25))


def dated(values: dict[str, float], unit: str) -> str:
    """A dated series as a file has it."""
    return f"{{unit: {unit}, {', '.join(f'{name}: {value}' for name, value in values.items())}}}"


class TestFloorsAsOptions:
    """Up to `Q` chips at the price `K` by the hour, of which `F` chip-hours a year are paid for, taken or not.

    Beside them chips can be rented at the price `S_t` of each month, and all that is wanted is served, so that a
    chip-hour taken saves `S_t`. With `x_t <= Q hours_t` taken the contract is worth `sum S_t x_t - K max(sum x_t, F)` a
    year. `F = sum Q hours_t` (take or pay in full): `sum (S_t - K) Q hours_t`, a strip of forwards; `F = 0`: the strip
    of calls `sum max(S_t - K, 0) Q hours_t`. Between, with a floor and no other limit, the holder takes the months in
    order of `S_t`, dearest first: all those above `K`, and of the others so much as the floor demands, since up to it
    what is taken costs nothing more. Thompson, "Valuation of Path-Dependent Contingent Claims with Multiple Exercise
    Decisions over Time: The Case of Take-or-Pay", Journal of Financial and Quantitative Analysis 30 (1995); Jaillet,
    Ronn and Tompaidis, "Valuation of Commodity-Based Swing Options", Management Science 50 (2004).
    """

    Q, K = 100, 2.0

    def programme(self, spot: dict[str, float], floors: dict[int, float]) -> gw.Programme:
        by_year = {f"{year}-01": floor for year, floor in floors.items()}
        return kept_text(
            f"""
            programme: swing
            decides: lab
            horizon: {{from: 2027-01, through: 2028-12}}
            finance: {{discount: 0 %/year}}
            workloads: {{chat: {{kind: serving, chips: {self.Q + 30}, unserved: 50 USD/chip-hour}}}}
            contracts:
              deal: {{buyer: lab, seller: deal, status: signed, from: 2027-01-01, through: 2028-12-31, clauses: {{
                  rate: {{kind: price, chip: h100, chips: {self.Q}, price: {self.K} USD/chip-hour}},
                  floor: {{kind: take_or_pay, floor: {dated(by_year, "chip-hour/year")},
                  deficiency: {self.K} USD/chip-hour}}}}}}
              spot: {{buyer: lab, seller: spot, status: signed,
                  clauses: {{rate: {{kind: price, chip: h100, price: {dated(spot, "USD/chip-hour")}}}}}}}
            """
        )

    @staticmethod
    def worth(programme: gw.Programme) -> float:
        """What the contract is worth by the plan: with it less without it."""
        without = gw.change(programme, without=["deal/rate", "deal/floor"])
        return gw.plan(programme).solve.objective - gw.plan(without).solve.objective

    def swing(self, spot: dict[str, float], floors: dict[int, float]) -> float:
        """The formula: the months of each year in order of price."""
        total = 0.0
        for year, floor in floors.items():
            taken = 0.0
            for month in sorted((name for name in HOURS if name.startswith(str(year))), key=lambda name: -spot[name]):
                most = self.Q * HOURS[month]
                more = most if spot[month] > self.K else min(most, max(0.0, floor - taken))
                taken, total = taken + more, total + spot[month] * more
            total -= self.K * max(taken, floor)
        return total

    @property
    def whole(self) -> dict[int, float]:
        """All that the contract can deliver, by year."""
        return {year: self.Q * sum(HOURS[name] for name in HOURS if name.startswith(str(year))) for year in YEARS}

    SPOT: ClassVar = dict(
        zip(HOURS, [*np.linspace(1.1, 2.9, 12).round(2), *np.linspace(2.6, 0.8, 12).round(2)], strict=True)
    )

    def test_taken_or_paid_for_in_full_it_is_the_strip_of_forwards(self) -> None:
        forwards = sum((price - self.K) * self.Q * HOURS[name] for name, price in self.SPOT.items())
        assert self.worth(self.programme(self.SPOT, self.whole)) == pytest.approx(forwards, rel=1e-7)

    def test_without_a_floor_it_is_the_strip_of_calls(self) -> None:
        calls = sum(max(price - self.K, 0) * self.Q * HOURS[name] for name, price in self.SPOT.items())
        without = gw.change(self.programme(self.SPOT, self.whole), without=["deal/floor"])
        assert self.worth(self.programme(self.SPOT, dict.fromkeys(YEARS, 0.0))) == pytest.approx(calls, rel=1e-7)
        bare = gw.change(without, without=["deal/rate"])
        assert gw.plan(without).solve.objective - gw.plan(bare).solve.objective == pytest.approx(calls, rel=1e-7)

    def test_a_floor_between_takes_of_the_worst_months_so_much_as_it_demands(self) -> None:
        # 2027 rises from 1.10 to 2.90: above 2 are the six months from July, 184 days, 441,600 chip-hours; 500,000 is
        # 58,400 more, all of June at 1.92 but for 13,600: the deal is worth the calls less 0.08 x 58,400 = 4,672 of it
        floors = {2027: 500_000.0, 2028: 0.0}
        calls = sum(max(price - self.K, 0) * self.Q * HOURS[name] for name, price in self.SPOT.items())
        worth = self.worth(self.programme(self.SPOT, floors))
        assert worth == pytest.approx(calls - 4_672, rel=1e-7)
        assert worth == pytest.approx(self.swing(self.SPOT, floors), rel=1e-7)

    @settings(max_examples=15, deadline=None)
    @given(
        prices=st.lists(st.integers(20, 400), min_size=24, max_size=24),
        shares=st.tuples(st.integers(1, 99), st.integers(1, 99)),
    )
    def test_any_floor_is_the_swing_and_lies_between(self, prices: list[int], shares: tuple[int, int]) -> None:
        spot = {name: price / 100 for name, price in zip(HOURS, prices, strict=True)}
        floors = {year: self.whole[year] * share / 100 for year, share in zip(YEARS, shares, strict=True)}
        worth = self.worth(self.programme(spot, floors))
        scale = sum(price * self.Q * HOURS[name] for name, price in spot.items())
        assert worth == pytest.approx(self.swing(spot, floors), abs=1e-8 * scale)
        least, most = (self.swing(spot, each) for each in (self.whole, dict.fromkeys(YEARS, 0.0)))
        assert least - 1e-8 * scale <= worth <= most + 1e-8 * scale


DUALS = """
programme: duals
decides: lab
horizon: {from: 2027-01, through: 2028-12}
finance: {discount: 8 %/year}
workloads: {chat: {kind: serving, chips: 100, unserved: 50 USD/chip-hour}}
contracts:
  deal:
    buyer: lab
    seller: deal
    status: signed
    from: 2027-01-01
    through: 2028-12-31
    clauses:
      rate: {kind: price, chip: h100, price: 2 USD/chip-hour}
      floor: {kind: take_or_pay, floor: FLOORS, deficiency: 0.5 USD/chip-hour}
  spot: {buyer: lab, seller: spot, status: signed, clauses: {rate: {kind: price, chip: h100, price: SPOT}}}
"""


class TestDualsOfFloors:
    """The dual of a row is the derivative of the optimum by its bound, so long as the basis stays the optimal one:
    Dantzig, "Linear Programming and Extensions" (1963), ch. 12. Floors of every contract year that are raised by a
    little change the optimum by so much times the sum of their duals; both are discounted.
    """

    @staticmethod
    def programme(spot: dict[str, float], floors: tuple[int, int]) -> gw.Programme:
        by_year = {f"{year}-01": float(floor) for year, floor in zip(YEARS, floors, strict=True)}
        text = DUALS.replace("SPOT", dated(spot, "USD/chip-hour"))
        return kept_text(text.replace("FLOORS", dated(by_year, "chip-hour/year")))

    @staticmethod
    def duals(programme: gw.Programme) -> list[float]:
        """The duals of the floors of contract years, at the integers of the best plan; money per chip-hour."""
        draft = draft_programme(gw.known_on(programme))
        solver = Solver(assemble(draft))
        best = solver.solve(gap=0.0)
        assert best.x is not None
        solver.fix_integers(best.x)
        duals = solver.solve(feasibility=1e-9).duals
        assert duals is not None
        rows = [block for block in draft.row_blocks if block.name.startswith("deal/floor.floor ")]
        assert [block.size for block in rows] == [1, 1]
        return [float(duals[block.start]) for block in rows]

    # The spot price rises by 0.05 a month, in 2027 from 1.20 and in 2028 from 1.55. A deficiency costs 0.5, discounted
    # from December: the deal is taken at 2 to meet its floor where the spot price is above 1.5, and above 2 in any case
    RISING: ClassVar = dict(
        zip(HOURS, [*(1.2 + 0.05 * n for n in range(12)), *(1.55 + 0.05 * n for n in range(12))], strict=True)
    )

    @pytest.mark.parametrize(
        ("floors", "by_hand"),
        [
            # 2027: from August (1.55) on 367,200 are taken, and the rest is short: one more costs 0.5 in December.
            # 2028: 840,000 are met by all but 38,400 of January's 74,400: one more costs 2 - 1.55 in January
            ((600_000, 840_000), (-0.5 * discount("2027-12"), -0.45 * discount("2028-01"))),
            # 2028: 100,000 are less than the 146,400 from November (2.05) on: the floor does not bind
            ((600_000, 100_000), (-0.5 * discount("2027-12"), 0.0)),
            # 2027: 300,000 are met by the 292,800 from September on and 7,200 of August's 74,400
            ((300_000, 100_000), (-0.45 * discount("2027-08"), 0.0)),
        ],
    )
    def test_their_sum_is_the_finite_difference(self, floors: tuple[int, int], by_hand: tuple[float, float]) -> None:
        base, more = self.programme(self.RISING, floors), 1_000
        path = "contracts.deal.clauses.floor.floor"
        raised = {f"{path}.{year}-01": f"{floor + more}" for year, floor in zip(YEARS, floors, strict=True)}
        change = gw.plan(gw.change(base, set=raised)).solve.objective - gw.plan(base).solve.objective
        duals = self.duals(base)
        assert duals == pytest.approx(by_hand, abs=1e-9)
        assert change == pytest.approx(more * sum(duals), rel=1e-6)


TRANSFER = """
programme: transfer
decides: [lab, fund]
horizon: {from: 2027-01, through: 2028-12}
finance: {discount: 8 %/year}
workloads:
  chat: {kind: serving, chips: 100, growth: 1 %/month, revenue: 5 USD/chip-hour, unserved: 0 USD/chip-hour}
contracts:
  rent: {buyer: lab, seller: cloud, status: signed, clauses: {rate: {kind: price, chip: h100, price: 3 USD/chip-hour}}}
  pact:
    buyer: lab
    seller: fund
    status: signed
    from: 2027-01-01
    clauses: {share: {kind: revenue_share, payer: lab, payee: fund, rate: 60 %, MORE}}
"""


class TestTransfers:
    """A side payment between two who decide together is worth nought to the two, and to each the opposite of what it is
    to the other, where both discount alike: transferable utility, von Neumann and Morgenstern, "Theory of Games and
    Economic Behavior" (1944), ch. VI.
    """

    @staticmethod
    def discounted(plan: gw.Plan, party: str) -> float:
        return sum(
            float(amount) * discount(month) for month, amount in plan.cash(party).select("month", "amount").rows()
        )

    # 60 % of 5 is more than the 2 that a chip-hour earns: the share would stop a payer who decided alone
    @pytest.mark.parametrize(
        "more",
        [
            "base: gross",
            "cap: 2.5e6 USD",
            "guarantee: 4e6 USD",
            "arrears: {each: quarter, within: 45 d}",
            "estimate: 3e5 USD/month",
        ],
    )
    def test_a_share_is_worth_nought_to_both_and_opposite_to_each(self, more: str) -> None:
        base = kept_text(TRANSFER.replace("MORE", more))
        shared, free = gw.plan(base), gw.plan(gw.change(base, without=["pact/share"]))
        assert shared.solve.objective == pytest.approx(free.solve.objective, rel=1e-9)
        assert shared.use.drop("work").equals(free.use.drop("work"))
        paid = self.discounted(shared, "lab") - self.discounted(free, "lab")
        got = self.discounted(shared, "fund")
        assert got > 1e6
        assert paid == pytest.approx(-got, rel=1e-12)

    def test_it_is_the_rate_times_what_is_earned_in_each_month(self) -> None:
        plan = gw.plan(kept_text(TRANSFER.replace("MORE", "base: gross")))
        earned = sum(100 * 1.01**n * hours * 5 * discount(name) for n, (name, hours) in enumerate(HOURS.items()))
        assert self.discounted(plan, "fund") == pytest.approx(0.6 * earned, rel=1e-6)


OFFER = """
programme: walk
decides: lab
horizon: {from: 2027-01, through: 2028-12}
finance: {discount: 8 %/year}
workloads:
  chat: {kind: serving, chips: 100, growth: 3 %/month, unserved: 10 USD/chip-hour}
  lab: {kind: research, use: 30000 chip-hour/month, unserved: 1.5 USD/chip-hour}
contracts:
  rent: {buyer: lab, seller: rent, status: signed, clauses: {rate: {kind: price, chip: h100, price: 4 USD/chip-hour}}}
  block:
    buyer: lab
    seller: block
    status: offer
    sign_by: 2026-12-01
    from: 2027-04-01
    through: 2028-09-30
    clauses: {gpus: {kind: reservation, chip: h100, chips: CHIPS, price: PRICE USD/chip-hour}}
"""


class TestWalkAwayPrice:
    """The price at which a buyer is indifferent between signing and not: its reservation price, Raiffa, "The Art and
    Science of Negotiation" (1982), ch. 4. Both sides of it are planned apart, the offer forced signed and left out.
    """

    STATUS, ASKED = "contracts.block.status", "contracts.block.clauses.gpus.price"
    CHIPS = ("128", "{min: 64, max: 192, step: 8}")

    @staticmethod
    def priced(chips: str, price: float) -> tuple[gw.Programme, float]:
        """A programme that asks a price, and the price up to which it is worth signing."""
        programme = kept_text(OFFER.replace("CHIPS", chips).replace("PRICE", f"{price}"))
        offer = gw.plan(programme).tables["offers"].row(0, named=True)
        assert offer["asked_price"] == price
        assert offer["signed"] is (price < offer["walk_away_price"])
        return programme, offer["walk_away_price"]

    @pytest.mark.parametrize("chips", CHIPS)
    @pytest.mark.parametrize(("price", "signed"), [(2.0, True), (6.0, False)])
    def test_signing_and_not_signing_are_equal_at_it(self, chips: str, price: float, signed: bool) -> None:
        programme, equal = self.priced(chips, price)
        assert (price < equal) is signed
        at = {self.ASKED: f"{equal!r} USD/chip-hour"}
        forced = gw.plan(gw.change(programme, set={**at, self.STATUS: "signed"})).solve.objective
        refused = gw.plan(gw.change(programme, set={**at, self.STATUS: "announced"})).solve.objective
        assert forced == pytest.approx(refused, rel=1e-6)
        assert -refused > 1e6

    @pytest.mark.parametrize("chips", CHIPS)
    @pytest.mark.parametrize("price", [2.0, 6.0])
    def test_a_hair_below_it_is_signed_and_a_hair_above_is_not(self, chips: str, price: float) -> None:
        programme, equal = self.priced(chips, price)
        # a plan is proven best to a millionth of the whole, of which the offer is a part
        for hair, signed in ((-1e-5, True), (1e-5, False)):
            beside = gw.change(programme, set={self.ASKED: f"{equal * (1 + hair)!r} USD/chip-hour"})
            assert gw.plan(beside).tables["offers"]["signed"].to_list() == [signed]

    def test_of_one_size_it_is_what_the_chips_save(self) -> None:
        # 60 chips are all busy for chat from April on, which rents at 4 else: the price up to which they pay is 4
        _, equal = self.priced("60", 6.0)
        assert equal == pytest.approx(4.0, rel=1e-6)
