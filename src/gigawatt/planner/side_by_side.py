"""Independent solves shared between threads, one a core: the solver lets go of the interpreter while it works."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from gigawatt.planner.budget import Budget

Item = TypeVar("Item")


def side_by_side(items: Sequence[Item], work: Callable[[Sequence[Item]], None], budget: Budget) -> None:
    """Call `work` on each worker's part of the items at once; the first error of any is raised.

    Ctrl-C stops the budget, at which the workers end: what they have found by then stands.
    """
    with ThreadPoolExecutor(budget.cores) as pool:
        parts = [items[worker :: budget.cores] for worker in range(budget.cores)]
        try:
            for done in [pool.submit(work, part) for part in parts if part]:
                done.result()
        except KeyboardInterrupt:
            budget.stop.set()
