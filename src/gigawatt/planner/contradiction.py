"""Why there is no plan: the smallest set of clauses and limits that contradict one another."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gigawatt.model.calendar import Ints
from gigawatt.model.draft import Block, Draft
from gigawatt.planner.highs import Solver, Status
from gigawatt.planner.physics import PHYSICS
from gigawatt.planner.problem import Problem, assemble
from gigawatt.planner.signers import signer

BOUNDED = ("standing",)
"""Columns of physics whose bounds somebody stated: what a pool can hold."""
WHOLE_SECONDS = 20.0
"""How long to look for the fewest that contradict one another where only whole numbers do."""


@dataclass(frozen=True)
class Contradicting:
    """Who contradict one another, by the names that they sign with; `whole` where only whole numbers forbid a plan.

    `in_time` is false where the time was up before each of them was known to be needed.
    """

    signers: tuple[str, ...]
    whole: bool
    in_time: bool

    @property
    def words(self) -> str:
        """What they do, in words."""
        said = "no plan keeps all of these together"
        if self.whole:
            said += " in whole phases and offers, though one does in fractions (see --relax)"
        return said if self.in_time else f"{said}; not all of them may be needed, the time was up"


def contradiction(draft: Draft, problem: Problem) -> str:
    """The smallest set of clauses and limits that leave no plan, each in contract words with its place."""
    found = contradicting(draft, problem)
    lines = (f"  - {signer(draft, by)}" for by in found.signers)
    return "\n".join((f"{found.words}:", *lines))


def contradicting(draft: Draft, problem: Problem) -> Contradicting:
    """The smallest set of clauses and limits that leave no plan.

    The solver's proof names a few that suffice; each of them is let go in turn, with all that it wrote, and stays let
    go if there is still no plan. Where only whole numbers forbid a plan there is no such proof: then everybody is a
    suspect, and what the time allows is told.
    """
    solver = Solver(problem)
    solver.relax(True)
    whole = solver.solve().status is not Status.INFEASIBLE
    needed = everybody(draft) if whole else _suspects(draft, *solver.proof())
    until = time.monotonic() + (WHOLE_SECONDS if whole else float("inf"))
    for by in list(needed):
        fewer = [one for one in needed if one != by]
        left = until - time.monotonic()
        if left > 0 and _leaves_no_plan(draft, fewer, whole=whole, seconds=left):
            needed = fewer
    return Contradicting(tuple(needed), whole, time.monotonic() <= until)


def everybody(draft: Draft) -> list[str]:
    """All who wrote anything, or stated a limit; limits of physics first."""
    found = {limit_of(block) for block in draft.row_blocks} | {by for *_, by in draft.entries}
    found |= {by for _, by in draft.closed}
    found |= {limit_of(block) for block in draft.column_blocks if block.name.startswith(BOUNDED)}
    return _in_order(found)


def _suspects(draft: Draft, rows: Ints, columns: Ints) -> list[str]:
    """Who wrote, or wrote into, the rows of a proof, closed its columns or bounds them; limits of physics first."""
    in_rows, in_columns = np.zeros(draft.row_count, bool), np.zeros(draft.column_count, bool)
    in_rows[rows], in_columns[columns] = True, True
    found = {limit_of(draft.row_block(int(row))) for row in rows}
    found |= {limit_of(block) for block in map(draft.column_block, columns.tolist()) if block.name.startswith(BOUNDED)}
    found |= {by for where, _, _, by in draft.entries if in_rows[where].any()}
    found |= {by for where, by in draft.closed if in_columns[where].any()}
    return _in_order(found)


def _in_order(found: set[str]) -> list[str]:
    """Limits of physics before clauses: what can be let go without a clause is no part of their contradiction."""
    return sorted(found - {PHYSICS}, key=lambda by: (not by.startswith(PHYSICS), by))


def limit_of(block: Block) -> str:
    """Who can give up a block's bounds: a clause, or a limit of physics by its name; else physics itself."""
    if block.by != PHYSICS:
        return block.by
    free = np.array_equal(block.lower, block.upper) or not np.isfinite(block.upper).any()
    return PHYSICS if free else f"{PHYSICS}: {block.name}"


def _leaves_no_plan(draft: Draft, kept: Sequence[str], *, whole: bool, seconds: float) -> bool:
    """Whether what some wrote, beside the identities of physics, leaves no plan, in whole numbers or at all."""
    everybody = dict.fromkeys(part[3] for part in draft.entries) | dict.fromkeys(by for _, by in draft.closed)
    problem = assemble(draft, [by for by in everybody if by != PHYSICS and by not in kept])
    standing = (PHYSICS, *kept)
    for block in draft.row_blocks:
        if limit_of(block) not in standing:
            problem.row_lower[block.start : block.start + block.size] = -np.inf
            problem.row_upper[block.start : block.start + block.size] = np.inf
    for block in draft.column_blocks:
        if block.name.startswith(BOUNDED) and limit_of(block) not in standing:
            problem.upper[block.start : block.start + block.size] = np.inf
    solver = Solver(replace(problem, cost=np.zeros_like(problem.cost)))
    solver.relax(not whole)
    return solver.solve(seconds=seconds).status is Status.INFEASIBLE
