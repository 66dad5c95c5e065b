"""Shapley shares: what their axioms demand, exactly up to ten players and within intervals beyond."""

from __future__ import annotations

from itertools import permutations
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigawatt.sim import shapley

PLAYERS = ["a", "b", "c", "d"]
GAMES = st.fixed_dictionaries(
    {chosen: st.integers(-1000, 1000) for chosen in shapley.sets_of(PLAYERS)}
)  # what each set is worth, to one party


def told(game: dict[shapley.Set, int]) -> dict[shapley.Set, dict[str, float]]:
    return {chosen: {"us": float(amount)} for chosen, amount in game.items()}


@given(GAMES)
def test_shares_are_the_mean_over_every_order(game: dict[shapley.Set, int]) -> None:
    found = shapley.shares(PLAYERS, told(game))
    for player in PLAYERS:
        added = []
        for order in permutations(PLAYERS):
            before = frozenset(order[: order.index(player)])
            added.append(game[before | {player}] - game[before])
        assert found[player]["us"].amount == pytest.approx(fmean(added), abs=1e-9)
        assert found[player]["us"].error == 0


@given(GAMES)
def test_shares_add_up_to_what_all_are_worth_less_what_none_is(game: dict[shapley.Set, int]) -> None:
    found = shapley.shares(PLAYERS, told(game))
    whole = game[frozenset(PLAYERS)] - game[frozenset()]
    assert sum(each["us"].amount for each in found.values()) == pytest.approx(whole, abs=1e-9)


@given(GAMES)
def test_who_adds_nothing_to_any_set_has_no_share(game: dict[shapley.Set, int]) -> None:
    idle = {chosen: game[chosen - {"d"}] for chosen in game}
    assert shapley.shares(PLAYERS, told(idle))["d"]["us"].amount == 0


@given(GAMES)
def test_who_can_stand_for_each_other_share_alike(game: dict[shapley.Set, int]) -> None:
    def swapped(chosen: shapley.Set) -> shapley.Set:
        return frozenset({"c": "d", "d": "c"}.get(each, each) for each in chosen)

    even = {chosen: game[chosen] + game[swapped(chosen)] for chosen in game}
    found = shapley.shares(PLAYERS, told(even))
    assert found["c"]["us"].amount == pytest.approx(found["d"]["us"].amount, abs=1e-9)


def test_three_who_need_a_fourth_share_half_with_it() -> None:
    """A glove game by hand: one left glove, three right ones, a pair is worth 12.

    The left one adds 12 unless it comes first: 3/4 of 12 is 9; the right ones have a third of the rest each, 1.
    """
    worth = {chosen: {"us": 12.0 if "a" in chosen and len(chosen) > 1 else 0.0} for chosen in shapley.sets_of(PLAYERS)}
    found = shapley.shares(PLAYERS, worth)
    assert [found[player]["us"].amount for player in PLAYERS] == pytest.approx([9, 1, 1, 1])


class TestBeyondTen:
    MANY = tuple(f"p{n}" for n in range(12))

    def worth(self, pairs: int) -> dict[shapley.Set, dict[str, float]]:
        """Who is n adds n; the first two together add 100 besides, and the last never adds anything."""
        found = {}
        for chosen in shapley.sets_of(self.MANY, pairs):
            numbers = {int(each[1:]) for each in chosen} - {11}
            found[chosen] = {"us": float(sum(numbers) + 100 * (numbers >= {0, 1}))}
        return found

    def test_not_every_set_is_asked_for(self) -> None:
        assert len(shapley.sets_of(self.MANY, 8)) < 2**12 / 10

    def test_sampled_shares_add_up_too(self) -> None:
        found = shapley.shares(self.MANY, self.worth(8), 8)
        assert sum(each["us"].amount for each in found.values()) == pytest.approx(sum(range(11)) + 100)

    def test_intervals_hold_what_is_exact(self) -> None:
        found = shapley.shares(self.MANY, self.worth(16), 16)
        for n, player in enumerate(self.MANY[:11]):
            exact = n + (50 if n < 2 else 0)
            assert abs(found[player]["us"].amount - exact) <= found[player]["us"].error + 1e-9
        assert found["p11"]["us"] == shapley.Share(0.0, 0.0)

    def test_the_same_seed_gives_the_same_orders(self) -> None:
        assert shapley.sets_of(self.MANY, 4, seed=3) == shapley.sets_of(self.MANY, 4, seed=3)
        assert shapley.sets_of(self.MANY, 4, seed=3) != shapley.sets_of(self.MANY, 4, seed=4)
