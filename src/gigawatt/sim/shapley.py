"""Shapley shares: what each of several players adds to a value, over every order in which they may come together.

L. S. Shapley, A value for n-person games, in Contributions to the Theory of Games II (Princeton, 1953). Up to `EXACT`
players every set is valued; beyond, orders are sampled in pairs, each with its reverse, which lowers the variance
(antithetic sampling), and the mean is given with a 95 % interval.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from math import factorial, sqrt
from statistics import NormalDist, fmean, stdev

from gigawatt.model.worth import Share

EXACT = 10
"""Up to so many players every one of the 2^n sets is valued."""
PAIRS = 16
"""Pairs of orders that are sampled beyond that."""
NORMAL_95 = NormalDist().inv_cdf(0.975)

Set = frozenset[str]
Valued = Callable[[Set], Mapping[str, float]]
"""What a set of players is worth to each of several parties."""


def sets_of(players: Sequence[str], pairs: int = PAIRS, seed: int = 0) -> list[Set]:
    """Every set that must be valued for the shares of some players, the whole first."""
    if len(players) <= EXACT:
        sizes = range(len(players), -1, -1)
        return [frozenset(chosen) for size in sizes for chosen in combinations(players, size)]
    growing = (frozenset(order[:n]) for order in _orders(players, pairs, seed) for n in range(len(order) + 1))
    return list(dict.fromkeys((frozenset(players), *growing)))


def shares(
    players: Sequence[str], worth: Mapping[Set, Mapping[str, float]], pairs: int = PAIRS, seed: int = 0
) -> dict[str, dict[str, Share]]:
    """The share of each player, by party, given what each of `sets_of` the players is worth to each party.

    They add up, over the players, to what all are worth less what none is; those sampled too, since each order's do.
    """
    parties = list(worth[frozenset(players)])
    if len(players) <= EXACT:
        return {player: {party: _exact(player, players, worth, party) for party in parties} for player in players}
    return _sampled(players, worth, parties, pairs, seed)


def _exact(player: str, players: Sequence[str], worth: Mapping[Set, Mapping[str, float]], party: str) -> Share:
    count, total = len(players), 0.0
    others = [each for each in players if each != player]
    for size in range(count):
        weight = factorial(size) * factorial(count - size - 1) / factorial(count)
        for chosen in combinations(others, size):
            before = frozenset(chosen)
            total += weight * (worth[before | {player}][party] - worth[before][party])
    return Share(total)


def _sampled(
    players: Sequence[str], worth: Mapping[Set, Mapping[str, float]], parties: Sequence[str], pairs: int, seed: int
) -> dict[str, dict[str, Share]]:
    added: dict[str, dict[str, list[float]]] = {player: {party: [] for party in parties} for player in players}
    for order in _orders(players, pairs, seed):
        for n, player in enumerate(order):
            before, after = worth[frozenset(order[:n])], worth[frozenset(order[: n + 1])]
            for party in parties:
                added[player][party].append(after[party] - before[party])
    return {player: {party: _mean(amounts) for party, amounts in told.items()} for player, told in added.items()}


def _mean(amounts: Sequence[float]) -> Share:
    """The mean over pairs, whose halves are not independent, and half of its 95 % interval."""
    pairs = [fmean(amounts[n : n + 2]) for n in range(0, len(amounts), 2)]
    error = NORMAL_95 * stdev(pairs) / sqrt(len(pairs)) if len(pairs) > 1 else float("inf")
    return Share(fmean(pairs), error)


def _orders(players: Sequence[str], pairs: int, seed: int) -> Iterator[tuple[str, ...]]:
    """Orders at random, each followed by its reverse; the same for the same seed."""
    chance = random.Random(seed)
    for _ in range(pairs):
        order = chance.sample(players, len(players))
        yield tuple(order)
        yield tuple(reversed(order))
