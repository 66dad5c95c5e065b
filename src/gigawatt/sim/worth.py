"""What each clause is worth to each party: the programme planned anew without it, and compared with the plan with it.

Relaxed values are exact; whole ones are intervals, from the best plan found to the best possible, on both sides.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from gigawatt.errors import GigawattError, Infeasible, PlanError
from gigawatt.history.binding import binding
from gigawatt.model.programme import Programme
from gigawatt.model.worth import DECIDERS, ClauseWorth, Share, Solved, Worth
from gigawatt.planner.budget import Budget
from gigawatt.planner.side_by_side import side_by_side
from gigawatt.planner.solving import GAP, PROVEN, is_small
from gigawatt.planner.valuing import Value, relaxed_value, whole_value
from gigawatt.sim import shapley
from gigawatt.sim.clause_worth import Subject, clause_worth, touched
from gigawatt.sim.what_if import without
from gigawatt.values.ids import own_id, unknown

SHARE_FOR_ALL = 0.3
"""The part of the budget for the whole plan with every clause; the rest is for those without each."""
SHARE_FOR_SEARCH = 0.8
"""The part of a whole plan's seconds for the search; the rest is for its canonical plan."""
FINER = 4.0
"""Whole plans are sought to the worth sought over this: the gaps of two plans together then stay below it."""
UNLIMITED = float("inf")

Tell = Callable[[str, str, float | None], None]
"""Called with the stage, what is at hand, and how far it is (0 to 1)."""
Values = dict[shapley.Set, Value | str]
"""By the clauses that are gone, the value of the programme without them, or why there is none."""


@dataclass(frozen=True)
class Valuation:
    """Clauses of one programme, and how they are valued.

    `written` is the programme as its file has it, what-if changes included; `known` gives it as known on the day.
    `whole` plans are sought within `budget_seconds` on so many `cores`; with `together` the clauses' shares are worked
    out, sampled over so many `pairs` of orders where there are too many.
    """

    written: Programme
    known: Callable[[Programme], Programme]
    whole: bool = True
    budget_seconds: float = 120.0
    cores: int = 2
    together: bool = True
    pairs: int = shapley.PAIRS

    def worth(self, names: Sequence[str], tell: Tell) -> Worth:
        """The worth of each of some clauses (contract/clause), of all that bind where none is named.

        Raises GigawattError for a clause that is unknown or not in force, Infeasible or Unbounded where the programme
        has no plan with all of them.
        """
        began, programme = time.monotonic(), self.known(self.written)
        subjects = _subjects(self.written, programme, names)
        tell("valuing", "with every clause", 0.0)
        players, parties = list(subjects), {name: touched(each) for name, each in subjects.items()}
        concerned = list(dict.fromkeys(party for each in parties.values() for party in each))
        base = relaxed_value(programme, Budget(UNLIMITED, self.cores), parties=concerned)
        values: Values = {frozenset(): base}
        self._take_away({frozenset({name}): parties[name] for name in players}, values, tell)
        relaxed = {name: values[frozenset({name})] for name in players}
        kept, wholes = self._wholes(base, relaxed, parties, tell) if self.whole else (None, {})
        lacking = self._lacking(kept)
        found = [clause_worth(subjects[name], base, relaxed[name], kept, wholes.get(name, lacking)) for name in players]
        shared, told = self._shares(found, values, tell) if self.together and len(players) > 1 else ({}, "")
        whole = kept or base
        gap = abs(whole.bound - whole.found) / max(abs(whole.found), 1.0)
        return Worth(
            programme=programme.programme,
            title=programme.title or programme.programme,
            currency=programme.currency,
            as_of=programme.as_of,
            decides=programme.decides,
            clauses=tuple(replace(each, shares=shared.get(each.clause, {})) for each in found),
            solved=Solved(
                kept is not None, gap, self.budget_seconds, time.monotonic() - began, whole.found, whole.bound
            ),
            shares=told,
            changes=tuple(self.written.changes.told()),
        )

    def _lacking(self, kept: Value | None) -> str:
        """What is to be said of a clause for which there is no whole plan to tell of."""
        if not self.whole:
            return ""
        return f"no whole plan {'with every clause' if kept is None else 'without it'} was found in time; it is relaxed"

    def _take_away(self, sets: Mapping[shapley.Set, Sequence[str]], values: Values, tell: Tell) -> None:
        """Add to `values` the programme without each of some sets of clauses, solved on from the one with all.

        For each set the parties are named whose ranges are asked for.
        """
        base, budget = values[frozenset()], Budget(UNLIMITED, self.cores)
        assert isinstance(base, Value)
        near, done, total = base, len(values), len(values) + len(sets)
        waiting = deque(sets)  # some take far longer than others, so that each worker takes the next

        def work(mine: Sequence[shapley.Set]) -> None:
            while waiting and not budget.stop.is_set():
                try:
                    gone = waiting.popleft()
                except IndexError:  # another was quicker
                    return
                values[gone] = self._without(gone, near, budget, sets[gone])
                tell("valuing", f"{len(values)} of {total} plans", (len(values) - done) / max(1, len(sets)))

        side_by_side(tuple(sets), work, budget)
        if budget.stop.is_set():
            raise KeyboardInterrupt

    def _without(self, gone: shapley.Set, near: Value, budget: Budget, parties: Sequence[str]) -> Value | str:
        """The value without some clauses, or why there is none."""
        try:
            return relaxed_value(self.known(without(self.written, sorted(gone))), budget, near, parties)
        except Infeasible as fault:
            return f"without it there is no plan: {fault}"
        except PlanError as fault:
            return str(fault)

    def _wholes(
        self, base: Value, relaxed: Mapping[str, Value | str], parties: Mapping[str, Sequence[str]], tell: Tell
    ) -> tuple[Value | None, dict[str, Value | str]]:
        """The whole plan with every clause, and those without each, as far as the budget reaches."""
        budget, size = Budget(self.budget_seconds, self.cores), max(abs(base.found), 1.0)
        # where a plan is the same without a clause, so is the whole one
        others = {name: each for name, each in relaxed.items() if isinstance(each, Value) and not each.is_as(base)}
        sought = {name: abs(each.found - base.found) / size for name, each in others.items()}
        gaps = {name: PROVEN if is_small(base.problem) else _gap(part) for name, part in sought.items()}
        tell("whole plans", "with every clause", 0.0)
        alone = 1.0 if not others else SHARE_FOR_ALL
        seconds = SHARE_FOR_SEARCH * alone * self.budget_seconds
        concerned = list(dict.fromkeys(party for name in relaxed for party in parties[name]))
        kept = whole_value(base, min(gaps.values(), default=GAP), seconds, budget, parties=concerned)
        found: dict[str, Value | str] = {}
        if kept is None:
            return None, found
        # those of which most is at stake come first, should the time not do for all
        for n, name in enumerate(sorted(others, key=lambda name: -sought[name])):
            if not budget.left:
                break
            tell("whole plans", f"without {name}", (n + 1) / (len(others) + 1))
            seconds = SHARE_FOR_SEARCH * budget.left / (len(others) - n)
            try:
                each = whole_value(others[name], gaps[name], seconds, budget, kept, parties[name])
            except Infeasible:
                found[name] = "without it there is no whole plan, though there is a relaxed one"
                continue
            if each is not None:
                found[name] = each
        if budget.stop.is_set():
            raise KeyboardInterrupt
        same = {name: each for name, each in relaxed.items() if isinstance(each, Value) and name not in others}
        return kept, found | {name: kept.with_draft(each.draft) for name, each in same.items()}

    def _shares(
        self, found: Sequence[ClauseWorth], values: Values, tell: Tell
    ) -> tuple[dict[str, dict[str, Share]], str]:
        """The clauses' Shapley shares by party, and how they were counted; or none, and why."""
        players = [each.clause for each in found]
        everyone = frozenset(players)
        gone = {kept: everyone - kept for kept in shapley.sets_of(players, self.pairs)}
        self._take_away({each: () for each in gone.values() if each not in values}, values, tell)
        lacking = next((each for each in gone.values() if isinstance(values[each], str)), None)
        if lacking is not None:
            return {}, f"none: without {', '.join(sorted(lacking))} there is no plan"
        parties = dict.fromkeys(each.party for one in found for each in one.parties if each.party != DECIDERS)
        worth = {kept: _told(values[each], parties) for kept, each in gone.items()}
        counted = shapley.shares(players, worth, self.pairs)
        if len(players) <= shapley.EXACT:
            return counted, f"exact, over all {len(gone)} sets"
        return counted, f"sampled over {2 * self.pairs} orders, with 95 % intervals"


def _told(value: Value | str, parties: Sequence[str] | Mapping[str, None]) -> dict[str, float]:
    assert isinstance(value, Value)
    return {DECIDERS: value.found, **{party: value.of(party) for party in parties}}


def _gap(part: float) -> float:
    """To what a whole plan is sought where so large a part of its value is at stake."""
    return max(PROVEN, min(GAP, part / FINER))


def _subjects(written: Programme, programme: Programme, names: Sequence[str]) -> dict[str, Subject]:
    """The clauses that are asked about, or all that bind, each with its versions in the plan."""
    bound: dict[str, Subject] = {}
    for contract_id, clause_id, contract, clause in binding(programme):
        name = f"{contract_id}/{own_id(clause_id)}"
        before = bound.get(name)
        by = (before.by if before is not None else frozenset()) | {f"{contract_id}/{clause_id}"}
        versions = (*(before.versions if before is not None else ()), clause)
        bound[name] = Subject(name, programme, contract, clause, by, versions)
    if not names:
        return bound
    told = [
        f"{contract_id}/{own_id(clause_id)}"
        for contract_id, contract in written.contracts.items()
        for _, clause_id, _ in contract.every_clause()
    ]
    for name in names:
        if name not in told:
            raise GigawattError(unknown("clause", name, told))
        if name not in bound:
            raise GigawattError(_why_not(name, written, programme))
    return {name: bound[name] for name in dict.fromkeys(names)}


def _why_not(name: str, written: Programme, programme: Programme) -> str:
    """Why a clause that the file has is no part of the plan."""
    contract_id, _, clause_id = name.partition("/")
    contract, offer = programme.contracts.get(contract_id), written.contracts[contract_id]
    if contract is None and offer.sign_by is not None:
        return f"{name} is of an offer that lapsed on {offer.sign_by}, before {programme.as_of}; give another --as-of"
    if contract is not None and contract.status not in ("signed", "offer"):
        return f"{name} binds nobody: {contract_id} is {contract.status}, and only what is signed or offered is planned"
    if contract is not None and any(own_id(each) == clause_id for each in contract.clauses):
        return f"{name} concerns none of those who decide, so that no plan counts it"
    return (
        f"{name} is not in force in the horizon, as known on {programme.as_of}; "
        f"see when it is with `gigawatt clause FILE {name}`, or give another --as-of"
    )
