"""What pays without end: the column of an unbounded plan, and the clause or thing that it belongs to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gigawatt.errors import Unbounded
from gigawatt.model.draft import Draft
from gigawatt.planner.highs import Solver
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
