"""Why there is no plan: the smallest set of clauses and limits in contradiction, or what pays without end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gigawatt.errors import Unbounded
from gigawatt.model.calendar import Ints
from gigawatt.model.draft import Block, Draft
from gigawatt.planner.highs import Solver, Status
from gigawatt.planner.physics import PHYSICS
from gigawatt.planner.problem import Problem, assemble

BOUNDED = ("standing",)
"""Columns of physics whose bounds somebody stated: what a pool can hold."""
WHOLE_SECONDS = 20.0
"""How long to look for the fewest that contradict one another where only whole numbers do."""
FAR = 1e6
"""A bound in solver units that no sensible quantity reaches: billions of chips, thousands of GW."""


def unbounded_by(draft: Draft, problem: Problem) -> Unbounded:
    """The error that names the column that pays without end, and the clause or thing that it belongs to."""
    upper = np.minimum(problem.upper, FAR)
    solver = Solver(replace(problem, upper=upper))
    solver.relax(True)
    solution = solver.solve()
    if solution.x is None:
        return Unbounded("some choice pays without end, but which one could not be worked out; look at negative prices")
    scaled = solution.x / problem.column_scale
    far = np.flatnonzero((scaled > FAR * 0.5) & ~np.isfinite(problem.upper))
    gain = -problem.cost * scaled
    worst = far[np.argmax(gain[far])] if len(far) else int(np.argmax(gain))
    payers = [
        f"{payment.by} ({payment.what} from {payment.payer} to {payment.payee})"
        for payment in draft.payments
        if worst in payment.columns
        and draft.sign(payment.payer, payment.payee) * payment.amounts[payment.columns == worst].sum() > 0
    ]
    block = draft.column_block(int(worst))
    cause = f"it earns by {payers[0]}" if payers else f"it belongs to {block.by}"
    return Unbounded(
        f"the plan is unbounded: more of {draft.column_label(int(worst))} pays without end; {cause}. "
        "Give it a limit, or a cost that it really has"
    )


def contradiction(draft: Draft, problem: Problem) -> str:
    """The smallest set of clauses and limits that leave no plan, each in contract words with its place.

    The solver's proof names a few that suffice; each of them is let go in turn, with all that it wrote, and stays let
    go if there is still no plan. Where only whole numbers forbid a plan there is no such proof: then everybody is a
    suspect, and what the time allows is told.
    """
    solver = Solver(problem)
    solver.relax(True)
    whole = solver.solve().status is not Status.INFEASIBLE
    needed = _everybody(draft) if whole else _suspects(draft, *solver.proof())
    until = time.monotonic() + (WHOLE_SECONDS if whole else float("inf"))
    for by in list(needed):
        fewer = [one for one in needed if one != by]
        left = until - time.monotonic()
        if left > 0 and _leaves_no_plan(draft, fewer, whole=whole, seconds=left):
            needed = fewer
    which = "no plan keeps all of these together"
    if whole:
        which += " in whole phases and offers, though one does in fractions (see --relax)"
    if time.monotonic() > until:
        which += "; not all of them may be needed, the time was up"
    return f"{which}:\n" + "\n".join(f"  - {_said(draft, by)}" for by in needed)


def _everybody(draft: Draft) -> list[str]:
    """All who wrote anything, or stated a limit; limits of physics first."""
    found = {_limit(block) for block in draft.row_blocks} | {by for *_, by in draft.entries}
    found |= {by for _, by in draft.closed}
    found |= {_limit(block) for block in draft.column_blocks if block.name.startswith(BOUNDED)}
    return _in_order(found)


def _suspects(draft: Draft, rows: Ints, columns: Ints) -> list[str]:
    """Who wrote, or wrote into, the rows of a proof, closed its columns or bounds them; limits of physics first."""
    in_rows, in_columns = np.zeros(draft.row_count, bool), np.zeros(draft.column_count, bool)
    in_rows[rows], in_columns[columns] = True, True
    found = {_limit(draft.row_block(int(row))) for row in rows}
    found |= {_limit(block) for block in map(draft.column_block, columns.tolist()) if block.name.startswith(BOUNDED)}
    found |= {by for where, _, _, by in draft.entries if in_rows[where].any()}
    found |= {by for where, by in draft.closed if in_columns[where].any()}
    return _in_order(found)


def _in_order(found: set[str]) -> list[str]:
    """Limits of physics before clauses: what can be let go without a clause is no part of their contradiction."""
    return sorted(found - {PHYSICS}, key=lambda by: (not by.startswith(PHYSICS), by))


def _limit(block: Block) -> str:
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
        if _limit(block) not in standing:
            problem.row_lower[block.start : block.start + block.size] = -np.inf
            problem.row_upper[block.start : block.start + block.size] = np.inf
    for block in draft.column_blocks:
        if block.name.startswith(BOUNDED) and _limit(block) not in standing:
            problem.upper[block.start : block.start + block.size] = np.inf
    solver = Solver(replace(problem, cost=np.zeros_like(problem.cost)))
    solver.relax(not whole)
    return solver.solve(seconds=seconds).status is Status.INFEASIBLE


def _said(draft: Draft, by: str) -> str:
    """A signer in words: a clause with its citation and place in the file."""
    if by.startswith("participation/"):
        party = by.removeprefix("participation/")
        least = draft.programme.participation[party]
        place = _place(draft, ("participation", party))
        return f"participation of {party}: at least {least:,f} {draft.programme.currency} discounted ({place})"
    if by.startswith("physics: "):
        return f"{by.removeprefix('physics: ')} (what can stand, run or be delivered)"
    contract_id, _, clause_id = by.partition("/")
    contract = draft.programme.contracts.get(contract_id)
    if contract is None or clause_id not in contract.clauses:
        return by
    clause = contract.clauses[clause_id]
    words = f"{clause.kind.replace('_', ' ')} between {contract.buyer} and {contract.seller}"
    cited = f", {clause.cite}" if clause.cite is not None else ""
    return f"{by}: {words}{cited} ({_place(draft, ('contracts', contract_id, 'clauses', clause_id))})"


def _place(draft: Draft, path: Sequence[str]) -> str:
    return str(draft.programme.places.key(tuple(path)))
