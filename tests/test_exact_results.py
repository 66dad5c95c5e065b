"""Results of the literature that a plan must give: reserving against renting, and a floor, under uncertain demand.

Every expected number is worked out here from the formula that its comment names, never by a plan.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import fixed_quad
from scipy.stats import norm

import gigawatt as gw
from tests.programmes import load_text

HOURS_2027 = 365 * 24

QUADRATURE = 1e-7
"""24 nodes of Gauss and Legendre on a normal density times a line over at most 10.5 sigma err by less, relatively."""

Demand = dict[str, tuple[int, int]]
"""Of each part of the day its hours, and the chips that are wanted in it."""
QUARTERS: Demand = {"a": (6, 40), "b": (6, 80), "c": (6, 120), "d": (6, 200)}
UNEQUAL: Demand = {"night": (11, 30), "day": (8, 90), "evening": (4, 150), "peak": (1, 400)}


class TestNewsvendor:
    """Chips reserved for every hour at `r`, rented by the hour at `p` beyond them, under a demand that varies.

    The parts of the day share one reservation, so that they are the scenarios of a two-stage programme: the reservation
    is decided before, the rent after the demand is known; the probability of a part is its share of the day.

    Arrow, Harris and Marschak, "Optimal Inventory Policy", Econometrica 19 (1951): the cost of `q` chips in an hour is
    `r q + p E[max(D - q, 0)]`; least at the least `q` with `P(D <= q) >= (p - r) / p`. Birge and Louveaux,
    "Introduction to Stochastic Programming" (2nd ed. 2011), ch. 4: the value of perfect information is the cost under
    that `q` less the mean cost where each demand is known before, `r E[D]`; the value of the stochastic solution is the
    cost of planning for the mean demand, `q = E[D]`, less the cost under that `q`.
    """

    @staticmethod
    def cost(q: float, r: float, p: float, demand: Demand) -> float:
        """The formula, for the whole year."""
        short = sum(hours * max(chips - q, 0) for hours, chips in demand.values()) / 24
        return HOURS_2027 * (r * q + p * short)

    @staticmethod
    def planned(chips: str, r: float, p: float, demand: Demand) -> gw.Plan:
        mean = sum(hours * chips for hours, chips in demand.values()) / 24
        slices = ", ".join(f"{name}: {hours} h" for name, (hours, _) in demand.items())
        # a profile is relative and the demand its mean, so that each part of the day wants what is stated here
        profile = ", ".join(f"{name}: {chips}" for name, (_, chips) in demand.items())
        return gw.plan(
            load_text(
                f"""
                programme: newsvendor
                decides: lab
                horizon: {{from: 2027-01, through: 2027-12, slices: {{{slices}}}}}
                finance: {{discount: 0 %/year}}
                workloads:
                  chat: {{kind: serving, chips: {mean!r}, profile: {{{profile}}}, unserved: 50 USD/chip-hour}}
                contracts:
                  block: {{buyer: lab, seller: block, status: signed,
                      clauses: {{gpus: {{kind: reservation, chip: h100, chips: {chips}, price: {r} USD/chip-hour}}}}}}
                  rent: {{buyer: lab, seller: rent, status: signed,
                      clauses: {{rate: {{kind: price, chip: h100, price: {p} USD/chip-hour}}}}}}
                """
            )
        )

    @staticmethod
    def reserved(plan: gw.Plan) -> float:
        return float(plan.capacity.filter(pool="block-h100")["chips"].max())

    # the critical quantile (p - r) / p is 0.7: of four equally likely demands the third, 120; 0.45: the second; 0.2 and
    # 0.1: the first; 0.9: the last. By hours of 24: 11 are 0.458, 19 are 0.792, 23 are 0.958
    @pytest.mark.parametrize(
        ("r", "p", "demand", "chips"),
        [
            (1.2, 4.0, QUARTERS, 120), (2.2, 4.0, QUARTERS, 80), (3.2, 4.0, QUARTERS, 40), (0.4, 4.0, QUARTERS, 200),
            (1.2, 2.0, UNEQUAL, 30), (1.0, 2.0, UNEQUAL, 90), (0.2, 2.0, UNEQUAL, 150), (0.05, 2.0, UNEQUAL, 400),
        ],
    )  # fmt: skip
    def test_the_critical_quantile_is_reserved(self, r: float, p: float, demand: Demand, chips: int) -> None:
        plan = self.planned("{min: 0, max: 500, step: 1}", r, p, demand)
        assert self.reserved(plan) == pytest.approx(chips)
        assert -plan.solve.objective == pytest.approx(self.cost(chips, r, p, demand), rel=1e-9)

    def test_the_value_of_information_and_of_the_stochastic_solution(self) -> None:
        # r 1.2, p 4, demand 40, 80, 120 or 200, mean 110. An hour costs at 120: 144 + 4 x 80/4 = 224; with each demand
        # known before 1.2 x 110 = 132; at the mean 132 + 4 x (10 + 90)/4 = 232. So 92 and 8 an hour, x 8,760 hours.
        r, p, demand = 1.2, 4.0, QUARTERS
        free = "{min: 0, max: 500, step: 1}"
        uncertain = -self.planned(free, r, p, demand).solve.objective
        known = [-self.planned(free, r, p, {"all": (24, chips)}).solve.objective for _, chips in demand.values()]
        at_the_mean = -self.planned("110", r, p, demand).solve.objective
        assert self.reserved(self.planned(free, r, p, {"all": (24, 110)})) == pytest.approx(110)
        assert uncertain - sum(known) / 4 == pytest.approx(92 * HOURS_2027, rel=1e-9)
        assert at_the_mean - uncertain == pytest.approx(8 * HOURS_2027, rel=1e-9)

    @settings(max_examples=15, deadline=None)
    @given(
        hours=st.permutations([1, 2, 3, 7, 11]),
        chips=st.lists(st.integers(1, 300), min_size=5, max_size=5),
        p=st.integers(101, 900),
        share=st.integers(5, 95),
    )
    def test_for_any_demand_and_any_prices(self, hours: list[int], chips: list[int], p: int, share: int) -> None:
        demand = {f"s{n}": each for n, each in enumerate(zip(hours, chips, strict=True))}
        price, fee = p / 100, p * share / 10_000
        plan = self.planned("{min: 0, max: 300, step: 1}", fee, price, demand)
        # the least q beyond which no chip is wanted in more than the share r / p of the hours
        q = next(q for q in range(301) if 100 * sum(h for h, d in demand.values() if d > q) <= 24 * share)
        assert -plan.solve.objective == pytest.approx(self.cost(q, fee, price, demand), rel=1e-9)
        mean = sum(h * d for h, d in demand.values()) / 24
        assert -plan.solve.objective >= HOURS_2027 * fee * mean * (1 - 1e-9)


class TestShortfallUnderANormalDemand:
    """The mean deficiency of a floor `F` of a year where the demand `D` of a year is normal, (mu, sigma).

    `E[max(F - D, 0)] = (F - mu) Phi(z) + sigma phi(z)` with `z = (F - mu) / sigma`: a put on a normal price, Bachelier,
    "Théorie de la spéculation" (1900); in stocks and orders the loss function, Zipkin, "Foundations of Inventory
    Management" (2000), appendix C.
    """

    MU, SIGMA, DEFICIENCY = 2.0e6, 0.25e6, 0.7
    TAIL, NODES = 8.0, 24
    """Demand further than so many sigma from its mean counts for less than 1e-15 of sigma."""

    def deficiencies(self, floor: float, demands: np.ndarray) -> np.ndarray:
        """What one plan pays at the end of each contract year, of one that has a demand each; chip-hours a year."""
        years = range(2027, 2027 + len(demands))
        use = ", ".join(f"{year}-01: {float(d) / 12!r}" for year, d in zip(years, demands, strict=True))
        plan = gw.plan(
            load_text(
                f"""
                programme: shortfall
                decides: lab
                horizon: {{from: {years[0]}-01, through: {years[-1]}-12}}
                finance: {{discount: 0 %/year}}
                workloads:
                  any: {{kind: research, use: {{unit: chip-hour/month, {use}}}, unserved: 5 USD/chip-hour}}
                contracts:
                  rent: {{buyer: lab, seller: rent, status: signed, from: {years[0]}-01-01,
                      clauses: {{
                      rate: {{kind: price, chip: h100, price: 1 USD/chip-hour}},
                      floor: {{kind: take_or_pay, floor: {floor!r} chip-hour/year,
                      deficiency: {self.DEFICIENCY} USD/chip-hour}}}}}}
                """
            )
        )
        cash = plan.cash().filter(by="rent/floor")
        paid = {month: float(amount) for month, amount in cash.select("month", "amount").iter_rows()}
        assert set(paid) <= {f"{year}-12" for year in years}
        return np.array([paid.get(f"{year}-12", 0.0) for year in years])

    @pytest.mark.parametrize("z", [-1.5, 0.0, 0.8, 2.5])
    def test_its_mean_is_the_closed_form(self, z: float) -> None:
        mu, sigma = self.MU, self.SIGMA
        floor = mu + z * sigma
        met: list[np.ndarray] = []

        def weighed(demands: np.ndarray) -> np.ndarray:
            paid = self.deficiencies(floor, demands)
            # each year's payment is the contract's, to the cent
            assert paid == pytest.approx(self.DEFICIENCY * np.maximum(floor - demands, 0), abs=0.01)
            met.append(paid)
            return paid * norm.pdf(demands, mu, sigma)

        below, above = mu - self.TAIL * sigma, mu + self.TAIL * sigma
        # the integrand has its one kink at the floor, so that it is smooth in each of the two parts
        parts = [fixed_quad(weighed, *ends, n=self.NODES)[0] for ends in pairwise((below, floor, above))]
        closed = self.DEFICIENCY * ((floor - mu) * norm.cdf(z) + sigma * norm.pdf(z))
        # what is left is the error of the rule, and the cents to which payments are rounded
        assert (met[0] > 0).all()
        assert (met[1] == 0).all()
        assert sum(parts) == pytest.approx(closed, rel=QUADRATURE)
