"""Why there is no plan: the smallest set of clauses and limits in contradiction, or what pays without end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gigawatt.errors import Unbounded
from gigawatt.model.calendar import Ints
from gigawatt.model.draft import Draft
from gigawatt.planner.highs import Solver, Status
from gigawatt.planner.problem import Problem

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
    """The smallest set of signers whose rows and closures leave no plan, each in contract words with its place.

    A deletion filter on the relaxed problem: each signer's rows are let go in turn, and stay let go if there is still
    no plan. Where only whole numbers forbid a plan, that is said.
    """
    groups = _groups(draft)
    solver = Solver(problem)
    solver.relax(True)
    if solver.solve().status is not Status.INFEASIBLE:
        return "no plan keeps every clause in whole phases and offers, though one does in fractions (see --relax)"
    needed = []
    for by, (rows, columns) in groups.items():
        free_rows, free_columns = np.full(len(rows), np.inf), np.full(len(columns), np.inf)
        low, high = solver.problem.row_lower[rows], solver.problem.row_upper[rows]
        least, most = solver.problem.lower[columns], solver.problem.upper[columns]
        solver.set_rows(rows, -free_rows, free_rows)
        solver.set_bounds(columns, np.minimum(least, 0.0), free_columns)
        if solver.solve(simplex=True).status is not Status.INFEASIBLE:
            solver.set_rows(rows, low, high)
            solver.set_bounds(columns, least, most)
            needed.append(by)
    return "no plan keeps all of these together:\n" + "\n".join(f"  - {_said(draft, by)}" for by in needed)


def _groups(draft: Draft) -> dict[str, tuple[Ints, Ints]]:
    """Rows and columns by who signs them: each clause, and each kind of physics row."""
    rows: dict[str, list[Ints]] = {}
    columns: dict[str, list[Ints]] = {}
    for block in draft.row_blocks:
        if block.by == "physics" and np.array_equal(block.lower, block.upper):
            continue  # identities: what stands is what was bought; nothing to relax
        by = f"physics: {block.name}" if block.by == "physics" else block.by
        rows.setdefault(by, []).append(np.arange(block.start, block.start + block.size))
    for closed, by in draft.closed:
        columns.setdefault(by, []).append(closed)
    # physics first: what can be let go without a clause is no part of the clauses' contradiction
    order = sorted({*rows, *columns}, key=lambda by: (not by.startswith("physics"), by))
    none = [np.zeros(0, dtype=np.int64)]
    return {by: (np.concatenate(rows.get(by, none)), np.concatenate(columns.get(by, none))) for by in order}


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
